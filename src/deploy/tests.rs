//! Runs the cases under `tests/deploy/`: one folder a case, input beside what `show deploy` prints.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::*;

mod hostile_pipelines;
#[cfg(unix)]
mod python_runs;
#[cfg(unix)]
mod random_shell;
#[cfg(unix)]
mod runs;
#[cfg(unix)]
mod shell_runs;
#[cfg(unix)]
mod shell_small;
#[cfg(unix)]
mod small;

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/deploy");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(root)
        .expect("the cases are there")
        .map(|entry| entry.expect("a folder entry").path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    cases
}

/// The repository of a case: its own folder, or the fixture that its file `fixture` names.
fn input(case: &Path) -> PathBuf {
    match std::fs::read_to_string(case.join("fixture")) {
        Ok(name) => Path::new(env!("CARGO_MANIFEST_DIR")).join("terraform-fixtures").join(name.trim()),
        Err(_) => case.to_owned(),
    }
}

fn context() -> NameContext {
    NameContext { project: Some("acme-staging".into()), ..NameContext::default() }
}

fn read(repo: &Path, paths: &[&str]) -> DeployDeclarations {
    let config = DeployConfig { paths: paths.iter().map(|path| (*path).to_owned()).collect(), also: None };
    declarations(repo, &config, &context(), &Excerpts::default())
}

/// A repository of one file.
fn repository(path: &str, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(path);
    std::fs::create_dir_all(file.parent().expect("a parent")).expect("folders");
    std::fs::write(file, text).expect("a file");
    folder
}

#[test]
fn every_case_gives_what_it_expects() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut failed = Vec::new();
    let cases = cases();
    assert!(update || cases.len() >= 70, "only {} cases", cases.len());
    for case in cases {
        let shown = format!("{:#}\n", show(&read(&input(&case), &[])));
        let expected = case.join("expected.json");
        if update {
            std::fs::write(&expected, &shown).expect("a file");
        }
        let wanted = std::fs::read_to_string(&expected).unwrap_or_default();
        let (wanted, shown): (Value, Value) =
            (serde_json::from_str(&wanted).unwrap_or_default(), serde_json::from_str(&shown).expect("JSON"));
        if wanted != shown {
            failed.push(format!("{}: expected {wanted:#}, got {shown:#}", case.display()));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

fn short(commands: &[crate::model::DeployCommand]) -> Vec<Value> {
    let declarations = DeployDeclarations { commands: commands.to_vec(), ..DeployDeclarations::default() };
    show(&declarations)["commands"].as_array().cloned().unwrap_or_default()
}

/// The reading of a script as one line a command, and its reasons.
fn python(text: &str) -> (Vec<String>, Vec<String>) {
    let folder = repository("deploy.py", text);
    let read = read(folder.path(), &["deploy.py"]);
    let commands = read.commands.iter().map(|command| {
        let guards: Vec<String> = command
            .guards
            .iter()
            .map(|guard| format!("{}{}", if guard.negated { "not " } else { "" }, guard.text))
            .collect();
        let name = command.name.known().map_or("?", String::as_str);
        let connector = match &command.connector {
            crate::model::Change::Set(fact) => fact.known().map_or("?", |spelled| spelled.text.as_str()),
            crate::model::Change::Clear(_) => "clear",
            crate::model::Change::Leave => "leave",
        };
        format!("{name} {connector} [{}]", guards.join(", "))
    });
    (commands.collect(), read.incomplete.iter().map(ToString::to_string).collect())
}

const RUN: &str =
    "import subprocess, os\ndef run(name, *flags):\n    subprocess.run(['gcloud', 'run', 'deploy', name, *flags])\n";

#[test]
fn small_scripts_give_what_python_would_run() {
    for (script, expected) in [
        ("run('a', '--vpc-connector', 'x')", vec!["a x []"]),
        ("x = 'a'\nfor x in ['b', 'c']:\n    pass\nrun(x)", vec!["c leave []"]),
        (
            "for x in ['b', 'c']:\n    if os.environ.get('A'):\n        continue\n    run(x)",
            vec!["b leave [not os.environ.get('A')]", "c leave [not os.environ.get('A')]"],
        ),
        (
            "def f():\n    if os.environ.get('A'):\n        if os.environ.get('B'):\n            return\n    run('a')\nf()\nrun('b')",
            vec!["a leave [not os.environ.get('B')]", "b leave []"],
        ),
        (
            "def f():\n    for x in 'ab':\n        if os.environ.get(x):\n            break\n        run(x)\n    run('end')\nf()",
            vec!["a leave [not os.environ.get(x)]", "b leave [not os.environ.get(x)]", "end leave []"],
        ),
        ("c = 'x'\nif os.environ.get('A'):\n    c = 'y'\nrun('a', '--vpc-connector', c)", vec!["a ? []"]),
        (
            "c = ['x']\nd = c\nif os.environ.get('A'):\n    d.append('y')\nrun('a', '--vpc-connector', c[-1])",
            vec!["a ? []"],
        ),
        ("c = {'k': 'x'}\nunknown(c)\nrun('a', '--vpc-connector', c['k'])", vec!["a ? []"]),
        (
            "[run(x) for x in ['a', 'b'] if os.environ.get(x)]",
            vec!["a leave [os.environ.get(x)]", "b leave [os.environ.get(x)]"],
        ),
        (
            "while not os.path.exists('x'):\n    run('a')\n    c = 'y'\nrun('b')",
            vec!["a leave [while not os.path.exists('x')]", "b leave []"],
        ),
        (
            "flags = []\nfor x in os.environ['A'].split(','):\n    flags += ['--vpc-connector', x]\nrun('a', *flags)",
            vec!["a ? []"],
        ),
        (
            "try:\n    c = os.environ['A']\nexcept KeyError:\n    c = 'y'\nrun('a', '--vpc-connector', c)",
            vec!["a ? []"],
        ),
        ("try:\n    run('a')\nfinally:\n    run('b')", vec!["a leave []", "b leave []"]),
        ("def f(n):\n    return f(n - 1) if n > 0 else 'x'\nrun('a', '--vpc-connector', f(5))", vec!["a x []"]),
        ("a, (b, c) = 'p', ('q', 'r')\nrun(b, '--vpc-connector', c)", vec!["q r []"]),
        ("run(*['a', '--vpc-connector'] + ['x', 'y'][:1])", vec!["a x []"]),
        ("d = {**{'c': 'x'}, **os.environ}\nrun('a', '--vpc-connector', d['c'])", vec!["a ? []"]),
        ("run('a', '--vpc-connector', '{c}-{}'.format('y', c='x'))", vec!["a x-y []"]),
        ("run('a', '--vpc-connector', '%(c)s-%%' % {'c': 'x'})", vec!["a x-% []"]),
        ("run('a', '--vpc-connector', f'{1.5}')", vec!["a ? []"]),
        ("run('a', '--vpc-connector', ''.join({'x', 'y'}))", vec!["a ? []"]),
        ("import asyncio\nasync def main():\n    run('a')\nasyncio.run(main())", vec!["a leave []"]),
        (
            "import click\n@click.command()\n@click.option('--c', default='x')\ndef main(c):\n    run('a', '--vpc-connector', c)\nmain()",
            vec!["a ? []"],
        ),
        (
            "import click\n@click.group()\ndef cli():\n    pass\n@cli.command()\ndef up(c='x'):\n    run('a', '--vpc-connector', c)\ncli()",
            vec!["a ? [@cli.command()]"],
        ),
        ("if os.environ.get('A'):\n    raise SystemExit('no')\nrun('a')", vec!["a leave [not os.environ.get('A')]"]),
        ("x = lambda c='x': c\nrun('a', '--vpc-connector', x())", vec!["a x []"]),
        (
            "class A(Unknown):\n    def __init__(self):\n        super().__init__()\n        self.c = 'x'\n        self.setup()\n\na = A()\nrun('a', '--vpc-connector', a.c)",
            vec!["a ? []"],
        ),
        (
            "global_c = 'x'\ndef change():\n    global global_c\n    global_c = 'y'\nchange()\nrun('a', '--vpc-connector', global_c)",
            vec!["a y []"],
        ),
    ] {
        let (commands, incomplete) = python(&format!("{RUN}{script}\n"));
        assert_eq!(commands, expected, "{script}\n{incomplete:?}");
    }
}

#[test]
fn hostile_scripts_end_with_a_reason() {
    let deep = |open: &str, middle: &str, close: &str| {
        format!("x = {}{middle}{}\n", open.repeat(20_000), close.repeat(20_000))
    };
    let nested_ifs: String = (0..90).map(|depth| format!("{}if a{depth}:\n", " ".repeat(depth))).collect::<String>()
        + &" ".repeat(90)
        + "pass\n";
    let blow_up = "x = ['a']\nfor i in range(400):\n    x = x + x\n".to_owned();
    let forks: String = (0..3_000).map(|at| format!("if os.environ.get('{at}'):\n    x{at} = 1\n")).collect();
    for (what, script, limited) in [
        ("an endless loop", "while True:\n    x = 1\n".to_owned(), true),
        ("a recursion", "def f():\n    f()\nf()\n".to_owned(), true),
        ("a mutual recursion", "def f():\n    g()\ndef g():\n    f()\nf()\n".to_owned(), true),
        ("nested parentheses", deep("(", "1", ")"), true),
        ("nested lists", deep("[", "", "]"), true),
        ("nested calls", deep("f(", "", ")"), true),
        ("a chain of operators", format!("x = 1{}\n", "+1".repeat(50_000)), true),
        ("a chain of signs", format!("x = {}1\n", "-".repeat(50_000)), true),
        ("a chain of attributes", format!("x = a{}\n", ".b".repeat(50_000)), true),
        ("a long text", format!("x = '{}'\n", "a".repeat(500_000)), false),
        ("a list that doubles", blow_up, false),
        ("a text that doubles", "x = 'ab'\nfor i in range(400):\n    x = x + x\n".to_owned(), false),
        (
            "nested loops",
            "for a in range(400):\n    for b in range(400):\n        for c in range(400):\n            x = a\n"
                .to_owned(),
            true,
        ),
        ("nested conditions", nested_ifs, false),
        ("many conditions", format!("import os\n{forks}"), true),
        ("a list of itself", "x = []\nx.append(x)\nunknown(x)\nprint(x == x)\n".to_owned(), false),
        ("a list that is compared with itself", "x = []\nx.append(x)\nprint(x == x)\n".to_owned(), false),
        ("a huge range", "for x in range(10 ** 12):\n    y = x\n".to_owned(), false),
        ("a longer range", "for x in range(100000000):\n    y = x\n".to_owned(), true),
        (
            "a generator of itself",
            "def g(n):\n    yield n\n    yield from g(n)\nfor x in g(0):\n    pass\n".to_owned(),
            true,
        ),
        ("a product", "import itertools\nx = list(range(900))\nprint(itertools.product(x, x, x))\n".to_owned(), false),
        (
            "partial functions",
            "from functools import partial\nf = print\nfor i in range(400):\n    f = partial(f, i)\n".to_owned(),
            true,
        ),
        (
            "tuples that double",
            format!(
                "import os\nx = ()\n{}unknown(x)\nif os.environ.get('A'):\n    x = (x, 1)\n",
                "x = (x, x)\n".repeat(60)
            ),
            false,
        ),
        (
            "equal tuples that double",
            format!(
                "import os\nx = y = ()\n{}if os.environ.get('A'):\n    x = y\n",
                "x = (x, x)\ny = (y, y)\n".repeat(60)
            ),
            false,
        ),
        (
            "a text of many unknown parts",
            format!("import os\nx = ''\n{}", "x += os.environ['A']\n".repeat(9_000)),
            false,
        ),
        ("a wide format", "x = f\"{'a':>999999999999}\"\n".to_owned(), false),
        ("an import of itself", "import deploy\nfrom deploy import *\n".to_owned(), false),
        ("a class of itself", "class A(A):\n    pass\nA().b\n".to_owned(), false),
    ] {
        let started = std::time::Instant::now();
        let (commands, incomplete) = python(&format!("{RUN}{script}run('end')\n"));
        assert!(started.elapsed().as_secs() < 20, "{what} takes {:?}", started.elapsed());
        assert!(commands.len() <= 1, "{what}: {commands:?}");
        assert!(!commands.is_empty() || !incomplete.is_empty(), "{what}: nothing says why");
        assert_eq!(!incomplete.is_empty(), limited, "{what}: {incomplete:?}");
    }
}

#[test]
fn modules_that_import_each_other_or_nothing_end() {
    let folder = repository(
        "deploy.py",
        &format!("{RUN}import m0, gone\nfrom m0 import value, nothing\nrun(value)\nrun(nothing)\n"),
    );
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    for at in 0..300 {
        write(&format!("m{at}.py"), &format!("import m{}\nimport m0\nvalue = 'v{at}'\n", at + 1));
    }
    let read = read(folder.path(), &["deploy.py"]);
    let limit = read.incomplete.iter().find(|why| why.kind == WhyKind::Limit);
    assert!(limit.is_some(), "{:?}", read.incomplete);
    assert!(read.commands.is_empty(), "what follows a limit is not known");

    write("m1.py", "import m0\nvalue = 'v1'\n");
    let read = super::tests::read(folder.path(), &["deploy.py"]);
    let names: Vec<Option<&str>> =
        read.commands.iter().map(|command| command.name.known().map(String::as_str)).collect();
    assert_eq!(names, [Some("v0"), None], "{:?}", read.incomplete);
}

#[test]
fn modules_that_cannot_be_read_are_said() {
    let folder = repository("deploy.py", &format!("{RUN}import large, binary\nrun(large.NAME)\nrun(binary.NAME)\n"));
    std::fs::write(folder.path().join("large.py"), format!("NAME = '{}'\n", "x".repeat(10 << 20))).expect("a file");
    std::fs::write(folder.path().join("binary.py"), [0xff, 0xfe]).expect("a file");
    let read = read(folder.path(), &["deploy.py"]);
    assert!(read.commands.iter().all(|command| command.name.known().is_none()), "{:?}", short(&read.commands));
    let kinds: Vec<WhyKind> = read.incomplete.iter().map(|why| why.kind).collect();
    assert_eq!(kinds, [WhyKind::Limit, WhyKind::FileUnreadable], "{:?}", read.incomplete);
}

#[test]
fn hostile_workflows_end_with_a_reason() {
    let step = |run: &str| format!("jobs:\n  a:\n    steps:\n      - run: |\n          {run}\n");
    for (what, text) in [
        ("nested lists", format!("a: {}\n", "[".repeat(100_000))),
        ("nested list items", format!("{}a\n", "- ".repeat(50_000))),
        ("open braces", step(&format!("gcloud run deploy {}", "${".repeat(50_000)))),
        ("open expressions", step(&"${{ ".repeat(50_000))),
        ("open parentheses", step(&format!("gcloud run deploy {}", "$(".repeat(50_000)))),
        ("groups", step(&"( { if for while case ".repeat(20_000))),
        ("quotes", step(&"'\"".repeat(50_001))),
        ("no text", "\u{0}\u{1}".to_owned()),
        ("endless line", format!("a: {}", "x".repeat(600_000))),
    ] {
        let folder = repository(".github/workflows/a.yml", &text);
        let started = std::time::Instant::now();
        read(folder.path(), &[".github/workflows/a.yml"]);
        assert!(started.elapsed().as_secs() < 20, "{what} takes {:?}", started.elapsed());
    }
}

#[test]
fn what_is_configured_and_cannot_be_read_is_said() {
    let folder = repository("deploy.sh", "gcloud run deploy api\n");
    std::fs::write(folder.path().join("large.py"), "#".repeat(2 << 20)).expect("a file");
    std::fs::write(folder.path().join("binary.py"), [0xff, 0xfe]).expect("a file");
    let read = read(folder.path(), &["missing.py", "deploy.sh", "large.py", "binary.py"]);
    let reasons: Vec<(WhyKind, String)> = read.incomplete.iter().map(|why| (why.kind, why.to_string())).collect();
    let kinds: Vec<WhyKind> = reasons.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, [WhyKind::FileUnreadable, WhyKind::Limit, WhyKind::FileUnreadable], "{reasons:?}");
    assert!(reasons[0].1.contains("missing.py"), "{reasons:?}");
    assert_eq!(read.diagnostics.len(), 3);
}

//! Configuration that means harm, or is broken beyond what anybody would write: a clear diagnostic, in bounded time and
//! memory, and never a panic.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::Repository;

/// Address space of the process, in KiB; a stack of 256 MiB and the text segment are in it.
const MAX_MEMORY: u64 = 1_500_000;
/// Far more than any of these takes; a run that hangs is ended.
const MAX_TIME: Duration = Duration::from_secs(120);

/// Runs the binary with limits, and gives its exit code and both outputs.
pub fn run(dir: &Path, arguments: &[&str]) -> (i32, String, String) {
    let binary = env!("CARGO_BIN_EXE_gcp-drift");
    let mut command = if cfg!(unix) {
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("ulimit -v {MAX_MEMORY}; exec \"$0\" \"$@\"")).arg(binary);
        command
    } else {
        Command::new(binary)
    };
    let (stdout, stderr) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
    let mut child = command
        .args(arguments)
        .current_dir(dir)
        .stdin(Stdio::null())
        .stdout(stdout.try_clone().unwrap())
        .stderr(stderr.try_clone().unwrap())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if start.elapsed() > MAX_TIME => {
                child.kill().unwrap();
                panic!("{arguments:?} does not end");
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let text = |mut file: fs::File| {
        use std::io::{Read as _, Seek as _};
        let mut text = String::new();
        file.rewind().unwrap();
        file.read_to_string(&mut text).unwrap();
        text
    };
    let (stdout, stderr) = (text(stdout), text(stderr));
    assert!(!stderr.contains("panicked"), "{arguments:?}: {stderr}");
    let code = status.code().unwrap_or_else(|| panic!("{arguments:?} was ended by a signal: {stderr}"));
    (code, stdout, stderr)
}

/// What `show terraform` says of a repository.
fn shown(repository: &Repository) -> Value {
    let (code, stdout, stderr) = run(repository.path(), &["show", "terraform", "."]);
    assert_eq!(code, 0, "{stderr}");
    serde_json::from_str(&stdout).unwrap()
}

fn diagnostics(shown: &Value) -> Vec<String> {
    let one = |own: &Value| {
        let origin = &own["origin"];
        let place = if origin.is_null() { String::new() } else { format!("{}:{}: ", origin["file"], origin["line"]) };
        format!("{}{}", place.replace('"', ""), own["text"].as_str().unwrap())
    };
    shown["diagnostics"].as_array().unwrap().iter().map(one).collect()
}

/// A report over the repository that is neither clean nor stopped by what is wrong in it.
fn is_not_called_clean(repository: &Repository) {
    let (code, stdout, stderr) = run(repository.path(), &["check", "--live", "none"]);
    assert!(matches!(code, 2 | 3), "exit code {code}\n{stdout}\n{stderr}");
}

const GOOD: &str = "resource \"google_compute_network\" \"good\" {\n  name    = \"good-vpc\"\n  project = \"p\"\n}\n";

fn with_file(name: &str, text: &str) -> Repository {
    let repository = Repository::empty();
    repository.write("good.tf", &format!("provider \"google\" {{\n  project = \"p\"\n}}\n\n{GOOD}"));
    repository.write(name, text);
    repository
}

/// The network beside what is wrong is still told.
fn good_is_there(shown: &Value) {
    let resources = shown["resources"].as_array().unwrap();
    let good = resources.iter().find(|own| own["address"] == "google_compute_network.good");
    assert_eq!(good.unwrap()["values"]["name"], "good-vpc");
}

#[test]
fn nesting_of_twenty_thousand_levels_is_a_diagnostic() {
    const DEEP: usize = 20_000;
    let around = |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(DEEP), close.repeat(DEEP));
    for (what, expression) in [
        ("parentheses", around("(", "1", ")")),
        ("lists", around("[", "1", "]")),
        ("objects", around("{a=", "1", "}")),
        ("calls", around("upper(", "\"a\"", ")")),
        ("templates", around("\"${", "1", "}\"")),
        ("not", around("!", "true", "")),
        ("minus", around("- ", "1", "")),
        ("conditionals", around("true ? 1 : ", "1", "")),
        ("for", around("[for x in ", "[]", ": x]")),
        ("sums", around("1 + ", "1", "")),
        ("conjunctions", around("true && ", "true", "")),
        ("indexes", around("local.x[", "0", "]")),
        ("directives", format!("\"{}\"", around("%{ if true }", "x", "%{ endif }"))),
    ] {
        let repository = with_file("deep.tf", &format!("locals {{\n  deep = {expression}\n}}\n"));
        let shown = shown(&repository);
        let told = diagnostics(&shown);
        assert!(told.iter().any(|text| text.starts_with("deep.tf:")), "{what}: {told:?}");
        good_is_there(&shown);
    }
    let blocks = format!("{}{}", "b {\n".repeat(DEEP), "}\n".repeat(DEEP));
    let repository = with_file("deep.tf", &blocks);
    assert!(diagnostics(&shown(&repository)).iter().any(|text| text.starts_with("deep.tf:")));
    is_not_called_clean(&repository);
    // Steps are no nesting: however many there are, they are walked one after the other.
    let repository =
        with_file("deep.tf", &format!("locals {{\n  x = [1]\n  deep = local.x{}\n}}\n", "[0]".repeat(DEEP)));
    good_is_there(&shown(&repository));
}

#[test]
fn a_file_of_a_hundred_megabytes_is_not_read() {
    let huge = |repository: &Repository, name: &str| {
        repository.write(name, "");
        fs::OpenOptions::new().write(true).open(repository.join(name)).unwrap().set_len(100 << 20).unwrap();
    };
    let repository =
        with_file("main.tf", "locals {\n  text = file(\"huge.txt\")\n}\noutput \"o\" {\n  value = local.text\n}\n");
    huge(&repository, "huge.tf");
    huge(&repository, "huge.auto.tfvars");
    huge(&repository, "huge.txt");
    let shown = shown(&repository);
    let told = diagnostics(&shown).join("\n");
    assert!(told.contains("huge.tf is larger than"), "{told}");
    assert!(told.contains("huge.auto.tfvars is larger than"), "{told}");
    let unknown = shown["outputs"]["."]["o"]["unknown"].to_string();
    assert!(unknown.contains("huge.txt is larger than"), "{unknown}");
    good_is_there(&shown);
    is_not_called_clean(&repository);
}

#[test]
fn expressions_that_would_fill_the_memory_are_refused() {
    let repository = with_file("main.tf", "");
    for expression in [
        "range(1e9)",
        "range(0, 1e18, 1e-9)",
        "format(\"%999999999d\", 1)",
        "format(\"%0999999999.999999999f\", 1)",
        "1e999999999",
        "pow(10, 1e9)",
        "pow(1e300, 1e300)",
        "cidrsubnets(\"10.0.0.0/8\", [for x in range(1000) : 16]...)",
        "setproduct(range(1000), range(1000), range(1000), range(1000))",
        "indent(1e9, \"a\\nb\")",
        "parseint(\"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\", 1e9)",
        "replace(join(\"\", [for x in range(1000) : \"aaaaaaaaaa\"]), \"a\", join(\"\", [for x in range(1000) : \"aaaaaaaaaa\"]))",
        "[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : [for d in range(1000) : d]]]]",
        "\"%{ for a in range(1000) }%{ for b in range(1000) }%{ for c in range(1000) }xxxxxxxxxx%{ endfor }%{ endfor }%{ endfor }\"",
        "regexall(\"(a*)*(a*)*(a*)*b\", join(\"\", [for x in range(1000) : \"aaaaaaaaaa\"]))",
        "regex(\"(((a{1000}){1000}){1000}){1000}\", \"a\")",
        "jsondecode(join(\"\", concat([for x in range(1000) : \"[[[[[[[[[[\"], [for x in range(1000) : \"]]]]]]]]]]\"])))",
        "yamldecode(\"a: &a [x,x,x,x,x,x,x,x,x]\\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\\nh: [*g,*g,*g,*g,*g,*g,*g,*g,*g]\")",
    ] {
        let (code, stdout, stderr) = run(repository.path(), &["eval", "--dir", ".", expression]);
        assert_eq!(code, 0, "{stderr}");
        let answer: Value = serde_json::from_str(&stdout).unwrap();
        assert!(stdout.len() < 8 << 20, "{expression}: an answer of {} bytes", stdout.len());
        let refused = answer.get("error").is_some() || answer.get("unknown").is_some();
        // A number may be known where it has few digits in memory; everything else must be refused.
        let may_be_known =
            ["cidrsubnets", "regexall", "1e999999999", "pow"].iter().any(|name| expression.starts_with(name));
        assert!(refused || may_be_known, "{expression}: {}", &stdout[..stdout.len().min(300)]);
    }
}

#[test]
fn what_depends_on_itself_ends() {
    let repository = with_file(
        "main.tf",
        "locals {\n  a = local.b\n  b = [local.c]\n  c = { x = local.a }\n  alone = local.alone\n}\n\nresource \"terraform_data\" \"x\" {\n  count = length(terraform_data.x)\n  input = terraform_data.y.input\n}\n\nresource \"terraform_data\" \"y\" {\n  input = terraform_data.x[0].input\n}\n\nmodule \"a\" {\n  source = \"./a\"\n}\n\nmodule \"self\" {\n  source = \"./self\"\n}\n\noutput \"o\" {\n  value = [local.a, local.alone, terraform_data.y.input]\n}\n",
    );
    repository.write("a/main.tf", "module \"b\" {\n  source = \"../b\"\n  count  = 2\n}\n");
    repository.write("b/main.tf", "module \"a\" {\n  source   = \"../a\"\n  for_each = toset([\"x\", \"y\"])\n}\n");
    repository.write("self/main.tf", "module \"self\" {\n  source = \"../self\"\n}\n");
    let shown = shown(&repository);
    let told = diagnostics(&shown).join("\n");
    for expected in [
        "depends on itself",
        "module.a calls a module that it is part of",
        "module.self calls a module that it is part of",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    assert!(shown["outputs"]["."]["o"].get("unknown").is_some(), "{}", shown["outputs"]);
    good_is_there(&shown);
    is_not_called_clean(&repository);
}

#[test]
fn a_template_that_includes_itself_ends() {
    let repository = with_file("main.tf", "output \"o\" {\n  value = templatefile(\"self.tpl\", {})\n}\n");
    repository.write("self.tpl", "${templatefile(\"self.tpl\", {})}");
    let shown = shown(&repository);
    assert!(shown["outputs"]["."]["o"].get("unknown").is_some(), "{}", shown["outputs"]);
    good_is_there(&shown);
}

#[cfg(unix)]
#[test]
fn links_and_paths_do_not_lead_out_of_the_repository() {
    use std::os::unix::fs::symlink;
    let outside = Repository::empty();
    outside.write("secret.txt", "outside-text");
    outside.write("main.tf", "output \"leak\" {\n  value = \"outside-text\"\n}\n");
    let absolute = outside.join("secret.txt");
    let absolute = absolute.to_str().unwrap();
    let repository = with_file(
        "main.tf",
        &format!(
            "output \"o\" {{\n  value = {{\n    passwd   = file(\"/etc/passwd\")\n    up       = file(\"../../../../../../../../etc/passwd\")\n    absolute = file({absolute:?})\n    linked   = file(\"linked.txt\")\n    below    = file(\"folder/secret.txt\")\n    loop     = file(\"loop.txt\")\n    set      = fileset(\"/etc\", \"*\")\n    set_up   = fileset(\"..\", \"**\")\n    exists   = fileexists(\"/etc/passwd\")\n    template = templatefile(\"/etc/passwd\", {{}})\n    hash     = try(filesha256(\"/etc/passwd\"), \"\")\n  }}\n}}\n\nmodule \"linked\" {{\n  source = \"./folder\"\n}}\n\nmodule \"up\" {{\n  source = \"../../..\"\n}}\n"
        ),
    );
    symlink(outside.join("secret.txt"), repository.join("linked.txt")).unwrap();
    symlink(outside.join("main.tf"), repository.join("linked.tf")).unwrap();
    symlink(outside.path(), repository.join("folder")).unwrap();
    symlink("loop.txt", repository.join("loop.txt")).unwrap();
    symlink("loop.tf", repository.join("loop.tf")).unwrap();
    fs::create_dir(repository.join("deeper")).unwrap();
    symlink("..", repository.join("deeper/again")).unwrap();
    repository.write("deeper/main.tf", "");
    let (code, stdout, stderr) = run(repository.path(), &["show", "terraform"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(!stdout.contains("outside-text") && !stdout.contains("root:x"), "{stdout}");
    let shown = shown(&repository);
    let output = &shown["outputs"]["."]["o"];
    for name in ["passwd", "up", "absolute", "linked", "below", "loop", "set", "set_up", "exists", "template", "hash"] {
        assert!(output["unknown"].get(name).is_some(), "{name}: {output}");
    }
    let told = diagnostics(&shown).join("\n");
    for expected in [
        "linked.tf lies outside the repository",
        "loop.tf cannot be read",
        "of module.linked lies outside the repository",
        "of module.up lies outside the repository",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    good_is_there(&shown);
    is_not_called_clean(&repository);
}

//! Trees that mean harm, or that nobody expects: bounded time and memory, told, and never a panic.

use std::fs;
use std::io::Write as _;

use serde_json::Value;

use super::common::{Repository, list};
use super::emulator::skip;
use super::hostile::run;

const TEST: &str = "def test_a():\n    assert probe()\n";

/// A repository with one test, one required class and a smoke file that has it.
fn with_test() -> Repository {
    let repository = Repository::empty();
    repository.write("gcp-drift.toml", "[tests]\npython_version = \"3.11\"\n");
    repository.write("tests/test_good.py", TEST);
    repository
}

/// The index; it names the good test whatever stands beside it.
fn shown(repository: &Repository) -> Value {
    let (code, stdout, stderr) = run(repository.path(), &["show", "tests"]);
    assert_eq!(code, 0, "{stderr}");
    let shown: Value = serde_json::from_str(&stdout).unwrap();
    assert!(shown["summary"]["test_files"].as_u64().unwrap() >= 1, "{shown}");
    shown
}

fn told(shown: &Value) -> String {
    let incomplete = list(shown, "incomplete").iter().map(|why| why.as_str().unwrap().to_owned());
    let errors = list(shown, "parse_errors").iter().map(|error| format!("{}: {}", error["file"], error["text"]));
    incomplete.chain(errors).collect::<Vec<_>>().join("\n")
}

fn is_not_called_clean(repository: &Repository) {
    let (code, stdout, stderr) = run(repository.path(), &["check", "--only", "tests"]);
    assert!(matches!(code, 2 | 3), "exit code {code}\n{stdout}\n{stderr}");
}

#[test]
fn huge_files_are_told_and_not_read() {
    let repository = with_test();
    for name in ["tests/test_huge.py", "tests/test_huge.py.backup.20250901", "pytest.ini", "tests/conftest.py"] {
        repository.write(name, "");
        fs::OpenOptions::new().write(true).open(repository.join(name)).unwrap().set_len(200 << 20).unwrap();
    }
    let shown = shown(&repository);
    let text = told(&shown);
    for expected in ["`tests/test_huge.py` is larger than", "`tests/conftest.py` is larger than"] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    assert!(shown["config"].to_string().contains("pytest.ini"), "{}", shown["config"]);
    is_not_called_clean(&repository);
}

#[test]
fn many_large_files_do_not_fill_the_memory() {
    let repository = with_test();
    let line = "value = compute(first, second, third)  # a line as it stands in many files\n";
    let text = line.repeat((7 << 20) / line.len());
    for number in 0..3 {
        repository.write(&format!("tests/test_large_{number}.py"), &text);
    }
    let binary: Vec<u8> = (0..7_u32 << 20).map(|at| (at % 251) as u8).collect();
    for number in 0..60 {
        fs::write(repository.join(&format!("tests/test_binary_{number}.py")), &binary).unwrap();
    }
    let shown = shown(&repository);
    assert_eq!(list(&shown, "parse_errors").len(), 60, "{}", told(&shown));
}

#[test]
fn deep_nesting_in_files_is_told() {
    const DEEP: usize = 20_000;
    let repository = with_test();
    let around =
        |open: &str, inner: &str, close: &str| format!("x = {}{inner}{}\n", open.repeat(DEEP), close.repeat(DEEP));
    let texts = [
        ("parentheses", around("(", "1", ")")),
        ("lists", around("[", "1", "]")),
        ("dicts", around("{1:", "1", "}")),
        ("calls", around("f(", "1", ")")),
        ("indexes", around("a[", "1", "]")),
        ("unclosed", format!("x = {}\n", "(".repeat(DEEP))),
        ("not", around("not ", "1", "")),
        ("minus", around("-", "1", "")),
        ("lambdas", around("lambda: ", "1", "")),
        ("conditionals", around("1 if a else ", "1", "")),
        ("powers", around("2 ** ", "1", "")),
        ("attributes", around("", "a", ".b")),
        ("called", around("", "a", "()")),
        ("sums", around("1 + ", "1", "")),
        ("awaits", format!("async def f():\n    {}x\n", "await ".repeat(DEEP))),
        ("strings", format!("x = {}1{}\n", "f'{".repeat(200), "}'".repeat(200))),
        ("blocks", (0..2_000).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect()),
        ("elifs", format!("if x:\n    pass\n{}", "elif x:\n    pass\n".repeat(DEEP))),
        ("decorators", format!("{}def f():\n    pass\n", "@a\n".repeat(DEEP))),
        ("patterns", format!("match x:\n    case {}1{}:\n        pass\n", "[".repeat(DEEP), "]".repeat(DEEP))),
        (
            "asyncs",
            (0..90).map(|depth| format!("{}async def f():\n", " ".repeat(depth))).collect::<String>()
                + &" ".repeat(90)
                + "yield\n",
        ),
        (
            "classes",
            (0..90).map(|depth| format!("{}class C:\n", " ".repeat(depth))).collect::<String>()
                + &" ".repeat(90)
                + "pass\n",
        ),
    ];
    for (name, text) in &texts {
        repository.write(&format!("tests/test_{name}.py"), text);
        repository.write(&format!("tests/test_{name}.py.bak"), text);
    }
    let shown = shown(&repository);
    let text = told(&shown);
    for name in ["parentheses", "lists", "dicts", "calls", "minus", "attributes", "sums", "blocks", "patterns"] {
        assert!(text.contains(&format!("tests/test_{name}.py")), "{name}: {text}");
    }
    is_not_called_clean(&repository);
}

#[test]
fn many_empty_folders_take_bounded_time() {
    let repository = with_test();
    for outer in 0..100 {
        for inner in 0..1_000 {
            fs::create_dir_all(repository.join(&format!("tests/d{outer}/e{inner}"))).unwrap();
        }
    }
    let start = std::time::Instant::now();
    let shown = shown(&repository);
    assert_eq!(shown["summary"]["python_files"], 1);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

#[test]
fn folders_deeper_than_any_are_told() {
    let repository = with_test();
    let deep = format!("tests/{}", "d/".repeat(200));
    fs::create_dir_all(repository.join(&deep)).unwrap();
    repository.write(&format!("{deep}test_deep.py"), TEST);
    assert!(told(&shown(&repository)).contains("deeper than"));
    is_not_called_clean(&repository);
}

#[test]
fn a_long_chain_of_imports_and_bases_ends() {
    let repository = with_test();
    for number in 0..3_000 {
        let next = (number + 1) % 3_000;
        let text = format!("from tests.m{next} import C{next}\nclass C{number}(C{next}):\n    pass\n");
        repository.write(&format!("tests/m{number}.py"), &text);
    }
    repository.write("tests/__init__.py", "");
    repository.write("tests/test_chain.py", "from tests.m0 import C0\nclass TestC(C0):\n    def test_a(self): pass\n");
    repository.write(
        "gcp-drift.toml",
        "[tests.categories]\nall = [\"tests/*.py\"]\n[[tests.required_classes]]\nname = \"TestC\"\ncategory = \"all\"\nfiles = [\"tests/*.py\"]\n",
    );
    shown(&repository);
}

#[test]
fn a_file_that_grows_is_read_no_further_than_its_limit() {
    let repository = with_test();
    let path = repository.join("tests/test_grows.py");
    fs::write(&path, "x = 1\n").unwrap();
    let done = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let grower = std::thread::spawn({
        let done = done.clone();
        move || {
            let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
            let chunk = "y = undefined(1)\n".repeat(1_000);
            for _ in 0..4_000 {
                if done.load(std::sync::atomic::Ordering::Relaxed) {
                    break;
                }
                file.write_all(chunk.as_bytes()).unwrap();
            }
        }
    });
    for _ in 0..5 {
        shown(&repository);
    }
    done.store(true, std::sync::atomic::Ordering::Relaxed);
    grower.join().unwrap();
}

#[cfg(unix)]
mod unix {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    use super::*;

    #[test]
    fn pipes_sockets_and_links_are_not_opened() {
        let repository = with_test();
        let made = Command::new("mkfifo").arg(repository.join("tests/test_x.py")).status().unwrap();
        assert!(made.success());
        assert!(Command::new("mkfifo").arg(repository.join("tests/test_x.py.bak")).status().unwrap().success());
        assert!(Command::new("mkfifo").arg(repository.join("pytest.ini")).status().unwrap().success());
        let _socket = UnixListener::bind(repository.join("tests/test_socket.py")).unwrap();
        symlink(".", repository.join("tests/here")).unwrap();
        symlink("..", repository.join("tests/up")).unwrap();
        symlink("/", repository.join("tests/root")).unwrap();
        symlink("test_loop.py", repository.join("tests/test_loop.py")).unwrap();
        symlink("/etc/passwd", repository.join("tests/test_passwd.py")).unwrap();
        symlink("/dev/zero", repository.join("tests/test_zero.py")).unwrap();
        symlink("test_good.py", repository.join("tests/test_again.py")).unwrap();
        let shown = shown(&repository);
        assert_eq!(shown["summary"]["test_files"], 2, "{}", shown["summary"]);
        assert!(!shown.to_string().contains("root:x"));
    }

    #[test]
    fn names_that_are_not_unicode_are_told() {
        let repository = with_test();
        let name = std::ffi::OsStr::from_bytes(b"test_\xff\xfe.py");
        if fs::write(repository.join("tests").join(name), TEST).is_err() {
            skip("the file system takes only names in Unicode");
            return;
        }
        assert!(told(&shown(&repository)).contains("is not Unicode"));
        is_not_called_clean(&repository);
    }

    #[test]
    fn what_may_not_be_read_is_told() {
        let repository = with_test();
        repository.write("tests/test_secret.py", TEST);
        repository.write("tests/closed/test_inside.py", TEST);
        let change = |path: &str, mode: u32| {
            fs::set_permissions(repository.join(path), fs::Permissions::from_mode(mode)).unwrap();
        };
        change("tests/test_secret.py", 0o000);
        change("tests/closed", 0o000);
        let may_read_all = fs::read(repository.join("tests/test_secret.py")).is_ok();
        let shown = (!may_read_all).then(|| shown(&repository));
        change("tests/closed", 0o755);
        let Some(shown) = shown else {
            skip("the user may read every file");
            return;
        };
        let text = told(&shown);
        assert!(text.contains("`tests/test_secret.py` could not be read"), "{text}");
        assert!(text.contains("`tests/closed` could not be read"), "{text}");
    }
}

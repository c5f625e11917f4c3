//! Required test classes go back from backup files, and what that wrote is undone.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use super::common::{Repository, list};

/// Every file below a folder with its bytes and mode, and every folder.
fn tree(root: &Path) -> BTreeMap<String, (Option<Vec<u8>>, u32)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            let bytes = path.is_file().then(|| fs::read(&path).unwrap());
            found.insert(name, (bytes, mode(&path)));
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode()
}

#[cfg(not(unix))]
fn mode(path: &Path) -> u32 {
    u32::from(fs::metadata(path).unwrap().permissions().readonly())
}

const CONFIG: &str = "[live]\nsource = \"none\"\n[tests]\npython_version = \"3.11\"\n[[tests.required_classes]]\nname = \"TestHealth\"\ncategory = \"smoke\"\nfiles = [\"tests/smoke/*.py\"]\n";
const CLASS: &str = "class TestHealth:\n    def test_up(self):\n        assert ping()\n\n    def test_fast(self):\n        assert ping() < 1\n";
const BACKUP: &str = "tests/smoke/test_a.py.backup.20250901";
const TARGET: &str = "tests/smoke/test_a.py";
const APP: &str = "def ping():\n    return 0.5\n\n\ndef pong():\n    return 1\n";

/// A repository with a required class that is in this backup only.
fn repository(backup: &str, target: Option<&str>) -> Repository {
    let repository = Repository::empty();
    repository.write("gcp-drift.toml", CONFIG);
    repository.write("app.py", APP);
    repository.write(BACKUP, backup);
    if let Some(target) = target {
        repository.write(TARGET, target);
    }
    repository
}

/// The target after a restore that must succeed; where there is a Python, it must compile.
fn restored(repository: &Repository) -> String {
    repository.run(&["restore", "--apply"]).expect_code(0);
    compiles(&repository.join(TARGET));
    repository.read(TARGET)
}

fn compiles(path: &Path) {
    let script = "import ast, sys; ast.parse(open(sys.argv[1], 'rb').read())";
    match Command::new("python3").args(["-c", script]).arg(path).output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        // Past the capture of the test harness, so that it is always seen.
        Err(_) => std::io::stderr().write_all(b"SKIPPED: python3 is not on PATH\n").unwrap(),
    }
}

#[test]
fn restore_and_rollback_leave_the_staging_fixture_as_it_was() {
    let repository = Repository::copy_of("staging");
    let before = tree(repository.path());
    let finding = "smoke-class-only-in-backup:class/TestDatabaseConnection";
    let check = ["check", "--only", "tests", "--format", "json"];
    let report = repository.run(&check);
    assert!(report.finding_ids().contains(&finding.to_owned()));
    let report = report.json();
    let found = list(&report, "findings").iter().find(|found| found["id"] == finding).unwrap();
    assert_eq!(found["fix"][0]["text"], "gcp-drift restore TestDatabaseConnection --apply");

    let shown = repository.run(&["restore", "TestDatabaseConnection"]).expect_code(0);
    assert!(shown.stdout.contains("--- /dev/null\n+++ b/tests/smoke/test_smoke_database.py\n"), "{}", shown.stdout);
    assert!(shown.stdout.contains("\n+class TestDatabaseConnection:\n"), "{}", shown.stdout);
    assert!(shown.stderr.contains("--apply writes it"), "{}", shown.stderr);
    assert_eq!(tree(repository.path()), before);

    let written = repository.run(&["restore", "TestDatabaseConnection", "--apply"]).expect_code(0);
    assert_eq!(written.stdout, shown.stdout);
    let backup = repository.read("tests/smoke/test_smoke_database.py.backup.20250901");
    assert_eq!(repository.read("tests/smoke/test_smoke_database.py"), backup, "nothing of it is lost");
    let ids = repository.run(&check).finding_ids();
    assert!(!ids.iter().any(|id| id.ends_with("class/TestDatabaseConnection")), "{ids:?}");
    assert!(repository.run(&["restore", "TestDatabaseConnection"]).expect_code(0).stderr.contains("is there"));

    let listed = repository.run(&["rollback"]).expect_code(0).stdout;
    let id = listed.split_whitespace().next().unwrap();
    repository.run(&["rollback", id]).expect_code(0);
    assert_eq!(tree(repository.path()), before);
    repository.run(&["rollback", "--last"]).expect_code(64);
}

#[test]
fn a_class_goes_into_a_file_that_is_there_and_out_of_it_again() {
    let backup = format!(
        "\"\"\"Old.\"\"\"\nimport os\nimport json\nfrom app import ping, pong as back\n\nLIMIT = 3\nUNUSED = 4\n\n\ndef limit():\n    return LIMIT\n\n\ndef unused():\n    return UNUSED\n\n\nclass TestFirst:\n    def test_x(self):\n        assert limit()\n\n\n# Guards the deploy.\n# See the runbook.\n@mark\n{CLASS}        assert back(limit(), os.sep)\n        # TODO: slower machines\n\n\nclass TestLast:\n    def test_y(self):\n        assert json\n"
    );
    let backup = backup.replace("import os\n", "import os\nimport pytest\n").replace("@mark\n", "@pytest.mark.smoke\n");
    let target = "\"\"\"New.\"\"\"\nimport os\n\n\nclass TestFirst:\n    def test_x(self):\n        assert 1\n\n\nclass TestLast:\n    def test_y(self):\n        assert 2\n";
    let repository = repository(&backup, Some(target));
    let before = tree(repository.path());
    let text = restored(&repository);
    let expected = "\"\"\"New.\"\"\"\nimport os\nimport pytest\nfrom app import ping, pong as back\n\n\nclass TestFirst:\n    def test_x(self):\n        assert 1\n\n\nLIMIT = 3\n\n\ndef limit():\n    return LIMIT\n\n\n# Guards the deploy.\n# See the runbook.\n@pytest.mark.smoke\nclass TestHealth:\n    def test_up(self):\n        assert ping()\n\n    def test_fast(self):\n        assert ping() < 1\n        assert back(limit(), os.sep)\n        # TODO: slower machines\n\n\nclass TestLast:\n    def test_y(self):\n        assert 2\n";
    assert_eq!(text, expected);
    repository.run(&["rollback", "--last"]).expect_code(0);
    assert_eq!(tree(repository.path()), before);
}

#[test]
fn line_ends_marks_tabs_and_the_last_line_are_kept() {
    let backup = format!("from app import ping\n\n\n{CLASS}");
    for (name, target) in [
        ("crlf", "import os\r\n\r\n\r\nclass TestOther:\r\n\tdef test_a(self):\r\n\t\tassert os\r\n".to_owned()),
        ("mark", "\u{feff}import os\n\nX = os\n".to_owned()),
        ("no last line end", "import os\n\nX = os".to_owned()),
        ("main", "import os\n\nif __name__ == \"__main__\":\n    os._exit(1)\n".to_owned()),
        ("empty", String::new()),
        ("comment", "# coding: utf-8\n".to_owned()),
        ("docstring", "'''Doc.'''\nx = 1\n".to_owned()),
        ("future", "from __future__ import annotations\nx = 1\n".to_owned()),
    ] {
        let repository = repository(&backup, Some(&target));
        let before = tree(repository.path());
        let new = restored(&repository);
        let mut rest = new.as_str();
        for line in target.lines() {
            let at = rest.find(line).unwrap_or_else(|| panic!("{name}: {line:?} is not in {new:?}"));
            rest = &rest[at + line.len()..];
        }
        assert_eq!(new.contains("\r\n"), target.contains("\r\n"), "{name}");
        assert_eq!(new.matches('\n').count() == new.matches("\r\n").count(), target.contains("\r\n"), "{name}");
        assert_eq!(new.ends_with('\n'), target.is_empty() || target.ends_with('\n'), "{name}: {new:?}");
        assert_eq!(new.starts_with('\u{feff}'), target.starts_with('\u{feff}'), "{name}");
        assert!(!new.contains("\n\n\n\n") && !new.contains("\n\n\n\nclass"), "{name}: {new:?}");
        repository.run(&["rollback", "--last"]).expect_code(0);
        assert_eq!(tree(repository.path()), before, "{name}");
    }
}

#[test]
fn what_a_class_needs_of_its_file_goes_along() {
    let backup = format!(
        "from app import *\nimport os.path\nimport pytest\ntry:\n    import fast as quick\nexcept ImportError:\n    quick = None\n\nSETTINGS = {{}}\nSETTINGS['a'] = 1\nOTHER = 2\n\n@pytest.fixture\ndef base():\n    return SETTINGS\n\n@pytest.fixture\ndef database(base):\n    return base\n\ndef other(): pass\n\n{}",
        CLASS
            .replace("test_up(self)", "test_up(self, database, elsewhere)")
            .replace("ping() <", "os.path.sep and quick and ping() <")
    );
    let repository = repository(&backup, Some("import os\n"));
    let text = restored(&repository);
    for part in [
        "import os.path\n",
        "import pytest\n",
        "from app import *\n",
        "try:\n    import fast",
        "SETTINGS = {}\nSETTINGS['a'] = 1\n",
        "@pytest.fixture\ndef base",
        "def database",
    ] {
        assert_eq!(text.matches(part).count(), 1, "{part:?} in {text}");
    }
    assert!(!text.contains("OTHER") && !text.contains("def other"), "{text}");
}

#[test]
fn what_should_not_be_restored_is_refused_with_the_reason() {
    let good = format!("from app import ping\n\n\n{CLASS}");
    let twin = "from app import ping\nclass TestHealthChecks:\n    def test_up(self): assert ping()\n    def test_fast(self): assert ping()\n";
    let with = |from: &str, to: &str| good.replacen(from, to, 1);
    for (name, backup, target, reason, forceable) in [
        ("constructor", with(":\n", ":\n    def __init__(self): pass\n"), None, "constructor", true),
        ("stubs", "class TestHealth:\n    def test_up(self): pass\n".to_owned(), None, "stubs", true),
        ("no test", "class TestHealth:\n    def up(self): return 1\n".to_owned(), None, "no test", true),
        ("twin", good.clone(), Some(twin), "`TestHealthChecks` in tests/smoke/test_a.py:2", true),
        (
            "fixture",
            with("class", "@pytest.fixture\nclass").replacen("from", "import pytest\nfrom", 1),
            None,
            "itself a fixture",
            true,
        ),
        ("module", with("from app", "from app.sub"), None, "`import app.sub`", true),
        (
            "symbol",
            with("import ping", "import ping, lost").replace("< 1", "< lost"),
            None,
            "`from app import lost`",
            true,
        ),
        (
            "syntax",
            with("ping():", "ping(:").replace("assert ping() <", "assert ping( <"),
            None,
            "does not parse",
            false,
        ),
        (
            "clash",
            with("from app import ping", "def ping(): return 1"),
            Some("from app import ping\n"),
            "`ping` is not in the target",
            true,
        ),
        ("other import", good.clone(), Some("from other import ping\n"), "`ping` means something else", true),
        (
            "inside",
            format!("if True:\n{}", CLASS.lines().map(|line| format!("    {line}\n")).collect::<String>()),
            None,
            "top level",
            false,
        ),
    ] {
        let repository = repository(&backup, target);
        repository.write("other.py", APP);
        let before = tree(repository.path());
        let refused = repository.run(&["restore", "--apply"]).expect_code(2);
        assert!(
            refused.stderr.contains("refused: TestHealth") && refused.stderr.contains(reason),
            "{name}: {}",
            refused.stderr
        );
        assert_eq!(refused.stderr.contains("--force"), forceable, "{name}: {}", refused.stderr);
        assert_eq!(tree(repository.path()), before, "{name}");
        let forced = repository.run(&["restore", "--apply", "--force"]);
        if forceable {
            assert!(forced.expect_code(0).stderr.contains("despite: "), "{name}");
            repository.run(&["rollback", "--last"]).expect_code(0);
        } else {
            forced.expect_code(2);
        }
        assert_eq!(tree(repository.path()), before, "{name}");
    }
}

#[test]
fn innocent_look_alikes_are_not_refused() {
    let good = format!("from app import ping\n\n\n{CLASS}");
    for target in [
        // One test of the same name of three.
        "from app import ping\nclass TestOther:\n    def test_up(self): assert ping()\n    def test_b(self): assert ping()\n    def test_c(self): assert 1\n",
        // The same names, but no tests of a class.
        "from app import ping\ndef test_up(): assert ping()\ndef test_fast(): assert ping()\n",
        // A broken import that was there before.
        "import gone\nfrom app import ping\n",
    ] {
        restored(&repository(&good, Some(target)));
    }
}

#[test]
fn source_and_target_can_be_named() {
    let good = format!("from app import ping\n\n\n{CLASS}");
    let repository = repository(&good, None);
    repository.write("old/test_b.py.bak", &good.replace("ping() < 1", "ping() < 2"));
    let run = |arguments: &[&str], code: i32| repository.run(&[&["restore"], arguments].concat()).expect_code(code);
    assert!(run(&["--from", "old/test_b.py.bak"], 2).stderr.contains("--to"));
    let shown = run(&["--from", "old/test_b.py.bak", "--to", "tests/smoke/test_new.py"], 0);
    assert!(shown.stdout.contains("+++ b/tests/smoke/test_new.py") && shown.stdout.contains("< 2"), "{}", shown.stdout);
    assert!(run(&["--to", "tests/unit/test_new.py"], 2).stderr.contains("is none of its files"));
    assert!(run(&["--to", "tests/smoke/new.py"], 2).stderr.contains("python_files"));
    run(&["--to", "../outside/test_x.py"], 64);
    run(&["TestUnknown"], 64);
    assert!(run(&["--from", "gone.py", "--to", TARGET], 2).stderr.contains("does not exist"));
    // A relative import means another module elsewhere.
    repository.write(BACKUP, &good.replace("from app", "from .app"));
    repository.write("tests/smoke/__init__.py", "");
    repository.write("tests/smoke/app.py", APP);
    run(&["--from", BACKUP, "--to", "tests/smoke/test_c.py"], 0);
    assert!(
        run(&["--from", BACKUP, "--to", "tests/test_c.py", "--force"], 0).stderr.contains("means another module there")
    );
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_that_leads_out() {
    let outside = tempfile::tempdir().unwrap();
    let repository = repository(&format!("from app import ping\n\n\n{CLASS}"), None);
    std::os::unix::fs::symlink(outside.path().join("x.py"), repository.join(TARGET)).unwrap();
    let refused = repository.run(&["restore", "--apply"]).expect_code(1);
    assert!(refused.stderr.contains("symbolic link"), "{}", refused.stderr);
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn a_file_that_changed_since_is_not_rolled_back() {
    let repository = repository(&format!("from app import ping\n\n\n{CLASS}"), Some("import os\n"));
    restored(&repository);
    let edited = repository.read(TARGET) + "# mine\n";
    repository.write(TARGET, &edited);
    let refused = repository.run(&["rollback", "--last"]).expect_code(1);
    assert!(refused.stderr.contains("tests/smoke/test_a.py has changed since"), "{}", refused.stderr);
    assert_eq!(repository.read(TARGET), edited);
    fs::remove_file(repository.join(TARGET)).unwrap();
    repository.run(&["rollback", "--last"]).expect_code(1);
    repository.run(&["rollback", "../x"]).expect_code(64);
    repository.run(&["rollback", "20200101T000000"]).expect_code(64);
}

#[test]
fn a_record_that_was_tampered_with_writes_nothing_elsewhere() {
    let repository = repository(&format!("from app import ping\n\n\n{CLASS}"), Some("import os\n"));
    restored(&repository);
    let listed = repository.run(&["rollback"]).expect_code(0).stdout;
    let record = format!(".gcp-drift/restores/{}.json", listed.split_whitespace().next().unwrap());
    let text = repository.read(&record);
    for (from, to) in [("\"before\": \"", "\"before\": \"QUJD"), ("tests/smoke/test_a.py", "../test_a.py"), ("{", "")] {
        repository.write(&record, &text.replace(from, to));
        let before = tree(repository.path());
        repository.run(&["rollback", "--last"]).expect_code(1);
        assert_eq!(tree(repository.path()), before, "{from}");
    }
}

#[test]
fn a_secret_in_a_test_is_not_printed() {
    let backup = format!(
        "from app import ping\n\nDB_PASSWORD = \"hunter2-hunter2\"\n\n\n{}",
        CLASS.replace("< 1", "< DB_PASSWORD")
    );
    let shown = repository(&backup, None).run(&["restore"]).expect_code(0);
    assert!(shown.stdout.contains("DB_PASSWORD") && !shown.stdout.contains("hunter2"), "{}", shown.stdout);
}

#[test]
fn a_run_that_was_cut_off_is_finished_by_the_next_one() {
    let repository = repository("import os\n", Some("old\n"));
    // "old\n" becomes "new\n", and a second file is made.
    let change = |path: &str, before: &str, after: &str, folders: &str| {
        format!("{{\"path\":\"{path}\",\"before\":{before},\"after\":{after},\"folders\":[{folders}]}}")
    };
    let changes =
        [change(TARGET, "\"b2xkCg==\"", "\"bmV3Cg==\"", ""), change("made/x", "null", "\"bmV3Cg==\"", "\"made\"")];
    let journal = format!("{{\"version\":1,\"changes\":[{}]}}", changes.join(","));
    repository.write(".gcp-drift/journal.json", &journal);
    let looked = repository.run(&["restore"]);
    assert!(looked.stderr.contains("an earlier run was cut off"), "{}", looked.stderr);
    assert_eq!(repository.read(TARGET), "old\n");
    repository.run(&["rollback", "--last"]).expect_code(64);
    assert_eq!((repository.read(TARGET), repository.read("made/x")), ("new\n".to_owned(), "new\n".to_owned()));
    assert!(!repository.join(".gcp-drift").exists());
    // Where somebody has changed a file since, it is said, and nothing is overwritten.
    repository.write(".gcp-drift/journal.json", &journal);
    repository.write(TARGET, "mine\n");
    let stuck = repository.run(&["rollback", "--last"]).expect_code(1);
    assert!(stuck.stderr.contains("has changed since") && stuck.stderr.contains("journal.json"), "{}", stuck.stderr);
    assert_eq!(repository.read(TARGET), "mine\n");
}

//! The gate before a migration, what a migration lost, the git hook, and the ready workflow.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use saphyr::{LoadableYamlNode, YamlOwned};
use serde_json::Value;

use super::common::{Repository, binary, list, run_in};

const TESTS: &str = "[live]\nsource = \"none\"\n[tests]\npython_version = \"3.11\"\ncritical_imports = [\"app.db\"]\n[tests.categories]\nsmoke = [\"tests/smoke/*.py\"]\n[[tests.required_classes]]\nname = \"TestHealth\"\ncategory = \"smoke\"\nfiles = [\"tests/smoke/*.py\"]\n";
const HEALTH: &str = "from app.db import ping\n\n\nclass TestHealth:\n    def test_up(self):\n        assert ping()\n\n    def test_fast(self):\n        assert ping() < 1\n\n\ndef test_alone():\n    assert ping() > 0\n";

/// A repository in which all is well, with these commands.
fn repository(commands: &str) -> Repository {
    let repository = Repository::empty();
    repository.write("gcp-drift.toml", &format!("{TESTS}{commands}"));
    repository.write("app/__init__.py", "");
    repository.write("app/db.py", "def ping():\n    return 0.5\n");
    repository.write("tests/smoke/test_health.py", HEALTH);
    repository
}

fn command(name: &str, run: &str, more: &str) -> String {
    format!("[[gate.commands]]\nname = \"{name}\"\nrun = {run}\n{more}\n")
}

fn verdicts(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    list(report, "steps").iter().map(|step| (text(&step["name"]), text(&step["verdict"]))).collect()
}

fn expect(report: &Value, expected: &[(&str, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(name, verdict)| ((*name).to_owned(), (*verdict).to_owned())).collect();
    assert_eq!(verdicts(report), expected);
}

#[cfg(unix)]
#[test]
fn commands_run_in_order_and_each_end_is_told() {
    let commands = [
        command("first", "\"echo one >> order\"", ""),
        command(
            "second",
            "[\"sh\", \"-c\", \"echo two >> ../order; pwd; echo $COLOUR; exit 3\"]",
            "dir = \"app\"\nenv = { COLOUR = \"blue\" }",
        ),
        command("slow", "\"sleep 60\"", "timeout = 0.3"),
        command("tolerated", "\"exit 1\"", "allow_failure = true"),
        command("absent", "[\"no-such-program-here\"]", "allow_failure = true"),
        command("last", "\"echo last >> order\"", ""),
    ];
    let gated = repository(&commands.concat());
    let report = gated.run(&["premigrate", "--format", "json"]).expect_code(2).json();
    expect(
        &report,
        &[
            ("tests", "passed"),
            ("first", "passed"),
            ("second", "failed"),
            ("slow", "timed-out"),
            ("tolerated", "failed"),
            ("absent", "not-started"),
            ("last", "passed"),
        ],
    );
    assert_eq!(gated.read("order"), "one\ntwo\nlast\n");
    let second = &report["steps"][2];
    assert_eq!(second["exit_status"], 3);
    assert!(second["output"][0].as_str().unwrap().ends_with("/app") && second["output"][1] == "blue", "{second}");
    assert_eq!(report["reason"], "second and slow did not pass");
    assert_eq!(report["schema_version"], 1);
    assert_eq!(list(&report["validation"], "findings").len(), 0);

    fs::remove_file(gated.join("order")).unwrap();
    let stopped = gated.run(&["premigrate", "--fast-fail"]).expect_code(2);
    assert_eq!(gated.read("order"), "one\ntwo\n");
    for part in ["second failed, the end of its output:", "exit code 3", "not run", "| step", "second did not pass"] {
        let said = format!("{}{}", stopped.stdout, stopped.stderr);
        assert!(said.contains(part), "{part}: {said}");
    }

    repository(&command("tolerated", "\"exit 1\"", "allow_failure = true")).run(&["premigrate"]).expect_code(0);
    repository(&command("absent", "[\"no-such-program-here\"]", "")).run(&["premigrate"]).expect_code(3);
    repository("").run(&["premigrate"]).expect_code(0);
}

#[test]
fn the_validation_is_the_first_step() {
    let commands = command("after", "\"echo x > ran\"", "");
    let broken = repository(&commands);
    broken.write("app/db.py", "from app.gone import x\n");
    let report = broken.run(&["premigrate", "--fast-fail", "--format", "json"]).expect_code(2).json();
    expect(&report, &[("tests", "failed"), ("after", "not-run")]);
    assert!(!broken.join("ran").exists());
    assert!(!list(&report["validation"], "findings").is_empty());
    let said = broken.run(&["premigrate"]).expect_code(2);
    assert!(said.stdout.contains("critical-import-broken") && broken.join("ran").exists(), "{}", said.stdout);
    let check = broken.run(&["check", "--only", "tests", "--format", "json"]).expect_code(2).json();
    assert_eq!(check["findings"], report["validation"]["findings"]);
}

#[cfg(unix)]
#[test]
fn no_secret_of_the_environment_is_printed() {
    let run = "\"echo own $DB_PASSWORD; echo inherited $DEPLOY_TOKEN; exit 1\"";
    let gated = repository(&command("leaky", run, "env = { DB_PASSWORD = \"hunter2-hunter2\" }"));
    for format in ["text", "json"] {
        let output = binary()
            .args(["premigrate", "--format", format])
            .env("DEPLOY_TOKEN", "sesame-sesame")
            .current_dir(gated.path())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("[redacted]") && !said.contains("hunter2") && !said.contains("sesame"), "{said}");
    }
}

#[test]
fn what_a_migration_lost_is_told_by_identity() {
    let migrated = repository("");
    migrated.run(&["premigrate", "--save", "before.json"]).expect_code(0);
    let saved: Value = serde_json::from_str(&migrated.read("before.json")).unwrap();
    let ids: Vec<&str> = list(&saved, "tests").iter().map(|test| test["id"].as_str().unwrap()).collect();
    let file = "tests/smoke/test_health.py";
    let id = |name: &str| format!("{file}::{name}");
    assert_eq!(ids, [id("TestHealth::test_fast"), id("TestHealth::test_up"), id("test_alone")]);
    assert_eq!(saved["classes"][0]["places"][0], "tests/smoke/test_health.py:4");
    assert_eq!(saved["critical_imports"][0]["verdict"], "ok");
    assert_eq!(saved["categories"]["smoke"]["tests"], 3);
    let compare = |code: i32| {
        migrated.run(&["premigrate", "--compare", "before.json", "--format", "json"]).expect_code(code).json()["comparison"].clone()
    };
    assert_eq!(compare(0)["moved_tests"], Value::Array(Vec::new()));

    // Moved to another file, one of them renamed, and with another indentation.
    fs::remove_file(migrated.join(file)).unwrap();
    let elsewhere = HEALTH.replace("test_up", "test_is_up").replace("    ", "\t");
    migrated.write("tests/smoke/test_moved.py", &elsewhere);
    let found = compare(0);
    assert_eq!(list(&found, "moved_tests").len(), 3, "{found}");
    assert_eq!(found["moved_classes"][0]["to"], "tests/smoke/test_moved.py:4");

    // As many tests as before, but one of them is another one.
    let other = elsewhere.replace("test_alone", "test_other").replace("ping() > 0", "1 + 1 == 2");
    migrated.write("tests/smoke/test_moved.py", &other);
    let found = compare(2);
    assert_eq!(found["lost_tests"][0], id("test_alone"));
    assert_eq!((found["new_tests"].as_u64(), list(&found, "categories").len()), (Some(1), 0), "{found}");
    let text = migrated.run(&["premigrate", "--compare", "before.json"]).expect_code(2).stdout;
    assert!(text.contains("lost tests: 1\n  tests/smoke/test_health.py::test_alone\n"), "{text}");

    // Everything is still there, but nothing of it can be imported.
    migrated.write(file, HEALTH);
    fs::remove_file(migrated.join("tests/smoke/test_moved.py")).unwrap();
    migrated.write("app/db.py", "from app.gone import x\n\n\ndef ping():\n    return 0.5\n");
    let found = compare(2);
    assert_eq!(list(&found, "broken_tests").len(), 3, "{found}");
    assert!(found["broken_imports"][0].as_str().unwrap().contains("app/db.py:1"), "{found}");
    assert_eq!(found["lost_tests"], Value::Array(Vec::new()));
}

#[test]
fn a_file_that_was_not_recorded_here_is_refused() {
    let gated = repository("");
    for text in ["", "{}", "[]", "{\"schema_version\": 2}", "{\"schema_version\": 1}"] {
        gated.write("before.json", text);
        gated.run(&["premigrate", "--compare", "before.json"]).expect_code(1);
    }
    gated.run(&["premigrate", "--compare", "gone.json"]).expect_code(1);
    gated.run(&["premigrate", "--save", "a", "--compare", "b"]).expect_code(64);
}

fn git(folder: &Path, arguments: &[&str]) -> Output {
    let search = std::env::join_paths(
        std::iter::once(PathBuf::from(env!("CARGO_BIN_EXE_gcp-drift")).parent().unwrap().to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(folder)
        .env("PATH", search.unwrap())
        .env("GIT_CONFIG_GLOBAL", folder.join("no-such-config"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("git is needed by these tests")
}

#[track_caller]
fn git_ok(folder: &Path, arguments: &[&str]) -> String {
    let output = git(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn committed(commands: &str) -> Repository {
    let repository = repository(commands);
    git_ok(repository.path(), &["init", "-q"]);
    git_ok(repository.path(), &["add", "."]);
    git_ok(repository.path(), &["commit", "-qm", "first"]);
    repository
}

#[cfg(unix)]
fn write_hook(path: &Path, text: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(unix)]
#[test]
fn the_hook_stops_a_commit_and_goes_without_a_trace() {
    let gated = committed(&command("gate", "\"test ! -e stop\"", ""));
    let hook = gated.join(".git/hooks/pre-commit");
    gated.run(&["premigrate", "--install-hook", "pre-commit"]).expect_code(0);
    let once = fs::read_to_string(&hook).unwrap();
    gated.run(&["premigrate", "--install-hook", "pre-commit"]).expect_code(0);
    assert_eq!(fs::read_to_string(&hook).unwrap(), once, "a second time changes nothing");
    git_ok(gated.path(), &["commit", "-q", "--allow-empty", "-m", "goes"]);
    gated.write("stop", "");
    let stopped = git(gated.path(), &["commit", "-q", "--allow-empty", "-m", "stops"]);
    assert!(!stopped.status.success());
    assert!(String::from_utf8_lossy(&stopped.stderr).contains("gate did not pass"));
    assert_eq!(git_ok(gated.path(), &["log", "--format=%s"]), "goes\nfirst");
    gated.run(&["premigrate", "--uninstall-hook", "pre-commit"]).expect_code(0);
    assert!(!hook.exists());
    git_ok(gated.path(), &["commit", "-q", "--allow-empty", "-m", "goes again"]);
    assert!(gated.run(&["premigrate", "--uninstall-hook"]).expect_code(0).stderr.contains("nothing of gcp-drift"));
}

#[cfg(unix)]
#[test]
fn a_hook_that_is_there_is_kept_and_runs_first() {
    for text in [
        "#!/bin/sh\necho old >> ran\nexit 0\n",
        "#!/usr/bin/env bash\nset -e\ncat > pushed\necho old >> ran\nexec true",
        "#!/bin/sh -e\n\n\ncase x in x) echo old >> ran;; esac\n",
        "#!/bin/sh\n",
    ] {
        let gated = committed(&command("gate", "\"echo gate >> ran\"", ""));
        let remote = tempfile::tempdir().unwrap();
        git_ok(remote.path(), &["init", "-q", "--bare"]);
        let hook = gated.join(".git/hooks/pre-push");
        write_hook(&hook, text, 0o755);
        assert!(gated.run(&["premigrate", "--install-hook"]).expect_code(0).stderr.contains("runs first"));
        assert!(fs::read_to_string(&hook).unwrap().contains(text.split_once('\n').unwrap().1));
        git_ok(gated.path(), &["push", "-q", remote.path().to_str().unwrap(), "HEAD:refs/heads/x"]);
        let first = if text.contains("old") { "old\n" } else { "" };
        assert_eq!(gated.read("ran"), format!("{first}gate\n"), "{text:?}");
        if text.contains("pushed") {
            assert!(gated.read("pushed").contains("refs/heads/x"), "it still reads what git says");
        }
        gated.run(&["premigrate", "--uninstall-hook"]).expect_code(0);
        assert_eq!(fs::read_to_string(&hook).unwrap(), text);
        // One that fails ends it.
        write_hook(&hook, "#!/bin/sh\nexit 5\n", 0o755);
        gated.run(&["premigrate", "--install-hook"]).expect_code(0);
        fs::remove_file(gated.join("ran")).unwrap();
        assert!(
            !git(gated.path(), &["push", "-q", remote.path().to_str().unwrap(), "HEAD:refs/heads/y"]).status.success()
        );
        assert!(!gated.join("ran").exists());
    }
}

#[cfg(unix)]
#[test]
fn a_hook_that_cannot_be_kept_is_left_as_it_is() {
    for (text, mode, why) in [
        ("#!/usr/bin/env python3\nprint(1)\n", 0o755, "no shell script"),
        ("#!/bin/sh\nexit 1\n", 0o644, "not executable"),
        ("", 0o755, "no shell script"),
        ("#!/bin/sh\r\necho\r\n", 0o755, "Windows"),
    ] {
        let gated = committed("");
        let hook = gated.join(".git/hooks/pre-push");
        write_hook(&hook, text, mode);
        let refused = gated.run(&["premigrate", "--install-hook"]).expect_code(1);
        assert!(refused.stderr.contains(why), "{}", refused.stderr);
        assert_eq!(fs::read_to_string(&hook).unwrap(), text);
    }
    let outside = Repository::empty();
    outside.write("gcp-drift.toml", TESTS);
    assert!(outside.run(&["premigrate", "--install-hook"]).expect_code(1).stderr.contains("git"));
}

#[cfg(unix)]
#[test]
fn the_folder_of_hooks_is_where_git_says() {
    let gated = committed("");
    git_ok(gated.path(), &["config", "core.hooksPath", "own hooks"]);
    gated.run(&["premigrate", "--install-hook"]).expect_code(0);
    assert!(gated.join("own hooks/pre-push").exists() && !gated.join(".git/hooks/pre-push").exists());
    gated.run(&["premigrate", "--uninstall-hook"]).expect_code(0);
    git_ok(gated.path(), &["config", "--unset", "core.hooksPath"]);

    let elsewhere = tempfile::tempdir().unwrap();
    let tree = elsewhere.path().join("tree");
    git_ok(gated.path(), &["worktree", "add", "-q", tree.to_str().unwrap()]);
    let done = run_in(&tree, &["premigrate", "--install-hook", "pre-commit"]).expect_code(0);
    assert!(gated.join(".git/hooks/pre-commit").exists(), "{}", done.stderr);
    assert!(!done.stderr.contains("outside"), "{}", done.stderr);

    let shared = tempfile::tempdir().unwrap();
    git_ok(gated.path(), &["config", "core.hooksPath", shared.path().to_str().unwrap()]);
    let done = gated.run(&["premigrate", "--install-hook"]).expect_code(0);
    assert!(shared.path().join("pre-push").exists() && done.stderr.contains("other repositories"), "{}", done.stderr);
}

#[cfg(unix)]
#[test]
fn a_configuration_below_the_top_is_found_by_the_hook() {
    let outer = tempfile::tempdir().unwrap();
    git_ok(outer.path(), &["init", "-q"]);
    let inner = outer.path().join("back end's");
    fs::create_dir(&inner).unwrap();
    fs::write(
        inner.join("gcp-drift.toml"),
        format!("{}{}", "[live]\nsource = \"none\"\n", command("gate", "\"echo x > ran\"", "")),
    )
    .unwrap();
    run_in(&inner, &["premigrate", "--install-hook", "pre-commit"]).expect_code(0);
    git(outer.path(), &["commit", "-q", "--allow-empty", "-m", "x"]);
    assert!(inner.join("ran").exists());
}

fn yaml(path: &str) -> YamlOwned {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    YamlOwned::load_from_str(&text).unwrap().remove(0)
}

/// The command lines of gcp-drift in the `run` of each step.
fn command_lines(text: &str) -> Vec<Vec<String>> {
    let lines = text.lines().map(str::trim).filter(|line| line.starts_with("gcp-drift "));
    lines.map(|line| shlex::split(line).unwrap()).collect()
}

/// The parser takes a command line where it prints help instead of refusing it.
fn accepted(line: &[String]) {
    let output = binary().args(line.iter().skip(1)).arg("--help").output().unwrap();
    assert!(output.status.success(), "{line:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_ready_workflow_is_valid_and_its_commands_are_known() {
    let workflow = yaml("docs/workflows/test-infrastructure.yml");
    let on = &workflow["on"];
    assert_eq!(on["schedule"][0]["cron"].as_str().map(|cron| cron.split(' ').count()), Some(5));
    for event in ["push", "pull_request"] {
        let paths = on[event]["paths"].as_vec().unwrap();
        assert!(paths.iter().any(|path| path.as_str() == Some("**/test_*.py")), "{event}");
    }
    assert_eq!(workflow["permissions"]["contents"].as_str(), Some("read"));
    let steps = workflow["jobs"]["tests"]["steps"].as_vec().unwrap();
    let has =
        |step: &YamlOwned, key: &str| step.as_mapping().unwrap().iter().any(|(name, _)| name.as_str() == Some(key));
    assert!(steps.iter().all(|step| has(step, "uses") != has(step, "run")));
    let run: Vec<&str> = steps.iter().filter(|step| has(step, "run")).filter_map(|step| step["run"].as_str()).collect();
    assert!(run.iter().any(|text| text.starts_with("cargo install ")));
    let lines: Vec<Vec<String>> = run.iter().flat_map(|text| command_lines(text)).collect();
    assert_eq!(lines.len(), 2);
    lines.iter().for_each(|line| accepted(line));
}

#[test]
fn the_hooks_for_pre_commit_are_valid_and_their_commands_are_known() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hooks = hooks.as_vec().unwrap();
    assert_eq!(hooks.len(), 2);
    for hook in hooks {
        for key in ["id", "name", "entry", "language"] {
            assert!(hook[key].as_str().is_some_and(|text| !text.is_empty()), "{key}");
        }
        accepted(&shlex::split(hook["entry"].as_str().unwrap()).unwrap());
    }
}

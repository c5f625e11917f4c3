//! Where a missing module went, by the history of the repository.

use std::path::Path;
use std::process::Command;

use gcp_drift::config::TestsConfig;
use gcp_drift::model::Excerpts;
use gcp_drift::testinfra::index;

use crate::common::Repository;

fn git(folder: &Path, arguments: &[&str]) -> bool {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"]);
    let output = command.args(arguments).current_dir(folder).output();
    output.is_ok_and(|output| output.status.success())
}

#[test]
fn a_module_that_was_renamed_is_found_by_the_history() {
    let repository = Repository::empty();
    let folder = repository.path();
    if !git(folder, &["init", "--quiet"]) {
        super::show("SKIPPED: git is not on PATH");
        return;
    }
    let body = |name: &str| format!("def {name}():\n    return '{name}'\n\n\nVALUES = [\n    1,\n    2,\n]\n");
    repository.write("app/__init__.py", "");
    repository.write("app/old_place.py", &body("helper"));
    repository.write("app/twin.py", &body("twin"));
    repository.write("tests/test_a.py", "from app.old_place import helper\n");
    assert!(git(folder, &["add", "-A"]) && git(folder, &["commit", "--quiet", "-m", "one"]));
    assert!(git(folder, &["mv", "app/old_place.py", "app/between.py"]));
    assert!(git(folder, &["commit", "--quiet", "-m", "two"]));
    assert!(git(folder, &["mv", "app/between.py", "app/elsewhere.py"]));
    // The name is in another module as well, so that it alone says nothing.
    repository.write("app/twin.py", &(body("twin") + "\n\ndef helper():\n    return 2\n"));
    assert!(git(folder, &["add", "-A"]) && git(folder, &["commit", "--quiet", "-m", "three"]));

    let found = index(folder, &TestsConfig::default(), &Excerpts::default()).index;
    let [broken] = &found.broken[..] else { panic!("{:?}", found.broken) };
    let suggestion = broken.suggestion.as_ref().unwrap();
    assert_eq!(suggestion.module, "app.elsewhere");
    assert_eq!(suggestion.how, "git has `app/old_place.py` renamed to it");

    std::fs::rename(folder.join(".git"), folder.join("git")).unwrap();
    let found = index(folder, &TestsConfig::default(), &Excerpts::default()).index;
    assert_eq!(found.broken[0].suggestion, None);
}

/// A repository must not be able to have its own programs run.
#[cfg(unix)]
#[test]
fn the_configuration_of_a_repository_runs_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let repository = Repository::empty();
    let folder = repository.path();
    if !git(folder, &["init", "--quiet"]) {
        super::show("SKIPPED: git is not on PATH");
        return;
    }
    let mark = folder.join("was-run");
    let script = folder.join("hostile.sh");
    repository.write("hostile.sh", &format!("#!/bin/sh\ntouch '{}'\n", mark.display()));
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    repository.write("app/one.py", "X = 1\nY = 2\nZ = 3\n");
    repository.write("tests/test_a.py", "import app.one\n");
    repository.write(".gitattributes", "*.py diff=hostile\n");
    assert!(git(folder, &["add", "-A"]) && git(folder, &["commit", "--quiet", "-m", "one"]));
    assert!(git(folder, &["mv", "app/one.py", "app/two.py"]) && git(folder, &["commit", "--quiet", "-m", "two"]));
    let program = script.to_str().unwrap();
    for key in
        ["core.pager", "pager.log", "core.fsmonitor", "diff.external", "diff.hostile.textconv", "diff.hostile.command"]
    {
        assert!(git(folder, &["config", key, program]), "{key}");
    }
    assert!(git(folder, &["config", "gpg.program", program]) && git(folder, &["config", "log.showSignature", "true"]));
    let found = index(folder, &TestsConfig::default(), &Excerpts::default()).index;
    assert_eq!(found.broken[0].suggestion.as_ref().map(|suggestion| suggestion.module.as_str()), Some("app.two"));
    assert!(!mark.exists());
}

//! `check --base`: what a change introduces and fixes, over real git repositories.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::common::{Outcome, Repository, fixture, list};

const CONNECTOR: &str = "connector/netra-staging/us-central1/netra-vpc-connector";

/// Runs git in a folder, with nothing of the caller's settings.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("git is needed by these tests");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn commit(repository: &Repository) {
    git(repository.path(), &["add", "--all"]);
    git(repository.path(), &["commit", "--quiet", "--allow-empty", "--message", "x"]);
}

/// A copy of a fixture with a change of it as the commit `main`; a branch `change` is checked out.
fn started(name: &str, before: impl FnOnce(&Repository)) -> Repository {
    let repository = Repository::copy_of(name);
    git(repository.path(), &["init", "--quiet", "--initial-branch", "main"]);
    before(&repository);
    commit(&repository);
    git(repository.path(), &["checkout", "--quiet", "-b", "change"]);
    repository
}

fn check(repository: &Repository, more: &[&str]) -> Outcome {
    repository.run(&[&["check", "--format", "json", "--base", "main"], more].concat())
}

fn ids(report: &Value, key: &str) -> BTreeSet<String> {
    let id = |item: &Value| item.as_str().or_else(|| item["id"].as_str()).unwrap().to_owned();
    list(report, key).iter().map(id).collect()
}

/// What is introduced and what is fixed; nothing is undecided.
#[track_caller]
fn told(report: &Value) -> (BTreeSet<String>, BTreeSet<String>) {
    assert_eq!(list(report, "undecided").len(), 0, "{report:#}");
    (ids(report, "introduced"), ids(report, "fixed"))
}

fn set(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|&id| id.to_owned()).collect()
}

fn raise(repository: &Repository) {
    let text = repository.read("terraform/connector.tf");
    repository.write("terraform/connector.tf", &text.replacen("max_throughput = 1000", "max_throughput = 900", 1));
}

#[test]
fn drift_that_a_change_declares_is_introduced() {
    let repository = started("clean", |_| {});
    raise(&repository);
    let outcome = check(&repository, &[]).expect_code(2);
    let report = outcome.json();
    let id = format!("connector-changed:{CONNECTOR}:max_throughput");
    let (introduced, fixed) = told(&report);
    assert!(introduced.contains(&id), "{introduced:?}");
    assert_eq!(fixed, set(&[]));
    assert_eq!(report["base"]["ref"], "main");
    assert_eq!(report["base"]["commit"], git(repository.path(), &["rev-parse", "main"]));
    assert!(outcome.stderr.contains("the change introduces"), "{}", outcome.stderr);
    let schema = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/check-v1.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());

    let text = repository.run(&["check", "--base", "main"]).expect_code(2).stdout;
    assert!(text.contains("new error[connector-changed]"), "{text}");
    assert!(text.contains(&format!("introduced {}, fixed 0, standing 0", introduced.len())), "{text}");
    // Committed or not, the files on disk are the head, and the merge base stays where it was.
    commit(&repository);
    git(repository.path(), &["checkout", "--quiet", "main"]);
    repository.write("NOTES.md", "later");
    commit(&repository);
    git(repository.path(), &["checkout", "--quiet", "change"]);
    let later = check(&repository, &[]).expect_code(2).json();
    assert_eq!(later["base"], report["base"]);
    assert_eq!(ids(&later, "introduced"), introduced);
}

#[test]
fn drift_that_a_change_mends_is_fixed_and_nothing_else_counts() {
    let repository = started("clean", raise);
    let standing = check(&repository, &[]).expect_code(0);
    assert_eq!(told(&standing.json()), (set(&[]), set(&[])));
    assert!(standing.stderr.contains("at the merge base too"), "{}", standing.stderr);
    let clean = std::fs::read_to_string(fixture("clean").join("terraform/connector.tf")).unwrap();
    repository.write("terraform/connector.tf", &clean);
    let report = check(&repository, &[]).expect_code(0).json();
    let (introduced, fixed) = told(&report);
    assert_eq!(introduced, set(&[]));
    assert!(fixed.contains(&format!("connector-changed:{CONNECTOR}:max_throughput")), "{fixed:?}");
    let text = repository.run(&["check", "--base", "main"]).expect_code(0).stdout;
    assert!(text.contains("- fixed: error[connector-changed]"), "{text}");
}

#[test]
fn what_stands_does_not_fail_a_change() {
    let repository = started("staging", |_| {});
    assert_eq!(repository.run(&["check"]).code, 2);
    let outcome = check(&repository, &[]).expect_code(0);
    let report = outcome.json();
    assert_eq!(told(&report), (set(&[]), set(&[])));
    assert!(list(&report, "findings").len() > 10 && outcome.stderr.contains("at the merge base too"));
    let text = repository.run(&["check", "--base", "main"]).expect_code(0).stdout;
    assert!(!text.contains("new error[") && text.contains("introduced 0, fixed 0, standing"), "{text}");
}

#[test]
fn a_resource_that_is_declared_elsewhere_or_under_another_address_is_the_same() {
    let repository = started("clean", raise);
    let moved = repository.read("terraform/connector.tf");
    std::fs::remove_file(repository.join("terraform/connector.tf")).unwrap();
    repository.write("terraform/vpc/../access.tf", &moved.replace("\"main\" {", "\"primary\" {"));
    for file in std::fs::read_dir(repository.join("terraform")).unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_some_and(|end| end == "tf") {
            let text = std::fs::read_to_string(&file).unwrap();
            let text = text.replace("google_vpc_access_connector.main", "google_vpc_access_connector.primary");
            std::fs::write(&file, text).unwrap();
        }
    }
    let report = check(&repository, &["--only", "vpc"]).expect_code(0).json();
    assert_eq!(told(&report), (set(&[]), set(&[])));
    assert!(!list(&report, "findings").is_empty());
}

#[test]
fn a_connector_with_another_name_is_another_connector() {
    let repository = started("clean", |_| {});
    repository.replace("terraform/connector.tf", "${var.product}-vpc-connector", "${var.product}-new-connector");
    let report = check(&repository, &["--only", "vpc"]).expect_code(2).json();
    let (introduced, _) = told(&report);
    assert!(introduced.contains("connector-missing:connector/netra-staging/us-central1/netra-new-connector"));
    assert!(introduced.contains(&format!("connector-unmanaged:{CONNECTOR}")), "{introduced:?}");
}

#[test]
fn what_an_unreadable_base_hides_is_not_called_new() {
    let broken = |repository: &Repository| {
        raise(repository);
        let text = repository.read("terraform/connector.tf");
        repository.write("terraform/connector.tf", &text.replacen('{', "{{", 1));
    };
    let repository = started("clean", broken);
    repository.replace("terraform/connector.tf", "{{", "{");
    let outcome = check(&repository, &["--only", "vpc"]).expect_code(3);
    let report = outcome.json();
    assert_eq!(ids(&report, "introduced"), set(&[]));
    let id = format!("connector-changed:{CONNECTOR}:max_throughput");
    let hidden = list(&report, "undecided").iter().find(|item| item["id"] == *id).unwrap();
    assert!(hidden["reason"].as_str().unwrap().contains("terraform/connector.tf"), "{hidden}");
    assert!(outcome.stderr.contains("cannot be told"), "{}", outcome.stderr);
    let text = repository.run(&["check", "--base", "main", "--only", "vpc"]).expect_code(3).stdout;
    assert!(text.contains("whether this is new cannot be told") && !text.contains("new error["), "{text}");
    check(&repository, &["--only", "vpc", "--allow-unchecked"]).expect_code(0);
}

#[test]
fn a_file_that_both_sides_cannot_read_hides_nothing() {
    let repository = started("clean", |repository| repository.write("terraform/odd.tf", "resource {"));
    raise(&repository);
    let report = check(&repository, &["--only", "vpc"]).expect_code(2).json();
    assert!(ids(&report, "introduced").contains(&format!("connector-changed:{CONNECTOR}:max_throughput")));
    // Broken by the change: what is gone is not called fixed.
    let repository = started("clean", raise);
    repository.write("terraform/connector.tf", "resource {");
    let report = check(&repository, &["--only", "vpc"]).json();
    assert!(!ids(&report, "fixed").contains(&format!("connector-changed:{CONNECTOR}:max_throughput")), "{report:#}");
    let undecided = list(&report, "undecided");
    assert!(undecided.iter().any(|item| item["side"] == "fixed"), "{undecided:?}");
    assert!(!list(&report, "introduced_not_checked").is_empty(), "{report:#}");
}

#[test]
fn what_the_base_does_not_have_at_all_hides_nothing() {
    let repository = started("clean", |repository| {
        std::fs::remove_dir_all(repository.join("terraform")).unwrap();
        std::fs::remove_dir_all(repository.join("scripts")).unwrap();
        std::fs::remove_dir_all(repository.join(".github")).unwrap();
    });
    for folder in ["terraform", "scripts", ".github"] {
        std::fs::create_dir(repository.join(folder)).unwrap();
        super::common::copy(&fixture("clean").join(folder), &repository.join(folder));
    }
    raise(&repository);
    let report = check(&repository, &["--only", "vpc"]).expect_code(2).json();
    assert_eq!(told(&report).0, set(&[&format!("connector-changed:{CONNECTOR}:max_throughput")]));
}

#[test]
fn without_live_state_declarations_are_compared() {
    let repository = started("clean", |_| {});
    let workflow = ".github/workflows/deploy-staging.yml";
    let text = repository.read(workflow);
    repository.write(workflow, &text.replacen("--vpc-egress private-ranges-only", "--vpc-egress all-traffic", 1));
    let report = check(&repository, &["--live", "none"]).expect_code(2).json();
    let (introduced, fixed) = told(&report);
    assert!(introduced.iter().any(|id| id.starts_with("declared-conflict:service/")), "{introduced:?}");
    assert_eq!(fixed, set(&[]));
    assert_eq!(list(&report, "coverage").len(), 0);
    let live = check(&repository, &[]).expect_code(2).json();
    assert_eq!(ids(&live, "introduced").iter().filter(|id| id.starts_with("declared-conflict")).count(), 1);
}

#[test]
fn a_broken_import_of_the_tests_is_introduced_and_one_that_stands_is_not() {
    let standing = "import no_such_module_here\n\ndef test_a():\n    assert no_such_module_here\n";
    let repository = started("clean", |repository| repository.write("tests/unit/test_standing.py", standing));
    let new = "from netra_backend import nothing_like_it\n\ndef test_b():\n    assert nothing_like_it\n";
    repository.write("tests/unit/test_new.py", new);
    let report = check(&repository, &["--only", "tests"]).json();
    let (introduced, fixed) = told(&report);
    assert!(introduced.iter().all(|id| id.contains("nothing_like_it")), "{introduced:?}");
    assert!(!introduced.is_empty() && fixed.is_empty());
    assert!(report["findings"].as_array().unwrap().len() > introduced.len(), "{report:#}");
    // A syntax error at the base hides what its file holds.
    let broken = |repository: &Repository| repository.write("tests/unit/test_new.py", "def test_b(:\n");
    let repository = started("clean", broken);
    repository.write("tests/unit/test_new.py", new);
    let report = check(&repository, &["--only", "tests"]).expect_code(3).json();
    assert!(ids(&report, "introduced").is_empty() && !list(&report, "undecided").is_empty(), "{report:#}");
    assert!(ids(&report, "fixed").iter().any(|id| id.starts_with("python-syntax-error")), "{report:#}");
}

#[test]
fn a_replay_tells_the_same_of_both_sides() {
    let repository = started("staging", |_| {});
    raise(&repository);
    repository.write("tests/unit/test_new.py", "import no_such_module_here\n");
    let first = check(&repository, &["--record", "run.json"]);
    let elsewhere = Repository::empty();
    std::fs::copy(repository.join("run.json"), elsewhere.join("run.json")).unwrap();
    let again = elsewhere.run(&["check", "--format", "json", "--replay", "run.json"]);
    assert_eq!(again.stdout, first.stdout);
    assert_eq!((again.code, again.stderr), (first.code, first.stderr));
    elsewhere.run(&["check", "--replay", "run.json", "--base", "main"]).expect_code(64);
}

#[test]
fn files_that_git_ignores_are_there_on_both_sides() {
    let repository = started("clean", |repository| {
        repository.write(".gitignore", "*.auto.tfvars\n_generated.py\n");
        let text = repository.read("terraform/connector.tf");
        repository
            .write("terraform/connector.tf", &text.replacen("max_throughput = 1000", "max_throughput = var.most", 1));
        repository.write("terraform/most.tf", "variable \"most\" {\n  type = number\n}\n");
    });
    repository.write("terraform/local.auto.tfvars", "most = 900\n");
    repository.write("netra_backend/_generated.py", "VALUE = 1\n");
    repository.write(
        "tests/unit/test_new.py",
        "from netra_backend._generated import VALUE\n\ndef test_b():\n    assert VALUE\n",
    );
    let report = check(&repository, &[]).expect_code(0).json();
    assert_eq!(told(&report), (set(&[]), set(&[])));
    assert!(report["findings"].to_string().contains("max_throughput"), "{report:#}");
}

#[test]
fn a_repository_in_a_folder_of_a_larger_one_is_compared_alone() {
    let outer = Repository::empty();
    for folder in ["infra", "second"] {
        std::fs::create_dir(outer.join(folder)).unwrap();
    }
    super::common::copy(&fixture("clean"), &outer.join("infra"));
    outer.write("other/broken.tf", "resource {");
    git(outer.path(), &["init", "--quiet", "--initial-branch", "main"]);
    commit(&outer);
    let connector = outer.read("infra/terraform/connector.tf");
    outer.write("infra/terraform/connector.tf", &connector.replacen("1000", "900", 1));
    let report = super::common::run_in(&outer.join("infra"), &["check", "--format", "json", "--base", "HEAD"]).json();
    assert!(told(&report).0.contains(&format!("connector-changed:{CONNECTOR}:max_throughput")));
    // A folder that the base does not have is compared with nothing.
    super::common::copy(&fixture("clean"), &outer.join("second"));
    let report = super::common::run_in(&outer.join("second"), &["check", "--format", "json", "--base", "main"]).json();
    assert_eq!(ids(&report, "introduced"), set(&[]), "{report:#}");
}

#[test]
fn what_cannot_be_compared_says_why() {
    let outside = Repository::copy_of("clean");
    let outcome = check(&outside, &[]).expect_code(64);
    assert!(outcome.stderr.contains("no git repository"), "{}", outcome.stderr);
    git(outside.path(), &["init", "--quiet", "--initial-branch", "main"]);
    let unborn = outside.run(&["check", "--base", "HEAD"]).expect_code(64);
    assert!(unborn.stderr.contains("names no commit"), "{}", unborn.stderr);

    let repository = started("clean", |_| {});
    for reference in ["nowhere", "--all", "", "main:terraform"] {
        let outcome = repository.run(&["check", &format!("--base={reference}")]).expect_code(64);
        assert!(outcome.stderr.contains("names no commit"), "{reference}: {}", outcome.stderr);
    }
    repository.run(&["check", "--base", "main", "--collect"]).expect_code(64);
    git(repository.path(), &["checkout", "--quiet", "--orphan", "alone"]);
    repository.write("NOTES.md", "another beginning");
    commit(&repository);
    let outcome = check(&repository, &[]).expect_code(1);
    assert!(outcome.stderr.contains("no commit in common"), "{}", outcome.stderr);
}

#[test]
fn a_shallow_clone_without_the_merge_base_says_so() {
    let origin = started("clean", |_| {});
    raise(&origin);
    commit(&origin);
    git(origin.path(), &["checkout", "--quiet", "main"]);
    origin.write("NOTES.md", "later");
    commit(&origin);
    let clones = Repository::empty();
    let url = format!("file://{}", origin.path().display());
    git(
        clones.path(),
        &["clone", "--quiet", "--depth", "1", "--no-single-branch", "--branch", "change", &url, "clone"],
    );
    let folder = clones.join("clone");
    let outcome = super::common::run_in(&folder, &["check", "--base", "origin/main"]).expect_code(1);
    assert!(
        outcome.stderr.contains("this clone is shallow") && outcome.stderr.contains("--unshallow"),
        "{}",
        outcome.stderr
    );
    git(&folder, &["fetch", "--quiet", "--unshallow"]);
    super::common::run_in(&folder, &["check", "--base", "origin/main"]).expect_code(2);
}

#[cfg(unix)]
#[test]
fn nothing_of_the_repository_runs_and_links_do_not_lead_out() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let secret = Repository::empty();
    secret.write("secret.tf", "resource \"google_vpc_access_connector\" \"leaked\" {\n  name = \"leaked-connector\"\n  region = \"us-central1\"\n}\n");
    let repository = started("clean", |repository| {
        symlink(secret.join("secret.tf"), repository.join("terraform/leak.tf")).unwrap();
        symlink(secret.path(), repository.join("terraform/folder")).unwrap();
        symlink("connector.tf", repository.join("terraform/within.txt")).unwrap();
    });
    std::fs::remove_file(repository.join("terraform/leak.tf")).unwrap();
    let ran = repository.join(".git/ran");
    let script = repository.join(".git/script");
    std::fs::write(&script, format!("#!/bin/sh\ntouch '{}'\n", ran.display())).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let script = script.display().to_string();
    for name in
        ["core.fsmonitor", "core.pager", "core.sshCommand", "diff.external", "filter.x.smudge", "filter.x.clean"]
    {
        git(repository.path(), &["config", name, &script]);
    }
    for hook in ["post-checkout", "post-index-change", "pre-auto-gc", "reference-transaction"] {
        std::fs::create_dir_all(repository.join(".git/hooks")).unwrap();
        std::fs::copy(&script, repository.join(&format!(".git/hooks/{hook}"))).unwrap();
    }
    repository.write(".gitattributes", "*.tf filter=x diff=x\n");
    let _ = std::fs::remove_file(&ran);
    raise(&repository);
    let outcome = check(&repository, &[]).expect_code(2);
    assert!(!outcome.stdout.contains("leaked-connector"), "{}", outcome.stdout);
    assert!(!ran.exists(), "something of the repository was run");
    assert!(ids(&outcome.json(), "introduced").contains(&format!("connector-changed:{CONNECTOR}:max_throughput")));
}

//! The command line itself: usage, configuration, formats, files.

use super::common::{Repository, list};

#[test]
fn wrong_usage_is_64_and_help_is_0() {
    let repository = Repository::empty();
    for arguments in [
        &["frobnicate"][..],
        &["check", "--only", "everything"],
        &["check", "--fail-on", "dreadful"],
        &["check", "--format", "pdf"],
        &["check", "--live", "cloud"],
        &["check", "--output", "json", "--output", "text"],
        &[],
    ] {
        repository.run(arguments).expect_code(64);
    }
    for arguments in [&["--help"][..], &["check", "--help"], &["--version"]] {
        let outcome = repository.run(arguments).expect_code(0);
        assert!(!outcome.stdout.is_empty());
    }
}

#[test]
fn a_wrong_configuration_is_shown_with_carets_and_all_its_errors() {
    let repository = Repository::empty();
    repository.write("gcp-drift.toml", "projct = \"p\"\nfail_on = \"dreadful\"\n\n[tests]\ncap = \"many\"\n");
    let outcome = repository.run(&["check"]).expect_code(64);
    for said in ["gcp-drift.toml:1:1", "`project`", "gcp-drift.toml:2:", "gcp-drift.toml:5:", "^"] {
        assert!(outcome.stderr.contains(said), "{said} is not in\n{}", outcome.stderr);
    }
}

#[test]
fn the_configuration_is_found_above_and_paths_are_relative_to_it() {
    let repository = Repository::copy_of("clean");
    // The search ends at the checkout's top.
    std::fs::create_dir(repository.join(".git")).unwrap();
    let deep = repository.join("terraform/modules");
    let outcome = super::common::run_in(&deep, &["check", "--format", "json"]);
    assert_eq!(outcome.code, 0, "{}\n{}", outcome.stdout, outcome.stderr);
}

#[test]
fn only_limits_the_report_to_its_parts() {
    let repository = Repository::copy_of("staging");
    let outcome = repository.run(&["check", "--only", "tests", "--format", "json"]).expect_code(2);
    let report = outcome.json();
    assert!(
        list(&report, "findings")
            .iter()
            .all(|finding| { ["imports", "discovery", "classes"].contains(&finding["part"].as_str().unwrap()) })
    );
    let vpc = list(&report, "parts").iter().find(|part| part["part"] == "vpc").unwrap();
    assert_eq!(vpc["verdict"], "not-asked");
}

#[test]
fn severity_and_acceptance_are_applied_and_stay_visible() {
    let repository = Repository::copy_of("staging");
    let config = repository.read("gcp-drift.toml");
    repository.write(
        "gcp-drift.toml",
        &format!(
            "{config}\n[severity]\nconnector-unmanaged = \"critical\"\n\n[[accept]]\nrule = \"declared-conflict\"\nresource = \"netra-frontend-*\"\nreason = \"the workflow is being changed\"\nuntil = \"2999-12-31\"\n\n[[accept]]\nrule = \"workload-missing\"\nresource = \"nothing-like-this\"\nreason = \"stale\"\n\n[[accept]]\nrule = \"smoke-class-stub\"\nresource = \"*\"\nreason = \"old\"\nuntil = \"2001-01-01\"\n"
        ),
    );
    let outcome = repository.run(&["check", "--format", "json"]).expect_code(2);
    let ids = outcome.finding_ids();
    let report = outcome.json();
    let unmanaged = list(&report, "findings").iter().find(|finding| finding["rule"] == "connector-unmanaged").unwrap();
    assert_eq!(unmanaged["severity"], "critical");
    assert!(!ids.iter().any(|id| id.starts_with("declared-conflict:")));
    assert_eq!(list(&report, "suppressed").len(), 1);
    assert!(report["suppressed"].to_string().contains("the workflow is being changed"));
    assert!(ids.iter().any(|id| id.starts_with("acceptance-unused:")), "{ids:?}");
    assert!(ids.iter().any(|id| id.starts_with("acceptance-expired:")), "{ids:?}");
    assert!(ids.iter().any(|id| id.starts_with("smoke-class-stub:")), "{ids:?}");
}

#[test]
fn fail_on_decides_the_exit_code() {
    let repository = Repository::copy_of("staging");
    repository.run(&["check", "--fail-on", "none"]).expect_code(0);
    repository.run(&["check", "--fail-on", "critical"]).expect_code(2);
}

#[test]
fn several_outputs_come_from_one_run() {
    let repository = Repository::copy_of("staging");
    let outcome = repository.run(&["check", "--output", "json=report.json", "--output", "text=report.txt"]);
    let report: serde_json::Value = serde_json::from_str(&repository.read("report.json")).unwrap();
    assert!(!list(&report, "findings").is_empty());
    let text = repository.read("report.txt");
    assert!(text.contains("error[workload-egress-changed]"), "{text}");
    assert!(outcome.stdout.contains("error[workload-egress-changed]"));
    assert!(outcome.stderr.trim_end().lines().last().unwrap().starts_with("exit code 2: "));
}

#[test]
fn a_reader_that_closes_the_pipe_is_no_error() {
    let repository = Repository::copy_of("staging");
    let mut child = super::common::binary()
        .args(["check"])
        .current_dir(repository.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("anic"));
}

#[test]
fn init_writes_a_configuration_that_check_accepts_and_never_overwrites() {
    let repository = Repository::copy_of("clean");
    std::fs::remove_file(repository.join("gcp-drift.toml")).unwrap();
    repository.run(&["init"]).expect_code(0);
    let written = repository.read("gcp-drift.toml");
    assert!(written.lines().filter(|line| line.starts_with('#')).count() > 10, "{written}");
    repository.run(&["init"]).expect_code(64);
    assert_eq!(repository.read("gcp-drift.toml"), written);
    let outcome = repository.run(&["check", "--live", "snapshot:live/state.json", "--format", "json"]);
    assert!(outcome.code == 0 || outcome.code == 3, "{}\n{}", outcome.stdout, outcome.stderr);
    assert_eq!(outcome.finding_ids(), Vec::<String>::new());
}

#[test]
fn an_empty_folder_is_reported_not_judged_clean() {
    let outcome = Repository::empty().run(&["check", "--live", "none", "--format", "json"]).expect_code(3);
    assert!(outcome.stderr.contains("nothing was checked"), "{}", outcome.stderr);
    let report = outcome.json();
    for part in list(&report, "parts") {
        assert_ne!(part["verdict"], "clean", "{part}");
    }
}

#[test]
fn the_report_fits_narrow_terminals() {
    let repository = Repository::copy_of("staging");
    let output = super::common::binary()
        .args(["check", "--color", "never"])
        .current_dir(repository.path())
        .env("COLUMNS", "40")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("connector-changed"));
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn the_shipped_policies_hold_nobody_to_numbers_that_nobody_set() {
    let repository = Repository::copy_of("clean");
    let config = repository.read("gcp-drift.toml");
    let (without, _) = config.split_once("[policies.params]").unwrap();
    repository.write("gcp-drift.toml", without);
    let policies = |repository: &Repository| {
        let report = repository.run(&["check", "--format", "json"]).expect_code(0).json();
        list(&report, "parts").iter().find(|part| part["part"] == "policies").unwrap().clone()
    };
    assert_eq!(policies(&repository)["verdict"], "not-applicable");
    repository.write("gcp-drift.toml", &format!("{without}[policies]\nshipped = true\n"));
    assert_eq!(policies(&repository)["verdict"], "clean");
}

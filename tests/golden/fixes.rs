//! What findings offer to do is right: an edit takes its finding away and brings no other, and gcloud takes the
//! commands.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use gcp_drift::deploy::gcloud::{self, Reading};
use gcp_drift::deploy::repository::Repository as Files;
use gcp_drift::deploy::words::{Item, Word};
use gcp_drift::finding::{ApplyAction, Finding, FixKind};
use gcp_drift::model::{Excerpts, NameContext, Origin};

use super::super::common::{Repository, list};
use super::super::emulator::skip;
use super::cases;

/// Commands that are given to the real gcloud, and how long it gets to read them.
const CHOSEN: usize = 8;
const SECONDS: u64 = 15;

/// Applies a diff as its reader would.
fn apply(folder: &Path, diff: &str) {
    let mut git = Command::new("git")
        .args(["apply", "--unidiff-zero", "--whitespace=nowarn", "-"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("git is needed by these tests");
    git.stdin.take().unwrap().write_all(diff.as_bytes()).unwrap();
    let output = git.wait_with_output().unwrap();
    assert!(output.status.success(), "{diff}\n{}", String::from_utf8_lossy(&output.stderr));
}

/// An import block alone declares nothing yet.
fn is_whole(diff: &str) -> bool {
    !diff.contains("+import {") || diff.contains("+resource ")
}

/// What an edit may bring up: that nothing uses the connector that was declared before, and that the API has a range
/// that it would not take today.
fn is_told(id: &str) -> bool {
    id.starts_with("connector-unreferenced:") || id.ends_with("google_vpc_access_connector.c:ip_cidr_range")
}

#[test]
fn an_edit_takes_its_finding_away_and_brings_no_other() {
    let (mut edits, mut adoptions) = (0, 0);
    let mut wrong = Vec::new();
    for case in cases() {
        let before = case.judge().findings;
        let ids: BTreeSet<&str> = before.iter().map(|one| &*one.id).collect();
        for finding in &before {
            for diff in finding.fix.iter().filter_map(|fix| fix.diff.as_ref()).filter(|diff| is_whole(diff)) {
                let folder = tempfile::TempDir::new().unwrap();
                case.write(folder.path());
                apply(folder.path(), diff);
                let after = case.judge_in(folder.path());
                let same = after.findings.iter().find(|one| one.id == finding.id);
                let action = |one: &Finding| one.apply.as_ref().map(|effect| effect.action);
                // What is written down is no longer hidden from apply, which then brings it back.
                let is_shown = |one: &Finding| {
                    action(finding) == Some(ApplyAction::Unseen) && action(one) != Some(ApplyAction::Unseen)
                };
                let new: Vec<&str> =
                    after.findings.iter().map(|one| &*one.id).filter(|id| !ids.contains(id) && !is_told(id)).collect();
                if same.is_some_and(|one| !is_shown(one)) || !new.is_empty() {
                    wrong.push(format!(
                        "{} {}\n{diff}{:?}\nnew {new:?}",
                        case.number,
                        finding.id,
                        same.map(|one| &one.title)
                    ));
                }
                if diff.contains("+import {") { adoptions += 1 } else { edits += 1 }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(edits >= 20 && adoptions >= 2, "only {edits} edits and {adoptions} adoptions");
}

#[test]
fn edits_of_the_staging_repository_take_their_findings_away() {
    let repository = Repository::copy_of("staging");
    let before = repository.run(&["check", "--only", "vpc", "--format", "json"]);
    let ids = before.finding_ids();
    let mut tried = 0;
    for finding in list(&before.json(), "findings") {
        for diff in list(finding, "fix").iter().filter_map(|fix| fix["diff"].as_str()).filter(|diff| is_whole(diff)) {
            let copy = Repository::copy_of("staging");
            apply(copy.path(), diff);
            let after = copy.run(&["check", "--only", "vpc", "--format", "json"]).finding_ids();
            assert!(!after.iter().any(|id| *id == finding["id"].as_str().unwrap()), "{diff}\n{after:#?}");
            assert!(after.iter().all(|id| ids.contains(id) || is_told(id)), "{diff}\n{after:#?}");
            tried += 1;
        }
    }
    assert!(tried >= 3, "only {tried} edits");
}

/// Every gcloud command that a finding of a case offers or names.
fn commands() -> BTreeSet<String> {
    let findings = cases().into_iter().flat_map(|case| case.judge().findings);
    let fixes = findings.flat_map(|finding| finding.fix).filter(|fix| fix.kind == FixKind::Command);
    let texts = fixes.flat_map(|fix| [fix.text, fix.verify, fix.undo]);
    texts.filter(|text| text.starts_with("gcloud ")).collect()
}

#[test]
fn no_gcloud_command_is_one_that_gcloud_refuses() {
    let (context, excerpts) = (NameContext::new(None, None), Excerpts::default());
    let folder = tempfile::TempDir::new().unwrap();
    let files = Files::new(folder.path(), &context, &excerpts);
    let origin = Origin::live("finding", "fix");
    let (mut deploys, mut others) = (0, 0);
    for command in commands() {
        let words = shlex::split(&command).expect("it is quoted for a shell");
        let items: Vec<Item> = words.into_iter().map(|word| Item::Word(Word::known(word, origin.clone()))).collect();
        match gcloud::read(&items, &origin, &files) {
            Reading::Refused(refused) => panic!("{command}: {}", refused.text),
            Reading::Undecidable(whys) => panic!("{command}: {whys:?}"),
            Reading::Other => others += 1,
            _ => deploys += 1,
        }
    }
    assert!(deploys >= 10 && others >= 10, "only {deploys} and {others} commands");
}

/// One command a group of flags: what differs beyond that are names.
fn shapes() -> Vec<String> {
    let mut seen = BTreeSet::new();
    let flags = |command: &str| {
        let words = shlex::split(command).unwrap();
        words.into_iter().filter(|word| word.starts_with("--")).collect::<BTreeSet<_>>()
    };
    let verb = |command: &str| command.split(' ').take_while(|word| !word.starts_with('-')).take(5).collect::<String>();
    commands().into_iter().filter(|command| seen.insert((flags(command), verb(command)))).collect()
}

#[test]
fn the_real_gcloud_knows_every_flag() {
    if Command::new("gcloud").arg("--version").output().is_err() {
        return skip("gcloud is not on PATH");
    }
    let work = tempfile::TempDir::new().unwrap();
    // Its arguments are read before anybody is asked, and nobody answers here.
    let refused = [
        "unrecognized arguments",
        "Invalid choice",
        "expected one argument",
        "Invalid value",
        "must be specified",
        "At most one of",
        "Bad value",
    ];
    // All at once: each is stopped once it had the time to read its arguments.
    let mut running = Vec::new();
    for command in shapes().into_iter().step_by(4).take(CHOSEN) {
        let words = shlex::split(&command).unwrap();
        let mut gcloud = Command::new("gcloud");
        gcloud.args(&words[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let child = gcloud
            .env("CLOUDSDK_CONFIG", work.path())
            .env("CLOUDSDK_AUTH_DISABLE_CREDENTIALS", "true")
            .env("CLOUDSDK_CORE_DISABLE_USAGE_REPORTING", "true")
            .env("CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK", "true")
            .env("CLOUDSDK_CORE_DISABLE_PROMPTS", "true")
            .env("https_proxy", "http://127.0.0.1:9/")
            .spawn();
        running.push((command, child.unwrap()));
    }
    std::thread::sleep(std::time::Duration::from_secs(SECONDS));
    for (command, mut child) in running {
        let _ = child.kill();
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(!refused.iter().any(|words| text.contains(words)), "{command}\n{text}");
    }
}

/// The state of the staging repository's connector, with this scaling.
fn state(min: i64, max: i64) -> String {
    serde_json::json!({
        "version": 4, "terraform_version": "1.9.0", "serial": 12, "lineage": "l", "outputs": {},
        "resources": [{
            "mode": "managed", "type": "google_vpc_access_connector", "name": "main",
            "provider": "provider[\"registry.terraform.io/hashicorp/google\"]",
            "instances": [{ "schema_version": 0, "attributes": {
                "name": "netra-vpc-connector", "project": "netra-staging", "region": "us-central1",
                "min_throughput": min, "max_throughput": max,
            }}],
        }],
    })
    .to_string()
}

#[test]
fn a_state_tells_drift_from_what_is_not_applied_yet() {
    let repository = Repository::copy_of("staging");
    let id = "connector-changed:connector/netra-staging/us-central1/netra-vpc-connector:max_throughput";
    for (state, standing, severity, baseline) in [
        (state(300, 1000), "changed-outside", "high", "terraform"),
        (state(200, 300), "not-applied", "low", "state"),
        (state(200, 600), "both", "high", "terraform"),
    ] {
        repository.write("terraform/last.tfstate", &state);
        let report =
            repository.run(&["check", "--only", "vpc", "--state", "terraform/last.tfstate", "--format", "json"]).json();
        let finding = list(&report, "findings").iter().find(|one| one["id"] == id).unwrap();
        assert_eq!(finding["applied"]["standing"], standing, "{finding:#}");
        assert_eq!((&finding["severity"], &finding["baseline"]), (&severity.into(), &baseline.into()), "{finding:#}");
        assert!(finding["applied"]["source"].as_str().unwrap().ends_with("serial 12"), "{finding:#}");
    }
}

#[test]
fn lowering_a_connector_replaces_it_and_names_who_loses_it() {
    let drift = cases().into_iter().find(|case| case.number == "drift 6").unwrap();
    let finding = drift.judge().findings.into_iter().find(|one| one.rule == "connector-changed").unwrap();
    let effect = finding.apply.unwrap();
    assert_eq!(effect.action, ApplyAction::Replace, "{effect:?}");
    assert!(effect.text.contains("cannot be lowered in place"), "{effect:?}");
    assert_eq!(finding.fix[0].kind, FixKind::Edit, "what replaces the connector is not offered first");
}

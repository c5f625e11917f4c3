//! Runs the cases under `tests/deploy/`: one folder a case, input beside what `show deploy` prints.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::*;

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

fn context() -> NameContext {
    NameContext { project: Some("acme-staging".into()), ..NameContext::default() }
}

fn read(repo: &Path, paths: &[&str]) -> DeployDeclarations {
    let config = DeployConfig { paths: paths.iter().map(|path| (*path).to_owned()).collect() };
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
    assert!(update || cases.len() >= 25, "only {} cases", cases.len());
    for case in cases {
        let shown = format!("{:#}\n", show(&read(&case, &[])));
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

/// What the fake gcloud was run with, as deploys.
fn recorded(log: &Path) -> Vec<crate::model::DeployCommand> {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let origin = SourceFile::new(RepoPath::new("log"), "x", &Excerpts::default()).origin(0..1);
    let mut deploys = Vec::new();
    for record in text.split('\u{1e}').filter(|record| !record.is_empty()) {
        let words = std::iter::once("gcloud").chain(record.split_terminator('\u{1f}'));
        let items: Vec<words::Item> =
            words.map(|word| words::Item::Word(words::Word::known(word, origin.clone()))).collect();
        if let gcloud::Reading::Deploy(deploy) = gcloud::read(&items, &origin, &context()) {
            deploys.push(*deploy);
        }
    }
    deploys
}

/// True where everything that is known of `ours` is what really ran.
fn agrees(ours: &crate::model::DeployCommand, ran: &crate::model::DeployCommand) -> bool {
    use crate::model::{Change, Fact};
    fn text(ours: &Fact<String>, ran: &Fact<String>) -> bool {
        match (ours, ran) {
            (Fact::Unknown(_), _) => true,
            (Fact::Known(a, _), Fact::Known(b, _)) => a == b,
            (Fact::Absent(_), Fact::Absent(_)) => true,
            _ => false,
        }
    }
    fn change<T>(ours: &Change<T>, ran: &Change<T>, same: impl Fn(&T, &T) -> bool) -> bool {
        match (ours, ran) {
            (Change::Set(Fact::Unknown(_)), _) => true,
            (Change::Set(Fact::Known(a, _)), Change::Set(Fact::Known(b, _))) => same(a, b),
            (Change::Clear(_), Change::Clear(_)) | (Change::Leave, Change::Leave) => true,
            _ => false,
        }
    }
    ours.action == ran.action
        && text(&ours.name, &ran.name)
        && text(&ours.project, &ran.project)
        && text(&ours.region, &ran.region)
        && change(&ours.connector, &ran.connector, |a, b| a.text == b.text)
        && change(&ours.egress, &ran.egress, |a, b| a.text == b.text)
        && change(&ours.interfaces, &ran.interfaces, |a, b| a.len() == b.len())
}

fn short(commands: &[crate::model::DeployCommand]) -> Vec<Value> {
    let declarations = DeployDeclarations { commands: commands.to_vec(), ..DeployDeclarations::default() };
    show(&declarations)["commands"].as_array().cloned().unwrap_or_default()
}

/// Runs every Python case with a fake gcloud that records its arguments: what is said to run for certain must have
/// run with exactly the known values, and what ran must have been found, or the reading must say that it is incomplete.
#[cfg(unix)]
#[test]
fn scripts_run_what_is_said_of_them() {
    use std::os::unix::fs::PermissionsExt;
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("SKIPPED: python3 is not on PATH");
        return;
    }
    let bin = tempfile::tempdir().expect("a folder");
    let fake = bin.path().join("gcloud");
    let script = "#!/bin/sh\nfor word in \"$@\"; do printf '%s\\037' \"$word\" >> \"$GCLOUD_LOG\"; done\n\
                  printf '\\036' >> \"$GCLOUD_LOG\"\n";
    std::fs::write(&fake, script).expect("a file");
    std::fs::set_permissions(&fake, std::fs::Permissions::from_mode(0o755)).expect("permissions");
    let path = format!("{}:{}", bin.path().display(), std::env::var("PATH").unwrap_or_default());
    let mut certain = BTreeSet::new();
    let mut failed = Vec::new();
    for case in cases() {
        let read = read(&case, &[]);
        let scripts: BTreeSet<String> = discover::discover(&case, &[], &mut DeployDeclarations::default())
            .into_iter()
            .filter(|found| found.kind == FileKind::Python)
            .map(|found| found.path)
            .collect();
        for script in scripts {
            let work = tempfile::tempdir().expect("a folder");
            let log = work.path().join("log");
            let mut command = Command::new("python3");
            command.arg(case.join(&script)).current_dir(work.path()).env("PATH", &path).env("GCLOUD_LOG", &log);
            for name in ["IMAGE_TAG", "GITHUB_SHA", "PROJECT", "REGION", "DRY_RUN"] {
                command.env_remove(name);
            }
            command.env("PYTHONDONTWRITEBYTECODE", "1").output().expect("python3 runs");
            let ran = recorded(&log);
            let of_script = |command: &&crate::model::DeployCommand| {
                command.tool == "gcloud"
                    && command.origin.source().is_some_and(|span| span.file.as_str() == script)
            };
            for ours in read.commands.iter().filter(of_script) {
                if ours.presence().is_certain() {
                    let name = format!("{}/{script}: {:?}", case.display(), ours.name);
                    if !ran.iter().any(|ran| agrees(ours, ran)) {
                        failed.push(format!("{name} did not run so, but these did: {:?}", short(&ran)));
                    }
                    certain.insert(name);
                }
            }
            for ran in &ran {
                let found = read.commands.iter().filter(of_script).any(|ours| agrees(ours, ran));
                let place = format!("{}/{script}", case.display());
                if !found && read.incomplete.is_empty() {
                    failed.push(format!("{place}: nothing says that this runs: {:?}", short(std::slice::from_ref(ran))));
                }
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    assert!(certain.len() >= 20, "only {} certain entries were compared: {certain:#?}", certain.len());
}

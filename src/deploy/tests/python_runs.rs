//! Runs every Python case under several environments and arguments, and holds what it did against what is said of it.
//!
//! A case lists its runs in `runs.json`. One that lists none runs four times: without the variables that it reads, and
//! with three values for all of them, one of which has blanks and a flag in it. Conditions of the script are observed while it runs, so that an entry explains a
//! deploy only where its guards held. Google's clients are stand-ins that note what they write.

use std::collections::BTreeMap;

use super::runs::{Programs, Ran, Run, agrees, runs, under_assumptions};
use super::*;
use crate::deploy::discover::FileKind;
use crate::model::{
    Change, DeployCommand, Egress, Fact, Guard, NetworkInterface, NetworkName, SubnetworkName, WorkloadKind,
};

/// The number of certain entries that the cases must come to, so that the comparison is about something.
const CERTAIN: usize = 200;

fn stand_ins() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python_stand_ins")
}

/// Packages that a case needs beside the stand-ins: the folder where `make scripts` puts them.
fn packages(case: &Path) -> Option<Option<PathBuf>> {
    if !case.join("needs_packages").exists() {
        return Some(None);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/scripts");
    folder.is_dir().then_some(Some(folder))
}

/// The variables that a script reads, as far as their names stand in its text.
fn variables(text: &str) -> Vec<String> {
    let is_name = |name: &&str| {
        name.len() > 1 && name.chars().all(|next| next.is_ascii_uppercase() || next.is_ascii_digit() || next == '_')
    };
    let words = text.split(['"', '\'']);
    let mut names: Vec<String> = words.filter(is_name).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}

fn listed_or_usual(case: &Path, repo: &Path, scripts: &BTreeSet<String>) -> Vec<Run> {
    let listed = runs(case);
    if !listed.is_empty() {
        return listed;
    }
    let mut usual = Vec::new();
    for script in scripts {
        let names = variables(&std::fs::read_to_string(repo.join(script)).expect("a script"));
        for value in [None, Some("europe-west4"), Some("1"), Some("b --vpc-connector other")] {
            let environment = names
                .iter()
                .filter(|name| *name != "PATH" && *name != "HOME")
                .filter_map(|name| Some((name.clone(), value?.to_owned())));
            let words = vec!["python3".to_owned(), script.clone()];
            usual.push(Run { words, environment: environment.collect(), fails: false });
        }
    }
    usual
}

/// How the guards came out in a run: for each, whether it was ever true and ever false.
pub type Observed = Vec<(bool, bool)>;

/// The guards of all entries, each once.
pub fn guards_of(entries: &[DeployCommand]) -> Vec<Guard> {
    let mut guards: Vec<Guard> = Vec::new();
    for guard in entries.iter().flat_map(|entry| &entry.guards) {
        let plain = Guard { negated: false, decided: None, ..guard.clone() };
        if !guards.contains(&plain) {
            guards.push(plain);
        }
    }
    guards
}

/// True where nothing that was observed says that the entry's guards did not hold.
pub fn may_hold(entry: &DeployCommand, guards: &[Guard], observed: &Observed) -> bool {
    entry.guards.iter().all(|guard| {
        let plain = Guard { negated: false, decided: None, ..guard.clone() };
        let seen = guards.iter().position(|other| *other == plain).map(|index| observed[index]);
        match seen {
            Some((true, false)) => !guard.negated,
            Some((false, true)) => guard.negated,
            _ => true,
        }
    })
}

/// What a line of the log of the API's stand-ins would make of a live workload.
fn api_deploy(line: &str) -> DeployCommand {
    let call: Value = serde_json::from_str(line).expect("JSON");
    let origin = SourceFile::new(RepoPath::new("log"), "x", &Excerpts::default()).origin(0..1);
    let name = call["name"].as_str().unwrap_or_default();
    let segment = |collection: &str| {
        let mut parts = name.split('/').skip_while(|part| *part != collection);
        parts.nth(1).map_or_else(|| Fact::Absent(origin.clone()), |part| Fact::Known(part.to_owned(), origin.clone()))
    };
    let collection = call["kind"].as_str().unwrap_or_default();
    let kind = match collection {
        "services" => WorkloadKind::Service,
        "jobs" => WorkloadKind::Job,
        _ => WorkloadKind::WorkerPool,
    };
    let (project, region, workload) = (segment("projects"), segment("locations"), segment(collection));
    let names = gcloud::name_context(&project, &region, &context());
    let (prefix, body) = match kind {
        WorkloadKind::Job => ("template.template", &call["body"]["template"]["template"]),
        _ => ("template", &call["body"]["template"]),
    };
    let access = &body["vpcAccess"];
    let masked = |field: &str| {
        let path = format!("{prefix}.vpc_access.{field}");
        let camel = format!("{prefix}.vpcAccess.{field}").replace("network_interfaces", "networkInterfaces");
        call["mask"].as_array().is_none_or(|mask| {
            mask.iter().filter_map(Value::as_str).any(|own| {
                own == "*" || [&path, &camel].into_iter().any(|path| format!("{path}.").starts_with(&format!("{own}.")))
            })
        })
    };
    let text = |field: &str, own: &str| -> Change<String> {
        match access[own].as_str() {
            _ if !masked(field) => Change::Leave,
            Some("LIVE") => Change::Leave,
            None | Some("") => Change::Clear(origin.clone()),
            Some(text) => Change::Set(Fact::Known(text.to_owned(), origin.clone())),
        }
    };
    let interface = |value: &Value| {
        let named = |key: &str| value[key].as_str().map(str::to_owned);
        NetworkInterface {
            network: named("network").map_or_else(
                || Fact::Absent(origin.clone()),
                |name| Fact::Known(NetworkName::parse(&name, &names).expect("a network"), origin.clone()),
            ),
            subnetwork: named("subnetwork").map_or_else(
                || Fact::Absent(origin.clone()),
                |name| Fact::Known(SubnetworkName::parse(&name, &names).expect("a subnetwork"), origin.clone()),
            ),
            tags: value["tags"].as_array().map_or_else(
                || Fact::Absent(origin.clone()),
                |tags| {
                    let tags = tags.iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect();
                    Fact::Known(tags, origin.clone())
                },
            ),
        }
    };
    let interfaces = match &access["networkInterfaces"] {
        _ if !masked("network_interfaces") => Change::Leave,
        Value::String(_) => Change::Leave,
        Value::Array(list) if !list.is_empty() => {
            Change::Set(Fact::Known(list.iter().map(interface).collect(), origin.clone()))
        }
        _ => Change::Clear(origin.clone()),
    };
    let set = |change: Change<String>| match change {
        Change::Set(fact) => Change::Set(fact.map(|text| gcloud::spell_connector(text, &names))),
        Change::Clear(origin) => Change::Clear(origin),
        Change::Leave => Change::Leave,
    };
    let egress: Change<crate::model::Spelled<Egress>> = match text("egress", "egress") {
        Change::Set(fact) => Change::Set(fact.map(gcloud::spell_egress)),
        Change::Clear(origin) => Change::Clear(origin),
        Change::Leave => Change::Leave,
    };
    DeployCommand {
        assumes: Vec::new(),
        tool: "python".to_owned(),
        action: call["action"].as_str().unwrap_or_default().to_owned(),
        kind,
        name: workload,
        connector: set(text("connector", "connector")),
        egress,
        interfaces,
        project,
        region,
        traffic: Vec::new(),
        guards: Vec::new(),
        origin: origin.clone(),
    }
}

/// Runs Python scripts.
pub struct Sandbox {
    programs: Programs,
    /// The interpreter itself: what stands on PATH may be a slow script that looks for it.
    interpreter: String,
}

impl Sandbox {
    /// A sandbox; none, with a visible skip, where there is no Python.
    pub fn new() -> Option<Self> {
        let asked = std::process::Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
        let Ok(asked) = asked else {
            crate::testing::skip("python3 is not on PATH");
            return None;
        };
        let interpreter = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
        Some(Self { programs: Programs::new(), interpreter })
    }

    /// Runs a script and observes the guards.
    pub fn run(&self, case: &Path, run: &Run, guards: &[Guard], packages: Option<&Path>) -> (Ran, Observed) {
        let work = tempfile::tempdir().expect("a folder");
        let (api, observe, observed) =
            (work.path().join("api"), work.path().join("observe"), work.path().join("observed"));
        let places: Vec<Value> = guards
            .iter()
            .map(|guard| {
                let span = guard.origin.source().expect("a place in a file");
                serde_json::json!({
                    "file": span.file.as_str(), "line": span.start.line, "column": span.start.column, "text": guard.text,
                })
            })
            .collect();
        std::fs::write(&observe, Value::from(places).to_string()).expect("a file");
        let path = [Some(stand_ins()), packages.map(Path::to_owned)];
        let path = std::env::join_paths(path.into_iter().flatten()).expect("a path").into_string().expect("UTF-8");
        let shown = |path: &Path| path.to_str().expect("UTF-8").to_owned();
        let mut environment = BTreeMap::from([
            ("PYTHONPATH".to_owned(), path),
            ("API_LOG".to_owned(), shown(&api)),
            ("OBSERVE".to_owned(), shown(&observe)),
            ("OBSERVED".to_owned(), shown(&observed)),
        ]);
        environment.extend(run.environment.clone());
        let mut words = vec![self.interpreter.clone(), shown(&stand_ins().join("observe.py"))];
        words.extend(run.words.iter().skip(1).cloned());
        let mut ran = self.programs.run(case, &Run { words, environment, fails: run.fails });
        let log = std::fs::read_to_string(&api).unwrap_or_default();
        ran.deploys.extend(log.lines().map(api_deploy));
        let mut seen = vec![(false, false); guards.len()];
        for line in std::fs::read_to_string(&observed).unwrap_or_default().lines() {
            let (index, truth) = line.split_once(' ').expect("an index and a truth");
            let slot = &mut seen[index.parse::<usize>().expect("an index")];
            if truth == "1" { slot.0 = true } else { slot.1 = true }
        }
        (ran, seen)
    }
}

#[test]
fn python_cases_run_what_is_said_of_them() {
    let Some(sandbox) = Sandbox::new() else { return };
    let only = std::env::var("GCP_DRIFT_CASE").unwrap_or_default();
    let mut failed = Vec::new();
    let mut certain = BTreeSet::new();
    let (mut total, mut both_ways) = (0, BTreeSet::new());
    for case in cases() {
        let name = case.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let repo = input(&case);
        let scripts: BTreeSet<String> =
            discover::discover(&repo, &DeployConfig::default(), &mut DeployDeclarations::default())
                .into_iter()
                .filter(|found| found.kind == FileKind::Python)
                .map(|found| found.path)
                .collect();
        if scripts.is_empty() || !name.contains(&only) {
            continue;
        }
        let Some(packages) = packages(&case) else {
            crate::testing::skip("make scripts has not been run");
            continue;
        };
        let mut read_once: BTreeMap<String, DeployDeclarations> = BTreeMap::new();
        let mut seen_truths: BTreeMap<String, (bool, bool)> = BTreeMap::new();
        for run in listed_or_usual(&case, &repo, &scripts) {
            let script = match run.words.get(1).map(String::as_str) {
                Some("-m") => run.words[2].replace('.', "/") + ".py",
                script => script.unwrap_or_default().to_owned(),
            };
            // Only what the script itself does: each script of a case is read by itself.
            let said = read_once.entry(script.clone()).or_insert_with(|| read(&repo, &[&script]));
            let entries: Vec<DeployCommand> =
                said.commands.iter().filter(|entry| entry.action != "vpc_access").cloned().collect();
            let guards = guards_of(&entries);
            let (ran, observed) = sandbox.run(&repo, &run, &guards, packages.as_deref());
            total += 1;
            let place = format!("{name}: {:?} {:?}", run.words, run.environment);
            if !runs(&case).is_empty() && ran.succeeded == run.fails {
                failed.push(format!("{place}: its end is not what it lists"));
            }
            // A deploy that no entry with guards that held explains.
            let (assumed, all) = under_assumptions(entries.clone(), &run);
            let holding: Vec<&DeployCommand> =
                assumed.iter().filter(|entry| may_hold(entry, &guards, &observed)).collect();
            super::runs::compare(&place, &holding, all && said.incomplete.is_empty(), &ran, &mut failed);
            for entry in entries.iter().filter(|entry| entry.presence().is_certain()) {
                if ran.deploys.iter().any(|ran| agrees(entry, ran)) {
                    certain.insert(format!("{name}/{script}: {:?} {:?}", entry.name, entry.origin));
                }
            }
            for (guard, truths) in guards.iter().zip(observed) {
                let seen = seen_truths.entry(format!("{name}: {} {}", guard.text, guard.origin)).or_default();
                seen.0 |= truths.0;
                seen.1 |= truths.1;
            }
        }
        both_ways.extend(seen_truths.into_iter().filter(|(_, seen)| seen.0 && seen.1).map(|(guard, _)| guard));
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    let counts =
        format!("{total} runs, {} certain entries, {} guards that were flipped\n", certain.len(), both_ways.len());
    std::io::Write::write_all(&mut std::io::stderr(), counts.as_bytes()).expect("stderr takes it");
    assert!(!only.is_empty() || certain.len() >= CERTAIN, "only {} certain entries were compared", certain.len());
    assert!(!only.is_empty() || both_ways.len() >= 25, "only {} guards came out both ways", both_ways.len());
}

//! Small configurations of several files, and what the real Terraform plans for them: every output, and every attribute
//! of every `terraform_data`.
//!
//! A case is a folder of `tests/terraform/plans/` with the configuration and these files:
//!
//! - `expected.json`: `{"refused": true}`, or the `outputs` and `resources` of the plan, each with its `value` and, where
//!   something is unknown, the shape of what is (`true` at unknown leaves);
//! - `run.json`, where the run is given anything: `args` as on Terraform's command line, `environment`, `workspace`;
//! - `admitted.txt`, where the tool may differ: one line for each with the name, `refined` (known here, unknown to
//!   Terraform) or `coarser`, and the reason; `plan refused` where Terraform refuses only the first plan. Another value
//!   is never admitted, and an admission that is not needed fails the test.
//!
//! `GCP_DRIFT_RECORD_TERRAFORM=1 cargo test --lib plans` plans every case with the binary, rewrites `expected.json`, and
//! takes away the admissions that are no longer needed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::super::extract::resources;
use super::super::module::{expand, planned_object};
use super::super::with_stack;
use super::truth::{Outcome, Truth, compare, folder, has_terraform, records, shape, told, without_unknown};
use super::{Loaded, load_with};
use crate::config::{TerraformConfig, VariableArgument};

#[derive(Debug, Default, Serialize, Deserialize, PartialEq)]
struct Plan {
    /// Terraform refuses the configuration as a whole.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    refused: bool,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    outputs: BTreeMap<String, Entry>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    resources: BTreeMap<String, Entry>,
}

#[derive(Debug, Serialize, Deserialize, PartialEq)]
struct Entry {
    #[serde(default)]
    value: Json,
    #[serde(default = "known", skip_serializing_if = "is_known")]
    unknown: Json,
}

fn known() -> Json {
    json!(false)
}

fn is_known(shape: &Json) -> bool {
    *shape == known()
}

impl Entry {
    fn truth(&self) -> Truth {
        Truth::Value(self.value.clone(), self.unknown.clone())
    }
}

#[derive(Debug, Default, Deserialize)]
struct Run {
    #[serde(default)]
    args: Vec<String>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    workspace: Option<String>,
}

/// The cases by name.
fn cases() -> BTreeMap<String, PathBuf> {
    let entries = std::fs::read_dir(folder("plans")).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path)).collect()
}

fn run_of(case: &Path) -> Run {
    match std::fs::read_to_string(case.join("run.json")) {
        Ok(text) => serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", case.display())),
        Err(_) => Run::default(),
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Runs Terraform in a folder; what it prints, and whether it succeeded.
fn terraform(dir: &Path, run: &Run, args: &[&str]) -> (String, bool) {
    let mut command = Command::new("terraform");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TF_")) {
        command.env_remove(name);
    }
    command.args(args).current_dir(dir).env("CHECKPOINT_DISABLE", "1").envs(&run.environment);
    command.env("TF_WORKSPACE", run.workspace.as_deref().unwrap_or("default"));
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.success())
}

/// What Terraform plans for a case.
fn ask(case: &Path) -> Plan {
    let run = run_of(case);
    let temporary = tempfile::tempdir().unwrap();
    let dir = temporary.path().join("case");
    copy(case, &dir);
    let refused = Plan { refused: true, ..Plan::default() };
    if !terraform(&dir, &run, &["init", "-backend=false", "-input=false"]).1 {
        return refused;
    }
    let mut args = vec!["plan", "-input=false", "-refresh=false", "-out=plan.out"];
    args.extend(run.args.iter().map(String::as_str));
    if !terraform(&dir, &run, &args).1 {
        return refused;
    }
    let shown: Json = serde_json::from_str(&terraform(&dir, &run, &["show", "-json", "plan.out"]).0).unwrap();
    let entry = |change: &Json| {
        let unknown = shape(change["after_unknown"].clone());
        Entry { value: without_unknown(&change["after"], &unknown), unknown }
    };
    let outputs = shown["output_changes"].as_object().into_iter().flatten();
    let created = shown["resource_changes"].as_array().into_iter().flatten().filter(|own| own["mode"] == "managed");
    Plan {
        refused: false,
        outputs: outputs.map(|(name, change)| (name.clone(), entry(change))).collect(),
        resources: created.map(|own| (own["address"].as_str().unwrap().to_owned(), entry(&own["change"]))).collect(),
    }
}

/// A case as the tool evaluates it.
fn load_case(case: &Path) -> Loaded {
    let run = run_of(case);
    let argument = |arg: &String| {
        if let Some(pair) = arg.strip_prefix("-var=") {
            let (name, text) = pair.split_once('=').unwrap();
            VariableArgument::Value(name.to_owned(), text.to_owned())
        } else {
            VariableArgument::File(arg.strip_prefix("-var-file=").unwrap().to_owned())
        }
    };
    let config = TerraformConfig {
        roots: vec![".".to_owned()],
        workspace: Some(run.workspace.clone().unwrap_or_else(|| "default".to_owned())),
        arguments: run.args.iter().map(argument).collect(),
        ..TerraformConfig::default()
    };
    let environment: Vec<(&str, &str)> = run.environment.iter().map(|(name, text)| (&**name, &**text)).collect();
    load_with(case, &config, &environment)
}

/// What the tool says of a case: outputs and resources by name, and whether it tells an error.
fn ours(loaded: &Loaded) -> (BTreeMap<String, Truth>, bool) {
    let deployment = &loaded.deployments[0];
    let mut guard = loaded.world.lock().unwrap();
    let world = &mut *guard;
    with_stack(move || {
        world.steps.set(0);
        let outputs = world.outputs(deployment.instance);
        let mut all: BTreeMap<String, Truth> =
            outputs.iter().map(|(name, value)| (format!("output.{name}"), told(value))).collect();
        for own in resources(world, deployment) {
            let module = own.scope.module.unwrap();
            let expansion = expand(world, module, &own.resource, &own.block.body);
            if let Some(value) = planned_object(world, module, &own.resource, &expansion, &own.key) {
                all.insert(own.address.clone(), told(&value));
            }
        }
        let errors = world.diagnostics().iter().any(|own| own.level == crate::model::declared::DiagnosticLevel::Error);
        (all, errors)
    })
    .unwrap()
}

/// The admitted differences of a case: name → verdict.
fn admitted(case: &Path) -> BTreeMap<String, Outcome> {
    let text = std::fs::read_to_string(case.join("admitted.txt")).unwrap_or_default();
    let line = |line: &str| {
        let (head, reason) = line.split_once(": ").unwrap_or_else(|| panic!("{}: {line}", case.display()));
        let (name, verdict) = head.rsplit_once(' ').unwrap();
        assert!(!reason.trim().is_empty(), "{line}");
        let verdict = match verdict {
            "refined" => Outcome::Refined,
            "coarser" => Outcome::Coarser,
            "refused" => Outcome::ErrorDiffers,
            other => panic!("`{other}` admits nothing"),
        };
        (name.to_owned(), verdict)
    };
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(line).collect()
}

/// How it is told that an admission is not needed.
const NEEDLESS: &str = ": there is nothing to admit";

/// Takes away the admissions that are not needed.
fn prune(case: &Path, told: &[String]) {
    let path = case.join("admitted.txt");
    let text = std::fs::read_to_string(&path).unwrap();
    let needless: Vec<String> =
        told.iter().filter_map(|line| Some(format!("{} ", line.strip_suffix(NEEDLESS)?))).collect();
    let kept = text.lines().filter(|line| !needless.iter().any(|name| line.starts_with(name)));
    let text: String = kept.map(|line| format!("{line}\n")).collect();
    if text.lines().all(|line| line.starts_with('#')) {
        std::fs::remove_file(path).unwrap();
    } else {
        std::fs::write(path, text).unwrap();
    }
}

/// What is wrong in a case, and how many values agree.
fn judge(case: &Path, plan: &Plan) -> (Vec<String>, usize) {
    let loaded = load_case(case);
    let (ours, errors) = ours(&loaded);
    if plan.refused {
        return match (errors, admitted(case).contains_key("plan")) {
            (false, false) => (vec!["Terraform refuses it, and no error is told".to_owned()], 0),
            (true, true) => (vec![format!("plan{NEEDLESS}")], 0),
            _ => (Vec::new(), 1),
        };
    }
    let mut wrong = Vec::new();
    if errors {
        wrong.push(format!("an error is told: {:?}", loaded.declarations().diagnostics));
    }
    let mut admitted = admitted(case);
    let outputs = plan.outputs.iter().map(|(name, entry)| (format!("output.{name}"), entry));
    let resources = plan.resources.iter().map(|(address, entry)| (address.clone(), entry));
    let truths: BTreeMap<String, Truth> = outputs.chain(resources).map(|(name, entry)| (name, entry.truth())).collect();
    // An output that is null is no change of a new plan.
    let null = Truth::Value(Json::Null, json!(false));
    for name in truths.keys().chain(ours.keys().filter(|name| !truths.contains_key(*name))) {
        let is_output = name.starts_with("output.");
        let (Some(truth), Some(own)) = (truths.get(name).or(is_output.then_some(&null)), ours.get(name)) else {
            wrong.push(format!("{name}: only one of the two has it"));
            continue;
        };
        let outcome = compare(own, truth);
        let admitted = admitted.remove(name);
        if outcome == Outcome::Same && admitted.is_some() {
            wrong.push(format!("{name}{NEEDLESS}"));
        } else if admitted.unwrap_or(Outcome::Same) != outcome {
            wrong.push(format!("{name} ({outcome:?})\n    terraform: {truth:?}\n    here:      {own:?}"));
        }
    }
    wrong.extend(admitted.keys().map(|name| format!("{name}{NEEDLESS}")));
    (wrong, truths.len())
}

#[test]
fn small_configurations_are_planned_as_terraform_plans_them() {
    let (mut wrong, mut compared, mut several) = (String::new(), 0, 0);
    let cases = cases();
    for (name, case) in &cases {
        if records() {
            let text = serde_json::to_string_pretty(&ask(case)).unwrap();
            std::fs::write(case.join("expected.json"), text + "\n").unwrap();
        }
        let text = std::fs::read_to_string(case.join("expected.json")).unwrap();
        let plan: Plan = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (mut own, agreed) = judge(case, &plan);
        if records() && own.iter().any(|line| line.ends_with(NEEDLESS)) {
            prune(case, &own);
            own.retain(|line| !line.ends_with(NEEDLESS));
        }
        compared += agreed;
        several += usize::from(is_of_several_files(case));
        for line in own {
            wrong += &format!("{name}: {line}\n");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(several >= 60, "only {several} cases have several files");
    assert!(compared >= 450, "only {compared} values");
}

/// True where a case has more than one file of configuration or values.
fn is_of_several_files(case: &Path) -> bool {
    fn count(dir: &Path) -> usize {
        let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
        let one = |path: PathBuf| if path.is_dir() { count(&path) } else { 1 };
        entries.map(one).sum()
    }
    let own = ["expected.json", "admitted.txt"].iter().filter(|name| case.join(name).exists()).count();
    count(case) - own > 1
}

/// What `show` prints of the same resources is the plan as well, but for what it hides.
#[test]
fn shown_resources_are_the_planned_ones() {
    let mut compared = 0;
    // While the plans are rewritten there is nothing to compare with.
    for (name, case) in cases().into_iter().filter(|_| !records()) {
        let plan: Plan = serde_json::from_str(&std::fs::read_to_string(case.join("expected.json")).unwrap()).unwrap();
        if plan.refused || !admitted(&case).is_empty() {
            continue;
        }
        let shown = load_case(&case).show();
        let resources = shown["resources"].as_array().unwrap();
        let shown: BTreeMap<&str, &Json> =
            resources.iter().map(|own| (own["address"].as_str().unwrap(), own)).collect();
        assert_eq!(
            shown.keys().map(|address| (*address).to_owned()).collect::<Vec<_>>(),
            plan.resources.keys().cloned().collect::<Vec<_>>(),
            "{name}"
        );
        for (address, entry) in &plan.resources {
            let values = &shown[address.as_str()]["values"];
            if !values.to_string().contains("[redacted]") {
                assert_eq!(*values, entry.value, "{name}: {address}");
                compared += 1;
            }
        }
    }
    assert!(records() || compared >= 75, "only {compared} resources");
}

/// Plans a part of the cases again, so that the record cannot drift from what Terraform does.
#[test]
fn a_sample_of_the_plans_is_what_terraform_plans_today() {
    if !has_terraform() {
        crate::testing::skip("terraform is not on PATH");
        return;
    }
    for (name, case) in cases().into_iter().step_by(9).filter(|_| !records()) {
        let kept: Plan = serde_json::from_str(&std::fs::read_to_string(case.join("expected.json")).unwrap()).unwrap();
        assert_eq!(ask(&case), kept, "{name}");
    }
}

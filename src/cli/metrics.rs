//! What a run measured of each part of its report: numbers and names, never a verdict.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::checks::Scene;
use crate::config::Config;
use crate::finding::Part;
use crate::model::ProbeFound;
use crate::policy::Policies;
use crate::reconcile::compared::counts;
use crate::testinfra::health;

/// The measurements of a part.
pub(super) fn metrics(part: Part, scene: &Scene<'_>, policies: &Policies, config: &Config) -> BTreeMap<String, Value> {
    let evidence = scene.evidence;
    let mut metrics = BTreeMap::new();
    let mut add = |name: &str, value: Value| {
        metrics.insert(name.to_owned(), value);
    };
    let tests = evidence.tests.as_ref();
    match (part, tests) {
        (Part::Vpc, _) => {
            let inventory = &evidence.inventory;
            add("connectors_declared", json!(evidence.terraform.connectors.len()));
            add("connectors_live", json!(inventory.connectors.len()));
            add("workloads_declared", json!(evidence.terraform.workloads.len()));
            add("workloads_live", json!(inventory.workloads.len()));
            if evidence.live.is_some() {
                let counts = counts(scene.reconciled);
                add("fields_declared", json!(counts.declared));
                add("fields_compared", json!(counts.compared));
            }
            add("deploy_commands", json!(evidence.deploy.commands.len()));
            if !evidence.probes.is_empty() {
                let runs = evidence.probes.iter().filter_map(|probe| match &probe.found {
                    ProbeFound::Read(run) => Some(run.targets.len()),
                    ProbeFound::Refused(_) => None,
                });
                add("targets_probed", json!(runs.sum::<usize>()));
            }
            let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
            for file in &evidence.deploy.found {
                *kinds.entry(&file.kind).or_default() += 1;
            }
            add("deploy_files", json!(kinds));
            add("terraform_files", json!(evidence.terraform.files));
            let read = evidence.terraform.observed.iter().filter(|source| source.problem.is_none());
            let read: Vec<&str> = read.map(|source| &*source.label).collect();
            if !read.is_empty() {
                add("terraform_observed", json!(read));
            }
            add("terraform_seconds", json!(rounded(evidence.timings.terraform)));
            add("deploy_seconds", json!(rounded(evidence.timings.deploy)));
            add("live_seconds", json!(rounded(evidence.timings.live)));
        }
        (Part::Policies, _) => {
            for (name, value) in policies.metrics(scene.reconciled) {
                add(&name, value);
            }
            // A misspelt parameter leaves a policy's default in force.
            let unused = policies.unused_params(&config.policies.params);
            if !unused.is_empty() {
                add("unused_params", json!(unused));
            }
        }
        (Part::Imports, Some(tests)) => {
            add("python_files", json!(tests.summary.python_files));
            add("critical_imports", json!(tests.critical.len()));
            add("broken_imports", json!(tests.broken.len()));
            add("seconds", json!(rounded(evidence.timings.tests)));
        }
        (Part::Discovery, Some(tests)) => {
            let summary = &tests.summary;
            add("broad_test_files", json!(summary.broad_test_files));
            add("test_files", json!(summary.test_files));
            add("cap", json!(summary.cap));
            add("max_files", json!(config.tests.max_files));
            add("max_seconds", json!(config.tests.max_seconds));
            add("discovery_seconds", json!(rounded(evidence.timings.discovery)));
            let count = |pattern: &crate::model::tests::PatternCount| (pattern.pattern.clone(), json!(pattern.files));
            add("excluded", Value::Object(tests.exclusions.iter().map(count).collect()));
            let idle = tests.exclusions.iter().filter(|pattern| pattern.files == 0).map(|pattern| &pattern.pattern);
            add("exclusions_without_effect", json!(idle.collect::<Vec<_>>()));
            let discovered = &tests.discovered;
            add("collected_files", json!(discovered.files));
            add("collected_tests", json!(discovered.tests));
            add("not_reached_files", json!(discovered.not_reached));
            add("undecided", json!(discovered.unsure));
            if !discovered.unsure_whys.is_empty() {
                let whys = discovered.unsure_whys.iter().map(ToString::to_string);
                add("undecided_because", json!(whys.collect::<Vec<_>>()));
            }
            if let Some(collection) = &tests.collection {
                add("pytest_files", json!(collection.files));
                add("pytest_tests", json!(collection.tests));
                add("pytest_seconds", json!(rounded(evidence.timings.collection)));
            }
            for category in &tests.categories {
                add(&format!("files_{}", category.name), json!(category.files));
                add(&format!("tests_{}", category.name), json!(category.tests));
                let patterns = Value::Object(category.patterns.iter().map(count).collect());
                add(&format!("patterns_{}", category.name), patterns);
            }
        }
        (Part::Health, _) => {
            for (name, value) in evidence.health.iter().flat_map(health::metrics::summary) {
                add(&name, value);
            }
        }
        (Part::Classes, Some(tests)) => {
            add("required_classes", json!(tests.classes.len()));
            add("backup_files", json!(tests.backups.len()));
        }
        _ => {}
    }
    metrics
}

/// Milliseconds are enough, and keep reports short.
fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

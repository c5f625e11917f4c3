//! Time of the judgement alone: pairing what an estate declares with what is live in it, and every check on that.
//!
//! `cargo bench --bench reconcile_estate` writes estates of 500, 1,000, 2,000 and 4,000 services as Terraform, deploy
//! scripts and answers of the APIs, with their connectors, networks, NAT gateways and firewall rules; a twentieth of
//! them drifted. Reading them is not measured: what is, is [`reconcile`] and [`registry::judge`], as `check` calls them,
//! on one thread; beside it stands what the shipped policies take. A run judges once, after it has read everything: the
//! processor's caches are filled with something else before each measurement, or a small estate would be judged in a
//! faster memory than a large one. The reference is to copy once what is judged, which grows with the number of services
//! and meets the same memory. It ends with an error where the judgement of 2,000 services takes longer than 200 ms, where
//! its time for each service or against the copy grows, or where the planted drift is not what is found.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "reconcile_estate/generate.rs"]
mod generate;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use gcp_drift::checks::registry::{self, Judged, Settings};
use gcp_drift::checks::{Limits, Scene};
use gcp_drift::config::{DeployConfig, TerraformConfig};
use gcp_drift::model::{Evidence, Excerpts, NameContext};
use gcp_drift::reconcile::reconcile;
use gcp_drift::{deploy, live, policy, terraform};

const SIZES: [usize; 4] = [500, 1_000, 2_000, 4_000];
/// Many: the shortest is taken, and what else the machine does makes them longer.
const RUNS: usize = 25;
/// More bytes than the caches of a processor hold.
const CACHES: usize = 128 << 20;
/// The limit on the estate of this many services.
const JUDGED: usize = 2_000;
const MAX_TIME: Duration = Duration::from_millis(200);
/// Time for each service, and time against the copy, may differ by this much between the smallest and the largest estate.
const MAX_GROWTH: f64 = 1.3;

fn main() -> ExitCode {
    println!(
        "{:>8} {:>10} {:>9} {:>8} {:>8} {:>12} {:>9} {:>9} {:>11} {:>8} {:>7} {:>11}",
        "services",
        "connectors",
        "revisions",
        "commands",
        "findings",
        "reconcile ms",
        "checks ms",
        "both ms",
        "us/service",
        "copy ms",
        "/ copy",
        "policies ms"
    );
    let mut failures = Vec::new();
    let mut each = Vec::new();
    for size in SIZES {
        let (evidence, planted) = gathered(size);
        let (mut pairing, mut both, mut copy) = (Duration::MAX, Duration::MAX, Duration::MAX);
        let mut judged = Judged::default();
        for _ in 0..RUNS {
            empty_caches();
            let started = Instant::now();
            let reconciled = reconcile(&evidence, &NameContext::default());
            let paired = started.elapsed();
            let limits = Limits { max_files: 1, max_seconds: 1.0 };
            let environments = Default::default();
            let scene = Scene { evidence: &evidence, reconciled: &reconciled, limits, environments: &environments };
            judged = registry::judge(&scene, Vec::new(), &Settings::default());
            let took = started.elapsed();
            if took < both {
                (pairing, both) = (paired, took);
            }
        }
        // Not in between: what a copy gives back, the allocator sorts when it is next asked for much, and a large estate's
        // would be sorted within the judgement.
        for _ in 0..RUNS {
            copy = copy.min(copied(&evidence));
        }
        let policies = policies(&evidence);
        let against = both.as_secs_f64() / copy.as_secs_f64();
        let per_service = both.as_secs_f64() * 1e6 / size as f64;
        println!(
            "{size:>8} {:>10} {:>9} {:>8} {:>8} {:>12.1} {:>9.1} {:>9.1} {per_service:>11.1} {:>8.1} {against:>7.2} {:>11.1}",
            evidence.inventory.connectors.len(),
            evidence.inventory.revisions.len(),
            evidence.deploy.commands.len(),
            judged.findings.len(),
            pairing.as_secs_f64() * 1e3,
            (both - pairing).as_secs_f64() * 1e3,
            both.as_secs_f64() * 1e3,
            copy.as_secs_f64() * 1e3,
            policies.as_secs_f64() * 1e3,
        );
        if size == JUDGED && both > MAX_TIME {
            failures.push(format!("{size} services took {both:?}, at most {MAX_TIME:?}"));
        }
        failures.extend(differs(&judged, &planted).map(|what| format!("{size} services: {what}")));
        each.push((per_service, against));
    }
    let (first, last) = (each.first().unwrap(), each.last().unwrap());
    for (what, growth) in [("time for each service", last.0 / first.0), ("time against the copy", last.1 / first.1)] {
        println!("{what} grows by {growth:.2}, at most {MAX_GROWTH}");
        if growth > MAX_GROWTH {
            failures.push(format!("{what} grows by {growth:.2}, at most {MAX_GROWTH}"));
        }
    }
    for failure in &failures {
        println!("FAILED {failure}");
    }
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// How long it takes to copy once what is judged, and to give that back.
fn copied(evidence: &Evidence) -> Duration {
    empty_caches();
    let started = Instant::now();
    drop(std::hint::black_box((evidence.terraform.clone(), evidence.deploy.clone(), evidence.inventory.clone())));
    started.elapsed()
}

/// Fills the processor's caches with something else.
fn empty_caches() {
    let mut other = vec![1_u8; CACHES];
    other.iter_mut().step_by(64).for_each(|byte| *byte = byte.wrapping_add(1));
    std::hint::black_box(&other);
}

/// The evidence of an estate, read as `check` reads it, and how many findings of each rule were planted.
fn gathered(services: usize) -> (Evidence, BTreeMap<&'static str, usize>) {
    let folder = tempfile::tempdir().unwrap();
    let written = generate::write(folder.path(), services).unwrap();
    let (excerpts, context) = (Excerpts::default(), NameContext::default());
    let options = terraform::Options {
        config: &TerraformConfig::default(),
        project: None,
        project_numbers: &BTreeMap::new(),
        observed: &[],
        environment: &BTreeMap::new(),
    };
    let state = serde_json::from_value(written.live).unwrap();
    let evidence = Evidence {
        terraform: terraform::load(folder.path(), &options, &excerpts).declarations(),
        deploy: deploy::declarations(folder.path(), &DeployConfig::default(), &context, &excerpts),
        inventory: live::inventory(&state),
        live: Some(state),
        ..Evidence::default()
    };
    assert_eq!(evidence.terraform.workloads.len(), services);
    assert_eq!(evidence.inventory.workloads.len(), services - written.planted["workload-missing"]);
    assert_eq!(evidence.deploy.commands.len(), written.commands);
    (evidence, written.planted)
}

/// What the shipped policies take on the same pairs.
fn policies(evidence: &Evidence) -> Duration {
    let (policies, _) = policy::load(&policy::shipped());
    let reconciled = reconcile(evidence, &NameContext::default());
    let started = Instant::now();
    let verdicts = policies.judge(&reconciled, &BTreeMap::new());
    assert!(!verdicts.is_empty());
    started.elapsed()
}

/// In words, where the findings are not the planted ones.
fn differs(judged: &Judged, planted: &BTreeMap<&'static str, usize>) -> Option<String> {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in &judged.findings {
        *found.entry(&finding.rule).or_default() += 1;
    }
    let open = judged.not_checked.len();
    (found != *planted || open > 0).then(|| format!("found {found:?} and {open} not checked, planted {planted:?}"))
}

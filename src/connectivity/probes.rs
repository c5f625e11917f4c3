//! What probes found of a path: evidence, too, which can contradict the configuration.

use super::scene::Scene;
use crate::checks::target_unreachable::usable;
use crate::model::diagnosis::{Doubt, Outcome, Path};
use crate::model::{ProbeOutcome, ProbeRun, ProbedTarget, VpcAccess, WorkloadKind, WorkloadName};
use crate::reconcile::Comparison;
use crate::reconcile::equivalence::compare_vpc_access;

/// Probes that were named and cannot be used, with the reason.
pub fn refused(scene: &Scene<'_>) -> Vec<Doubt> {
    let refused = |probe: &crate::model::ProbeEvidence| {
        let why = usable(probe, scene.evidence).err()?;
        Some(Doubt { mode: None, subject: probe.file.clone(), why })
    };
    scene.evidence.probes.iter().filter_map(refused).collect()
}

/// Adds to a path what a probe of its target found; `vpc` is how the path's sender reaches the VPC.
pub fn compare(scene: &Scene<'_>, path: &mut Path, vpc: Option<&VpcAccess>) {
    let runs = scene.evidence.probes.iter().filter_map(|probe| usable(probe, scene.evidence).ok());
    let seen = &*path;
    let mut found: Vec<(bool, &ProbeRun, &ProbedTarget)> = runs
        .flat_map(|run| run.targets.iter().map(move |target| (goes_same_way(scene, run, seen, vpc), run, target)))
        .filter(|(_, _, target)| is_of(target, seen))
        .collect();
    // A probe that goes the same way says most, then the newest.
    found.sort_by(|a, b| (b.0, &b.1.started).cmp(&(a.0, &a.1.started)));
    let Some((same_way, run, target)) = found.first() else { return };
    let said = match (target.outcome, target.failure()) {
        (ProbeOutcome::Failed | ProbeOutcome::Intermittent, Some(failure)) => {
            format!("{}: {}", target.outcome.word(), failure.fault.text())
        }
        (outcome, _) => outcome.word().to_owned(),
    };
    let connected = target.connected();
    let contradicted = *same_way
        && match path.outcome {
            Outcome::Blocked(_) => connected,
            Outcome::Reaches => !connected && target.outcome == ProbeOutcome::Failed,
            Outcome::Undecidable(_) => false,
        };
    let contradicts = if contradicted { "; this contradicts the configuration as it was read" } else { "" };
    let probe = format!("a probe from {} at {} says {said}{contradicts}", run.from, run.started);
    path.contradicted = contradicted;
    path.probe = Some(probe);
}

/// True for a probe whose packets go the path's way: one that ran in the workload itself, on a revision that takes the
/// path, or in a job or service with the same VPC access.
fn goes_same_way(scene: &Scene<'_>, run: &ProbeRun, path: &Path, vpc: Option<&VpcAccess>) -> bool {
    let (kind, name) = match (&run.from.service, &run.from.job) {
        (Some(service), _) => (WorkloadKind::Service, service),
        (None, Some(job)) => (WorkloadKind::Job, job),
        (None, None) => return false,
    };
    let own = &path.workload;
    if kind == own.kind && *name == own.name {
        return run.from.revision.as_ref().is_none_or(|revision| path.revisions.contains(revision));
    }
    let of = WorkloadName { kind, name: name.clone(), ..own.clone() };
    let live = scene.inventory().workloads.iter().find(|live| live.name == of);
    let both = live.zip(vpc);
    both.is_some_and(|(live, vpc)| compare_vpc_access(&live.workload.vpc, vpc) == Comparison::Same)
}

fn is_of(target: &ProbedTarget, path: &Path) -> bool {
    let same_place = path.target.host.as_deref() == Some(&*target.host) && path.target.port == Some(target.port);
    same_place || (target.name == path.target.name && path.target.host.is_none())
}

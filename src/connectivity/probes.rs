//! What probes found of a path: evidence, too, which can contradict the configuration.

use super::scene::Scene;
use crate::model::WorkloadKind;
use crate::model::diagnosis::{Outcome, Path};
use crate::model::probe::{ProbeFound, ProbeOutcome, ProbeRun, ProbedTarget};

/// Adds to a path what a probe of its target found.
pub fn compare(scene: &Scene<'_>, path: &mut Path) {
    let runs = scene.evidence.probes.iter().filter_map(|probe| match &probe.found {
        ProbeFound::Read(run) => Some(&**run),
        ProbeFound::Refused(_) => None,
    });
    let seen = &*path;
    let mut found: Vec<(bool, &ProbeRun, &ProbedTarget)> = runs
        .flat_map(|run| run.targets.iter().map(move |target| (is_own(run, seen), run, target)))
        .filter(|(_, _, target)| is_of(target, seen))
        .collect();
    // A probe from the workload itself says most, then the newest.
    found.sort_by(|a, b| (b.0, &b.1.started).cmp(&(a.0, &a.1.started)));
    let Some((own, run, target)) = found.first() else { return };
    let said = match (target.outcome, target.failure()) {
        (ProbeOutcome::Failed | ProbeOutcome::Intermittent, Some(failure)) => {
            format!("{}: {}", target.outcome.word(), failure.fault.text())
        }
        (outcome, _) => outcome.word().to_owned(),
    };
    let connected = target.connected();
    path.contradicted = *own
        && match path.outcome {
            Outcome::Blocked(_) => connected,
            Outcome::Reaches => !connected && target.outcome == ProbeOutcome::Failed,
            Outcome::Undecidable(_) => false,
        };
    let contradicts = if path.contradicted { "; this contradicts the configuration as it was read" } else { "" };
    path.probe = Some(format!("a probe from {} at {} says {said}{contradicts}", run.from, run.started));
}

/// True for a probe that ran in the workload itself, on a revision that takes the path.
fn is_own(run: &ProbeRun, path: &Path) -> bool {
    match path.workload.kind {
        WorkloadKind::Job => run.from.job.as_deref() == Some(&*path.workload.name),
        _ => {
            let revision = run.from.revision.as_ref();
            run.from.service.as_deref() == Some(&*path.workload.name)
                && revision.is_none_or(|revision| path.revisions.contains(revision))
        }
    }
}

fn is_of(target: &ProbedTarget, path: &Path) -> bool {
    let same_place = path.target.host.as_deref() == Some(&*target.host) && path.target.port == Some(target.port);
    same_place || (target.name == path.target.name && path.target.host.is_none())
}

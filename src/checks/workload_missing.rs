//! A workload is declared for certain, its region was listed in full, and it is not there.

use super::{Check, Scene, applying, gcloud_command};
use crate::finding::{Baseline, Finding, Part, Rule, Severity, Verdict};
use crate::model::{DeclaredSource, WorkloadName};
use crate::reconcile::{LiveSide, WorkloadPair, certain};

/// The rule.
pub static RULE: Rule = Rule::new("workload-missing", Part::Vpc, Severity::High, "a declared workload is not live");
/// The check.
pub static CHECK: Check = Check::of_workloads(&[&RULE], judge);

fn judge(_: &Scene<'_>, pair: &WorkloadPair<'_>) -> Vec<Verdict> {
    if pair.terraform.is_empty() { Vec::new() } else { vec![one(pair)] }
}

fn one(pair: &WorkloadPair<'_>) -> Verdict {
    let not_checked = |why| Verdict::not_checked(&RULE, pair.subject(), None, why);
    match (&pair.live, &pair.name) {
        (LiveSide::NotAsked, _) | (LiveSide::Absent, None) => Verdict::NotApplicable,
        (LiveSide::Present(_), _) => Verdict::Clean,
        (LiveSide::Unknown(why), _) => not_checked(why.clone()),
        (LiveSide::Absent, Some(name)) => {
            let mut doubt = None;
            for declared in &pair.terraform {
                match certain(&declared.presence) {
                    Ok(()) => return finding(pair, name),
                    Err(why) => doubt = Some(why),
                }
            }
            doubt.map_or(Verdict::NotApplicable, not_checked)
        }
    }
}

fn finding(pair: &WorkloadPair<'_>, name: &WorkloadName) -> Verdict {
    let title =
        format!("{} {} is declared but not live in {}/{}", name.kind.word(), name.name, name.project, name.region);
    let mut builder = Finding::builder(&RULE, pair.subject(), title)
        .baseline(Baseline::Terraform)
        .why("nothing answers under its name; whatever calls it fails");
    for declared in &pair.terraform {
        builder = builder.declared(Some(name.to_string()), declared.source.to_string(), declared.origin.clone());
    }
    builder = builder.live(None, name.to_string(), "");
    builder = builder.apply(pair.terraform.first().and_then(|own| applying::creation(&own.source)));
    if let Some(DeclaredSource::Terraform { address, root }) = pair.terraform.first().map(|declared| &declared.source) {
        builder = builder.command(gcloud_command::apply(root, address), gcloud_command::describe_workload(name), "");
    }
    builder.build().into()
}

//! A workload is live, and nothing in the repository declares or deploys it.

use super::workload_connector_changed::changed_by;
use super::{Check, Scene, adopt, applying, gcloud_command, unseen_region};
use crate::finding::{Baseline, Finding, Part, Rule, Severity, Verdict};
use crate::model::{Fact, LiveWorkload, Why, WhyKind, WorkloadKind, WorkloadName};
use crate::reconcile::{LiveSide, WorkloadPair, unknown};

/// The rule.
pub static RULE: Rule =
    Rule::new("workload-unmanaged", Part::Vpc, Severity::Medium, "a live workload is declared and deployed nowhere");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

/// The label by which another product of Google marks the workloads that it makes, such as Cloud Run functions.
const MANAGED_BY: &str = "goog-managed-by";

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    // Without any declared workload they come from elsewhere: all of them would be unmanaged.
    let pairs = &scene.reconciled.workloads;
    if pairs.iter().all(|pair| pair.terraform.is_empty() && pair.deploy.is_empty()) {
        return vec![Verdict::NotApplicable];
    }
    let apis = WorkloadKind::ALL.map(WorkloadKind::api);
    let mut verdicts: Vec<Verdict> =
        apis.into_iter().flat_map(|api| unseen_region::not_checked(scene, &RULE, api)).collect();
    verdicts.extend(pairs.iter().filter_map(|pair| one(scene, pair)));
    verdicts
}

fn one(scene: &Scene<'_>, pair: &WorkloadPair<'_>) -> Option<Verdict> {
    let (LiveSide::Present(live), Some(name)) = (&pair.live, &pair.name) else { return None };
    if !pair.terraform.is_empty() || !pair.deploy.is_empty() {
        return Some(Verdict::Clean);
    }
    if live.labels.contains_key(MANAGED_BY) {
        return Some(Verdict::NotApplicable);
    }
    // Whoever is changing it is not through.
    let doubt = may_be_declared(scene, name).or_else(|| live.settling.clone());
    Some(match doubt {
        Some(why) => Verdict::not_checked(&RULE, pair.subject(), None, why),
        None => finding(scene, pair, name, live),
    })
}

/// Why it may be declared after all: a file that could not be read, or a declaration without a known name.
fn may_be_declared(scene: &Scene<'_>, name: &WorkloadName) -> Option<Why> {
    if name.project.bytes().all(|byte| byte.is_ascii_digit()) {
        let text = "its project is given by a number whose project id is not known";
        return Some(Why::new(WhyKind::Invalid, text));
    }
    let incomplete = scene.evidence.terraform.incomplete.iter().chain(&scene.evidence.deploy.incomplete);
    if let Some(why) = incomplete.into_iter().next() {
        return Some(why.clone());
    }
    let may_be = |short: &Fact<String>| short.known().is_none_or(|short| *short == name.name);
    let nameless = scene.reconciled.workloads.iter().filter(|pair| pair.name.is_none());
    for pair in nameless {
        let declared = pair.terraform.iter().find(|own| own.value.kind == name.kind && may_be(&own.value.short_name));
        if let Some(declared) = declared {
            let text = "a declaration does not name its workload";
            let otherwise = || Why::at(WhyKind::Invalid, text, declared.origin.clone());
            return Some(unknown(&declared.value.name).unwrap_or_else(otherwise));
        }
        if let Some(command) = pair.deploy.iter().find(|own| own.kind == name.kind && may_be(&own.name)) {
            let parts = [&command.name, &command.project, &command.region];
            let text = "a deploy command does not name its workload, project or region";
            let otherwise = || Why::at(WhyKind::Environment, text, command.origin.clone());
            return Some(parts.into_iter().find_map(unknown).unwrap_or_else(otherwise));
        }
    }
    None
}

fn finding(scene: &Scene<'_>, pair: &WorkloadPair<'_>, name: &WorkloadName, live: &LiveWorkload) -> Verdict {
    let word = name.kind.word();
    let title =
        format!("{word} {} is live in {}/{}, and nothing declares or deploys it", name.name, name.project, name.region);
    let maker = live.creator.as_deref().map(|who| format!("made by {who}; ")).unwrap_or_default();
    let builder = Finding::builder(&RULE, pair.subject(), title)
        .baseline(Baseline::Terraform)
        .live(Some(name.to_string()), name.to_string(), "")
        .live_note(changed_by(live))
        .why(format!("{maker}nobody reviews how it reaches the VPC, and nothing makes it anew where it is lost"))
        .apply(applying::nothing());
    let describe = gcloud_command::describe_workload(name);
    let builder = if scene.evidence.terraform.roots.is_empty() {
        builder.edit("keep it: take it into the deploy config", None)
    } else {
        let own = adopt::workload(scene, name);
        let root = gcloud_command::quoted(&own.root);
        let file = own.path.rsplit('/').next().unwrap_or(&own.path).replacen("adopt_", "adopted_", 1);
        let edit = format!(
            "keep it: adopt it in {}, and let Terraform write the rest, or take it into the deploy config",
            own.path
        );
        builder.edit(edit, None).diff(Some(own.diff)).command(
            format!("terraform -chdir={root} plan -generate-config-out={}", gcloud_command::quoted(&file)),
            describe.clone(),
            "",
        )
    };
    builder.command(describe, "", "").build().into()
}

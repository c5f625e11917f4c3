//! A connector is live, and nothing in the repository declares it.

use super::{Check, Scene, adopt, applying, connector_missing, gcloud_command, unseen_region};
use crate::finding::{Baseline, Finding, Part, Rule, Severity, Verdict};
use crate::model::{Api, Connector, ConnectorName, Why, WhyKind};
use crate::reconcile::{ConnectorPair, LiveSide, unknown};

/// The rule.
pub static RULE: Rule =
    Rule::new("connector-unmanaged", Part::Vpc, Severity::Medium, "a live connector is declared nowhere");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    // Without any Terraform there is nothing that could declare a connector: everything would be unmanaged.
    if scene.evidence.terraform.roots.is_empty() {
        return vec![Verdict::NotApplicable];
    }
    let mut verdicts = unseen_region::not_checked(scene, &RULE, Api::VpcAccessConnectors);
    verdicts.extend(scene.reconciled.connectors.iter().filter_map(|pair| one(scene, pair)));
    verdicts
}

fn one(scene: &Scene<'_>, pair: &ConnectorPair<'_>) -> Option<Verdict> {
    let (LiveSide::Present(live), Some(name)) = (&pair.live, &pair.name) else { return None };
    if !pair.declared.is_empty() {
        return Some(Verdict::Clean);
    }
    if pair.is_foreign {
        return None;
    }
    if let Some(why) = may_be_declared(scene, name) {
        return Some(Verdict::not_checked(&RULE, pair.subject(), None, why));
    }
    Some(finding(scene, pair, name, live))
}

/// Why the connector may be declared after all: a file that could not be read, or a declaration without a known name.
fn may_be_declared(scene: &Scene<'_>, name: &ConnectorName) -> Option<Why> {
    if let Some(why) = scene.evidence.terraform.incomplete.first() {
        return Some(why.clone());
    }
    let nameless = scene.reconciled.connectors.iter().filter(|pair| pair.name.is_none());
    nameless
        .flat_map(|pair| &pair.declared)
        .find(|declared| declared.value.short_name.known().is_none_or(|short| *short == name.name))
        .map(|declared| {
            unknown(&declared.value.name).unwrap_or_else(|| {
                Why::at(WhyKind::Invalid, "a declaration does not name its connector", declared.origin.clone())
            })
        })
}

fn finding(scene: &Scene<'_>, pair: &ConnectorPair<'_>, name: &ConnectorName, live: &Connector) -> Verdict {
    let title = format!("connector {} is live in {}/{}, and nothing declares it", name.name, name.project, name.region);
    let state = live.state.known().map(ToString::to_string).unwrap_or_default();
    let mut builder = Finding::builder(&RULE, pair.subject(), title).baseline(Baseline::Terraform).live(
        Some(name.to_string()),
        name.to_string(),
        "",
    );
    if !state.is_empty() {
        builder = builder.live_note(format!("state {state}"));
    }
    let users = connector_missing::users(scene, name);
    let why = match users.names {
        [] => format!("{}; it costs money and keeps its range", users.none()),
        [one] => format!("{one} depends on something that nobody reviews or recreates"),
        many => format!("{} depend on something that nobody reviews or recreates", many.join(", ")),
    };
    builder = builder.why(why).apply(applying::nothing());
    builder = match adopt::connector(scene, name, live) {
        Some(own) => {
            let (root, quoted) = (gcloud_command::quoted(&own.root), gcloud_command::quoted(&own.address));
            builder.edit(format!("keep it: adopt it in {}", own.path), None).diff(Some(own.diff)).command(
                format!("terraform -chdir={root} import {quoted} {}", gcloud_command::quoted(&name.to_string())),
                format!("terraform -chdir={root} plan -target={quoted}"),
                format!("terraform -chdir={root} state rm {quoted}"),
            )
        }
        None => builder.edit("keep it: declare it beside the others and import it", None),
    };
    // Deleting cannot be undone: it is offered only where every service was seen, and none uses it.
    if users.names.is_empty() && users.unseen.is_none() {
        builder = builder.command(gcloud_command::connector("delete", name, ""), "", "");
    }
    builder.build().into()
}

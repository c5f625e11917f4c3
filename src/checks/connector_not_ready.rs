//! A connector that something relies on is in a bad state.

use super::{Check, Scene, connector_changed, connector_missing, gcloud_command};
use crate::finding::{Finding, Part, Rule, Severity, Verdict};
use crate::model::{ConnectorName, ConnectorState, Fact};
use crate::reconcile::{ConnectorPair, LiveSide};

/// The rule.
pub static RULE: Rule =
    Rule::new("connector-not-ready", Part::Vpc, Severity::Critical, "a live connector is in the state ERROR");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    scene.reconciled.connectors.iter().map(|pair| one(scene, pair)).collect()
}

fn one(scene: &Scene<'_>, pair: &ConnectorPair<'_>) -> Verdict {
    let not_checked = |why| Verdict::not_checked(&RULE, pair.subject(), None, why);
    let live = match &pair.live {
        LiveSide::NotAsked | LiveSide::Absent => return Verdict::NotApplicable,
        LiveSide::Unknown(why) => return not_checked(why.clone()),
        LiveSide::Present(live) => live,
    };
    if let Some(why) = connector_changed::settling(live) {
        return not_checked(why);
    }
    match (&live.state, &pair.name) {
        (Fact::Known(ConnectorState::Ready, _), _) => Verdict::Clean,
        (Fact::Known(ConnectorState::Error, _), Some(name)) => {
            let users = connector_missing::users(scene, name);
            let reach = match users.names {
                [] => users.none(),
                names => format!("{} cannot reach the VPC", names.join(", ")),
            };
            let failure = failure(scene, name);
            let mut builder = Finding::builder(
                &RULE,
                pair.subject(),
                format!("connector {} is in the state ERROR", name.name),
            )
            .field("state")
            .live(Some("ERROR".to_owned()), name.to_string(), "state")
            .why(format!(
                "{reach}; {failure}; a connector in ERROR cannot be repaired in place, Google recommends to delete it"
            ));
            for declared in &pair.declared {
                builder = builder.place(declared.origin.clone());
            }
            // The name is free again only when the deletion is through, so the workloads go first.
            let declared = pair.declared.first().map(|declared| declared.origin.clone());
            builder
                .edit(
                    "declare a connector of another name, and move the workloads to it; then delete this one",
                    declared,
                )
                .command(
                    gcloud_command::connector("delete", name, ""),
                    gcloud_command::connector("describe", name, ""),
                    "",
                )
                .build()
                .into()
        }
        (Fact::Unknown(whys), _) => whys.first().cloned().map_or(Verdict::NotApplicable, not_checked),
        (state, _) => {
            let text = match state {
                Fact::Known(state, _) => format!("the connector's state is {state}, which this version does not know"),
                _ => "the API did not say the connector's state".to_owned(),
            };
            not_checked(crate::model::Why::new(crate::model::WhyKind::Malformed, text))
        }
    }
}

/// What the operation said that failed: the connector itself carries no reason.
fn failure(scene: &Scene<'_>, name: &ConnectorName) -> String {
    let health = &scene.evidence.inventory.connector_health;
    match health.iter().find(|own| own.connector == *name).map(|own| &own.failure) {
        Some(Fact::Known(failed, _)) => {
            let time = failed.time.map(|time| format!(" at {time}")).unwrap_or_default();
            format!("its last failed operation said{time}: {}", failed.message.trim_end_matches('.'))
        }
        Some(Fact::Unknown(whys)) => {
            let text = whys.first().map_or("the operations were not read", |why| &why.text);
            format!("why it failed could not be read, because {text}")
        }
        _ => "no failed operation is on record that would tell why".to_owned(),
    }
}

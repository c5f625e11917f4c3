//! A declared field of a connector differs from what is live.

use std::fmt::Display;

use super::{Check, Scene, connector_missing, gcloud_command};
use crate::finding::{Baseline, Finding, Part, Rule, Severity, Verdict};
use crate::model::{Connector, ConnectorName, Declared, DeclaredSource, Fact, Why, WhyKind};
use crate::reconcile::equivalence::{
    End, MACHINE_TYPE, NETWORK_NAME, RANGE, SCALING, SUBNETWORK_NAME, declared_scaling,
};
use crate::reconcile::{Comparison, ConnectorPair, LiveSide, certain};

/// The rule.
pub static RULE: Rule =
    Rule::new("connector-changed", Part::Vpc, Severity::High, "a live connector differs from its declaration");
/// The check.
pub static CHECK: Check = Check { rules: &[&RULE], judge };

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    scene.reconciled.connectors.iter().flat_map(|pair| one(scene, pair)).collect()
}

fn one(scene: &Scene<'_>, pair: &ConnectorPair) -> Vec<Verdict> {
    let not_checked = |why: &Why| vec![Verdict::not_checked(&RULE, pair.subject.clone(), None, why.clone())];
    let live = match &pair.live {
        LiveSide::NotAsked | LiveSide::Absent => return vec![Verdict::NotApplicable],
        LiveSide::Unknown(why) if !pair.declared.is_empty() => return not_checked(why),
        LiveSide::Unknown(_) => return Vec::new(),
        LiveSide::Present(live) => live,
    };
    if let Some(why) = settling(live)
        && !pair.declared.is_empty()
    {
        return not_checked(&why);
    }
    let Some(name) = &pair.name else { return Vec::new() };
    pair.declared
        .iter()
        .flat_map(|declared| match certain(&declared.presence) {
            Ok(()) => fields(scene, pair, name, declared, live),
            Err(why) => not_checked(&why),
        })
        .collect()
}

/// Why a connector must not be judged yet: an operation is under way.
pub fn settling(live: &Connector) -> Option<Why> {
    let Fact::Known(state, origin) = &live.state else { return None };
    state.is_settling().then(|| Why::at(WhyKind::Settling, format!("the connector is {state}"), origin.clone()))
}

fn fields(
    scene: &Scene<'_>,
    pair: &ConnectorPair,
    name: &ConnectorName,
    declared: &Declared<Connector>,
    live: &Connector,
) -> Vec<Verdict> {
    let wanted = &declared.value;
    let context = FieldContext { scene, pair, name, declared };
    let mut verdicts = Vec::new();
    // Not declared (the connector is made from a subnet): the API answers with the subnet's network all the same.
    if !wanted.network.is_absent() {
        verdicts.push(context.verdict(
            "network",
            "network",
            &wanted.network,
            &live.network,
            (NETWORK_NAME.compare)(&wanted.network, &live.network),
        ));
    }
    if !wanted.ip_cidr_range.is_absent() {
        let outcome = (RANGE.compare)(&wanted.ip_cidr_range, &live.ip_cidr_range);
        verdicts.push(context.verdict(
            "ip_cidr_range",
            "ipCidrRange",
            &wanted.ip_cidr_range,
            &live.ip_cidr_range,
            outcome,
        ));
    }
    // Not declared: Google makes a hidden `aet-…` subnetwork for the range.
    if !wanted.subnet.is_absent() {
        verdicts.push(context.verdict(
            "subnet",
            "subnet.name",
            &wanted.subnet,
            &live.subnet,
            (SUBNETWORK_NAME.compare)(&wanted.subnet, &live.subnet),
        ));
    }
    let outcome = (MACHINE_TYPE.compare)(&wanted.machine_type, &live.machine_type);
    verdicts.push(context.verdict("machine_type", "machineType", &wanted.machine_type, &live.machine_type, outcome));
    for end in [End::Min, End::Max] {
        let (field, fact) = declared_scaling(wanted, end);
        let (api_field, live_fact) = match field {
            "min_instances" => ("minInstances", &live.min_instances),
            "max_instances" => ("maxInstances", &live.max_instances),
            "min_throughput" => ("minThroughput", &live.min_throughput),
            _ => ("maxThroughput", &live.max_throughput),
        };
        verdicts.push(context.verdict(field, api_field, fact, live_fact, (SCALING.compare)(wanted, live, end)));
    }
    verdicts
}

struct FieldContext<'a> {
    scene: &'a Scene<'a>,
    pair: &'a ConnectorPair,
    name: &'a ConnectorName,
    declared: &'a Declared<Connector>,
}

impl FieldContext<'_> {
    fn verdict<T: Display + Clone>(
        &self,
        field: &'static str,
        api_field: &str,
        wanted: &Fact<T>,
        live: &Fact<T>,
        outcome: Comparison,
    ) -> Verdict {
        match outcome {
            Comparison::Same => Verdict::Clean,
            Comparison::Undecidable(why) => Verdict::not_checked(&RULE, self.pair.subject.clone(), Some(field), why),
            Comparison::Different => self.finding(field, api_field, wanted, live),
        }
    }

    fn finding<T: Display + Clone>(&self, field: &str, api_field: &str, wanted: &Fact<T>, live: &Fact<T>) -> Verdict {
        let shown = |fact: &Fact<T>| fact.known().map_or_else(|| "nothing".to_owned(), ToString::to_string);
        let title = format!(
            "connector {} has {} {} live; {} was declared",
            self.name.name,
            field,
            shown(live),
            if wanted.is_absent() { "the default".to_owned() } else { shown(wanted) },
        );
        let builder = Finding::builder(&RULE, self.pair.subject.clone(), title)
            .field(field)
            .baseline(Baseline::Terraform)
            .declared_fact(wanted, self.declared.source.to_string())
            .live(live.known().map(ToString::to_string), self.name.to_string(), api_field)
            .why(self.why(field, wanted, live));
        let verify = gcloud_command::connector("describe", self.name, "");
        let builder = match &self.declared.source {
            DeclaredSource::Terraform { address, root } => {
                builder.command(gcloud_command::apply(root, address), verify, "")
            }
            DeclaredSource::Deploy { .. } => builder,
        };
        let builder = match wanted.origin() {
            Some(origin) => builder
                .edit(format!("if the live value is the right one, set {field} to {}", shown(live)), origin.clone()),
            None => builder,
        };
        builder.build().into()
    }

    /// What applying would do: machine type and growing instances change in place, all else replaces the connector.
    fn why<T: Display>(&self, field: &str, wanted: &Fact<T>, live: &Fact<T>) -> String {
        let number = |fact: &Fact<T>| fact.known().and_then(|value| value.to_string().parse::<i64>().ok());
        let shrinks = number(wanted).zip(number(live)).is_some_and(|(wanted, live)| wanted < live);
        let in_place = field == "machine_type" || (field.ends_with("instances") && !shrinks);
        let users = connector_missing::users(self.scene, self.name);
        match (in_place, &*users.names) {
            (true, _) => "terraform apply changes it in place".to_owned(),
            (false, []) => format!("terraform apply replaces the connector; {}", users.none()),
            (false, names) => {
                format!("terraform apply replaces the connector: {} would lose the VPC meanwhile", names.join(", "))
            }
        }
    }
}

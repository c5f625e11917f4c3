//! A declared field of a connector differs from what is live.

use std::fmt::Display;

use super::applying::{self, Change};
use super::edits::{self, Literal};
use super::{Check, Scene, gcloud_command};
use crate::finding::{ApplyAction, ApplyEffect, Baseline, Finding, Part, Rule, Severity, Verdict};
use crate::model::{Connector, ConnectorName, Declared, DeclaredSource, Fact, Origin, Why, WhyKind};
use crate::reconcile::equivalence::{
    DEFAULT_MACHINE_TYPE, End, MACHINE_TYPE, NETWORK_NAME, RANGE, SCALING, SUBNETWORK_NAME, THROUGHPUT_PER_INSTANCE,
    declared_scaling,
};
use crate::reconcile::{Comparison, ConnectorPair, LiveSide, certain};

/// The rule.
pub static RULE: Rule =
    Rule::new("connector-changed", Part::Vpc, Severity::High, "a live connector differs from its declaration");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    scene.reconciled.connectors.iter().flat_map(|pair| one(scene, pair)).collect()
}

fn one(scene: &Scene<'_>, pair: &ConnectorPair<'_>) -> Vec<Verdict> {
    let not_checked = |why: &Why| vec![Verdict::not_checked(&RULE, pair.subject(), None, why.clone())];
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
    pair: &ConnectorPair<'_>,
    name: &ConnectorName,
    declared: &Declared<Connector>,
    live: &Connector,
) -> Vec<Verdict> {
    let wanted = &declared.value;
    let context = FieldContext { scene, pair, name, declared, live };
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
        let api_field = match field {
            "min_instances" => "minInstances",
            "max_instances" => "maxInstances",
            "min_throughput" => "minThroughput",
            _ => "maxThroughput",
        };
        let live_fact = live_scaling(live, field);
        verdicts.push(context.verdict(field, api_field, fact, live_fact, (SCALING.compare)(wanted, live, end)));
    }
    verdicts
}

fn live_scaling<'a>(live: &'a Connector, field: &str) -> &'a Fact<i64> {
    match field {
        "min_instances" => &live.min_instances,
        "max_instances" => &live.max_instances,
        "min_throughput" => &live.min_throughput,
        _ => &live.max_throughput,
    }
}

struct FieldContext<'a> {
    scene: &'a Scene<'a>,
    pair: &'a ConnectorPair<'a>,
    name: &'a ConnectorName,
    declared: &'a Declared<Connector>,
    live: &'a Connector,
}

/// A way to mend it.
#[derive(Clone, Copy)]
enum Step {
    Apply,
    Gcloud,
    Edit,
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
            Comparison::Undecidable(why) => Verdict::not_checked(&RULE, self.pair.subject(), Some(field), why),
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
        let builder = Finding::builder(&RULE, self.pair.subject(), title)
            .field(field)
            .baseline(Baseline::Terraform)
            .declared_fact(wanted, self.declared.source.to_string())
            .live(live.known().map(ToString::to_string), self.name.to_string(), api_field)
            .why(consequence(field));
        let effect = self.effect(field, wanted, live);
        let in_place = effect.as_ref().is_some_and(|effect| effect.action == ApplyAction::Update);
        let mut builder = builder.apply(effect);
        let verify = gcloud_command::connector("describe", self.name, "");
        let back = self.put_back(field, live);
        let is_count = field.ends_with("instances") || field.ends_with("throughput");
        // What takes the connector away from those that use it comes after what does not.
        let steps = match (in_place, &back, is_count) {
            (false, Some(_), _) => [Step::Gcloud, Step::Apply, Step::Edit],
            (false, None, true) => [Step::Edit, Step::Apply, Step::Gcloud],
            _ => [Step::Apply, Step::Gcloud, Step::Edit],
        };
        for step in steps {
            builder = match (step, &self.declared.source, &back, wanted.origin()) {
                (Step::Apply, DeclaredSource::Terraform { address, root }, ..) => {
                    builder.command(gcloud_command::apply(root, address), verify.clone(), "")
                }
                (Step::Gcloud, _, Some((command, undo)), _) => builder.command(command, verify.clone(), undo),
                (Step::Edit, _, _, Some(origin)) => match self.scaling_edit().filter(|_| is_count) {
                    Some((text, diff)) => builder.edit(text, origin.clone()).diff(diff),
                    None => {
                        let text = format!("if the live value is the right one, set {field} to {}", shown(live));
                        builder.edit(text, origin.clone()).diff(self.edit(field, origin, live))
                    }
                },
                _ => builder,
            };
        }
        builder.build().into()
    }

    /// The command after which the live connector is as declared without being made anew, and how to undo that (empty
    /// where it cannot be). Instances and throughput are two views of one quantity, and the API raises it by instances;
    /// it lowers neither.
    fn put_back<T: Display>(&self, field: &str, live: &Fact<T>) -> Option<(String, String)> {
        let update = |flags: &str| gcloud_command::connector("update", self.name, flags);
        if field == "machine_type" {
            let machine = |word: &str| update(&format!("--machine-type {}", gcloud_command::quoted(word)));
            let wanted = self.declared.value.machine_type.known().map_or(DEFAULT_MACHINE_TYPE, String::as_str);
            return Some((machine(wanted), live.known().map(|own| machine(&own.to_string())).unwrap_or_default()));
        }
        if !field.ends_with("instances") && !field.ends_with("throughput") {
            return None;
        }
        let end = |end, own: &Fact<i64>| {
            let (name, fact) = declared_scaling(&self.declared.value, end);
            let own = *own.known()?;
            let per = if name.ends_with("throughput") { THROUGHPUT_PER_INSTANCE } else { 1 };
            let wanted = match fact {
                Fact::Known(wanted, _) if wanted % per == 0 => wanted / per,
                Fact::Absent(_) => own,
                _ => return None,
            };
            (wanted >= own).then_some(wanted)
        };
        let (min, max) = (end(End::Min, &self.live.min_instances)?, end(End::Max, &self.live.max_instances)?);
        Some((update(&format!("--min-instances {min} --max-instances {max}")), String::new()))
    }

    /// The edit after which both ends of the scaling are as they are live, where both differ: one end alone could leave
    /// a smallest number above the largest.
    fn scaling_edit(&self) -> Option<(String, Option<String>)> {
        let mut words = Vec::new();
        let mut diffs = Vec::new();
        for end in [End::Min, End::Max] {
            if (SCALING.compare)(&self.declared.value, self.live, end) != Comparison::Different {
                return None;
            }
            let (field, fact) = declared_scaling(&self.declared.value, end);
            let live = live_scaling(self.live, field);
            words.push(format!("{field} to {}", live.known()?));
            diffs.push(fact.origin().and_then(|origin| self.edit(field, origin, live)));
        }
        let diffs: Option<Vec<String>> = diffs.into_iter().collect();
        Some((
            format!("if the live values are the right ones, set {}", words.join(" and ")),
            diffs.map(|own| own.concat()),
        ))
    }

    /// The edit after which the live value is the declared one.
    fn edit<T: Display>(&self, field: &str, origin: &Origin, live: &Fact<T>) -> Option<String> {
        let text = live.known()?.to_string();
        let (path, value) = match field {
            // Both sides write the short name, which is one of the connector's own project.
            "network" | "subnet" => {
                let (project, short) = (text.split('/').nth(1)?, text.rsplit('/').next()?);
                let path = if field == "subnet" { "subnet.name" } else { field };
                (path, Literal::Text((project == self.name.project).then(|| short.to_owned())?))
            }
            "machine_type" | "ip_cidr_range" => (field, Literal::Text(text)),
            _ => (field, Literal::Number(text.parse().ok()?)),
        };
        let place = edits::Place { source: &self.declared.source, origin, path };
        edits::set(self.scene, &place, Some(&value))
    }

    fn effect<T: Display>(&self, field: &str, wanted: &Fact<T>, live: &Fact<T>) -> Option<ApplyEffect> {
        let text = |fact: &Fact<T>| fact.known().map(ToString::to_string);
        let (declared, live) = (text(wanted), text(live));
        let change = Change {
            source: &self.declared.source,
            attribute: field,
            declared: declared.as_deref(),
            live: live.as_deref(),
            // Such a field is not compared.
            taken_over: false,
        };
        applying::connector(self.scene, &change, self.name)
    }
}

/// What such a difference brings about.
fn consequence(field: &str) -> &'static str {
    match field {
        "network" => "what its workloads call is looked for in another network",
        "ip_cidr_range" | "subnet" => "its machines have other addresses than firewall rules and routes expect",
        "machine_type" => "each of its machines carries more or less traffic than was reviewed",
        field if field.starts_with("max_") => "under load it carries more or less traffic than was reviewed",
        _ => "it keeps more or fewer machines ready for a burst of traffic than was reviewed",
    }
}

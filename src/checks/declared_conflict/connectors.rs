//! Two Terraform declarations of one connector that differ in a field: each apply would replace what the other made.

use super::RULE;
use crate::finding::{Baseline, Finding, Verdict};
use crate::model::{Connector, Declared, DeclaredSource, Fact};
use crate::reconcile::equivalence::{DEFAULT_MACHINE_TYPE, End, THROUGHPUT_PER_INSTANCE, declared_scaling};
use crate::reconcile::{Comparison, ConnectorPair, compare, compare_with_default};

/// One verdict a field and pair of declarations that both certainly hold.
pub(super) fn judge(pair: &ConnectorPair<'_>) -> Vec<Verdict> {
    let certain: Vec<_> = pair.declared.iter().filter(|declared| declared.presence.is_certain()).collect();
    let mut verdicts = Vec::new();
    for (at, left) in certain.iter().enumerate() {
        for right in certain.iter().skip(at + 1) {
            verdicts.extend(fields(&left.value, &right.value).iter().map(|field| field.verdict(pair, left, right)));
        }
    }
    verdicts
}

/// A field that both declare, in the words of each.
struct Field {
    name: &'static str,
    left: Fact<String>,
    right: Fact<String>,
    outcome: Comparison,
}

/// The fields that both declare; what one leaves out the API or the other fills in.
fn fields(left: &Connector, right: &Connector) -> Vec<Field> {
    let mut fields = vec![
        text("network", left.network.clone(), right.network.clone()),
        text("subnet", left.subnet.clone(), right.subnet.clone()),
        text(
            "ip_cidr_range",
            left.ip_cidr_range.clone().map(|range| range.trunc()),
            right.ip_cidr_range.clone().map(|range| range.trunc()),
        ),
    ];
    for end in [End::Min, End::Max] {
        let ((name, own), (other_name, other)) = (declared_scaling(left, end), declared_scaling(right, end));
        // Instances and throughput are two views of one quantity.
        let throughput = |name: &str, fact: &Fact<i64>| {
            let factor = if name.ends_with("instances") { THROUGHPUT_PER_INSTANCE } else { 1 };
            fact.clone().map(|number| number.saturating_mul(factor))
        };
        let outcome = compare(&throughput(name, own), &throughput(other_name, other));
        let words = |said: &str, fact: &Fact<i64>| {
            let unit = if other_name == name { String::new() } else { format!("{said} = ") };
            fact.clone().map(|number| format!("{unit}{number}"))
        };
        fields.push(Field { name, left: words(name, own), right: words(other_name, other), outcome });
    }
    fields.retain(|field| !field.left.is_absent() && !field.right.is_absent());
    let machine = compare_with_default(&left.machine_type, &right.machine_type, &DEFAULT_MACHINE_TYPE.to_owned());
    let (own, other) = (left.machine_type.clone(), right.machine_type.clone());
    fields.push(Field { name: "machine_type", left: own, right: other, outcome: machine });
    fields
}

fn text<T: PartialEq + ToString>(name: &'static str, left: Fact<T>, right: Fact<T>) -> Field {
    let outcome = compare(&left, &right);
    Field { name, left: left.map(|value| value.to_string()), right: right.map(|value| value.to_string()), outcome }
}

impl Field {
    fn verdict(&self, pair: &ConnectorPair<'_>, left: &Declared<Connector>, right: &Declared<Connector>) -> Verdict {
        match &self.outcome {
            Comparison::Same => Verdict::Clean,
            Comparison::Undecidable(why) => Verdict::not_checked(&RULE, pair.subject(), Some(self.name), why.clone()),
            Comparison::Different => self.finding(pair, left, right),
        }
    }

    fn finding(&self, pair: &ConnectorPair<'_>, left: &Declared<Connector>, right: &Declared<Connector>) -> Verdict {
        let words = |fact: &Fact<String>| fact.known().cloned().unwrap_or_else(|| "the default".to_owned());
        let title = format!(
            "connector {}: {} declares {} {}, {} declares {}",
            pair.subject().name,
            named(&left.source),
            self.name,
            words(&self.left),
            named(&right.source),
            words(&self.right)
        );
        let mut builder = Finding::builder(&RULE, pair.subject(), title)
            .field(self.name)
            .baseline(Baseline::Terraform)
            .declared_fact(&self.left, left.source.to_string())
            .declared_fact(&self.right, right.source.to_string())
            .why("each terraform apply turns the other's setting back, which may replace the connector");
        if let Some(origin) = self.right.origin() {
            builder = builder.edit(
                format!("declare it in one place only, or make this one say {}", words(&self.left)),
                origin.clone(),
            );
        }
        builder.build().into()
    }
}

fn named(source: &DeclaredSource) -> String {
    match source {
        DeclaredSource::Terraform { address, root } => format!("{address} of {root}"),
        DeclaredSource::Deploy { tool } => tool.clone(),
    }
}

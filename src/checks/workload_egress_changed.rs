//! A live workload's template sends other traffic through the VPC than declared.

use super::expected::{self, Expected, effect, settled, shown, with_edit};
use super::workload_connector_changed::changed_by;
use super::{Check, Scene, gcloud_command};
use crate::finding::{Finding, Part, Rule, Severity, Verdict};
use crate::model::{Egress, LiveWorkload};
use crate::reconcile::equivalence::{self, DEFAULT_EGRESS};
use crate::reconcile::fields::EGRESS;
use crate::reconcile::{Comparison, WorkloadPair, certain};

/// The rule.
pub static RULE: Rule = Rule::new(
    "workload-egress-changed",
    Part::Vpc,
    Severity::High,
    "a live workload sends other traffic through the VPC than declared",
);
/// The check.
pub static CHECK: Check = Check::of_workloads(&[&RULE], one);

/// The field, in Terraform's spelling.
pub const FIELD: &str = EGRESS.name;

fn one(scene: &Scene<'_>, pair: &WorkloadPair<'_>) -> Vec<Verdict> {
    let expected = expected::egresses(pair);
    let not_checked = |why| Verdict::not_checked(&RULE, pair.subject(), Some(FIELD), why);
    let live = match settled(pair) {
        Ok(live) => live,
        Err(why) => return expected.first().and(why).map(not_checked).into_iter().collect(),
    };
    let judge_one = |expected: &Expected<'_, Egress>| {
        if let Err(why) = certain(&expected.presence) {
            return not_checked(why);
        }
        match (equivalence::EGRESS.compare)(&expected.fact, &live.workload.vpc) {
            Comparison::Same => Verdict::Clean,
            Comparison::Undecidable(why) => not_checked(why),
            Comparison::Different => finding(scene, pair, expected, live),
        }
    };
    expected.iter().map(judge_one).collect()
}

fn finding(
    scene: &Scene<'_>,
    pair: &WorkloadPair<'_>,
    expected: &Expected<'_, Egress>,
    live: &LiveWorkload,
) -> Verdict {
    let name = &live.name;
    let wanted = expected.fact.known().copied().unwrap_or(DEFAULT_EGRESS);
    let actual = live.workload.vpc.egress.known().copied().unwrap_or(DEFAULT_EGRESS);
    let (sends, why) = match actual {
        Egress::AllTraffic if expected.fact.is_absent() => (
            "sends all traffic through the VPC; no egress is declared, and the default is private ranges only",
            "calls to public addresses now leave through the VPC: without a Cloud NAT there they time out",
        ),
        Egress::AllTraffic => (
            "sends all traffic through the VPC; private ranges only were declared",
            "calls to public addresses now leave through the VPC: without a Cloud NAT there they time out",
        ),
        Egress::PrivateRangesOnly => (
            "sends only private ranges through the VPC; all traffic was declared",
            "calls to public addresses no longer leave through the VPC: partners that allow only its NAT addresses refuse them",
        ),
    };
    let why = if expected.is_hidden {
        format!("{why}; terraform plan does not show this, because egress is not set")
    } else {
        why.to_owned()
    };
    let builder = Finding::builder(&RULE, pair.subject(), format!("{} {sends}", name.name))
        .field(FIELD)
        .baseline(expected.baseline)
        .declared_fact(&expected.fact, expected.source())
        .live(shown(&live.workload.vpc.egress), name.to_string(), "template.vpcAccess.egress")
        .live_note(changed_by(live))
        .why(why)
        .apply(effect(
            scene,
            expected,
            FIELD,
            shown(&expected.fact).as_deref(),
            shown(&live.workload.vpc.egress).as_deref(),
        ))
        .command(
            gcloud_command::update_workload(name, &format!("--vpc-egress {}", wanted.flag())),
            gcloud_command::describe_workload(name),
            gcloud_command::update_workload(name, &format!("--vpc-egress {}", actual.flag())),
        );
    let value = (&*actual.to_string(), actual.flag());
    with_edit(builder, scene, expected, FIELD, Some(value)).build().into()
}

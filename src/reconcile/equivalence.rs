//! What is the same though it is spelled differently: the API's and the provider's defaults, and quantities that are
//! seen from two sides. Each rule stands here once, with its source.

use crate::model::{Connector, Egress, Fact, VpcAccess};

use super::compare::{Comparison, compare, compare_with_default};

/// `VpcAccess.egress`: "If not provided, it defaults to PRIVATE_RANGES_ONLY" (Cloud Run Admin API v2, discovery
/// document).
pub const DEFAULT_EGRESS: Egress = Egress::PrivateRangesOnly;

/// `google_vpc_access_connector.machine_type` (provider default; the API answers with the same word).
pub const DEFAULT_MACHINE_TYPE: &str = "e2-micro";

/// Mbps for one instance in `minThroughput` and `maxThroughput`: the API expresses both for an e2-micro, whatever the
/// machine type is (VPC Access API, discovery document; provider acceptance test: 400/800 reads back as 4/8).
pub const THROUGHPUT_PER_INSTANCE: i64 = 100;

/// Which end of a connector's scaling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// `min_…`
    Min,
    /// `max_…`
    Max,
}

/// The declared scaling of one end that counts, with its field in Terraform's spelling.
///
/// Instances and throughput are two views of one quantity: the API always answers with both, and where both are
/// declared instances win ("min-instances takes precedence", VPC Access API). Neither declared: the API chooses, and
/// there is nothing to compare.
pub fn declared_scaling(connector: &Connector, end: End) -> (&'static str, &Fact<i64>) {
    let (instances, throughput) = match end {
        End::Min => (("min_instances", &connector.min_instances), ("min_throughput", &connector.min_throughput)),
        End::Max => (("max_instances", &connector.max_instances), ("max_throughput", &connector.max_throughput)),
    };
    if instances.1.is_absent() { throughput } else { instances }
}

/// Compares one end of the scaling. A throughput is the same where either live view says so.
pub fn compare_scaling(declared: &Connector, live: &Connector, end: End) -> Comparison {
    let (field, wanted) = declared_scaling(declared, end);
    if wanted.is_absent() {
        return Comparison::Same;
    }
    let (instances, throughput) = match end {
        End::Min => (&live.min_instances, &live.min_throughput),
        End::Max => (&live.max_instances, &live.max_throughput),
    };
    if field.ends_with("instances") {
        return compare(wanted, instances);
    }
    let from_instances = instances.clone().map(|count| count.saturating_mul(THROUGHPUT_PER_INSTANCE));
    match (compare(wanted, throughput), compare(wanted, &from_instances)) {
        (Comparison::Same, _) | (_, Comparison::Same) => Comparison::Same,
        (Comparison::Undecidable(why), _) | (_, Comparison::Undecidable(why)) => Comparison::Undecidable(why),
        _ => Comparison::Different,
    }
}

/// Compares egress settings. They mean something only where both sides are attached to a VPC: a detached workload is
/// the business of its connector.
pub fn compare_egress(declared: &Fact<Egress>, live: &VpcAccess) -> Comparison {
    if live.is_detached() {
        return Comparison::Same;
    }
    compare_with_default(declared, &live.egress, &DEFAULT_EGRESS)
}

/// Compares all of two VPC accesses; the first difference decides, then the first unknown.
pub fn compare_vpc_access(left: &VpcAccess, right: &VpcAccess) -> Comparison {
    let parts = [
        compare(&left.connector, &right.connector),
        compare_egress(&left.egress, right),
        compare_interfaces(left, right),
    ];
    let different = parts.contains(&Comparison::Different);
    let undecidable = parts.into_iter().find(|part| matches!(part, Comparison::Undecidable(_)));
    match undecidable {
        _ if different => Comparison::Different,
        Some(undecidable) => undecidable,
        None => Comparison::Same,
    }
}

/// Compares direct interfaces by position (the API has one). A network or subnetwork that is named on one side only
/// is inferred from the other by the API, so only what both name is compared; tags are a set, absent is empty.
fn compare_interfaces(left: &VpcAccess, right: &VpcAccess) -> Comparison {
    let (left, right) = match (&left.interfaces, &right.interfaces) {
        (Fact::Unknown(whys), _) | (_, Fact::Unknown(whys)) => {
            return whys.first().map_or(Comparison::Different, |why| Comparison::Undecidable(why.clone()));
        }
        (left, right) => {
            (left.known().map(Vec::as_slice).unwrap_or_default(), right.known().map(Vec::as_slice).unwrap_or_default())
        }
    };
    if left.len() != right.len() {
        return Comparison::Different;
    }
    let mut outcome = Comparison::Same;
    for (left, right) in left.iter().zip(right) {
        let empty = std::collections::BTreeSet::new();
        for part in [
            compare_if_both(&left.network, &right.network),
            compare_if_both(&left.subnetwork, &right.subnetwork),
            compare_with_default(&left.tags, &right.tags, &empty),
        ] {
            match part {
                Comparison::Same => {}
                Comparison::Different => return Comparison::Different,
                undecidable => outcome = undecidable,
            }
        }
    }
    outcome
}

fn compare_if_both<T: PartialEq>(left: &Fact<T>, right: &Fact<T>) -> Comparison {
    if left.is_absent() || right.is_absent() { Comparison::Same } else { compare(left, right) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Origin;

    fn number(value: Option<i64>) -> Fact<i64> {
        let origin = Origin::live("r", "f");
        value.map_or_else(|| Fact::Absent(origin.clone()), |value| Fact::Known(value, origin.clone()))
    }

    fn connector(instances: (Option<i64>, Option<i64>), throughput: (Option<i64>, Option<i64>)) -> Connector {
        let origin = || Origin::live("r", "f");
        Connector {
            name: Fact::Absent(origin()),
            short_name: Fact::Absent(origin()),
            network: Fact::Absent(origin()),
            ip_cidr_range: Fact::Absent(origin()),
            subnet: Fact::Absent(origin()),
            machine_type: Fact::Absent(origin()),
            min_instances: number(instances.0),
            max_instances: number(instances.1),
            min_throughput: number(throughput.0),
            max_throughput: number(throughput.1),
            state: Fact::Absent(origin()),
        }
    }

    #[test]
    fn instances_and_throughput_are_two_views_of_one_quantity() {
        let live = connector((Some(2), Some(3)), (Some(200), Some(300)));
        let none = (None, None);
        for (declared, end, expected) in [
            (connector((Some(2), Some(3)), none), End::Max, Comparison::Same),
            (connector(none, (Some(200), Some(1000))), End::Min, Comparison::Same),
            (connector(none, (Some(200), Some(1000))), End::Max, Comparison::Different),
            (connector((Some(2), Some(3)), (Some(900), Some(1000))), End::Max, Comparison::Same),
            (connector((Some(2), Some(10)), none), End::Max, Comparison::Different),
            (connector(none, none), End::Min, Comparison::Same),
        ] {
            assert_eq!(compare_scaling(&declared, &live, end), expected, "{declared:?} {end:?}");
        }
    }
}

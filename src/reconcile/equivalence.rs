//! What is the same though it is spelled differently: the API's and the provider's defaults, and quantities that are
//! seen from two sides. Each rule stands here once, with its source.

use crate::model::{Connector, Egress, Fact, NetworkInterface, SubnetworkName, VpcAccess};

use super::compare::{Comparison, compare, compare_with_default, unknown};

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
        compare_interfaces(&left.interfaces, &right.interfaces),
    ];
    let different = parts.contains(&Comparison::Different);
    let undecidable = parts.into_iter().find(|part| matches!(part, Comparison::Undecidable(_)));
    match undecidable {
        _ if different => Comparison::Different,
        Some(undecidable) => undecidable,
        None => Comparison::Same,
    }
}

/// Compares direct interfaces by position (the API has one); no list is an empty one. A network that one side leaves
/// out is that of its subnetwork; tags are a set, absent is empty.
pub fn compare_interfaces(left: &Fact<Vec<NetworkInterface>>, right: &Fact<Vec<NetworkInterface>>) -> Comparison {
    if let Some(why) = unknown(left).or_else(|| unknown(right)) {
        return Comparison::Undecidable(why);
    }
    let list = |fact: &'_ Fact<Vec<NetworkInterface>>| fact.known().cloned().unwrap_or_default();
    let (left, right) = (list(left), list(right));
    if left.len() != right.len() {
        return Comparison::Different;
    }
    let mut outcome = Comparison::Same;
    for (left, right) in left.iter().zip(&right) {
        let empty = std::collections::BTreeSet::new();
        for part in [
            compare_if_both(&left.network, &right.network),
            compare_subnetworks(left, right),
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

/// "If subnetwork is not specified, the subnetwork with the same name with the network will be used" (Cloud Run Admin
/// API v2, discovery document).
fn compare_subnetworks(left: &NetworkInterface, right: &NetworkInterface) -> Comparison {
    match (&left.subnetwork, &right.subnetwork) {
        (Fact::Absent(_), Fact::Absent(_)) => Comparison::Same,
        (Fact::Absent(_), named) => compare_inferred(left, named),
        (named, Fact::Absent(_)) => compare_inferred(right, named),
        (left, right) => compare(left, right),
    }
}

fn compare_inferred(open: &NetworkInterface, named: &Fact<SubnetworkName>) -> Comparison {
    let inferred = open.network.clone().map(|network| network.name);
    if inferred.is_absent() {
        return Comparison::Same;
    }
    compare(&inferred, &named.clone().map(|subnetwork| subnetwork.name))
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

    fn interface(network: &str, subnetwork: &str, tags: &[&str]) -> NetworkInterface {
        let origin = || Origin::live("r", "f");
        let context = crate::model::NameContext {
            project: Some("p".to_owned()),
            region: Some("us-central1".to_owned()),
            ..Default::default()
        };
        let text = |text: &str| match text {
            "" => Fact::Absent(origin()),
            text => Fact::Known(text.to_owned(), origin()),
        };
        NetworkInterface {
            network: text(network)
                .try_map(|name| crate::model::NetworkName::parse(&name, &context).map_err(|error| error.to_string())),
            subnetwork: text(subnetwork).try_map(|name| {
                crate::model::SubnetworkName::parse(&name, &context).map_err(|error| error.to_string())
            }),
            tags: match tags {
                [] => Fact::Absent(origin()),
                tags => Fact::Known(tags.iter().map(|&tag| tag.to_owned()).collect(), origin()),
            },
        }
    }

    #[test]
    fn what_the_api_infers_of_an_interface_is_no_difference() {
        use Comparison::{Different, Same};
        for (left, right, expected) in [
            (interface("", "s", &[]), interface("n", "s", &[]), Same),
            (interface("n", "", &[]), interface("n", "n", &[]), Same),
            (interface("n", "", &[]), interface("n", "other", &[]), Different),
            (interface("n", "s", &[]), interface("m", "s", &[]), Different),
            (interface("projects/p/global/networks/n", "s", &[]), interface("n", "s", &[]), Same),
            (interface("n", "s", &["a", "b"]), interface("n", "s", &["b", "a"]), Same),
            (interface("n", "s", &["a"]), interface("n", "s", &["a", "b"]), Different),
            (interface("n", "s", &["a"]), interface("n", "s", &[]), Different),
        ] {
            let list = |one: &NetworkInterface| Fact::Known(vec![one.clone()], Origin::live("r", "f"));
            assert_eq!(compare_interfaces(&list(&left), &list(&right)), expected, "{left:?} {right:?}");
            assert_eq!(compare_interfaces(&list(&right), &list(&left)), expected, "{right:?} {left:?}");
        }
        let none = Fact::Absent(Origin::live("r", "f"));
        let empty = Fact::Known(Vec::new(), Origin::live("r", "f"));
        assert_eq!(compare_interfaces(&none, &empty), Same);
        assert!(matches!(compare_interfaces(&none, &Fact::Unknown(Vec::new())), Comparison::Undecidable(_)));
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

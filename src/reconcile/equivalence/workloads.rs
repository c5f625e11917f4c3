//! Workloads: how they reach the VPC, and how their traffic is split.

use std::collections::BTreeMap;

use super::{Equivalence, Row};
use crate::model::{Egress, Fact, NetworkInterface, Serving, Share, SubnetworkName, VpcAccess, Why, WhyKind};
use crate::reconcile::compare::{Comparison, compare, compare_with_default, unknown};

/// Egress settings.
pub static EGRESS: Equivalence<fn(&Fact<Egress>, &VpcAccess) -> Comparison> = Equivalence {
    row: Row {
        id: "egress",
        applies: &[
            "google_cloud_run_v2_*.template.vpc_access.egress",
            "google_cloud_run_service annotation run.googleapis.com/vpc-access-egress",
            "gcloud --vpc-egress",
        ],
        equal: "left out, empty, `VPC_EGRESS_UNSPECIFIED`, `private-ranges-only` and `PRIVATE_RANGES_ONLY`; `all`, `all-traffic` and `ALL_TRAFFIC`. Of a workload that is not attached, no egress is compared",
        source: "run v2 VpcAccess.egress: \"If not provided, it defaults to PRIVATE_RANGES_ONLY\"; gcloud 578 flags.py (`all` is deprecated and does the same as `all-traffic`)",
    },
    compare: compare_egress,
};
/// Direct interfaces.
pub static INTERFACES: Equivalence<fn(&Interfaces, &Interfaces) -> Comparison> = Equivalence {
    row: Row {
        id: "interfaces",
        applies: &[
            "google_cloud_run_v2_*.template.vpc_access.network_interfaces",
            "google_cloud_run_service annotation run.googleapis.com/network-interfaces",
            "gcloud --network, --subnet, --network-tags",
        ],
        equal: "no block, an empty one and an empty list; order and white space of the annotation's JSON; a network that is left out is that of the subnetwork, and a subnetwork that is left out has the network's name; tags in any order, none and an empty list",
        source: "run v2 NetworkInterface: \"If network is not specified, it will be looked up from the subnetwork … If subnetwork is not specified, the subnetwork with the same name with the network will be used\"",
    },
    compare: compare_interfaces,
};
/// Splits of traffic and instances.
pub static TRAFFIC: Equivalence<Traffic> = Equivalence {
    row: Row {
        id: "traffic",
        applies: &[
            "google_cloud_run_v2_service.traffic",
            "google_cloud_run_v2_worker_pool.instance_splits",
            "google_cloud_run_service.traffic",
        ],
        equal: "left out and 100 % to the latest ready revision, by name or not; shares in any order; shares and tags of 0 %",
        source: "provider: traffic and instance_splits are optional and computed; run v2 TrafficTarget; terraform-provider-google#17218 (tags)",
    },
    compare: compare_traffic,
};

/// What is asked for, and who serves.
type Traffic = fn(&Fact<Vec<Share>>, &[Serving]) -> Comparison;
/// A list of interfaces, as one side gives it.
type Interfaces = Fact<Vec<NetworkInterface>>;

/// True where all that is asked for follows the latest ready revision.
pub fn follows_latest(declared: &Fact<Vec<Share>>) -> bool {
    match declared {
        Fact::Absent(_) => true,
        Fact::Known(shares, _) => {
            shares.iter().all(|share| share.revision.is_absent() || share.percent.known() == Some(&0))
        }
        Fact::Unknown(_) => false,
    }
}

/// Compares who is to serve with who serves.
fn compare_traffic(declared: &Fact<Vec<Share>>, live: &[Serving]) -> Comparison {
    let mut wanted: BTreeMap<Option<String>, i64> = BTreeMap::new();
    match declared {
        Fact::Unknown(_) => return unknown(declared).map_or(Comparison::Same, Comparison::Undecidable),
        Fact::Absent(_) => {
            wanted.insert(None, 100);
        }
        Fact::Known(shares, _) => {
            for share in shares {
                if let Some(why) = unknown(&share.revision).or_else(|| unknown(&share.percent)) {
                    return Comparison::Undecidable(why);
                }
                let percent = share.percent.known().copied().unwrap_or_default();
                *wanted.entry(share.revision.known().cloned()).or_default() += percent;
            }
        }
    }
    let mut serving: BTreeMap<Option<String>, i64> = BTreeMap::new();
    for own in live {
        if !own.latest && own.revision.is_none() {
            return Comparison::Undecidable(Why::new(
                WhyKind::Malformed,
                "the API does not name a revision that serves",
            ));
        }
        let revision = own.revision.clone().filter(|_| !own.latest);
        *serving.entry(revision).or_default() += own.percent;
    }
    wanted.retain(|_, percent| *percent > 0);
    serving.retain(|_, percent| *percent > 0);
    if wanted == serving { Comparison::Same } else { Comparison::Different }
}

/// `VpcAccess.egress`: "If not provided, it defaults to PRIVATE_RANGES_ONLY" (Cloud Run Admin API v2, discovery
/// document).
pub const DEFAULT_EGRESS: Egress = Egress::PrivateRangesOnly;

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
}

//! Connectors.

use ipnet::IpNet;

use super::{Equivalence, Row};
use crate::model::{Connector, ConnectorName, Fact, NetworkName, SubnetworkName};
use crate::reconcile::compare::{Comparison, compare, compare_with_default};

/// Two facts.
type Facts<T> = fn(&Fact<T>, &Fact<T>) -> Comparison;

/// Names of connectors.
pub static CONNECTOR_NAME: Equivalence<Facts<ConnectorName>> = Equivalence {
    row: Row {
        id: "connector-name",
        applies: &[
            "google_vpc_access_connector.name",
            "google_cloud_run_v2_*.template.vpc_access.connector",
            "google_cloud_run_service annotation run.googleapis.com/vpc-access-connector",
            "gcloud --vpc-connector",
        ],
        equal: "a short name, `projects/P/locations/R/connectors/C`, a link and a full resource name, with the project by id or by a number whose id is known; a short name belongs to the project and region of what holds it",
        source: "run v2 VpcAccess.connector: \"{project} can be project id or number\"; the provider has no rule for it (magic-modules#10332)",
    },
    compare,
};
/// Names of networks.
pub static NETWORK_NAME: Equivalence<Facts<NetworkName>> = Equivalence {
    row: Row {
        id: "network-name",
        applies: &["google_vpc_access_connector.network"],
        equal: "a short name, `projects/P/global/networks/N` and links of v1 and beta on either host, with the project by id or by a number whose id is known; of a connector made from a subnetwork the network that the API answers is not compared",
        source: "provider CompareResourceNames and GetRelativePath; terraform-provider-google#11304 (a connector of a subnetwork answers with its network)",
    },
    compare,
};
/// Names of subnetworks.
pub static SUBNETWORK_NAME: Equivalence<Facts<SubnetworkName>> = Equivalence {
    row: Row {
        id: "subnetwork-name",
        applies: &["google_vpc_access_connector.subnet"],
        equal: "a short name and a full one; a project that is left out is the connector's own. Where network and range are declared, the hidden `aet-…` subnetwork is not compared",
        source: "provider resource_vpc_access_connector (subnet.project_id is computed); Cloud Run documentation on connectors (hidden subnetwork)",
    },
    compare,
};
/// Ranges.
pub static RANGE: Equivalence<Facts<IpNet>> = Equivalence {
    row: Row {
        id: "range",
        applies: &["google_vpc_access_connector.ip_cidr_range"],
        equal: "`10.8.0.5/28` and `10.8.0.0/28`: host bits say nothing",
        source: "RFC 4632, section 3.1",
    },
    compare: |declared, live| {
        let range = |fact: &Fact<IpNet>| fact.clone().map(|range| range.trunc());
        compare(&range(declared), &range(live))
    },
};
/// Machine types.
pub static MACHINE_TYPE: Equivalence<Facts<String>> = Equivalence {
    row: Row {
        id: "machine-type",
        applies: &["google_vpc_access_connector.machine_type"],
        equal: "left out and `e2-micro`",
        source: "provider default of machine_type; the API answers with the same word",
    },
    compare: |declared, live| compare_with_default(declared, live, &DEFAULT_MACHINE_TYPE.to_owned()),
};
/// Scaling.
pub static SCALING: Equivalence<fn(&Connector, &Connector, End) -> Comparison> = Equivalence {
    row: Row {
        id: "scaling",
        applies: &[
            "google_vpc_access_connector.min_instances",
            "google_vpc_access_connector.max_instances",
            "google_vpc_access_connector.min_throughput",
            "google_vpc_access_connector.max_throughput",
        ],
        equal: "instances and throughput are two views of one quantity, 100 Mbps an instance whatever the machine type; only the declared pair is compared, instances where both are declared, nothing where neither is",
        source: "VPC Access API v1, discovery document (\"min-instances takes precedence\"; throughput \"when using an e2-micro\"); provider acceptance test (400/800 reads back as 4/8)",
    },
    compare: compare_scaling,
};

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

//! The fields of a workload's VPC access: how each is read on either side, compared and printed.

use crate::model::{Change, ConnectorName, DeployCommand, Egress, Fact, Hidden, NetworkInterface, Spelled, VpcAccess};

use super::compare::{Comparison, compare_with_default};
use super::equivalence::{CONNECTOR_NAME, DEFAULT_EGRESS, compare_interfaces};

/// One field of the VPC access, and how it is read, compared and printed.
pub struct Field<T: 'static> {
    /// Its name, in Terraform's spelling.
    pub name: &'static str,
    /// Its name in the API.
    pub api: &'static str,
    /// The field of a VPC access.
    pub of: fn(&VpcAccess) -> &Fact<T>,
    /// What a command leaves behind; `None` where it leaves what is live.
    pub after: fn(&DeployCommand) -> Option<Fact<T>>,
    /// Compares two values.
    pub compare: fn(&Fact<T>, &Fact<T>) -> Comparison,
    /// A value in words.
    pub shown: fn(&T) -> String,
    /// Whether Terraform that leaves the field out accepts whatever is live, so that nothing conflicts with it and
    /// `terraform plan` shows no difference.
    pub is_hidden: fn(Hidden) -> bool,
}

/// The connector.
pub const CONNECTOR: Field<ConnectorName> = Field {
    name: "vpc_access.connector",
    api: "template.vpcAccess.connector",
    of: |vpc| &vpc.connector,
    after: |command| value_after(&command.connector),
    compare: CONNECTOR_NAME.compare,
    shown: ToString::to_string,
    is_hidden: |hidden| hidden == Hidden::Everything,
};
/// The egress setting.
pub const EGRESS: Field<Egress> = Field {
    name: "vpc_access.egress",
    api: "template.vpcAccess.egress",
    of: |vpc| &vpc.egress,
    after: |command| value_after(&command.egress),
    compare: |left, right| compare_with_default(left, right, &DEFAULT_EGRESS),
    shown: ToString::to_string,
    is_hidden: |hidden| hidden >= Hidden::Egress,
};
/// The direct interfaces.
pub const INTERFACES: Field<Vec<NetworkInterface>> = Field {
    name: "vpc_access.network_interfaces",
    api: "template.vpcAccess.networkInterfaces",
    of: |vpc| &vpc.interfaces,
    after: interfaces_after,
    compare: compare_interfaces,
    shown: |list| interfaces_text(list),
    is_hidden: |hidden| hidden == Hidden::Everything,
};

/// What a change leaves behind; `None` where it leaves what is live.
pub fn value_after<T: Clone>(change: &Change<Spelled<T>>) -> Option<Fact<T>> {
    match change {
        Change::Set(fact) => Some(fact.clone().try_map(|spelled| spelled.canonical)),
        Change::Clear(origin) => Some(Fact::Absent(origin.clone())),
        Change::Leave => None,
    }
}

/// The interfaces that a command leaves behind; `None` where it leaves what is live.
pub fn interfaces_after(command: &DeployCommand) -> Option<Fact<Vec<NetworkInterface>>> {
    match &command.interfaces {
        Change::Set(fact) => Some(fact.clone()),
        Change::Clear(origin) => Some(Fact::Absent(origin.clone())),
        Change::Leave => None,
    }
}

/// Interfaces in words: network, subnetwork and tags, each where it is known.
pub fn interfaces_text(interfaces: &[NetworkInterface]) -> String {
    let one = |interface: &NetworkInterface| {
        let network = interface.network.known().map(|network| format!("network {}", network.name));
        let subnetwork = interface.subnetwork.known().map(|subnetwork| format!("subnetwork {}", subnetwork.name));
        let tags = interface.tags.known().filter(|tags| !tags.is_empty());
        let tags = tags.map(|tags| format!("tags {}", tags.iter().map(String::as_str).collect::<Vec<_>>().join(" ")));
        let words: Vec<String> = [network, subnetwork, tags].into_iter().flatten().collect();
        if words.is_empty() { "an interface".to_owned() } else { words.join(" ") }
    };
    match interfaces {
        [] => "none".to_owned(),
        list => list.iter().map(one).collect::<Vec<_>>().join(", "),
    }
}

//! What connectivity is reasoned from, and how it is looked up.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::finding::Finding;
use crate::model::{
    Address, AddressPurpose, AllowedVariables, Api, ConnectorName, Coverage, Evidence, Fact, Inventory, LiveNetwork,
    LiveSubnetwork, NetworkName, SubnetworkName, Target, Why, WhyKind, WorkloadName,
};
use crate::reconcile::{Reconciled, WorkloadPair};

/// What connectivity is reasoned from.
pub struct Scene<'a> {
    /// Everything that was read.
    pub evidence: &'a Evidence,
    /// Declared and live, paired.
    pub reconciled: &'a Reconciled<'a>,
    /// What the checks found on the same evidence.
    pub findings: &'a [Finding],
    /// The targets of `gcp-drift.toml`.
    pub targets: &'a [Target],
    /// The environment variables of which `gcp-drift.toml` lets it be read where they lead.
    pub variables: &'a AllowedVariables,
}

impl<'a> Scene<'a> {
    /// The live state.
    pub fn inventory(&self) -> &'a Inventory {
        &self.evidence.inventory
    }

    /// What was really looked at.
    pub fn coverage(&self) -> &'a Coverage {
        &self.evidence.inventory.coverage
    }

    /// The pair of a workload.
    pub fn pair(&self, name: &WorkloadName) -> Option<&'a WorkloadPair<'a>> {
        self.reconciled.workloads.iter().find(|pair| pair.name.as_deref() == Some(name))
    }

    /// The findings of a rule about a workload.
    pub fn workload_finding(&self, rule: &str, name: &WorkloadName) -> Option<&'a Finding> {
        let subject = crate::finding::Subject::from(name);
        self.findings.iter().find(|finding| finding.rule == rule && finding.subject == subject)
    }

    /// The finding of a rule about a connector.
    pub fn connector_finding(&self, rule: &str, name: &ConnectorName) -> Option<&'a Finding> {
        let subject = crate::finding::Subject::cloud("connector", &name.name, &name.project, Some(&name.region));
        self.findings.iter().find(|finding| finding.rule == rule && finding.subject == subject)
    }

    /// The number of a project, where it is known.
    pub fn project_number(&self, id: &str) -> Option<&'a str> {
        let numbers = &self.inventory().project_numbers;
        numbers.iter().find(|(_, own)| *own == id).map(|(number, _)| &**number)
    }

    /// A network; `None` where the networks were listed and it is not among them.
    ///
    /// # Errors
    /// Why it cannot be told.
    pub fn network(&self, name: &NetworkName) -> Result<Option<&'a LiveNetwork>, Why> {
        if let Some(found) = self.inventory().networks.iter().find(|network| network.name == *name) {
            return Ok(Some(found));
        }
        self.coverage().answered_in_project(Api::ComputeNetworks, &name.project).map(|()| None)
    }

    /// A subnetwork; `None` where the subnetworks of its region were listed and it is not among them.
    ///
    /// # Errors
    /// Why it cannot be told.
    pub fn subnetwork(&self, name: &SubnetworkName) -> Result<Option<&'a LiveSubnetwork>, Why> {
        if let Some(found) = self.inventory().subnetworks.iter().find(|subnetwork| subnetwork.name == *name) {
            return Ok(Some(found));
        }
        self.coverage().answered(Api::ComputeSubnetworks, &name.project, &name.region).map(|()| None)
    }

    /// The subnetworks of a network, as far as they were listed.
    pub fn subnetworks_of<'s>(&'s self, network: &'s NetworkName) -> impl Iterator<Item = &'a LiveSubnetwork> + 's {
        self.inventory().subnetworks.iter().filter(move |own| own.network.known() == Some(network))
    }

    /// The ranges of a network that are reserved for service producers.
    pub fn reserved_of<'s>(&'s self, network: &'s NetworkName) -> impl Iterator<Item = (&'a Address, IpNet)> + 's {
        let own = self.inventory().addresses.iter().filter(move |address| {
            address.network.known() == Some(network) && address.purpose.known() == Some(&AddressPurpose::VpcPeering)
        });
        own.filter_map(|address| Some((address, address.range()?)))
    }

    /// True where an address lies in a range that is reserved for service producers.
    pub fn is_reserved(&self, network: &NetworkName, address: IpAddr) -> bool {
        self.reserved_of(network).any(|(_, range)| range.contains(&address))
    }
}

/// What a fact that must be there says.
///
/// # Errors
/// Why it cannot be told.
pub fn told<'f, T>(fact: &'f Fact<T>, what: &str) -> Result<&'f T, Why> {
    match fact {
        Fact::Known(value, _) => Ok(value),
        Fact::Absent(origin) => Err(Why::at(WhyKind::Malformed, format!("the API did not say {what}"), origin.clone())),
        Fact::Unknown(whys) => {
            Err(whys.first().cloned().unwrap_or_else(|| Why::new(WhyKind::Malformed, format!("{what} cannot be told"))))
        }
    }
}

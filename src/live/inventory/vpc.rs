//! How a Cloud Run template or revision reaches the VPC.

use google_cloud_run_v2::model::VpcAccess as ApiVpcAccess;
use google_cloud_run_v2::model::vpc_access::NetworkInterface as ApiInterface;

use super::resource::{Resource, word};
use crate::model::{ConnectorName, Egress, Fact, NetworkInterface, Origin, VpcAccess};

/// Reads `vpcAccess`; `field` is its path in the resource. A missing block is three absent facts.
pub(super) fn access(api: Option<&ApiVpcAccess>, field: &str, resource: &Resource<'_>) -> VpcAccess {
    let path = |name: &str| format!("{field}.{name}");
    let Some(api) = api else {
        return VpcAccess {
            connector: Fact::Absent(resource.at(&path("connector"))),
            egress: Fact::Absent(resource.at(&path("egress"))),
            interfaces: Fact::Absent(resource.at(&path("networkInterfaces"))),
        };
    };
    VpcAccess {
        connector: resource.parsed(Some(api.connector.clone()), &path("connector"), ConnectorName::parse),
        egress: egress(api, resource.at(&path("egress"))),
        interfaces: resource.parts(
            Some(api.network_interfaces.clone()),
            &path("networkInterfaces"),
            |api: ApiInterface, at| NetworkInterface {
                network: resource.network(Some(api.network), &format!("{at}.network")),
                subnetwork: resource.subnetwork(Some(api.subnetwork), &format!("{at}.subnetwork")),
                tags: resource.set(Some(api.tags), &format!("{at}.tags")),
            },
        ),
    }
}

fn egress(api: &ApiVpcAccess, origin: Origin) -> Fact<Egress> {
    match Egress::parse(&word(api.egress.name(), api.egress.value())) {
        Ok(Some(egress)) => Fact::Known(egress, origin),
        Ok(None) => Fact::Absent(origin),
        Err(text) => Fact::Known((), origin).try_map(|()| Err(text)),
    }
}

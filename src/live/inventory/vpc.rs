//! How a Cloud Run template or revision reaches the VPC.

use google_cloud_run_v2::model::VpcAccess as ApiVpcAccess;
use google_cloud_run_v2::model::vpc_access::NetworkInterface as ApiInterface;

use crate::model::{
    ConnectorName, Egress, Fact, NameContext, NetworkInterface, NetworkName, Origin, SubnetworkName, VpcAccess,
};

/// Reads `vpcAccess`; `field` is its path in the resource. A missing block is three absent facts.
pub(super) fn access(api: Option<&ApiVpcAccess>, resource: &str, field: &str, context: &NameContext) -> VpcAccess {
    let origin = |name: &str| Origin::live(resource, format!("{field}.{name}"));
    let Some(api) = api else {
        return VpcAccess {
            connector: Fact::Absent(origin("connector")),
            egress: Fact::Absent(origin("egress")),
            interfaces: Fact::Absent(origin("networkInterfaces")),
        };
    };
    let connector = text(&api.connector, origin("connector"))
        .try_map(|name| ConnectorName::parse(&name, context).map_err(|error| error.to_string()));
    VpcAccess { connector, egress: egress(api, origin("egress")), interfaces: interfaces(api, origin, context) }
}

/// A number without a name is an enum value that is newer than this program.
fn egress(api: &ApiVpcAccess, origin: Origin) -> Fact<Egress> {
    let word = match (api.egress.name(), api.egress.value()) {
        (Some(name), _) => name.to_owned(),
        (None, Some(value)) => value.to_string(),
        (None, None) => "?".to_owned(),
    };
    match Egress::parse(&word) {
        Ok(Some(egress)) => Fact::Known(egress, origin),
        Ok(None) => Fact::Absent(origin),
        Err(text) => Fact::Known((), origin).try_map(|()| Err(text)),
    }
}

fn interfaces(
    api: &ApiVpcAccess,
    origin: impl Fn(&str) -> Origin,
    context: &NameContext,
) -> Fact<Vec<NetworkInterface>> {
    if api.network_interfaces.is_empty() {
        return Fact::Absent(origin("networkInterfaces"));
    }
    let read = |(index, api): (usize, &ApiInterface)| {
        let at = |name: &str| origin(&format!("networkInterfaces[{index}].{name}"));
        let tags = if api.tags.is_empty() {
            Fact::Absent(at("tags"))
        } else {
            Fact::Known(api.tags.iter().cloned().collect(), at("tags"))
        };
        NetworkInterface {
            network: text(&api.network, at("network"))
                .try_map(|name| NetworkName::parse(&name, context).map_err(|error| error.to_string())),
            subnetwork: text(&api.subnetwork, at("subnetwork"))
                .try_map(|name| SubnetworkName::parse(&name, context).map_err(|error| error.to_string())),
            tags,
        }
    };
    let all = api.network_interfaces.iter().enumerate().map(read).collect();
    Fact::Known(all, origin("networkInterfaces"))
}

/// A text field; the API leaves out what is empty.
pub(super) fn text(value: &str, origin: Origin) -> Fact<String> {
    if value.is_empty() { Fact::Absent(origin) } else { Fact::Known(value.to_owned(), origin) }
}

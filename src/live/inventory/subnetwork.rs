//! Subnetworks.

use serde::Deserialize;
use serde_json::Value;

use super::resource::{Identity, Resource, compute_name, told};
use crate::model::{LiveSubnetwork, NameContext, SecondaryRange, SubnetworkName};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiSubnetwork {
    network: Option<String>,
    ip_cidr_range: Option<String>,
    secondary_ip_ranges: Option<Vec<ApiSecondaryRange>>,
    purpose: Option<String>,
    private_ip_google_access: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiSecondaryRange {
    range_name: Option<String>,
    ip_cidr_range: Option<String>,
}

/// Reads a subnetwork.
///
/// # Errors
/// What is wrong with the item.
pub(super) fn subnetwork(item: &Value, context: &NameContext) -> Result<Option<LiveSubnetwork>, String> {
    let identity = Identity::deserialize(item).map_err(|error| error.to_string())?;
    let name = compute_name(&identity, true, context, SubnetworkName::parse)?;
    let api = ApiSubnetwork::deserialize(item).map_err(|error| error.to_string())?;
    let resource = Resource::compute(&name, context);
    let secondary = resource.parts(api.secondary_ip_ranges, "secondaryIpRanges", |api, at| SecondaryRange {
        name: resource.text(api.range_name, &format!("{at}.rangeName")),
        ip_cidr_range: resource.range(api.ip_cidr_range, &format!("{at}.ipCidrRange")),
    });
    Ok(Some(LiveSubnetwork {
        network: told(resource.network(api.network, "network")),
        ip_cidr_range: told(resource.range(api.ip_cidr_range, "ipCidrRange")),
        secondary_ranges: secondary.map(|mut ranges| {
            ranges.sort_by(|a, b| a.name.known().cmp(&b.name.known()));
            ranges
        }),
        purpose: resource.word(api.purpose, "purpose"),
        private_ip_google_access: resource.value(api.private_ip_google_access, "privateIpGoogleAccess"),
        name,
    }))
}

//! Cloud SQL instances.

use serde::Deserialize;
use serde_json::Value;

use super::project_id;
use super::resource::{Resource, told};
use crate::model::{
    Collection, Fact, NameContext, NetworkName, ResourceName, SqlAddress, SqlConnectionName, SqlInstance,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiInstance {
    name: Option<String>,
    project: Option<String>,
    region: Option<String>,
    connection_name: Option<String>,
    database_version: Option<String>,
    state: Option<String>,
    ip_addresses: Option<Vec<ApiAddress>>,
    psc_service_attachment_link: Option<String>,
    settings: Option<ApiSettings>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiAddress {
    r#type: Option<String>,
    ip_address: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiSettings {
    activation_policy: Option<String>,
    ip_configuration: Option<ApiIpConfiguration>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiIpConfiguration {
    private_network: Option<String>,
    ipv4_enabled: Option<bool>,
    authorized_networks: Option<Vec<ApiAuthorized>>,
    require_ssl: Option<bool>,
    ssl_mode: Option<String>,
    allocated_ip_range: Option<String>,
    psc_config: Option<ApiPsc>,
}

#[derive(Deserialize)]
struct ApiAuthorized {
    value: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiPsc {
    psc_enabled: Option<bool>,
    allowed_consumer_projects: Option<Vec<String>>,
}

/// Reads an instance.
///
/// # Errors
/// What is wrong with the item.
pub(super) fn instance(item: &Value, context: &NameContext) -> Result<Option<SqlInstance>, String> {
    let api = ApiInstance::deserialize(item).map_err(|error| error.to_string())?;
    let name = own_name(&api, context)?;
    let region = api.region.as_deref().filter(|region| !region.is_empty());
    let resource = Resource::new(&name.to_string(), &name.project, region, context);
    let ApiSettings { activation_policy, ip_configuration } = api.settings.unwrap_or_default();
    // Every instance has this block, so that a missing one does not mean "no private address".
    let given = ip_configuration.is_some();
    let ip = ip_configuration.unwrap_or_default();
    let psc = ip.psc_config.unwrap_or_default();
    let path = |field: &str| format!("settings.ipConfiguration.{field}");
    let private_network = resource.network(ip.private_network, &path("privateNetwork"));
    let private_network = if given { private_network } else { told(private_network) };
    let ipv4_enabled = resource.value(ip.ipv4_enabled, &path("ipv4Enabled"));
    let allocated = resource.text(ip.allocated_ip_range, &path("allocatedIpRange"));
    Ok(Some(SqlInstance {
        connection_name: told(resource.parsed(api.connection_name, "connectionName", SqlConnectionName::parse)),
        database_version: resource.text(api.database_version, "databaseVersion"),
        state: told(resource.word(api.state, "state")),
        activation_policy: told(resource.word(activation_policy, "settings.activationPolicy")),
        addresses: addresses(api.ip_addresses, &resource),
        ipv4_enabled: if given { ipv4_enabled } else { told(ipv4_enabled) },
        authorized_networks: authorized(ip.authorized_networks, &path("authorizedNetworks"), &resource),
        require_ssl: resource.value(ip.require_ssl, &path("requireSsl")),
        ssl_mode: resource.word(ip.ssl_mode, &path("sslMode")),
        allocated_ip_range: range_of(allocated, &private_network, context),
        private_network,
        psc_enabled: resource.value(psc.psc_enabled, &path("pscConfig.pscEnabled")),
        psc_consumers: resource.set(psc.allowed_consumer_projects, &path("pscConfig.allowedConsumerProjects")),
        psc_attachment: resource.text(api.psc_service_attachment_link, "pscServiceAttachmentLink"),
        region: told(resource.text(api.region, "region")),
        name,
    }))
}

/// The API gives a short name and the project.
fn own_name(api: &ApiInstance, context: &NameContext) -> Result<ResourceName, String> {
    let text = api.name.as_deref().unwrap_or_default();
    let name = ResourceName::parse(text, Collection::SqlInstances, context).map_err(|error| error.to_string())?;
    let told = api.project.as_deref().filter(|project| !project.is_empty());
    let told = told.map_or(&*name.project, |project| project_id(project, &context.project_numbers));
    let here = |project: &str| context.project.as_deref().is_none_or(|own| own == project);
    if here(&name.project) && here(told) {
        Ok(name)
    } else {
        Err("it is of another project than the one that was asked".to_owned())
    }
}

fn addresses(api: Option<Vec<ApiAddress>>, resource: &Resource<'_>) -> Fact<Vec<SqlAddress>> {
    let addresses = resource.parts(api, "ipAddresses", |api: ApiAddress, at| SqlAddress {
        kind: resource.word(api.r#type, &format!("{at}.type")),
        address: resource.address(api.ip_address, &format!("{at}.ipAddress")),
    });
    addresses.map(|mut addresses| {
        addresses.sort_by(|a, b| (a.kind.known(), a.address.known()).cmp(&(b.kind.known(), b.address.known())));
        addresses
    })
}

fn authorized(api: Option<Vec<ApiAuthorized>>, field: &str, resource: &Resource<'_>) -> Fact<Vec<ipnet::IpNet>> {
    let values = api.map(|networks| networks.into_iter().map(|network| network.value.unwrap_or_default()).collect());
    resource.ranges(values, field)
}

/// The range is a global address of the project that the network belongs to.
fn range_of(name: Fact<String>, network: &Fact<NetworkName>, context: &NameContext) -> Fact<ResourceName> {
    let project = match (&name, network) {
        (Fact::Known(..), Fact::Unknown(whys)) => return Fact::Unknown(whys.clone()),
        (_, Fact::Known(network, _)) => Some(network.project.clone()),
        _ => context.project.clone(),
    };
    let within = NameContext { project, region: None, project_numbers: context.project_numbers.clone() };
    name.try_map(|name| ResourceName::parse(&name, Collection::Addresses, &within).map_err(|error| error.to_string()))
}

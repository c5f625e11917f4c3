//! The firewall rules and policies that are in force on a network.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::firewall::{self, ApiLayer4, layers};
use super::resource::{Int, Resource, told};
use crate::model::{EffectiveFirewalls, Fact, FirewallPolicy, FirewallPolicyRule, NameContext, NetworkName};

/// `NetworksGetEffectiveFirewallsResponse`.
#[derive(Deserialize)]
struct ApiEffective {
    firewalls: Option<Vec<Value>>,
    #[serde(rename = "firewallPolicys")]
    policies: Option<Vec<ApiPolicy>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiPolicy {
    name: Option<String>,
    short_name: Option<String>,
    display_name: Option<String>,
    r#type: Option<String>,
    priority: Option<Int>,
    rules: Option<Vec<ApiRule>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiRule {
    priority: Option<Int>,
    action: Option<String>,
    direction: Option<String>,
    disabled: Option<bool>,
    r#match: Option<ApiMatch>,
    target_resources: Option<Vec<String>>,
    target_service_accounts: Option<Vec<String>>,
    target_secure_tags: Option<Vec<ApiTag>>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiMatch {
    src_ip_ranges: Option<Vec<String>>,
    dest_ip_ranges: Option<Vec<String>>,
    layer4_configs: Option<Vec<ApiLayer4>>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct ApiTag {
    name: Option<String>,
}

/// Reads the answer of one network, `of`.
///
/// # Errors
/// What is wrong with the item, or with the name of the network.
pub(super) fn effective(
    item: &Value,
    of: Option<&str>,
    context: &NameContext,
) -> Result<Option<EffectiveFirewalls>, String> {
    let network = asked_network(of, context)?;
    let api = ApiEffective::deserialize(item).map_err(|error| error.to_string())?;
    let resource = Resource::compute(&network, context);
    let mut rules = Vec::new();
    for item in api.firewalls.iter().flatten() {
        rules.extend(firewall::rule(item, context)?);
    }
    rules.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Some(EffectiveFirewalls {
        rules: resource.filled(Some(rules), "firewalls"),
        policies: resource.parts(api.policies, "firewallPolicys", |api, at| policy(api, at, &resource)),
        network,
    }))
}

/// The network that was asked about.
///
/// # Errors
/// Where the answer names none, or one of another project.
pub(super) fn asked_network(of: Option<&str>, context: &NameContext) -> Result<NetworkName, String> {
    let of = of.ok_or("the answer does not say which network was asked about")?;
    let network = NetworkName::parse(of, context).map_err(|error| error.to_string())?;
    if context.project.as_ref().is_some_and(|project| *project != network.project) {
        return Err("the network is of another project than the one that was asked".to_owned());
    }
    Ok(network)
}

fn policy(api: ApiPolicy, at: &str, resource: &Resource<'_>) -> FirewallPolicy {
    let path = |field: &str| format!("{at}.{field}");
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let name = given(api.short_name).or_else(|| given(api.display_name)).or(api.name);
    let rules = resource.parts(api.rules, &path("rules"), |api, at| rule(api, at, resource));
    FirewallPolicy {
        name: resource.text(name, &path("name")),
        kind: told(resource.word(api.r#type, &path("type"))),
        priority: resource.number(api.priority, &path("priority")),
        rules: rules.map(|mut rules| {
            // What has no known priority stays last, in the API's order.
            rules.sort_by_key(|rule| rule.priority.known().copied().unwrap_or(i64::MAX));
            rules
        }),
    }
}

fn rule(api: ApiRule, at: &str, resource: &Resource<'_>) -> FirewallPolicyRule {
    let path = |field: &str| format!("{at}.{field}");
    let matched = api.r#match.unwrap_or_default();
    let mut other_conditions = conditions(&matched.rest, |_| true);
    other_conditions.extend(conditions(&api.rest, |key| key.starts_with("target")));
    let tags = api.target_secure_tags.map(|tags| tags.into_iter().filter_map(|tag| tag.name).collect());
    FirewallPolicyRule {
        priority: told(resource.number(api.priority, &path("priority"))),
        action: told(resource.word(api.action, &path("action"))),
        direction: told(resource.word(api.direction, &path("direction"))),
        disabled: resource.value(api.disabled, &path("disabled")),
        source_ranges: resource.ranges(matched.src_ip_ranges, &path("match.srcIpRanges")),
        destination_ranges: resource.ranges(matched.dest_ip_ranges, &path("match.destIpRanges")),
        layer4: layers(matched.layer4_configs, &path("match.layer4Configs"), resource),
        other_conditions,
        target_networks: networks(api.target_resources, &path("targetResources"), resource),
        target_service_accounts: resource.set(api.target_service_accounts, &path("targetServiceAccounts")),
        target_secure_tags: resource.set(tags, &path("targetSecureTags")),
    }
}

fn networks(texts: Option<Vec<String>>, field: &str, resource: &Resource<'_>) -> Fact<BTreeSet<NetworkName>> {
    resource.filled(texts, field).try_map(|texts| {
        let read = |text: &String| NetworkName::parse(text, &resource.context(text)).map_err(|error| error.to_string());
        texts.iter().map(read).collect()
    })
}

/// The keys that hold something, among those that are wanted.
fn conditions(fields: &BTreeMap<String, Value>, wanted: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let holds = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        // A rule is for machines unless it says otherwise.
        Value::String(text) => !text.is_empty() && !text.ends_with("UNSPECIFIED") && text != "INSTANCES",
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(true) | Value::Number(_) => true,
    };
    fields.iter().filter(|(key, value)| wanted(key) && holds(value)).map(|(key, _)| key.clone()).collect()
}

//! The gcloud commands that put the live side of a network, firewall rule, NAT gateway, private connection, database or
//! cache back to what is declared. Where a field has no command that changes it in place, there is none here.
//!
//! Flags: the reference of gcloud 528.

use super::gcloud_command::quoted;
use crate::model::{ResourceId, ResourceKind, Setting};

/// The command after which the live side has a value; `None` where gcloud has none that does it in place.
pub fn command(kind: ResourceKind, id: &ResourceId, path: &str, value: Option<&Setting>) -> Option<String> {
    let flag = flag(kind, path, value?)?;
    let (short, project) = (quoted(&id.short), quoted(&id.project));
    let region = id.region.as_deref().map(|region| format!(" --region {}", quoted(region))).unwrap_or_default();
    Some(match kind {
        ResourceKind::Network => format!("gcloud compute networks update {short} --project {project} {flag}"),
        ResourceKind::Subnetwork => {
            format!("gcloud compute networks subnets update {short} --project {project}{region} {flag}")
        }
        ResourceKind::Firewall => format!("gcloud compute firewall-rules update {short} --project {project} {flag}"),
        ResourceKind::Nat => {
            let router = id.full.split("/routers/").nth(1)?.split('/').next()?;
            let router = quoted(router);
            format!("gcloud compute routers nats update {short} --router {router} --project {project}{region} {flag}")
        }
        ResourceKind::Peering => format!(
            "gcloud services vpc-peerings update --service servicenetworking.googleapis.com --network {short} --project {project} {flag}"
        ),
        ResourceKind::Database => format!("gcloud sql instances patch {short} --project {project} {flag}"),
        ResourceKind::Cache => format!("gcloud redis instances update {short} --project {project}{region} {flag}"),
        ResourceKind::Router | ResourceKind::Address => return None,
    })
}

fn flag(kind: ResourceKind, path: &str, value: &Setting) -> Option<String> {
    use ResourceKind::{Cache, Database, Firewall, Nat, Network, Peering, Subnetwork};
    Some(match (kind, path, value) {
        (Network, "mtu", Setting::Number(mtu)) => format!("--mtu {mtu}"),
        (Network, "routing_mode", Setting::Text(mode)) => {
            format!("--bgp-routing-mode {}", quoted(&mode.to_lowercase()))
        }
        (Network, "network_firewall_policy_enforcement_order", Setting::Text(order)) => {
            format!("--network-firewall-policy-enforcement-order {}", quoted(order))
        }
        (Subnetwork, "private_ip_google_access", Setting::Flag(on)) => switch(*on, "enable-private-ip-google-access"),
        (Firewall, "priority", Setting::Number(priority)) => format!("--priority {priority}"),
        (Firewall, "disabled", Setting::Flag(on)) => switch(*on, "disabled"),
        (Firewall, "allow", Setting::Set(layers)) => {
            format!("--allow {}", joined(layers.iter().flat_map(|own| ports(own)))?)
        }
        // An update takes the ports of a denying rule under this name.
        (Firewall, "deny", Setting::Set(layers)) => {
            format!("--rules {}", joined(layers.iter().flat_map(|own| ports(own)))?)
        }
        (
            Firewall,
            "source_ranges"
            | "destination_ranges"
            | "source_tags"
            | "target_tags"
            | "source_service_accounts"
            | "target_service_accounts",
            Setting::Set(members),
        ) => format!("--{} {}", path.replace('_', "-"), joined(members.iter().cloned())?),
        (Nat, "source_subnetwork_ip_ranges_to_nat", Setting::Text(word)) => match &**word {
            "ALL_SUBNETWORKS_ALL_IP_RANGES" => "--nat-all-subnet-ip-ranges".to_owned(),
            "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES" => "--nat-primary-subnet-ip-ranges".to_owned(),
            _ => return None,
        },
        (Nat, "nat_ip_allocate_option", Setting::Text(word)) if word == "AUTO_ONLY" => {
            "--auto-allocate-nat-external-ips".to_owned()
        }
        (Nat, "min_ports_per_vm", Setting::Number(ports)) => format!("--min-ports-per-vm {ports}"),
        (Nat, _, Setting::Number(seconds)) if path.ends_with("_timeout_sec") => {
            format!("--{} {seconds}s", path.trim_end_matches("_sec").replace('_', "-"))
        }
        (Peering, "reserved_peering_ranges", Setting::Set(ranges)) => {
            format!("--ranges {}", joined(ranges.iter().cloned())?)
        }
        (Database, "settings.activation_policy", Setting::Text(word)) => {
            format!("--activation-policy {}", quoted(&word.to_lowercase()))
        }
        (Database, "settings.ip_configuration.ipv4_enabled", Setting::Flag(on)) => switch(*on, "assign-ip"),
        (Database, "settings.ip_configuration.private_network", Setting::Text(network)) => {
            format!("--network {}", quoted(network))
        }
        (Database, "settings.ip_configuration.ssl_mode", Setting::Text(mode)) => format!("--ssl-mode {}", quoted(mode)),
        (Cache, "auth_enabled", Setting::Flag(on)) => switch(*on, "enable-auth"),
        _ => return None,
    })
}

fn switch(on: bool, name: &str) -> String {
    if on { format!("--{name}") } else { format!("--no-{name}") }
}

/// A list as gcloud takes it; `None` for an empty one, which gcloud has no common word for.
fn joined(members: impl Iterator<Item = String>) -> Option<String> {
    let members: Vec<String> = members.collect();
    (!members.is_empty()).then(|| quoted(&members.join(",")).into_owned())
}

/// `tcp:80,443` as gcloud takes it: one entry a port.
fn ports(layer: &str) -> Vec<String> {
    match layer.split_once(':') {
        Some((protocol, ports)) => ports.split(',').map(|port| format!("{protocol}:{port}")).collect(),
        None => vec![layer.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(full: &str, region: Option<&str>) -> ResourceId {
        ResourceId {
            project: "p".into(),
            region: region.map(str::to_owned),
            short: full.rsplit('/').next().unwrap().to_owned(),
            full: full.into(),
        }
    }

    #[test]
    fn the_flags_are_those_of_the_field() {
        let nat = id("projects/p/regions/r/routers/main/nats/out", Some("r"));
        let told = command(ResourceKind::Nat, &nat, "tcp_time_wait_timeout_sec", Some(&Setting::Number(120)));
        let expected =
            "gcloud compute routers nats update out --router main --project p --region r --tcp-time-wait-timeout 120s";
        assert_eq!(told.unwrap(), expected);
        let rule = id("projects/p/global/firewalls/f", None);
        let allow = Setting::Set(["tcp:443,80".to_owned(), "icmp".to_owned()].into());
        let told = command(ResourceKind::Firewall, &rule, "allow", Some(&allow));
        assert_eq!(told.unwrap(), "gcloud compute firewall-rules update f --project p --allow 'icmp,tcp:443,tcp:80'");
        let told = command(ResourceKind::Firewall, &rule, "disabled", Some(&Setting::Flag(false)));
        assert_eq!(told.unwrap(), "gcloud compute firewall-rules update f --project p --no-disabled");
    }

    #[test]
    fn what_gcloud_cannot_do_in_place_has_no_command() {
        let rule = id("projects/p/global/firewalls/f", None);
        assert_eq!(command(ResourceKind::Firewall, &rule, "network", Some(&Setting::from("n"))), None);
        assert_eq!(command(ResourceKind::Firewall, &rule, "source_tags", Some(&Setting::Set([].into()))), None);
        assert_eq!(command(ResourceKind::Firewall, &rule, "priority", None), None);
    }
}

//! What `terraform apply` does to bring a field back: one row a field of connectors and workloads. Those of networks
//! and databases stand with their comparison, in [`settings`](super::settings).

use ipnet::IpNet;

/// What `terraform apply` does to bring a field back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It updates the resource.
    InPlace,
    /// It destroys the resource and makes it anew.
    Replaces,
    /// It updates the resource to a higher number, and makes it anew for a lower one.
    ReplacesIfLower,
    /// It updates the resource to a range that holds the present one, and makes it anew for any other.
    ReplacesIfNarrower,
    /// It updates the resource to another value, and makes it anew where the value is taken away.
    ReplacesIfCleared,
}

impl Applied {
    /// In words, for the reference.
    pub fn words(self) -> &'static str {
        match self {
            Self::InPlace => "in place",
            Self::Replaces => "replaces",
            Self::ReplacesIfLower => "in place to a higher number, replaces for a lower one",
            Self::ReplacesIfNarrower => "in place to a range around the present one, replaces for any other",
            Self::ReplacesIfCleared => "in place to another value, replaces where it is taken away",
        }
    }

    /// Whether bringing the live value back to the declared one replaces the resource; both in canonical spelling,
    /// `None` where there is none. What cannot be read as a number or range replaces.
    pub fn replaces(self, declared: Option<&str>, live: Option<&str>) -> bool {
        match self {
            Self::InPlace => false,
            Self::Replaces => true,
            Self::ReplacesIfCleared => declared.is_none() && live.is_some(),
            Self::ReplacesIfLower => {
                let number = |text: Option<&str>| text.and_then(|text| text.parse::<i64>().ok());
                number(declared).zip(number(live)).is_none_or(|(declared, live)| declared < live)
            }
            Self::ReplacesIfNarrower => {
                let range = |text: Option<&str>| text.and_then(|text| text.parse::<IpNet>().ok());
                range(declared).zip(range(live)).is_none_or(|(declared, live)| !declared.contains(&live))
            }
        }
    }

    /// Why it replaces, as a fragment that follows the field's name.
    pub fn because(self) -> &'static str {
        match self {
            Self::InPlace => "can be changed in place",
            Self::Replaces => "cannot be changed in place",
            Self::ReplacesIfLower => "cannot be lowered in place",
            Self::ReplacesIfNarrower => "can only be widened in place",
            Self::ReplacesIfCleared => "cannot be taken away in place",
        }
    }
}

/// What applying does about one field of a connector or workload.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The resource's type in Terraform.
    pub resource: &'static str,
    /// The field's path in this tool's findings, which is Terraform's.
    pub attribute: &'static str,
    /// What applying a change of it does.
    pub applied: Applied,
    /// True where the provider takes over what is live when the configuration leaves the field out: `terraform plan`
    /// then shows nothing.
    pub unseen_if_unset: bool,
    /// What it depends on, such as the version of the provider; may be empty.
    pub note: &'static str,
    /// Who says so.
    pub source: &'static str,
}

const CONNECTOR: &str = "google_vpc_access_connector";
const V2: [&str; 3] = ["google_cloud_run_v2_service", "google_cloud_run_v2_job", "google_cloud_run_v2_worker_pool"];
const V1: &str = "google_cloud_run_service";
const CONNECTOR_SCHEMA: &str = "provider resource_vpc_access_connector.go (ForceNew)";
const SHRINKAGE: &str = "provider resource_vpc_access_connector.go (CustomizeDiff isInstanceShrinkage)";
const V2_SCHEMA: &str = "provider resource_cloud_run_v2_{service,job,worker_pool}.go";
const V1_SCHEMA: &str = "provider resource_cloud_run_service.go (the map of annotations is optional and computed)";

macro_rules! rows {
    ($($resource:expr, $attribute:literal, $applied:ident, $unseen:literal, $note:literal, $source:expr;)+) => {
        &[$(Row {
            resource: $resource, attribute: $attribute, applied: Applied::$applied, unseen_if_unset: $unseen,
            note: $note, source: $source,
        }),+]
    };
}

/// Every row, by resource.
pub static TABLE: &[Row] = rows![
    CONNECTOR, "network", Replaces, true, "", CONNECTOR_SCHEMA;
    CONNECTOR, "ip_cidr_range", Replaces, false, "", CONNECTOR_SCHEMA;
    CONNECTOR, "subnet", Replaces, false, "", CONNECTOR_SCHEMA;
    CONNECTOR, "machine_type", InPlace, false, "with provider 6.34 or later; an earlier one replaces it", "provider CHANGELOG 6.34.0";
    CONNECTOR, "min_instances", ReplacesIfLower, true, "with provider 6.34 or later; an earlier one replaces it", SHRINKAGE;
    CONNECTOR, "max_instances", ReplacesIfLower, true, "with provider 6.34 or later; an earlier one replaces it", SHRINKAGE;
    CONNECTOR, "min_throughput", Replaces, true, "", CONNECTOR_SCHEMA;
    CONNECTOR, "max_throughput", Replaces, true, "", CONNECTOR_SCHEMA;
    V2[0], "vpc_access.connector", InPlace, false, "", V2_SCHEMA;
    V2[0], "vpc_access.egress", InPlace, true, "", V2_SCHEMA;
    V2[0], "vpc_access.network_interfaces", InPlace, false, "", V2_SCHEMA;
    V2[0], "traffic", InPlace, true, "", V2_SCHEMA;
    V2[1], "vpc_access.connector", InPlace, false, "", V2_SCHEMA;
    V2[1], "vpc_access.egress", InPlace, true, "", V2_SCHEMA;
    V2[1], "vpc_access.network_interfaces", InPlace, false, "", V2_SCHEMA;
    V2[2], "vpc_access.connector", InPlace, false, "", V2_SCHEMA;
    V2[2], "vpc_access.egress", InPlace, true, "", V2_SCHEMA;
    V2[2], "vpc_access.network_interfaces", InPlace, false, "", V2_SCHEMA;
    V2[2], "instance_splits", InPlace, true, "", V2_SCHEMA;
    V1, "vpc_access.connector", InPlace, true, "", V1_SCHEMA;
    V1, "vpc_access.egress", InPlace, true, "", V1_SCHEMA;
    V1, "vpc_access.network_interfaces", InPlace, true, "", V1_SCHEMA;
    V1, "traffic", InPlace, true, "", V1_SCHEMA;
];

/// The row of a field.
pub fn of(resource: &str, attribute: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.resource == resource && row.attribute == attribute)
}

/// The resource's type in an address such as `module.network["a.b"].google_vpc_access_connector.main[0]`.
pub fn type_of(address: &str) -> Option<&str> {
    let mut depth = 0_usize;
    let mut quoted = false;
    let mut escaped = false;
    let is_dot = |char: char| {
        match char {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            '.' if !quoted && depth == 0 => return true,
            _ => {}
        }
        false
    };
    let mut segments = address.split(is_dot);
    loop {
        match segments.next()? {
            "module" => drop(segments.next()?),
            resource => return Some(resource),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_is_found_behind_modules_and_keys() {
        for address in [
            "google_vpc_access_connector.main",
            "module.network.google_vpc_access_connector.main[0]",
            r#"module.network["a.b"].module.c.google_vpc_access_connector.main["x.\"y]."]"#,
        ] {
            assert_eq!(type_of(address), Some(CONNECTOR), "{address}");
        }
        assert_eq!(type_of("module.a"), None);
        assert_eq!(type_of(""), Some(""));
    }

    #[test]
    fn a_number_is_raised_in_place_and_lowered_by_replacing() {
        let max = of(CONNECTOR, "max_instances").unwrap().applied;
        assert!(max.replaces(Some("3"), Some("10")));
        assert!(!max.replaces(Some("10"), Some("3")));
        assert!(max.replaces(Some("3"), None), "a live value that is not known is not called harmless");
        assert!(of(CONNECTOR, "max_throughput").unwrap().applied.replaces(Some("1000"), Some("300")));
        assert!(!of(CONNECTOR, "machine_type").unwrap().applied.replaces(Some("e2-micro"), Some("e2-standard-4")));
    }

    #[test]
    fn a_range_is_widened_in_place_and_a_network_is_taken_away_by_replacing() {
        let range = Applied::ReplacesIfNarrower;
        assert!(!range.replaces(Some("10.8.0.0/24"), Some("10.8.0.0/28")));
        assert!(range.replaces(Some("10.8.0.0/28"), Some("10.8.0.0/24")));
        assert!(range.replaces(Some("10.9.0.0/24"), Some("10.8.0.0/28")));
        assert!(Applied::ReplacesIfCleared.replaces(None, Some("n")));
        assert!(!Applied::ReplacesIfCleared.replaces(Some("n"), Some("m")));
        assert!(!Applied::ReplacesIfCleared.replaces(Some("n"), None));
    }

    #[test]
    fn every_row_stands_once_and_says_who_says_so() {
        for row in TABLE {
            let same = TABLE.iter().filter(|own| (own.resource, own.attribute) == (row.resource, row.attribute));
            assert_eq!(same.count(), 1, "{}.{}", row.resource, row.attribute);
            assert!(!row.source.is_empty());
        }
    }
}

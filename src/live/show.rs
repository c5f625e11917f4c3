//! `gcp-drift show live`: the inventory and its coverage, as JSON.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::model::{Coverage, CoverageEntry, Fact, Inventory};

mod access;
mod connectors;
mod databases;
mod networks;
mod workloads;

/// The inventory with what was really looked at. A field is `{"value": …}`, `{"absent": true}` or
/// `{"unknown": [reasons]}`; what the API always tells, such as a name, stands bare.
pub fn show(inventory: &Inventory, live_source: &str) -> Value {
    let Inventory { coverage: Coverage { entries }, .. } = inventory;
    let rows: [(&str, Value); 22] = [
        ("schema_version", json!(1)),
        ("live_source", json!(live_source)),
        ("workloads", inventory.workloads.shown()),
        ("revisions", inventory.revisions.shown()),
        ("connectors", connectors::with_health(inventory)),
        ("connector_load", inventory.connector_load.shown()),
        ("networks", inventory.networks.shown()),
        ("subnetworks", inventory.subnetworks.shown()),
        ("firewall_rules", inventory.firewall_rules.shown()),
        ("effective_firewalls", inventory.effective_firewalls.shown()),
        ("routes", inventory.routes.shown()),
        ("routers", inventory.routers.shown()),
        ("addresses", inventory.addresses.shown()),
        ("service_connections", inventory.service_connections.shown()),
        ("sql_instances", inventory.sql_instances.shown()),
        ("redis_instances", inventory.redis_instances.shown()),
        ("redis_clusters", inventory.redis_clusters.shown()),
        ("apis", inventory.apis.shown()),
        ("iam_policies", inventory.iam_policies.shown()),
        ("audit_entries", inventory.audit_entries.shown()),
        ("project_numbers", inventory.project_numbers.shown()),
        ("coverage", entries.shown()),
    ];
    rows.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

impl Shown for CoverageEntry {
    fn shown(&self) -> Value {
        json!({
            "project": self.project,
            "region": self.region,
            "api": self.api.word(),
            "of": self.of,
            "time": self.time,
            "status": self.status.word(),
            "detail": self.detail,
        })
    }
}

/// What is printed.
trait Shown {
    /// As JSON.
    fn shown(&self) -> Value;
}

impl<T: Shown> Shown for Fact<T> {
    fn shown(&self) -> Value {
        match self {
            Self::Known(value, _) => json!({ "value": value.shown() }),
            Self::Absent(_) => json!({ "absent": true }),
            Self::Unknown(whys) => json!({ "unknown": whys.iter().map(ToString::to_string).collect::<Vec<_>>() }),
        }
    }
}

impl<T: Shown> Shown for Option<T> {
    fn shown(&self) -> Value {
        self.as_ref().map_or(Value::Null, Shown::shown)
    }
}

impl<T: Shown> Shown for Vec<T> {
    fn shown(&self) -> Value {
        self.iter().map(Shown::shown).collect()
    }
}

impl<T: Shown> Shown for BTreeSet<T> {
    fn shown(&self) -> Value {
        self.iter().map(Shown::shown).collect()
    }
}

impl Shown for BTreeMap<String, String> {
    fn shown(&self) -> Value {
        self.iter().map(|(key, value)| (key.clone(), json!(value))).collect::<Map<_, _>>().into()
    }
}

/// Values that JSON has a type for.
macro_rules! plain {
    ($($type:ty),+) => {$(
        impl Shown for $type {
            fn shown(&self) -> Value {
                json!(self)
            }
        }
    )+};
}

/// Values that are printed as a text.
macro_rules! texts {
    ($($type:ty),+ $(,)?) => {$(
        impl Shown for $type {
            fn shown(&self) -> Value {
                Value::String(self.to_string())
            }
        }
    )+};
}

/// Objects: the fields that are printed, each under its own name.
macro_rules! objects {
    ($($type:ty { $($field:ident),+ $(,)? })+) => {$(
        impl Shown for $type {
            fn shown(&self) -> Value {
                let fields = [$((stringify!($field).to_owned(), self.$field.shown())),+];
                Value::Object(fields.into_iter().collect())
            }
        }
    )+};
}

use {objects, texts};

plain!(String, bool, i64);

texts!(
    crate::model::ConnectorName,
    crate::model::NetworkName,
    crate::model::ResourceName,
    crate::model::SqlConnectionName,
    crate::model::SubnetworkName,
    crate::model::Why,
    ipnet::IpNet,
    jiff::Timestamp,
    std::net::IpAddr,
);

//! `gcp-drift show live`: the inventory and its coverage, as JSON.

use serde_json::{Value, json};

use crate::model::{Connector, Fact, Inventory, LiveRevision, LiveWorkload, NetworkInterface, VpcAccess};

/// The inventory with what was really looked at. A field is `{"value": …}`, `{"absent": true}` or
/// `{"unknown": [reasons]}`.
pub fn show(inventory: &Inventory, live_source: &str) -> Value {
    let coverage = inventory.coverage.entries.iter().map(|entry| {
        json!({
            "project": entry.project,
            "region": entry.region,
            "api": entry.api.word(),
            "status": entry.status.word(),
            "detail": entry.detail,
        })
    });
    json!({
        "schema_version": 1,
        "live_source": live_source,
        "workloads": inventory.workloads.iter().map(workload).collect::<Vec<_>>(),
        "revisions": inventory.revisions.iter().map(revision).collect::<Vec<_>>(),
        "connectors": inventory.connectors.iter().map(connector).collect::<Vec<_>>(),
        "project_numbers": inventory.project_numbers,
        "coverage": coverage.collect::<Vec<_>>(),
    })
}

fn fact<T: ToString>(fact: &Fact<T>) -> Value {
    match fact {
        Fact::Known(value, _) => json!({ "value": value.to_string() }),
        Fact::Absent(_) => json!({ "absent": true }),
        Fact::Unknown(whys) => json!({ "unknown": whys.iter().map(ToString::to_string).collect::<Vec<_>>() }),
    }
}

fn number(value: &Fact<i64>) -> Value {
    match value {
        Fact::Known(number, _) => json!({ "value": number }),
        other => fact(other),
    }
}

fn vpc(access: &VpcAccess) -> Value {
    let interfaces = match &access.interfaces {
        Fact::Known(interfaces, _) => json!({ "value": interfaces.iter().map(interface).collect::<Vec<_>>() }),
        Fact::Absent(_) => json!({ "absent": true }),
        Fact::Unknown(whys) => json!({ "unknown": whys.iter().map(ToString::to_string).collect::<Vec<_>>() }),
    };
    json!({
        "connector": fact(&access.connector),
        "egress": fact(&access.egress),
        "network_interfaces": interfaces,
    })
}

fn interface(interface: &NetworkInterface) -> Value {
    json!({
        "network": fact(&interface.network),
        "subnetwork": fact(&interface.subnetwork),
        "tags": interface.tags.known(),
    })
}

fn workload(live: &LiveWorkload) -> Value {
    let serving = live.serving.iter().map(|serving| {
        json!({
            "revision": serving.revision,
            "percent": serving.percent,
            "tag": serving.tag,
            "latest": serving.latest,
        })
    });
    json!({
        "name": live.name.to_string(),
        "kind": live.name.kind.word(),
        "vpc_access": vpc(&live.workload.vpc),
        "serving": serving.collect::<Vec<_>>(),
        "latest_ready_revision": live.latest_ready_revision,
        "latest_created_revision": live.latest_created_revision,
        "settling": live.settling.as_ref().map(ToString::to_string),
        "last_modifier": live.last_modifier,
        "update_time": live.update_time,
    })
}

fn revision(revision: &LiveRevision) -> Value {
    json!({
        "name": format!("{}/revisions/{}", revision.service, revision.name),
        "vpc_access": vpc(&revision.vpc),
        "create_time": revision.create_time,
    })
}

fn connector(connector: &Connector) -> Value {
    json!({
        "name": fact(&connector.name),
        "state": fact(&connector.state),
        "network": fact(&connector.network),
        "ip_cidr_range": fact(&connector.ip_cidr_range),
        "subnet": fact(&connector.subnet),
        "machine_type": fact(&connector.machine_type),
        "min_instances": number(&connector.min_instances),
        "max_instances": number(&connector.max_instances),
        "min_throughput": number(&connector.min_throughput),
        "max_throughput": number(&connector.max_throughput),
    })
}

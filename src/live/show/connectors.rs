//! Connectors with their health and load.

use serde_json::{Value, json};

use super::{Shown, objects, texts};
use crate::model::{Connector, ConnectorHealth, ConnectorLoad, ConnectorState, FailedOperation, Inventory, LoadPoint};

texts!(ConnectorState);

objects! {
    Connector {
        name, state, network, ip_cidr_range, subnet, machine_type, min_instances, max_instances, min_throughput,
        max_throughput,
    }
    ConnectorHealth { connected_projects, settling, failure }
    ConnectorLoad { connector, metric, labels, points }
    FailedOperation { name, connector, method, code, message, time }
}

impl Shown for LoadPoint {
    fn shown(&self) -> Value {
        json!({ "time": self.time.shown(), "value": self.value })
    }
}

/// Each connector is one object, with what only the live side knows of it.
pub(super) fn with_health(inventory: &Inventory) -> Value {
    let one = |connector: &Connector| {
        let mut shown = connector.shown();
        let name = connector.name.known();
        let health = inventory.connector_health.iter().find(|health| Some(&health.connector) == name);
        if let (Value::Object(fields), Some(Value::Object(more))) = (&mut shown, health.map(Shown::shown)) {
            fields.extend(more);
        }
        shown
    };
    inventory.connectors.iter().map(one).collect()
}

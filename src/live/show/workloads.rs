//! Workloads and revisions.

use serde_json::{Value, json};

use super::{Shown, objects, texts};
use crate::model::{
    Condition, ConditionState, Egress, Execution, ExecutionStatus, Ingress, LiveRevision, LiveWorkload,
    NetworkInterface, Serving, VpcAccess,
};

texts!(ConditionState, Egress, ExecutionStatus, Ingress);

objects! {
    Condition { kind, state, reason, message }
    Execution { name, create_time, completion_time, status }
    Serving { revision, percent, tag, latest }
}

impl Shown for VpcAccess {
    fn shown(&self) -> Value {
        json!({
            "connector": self.connector.shown(),
            "egress": self.egress.shown(),
            "network_interfaces": self.interfaces.shown(),
        })
    }
}

impl Shown for NetworkInterface {
    fn shown(&self) -> Value {
        json!({
            "network": self.network.shown(),
            "subnetwork": self.subnetwork.shown(),
            "tags": self.tags.known(),
        })
    }
}

impl Shown for LiveWorkload {
    fn shown(&self) -> Value {
        json!({
            "name": self.name.to_string(),
            "kind": self.name.kind.word(),
            "vpc_access": self.workload.vpc.shown(),
            "serving": self.serving.shown(),
            "latest_ready_revision": self.latest_ready_revision,
            "latest_created_revision": self.latest_created_revision,
            "newest_revision_is_ready": self.newest_revision_is_ready(),
            "settling": self.settling.shown(),
            "terminal_condition": self.terminal_condition.shown(),
            "creator": self.creator,
            "last_modifier": self.last_modifier,
            "update_time": self.update_time,
            "client": self.client,
            "ingress": self.ingress.shown(),
            "service_account": self.service_account.shown(),
            "environment": self.environment,
            "sql_instances": self.sql_instances.shown(),
            "labels": self.labels,
            "latest_execution": self.latest_execution.shown(),
        })
    }
}

impl Shown for LiveRevision {
    fn shown(&self) -> Value {
        json!({
            "name": format!("{}/revisions/{}", self.service, self.name),
            "vpc_access": self.vpc.shown(),
            "create_time": self.create_time,
            "service_account": self.service_account.shown(),
            "sql_instances": self.sql_instances.shown(),
            "conditions": self.conditions.shown(),
        })
    }
}

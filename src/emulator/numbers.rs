//! Enums as numbers, which Google's generated clients ask for with `$alt=json;enum-encoding=int`.
//!
//! The numbers are those of the enums in the protocol buffers of `google.cloud.run.v2`, `google.cloud.vpcaccess.v1` and
//! `google.api.LaunchStage`. Other APIs answer with names, which every client accepts.

use serde_json::Value;

use super::reply::{Content, Reply};

/// The enum of a field: its names in the order of their numbers. No field of one name has two meanings for one name.
const ENUMS: [(&str, &[&str]); 16] = [
    ("egress", &["VPC_EGRESS_UNSPECIFIED", "ALL_TRAFFIC", "PRIVATE_RANGES_ONLY"]),
    (
        "ingress",
        &[
            "INGRESS_TRAFFIC_UNSPECIFIED",
            "INGRESS_TRAFFIC_ALL",
            "INGRESS_TRAFFIC_INTERNAL_ONLY",
            "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
            "INGRESS_TRAFFIC_NONE",
        ],
    ),
    (
        "launchStage",
        &[
            "LAUNCH_STAGE_UNSPECIFIED",
            "EARLY_ACCESS",
            "ALPHA",
            "BETA",
            "GA",
            "DEPRECATED",
            "UNIMPLEMENTED",
            "PRELAUNCH",
        ],
    ),
    (
        "state",
        &["STATE_UNSPECIFIED", "CONDITION_PENDING", "CONDITION_RECONCILING", "CONDITION_FAILED", "CONDITION_SUCCEEDED"],
    ),
    ("state", &["STATE_UNSPECIFIED", "READY", "CREATING", "DELETING", "ERROR", "UPDATING"]),
    ("severity", &["SEVERITY_UNSPECIFIED", "ERROR", "WARNING", "INFO"]),
    (
        "type",
        &[
            "TRAFFIC_TARGET_ALLOCATION_TYPE_UNSPECIFIED",
            "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST",
            "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION",
        ],
    ),
    (
        "type",
        &[
            "INSTANCE_SPLIT_ALLOCATION_TYPE_UNSPECIFIED",
            "INSTANCE_SPLIT_ALLOCATION_TYPE_LATEST",
            "INSTANCE_SPLIT_ALLOCATION_TYPE_REVISION",
        ],
    ),
    (
        "executionEnvironment",
        &["EXECUTION_ENVIRONMENT_UNSPECIFIED", "EXECUTION_ENVIRONMENT_GEN1", "EXECUTION_ENVIRONMENT_GEN2"],
    ),
    ("encryptionKeyRevocationAction", &["ENCRYPTION_KEY_REVOCATION_ACTION_UNSPECIFIED", "PREVENT_NEW", "SHUTDOWN"]),
    (
        "completionStatus",
        &[
            "COMPLETION_STATUS_UNSPECIFIED",
            "EXECUTION_SUCCEEDED",
            "EXECUTION_FAILED",
            "EXECUTION_RUNNING",
            "EXECUTION_PENDING",
            "EXECUTION_CANCELLED",
        ],
    ),
    (
        "executionReason",
        &[
            "EXECUTION_REASON_UNDEFINED",
            "JOB_STATUS_SERVICE_POLLING_ERROR",
            "NON_ZERO_EXIT_CODE",
            "CANCELLED",
            "CANCELLING",
            "DELETED",
            "DELAYED_START_PENDING",
        ],
    ),
    (
        "revisionReason",
        &[
            "REVISION_REASON_UNDEFINED",
            "PENDING",
            "RESERVE",
            "RETIRED",
            "RETIRING",
            "RECREATING",
            "HEALTH_CHECK_CONTAINER_ERROR",
            "CUSTOMIZED_PATH_RESPONSE_PENDING",
            "MIN_INSTANCES_NOT_PROVISIONED",
            "ACTIVE_REVISION_LIMIT_REACHED",
            "NO_DEPLOYMENT",
            "HEALTH_CHECK_SKIPPED",
            "MIN_INSTANCES_WARMING",
        ],
    ),
    (
        "reason",
        // The numbers 2 and 5 are not in use.
        &[
            "COMMON_REASON_UNDEFINED",
            "UNKNOWN",
            "",
            "REVISION_FAILED",
            "PROGRESS_DEADLINE_EXCEEDED",
            "",
            "CONTAINER_MISSING",
            "CONTAINER_PERMISSION_DENIED",
            "CONTAINER_IMAGE_UNAUTHORIZED",
            "CONTAINER_IMAGE_AUTHORIZATION_CHECK_FAILED",
            "ENCRYPTION_KEY_PERMISSION_DENIED",
            "ENCRYPTION_KEY_CHECK_FAILED",
            "SECRETS_ACCESS_CHECK_FAILED",
            "WAITING_FOR_OPERATION",
            "IMMEDIATE_RETRY",
            "POSTPONED_RETRY",
            "INTERNAL",
            "VPC_NETWORK_NOT_FOUND",
        ],
    ),
    ("medium", &["MEDIUM_UNSPECIFIED", "MEMORY"]),
    ("scalingMode", &["SCALING_MODE_UNSPECIFIED", "AUTOMATIC", "MANUAL"]),
];

/// Fields whose keys are names that users choose.
const MAPS: [&str; 3] = ["labels", "annotations", "limits"];

/// An answer with numbers in place of the names of enums.
pub(super) fn instead_of_names(mut reply: Reply) -> Reply {
    if reply.code.is_success()
        && let Content::Json(body) = &mut reply.content
    {
        encode(body);
    }
    reply
}

fn encode(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(encode),
        Value::Object(fields) => {
            for (key, field) in fields.iter_mut().filter(|(key, _)| !MAPS.contains(&&***key)) {
                match field.as_str() {
                    Some(name) => {
                        if let Some(number) = number(key, name) {
                            *field = number.into();
                        }
                    }
                    None => encode(field),
                }
            }
        }
        _ => {}
    }
}

fn number(key: &str, name: &str) -> Option<usize> {
    let known = ENUMS.iter().filter(|(field, _)| *field == key && !name.is_empty());
    known.filter_map(|(_, names)| names.iter().position(|known| *known == name)).next()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_of_enums_become_numbers_and_nothing_else_does() {
        let mut body = json!({
            "services": [{
                "ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY", "launchStage": "GA", "labels": {"state": "READY"},
                "conditions": [{"type": "Ready", "state": "CONDITION_FAILED", "reason": "VPC_NETWORK_NOT_FOUND"}],
                "traffic": [{"type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100}],
                "template": {"vpcAccess": {"egress": "SOMETHING_NEW"}},
            }],
            "connectors": [{"state": "UPDATING"}],
        });
        encode(&mut body);
        let expected = json!({
            "services": [{
                "ingress": 2, "launchStage": 4, "labels": {"state": "READY"},
                "conditions": [{"type": "Ready", "state": 3, "reason": 17}],
                "traffic": [{"type": 1, "percent": 100}],
                "template": {"vpcAccess": {"egress": "SOMETHING_NEW"}},
            }],
            "connectors": [{"state": 5}],
        });
        assert_eq!(body, expected);
    }
}

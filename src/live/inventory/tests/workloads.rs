//! Jobs, worker pools, and what a diagnosis needs of every workload.

use super::*;
use crate::model::{ConditionState, ExecutionStatus, Ingress, WorkloadKind};

const JOB: &str = "projects/p/locations/r/jobs/j";
const POOL: &str = "projects/p/locations/r/workerPools/w";

fn job(fields: Value) -> LiveWorkload {
    understood(Api::RunJobs, None, vec![with(json!({"name": JOB}), fields)]).workloads.remove(0)
}

fn pool(fields: Value) -> LiveWorkload {
    understood(Api::RunWorkerPools, None, vec![with(json!({"name": POOL}), fields)]).workloads.remove(0)
}

#[test]
fn a_job_reaches_the_vpc_by_the_template_in_its_template() {
    let access = json!({"connector": "c", "egress": "ALL_TRAFFIC"});
    let task = json!({"vpcAccess": access, "serviceAccount": "a@p", "containers": [{"env": [{"name": "A"}]}]});
    let job = job(json!({"template": {"template": task}}));
    assert_eq!((job.name.kind, job.workload.kind), (WorkloadKind::Job, WorkloadKind::Job));
    assert_eq!(job.workload.vpc.egress.known(), Some(&Egress::AllTraffic));
    assert_eq!(field(&job.workload.vpc.connector), format!("{JOB} (template.template.vpcAccess.connector)"));
    assert_eq!(field(&job.service_account), format!("{JOB} (template.template.serviceAccount)"));
    assert!(job.environment.contains("A") && job.serving.is_empty() && job.ingress.is_absent());
    assert_eq!(job.newest_revision_is_ready(), None);
    assert_eq!(job.latest_execution, None);

    // The place of a service's access is no place of a job's.
    let elsewhere = json!({"template": {"vpcAccess": {"connector": "c"}}});
    assert!(self::job(elsewhere).workload.vpc.is_detached());
}

#[test]
fn the_newest_execution_of_a_job_is_told() {
    let name = format!("{JOB}/executions/j-1");
    for (status, expected) in [
        (json!("EXECUTION_FAILED"), ExecutionStatus::Failed),
        (json!(3), ExecutionStatus::Running),
        (json!("EXECUTION_PAUSED"), ExecutionStatus::Other("EXECUTION_PAUSED".into())),
    ] {
        let execution = json!({"name": name, "createTime": "2026-11-20T10:00:00Z", "completionStatus": status});
        let execution = job(json!({"latestCreatedExecution": execution})).latest_execution.unwrap();
        assert_eq!((&*execution.name, execution.status), ("j-1", expected));
        assert_eq!(execution.create_time.as_deref(), Some("2026-11-20T10:00:00Z"));
    }
    let deleted = json!({"name": name, "deleteTime": "2026-11-20T10:00:00Z"});
    assert_eq!(job(json!({"latestCreatedExecution": deleted})).latest_execution, None);
}

#[test]
fn jobs_and_pools_settle_as_services_do() {
    for (fields, text) in [
        (json!({"reconciling": true}), "an operation on the "),
        (json!({"generation": "2", "observedGeneration": "1"}), "generation 1 is observed, 2 is wanted"),
        (json!({"terminalCondition": {"type": "Ready", "state": "CONDITION_RECONCILING"}}), "is CONDITION_RECONCILING"),
        (json!({"terminalCondition": {"type": "Ready", "state": 1}}), "is CONDITION_PENDING"),
    ] {
        for workload in [job(fields.clone()), pool(fields.clone()), service_with(&fields)] {
            let why = workload.settling.unwrap();
            assert_eq!(why.kind, WhyKind::Settling);
            assert!(why.text.contains(text), "{why}");
        }
    }
    assert_eq!(job(json!({"terminalCondition": {"state": "CONDITION_FAILED"}})).settling, None);
}

fn service_with(fields: &Value) -> LiveWorkload {
    let item = with(json!({"name": SERVICE}), fields.clone());
    understood(Api::RunServices, None, vec![item]).workloads.remove(0)
}

#[test]
fn a_worker_pool_serves_by_its_instance_splits() {
    let pool = pool(json!({
        "latestReadyRevision": format!("{POOL}/revisions/w-2"),
        "latestCreatedRevision": format!("{POOL}/revisions/w-3"),
        "instanceSplitStatuses": [
            {"type": "INSTANCE_SPLIT_ALLOCATION_TYPE_LATEST", "percent": 60},
            {"type": "INSTANCE_SPLIT_ALLOCATION_TYPE_REVISION", "revision": "w-1", "percent": 40},
            {"type": "INSTANCE_SPLIT_ALLOCATION_TYPE_REVISION", "revision": "w-0"},
        ],
        "template": {"vpcAccess": {"connector": "c"}},
    }));
    let share =
        |revision: &str, percent, latest| Serving { revision: Some(revision.into()), percent, tag: None, latest };
    assert_eq!(pool.serving, [share("w-2", 60, true), share("w-1", 40, false)]);
    assert_eq!(pool.newest_revision_is_ready(), Some(false));
    assert_eq!(field(&pool.workload.vpc.connector), format!("{POOL} (template.vpcAccess.connector)"));

    let revision = json!({"name": format!("{POOL}/revisions/w-2"), "vpcAccess": {"connector": "c"}});
    let revision = understood(Api::RunRevisions, None, vec![revision]).revisions.remove(0);
    assert_eq!((&*revision.service, &*revision.name), (&pool.name, "w-2"));
}

#[test]
fn what_a_diagnosis_needs_of_a_service_is_kept() {
    let service = service(json!({
        "latestReadyRevision": format!("{SERVICE}/revisions/s-1"),
        "latestCreatedRevision": format!("{SERVICE}/revisions/s-2"),
        "terminalCondition": {
            "type": "Ready", "state": "CONDITION_FAILED", "reason": "VPC_NETWORK_NOT_FOUND", "message": "not found",
        },
        "creator": "ana@example.com", "labels": {"b": "2", "a": "1"}, "ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY",
        "template": {
            "serviceAccount": "a@p",
            "containers": [
                {"env": [{"name": "DB_PASSWORD", "value": "[redacted]"}, {"name": "A"}]},
                {"env": [{"name": "A"}, {"name": "B"}]},
            ],
            "volumes": [
                {"name": "v", "secret": {"secret": "x"}},
                {"name": "sql", "cloudSqlInstance": {"instances": ["77:west:i", "p:r:a", "example.com:p:r:a", "a"]}},
            ],
        },
    }));
    let condition = service.terminal_condition.clone().unwrap();
    assert_eq!((condition.kind.as_str(), condition.state), ("Ready", ConditionState::Failed));
    assert_eq!((condition.reason.as_deref(), &*condition.message), (Some("VPC_NETWORK_NOT_FOUND"), "not found"));
    assert_eq!(service.newest_revision_is_ready(), Some(false));
    assert_eq!(service.creator.as_deref(), Some("ana@example.com"));
    assert_eq!(service.ingress.known(), Some(&Ingress::InternalOnly));
    assert_eq!(service.environment.iter().collect::<Vec<_>>(), ["A", "B", "DB_PASSWORD"]);
    assert_eq!(service.labels.keys().collect::<Vec<_>>(), ["a", "b"]);
    let mounts: Vec<String> =
        service.sql_instances.iter().map(|mount| mount.known().map_or("?".into(), ToString::to_string)).collect();
    assert_eq!(mounts, ["?", "example.com:p:r:a", "host:west:i", "p:r:a"]);
    assert!(service.sql_instances[0].whys()[0].text.contains("`a` is no connection name"));
}

#[test]
fn words_that_are_new_are_kept_as_they_are() {
    for (word, expected) in [(json!("INGRESS_TRAFFIC_FRIENDS"), "INGRESS_TRAFFIC_FRIENDS"), (json!(17), "17")] {
        let ingress = service(json!({"ingress": word})).ingress;
        assert_eq!(ingress.known(), Some(&Ingress::Other(expected.into())));
    }
    for nothing in [json!({}), json!({"ingress": "INGRESS_TRAFFIC_UNSPECIFIED"}), json!({"ingress": null})] {
        assert!(service(nothing).ingress.is_absent());
    }
    let odd = json!({"terminalCondition": {"state": "CONDITION_ODD", "revisionReason": 99}});
    let condition = service(odd).terminal_condition.unwrap();
    assert_eq!(condition.state, ConditionState::Other("CONDITION_ODD".into()));
    assert_eq!(condition.reason.as_deref(), Some("99"));
}

#[test]
fn a_revision_tells_its_health() {
    let revision = |conditions: Value| {
        let item = json!({"name": format!("{SERVICE}/revisions/s-1"), "conditions": conditions});
        understood(Api::RunRevisions, None, vec![item]).revisions.remove(0)
    };
    let failed =
        json!({"type": "Ready", "state": "CONDITION_FAILED", "revisionReason": "HEALTH_CHECK_CONTAINER_ERROR"});
    let healthy = json!({"type": "ContainerHealthy", "state": "CONDITION_SUCCEEDED"});
    let found = revision(json!([healthy, failed]));
    let ready = found.ready().unwrap();
    assert_eq!(ready.state, ConditionState::Failed);
    assert_eq!(ready.reason.as_deref(), Some("HEALTH_CHECK_CONTAINER_ERROR"));
    assert_eq!(revision(json!([healthy])).ready(), None);
}

#[test]
fn jobs_and_pools_of_the_wrong_shape_uncover_their_collection() {
    for (api, name) in [(Api::RunJobs, JOB), (Api::RunWorkerPools, POOL)] {
        assert!(refused(api, None, json!({"name": SERVICE})).contains("no name of the collection"));
        assert!(refused(api, None, json!({"name": name, "generation": [1]})).starts_with(&format!("`{name}`: ")));
        assert!(refused(api, None, json!({"name": name, "template": {"template": 7, "volumes": 7}})).contains(name));
        let gone = json!({"name": name, "deleteTime": "2026-11-01T00:00:00Z"});
        assert_eq!(understood(api, None, vec![gone]).workloads, []);
    }
}

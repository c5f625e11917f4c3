//! Cloud Run resources in the v1 form (knative), which gcloud prints, in the v2 form, which the inventory reads.
//!
//! What the v2 API types is an annotation in v1. The annotations that decide connectivity stand on the template of a
//! service, job or worker pool, and on a revision itself.

use serde_json::{Map, Value, json};

use super::fields::{keep, list, map, put, text};
use crate::model::Egress;
use crate::model::annotations::{CONNECTOR, EGRESS, INTERFACES};

const CLOUD_SQL: &str = "run.googleapis.com/cloudsql-instances";
pub(super) use crate::model::annotations::LOCATION;
/// The label that names a revision's service.
pub(super) const SERVICE: &str = "serving.knative.dev/service";

/// A service. One without a status can only be what was asked for: `requested` says that it is.
///
/// # Errors
/// What of it cannot be read.
pub(super) fn service(v1: &Value, name: &str, requested: bool) -> Result<Value, String> {
    let mut v2 = head(v1, name);
    let spec = object(v1, "/spec")?;
    let template = revision_template(spec.get("template").ok_or("holds no template")?)?;
    put(&mut v2, "template", template);
    for (from, to) in [("/spec/traffic", "traffic"), ("/status/traffic", "trafficStatuses")] {
        put(&mut v2, to, shares(v1.pointer(from), "TRAFFIC_TARGET_ALLOCATION_TYPE")?);
    }
    for (from, to) in
        [("latestReadyRevisionName", "latestReadyRevision"), ("latestCreatedRevisionName", "latestCreatedRevision")]
    {
        let short = v1.pointer("/status").and_then(|status| text(status, from));
        put(&mut v2, to, short.map_or(Value::Null, |short| json!(format!("{name}/revisions/{short}"))));
    }
    put(&mut v2, "uri", v1.pointer("/status/url").cloned().unwrap_or_default());
    let ingress = match annotation(v1, "run.googleapis.com/ingress") {
        Some("internal") => json!("INGRESS_TRAFFIC_INTERNAL_ONLY"),
        Some("internal-and-cloud-load-balancing") => json!("INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"),
        Some("all") => json!("INGRESS_TRAFFIC_ALL"),
        _ => Value::Null,
    };
    put(&mut v2, "ingress", ingress);
    health(v1, &mut v2, requested)?;
    Ok(Value::Object(v2))
}

/// A worker pool: like a service, but its instances are split, not its traffic.
///
/// # Errors
/// What of it cannot be read.
pub(super) fn worker_pool(v1: &Value, name: &str, requested: bool) -> Result<Value, String> {
    let Value::Object(mut v2) = service(v1, name, requested)? else { return Err("is no object".to_owned()) };
    for field in ["traffic", "trafficStatuses", "uri", "ingress"] {
        v2.remove(field);
    }
    for (from, to) in [("/spec/instanceSplits", "instanceSplits"), ("/status/instanceSplits", "instanceSplitStatuses")]
    {
        put(&mut v2, to, shares(v1.pointer(from), "INSTANCE_SPLIT_ALLOCATION_TYPE")?);
    }
    Ok(Value::Object(v2))
}

/// A job. Its template is two levels deep: the execution's, which has the annotations, and the task's.
///
/// # Errors
/// What of it cannot be read.
pub(super) fn job(v1: &Value, name: &str, requested: bool) -> Result<Value, String> {
    let mut v2 = head(v1, name);
    let execution = v1.pointer("/spec/template").ok_or("holds no template")?;
    let task = execution.pointer("/spec/template").ok_or("holds no template of its tasks")?;
    let mut inner = container_spec(task.get("spec"), annotations(execution))?;
    keep(task.get("spec"), &mut inner, &["maxRetries"]);
    put(&mut inner, "vpcAccess", vpc_access(annotations(execution))?);
    let mut outer = Map::new();
    keep(execution.get("metadata"), &mut outer, &["labels", "annotations"]);
    keep(execution.get("spec"), &mut outer, &["parallelism", "taskCount"]);
    put(&mut outer, "template", Value::Object(inner));
    put(&mut v2, "template", Value::Object(outer));
    keep(v1.get("status"), &mut v2, &["executionCount"]);
    if let Some(latest) = v1.pointer("/status/latestCreatedExecution").filter(|latest| text(latest, "name").is_some()) {
        let mut execution = Map::new();
        for (from, to) in
            [("name", "name"), ("creationTimestamp", "createTime"), ("completionTimestamp", "completionTime")]
        {
            put(&mut execution, to, latest.get(from).cloned().unwrap_or_default());
        }
        put(&mut v2, "latestCreatedExecution", Value::Object(execution));
    }
    health(v1, &mut v2, requested)?;
    Ok(Value::Object(v2))
}

/// A revision of a service.
///
/// # Errors
/// What of it cannot be read.
pub(super) fn revision(v1: &Value, name: &str) -> Result<Value, String> {
    let mut v2 = head(v1, name);
    let own = annotations(v1);
    v2.extend(container_spec(v1.get("spec"), own)?);
    keep(v1.get("spec").map(renamed_concurrency).as_ref(), &mut v2, &["maxInstanceRequestConcurrency"]);
    put(&mut v2, "vpcAccess", vpc_access(own)?);
    let service = v1.pointer("/metadata/labels").and_then(|labels| text(labels, SERVICE));
    put(&mut v2, "service", json!(service));
    health(v1, &mut v2, false)?;
    v2.remove("terminalCondition");
    Ok(Value::Object(v2))
}

/// What every resource has in its metadata.
fn head(v1: &Value, name: &str) -> Map<String, Value> {
    let mut v2 = Map::new();
    put(&mut v2, "name", json!(name));
    let metadata = v1.get("metadata");
    keep(metadata, &mut v2, &["uid", "labels", "annotations"]);
    for (from, to) in
        [("creationTimestamp", "createTime"), ("deletionTimestamp", "deleteTime"), ("resourceVersion", "etag")]
    {
        put(&mut v2, to, metadata.and_then(|metadata| metadata.get(from)).cloned().unwrap_or_default());
    }
    put(&mut v2, "generation", number_text(metadata.and_then(|metadata| metadata.get("generation"))));
    for (from, to) in [
        ("serving.knative.dev/creator", "creator"),
        ("run.googleapis.com/creator", "creator"),
        ("serving.knative.dev/lastModifier", "lastModifier"),
        ("run.googleapis.com/lastModifier", "lastModifier"),
        ("run.googleapis.com/client-name", "client"),
        ("run.googleapis.com/client-version", "clientVersion"),
    ] {
        put(&mut v2, to, json!(annotation(v1, from)));
    }
    let stage = annotation(v1, "run.googleapis.com/launch-stage");
    put(&mut v2, "launchStage", json!(stage.filter(|stage| ["ALPHA", "BETA", "GA"].contains(stage))));
    v2
}

/// Conditions, and whether the resource still changes: until then traffic and newest revision are transient.
fn health(v1: &Value, v2: &mut Map<String, Value>, requested: bool) -> Result<(), String> {
    let Some(status) = v1.get("status").filter(|status| status.as_object().is_some_and(|status| !status.is_empty()))
    else {
        if !requested {
            return Err("holds no status, as with `--format export`: what serves is not known".to_owned());
        }
        put(v2, "reconciling", json!(true));
        return Ok(());
    };
    put(v2, "observedGeneration", number_text(status.get("observedGeneration")));
    let conditions: Vec<Value> = list(status.get("conditions")).iter().map(condition).collect();
    let ready = |condition: &&Value| condition["type"] == "Ready";
    let terminal = conditions.iter().find(ready).cloned().unwrap_or_default();
    put(v2, "reconciling", json!(terminal.is_null() || terminal["state"] == "CONDITION_RECONCILING"));
    put(v2, "terminalCondition", terminal);
    let others: Vec<Value> = conditions.into_iter().filter(|condition| !ready(&condition)).collect();
    put(v2, "conditions", Value::Array(others));
    Ok(())
}

fn condition(v1: &Value) -> Value {
    let mut v2 = Map::new();
    keep(Some(v1), &mut v2, &["type", "message", "lastTransitionTime"]);
    let state = match text(v1, "status") {
        Some("True") => "CONDITION_SUCCEEDED",
        Some("False") => "CONDITION_FAILED",
        _ => "CONDITION_RECONCILING",
    };
    put(&mut v2, "state", json!(state));
    let severity = text(v1, "severity").filter(|word| !word.is_empty());
    put(&mut v2, "severity", json!(severity.map(str::to_uppercase)));
    Value::Object(v2)
}

/// The template of a service's or worker pool's next revision.
fn revision_template(v1: &Value) -> Result<Value, String> {
    let own = annotations(v1);
    let mut v2 = container_spec(v1.get("spec"), own)?;
    keep(v1.get("metadata"), &mut v2, &["labels", "annotations"]);
    put(&mut v2, "revision", v1.pointer("/metadata/name").cloned().unwrap_or_default());
    keep(v1.get("spec").map(renamed_concurrency).as_ref(), &mut v2, &["maxInstanceRequestConcurrency"]);
    let mut scaling = Map::new();
    for (from, to) in [
        ("autoscaling.knative.dev/minScale", "minInstanceCount"),
        ("autoscaling.knative.dev/maxScale", "maxInstanceCount"),
    ] {
        let count = own.and_then(|own| own.get(from)?.as_str()?.parse::<i32>().ok());
        put(&mut scaling, to, json!(count));
    }
    if !scaling.is_empty() {
        put(&mut v2, "scaling", Value::Object(scaling));
    }
    put(&mut v2, "vpcAccess", vpc_access(own)?);
    Ok(Value::Object(v2))
}

fn renamed_concurrency(spec: &Value) -> Value {
    json!({"maxInstanceRequestConcurrency": spec.get("containerConcurrency")})
}

/// How the VPC is reached.
///
/// # Errors
/// An annotation that cannot be read: what it says must not be taken for "nothing".
fn vpc_access(annotations: Option<&Map<String, Value>>) -> Result<Value, String> {
    let read = |key: &str| match annotations.and_then(|annotations| annotations.get(key)) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
        Some(_) => Err(format!("has an annotation {key} that is no text")),
    };
    let mut access = Map::new();
    put(&mut access, "connector", json!(read(CONNECTOR)?));
    if let Some(word) = read(EGRESS)? {
        let word = match Egress::parse(word) {
            Ok(Some(Egress::AllTraffic)) => "ALL_TRAFFIC",
            Ok(Some(Egress::PrivateRangesOnly)) => "PRIVATE_RANGES_ONLY",
            Ok(None) => "VPC_EGRESS_UNSPECIFIED",
            // The inventory tells of a word that it does not know.
            Err(_) => word,
        };
        put(&mut access, "egress", json!(word));
    }
    if let Some(interfaces) = read(INTERFACES)? {
        let interfaces: Vec<Map<String, Value>> = serde_json::from_str(interfaces)
            .map_err(|_| format!("has an annotation {INTERFACES} that is no JSON list of objects"))?;
        put(&mut access, "networkInterfaces", json!(interfaces));
    }
    Ok(if access.is_empty() { Value::Null } else { Value::Object(access) })
}

/// What v1 has in the spec of a revision or task, v2 directly in the template.
fn container_spec(
    spec: Option<&Value>,
    annotations: Option<&Map<String, Value>>,
) -> Result<Map<String, Value>, String> {
    let spec = spec.ok_or("holds no spec of its containers")?;
    let mut v2 = Map::new();
    put(&mut v2, "containers", Value::Array(list(spec.get("containers")).iter().map(container).collect()));
    put(&mut v2, "serviceAccount", spec.get("serviceAccountName").cloned().unwrap_or_default());
    if let Value::String(seconds) = number_text(spec.get("timeoutSeconds")) {
        put(&mut v2, "timeout", json!(format!("{seconds}s")));
    }
    let environment = annotations.and_then(|own| own.get("run.googleapis.com/execution-environment")?.as_str());
    let environment = match environment {
        Some("gen1") => json!("EXECUTION_ENVIRONMENT_GEN1"),
        Some("gen2") => json!("EXECUTION_ENVIRONMENT_GEN2"),
        _ => Value::Null,
    };
    put(&mut v2, "executionEnvironment", environment);
    let instances = annotations.and_then(|own| own.get(CLOUD_SQL)?.as_str()).unwrap_or_default();
    let instances: Vec<&str> = instances.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    if !instances.is_empty() {
        put(&mut v2, "volumes", json!([{"name": "cloudsql", "cloudSqlInstance": {"instances": instances}}]));
    }
    Ok(v2)
}

fn container(v1: &Value) -> Value {
    let mut v2 = Map::new();
    keep(
        Some(v1),
        &mut v2,
        &["name", "image", "command", "args", "ports", "workingDir", "startupProbe", "livenessProbe"],
    );
    if let Some(limits) = v1.pointer("/resources/limits") {
        put(&mut v2, "resources", json!({"limits": limits}));
    }
    let variables = list(v1.get("env")).iter().map(|variable| {
        let mut own = Map::new();
        keep(Some(variable), &mut own, &["name", "value"]);
        if let Some(reference) = variable.pointer("/valueFrom/secretKeyRef") {
            let reference = json!({"secret": reference.get("name"), "version": reference.get("key")});
            put(&mut own, "valueSource", json!({"secretKeyRef": reference}));
        }
        Value::Object(own)
    });
    let variables: Vec<Value> = variables.collect();
    if !variables.is_empty() {
        put(&mut v2, "env", Value::Array(variables));
    }
    Value::Object(v2)
}

/// Shares of revisions, as wanted and as observed; `kind` begins the words of how a share follows a revision.
fn shares(v1: Option<&Value>, kind: &str) -> Result<Value, String> {
    let Some(Value::Array(targets)) = v1 else {
        let absent = v1.is_none_or(Value::is_null);
        return if absent { Ok(Value::Null) } else { Err("has shares of its revisions that are no list".to_owned()) };
    };
    let convert = |target: &Value| {
        let mut v2 = Map::new();
        let latest = target.get("latestRevision") == Some(&Value::Bool(true));
        let word = if latest { "LATEST" } else { "REVISION" };
        put(&mut v2, "type", json!(format!("{kind}_{word}")));
        keep(Some(target), &mut v2, &["percent", "tag"]);
        put(&mut v2, "revision", target.get("revisionName").cloned().unwrap_or_default());
        put(&mut v2, "uri", target.get("url").cloned().unwrap_or_default());
        Value::Object(v2)
    };
    Ok(Value::Array(targets.iter().map(convert).collect()))
}

fn annotations(resource: &Value) -> Option<&Map<String, Value>> {
    map(resource.pointer("/metadata/annotations"))
}

fn annotation<'a>(resource: &'a Value, key: &str) -> Option<&'a str> {
    annotations(resource)?.get(key)?.as_str()
}

fn object<'a>(value: &'a Value, pointer: &str) -> Result<&'a Map<String, Value>, String> {
    map(value.pointer(pointer)).ok_or_else(|| format!("holds no {}", pointer.trim_start_matches('/')))
}

/// An int64 as v2 writes it.
fn number_text(value: Option<&Value>) -> Value {
    match value {
        Some(Value::Number(number)) => json!(number.to_string()),
        Some(Value::String(text)) => json!(text),
        _ => Value::Null,
    }
}

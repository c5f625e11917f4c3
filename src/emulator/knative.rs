//! Cloud Run resources of version 2 in the shape of version 1.
//!
//! What version 1 says by an annotation stands in `annotations`; the words are those of
//! <https://cloud.google.com/run/docs/reference/rest/v1/>.

use serde_json::{Map, Value, json};

use super::collections::{last, name_of, region_of, text};
use super::knative_container as container;
use super::run_v1::owner;

/// What every resource of a list has in common.
pub(super) struct Place<'a> {
    /// Project number, or its id where the number is not known.
    pub namespace: &'a str,
    pub version: &'a str,
    pub kind: &'a str,
}

/// A `Service`.
pub(super) fn service(item: &Value, place: &Place<'_>) -> Value {
    let mut annotations = user_map(item, "annotations");
    set(&mut annotations, "run.googleapis.com/ingress", word(text(item, "ingress"), "INGRESS_TRAFFIC_"));
    set(&mut annotations, "run.googleapis.com/ingress-status", word(text(item, "ingress"), "INGRESS_TRAFFIC_"));
    if item.get("urls").is_some() {
        set(&mut annotations, "run.googleapis.com/urls", item["urls"].to_string());
    }
    people(&mut annotations, item);
    let mut status = status(item, "terminalCondition");
    copy_name(&mut status, "latestReadyRevisionName", item, "latestReadyRevision");
    copy_name(&mut status, "latestCreatedRevisionName", item, "latestCreatedRevision");
    let latest = last(text(item, "latestReadyRevision"));
    put(&mut status, "traffic", targets(item, "trafficStatuses", Some(latest)));
    put_text(&mut status, "url", text(item, "uri"));
    if !text(item, "uri").is_empty() {
        status.insert("address".to_owned(), json!({"url": text(item, "uri")}));
    }
    let mut spec = Map::new();
    spec.insert("template".to_owned(), template(&item["template"]));
    put(&mut spec, "traffic", targets(item, "traffic", None));
    resource(place, metadata(item, place, annotations), spec, status)
}

/// A `Revision` of a service or worker pool.
pub(super) fn revision(item: &Value, place: &Place<'_>) -> Value {
    let mut annotations = template_annotations(item);
    annotations.extend(user_map(item, "annotations"));
    people(&mut annotations, item);
    let mut metadata = metadata(item, place, annotations);
    if let Some(labels) = metadata.get_mut("labels").and_then(Value::as_object_mut) {
        let pool = name_of(item).contains("/workerPools/");
        let own = if pool { "run.googleapis.com/workerPool" } else { "serving.knative.dev/service" };
        labels.insert(own.to_owned(), owner(item).into());
        if !pool {
            labels.insert("serving.knative.dev/configuration".to_owned(), owner(item).into());
        }
    }
    let mut status = status(item, "");
    put_text(&mut status, "logUrl", text(item, "logUri"));
    resource(place, metadata, revision_spec(item), status)
}

/// A `Job`.
pub(super) fn job(item: &Value, place: &Place<'_>) -> Value {
    let execution = &item["template"];
    let task = &execution["template"];
    let mut annotations = user_map(item, "annotations");
    people(&mut annotations, item);
    // Jobs have these in the group of their own API.
    for (name, key) in [("run.googleapis.com/creator", "creator"), ("run.googleapis.com/lastModifier", "lastModifier")]
    {
        if let Some(value) = annotations.remove(&format!("serving.knative.dev/{key}")) {
            annotations.insert(name.to_owned(), value);
        }
    }
    let mut task_spec = Map::new();
    put(&mut task_spec, "containers", container::all(task));
    put(&mut task_spec, "volumes", container::volumes(task));
    put_text(&mut task_spec, "serviceAccountName", text(task, "serviceAccount"));
    put_text(&mut task_spec, "timeoutSeconds", seconds(text(task, "timeout")));
    copy(&mut task_spec, "maxRetries", task, "maxRetries");
    let mut spec = Map::new();
    copy(&mut spec, "parallelism", execution, "parallelism");
    copy(&mut spec, "taskCount", execution, "taskCount");
    spec.insert("template".to_owned(), json!({"spec": task_spec}));
    let mut execution_annotations = user_map(execution, "annotations");
    execution_annotations.extend(template_annotations(task));
    let mut template_metadata = Map::new();
    put_map(&mut template_metadata, "annotations", execution_annotations);
    put_map(&mut template_metadata, "labels", user_map(execution, "labels"));
    let template = json!({"metadata": template_metadata, "spec": spec});
    let mut status = status(item, "terminalCondition");
    copy(&mut status, "executionCount", item, "executionCount");
    if let Some(latest) = item.get("latestCreatedExecution") {
        let mut reference = Map::new();
        put_text(&mut reference, "name", last(name_of(latest)));
        put_text(&mut reference, "creationTimestamp", text(latest, "createTime"));
        put_text(&mut reference, "completionTimestamp", text(latest, "completionTime"));
        put_text(&mut reference, "completionStatus", text(latest, "completionStatus"));
        status.insert("latestCreatedExecution".to_owned(), reference.into());
    }
    let spec = Map::from_iter([("template".to_owned(), template)]);
    resource(place, metadata(item, place, annotations), spec, status)
}

/// A `WorkerPool`.
pub(super) fn worker_pool(item: &Value, place: &Place<'_>) -> Value {
    let mut annotations = user_map(item, "annotations");
    people(&mut annotations, item);
    if let Some(count) = item.pointer("/scaling/manualInstanceCount") {
        set(&mut annotations, "run.googleapis.com/manualInstanceCount", count.to_string());
    }
    let mut status = status(item, "terminalCondition");
    copy_name(&mut status, "latestReadyRevisionName", item, "latestReadyRevision");
    copy_name(&mut status, "latestCreatedRevisionName", item, "latestCreatedRevision");
    put(&mut status, "instanceSplits", targets(item, "instanceSplitStatuses", None));
    let mut spec = Map::new();
    spec.insert("template".to_owned(), template(&item["template"]));
    put(&mut spec, "instanceSplits", targets(item, "instanceSplits", None));
    resource(place, metadata(item, place, annotations), spec, status)
}

fn resource(
    place: &Place<'_>,
    metadata: Map<String, Value>,
    spec: Map<String, Value>,
    status: Map<String, Value>,
) -> Value {
    json!({
        "apiVersion": place.version, "kind": place.kind, "metadata": metadata, "spec": spec, "status": status,
    })
}

fn metadata(item: &Value, place: &Place<'_>, annotations: Map<String, Value>) -> Map<String, Value> {
    let name = last(name_of(item));
    let mut labels = user_map(item, "labels");
    set(&mut labels, "cloud.googleapis.com/location", region_of(item).unwrap_or_default().to_owned());
    let mut fields = Map::new();
    put_text(&mut fields, "name", name);
    put_text(&mut fields, "namespace", place.namespace);
    let plural = format!("{}s", place.kind.to_ascii_lowercase());
    let link = format!("/apis/{}/namespaces/{}/{plural}/{name}", place.version, place.namespace);
    put_text(&mut fields, "selfLink", &link);
    put_text(&mut fields, "uid", text(item, "uid"));
    put_text(&mut fields, "resourceVersion", text(item, "etag").trim_matches('"'));
    put(&mut fields, "generation", number(text(item, "generation")));
    put_text(&mut fields, "creationTimestamp", text(item, "createTime"));
    put_text(&mut fields, "deletionTimestamp", text(item, "deleteTime"));
    put_map(&mut fields, "labels", labels);
    put_map(&mut fields, "annotations", annotations);
    fields
}

/// Who made and changed a resource, with what, and its launch stage.
fn people(annotations: &mut Map<String, Value>, item: &Value) {
    for (name, key) in [
        ("serving.knative.dev/creator", "creator"),
        ("serving.knative.dev/lastModifier", "lastModifier"),
        ("run.googleapis.com/client-name", "client"),
        ("run.googleapis.com/client-version", "clientVersion"),
        ("run.googleapis.com/description", "description"),
    ] {
        set(annotations, name, text(item, key).to_owned());
    }
    // Generally available is what version 1 does not say.
    if text(item, "launchStage") != "GA" {
        set(annotations, "run.googleapis.com/launch-stage", text(item, "launchStage").to_owned());
    }
}

/// The template of a service or worker pool.
fn template(item: &Value) -> Value {
    let mut annotations = user_map(item, "annotations");
    annotations.extend(template_annotations(item));
    for (name, key) in
        [("run.googleapis.com/client-name", "client"), ("run.googleapis.com/client-version", "clientVersion")]
    {
        set(&mut annotations, name, text(item, key).to_owned());
    }
    let mut metadata = Map::new();
    put_text(&mut metadata, "name", text(item, "revision"));
    put_map(&mut metadata, "annotations", annotations);
    put_map(&mut metadata, "labels", user_map(item, "labels"));
    json!({"metadata": metadata, "spec": revision_spec(item)})
}

/// What a revision's template says by annotations.
fn template_annotations(item: &Value) -> Map<String, Value> {
    let mut annotations = Map::new();
    let access = &item["vpcAccess"];
    set(&mut annotations, "run.googleapis.com/vpc-access-connector", text(access, "connector").to_owned());
    set(&mut annotations, "run.googleapis.com/vpc-access-egress", word(text(access, "egress"), ""));
    if let Some(interfaces) =
        access.get("networkInterfaces").filter(|list| list.as_array().is_some_and(|all| !all.is_empty()))
    {
        set(&mut annotations, "run.googleapis.com/network-interfaces", interfaces.to_string());
    }
    for (name, key) in [("minScale", "minInstanceCount"), ("maxScale", "maxInstanceCount")] {
        if let Some(count) = item["scaling"].get(key) {
            set(&mut annotations, &format!("autoscaling.knative.dev/{name}"), count.to_string());
        }
    }
    let environment = word(text(item, "executionEnvironment"), "EXECUTION_ENVIRONMENT_");
    set(&mut annotations, "run.googleapis.com/execution-environment", environment);
    set(&mut annotations, "run.googleapis.com/encryption-key", text(item, "encryptionKey").to_owned());
    if item.get("sessionAffinity") == Some(&Value::Bool(true)) {
        set(&mut annotations, "run.googleapis.com/sessionAffinity", "true".to_owned());
    }
    let containers = item["containers"].as_array().into_iter().flatten();
    for resources in containers.filter_map(|container| container.get("resources")) {
        if let Some(idle) = resources.get("cpuIdle") {
            set(&mut annotations, "run.googleapis.com/cpu-throttling", idle.to_string());
        }
        if resources.get("startupCpuBoost") == Some(&Value::Bool(true)) {
            set(&mut annotations, "run.googleapis.com/startup-cpu-boost", "true".to_owned());
        }
    }
    let instances = container::sql_instances(item);
    set(&mut annotations, "run.googleapis.com/cloudsql-instances", instances);
    annotations
}

fn revision_spec(item: &Value) -> Map<String, Value> {
    let mut spec = Map::new();
    copy(&mut spec, "containerConcurrency", item, "maxInstanceRequestConcurrency");
    put(&mut spec, "timeoutSeconds", number(seconds(text(item, "timeout"))));
    put_text(&mut spec, "serviceAccountName", text(item, "serviceAccount"));
    put(&mut spec, "containers", container::all(item));
    put(&mut spec, "volumes", container::volumes(item));
    spec
}

/// Conditions and the generation that they are about. The condition at `first` goes first, as `Ready` does.
fn status(item: &Value, first: &str) -> Map<String, Value> {
    let mut fields = Map::new();
    put(&mut fields, "observedGeneration", number(text(item, "observedGeneration")));
    let all = item.get(first).into_iter().chain(item["conditions"].as_array().into_iter().flatten());
    put(&mut fields, "conditions", Value::Array(all.map(condition).collect()));
    fields
}

fn condition(item: &Value) -> Value {
    let mut fields = Map::new();
    put_text(&mut fields, "type", text(item, "type"));
    let status = match text(item, "state") {
        "CONDITION_SUCCEEDED" => "True",
        "CONDITION_FAILED" => "False",
        _ => "Unknown",
    };
    put_text(&mut fields, "status", status);
    let reasons = ["reason", "revisionReason", "executionReason"].iter().map(|key| text(item, key));
    let reason = reasons.filter(|reason| !reason.is_empty()).map(camel).next().unwrap_or_default();
    put_text(&mut fields, "reason", &reason);
    put_text(&mut fields, "message", text(item, "message"));
    put_text(&mut fields, "lastTransitionTime", text(item, "lastTransitionTime"));
    // An error is what a condition is about unless it says otherwise.
    let severity = camel(text(item, "severity"));
    put_text(&mut fields, "severity", if severity == "Error" { "" } else { &severity });
    Value::Object(fields)
}

/// Traffic or instance splits. A status names the revision that "latest" stands for.
fn targets(item: &Value, key: &str, latest: Option<&str>) -> Value {
    let target = |target: &Value| {
        let mut fields = Map::new();
        copy(&mut fields, "percent", target, "percent");
        put_text(&mut fields, "tag", text(target, "tag"));
        put_text(&mut fields, "url", text(target, "uri"));
        let revision = last(text(target, "revision"));
        if text(target, "type").ends_with("_LATEST") {
            fields.insert("latestRevision".to_owned(), true.into());
            let named = if revision.is_empty() { latest.unwrap_or_default() } else { revision };
            put_text(&mut fields, "revisionName", if latest.is_some() { named } else { "" });
        } else {
            put_text(&mut fields, "revisionName", revision);
        }
        Value::Object(fields)
    };
    item[key].as_array().into_iter().flatten().map(target).collect()
}

/// The words of version 1 for those of version 2: `INGRESS_TRAFFIC_INTERNAL_ONLY` is `internal`.
fn word(text: &str, prefix: &str) -> String {
    let text = text.strip_prefix(prefix).unwrap_or(text);
    match text {
        "INTERNAL_ONLY" => "internal".to_owned(),
        "INTERNAL_LOAD_BALANCER" => "internal-and-cloud-load-balancing".to_owned(),
        _ if text.ends_with("UNSPECIFIED") => String::new(),
        _ => text.to_ascii_lowercase().replace('_', "-"),
    }
}

/// `VPC_NETWORK_NOT_FOUND` as `VpcNetworkNotFound`.
fn camel(text: &str) -> String {
    let part = |part: &str| {
        let lower = part.to_ascii_lowercase();
        let (first, rest) = lower.split_at(lower.len().min(1));
        format!("{}{rest}", first.to_ascii_uppercase())
    };
    text.split('_').map(part).collect()
}

/// The number in a duration such as `300s`.
fn seconds(text: &str) -> &str {
    text.strip_suffix('s').unwrap_or_default()
}

fn number(text: &str) -> Value {
    text.parse::<i64>().map_or(Value::Null, Value::from)
}

fn user_map(item: &Value, key: &str) -> Map<String, Value> {
    item.get(key).and_then(Value::as_object).cloned().unwrap_or_default()
}

fn set(map: &mut Map<String, Value>, name: &str, value: String) {
    if !value.is_empty() {
        map.insert(name.to_owned(), value.into());
    }
}

/// Inserts a value that is there: no null, no empty list.
pub(super) fn put(fields: &mut Map<String, Value>, name: &str, value: Value) {
    let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    if !empty {
        fields.insert(name.to_owned(), value);
    }
}

pub(super) fn put_text(fields: &mut Map<String, Value>, name: &str, value: &str) {
    if !value.is_empty() {
        fields.insert(name.to_owned(), value.into());
    }
}

fn put_map(fields: &mut Map<String, Value>, name: &str, value: Map<String, Value>) {
    if !value.is_empty() {
        fields.insert(name.to_owned(), value.into());
    }
}

pub(super) fn copy(fields: &mut Map<String, Value>, name: &str, item: &Value, key: &str) {
    put(fields, name, item.get(key).cloned().unwrap_or_default());
}

fn copy_name(fields: &mut Map<String, Value>, name: &str, item: &Value, key: &str) {
    put_text(fields, name, last(text(item, key)));
}

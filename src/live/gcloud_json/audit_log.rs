//! Entries of Cloud Audit Logs (`gcloud logging read`) that carry a Cloud Run resource: as it was at that time.

use jiff::Timestamp;
use serde_json::Value;

use super::age::Age;
use super::fields::text;
use super::recognise::{Description, Known, knative_resource, recognise};
use crate::model::Api;

/// What an entry tells.
#[derive(Default)]
pub(super) struct Entry {
    /// The entry itself.
    pub raw: Option<Description>,
    /// The resource that it carries, or why that cannot be used.
    pub resource: Option<Result<Description, String>>,
    /// The resource that it deletes: collection, project, region, name.
    pub deleted: Option<Description>,
    /// Id and number of its project, where it tells both.
    pub project: Option<(String, String)>,
}

/// Takes an entry apart. An audit log entry that carries no resource is no error.
pub(super) fn entry(value: &Value) -> Entry {
    let label = |key: &str| value.pointer("/resource/labels").and_then(|labels| text(labels, key));
    let time = text(value, "timestamp").and_then(|time| time.parse::<Timestamp>().ok());
    let (Some(payload), Some(time)) = (value.get("protoPayload").filter(|payload| payload.is_object()), time) else {
        let problem = "is a log entry without a time, or none of the audit log".to_owned();
        return Entry { resource: Some(Err(problem)), ..Entry::default() };
    };
    let project = label("project_id");
    let raw = project.zip(text(value, "insertId")).map(|(project, id)| Description {
        api: Api::LoggingEntries,
        project: project.to_owned(),
        region: None,
        name: id.to_owned(),
        item: value.clone(),
        age: Age::default().logged(time),
    });
    let failed = payload.pointer("/status/code").and_then(Value::as_i64).is_some_and(|code| code != 0);
    let method = text(payload, "methodName").unwrap_or_default().rsplit('.').next().unwrap_or_default();
    if text(payload, "serviceName") != Some("run.googleapis.com") || failed || dry_run(payload) {
        return Entry { raw, ..Entry::default() };
    }
    if let Some(deleted) = method.strip_prefix("Delete").and_then(|kind| deleted(kind, payload, &label, time)) {
        return Entry { raw, deleted: Some(deleted), ..Entry::default() };
    }
    let resource = carried(payload, label("location"))
        .map(|resource| resource.map(|own| Description { age: own.age.clone().logged(time), ..own }));
    // A v1 resource names its project by number, the entry by id.
    let number = payload.pointer("/response/metadata/namespace").and_then(Value::as_str);
    let pair = project.zip(number).filter(|(id, number)| crate::live::inventory::is_number(number) && id != number);
    let pair = pair.map(|(id, number)| (id.to_owned(), number.to_owned()));
    Entry { raw, resource, deleted: None, project: pair }
}

/// A request that only asks whether it would be accepted changes nothing.
fn dry_run(payload: &Value) -> bool {
    let request = payload.get("request");
    let field = |key: &str| request.and_then(|request| request.get(key));
    field("validateOnly") == Some(&Value::Bool(true)) || field("dryRun").is_some_and(|value| value == "all")
}

/// The resource in the response, else the one in the request: what was asked for, of which nothing says what became.
fn carried(payload: &Value, region: Option<&str>) -> Option<Result<Description, String>> {
    let response = payload.get("response").filter(|response| is_resource(response));
    if let Some(response) = response {
        return Some(read(response, region, false));
    }
    let request = payload.get("request")?;
    let inner = ["service", "job", "workerPool"].into_iter().filter_map(|key| request.get(key));
    let found = inner.chain([request]).find(|value| is_resource(value))?;
    Some(read(found, region, true))
}

fn is_resource(value: &Value) -> bool {
    let knative = text(value, "apiVersion").is_some() && value.get("spec").is_some();
    knative || (text(value, "name").is_some() && value.get("template").is_some())
}

fn read(value: &Value, region: Option<&str>, requested: bool) -> Result<Description, String> {
    let mut value = value.clone();
    if text(&value, "apiVersion").is_some() {
        if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
            if requested {
                // They are those of the resource before the request.
                metadata.retain(|key, _| !["generation", "creationTimestamp", "resourceVersion"].contains(&&**key));
            }
            // A request needs no label of its region: the entry has it.
            let labels = metadata.entry("labels").or_insert_with(|| Value::Object(serde_json::Map::new()));
            if let (Some(region), Some(labels)) = (region, labels.as_object_mut()) {
                labels.entry(super::knative::LOCATION).or_insert_with(|| region.into());
            }
        }
        if let Some(fields) = value.as_object_mut().filter(|_| requested) {
            fields.remove("status");
        }
        return knative_resource(&value, requested);
    }
    if let Some(fields) = value.as_object_mut().filter(|_| requested) {
        // Nobody knows its generation yet, nor that it became so: it is "still changing".
        for (key, value) in [("reconciling", Value::Bool(true)), ("uid", "".into()), ("generation", "0".into())] {
            fields.insert(key.to_owned(), value);
        }
        fields.remove("observedGeneration");
    }
    match recognise(&value)? {
        Known::Resource(own) if requested => Ok(Description { age: Age::default(), ..*own }),
        Known::Resource(own) => Ok(*own),
        _ => Err("is no resource".to_owned()),
    }
}

/// The resource that was deleted. Its name is enough.
fn deleted<'a>(
    kind: &str,
    payload: &'a Value,
    label: &impl Fn(&str) -> Option<&'a str>,
    time: Timestamp,
) -> Option<Description> {
    let (api, collection) = match kind {
        "Service" => (Api::RunServices, "services"),
        "Job" => (Api::RunJobs, "jobs"),
        "WorkerPool" => (Api::RunWorkerPools, "workerPools"),
        _ => return None,
    };
    let short = text(payload, "resourceName")?.rsplit('/').next().filter(|short| !short.is_empty())?;
    Some(Description {
        api,
        project: label("project_id")?.to_owned(),
        region: Some(label("location")?.to_owned()),
        name: format!("{collection}/{short}"),
        item: Value::Null,
        age: Age::default().logged(time),
    })
}

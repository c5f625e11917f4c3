//! What a printed object is, told by what it holds, never by the name of its file.
//!
//! An object that holds only some of the fields that its API always answers with was printed in part
//! (`--format='json(name, …)'`). It is refused: what is missing there must not be taken for "not set".

use serde_json::Value;

use super::age::Age;
use super::fields::{map, text};
use super::knative::{self, LOCATION, SERVICE};
use crate::model::Api;

/// One resource as one file tells it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Description {
    /// The collection that it belongs to.
    pub api: Api,
    /// Its project, by id or number.
    pub project: String,
    /// Its region, where its collection is asked by region.
    pub region: Option<String>,
    /// Its name in the collection, without project and region.
    pub name: String,
    /// As the API lists it; secrets are still in it.
    pub item: Value,
    /// Which of two descriptions is the newer one.
    pub age: Age,
}

/// What an object is.
pub(super) enum Known {
    /// A resource.
    Resource(Box<Description>),
    /// Id and number of a project.
    Project { id: String, number: String },
    /// An entry of Cloud Audit Logs.
    LogEntry,
}

/// Tells what an object is.
///
/// # Errors
/// Why nothing can be made of it, as a fragment.
pub(super) fn recognise(value: &Value) -> Result<Known, String> {
    if value.get("protoPayload").is_some() || value.get("logName").is_some() {
        return Ok(Known::LogEntry);
    }
    if let (Some(id), Some(number)) = (text(value, "projectId"), text(value, "projectNumber")) {
        return Ok(Known::Project { id: id.to_owned(), number: number.to_owned() });
    }
    let resource = |described: Result<Description, String>| described.map(|own| Known::Resource(Box::new(own)));
    if text(value, "format") == Some(crate::model::LiveState::FORMAT) {
        return Err("is a snapshot of gcp-drift (use `snapshot:FILE`)".to_owned());
    }
    if text(value, "apiVersion").is_some() {
        return resource(knative_resource(value, false));
    }
    match text(value, "kind") {
        Some("sql#instance") => return resource(sql(value)),
        Some(kind) if kind.starts_with("compute#") => return resource(compute(value, kind)),
        Some(kind) => return Err(format!("is of the kind `{kind}`, which is not read")),
        None => {}
    }
    match text(value, "name") {
        Some(name) if name.starts_with("projects/") => resource(named(value, name)),
        _ => Err("is nothing that is read: it has neither kind nor full name (was it printed in part?)".to_owned()),
    }
}

/// A Cloud Run resource in its v1 form. `requested`: it is what somebody asked for, so it has no status.
///
/// # Errors
/// Why nothing can be made of it.
pub(super) fn knative_resource(value: &Value, requested: bool) -> Result<Description, String> {
    let kind = text(value, "kind").unwrap_or_default();
    let (api, collection) = match kind {
        "Service" => (Api::RunServices, "services"),
        "Revision" => (Api::RunRevisions, "revisions"),
        "Job" => (Api::RunJobs, "jobs"),
        "WorkerPool" => (Api::RunWorkerPools, "workerPools"),
        _ => return Err(format!("is of the kind `{kind}`, which is not read")),
    };
    let what = format!("a {kind}");
    let metadata = value.get("metadata").ok_or_else(|| format!("is {what} without metadata"))?;
    let of = |key: &str| text(metadata, key).filter(|text| !text.is_empty());
    let label = |key: &str| map(metadata.get("labels")).and_then(|labels| labels.get(key)?.as_str());
    let short = of("name").ok_or_else(|| format!("is {what} without a name"))?;
    let lacks = |what: &str| format!("`{short}` holds no {what} (was it printed in part?)");
    let project = of("namespace").ok_or_else(|| lacks("namespace"))?;
    let region = label(LOCATION).ok_or_else(|| lacks(&format!("label {LOCATION}")))?;
    let place = format!("projects/{project}/locations/{region}");
    let wrong = |problem: String| format!("`{short}` {problem}");
    let (name, item) = match api {
        Api::RunRevisions => {
            let service = label(SERVICE).ok_or_else(|| lacks(&format!("label {SERVICE}")))?;
            let own = format!("services/{service}/revisions/{short}");
            let item = knative::revision(value, &format!("{place}/{own}"));
            (own, item.map_err(wrong)?)
        }
        _ => {
            let own = format!("{collection}/{short}");
            let full = format!("{place}/{own}");
            let item = match api {
                Api::RunJobs => knative::job(value, &full, requested),
                Api::RunWorkerPools => knative::worker_pool(value, &full, requested),
                _ => knative::service(value, &full, requested),
            };
            (own, item.map_err(wrong)?)
        }
    };
    let age = Age::of(&item).converted();
    Ok(Description { api, project: project.to_owned(), region: Some(region.to_owned()), name, item, age })
}

/// A resource whose name says what it is. `needed` are fields that its API always answers with.
fn named(value: &Value, name: &str) -> Result<Description, String> {
    let parts: Vec<&str> = name.split('/').collect();
    let (api, region, own, needed): (_, _, _, &[&str]) = match parts.as_slice() {
        ["projects", _, "locations", region, "services", _] => {
            (Api::RunServices, Some(*region), 4, &["template", "generation", "uid"])
        }
        ["projects", _, "locations", region, "services", _, "revisions", _] => {
            (Api::RunRevisions, Some(*region), 4, &["containers", "uid"])
        }
        ["projects", _, "locations", region, "jobs", _] => {
            (Api::RunJobs, Some(*region), 4, &["template", "generation", "uid"])
        }
        ["projects", _, "locations", region, "workerPools", _] => {
            (Api::RunWorkerPools, Some(*region), 4, &["template", "generation", "uid"])
        }
        ["projects", _, "locations", region, "connectors", _] => {
            let at = if value.get("network").is_some() { "network" } else { "subnet" };
            let needed: &[&str] = if at == "network" { &["state", "network"] } else { &["state", "subnet"] };
            (Api::VpcAccessConnectors, Some(*region), 4, needed)
        }
        ["projects", _, "locations", _, "instances", _] => {
            (Api::RedisInstances, None, 2, &["state", "redisVersion", "authorizedNetwork"])
        }
        ["projects", _, "locations", _, "clusters", _] => {
            (Api::RedisClusters, None, 2, &["state", "shardCount", "pscConfigs"])
        }
        ["projects", _, "services", api] if api.ends_with(".googleapis.com") => {
            (Api::ServiceUsageServices, None, 2, &["state"])
        }
        _ => return Err("has a name of a collection that is not read".to_owned()),
    };
    let lacking: Vec<&str> = needed.iter().copied().filter(|field| value.get(field).is_none()).collect();
    if let [first, ..] = lacking.as_slice() {
        return Err(format!("`{name}` holds no {first} (was it printed in part?)"));
    }
    Ok(Description {
        api,
        project: parts.get(1).copied().unwrap_or_default().to_owned(),
        region: region.map(str::to_owned),
        name: parts.get(own..).unwrap_or_default().join("/"),
        item: value.clone(),
        age: Age::of(value),
    })
}

/// A resource of the Compute API; it says what it is, and its own URL says where.
fn compute(value: &Value, kind: &str) -> Result<Description, String> {
    let link =
        text(value, "selfLink").ok_or_else(|| format!("is a {kind} without selfLink (was it printed in part?)"))?;
    let path = link.split_once("/projects/").map(|(_, path)| path);
    let (project, own) = path.and_then(|path| path.split_once('/')).ok_or("has a selfLink that names no project")?;
    let api = match (kind, own.starts_with("global/")) {
        ("compute#network", _) => Api::ComputeNetworks,
        ("compute#subnetwork", _) => Api::ComputeSubnetworks,
        ("compute#firewall", _) => Api::ComputeFirewalls,
        ("compute#route", _) => Api::ComputeRoutes,
        ("compute#router", _) => Api::ComputeRouters,
        ("compute#address", true) => Api::ComputeGlobalAddresses,
        ("compute#address", false) => Api::ComputeAddresses,
        _ => return Err(format!("is of the kind `{kind}`, which is not read")),
    };
    // Every resource of the Compute API has both.
    for field in ["id", "creationTimestamp"] {
        if value.get(field).is_none() {
            return Err(format!("`{own}` holds no {field} (was it printed in part?)"));
        }
    }
    Ok(Description {
        api,
        project: project.to_owned(),
        region: None,
        name: own.to_owned(),
        item: value.clone(),
        age: Age::of(value),
    })
}

fn sql(value: &Value) -> Result<Description, String> {
    let field = |key: &str| {
        text(value, key).map(str::to_owned).ok_or_else(|| format!("is a sql#instance without {key} (printed in part?)"))
    };
    let (name, project) = (field("name")?, field("project")?);
    field("state")?;
    // One that is reached by Private Service Connect has no addresses, so their absence tells nothing.
    if map(value.pointer("/settings/ipConfiguration")).is_none() {
        return Err(format!("`{name}` holds no settings.ipConfiguration (was it printed in part?)"));
    }
    let item = value.clone();
    Ok(Description { api: Api::SqlInstances, project, region: None, name, item, age: Age::of(value) })
}

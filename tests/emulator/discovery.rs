//! What is served, held against the field names and types of Google's discovery documents.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Served, python, skip, state};

/// The discovery documents that come with Google's Python client.
fn documents() -> Option<PathBuf> {
    let libraries = fs::read_dir(python::environment().join("lib")).ok()?;
    let folder = |entry: fs::DirEntry| entry.path().join("site-packages/googleapiclient/discovery_cache/documents");
    libraries.flatten().map(folder).find(|folder| folder.is_dir())
}

/// A document, and what of a value does not fit it.
struct Document(Value);

impl Document {
    fn read(folder: &Path, name: &str) -> Self {
        let text = fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
        Self(serde_json::from_str(&text).unwrap())
    }

    /// Checks a value against a schema: every field is named there, and has its type.
    fn check(&self, schema: &Value, value: &Value, place: &str, wrong: &mut Vec<String>) {
        if let Some(name) = schema["$ref"].as_str() {
            return self.check(&self.0["schemas"][name], value, place, wrong);
        }
        let format = schema["format"].as_str().unwrap_or_default();
        let fits = match schema["type"].as_str().unwrap_or_default() {
            "string" => value.as_str().is_some_and(|text| match format {
                "int64" => text.parse::<i64>().is_ok(),
                "uint64" => text.parse::<u64>().is_ok(),
                _ => schema["enum"].as_array().is_none_or(|allowed| allowed.iter().any(|word| word == text)),
            }),
            "integer" => value.is_i64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            "any" => true,
            other => panic!("{place}: the document has the type `{other}`"),
        };
        if !fits {
            wrong.push(format!("{place} is {value}, not {}", schema["type"]));
            return;
        }
        for (at, item) in value.as_array().into_iter().flatten().enumerate() {
            self.check(&schema["items"], item, &format!("{place}[{at}]"), wrong);
        }
        for (key, field) in value.as_object().into_iter().flatten() {
            let place = format!("{place}.{key}");
            match (schema["properties"].get(key), schema.get("additionalProperties")) {
                (Some(known), _) | (None, Some(known)) => self.check(known, field, &place, wrong),
                (None, None) if schema["type"] == "any" => {}
                (None, None) => wrong.push(format!("{place} is no field")),
            }
        }
    }
}

#[tokio::test]
async fn payloads_have_the_fields_and_types_of_the_discovery_documents() {
    let Some(folder) = documents() else {
        return skip("make clients has not been run");
    };
    let served = Served::start(state()).await;
    let p = "projects/shop-staging";
    let west = format!("{p}/locations/europe-west1");
    let knative = "namespaces/shop-staging";
    let mut documents: HashMap<&str, Document> = HashMap::new();
    let mut checked = 0;
    for (name, schema, target) in [
        ("run.v2", "GoogleCloudRunV2ListServicesResponse", format!("/v2/{west}/services")),
        ("run.v2", "GoogleCloudRunV2ListRevisionsResponse", format!("/v2/{west}/services/-/revisions")),
        ("run.v2", "GoogleCloudRunV2ListRevisionsResponse", format!("/v2/{west}/workerPools/-/revisions")),
        ("run.v2", "GoogleCloudRunV2ListJobsResponse", format!("/v2/{west}/jobs")),
        ("run.v2", "GoogleCloudRunV2ListWorkerPoolsResponse", format!("/v2/{west}/workerPools")),
        ("run.v1", "ListLocationsResponse", format!("/v1/{p}/locations")),
        ("run.v1", "ListServicesResponse", format!("/v1/{p}/locations/-/services")),
        ("run.v1", "ListServicesResponse", format!("/apis/serving.knative.dev/v1/{knative}/services")),
        ("run.v1", "Service", format!("/apis/serving.knative.dev/v1/{knative}/services/checkout")),
        ("run.v1", "ListRevisionsResponse", format!("/apis/serving.knative.dev/v1/{knative}/revisions")),
        ("run.v1", "ListJobsResponse", format!("/apis/run.googleapis.com/v1/{knative}/jobs")),
        ("run.v1", "ListWorkerPoolsResponse", format!("/apis/run.googleapis.com/v1/{knative}/workerpools")),
        ("vpcaccess.v1", "ListLocationsResponse", format!("/v1/{p}/locations")),
        ("vpcaccess.v1", "ListConnectorsResponse", format!("/v1/{west}/connectors")),
        ("vpcaccess.v1", "ListOperationsResponse", format!("/v1/{west}/operations")),
        ("compute.v1", "NetworkList", format!("/compute/v1/{p}/global/networks")),
        ("compute.v1", "FirewallList", format!("/compute/v1/{p}/global/firewalls")),
        ("compute.v1", "RouteList", format!("/compute/v1/{p}/global/routes")),
        ("compute.v1", "AddressList", format!("/compute/v1/{p}/global/addresses")),
        ("compute.v1", "SubnetworkAggregatedList", format!("/compute/v1/{p}/aggregated/subnetworks")),
        ("compute.v1", "RouterAggregatedList", format!("/compute/v1/{p}/aggregated/routers")),
        ("compute.v1", "AddressAggregatedList", format!("/compute/v1/{p}/aggregated/addresses")),
        ("compute.v1", "SubnetworkList", format!("/compute/v1/{p}/regions/europe-west1/subnetworks")),
        (
            "compute.v1",
            "NetworksGetEffectiveFirewallsResponse",
            format!("/compute/v1/{p}/global/networks/shop-vpc/getEffectiveFirewalls"),
        ),
        ("compute.v1", "Policy", format!("/compute/v1/{p}/regions/europe-west1/subnetworks/connectors/getIamPolicy")),
        ("sqladmin.v1", "InstancesListResponse", format!("/v1/{p}/instances")),
        ("sqladmin.v1beta4", "InstancesListResponse", format!("/sql/v1beta4/{p}/instances")),
        ("redis.v1", "ListInstancesResponse", format!("/v1/{p}/locations/-/instances")),
        ("redis.v1", "ListClustersResponse", format!("/v1/{p}/locations/-/clusters")),
        (
            "servicenetworking.v1",
            "ListConnectionsResponse",
            "/v1/services/-/connections?network=projects/482913377105/global/networks/shop-vpc".to_owned(),
        ),
        ("serviceusage.v1", "ListServicesResponse", format!("/v1/{p}/services")),
        (
            "serviceusage.v1",
            "BatchGetServicesResponse",
            format!("/v1/{p}/services:batchGet?names={p}/services/run.googleapis.com"),
        ),
        ("cloudresourcemanager.v1", "Project", format!("/v1/{p}")),
        ("cloudresourcemanager.v3", "Project", format!("/v3/{p}")),
        ("cloudresourcemanager.v3", "Policy", format!("POST/v3/{p}:getIamPolicy")),
        ("cloudresourcemanager.v3", "TestIamPermissionsResponse", format!("POST/v3/{p}:testIamPermissions")),
        ("logging.v2", "ListLogEntriesResponse", "POST/v2/entries:list".to_owned()),
        ("monitoring.v3", "ListTimeSeriesResponse", format!("/v3/{p}/timeSeries")),
    ] {
        let document = documents.entry(name).or_insert_with(|| Document::read(&folder, name));
        let body = json!({"resourceNames": [p], "permissions": ["run.services.list"]});
        let (code, body) = match target.strip_prefix("POST") {
            Some(target) => served.post(target, body).await,
            None => served.get(&target).await,
        };
        assert_eq!(code, 200, "{target}: {body}");
        assert_ne!(body, json!({}), "{target}");
        let mut wrong = Vec::new();
        assert!(document.0["schemas"][schema].is_object(), "{name} has no {schema}");
        document.check(&json!({"$ref": schema}), &body, schema, &mut wrong);
        assert!(wrong.is_empty(), "{name} {target}:\n{}", wrong.join("\n"));
        checked += 1;
    }
    assert_eq!(checked, 38);
    // The check itself sees what does not fit.
    let mut wrong = Vec::new();
    let service = json!({"name": 7, "generation": "x", "template": {"vpcAccess": {"egress": "SOME", "tunnel": true}}});
    documents["run.v2"].check(&json!({"$ref": "GoogleCloudRunV2Service"}), &service, "s", &mut wrong);
    assert_eq!(wrong.len(), 4, "{wrong:?}");
}

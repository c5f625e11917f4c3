//! Every collection in Google's paths, over HTTP.

use serde_json::{Value, json};

use super::{Served, items, state};

const P: &str = "projects/shop-staging";

#[tokio::test]
async fn every_collection_is_served_with_all_its_items() {
    let state = state();
    let served = Served::start(state.clone()).await;
    let region = |region: &str, rest: &str| format!("{P}/locations/{region}/{rest}");
    for (api, target, key) in [
        ("run.jobs", format!("/v2/{}", region("europe-west1", "jobs")), "jobs"),
        ("run.workerPools", format!("/v2/{}", region("europe-west1", "workerPools")), "workerPools"),
        ("vpcaccess.connectors", format!("/v1/{}", region("europe-west1", "connectors")), "connectors"),
        ("vpcaccess.connectors", format!("/v1/{}", region("-", "connectors")), "connectors"),
        ("vpcaccess.operations", format!("/v1/{}", region("europe-west1", "operations")), "operations"),
        ("compute.networks", format!("/compute/v1/{P}/global/networks"), "items"),
        ("compute.firewalls", format!("/compute/v1/{P}/global/firewalls"), "items"),
        ("compute.routes", format!("/compute/v1/{P}/global/routes"), "items"),
        ("compute.globalAddresses", format!("/compute/v1/{P}/global/addresses"), "items"),
        ("compute.routers", format!("/compute/v1/{P}/regions/europe-west1/routers"), "items"),
        ("compute.addresses", format!("/compute/v1/{P}/regions/europe-west1/addresses"), "items"),
        ("sqladmin.instances", format!("/v1/{P}/instances"), "items"),
        ("sqladmin.instances", format!("/sql/v1beta4/{P}/instances"), "items"),
        ("redis.instances", format!("/v1/{}", region("-", "instances")), "instances"),
        ("redis.instances", format!("/v1/{}", region("europe-west1", "instances")), "instances"),
        ("redis.clusters", format!("/v1/{}", region("-", "clusters")), "clusters"),
        ("serviceusage.services", format!("/v1/{P}/services"), "services"),
        ("monitoring.timeSeries", format!("/v3/{P}/timeSeries"), "timeSeries"),
    ] {
        let listed = served.all(&target, key).await;
        assert_eq!(listed, items(&state, api), "{target}");
        let by_number = target.replace(P, "projects/482913377105");
        assert_eq!(served.all(&by_number, key).await, listed, "{by_number}");
    }
    let elsewhere = format!("/v1/{}", region("us-central1", "instances"));
    assert_eq!(served.get(&elsewhere).await, (200, json!({})), "an item belongs to its region");
}

#[tokio::test]
async fn one_resource_is_what_the_list_has_of_it() {
    let state = state();
    let served = Served::start(state.clone()).await;
    let west = format!("{P}/locations/europe-west1");
    for (api, at, target) in [
        ("run.services", 1, format!("/v2/{west}/services/catalog")),
        ("run.revisions", 4, format!("/v2/{west}/workerPools/packer/revisions/packer-00001-one")),
        ("run.jobs", 0, format!("/v2/{west}/jobs/migrate")),
        ("vpcaccess.operations", 0, format!("/v1/{west}/operations/2f6c1a70-0c1d-4b5e-9f55-0c3a5b7c9d11")),
        ("compute.networks", 0, format!("/compute/v1/{P}/global/networks/shop-vpc")),
        ("compute.subnetworks", 1, format!("/compute/v1/{P}/regions/europe-west1/subnetworks/run")),
        ("compute.effectiveFirewalls", 0, format!("/compute/v1/{P}/global/networks/shop-vpc/getEffectiveFirewalls")),
        (
            "compute.subnetworkIamPolicy",
            0,
            format!("/compute/v1/{P}/regions/europe-west1/subnetworks/connectors/getIamPolicy"),
        ),
        ("sqladmin.instances", 0, format!("/v1/{P}/instances/shop-db")),
        ("redis.clusters", 0, format!("/v1/{west}/clusters/cache")),
        ("serviceusage.services", 1, format!("/v1/{P}/services/vpcaccess.googleapis.com")),
    ] {
        assert_eq!(served.get(&target).await, (200, items(&state, api)[at].clone()), "{target}");
        let (code, body) = served.get(&format!("{target}-x")).await;
        let unknown = api == "serviceusage.services" || target.ends_with("getEffectiveFirewalls");
        assert!(code == 404 && body["error"]["status"] == "NOT_FOUND" || unknown, "{target}: {body}");
    }
    for target in [
        format!("/compute/v1/{P}/global/networks/other/getEffectiveFirewalls"),
        format!("/compute/v1/{P}/regions/us-central1/subnetworks/run"),
        format!("/v2/{west}/services/packer/revisions/packer-00001-one"),
        "/compute/v1/projects/other/global/networks".to_owned(),
    ] {
        assert_eq!(served.get(&target).await.0, 404, "{target}");
    }
}

#[tokio::test]
async fn what_reads_by_post_or_needs_a_parameter_answers() {
    let state = state();
    let served = Served::start(state.clone()).await;
    for version in ["v1", "v3"] {
        let policy = served.post(&format!("/{version}/{P}:getIamPolicy"), json!({})).await;
        assert_eq!(policy, (200, items(&state, "cloudresourcemanager.iamPolicy")[0].clone()));
    }
    let entries = items(&state, "logging.entries");
    let newest = json!({"resourceNames": [P], "orderBy": "timestamp desc", "pageSize": 1});
    let (_, first) = served.post("/v2/entries:list", newest.clone()).await;
    assert_eq!(first["entries"], json!([entries[1]]));
    let mut next = newest.clone();
    next["pageToken"] = first["nextPageToken"].clone();
    assert_eq!(served.post("/v2/entries:list", next).await.1, json!({"entries": [entries[0]]}));
    let mut other = newest;
    other["pageToken"] = first["nextPageToken"].clone();
    other["filter"] = json!("severity=ERROR");
    assert_eq!(served.post("/v2/entries:list", other).await.0, 400, "a token belongs to its request");
    assert_eq!(served.post("/v2/entries:list", json!({})).await.0, 400);

    let connections = items(&state, "servicenetworking.connections");
    for (service, project) in [("-", "482913377105"), ("servicenetworking.googleapis.com", "shop-staging")] {
        let query = format!("network=projects/{project}/global/networks/shop-vpc");
        let (code, body) = served.get(&format!("/v1/services/{service}/connections?{query}")).await;
        assert_eq!((code, body), (200, json!({"connections": connections})));
    }
    assert_eq!(served.get("/v1/services/-/connections").await.0, 400);
    assert_eq!(served.get("/v1/services/-/connections?network=projects/x/global/networks/shop-vpc").await.0, 404);

    let filter = "filter=metric.type%20%3D%20%22vpcaccess.googleapis.com/connector/instances%22%20AND%20x";
    let series = served.all(&format!("/v3/{P}/timeSeries?{filter}"), "timeSeries").await;
    assert_eq!(series, items(&state, "monitoring.timeSeries")[1..]);
}

#[tokio::test]
async fn aggregated_lists_name_every_scope_and_what_was_not_reached() {
    let state = state();
    let served = Served::start(state.clone()).await;
    let mut found = Vec::new();
    let mut token = String::new();
    loop {
        let target = format!("/compute/v1/{P}/aggregated/subnetworks?maxResults=2&pageToken={token}");
        let (code, page) = served.get(&target).await;
        assert_eq!((code, &page["kind"]), (200, &json!("compute#subnetworkAggregatedList")));
        assert_eq!(page["unreachables"], json!(["projects/shop-staging/locations/asia-east1"]));
        let scopes = page["items"].as_object().unwrap();
        let names: Vec<&String> = scopes.keys().collect();
        assert_eq!(names, ["regions/asia-east1", "regions/europe-west1", "regions/us-central1"]);
        assert_eq!(scopes["regions/asia-east1"]["warning"]["code"], "UNREACHABLE");
        for (name, scope) in scopes {
            let items = scope["subnetworks"].as_array().cloned().unwrap_or_default();
            assert!(items.len() <= 2);
            if items.is_empty() && name != "regions/asia-east1" {
                assert_eq!(scope["warning"]["code"], "NO_RESULTS_ON_PAGE");
            }
            found.extend(items);
        }
        match page["nextPageToken"].as_str() {
            Some(next) => token = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(found, items(&state, "compute.subnetworks"));
    let asia = format!("/compute/v1/{P}/regions/asia-east1/subnetworks");
    assert_eq!(served.get(&asia).await.0, 503, "what was not reached is not empty");

    let (_, addresses) = served.get(&format!("/compute/v1/{P}/aggregated/addresses")).await;
    assert_eq!(addresses["items"]["global"]["addresses"], json!(items(&state, "compute.globalAddresses")));
    assert_eq!(addresses["items"]["regions/europe-west1"]["addresses"], json!(items(&state, "compute.addresses")));
}

#[tokio::test]
async fn version_1_of_cloud_run_says_the_same_in_the_shape_of_knative() {
    let served = Served::start(state()).await;
    let serving = "/apis/serving.knative.dev/v1/namespaces/shop-staging";
    let (_, everywhere) = served.get(&format!("{serving}/services")).await;
    assert_eq!(names(&everywhere), ["checkout", "catalog", "search", "stock", "mailer"]);
    assert_eq!(served.get(&format!("/v1/{P}/locations/-/services")).await.1, everywhere);
    let here = served.request(reqwest::Method::GET, &format!("{serving}/services")).header("Host", "us-central1-x:1");
    let here: Value = serde_json::from_str(&here.send().await.unwrap().text().await.unwrap()).unwrap();
    assert_eq!(names(&here), ["mailer"], "the host names the region");

    let (_, checkout) = served.get(&format!("{serving}/services/checkout")).await;
    let template = &checkout["spec"]["template"];
    let annotations = &template["metadata"]["annotations"];
    let connector = "projects/shop-staging/locations/europe-west1/connectors/shop-connector";
    assert_eq!(annotations["run.googleapis.com/vpc-access-connector"], connector);
    assert_eq!(annotations["run.googleapis.com/vpc-access-egress"], "private-ranges-only");
    assert_eq!(annotations["autoscaling.knative.dev/maxScale"], "10");
    assert_eq!(annotations["run.googleapis.com/cloudsql-instances"], "shop-staging:europe-west1:shop-db");
    assert_eq!(checkout["metadata"]["annotations"]["run.googleapis.com/ingress"], "internal-and-cloud-load-balancing");
    assert_eq!(checkout["metadata"]["generation"], 14);
    assert_eq!(checkout["metadata"]["namespace"], "482913377105");
    assert_eq!(checkout["metadata"]["labels"]["cloud.googleapis.com/location"], "europe-west1");
    let secret = json!({"secretKeyRef": {"name": "postgres-file", "key": "latest"}});
    assert_eq!(template["spec"]["containers"][0]["env"][1]["valueFrom"], secret);
    assert_eq!(template["spec"]["timeoutSeconds"], 300);
    let ready = json!({
        "type": "Ready", "status": "True", "lastTransitionTime": "2026-11-19T16:41:20.004113Z",
    });
    assert_eq!(checkout["status"]["conditions"][0], ready);
    let traffic = json!([
        {"percent": 90, "latestRevision": true, "revisionName": "checkout-00014-kux"},
        {"percent": 10, "revisionName": "checkout-00013-abc", "tag": "old",
            "url": "https://old---checkout-x7k2c5qzva-ew.a.run.app"},
    ]);
    assert_eq!(checkout["status"]["traffic"], traffic);

    let (_, catalog) = served.get(&format!("{serving}/services/catalog")).await;
    let interfaces = &catalog["spec"]["template"]["metadata"]["annotations"]["run.googleapis.com/network-interfaces"];
    let interfaces: Value = serde_json::from_str(interfaces.as_str().unwrap()).unwrap();
    assert_eq!(interfaces, json!([{"network": "shop-vpc", "subnetwork": "run", "tags": ["egress"]}]));
    let failed = &catalog["status"]["conditions"][0];
    assert_eq!((&failed["status"], &failed["reason"]), (&json!("False"), &json!("VpcNetworkNotFound")));

    let selector = "labelSelector=serving.knative.dev%2Fservice+%3D+checkout";
    let (_, revisions) = served.get(&format!("{serving}/revisions?{selector}")).await;
    assert_eq!(names(&revisions), ["checkout-00014-kux", "checkout-00013-abc"]);
    let limited = format!("{serving}/revisions?{selector}&limit=1");
    let (_, first) = served.get(&limited).await;
    let (_, second) =
        served.get(&format!("{limited}&continue={}", first["metadata"]["continue"].as_str().unwrap())).await;
    assert_eq!([names(&first), names(&second)], [["checkout-00014-kux"], ["checkout-00013-abc"]]);
    assert_eq!(second["metadata"], json!({}));

    let run = "/apis/run.googleapis.com/v1/namespaces/482913377105";
    let (_, job) = served.get(&format!("{run}/jobs/migrate")).await;
    assert_eq!(
        job["spec"]["template"]["metadata"]["annotations"]["run.googleapis.com/vpc-access-egress"],
        "all-traffic"
    );
    assert_eq!(job["spec"]["template"]["spec"]["template"]["spec"]["timeoutSeconds"], "600");
    let (_, pools) = served.get(&format!("{run}/workerpools")).await;
    assert_eq!(pools["items"][0]["spec"]["instanceSplits"], json!([{"percent": 100, "latestRevision": true}]));
}

fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["metadata"]["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_region_that_failed_is_named_in_lists_of_all_regions() {
    let mut state = state();
    let answers = state["answers"].as_array_mut().unwrap();
    answers[1]["status"] = json!("unreachable");
    let served = Served::start(state.clone()).await;
    let (code, list) = served.get(&format!("/v1/{P}/locations/-/services")).await;
    assert_eq!((code, names(&list).len()), (200, 4));
    assert_eq!(list["unreachable"], json!(["projects/shop-staging/locations/us-central1"]));
    state["answers"][0]["status"] = json!("denied");
    let served = Served::start(state).await;
    let (code, body) = served.get(&format!("/v1/{P}/locations/-/services")).await;
    assert_eq!((code, &body["error"]["status"]), (403, &json!("PERMISSION_DENIED")));
}

#[tokio::test]
async fn enums_are_numbers_where_they_are_asked_for() {
    let served = Served::start(state()).await;
    let target = format!("/v2/{P}/locations/europe-west1/services/checkout");
    let (_, named) = served.get(&target).await;
    let (_, numbered) = served.get(&format!("{target}?%24alt=json%3Benum-encoding%3Dint")).await;
    assert_eq!(named["template"]["vpcAccess"]["egress"], "PRIVATE_RANGES_ONLY");
    assert_eq!(numbered["template"]["vpcAccess"]["egress"], 2);
    assert_eq!(numbered["labels"], named["labels"], "what users name stays");
    assert_eq!(numbered["generation"], "14");
}

/// The permissions and APIs of every collection are those that the rest of the program knows.
#[tokio::test]
async fn what_is_denied_is_the_permission_of_the_collection() {
    for api in gcp_drift::model::Api::ALL {
        let answer = |status: &str| {
            let answers = json!([{"api": api.word(), "project": "p", "status": status}]);
            json!({"format": "gcp-drift/live-state", "version": 1, "answers": answers})
        };
        let served = Served::start(answer("denied")).await;
        let asked = json!({"permissions": [api.permission(), "a.b.c"]});
        let left = json!({"permissions": ["a.b.c"]});
        assert_eq!(served.post("/v1/projects/p:testIamPermissions", asked).await, (200, left), "{api}");
        let served = Served::start(answer("disabled")).await;
        let (_, list) = served.get("/v1/projects/p/services?filter=state:DISABLED").await;
        let service = json!(format!("projects/p/services/{}", api.service()));
        if api != gcp_drift::model::Api::ServiceUsageServices {
            assert_eq!(list["services"][0]["name"], service, "{api}");
        }
    }
}

#[tokio::test]
async fn compute_and_sql_say_errors_in_the_old_form_as_well() {
    for (api, target, old) in [
        ("compute.networks", "/compute/v1/projects/p/global/networks", true),
        ("sqladmin.instances", "/v1/projects/p/instances", true),
        ("redis.instances", "/v1/projects/p/locations/-/instances", false),
    ] {
        for (status, code, reason) in [
            ("denied", 403, "forbidden"),
            ("disabled", 403, "accessNotConfigured"),
            ("rate-limited", 429, "rateLimitExceeded"),
        ] {
            let answers = json!([{"api": api, "project": "p", "status": status}]);
            let state = json!({"format": "gcp-drift/live-state", "version": 1, "answers": answers});
            let (got, body) = Served::start(state).await.get(target).await;
            assert_eq!(got, code, "{body}");
            assert!(body["error"]["details"][0]["reason"].is_string(), "{body}");
            let expected = if old { json!(reason) } else { Value::Null };
            assert_eq!(body["error"]["errors"][0]["reason"], expected, "{target} {status}");
        }
    }
}

//! Compares the reading with what the real gcloud sent or refused: `tests/gcloud_cli/recorded.jsonl`, which
//! `tests/gcloud_cli.rs` records.

use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::deploy::words::Word;
use crate::model::{Change, Excerpts, NetworkInterface, RepoPath, SourceFile, TrafficChangeKind};

/// What gcloud says where the live state, a file that is not there, or nobody at a terminal is the reason.
const OTHER_REASONS: [&str; 11] = [
    "The caller does not have permission",
    "not supported when creating a new service",
    "Requires a container image",
    "You must specify a region",
    "Failed to find attribute [region]",
    "Cannot remove VPC connector with VPC egress set",
    "could not be found",
    "There is no revision tagged",
    "missing.yaml",
    "The artifact repository",
    "This prompt could not be answered",
];

/// What gcloud says where the words are no command, so that nothing could be deployed.
const NO_COMMAND: [&str; 3] = ["Command name argument expected", "(gcloud.run.services.de", "Invalid choice: '"];

struct Case {
    reading: Reading,
    row: Value,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gcloud_cli");
    let text = std::fs::read_to_string(folder.join("recorded.jsonl")).unwrap();
    let (context, excerpts) = (NameContext::new(Some("shop"), None), Excerpts::default());
    let repository = Repository::new(&folder.join("files"), &context, &excerpts);
    let origin = SourceFile::new(RepoPath::new("row"), "gcloud", &excerpts).origin(0..6);
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let case = |row: Value| {
        let words = shlex::split(row["command"].as_str()?).unwrap();
        let mut defaults = Defaults::default();
        let mut items = Vec::new();
        for word in words {
            match word.split_once('=') {
                Some((name, value)) if items.is_empty() => defaults.variable(name, Word::known(value, origin.clone())),
                _ => items.push(Item::Word(Word::known(word, origin.clone()))),
            }
        }
        Some(Case { reading: read_with(&items, &origin, &repository, &defaults), row })
    };
    rows.filter_map(case).collect()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// What is wrong with the reading of a row; `None` where gcloud lacks the command.
fn judge(case: &Case) -> Option<Vec<String>> {
    let Case { reading, row } = case;
    let said = text(row, "said");
    let deploys: &[DeployCommand] = match reading {
        Reading::Deploy(deploy) => std::slice::from_ref(&**deploy),
        Reading::Several(deploys) => deploys,
        _ => &[],
    };
    let one = |wrong: bool, text: &str| if wrong { vec![text.to_owned()] } else { Vec::new() };
    Some(match text(row, "outcome") {
        "refused" if said.contains("alternate release tracks") && said.contains("Invalid choice") => {
            // An empty choice is not a command of another track, whatever gcloud says.
            if !said.contains("Invalid choice: ''") {
                return None;
            }
            one(!matches!(reading, Reading::Refused(_)), "it is refused")
        }
        "refused" if OTHER_REASONS.iter().any(|reason| said.contains(reason)) => Vec::new(),
        "refused" => {
            let doubtful = text(row, "class") == "unrecognized" || said.contains("argument --ingress");
            let left = |deploy: &DeployCommand| {
                deploy.connector == Change::Leave
                    || deploy.egress == Change::Leave
                    || deploy.interfaces == Change::Leave
            };
            let fine = match reading {
                Reading::Refused(_) => true,
                Reading::Other => NO_COMMAND.iter().any(|reason| said.contains(reason)),
                Reading::Undecidable(_) => doubtful,
                Reading::Connector(command) => doubtful && command.connector.machine_type.is_unknown(),
                _ => doubtful && !deploys.is_empty() && !deploys.iter().any(left),
            };
            one(!fine, "it is refused")
        }
        "nothing" => one(*reading != Reading::Other, "it deploys nothing"),
        "accepted" => one(deploys.is_empty(), "it is accepted"),
        "sent" => match reading {
            Reading::Connector(command) => connector(command, &row["requests"][0]),
            Reading::Manifest(manifest) => one(manifest.file.known().is_none(), "the file is known"),
            _ if deploys.is_empty() => one(true, "it is sent"),
            _ => sent(deploys, row),
        },
        other => vec![format!("an outcome {other}")],
    })
}

fn sent(deploys: &[DeployCommand], row: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut is = |what: &str, ours: Value, theirs: Value| {
        if ours != theirs {
            wrong.push(format!("{what}: read {ours}, sent {theirs}"));
        }
    };
    let requests = row["requests"].as_array().unwrap();
    let request = requests.iter().find(|request| request.get("kind").is_some()).unwrap();
    let deploy = &deploys[0];
    let known = |fact: &Fact<String>| json!(fact.known());
    is("name", known(&deploy.name), request["name"].clone());
    let kind = match deploy.kind {
        WorkloadKind::Service => "Service",
        WorkloadKind::Job => "Job",
        WorkloadKind::WorkerPool => "WorkerPool",
    };
    is("kind", json!(kind), request["kind"].clone());
    let project = text(request, "path").split('/').nth(5).unwrap_or_default();
    is("project", json!(deploy.project.known().map_or("shop", String::as_str)), json!(project));
    if let Some(regions) = request.get("regions") {
        let ours: Vec<&str> = deploys.iter().filter_map(|deploy| deploy.region.known()).map(String::as_str).collect();
        is("regions", json!(ours.join(",")), regions.clone());
    } else {
        is("region", known(&deploy.region), request["region"].clone());
    }

    let (mut connector, mut egress, mut interface) = match (text(request, "name"), text(request, "region")) {
        ("conn", "europe-west1") => {
            (json!("projects/shop/locations/europe-west1/connectors/old"), json!("all-traffic"), Value::Null)
        }
        ("nic", "europe-west1") => {
            let interface = json!({"network": "old-net", "subnetwork": "old-sub", "tags": ["old-tag"]});
            (Value::Null, json!("all-traffic"), interface)
        }
        _ => (Value::Null, Value::Null, Value::Null),
    };
    match &deploy.connector {
        Change::Set(fact) => connector = json!(fact.known().map(|spelled| &spelled.text)),
        Change::Clear(_) => connector = Value::Null,
        Change::Leave => {}
    }
    match &deploy.egress {
        Change::Set(fact) => egress = json!(fact.known().map(|spelled| &spelled.text)),
        Change::Clear(_) => egress = Value::Null,
        Change::Leave => {}
    }
    match &deploy.interfaces {
        Change::Set(fact) => interface = patched(interface, &fact.known().unwrap()[0]),
        Change::Clear(_) => interface = Value::Null,
        Change::Leave => {}
    }
    let annotations = &request["annotations"];
    let theirs =
        annotations.get("network-interfaces").map(|text| serde_json::from_str(text.as_str().unwrap()).unwrap());
    is("connector", connector, annotations["vpc-access-connector"].clone());
    is("egress", egress, annotations["vpc-access-egress"].clone());
    is("interface", interface, theirs.map_or(Value::Null, |list: Value| short(list[0].clone())));
    traffic(deploy, request, &mut is);
    wrong
}

/// Names of networks without what stands before them, and tags as the set that they are.
fn short(mut interface: Value) -> Value {
    if let Some(tags) = interface.get_mut("tags").and_then(Value::as_array_mut) {
        tags.sort_by_key(ToString::to_string);
    }
    for key in ["network", "subnetwork"] {
        if let Some(name) = interface[key].as_str() {
            interface[key] = json!(name.rsplit('/').next());
        } else if let Value::Object(interface) = &mut interface {
            interface.remove(key);
        }
    }
    interface
}

fn patched(before: Value, interface: &NetworkInterface) -> Value {
    let mut map = before.as_object().cloned().unwrap_or_default();
    let mut key = |name: &str, fact: Fact<Value>| match fact {
        Fact::Known(value, _) => {
            map.insert(name.to_owned(), value);
        }
        Fact::Absent(_) => {
            map.remove(name);
        }
        Fact::Unknown(_) => {}
    };
    key("network", interface.network.clone().map(|network| json!(network.name)));
    key("subnetwork", interface.subnetwork.clone().map(|subnetwork| json!(subnetwork.name)));
    key("tags", interface.tags.clone().map(|tags| json!(tags)));
    if map.is_empty() { Value::Null } else { map.into() }
}

fn traffic(deploy: &DeployCommand, request: &Value, is: &mut impl FnMut(&str, Value, Value)) {
    let targets = request["traffic"].as_array().cloned().unwrap_or_default();
    if deploy.traffic.is_empty() && deploy.action != "run services update-traffic" {
        let usual = json!([{"latestRevision": true, "percent": 100}]);
        if !targets.is_empty() {
            is("traffic", usual, request["traffic"].clone());
        }
    }
    let to_latest = targets.iter().any(|target| target["latestRevision"] == true && target["percent"] == 100);
    for change in &deploy.traffic {
        let entries = change.entries.known().unwrap();
        match change.kind {
            TrafficChangeKind::NoTraffic => is("no traffic for the latest", json!(false), json!(to_latest)),
            TrafficChangeKind::ToLatest => is("all for the latest", json!(true), json!(to_latest)),
            TrafficChangeKind::Tag => {
                let tagged = targets.iter().any(|target| target["tag"] == entries[0].target.as_str());
                is("tag", json!(true), json!(tagged));
            }
            TrafficChangeKind::ToRevisions => {
                for entry in entries.iter().filter(|entry| entry.target != "LATEST") {
                    let target = targets.iter().find(|target| target["revisionName"] == entry.target.as_str());
                    let percent = target.map_or(Value::Null, |target| json!(target["percent"].to_string()));
                    is("percent", json!(entry.value), percent);
                }
            }
            TrafficChangeKind::SetTags | TrafficChangeKind::UpdateTags => {
                for entry in entries {
                    let tagged = targets.iter().any(|target| target["tag"] == entry.target.as_str());
                    is("tag", json!(true), json!(tagged));
                }
            }
            _ => {}
        }
    }
}

fn connector(command: &ConnectorCommand, request: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut is = |what: &str, ours: Value, theirs: Value| {
        if ours != theirs {
            wrong.push(format!("{what}: read {ours}, sent {theirs}"));
        }
    };
    let method = match command.action {
        ConnectorAction::Create => "POST",
        ConnectorAction::Update => "PATCH",
        ConnectorAction::Delete => "DELETE",
    };
    is("method", json!(method), request["method"].clone());
    let path = text(request, "path");
    let full = match request["connector"].as_str() {
        Some(name) => format!("{path}/{name}"),
        None => path.to_owned(),
    };
    let name = command.connector.name.known().unwrap();
    is("name", json!(name.to_string()), json!(full[full.find("projects/").unwrap()..]));
    let (ours, body) = (&command.connector, &request["body"]);
    is("range", json!(ours.ip_cidr_range.known().map(ToString::to_string)), body["ipCidrRange"].clone());
    is("machine type", json!(ours.machine_type.known()), body["machineType"].clone());
    is("subnet", json!(ours.subnet.known().map(|subnet| &subnet.name)), body["subnet"]["name"].clone());
    for (what, fact, key) in [
        ("min instances", &ours.min_instances, "minInstances"),
        ("max instances", &ours.max_instances, "maxInstances"),
        ("min throughput", &ours.min_throughput, "minThroughput"),
        ("max throughput", &ours.max_throughput, "maxThroughput"),
    ] {
        is(what, json!(fact.known()), body[key].clone());
    }
    if body.get("subnet").is_none() {
        is("network", json!(ours.network.known().map(|network| &network.name)), body["network"].clone());
    }
    wrong
}

#[test]
fn the_real_gcloud_agrees() {
    let cases = cases();
    let mut compared = [0; 2];
    let mut wrong = Vec::new();
    for case in &cases {
        let Some(found) = judge(case) else { continue };
        compared[usize::from(text(&case.row, "outcome") == "refused")] += 1;
        for text in found {
            wrong.push(format!(
                "{}\n    {text}\n    gcloud: {}\n    {:?}",
                case.row["command"], case.row["said"], case.reading
            ));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared[0] >= 130 && compared[1] >= 70, "only {compared:?} of {} were compared", cases.len());
}

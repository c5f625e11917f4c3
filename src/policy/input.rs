//! What a policy sees: one resource of one side, each of its fields in three values.
//!
//! A field is `{"known": value}`, `{"absent": true}` or `{"unknown": ["reason", …]}`. Beside the fields stand a few
//! plain texts that say what the resource is (`kind`, `side`, `source`) and help to write messages (`label`,
//! `gcloud_flags`).

use std::fmt;

use serde_json::{Map, Value, json};

use crate::finding::Subject;
use crate::model::{
    Connector, Declared, Fact, Origin, Presence, VpcAccess, Why, WhyKind, Workload, workload::NetworkInterface,
};

/// The kind of connectors in a policy's input.
pub const CONNECTOR: &str = "connector";

/// Every kind of resource that a policy can judge.
pub const KINDS: [&str; 4] = [CONNECTOR, "service", "job", "worker-pool"];

/// The texts of `input.resource` that are no three-valued fields.
pub const PLAIN: [&str; 5] = ["kind", "label", "side", "source", "gcloud_flags"];

const IDENTITY: [&str; 3] = ["name", "project", "region"];
const CONNECTOR_FIELDS: [&str; 8] = [
    "network",
    "ip_cidr_range",
    "subnet",
    "machine_type",
    "min_instances",
    "max_instances",
    "min_throughput",
    "max_throughput",
];
const CONNECTOR_STATE: &str = "state";
const WORKLOAD_FIELDS: [&str; 6] = [
    "connector",
    "egress",
    INTERFACES,
    "network_interfaces.network",
    "network_interfaces.subnetwork",
    "network_interfaces.tags",
];
const INTERFACES: &str = "network_interfaces";

/// The paths of the three-valued fields that resources of a kind have, below `input.resource`.
/// A path below `network_interfaces` means that field of any interface.
pub fn paths(kind: &str) -> Vec<&'static str> {
    let mut paths = IDENTITY.to_vec();
    match kind {
        CONNECTOR => {
            paths.extend(CONNECTOR_FIELDS);
            paths.push(CONNECTOR_STATE);
        }
        _ => paths.extend(WORKLOAD_FIELDS),
    }
    paths
}

/// Values that a field can well have, to ask a policy what it would say if an unknown field had them.
/// The extremes of the API's own limits for numbers, so that a demand for "at least" or "at most" shows.
pub fn plausible(path: &str) -> Vec<Value> {
    let known = |value: Value| json!({ "known": value });
    let values = match path {
        "min_instances" | "max_instances" => vec![json!(2), json!(10)],
        "min_throughput" | "max_throughput" => vec![json!(200), json!(1000)],
        "egress" => vec![json!("PRIVATE_RANGES_ONLY"), json!("ALL_TRAFFIC")],
        "ip_cidr_range" => vec![json!("10.8.0.0/28"), json!("10.0.0.0/8")],
        "state" => vec![json!("READY"), json!("ERROR")],
        "machine_type" => vec![json!("e2-micro"), json!("e2-standard-4")],
        "connector" => vec![json!("projects/p/locations/us-central1/connectors/c")],
        INTERFACES => {
            let absent = json!({"absent": true});
            let network = known(json!("projects/p/global/networks/n"));
            vec![json!([{"network": network, "subnetwork": absent, "tags": absent}]), json!([])]
        }
        _ => vec![json!("projects/p/global/networks/n"), json!("a")],
    };
    [json!({"absent": true})].into_iter().chain(values.into_iter().map(known)).collect()
}

/// Which side of a pair a resource stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// As a source of the repository declares it.
    Declared,
    /// As Google Cloud answers it.
    Live,
}

impl Side {
    /// The word in a policy's input and in messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Live => "live",
        }
    }
}

/// One field of a resource.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// Its path below `input.resource`.
    pub path: &'static str,
    /// What the policy sees.
    pub value: Value,
    /// The known value in canonical spelling.
    pub text: Option<String>,
    /// Where it was read or would stand; `None` where it is unknown.
    pub origin: Option<Origin>,
    /// Why it is unknown; empty where it is not.
    pub whys: Vec<Why>,
}

/// One resource on one side: what one evaluation of a policy gets.
#[derive(Clone, Debug)]
pub struct Resource {
    /// One of [`KINDS`].
    pub kind: &'static str,
    /// Which side.
    pub side: Side,
    /// The source that describes it: a Terraform address, or the full name of the live resource.
    pub source: String,
    /// What findings about it are about.
    pub subject: Subject,
    /// Its fields, with those below `network_interfaces` after the list itself.
    pub leaves: Vec<Leaf>,
}

impl Resource {
    /// A connector.
    pub fn connector(side: Side, source: String, subject: &Subject, connector: &Connector, place: &Origin) -> Self {
        let mut leaves =
            identity(&connector.short_name, &connector.name, subject, place, |name| &name.project, |name| &name.region);
        leaves.push(text_leaf("network", &connector.network));
        leaves.push(text_leaf("ip_cidr_range", &connector.ip_cidr_range));
        leaves.push(text_leaf("subnet", &connector.subnet));
        leaves.push(text_leaf("machine_type", &connector.machine_type));
        leaves.push(number_leaf("min_instances", &connector.min_instances));
        leaves.push(number_leaf("max_instances", &connector.max_instances));
        leaves.push(number_leaf("min_throughput", &connector.min_throughput));
        leaves.push(number_leaf("max_throughput", &connector.max_throughput));
        leaves.push(text_leaf(CONNECTOR_STATE, &connector.state));
        Self { kind: CONNECTOR, side, source, subject: subject.clone(), leaves }
    }

    /// A workload, by its template.
    pub fn workload(side: Side, source: String, subject: &Subject, workload: &Workload, place: &Origin) -> Self {
        let mut leaves =
            identity(&workload.short_name, &workload.name, subject, place, |name| &name.project, |name| &name.region);
        leaves.extend(vpc_leaves(&workload.vpc));
        Self { kind: workload.kind.word(), side, source, subject: subject.clone(), leaves }
    }

    /// The document that a policy gets as `input`.
    pub fn document(&self) -> Value {
        let mut fields = Map::new();
        fields.insert("kind".to_owned(), json!(self.kind));
        fields.insert("label".to_owned(), json!(self.subject.name));
        fields.insert("side".to_owned(), json!(self.side.word()));
        fields.insert("source".to_owned(), json!(self.source));
        fields.insert("gcloud_flags".to_owned(), json!(self.gcloud_flags()));
        for leaf in self.leaves.iter().filter(|leaf| !leaf.path.contains('.')) {
            fields.insert(leaf.path.to_owned(), leaf.value.clone());
        }
        json!({ "resource": fields })
    }

    /// The document with every unknown field replaced by its `index`-th plausible value (the last one where there are
    /// fewer).
    pub fn supposed(&self, index: usize) -> Value {
        let mut document = self.document();
        for leaf in self.leaves.iter().filter(|leaf| !leaf.whys.is_empty()) {
            let values = plausible(leaf.path);
            let Some(value) = values.get(index).or(values.last()) else { continue };
            match leaf.path.split_once('.') {
                None => {
                    if let Some(place) = document.pointer_mut(&format!("/resource/{}", leaf.path)) {
                        *place = value.clone();
                    }
                }
                Some((list, field)) => {
                    let known = document.pointer_mut(&format!("/resource/{list}/known"));
                    for element in known.and_then(Value::as_array_mut).into_iter().flatten() {
                        if let Some(place) = element.get_mut(field).filter(|found| found.get("unknown").is_some()) {
                            *place = value.clone();
                        }
                    }
                }
            }
        }
        document
    }

    /// The leaf at a path.
    pub fn leaf(&self, path: &str) -> Option<&Leaf> {
        self.leaves.iter().find(|leaf| leaf.path == path)
    }

    /// The unknown fields among `reads`, or among all fields where a policy does not say what it reads.
    pub fn unknown<'a>(&'a self, reads: Option<&'a [String]>) -> Vec<&'a Leaf> {
        let read = |leaf: &&Leaf| reads.is_none_or(|paths| paths.iter().any(|path| path == leaf.path));
        self.leaves.iter().filter(|leaf| !leaf.whys.is_empty()).filter(read).collect()
    }

    fn gcloud_flags(&self) -> String {
        let value = |known: &Option<String>, placeholder: &str| known.clone().unwrap_or_else(|| placeholder.to_owned());
        let region = value(&self.subject.region, "REGION");
        let project = value(&self.subject.project, "PROJECT");
        format!("--region {region} --project {project}")
    }
}

/// Why a declaration must not be judged, where that is so; `Ok(false)` where it certainly does not hold.
///
/// # Errors
/// The reason for which it cannot be told whether there is a declaration at all.
pub fn holds<T>(declared: &Declared<T>) -> Result<bool, Why> {
    match &declared.presence {
        Presence::Certain => Ok(true),
        Presence::Conditional(guards) => Ok(guards.iter().all(|guard| guard.decided != Some(false))),
        Presence::Unknown(whys) => Err(first(whys, "whether it is declared cannot be told")),
    }
}

/// Why a live connector must not be judged yet, where that is so.
pub fn settling_connector(connector: &Connector) -> Option<Why> {
    let state = connector.state.known()?;
    let text = format!("the connector is still changing: its state is {state}");
    state.is_settling().then(|| match connector.state.origin() {
        Some(origin) => Why::at(WhyKind::Settling, text, origin.clone()),
        None => Why::new(WhyKind::Settling, text),
    })
}

/// The first reason, or one in these words where a source gave none.
fn first(whys: &[Why], otherwise: &str) -> Why {
    whys.first().cloned().unwrap_or_else(|| Why::new(WhyKind::Unsupported, otherwise))
}

fn identity<N>(
    short_name: &Fact<String>,
    name: &Fact<N>,
    subject: &Subject,
    place: &Origin,
    project: impl Fn(&N) -> &str,
    region: impl Fn(&N) -> &str,
) -> Vec<Leaf> {
    // Pairing may know project and region where the declaration alone does not.
    let part = |path, settled: &Option<String>, of: &dyn Fn(&N) -> &str| {
        let fact = match (name, settled) {
            (Fact::Known(name, origin), _) => Fact::Known(of(name).to_owned(), origin.clone()),
            (_, Some(settled)) => Fact::Known(settled.clone(), place.clone()),
            _ => Fact::unknown(first(name.whys(), "it is not known")),
        };
        text_leaf(path, &fact)
    };
    vec![
        text_leaf("name", short_name),
        part("project", &subject.project, &project),
        part("region", &subject.region, &region),
    ]
}

fn vpc_leaves(vpc: &VpcAccess) -> Vec<Leaf> {
    let mut leaves = vec![text_leaf("connector", &vpc.connector), text_leaf("egress", &vpc.egress)];
    let texts = |list: &Vec<NetworkInterface>| list.iter().map(interface_text).collect::<Vec<_>>().join(", ");
    leaves.push(leaf(
        INTERFACES,
        &vpc.interfaces,
        |list| Value::Array(list.iter().map(interface_value).collect()),
        texts,
    ));
    let interfaces = vpc.interfaces.known().map(Vec::as_slice).unwrap_or_default();
    for (path, whys) in [
        ("network_interfaces.network", collect_whys(interfaces, |interface| interface.network.whys())),
        ("network_interfaces.subnetwork", collect_whys(interfaces, |interface| interface.subnetwork.whys())),
        ("network_interfaces.tags", collect_whys(interfaces, |interface| interface.tags.whys())),
    ] {
        // Where the list itself is unknown, so are the fields of what is in it.
        let whys = if vpc.interfaces.is_unknown() { vpc.interfaces.whys().to_vec() } else { whys };
        let origin = vpc.interfaces.origin().cloned();
        leaves.push(Leaf { path, value: Value::Null, text: None, origin, whys });
    }
    leaves
}

fn collect_whys(interfaces: &[NetworkInterface], of: impl Fn(&NetworkInterface) -> &[Why]) -> Vec<Why> {
    interfaces.iter().flat_map(|interface| of(interface).iter().cloned()).collect()
}

fn interface_value(interface: &NetworkInterface) -> Value {
    json!({
        "network": three_valued(&interface.network, |name| json!(name.to_string())),
        "subnetwork": three_valued(&interface.subnetwork, |name| json!(name.to_string())),
        "tags": three_valued(&interface.tags, |tags| json!(tags)),
    })
}

fn interface_text(interface: &NetworkInterface) -> String {
    let network = interface.network.known().map(ToString::to_string);
    let subnetwork = interface.subnetwork.known().map(ToString::to_string);
    subnetwork.or(network).unwrap_or_else(|| "an interface".to_owned())
}

fn text_leaf<T: fmt::Display>(path: &'static str, fact: &Fact<T>) -> Leaf {
    leaf(path, fact, |value| json!(value.to_string()), ToString::to_string)
}

fn number_leaf(path: &'static str, fact: &Fact<i64>) -> Leaf {
    leaf(path, fact, |value| json!(value), ToString::to_string)
}

fn leaf<T>(path: &'static str, fact: &Fact<T>, json: impl Fn(&T) -> Value, text: impl Fn(&T) -> String) -> Leaf {
    let whys = match fact {
        Fact::Unknown(whys) if whys.is_empty() => vec![first(whys, "it is not known")],
        other => other.whys().to_vec(),
    };
    Leaf { path, value: three_valued(fact, json), text: fact.known().map(text), origin: fact.origin().cloned(), whys }
}

fn three_valued<T>(fact: &Fact<T>, of: impl Fn(&T) -> Value) -> Value {
    match fact {
        Fact::Known(value, _) => json!({ "known": of(value) }),
        Fact::Absent(_) => json!({ "absent": true }),
        Fact::Unknown(whys) => json!({ "unknown": whys.iter().map(ToString::to_string).collect::<Vec<_>>() }),
    }
}

//! One document: what it says of its workload.

use super::replaced;
use crate::deploy::gcloud::{name_context, spell_connector, spell_egress};
use crate::deploy::pipeline::Place;
use crate::deploy::yaml::{Node, Text};
use crate::model::annotations::{CONNECTOR, EGRESS, INTERFACES, LOCATION, interfaces};
use crate::model::{
    Change, ConnectorName, Egress, Fact, NameContext, NetworkInterface, NetworkName, Origin, Spelled, SubnetworkName,
    Why, WhyKind, WorkloadKind, redact,
};

/// A manifest of a Cloud Run workload.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    /// Its file.
    pub(super) place: Place,
    /// All of it.
    pub(super) node: &'a Node,
    /// What it describes.
    pub kind: WorkloadKind,
}

/// The three settings of the VPC access.
type Vpc = (Change<Spelled<ConnectorName>>, Change<Spelled<Egress>>, Change<Vec<NetworkInterface>>);

/// Path of the annotations that count: those of the revision's or execution's template.
pub(super) const TEMPLATE: [&str; 4] = ["spec", "template", "metadata", "annotations"];

impl<'a> Document<'a> {
    /// A document that is a manifest of a Cloud Run workload; a service of core Kubernetes is none.
    pub fn of(place: &Place, node: &'a Node) -> Option<Self> {
        let word = |key: &str| node.get(key).and_then(Node::word).unwrap_or_default();
        let kind = match (word("apiVersion"), word("kind")) {
            ("serving.knative.dev/v1", "Service") => WorkloadKind::Service,
            ("run.googleapis.com/v1", "Job") => WorkloadKind::Job,
            ("run.googleapis.com/v1", "WorkerPool") => WorkloadKind::WorkerPool,
            _ => return None,
        };
        Some(Self { place: place.clone(), node, kind })
    }

    /// True where something says that it is for Cloud Run: a key of Google Cloud's, or its kind.
    pub(super) fn is_for_cloud_run(&self) -> bool {
        fn mentions(node: &Node, depth: usize) -> bool {
            let ours = |text: &str| text.contains("run.googleapis.com") || text.contains("cloud.googleapis.com");
            node.entries().iter().any(|(key, value)| ours(&key.value) || depth < 8 && mentions(value, depth + 1))
        }
        self.kind != WorkloadKind::Service || mentions(self.node, 0)
    }

    /// Where the document begins.
    pub(super) fn origin(&self) -> Origin {
        self.place.of_node(self.node)
    }

    /// The workload's name.
    pub(super) fn name(&self) -> Fact<String> {
        self.fact(self.node.at(&["metadata", "name"]))
    }

    /// The project: a namespace is one, by its id or number.
    pub(super) fn project(&self) -> Fact<String> {
        self.fact(self.node.at(&["metadata", "namespace"]))
    }

    /// The region, by the label that Google Cloud sets.
    pub(super) fn region(&self) -> Fact<String> {
        self.fact(self.node.at(&["metadata", "labels", LOCATION]))
    }

    fn fact(&self, node: Option<&Node>) -> Fact<String> {
        let Some(text) = node.and_then(Node::text).filter(|text| !text.value.is_empty()) else {
            return Fact::Absent(self.origin());
        };
        match self.placeholder(text) {
            Some(why) => Fact::unknown(why),
            None => Fact::Known(text.value.clone(), self.place.of(text)),
        }
    }

    /// Why a text is not what is applied: something puts another one in before.
    pub(super) fn placeholder(&self, text: &Text) -> Option<Why> {
        let source = self.place.file.text();
        let line = source.get(text.range.end..).unwrap_or_default().lines().next().unwrap_or_default();
        if line.trim_start().trim_start_matches(['"', '\'']).trim_start().starts_with("# from-param:") {
            let why = "Cloud Deploy puts a parameter in its place";
            return Some(self.place.why(WhyKind::Environment, why, text));
        }
        let is_marked = text.value.contains(['$', '%', '<', '>', '@']) || text.value.contains("{{");
        is_marked.then(|| {
            let shown = redact::identifier(&text.value);
            let why = format!("`{shown}` is a placeholder that is filled in before the manifest is applied");
            self.place.why(WhyKind::Environment, why, text)
        })
    }

    /// Where an annotation of the template would stand.
    fn template_origin(&self) -> Origin {
        let mut deepest = self.node;
        let mut origin = self.origin();
        for key in TEMPLATE {
            let Some((name, next)) = deepest.entry(key) else { break };
            origin = self.place.of(name);
            deepest = next;
        }
        origin
    }

    fn annotation(&self, key: &str) -> Fact<String> {
        let found = self.node.at(&TEMPLATE).and_then(|annotations| annotations.get(key));
        match found.and_then(Node::text).filter(|text| !text.value.is_empty()) {
            None => Fact::Absent(self.template_origin()),
            // JSON has marks of its own.
            Some(text) if key == INTERFACES && !text.value.contains(['$', '<', '@']) && !text.value.contains("{{") => {
                Fact::Known(text.value.clone(), self.place.of(text))
            }
            Some(text) => match self.placeholder(text) {
                Some(why) => Fact::unknown(why),
                None => Fact::Known(text.value.clone(), self.place.of(text)),
            },
        }
    }

    /// The settings of the VPC access, where the workload is in this project and region.
    pub(super) fn vpc(&self, project: &Fact<String>, region: &Fact<String>, context: &NameContext) -> Vpc {
        let names = name_context(project, region, context);
        let interfaces = match self.annotation(INTERFACES) {
            Fact::Known(text, origin) => self.interfaces(&text, &origin, &names),
            Fact::Absent(origin) => Fact::Absent(origin),
            Fact::Unknown(whys) => Fact::Unknown(whys),
        };
        (
            replaced(self.annotation(CONNECTOR).map(|text| spell_connector(text, &names))),
            replaced(self.annotation(EGRESS).map(spell_egress)),
            replaced(interfaces),
        )
    }

    fn interfaces(&self, text: &str, origin: &Origin, names: &NameContext) -> Fact<Vec<NetworkInterface>> {
        let Some(written) = interfaces(text) else {
            let text = format!("the annotation {INTERFACES} is no JSON list of interfaces");
            return Fact::unknown(Why::at(WhyKind::Invalid, text, origin.clone()));
        };
        if written.is_empty() {
            return Fact::Absent(origin.clone());
        }
        let fact = |text: Option<String>| match text {
            Some(text) => Fact::Known(text, origin.clone()),
            None => Fact::Absent(origin.clone()),
        };
        let one = |written: crate::model::annotations::WrittenInterface| NetworkInterface {
            network: fact(written.network)
                .try_map(|name| NetworkName::parse(&name, names).map_err(|error| error.to_string())),
            subnetwork: fact(written.subnetwork)
                .try_map(|name| SubnetworkName::parse(&name, names).map_err(|error| error.to_string())),
            tags: match written.tags {
                Some(tags) => Fact::Known(tags.into_iter().collect(), origin.clone()),
                None => Fact::Absent(origin.clone()),
            },
        };
        Fact::Known(written.into_iter().map(one).collect(), origin.clone())
    }
}

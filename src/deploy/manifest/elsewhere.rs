//! Documents that describe a workload of Cloud Run and are no manifests that gcloud applies: they are seen, and that they
//! are not read as deploys is said.

use crate::deploy::pipeline::{Place, Sink};
use crate::deploy::yaml::Node;
use crate::model::declared::DiagnosticLevel;
use crate::model::{Diagnostic, Origin, Why, WhyKind, redact};

/// Config Connector: a controller on a cluster applies what it describes.
const CONFIG_CONNECTOR: &str = "run.cnrm.cloud.google.com/";

/// True for a text that may hold such a document.
pub fn may_be(text: &str) -> bool {
    let has = |begins: &dyn Fn(&str) -> bool| text.lines().any(begins);
    let of_v2 = has(&|line| line.starts_with("template:"))
        && has(&|line| line.trim_start().starts_with("vpcAccess:") || line.starts_with("name:") && is_full_name(line));
    of_v2 || has(&|line| line.starts_with("apiVersion:") && line.contains(CONFIG_CONNECTOR))
}

/// The collections of the v2 API, as they stand in full names.
const COLLECTIONS: [&str; 3] = ["/services/", "/jobs/", "/workerPools/"];

fn is_full_name(text: &str) -> bool {
    text.contains("/locations/") && COLLECTIONS.iter().any(|collection| text.contains(collection))
}

/// Says of a document that it is seen.
pub(super) fn note(sink: &mut Sink<'_>, place: &Place, node: &Node) {
    let version = node.get("apiVersion").and_then(Node::word).unwrap_or_default();
    if version.starts_with(CONFIG_CONNECTOR) {
        let kind = redact::identifier(node.get("kind").and_then(Node::word).unwrap_or_default());
        let text = format!("a {kind} of Config Connector is not evaluated");
        let origin = place.of_node(node);
        sink.incomplete(Why::at(WhyKind::Unsupported, text.clone(), origin.clone()));
        warn(sink, text, origin);
    } else if version.is_empty()
        && let Some(origin) = of_v2(place, node)
    {
        let text = "a workload in the form of the v2 API is not read as a deploy: gcloud applies the v1 form only";
        warn(sink, text.to_owned(), origin);
    }
}

/// Where a document has the form of the v2 API, such as an export or the body of a request; `None` where it has not.
fn of_v2(place: &Place, node: &Node) -> Option<Origin> {
    let template = node.get("template")?;
    // A job's template is one of executions, which hold one of tasks.
    let inner = template.get("template").unwrap_or(template);
    let containers = inner.get("containers").map(Node::elements).unwrap_or_default();
    containers.first().filter(|container| !container.entries().is_empty())?;
    let named = node.get("name").and_then(Node::word).is_some_and(is_full_name);
    match inner.entry("vpcAccess").filter(|(_, access)| !access.entries().is_empty()) {
        Some((key, _)) => Some(place.of(key)),
        None => named.then(|| place.of_node(node)),
    }
}

fn warn(sink: &mut Sink<'_>, text: String, origin: Origin) {
    let diagnostic = Diagnostic { level: DiagnosticLevel::Warning, text, origin: Some(origin) };
    if !sink.declarations.diagnostics.contains(&diagnostic) {
        sink.declarations.diagnostics.push(diagnostic);
    }
}

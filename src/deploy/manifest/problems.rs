//! Annotations of the VPC access that stand in the wrong place, or are misspelt.

use super::Document;
use super::document::TEMPLATE;
use crate::deploy::pipeline::Sink;
use crate::deploy::yaml::Node;
use crate::model::annotations::{KEYS, meant};
use crate::model::{ConfigProblem, ProblemKind, RefusedBy, WorkloadKind, Written, redact};

/// Where the annotations have no business, by path.
const WRONG: [&[&str]; 7] = [
    &["metadata", "annotations"],
    &["metadata", "labels"],
    &["annotations"],
    &["spec", "metadata", "annotations"],
    &["spec", "template", "annotations"],
    &["spec", "template", "metadata", "labels"],
    &["spec", "template", "spec", "template", "metadata", "annotations"],
];

/// Notes what is wrong with the annotations of a document.
pub(super) fn judge(sink: &mut Sink<'_>, document: &Document<'_>) {
    let right = TEMPLATE.join(".");
    for path in WRONG {
        for (key, value) in document.node.at(path).map(Node::entries).unwrap_or_default() {
            let known = KEYS.into_iter().find(|known| *known == key.value).or_else(|| meant(&key.value));
            let Some(known) = known.filter(|_| key.value.contains('/')) else { continue };
            let (template, owner) = match document.kind {
                WorkloadKind::Job => ("execution", "job"),
                WorkloadKind::WorkerPool => ("template", "worker pool"),
                WorkloadKind::Service => ("template", "service"),
            };
            let owner =
                if path.len() > 2 || *path == ["annotations"] { path.join(".") } else { format!("the {owner}") };
            let text = format!("the annotation {known} is one of the {template}, and stands in {owner}");
            let text = text.replace("stands in the", "stands on the");
            note(sink, document, (path, &key.value), value, (text, format!("move it to {right}")), key);
        }
    }
    for (key, value) in document.node.at(&TEMPLATE).map(Node::entries).unwrap_or_default() {
        let Some(known) = meant(&key.value) else { continue };
        let shown = redact::identifier(&key.value);
        let text = format!("the annotation {shown} means nothing to Cloud Run: {known} does");
        note(sink, document, (&TEMPLATE, &key.value), value, (text, format!("write {known}")), key);
    }
}

fn note(
    sink: &mut Sink<'_>,
    document: &Document<'_>,
    (path, key): (&[&str], &str),
    value: &Node,
    (text, edit): (String, String),
    at: &crate::deploy::yaml::Text,
) {
    let name = document.node.at(&["metadata", "name"]).and_then(Node::word).unwrap_or("?");
    let problem = ConfigProblem {
        kind: ProblemKind::AnnotationMisplaced,
        address: format!("{} {} of {}", document.kind.word(), redact::identifier(name), document.place.file.path()),
        field: Some(format!("{}.{}", path.join("."), redact::identifier(key))),
        text,
        refused_by: RefusedBy::Api,
        edit,
        places: vec![Written { value: value.word().map(redact::identifier), origin: document.place.of(at) }],
    };
    if !sink.declarations.problems.contains(&problem) {
        sink.declarations.problems.push(problem);
    }
}

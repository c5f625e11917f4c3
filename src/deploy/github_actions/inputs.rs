//! What may be given when a workflow is started or called, or an action used.

use crate::deploy::expression::Value;
use crate::deploy::pipeline::Place;
use crate::deploy::words::Hole;
use crate::deploy::yaml::{Node, Text};
use crate::model::{WhyKind, redact};

use super::scope::Scope;

/// The inputs of a workflow that somebody starts: which value one has is not known.
pub(super) fn when_started(place: &Place, triggers: &[(&Text, Option<&Node>)]) -> Value {
    let mut inputs: Vec<(String, Value)> = Vec::new();
    for (trigger, node) in triggers {
        if !matches!(&*trigger.value, "workflow_dispatch" | "workflow_call") {
            continue;
        }
        for (name, input) in node.and_then(|node| node.get("inputs")).map(Node::entries).unwrap_or_default() {
            // Where another trigger starts the workflow, the input is empty.
            let always_given = triggers.len() == 1;
            inputs.push((name.value.clone(), Value::Unknown(given(place, name, input, always_given))));
        }
    }
    Value::Map(inputs)
}

fn given(place: &Place, name: &Text, input: &Node, always: bool) -> Hole {
    let mut text = format!("`inputs.{}` is given when the workflow is started", name.value);
    if let Some(default) = input.get("default").and_then(Node::word) {
        let shown = redact::identifier(default);
        let shown = if redact::is_secret_name(&name.value) { "set" } else { &shown };
        text.push_str(&format!(", by default it is {shown}"));
    }
    let options = match input.get("type").and_then(Node::word) {
        Some("boolean") if always => vec!["true".to_owned(), "false".to_owned()],
        Some("choice") if always => {
            let options = input.get("options").map(Node::elements).unwrap_or_default();
            options.iter().filter_map(|option| Some(option.text()?.value.clone())).collect()
        }
        _ => Vec::new(),
    };
    Hole { whys: vec![place.why(WhyKind::Environment, text, name)], options, ..Hole::default() }
}

/// The inputs that a caller gives, with the defaults of those that it does not; `declared` says which there are.
pub(super) fn when_called(
    caller: (&Place, &Scope),
    with: Option<&Node>,
    callee: &Place,
    declared: Option<&Node>,
) -> Value {
    let given = |name: &str| {
        let entries = with.map(Node::entries).unwrap_or_default();
        entries.iter().find(|(key, _)| key.value.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    let entry = |(name, input): &(Text, Node)| {
        let value = match (given(&name.value), input.get("default")) {
            (Some(node), _) => caller.1.value(caller.0, node),
            (None, Some(default)) => Scope::default().value(callee, default),
            (None, None) => match input.get("type").and_then(Node::word) {
                Some("boolean") => Value::Bool(false),
                Some("number") => Value::Number(0.0),
                _ => Value::known(""),
            },
        };
        (name.value.clone(), value)
    };
    Value::Map(declared.map(Node::entries).unwrap_or_default().iter().map(entry).collect())
}

//! `*.tf.json`: the same configuration, written as JSON.
//!
//! Terraform's documentation, "JSON Configuration Syntax": strings are templates, a block's labels are the names of nested
//! objects, several blocks are an array, and the property `//` is a comment. Which properties are nested blocks is the
//! schema's matter; of resources, whose schema is not known here, those of the Google provider are told apart by name.

mod respan;
mod text;

use std::sync::Arc;

use respan::respan;
use text::{Json, Node, Property};

use crate::terraform::syntax::{
    Attribute, Block, Body, Expr, ExprKind, Span, SyntaxError, parse_expression, parse_template,
};
use crate::terraform::value::{Number, Value};

/// The body of a file.
///
/// # Errors
/// The first place that is no JSON, or no configuration.
pub(super) fn parse_json(text: &str, file: u32) -> Result<Body, SyntaxError> {
    let root = text::read(text, file)?;
    let mut body = Body::default();
    for (kind, span, node) in properties(&root)? {
        let labels = match kind.as_str() {
            "resource" | "data" | "ephemeral" => 2,
            "variable" | "output" | "module" | "provider" | "check" => 1,
            "//" => continue,
            _ => 0,
        };
        blocks(kind, *span, labels, node, &mut body.blocks, Vec::new())?;
    }
    Ok(body)
}

fn fail<T>(text: &str, span: Span) -> Result<T, SyntaxError> {
    Err(SyntaxError { text: text.to_owned(), offset: span.start as usize })
}

fn properties(node: &Node) -> Result<&[Property], SyntaxError> {
    match &node.json {
        Json::Object(properties) => Ok(properties),
        _ => fail("a JSON object is expected", node.span),
    }
}

/// The blocks of a kind: objects within objects for the labels, arrays for several at any level.
fn blocks(
    kind: &str,
    header: Span,
    labels: usize,
    node: &Node,
    found: &mut Vec<Arc<Block>>,
    named: Vec<Arc<str>>,
) -> Result<(), SyntaxError> {
    match &node.json {
        Json::Null => Ok(()),
        Json::Array(items) => {
            items.iter().try_for_each(|item| blocks(kind, header, labels, item, found, named.clone()))
        }
        Json::Object(properties) if labels > 0 => {
            for (label, span, inner) in properties.iter().filter(|(name, ..)| name != "//") {
                let mut named = named.clone();
                named.push(label.as_str().into());
                blocks(kind, *span, labels - 1, inner, found, named)?;
            }
            Ok(())
        }
        Json::Object(properties) => {
            let within = Within::of(kind, named.first().map_or("", |label| label));
            let body = body(properties, within)?;
            found.push(Arc::new(Block { kind: kind.into(), labels: named, body, header }));
            Ok(())
        }
        _ => fail("a JSON object is expected", node.span),
    }
}

/// What kind of body a property stands in: it decides which properties are blocks, and which strings are no templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    Terraform,
    Variable,
    Output,
    Provider,
    /// A resource or data source whose nested blocks are told apart by name.
    Google,
    /// Any other resource: only the blocks that every resource has.
    Resource,
    Check,
    /// A dynamic block, in a resource of the Google provider or another one.
    Dynamic {
        google: bool,
    },
    /// Attributes only.
    Plain,
}

/// Attributes of Google resources that hold maps; whatever else holds an object is a nested block.
const MAPS: [&str; 17] = [
    "labels",
    "annotations",
    "limits",
    "metadata",
    "tags",
    "user_labels",
    "resource_labels",
    "terraform_labels",
    "effective_labels",
    "environment_variables",
    "build_environment_variables",
    "substitutions",
    "parameters",
    "params",
    "options",
    "attributes",
    "headers",
];

impl Within {
    fn of(kind: &str, label: &str) -> Self {
        match kind {
            "terraform" => Self::Terraform,
            "variable" => Self::Variable,
            "output" | "lifecycle" => Self::Output,
            "provider" => Self::Provider,
            "resource" | "data" | "ephemeral" if label.starts_with("google_") => Self::Google,
            "resource" | "data" | "ephemeral" => Self::Resource,
            "check" => Self::Check,
            _ => Self::Plain,
        }
    }

    /// The number of labels of a nested block of this name; `None` where it is an attribute.
    fn block(self, name: &str, value: &Node) -> Option<usize> {
        let is_object = |node: &Node| matches!(node.json, Json::Object(_));
        let holds_objects = match &value.json {
            Json::Array(items) => !items.is_empty() && items.iter().all(is_object),
            _ => is_object(value),
        };
        match (self, name) {
            (Self::Terraform, "backend" | "provider_meta") => Some(1),
            (Self::Terraform, "required_providers" | "cloud") => Some(0),
            (Self::Variable, "validation") => Some(0),
            (Self::Output, "precondition" | "postcondition") => Some(0),
            (Self::Google | Self::Resource, "lifecycle" | "connection") => Some(0),
            (Self::Google | Self::Resource, "provisioner" | "dynamic") => Some(1),
            (Self::Dynamic { .. }, "content") => Some(0),
            (Self::Google | Self::Resource, "for_each") => None,
            (Self::Google, _) if holds_objects && !MAPS.contains(&name) => Some(0),
            (Self::Check, "data") => Some(2),
            (Self::Check, "assert") => Some(0),
            _ => None,
        }
    }

    /// The body of a nested block.
    fn inside(self, name: &str) -> Self {
        match (self, name) {
            (_, "lifecycle") => Self::Output,
            (Self::Google | Self::Resource, "dynamic") => Self::Dynamic { google: self == Self::Google },
            (Self::Google, _) | (Self::Dynamic { google: true }, _) => Self::Google,
            (Self::Dynamic { google: false }, _) => Self::Resource,
            _ => Self::Plain,
        }
    }
}

fn body(properties: &[Property], within: Within) -> Result<Body, SyntaxError> {
    let mut body = Body::default();
    for (name, span, node) in properties {
        if name == "//" {
            continue;
        }
        match within.block(name, node) {
            Some(labels) => nested(name, *span, labels, node, within, &mut body.blocks, None)?,
            None => body
                .attributes
                .push(Attribute { name: name.as_str().into(), expr: Arc::new(attribute(name, node, within)?) }),
        }
    }
    Ok(body)
}

fn nested(
    kind: &str,
    header: Span,
    labels: usize,
    node: &Node,
    within: Within,
    found: &mut Vec<Arc<Block>>,
    label: Option<&str>,
) -> Result<(), SyntaxError> {
    match &node.json {
        Json::Null => Ok(()),
        Json::Array(items) => {
            items.iter().try_for_each(|item| nested(kind, header, labels, item, within, found, label))
        }
        Json::Object(properties) if labels > 0 => properties
            .iter()
            .filter(|(name, ..)| name != "//")
            .try_for_each(|(name, span, inner)| nested(kind, *span, labels - 1, inner, within, found, Some(name))),
        Json::Object(properties) => {
            let labels = label.map(Arc::from).into_iter().collect();
            let body = body(properties, within.inside(kind))?;
            found.push(Arc::new(Block { kind: kind.into(), labels, body, header }));
            Ok(())
        }
        _ => fail("a JSON object is expected", node.span),
    }
}

fn attribute(name: &str, node: &Node, within: Within) -> Result<Expr, SyntaxError> {
    match (within, name, &node.json) {
        // A type is an expression in a string.
        (Within::Variable, "type", Json::String(text)) => {
            let mut expr = parse_expression(text, node.span.file)
                .map_err(|error| SyntaxError { text: error.text, offset: node.span.start as usize })?;
            respan(&mut expr, node.span);
            Ok(expr)
        }
        // Constants, and references: their strings are no templates.
        (Within::Variable, "default", _)
        | (Within::Google | Within::Resource, "provider", _)
        | (Within::Dynamic { .. }, "iterator", _)
        | (_, "providers" | "ignore_changes" | "replace_triggered_by" | "depends_on", _) => expr(node, false),
        _ => expr(node, true),
    }
}

/// An expression. Strings are templates where `template` says so.
fn expr(node: &Node, template: bool) -> Result<Expr, SyntaxError> {
    let span = node.span;
    let literal = |value: Value| ExprKind::Literal(value);
    let kind = match &node.json {
        Json::Null => literal(Value::null()),
        Json::Bool(flag) => literal(Value::bool(*flag)),
        Json::Number(text) => match Number::parse(text) {
            Some(number) => literal(Value::number(number)),
            None => return fail("the number is too large", span),
        },
        Json::String(text) => string(text, span, template)?,
        Json::Array(items) => {
            let items: Result<Vec<_>, _> = items.iter().map(|item| expr(item, template)).collect();
            ExprKind::Tuple(items?)
        }
        Json::Object(properties) => {
            let mut items = Vec::new();
            for (name, name_span, value) in properties {
                let key = Expr { kind: string(name, *name_span, template)?, span: *name_span };
                items.push((key, expr(value, template)?));
            }
            ExprKind::Object(items)
        }
    };
    Ok(Expr { kind, span })
}

fn string(text: &str, span: Span, template: bool) -> Result<ExprKind, SyntaxError> {
    if !template || !(text.contains("${") || text.contains("%{")) {
        return Ok(ExprKind::Literal(Value::string(text)));
    }
    let parts = parse_template(text, span.file)
        .map_err(|error| SyntaxError { text: error.text, offset: span.start as usize })?;
    let mut expr = Expr { kind: ExprKind::Template(parts), span };
    respan(&mut expr, span);
    Ok(expr.kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_text() {
        let text = "{\n  \"locals\": { \"a\": \"x-${local.b}\" },\n  \"resource\": { \"t\": { \"n\": [{ \"k\": 1 }, {}] } }\n}";
        let body = parse_json(text, 3).unwrap();
        let at = |span: Span| text.get(span.start as usize..span.end as usize).unwrap();
        let kinds: Vec<_> = body.blocks.iter().map(|block| (&*block.kind, block.label(1), at(block.header))).collect();
        assert_eq!(kinds, [("locals", "", "\"locals\""), ("resource", "n", "\"n\""), ("resource", "n", "\"n\"")]);
        let local = &body.blocks[0].body.attributes[0];
        assert_eq!((at(local.expr.span), local.expr.span.file), ("\"x-${local.b}\"", 3));
        let ExprKind::Template(parts) = &local.expr.kind else { panic!("{local:?}") };
        let crate::terraform::syntax::Part::Interpolation(inner) = &parts[1] else { panic!("{parts:?}") };
        assert_eq!(inner.span, local.expr.span);
    }

    #[test]
    fn what_is_no_configuration_is_an_error_with_its_place() {
        let deep = format!("{{\"locals\": {{\"a\": {}1{}}}}}", "[".repeat(5_000), "]".repeat(5_000));
        for (text, at) in [
            ("", 0),
            ("[]", 0),
            ("{", 1),
            ("{\"a\" 1}", 5),
            ("{\"locals\": 1}", 11),
            ("{\"locals\": {\"a\": tru}}", 17),
            ("{\"locals\": {\"a\": 1,}}", 19),
            ("{\"locals\": {\"a\": 01}}", 17),
            ("{\"locals\": {\"a\": \"\\x\"}}", 17),
            ("{\"locals\": {\"a\": \"${\"}}", 17),
            ("{\"resource\": {\"t\": {\"n\": 1}}}", 25),
            ("{} x", 3),
        ] {
            assert_eq!(parse_json(text, 0).map(|_| ()).map_err(|error| error.offset), Err(at), "{text}");
        }
        assert!(parse_json(&deep, 0).is_err());
        assert!(parse_json("\u{feff}{}", 0).is_ok());
        // A backslash at the end leads out of the text.
        assert!(parse_json("{\"a\\", 0).is_err() && parse_json("{\"ü\\ü", 0).is_err());
    }
}

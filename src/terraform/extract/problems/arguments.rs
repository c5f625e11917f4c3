//! Arguments and blocks that a resource does not have, and those that it lacks.

use super::super::super::google::schema::{Body as Schema, Field, Given, Resource, Shape};
use super::super::super::google::{PROVIDER, UNIVERSAL, names};
use super::super::super::module::META_ARGUMENTS;
use super::super::super::syntax::{Block, Body, Span};
use super::{Place, Problems};
use crate::model::{ConfigProblem, ProblemKind, RefusedBy, Written};

/// The body that is judged, and how it is reached.
struct Level<'a> {
    schema: &'static Schema,
    body: &'a Body,
    header: Span,
    /// With a dot at the end; empty for the resource itself.
    path: String,
    /// True where the provider has more arguments than the table.
    is_open: bool,
}

pub(super) fn judge(at: &Place<'_>, known: &'static Resource, block: &Block, problems: &mut Problems) {
    let provider = block.body.attribute("provider").and_then(|own| own.expr.names());
    let is_beta = provider.is_some_and(|names| names.first().is_some_and(|name| name.contains("beta")));
    let level = Level {
        schema: known.body,
        body: &block.body,
        header: block.header,
        path: String::new(),
        is_open: is_beta || !known.body.complete,
    };
    level.judge(at, problems);
}

impl Level<'_> {
    fn judge(&self, at: &Place<'_>, problems: &mut Problems) {
        let is_top = self.path.is_empty();
        let is_own = |name: &str| is_top && (META_ARGUMENTS.contains(&name) || UNIVERSAL.contains(&name));
        for own in &self.body.attributes {
            if is_own(&own.name) {
                continue;
            }
            match self.schema.field(&own.name) {
                None => self.unknown(at, &own.name, "argument", own.expr.span, problems),
                Some(field) if !field.is_configurable() => self.computed(at, field, own.expr.span, problems),
                // Blocks that the API may fill in are written in either form.
                Some(Field { name, shape: Shape::Block(_), given: Given::Optional | Given::Required, .. }) => {
                    let text = format!("{}{name} is a block, and is written as an argument", self.path);
                    self.add(at, name, text, format!("write {name} {{ … }}"), own.expr.span, problems);
                }
                Some(_) => {}
            }
        }
        for own in &self.body.blocks {
            let (kind, content) = match &*own.kind {
                "dynamic" => (own.label(0), own.body.blocks("content").next()),
                kind => (kind, Some(own)),
            };
            if is_own(kind) {
                continue;
            }
            match self.schema.field(kind) {
                None => self.unknown(at, kind, "block", own.header, problems),
                Some(field) if !field.is_configurable() => self.computed(at, field, own.header, problems),
                Some(Field { shape: Shape::Block(inner), .. }) => {
                    let Some(content) = content else { continue };
                    let level = Level {
                        schema: inner,
                        body: &content.body,
                        header: own.header,
                        path: format!("{}{kind}.", self.path),
                        is_open: self.is_open && self.schema.complete || !inner.complete,
                    };
                    level.judge(at, problems);
                }
                Some(Field { shape: Shape::Other, .. }) => {}
                Some(field) => {
                    let text = format!("{}{} is an argument, and is written as a block", self.path, field.name);
                    self.add(at, field.name, text, format!("write {} = …", field.name), own.header, problems);
                }
            }
        }
        self.missing(at, problems);
    }

    fn unknown(&self, at: &Place<'_>, name: &str, what: &str, span: Span, problems: &mut Problems) {
        let is_top = self.path.is_empty();
        let meant =
            names::meant_field(self.schema, name, self.is_open).filter(|meant| self.body.attribute(meant).is_none());
        let meant = meant.or_else(|| {
            let own = META_ARGUMENTS.iter().chain(&UNIVERSAL).copied().filter(|_| is_top);
            names::nearest(name, own, 1)
        });
        let path = format!("{}{name}", self.path);
        let (text, refused_by, edit) = match meant {
            Some(meant) => (
                format!("there is no {what} {path}; {meant} is near"),
                RefusedBy::Plan,
                format!("write {meant}, if that is meant"),
            ),
            None if self.is_open => return,
            None => (
                format!("there is no {what} {path} as of provider {PROVIDER}"),
                RefusedBy::Perhaps,
                "take it out".to_owned(),
            ),
        };
        problems.add(ConfigProblem {
            kind: ProblemKind::ArgumentUnsupported,
            address: at.address(),
            field: Some(path),
            text,
            refused_by,
            edit,
            places: vec![Written { value: None, origin: at.origin(span) }],
        });
    }

    fn computed(&self, at: &Place<'_>, field: &Field, span: Span, problems: &mut Problems) {
        let text = format!("{}{} is set by the API, and cannot be configured", self.path, field.name);
        self.add(at, field.name, text, "take it out".to_owned(), span, problems);
    }

    fn add(&self, at: &Place<'_>, name: &str, text: String, edit: String, span: Span, problems: &mut Problems) {
        problems.add(ConfigProblem {
            kind: ProblemKind::ArgumentUnsupported,
            address: at.address(),
            field: Some(format!("{}{name}", self.path)),
            text,
            refused_by: RefusedBy::Plan,
            edit,
            places: vec![Written { value: None, origin: at.origin(span) }],
        });
    }

    fn missing(&self, at: &Place<'_>, problems: &mut Problems) {
        // What is left out may be in an override file that could not be read.
        if at.has_gaps() {
            return;
        }
        for field in self.schema.fields.iter().filter(|field| field.given == Given::Required) {
            let is_there = self.body.attribute(field.name).is_some()
                || self
                    .body
                    .blocks
                    .iter()
                    .any(|own| *own.kind == *field.name || (&*own.kind == "dynamic" && own.label(0) == field.name));
            if is_there {
                continue;
            }
            problems.add(ConfigProblem {
                kind: ProblemKind::ArgumentMissing,
                address: at.address(),
                field: Some(format!("{}{}", self.path, field.name)),
                text: format!("{}{} is required", self.path, field.name),
                refused_by: RefusedBy::Plan,
                edit: format!("set {}", field.name),
                places: vec![Written { value: None, origin: at.origin(self.header) }],
            });
        }
    }
}

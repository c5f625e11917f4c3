//! Values that the provider or the API does not accept.

use super::super::super::evaluate::Scope;
use super::super::super::google::limits;
use super::super::super::google::schema::{Body as Schema, Field, Given, Resource, Shape};
use super::super::super::module::nested_blocks;
use super::super::super::syntax::{Body, Span};
use super::super::super::value::{Type, Value, convert};
use super::super::ResourceInstance;
use super::{Place, Problems, shown};
use crate::model::redact;
use crate::model::{ConfigProblem, ProblemKind, RefusedBy, Written};

pub(super) fn judge(at: &Place<'_>, known: &'static Resource, resource: &ResourceInstance, problems: &mut Problems) {
    body(at, known.body, &resource.scope, &resource.block.body, "", problems);
}

fn body(at: &Place<'_>, schema: &'static Schema, scope: &Scope, own: &Body, path: &str, problems: &mut Problems) {
    for field in schema.fields {
        if let Shape::Block(inner) = field.shape {
            for block in nested_blocks(at.world, scope, own, field.name) {
                let path = format!("{path}{}.", field.name);
                body(at, inner, &block.scope, &block.block.body, &path, problems);
            }
            continue;
        }
        let Some(argument) = own.attribute(field.name).filter(|_| field.is_configurable()) else { continue };
        let value = at.world.value_of(scope, &argument.expr);
        let path = format!("{path}{}", field.name);
        one(at, field, &value, argument.expr.span, path, problems);
    }
}

fn one(at: &Place<'_>, field: &Field, value: &Value, span: Span, path: String, problems: &mut Problems) {
    if value.contains_unknown() {
        return;
    }
    let is_secret = redact::is_secret_name(field.name);
    let shown = |value: &Value| shown(value).filter(|_| !is_secret);
    let quoted = |value: &Value| shown(value).map_or_else(|| "something else".to_owned(), |text| format!("`{text}`"));
    let add = |kind, text: String, refused_by, problems: &mut Problems| {
        let field = Some(path.clone());
        let edit = format!("correct {path}");
        let places = vec![Written { value: shown(value), origin: at.origin(span) }];
        problems.add(ConfigProblem { kind, address: at.address(), field, text, refused_by, edit, places });
    };
    if value.is_null() {
        if field.given == Given::Required {
            let text = format!("{path} is null, and is required");
            add(ProblemKind::ArgumentMissing, text, RefusedBy::Plan, problems);
        }
        return;
    }
    let kind = ProblemKind::ArgumentInvalid;
    let ty = field.shape.ty();
    let converted = match ty {
        Type::Dynamic => Ok(value.clone()),
        _ => convert(value, &ty),
    };
    match converted {
        Err(_) => {
            let text = format!("{path} is {}: a value of type {ty} is required", quoted(value));
            add(kind, text, RefusedBy::Plan, problems);
        }
        Ok(converted) => {
            if let Some(wrong) = limits::problem(field.limit, &converted) {
                add(kind, format!("{path} is {}: {wrong}", quoted(value)), RefusedBy::Api, problems);
            }
        }
    }
}

//! Everything that was understood, as JSON: what `gcp-drift show terraform` prints.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::Deployment;
use super::evaluate::Scope;
use super::extract::{ResourceInstance, instances, resources};
use super::module::{
    Key, META_ARGUMENTS, Mode, ModuleId, OpaqueCall, World, attribute_of, body_object, derived_values, expand,
    expressions, inputs, opaque_calls, planned_object, reason_words,
};
use super::observed::{Subject, extra_names, fill_configured};
use super::syntax::{Body, Expr};
use super::value::{Fields, Kind, Object, Value, to_json};
use crate::model::declared::DiagnosticLevel;
use crate::model::redact;
use crate::model::{Diagnostic, ObservedSource, Origin, Why};

/// The whole document.
pub(super) fn show(world: &World, deployments: &[Deployment]) -> Json {
    world.steps.set(0);
    let listed = |own: &Deployment| json!({"name": own.name, "root": own.root, "var_files": own.var_files, "workspace": own.workspace});
    let mut modules = Vec::new();
    let mut shown = Vec::new();
    let mut outputs = Map::new();
    let mut variables = Map::new();
    for deployment in deployments {
        for id in instances(world, deployment.instance) {
            modules.extend(module(world, deployment, id));
            let opaque = opaque_calls(world, id);
            modules.extend(opaque.iter().map(|call| unavailable(world, deployment, id, call)));
        }
        shown.extend(resources(world, deployment).iter().map(|own| resource(world, deployment, own)));
        let words = |name: &str, why: &Why| output_words(world, deployment.instance, name, why);
        outputs.insert(deployment.name.clone(), named(&world.outputs(deployment.instance), words));
        variables.insert(deployment.name.clone(), variables_of(world, deployment));
    }
    let secrets = secrets(world, deployments.iter().flat_map(|deployment| instances(world, deployment.instance)));
    let incomplete: Vec<String> = world.incomplete().iter().map(ToString::to_string).collect();
    let document = json!({
        "schema_version": 1,
        "deployments": deployments.iter().map(listed).collect::<Vec<_>>(),
        "modules": modules,
        "resources": shown,
        "outputs": outputs,
        "variables": variables,
        "incomplete": incomplete,
        "observed": world.settings.observed.listed().iter().map(source).collect::<Vec<_>>(),
        "diagnostics": world.diagnostics().iter().map(diagnostic).collect::<Vec<_>>(),
    });
    masked(document, &secrets)
}

fn module(world: &World, deployment: &Deployment, id: ModuleId) -> Option<Json> {
    let instance = world.instance(id)?;
    let call = instance.call.as_ref();
    Some(json!({
        "deployment": deployment.name,
        "root": deployment.root,
        "address": instance.address,
        "dir": if instance.module.dir.is_empty() { "." } else { &instance.module.dir },
        "presence": presence(&instance.presence.to_vec()),
        "inputs": named(&call.map(|call| inputs(world, &call.scope, &call.block)).unwrap_or_default(), plain),
        "origin": call.map(|call| origin(&world.origin(Some(call.parent), call.block.header))),
    }))
}

/// A call whose module is not available: what it is given can be told all the same.
fn unavailable(world: &World, deployment: &Deployment, caller: ModuleId, call: &OpaqueCall) -> Json {
    let literal = |name: &str| call.block.body.attribute(name).and_then(|own| own.expr.literal_str());
    json!({
        "deployment": deployment.name,
        "root": deployment.root,
        "address": call.address,
        "dir": null,
        "source": literal("source"),
        "version": literal("version"),
        "unavailable": call.why.to_string(),
        "presence": presence(&call.presence.to_vec()),
        "inputs": named(&call.inputs, plain),
        "origin": origin(&world.origin(Some(caller), call.block.header)),
    })
}

/// The variables of a root module, each with the source of its value.
fn variables_of(world: &World, deployment: &Deployment) -> Json {
    let mut shown = named(&world.variables(deployment.instance), plain);
    for (name, entry) in shown.as_object_mut().into_iter().flatten() {
        let source = world.variable_source(deployment.instance, &name.as_str().into());
        if let (Some(entry), Some(source)) = (entry.as_object_mut(), source) {
            entry.insert("source".to_owned(), json!(source));
        }
    }
    shown
}

/// The values of variables that are named like a secret: they stay secrets under every other name.
pub(super) fn secrets(world: &World, modules: impl Iterator<Item = ModuleId>) -> BTreeSet<String> {
    /// Shorter texts would be found inside of other words.
    const SHORTEST: usize = 6;
    let named = modules.flat_map(|module| world.variables(module)).filter(|(name, _)| redact::ends_in_secret(name));
    let texts = named.filter_map(|(_, value)| value.as_str().map(str::to_owned));
    texts.filter(|text| text.len() >= SHORTEST).collect()
}

/// The same JSON with secrets replaced wherever they stand in a text, and with what is one by its shape, such as the
/// password of a URL.
pub(super) fn masked(json: Json, secrets: &BTreeSet<String>) -> Json {
    match json {
        Json::String(text) => {
            let replaced = secrets.iter().rev().fold(text, |text, secret| text.replace(secret, redact::REDACTED));
            Json::String(redact::identifier(&replaced))
        }
        Json::Array(items) => Json::Array(items.into_iter().map(|item| masked(item, secrets)).collect()),
        Json::Object(fields) => {
            Json::Object(fields.into_iter().map(|(name, value)| (name, masked(value, secrets))).collect())
        }
        other => other,
    }
}

fn resource(world: &World, deployment: &Deployment, own: &ResourceInstance) -> Json {
    let planned = own.scope.module.and_then(|module| {
        let expansion = expand(world, module, &own.resource, &own.block.body);
        planned_object(world, module, &own.resource, &expansion, &own.key)
    });
    let body = || filled(world, own, body_object(world, &own.scope, &plan_body(&own.block.body), None));
    let value = planned.unwrap_or_else(body);
    let index = match &own.key {
        Key::None => Json::Null,
        Key::Index(index) => json!(index),
        Key::Name(name) => json!(&**name),
        Key::Symbolic => json!("?"),
    };
    let derived = derived_values(world, &own.scope, &own.resource, &own.block);
    let derived = derived.iter().map(|(name, value)| (name.to_string(), redacted(value, name)));
    json!({
        "deployment": deployment.name,
        "root": deployment.root,
        "address": own.address,
        "module_address": own.module_address,
        "mode": if own.resource.mode == Mode::Data { "data" } else { "managed" },
        "type": &*own.resource.kind,
        "name": &*own.resource.name,
        "index": index,
        "presence": presence(&own.presence.to_vec()),
        "values": redacted(&value, ""),
        "unknown": resource_unknowns(world, own, &value),
        "derived": derived.collect::<Map<String, Json>>(),
        "observed": observed(world, own),
        "origin": origin(&own.origin(world)),
    })
}

/// A resource's body with what a plan knows of it.
fn filled(world: &World, own: &ResourceInstance, value: Value) -> Value {
    let Kind::Object(object) = &value.kind else { return value };
    let subject = Subject::of(world, own);
    let fields = object.fields.iter();
    let fields = fields.map(|(name, value)| (name.clone(), fill_configured(&subject, name, value.clone()))).collect();
    Kind::Object(Arc::new(Object { fields, open: object.open.clone() })).into()
}

/// The attributes that depend on a state or plan, with what they depend on: attributes that the configuration does not
/// mention, and those that refer to such ones.
fn observed(world: &World, own: &ResourceInstance) -> Json {
    let mut shown = Map::new();
    let Some(module) = own.scope.module.filter(|_| !world.settings.observed.is_empty()) else { return json!({}) };
    let mut names = extra_names(&Subject::of(world, own));
    names.extend(own.block.body.attributes.iter().map(|attribute| attribute.name.clone()));
    for name in names.iter().filter(|name| !META_ARGUMENTS.contains(&&***name)) {
        let (value, bits) = world.watching(|| attribute_of(world, module, &own.resource, &own.key, name));
        let Some(source) = world.settings.observed.label(bits) else { continue };
        if !value.is_unknown() && !value.is_null() {
            shown.insert(name.to_string(), json!({"value": redacted(&value, name), "source": &*source}));
        }
    }
    Json::Object(shown)
}

/// A resource's body without the arguments that Terraform itself reads: some of them are no expressions.
fn plan_body(body: &Body) -> Body {
    let mut body = body.clone();
    body.attributes.retain(|own| !META_ARGUMENTS.contains(&&*own.name));
    body
}

fn presence(whys: &[crate::model::Why]) -> Json {
    if whys.is_empty() {
        json!("certain")
    } else {
        json!({"unknown": whys.iter().map(ToString::to_string).collect::<Vec<_>>()})
    }
}

/// The unknown parts of a resource's body, with the way that each reason took.
fn resource_unknowns(world: &World, own: &ResourceInstance, body: &Value) -> Json {
    let Kind::Object(object) = &body.kind else { return json!({}) };
    let body = &own.block.body;
    let repetition = ["for_each", "count"].into_iter().filter_map(|name| body.attribute(name));
    let repetition: Vec<&Expr> = repetition.map(|own| &*own.expr).collect();
    let unknown = |(name, value): (&Arc<str>, &Value)| {
        let mut written: Vec<&Expr> = body.attribute(name).map(|own| &*own.expr).into_iter().collect();
        for block in &body.blocks {
            let is_dynamic = &*block.kind == "dynamic" && block.label(0) == &**name;
            if is_dynamic || block.kind == *name {
                written.extend(expressions(&block.body));
            }
        }
        written.extend(&repetition);
        let parts = unknown_parts(value, &|why| reason_words(world, &own.scope, &written, why))?;
        Some((name.to_string(), parts))
    };
    Json::Object(object.fields.iter().filter_map(unknown).collect())
}

/// A reason whose way is not told.
fn plain(_: &str, why: &Why) -> String {
    why.to_string()
}

fn output_words(world: &World, module: ModuleId, name: &str, why: &Why) -> String {
    let block = world.instance(module).and_then(|instance| instance.module.outputs.get(name).cloned());
    match block.as_ref().and_then(|block| block.body.attribute("value")) {
        Some(own) => reason_words(world, &Scope::module(module), &[&own.expr], why),
        None => why.to_string(),
    }
}

fn named(values: &Fields, words: impl Fn(&str, &Why) -> String) -> Json {
    let one = |(name, value): (&Arc<str>, &Value)| {
        let mut entry = Map::new();
        match unknown_parts(value, &|why| words(name, why)) {
            Some(unknown) => {
                entry.insert("unknown".to_owned(), unknown);
                if !value.is_unknown() {
                    entry.insert("value".to_owned(), redacted(value, name));
                }
            }
            None => {
                entry.insert("value".to_owned(), redacted(value, name));
            }
        }
        (name.to_string(), Json::Object(entry))
    };
    Json::Object(values.iter().map(one).collect())
}

/// A value as JSON: unknown parts are left out of objects and null in lists; sensitive values, and those whose name
/// says that they are secrets, are replaced.
pub(super) fn redacted(value: &Value, name: &str) -> Json {
    if value.sensitive || (redact::is_secret_name(name) && value.as_str().is_some_and(|text| !text.is_empty())) {
        return json!(redact::REDACTED);
    }
    let holds_secret = matches!(&value.kind, Kind::Object(object) if holds_secret(object));
    let field = |(name, value): (&Arc<str>, &Value)| {
        let as_name = if holds_secret && &**name == "value" { "secret" } else { name };
        (!value.is_unknown()).then(|| (name.to_string(), redacted(value, as_name)))
    };
    match &value.kind {
        Kind::String(text) => json!(redact::line(text)),
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            let mut follows_flag = false;
            let item = |item: &Value| {
                let text = item.as_str().unwrap_or_default();
                let as_name = if follows_flag && !text.starts_with('-') { "secret" } else { name };
                follows_flag = redact::is_secret_flag(text);
                redacted(item, as_name)
            };
            Json::Array(items.iter().map(item).collect())
        }
        Kind::Map(_, fields) => Json::Object(fields.iter().filter_map(field).collect()),
        Kind::Object(object) => Json::Object(object.fields.iter().filter_map(field).collect()),
        _ => to_json(value),
    }
}

/// A value as JSON with only that replaced which is sensitive, or the value of an environment variable whose name says
/// that it is a secret: who asks for a value by its name wants the value.
pub(super) fn without_sensitive(value: &Value) -> Json {
    if value.sensitive {
        return json!(redact::REDACTED);
    }
    match &value.kind {
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            Json::Array(items.iter().map(without_sensitive).collect())
        }
        Kind::Map(_, fields) => {
            Json::Object(fields.iter().map(|(name, value)| (name.to_string(), without_sensitive(value))).collect())
        }
        Kind::Object(object) => {
            let is_secret = holds_secret(object);
            let field = |(name, value): (&Arc<str>, &Value)| {
                let hidden = is_secret && &**name == "value" && !value.is_null();
                (name.to_string(), if hidden { json!(redact::REDACTED) } else { without_sensitive(value) })
            };
            Json::Object(object.fields.iter().map(field).collect())
        }
        _ => to_json(value),
    }
}

/// An environment variable says in one attribute that another one holds a secret.
fn holds_secret(object: &Object) -> bool {
    object.fields.get("name").and_then(Value::as_str).is_some_and(redact::is_secret_name)
}

/// The shape of the value with, at each unknown leaf, its reasons in words; `None` where everything is known.
fn unknown_parts(value: &Value, words: &dyn Fn(&Why) -> String) -> Option<Json> {
    if !value.contains_unknown() {
        return None;
    }
    let fields = |fields: &Fields| {
        Json::Object(
            fields.iter().filter_map(|(name, value)| Some((name.to_string(), unknown_parts(value, words)?))).collect(),
        )
    };
    Some(match &value.kind {
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            Json::Array(items.iter().map(|item| unknown_parts(item, words).unwrap_or(Json::Null)).collect())
        }
        Kind::Map(_, map) => fields(map),
        Kind::Object(object) => fields(&object.fields),
        _ => json!(value.whys().as_slice().iter().map(words).collect::<Vec<_>>()),
    })
}

fn source(source: &ObservedSource) -> Json {
    json!({"root": source.root, "source": source.label, "problem": source.problem})
}

fn diagnostic(diagnostic: &Diagnostic) -> Json {
    let level = match diagnostic.level {
        DiagnosticLevel::Error => "error",
        DiagnosticLevel::Warning => "warning",
    };
    json!({"level": level, "text": diagnostic.text, "origin": diagnostic.origin.as_ref().map(origin)})
}

fn origin(origin: &Origin) -> Json {
    let Some(span) = origin.source() else { return Json::Null };
    let callers: Vec<Json> = span
        .callers
        .as_slice()
        .iter()
        .map(|call| json!({"name": call.name, "file": call.file.as_str(), "line": call.position.line, "column": call.position.column}))
        .collect();
    json!({"file": span.file.as_str(), "line": span.start.line, "column": span.start.column, "callers": callers})
}

//! What Terraform refuses, or passes over in silence, of the values that variables are given.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::calls::OWN;
use super::files::join;
use super::layers::{Content, Given, Source};
use super::variables::{Decisive, variable};
use super::{Instance, ModuleId, World};
use crate::model::declared::{DiagnosticLevel, VariableProblem, VariableProblemKind};
use crate::terraform::evaluate::{Failure, Scope, evaluate};
use crate::terraform::syntax::{Block, Expr, ExprKind, Span};
use crate::terraform::value::{Kind, Type, Value, convert};

/// The most unused files that are told one by one.
const MAX_FILES: usize = 100;

/// The problems of all deployments, each told once.
#[derive(Default)]
pub struct VariableProblems(BTreeSet<VariableProblem>);

impl VariableProblems {
    /// Looks at the variables of a deployment's module instances.
    pub fn judge(&mut self, world: &World, instances: &[ModuleId]) {
        for instance in instances.iter().filter_map(|id| world.instance(*id)) {
            for (name, block) in &instance.module.variables {
                // Terraform refuses a value that does not fit also where nothing needs it.
                variable(world, instance.id, name);
                dropped(world, &instance, name, block, &mut self.0);
                validate(world, &instance, name, block, &mut self.0);
            }
        }
    }

    /// Looks at the sources of values of all deployments, whose root instances are given, and tells everything.
    pub fn finish(mut self, world: &World, roots: &[ModuleId], unread: &[String]) -> Vec<VariableProblem> {
        let roots: Vec<Arc<Instance>> = roots.iter().filter_map(|id| world.instance(*id)).collect();
        undeclared(world, &roots, &mut self.0);
        unused(&roots, unread, &mut self.0);
        for problem in &self.0 {
            let level = match (&problem.kind, &problem.origin) {
                (VariableProblemKind::ValidationFailed, _) => DiagnosticLevel::Error,
                // Terraform refuses such an argument, and only warns of a line in a file.
                (VariableProblemKind::Undeclared, None) => DiagnosticLevel::Error,
                _ => DiagnosticLevel::Warning,
            };
            world.diagnose(level, problem.text.clone(), problem.origin.clone());
        }
        self.0.into_iter().collect()
    }
}

/// How a root module is called in reports.
fn root_name(instance: &Instance) -> String {
    if instance.root.is_empty() { ".".to_owned() } else { instance.root.to_string() }
}

/// The address of a variable without the keys of calls: what is said of it holds for the call.
fn address(instance: &Instance, name: &str) -> String {
    let calls = instance.callers.as_slice().iter().rev().map(|call| format!("{}.", call.name));
    format!("{}var.{name}", calls.collect::<String>())
}

/// Values for names that no root module which is given them declares. The environment may hold any name.
fn undeclared(world: &World, roots: &[Arc<Instance>], found: &mut BTreeSet<VariableProblem>) {
    /// A name that a source gives a value: whether a root declares it, which roots are given it, and where.
    type Seen = (bool, BTreeSet<String>, Option<Span>);
    let mut names: BTreeMap<(String, Arc<str>), Seen> = BTreeMap::new();
    for root in roots {
        for layer in root.layers.iter().filter(|layer| layer.source != Source::Environment) {
            let Content::Values(values) = &layer.content else { continue };
            for (name, given) in values {
                let place = match given {
                    Given::Expr(expr) => Some(expr.span),
                    Given::Value(_, span) => Some(*span),
                    Given::Text(_) => None,
                };
                let key = (layer.source.told(name), name.clone());
                let entry = names.entry(key).or_insert_with(|| (false, BTreeSet::new(), place));
                // What is not found may be declared in a file that could not be read.
                entry.0 |= root.module.variables.contains_key(name) || !root.module.gaps.is_empty();
                entry.1.insert(root_name(root));
            }
        }
    }
    for ((source, name), (declared, roots, place)) in names {
        if declared {
            continue;
        }
        let origin = place.map(|span| world.origin(None, span));
        let from = if origin.is_some() { String::new() } else { format!(" by {source}") };
        found.insert(VariableProblem {
            kind: VariableProblemKind::Undeclared,
            variable: format!("var.{name}"),
            root: if roots.len() == 1 { roots.into_iter().collect() } else { String::new() },
            text: format!("var.{name} is given a value{from} and not declared"),
            origin,
        });
    }
}

/// Files of variables that no deployment reads.
fn unused(roots: &[Arc<Instance>], unread: &[String], found: &mut BTreeSet<VariableProblem>) {
    let read: BTreeSet<String> = roots
        .iter()
        .flat_map(|root| &root.layers)
        .filter_map(|layer| match &layer.source {
            Source::File(path) | Source::Automatic(path) => join("", path),
            _ => None,
        })
        .collect();
    if roots.iter().all(|root| root.module.variables.is_empty()) {
        return;
    }
    for path in unread.iter().filter(|path| !read.contains(*path)).take(MAX_FILES) {
        found.insert(VariableProblem {
            kind: VariableProblemKind::FileUnused,
            variable: path.clone(),
            root: String::new(),
            text: format!("{path} is not applied: Terraform does not read it by itself, and no deployment names it"),
            origin: None,
        });
    }
}

/// Attributes in the value of a variable that its type does not have.
fn dropped(world: &World, instance: &Instance, name: &Arc<str>, block: &Block, found: &mut BTreeSet<VariableProblem>) {
    let Some(Ok(ty)) = instance.module.variable_type(name) else { return };
    let mut paths: Vec<(String, Option<ModuleId>, Span)> = Vec::new();
    let mut in_expr = |module: Option<ModuleId>, expr: &Expr| {
        written(ty, expr, "", &mut |path, span| paths.push((path, module, span)));
    };
    match &instance.call {
        Some(call) => {
            if let Some(argument) = call.block.body.attribute(name).filter(|_| !OWN.contains(&&**name)) {
                in_expr(Some(call.parent), &argument.expr);
            }
        }
        None => match world.decisive(instance.id, name) {
            Some((_, Decisive::Given(Given::Expr(expr)))) => in_expr(None, &expr),
            Some((_, Decisive::Given(Given::Value(value, span)))) => {
                held(ty, &value, "", &mut |path| paths.push((path, None, span)));
            }
            _ => {}
        },
    }
    if let Some(default) = block.body.attribute("default") {
        written(ty, &default.expr, "", &mut |path, span| paths.push((path, Some(instance.id), span)));
    }
    let variable = address(instance, name);
    for (path, module, span) in paths {
        found.insert(VariableProblem {
            text: format!("the type of {variable} has no attribute {path}: the value given for it is dropped"),
            kind: VariableProblemKind::AttributeDropped { path },
            variable: variable.clone(),
            root: root_name(instance),
            origin: Some(world.origin(module, span)),
        });
    }
}

/// Tells the attributes that an expression writes out and that the type does not have. What it only passes on is not
/// looked into: whoever passes a whole object on may mean a part of it.
fn written(ty: &Type, expr: &Expr, path: &str, tell: &mut dyn FnMut(String, Span)) {
    let inside = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let expr = expr.unparenthesised();
    match (&expr.kind, ty) {
        (ExprKind::Object(items), Type::Object(fields)) => {
            for (key, value) in items {
                let Some(name) = key.literal_str() else { continue };
                match fields.get(name) {
                    Some(field) => written(&field.ty, value, &inside(name), tell),
                    None => tell(inside(name), key.span),
                }
            }
        }
        (ExprKind::Object(items), Type::Map(element)) => {
            for (key, value) in items {
                written(element, value, &inside(key.literal_str().unwrap_or("*")), tell);
            }
        }
        (ExprKind::Tuple(items), Type::List(element) | Type::Set(element)) => {
            for (at, item) in items.iter().enumerate() {
                written(element, item, &format!("{path}[{at}]"), tell);
            }
        }
        (ExprKind::Tuple(items), Type::Tuple(types)) => {
            for (at, (item, ty)) in items.iter().zip(types.iter()).enumerate() {
                written(ty, item, &format!("{path}[{at}]"), tell);
            }
        }
        (ExprKind::For(own), Type::Map(element) | Type::List(element) | Type::Set(element)) if !own.grouping => {
            written(element, &own.value, &format!("{path}[*]"), tell);
        }
        (ExprKind::Conditional(parts), _) => {
            let [_, then, otherwise] = &**parts;
            written(ty, then, path, tell);
            written(ty, otherwise, path, tell);
        }
        _ => {}
    }
}

/// The same of a value that a JSON file holds.
fn held(ty: &Type, value: &Value, path: &str, tell: &mut dyn FnMut(String)) {
    let inside = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match (&value.kind, ty) {
        (Kind::Object(object), Type::Object(fields)) => {
            for (name, value) in &object.fields {
                match fields.get(name) {
                    Some(field) => held(&field.ty, value, &inside(name), tell),
                    None => tell(inside(name)),
                }
            }
        }
        (Kind::Object(object), Type::Map(element)) => {
            for (name, value) in &object.fields {
                held(element, value, &inside(name), tell);
            }
        }
        (Kind::Tuple(items), Type::List(element) | Type::Set(element)) => {
            for (at, item) in items.iter().enumerate() {
                held(element, item, &format!("{path}[{at}]"), tell);
            }
        }
        _ => {}
    }
}

/// The validations of a variable. One whose condition is not known says nothing, nor does one in a module that may not
/// be there at all.
fn validate(world: &World, instance: &Instance, name: &Arc<str>, block: &Block, found: &mut BTreeSet<VariableProblem>) {
    if !instance.presence.is_empty() {
        return;
    }
    let scope = Scope::module(instance.id);
    for validation in block.body.blocks("validation") {
        let Some(condition) = validation.body.attribute("condition") else { continue };
        let holds = evaluate(world, &scope, &condition.expr).and_then(|value| {
            let fail = |text: String| Failure::at(condition.expr.span, format!("the condition: {text}"));
            if value.is_null() {
                return Err(fail("it is null".to_owned()));
            }
            convert(&value, &Type::Bool).map_err(fail)
        });
        let holds = match holds {
            Ok(value) => value.as_bool(),
            Err(failure) => {
                world.failed(Some(instance.id), &failure, condition.expr.span);
                None
            }
        };
        if holds == Some(false) {
            let variable = address(instance, name);
            let message = validation.body.attribute("error_message").map(|own| world.value_of(&scope, &own.expr));
            let message =
                message.filter(|value| !value.is_marked()).and_then(|value| value.as_str().map(str::to_owned));
            let message = message.map_or(String::new(), |message| format!(": {}", message.trim()));
            found.insert(VariableProblem {
                kind: VariableProblemKind::ValidationFailed,
                text: format!("a validation of {variable} fails{message}"),
                variable,
                root: root_name(instance),
                origin: Some(world.origin(Some(instance.id), condition.expr.span)),
            });
        }
    }
}

//! The way from a reason to the expression that it makes unknown: which locals, variables, outputs and attributes hand
//! it on. Values carry their reasons only; the way is looked up in the configuration when somebody wants to read it.

use std::fmt::Write as _;
use std::sync::Arc;

use super::calls::children;
use super::{Address, Key, Mode, ModuleId, World, expand, key_scope};
use crate::model::{Origin, Why};
use crate::terraform::evaluate::{Scope, evaluate};
use crate::terraform::syntax::{Body, Expr, ExprKind, Part, Step};

/// The longest way that is told.
const MAX_LINKS: usize = 12;

/// One thing that hands a reason on.
struct Link {
    name: String,
    origin: Origin,
}

/// A reason in words, with its place and the way from there to the first of the expressions that it reaches:
/// `data.google_project.p.number … (main.tf:12:3) via local.number (locals.tf:4:9)`.
pub fn words(world: &World, scope: &Scope, expressions: &[&Expr], why: &Why) -> String {
    let mut text = why.to_string();
    let mut links = Vec::new();
    let reached = expressions.iter().any(|expr| search(world, scope, expr, why, &mut links));
    if reached {
        for (at, link) in links.iter().rev().enumerate() {
            // Writing to a string cannot fail.
            let _ = write!(text, "{} {} ({})", if at == 0 { " via" } else { "," }, link.name, link.origin);
        }
    }
    text
}

/// All expressions of a body, those of nested blocks included.
pub fn expressions(body: &Body) -> Vec<&Expr> {
    let mut all: Vec<&Expr> = body.attributes.iter().map(|own| &*own.expr).collect();
    for block in &body.blocks {
        all.extend(expressions(&block.body));
    }
    all
}

/// Follows the first reference of the expression that carries the reason; false where none does.
fn search(world: &World, scope: &Scope, expr: &Expr, why: &Why, links: &mut Vec<Link>) -> bool {
    let Some(module) = scope.module else { return false };
    let mut references = Vec::new();
    collect(expr, &mut references);
    for reference in references {
        let carries = evaluate(world, scope, reference).is_ok_and(|value| value.whys().as_slice().contains(why));
        if !carries {
            continue;
        }
        if links.len() < MAX_LINKS
            && let Some(definition) = definition(world, module, reference, why)
        {
            links.push(Link { name: definition.name, origin: definition.origin });
            let next: Vec<&Expr> = definition.expressions.iter().map(|expr| &**expr).collect();
            // Where nothing in it carries the reason, it arises right there.
            let _ = next.iter().any(|expr| search(world, &definition.scope, expr, why, links));
        }
        return true;
    }
    false
}

/// Where the value of a reference is written.
struct Definition {
    name: String,
    origin: Origin,
    scope: Scope,
    expressions: Vec<Arc<Expr>>,
}

/// The definition of what a reference names; `None` where it is itself the root of the reason.
fn definition(world: &World, module: ModuleId, reference: &Expr, why: &Why) -> Option<Definition> {
    let (root, steps) = match &reference.kind {
        ExprKind::Variable(name) => (name, [].as_slice()),
        ExprKind::Traversal(base, steps) => match &base.kind {
            ExprKind::Variable(name) => (name, steps.as_slice()),
            _ => return None,
        },
        _ => return None,
    };
    let attr = |at: usize| match steps.get(at) {
        Some(Step::Attr(name, _)) => Some(name),
        _ => None,
    };
    let instance = world.instance(module)?;
    let made = |name: String, expr: &Arc<Expr>, scope: Scope| Definition {
        name,
        origin: world.origin(scope.module, expr.span),
        scope,
        expressions: vec![expr.clone()],
    };
    match &**root {
        "local" => {
            let name = attr(0)?;
            let local = instance.module.locals.get(name)?;
            Some(made(format!("local.{name}"), &local.expr, Scope::module(module)))
        }
        "var" => {
            let name = attr(0)?;
            let call = instance.call.as_ref()?;
            let argument = call.block.body.attribute(name)?;
            Some(made(format!("var.{name}"), &argument.expr, call.scope.clone()))
        }
        "module" => {
            let name = attr(0)?;
            let called = children(world, module, name)?;
            let output = steps.iter().skip(1).find_map(|step| match step {
                Step::Attr(output, _) => Some(output),
                _ => None,
            })?;
            let child = called.instances.values().find(|id| {
                world.outputs(**id).get(output).is_some_and(|value| value.whys().as_slice().contains(why))
            })?;
            let block = world.instance(*child)?.module.outputs.get(output)?.clone();
            Some(made(format!("module.{name}.{output}"), &block.body.attribute("value")?.expr, Scope::module(*child)))
        }
        "path" | "terraform" | "each" | "count" | "self" => None,
        kind => resource(world, module, kind, steps, why),
    }
}

/// The attribute of a resource, or all of it where no one attribute is named.
fn resource(world: &World, module: ModuleId, kind: &str, steps: &[Step], why: &Why) -> Option<Definition> {
    let (mode, kind, at) = match (kind, steps.first()) {
        ("data", Some(Step::Attr(kind, _))) => (Mode::Data, kind.clone(), 1),
        _ => (Mode::Managed, Arc::from(kind), 0),
    };
    let Some(Step::Attr(name, _)) = steps.get(at) else { return None };
    let address = Address { mode, kind, name: name.clone() };
    let block = world.instance(module)?.module.resources.get(&address)?.clone();
    let attribute = steps.iter().skip(at + 1).find_map(|step| match step {
        Step::Attr(name, _) => Some(name),
        _ => None,
    })?;
    let own = block.body.attribute(attribute)?;
    let expansion = expand(world, module, &address, &block.body);
    let scope_of = |key: &Key| key_scope(module, &expansion, key);
    let carries = |key: &Key| world.value_of(&scope_of(key), &own.expr).whys().as_slice().contains(why);
    let key = expansion.keys().into_iter().find(carries)?;
    Some(Definition {
        name: format!("{address}{key}.{attribute}"),
        origin: world.origin(Some(module), own.expr.span),
        scope: scope_of(&key),
        expressions: vec![own.expr.clone()],
    })
}

/// The references in an expression, in the order written.
fn collect<'a>(expr: &'a Expr, all: &mut Vec<&'a Expr>) {
    match &expr.kind {
        ExprKind::Literal(_) => {}
        ExprKind::Variable(_) => all.push(expr),
        ExprKind::Template(parts) => parts.iter().for_each(|part| collect_part(part, all)),
        ExprKind::Tuple(items) => items.iter().for_each(|item| collect(item, all)),
        ExprKind::Object(items) => items.iter().for_each(|(key, value)| {
            collect(key, all);
            collect(value, all);
        }),
        ExprKind::Traversal(base, steps) => {
            if matches!(base.kind, ExprKind::Variable(_)) {
                all.push(expr);
            } else {
                collect(base, all);
            }
            for step in steps {
                if let Step::Index(key) = step {
                    collect(key, all);
                }
            }
        }
        ExprKind::Call(call) => call.args.iter().for_each(|arg| collect(arg, all)),
        ExprKind::Unary(_, inner) | ExprKind::Parenthesis(inner) => collect(inner, all),
        ExprKind::Binary(_, left, right) => {
            collect(left, all);
            collect(right, all);
        }
        ExprKind::Conditional(parts) => parts.iter().for_each(|part| collect(part, all)),
        ExprKind::For(for_expr) => {
            collect(&for_expr.collection, all);
            let inner = [for_expr.key.as_ref(), Some(&for_expr.value), for_expr.condition.as_ref()];
            inner.into_iter().flatten().for_each(|expr| collect(expr, all));
        }
    }
}

fn collect_part<'a>(part: &'a Part, all: &mut Vec<&'a Expr>) {
    match part {
        Part::Literal(_) => {}
        Part::Interpolation(expr) => collect(expr, all),
        Part::If(condition, then, otherwise) => {
            collect(condition, all);
            then.iter().chain(otherwise).for_each(|part| collect_part(part, all));
        }
        Part::For(part) => {
            collect(&part.collection, all);
            part.parts.iter().for_each(|part| collect_part(part, all));
        }
    }
}

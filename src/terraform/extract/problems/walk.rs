//! Every reference of a body, with the names that are bound around it taken away.

use std::sync::Arc;

use super::super::super::syntax::{Body, Expr, ExprKind, Part, Span, Step};

/// A reference that starts at a name of the module.
pub(super) struct Reference<'a> {
    pub(super) name: &'a Arc<str>,
    pub(super) steps: &'a [Step],
    pub(super) span: Span,
}

/// Calls `each` for every reference of a body, nested blocks included. `skip` names arguments, by block kind (empty for
/// the body itself) and name, that hold no references.
pub(super) fn body<'a>(body: &'a Body, skip: &dyn Fn(&str, &str) -> bool, each: &mut dyn FnMut(Reference<'a>)) {
    within(body, "", skip, &mut Vec::new(), each);
}

fn within<'a>(
    own: &'a Body,
    kind: &str,
    skip: &dyn Fn(&str, &str) -> bool,
    bound: &mut Vec<Arc<str>>,
    each: &mut dyn FnMut(Reference<'a>),
) {
    for attribute in own.attributes.iter().filter(|attribute| !skip(kind, &attribute.name)) {
        expr(&attribute.expr, bound, each);
    }
    for block in &own.blocks {
        if &*block.kind != "dynamic" {
            within(&block.body, &block.kind, skip, bound, each);
            continue;
        }
        if let Some(items) = block.body.attribute("for_each") {
            expr(&items.expr, bound, each);
        }
        let iterator = block.body.attribute("iterator").and_then(|own| own.expr.names()?.first().cloned());
        bound.push(iterator.unwrap_or_else(|| block.label(0).into()));
        for content in block.body.blocks("content") {
            within(&content.body, block.label(0), skip, bound, each);
        }
        bound.pop();
    }
}

/// Calls `each` for every reference of an expression.
pub(super) fn expr<'a>(own: &'a Expr, bound: &mut Vec<Arc<str>>, each: &mut dyn FnMut(Reference<'a>)) {
    let found = |name: &'a Arc<str>, steps: &'a [Step], bound: &Vec<Arc<str>>, each: &mut dyn FnMut(Reference<'a>)| {
        if !bound.contains(name) {
            each(Reference { name, steps, span: own.span });
        }
    };
    match &own.kind {
        ExprKind::Literal(_) => {}
        ExprKind::Variable(name) => found(name, &[], bound, each),
        ExprKind::Traversal(base, steps) => {
            match &base.kind {
                ExprKind::Variable(name) => found(name, steps, bound, each),
                _ => expr(base, bound, each),
            }
            for step in steps {
                if let Step::Index(index) = step {
                    expr(index, bound, each);
                }
            }
        }
        ExprKind::Template(text) => parts(text, bound, each),
        ExprKind::Tuple(items) => items.iter().for_each(|item| expr(item, bound, each)),
        ExprKind::Object(items) => {
            for (key, value) in items {
                // A bare word as a key is a text.
                if !matches!(key.kind, ExprKind::Variable(_)) {
                    expr(key, bound, each);
                }
                expr(value, bound, each);
            }
        }
        ExprKind::Call(call) => call.args.iter().for_each(|argument| expr(argument, bound, each)),
        ExprKind::Unary(_, inner) | ExprKind::Parenthesis(inner) => expr(inner, bound, each),
        ExprKind::Binary(_, left, right) => {
            expr(left, bound, each);
            expr(right, bound, each);
        }
        ExprKind::Conditional(three) => three.iter().for_each(|one| expr(one, bound, each)),
        ExprKind::For(own) => {
            expr(&own.collection, bound, each);
            let names = bind(bound, own.key_name.as_ref(), &own.value_name);
            for one in [own.key.as_ref(), Some(&own.value), own.condition.as_ref()].into_iter().flatten() {
                expr(one, bound, each);
            }
            bound.truncate(names);
        }
    }
}

fn parts<'a>(text: &'a [Part], bound: &mut Vec<Arc<str>>, each: &mut dyn FnMut(Reference<'a>)) {
    for part in text {
        match part {
            Part::Literal(_) => {}
            Part::Interpolation(inner) => expr(inner, bound, each),
            Part::If(condition, then, otherwise) => {
                expr(condition, bound, each);
                parts(then, bound, each);
                parts(otherwise, bound, each);
            }
            Part::For(own) => {
                expr(&own.collection, bound, each);
                let names = bind(bound, own.key_name.as_ref(), &own.value_name);
                parts(&own.parts, bound, each);
                bound.truncate(names);
            }
        }
    }
}

/// Binds the names of a `for`, and gives back how many there were before.
fn bind(bound: &mut Vec<Arc<str>>, key: Option<&Arc<str>>, value: &Arc<str>) -> usize {
    let before = bound.len();
    bound.extend(key.cloned());
    bound.push(value.clone());
    before
}

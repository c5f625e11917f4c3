//! Expressions to values.
//!
//! Three outcomes are kept apart: a value (which may be unknown, with its reasons), a [`Failure`] that `try` and
//! `can` see, and a fatal failure that they do not see because Terraform finds it before it evaluates anything.

mod collections;
mod conditional;
mod equality;
mod operators;
mod splat;
mod template;

use std::sync::Arc;

use super::functions;
use super::module::{ModuleId, World};
use super::syntax::{Call, Expr, ExprKind, Span, Step};
use super::value::{Type, Value, Whys, convert};
use crate::model::{Why, WhyKind};

pub use collections::{get_attr, get_index};
pub use equality::equal;
pub use template::render;

/// The deepest nesting of evaluations, over references and modules.
const MAX_DEPTH: usize = 1_000;
/// The largest number of values in one value.
const MAX_SIZE: u32 = 2_000_000;
/// The largest number of evaluations in one go.
const MAX_STEPS: u64 = 20_000_000;

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// A lower-case fragment.
    pub text: String,
    /// Where; the innermost place that is known.
    pub span: Option<Span>,
    /// True where `try` and `can` do not catch it.
    pub fatal: bool,
}

impl Failure {
    /// A failure at a place.
    pub fn at(span: Span, text: impl Into<String>) -> Self {
        Self { text: text.into(), span: Some(span), fatal: false }
    }

    /// A failure that nothing catches.
    pub fn fatal(span: Span, text: impl Into<String>) -> Self {
        Self { text: text.into(), span: Some(span), fatal: true }
    }
}

/// Where an expression stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Inside {
    /// In a module.
    #[default]
    Module,
    /// In the file of a template, which is used in this module and has no template in it.
    TemplateFile(Option<ModuleId>),
    /// In the text of a template, in which no file is read either.
    TemplateText,
}

/// The names that an expression sees: a module, and what `for`, `each`, `count` and dynamic blocks bind.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The module instance; `None` where no reference is allowed.
    pub module: Option<ModuleId>,
    /// True where no function may be called: values and defaults of variables.
    pub constant: bool,
    /// Where it is, which decides about some functions.
    pub inside: Inside,
    /// The bound names, innermost first.
    bindings: Option<Arc<Binding>>,
}

#[derive(Debug)]
struct Binding {
    name: Arc<str>,
    value: Value,
    outer: Option<Arc<Binding>>,
}

impl Scope {
    /// The scope of a module instance.
    pub fn module(module: ModuleId) -> Self {
        Self { module: Some(module), ..Self::default() }
    }

    /// The scope of what may neither refer to anything nor call a function.
    pub fn constant() -> Self {
        Self { constant: true, ..Self::default() }
    }

    /// The scope of a template.
    pub fn template(inside: Inside) -> Self {
        Self { inside, ..Self::default() }
    }

    /// This scope with one more name.
    pub fn bind(&self, name: &Arc<str>, value: Value) -> Self {
        let binding = Binding { name: name.clone(), value, outer: self.bindings.clone() };
        Self { bindings: Some(Arc::new(binding)), ..self.clone() }
    }

    /// The value of a bound name.
    pub fn bound(&self, name: &str) -> Option<&Value> {
        let mut binding = self.bindings.as_deref();
        while let Some(current) = binding {
            if &*current.name == name {
                return Some(&current.value);
            }
            binding = current.outer.as_deref();
        }
        None
    }
}

/// Evaluates an expression.
///
/// # Errors
/// The first error of the expression.
pub fn evaluate(world: &World, scope: &Scope, expr: &Expr) -> Result<Value, Failure> {
    let depth = world.depth.get();
    if depth > MAX_DEPTH {
        return Ok(limited(world, scope, expr.span, "the evaluation is nested too deeply"));
    }
    if is_exhausted(world) {
        return Ok(exhausted(world, scope, expr.span));
    }
    world.steps.set(world.steps.get() + 1);
    world.depth.set(depth + 1);
    let result = evaluate_kind(world, scope, expr);
    world.depth.set(depth);
    match result {
        Ok(value) if value.size() > MAX_SIZE => Ok(limited(world, scope, expr.span, "the value is too large")),
        other => other,
    }
}

fn limited(world: &World, scope: &Scope, span: Span, text: &str) -> Value {
    Value::unknown_because(Type::Dynamic, Why::at(WhyKind::Limit, text, world.origin(scope.module, span)))
}

/// True where no more is evaluated.
fn is_exhausted(world: &World) -> bool {
    world.steps.get() > MAX_STEPS
}

fn exhausted(world: &World, scope: &Scope, span: Span) -> Value {
    limited(world, scope, span, "the configuration takes too many steps to evaluate")
}

fn evaluate_kind(world: &World, scope: &Scope, expr: &Expr) -> Result<Value, Failure> {
    match &expr.kind {
        ExprKind::Literal(value) => Ok(value.clone()),
        ExprKind::Parenthesis(inner) => evaluate(world, scope, inner),
        ExprKind::Template(parts) => template::evaluate(world, scope, parts, expr.span),
        ExprKind::Tuple(items) => {
            let items: Result<Vec<_>, _> = items.iter().map(|item| evaluate(world, scope, item)).collect();
            Ok(Value::tuple(items?))
        }
        ExprKind::Object(items) => object(world, scope, items),
        ExprKind::Variable(_) => reference(world, scope, expr, &[]),
        ExprKind::Traversal(base, steps) => match &base.kind {
            ExprKind::Variable(_) => reference(world, scope, base, steps),
            _ => {
                let value = evaluate(world, scope, base)?;
                collections::apply_steps(world, scope, value, steps, expr.span)
            }
        },
        ExprKind::Call(call) => function_call(world, scope, call, expr.span),
        ExprKind::Unary(operator, inner) => {
            let value = evaluate(world, scope, inner)?;
            operators::unary(*operator, &value).map_err(|text| Failure::at(inner.span, text))
        }
        ExprKind::Binary(operator, left, right) => {
            let (a, b) = (evaluate(world, scope, left)?, evaluate(world, scope, right)?);
            operators::binary(*operator, &a, &b).map_err(|text| Failure::at(expr.span, text))
        }
        ExprKind::Conditional(parts) => {
            let [condition, then, otherwise] = &**parts;
            conditional::conditional(world, scope, condition, then, otherwise)
        }
        ExprKind::For(for_expr) => collections::for_expr(world, scope, for_expr),
    }
}

fn object(world: &World, scope: &Scope, items: &[(Expr, Expr)]) -> Result<Value, Failure> {
    let mut fields = Vec::with_capacity(items.len());
    let mut unknown_keys = Whys::default();
    let mut sensitive = false;
    for (key, value) in items {
        if is_ambiguous_key(key) {
            return Err(Failure::at(key.span, "a key that is a reference must be in parentheses"));
        }
        let name = evaluate(world, scope, key)?;
        let value = evaluate(world, scope, value)?;
        sensitive |= name.sensitive;
        let name = convert(&name, &Type::String).map_err(|text| Failure::at(key.span, format!("key: {text}")))?;
        if name.is_null() {
            return Err(Failure::at(key.span, "an object's key is null"));
        }
        match name.as_str() {
            Some(text) => {
                fields.push((Arc::from(text), value));
            }
            None => unknown_keys = unknown_keys.and(&name.whys()),
        }
    }
    let value = match unknown_keys.is_empty() {
        true => Value::object(fields.into_iter().collect()),
        false => Value::unknown(Type::Dynamic, unknown_keys),
    };
    Ok(value.marked(sensitive))
}

/// Terraform does not guess whether `{ a.b = 1 }` means a name with a dot or a reference.
fn is_ambiguous_key(key: &Expr) -> bool {
    let is_static = |step: &Step| matches!(step, Step::Attr(..)) || step.is_literal_index();
    match &key.kind {
        ExprKind::Traversal(base, steps) => matches!(base.kind, ExprKind::Variable(_)) && steps.iter().all(is_static),
        _ => false,
    }
}

fn reference(world: &World, scope: &Scope, base: &Expr, steps: &[Step]) -> Result<Value, Failure> {
    let ExprKind::Variable(name) = &base.kind else { return Err(Failure::at(base.span, "no reference")) };
    if let Some(value) = scope.bound(name) {
        return collections::apply_steps(world, scope, value.clone(), steps, base.span);
    }
    let (value, used) = super::module::resolve(world, scope, name, steps, base.span)?;
    collections::apply_steps(world, scope, value, steps.get(used..).unwrap_or_default(), base.span)
}

fn function_call(world: &World, scope: &Scope, call: &Call, span: Span) -> Result<Value, Failure> {
    let name = call.name.strip_prefix("core::").unwrap_or(&call.name);
    match name {
        _ if scope.constant => return Err(Failure::fatal(span, "functions may not be called here")),
        "try" => return try_call(world, scope, call, span),
        "can" => return can_call(world, scope, call, span),
        _ => {}
    }
    if name == "templatestring"
        && call.args.first().is_some_and(|arg| !matches!(arg.kind, ExprKind::Traversal(..) | ExprKind::Variable(_)))
    {
        return Err(Failure::at(span, "templatestring needs a reference to a template"));
    }
    let mut args = Vec::with_capacity(call.args.len());
    for (at, arg) in call.args.iter().enumerate() {
        let value = evaluate(world, scope, arg)?;
        if !(call.expand && at + 1 == call.args.len()) {
            args.push(value);
            continue;
        }
        if value.is_unknown() {
            // Whatever the function: Terraform does not even check the other arguments.
            return Ok(Value::unknown(Type::Dynamic, value.whys()).marked(value.sensitive));
        }
        match value.entries() {
            Some(entries) if value.elements_are_listed() => {
                args.extend(entries.into_iter().map(|(_, item)| item.marked(value.sensitive)));
            }
            _ => return Err(Failure::at(arg.span, "only a list, a set or a tuple can be expanded into arguments")),
        }
    }
    functions::call(world, scope, name, args, span).map_err(|text| Failure::at(span, text))
}

/// The first argument that does not fail. One that is not wholly known may still fail when it is, so that neither its
/// value nor its type is certain.
fn try_call(world: &World, scope: &Scope, call: &Call, span: Span) -> Result<Value, Failure> {
    let last = call.args.len().checked_sub(1);
    let decided = |value: Value| match value.contains_unknown() {
        true => Value::unknown(Type::Dynamic, value.whys()).marked(value.sensitive),
        false => value,
    };
    for (at, arg) in call.args.iter().enumerate() {
        match evaluate(world, scope, arg) {
            Ok(value) if call.expand && Some(at) == last => {
                let Some(first) = value.elements().next().filter(|_| value.elements_are_listed()) else { break };
                return Ok(decided(first.clone()).marked(value.sensitive));
            }
            Ok(value) => return Ok(decided(value)),
            Err(failure) if failure.fatal => return Err(failure),
            Err(_) => {}
        }
    }
    let text = if last.is_none() { "try needs at least one argument" } else { "every argument of try fails" };
    Err(Failure::at(span, text))
}

fn can_call(world: &World, scope: &Scope, call: &Call, span: Span) -> Result<Value, Failure> {
    let [arg] = call.args.as_slice() else { return Err(Failure::at(span, "can needs exactly one argument")) };
    match evaluate(world, scope, arg) {
        Ok(value) if value.contains_unknown() => Ok(Value::unknown(Type::Bool, value.whys())),
        Ok(_) => Ok(Value::bool(true)),
        Err(failure) if failure.fatal => Err(failure),
        Err(_) => Ok(Value::bool(false)),
    }
}

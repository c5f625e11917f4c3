//! The value of an input variable.

use std::sync::Arc;

use super::layers::{Content, Given, Source};
use super::{ModuleId, Node, World};
use crate::model::{Why, WhyKind};
use crate::terraform::evaluate::{Failure, Scope, evaluate};
use crate::terraform::syntax::{Block, ExprKind, Span, parse_expression};
use crate::terraform::value::{Kind, Type, Unknown, Value, apply_defaults, convert};

/// The value of `var.name`; `None` where the module declares no such variable.
pub(super) fn variable(world: &World, module: ModuleId, name: &Arc<str>) -> Option<Value> {
    let instance = world.instance(module)?;
    let block = instance.module.variables.get(name)?.clone();
    Some(world.memoised(module, Node::Variable(name.clone()), block.header, || compute(world, module, name, &block)))
}

fn flag(world: &World, block: &Block, name: &str, default: bool) -> bool {
    let attribute = block.body.attribute(name);
    attribute.map_or(default, |own| world.value_of(&Scope::default(), &own.expr).as_bool().unwrap_or(default))
}

fn compute(world: &World, module: ModuleId, name: &Arc<str>, block: &Block) -> Result<Value, Failure> {
    let instance = world.instance(module);
    let declared = match instance.as_ref().and_then(|instance| instance.module.variable_type(name)) {
        Some(Ok(ty)) => Some(ty.clone()),
        Some(Err(text)) => {
            let place = block.body.attribute("type").map_or(block.header, |own| own.expr.span);
            return Err(Failure::at(place, text.clone()));
        }
        None => None,
    };
    let ty = declared.clone().unwrap_or(Type::Dynamic);
    let sensitive = flag(world, block, "sensitive", false) || flag(world, block, "ephemeral", false);
    let nullable = flag(world, block, "nullable", true);
    let found = given(world, module, name, declared.as_ref())?;
    let is_null = found.as_ref().is_some_and(|own| own.value.is_null());
    let found = found.filter(|own| nullable || !own.value.is_null());
    let (value, place, source) = match (found, block.body.attribute("default")) {
        (Some(own), _) => (own.value, own.span, own.source),
        (None, Some(own)) => {
            let value = evaluate(world, &Scope::constant(), &own.expr)?;
            if value.is_null() && !nullable {
                return Err(Failure::at(own.expr.span, format!("the default of var.{name} is null, and must not be")));
            }
            (value, Some(own.expr.span), String::new())
        }
        (None, None) if is_null => {
            return Err(Failure::at(block.header, format!("var.{name} is null, and must not be")));
        }
        (None, None) => {
            let text = format!("var.{name} has no default and no value in the files that are read");
            let why = Why::at(WhyKind::VariableUnset, text, world.origin(Some(module), block.header));
            return Ok(Value::unknown_because(ty, why).marked(sensitive));
        }
    };
    let value = convert(&apply_defaults(&value, &ty), &ty).map_err(|text| {
        let text = format!("the value of var.{name}{source} does not fit its type: {text}");
        Failure::at(place.unwrap_or(block.header), text)
    })?;
    // Null never gets here where it is not allowed.
    let value = if nullable { value } else { not_null(value) };
    Ok(value.marked(sensitive))
}

fn not_null(mut value: Value) -> Value {
    if let Kind::Unknown(unknown) = &value.kind {
        value.kind = Kind::Unknown(Arc::new(Unknown { not_null: true, ..(**unknown).clone() }));
    }
    value
}

/// A value that is given.
struct Found {
    value: Value,
    /// Its place, where that is in a file of variables.
    span: Option<Span>,
    /// Where it comes from, in words that read after the variable's name; empty where the place says it.
    source: String,
}

/// The value that the caller or the strongest source gives.
fn given(world: &World, module: ModuleId, name: &Arc<str>, declared: Option<&Type>) -> Result<Option<Found>, Failure> {
    let Some(instance) = world.instance(module) else { return Ok(None) };
    let found = |value, span, source| Ok(Some(Found { value, span, source }));
    if let Some(call) = &instance.call {
        let Some(argument) = call.block.body.attribute(name) else { return Ok(None) };
        return found(world.value_of(&call.scope, &argument.expr), None, String::new());
    }
    match world.decisive(module, name) {
        None => Ok(None),
        Some((_, Decisive::Failed(why))) => found(Value::unknown_because(Type::Dynamic, why), None, String::new()),
        Some((_, Decisive::Given(Given::Value(value, span)))) => found(value, Some(span), String::new()),
        Some((_, Decisive::Given(Given::Expr(expr)))) => {
            found(evaluate(world, &Scope::constant(), &expr)?, Some(expr.span), String::new())
        }
        Some((source, Decisive::Given(Given::Text(text)))) => {
            let source = format!(" from {}", source.told(name));
            let value = from_text(world, name, &source, &text, declared)?;
            found(value, None, source)
        }
    }
}

/// What decides the value of a root variable.
#[derive(Clone, Debug)]
pub enum Decisive {
    /// A value.
    Given(Given),
    /// A source that could not be read.
    Failed(Why),
}

impl World {
    /// The strongest source of a root module's variable; `None` where none gives it a value.
    pub fn decisive(&self, module: ModuleId, name: &str) -> Option<(Source, Decisive)> {
        let instance = self.instance(module)?;
        instance.layers.iter().rev().find_map(|layer| {
            let what = match &layer.content {
                Content::Failed(why) => Decisive::Failed(why.clone()),
                Content::Values(values) => Decisive::Given(values.get(name)?.clone()),
            };
            Some((layer.source.clone(), what))
        })
    }

    /// Where the value of a variable comes from, in words.
    pub fn variable_source(&self, module: ModuleId, name: &Arc<str>) -> Option<String> {
        let instance = self.instance(module)?;
        let block = instance.module.variables.get(name)?;
        match &instance.call {
            Some(call) if call.block.body.attribute(name).is_some() => return Some("the calling module".to_owned()),
            None => {
                if let Some((source, Decisive::Given(_))) = self.decisive(module, name) {
                    return Some(source.told(name));
                }
            }
            Some(_) => {}
        }
        block.body.attribute("default").map(|_| "default".to_owned())
    }
}

/// Text of the command line or the environment: plain where the variable is a primitive or declares no type, else an
/// expression.
fn from_text(world: &World, name: &str, source: &str, text: &str, ty: Option<&Type>) -> Result<Value, Failure> {
    if ty.is_none_or(Type::is_primitive) {
        return Ok(Value::string(text));
    }
    let fail =
        |text: String| Failure { text: format!("the value of var.{name}{source} {text}"), span: None, fatal: false };
    let file = world.add_source("(variables of the run)", text.to_owned());
    let expr = parse_expression(text, file).map_err(|error| fail(format!("could not be parsed: {}", error.text)))?;
    if matches!(expr.kind, ExprKind::Variable(_)) {
        return Err(fail("is no constant".to_owned()));
    }
    evaluate(world, &Scope::constant(), &expr).map_err(|failure| fail(format!("fails: {}", failure.text)))
}

//! From a reference to a value.

use std::sync::Arc;

use super::calls::call_value;
use super::files::relative;
use super::resources::{instance_object, resource_attribute};
use super::variables::variable;
use super::{Address, Expansion, Key, Mode, ModuleId, Node, World, children, expand, remote_state};
use crate::model::{Why, WhyKind};
use crate::terraform::evaluate::{Failure, Scope, evaluate, get_index};
use crate::terraform::syntax::{Span, Step};
use crate::terraform::value::{Fields, Type, Value};

/// The value of the reference that starts with `name`, and how many of the steps it used.
///
/// # Errors
/// Where nothing of the name is declared: `try` does not catch that.
pub fn resolve(
    world: &World,
    scope: &Scope,
    name: &Arc<str>,
    steps: &[Step],
    span: Span,
) -> Result<(Value, usize), Failure> {
    let Some(module) = scope.module else {
        return Err(Failure::fatal(span, format!("`{name}` is not available here")));
    };
    let attr = |at: usize| match steps.get(at) {
        Some(Step::Attr(name, _)) => Ok(name),
        _ => Err(Failure::fatal(span, format!("the reference to `{name}` names nothing"))),
    };
    match &**name {
        "var" => {
            let found = variable(world, module, attr(0)?);
            or_gap(world, module, span, found, || format!("var.{}", step_name(steps, 0))).map(|value| (value, 1))
        }
        "local" => {
            let found = local(world, module, attr(0)?);
            or_gap(world, module, span, found, || format!("local.{}", step_name(steps, 0))).map(|value| (value, 1))
        }
        "path" => path(world, module, attr(0)?, span).map(|value| (value, 1)),
        "terraform" | "tofu" => Ok((workspace(world, module, attr(0)?, span)?, 1)),
        "module" => module_reference(world, scope, module, steps, span),
        "each" | "count" | "self" => {
            Err(Failure::fatal(span, format!("`{name}` is only available where something repeats")))
        }
        "ephemeral" => {
            let why = Why::at(
                WhyKind::Unsupported,
                "ephemeral resources are not evaluated",
                world.origin(Some(module), span),
            );
            Ok((Value::unknown_because(Type::Dynamic, why), steps.len()))
        }
        "data" => {
            let address = Address { mode: Mode::Data, kind: attr(0)?.clone(), name: attr(1)?.clone() };
            resource_reference(world, scope, module, &address, steps, 2, span)
        }
        _ => {
            let address = Address { mode: Mode::Managed, kind: name.clone(), name: attr(0)?.clone() };
            resource_reference(world, scope, module, &address, steps, 1, span)
        }
    }
}

fn step_name(steps: &[Step], at: usize) -> &str {
    match steps.get(at) {
        Some(Step::Attr(name, _)) => name,
        _ => "",
    }
}

/// What is not found may stand in a file that could not be read: then it is unknown, and never "does not exist".
fn or_gap(
    world: &World,
    module: ModuleId,
    span: Span,
    found: Option<Value>,
    what: impl FnOnce() -> String,
) -> Result<Value, Failure> {
    if let Some(value) = found {
        return Ok(value);
    }
    let gaps = world.gaps(module);
    if gaps.is_empty() {
        return Err(Failure::fatal(span, format!("{} is not declared", what())));
    }
    Ok(Value::unknown(Type::Dynamic, gaps))
}

fn local(world: &World, module: ModuleId, name: &Arc<str>) -> Option<Value> {
    let instance = world.instance(module)?;
    let local = instance.module.locals.get(name)?;
    let scope = Scope::module(module);
    Some(world.memoised(module, Node::Local(name.clone()), local.expr.span, || evaluate(world, &scope, &local.expr)))
}

fn path(world: &World, module: ModuleId, name: &str, span: Span) -> Result<Value, Failure> {
    let instance = world.instance(module).ok_or_else(|| Failure::fatal(span, "no module"))?;
    match name {
        "module" => Ok(Value::string(&relative(&instance.root, &instance.module.dir))),
        "root" => Ok(Value::string(".")),
        "cwd" => {
            let text = "path.cwd is the folder in which Terraform runs";
            let why = Why::at(WhyKind::Environment, text, world.origin(Some(module), span));
            Ok(Value::unknown_not_null(Type::String, crate::terraform::value::Whys::one(why)))
        }
        other => Err(Failure::fatal(span, format!("path.{other} does not exist"))),
    }
}

fn workspace(world: &World, module: ModuleId, name: &str, span: Span) -> Result<Value, Failure> {
    let known = world.instance(module).and_then(|instance| instance.workspace.clone());
    match (name, &known) {
        ("workspace", Some(workspace)) => Ok(Value::string(workspace)),
        ("workspace", None) => {
            let text = "terraform.workspace is not known: no workspace is configured";
            let why = Why::at(WhyKind::Workspace, text, world.origin(Some(module), span));
            Ok(Value::unknown_not_null(Type::String, crate::terraform::value::Whys::one(why)))
        }
        ("applying", _) => {
            let why = Why::at(
                WhyKind::NonDeterministic,
                "terraform.applying differs from run to run",
                world.origin(Some(module), span),
            );
            Ok(Value::unknown_because(Type::Bool, why))
        }
        (other, _) => Err(Failure::fatal(span, format!("terraform.{other} does not exist"))),
    }
}

fn module_reference(
    world: &World,
    scope: &Scope,
    module: ModuleId,
    steps: &[Step],
    span: Span,
) -> Result<(Value, usize), Failure> {
    let Some(Step::Attr(name, _)) = steps.first() else {
        return Err(Failure::fatal(span, "the reference to `module` names nothing"));
    };
    let Some(called) = children(world, module, name) else {
        return or_gap(world, module, span, None, || format!("module.{name}")).map(|value| (value, steps.len()));
    };
    if let Some(why) = &called.opaque {
        return Ok((Value::unknown_because(Type::Dynamic, why.clone()), steps.len()));
    }
    let rest = steps.get(1..).unwrap_or_default();
    let one = |key: &Key, output: Option<&Arc<str>>| {
        call_value(world, &called, key, output).map_err(|failure| Failure { span: Some(span), ..failure })
    };
    let picked = pick(world, scope, &called.expansion, rest)?;
    match picked {
        Picked::Unknown => Ok((Value::unknown(Type::Dynamic, called.expansion.presence()), steps.len())),
        Picked::One(key, used) => match steps.get(1 + used) {
            Some(Step::Attr(output, _)) => Ok((one(&key, Some(output))?, 2 + used)),
            _ => Ok((one(&key, None)?, 1 + used)),
        },
        Picked::All => Ok((all(&called.expansion, |key| one(key, None))?, 1)),
    }
}

fn resource_reference(
    world: &World,
    scope: &Scope,
    module: ModuleId,
    address: &Address,
    steps: &[Step],
    used: usize,
    span: Span,
) -> Result<(Value, usize), Failure> {
    let instance = world.instance(module).ok_or_else(|| Failure::fatal(span, "no module"))?;
    let Some(block) = instance.module.resources.get(address) else {
        return or_gap(world, module, span, None, || address.to_string()).map(|value| (value, steps.len()));
    };
    let expansion = expand(world, module, address, &block.body);
    let rest = steps.get(used..).unwrap_or_default();
    // Terraform sees such a key before it evaluates anything, also where `try` stands around it.
    if *expansion == Expansion::Single && rest.first().is_some_and(Step::is_literal_index) {
        let text = format!("{address} has neither count nor for_each, and no instance keys");
        return Err(Failure::fatal(span, text));
    }
    match pick(world, scope, &expansion, rest)? {
        Picked::Unknown => Ok((Value::unknown(Type::Dynamic, expansion.presence()), steps.len())),
        Picked::One(key, more) => match rest.get(more) {
            Some(Step::Attr(name, _)) => {
                let other = remote_state::outputs(world, module, address, &expansion, &key, block, name);
                let value = other.unwrap_or_else(|| resource_attribute(world, module, address, &expansion, &key, name));
                Ok((value, used + more + 1))
            }
            _ => Ok((instance_object(world, module, address, &expansion, &key), used + more)),
        },
        Picked::All => Ok((all(&expansion, |key| Ok(instance_object(world, module, address, &expansion, key)))?, used)),
    }
}

/// Which instances a reference means.
enum Picked {
    /// One, after so many steps.
    One(Key, usize),
    /// All of them.
    All,
    /// It cannot be told.
    Unknown,
}

/// An index right after the name picks one instance, so that only what is needed of it is evaluated.
fn pick(world: &World, scope: &Scope, expansion: &Expansion, rest: &[Step]) -> Result<Picked, Failure> {
    let index = match rest.first() {
        Some(Step::Index(expr)) => Some((evaluate(world, scope, expr)?, expr.span)),
        Some(Step::LegacyIndex(index)) => Some((Value::int(*index), Span::default())),
        _ => None,
    };
    match (expansion, index) {
        (Expansion::Single, _) => Ok(Picked::One(Key::None, 0)),
        (Expansion::Unknown { .. }, _) => Ok(Picked::Unknown),
        (_, None) => Ok(Picked::All),
        (_, Some((index, _))) if index.contains_unknown() || index.is_null() => Ok(Picked::All),
        (Expansion::Count(count), Some((index, span))) => {
            let places = Value::tuple((0..*count).map(Value::int).collect());
            let found = get_index(&places, &index).map_err(|text| Failure::at(span, text))?;
            Ok(Picked::One(Key::Index(found.as_int().unwrap_or_default()), 1))
        }
        (Expansion::Each(items), Some((index, span))) => {
            let places = items.keys().map(|key| (key.clone(), Value::string(key))).collect();
            let found = get_index(&Value::object(places), &index).map_err(|text| Failure::at(span, text))?;
            Ok(Picked::One(Key::Name(found.as_str().unwrap_or_default().into()), 1))
        }
    }
}

/// All instances: a tuple for `count`, an object for `for_each`.
fn all(expansion: &Expansion, one: impl Fn(&Key) -> Result<Value, Failure>) -> Result<Value, Failure> {
    match expansion {
        Expansion::Each(items) => {
            let mut fields = Fields::new();
            for key in items.keys() {
                fields.insert(key.clone(), one(&Key::Name(key.clone()))?);
            }
            Ok(Value::object(fields))
        }
        other => {
            let items: Result<Vec<_>, _> = other.keys().iter().map(one).collect();
            Ok(Value::tuple(items?))
        }
    }
}

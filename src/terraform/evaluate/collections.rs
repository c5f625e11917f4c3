//! Attribute and index access, and `for`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::module::World;
use super::super::syntax::{Expr, For, Span, Step};
use super::super::value::{Kind, Type, Value, Whys, convert};
use super::splat::splat;
use super::{Failure, Scope, evaluate, exhausted, is_exhausted};

impl Value {
    /// True for a list, a set or a tuple.
    pub(super) fn elements_are_listed(&self) -> bool {
        matches!(self.kind, Kind::List(..) | Kind::Set(..) | Kind::Tuple(_))
    }
}

/// Applies the steps of a traversal.
pub(super) fn apply_steps(
    world: &World,
    scope: &Scope,
    value: Value,
    steps: &[Step],
    span: Span,
) -> Result<Value, Failure> {
    let mut value = value;
    let mut steps = steps;
    while let Some((step, rest)) = steps.split_first() {
        match step {
            Step::Attr(name, span) => value = get_attr(&value, name).map_err(|text| Failure::at(*span, text))?,
            Step::Index(key) => {
                let index = evaluate(world, scope, key)?;
                value = get_index(&value, &index).map_err(|text| Failure::at(key.span, text))?;
            }
            Step::LegacyIndex(index) => {
                value = get_index(&value, &Value::int(*index)).map_err(|text| Failure::at(span, text))?;
            }
            Step::FullSplat => return splat(world, scope, &value, rest, span),
            Step::AttrSplat => {
                let inner =
                    rest.iter().take_while(|step| matches!(step, Step::Attr(..) | Step::LegacyIndex(_))).count();
                let (inner, outer) = rest.split_at(inner);
                value = splat(world, scope, &value, inner, span)?;
                steps = outer;
                continue;
            }
        }
        steps = rest;
    }
    Ok(value)
}

/// `value.name`
///
/// # Errors
/// Where the value has no such attribute.
pub fn get_attr(value: &Value, name: &str) -> Result<Value, String> {
    let found = match &value.kind {
        Kind::Unknown(unknown) => return unknown_attr(&unknown.ty, name, value),
        Kind::Null(_) => return Err(format!("the value that should have the attribute \"{name}\" is null")),
        Kind::Object(object) => match (object.fields.get(name), &object.open) {
            (Some(field), _) => field.clone(),
            (None, Some(open)) => open.missing(name),
            (None, None) => return Err(format!("the object has no attribute \"{name}\"")),
        },
        Kind::Map(_, map) => map.get(name).cloned().ok_or_else(|| format!("the map has no element \"{name}\""))?,
        _ => return Err(format!("a value of type {} has no attributes", value.ty())),
    };
    Ok(found.marked(value.sensitive))
}

fn unknown_attr(ty: &Type, name: &str, value: &Value) -> Result<Value, String> {
    let inner = match ty {
        Type::Dynamic => Type::Dynamic,
        Type::Map(element) => (**element).clone(),
        Type::Object(fields) => fields
            .get(name)
            .map(|field| field.ty.clone())
            .ok_or_else(|| format!("the object has no attribute \"{name}\""))?,
        other => return Err(format!("a value of type {other} has no attributes")),
    };
    Ok(Value::unknown(inner, value.whys()).marked(value.sensitive))
}

/// `value[key]`
///
/// # Errors
/// Where the value has no such element.
pub fn get_index(value: &Value, key: &Value) -> Result<Value, String> {
    if value.is_null() {
        return Err("the value that is indexed is null".to_owned());
    }
    if key.is_null() {
        return Err("the index is null".to_owned());
    }
    let mark = value.sensitive || key.sensitive;
    let open = |ty: Type| Ok(Value::unknown(ty, value_whys(value).and(&key.whys())).marked(mark));
    if matches!(&key.kind, Kind::Unknown(unknown) if unknown.ty == Type::Dynamic) {
        return open(Type::Dynamic);
    }
    let number = || convert(key, &Type::Number).map_err(|text| format!("index: {text}"));
    let name = || convert(key, &Type::String).map_err(|text| format!("key: {text}"));
    match &value.kind {
        Kind::Unknown(unknown) => match &unknown.ty {
            Type::Dynamic => open(Type::Dynamic),
            Type::List(element) => number().and_then(|_| open((**element).clone())),
            Type::Map(element) => name().and_then(|_| open((**element).clone())),
            Type::Tuple(types) => {
                let index = number()?;
                let ty = if index.is_unknown() { Some(Type::Dynamic) } else { place(&index, types)?.cloned() };
                open(ty.unwrap_or(Type::Dynamic))
            }
            // Also the name of an attribute is only looked for when the object is known.
            Type::Object(_) => name().and_then(|_| open(Type::Dynamic)),
            Type::Set(_) => Err("the elements of a set have no index".to_owned()),
            other => Err(format!("a value of type {other} has no elements")),
        },
        Kind::List(_, items) | Kind::Tuple(items) => {
            let index = number()?;
            if index.is_unknown() {
                return open(match &value.kind {
                    Kind::List(element, _) => element.clone(),
                    _ => Type::Dynamic,
                });
            }
            let item = place(&index, items)?.cloned();
            item.map(|item| item.marked(mark)).ok_or_else(|| "there is no such element".to_owned())
        }
        Kind::Map(..) | Kind::Object(_) => match name()?.as_str() {
            Some(name) => {
                let hidden = |text| if mark { "there is no such element".to_owned() } else { text };
                let found = get_attr(value, name).map_err(hidden)?;
                // The name of an attribute is part of the type, and nothing secret.
                Ok(found.marked(matches!(value.kind, Kind::Map(..)) && mark))
            }
            None => open(match &value.kind {
                Kind::Map(element, _) => element.clone(),
                _ => Type::Dynamic,
            }),
        },
        Kind::Set(..) => Err("the elements of a set have no index".to_owned()),
        _ => Err(format!("a value of type {} has no elements", value.ty())),
    }
}

/// The element at a known index.
fn place<'a, T>(index: &Value, items: &'a [T]) -> Result<Option<&'a T>, String> {
    let index = index.as_int().ok_or("the index is no whole number")?;
    let item = usize::try_from(index).ok().and_then(|at| items.get(at));
    item.map(Some).ok_or_else(|| format!("there is no element {index} among {}", items.len()))
}

/// Why a value is not known, where it is not; what is unknown in a known one does not count.
fn value_whys(value: &Value) -> Whys {
    match &value.kind {
        Kind::Unknown(unknown) => unknown.whys.clone(),
        _ => Whys::default(),
    }
}

/// `[for …]` and `{for …}`
pub(super) fn for_expr(world: &World, scope: &Scope, expr: &For) -> Result<Value, Failure> {
    let collection = evaluate(world, scope, &expr.collection)?;
    if collection.is_null() {
        return Err(Failure::at(expr.collection.span, "a null value cannot be iterated"));
    }
    let open = matches!(&collection.kind, Kind::Object(object) if object.open.is_some());
    let iterable = match &collection.kind {
        Kind::Unknown(unknown) => !unknown.ty.is_primitive(),
        _ => open,
    };
    if iterable {
        return Ok(Value::unknown(Type::Dynamic, collection.whys()).marked(collection.sensitive));
    }
    let Some(entries) = collection.entries() else {
        let text = format!("a value of type {} cannot be iterated", collection.ty());
        return Err(Failure::at(expr.collection.span, text));
    };
    let mut result = Collected::default();
    let mut open: Option<Value> = None;
    let mut mark = collection.sensitive;
    for (key, value) in entries {
        if is_exhausted(world) {
            return Ok(exhausted(world, scope, expr.collection.span));
        }
        let mut inner = scope.bind(&expr.value_name, value);
        if let Some(name) = &expr.key_name {
            inner = inner.bind(name, key);
        }
        if let Some(condition) = &expr.condition {
            let flag = condition_of(world, &inner, condition)?;
            mark |= flag.sensitive;
            match flag.as_bool() {
                Some(true) => {}
                Some(false) => continue,
                None => {
                    open = Some(flag);
                    continue;
                }
            }
        }
        if let Some(unknown_key) = result.add(world, &inner, expr, &mut mark)? {
            open = Some(unknown_key);
        }
    }
    let value = match open {
        Some(open) => Value::unknown(Type::Dynamic, open.whys()),
        None => result.finish(expr),
    };
    Ok(value.marked(mark))
}

fn condition_of(world: &World, scope: &Scope, condition: &Expr) -> Result<Value, Failure> {
    let value = evaluate(world, scope, condition)?;
    if value.is_null() {
        return Err(Failure::at(condition.span, "the condition is null"));
    }
    convert(&value, &Type::Bool).map_err(|text| Failure::at(condition.span, text))
}

/// The results of a `for`, so far.
#[derive(Default)]
struct Collected {
    items: Vec<Value>,
    fields: BTreeMap<Arc<str>, Value>,
    groups: BTreeMap<Arc<str>, Vec<Value>>,
}

impl Collected {
    /// Adds one round; gives the key back where it is unknown.
    fn add(&mut self, world: &World, scope: &Scope, expr: &For, mark: &mut bool) -> Result<Option<Value>, Failure> {
        let Some(key_expr) = &expr.key else {
            self.items.push(evaluate(world, scope, &expr.value)?);
            return Ok(None);
        };
        let key = evaluate(world, scope, key_expr)?;
        *mark |= key.sensitive;
        if key.is_null() {
            return Err(Failure::at(key_expr.span, "a key is null"));
        }
        let key = convert(&key, &Type::String).map_err(|text| Failure::at(key_expr.span, format!("key: {text}")))?;
        let value = evaluate(world, scope, &expr.value)?;
        let Some(name) = key.as_str() else { return Ok(Some(key)) };
        let name: Arc<str> = name.into();
        if expr.grouping {
            self.groups.entry(name).or_default().push(value);
        } else if self.fields.insert(name.clone(), value).is_some() {
            let named = if *mark { String::new() } else { format!(" \"{name}\"") };
            return Err(Failure::at(key_expr.span, format!("the key{named} comes twice")));
        }
        Ok(None)
    }

    fn finish(self, expr: &For) -> Value {
        if expr.key.is_none() {
            return Value::tuple(self.items);
        }
        if expr.grouping {
            return Value::object(self.groups.into_iter().map(|(key, items)| (key, Value::tuple(items))).collect());
        }
        Value::object(self.fields.into_iter().collect())
    }
}

//! Functions of lists, maps and objects. Elements keep their own marks and may be unknown.

use std::collections::BTreeMap;
use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation;

use super::super::evaluate::{equal, get_index};
use super::super::value::{Kind, Type, Value, Whys, convert, same_value, unify, unify_all};
use super::args::{element_type, items, same_kind};
use super::{Args, Context};

type Outcome = Result<Value, String>;

fn all_or_any(args: &Args, deciding: bool) -> Outcome {
    let mut open = Whys::default();
    for item in args.items(0)?.iter() {
        match &item.kind {
            Kind::Bool(flag) if *flag == deciding => return Ok(Value::bool(deciding)),
            Kind::Unknown(unknown) => open = open.and(&unknown.whys),
            // Null counts as false.
            Kind::Null(_) if !deciding => return Ok(Value::bool(false)),
            _ => {}
        }
    }
    Ok(if open.is_empty() { Value::bool(!deciding) } else { Value::unknown_not_null(Type::Bool, open) })
}

pub(super) fn alltrue(_: &Context<'_>, args: &Args) -> Outcome {
    all_or_any(args, false)
}

pub(super) fn anytrue(_: &Context<'_>, args: &Args) -> Outcome {
    all_or_any(args, true)
}

pub(super) fn chunklist(_: &Context<'_>, args: &Args) -> Outcome {
    let size = usize::try_from(args.int(1)?).map_err(|_| "the size of chunks is negative")?;
    let list = args.value(0)?;
    let items = args.items(0)?;
    let element = element_type(list);
    let chunk = |items: &[Value]| Value::list(element.clone(), items.to_vec());
    let chunks = if size == 0 { vec![chunk(items)] } else { items.chunks(size).map(chunk).collect() };
    Ok(Value::list(Type::list(element.clone()), if items.is_empty() { Vec::new() } else { chunks }))
}

/// The shared type of all arguments; values that are skipped count too.
fn shared_type(args: &Args) -> Result<Type, String> {
    unify_all(args.all().iter().map(Value::ty))
        .ok_or_else(|| format!("the arguments of {} have different types", args.name()))
}

pub(super) fn coalesce(_: &Context<'_>, args: &Args) -> Outcome {
    let ty = shared_type(args)?;
    for arg in args.all() {
        let value = convert(arg, &ty)?;
        match &value.kind {
            Kind::Null(_) => {}
            Kind::String(text) if text.is_empty() => {}
            Kind::Unknown(unknown) => {
                let certain = unknown.not_null && !unknown.prefix.is_empty();
                let mark = args.all().iter().any(|arg| arg.sensitive);
                return Ok(if certain { value } else { Value::unknown(ty, unknown.whys.clone()).marked(mark) });
            }
            _ => return Ok(value),
        }
    }
    Err("coalesce has no argument that is neither null nor empty".to_owned())
}

pub(super) fn coalescelist(_: &Context<'_>, args: &Args) -> Outcome {
    for arg in args.all() {
        match &arg.kind {
            Kind::Unknown(_) => return Ok(Value::unknown(Type::Dynamic, arg.whys())),
            Kind::List(_, items) | Kind::Tuple(items) if items.is_empty() => {}
            Kind::List(..) | Kind::Tuple(_) => return Ok(arg.clone()),
            _ => return Err("coalescelist needs lists and tuples".to_owned()),
        }
    }
    Err("coalescelist has no argument that is not empty".to_owned())
}

pub(super) fn compact(_: &Context<'_>, args: &Args) -> Outcome {
    let kept = args.items(0)?.iter().filter(|item| item.as_str().is_some_and(|text| !text.is_empty()));
    Ok(Value::list(Type::String, kept.cloned().collect()))
}

pub(super) fn concat(_: &Context<'_>, args: &Args) -> Outcome {
    if args.len() == 0 {
        return Err("concat needs at least one list".to_owned());
    }
    let mut all = Vec::new();
    let mut element = Some(Type::Dynamic);
    for arg in args.all() {
        let items = match &arg.kind {
            Kind::List(ty, items) => {
                element = element.and_then(|own| unify(&own, ty));
                items
            }
            Kind::Tuple(items) => {
                element = None;
                items
            }
            _ => return Err("concat needs lists and tuples".to_owned()),
        };
        all.extend(items.iter().cloned());
    }
    match element {
        Some(ty) => convert(&Value::tuple(all), &Type::list(ty)),
        None => Ok(Value::tuple(all)),
    }
}

pub(super) fn contains(_: &Context<'_>, args: &Args) -> Outcome {
    let (list, wanted) = (args.value(0)?, args.value(1)?);
    if list.is_unknown() {
        return Ok(Value::unknown_not_null(Type::Bool, list.whys()));
    }
    let items = args.items(0)?;
    let mut open = Whys::default();
    for item in items.iter() {
        let same = equal(item, wanted);
        match same.as_bool() {
            Some(true) => return Ok(Value::bool(true)),
            Some(false) => {}
            None => open = open.and(&same.whys()),
        }
    }
    Ok(if open.is_empty() { Value::bool(false) } else { Value::unknown_not_null(Type::Bool, open) })
}

/// Equality after conversion to a shared type.
fn alike(a: &Value, b: &Value) -> Value {
    match unify(&a.ty(), &b.ty()) {
        Some(ty) => match (convert(a, &ty), convert(b, &ty)) {
            (Ok(a), Ok(b)) => equal(&a, &b),
            _ => Value::bool(false),
        },
        None => Value::bool(false),
    }
}

pub(super) fn distinct(_: &Context<'_>, args: &Args) -> Outcome {
    let mut kept: Vec<Value> = Vec::new();
    for item in args.items(0)?.iter() {
        if !kept.iter().any(|own| same_value(own, item)) {
            kept.push(item.clone());
        }
    }
    Ok(same_kind(args.value(0)?, kept))
}

pub(super) fn element(_: &Context<'_>, args: &Args) -> Outcome {
    let items = match &args.value(0)?.kind {
        Kind::List(_, items) | Kind::Tuple(items) => items,
        _ => return Err("element needs a list".to_owned()),
    };
    let index = args.int(1)?;
    if items.is_empty() {
        return Err("element cannot pick from an empty list".to_owned());
    }
    if index < 0 {
        return Err("the index of element is negative".to_owned());
    }
    let at = index.rem_euclid(items.len() as i64);
    get_index(args.value(0)?, &Value::int(at))
}

pub(super) fn flatten(_: &Context<'_>, args: &Args) -> Outcome {
    let items = args.items(0)?;
    let mut flat = Vec::new();
    let mut open = Whys::default();
    let mut mark = false;
    flatten_into(items, &mut flat, &mut open, &mut mark);
    let value = if open.is_empty() { Value::tuple(flat) } else { Value::unknown_not_null(Type::Dynamic, open) };
    Ok(value.marked(mark))
}

fn flatten_into(list: &[Value], flat: &mut Vec<Value>, open: &mut Whys, mark: &mut bool) {
    for item in list {
        match &item.kind {
            Kind::Unknown(unknown) if !unknown.ty.is_primitive() => {
                *open = open.and(&unknown.whys);
            }
            _ => match items(item) {
                Some(inner) => {
                    *mark |= item.sensitive;
                    flatten_into(inner, flat, open, mark);
                }
                None => flat.push(item.clone()),
            },
        }
    }
}

pub(super) fn index(_: &Context<'_>, args: &Args) -> Outcome {
    let wanted = args.value(1)?;
    let items = match &args.value(0)?.kind {
        Kind::List(_, items) | Kind::Tuple(items) => items,
        _ => return Err("index needs a list".to_owned()),
    };
    let found = items.iter().position(|item| equal(item, wanted).as_bool() == Some(true));
    found.map(|at| Value::int(at as i64)).ok_or_else(|| "the list has no such element".to_owned())
}

/// The elements of a map or object, where that is all of them.
fn fields(value: &Value) -> Option<&BTreeMap<Arc<str>, Value>> {
    match &value.kind {
        Kind::Map(_, fields) => Some(fields),
        Kind::Object(object) if object.open.is_none() => Some(&object.fields),
        _ => None,
    }
}

fn is_open(value: &Value) -> bool {
    matches!(&value.kind, Kind::Object(object) if object.open.is_some())
}

pub(super) fn keys(_: &Context<'_>, args: &Args) -> Outcome {
    let value = args.value(0)?;
    if is_open(value) {
        return Ok(Value::unknown_not_null(Type::list(Type::String), value.whys()));
    }
    let names = fields(value).ok_or("keys needs a map or an object")?.keys();
    let names: Vec<Value> = names.map(|name| Value::string(name)).collect();
    Ok(match &value.kind {
        Kind::Map(..) => Value::list(Type::String, names),
        _ => Value::tuple(names),
    })
}

pub(super) fn values(_: &Context<'_>, args: &Args) -> Outcome {
    let value = args.value(0)?;
    if is_open(value) {
        return Ok(Value::unknown_not_null(Type::Dynamic, value.whys()));
    }
    let items: Vec<Value> = fields(value).ok_or("values needs a map or an object")?.values().cloned().collect();
    Ok(match &value.kind {
        Kind::Map(ty, _) => Value::list(ty.clone(), items),
        _ => Value::tuple(items),
    })
}

pub(super) fn length(_: &Context<'_>, args: &Args) -> Outcome {
    let value = args.value(0)?;
    let count = match &value.kind {
        Kind::String(text) => text.graphemes(true).count(),
        // Unknown elements of a set may be the same.
        Kind::Set(_, items) if items.len() > 1 && items.iter().any(Value::contains_unknown) => {
            return Ok(Value::unknown_not_null(Type::Number, value.whys()));
        }
        _ if is_open(value) => return Ok(Value::unknown_not_null(Type::Number, value.whys())),
        _ => match (items(value), fields(value)) {
            (Some(items), _) => items.len(),
            (None, Some(fields)) => fields.len(),
            _ => return Err("length needs a string or a collection".to_owned()),
        },
    };
    Ok(Value::int(count as i64))
}

pub(super) fn lookup(_: &Context<'_>, args: &Args) -> Outcome {
    let (map, key) = (args.value(0)?, args.value(1)?);
    let default = args.get(2);
    if args.len() > 3 {
        return Err("lookup needs two or three arguments".to_owned());
    }
    let unknown = |ty: Type, value: &Value| Ok(Value::unknown(ty, value.whys()));
    let Some(name) = key.as_str() else { return unknown(element_type(map), key) };
    let (found, ty) = match &map.kind {
        Kind::Unknown(_) => return unknown(Type::Dynamic, map),
        Kind::Map(ty, fields) => (fields.get(name).cloned(), ty.clone()),
        Kind::Object(object) => {
            if object.open.is_some() && !object.fields.contains_key(name) {
                return unknown(Type::Dynamic, map);
            }
            (object.fields.get(name).cloned(), Type::Dynamic)
        }
        _ => return Err("lookup needs a map or an object".to_owned()),
    };
    match (found, default) {
        (Some(value), _) => Ok(value),
        (None, Some(default)) => convert(default, &ty).map_err(|text| format!("the default of lookup: {text}")),
        (None, None) => Err(format!("there is no element \"{name}\"")),
    }
}

pub(super) fn matchkeys(_: &Context<'_>, args: &Args) -> Outcome {
    let (values, keys, wanted) = (args.items(0)?, args.items(1)?, args.items(2)?);
    if values.len() != keys.len() {
        return Err("the lists of values and keys have different lengths".to_owned());
    }
    let is_wanted = |key: &Value| wanted.iter().any(|own| alike(own, key).as_bool() == Some(true));
    let kept =
        values.iter().zip(keys.iter()).filter(|(_, key)| is_wanted(key)).map(|(value, _)| value.clone()).collect();
    Ok(same_kind(args.value(0)?, kept))
}

pub(super) fn merge(_: &Context<'_>, args: &Args) -> Outcome {
    let mut merged = BTreeMap::new();
    let mut element: Option<Type> = None;
    let mut only_maps = true;
    for arg in args.all().iter().filter(|arg| !arg.is_null()) {
        if is_open(arg) {
            return Ok(Value::unknown_not_null(Type::Dynamic, arg.whys()));
        }
        let fields = fields(arg).ok_or("merge needs maps and objects")?;
        match &arg.kind {
            Kind::Map(ty, _) if element.as_ref().is_none_or(|own| own == ty) => element = Some(ty.clone()),
            _ => only_maps = false,
        }
        merged.extend(fields.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    Ok(match element {
        Some(ty) if only_maps => Value::map(ty, merged),
        _ => Value::object(merged),
    })
}

pub(super) fn one(_: &Context<'_>, args: &Args) -> Outcome {
    let value = args.value(0)?;
    let items = items(value).ok_or("one needs a list, a set or a tuple")?;
    match items.as_slice() {
        [] => Ok(Kind::Null(element_type(value)).into()),
        [item] => Ok(item.clone()),
        _ if matches!(value.kind, Kind::Set(..)) && value.contains_unknown() => {
            Ok(Value::unknown(element_type(value), value.whys()))
        }
        more => Err(format!("one needs at most one element, not {}", more.len())),
    }
}

pub(super) fn reverse(_: &Context<'_>, args: &Args) -> Outcome {
    let value = args.value(0)?;
    let items = args.items(0)?.iter().rev().cloned().collect();
    Ok(same_kind(value, items))
}

pub(super) fn slice(_: &Context<'_>, args: &Args) -> Outcome {
    let value = args.value(0)?;
    if matches!(value.kind, Kind::Set(..)) {
        return Err("a set has no order that could be sliced".to_owned());
    }
    let items = args.items(0)?;
    let (start, end) = (args.int(1)?, args.int(2)?);
    let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    let part = range.filter(|(start, end)| start <= end).and_then(|(start, end)| items.get(start..end));
    part.map(|part| same_kind(value, part.to_vec()))
        .ok_or_else(|| format!("the list has no slice from {start} to {end}"))
}

pub(super) fn sort(_: &Context<'_>, args: &Args) -> Outcome {
    let mut items = args.strs(0)?;
    items.sort_unstable();
    Ok(Value::strings(items))
}

pub(super) fn transpose(_: &Context<'_>, args: &Args) -> Outcome {
    let mut turned: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for (key, list) in fields(args.value(0)?).ok_or("transpose needs a map")? {
        for item in items(list).ok_or("a list is null")?.iter() {
            let name = item.as_str().ok_or("an element is null")?;
            turned.entry(name.into()).or_default().push(Value::string(key));
        }
    }
    let lists = turned.into_iter().map(|(name, mut keys)| {
        keys.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
        (name, Value::list(Type::String, keys))
    });
    Ok(Value::map(Type::list(Type::String), lists.collect()))
}

pub(super) fn zipmap(_: &Context<'_>, args: &Args) -> Outcome {
    let (keys, list) = (args.items(0)?, args.value(1)?);
    let items = match &list.kind {
        Kind::List(_, items) | Kind::Tuple(items) => items,
        _ => return Err("zipmap needs a list of values".to_owned()),
    };
    if keys.len() != items.len() {
        return Err(format!("zipmap has {} keys and {} values", keys.len(), items.len()));
    }
    if keys.iter().any(Value::is_unknown) {
        return Ok(Value::unknown_not_null(Type::Dynamic, args.value(0)?.whys()));
    }
    let mut fields = BTreeMap::new();
    for (key, value) in keys.iter().zip(items.iter()) {
        fields.insert(Arc::from(key.as_str().ok_or("a key of zipmap is null")?), value.clone());
    }
    Ok(match &list.kind {
        Kind::List(ty, _) => Value::map(ty.clone(), fields),
        _ => Value::object(fields),
    })
}

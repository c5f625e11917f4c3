//! Functions of maps and objects. Elements keep their own marks and may be unknown.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::value::{Field, Fields, Kind, Type, Value, convert};
use super::args::items;
use super::{Args, Context};

type Outcome = Result<Value, String>;
type Given = Result<Type, String>;

/// The elements of a map or object, where that is all of them.
fn fields(value: &Value) -> Option<&Fields> {
    match &value.kind {
        Kind::Map(_, fields) => Some(fields),
        Kind::Object(object) if object.open.is_none() => Some(&object.fields),
        _ => None,
    }
}

fn is_open(value: &Value) -> bool {
    matches!(&value.kind, Kind::Object(object) if object.open.is_some())
}

fn object_type(fields: BTreeMap<Arc<str>, Type>) -> Type {
    Type::Object(Arc::new(fields.into_iter().map(|(name, ty)| (name, Field::required(ty))).collect()))
}

/// The names of an object are part of its type, so that they are known even of one that is not.
pub(super) fn keys(_: &Context<'_>, args: &Args) -> Outcome {
    let value = args.value(0)?;
    if is_open(value) {
        return Ok(Value::unknown(Type::list(Type::String), value.whys()));
    }
    let names = |names: &mut dyn Iterator<Item = &Arc<str>>| names.map(|name| Value::string(name)).collect::<Vec<_>>();
    match &value.kind {
        Kind::Map(_, fields) => Ok(Value::list(Type::String, names(&mut fields.keys()))),
        Kind::Object(object) => Ok(Value::tuple(names(&mut object.fields.keys()))),
        Kind::Unknown(unknown) => match &unknown.ty {
            Type::Object(fields) => Ok(Value::tuple(names(&mut fields.keys()))),
            Type::Map(_) => Ok(Value::unknown(Type::list(Type::String), value.whys())),
            _ => Err("keys needs a map or an object".to_owned()),
        },
        _ => Err("keys needs a map or an object".to_owned()),
    }
}

pub(super) fn values_gives(args: &Args) -> Given {
    match args.value(0)?.ty() {
        Type::Map(element) => Ok(Type::List(element)),
        Type::Object(fields) => {
            Ok(Type::Tuple(fields.values().map(|field| field.ty.clone()).collect::<Vec<_>>().into()))
        }
        _ => Err("values needs a map or an object".to_owned()),
    }
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

pub(super) fn lookup_gives(args: &Args) -> Given {
    if args.len() > 3 {
        return Err("lookup needs two or three arguments".to_owned());
    }
    let (map, default) = (args.value(0)?, args.get(2));
    match map.ty() {
        Type::Object(fields) => {
            let Some(key) = args.value(1)?.as_str() else { return Ok(Type::Dynamic) };
            let declared = fields.get(key).map(|field| field.ty.clone());
            let ty = declared.or_else(|| default.map(Value::ty));
            ty.ok_or_else(|| format!("the object has no attribute \"{key}\""))
        }
        Type::Map(element) => {
            if let Some(default) = default {
                convert(default, &element).map_err(|text| format!("the default of lookup: {text}"))?;
            }
            Ok((*element).clone())
        }
        _ if is_open(map) => Ok(Type::Dynamic),
        _ => Err("lookup needs a map or an object".to_owned()),
    }
}

pub(super) fn lookup(_: &Context<'_>, args: &Args) -> Outcome {
    if args.len() > 3 {
        return Err("lookup needs two or three arguments".to_owned());
    }
    let (map, name) = (args.value(0)?, args.str(1)?);
    let (found, ty) = match &map.kind {
        Kind::Map(ty, fields) => (fields.get(name), ty.clone()),
        Kind::Object(object) => {
            if object.open.is_some() && !object.fields.contains_key(name) {
                return Ok(Value::unknown(Type::Dynamic, map.whys()));
            }
            (object.fields.get(name), Type::Dynamic)
        }
        _ => return Err("lookup needs a map or an object".to_owned()),
    };
    // The default must fit also where it is not needed.
    let default = match args.get(2) {
        Some(default) => Some(convert(default, &ty).map_err(|text| format!("the default of lookup: {text}"))?),
        None => None,
    };
    found.cloned().or(default).ok_or_else(|| format!("there is no element \"{name}\""))
}

/// The type of merged maps, from the types of the arguments and the keys of maps that are known.
pub(super) fn merge_gives(args: &Args) -> Given {
    let mut attributes = BTreeMap::new();
    let mut types = Vec::new();
    let mut is_complete = true;
    for arg in args.all() {
        let ty = arg.ty();
        match &ty {
            Type::Dynamic => return Ok(Type::Dynamic),
            Type::Object(fields) if !arg.is_null() => {
                attributes.extend(fields.iter().map(|(name, field)| (name.clone(), field.ty.clone())));
            }
            Type::Map(element) => match fields(arg) {
                Some(fields) => attributes.extend(fields.keys().map(|name| (name.clone(), (**element).clone()))),
                None => is_complete &= arg.is_null(),
            },
            Type::Object(_) => {}
            _ => return Err("merge needs maps and objects".to_owned()),
        }
        types.push(ty);
    }
    match types.split_first() {
        None => Ok(object_type(BTreeMap::new())),
        Some((first, rest)) if rest.iter().all(|ty| ty == first) => Ok(first.clone()),
        Some(_) if is_complete => Ok(object_type(attributes)),
        Some(_) => Ok(Type::Dynamic),
    }
}

pub(super) fn merge(_: &Context<'_>, args: &Args) -> Outcome {
    let mut merged = Vec::new();
    let mut element: Option<&Type> = None;
    let mut only_maps = true;
    for arg in args.all() {
        if is_open(arg) {
            return Ok(Value::unknown_not_null(Type::Dynamic, arg.whys()));
        }
        let own = match &arg.kind {
            Kind::Null(Type::Map(ty)) => Some(&**ty),
            Kind::Null(Type::Object(_) | Type::Dynamic) => None,
            Kind::Map(ty, _) => Some(ty),
            Kind::Object(_) => None,
            _ => return Err("merge needs maps and objects".to_owned()),
        };
        match (own, element) {
            (Some(own), None) => element = Some(own),
            (Some(own), Some(element)) => only_maps &= own == element,
            (None, _) => only_maps = false,
        }
        let fields = fields(arg).into_iter().flatten();
        merged.extend(fields.map(|(name, value)| (name.clone(), value.clone())));
    }
    Ok(match element {
        Some(ty) if only_maps => Value::map(ty.clone(), merged.into_iter().collect()),
        _ => Value::object(merged.into_iter().collect()),
    })
}

pub(super) fn transpose(_: &Context<'_>, args: &Args) -> Outcome {
    let map = args.value(0)?;
    if map.contains_unknown() {
        return Ok(Value::unknown(Type::map(Type::list(Type::String)), map.whys()));
    }
    let mut turned: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
    for (key, list) in fields(map).ok_or("transpose needs a map")? {
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

/// The keys of `zipmap`; `None` where one is not known.
fn names(list: &Value) -> Result<Option<Vec<Arc<str>>>, String> {
    let Some(items) = items(list).filter(|_| !list.contains_unknown()) else { return Ok(None) };
    let names: Option<Vec<Arc<str>>> = items.iter().map(|item| item.as_str().map(Arc::from)).collect();
    names.map(Some).ok_or_else(|| "a key of zipmap is null".to_owned())
}

pub(super) fn zipmap_gives(args: &Args) -> Given {
    match args.value(1)?.ty() {
        Type::List(element) => Ok(Type::Map(element)),
        Type::Tuple(types) => {
            let Some(names) = names(args.value(0)?)? else { return Ok(Type::Dynamic) };
            if names.len() != types.len() {
                return Err(format!("zipmap has {} keys and {} values", names.len(), types.len()));
            }
            Ok(object_type(names.into_iter().zip(types.iter().cloned()).collect()))
        }
        _ => Err("zipmap needs a list of values".to_owned()),
    }
}

pub(super) fn zipmap(_: &Context<'_>, args: &Args) -> Outcome {
    let (keys, list) = (args.value(0)?, args.value(1)?);
    let items = match &list.kind {
        Kind::List(_, items) | Kind::Tuple(items) => items,
        _ => return Err("zipmap needs a list of values".to_owned()),
    };
    let Some(names) = names(keys)? else { return Ok(Value::unknown(zipmap_gives(args)?, keys.whys())) };
    if names.len() != items.len() {
        return Err(format!("zipmap has {} keys and {} values", names.len(), items.len()));
    }
    let fields = names.into_iter().zip(items.iter().cloned()).collect();
    let value = match &list.kind {
        Kind::List(ty, _) => Value::map(ty.clone(), fields),
        _ => Value::object(fields),
    };
    // A key has no mark of its own.
    Ok(value.marked(keys.is_marked()))
}

//! Functions of lists, tuples and sets. Elements keep their own marks and may be unknown.

use std::collections::HashSet;

use super::super::evaluate::{equal, get_index};
use super::super::value::{self, Kind, Type, Value, Whys, convert, to_json_text, unify_all};
use super::args::{element_type, items, same_kind};
use super::{Args, Context};

type Outcome = Result<Value, String>;
type Given = Result<Type, String>;

/// The first argument's own type.
pub(super) fn same_type(args: &Args) -> Given {
    Ok(args.value(0)?.ty())
}

pub(super) fn chunklist_gives(args: &Args) -> Given {
    Ok(Type::list(args.value(0)?.ty()))
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

pub(super) fn compact(_: &Context<'_>, args: &Args) -> Outcome {
    let list = args.value(0)?;
    if list.contains_unknown() {
        return Ok(Value::unknown(Type::list(Type::String), list.whys()));
    }
    let kept = args.items(0)?.iter().filter(|item| item.as_str().is_some_and(|text| !text.is_empty()));
    Ok(Value::list(Type::String, kept.cloned().collect()))
}

/// The type of a concatenation, from types alone where a list is not known.
pub(super) fn concat_gives(args: &Args) -> Given {
    let mut all_lists = true;
    for arg in args.all() {
        match arg.ty() {
            Type::List(_) => {}
            Type::Tuple(_) => all_lists = false,
            _ => return Err("concat needs lists and tuples".to_owned()),
        }
    }
    let shared = if all_lists { unify_all(args.all().iter().map(Value::ty)) } else { None };
    if let Some(ty) = shared {
        return Ok(ty);
    }
    let mut types = Vec::new();
    for arg in args.all() {
        match (&arg.kind, arg.ty()) {
            (_, Type::Tuple(own)) => types.extend(own.iter().cloned()),
            (Kind::List(element, items), _) => types.extend(items.iter().map(|_| element.clone())),
            // Of a list that is not known nobody knows how many elements it adds to the tuple.
            _ => return Ok(Type::Dynamic),
        }
    }
    Ok(Type::Tuple(types.into()))
}

pub(super) fn concat(_: &Context<'_>, args: &Args) -> Outcome {
    if args.len() == 0 {
        return Err("concat needs at least one list".to_owned());
    }
    let mut all = Vec::new();
    let mut only_lists = true;
    for arg in args.all() {
        match &arg.kind {
            Kind::List(_, items) => all.extend(items.iter().cloned()),
            Kind::Tuple(items) => {
                only_lists = false;
                all.extend(items.iter().cloned());
            }
            _ => return Err("concat needs lists and tuples".to_owned()),
        }
    }
    let element = if only_lists { unify_all(args.all().iter().map(element_type)) } else { None };
    match element {
        Some(ty) => convert(&Value::tuple(all), &Type::list(ty)),
        None => Ok(Value::tuple(all)),
    }
}

pub(super) fn contains(_: &Context<'_>, args: &Args) -> Outcome {
    let wanted = args.value(1)?;
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
    Ok(if open.is_empty() { Value::bool(false) } else { Value::unknown(Type::Bool, open) })
}

pub(super) fn distinct(_: &Context<'_>, args: &Args) -> Outcome {
    let list = args.value(0)?;
    if list.contains_unknown() {
        return Ok(Value::unknown(list.ty(), list.whys()));
    }
    // All are of one type, so that equal texts are equal values; comparing each with each would take too long.
    let mut seen = HashSet::new();
    let kept = args.items(0)?.iter().filter(|item| seen.insert(to_json_text(item)));
    Ok(same_kind(list, kept.cloned().collect()))
}

/// Where in a list of a length the index of `element` points. To Terraform a tuple has no negative ones.
fn wrapped(index: Option<i64>, count: usize, is_tuple: bool) -> Result<usize, String> {
    let index = index.ok_or("the index of element is no whole number")?;
    if count == 0 {
        return Err("element cannot pick from an empty list".to_owned());
    }
    if is_tuple && index < 0 {
        return Err("the index of element is negative".to_owned());
    }
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    Ok(usize::try_from(index.rem_euclid(count)).unwrap_or_default())
}

pub(super) fn element_gives(args: &Args) -> Given {
    let index = args.value(1)?;
    match args.value(0)?.ty() {
        Type::List(element) => Ok((*element).clone()),
        Type::Tuple(_) if index.is_unknown() => Ok(Type::Dynamic),
        Type::Tuple(types) => {
            let at = wrapped(index.as_int(), types.len(), true)?;
            Ok(types.get(at).cloned().unwrap_or(Type::Dynamic))
        }
        _ => Err("element needs a list".to_owned()),
    }
}

pub(super) fn element(_: &Context<'_>, args: &Args) -> Outcome {
    let (items, is_tuple) = match &args.value(0)?.kind {
        Kind::List(_, items) => (items, false),
        Kind::Tuple(items) => (items, true),
        _ => return Err("element needs a list".to_owned()),
    };
    let at = wrapped(args.number(1)?.to_i64(), items.len(), is_tuple)?;
    get_index(args.value(0)?, &Value::int(at as i64))
}

pub(super) fn flatten(_: &Context<'_>, args: &Args) -> Outcome {
    let value = args.value(0)?;
    let mut flat = Flat::default();
    match &value.kind {
        // To Terraform the values of a map are a list, as long as something in it is not known.
        Kind::Map(_, fields) if value.contains_unknown() => flat.add_all(fields.values()),
        Kind::Object(object) if object.open.is_some() => return Ok(Value::unknown(Type::Dynamic, value.whys())),
        Kind::Object(object) if value.contains_unknown() => flat.add_all(object.fields.values()),
        _ => flat.add(args.items(0)?, matches!(value.kind, Kind::Set(..))),
    }
    let value = if flat.open.is_empty() { Value::tuple(flat.items) } else { Value::unknown(Type::Dynamic, flat.open) };
    Ok(value.marked(flat.mark))
}

/// A list while it becomes flat.
#[derive(Default)]
struct Flat {
    items: Vec<Value>,
    /// Why it is not known how many elements there are.
    open: Whys,
    mark: bool,
}

impl Flat {
    fn add(&mut self, list: &[Value], is_set: bool) {
        // Unknown elements of a set may be the same.
        if is_set && list.len() > 1 {
            let unknown = list.iter().filter(|item| item.contains_unknown());
            self.open = unknown.fold(self.open.clone(), |open, item| open.and(&item.whys()));
        }
        self.add_all(list.iter());
    }

    fn add_all<'v>(&mut self, list: impl Iterator<Item = &'v Value>) {
        for item in list {
            match (&item.kind, items(item)) {
                (_, Some(inner)) => {
                    self.mark |= item.sensitive;
                    self.add(inner, matches!(item.kind, Kind::Set(..)));
                }
                (Kind::Unknown(unknown), None) if !is_flat(&unknown.ty) => {
                    self.mark |= item.sensitive;
                    self.open = self.open.and(&unknown.whys);
                }
                _ => self.items.push(item.clone()),
            }
        }
    }
}

/// True for a type of which a value is certainly no list.
fn is_flat(ty: &Type) -> bool {
    ty.is_primitive() || matches!(ty, Type::Map(_) | Type::Object(_))
}

pub(super) fn index(_: &Context<'_>, args: &Args) -> Outcome {
    let wanted = args.value(1)?;
    let items = match &args.value(0)?.kind {
        Kind::List(_, items) | Kind::Tuple(items) => items,
        _ => return Err("index needs a list".to_owned()),
    };
    for (at, item) in items.iter().enumerate() {
        let same = equal(item, wanted);
        match same.as_bool() {
            Some(true) => return Ok(Value::int(at as i64)),
            Some(false) => {}
            // It may be this one.
            None => return Ok(Value::unknown(Type::Number, same.whys())),
        }
    }
    Err("the list has no such element".to_owned())
}

pub(super) fn length(_: &Context<'_>, args: &Args) -> Outcome {
    value::length(args.value(0)?).ok_or_else(|| "length needs a string or a collection".to_owned())
}

pub(super) fn matchkeys(_: &Context<'_>, args: &Args) -> Outcome {
    let shared = unify_all([args.value(1)?.ty(), args.value(2)?.ty()].into_iter());
    let ty = shared.ok_or("the keys and the wanted keys have different types")?;
    let (values, list) = (args.items(0)?, args.value(0)?);
    let (keys, wanted) = (convert(args.value(1)?, &ty)?, convert(args.value(2)?, &ty)?);
    let (Some(keys), Some(wanted)) = (items(&keys), items(&wanted)) else {
        return Err("matchkeys needs lists".to_owned());
    };
    if values.len() != keys.len() {
        return Err("the lists of values and keys have different lengths".to_owned());
    }
    if wanted.is_empty() {
        return Ok(same_kind(list, Vec::new()));
    }
    if list.contains_unknown() || args.value(1)?.contains_unknown() {
        return Ok(Value::unknown(list.ty(), list.whys().and(&args.value(1)?.whys())));
    }
    // To Terraform a wanted key that is not known matches nothing.
    let wanted: HashSet<String> = wanted.iter().filter(|key| !key.contains_unknown()).map(to_json_text).collect();
    let pairs = values.iter().zip(keys.iter()).filter(|(_, key)| wanted.contains(&to_json_text(key)));
    Ok(same_kind(list, pairs.map(|(value, _)| value.clone()).collect()))
}

pub(super) fn one_gives(args: &Args) -> Given {
    match args.value(0)?.ty() {
        Type::List(element) | Type::Set(element) => Ok((*element).clone()),
        Type::Tuple(types) => match types.as_slice() {
            [] => Ok(Type::Dynamic),
            [ty] => Ok(ty.clone()),
            more => Err(format!("one needs at most one element, not {}", more.len())),
        },
        _ => Err("one needs a list, a set or a tuple".to_owned()),
    }
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

pub(super) fn reverse_gives(args: &Args) -> Given {
    match args.value(0)?.ty() {
        Type::List(element) | Type::Set(element) => Ok(Type::List(element)),
        Type::Tuple(types) => Ok(Type::Tuple(types.iter().rev().cloned().collect::<Vec<_>>().into())),
        _ => Err("reverse needs a list, a set or a tuple".to_owned()),
    }
}

pub(super) fn reverse(_: &Context<'_>, args: &Args) -> Outcome {
    let items = args.items(0)?.iter().rev().cloned().collect();
    Ok(same_kind(args.value(0)?, items))
}

/// Start and end of a slice, as far as they are known.
fn ends(args: &Args, count: Option<usize>) -> Result<(Option<usize>, Option<usize>), String> {
    let end = |at: usize| -> Result<Option<usize>, String> {
        if args.value(at)?.is_unknown() {
            return Ok(None);
        }
        let index = usize::try_from(args.int(at)?).map_err(|_| "a slice cannot begin or end before the list")?;
        if count.is_some_and(|count| index > count) {
            return Err(format!("the list has no element {index} to slice at"));
        }
        Ok(Some(index))
    };
    let (start, end) = (end(1)?, end(2)?);
    match (start, end) {
        (Some(start), Some(end)) if start > end => Err("the slice ends before it begins".to_owned()),
        ends => Ok(ends),
    }
}

pub(super) fn slice_gives(args: &Args) -> Given {
    let list = args.value(0)?;
    let count = items(list).map(|items| items.len());
    match list.ty() {
        Type::List(element) => {
            ends(args, count)?;
            Ok(Type::List(element))
        }
        Type::Tuple(types) => match ends(args, Some(types.len()))? {
            (Some(start), Some(end)) => {
                Ok(Type::Tuple(types.get(start..end).map(<[Type]>::to_vec).unwrap_or_default().into()))
            }
            _ => Ok(Type::Dynamic),
        },
        _ => Err("slice needs a list or a tuple".to_owned()),
    }
}

pub(super) fn slice(_: &Context<'_>, args: &Args) -> Outcome {
    let list = args.value(0)?;
    let (Kind::List(_, items) | Kind::Tuple(items)) = &list.kind else {
        return Err("slice needs a list or a tuple: a set has no order".to_owned());
    };
    let (start, end) = ends(args, Some(items.len()))?;
    let part = start.zip(end).and_then(|(start, end)| items.get(start..end));
    part.map(|part| same_kind(list, part.to_vec())).ok_or_else(|| "the list has no such slice".to_owned())
}

/// Strings in the order of their bytes; where one is not known, only their number is.
pub(super) fn sort(_: &Context<'_>, args: &Args) -> Outcome {
    let list = args.value(0)?;
    if list.contains_unknown() {
        let item = Value::unknown(Type::String, list.whys());
        return Ok(Value::list(Type::String, vec![item; args.items(0)?.len()]));
    }
    let mut items = args.strs(0)?;
    items.sort_unstable();
    Ok(Value::strings(items))
}

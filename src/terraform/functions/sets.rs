//! Functions of sets.

use std::collections::HashSet;

use super::super::value::{Kind, Type, Value, Whys, convert, to_json_text, unify_all};
use super::args::{MAX_ELEMENTS, items};
use super::{Args, Context};

type Outcome = Result<Value, String>;
type Given = Result<Type, String>;

/// The type of a set that can hold the elements of all arguments. An empty set of no type fits every other.
pub(super) fn gives(args: &Args) -> Given {
    let typed = args.all().iter().map(Value::ty).filter_map(|ty| match ty {
        Type::Set(element) if *element != Type::Dynamic => Some((*element).clone()),
        _ => None,
    });
    let element =
        unify_all(typed).ok_or_else(|| format!("the sets of {} have different element types", args.name()))?;
    Ok(Type::set(element))
}

/// All arguments as sets of one type.
fn as_sets(args: &Args) -> Result<(Type, Vec<Value>), String> {
    let ty = gives(args)?;
    let sets: Result<Vec<Value>, String> = args.all().iter().map(|arg| convert(arg, &ty)).collect();
    Ok((ty, sets?))
}

/// Why the sets cannot be compared: later known values may make elements equal.
fn open(sets: &[Value]) -> Whys {
    sets.iter().filter(|set| set.contains_unknown()).fold(Whys::default(), |all, set| all.and(&set.whys()))
}

fn elements(set: &Value) -> impl Iterator<Item = &Value> {
    items(set).into_iter().flat_map(|items| items.iter())
}

fn of_type(ty: Type, elements: Vec<Value>) -> Value {
    match ty {
        Type::Set(element) => Value::set((*element).clone(), elements),
        _ => Value::set(Type::Dynamic, elements),
    }
}

pub(super) fn setunion(_: &Context<'_>, args: &Args) -> Outcome {
    let (ty, sets) = as_sets(args)?;
    Ok(of_type(ty, sets.iter().flat_map(elements).cloned().collect()))
}

/// The elements of the first set that are, or are not, in each other one.
fn kept(args: &Args, wanted: bool) -> Outcome {
    let (ty, sets) = as_sets(args)?;
    let open = open(&sets);
    if !open.is_empty() {
        return Ok(Value::unknown(ty, open));
    }
    let Some((first, rest)) = sets.split_first() else { return Err("a set is required".to_owned()) };
    // All are of one type, so that equal texts are equal values.
    let rest: Vec<HashSet<String>> = rest.iter().map(|set| elements(set).map(to_json_text).collect()).collect();
    let is_kept = |item: &&Value| {
        let text = to_json_text(item);
        rest.iter().all(|set| set.contains(&text) == wanted)
    };
    Ok(of_type(ty, elements(first).filter(is_kept).cloned().collect()))
}

pub(super) fn setintersection(_: &Context<'_>, args: &Args) -> Outcome {
    kept(args, true)
}

pub(super) fn setsubtract(_: &Context<'_>, args: &Args) -> Outcome {
    kept(args, false)
}

/// A list where all arguments are lists, and a set where one is a set.
pub(super) fn setproduct_gives(args: &Args) -> Given {
    if args.len() < 2 {
        return Err("setproduct needs at least two collections".to_owned());
    }
    let mut types = Vec::with_capacity(args.len());
    let mut only_lists = true;
    for arg in args.all() {
        types.push(match arg.ty() {
            Type::Set(element) => {
                only_lists = false;
                (*element).clone()
            }
            Type::List(element) => (*element).clone(),
            Type::Tuple(types) => {
                unify_all(types.iter().cloned()).ok_or("the elements of a tuple have different types")?
            }
            _ => return Err("setproduct needs collections".to_owned()),
        });
    }
    let row = Type::Tuple(types.into());
    Ok(if only_lists { Type::list(row) } else { Type::set(row) })
}

pub(super) fn setproduct(_: &Context<'_>, args: &Args) -> Outcome {
    let ty = setproduct_gives(args)?;
    let (Type::List(row) | Type::Set(row)) = &ty else { return Err("setproduct needs collections".to_owned()) };
    let Type::Tuple(types) = &**row else { return Err("setproduct needs collections".to_owned()) };
    // Unknown elements of a set may be the same.
    let is_open = |arg: &&Value| matches!(&arg.kind, Kind::Set(_, items) if items.len() > 1) && arg.contains_unknown();
    let open = args.all().iter().filter(is_open).fold(Whys::default(), |all, arg| all.and(&arg.whys()));
    if !open.is_empty() {
        return Ok(Value::unknown(ty, open));
    }
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for (arg, ty) in args.all().iter().zip(types.iter()) {
        let list: Result<Vec<Value>, String> = elements(arg).map(|item| convert(item, ty)).collect();
        let list = list?;
        if rows.len().saturating_mul(list.len()) > MAX_ELEMENTS {
            return Err(format!("setproduct gives more than {MAX_ELEMENTS} elements"));
        }
        rows = rows
            .iter()
            .flat_map(|row| list.iter().map(|item| row.iter().cloned().chain([item.clone()]).collect::<Vec<_>>()))
            .collect();
    }
    let rows = rows.into_iter().map(Value::tuple).collect();
    Ok(match &ty {
        Type::List(row) => Value::list((**row).clone(), rows),
        _ => Value::set((**row).clone(), rows),
    })
}

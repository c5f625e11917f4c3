//! Functions of sets.

use super::super::value::{Kind, Type, Value, convert, same_value, unify_all};
use super::args::{MAX_ELEMENTS, element_type, items};
use super::{Args, Context};

type Outcome = Result<Value, String>;

/// All arguments as sets of one element type.
fn as_sets(args: &Args) -> Result<(Type, Vec<Vec<Value>>), String> {
    let ty = unify_all(args.all().iter().map(element_type));
    let ty = ty.ok_or_else(|| format!("the sets of {} have different element types", args.name()))?;
    let mut sets = Vec::new();
    for arg in args.all() {
        let set = convert(arg, &Type::set(ty.clone()))?;
        sets.push(items(&set).map(|items| items.to_vec()).unwrap_or_default());
    }
    Ok((ty, sets))
}

fn holds(set: &[Value], value: &Value) -> bool {
    set.iter().any(|own| same_value(own, value))
}

pub(super) fn setunion(_: &Context<'_>, args: &Args) -> Outcome {
    let (ty, sets) = as_sets(args)?;
    Ok(Value::set(ty, sets.into_iter().flatten().collect()))
}

pub(super) fn setintersection(_: &Context<'_>, args: &Args) -> Outcome {
    let (ty, sets) = as_sets(args)?;
    let Some((first, rest)) = sets.split_first() else { return Err("a set is required".to_owned()) };
    let kept = first.iter().filter(|item| rest.iter().all(|set| holds(set, item)));
    Ok(Value::set(ty, kept.cloned().collect()))
}

pub(super) fn setsubtract(_: &Context<'_>, args: &Args) -> Outcome {
    let (ty, sets) = as_sets(args)?;
    let [first, second] = sets.as_slice() else { return Err("two sets are required".to_owned()) };
    Ok(Value::set(ty, first.iter().filter(|item| !holds(second, item)).cloned().collect()))
}

/// All combinations; a list where an argument is a list, a set where all are sets.
pub(super) fn setproduct(_: &Context<'_>, args: &Args) -> Outcome {
    if args.len() < 2 {
        return Err("setproduct needs at least two collections".to_owned());
    }
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    let mut types = Vec::new();
    for arg in args.all() {
        let list = convert(arg, &Type::list(Type::Dynamic)).map_err(|text| format!("setproduct: {text}"))?;
        types.push(element_type(&list));
        let items = items(&list).ok_or("setproduct needs collections")?;
        if rows.len().saturating_mul(items.len()) > MAX_ELEMENTS {
            return Err(format!("setproduct gives more than {MAX_ELEMENTS} elements"));
        }
        rows = rows
            .iter()
            .flat_map(|row| items.iter().map(|item| row.iter().cloned().chain([item.clone()]).collect::<Vec<_>>()))
            .collect();
    }
    let ty = Type::Tuple(types.into());
    let rows = rows.into_iter().map(Value::tuple).collect();
    let all_sets = args.all().iter().all(|arg| matches!(arg.kind, Kind::Set(..)));
    Ok(if all_sets { Value::set(ty, rows) } else { Value::list(ty, rows) })
}

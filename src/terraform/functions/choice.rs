//! Functions that pick or judge: the first that is there, all, any.

use super::super::value::{Kind, Type, Value, Whys, convert, unify_all};
use super::{Args, Context};

type Outcome = Result<Value, String>;

/// Null counts as false.
pub(super) fn alltrue(_: &Context<'_>, args: &Args) -> Outcome {
    for item in args.items(0)?.iter() {
        match &item.kind {
            Kind::Bool(true) => {}
            // A later false would decide, and Terraform does not look for it.
            Kind::Unknown(unknown) => return Ok(Value::unknown(Type::Bool, unknown.whys.clone())),
            _ => return Ok(Value::bool(false)),
        }
    }
    Ok(Value::bool(true))
}

pub(super) fn anytrue(_: &Context<'_>, args: &Args) -> Outcome {
    let mut open = Whys::default();
    for item in args.items(0)?.iter() {
        match &item.kind {
            Kind::Bool(true) => return Ok(Value::bool(true)),
            Kind::Unknown(unknown) => open = open.and(&unknown.whys),
            _ => {}
        }
    }
    Ok(if open.is_empty() { Value::bool(false) } else { Value::unknown(Type::Bool, open) })
}

pub(super) fn coalesce(_: &Context<'_>, args: &Args) -> Outcome {
    // Values that are skipped count too.
    let ty = unify_all(args.all().iter().map(Value::ty)).ok_or("the arguments of coalesce have different types")?;
    for arg in args.all() {
        let value = convert(arg, &ty)?;
        match &value.kind {
            Kind::Null(_) => {}
            Kind::String(text) if text.is_empty() => {}
            Kind::Unknown(unknown) => {
                // It may turn out to be null, and then another one is the result, with its own prefix.
                let mark = args.all().iter().any(|arg| arg.sensitive);
                return Ok(Value::unknown(ty, unknown.whys.clone()).marked(mark));
            }
            _ => return Ok(value),
        }
    }
    Err("coalesce has no argument that is neither null nor empty".to_owned())
}

pub(super) fn coalescelist(_: &Context<'_>, args: &Args) -> Outcome {
    let known = args.all().iter().take_while(|arg| !arg.is_unknown());
    for arg in known.clone() {
        if !matches!(arg.ty(), Type::List(_) | Type::Tuple(_)) {
            return Err("coalescelist needs lists and tuples".to_owned());
        }
    }
    let full = known.clone().find(|arg| arg.elements().next().is_some());
    match (full, args.get(known.count())) {
        (Some(list), _) => Ok(list.clone()),
        (None, Some(unknown)) => Ok(Value::unknown(Type::Dynamic, unknown.whys())),
        (None, None) => Err("coalescelist has no argument that is not empty".to_owned()),
    }
}

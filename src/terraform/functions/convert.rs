//! Conversions and marks.

use super::super::value::{Type, Value, convert};
use super::{Args, Context};

type Outcome = Result<Value, String>;

fn to(args: &Args, ty: &Type) -> Outcome {
    convert(args.value(0)?, ty).map_err(|text| format!("{}: {text}", args.name()))
}

pub(super) fn tobool(_: &Context<'_>, args: &Args) -> Outcome {
    to(args, &Type::Bool)
}

pub(super) fn tonumber(_: &Context<'_>, args: &Args) -> Outcome {
    to(args, &Type::Number)
}

pub(super) fn tostring(_: &Context<'_>, args: &Args) -> Outcome {
    to(args, &Type::String)
}

pub(super) fn tolist(_: &Context<'_>, args: &Args) -> Outcome {
    to(args, &Type::list(Type::Dynamic))
}

pub(super) fn toset(_: &Context<'_>, args: &Args) -> Outcome {
    to(args, &Type::set(Type::Dynamic))
}

pub(super) fn tomap(_: &Context<'_>, args: &Args) -> Outcome {
    to(args, &Type::map(Type::Dynamic))
}

pub(super) fn sensitive(_: &Context<'_>, args: &Args) -> Outcome {
    Ok(args.value(0)?.clone().marked(true))
}

pub(super) fn nonsensitive(_: &Context<'_>, args: &Args) -> Outcome {
    let mut value = args.value(0)?.clone();
    value.sensitive = false;
    Ok(value)
}

pub(super) fn issensitive(_: &Context<'_>, args: &Args) -> Outcome {
    let value = args.value(0)?;
    // What is not known yet may turn out to be sensitive.
    if value.is_unknown() && !value.sensitive {
        return Ok(Value::unknown_not_null(Type::Bool, value.whys()));
    }
    Ok(Value::bool(value.sensitive))
}

pub(super) fn same(_: &Context<'_>, args: &Args) -> Outcome {
    Ok(args.value(0)?.clone())
}

//! Conversions and marks.

use super::super::value::{Type, Value, convert};
use super::{Args, Context};

type Outcome = Result<Value, String>;

/// The type that a conversion function gives.
fn target(name: &str) -> Type {
    match name {
        "tobool" => Type::Bool,
        "tonumber" => Type::Number,
        "tostring" => Type::String,
        "tolist" => Type::list(Type::Dynamic),
        "toset" => Type::set(Type::Dynamic),
        _ => Type::map(Type::Dynamic),
    }
}

/// A wholly unknown argument gives its type and nothing else that is known of it.
pub(super) fn gives(args: &Args) -> Result<Type, String> {
    let ty = target(args.name());
    convert(args.value(0)?, &ty).map_err(|text| format!("{}: {text}", args.name()))?;
    Ok(ty)
}

pub(super) fn run(_: &Context<'_>, args: &Args) -> Outcome {
    convert(args.value(0)?, &target(args.name())).map_err(|text| format!("{}: {text}", args.name()))
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
        return Ok(Value::unknown(Type::Bool, value.whys()));
    }
    Ok(Value::bool(value.sensitive))
}

pub(super) fn same(_: &Context<'_>, args: &Args) -> Outcome {
    Ok(args.value(0)?.clone())
}

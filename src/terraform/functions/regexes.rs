//! `regex` and `regexall`.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::Regex;

use super::super::value::{Field, Kind, Type, Value};
use super::pattern::compile;
use super::{Args, Context};
use crate::model::WhyKind;

type Outcome = Result<Value, String>;

/// The type of what a pattern finds: a string where it has no group, a tuple of its groups, or an object of its named
/// groups.
fn found_type(pattern: &Regex) -> Type {
    let names: Vec<&str> = pattern.capture_names().flatten().collect();
    if pattern.captures_len() == 1 {
        return Type::String;
    }
    if names.is_empty() {
        return Type::Tuple(Arc::new(vec![Type::String; pattern.captures_len() - 1]));
    }
    let fields = names.into_iter().map(|name| (Arc::from(name), Field::required(Type::String)));
    Type::Object(Arc::new(fields.collect::<BTreeMap<_, _>>()))
}

fn captured(pattern: &Regex, found: &regex::Captures<'_>) -> Value {
    let group = |group: Option<regex::Match<'_>>| match group {
        Some(text) => Value::string(text.as_str()),
        None => Kind::Null(Type::String).into(),
    };
    if pattern.captures_len() == 1 {
        return group(found.get(0));
    }
    let names: Vec<&str> = pattern.capture_names().flatten().collect();
    if names.is_empty() {
        return Value::tuple(found.iter().skip(1).map(group).collect());
    }
    Value::object(names.into_iter().map(|name| (name.into(), group(found.name(name)))).collect())
}

fn pattern_of(args: &Args) -> Result<Regex, String> {
    let pattern = compile(args.str(0)?)?;
    let named = pattern.capture_names().flatten().count();
    if named > 0 && named + 1 < pattern.captures_len() {
        return Err("a pattern cannot have both named and unnamed groups".to_owned());
    }
    Ok(pattern)
}

/// The type of a match where the text is not known.
pub(super) fn regex_gives(args: &Args) -> Result<Type, String> {
    if args.value(0)?.is_unknown() { Ok(Type::Dynamic) } else { Ok(found_type(&pattern_of(args)?)) }
}

pub(super) fn regexall_gives(args: &Args) -> Result<Type, String> {
    regex_gives(args).map(Type::list)
}

/// True for what Terraform's engine and the crate see differently: a group that is named twice, and `\B` beside
/// letters beyond ASCII.
pub(super) fn is_unlike(pattern: &str, text: &str) -> bool {
    pattern.contains("\\B") && !(pattern.is_ascii() && text.is_ascii()) || has_doubles(pattern)
}

/// Terraform allows a name twice and gives the last one; the crate does not.
fn has_doubles(pattern: &str) -> bool {
    let names = pattern.split("(?P<").skip(1).map(|rest| rest.split('>').next());
    let mut seen = std::collections::HashSet::new();
    names.into_iter().any(|name| !seen.insert(name))
}

pub(super) fn unknown_pattern(context: &Context<'_>, ty: Type) -> Value {
    context.unknown(ty, WhyKind::Unsupported, "a pattern that engines read differently is not evaluated")
}

pub(super) fn regex(context: &Context<'_>, args: &Args) -> Outcome {
    if is_unlike(args.str(0)?, args.str(1)?) {
        return Ok(unknown_pattern(context, Type::Dynamic));
    }
    let pattern = pattern_of(args)?;
    let found = pattern.captures(args.str(1)?).ok_or("the pattern does not match")?;
    Ok(captured(&pattern, &found))
}

pub(super) fn regexall(context: &Context<'_>, args: &Args) -> Outcome {
    if is_unlike(args.str(0)?, args.str(1)?) {
        return Ok(unknown_pattern(context, Type::Dynamic));
    }
    let pattern = pattern_of(args)?;
    let found: Vec<Value> = pattern.captures_iter(args.str(1)?).map(|found| captured(&pattern, &found)).collect();
    Ok(Value::list(found_type(&pattern), found))
}

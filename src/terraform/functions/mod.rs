//! The built-in functions: one table, and a caller that converts arguments and carries unknowns and marks.
//!
//! Names, parameters and results: `terraform metadata functions -json` of Terraform 1.11. `try` and `can` are part
//! of the evaluator, because they see their arguments before they are evaluated.

mod args;
mod collection;
mod convert;
mod encoding;
mod files;
mod format;
mod network;
mod numeric;
mod pattern;
mod sets;
mod table;
mod text;

use super::evaluate::Scope;
use super::module::World;
use super::syntax::Span;
use super::value::{Type, Value, Whys, convert as convert_to};
use crate::model::{Why, WhyKind};

pub(crate) use args::Args;

/// Where a call stands.
pub(crate) struct Context<'a> {
    pub(crate) world: &'a World,
    pub(crate) scope: &'a Scope,
    pub(crate) span: Span,
}

impl Context<'_> {
    /// An unknown result with a reason at the call.
    pub(crate) fn unknown(&self, ty: Type, kind: WhyKind, text: impl Into<String>) -> Value {
        let origin = self.world.origin(self.scope.module, self.span);
        Value::unknown(ty, Whys::one(Why::at(kind, text, origin)))
    }
}

/// What a function accepts that is not known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknowns {
    /// Nothing: any unknown makes the result unknown.
    Nowhere,
    /// Unknown elements in its arguments.
    Inside,
    /// Unknown arguments.
    Anywhere,
}

/// A parameter: its type, and whether null is allowed.
#[derive(Clone, Copy)]
pub(crate) struct Param {
    pub(crate) ty: fn() -> Type,
    pub(crate) nullable: bool,
}

/// A function.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) params: &'static [Param],
    pub(crate) variadic: Option<Param>,
    pub(crate) returns: fn() -> Type,
    pub(crate) unknowns: Unknowns,
    pub(crate) run: fn(&Context<'_>, &Args) -> Result<Value, String>,
}

/// The type of a function's result, as far as it does not depend on the arguments.
pub fn return_type(name: &str) -> Type {
    table::find(name).map_or(Type::Dynamic, |function| (function.returns)())
}

/// Calls a function.
///
/// # Errors
/// A lower-case fragment: there is no such function, an argument does not fit, or the function fails.
pub fn call(world: &World, scope: &Scope, name: &str, args: Vec<Value>, span: Span) -> Result<Value, String> {
    let context = Context { world, scope, span };
    let Some(function) = table::find(name) else { return not_implemented(&context, name) };
    let least = function.params.len();
    if args.len() < least || (args.len() > least && function.variadic.is_none()) {
        let more = if function.variadic.is_some() { "at least " } else { "" };
        return Err(format!("{name} needs {more}{least} arguments, not {}", args.len()));
    }
    let mut converted = Vec::with_capacity(args.len());
    for (at, arg) in args.iter().enumerate() {
        let Some(param) = function.params.get(at).or(function.variadic.as_ref()) else { continue };
        if arg.is_null() && !param.nullable {
            return Err(format!("argument {} of {name} is null", at + 1));
        }
        let ty = (param.ty)();
        converted.push(convert_to(arg, &ty).map_err(|text| format!("argument {} of {name}: {text}", at + 1))?);
    }
    let deep_mark = function.unknowns == Unknowns::Nowhere;
    let mark = converted.iter().any(|arg| if deep_mark { arg.is_marked() } else { arg.sensitive });
    let stops = |arg: &Value| match function.unknowns {
        Unknowns::Nowhere => arg.contains_unknown(),
        Unknowns::Inside => arg.is_unknown(),
        Unknowns::Anywhere => false,
    };
    if converted.iter().any(stops) {
        let whys = converted.iter().filter(|arg| stops(arg)).fold(Whys::default(), |all, arg| all.and(&arg.whys()));
        return Ok(Value::unknown((function.returns)(), whys).marked(mark));
    }
    // A message may quote what it was given.
    let secret = converted.iter().any(Value::is_marked);
    let result = (function.run)(&context, &Args::new(name, converted));
    let result = result.map_err(|text| if secret { format!("{name} fails on a sensitive value") } else { text })?;
    // These decide about marks themselves.
    let own_marks = matches!(name, "nonsensitive" | "issensitive");
    Ok(if own_marks { result } else { result.marked(mark) })
}

/// Functions that exist and are not evaluated, with why.
fn not_implemented(context: &Context<'_>, name: &str) -> Result<Value, String> {
    let unsupported = |text: String| Ok(context.unknown(Type::Dynamic, WhyKind::Unsupported, text));
    if name.starts_with("provider::") {
        return unsupported(format!("the provider function {name} is not evaluated"));
    }
    match name {
        "timestamp" | "plantimestamp" | "uuid" | "bcrypt" => {
            let text = format!("the result of {name} differs from run to run");
            Ok(context.unknown(Type::String, WhyKind::NonDeterministic, text))
        }
        "rsadecrypt" => {
            Ok(context.unknown(Type::String, WhyKind::NonDeterministic, "rsadecrypt gives a secret").marked(true))
        }
        _ if table::UNSUPPORTED.contains(&name) => unsupported(format!("function {name} is not evaluated")),
        _ => Err(format!("there is no function `{name}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_and_the_lists_name_each_function_once() {
        let mut names: Vec<&str> = table::FUNCTIONS.iter().map(|function| function.name).collect();
        names.extend(table::UNSUPPORTED);
        names.extend(["try", "can", "timestamp", "plantimestamp", "uuid", "bcrypt", "rsadecrypt"]);
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert_eq!(count, 118, "the number of functions of Terraform 1.11");
    }
}

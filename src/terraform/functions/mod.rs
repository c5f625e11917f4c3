//! The built-in functions: signatures from the binary, one table of what runs them, and a caller that converts
//! arguments and carries unknowns and marks.
//!
//! `try` and `can` are part of the evaluator, because they see their arguments before they are evaluated.

mod args;
mod charset;
mod choice;
mod convert;
mod csv;
mod date;
mod decimal;
mod encoding;
mod files;
mod float;
mod format;
mod hash;
mod impure;
mod lists;
mod maps;
mod network;
mod numeric;
mod pattern;
mod regexes;
mod sets;
mod signatures;
mod table;
mod templates;
mod text;
mod yaml;

use super::evaluate::{Inside, Scope};
use super::module::World;
use super::syntax::Span;
use super::value::{Kind, Type, Unknown, Value, Whys, convert as convert_to};
use crate::model::{Why, WhyKind};

pub(crate) use args::Args;
use table::{Function, Spec};

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

/// The names of all functions that a call reaches: all but `try` and `can`.
#[cfg(test)]
pub(crate) fn names() -> Vec<&'static str> {
    table::SPECS.iter().map(|spec| spec.name).collect()
}

/// Calls a function.
///
/// # Errors
/// A lower-case fragment: there is no such function, an argument does not fit, or the function fails.
pub fn call(world: &World, scope: &Scope, name: &str, args: Vec<Value>, span: Span) -> Result<Value, String> {
    let context = Context { world, scope, span };
    if name.starts_with("provider::") {
        let text = format!("the provider function {name} is not evaluated");
        return Ok(context.unknown(Type::Dynamic, WhyKind::Unsupported, text));
    }
    let Some(Function { spec, signature }) = table::find(name) else {
        return Err(format!("there is no function `{name}`"));
    };
    if scope.inside != Inside::Module && !is_allowed(scope.inside, spec) {
        return Err(format!("{name} may not be called in this template"));
    }
    let least = signature.params.len();
    if args.len() < least || (args.len() > least && signature.variadic.is_none()) {
        let more = if signature.variadic.is_some() { "at least " } else { "" };
        return Err(format!("{name} needs {more}{least} arguments, not {}", args.len()));
    }
    let mut converted = Vec::with_capacity(args.len());
    for (at, arg) in args.into_iter().enumerate() {
        let Some(param) = signature.params.get(at).or(signature.variadic.as_ref()) else { continue };
        converted.push(match &param.ty {
            Type::Dynamic => arg,
            ty => convert_to(&arg, ty).map_err(|text| format!("argument {} of {name}: {text}", at + 1))?,
        });
    }
    let args = Args::new(spec.name, converted);
    let mark = is_marked(spec, &args);
    for (at, arg) in args.all().iter().enumerate() {
        let nullable = signature.params.get(at).or(signature.variadic.as_ref()).is_some_and(|param| param.nullable);
        if arg.is_null() && !nullable {
            return Err(format!("argument {} of {name} is null", at + 1));
        }
        if is_untyped(arg) && !spec.takes_untyped(at) {
            // Terraform does not call the function, whatever the other arguments are.
            let whys = whys_of(&args, Value::is_unknown);
            if whys.is_empty() {
                let text = "a null without a type is formatted";
                return Ok(context.unknown(Type::Dynamic, WhyKind::Unsupported, text).marked(mark));
            }
            return Ok(Value::unknown(Type::Dynamic, whys).marked(mark));
        }
    }
    let stops = |(at, arg): (usize, &Value)| arg.is_unknown() && !spec.takes_unknown(at);
    let result = if args.all().iter().enumerate().any(stops) {
        let ty = match spec.gives {
            Some(gives) => gives(&args)?,
            None => signature.returns.clone(),
        };
        Value::unknown(ty, whys_of(&args, Value::is_unknown))
    } else {
        // A message may quote what it was given.
        let secret = args.all().iter().any(Value::is_marked);
        (spec.run)(&context, &args)
            .map_err(|text| if secret { format!("{name} fails on a sensitive value") } else { text })?
    };
    let result = if spec.may_be_null { result } else { not_null(result) };
    Ok(result.marked(mark))
}

/// Templates are not nested, and a template that is no file reads none.
fn is_allowed(inside: Inside, spec: &Spec) -> bool {
    match spec.name {
        "templatefile" | "templatestring" => false,
        name => inside != Inside::TemplateText || !name.starts_with("file"),
    }
}

/// True where the whole result is sensitive because of an argument. Functions that look at marks themselves keep the
/// marks of elements where they are.
fn is_marked(spec: &Spec, args: &Args) -> bool {
    args.all().iter().enumerate().any(|(at, arg)| if spec.keeps_marks(at) { false } else { arg.is_marked() })
        || (spec.spreads_marks && args.all().iter().any(|arg| arg.sensitive))
}

/// True for what has no type at all: an unknown of any type, and a plain null.
fn is_untyped(value: &Value) -> bool {
    match &value.kind {
        Kind::Unknown(unknown) => unknown.ty == Type::Dynamic,
        Kind::Null(ty) => *ty == Type::Dynamic,
        _ => false,
    }
}

/// The reasons of the arguments for which the predicate holds.
fn whys_of(args: &Args, wanted: impl Fn(&Value) -> bool) -> Whys {
    args.all().iter().filter(|arg| wanted(arg)).fold(Whys::default(), |all, arg| all.and(&arg.whys()))
}

/// An unknown result of a known type is not null; of a result of no known type Terraform says nothing.
fn not_null(value: Value) -> Value {
    match &value.kind {
        Kind::Unknown(unknown) if !unknown.not_null && unknown.ty != Type::Dynamic => {
            let refined = Unknown { not_null: true, ..(**unknown).clone() };
            Value::from(Kind::Unknown(refined.into())).marked(value.sensitive)
        }
        _ => value,
    }
}

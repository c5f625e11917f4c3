//! `templatefile` and `templatestring`.

use super::super::evaluate::{Inside, Scope, evaluate, render};
use super::super::syntax::{Expr, ExprKind, Part, Span, parse_template};
use super::super::value::{Kind, Type, Value, convert};
use super::{Args, Context};

type Outcome = Result<Value, String>;

pub(super) fn templatefile(context: &Context<'_>, args: &Args) -> Outcome {
    let path = args.str(0)?;
    let inside = match context.path(path, Type::Dynamic) {
        Ok(inside) => inside,
        Err(unknown) => return Ok(unknown),
    };
    match context.world.read(&inside) {
        Ok(file) => {
            let text = context.world.source_text(file);
            let value =
                template(context, Inside::TemplateFile(context.scope.module), &text, file, args.value(1)?, path)?;
            if value.is_null() { Err(format!("{path} gives null")) } else { Ok(value) }
        }
        Err(error) => context.refused(path, &error, Type::Dynamic),
    }
}

pub(super) fn templatestring(context: &Context<'_>, args: &Args) -> Outcome {
    let text = args.str(0)?.to_owned();
    let file = context.world.add_source("(template)", text.clone());
    let value = template(context, Inside::TemplateText, &text, file, args.value(1)?, "the template")?;
    if value.is_null() {
        return Err("the template gives null".to_owned());
    }
    convert(&value, &Type::String)
}

/// A name that a template's variables can have.
fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|own| own.is_alphanumeric() || matches!(own, '_' | '-'))
}

fn template(context: &Context<'_>, inside: Inside, text: &str, file: u32, variables: &Value, name: &str) -> Outcome {
    let fields = match &variables.kind {
        Kind::Map(_, fields) => fields.as_ref().clone(),
        Kind::Object(object) if object.open.is_none() => object.fields.clone(),
        Kind::Object(_) => return Ok(Value::unknown(Type::Dynamic, variables.whys())),
        _ => return Err("the variables of a template must be a map or an object".to_owned()),
    };
    let parts = parse_template(text, file).map_err(|error| format!("{name} could not be parsed: {}", error.text))?;
    if let Some(name) = fields.keys().find(|name| !is_name(name)) {
        return Err(format!("`{name}` cannot be the name of a variable"));
    }
    let outer = Scope::template(inside);
    let scope = fields.into_iter().fold(outer, |scope, (name, value)| scope.bind(&name, value));
    let span = Span { file, start: 0, end: u32::try_from(text.len()).unwrap_or(u32::MAX) };
    // The evaluator limits depth: a template may include itself.
    let depth = context.world.depth.get();
    context.world.depth.set(depth + 1);
    let result = match parts.as_slice() {
        [Part::Interpolation(_)] => evaluate(context.world, &scope, &Expr { kind: ExprKind::Template(parts), span }),
        _ => render(context.world, &scope, &parts, span),
    };
    context.world.depth.set(depth);
    result.map_err(|failure| format!("{name}: {}", failure.text))
}

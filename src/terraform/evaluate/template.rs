//! Templates: quoted strings, heredocs and template files.

use super::super::module::World;
use super::super::syntax::{ForPart, Part, Span};
use super::super::value::{Kind, Type, Value, Whys, convert, normalise};
use super::{Failure, Scope, evaluate as evaluate_expr, exhausted, is_exhausted};

/// The longest text that a template may give.
const MAX_TEXT: usize = 1 << 20;

/// A template's text while it is put together.
#[derive(Default)]
struct Text {
    text: String,
    /// Set from the first unknown part on; what comes after it is not kept.
    whys: Whys,
    sensitive: bool,
}

/// A template in an expression. A single interpolation gives its value as it is.
pub(super) fn evaluate(world: &World, scope: &Scope, parts: &[Part], span: Span) -> Result<Value, Failure> {
    if let [Part::Interpolation(expr)] = parts {
        return evaluate_expr(world, scope, expr);
    }
    render(world, scope, parts, span)
}

/// A template's text.
///
/// # Errors
/// The first error of an expression in it.
pub fn render(world: &World, scope: &Scope, parts: &[Part], span: Span) -> Result<Value, Failure> {
    let mut text = Text::default();
    append(world, scope, parts, span, &mut text)?;
    let value = if text.whys.is_empty() {
        Value::from(Kind::String(normalise(&text.text)))
    } else {
        Value::unknown_string(&normalise(&text.text), text.whys)
    };
    Ok(value.marked(text.sensitive))
}

fn append(world: &World, scope: &Scope, parts: &[Part], span: Span, text: &mut Text) -> Result<(), Failure> {
    for part in parts {
        match part {
            Part::Literal(literal) => push(text, literal, span)?,
            Part::Interpolation(expr) => {
                let value = evaluate_expr(world, scope, expr)?;
                text.sensitive |= value.is_marked();
                if value.is_null() {
                    return Err(Failure::at(expr.span, "a null value cannot be part of a string"));
                }
                // Of what type it is does not matter before it is known.
                if value.is_unknown() {
                    text.whys = text.whys.and(&value.whys());
                    continue;
                }
                let string = convert(&value, &Type::String)
                    .map_err(|text| Failure::at(expr.span, format!("part of a template: {text}")))?;
                match string.as_str() {
                    Some(string) => push(text, string, span)?,
                    None => text.whys = text.whys.and(&string.whys()),
                }
            }
            Part::If(condition, then, otherwise) => {
                let value = evaluate_expr(world, scope, condition)?;
                text.sensitive |= value.is_marked();
                if value.is_null() {
                    return Err(Failure::at(condition.span, "the condition is null"));
                }
                let flag = convert(&value, &Type::Bool).map_err(|text| Failure::at(condition.span, text))?;
                match flag.as_bool() {
                    Some(true) => append(world, scope, then, span, text)?,
                    Some(false) => append(world, scope, otherwise, span, text)?,
                    None => text.whys = text.whys.and(&flag.whys()),
                }
            }
            Part::For(part) => append_for(world, scope, part, span, text)?,
        }
    }
    Ok(())
}

fn append_for(world: &World, scope: &Scope, part: &ForPart, span: Span, text: &mut Text) -> Result<(), Failure> {
    let collection = evaluate_expr(world, scope, &part.collection)?;
    text.sensitive |= collection.sensitive;
    let open = match &collection.kind {
        Kind::Unknown(unknown) => !unknown.ty.is_primitive(),
        Kind::Object(object) => object.open.is_some(),
        _ => false,
    };
    if open {
        text.whys = text.whys.and(&collection.whys());
        return Ok(());
    }
    let Some(entries) = collection.entries() else {
        return Err(Failure::at(part.collection.span, "only a collection can be iterated"));
    };
    for (key, value) in entries {
        if is_exhausted(world) {
            text.whys = text.whys.and(&exhausted(world, scope, part.collection.span).whys());
            return Ok(());
        }
        let mut inner = scope.bind(&part.value_name, value);
        if let Some(name) = &part.key_name {
            inner = inner.bind(name, key);
        }
        append(world, &inner, &part.parts, span, text)?;
    }
    Ok(())
}

fn push(text: &mut Text, more: &str, span: Span) -> Result<(), Failure> {
    if !text.whys.is_empty() {
        return Ok(());
    }
    if text.text.len() + more.len() > MAX_TEXT {
        return Err(Failure::at(span, "the template's text is too long"));
    }
    text.text.push_str(more);
    Ok(())
}

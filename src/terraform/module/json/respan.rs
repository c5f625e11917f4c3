//! Expressions that were read from the text inside of a JSON string: their place is that of the string.

use crate::terraform::syntax::{Expr, ExprKind, Part, Span, Step};

/// Gives an expression and all that it is made of one place.
pub(super) fn respan(expr: &mut Expr, span: Span) {
    expr.span = span;
    match &mut expr.kind {
        ExprKind::Literal(_) | ExprKind::Variable(_) => {}
        ExprKind::Template(parts) => respan_parts(parts, span),
        ExprKind::Tuple(items) => items.iter_mut().for_each(|item| respan(item, span)),
        ExprKind::Object(items) => {
            for (key, value) in items {
                respan(key, span);
                respan(value, span);
            }
        }
        ExprKind::Traversal(base, steps) => {
            respan(base, span);
            for step in steps {
                match step {
                    Step::Attr(_, own) => *own = span,
                    Step::Index(index) => respan(index, span),
                    Step::LegacyIndex(_) | Step::AttrSplat | Step::FullSplat => {}
                }
            }
        }
        ExprKind::Call(call) => call.args.iter_mut().for_each(|arg| respan(arg, span)),
        ExprKind::Unary(_, inner) | ExprKind::Parenthesis(inner) => respan(inner, span),
        ExprKind::Binary(_, left, right) => {
            respan(left, span);
            respan(right, span);
        }
        ExprKind::Conditional(parts) => parts.iter_mut().for_each(|part| respan(part, span)),
        ExprKind::For(own) => {
            respan(&mut own.collection, span);
            respan(&mut own.value, span);
            own.key.iter_mut().chain(own.condition.iter_mut()).for_each(|part| respan(part, span));
        }
    }
}

fn respan_parts(parts: &mut [Part], span: Span) {
    for part in parts {
        match part {
            Part::Literal(_) => {}
            Part::Interpolation(expr) => respan(expr, span),
            Part::If(condition, then, otherwise) => {
                respan(condition, span);
                respan_parts(then, span);
                respan_parts(otherwise, span);
            }
            Part::For(own) => {
                respan(&mut own.collection, span);
                respan_parts(&mut own.parts, span);
            }
        }
    }
}

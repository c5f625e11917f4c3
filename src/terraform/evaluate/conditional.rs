//! The conditional: both arms decide the type, one decides the value.

use std::sync::Arc;

use super::super::module::World;
use super::super::syntax::{BinaryOperator, Expr, ExprKind, Part, UnaryOperator};
use super::super::value::{Field, Kind, Type, Unknown, Value, Whys, convert, length_bounds, unify};
use super::operators::bounds;
use super::{Failure, Scope, evaluate};

/// `condition ? then : otherwise`
pub(super) fn conditional(
    world: &World,
    scope: &Scope,
    condition: &Expr,
    then: &Expr,
    otherwise: &Expr,
) -> Result<Value, Failure> {
    let decided = evaluate(world, scope, condition)?;
    if decided.is_null() {
        return Err(Failure::at(condition.span, "the condition is null"));
    }
    let arms = [evaluate(world, scope, then), evaluate(world, scope, otherwise)];
    if let Some(fatal) = arms.iter().find_map(|arm| arm.as_ref().err().filter(|failure| failure.fatal)) {
        return Err(fatal.clone());
    }
    let given = |arm: &Result<Value, Failure>, expr| match arm {
        Ok(value) => value.clone(),
        // Which arm fails, if any, is told when the condition is known; here its type counts.
        Err(_) => Value::unknown(failed_type(world, scope, expr), decided.whys()),
    };
    let (a, b) = (given(&arms[0], then), given(&arms[1], otherwise));
    let ty = shared_type(&a, &b).ok_or_else(|| {
        let text = format!("the arms of the conditional have different types: {} and {}", a.ty(), b.ty());
        Failure::at(then.span, text)
    })?;
    // Also the arm that is not taken tells something of the condition.
    let mark = decided.sensitive || a.sensitive || b.sensitive;
    if decided.is_unknown() {
        return Ok(either(&a, &b, ty, decided.whys()).marked(mark));
    }
    let flag = convert(&decided, &Type::Bool).map_err(|text| Failure::at(condition.span, text))?;
    let [a, b] = arms;
    let (taken, span) = if flag.as_bool() == Some(true) { (a?, then.span) } else { (b?, otherwise.span) };
    if mixes_types(&taken, &ty) {
        return Err(Failure::at(span, "the elements of this arm have different types"));
    }
    Ok(convert(&taken, &ty).map_err(|text| Failure::at(span, text))?.marked(mark))
}

/// The type of what an expression would give that fails: an operator's and a template's is certain.
fn failed_type(world: &World, scope: &Scope, expr: &Expr) -> Type {
    let type_of = |expr: &Expr| match evaluate(world, scope, expr) {
        Ok(value) => value.ty(),
        Err(_) => failed_type(world, scope, expr),
    };
    match &expr.kind {
        ExprKind::Parenthesis(inner) => failed_type(world, scope, inner),
        ExprKind::Template(parts) => match parts.as_slice() {
            [Part::Interpolation(inner)] => failed_type(world, scope, inner),
            _ => Type::String,
        },
        ExprKind::Unary(UnaryOperator::Not, _) => Type::Bool,
        ExprKind::Unary(UnaryOperator::Neg, _) => Type::Number,
        ExprKind::Binary(operator, ..) => match operator {
            BinaryOperator::Plus
            | BinaryOperator::Minus
            | BinaryOperator::Mul
            | BinaryOperator::Div
            | BinaryOperator::Mod => Type::Number,
            _ => Type::Bool,
        },
        ExprKind::Tuple(items) => Type::Tuple(Arc::new(items.iter().map(type_of).collect())),
        ExprKind::Object(items) => {
            let named = |(key, value): &(Expr, Expr)| {
                let key = evaluate(world, scope, key).ok()?;
                Some((Arc::from(key.as_str()?), Field::required(type_of(value))))
            };
            items
                .iter()
                .map(named)
                .collect::<Option<_>>()
                .map_or(Type::Dynamic, |fields| Type::Object(Arc::new(fields)))
        }
        ExprKind::Conditional(parts) => match (type_of(&parts[1]), type_of(&parts[2])) {
            (Type::Dynamic, _) | (_, Type::Dynamic) => Type::Dynamic,
            (a, b) => unify(&a, &b).unwrap_or(Type::Dynamic),
        },
        ExprKind::For(each) if each.key.is_none() && each.condition.is_none() => {
            let entries = evaluate(world, scope, &each.collection).ok().and_then(|collection| collection.entries());
            entries.map_or(Type::Dynamic, |entries| Type::Tuple(Arc::new(vec![Type::Dynamic; entries.len()])))
        }
        _ => Type::Dynamic,
    }
}

/// The type of the result; a plain null takes the other arm's, and an arm of no known type leaves all open.
fn shared_type(a: &Value, b: &Value) -> Option<Type> {
    match (&a.kind, &b.kind) {
        (Kind::String(_), Kind::String(_)) => Some(Type::String),
        (Kind::Null(Type::Dynamic), _) => Some(b.ty()),
        (_, Kind::Null(Type::Dynamic)) => Some(a.ty()),
        _ => match (a.ty(), b.ty()) {
            (Type::Dynamic, _) | (_, Type::Dynamic) => Some(Type::Dynamic),
            (a, b) => unify(&a, &b),
        },
    }
}

/// A collection of elements of any type takes only elements that are of one type already.
fn mixes_types(value: &Value, ty: &Type) -> bool {
    let any = match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => **element == Type::Dynamic,
        _ => false,
    };
    let mut types = value.elements().map(Value::ty);
    any && matches!(value.kind, Kind::Tuple(_) | Kind::Object(_))
        && types.next().is_some_and(|first| !first.is_primitive() && types.any(|ty| ty != first))
}

/// What is known of a value that is one of two.
fn either(a: &Value, b: &Value, ty: Type, whys: Whys) -> Value {
    if a.is_null() && b.is_null() {
        return Kind::Null(ty).into();
    }
    let not_null = a.is_not_null() && b.is_not_null();
    let bounds = match (a.ty(), b.ty()) {
        _ if a.is_null() || b.is_null() => Default::default(),
        (Type::Number, Type::Number) => bounds(a).or(&bounds(b)),
        (a_type @ (Type::List(_) | Type::Set(_) | Type::Map(_)), b_type) if a_type == b_type => {
            length_bounds(a).or(&length_bounds(b))
        }
        _ => Default::default(),
    };
    Value::unknown_with(Unknown { ty, prefix: "".into(), not_null, bounds, whys })
}

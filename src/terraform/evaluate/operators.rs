//! Operators and the conditional.

use super::super::module::World;
use super::super::syntax::{BinaryOperator, Expr, UnaryOperator};
use super::super::value::{Kind, Number, Type, Value, Whys, convert, same_value, unify};
use super::{Failure, Scope, evaluate};
use crate::model::{Why, WhyKind};

/// Applies `!` or `-`.
pub(super) fn unary(operator: UnaryOperator, value: &Value) -> Result<Value, String> {
    let (ty, apply): (Type, fn(&Value) -> Option<Value>) = match operator {
        UnaryOperator::Not => (Type::Bool, |value| value.as_bool().map(|flag| Value::bool(!flag))),
        UnaryOperator::Neg => (Type::Number, |value| value.as_number().map(|number| Value::number(number.neg()))),
    };
    let converted = operand(value, &ty)?;
    let result = if converted.is_unknown() {
        Value::unknown_not_null(ty, converted.whys())
    } else {
        apply(&converted).ok_or("an operand is required")?
    };
    Ok(result.marked(value.sensitive))
}

fn operand(value: &Value, ty: &Type) -> Result<Value, String> {
    if value.is_null() {
        return Err(format!("an operand is null where a {ty} is required"));
    }
    convert(value, ty)
}

/// Applies an operator to two values.
pub(super) fn binary(operator: BinaryOperator, a: &Value, b: &Value) -> Result<Value, String> {
    use BinaryOperator as Op;
    let result = match operator {
        Op::Eq => equal(a, b),
        Op::NotEq => {
            let same = equal(a, b);
            same.as_bool().map_or(same, |flag| Value::bool(!flag))
        }
        Op::And | Op::Or => logic(operator, &operand(a, &Type::Bool)?, &operand(b, &Type::Bool)?),
        _ => arithmetic(operator, &operand(a, &Type::Number)?, &operand(b, &Type::Number)?)?,
    };
    Ok(result.marked(a.sensitive || b.sensitive))
}

/// A known operand that decides makes the result known.
fn logic(operator: BinaryOperator, a: &Value, b: &Value) -> Value {
    let deciding = operator == BinaryOperator::Or;
    if a.as_bool() == Some(deciding) || b.as_bool() == Some(deciding) {
        return Value::bool(deciding);
    }
    if a.is_unknown() || b.is_unknown() {
        return Value::unknown_not_null(Type::Bool, a.whys().and(&b.whys()));
    }
    Value::bool(!deciding)
}

fn arithmetic(operator: BinaryOperator, a: &Value, b: &Value) -> Result<Value, String> {
    use BinaryOperator as Op;
    let compares = matches!(operator, Op::Less | Op::LessEq | Op::Greater | Op::GreaterEq);
    let (Some(x), Some(y)) = (a.as_number(), b.as_number()) else {
        let ty = if compares { Type::Bool } else { Type::Number };
        return Ok(Value::unknown_not_null(ty, a.whys().and(&b.whys())));
    };
    let number = |number: Number| Ok(Value::number(number));
    match operator {
        Op::Less => Ok(Value::bool(x < y)),
        Op::LessEq => Ok(Value::bool(x <= y)),
        Op::Greater => Ok(Value::bool(x > y)),
        Op::GreaterEq => Ok(Value::bool(x >= y)),
        Op::Plus => number(x.add(y)),
        Op::Minus => number(x.sub(y)),
        Op::Mul => x.mul(y).map(Value::number).ok_or_else(|| "the product is too large".to_owned()),
        Op::Div => match x.div(y) {
            Some(quotient) => number(quotient),
            None if x.signum() == 0 => Err("zero divided by zero".to_owned()),
            None => Ok(infinite()),
        },
        // As Terraform has it: nothing is left out of a number by zero.
        Op::Mod => number(x.rem(y).unwrap_or_else(|| x.clone())),
        Op::Eq | Op::NotEq | Op::And | Op::Or => Err("no arithmetic operator".to_owned()),
    }
}

/// Terraform gives an infinite number, with which hardly anything can be done.
fn infinite() -> Value {
    let why = Why::new(WhyKind::Unsupported, "a division by zero gives an infinite number");
    Value::unknown_not_null(Type::Number, Whys::one(why))
}

/// `a == b`: no conversion takes place; values of different types are not equal.
pub fn equal(a: &Value, b: &Value) -> Value {
    let undecided = || Value::unknown_not_null(Type::Bool, a.whys().and(&b.whys()));
    match (&a.kind, &b.kind) {
        (Kind::Unknown(unknown), other) | (other, Kind::Unknown(unknown)) => match other {
            Kind::Unknown(_) => undecided(),
            Kind::Null(_) if unknown.not_null => Value::bool(false),
            Kind::Null(_) => undecided(),
            Kind::String(text) if !text.starts_with(&*unknown.prefix) => Value::bool(false),
            _ if differs(&unknown.ty, &other_type(a, b)) => Value::bool(false),
            _ => undecided(),
        },
        (Kind::Null(_), Kind::Null(_)) => Value::bool(true),
        (Kind::Null(_), _) | (_, Kind::Null(_)) => Value::bool(false),
        // A null in them has a type, and types are compared first.
        (Kind::Tuple(_), Kind::Tuple(_)) | (Kind::Object(_), Kind::Object(_))
            if !a.contains_unknown() && !b.contains_unknown() && a.ty() != b.ty() =>
        {
            Value::bool(false)
        }
        (Kind::Tuple(x), Kind::Tuple(y)) if x.len() == y.len() => equal_items(x.iter().zip(y.iter())),
        (Kind::Object(x), Kind::Object(y))
            if x.open.is_none() && y.open.is_none() && x.fields.keys().eq(y.fields.keys()) =>
        {
            equal_items(x.fields.values().zip(y.fields.values()))
        }
        // Of the same type they could not differ in number or names, and of another type they are not equal either.
        (Kind::Tuple(_), Kind::Tuple(_)) => Value::bool(false),
        (Kind::Object(x), Kind::Object(y)) if x.open.is_none() && y.open.is_none() => Value::bool(false),
        (Kind::List(_, x), Kind::List(_, y)) if x.len() != y.len() => Value::bool(false),
        _ if a.contains_unknown() || b.contains_unknown() => undecided(),
        _ => Value::bool(same_value(a, b)),
    }
}

/// Known to differ as soon as one pair differs.
fn equal_items<'a>(pairs: impl Iterator<Item = (&'a Value, &'a Value)>) -> Value {
    let mut open: Option<Value> = None;
    for (a, b) in pairs {
        let same = equal(a, b);
        match same.as_bool() {
            Some(false) => return Value::bool(false),
            Some(true) => {}
            None => open = Some(same),
        }
    }
    open.unwrap_or_else(|| Value::bool(true))
}

fn other_type(a: &Value, b: &Value) -> Type {
    if a.is_unknown() { b.ty() } else { a.ty() }
}

fn differs(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Dynamic, _) | (_, Type::Dynamic) => false,
        (Type::List(_), Type::List(_))
        | (Type::Set(_), Type::Set(_))
        | (Type::Map(_), Type::Map(_))
        | (Type::Tuple(_), Type::Tuple(_))
        | (Type::Object(_), Type::Object(_)) => false,
        _ => a != b,
    }
}

/// `condition ? then : otherwise`: both arms decide the type, one decides the value.
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
    let flag = convert(&decided, &Type::Bool).map_err(|text| Failure::at(condition.span, text))?;
    let (a, b) = (evaluate(world, scope, then), evaluate(world, scope, otherwise));
    for arm in [&a, &b] {
        if let Err(failure) = arm
            && failure.fatal
        {
            return Err(failure.clone());
        }
    }
    let types = match (&a, &b) {
        (Ok(a), Ok(b)) => Some((arm_type(a), arm_type(b))),
        _ => None,
    };
    let ty = match &types {
        // An arm of any type leaves the other one as it is, unless it is a plain null.
        Some((Some(a), Some(b))) if *a == Type::Dynamic || *b == Type::Dynamic => Type::Dynamic,
        Some((Some(a), Some(b))) => unify(a, b).ok_or_else(|| {
            Failure::at(then.span, format!("the arms of the conditional have different types: {a} and {b}"))
        })?,
        Some((Some(one), None) | (None, Some(one))) => one.clone(),
        _ => Type::Dynamic,
    };
    let as_type = |value: &Value, span| convert(value, &ty).map_err(|text| Failure::at(span, text));
    let result = match flag.as_bool() {
        Some(true) => as_type(&a?, then.span)?,
        Some(false) => as_type(&b?, otherwise.span)?,
        None => {
            let (a, b) = (as_type(&a?, then.span)?, as_type(&b?, otherwise.span)?);
            if !a.contains_unknown() && !b.contains_unknown() && same_value(&a, &b) {
                let mark = b.sensitive;
                a.marked(mark)
            } else {
                let mark = a.is_marked() || b.is_marked();
                let not_null = !may_be_null(&a) && !may_be_null(&b);
                let make = if not_null { Value::unknown_not_null } else { Value::unknown };
                make(ty, flag.whys()).marked(mark)
            }
        }
    };
    Ok(result.marked(decided.sensitive))
}

/// `None` for a null of no type, which fits every arm.
fn arm_type(value: &Value) -> Option<Type> {
    match &value.kind {
        Kind::Null(Type::Dynamic) => None,
        _ => Some(value.ty()),
    }
}

fn may_be_null(value: &Value) -> bool {
    match &value.kind {
        Kind::Null(_) => true,
        Kind::Unknown(unknown) => !unknown.not_null,
        _ => false,
    }
}

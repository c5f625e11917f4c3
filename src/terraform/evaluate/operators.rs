//! Operators.

use super::super::syntax::{BinaryOperator, UnaryOperator};
use super::super::value::{Bounds, Kind, Number, Type, Value, convert};
use super::equal;

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
    let (Some(x), Some(y)) = (a.as_number(), b.as_number()) else {
        let whys = a.whys().and(&b.whys());
        let ty = match operator {
            Op::Less | Op::LessEq | Op::Greater | Op::GreaterEq => match compare_bounds(operator, a, b) {
                Some(known) => return Ok(Value::bool(known)),
                None => Type::Bool,
            },
            _ => Type::Number,
        };
        return Ok(Value::unknown_not_null(ty, whys));
    };
    let number = |number: Option<Number>, text: &str| number.map(Value::number).ok_or_else(|| text.to_owned());
    match operator {
        Op::Less => Ok(Value::bool(x < y)),
        Op::LessEq => Ok(Value::bool(x <= y)),
        Op::Greater => Ok(Value::bool(x > y)),
        Op::GreaterEq => Ok(Value::bool(x >= y)),
        Op::Plus => number(x.checked_add(y), "opposing infinities have no sum"),
        Op::Minus => number(x.checked_add(&y.neg()), "infinities have no difference"),
        Op::Mul => number(x.mul(y), "the product is too large"),
        Op::Div => number(x.quotient(y), "zero divided by zero"),
        // As Terraform has it: nothing is left out of a number by zero, and an infinite number makes it a product.
        Op::Mod if x.is_infinite() || y.is_infinite() => number(x.mul(y), "zero and infinity have no rest"),
        Op::Mod => Ok(Value::number(x.rem(y).unwrap_or_else(|| x.clone()))),
        Op::Eq | Op::NotEq | Op::And | Op::Or => Err("no arithmetic operator".to_owned()),
    }
}

/// The comparison of numbers of which one is not known, where their bounds decide it.
fn compare_bounds(operator: BinaryOperator, a: &Value, b: &Value) -> Option<bool> {
    use BinaryOperator as Op;
    let (x, y) = (bounds(a), bounds(b));
    let beyond = |low: &Option<Number>, high: &Option<Number>| {
        low.as_ref().zip(high.as_ref()).is_some_and(|(low, high)| low > high)
    };
    let (below, above) = (beyond(&y.low, &x.high), beyond(&x.low, &y.high));
    match operator {
        Op::Less | Op::LessEq => below.then_some(true).or(above.then_some(false)),
        _ => above.then_some(true).or(below.then_some(false)),
    }
}

/// Where a number lies.
pub(super) fn bounds(value: &Value) -> Bounds {
    match &value.kind {
        Kind::Number(number) => Bounds::exactly(number),
        Kind::Unknown(unknown) => unknown.bounds.clone(),
        _ => Bounds::default(),
    }
}

//! Functions of numbers.

use bigdecimal::num_bigint::BigInt;

use super::super::value::{Number, Type, Value, convert};
use super::args::MAX_ELEMENTS;
use super::float::{ln, power};
use super::{Args, Context};
use crate::model::WhyKind;

type Outcome = Result<Value, String>;

/// The number of a float. There is an infinite one, and none for what is no number.
fn float(name: &str, value: f64) -> Outcome {
    if value.is_infinite() {
        return Ok(Value::number(Number::infinite(value < 0.0)));
    }
    Number::from_f64(value).map(Value::number).ok_or_else(|| format!("the result of {name} is no number"))
}

pub(super) fn abs(_: &Context<'_>, args: &Args) -> Outcome {
    let number = args.number(0)?;
    Ok(Value::number(if number.signum() < 0 { number.neg() } else { number.clone() }))
}

pub(super) fn ceil(_: &Context<'_>, args: &Args) -> Outcome {
    Ok(Value::number(args.number(0)?.ceil()))
}

pub(super) fn floor(_: &Context<'_>, args: &Args) -> Outcome {
    Ok(Value::number(args.number(0)?.floor()))
}

pub(super) fn signum(_: &Context<'_>, args: &Args) -> Outcome {
    Ok(Value::int(args.int(0)?.signum()))
}

pub(super) fn log(context: &Context<'_>, args: &Args) -> Outcome {
    let (number, base) = (args.number(0)?.to_f64(), args.number(1)?.to_f64());
    if number.is_subnormal() || base.is_subnormal() {
        return Ok(context.unknown(
            Type::Number,
            WhyKind::Unsupported,
            "the logarithm of so small a number is not evaluated",
        ));
    }
    float("log", ln(number) / ln(base))
}

pub(super) fn pow(context: &Context<'_>, args: &Args) -> Outcome {
    let (base, exponent) = (args.number(0)?.to_f64(), args.number(1)?.to_f64());
    match power(base, exponent) {
        Some(value) => float("pow", value),
        None => Ok(context.unknown(Type::Number, WhyKind::Unsupported, "the power of a fraction is not evaluated")),
    }
}

pub(super) fn max(_: &Context<'_>, args: &Args) -> Outcome {
    let largest = args.all().iter().filter_map(Value::as_number).max();
    largest.cloned().map(Value::number).ok_or_else(|| "max needs at least one number".to_owned())
}

pub(super) fn min(_: &Context<'_>, args: &Args) -> Outcome {
    let smallest = args.all().iter().filter_map(Value::as_number).min();
    smallest.cloned().map(Value::number).ok_or_else(|| "min needs at least one number".to_owned())
}

pub(super) fn sum(_: &Context<'_>, args: &Args) -> Outcome {
    let items = args.items(0)?;
    if !items.is_empty() && args.value(0)?.contains_unknown() {
        return Ok(Value::unknown(Type::Number, args.value(0)?.whys()));
    }
    let mut total: Option<Number> = None;
    for item in items.iter() {
        if item.is_null() {
            return Err("an element that should be added is null".to_owned());
        }
        let number = convert(item, &Type::Number)?;
        let number = number.as_number().ok_or("a number is required")?;
        total = Some(total.map_or_else(|| number.clone(), |total| total.add(number)));
    }
    total.map(Value::number).ok_or_else(|| "sum needs at least one number".to_owned())
}

pub(super) fn parseint_gives(args: &Args) -> Result<Type, String> {
    match args.value(0)?.ty() {
        Type::String => Ok(Type::Number),
        _ => Err("parseint needs a string".to_owned()),
    }
}

pub(super) fn parseint(_: &Context<'_>, args: &Args) -> Outcome {
    let text = args.value(0)?.as_str().ok_or("parseint needs a string")?;
    let base = u32::try_from(args.int(1)?).ok().filter(|base| (2..=62).contains(base));
    let base = base.ok_or("the base of parseint must be from 2 to 62")?;
    let fail = || format!("`{text}` is no whole number in base {base}");
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || digits.len() > 4_000 {
        return Err(fail());
    }
    let mut value = BigInt::from(0);
    for character in digits.chars() {
        // Above base 36 letters of both cases are different digits.
        let digit = match character {
            '0'..='9' => u32::from(character) - 48,
            'a'..='z' => u32::from(character) - 87,
            'A'..='Z' if base <= 36 => u32::from(character) - 55,
            'A'..='Z' => u32::from(character) - 29,
            _ => return Err(fail()),
        };
        if digit >= base {
            return Err(fail());
        }
        value = value * base + digit;
    }
    Ok(Value::number(Number::from_big_int(if negative { -value } else { value })))
}

pub(super) fn range(_: &Context<'_>, args: &Args) -> Outcome {
    let zero = Number::Int(0);
    let (start, end, step) = match args.len() {
        1 => (zero.clone(), args.number(0)?.clone(), None),
        2 => (args.number(0)?.clone(), args.number(1)?.clone(), None),
        3 => (args.number(0)?.clone(), args.number(1)?.clone(), Some(args.number(2)?.clone())),
        _ => return Err("range needs one to three numbers".to_owned()),
    };
    let step = step.unwrap_or(Number::Int(if end < start { -1 } else { 1 }));
    if start == end {
        return Ok(Value::list(Type::Number, Vec::new()));
    }
    if step == zero {
        return Err("the step of range is zero".to_owned());
    }
    let upwards = step > zero;
    if (upwards && end < start) || (!upwards && end > start) {
        return Err("the step of range leads away from its end".to_owned());
    }
    let mut items = Vec::new();
    let mut current = start;
    while if upwards { current < end } else { current > end } {
        // Terraform's own limit.
        if items.len() >= 1024.min(MAX_ELEMENTS) {
            return Err("range gives more than 1024 numbers".to_owned());
        }
        let next = current.add(&step);
        items.push(Value::number(current));
        current = next;
    }
    Ok(Value::list(Type::Number, items))
}

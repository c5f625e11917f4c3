//! Type constraints: `list(object({ a = optional(string, "x") }))`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::terraform::syntax::{Call, Expr, ExprKind};
use crate::terraform::value::{Field, Kind, Type, Value, convert};

/// The type that an expression writes.
///
/// # Errors
/// A lower-case fragment.
pub(super) fn type_of(expr: &Expr) -> Result<Type, String> {
    match &expr.unparenthesised().kind {
        ExprKind::Variable(name) => keyword(name),
        ExprKind::Literal(value) => match (&value.kind, value.as_str()) {
            // Old configurations write types in quotes.
            (_, Some(name)) => keyword(name),
            (Kind::Null(_), _) => Err("null is no type".to_owned()),
            _ => Err("a type is required".to_owned()),
        },
        ExprKind::Call(call) => constructor(call),
        _ => Err("a type is required".to_owned()),
    }
}

fn keyword(name: &str) -> Result<Type, String> {
    Ok(match name {
        "any" => Type::Dynamic,
        "bool" => Type::Bool,
        "number" => Type::Number,
        "string" => Type::String,
        "list" => Type::list(Type::Dynamic),
        "set" => Type::set(Type::Dynamic),
        "map" => Type::map(Type::Dynamic),
        other => return Err(format!("`{other}` is no type")),
    })
}

fn constructor(call: &Call) -> Result<Type, String> {
    let [arg] = call.args.as_slice() else { return Err(format!("{} needs one argument", call.name)) };
    match &*call.name {
        "list" => Ok(Type::list(type_of(arg)?)),
        "set" => Ok(Type::set(type_of(arg)?)),
        "map" => Ok(Type::map(type_of(arg)?)),
        "tuple" => {
            let ExprKind::Tuple(items) = &arg.unparenthesised().kind else {
                return Err("tuple needs a list of types".to_owned());
            };
            let types: Result<Vec<_>, _> = items.iter().map(type_of).collect();
            Ok(Type::Tuple(Arc::new(types?)))
        }
        "object" => {
            let ExprKind::Object(items) = &arg.unparenthesised().kind else {
                return Err("object needs attributes with types".to_owned());
            };
            let mut fields = BTreeMap::new();
            for (key, value) in items {
                let name = key.literal_str().ok_or("an attribute's name is no plain word")?;
                fields.insert(Arc::from(name), field(value)?);
            }
            Ok(Type::Object(Arc::new(fields)))
        }
        other => Err(format!("`{other}` is no type")),
    }
}

fn field(expr: &Expr) -> Result<Field, String> {
    let ExprKind::Call(call) = &expr.unparenthesised().kind else { return Ok(Field::required(type_of(expr)?)) };
    if &*call.name != "optional" {
        return Ok(Field::required(type_of(expr)?));
    }
    let (ty, default) = match call.args.as_slice() {
        [ty] => (type_of(ty)?, None),
        [ty, default] => {
            let ty = type_of(ty)?;
            let value = constant(default)?;
            convert(&crate::terraform::value::apply_defaults(&value, &ty), &ty)
                .map_err(|text| format!("the default does not fit its type: {text}"))?;
            (ty, Some(value))
        }
        _ => return Err("optional needs a type and perhaps a default".to_owned()),
    };
    Ok(Field { ty, optional: true, default })
}

/// The value of an expression that may not refer to anything.
fn constant(expr: &Expr) -> Result<Value, String> {
    let no = || Err("a default must be a constant".to_owned());
    match &expr.unparenthesised().kind {
        ExprKind::Literal(value) => Ok(value.clone()),
        ExprKind::Tuple(items) => {
            let items: Result<Vec<_>, _> = items.iter().map(constant).collect();
            Ok(Value::tuple(items?))
        }
        ExprKind::Object(items) => {
            let mut fields = Vec::with_capacity(items.len());
            for (key, value) in items {
                let name = key.literal_str().ok_or("a key must be a constant")?;
                fields.push((Arc::from(name), constant(value)?));
            }
            Ok(Value::object(fields.into_iter().collect()))
        }
        ExprKind::Unary(crate::terraform::syntax::UnaryOperator::Neg, inner) => match constant(inner)?.as_number() {
            Some(number) => Ok(Value::number(number.neg())),
            None => no(),
        },
        _ => no(),
    }
}

//! Conversion of a value to a type, and the type that several values can share.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Field, Kind, Number, Object, Type, Unknown, Value};

/// Converts a value to a type.
///
/// # Errors
/// A lower-case fragment that says what was needed.
pub fn convert(value: &Value, ty: &Type) -> Result<Value, String> {
    Ok(convert_kind(value, ty)?.marked(value.sensitive))
}

fn convert_kind(value: &Value, ty: &Type) -> Result<Value, String> {
    if *ty == Type::Dynamic {
        return Ok(value.clone());
    }
    match &value.kind {
        Kind::Null(_) => return Ok(Kind::Null(ty.settled()).into()),
        Kind::Unknown(unknown) => return convert_unknown(unknown, ty),
        Kind::Object(object) if object.open.is_some() => {
            return match ty {
                Type::Object(_) => convert_fields(&object.fields, object, ty),
                _ => Ok(Value::unknown(ty.clone(), value.whys())),
            };
        }
        _ => {}
    }
    match (ty, &value.kind) {
        (Type::Bool, Kind::Bool(_)) | (Type::Number, Kind::Number(_)) | (Type::String, Kind::String(_)) => {
            Ok(value.clone())
        }
        (Type::String, Kind::Bool(flag)) => Ok(Value::string(if *flag { "true" } else { "false" })),
        (Type::String, Kind::Number(number)) => Ok(Value::string(&number.to_string())),
        (Type::Number, Kind::String(text)) => {
            // Terraform also reads `.5` and `+5`.
            let text = text.strip_prefix('+').filter(|rest| !rest.starts_with(['+', '-'])).unwrap_or(text);
            let padded = if text.starts_with("-.") {
                text.replacen("-.", "-0.", 1)
            } else if text.starts_with('.') {
                format!("0{text}")
            } else {
                text.to_string()
            };
            let number = Number::parse(&padded).filter(|_| text.bytes().any(|byte| byte.is_ascii_digit()));
            number.map(Value::number).ok_or_else(|| "a number is required".to_owned())
        }
        (Type::Bool, Kind::String(text)) => match &**text {
            "true" | "1" => Ok(Value::bool(true)),
            "false" | "0" => Ok(Value::bool(false)),
            _ => Err("a bool is required".to_owned()),
        },
        (Type::List(element), Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items)) => {
            let (element, items) = convert_items(items, element)?;
            Ok(Value::list(element, items))
        }
        (Type::Set(element), Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items)) => {
            let (element, items) = convert_items(items, element)?;
            Ok(Value::set(element, items))
        }
        (Type::Map(element), Kind::Map(_, fields)) => convert_map(fields, element),
        (Type::Map(element), Kind::Object(object)) => convert_map(&object.fields, element),
        (Type::Tuple(types), Kind::Tuple(items)) => {
            if types.len() != items.len() {
                return Err(format!("a tuple of {} elements is required", types.len()));
            }
            let items: Result<Vec<_>, _> = items.iter().zip(types.iter()).map(|(item, ty)| convert(item, ty)).collect();
            Ok(Value::tuple(items?))
        }
        (Type::Object(_), Kind::Object(object)) => convert_fields(&object.fields, object, ty),
        (Type::Object(_), Kind::Map(_, fields)) => convert_fields(fields, &Object::default(), ty),
        _ => Err(format!("{} is required", with_article(ty))),
    }
}

fn with_article(ty: &Type) -> String {
    match ty {
        Type::Object(_) => format!("an {ty}"),
        _ => format!("a {ty}"),
    }
}

fn convert_unknown(unknown: &Unknown, ty: &Type) -> Result<Value, String> {
    let possible = match (&unknown.ty, ty) {
        (Type::Dynamic, _) => true,
        (from, to) if from.is_primitive() => {
            to.is_primitive() && !matches!((from, to), (Type::Bool, Type::Number) | (Type::Number, Type::Bool))
        }
        (Type::List(_) | Type::Set(_) | Type::Tuple(_), Type::List(_) | Type::Set(_) | Type::Tuple(_)) => true,
        (Type::Map(_) | Type::Object(_), Type::Map(_) | Type::Object(_)) => true,
        _ => false,
    };
    if !possible {
        return Err(format!("{} is required", with_article(ty)));
    }
    let prefix = if *ty == Type::String { unknown.prefix.clone() } else { "".into() };
    let converted = Unknown { ty: ty.clone(), prefix, not_null: unknown.not_null, whys: unknown.whys.clone() };
    Ok(Kind::Unknown(Arc::new(converted)).into())
}

/// The elements as one type; `any` becomes the type that they can share.
fn convert_items(items: &[Value], element: &Type) -> Result<(Type, Vec<Value>), String> {
    if !element.mentions_any() {
        let items: Result<Vec<_>, _> = items.iter().map(|item| convert(item, element)).collect();
        return Ok((element.settled(), items?));
    }
    // Each element decides what its own `any` is; then they must agree.
    let items: Result<Vec<_>, _> = items.iter().map(|item| convert(item, element)).collect();
    let items = items?;
    let shared = unify_all(items.iter().map(Value::ty)).ok_or("all elements must have the same type")?;
    let items: Result<Vec<_>, _> = items.iter().map(|item| convert(item, &shared)).collect();
    Ok((shared.settled(), items?))
}

fn convert_map(fields: &BTreeMap<Arc<str>, Value>, element: &Type) -> Result<Value, String> {
    let to = |fields: &BTreeMap<Arc<str>, Value>, ty: &Type| {
        let one = |(key, value): (&Arc<str>, &Value)| {
            let value = convert(value, ty).map_err(|text| format!("element \"{key}\": {text}"))?;
            Ok((key.clone(), value))
        };
        fields.iter().map(one).collect::<Result<BTreeMap<_, _>, String>>()
    };
    let converted = to(fields, element)?;
    if !element.mentions_any() {
        return Ok(Value::map(element.settled(), converted));
    }
    let shared = unify_all(converted.values().map(Value::ty)).ok_or("all elements must have the same type")?;
    let converted = to(&converted, &shared)?;
    Ok(Value::map(shared.settled(), converted))
}

fn convert_fields(fields: &BTreeMap<Arc<str>, Value>, object: &Object, ty: &Type) -> Result<Value, String> {
    let Type::Object(wanted) = ty else { return Err("an object is required".to_owned()) };
    let mut converted = BTreeMap::new();
    for (name, field) in wanted.iter() {
        let value = match (fields.get(name), &object.open) {
            (Some(value), _) => convert(value, &field.ty).map_err(|text| format!("attribute \"{name}\": {text}"))?,
            (None, Some(open)) => Value::unknown_because(field.ty.clone(), open.attribute(name)),
            (None, None) if field.optional => {
                let default = field.default.clone().unwrap_or_else(|| Kind::Null(field.ty.clone()).into());
                convert(&default, &field.ty)?
            }
            (None, None) => return Err(format!("attribute \"{name}\" is required")),
        };
        converted.insert(name.clone(), value);
    }
    Ok(Value::object(converted))
}

/// Fills in the defaults of `optional(…)` attributes that are left out or null, at any depth.
pub fn apply_defaults(value: &Value, ty: &Type) -> Value {
    let items =
        |items: &[Value], element: &Type| items.iter().map(|item| apply_defaults(item, element)).collect::<Vec<_>>();
    let kind = match (ty, &value.kind) {
        (Type::Object(wanted), Kind::Object(object)) if object.open.is_none() => {
            Kind::Object(Arc::new(Object { fields: defaulted(&object.fields, wanted), open: None }))
        }
        (Type::Object(wanted), Kind::Map(_, fields)) => {
            Kind::Object(Arc::new(Object { fields: defaulted(fields, wanted), open: None }))
        }
        (Type::List(element) | Type::Set(element), Kind::Tuple(list) | Kind::List(_, list) | Kind::Set(_, list)) => {
            Kind::Tuple(Arc::new(items(list, element)))
        }
        (Type::Tuple(types), Kind::Tuple(list)) if types.len() == list.len() => {
            Kind::Tuple(Arc::new(list.iter().zip(types.iter()).map(|(item, ty)| apply_defaults(item, ty)).collect()))
        }
        (Type::Map(element), Kind::Map(_, fields)) => Kind::Object(Arc::new(mapped(fields, element))),
        (Type::Map(element), Kind::Object(object)) if object.open.is_none() => {
            Kind::Object(Arc::new(mapped(&object.fields, element)))
        }
        _ => return value.clone(),
    };
    Value::from(kind).marked(value.sensitive)
}

fn mapped(fields: &BTreeMap<Arc<str>, Value>, element: &Type) -> Object {
    let fields = fields.iter().map(|(key, value)| (key.clone(), apply_defaults(value, element))).collect();
    Object { fields, open: None }
}

fn defaulted(fields: &BTreeMap<Arc<str>, Value>, wanted: &BTreeMap<Arc<str>, Field>) -> BTreeMap<Arc<str>, Value> {
    let mut filled = fields.clone();
    for (name, field) in wanted {
        let given = filled.get(name).filter(|value| !value.is_null());
        let value = given.or(field.default.as_ref()).map(|value| apply_defaults(value, &field.ty));
        if let Some(value) = value {
            filled.insert(name.clone(), value);
        }
    }
    filled
}

/// The type to which values of both types convert.
pub fn unify(a: &Type, b: &Type) -> Option<Type> {
    if a == b {
        return Some(a.clone());
    }
    match (a, b) {
        (Type::Dynamic, other) | (other, Type::Dynamic) => Some(other.clone()),
        (Type::String, other) | (other, Type::String) if other.is_primitive() => Some(Type::String),
        (Type::List(a), Type::List(b)) => Some(Type::list(unify(a, b)?)),
        (Type::Set(a), Type::Set(b)) => Some(Type::set(unify(a, b)?)),
        (Type::Set(a), Type::List(b)) | (Type::List(a), Type::Set(b)) => Some(Type::list(unify(a, b)?)),
        (Type::Map(a), Type::Map(b)) => Some(Type::map(unify(a, b)?)),
        (Type::Tuple(a), Type::Tuple(b)) => {
            if a.len() == b.len() {
                let types: Option<Vec<_>> = a.iter().zip(b.iter()).map(|(a, b)| unify(a, b)).collect();
                if let Some(types) = types {
                    return Some(Type::Tuple(Arc::new(types)));
                }
            }
            Some(Type::list(unify_all(a.iter().chain(b.iter()).cloned())?))
        }
        (Type::List(element), Type::Tuple(types)) | (Type::Tuple(types), Type::List(element)) => {
            Some(Type::list(unify(element, &unify_all(types.iter().cloned())?)?))
        }
        (Type::Set(element), Type::Tuple(types)) | (Type::Tuple(types), Type::Set(element)) => {
            Some(Type::set(unify(element, &unify_all(types.iter().cloned())?)?))
        }
        (Type::Object(a), Type::Object(b)) => {
            if a.len() == b.len() && a.keys().eq(b.keys()) {
                let fields: Option<BTreeMap<_, _>> = a
                    .iter()
                    .zip(b.values())
                    .map(|((name, a), b)| Some((name.clone(), Field::required(unify(&a.ty, &b.ty)?))))
                    .collect();
                if let Some(fields) = fields {
                    return Some(Type::Object(Arc::new(fields)));
                }
            }
            Some(Type::map(unify_all(a.values().chain(b.values()).map(|field| field.ty.clone()))?))
        }
        (Type::Map(element), Type::Object(fields)) | (Type::Object(fields), Type::Map(element)) => {
            Some(Type::map(unify(element, &unify_all(fields.values().map(|field| field.ty.clone()))?)?))
        }
        _ => None,
    }
}

/// The type to which values of all these types convert; `any` where there are none.
pub fn unify_all(types: impl Iterator<Item = Type>) -> Option<Type> {
    let mut all = Type::Dynamic;
    for ty in types {
        all = unify(&all, &ty)?;
    }
    Some(all)
}

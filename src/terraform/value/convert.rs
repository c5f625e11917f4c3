//! Conversion of a value to a type, and the type that several values can share.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Bounds, Field, Fields, Kind, Number, Object, Type, Unknown, Value, unify_all};

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
        Kind::Null(from) if convertible(from, ty) => return Ok(Kind::Null(result_type(from, ty)).into()),
        Kind::Null(_) => return Err(format!("{} is required", with_article(ty))),
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
            Number::read(text).map(Value::number).ok_or_else(|| "a number is required".to_owned())
        }
        (Type::Bool, Kind::String(text)) => match &**text {
            "true" | "1" => Ok(Value::bool(true)),
            "false" | "0" => Ok(Value::bool(false)),
            _ => Err("a bool is required".to_owned()),
        },
        // What has the type already is not copied.
        (Type::List(element), Kind::List(own, _))
        | (Type::Set(element), Kind::Set(own, _))
        | (Type::Map(element), Kind::Map(own, _))
            if **element == *own || **element == Type::Dynamic =>
        {
            Ok(value.clone())
        }
        (Type::List(element), Kind::Set(own, items)) if items.len() > 1 && value.contains_unknown() => {
            // Unknown elements may be the same as others, so that the places in the list are not known.
            let ty = result_type(&Type::set(own.clone()), &Type::list((**element).clone()));
            convert_items(items, element)?;
            Ok(Value::unknown(ty, value.whys()))
        }
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
    if !convertible(&unknown.ty, ty) {
        return Err(format!("{} is required", with_article(ty)));
    }
    let result = result_type(&unknown.ty, ty);
    let bounds = match (&unknown.ty, &result) {
        (Type::Number, Type::Number)
        | (Type::List(_), Type::List(_))
        | (Type::Set(_), Type::Set(_) | Type::List(_))
        | (Type::Map(_), Type::Map(_)) => unknown.bounds.clone(),
        (Type::Tuple(types), Type::List(_)) => Bounds::lengths(types.len(), Some(types.len())),
        (Type::Object(fields), Type::Map(_)) => Bounds::lengths(fields.len(), Some(fields.len())),
        (Type::Tuple(types), Type::Set(_)) => Bounds::lengths(types.len().min(1), Some(types.len())),
        _ => Bounds::default(),
    };
    let prefix = if result == Type::String { unknown.prefix.clone() } else { "".into() };
    let (not_null, whys) = (unknown.not_null, unknown.whys.clone());
    Ok(Value::unknown_with(Unknown { ty: result, prefix, not_null, bounds, whys }))
}

/// True where values of the type can be converted, though perhaps not each of them.
pub(super) fn convertible(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (_, Type::Dynamic) | (Type::Dynamic, _) => true,
        (Type::Bool | Type::Number | Type::String, Type::String)
        | (Type::Bool | Type::String, Type::Bool)
        | (Type::Number | Type::String, Type::Number) => true,
        (Type::List(from) | Type::Set(from), Type::List(to) | Type::Set(to)) => convertible(from, to),
        (Type::Map(from), Type::Map(to)) => convertible(from, to),
        (Type::Tuple(types), Type::List(to) | Type::Set(to)) => {
            types.iter().all(|from| convertible(from, to))
                && (!to.mentions_any() || unify_all(types.iter().cloned()).is_some())
        }
        (Type::Object(fields), Type::Map(to)) => {
            fields.values().all(|from| convertible(&from.ty, to))
                && (!to.mentions_any() || unify_all(fields.values().map(|field| field.ty.clone())).is_some())
        }
        (Type::Map(from), Type::Object(wanted)) => wanted.values().all(|field| convertible(from, &field.ty)),
        (Type::Object(fields), Type::Object(wanted)) => wanted.iter().all(|(name, field)| match fields.get(name) {
            Some(from) => convertible(&from.ty, &field.ty),
            None => field.optional,
        }),
        (Type::Tuple(from), Type::Tuple(to)) => {
            from.len() == to.len() && from.iter().zip(to.iter()).all(|(from, to)| convertible(from, to))
        }
        _ => false,
    }
}

/// The type that a value of one type has after its conversion: each `any` becomes what stands in its place.
fn result_type(from: &Type, to: &Type) -> Type {
    let shared = |types: &mut dyn Iterator<Item = Type>| unify_all(types).unwrap_or(Type::Dynamic);
    match (from, to) {
        (_, Type::Dynamic) => from.clone(),
        _ if !to.mentions_any() => to.settled(),
        (Type::List(from) | Type::Set(from), Type::List(to)) => Type::list(result_type(from, to)),
        (Type::List(from) | Type::Set(from), Type::Set(to)) => Type::set(result_type(from, to)),
        (Type::Map(from), Type::Map(to)) => Type::map(result_type(from, to)),
        (Type::Tuple(types), Type::List(to)) => Type::list(shared(&mut types.iter().map(|from| result_type(from, to)))),
        (Type::Tuple(types), Type::Set(to)) => Type::set(shared(&mut types.iter().map(|from| result_type(from, to)))),
        (Type::Object(fields), Type::Map(to)) => {
            Type::map(shared(&mut fields.values().map(|field| result_type(&field.ty, to))))
        }
        (Type::Object(fields), Type::Object(wanted)) => Type::Object(Arc::new(
            wanted
                .iter()
                .map(|(name, field)| {
                    let ty =
                        fields.get(name).map_or_else(|| field.ty.settled(), |from| result_type(&from.ty, &field.ty));
                    (name.clone(), Field::required(ty))
                })
                .collect(),
        )),
        (Type::Tuple(from), Type::Tuple(to)) if from.len() == to.len() => {
            Type::Tuple(Arc::new(from.iter().zip(to.iter()).map(|(from, to)| result_type(from, to)).collect()))
        }
        _ => to.settled(),
    }
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
    let differ = "all elements must have the same type";
    let shared = unify_all(items.iter().map(Value::ty)).ok_or(differ)?;
    if shared == Type::Dynamic && items.iter().any(|item| item.ty() != Type::Dynamic) {
        return Err(differ.to_owned());
    }
    let items: Result<Vec<_>, _> = items.iter().map(|item| convert(item, &shared)).collect();
    let items = items?;
    if !agree(&shared, items.iter()) {
        return Err(differ.to_owned());
    }
    Ok((shared.settled(), items))
}

/// True where values have one type, but for what is unknown or null and of no known type in them.
fn agree<'a>(shared: &Type, values: impl Iterator<Item = &'a Value>) -> bool {
    fn alike(a: &Type, b: &Type) -> bool {
        match (a, b) {
            (Type::Dynamic, _) | (_, Type::Dynamic) => true,
            (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) | (Type::Map(a), Type::Map(b)) => alike(a, b),
            (Type::Tuple(a), Type::Tuple(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| alike(a, b)),
            (Type::Object(a), Type::Object(b)) => {
                a.keys().eq(b.keys()) && a.values().zip(b.values()).all(|(a, b)| alike(&a.ty, &b.ty))
            }
            _ => a == b,
        }
    }
    if !shared.mentions_any() {
        return true;
    }
    let types: Vec<Type> = values.map(Value::ty).collect();
    types.iter().enumerate().all(|(at, ty)| types.iter().skip(at + 1).all(|other| alike(ty, other)))
}

fn convert_map(fields: &Fields, element: &Type) -> Result<Value, String> {
    let to = |fields: &Fields, ty: &Type| {
        let one = |(key, value): (&Arc<str>, &Value)| {
            let value = convert(value, ty).map_err(|text| format!("element \"{key}\": {text}"))?;
            Ok((key.clone(), value))
        };
        fields.iter().map(one).collect::<Result<Fields, String>>()
    };
    let converted = to(fields, element)?;
    if !element.mentions_any() {
        return Ok(Value::map(element.settled(), converted));
    }
    let shared = unify_all(converted.values().map(Value::ty)).ok_or("all elements must have the same type")?;
    let converted = to(&converted, &shared)?;
    if !agree(&shared, converted.values()) {
        return Err("all elements must have the same type".to_owned());
    }
    Ok(Value::map(shared.settled(), converted))
}

fn convert_fields(fields: &Fields, object: &Object, ty: &Type) -> Result<Value, String> {
    let Type::Object(wanted) = ty else { return Err("an object is required".to_owned()) };
    let mut converted = Fields::new();
    for (name, field) in wanted.iter() {
        let value = match (fields.get(name), &object.open) {
            (Some(value), _) => convert(value, &field.ty).map_err(|text| format!("attribute \"{name}\": {text}"))?,
            (None, Some(open)) => Value::unknown_because(field.ty.clone(), open.attribute(name)),
            (None, None) if field.optional => {
                let default = field.default.clone().unwrap_or_else(|| Kind::Null(field.ty.settled()).into());
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

fn mapped(fields: &Fields, element: &Type) -> Object {
    let fields = fields.iter().map(|(key, value)| (key.clone(), apply_defaults(value, element))).collect();
    Object { fields, open: None }
}

fn defaulted(fields: &Fields, wanted: &BTreeMap<Arc<str>, Field>) -> Fields {
    let filled = wanted.iter().filter_map(|(name, field)| {
        let given = fields.get(name).filter(|value| !value.is_null());
        let value = given.or(field.default.as_ref())?;
        Some((name.clone(), apply_defaults(value, &field.ty)))
    });
    // Of two with one name the later one stays.
    fields.iter().map(|(name, value)| (name.clone(), value.clone())).chain(filled).collect()
}

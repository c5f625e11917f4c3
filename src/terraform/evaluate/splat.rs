//! Splats: steps that apply to each element.

use std::sync::Arc;

use super::super::module::World;
use super::super::syntax::{Span, Step};
use super::super::value::{Kind, Type, Unknown, Value, Whys, convert, unify_all};
use super::collections::apply_steps;
use super::{Failure, Scope};

/// Applies steps to each element. What is no list is taken as a tuple of one, and null as an empty one.
pub(super) fn splat(world: &World, scope: &Scope, value: &Value, steps: &[Step], span: Span) -> Result<Value, Failure> {
    let each = |item: Value| apply_steps(world, scope, item, steps, span);
    let upgraded = |item: Value| Ok(Value::tuple(vec![each(item.marked(value.sensitive))?]).marked(value.sensitive));
    let result = match &value.kind {
        Kind::Null(Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
            return Err(Failure::at(span, "a list that is null has no elements"));
        }
        Kind::Null(_) => Value::tuple(Vec::new()),
        Kind::Unknown(unknown) => match &unknown.ty {
            Type::Dynamic => Value::unknown(Type::Dynamic, unknown.whys.clone()),
            Type::List(element) | Type::Set(element) => {
                let ty = Type::list(each(Value::unknown((**element).clone(), unknown.whys.clone()))?.ty());
                let bounds = match unknown.ty {
                    Type::List(_) => unknown.bounds.clone(),
                    _ => Default::default(),
                };
                let (not_null, whys) = (unknown.not_null, unknown.whys.clone());
                Value::unknown_with(Unknown { ty, prefix: "".into(), not_null, bounds, whys })
            }
            Type::Tuple(types) => {
                let types: Result<Vec<_>, _> = types
                    .iter()
                    .map(|ty| each(Value::unknown(ty.clone(), unknown.whys.clone())).map(|item| item.ty()))
                    .collect();
                Value::unknown(Type::Tuple(Arc::new(types?)), unknown.whys.clone())
            }
            _ if unknown.not_null => return upgraded(value.clone()),
            // Whether there is one element or none is told when it is known; the steps must be possible all the same.
            _ => {
                each(value.clone())?;
                Value::unknown(Type::Dynamic, unknown.whys.clone())
            }
        },
        Kind::Tuple(items) => Value::tuple(items.iter().cloned().map(each).collect::<Result<_, _>>()?),
        Kind::List(element, items) | Kind::Set(element, items) => {
            let items: Vec<Value> = items.iter().cloned().map(each).collect::<Result<_, _>>()?;
            let ty = match items.is_empty() {
                // The type is that of an element that is not there.
                true => each(Value::unknown(element.clone(), Whys::default())).ok().map(|item| item.ty()),
                false => unify_all(items.iter().map(Value::ty)),
            };
            match ty {
                // Where some elements are of no known type they stay as they are.
                Some(ty) => convert(&Value::tuple(items.clone()), &Type::list(ty))
                    .unwrap_or_else(|_| Value::list(Type::Dynamic, items)),
                None => Value::tuple(items),
            }
        }
        _ => return upgraded(value.clone()),
    };
    Ok(result.marked(value.sensitive))
}

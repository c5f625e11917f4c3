//! `terraform_data`, the one resource type that is part of Terraform itself: its schema and plan are known.

use std::sync::Arc;

use super::resources::instance_object;
use super::{Address, Expansion, Key, Mode, ModuleId, World};
use crate::model::Why;
use crate::terraform::value::{Type, Value, Whys};

/// Its attributes.
const ATTRIBUTES: [&str; 4] = ["id", "input", "output", "triggers_replace"];

/// True for the resource type.
pub(super) fn is_builtin(address: &Address) -> bool {
    address.mode == Mode::Managed && &*address.kind == "terraform_data"
}

/// The attributes that every instance has.
pub(super) fn attributes() -> impl Iterator<Item = Arc<str>> {
    ATTRIBUTES.into_iter().map(Arc::from)
}

/// What the plan of a new resource says of an attribute, given its configured `input`; `None` where there is no such
/// attribute. An output has the type of the input, and is null where that is.
pub(super) fn planned(name: &str, input: impl FnOnce() -> Value, why: impl FnOnce() -> Why) -> Option<Value> {
    match name {
        "input" | "triggers_replace" => Some(Value::null()),
        "id" => Some(Value::unknown_not_null(Type::String, Whys::one(why()))),
        "output" => {
            let input = input();
            Some(if input.is_null() { Value::null() } else { Value::unknown_because(input.ty(), why()) })
        }
        _ => None,
    }
}

/// What the plan of a new instance says of all its attributes; `None` where the type is a provider's.
pub fn planned_object(
    world: &World,
    module: ModuleId,
    address: &Address,
    expansion: &Expansion,
    key: &Key,
) -> Option<Value> {
    is_builtin(address).then(|| instance_object(world, module, address, expansion, key))
}

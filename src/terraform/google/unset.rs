//! The value of a field that a configuration leaves out, as Terraform plans it.

use std::sync::Arc;

use super::schema::{Body, Field, Given, Literal, Shape};
use crate::model::Why;
use crate::terraform::value::{Kind, Type, Value};

impl Shape {
    /// The type of the language; any for what is not described.
    pub fn ty(self) -> Type {
        match self {
            Self::Text => Type::String,
            Self::Number => Type::Number,
            Self::Flag => Type::Bool,
            Self::List => Type::list(Type::String),
            Self::Set => Type::Set(Arc::new(Type::String)),
            Self::Map => Type::Map(Arc::new(Type::String)),
            Self::Block(_) | Self::Other => Type::Dynamic,
        }
    }
}

/// The value of what a body leaves out: null, no blocks, or the planned default where the table is certain of it; else
/// unknown for this reason.
pub fn unset(body: &Body, name: &str, why: Why) -> Value {
    match body.field(name) {
        Some(field) => unset_field(field, why),
        None => Value::unknown_because(Type::Dynamic, why),
    }
}

fn unset_field(field: &Field, why: Why) -> Value {
    match (field.given, field.shape) {
        (Given::Optional, Shape::Block(_)) => Value::tuple(Vec::new()),
        (Given::Optional, shape) => Kind::Null(shape.ty()).into(),
        (Given::Default(literal), _) => planned(literal),
        (Given::Required | Given::Provider | Given::Either | Given::Computed, shape) => {
            Value::unknown_because(shape.ty(), why)
        }
    }
}

fn planned(literal: Literal) -> Value {
    match literal {
        Literal::Text(text) => Value::string(text),
        Literal::Number(number) => Value::int(number),
        Literal::Flag(flag) => Value::bool(flag),
    }
}

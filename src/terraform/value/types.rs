//! Types of the configuration language.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::Value;

/// A type. `Dynamic` is "any".
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// Any type.
    Dynamic,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(…)`
    List(Arc<Type>),
    /// `set(…)`
    Set(Arc<Type>),
    /// `map(…)`
    Map(Arc<Type>),
    /// `tuple([…])`
    Tuple(Arc<Vec<Type>>),
    /// `object({…})`
    Object(Arc<BTreeMap<Arc<str>, Field>>),
}

/// An attribute of an object type.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its type.
    pub ty: Type,
    /// True where it may be left out.
    pub optional: bool,
    /// The value where it is left out or null.
    pub default: Option<Value>,
}

impl Field {
    /// An attribute that must be there.
    pub fn required(ty: Type) -> Self {
        Self { ty, optional: false, default: None }
    }
}

impl Type {
    /// `list(element)`
    pub fn list(element: Self) -> Self {
        Self::List(Arc::new(element))
    }

    /// `set(element)`
    pub fn set(element: Self) -> Self {
        Self::Set(Arc::new(element))
    }

    /// `map(element)`
    pub fn map(element: Self) -> Self {
        Self::Map(Arc::new(element))
    }

    /// True where it is `any`, or has one somewhere in it.
    pub fn mentions_any(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::Bool | Self::Number | Self::String => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.mentions_any(),
            Self::Tuple(types) => types.iter().any(Self::mentions_any),
            Self::Object(fields) => fields.values().any(|field| field.ty.mentions_any()),
        }
    }

    /// The type of values that were converted to this one: no attribute of theirs is left out any more.
    pub fn settled(&self) -> Self {
        match self {
            Self::Dynamic | Self::Bool | Self::Number | Self::String => self.clone(),
            Self::List(element) => Self::list(element.settled()),
            Self::Set(element) => Self::set(element.settled()),
            Self::Map(element) => Self::map(element.settled()),
            Self::Tuple(types) => Self::Tuple(Arc::new(types.iter().map(Self::settled).collect())),
            Self::Object(fields) => Self::Object(Arc::new(
                fields.iter().map(|(name, field)| (name.clone(), Field::required(field.ty.settled()))).collect(),
            )),
        }
    }

    /// True for bool, number and string.
    pub fn is_primitive(&self) -> bool {
        matches!(self, Self::Bool | Self::Number | Self::String)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dynamic => f.write_str("any"),
            Self::Bool => f.write_str("bool"),
            Self::Number => f.write_str("number"),
            Self::String => f.write_str("string"),
            Self::List(element) => write!(f, "list({element})"),
            Self::Set(element) => write!(f, "set({element})"),
            Self::Map(element) => write!(f, "map({element})"),
            Self::Tuple(_) => f.write_str("tuple"),
            Self::Object(_) => f.write_str("object"),
        }
    }
}

//! Values and types of the configuration language: null, unknown with its reasons, sensitive marks, and the
//! difference between lists, sets, maps, tuples and objects.

mod convert;
mod float;
mod json;
mod number;
mod order;
mod prefix;
mod types;
mod unify;
mod unknown;

use std::sync::Arc;

use litemap::LiteMap;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::google::schema::{Body, Given};
use super::google::unset::unset;
use crate::model::{Why, WhyKind};

pub use convert::{apply_defaults, convert};
pub use json::{from_json, to_json, to_json_text};
pub use number::Number;
pub use order::same_value;
pub use types::{Field, Type};
pub use unify::{unify, unify_all};
pub use unknown::{Bounds, Unknown, Whys, length, length_bounds};

/// A value; cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// True where it must not be shown.
    pub sensitive: bool,
    /// Number of values in it, itself included: shared parts count each time, so that a value that is small in
    /// memory and huge to walk is noticed.
    size: u32,
    /// True where it or anything in it is not known.
    unknown: bool,
    /// True where anything in it is sensitive, itself left aside.
    marked: bool,
}

/// Attributes of an object or elements of a map, by name. Most are few, and sorted in one piece they take a tenth of what
/// the nodes of a tree would; where many come in any order, collect them, which sorts once.
pub type Fields = LiteMap<Arc<str>, Value>;

/// The forms of values.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Null of a type.
    Null(Type),
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string, in NFC.
    String(Arc<str>),
    /// A list of elements of one type.
    List(Type, Arc<Vec<Value>>),
    /// A set of elements of one type, sorted, without doubles.
    Set(Type, Arc<Vec<Value>>),
    /// A map to values of one type.
    Map(Type, Arc<Fields>),
    /// A tuple.
    Tuple(Arc<Vec<Value>>),
    /// An object.
    Object(Arc<Object>),
    /// Not known.
    Unknown(Arc<Unknown>),
}

/// An object's attributes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// The attributes that are known to be there.
    pub fields: Fields,
    /// Where the object is a resource: why its other attributes are not known.
    pub open: Option<Open>,
}

/// The part of a resource's object that the provider fills in.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    /// The resource's address, for messages.
    pub address: Arc<str>,
    /// The reason; its text is completed with the attribute's name.
    pub why: Why,
    /// What is known of the attributes that are left out, where that is known at all.
    pub schema: Option<&'static Body>,
}

impl Open {
    /// The reason for which an attribute is not known.
    pub fn attribute(&self, name: &str) -> Why {
        let text = match self.why.kind {
            WhyKind::DataSource => format!("{}.{name} is read by the data source when Terraform runs", self.address),
            _ => format!("{}.{name} is computed by the provider", self.address),
        };
        Why { text, ..self.why.clone() }
    }

    /// The value of an attribute that the object does not list.
    pub fn missing(&self, name: &str) -> Value {
        let mut why = self.attribute(name);
        match self.schema {
            Some(schema) => {
                if schema.field(name).is_some_and(|field| field.given == Given::Required) {
                    why = Why {
                        kind: WhyKind::Invalid,
                        text: format!("{}.{name} is required, and is not set", self.address),
                        ..why
                    };
                }
                unset(schema, name, why)
            }
            None => Value::unknown_because(Type::Dynamic, why),
        }
    }
}

impl From<Kind> for Value {
    fn from(kind: Kind) -> Self {
        let unknown = match &kind {
            Kind::Unknown(_) => true,
            Kind::Object(object) => object.open.is_some(),
            _ => false,
        };
        let mut value = Self { kind, sensitive: false, size: 1, unknown, marked: false };
        let (mut size, mut unknown, mut marked) = (1_u32, unknown, false);
        for item in value.elements() {
            size = size.saturating_add(item.size);
            unknown |= item.unknown;
            marked |= item.is_marked();
        }
        (value.size, value.unknown, value.marked) = (size, unknown, marked);
        value
    }
}

/// A string in the form that all strings of the language have.
pub fn normalise(text: &str) -> Arc<str> {
    if text.is_ascii() || is_nfc(text) { text.into() } else { text.nfc().collect::<String>().into() }
}

impl Value {
    /// Null of no particular type.
    pub fn null() -> Self {
        Kind::Null(Type::Dynamic).into()
    }

    /// A boolean.
    pub fn bool(value: bool) -> Self {
        Kind::Bool(value).into()
    }

    /// An integer.
    pub fn int(value: i64) -> Self {
        Kind::Number(Number::Int(value)).into()
    }

    /// A number.
    pub fn number(value: Number) -> Self {
        Kind::Number(value).into()
    }

    /// A string, normalised.
    pub fn string(text: &str) -> Self {
        Kind::String(normalise(text)).into()
    }

    /// A tuple.
    pub fn tuple(items: Vec<Self>) -> Self {
        Kind::Tuple(Arc::new(items)).into()
    }

    /// An object.
    pub fn object(fields: Fields) -> Self {
        Kind::Object(Arc::new(Object { fields, open: None })).into()
    }

    /// A list; the elements must have the type.
    pub fn list(ty: Type, items: Vec<Self>) -> Self {
        Kind::List(ty, Arc::new(items)).into()
    }

    /// A list of strings.
    pub fn strings<'a>(items: impl IntoIterator<Item = &'a str>) -> Self {
        Self::list(Type::String, items.into_iter().map(Self::string).collect())
    }

    /// A map; the elements must have the type.
    pub fn map(ty: Type, items: Fields) -> Self {
        Kind::Map(ty, Arc::new(items)).into()
    }

    /// A set; the elements must have the type. Their marks move to the set.
    pub fn set(ty: Type, items: Vec<Self>) -> Self {
        let sensitive = items.iter().any(Self::is_marked);
        let mut items: Vec<Self> = items.into_iter().map(Self::unmarked).collect();
        items.sort_by(order::compare);
        items.dedup_by(|a, b| !a.contains_unknown() && same_value(a, b));
        Self::from(Kind::Set(ty, Arc::new(items))).marked(sensitive)
    }

    /// The same value, sensitive where `mark` is set.
    pub fn marked(mut self, mark: bool) -> Self {
        self.sensitive |= mark;
        self
    }

    /// The same value without any mark in it.
    pub fn unmarked(self) -> Self {
        if !self.is_marked() {
            return self;
        }
        let items = |items: &Arc<Vec<Self>>| Arc::new(items.iter().cloned().map(Self::unmarked).collect::<Vec<_>>());
        let fields = |fields: &Fields| {
            fields.iter().map(|(key, value)| (key.clone(), value.clone().unmarked())).collect::<Fields>()
        };
        match &self.kind {
            Kind::List(ty, list) => Kind::List(ty.clone(), items(list)).into(),
            Kind::Set(ty, list) => Kind::Set(ty.clone(), items(list)).into(),
            Kind::Tuple(list) => Kind::Tuple(items(list)).into(),
            Kind::Map(ty, map) => Kind::Map(ty.clone(), Arc::new(fields(map))).into(),
            Kind::Object(object) => {
                Kind::Object(Arc::new(Object { fields: fields(&object.fields), open: object.open.clone() })).into()
            }
            other => other.clone().into(),
        }
    }

    /// Number of values in it, itself included.
    pub fn size(&self) -> u32 {
        self.size
    }

    /// True for null.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null(_))
    }

    /// True where the value itself is not known.
    pub fn is_unknown(&self) -> bool {
        matches!(self.kind, Kind::Unknown(_))
    }

    /// True where the value or anything in it is sensitive.
    pub fn is_marked(&self) -> bool {
        self.sensitive || self.marked
    }

    /// True where the value or anything in it is not known.
    pub fn contains_unknown(&self) -> bool {
        self.unknown
    }

    /// True where it or anything in it is an infinite number, which can be written nowhere.
    pub fn has_infinite(&self) -> bool {
        match &self.kind {
            Kind::Number(number) => number.is_infinite(),
            _ => self.elements().any(Self::has_infinite),
        }
    }

    /// The reasons of everything in it that is not known.
    pub fn whys(&self) -> Whys {
        if !self.unknown {
            return Whys::default();
        }
        match &self.kind {
            Kind::Unknown(unknown) => unknown.whys.clone(),
            Kind::Object(object) if object.open.is_some() => {
                object.open.as_ref().map(|open| Whys::one(open.why.clone())).unwrap_or_default()
            }
            _ => self.elements().fold(Whys::default(), |all, value| all.and(&value.whys())),
        }
    }

    /// The values directly in a collection.
    pub fn elements(&self) -> impl Iterator<Item = &Self> + '_ {
        let (items, fields): (&[Self], Option<&Fields>) = match &self.kind {
            Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => (items, None),
            Kind::Map(_, map) => (&[], Some(map)),
            Kind::Object(object) => (&[], Some(&object.fields)),
            _ => (&[], None),
        };
        items.iter().chain(fields.into_iter().flat_map(Fields::values))
    }

    /// Key and value of each element, in the order of iteration; `None` where it is no collection.
    pub fn entries(&self) -> Option<Vec<(Self, Self)>> {
        let named = |(key, value): (&Arc<str>, &Self)| (Kind::String(key.clone()).into(), value.clone());
        Some(match &self.kind {
            Kind::List(_, items) | Kind::Tuple(items) => {
                items.iter().enumerate().map(|(at, item)| (Self::int(at as i64), item.clone())).collect()
            }
            Kind::Set(_, items) => items.iter().map(|item| (item.clone(), item.clone())).collect(),
            Kind::Map(_, map) => map.iter().map(named).collect(),
            Kind::Object(object) => object.fields.iter().map(named).collect(),
            _ => return None,
        })
    }

    /// The text of a known string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// A known boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Kind::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// A known number.
    pub fn as_number(&self) -> Option<&Number> {
        match &self.kind {
            Kind::Number(number) => Some(number),
            _ => None,
        }
    }

    /// A known whole number.
    pub fn as_int(&self) -> Option<i64> {
        self.as_number().and_then(Number::to_i64)
    }

    /// Its type.
    pub fn ty(&self) -> Type {
        match &self.kind {
            Kind::Null(ty) => ty.clone(),
            Kind::Bool(_) => Type::Bool,
            Kind::Number(_) => Type::Number,
            Kind::String(_) => Type::String,
            Kind::List(ty, _) => Type::list(ty.clone()),
            Kind::Set(ty, _) => Type::set(ty.clone()),
            Kind::Map(ty, _) => Type::map(ty.clone()),
            Kind::Tuple(items) => Type::Tuple(Arc::new(items.iter().map(Self::ty).collect())),
            Kind::Object(object) if object.open.is_some() => Type::Dynamic,
            Kind::Object(object) => Type::Object(Arc::new(
                object.fields.iter().map(|(name, value)| (name.clone(), Field::required(value.ty()))).collect(),
            )),
            Kind::Unknown(unknown) => unknown.ty.clone(),
        }
    }
}

//! What is known of values that are not known: their type, that they are not null, and where they can lie.
//!
//! Terraform calls these refinements, and gives known answers from them: `length(unknown) > -1` is true.

use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation;

use super::prefix::safe_prefix;
use super::{Kind, Number, Type, Value};
use crate::model::Why;

/// What is known of something that is not known.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// Its type, as far as known.
    pub ty: Type,
    /// A string's known beginning; empty where there is none.
    pub prefix: Arc<str>,
    /// True where it certainly is not null.
    pub not_null: bool,
    /// Where a number lies, or the length of a list, set or map.
    pub bounds: Bounds,
    /// The reasons, at least one.
    pub whys: Whys,
}

/// The smallest and the largest number that something can be, where there is one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bounds {
    /// The smallest.
    pub low: Option<Number>,
    /// The largest.
    pub high: Option<Number>,
}

impl Bounds {
    /// From one length to another.
    pub fn lengths(low: usize, high: Option<usize>) -> Self {
        let number = |length: usize| Number::Int(i64::try_from(length).unwrap_or(i64::MAX));
        Self { low: Some(number(low)), high: high.map(number) }
    }

    /// One number.
    pub fn exactly(number: &Number) -> Self {
        Self { low: Some(number.clone()), high: Some(number.clone()) }
    }

    /// Where something lies that lies in the one or the other.
    pub fn or(&self, other: &Self) -> Self {
        let both = |a: &Option<Number>, b: &Option<Number>| a.clone().zip(b.clone());
        Self {
            low: both(&self.low, &other.low).map(|(a, b)| a.min(b)),
            high: both(&self.high, &other.high).map(|(a, b)| a.max(b)),
        }
    }

    /// True where a number is outside.
    pub fn exclude(&self, number: &Number) -> bool {
        self.low.as_ref().is_some_and(|low| number < low) || self.high.as_ref().is_some_and(|high| number > high)
    }

    /// The one number that is possible.
    fn only(&self) -> Option<&Number> {
        self.low.as_ref().filter(|low| self.high.as_ref() == Some(low))
    }
}

impl Value {
    /// An unknown value.
    pub fn unknown(ty: Type, whys: Whys) -> Self {
        Self::unknown_with(Unknown { ty, prefix: "".into(), not_null: false, bounds: Bounds::default(), whys })
    }

    /// An unknown value with one reason.
    pub fn unknown_because(ty: Type, why: Why) -> Self {
        Self::unknown(ty, Whys::one(why))
    }

    /// An unknown value that is not null.
    pub fn unknown_not_null(ty: Type, whys: Whys) -> Self {
        Self::unknown_with(Unknown { ty, prefix: "".into(), not_null: true, bounds: Bounds::default(), whys })
    }

    /// An unknown string with a known beginning, of which the part is kept that what follows cannot change.
    pub fn unknown_string(prefix: &str, whys: Whys) -> Self {
        let prefix = safe_prefix(prefix).into();
        Self::unknown_with(Unknown { ty: Type::String, prefix, not_null: true, bounds: Bounds::default(), whys })
    }

    /// What is known of an unknown value; where only one value is possible, that value, and a list of a known length
    /// as a list of unknown elements.
    pub fn unknown_with(unknown: Unknown) -> Self {
        let only = if unknown.not_null { unknown.bounds.only() } else { None };
        let whys = || unknown.whys.clone();
        let length = only.and_then(Number::to_i64).and_then(|length| usize::try_from(length).ok());
        match (&unknown.ty, only, length) {
            (Type::Number, Some(number), _) => Self::number(number.clone()),
            (Type::List(element), _, Some(length)) if length <= MAX_ELEMENTS => {
                Self::list((**element).clone(), vec![Self::unknown((**element).clone(), whys()); length])
            }
            (Type::Set(element), _, Some(0)) => Self::set((**element).clone(), Vec::new()),
            (Type::Set(element), _, Some(1)) => {
                Self::set((**element).clone(), vec![Self::unknown((**element).clone(), whys())])
            }
            (Type::Map(element), _, Some(0)) => Self::map((**element).clone(), Default::default()),
            _ => Kind::Unknown(Arc::new(unknown)).into(),
        }
    }

    /// True where it certainly is not null.
    pub fn is_not_null(&self) -> bool {
        match &self.kind {
            Kind::Null(_) => false,
            Kind::Unknown(unknown) => unknown.not_null,
            _ => true,
        }
    }
}

/// The longest list that is made of unknown elements only.
const MAX_ELEMENTS: usize = 10_000;

/// Where the number of elements of a list, set or map lies.
pub fn length_bounds(value: &Value) -> Bounds {
    match &value.kind {
        Kind::List(_, items) => Bounds::lengths(items.len(), Some(items.len())),
        // Unknown elements may turn out to be the same as others.
        Kind::Set(_, items) if items.iter().any(Value::contains_unknown) => Bounds::lengths(1, Some(items.len())),
        Kind::Set(_, items) => Bounds::lengths(items.len(), Some(items.len())),
        Kind::Map(_, fields) => Bounds::lengths(fields.len(), Some(fields.len())),
        Kind::Unknown(unknown) => {
            let zero = || Some(Number::Int(0));
            Bounds { low: unknown.bounds.low.clone().or_else(zero), high: unknown.bounds.high.clone() }
        }
        _ => Bounds::default(),
    }
}

/// The number of elements of a collection, or of characters of a string; `None` where the value has no length.
pub fn length(value: &Value) -> Option<Value> {
    let known = |length: usize| Some(Value::int(i64::try_from(length).unwrap_or(i64::MAX)));
    let between = |bounds: Bounds| {
        let (ty, whys) = (Type::Number, value.whys());
        Some(Value::unknown_with(Unknown { ty, prefix: "".into(), not_null: true, bounds, whys }))
    };
    match &value.kind {
        Kind::String(text) => known(text.graphemes(true).count()),
        Kind::List(_, items) | Kind::Tuple(items) => known(items.len()),
        Kind::Map(_, fields) => known(fields.len()),
        Kind::Set(..) => between(length_bounds(value)),
        Kind::Object(object) if object.open.is_some() => between(Bounds::default()),
        Kind::Object(object) => known(object.fields.len()),
        Kind::Unknown(unknown) => match &unknown.ty {
            Type::Dynamic => between(Bounds::default()),
            Type::String => between(Bounds::lengths(0, None)),
            Type::Tuple(types) => known(types.len()),
            Type::Object(fields) => known(fields.len()),
            Type::List(_) | Type::Set(_) | Type::Map(_) => between(length_bounds(value)),
            _ => None,
        },
        _ => None,
    }
}

/// The largest number of reasons that a value carries.
const MAX_WHYS: usize = 8;

/// Reasons, sorted, without doubles, at most eight.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Whys(Arc<Vec<Why>>);

impl Whys {
    /// One reason.
    pub fn one(why: Why) -> Self {
        Self(Arc::new(vec![why]))
    }

    /// The reasons.
    pub fn as_slice(&self) -> &[Why] {
        &self.0
    }

    /// True where there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A copy, for the model's types.
    pub fn to_vec(&self) -> Vec<Why> {
        self.0.to_vec()
    }

    /// Both sets of reasons.
    pub fn and(&self, other: &Self) -> Self {
        if other.is_empty() || Arc::ptr_eq(&self.0, &other.0) {
            return self.clone();
        }
        if self.is_empty() {
            return other.clone();
        }
        let mut all: Vec<Why> = self.0.iter().chain(other.0.iter()).cloned().collect();
        all.sort();
        all.dedup();
        all.truncate(MAX_WHYS);
        Self(Arc::new(all))
    }
}

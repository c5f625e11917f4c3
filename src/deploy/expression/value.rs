//! Values, their truth and their comparison.

use super::super::words::{Hole, Piece};
use crate::model::{Why, WhyKind};

/// A value, as far as it is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text, parts of which may not be known.
    Text(Vec<Piece>),
    /// A list.
    List(Vec<Value>),
    /// A map, in order.
    Map(Vec<(String, Value)>),
    /// A value of which not even the kind is known.
    Unknown(Hole),
}

impl Value {
    /// A text that is known.
    pub fn known(text: impl Into<String>) -> Self {
        Self::Text(vec![Piece::Lit(text.into())])
    }

    /// A value that is not known, for one reason.
    pub fn unknown(why: Why) -> Self {
        Self::Unknown(Hole { whys: vec![why], ..Hole::default() })
    }

    /// The value of a key, in any case of its letters.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Self::Map(entries) => {
                entries.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// The value as it is put into a text.
    pub fn pieces(&self) -> Vec<Piece> {
        match self {
            Self::Null => Vec::new(),
            Self::Bool(truth) => vec![Piece::Lit(truth.to_string())],
            Self::Number(number) => vec![Piece::Lit(number_text(*number))],
            Self::Text(pieces) => pieces.clone(),
            Self::Unknown(hole) => vec![Piece::Hole(hole.clone())],
            Self::List(_) | Self::Map(_) => {
                let why = Why::new(WhyKind::Unsupported, "a list or map is put into a text");
                vec![Piece::Hole(Hole { whys: vec![why], ..Hole::default() })]
            }
        }
    }

    /// The text, where all of it is known.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::List(_) | Self::Map(_) | Self::Unknown(_) => None,
            _ => super::super::pipeline::known(&self.pieces()),
        }
    }

    /// Every text that the value can be, where that is known.
    pub fn options(&self) -> Option<Vec<String>> {
        match self {
            Self::Unknown(hole) if !hole.options.is_empty() => Some(hole.options.clone()),
            Self::Text(pieces) => match pieces.as_slice() {
                [Piece::Hole(hole)] if !hole.options.is_empty() => Some(hole.options.clone()),
                _ => self.text().map(|text| vec![text]),
            },
            _ => self.text().map(|text| vec![text]),
        }
    }

    /// Why it is not known.
    pub fn whys(&self) -> Vec<Why> {
        let pieces = match self {
            Self::List(_) | Self::Map(_) => return Vec::new(),
            _ => self.pieces(),
        };
        let holes =
            pieces.into_iter().filter_map(|piece| if let Piece::Hole(hole) = piece { Some(hole.whys) } else { None });
        holes.flatten().collect()
    }

    /// Whether the value counts as true; `None` where that is not known.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::Null => Some(false),
            Self::Bool(truth) => Some(*truth),
            Self::Number(number) => Some(*number != 0.0 && !number.is_nan()),
            Self::List(_) | Self::Map(_) => Some(true),
            Self::Unknown(_) => None,
            Self::Text(pieces) => {
                let some = pieces.iter().any(|piece| matches!(piece, Piece::Lit(text) if !text.is_empty()));
                if some {
                    return Some(true);
                }
                if pieces.iter().all(|piece| matches!(piece, Piece::Lit(_))) {
                    return Some(false);
                }
                let options = self.options()?;
                let first = options.first().map(|text| !text.is_empty())?;
                options.iter().all(|text| text.is_empty() != first).then_some(first)
            }
        }
    }
}

/// A number as it is put into a text.
pub(super) fn number_text(number: f64) -> String {
    if number == number.trunc() && number.abs() < 1e15 { format!("{number:.0}") } else { number.to_string() }
}

/// Whether two values are equal, where case does not matter; `None` where that is not known. Values of two kinds are
/// compared as numbers where `numbers` says so.
pub(super) fn equal(left: &Value, right: &Value, numbers: bool) -> Option<bool> {
    match (left, right) {
        (Value::Null, Value::Null) => Some(true),
        (Value::Bool(left), Value::Bool(right)) => Some(left == right),
        (Value::Number(left), Value::Number(right)) => Some(left == right),
        (Value::Unknown(_), _) | (_, Value::Unknown(_)) | (Value::Text(_), Value::Text(_)) => texts_equal(left, right),
        (Value::List(_) | Value::Map(_), _) | (_, Value::List(_) | Value::Map(_)) => Some(false),
        _ if numbers => Some(number(left)? == number(right)?),
        _ => None,
    }
}

fn texts_equal(left: &Value, right: &Value) -> Option<bool> {
    let text = |value: &Value| matches!(value, Value::Text(_) | Value::Unknown(_));
    // What a value of another kind is as a text is not asked.
    if !text(left) || !text(right) {
        return None;
    }
    if let (Some(left), Some(right)) = (left.options(), right.options()) {
        let same = |one: &String, other: &String| one.to_lowercase() == other.to_lowercase();
        return match (left.as_slice(), right.as_slice()) {
            ([one], [other]) => Some(same(one, other)),
            _ => (!left.iter().any(|one| right.iter().any(|other| same(one, other)))).then_some(false),
        };
    }
    // A known beginning that differs decides.
    let prefix = |value: &Value| match value {
        Value::Text(pieces) => match pieces.first() {
            Some(Piece::Lit(text)) => text.to_lowercase(),
            _ => String::new(),
        },
        _ => String::new(),
    };
    let (one, other) = (prefix(left), prefix(right));
    let (left, right) = (left.text(), right.text());
    let ends = |whole: &Option<String>, begin: &str| {
        whole.as_ref().is_some_and(|text| !text.to_lowercase().starts_with(begin))
    };
    (ends(&left, &other) || ends(&right, &one)).then_some(false)
}

/// A value as a number; `None` where that is not known.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Null => Some(0.0),
        Value::Bool(truth) => Some(f64::from(u8::from(*truth))),
        Value::Number(number) => Some(*number),
        Value::Text(_) => {
            let text = value.text()?;
            let text = text.trim();
            Some(if text.is_empty() { 0.0 } else { text.parse().unwrap_or(f64::NAN) })
        }
        Value::List(_) | Value::Map(_) => Some(f64::NAN),
        Value::Unknown(_) => None,
    }
}

//! Lists that become one text: in an assignment, and as `"$*"`.

use brush_parser::word::ParameterExpr;

use super::Shell;
use super::expand::Words;
use super::state::Value;
use super::text::{Field, Text};
use crate::model::{Why, WhyKind};

impl Shell<'_> {
    /// The words with blanks between them.
    pub(super) fn joined(&mut self, words: Words) -> Text {
        let mut joined = Text::default();
        for (at, field) in words.fields.into_iter().enumerate() {
            if at > 0 {
                joined.push_str(" ");
            }
            match field {
                Field::Word(text) => joined.append(text),
                other => joined.append(Text::unknown(other.whys())),
            }
        }
        if let Some(current) = words.current {
            if !joined.0.is_empty() {
                joined.push_str(" ");
            }
            joined.append(current);
        }
        joined.limited()
    }

    /// `"$*"`: the words with the first character of IFS between them.
    pub(super) fn joined_by_ifs(&mut self, fields: Vec<Field>) -> Text {
        let separator = match self.state.variables.get("IFS") {
            None | Some(Value::Unset) => Some(" ".to_owned()),
            Some(Value::Text(text)) => text.known().map(|text| text.chars().take(1).collect()),
            Some(_) => None,
        };
        let mut joined = Text::default();
        for (at, field) in fields.iter().enumerate() {
            match (&separator, at) {
                (_, 0) => {}
                (Some(separator), _) => joined.push_str(separator),
                (None, _) => joined.append(Text::hole(Why::new(WhyKind::Dynamic, "IFS decides it"))),
            }
            match field {
                Field::Word(text) => joined.append(text.clone()),
                other => joined.append(Text::unknown(other.whys())),
            }
        }
        joined.limited()
    }
}

/// `"$*"` and `"${A[*]}"` are one word.
pub(super) fn joins(expression: &ParameterExpr) -> bool {
    use brush_parser::word::{Parameter, SpecialParameter};
    match expression {
        ParameterExpr::Parameter { parameter, .. }
        | ParameterExpr::UseDefaultValues { parameter, .. }
        | ParameterExpr::UseAlternativeValue { parameter, .. }
        | ParameterExpr::Substring { parameter, .. } => matches!(
            parameter,
            Parameter::Special(SpecialParameter::AllPositionalParameters { concatenate: true })
                | Parameter::NamedWithAllIndices { concatenate: true, .. }
        ),
        ParameterExpr::MemberKeys { concatenate, .. } => *concatenate,
        _ => false,
    }
}

//! Parameters, and conditions on them.

use std::collections::BTreeMap;

use crate::deploy::pipeline::{Marks, Place, fill, hole, known, pieces};
use crate::deploy::shell::{Unit, UnitKind};
use crate::deploy::words::{Hole, Piece};
use crate::deploy::yaml::{Node, Text};
use crate::model::{Guard, Why, WhyKind, redact};

/// The marks of CircleCI's expressions.
const MARKS: Marks = Marks { open: "<<", close: ">>", quotes: false };

/// What parameters are, by the name that expressions use: `parameters.x`, `pipeline.parameters.x`, `matrix.x`.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters(pub(super) BTreeMap<String, Vec<Piece>>);

/// The parameters of a pipeline: whoever starts it may give others.
pub(super) fn of_pipeline(place: &Place, root: &Node) -> Parameters {
    let declared = root.get("parameters").map(Node::entries).unwrap_or_default();
    let one = |(name, node): &(Text, Node)| {
        let mut text = format!("the parameter {} is given when the pipeline is started", name.value);
        if let Some(default) = node.get("default").and_then(Node::word) {
            text.push_str(&format!(", by default it is {}", redact::identifier(default)));
        }
        let options = match node.get("type").and_then(Node::word) {
            Some("boolean") => vec!["true".to_owned(), "false".to_owned()],
            Some("enum") => {
                let options = node.get("enum").map(Node::elements).unwrap_or_default();
                options.iter().filter_map(|option| Some(option.text()?.value.clone())).collect()
            }
            _ => Vec::new(),
        };
        let hole = Hole { whys: vec![place.why(WhyKind::Environment, text, name)], options, ..Hole::default() };
        (format!("pipeline.parameters.{}", name.value), vec![Piece::Hole(hole)])
    };
    Parameters(declared.iter().map(one).collect())
}

impl Parameters {
    /// The parameters of a job, command or executor that is given `given`.
    pub(super) fn of(&self, place: &Place, declared: Option<&Node>, given: Option<&Node>) -> Self {
        let mut own: BTreeMap<String, Vec<Piece>> = self
            .0
            .iter()
            .filter(|(name, _)| name.starts_with("pipeline."))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        for (name, node) in declared.map(Node::entries).unwrap_or_default() {
            let value =
                given.and_then(|given| given.get(&name.value)).or_else(|| node.get("default")).and_then(Node::text);
            let value = match value {
                Some(text) => pieces(&self.units(place, text)),
                None => {
                    let text = format!("the parameter {} is not given as a text", name.value);
                    hole(place.why(WhyKind::Unsupported, text, name))
                }
            };
            own.insert(format!("parameters.{}", name.value), value);
        }
        Self(own)
    }

    /// The characters of a scalar, with parameters put in.
    pub(super) fn units(&self, place: &Place, text: &Text) -> Vec<Unit> {
        fill(&unescaped(place.units(text)), MARKS, &mut |inner, range| {
            // `<<` begins a heredoc as well; an expression is a name.
            let is_name = !inner.is_empty()
                && inner.chars().all(|next| next.is_ascii_alphanumeric() || matches!(next, '.' | '_' | '-'));
            if !is_name || !inner.contains('.') {
                return None;
            }
            Some(self.0.get(inner).cloned().unwrap_or_else(|| {
                let text = format!("`{inner}` is known only when the pipeline runs");
                hole(Why::at(WhyKind::Environment, text, place.origin(range)))
            }))
        })
    }

    /// Whether a condition holds; `None` where that is not known.
    pub(super) fn holds(&self, place: &Place, condition: &Node, depth: usize) -> Option<bool> {
        if depth > 20 {
            return None;
        }
        let of = |node: &Node| self.holds(place, node, depth + 1);
        match condition {
            Node::Scalar(text) => {
                let text = known(&pieces(&self.units(place, text)))?;
                Some(!matches!(&*text, "" | "false" | "0" | "null"))
            }
            Node::Map(entries) => {
                let [(operator, node)] = entries.as_slice() else { return None };
                match &*operator.value {
                    "not" => of(node).map(|holds| !holds),
                    "and" | "or" => {
                        let decides = operator.value == "or";
                        let all: Vec<Option<bool>> = node.elements().iter().map(of).collect();
                        if all.contains(&Some(decides)) {
                            return Some(decides);
                        }
                        all.iter().all(Option::is_some).then_some(!decides)
                    }
                    "equal" => {
                        let texts: Vec<String> = node
                            .elements()
                            .iter()
                            .map(|one| known(&pieces(&self.units(place, one.text()?))))
                            .collect::<Option<_>>()?;
                        Some(texts.windows(2).all(|pair| pair.first() == pair.last()))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The guards of a condition that must hold, or must not; `None` where it decides that nothing runs.
    pub(super) fn condition(&self, place: &Place, condition: &Node, wanted: bool) -> Option<Vec<Guard>> {
        match self.holds(place, condition, 0) {
            Some(holds) if holds == wanted => Some(Vec::new()),
            Some(_) => None,
            None => {
                let guard = place.guard(&words(condition), condition.place().unwrap_or(0..0));
                Some(vec![Guard { negated: !wanted, ..guard }])
            }
        }
    }
}

/// A heredoc is written with a backslash before it, which is taken off.
fn unescaped(units: Vec<Unit>) -> Vec<Unit> {
    let is = |unit: Option<&Unit>, wanted: char| matches!(unit.map(|unit| &unit.kind), Some(UnitKind::Char(character)) if *character == wanted);
    let escapes = |at: usize| is(units.get(at), '\\') && is(units.get(at + 1), '<') && is(units.get(at + 2), '<');
    units.iter().enumerate().filter(|(at, _)| !escapes(*at)).map(|(_, unit)| unit.clone()).collect()
}

/// A condition in a line.
pub(super) fn words(node: &Node) -> String {
    match node {
        Node::Scalar(text) => text.value.clone(),
        Node::List(elements) => elements.iter().map(words).collect::<Vec<_>>().join(", "),
        Node::Map(entries) => {
            entries.iter().map(|(key, value)| format!("{}: {}", key.value, words(value))).collect::<Vec<_>>().join(", ")
        }
        Node::Tagged(_, inner) => words(inner),
    }
}

//! Parameters and variables, and what expressions give with them.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::deploy::expression::{Contexts, Dialect, Value, evaluate, holds};
use crate::deploy::pipeline::{Marks, Place, fill, hole, pieces};
use crate::deploy::shell::{Unit, Variables};
use crate::deploy::words::Hole;
use crate::deploy::yaml::{Node, Text};
use crate::model::{Guard, Why, WhyKind, redact};

/// Expressions of a template.
const TEMPLATE: Marks = Marks { open: "${{", close: "}}", quotes: true };
/// Variables that are put in before a step runs.
const MACRO: Marks = Marks { open: "$(", close: ")", quotes: false };
/// Expressions of a run.
const RUN: Marks = Marks { open: "$[", close: "]", quotes: true };

/// What names stand for.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    /// Parameters, and the variables of loops, by name.
    pub(super) parameters: Vec<(String, Value)>,
    pub(super) loops: Vec<(String, Value)>,
    /// Variables by their name in small letters.
    pub(super) variables: BTreeMap<String, (String, Vec<crate::deploy::words::Piece>)>,
}

struct Here<'a> {
    scope: &'a Scope,
    place: &'a Place,
    range: Range<usize>,
}

impl Contexts for Here<'_> {
    fn value(&self, path: &[String]) -> Option<(Value, usize)> {
        let first = path.first()?;
        if let Some((_, value)) = self.scope.loops.iter().rev().find(|(name, _)| name.eq_ignore_ascii_case(first)) {
            return Some((value.clone(), 1));
        }
        match (first.to_lowercase().as_str(), path.get(1)) {
            ("parameters", Some(name)) => {
                let found = self.scope.parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
                found.map(|(_, value)| (value.clone(), 2))
            }
            ("variables", Some(_)) => {
                // A name may have dots: `variables.Build.SourceBranch` is none, but `variables['a.b']` is.
                let name = path.get(1)?.to_lowercase();
                self.scope.variables.get(&name).map(|(_, value)| (Value::Text(value.clone()), 2))
            }
            _ => None,
        }
    }

    fn why(&self, kind: WhyKind, text: String) -> Why {
        Why::at(kind, redact::line(&text), self.place.origin(self.range.clone()))
    }

    fn unknown_path(&self, path: &str) -> Why {
        self.why(WhyKind::Environment, format!("`{path}` is known only when the pipeline runs"))
    }

    fn dialect(&self) -> Dialect {
        Dialect::Azure
    }
}

impl Scope {
    /// The parameters of a pipeline: whoever starts it may give others.
    pub(super) fn started(place: &Place, declared: Option<&Node>) -> Self {
        let one = |node: &Node| {
            let name = node.get("name").and_then(Node::text)?;
            let mut text = format!("the parameter {} is given when the pipeline is started", name.value);
            if let Some(default) = node.get("default").and_then(Node::word) {
                text.push_str(&format!(", by default it is {}", redact::identifier(default)));
            }
            let values = node.get("values").map(Node::elements).unwrap_or_default();
            let mut options: Vec<String> = values.iter().filter_map(|one| Some(one.text()?.value.clone())).collect();
            if node.get("type").and_then(Node::word) == Some("boolean") {
                options = vec!["True".to_owned(), "False".to_owned()];
            }
            Some((
                name.value.clone(),
                Value::Unknown(Hole {
                    whys: vec![place.why(WhyKind::Environment, text, name)],
                    options,
                    ..Hole::default()
                }),
            ))
        };
        let parameters = declared.map(Node::elements).unwrap_or_default().iter().filter_map(one).collect();
        Self { parameters, ..Self::default() }
    }

    /// The scope in a template that is given parameters.
    pub(super) fn called(
        &self,
        place: &Place,
        given: Option<&Node>,
        template: &Place,
        declared: Option<&Node>,
    ) -> Self {
        let own = |name: &str| given.and_then(|given| given.get(name)).map(|node| self.value(place, node));
        let empty = Self::default();
        let parameters = match declared {
            Some(Node::List(list)) => list
                .iter()
                .filter_map(|node| {
                    let name = node.get("name").and_then(Node::word)?;
                    let default = || node.get("default").map_or(Value::Null, |node| empty.value(template, node));
                    Some((name.to_owned(), own(name).unwrap_or_else(default)))
                })
                .collect(),
            Some(Node::Map(entries)) => entries
                .iter()
                .map(|(name, node)| {
                    (name.value.clone(), own(&name.value).unwrap_or_else(|| empty.value(template, node)))
                })
                .collect(),
            _ => Vec::new(),
        };
        Self { parameters, loops: Vec::new(), variables: self.variables.clone() }
    }

    /// The value of a node, before the pipeline runs.
    pub(super) fn value(&self, place: &Place, node: &Node) -> Value {
        match node {
            Node::Scalar(text) => {
                let alone = text.value.trim().strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}"));
                if let Some(inner) = alone.filter(|inner| !inner.contains("}}")) {
                    return evaluate(inner.trim(), &Here { scope: self, place, range: text.range.clone() });
                }
                match text.value.to_lowercase().as_str() {
                    "" if text.plain => Value::Null,
                    "true" if text.plain => Value::Bool(true),
                    "false" if text.plain => Value::Bool(false),
                    _ => Value::Text(pieces(&self.before_run(place, text))),
                }
            }
            Node::List(elements) => Value::List(elements.iter().map(|one| self.value(place, one)).collect()),
            Node::Map(entries) => {
                Value::Map(entries.iter().map(|(name, one)| (name.value.clone(), self.value(place, one))).collect())
            }
            Node::Tagged(_, inner) => self.value(place, inner),
        }
    }

    fn before_run(&self, place: &Place, text: &Text) -> Vec<Unit> {
        fill(&place.units(text), TEMPLATE, &mut |inner, range| {
            // A truth value is written with a capital letter.
            Some(match evaluate(inner, &Here { scope: self, place, range }) {
                Value::Bool(true) => vec![crate::deploy::words::Piece::Lit("True".to_owned())],
                Value::Bool(false) => vec![crate::deploy::words::Piece::Lit("False".to_owned())],
                other => other.pieces(),
            })
        })
    }

    /// The characters of a scalar as a step sees it.
    pub(super) fn units(&self, place: &Place, text: &Text) -> Vec<Unit> {
        let filled = self.before_run(place, text);
        let filled = fill(&filled, RUN, &mut |inner, range| {
            // In a script, these are bash's own.
            if !inner.contains("variables") && !inner.contains("dependencies") {
                return None;
            }
            let text = format!("`$[{}]` is known only when the pipeline runs", redact::line(inner));
            Some(hole(Why::at(WhyKind::Environment, text, place.origin(range))))
        });
        fill(&filled, MACRO, &mut |inner, range| {
            let is_name = |next: char| next.is_ascii_alphanumeric() || matches!(next, '.' | '_');
            if inner.is_empty() || !inner.chars().all(is_name) {
                // A command whose output the shell puts in.
                return None;
            }
            let known = self.variables.get(&inner.to_lowercase()).map(|(_, value)| value.clone());
            Some(known.unwrap_or_else(|| {
                let text = format!("the variable {inner} is known only when the pipeline runs");
                hole(Why::at(WhyKind::Environment, text, place.origin(range)))
            }))
        })
    }

    /// The variables as a script has them in its environment.
    pub(super) fn environment(&self) -> Variables {
        self.variables
            .values()
            .map(|(name, value)| (name.to_uppercase().replace(['.', ' '], "_"), value.clone()))
            .collect()
    }

    /// Sets a variable.
    pub(super) fn set(&mut self, name: &str, value: Vec<crate::deploy::words::Piece>) {
        self.variables.insert(name.to_lowercase(), (name.to_owned(), value));
    }

    /// Whether an expression of a template holds.
    pub(super) fn holds(&self, place: &Place, expression: &str, range: &Range<usize>) -> Option<bool> {
        holds(expression, &Here { scope: self, place, range: range.clone() })
    }

    /// The value of an expression of a template.
    pub(super) fn evaluate(&self, place: &Place, expression: &str, range: &Range<usize>) -> Value {
        evaluate(expression, &Here { scope: self, place, range: range.clone() })
    }

    /// The guards of a `condition`; `None` where it never holds.
    pub(super) fn condition(&self, place: &Place, node: &Node) -> Option<Vec<Guard>> {
        let Some(text) = node.get("condition").and_then(Node::text).filter(|text| !text.value.is_empty()) else {
            return Some(Vec::new());
        };
        let filled = crate::deploy::pipeline::known(&pieces(&self.before_run(place, text)));
        let decided = filled.and_then(|filled| self.holds(place, &filled, &text.range));
        match decided {
            Some(true) => Some(Vec::new()),
            Some(false) => None,
            None => Some(vec![place.guard(&text.value, text.range.clone())]),
        }
    }
}

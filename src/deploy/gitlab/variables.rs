//! Variables of a pipeline and a job, and their expansion.
//!
//! Weaker to stronger: the pipeline's, those of `workflow:rules`, the job's, those of `rules`, and those that a parent
//! pipeline passes on. The settings of a project or of a single run may replace each of them; as for other variables
//! that a file sets, what is written is taken. A variable with a description is one that whoever starts the pipeline is
//! asked for, so it is not known.

use std::collections::BTreeMap;

use super::Pipeline;
use super::include::units;
use crate::deploy::pipeline::{Dollar, expand, hole, pieces};
use crate::deploy::shell::{Unit, Variables};
use crate::deploy::words::{Hole, Piece};
use crate::deploy::yaml::{Node, Text};
use crate::model::{Origin, Why, WhyKind, redact};

/// How deep variables in variables are expanded.
const MAX_DEPTH: usize = 20;
/// The most variables that the expansion of one text looks up.
const MAX_LOOKUPS: usize = 1_000;

/// A variable as it is written.
#[derive(Clone, Debug)]
enum Written {
    /// A text in which variables are expanded, and where it stands.
    Text(Vec<Unit>, Origin),
    /// A value as it is.
    Raw(Vec<Piece>),
}

/// Variables as they are written.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    written: BTreeMap<String, Written>,
    /// Those that nothing else replaces.
    fixed: Variables,
}

/// The variables of a pipeline.
pub(super) fn global(pipeline: &Pipeline, stronger: &Variables) -> Table {
    let mut table = Table { written: BTreeMap::new(), fixed: stronger.clone() };
    for (name, node) in pipeline.root.get("variables").map(Node::entries).unwrap_or_default() {
        if node.get("description").is_some() {
            table.written.insert(name.value.clone(), Written::Raw(vec![Piece::Hole(asked(pipeline, name, node))]));
        } else {
            table.one(pipeline, name, node);
        }
    }
    table
}

/// A variable that whoever starts the pipeline is asked for.
fn asked(pipeline: &Pipeline, name: &Text, node: &Node) -> Hole {
    let mut text = format!("the variable {} is asked for when the pipeline is started", name.value);
    if let Some(default) = node.get("value").and_then(Node::word).filter(|_| !redact::is_secret_name(&name.value)) {
        text.push_str(&format!(", by default it is {}", redact::identifier(default)));
    }
    let options = node.get("options").map(Node::elements).unwrap_or_default();
    let options = options.iter().filter_map(|option| Some(option.text()?.value.clone())).collect();
    let why = match pipeline.place(name) {
        Some(place) => place.why(WhyKind::Environment, text, name),
        None => Why::new(WhyKind::Environment, text),
    };
    Hole { whys: vec![why], options, ..Hole::default() }
}

impl Table {
    /// Sets the variables of a map over those that are there.
    pub(super) fn set(&mut self, pipeline: &Pipeline, node: Option<&Node>) {
        for (name, node) in node.map(Node::entries).unwrap_or_default() {
            self.one(pipeline, name, node);
        }
    }

    fn one(&mut self, pipeline: &Pipeline, name: &Text, node: &Node) {
        let (text, raw) = match node {
            Node::Map(_) => {
                (node.get("value").and_then(Node::text), node.get("expand").and_then(Node::word) == Some("false"))
            }
            _ => (node.text(), false),
        };
        let Some(text) = text else { return };
        let Some(source) = pipeline.sources.get(text.source) else { return };
        let units = units(source, text);
        let written = if raw { Written::Raw(pieces(&units)) } else { Written::Text(units, source.place.of(text)) };
        self.written.insert(name.value.clone(), written);
    }

    /// Sets one variable to a value.
    #[cfg(test)]
    pub(super) fn put(&mut self, name: &str, value: Vec<Piece>) {
        self.written.insert(name.to_owned(), Written::Raw(value));
    }

    /// Keeps the variables for which `keep` holds.
    pub(super) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.written.retain(|name, _| keep(name));
    }

    /// The value of a variable; `None` where no file sets it.
    pub(super) fn value(&self, name: &str) -> Option<Vec<Piece>> {
        if let Some(fixed) = self.fixed.get(name) {
            return Some(fixed.clone());
        }
        self.written.contains_key(name).then(|| self.expanded(name, &mut Budget::default()))
    }

    /// The values of all.
    pub(super) fn values(&self) -> Variables {
        let mut values: Variables =
            self.written.keys().map(|name| (name.clone(), self.expanded(name, &mut Budget::default()))).collect();
        values.extend(self.fixed.clone());
        values
    }

    fn expanded(&self, name: &str, budget: &mut Budget) -> Vec<Piece> {
        if let Some(fixed) = self.fixed.get(name) {
            return fixed.clone();
        }
        match self.written.get(name) {
            Some(Written::Raw(pieces)) => pieces.clone(),
            Some(Written::Text(units, origin)) => self.expand(units, origin, budget),
            None => Vec::new(),
        }
    }

    /// A text with its variables expanded, as GitLab does it where no shell does.
    fn expand(&self, text: &[Unit], origin: &Origin, budget: &mut Budget) -> Vec<Piece> {
        let unknown = |kind: WhyKind, text: String| hole(Why::at(kind, text, origin.clone()));
        if budget.depth >= MAX_DEPTH {
            return unknown(WhyKind::Cycle, "a variable refers to itself".to_owned());
        }
        budget.depth += 1;
        let expanded = expand(text, &mut |name, _| {
            let Dollar::Name(name) = name else { return None };
            budget.lookups += 1;
            Some(if budget.lookups > MAX_LOOKUPS {
                unknown(WhyKind::Limit, "the value is made of too many variables".to_owned())
            } else if self.written.contains_key(name) || self.fixed.contains_key(name) {
                self.expanded(name, budget)
            } else {
                unknown(WhyKind::Environment, format!("the variable {name} is known only when the pipeline runs"))
            })
        });
        budget.depth -= 1;
        pieces(&expanded)
    }
}

/// What the expansion of one text has taken.
#[derive(Default)]
struct Budget {
    depth: usize,
    lookups: usize,
}

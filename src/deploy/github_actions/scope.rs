//! What expressions can refer to.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::deploy::expression::{Contexts, Dialect, Value, evaluate, holds};
use crate::deploy::gcloud::Defaults;
use crate::deploy::pipeline::{Marks, Place, fill, pieces};
use crate::deploy::shell::{Unit, Variables};
use crate::deploy::yaml::{Node, Text};
use crate::model::{Guard, Why, WhyKind, redact};

/// The marks of GitHub's expressions.
pub(super) const MARKS: Marks = Marks { open: "${{", close: "}}", quotes: true };

/// What expressions can refer to.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    /// `env`.
    pub(super) environment: Variables,
    /// True where `env` cannot be referred to.
    pub(super) hidden: bool,
    /// `matrix`; `None` where there is none, or where it is not known.
    pub(super) matrix: Option<Value>,
    /// `inputs`.
    pub(super) inputs: Value,
    /// True where the inputs are all that there are: of a workflow or action that is called.
    pub(super) called: bool,
    /// Variables that an earlier step writes to `$GITHUB_ENV`.
    pub(super) rewritten: BTreeSet<String>,
    /// What earlier steps have told gcloud.
    pub(super) defaults: Defaults,
}

/// What is never empty, and has no blanks and no quotes in it.
///
/// Source: "Contexts reference" of GitHub Actions, `github` context.
const WORDS: [&str; 9] = [
    "github.event_name",
    "github.job",
    "github.repository",
    "github.repository_id",
    "github.repository_owner",
    "github.run_attempt",
    "github.run_id",
    "github.run_number",
    "github.sha",
];

/// A scope, at the place of an expression.
struct Here<'a> {
    scope: &'a Scope,
    place: &'a Place,
    range: Range<usize>,
}

impl Contexts for Here<'_> {
    fn value(&self, path: &[String]) -> Option<(Value, usize)> {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        let is = |name: &str, wanted: &str| name.eq_ignore_ascii_case(wanted);
        match names.as_slice() {
            [context, name, ..] if is(context, "env") && !self.scope.hidden => {
                Some((Value::Text(self.scope.environment.get(*name)?.clone()), 2))
            }
            [context, ..] if is(context, "matrix") => Some((self.scope.matrix.clone()?, 1)),
            [context, name, ..] if is(context, "inputs") => Some((self.scope.input(name)?, 2)),
            [context, event, inputs, name, ..]
                if is(context, "github") && is(event, "event") && is(inputs, "inputs") =>
            {
                Some((self.scope.input(name)?, 4))
            }
            _ => None,
        }
    }

    fn why(&self, kind: WhyKind, text: String) -> Why {
        Why::at(kind, redact::line(&text), self.place.origin(self.range.clone()))
    }

    fn unknown_path(&self, path: &str) -> Why {
        self.why(WhyKind::Environment, format!("`{path}` is known only when the workflow runs"))
    }

    fn is_word(&self, path: &str) -> bool {
        WORDS.contains(&path)
    }

    fn dialect(&self) -> Dialect {
        Dialect::Github
    }
}

impl Default for Scope {
    fn default() -> Self {
        Self {
            environment: Variables::new(),
            hidden: false,
            matrix: None,
            inputs: Value::Map(Vec::new()),
            called: false,
            rewritten: BTreeSet::new(),
            defaults: Defaults::default(),
        }
    }
}

impl Scope {
    fn input(&self, name: &str) -> Option<Value> {
        self.inputs.get(name).cloned().or(self.called.then_some(Value::Null))
    }

    /// The characters of a scalar, with expressions replaced as far as they are known.
    pub(super) fn units(&self, place: &Place, text: &Text) -> Vec<Unit> {
        fill(&place.units(text), MARKS, &mut |inner, range| {
            Some(evaluate(inner, &Here { scope: self, place, range }).pieces())
        })
    }

    /// The value of a node: of an expression alone it has the kind that the expression gives.
    pub(super) fn value(&self, place: &Place, node: &Node) -> Value {
        match node {
            Node::Scalar(text) => {
                let alone = text.value.trim().strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}"));
                if let Some(inner) = alone.filter(|inner| !inner.contains("}}")) {
                    return evaluate(inner.trim(), &Here { scope: self, place, range: text.range.clone() });
                }
                match &*text.value {
                    "" if text.plain => Value::Null,
                    "true" if text.plain => Value::Bool(true),
                    "false" if text.plain => Value::Bool(false),
                    number if text.plain && is_integer(number) => Value::Number(number.parse().unwrap_or_default()),
                    _ => Value::Text(pieces(&self.units(place, text))),
                }
            }
            Node::List(elements) => Value::List(elements.iter().map(|one| self.value(place, one)).collect()),
            Node::Map(entries) => {
                let entry = |(name, one): &(Text, Node)| (name.value.clone(), self.value(place, one));
                Value::Map(entries.iter().map(entry).collect())
            }
            Node::Tagged(_, inner) => self.value(place, inner),
        }
    }

    /// The variables of an `env`.
    pub(super) fn environment_of(&self, place: &Place, node: Option<&Node>) -> Variables {
        let entries = node.map(Node::entries).unwrap_or_default();
        let one = |(name, value): &(Text, Node)| Some((name.value.clone(), pieces(&self.units(place, value.text()?))));
        entries.iter().filter_map(one).collect::<BTreeMap<_, _>>()
    }

    /// The guards of an `if`; `None` where it never holds.
    pub(super) fn condition(&self, place: &Place, node: &Node) -> Option<Vec<Guard>> {
        let Some(text) = node.get("if").and_then(Node::text) else { return Some(Vec::new()) };
        let whole = text.value.trim();
        let inner = whole.strip_prefix("${{").and_then(|inner| inner.strip_suffix("}}")).unwrap_or(whole).trim();
        if inner.is_empty() {
            return Some(Vec::new());
        }
        let range = text.range.start..text.range.start + text.value.len().max(1);
        let guard = || Some(vec![place.guard(inner, range.clone())]);
        // More than one expression in a text makes a text, which is true: most likely not what is meant.
        if inner.contains("${{") {
            return guard();
        }
        match holds(inner, &Here { scope: self, place, range: text.range.clone() }) {
            Some(true) => Some(Vec::new()),
            Some(false) => None,
            None => guard(),
        }
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty()
        && digits.len() < 15
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'))
}

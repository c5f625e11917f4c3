//! When a job runs: `rules`, `only`, `except` and `when`, as guards as far as they are not decided.

use std::ops::Range;

use super::Pipeline;
use super::condition::holds;
use super::variables::Table;
use crate::deploy::yaml::{Node, Text};
use crate::model::Guard;

/// One way in which a job runs.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    /// The conditions.
    pub(super) guards: Vec<Guard>,
    /// The variables that the rule sets.
    pub(super) variables: Option<Node>,
}

/// A rule that may be the first to hold.
struct Clause {
    text: String,
    range: Range<usize>,
    source: usize,
    /// True where no later rule is looked at.
    always: bool,
}

/// The ways in which a pipeline runs.
pub(super) fn of_pipeline(pipeline: &Pipeline, workflow: Option<&Node>, variables: &Table) -> Vec<Outcome> {
    match workflow.and_then(|workflow| workflow.get("rules")) {
        Some(rules) => of_rules(pipeline, rules, None, variables),
        None => vec![Outcome { guards: Vec::new(), variables: None }],
    }
}

/// The ways in which a job runs; none where it never does.
pub(super) fn of_job(pipeline: &Pipeline, job: &Node, variables: &Table) -> Vec<Outcome> {
    let when = job.get("when").and_then(Node::text);
    if let Some(rules) = job.get("rules") {
        return of_rules(pipeline, rules, when, variables);
    }
    if when.is_some_and(|when| when.value == "never") {
        return Vec::new();
    }
    let mut guards = Vec::new();
    for key in ["only", "except"] {
        let Some((name, node)) = job.entry(key) else { continue };
        let words = words(node);
        if let Some(mut guard) = guard(pipeline, &format!("{key}: {words}"), name.range.clone(), name.source) {
            guard.text.truncate(300);
            guards.push(guard);
        }
    }
    if let Some(when) = when.filter(|when| waits(&when.value)) {
        guards.extend(guard(pipeline, &format!("when: {}", when.value), when.range.clone(), when.source));
    }
    vec![Outcome { guards, variables: None }]
}

/// True where a job does not run by itself, or only after something else happened.
fn waits(when: &str) -> bool {
    matches!(when, "manual" | "delayed" | "on_failure")
}

fn guard(pipeline: &Pipeline, text: &str, range: Range<usize>, source: usize) -> Option<Guard> {
    let place = Text { value: String::new(), range: range.clone(), plain: true, source };
    Some(pipeline.place(&place)?.guard(text, range))
}

/// The words of a node, in a line.
fn words(node: &Node) -> String {
    match node {
        Node::Scalar(text) => text.value.clone(),
        Node::List(elements) => elements.iter().map(words).collect::<Vec<_>>().join(", "),
        Node::Map(entries) => {
            entries.iter().map(|(key, value)| format!("{}: {}", key.value, words(value))).collect::<Vec<_>>().join(", ")
        }
        Node::Tagged(_, inner) => words(inner),
    }
}

/// The first rule that holds decides. Rules that set the same variables are one way to run.
fn of_rules(pipeline: &Pipeline, rules: &Node, when: Option<&Text>, variables: &Table) -> Vec<Outcome> {
    let mut negated: Vec<Guard> = Vec::new();
    let mut ways: Vec<(Vec<Guard>, Option<Node>, Vec<Clause>)> = Vec::new();
    for rule in flat(rules) {
        let Some(clause) = clause(rule, when, variables) else { continue };
        let never = rule.get("when").and_then(Node::word).or(when.map(|when| when.value.as_str())) == Some("never");
        let always = clause.always;
        if never {
            if always {
                break;
            }
            negated.extend(
                guard(pipeline, &clause.text, clause.range, clause.source)
                    .map(|guard| Guard { negated: true, ..guard }),
            );
            continue;
        }
        let own = rule.get("variables").cloned();
        match ways.last_mut() {
            Some((before, known, clauses)) if *known == own && before.len() == negated.len() => clauses.push(clause),
            _ => {
                if let Some((_, _, clauses)) = ways.last() {
                    negated.extend(one_of(pipeline, clauses).map(|guard| Guard { negated: true, ..guard }));
                }
                ways.push((negated.clone(), own, vec![clause]));
            }
        }
        if always {
            break;
        }
    }
    let one = |(mut guards, variables, clauses): (Vec<Guard>, Option<Node>, Vec<Clause>)| {
        guards.extend(one_of(pipeline, &clauses));
        Outcome { guards, variables }
    };
    ways.into_iter().map(one).collect()
}

/// That one of several rules holds; `None` where one of them says nothing, so that it always does.
fn one_of(pipeline: &Pipeline, clauses: &[Clause]) -> Option<Guard> {
    let first = clauses.first()?;
    if clauses.iter().any(|clause| clause.text.is_empty()) {
        return None;
    }
    let text = clauses.iter().map(|clause| clause.text.as_str()).collect::<Vec<_>>().join(" || ");
    guard(pipeline, &text, first.range.clone(), first.source)
}

/// Rules, with lists that references bring flattened.
fn flat(rules: &Node) -> Vec<&Node> {
    rules.one_or_more().iter().flat_map(|rule| if let Node::List(_) = rule { flat(rule) } else { vec![rule] }).collect()
}

/// The clause of a rule; `None` where it does not hold.
fn clause(rule: &Node, when: Option<&Text>, variables: &Table) -> Option<Clause> {
    let mut parts: Vec<(String, &Text)> = Vec::new();
    if let Some(condition) = rule.get("if").and_then(Node::text) {
        match holds(&condition.value, variables) {
            Some(false) => return None,
            Some(true) => {}
            None => parts.push((condition.value.clone(), condition)),
        }
    }
    for key in ["changes", "exists"] {
        if let Some((name, node)) = rule.entry(key) {
            parts.push((format!("{key}: {}", words(node)), name));
        }
    }
    // How the job runs does not decide whether a later rule is looked at.
    let always = parts.is_empty();
    let own = rule.get("when").and_then(Node::text).or(when);
    if let Some(when) = own.filter(|when| waits(&when.value)) {
        parts.push((format!("when: {}", when.value), when));
    }
    let (range, source) = match parts.first() {
        Some((_, text)) => (text.range.clone(), text.source),
        None => (rule.place().unwrap_or(0..0), 0),
    };
    let text = parts.into_iter().map(|(text, _)| text).collect::<Vec<_>>().join(" && ");
    Some(Clause { text, range, source, always })
}

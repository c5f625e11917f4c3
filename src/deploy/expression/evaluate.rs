//! A tree's value, as far as it is known.

use super::functions;
use super::parse::{Expr, Step, parse};
use super::value::{Value, equal, number};
use crate::deploy::words::{Extent, Hole};
use crate::model::{Why, WhyKind};

/// Whose expressions are evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// GitHub Actions.
    Github,
    /// Azure Pipelines.
    Azure,
}

/// What names in an expression stand for.
pub trait Contexts {
    /// The value that a path leads to, and how many of its names that takes; `None` where it is not known.
    fn value(&self, path: &[String]) -> Option<(Value, usize)>;

    /// Why a part of an expression is not known.
    fn why(&self, kind: WhyKind, text: String) -> Why;

    /// Why what a path leads to is not known.
    fn unknown_path(&self, path: &str) -> Why;

    /// True for a path of which the value is never empty, and has no blanks and no quotes.
    fn is_word(&self, _path: &str) -> bool {
        false
    }

    /// Whose expressions these are.
    fn dialect(&self) -> Dialect;
}

/// The value of an expression.
pub fn evaluate(text: &str, contexts: &dyn Contexts) -> Value {
    match parse(text) {
        Some(expression) => value(&expression, contexts),
        None => {
            Value::unknown(contexts.why(WhyKind::Unsupported, format!("`{text}` is no expression that is evaluated")))
        }
    }
}

/// Whether an expression holds as a condition; `None` where that is not known.
pub fn holds(text: &str, contexts: &dyn Contexts) -> Option<bool> {
    truth(&parse(text)?, contexts)
}

/// The truth of an expression: one known side may decide what the other leaves open.
fn truth(expression: &Expr, contexts: &dyn Contexts) -> Option<bool> {
    let of = |expression: &Expr| truth(expression, contexts);
    match expression {
        Expr::Not(inner) => of(inner).map(|holds| !holds),
        Expr::And(left, right) => and(of(left), of(right)),
        Expr::Or(left, right) => or(of(left), of(right)),
        Expr::Call(name, arguments) if contexts.dialect() == Dialect::Azure => match name.as_str() {
            "and" => all(arguments.iter().map(of)),
            "or" => all(arguments.iter().map(|one| of(one).map(|holds| !holds))).map(|none| !none),
            "not" => of(arguments.first()?).map(|holds| !holds),
            _ => value(expression, contexts).truth(),
        },
        _ => value(expression, contexts).truth(),
    }
}

fn all(truths: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut decided = Some(true);
    for truth in truths {
        decided = and(decided, truth);
    }
    decided
}

fn and(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn or(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    and(left.map(|holds| !holds), right.map(|holds| !holds)).map(|holds| !holds)
}

fn truth_value(truth: Option<bool>, sides: &[&Value]) -> Value {
    match truth {
        Some(truth) => Value::Bool(truth),
        None => Value::Unknown(Hole {
            whys: whys(sides),
            options: vec!["false".to_owned(), "true".to_owned()],
            ..Hole::default()
        }),
    }
}

fn whys(values: &[&Value]) -> Vec<Why> {
    let mut all: Vec<Why> = values.iter().flat_map(|value| value.whys()).collect();
    all.dedup();
    if all.is_empty() {
        all.push(Why::new(WhyKind::Unsupported, "values of two kinds are compared"));
    }
    all
}

pub(super) fn value(expression: &Expr, contexts: &dyn Contexts) -> Value {
    let of = |expression: &Expr| value(expression, contexts);
    match expression {
        Expr::Null => Value::Null,
        Expr::Bool(truth) => Value::Bool(*truth),
        Expr::Number(number) => Value::Number(*number),
        Expr::Text(text) => Value::known(text.clone()),
        Expr::Path(name, steps) => path(name, steps, contexts),
        Expr::In(inner, steps) => walk(of(inner), steps, contexts),
        Expr::Call(name, arguments) => {
            let values: Vec<Value> = arguments.iter().map(of).collect();
            match (contexts.dialect(), name.as_str()) {
                (Dialect::Azure, "and" | "or" | "not") => {
                    truth_value(truth(expression, contexts), &values.iter().collect::<Vec<_>>())
                }
                _ => functions::call(name, &values, contexts),
            }
        }
        Expr::Not(inner) => truth_value(truth(inner, contexts).map(|holds| !holds), &[&of(inner)]),
        Expr::And(left, right) => {
            let (left_value, left_truth) = (of(left), truth(left, contexts));
            match left_truth {
                Some(false) => left_value,
                Some(true) => of(right),
                None if truth(right, contexts) == Some(false) && matches!(of(right), Value::Bool(_)) => {
                    Value::Bool(false)
                }
                None => undecided(&left_value, &[]),
            }
        }
        Expr::Or(left, right) => {
            let (left_value, left_truth) = (of(left), truth(left, contexts));
            match (left_truth, &**left) {
                (Some(true), _) => left_value,
                (Some(false), _) => of(right),
                // `condition && a || b` is how one of two values is chosen.
                (None, Expr::And(condition, chosen)) if truth(chosen, contexts) == Some(true) => {
                    undecided(&of(condition), &[of(chosen), of(right)])
                }
                (None, _) => undecided(&left_value, &[left_value.clone(), of(right)]),
            }
        }
        Expr::Compare(operator, left, right) => {
            let (left, right) = (of(left), of(right));
            let truth = match *operator {
                "==" => equal(&left, &right, true),
                "!=" => equal(&left, &right, true).map(|same| !same),
                _ => ordered(operator, &left, &right),
            };
            truth_value(truth, &[&left, &right])
        }
    }
}

/// One of several values, by a condition that is not decided.
pub(super) fn undecided(condition: &Value, choices: &[Value]) -> Value {
    let mut reasons = condition.whys();
    let mut options: Vec<String> = Vec::new();
    for choice in choices {
        match choice.options() {
            Some(texts) => options.extend(texts),
            None => {
                reasons.extend(choice.whys());
                return Value::Unknown(Hole { whys: once(reasons), ..Hole::default() });
            }
        }
    }
    options.dedup();
    Value::Unknown(Hole { whys: once(reasons), options, ..Hole::default() })
}

fn once(reasons: Vec<Why>) -> Vec<Why> {
    let mut once: Vec<Why> = Vec::new();
    for why in reasons {
        if !once.contains(&why) {
            once.push(why);
        }
    }
    if once.is_empty() {
        once.push(Why::new(WhyKind::Guarded, "it depends on a condition"));
    }
    once
}

fn ordered(operator: &str, left: &Value, right: &Value) -> Option<bool> {
    if let (Value::Text(_), Value::Text(_)) = (left, right) {
        let (left, right) = (left.text()?.to_lowercase(), right.text()?.to_lowercase());
        return Some(match operator {
            "<" => left < right,
            "<=" => left <= right,
            ">" => left > right,
            _ => left >= right,
        });
    }
    let (left, right) = (number(left)?, number(right)?);
    Some(match operator {
        "<" => left < right,
        "<=" => left <= right,
        ">" => left > right,
        _ => left >= right,
    })
}

fn path(name: &str, steps: &[Step], contexts: &dyn Contexts) -> Value {
    let mut names = vec![name.to_owned()];
    for step in steps {
        match step {
            Step::Key(key) => names.push(key.clone()),
            // A key that is looked up: `vars[matrix.name]`.
            Step::Index(index) => match value(index, contexts) {
                Value::Text(pieces) => match super::super::pipeline::known(&pieces) {
                    Some(key) => names.push(key),
                    None => break,
                },
                _ => break,
            },
            Step::All => break,
        }
    }
    match contexts.value(&names) {
        Some((found, taken)) => walk(found, steps.get(taken.saturating_sub(1)..).unwrap_or_default(), contexts),
        None => {
            let mut text = names.join(".");
            text.push_str(if names.len() <= steps.len() { ".*" } else { "" });
            let extent = if contexts.is_word(&text) { Extent::Word } else { Extent::Text };
            Value::Unknown(Hole { whys: vec![contexts.unknown_path(&text)], extent, ..Hole::default() })
        }
    }
}

fn walk(mut found: Value, steps: &[Step], contexts: &dyn Contexts) -> Value {
    for (at, step) in steps.iter().enumerate() {
        let rest = steps.get(at + 1..).unwrap_or_default();
        found = match (found, step) {
            (Value::Unknown(hole), _) => return Value::Unknown(Hole { whys: hole.whys, ..Hole::default() }),
            (Value::Text(pieces), _) if super::super::pipeline::known(&pieces).is_none() => return Value::Text(pieces),
            (map @ Value::Map(_), Step::Key(key)) => map.get(key).cloned().unwrap_or(Value::Null),
            (map @ Value::Map(_), Step::Index(index)) => match value(index, contexts).text() {
                Some(key) => map.get(&key).cloned().unwrap_or(Value::Null),
                None => return Value::unknown(contexts.why(WhyKind::Dynamic, "the key is not known".to_owned())),
            },
            (Value::List(elements), Step::Index(index)) => match value(index, contexts) {
                Value::Number(at) if at >= 0.0 => elements.get(at as usize).cloned().unwrap_or(Value::Null),
                _ => return Value::unknown(contexts.why(WhyKind::Dynamic, "the index is not known".to_owned())),
            },
            (Value::List(elements), Step::All) => {
                return Value::List(elements.into_iter().map(|one| walk(one, rest, contexts)).collect());
            }
            (Value::Map(entries), Step::All) => {
                return Value::List(entries.into_iter().map(|(_, one)| walk(one, rest, contexts)).collect());
            }
            _ => Value::Null,
        };
    }
    found
}

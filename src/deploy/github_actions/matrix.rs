//! The combinations of a matrix.

use super::scope::Scope;
use crate::deploy::expression::Value;
use crate::deploy::pipeline::{Place, Sink};
use crate::deploy::yaml::{Node, Text};
use crate::model::WhyKind;

/// The most combinations of a matrix that are followed.
const MAX_COMBINATIONS: usize = 256;

type Combination = Vec<(String, Value)>;

/// The combinations of a matrix, each as the value of `matrix`. One `None` where there is no matrix, or where nothing is
/// known of it.
pub(super) fn combinations(
    sink: &mut Sink<'_>,
    place: &Place,
    node: Option<&Node>,
    scope: &Scope,
) -> Vec<Option<Value>> {
    let value = match node {
        None => return vec![None],
        Some(node) => scope.value(place, node),
    };
    let Value::Map(axes) = value else {
        // Which jobs there are is not known; each has the same steps.
        return vec![None];
    };
    let limit = |sink: &mut Sink<'_>| {
        if let Some(node) = node {
            let name = Text { value: String::new(), range: node.place().unwrap_or(0..0), plain: true, source: 0 };
            sink.incomplete(place.why(WhyKind::Limit, "the matrix has too many combinations", &name));
        }
    };
    let mut combinations: Vec<Combination> = vec![Vec::new()];
    let mut names: Vec<String> = Vec::new();
    for (name, values) in &axes {
        match values {
            _ if name == "include" || name == "exclude" => {}
            Value::List(values) => {
                names.push(name.clone());
                let next = combinations.iter().flat_map(|combination| {
                    values.iter().map(move |value| with(combination.clone(), &[(name.clone(), value.clone())]))
                });
                combinations = next.take(MAX_COMBINATIONS + 1).collect();
                if combinations.len() > MAX_COMBINATIONS {
                    limit(sink);
                    combinations.truncate(MAX_COMBINATIONS);
                }
            }
            // An axis that is not known: its values are not known, and neither is their number.
            other => combinations.iter_mut().for_each(|combination| combination.push((name.clone(), open(other)))),
        }
    }
    let entries = |key: &str| -> Vec<Combination> {
        let list = axes.iter().find(|(name, _)| name == key).map(|(_, value)| value);
        let Some(Value::List(list)) = list else { return Vec::new() };
        list.iter().filter_map(|one| if let Value::Map(entry) = one { Some(entry.clone()) } else { None }).collect()
    };
    for excluded in entries("exclude") {
        combinations.retain(|combination| !excluded.iter().all(|(name, value)| find(combination, name) == Some(value)));
    }
    let original = combinations.len();
    let mut alone = axes.iter().all(|(name, _)| name == "include" || name == "exclude");
    for included in entries("include") {
        if std::mem::take(&mut alone) {
            combinations.clear();
        }
        let mut placed = false;
        if !names.is_empty() {
            for combination in combinations.iter_mut().take(original) {
                let fits = included
                    .iter()
                    .all(|(name, value)| !names.contains(name) || find(combination, name) == Some(value));
                if fits {
                    *combination = with(std::mem::take(combination), &included);
                    placed = true;
                }
            }
        }
        if !placed {
            combinations.push(included);
        }
    }
    if combinations.len() > MAX_COMBINATIONS {
        limit(sink);
        combinations.truncate(MAX_COMBINATIONS);
    }
    combinations.into_iter().map(|combination| Some(Value::Map(combination))).collect()
}

/// One value of a list that is not known.
fn open(axis: &Value) -> Value {
    match axis.whys().into_iter().next() {
        Some(why) => Value::unknown(why),
        None => axis.clone(),
    }
}

fn find<'a>(combination: &'a Combination, name: &str) -> Option<&'a Value> {
    combination.iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

fn with(mut combination: Combination, entries: &[(String, Value)]) -> Combination {
    for (name, value) in entries {
        match combination.iter_mut().find(|(key, _)| key == name) {
            Some(known) => known.1 = value.clone(),
            None => combination.push((name.clone(), value.clone())),
        }
    }
    combination
}

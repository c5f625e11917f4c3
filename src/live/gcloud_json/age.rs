//! Which of two descriptions of one resource is the newer one.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::Value;

/// What tells how new a description is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Age {
    created: Option<Timestamp>,
    generation: Option<i64>,
    observed: Option<i64>,
    /// The last change that it shows, or the time of the log entry that holds it.
    time: Option<Timestamp>,
    /// What was printed of the resource itself goes before what a log holds, and the API's own form before a
    /// converted one.
    rank: i8,
}

impl Age {
    /// Reads it from a resource in the form in which the API lists it.
    pub fn of(item: &Value) -> Self {
        let number = |key: &str| match item.get(key) {
            Some(Value::String(text)) => text.parse().ok(),
            Some(Value::Number(number)) => number.as_i64(),
            _ => None,
        };
        let time = |value: Option<&Value>| value?.as_str()?.parse::<Timestamp>().ok();
        let conditions = item.get("conditions").and_then(Value::as_array).into_iter().flatten();
        let conditions = conditions.chain(item.get("terminalCondition"));
        let changed = conditions.filter_map(|condition| time(condition.get("lastTransitionTime"))).max();
        Self {
            created: time(item.get("createTime")),
            generation: number("generation"),
            observed: number("observedGeneration"),
            time: time(item.get("updateTime")).max(changed),
            rank: 2,
        }
    }

    /// The same for a resource that was converted to that form.
    #[must_use]
    pub fn converted(self) -> Self {
        Self { rank: 1, ..self }
    }

    /// The same for a resource in a log entry of this time.
    #[must_use]
    pub fn logged(self, time: Timestamp) -> Self {
        Self { time: Some(time), rank: 0, ..self }
    }

    /// Newer is greater; equal where nothing tells them apart.
    pub fn newer(&self, other: &Self) -> Ordering {
        /// `Equal` where one of both is not known.
        fn known<T: Ord>(own: &Option<T>, other: &Option<T>) -> Ordering {
            own.as_ref().zip(other.as_ref()).map_or(Ordering::Equal, |(own, other)| own.cmp(other))
        }
        // A resource that was deleted and made again counts its generations anew.
        known(&self.created, &other.created)
            .then_with(|| known(&self.generation, &other.generation))
            .then_with(|| known(&self.observed, &other.observed))
            // A log entry is written after the change that it holds, so its time beats nothing of the same generation.
            .then_with(|| match (self.rank.min(other.rank), self.generation.is_some() && other.generation.is_some()) {
                (0, true) => self.rank.cmp(&other.rank),
                _ => known(&self.time, &other.time),
            })
            .then_with(|| self.rank.cmp(&other.rank))
    }
}

//! The state that is served: the live-state file, as this folder reads it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::fault::Fault;

/// The file's content. Keys that the emulator does not need are ignored.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct State {
    format: String,
    version: u64,
    #[serde(default)]
    project_numbers: BTreeMap<String, String>,
    #[serde(default)]
    pub answers: Vec<Answer>,
    #[serde(default)]
    storage: Vec<StoredObject>,
    /// Project id → what the caller may do there. A project that is not named grants what no answer denies.
    #[serde(default)]
    pub permissions: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub faults: Vec<Fault>,
}

/// An object of Cloud Storage.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct StoredObject {
    /// The bucket.
    bucket: String,
    /// The object's name.
    name: String,
    #[serde(default)]
    status: Status,
    #[serde(default)]
    http_status: Option<u16>,
    /// The error's message.
    #[serde(default)]
    detail: String,
    /// Served untouched.
    #[serde(default)]
    pub content: Value,
}

impl StoredObject {
    /// How a read of it is answered.
    pub fn answer(&self) -> Answer {
        Answer {
            // The permission of a list is named after its collection; reading an object needs another one.
            api: "storage.objects".to_owned(),
            project: format!("_/buckets/{}", self.bucket),
            region: None,
            of: None,
            status: self.status,
            http_status: self.http_status,
            detail: self.detail.clone(),
            items: Vec::new(),
            unreachable: Vec::new(),
            error: None,
        }
    }
}

/// What one list request is answered with.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Answer {
    /// The collection, such as `run.services`.
    pub api: String,
    /// Project id.
    pub project: String,
    /// Region; an answer without one stands for every region of its project.
    #[serde(default)]
    pub region: Option<String>,
    /// The resource that the answer is about, where its collection belongs to one.
    #[serde(default)]
    pub of: Option<String>,
    #[serde(default)]
    pub status: Status,
    /// The HTTP status that was answered, where one was recorded.
    #[serde(default)]
    pub http_status: Option<u16>,
    /// The error's message.
    #[serde(default)]
    pub detail: String,
    /// The items, served untouched.
    #[serde(default)]
    pub items: Vec<Value>,
    /// Locations that the answer names as unreachable.
    #[serde(default)]
    pub unreachable: Vec<String>,
    /// An error body to answer with, instead of one made here.
    #[serde(default)]
    pub error: Option<Value>,
}

/// How a collection answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Status {
    #[default]
    Answered,
    Denied,
    Disabled,
    Unreachable,
    RateLimited,
    Malformed,
    NotAsked,
}

impl State {
    const FORMAT: &str = "gcp-drift/live-state";
    const VERSION: u64 = 1;

    /// Reads a state file's content.
    ///
    /// # Errors
    /// A lower-case fragment that says what is wrong with it.
    pub fn parse(value: Value) -> Result<Self, String> {
        let state: Self = serde_json::from_value(value).map_err(|error| format!("it is no live state: {error}"))?;
        if state.format != Self::FORMAT {
            return Err(format!("its format is `{}`, not `{}`", state.format, Self::FORMAT));
        }
        if state.version != Self::VERSION {
            return Err(format!("its version is {}; this program serves {}", state.version, Self::VERSION));
        }
        Ok(state)
    }

    /// The id of a project that a path names by id or by number.
    pub fn project_id<'a>(&'a self, text: &'a str) -> &'a str {
        let known = self.project_numbers.iter().find(|(_, number)| *number == text);
        known.map_or(text, |(id, _)| id)
    }

    /// Id and number of a project that is given by id or number, where the number is known.
    pub fn project(&self, text: &str) -> Option<(&str, &str)> {
        let known = self.project_numbers.iter().find(|(id, number)| *id == text || *number == text);
        known.map(|(id, number)| (&**id, &**number))
    }

    /// True where the state says anything of a project.
    pub fn knows(&self, project: &str) -> bool {
        let id = self.project_id(project);
        let answered = self.answers.iter().any(|answer| answer.project == id);
        answered || self.project(id).is_some() || self.permissions.contains_key(id)
    }

    /// The answer of a collection; one of the region goes before one of the whole project.
    pub fn answer<'a>(&'a self, api: &str, project: &str, region: Option<&str>) -> Option<&'a Answer> {
        let exact = self.answers_of(api, project).find(|answer| answer.region.as_deref() == region);
        exact.or_else(|| self.answers_of(api, project).find(|answer| answer.region.is_none()))
    }

    /// The answers of a collection of a project, by id.
    pub fn answers_of<'a>(&'a self, api: &str, project: &str) -> impl Iterator<Item = &'a Answer> {
        self.answers.iter().filter(move |answer| answer.api == api && answer.project == project)
    }

    /// The number of a project, or what was given where it is not known.
    pub fn number<'a>(&'a self, project: &'a str) -> &'a str {
        self.project(project).map_or(project, |(_, number)| number)
    }

    /// A resource's name from `projects/` on, with the project's id in place of its number.
    pub fn by_id(&self, name: &str) -> String {
        match name.strip_prefix("projects/").and_then(|rest| rest.split_once('/')) {
            Some((project, rest)) => format!("projects/{}/{rest}", self.project_id(project)),
            None => name.to_owned(),
        }
    }

    /// An object of a bucket.
    pub fn object(&self, bucket: &str, name: &str) -> Option<&StoredObject> {
        self.storage.iter().find(|object| object.bucket == bucket && object.name == name)
    }

    /// The regions of a project, sorted, each once.
    pub fn regions(&self, project: &str) -> Vec<&str> {
        let own = self.answers.iter().filter(|answer| answer.project == project);
        let mut regions: Vec<&str> = own.filter_map(|answer| answer.region.as_deref()).collect();
        regions.sort_unstable();
        regions.dedup();
        regions
    }

    /// True where an item has this name, or a link that ends in it.
    pub fn holds(&self, name: &str) -> bool {
        self.answers.iter().flat_map(|answer| &answer.items).any(|item| is_named(item, name))
    }

    /// Changes the items of a name, or of a link that ends in it, by a JSON merge patch; null removes them.
    pub fn patch(&mut self, name: &str, patch: &Value) {
        for answer in &mut self.answers {
            for item in answer.items.iter_mut().filter(|item| is_named(item, name)) {
                merge(item, patch);
            }
            answer.items.retain(|item| !item.is_null());
        }
    }

    /// The answer that a project without any region was recorded with.
    pub fn project_answer(&self, project: &str) -> Option<&Answer> {
        self.answers.iter().find(|answer| answer.project == project && answer.region.is_none())
    }
}

fn is_named(item: &Value, name: &str) -> bool {
    let text = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default();
    text("name") == name || text("selfLink").ends_with(&format!("/{name}"))
}

/// RFC 7396.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(fields) = target else { return };
    for (key, value) in changes {
        if value.is_null() {
            fields.remove(key);
        } else {
            merge(fields.entry(key).or_insert(Value::Null), value);
        }
    }
}

//! States and plans: what Terraform saw and computed when it last ran. Each value is labelled with where it comes
//! from; it fills what the configuration leaves open, and never replaces what the configuration decides.
//!
//! | file | what |
//! | --- | --- |
//! | `wanted` | which files and objects to read, for which root module |
//! | `read` | the bytes of a file as JSON; forms that are not read |
//! | `state` | state files (version 4) |
//! | `shown` | what `terraform show -json` prints of a state |
//! | `plan` | what `terraform show -json` prints of a plan |
//! | `attributes` | attributes as values |
//! | `secrets` | what is not kept |
//! | `address` | addresses in this tool's spelling |
//! | `fill` | from a value that is not known to one that a state or plan knows |
//!
//! Formats: "JSON Output Format" of Terraform's documentation (major version 1), and the state snapshot format, version
//! 4, of its source.

mod address;
mod attributes;
mod fill;
mod plan;
mod read;
mod secrets;
mod shown;
mod state;
mod wanted;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value as Json;

use super::value::Fields;
use crate::model::ObservedSource;

pub use fill::{Cursor, Subject, extra_names, fill, fill_configured};
pub use read::file;
pub use wanted::{Place, Wanted, wanted};

/// State or plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A plan: what the configuration comes to, with the variables of that run.
    Plan,
    /// A state: what was applied last.
    State,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plan => "plan",
            Self::State => "state",
        })
    }
}

/// A state or plan that was read, or the reason why it was not.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The root module's directory, as [`super::Deployment::root`] spells it.
    pub root: String,
    /// What was asked for.
    pub kind: Kind,
    /// The file or object, as messages name it.
    pub name: String,
    /// The content; or why there is none, as a fragment that reads after "was not read:".
    pub content: Result<Json, String>,
}

/// Index of a source, as a bit: a value may depend on several.
pub type Bits = u64;

/// The states and plans of a run.
#[derive(Clone, Debug, Default)]
pub struct Sources(Arc<Vec<Source>>);

/// One state or plan of one root module.
#[derive(Debug)]
pub struct Source {
    /// The root module's directory, relative to the repository; empty for the top.
    pub root: String,
    /// What it is.
    pub kind: Kind,
    /// What it is in words, such as `state file terraform.tfstate, serial 81`.
    pub label: Arc<str>,
    /// The resource instances, by full address.
    pub resources: BTreeMap<String, Resource>,
    /// Why it was not read.
    pub problem: Option<String>,
    bit: Bits,
}

/// One resource instance of a state or plan.
#[derive(Clone, Debug, Default)]
pub struct Resource {
    /// Its attributes; blocks are lists. What is secret or not decided yet is unknown.
    pub attributes: Fields,
    /// Why its attributes will not be these any more.
    pub stale: Option<&'static str>,
}

/// What a document says, before it has its place among the sources.
struct Parsed {
    /// What it is in words, without its name: `state file`, `plan`.
    what: &'static str,
    serial: Option<u64>,
    resources: BTreeMap<String, Resource>,
}

impl Sources {
    /// Reads documents; plans go before states.
    pub fn new(documents: &[Document]) -> Self {
        let mut documents: Vec<&Document> = documents.iter().collect();
        documents.sort_by(|a, b| (&a.root, a.kind, &a.name).cmp(&(&b.root, b.kind, &b.name)));
        let sources = documents.into_iter().enumerate().map(|(at, document)| Source::new(document, at));
        Self(Arc::new(sources.collect()))
    }

    /// True where nothing was asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.0.iter()
    }

    /// Those of a root module, the ones to prefer first.
    pub fn of_root(&self, root: &str) -> impl Iterator<Item = &Source> {
        self.0.iter().filter(move |source| source.root == root)
    }

    /// The labels of the sources that a value depends on.
    pub fn label(&self, bits: Bits) -> Option<Arc<str>> {
        if bits == 0 {
            return None;
        }
        let labels: Vec<&str> =
            self.0.iter().filter(|source| source.bit & bits != 0).map(|source| &*source.label).collect();
        Some(labels.join(" and ").into())
    }

    /// The sources in the words of the model.
    pub fn listed(&self) -> Vec<ObservedSource> {
        let one = |source: &Source| ObservedSource {
            label: source.label.to_string(),
            root: if source.root.is_empty() { ".".to_owned() } else { source.root.clone() },
            problem: source.problem.clone(),
        };
        self.0.iter().map(one).collect()
    }
}

impl Source {
    fn new(document: &Document, at: usize) -> Self {
        let name = one_line(&document.name);
        let root = if document.root == "." { String::new() } else { document.root.clone() };
        // More sources than bits share the last bit: the label then names too many, never too few.
        let bit = 1 << at.min(63);
        let parsed = document.content.as_ref().map_err(Clone::clone).and_then(|json| parse(json, document.kind, &name));
        match parsed {
            Ok(parsed) => Self {
                root,
                kind: document.kind,
                label: labelled(&parsed, &name).into(),
                resources: parsed.resources,
                problem: None,
                bit,
            },
            Err(problem) => Self {
                root,
                kind: document.kind,
                label: format!("{} {name}", document.kind).into(),
                resources: BTreeMap::new(),
                problem: Some(one_line(&problem)),
                bit,
            },
        }
    }
}

fn labelled(parsed: &Parsed, name: &str) -> String {
    match parsed.serial {
        Some(serial) => format!("{} {name}, serial {serial}", parsed.what),
        None => format!("{} {name}", parsed.what),
    }
}

/// Names and messages hold texts of files and servers.
fn one_line(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { '\u{fffd}' } else { char }).collect()
}

/// The form is told from the content: nobody has to say which of the two forms of a state a file has.
fn parse(json: &Json, kind: Kind, name: &str) -> Result<Parsed, String> {
    let Json::Object(fields) = json else { return Err("it is no JSON object".to_owned()) };
    if fields.contains_key("encryption_version") || fields.contains_key("encrypted_data") {
        return Err(format!("it is encrypted by OpenTofu; give what `tofu show -json` prints of the {kind}"));
    }
    let is_plan = ["planned_values", "resource_changes"].iter().any(|key| fields.contains_key(*key));
    let is_state = fields.contains_key("version") && fields.contains_key("terraform_version");
    match kind {
        Kind::Plan if is_plan => plan::parse(json, name),
        Kind::Plan if is_state || fields.contains_key("values") => {
            Err("it is a state, not a plan; give it with --state".to_owned())
        }
        Kind::Plan => Err("it is not what `terraform show -json PLANFILE` prints".to_owned()),
        Kind::State if is_plan => Err("it is a plan, not a state; give it with --plan".to_owned()),
        Kind::State if fields.contains_key("version") => state::parse(json, name),
        Kind::State if fields.contains_key("format_version") => shown::parse(json, name),
        Kind::State => Err("it is neither a state file nor what `terraform show -json` prints of a state".to_owned()),
    }
}

#[cfg(test)]
mod tests;

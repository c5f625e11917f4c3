//! What of a state or plan is not kept: values that it marks as sensitive, that are named or shaped like secrets, and
//! the same texts wherever else they stand (an attribute that repeats a sensitive one carries no mark of its own).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::model::redact;

/// Which parts of a value have a mark.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Marks {
    /// None.
    #[default]
    None,
    /// The whole value.
    All,
    /// Some parts, by name or index.
    Parts(BTreeMap<String, Marks>),
}

/// Attributes that their provider's schema calls sensitive and whose name does not tell: states that an older
/// Terraform wrote do not mark them. Also what reads whole files or answers, which may hold anything.
///
/// Sources: the documentation of each resource ("Attributes Reference", marked as sensitive).
const BY_SCHEMA: [(&str, &[&str]); 15] = [
    ("random_password", &["result", "bcrypt_hash"]),
    ("random_bytes", &["base64", "hex"]),
    ("tls_private_key", &["private_key_pem", "private_key_openssh", "private_key_pem_pkcs8"]),
    ("google_apikeys_key", &["key_string"]),
    ("google_redis_instance", &["auth_string"]),
    ("google_container_cluster", &["master_auth"]),
    ("google_kms_secret", &["plaintext"]),
    ("google_kms_secret_ciphertext", &["plaintext"]),
    ("google_kms_secret_asymmetric", &["plaintext"]),
    ("google_storage_bucket_object", &["content"]),
    ("google_storage_bucket_object_content", &["content"]),
    ("local_sensitive_file", &["content", "content_base64"]),
    ("sops_file", &["data", "raw"]),
    ("external", &["result"]),
    ("http", &["body", "response_body", "response_body_base64"]),
];

static UNMARKED: Marks = Marks::None;

impl Marks {
    /// Reads the shape of a value with `true` at each marked part (`after_sensitive`, `after_unknown`, …).
    pub(super) fn from_shape(shape: Option<&Json>) -> Self {
        match shape {
            Some(Json::Bool(true)) => Self::All,
            Some(Json::Array(items)) => Self::Parts(
                items.iter().enumerate().map(|(at, item)| (at.to_string(), Self::from_shape(Some(item)))).collect(),
            ),
            Some(Json::Object(fields)) => {
                Self::Parts(fields.iter().map(|(name, part)| (name.clone(), Self::from_shape(Some(part)))).collect())
            }
            _ => Self::None,
        }
    }

    /// Reads a list of paths (`sensitive_attributes`). A step that is not understood marks everything below.
    pub(super) fn from_paths(paths: Option<&Json>) -> Self {
        let mut marks = Self::None;
        match paths {
            None | Some(Json::Null) => {}
            Some(Json::Array(paths)) => {
                for path in paths {
                    match path {
                        Json::Array(steps) => marks.add(steps),
                        _ => return Self::All,
                    }
                }
            }
            Some(_) => return Self::All,
        }
        marks
    }

    fn add(&mut self, steps: &[Json]) {
        if *self == Self::All {
            return;
        }
        let step = steps.split_first().and_then(|(step, rest)| Some((step_key(step)?, rest)));
        let Some((key, rest)) = step else {
            *self = Self::All;
            return;
        };
        if *self == Self::None {
            *self = Self::Parts(BTreeMap::new());
        }
        if let Self::Parts(parts) = self {
            parts.entry(key).or_default().add(rest);
        }
    }

    /// The same marks, and those that a resource of this type has without being marked.
    pub(super) fn of_type(mut self, resource: &Json) -> Self {
        let kind = resource.get("type").and_then(Json::as_str).unwrap_or_default();
        let known = BY_SCHEMA.iter().find(|(own, _)| *own == kind);
        for name in known.into_iter().flat_map(|(_, names)| names.iter()) {
            self.add(&[serde_json::json!({"type": "get_attr", "value": name})]);
        }
        self
    }

    /// The marks of a part.
    pub(super) fn part(&self, key: &str) -> &Self {
        match self {
            Self::None => &UNMARKED,
            Self::All => self,
            Self::Parts(parts) => parts.get(key).unwrap_or(&UNMARKED),
        }
    }
}

/// The name or index of a step; `None` where it is another one, such as an element of a set.
fn step_key(step: &Json) -> Option<String> {
    let value = step.get("value")?;
    // An index is a value with its type.
    let value = if value.is_object() { value.get("value")? } else { value };
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Texts that are secrets, wherever they stand.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    texts: BTreeSet<String>,
    pattern: Option<regex::Regex>,
}

/// Shorter texts are found inside of other words.
const SHORTEST: usize = 6;
/// More texts than this are not looked for inside of others, only compared as a whole.
const MAX_PATTERN: usize = 2_000;

impl Secrets {
    /// Collects what is marked, or stands under a name that says that it is a secret itself.
    pub(super) fn collect(&mut self, json: &Json, marks: &Marks, name: &str) {
        let is_secret = *marks == Marks::All || (redact::ends_in_secret(name) && !is_reference(name));
        match json {
            Json::String(text) if is_secret && text.len() >= SHORTEST => {
                self.texts.insert(text.clone());
            }
            Json::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.collect(item, marks.part(&at.to_string()), name);
                }
            }
            Json::Object(fields) => {
                for (name, field) in fields {
                    self.collect(field, marks.part(name), name);
                }
            }
            _ => {}
        }
    }

    /// Everything is collected.
    pub(super) fn close(mut self) -> Self {
        if !self.texts.is_empty() && self.texts.len() <= MAX_PATTERN {
            let escaped: Vec<String> = self.texts.iter().map(|text| regex::escape(text)).collect();
            self.pattern = regex::Regex::new(&escaped.join("|")).ok();
        }
        self
    }

    /// True for a text that holds a secret, by its own shape or because it is one elsewhere.
    pub(super) fn hold(&self, text: &str, name: &str) -> bool {
        let clean = if IDENTIFIERS.contains(&name) { redact::identifier(text) } else { redact::line(text) };
        if clean != text || text.contains(redact::REDACTED) || self.texts.contains(text) {
            return true;
        }
        match &self.pattern {
            Some(pattern) => pattern.is_match(text),
            None => self.texts.iter().any(|secret| text.contains(&**secret)),
        }
    }
}

/// The name of a secret, which is none itself: `secret_key_ref { secret = … }`.
fn is_reference(name: &str) -> bool {
    name == "secret"
}

/// Attributes whose texts identify things and may read like an assignment (`repository/token-service:v2`).
const IDENTIFIERS: [&str; 6] = ["id", "name", "self_link", "image", "uri", "email"];

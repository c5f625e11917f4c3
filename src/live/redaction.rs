//! Takes secrets out of an API's answer before it is kept.
//!
//! In place of a secret stands `[redacted:xxxxxxxx]`, a keyed hash: a change of the secret can be seen, the
//! secret not. Plain `[redacted]` stands where there is nothing to compare, as in messages.

use serde_json::Value;

use crate::model::redact::{self, REDACTED, is_secret_name};
use key::Key;

mod environment;
mod key;

pub use environment::keeping;

/// Keys whose texts identify things and may read like an assignment (`repository/token-service:v2`).
const IDENTIFIERS: [&str; 12] = [
    "name",
    "image",
    "uri",
    "urls",
    "service",
    "revision",
    "connector",
    "network",
    "subnetwork",
    "uid",
    "etag",
    "logUri",
];

/// Keys of the Cloud Run API that hold the name of a secret, never its value: `secretKeyRef.secret`, `volumes[].secret`.
const REFERENCES: [&str; 2] = ["secret", "secretKeyRef"];

/// Which key marks are made with in this run: marks of different keys must not be compared.
pub fn key_id() -> Option<String> {
    Key::of_run().id()
}

/// Fails where the environment gives a key that is refused.
///
/// # Errors
/// Why, without the key.
pub fn check_key() -> Result<(), String> {
    key::given().map(|_| ())
}

/// The same answer without secrets: values of environment variables and headers (any `{name, value}`), what stands
/// under keys that are named like a secret, arguments that set one, and texts that have the shape of a known token.
pub fn redacted(value: Value) -> Value {
    Redaction { key: Some(Key::of_run()) }.redacted(value)
}

/// The same with plain marks only: for an answer whose marks are of another key.
pub fn plainly_redacted(value: Value) -> Value {
    Redaction { key: None }.redacted(value)
}

/// A message without secrets. What was replaced before is left alone, so that redacting twice changes nothing.
pub fn message(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut clean = 0;
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find("[redacted")) {
        let start = at + found;
        match text.get(start..).and_then(key::mark_end) {
            Some(length) => {
                out.push_str(&redact::line(text.get(clean..start).unwrap_or_default()));
                out.push_str(text.get(start..start + length).unwrap_or_default());
                clean = start + length;
                at = clean;
            }
            None => at = start + 1,
        }
    }
    out.push_str(&redact::line(text.get(clean..).unwrap_or_default()));
    out
}

/// The same value with plain marks in place of hashes.
pub fn without_hashes(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(plain_marks(&text)),
        Value::Array(items) => Value::Array(items.into_iter().map(without_hashes).collect()),
        Value::Object(fields) => fields.into_iter().map(|(key, field)| (key, without_hashes(field))).collect(),
        other => other,
    }
}

fn plain_marks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("[redacted") {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let (mark, length) = key::mark_end(from).map_or(("[", 1), |length| (REDACTED, length));
        out.push_str(mark);
        rest = from.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// True for a text that is nothing but a mark.
fn is_mark(text: &str) -> bool {
    key::mark_end(text) == Some(text.len())
}

/// One pass over an answer.
struct Redaction<'a> {
    /// The key of hashes; `None` for plain marks.
    key: Option<&'a Key>,
}

impl Redaction<'_> {
    fn redacted(&self, mut value: Value) -> Value {
        self.redact(&mut value);
        value
    }

    /// What stands in place of a secret of this name.
    fn mark(&self, name: &str, secret: &str) -> String {
        match self.key {
            _ if is_mark(secret) => secret.to_owned(),
            Some(key) => key.mark(name, secret),
            None => REDACTED.to_owned(),
        }
    }

    /// As deep as the JSON parser lets a body be.
    fn redact(&self, value: &mut Value) {
        match value {
            Value::Object(fields) => self.redact_fields(fields),
            Value::Array(items) => items.iter_mut().for_each(|item| self.redact(item)),
            Value::String(text) => *text = self.text(text),
            _ => {}
        }
    }

    fn redact_fields(&self, fields: &mut serde_json::Map<String, Value>) {
        let name = ["name", "key"].into_iter().find_map(|key| fields.get(key)?.as_str()).map(str::to_owned);
        for (key, field) in fields.iter_mut() {
            let reference = REFERENCES.contains(&&**key);
            match (field, &name) {
                (own, Some(name)) if key == "value" => self.erase(own, name),
                (own, _) if is_secret_name(key) && !reference => self.erase(own, key),
                (Value::String(text), _) if reference || IDENTIFIERS.contains(&&**key) => {
                    *text = redact::identifier(text);
                }
                (Value::Array(items), _) if key == "args" || key == "command" => self.arguments(items),
                (Value::Array(items), _) if key == "urls" => self.identifiers(items),
                (Value::Array(items), _) if key == "authorizedNetworks" => self.networks(items),
                (other, _) => self.redact(other),
            }
        }
    }

    /// A text: JSON in a text (annotations hold whole manifests) is read as what it is.
    fn text(&self, text: &str) -> String {
        if text.trim_start().starts_with(['{', '['])
            && let Ok(inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str::<Value>(text)
        {
            let clean = self.redacted(inner.clone());
            return if clean == inner { text.to_owned() } else { clean.to_string() };
        }
        message(text)
    }

    fn identifiers(&self, items: &mut [Value]) {
        for item in items {
            if let Value::String(text) = item {
                *text = redact::identifier(text);
            } else {
                self.redact(item);
            }
        }
    }

    /// Named address ranges: `{name, value}` that hold no secret, and decide who may connect.
    fn networks(&self, items: &mut [Value]) {
        for item in items {
            let range = item.get("value").filter(|value| value.as_str().is_some_and(is_range)).cloned();
            self.redact(item);
            if let (Some(range), Some(value)) = (range, item.get_mut("value")) {
                *value = range;
            }
        }
    }

    /// Takes every text and number out of a secret's value. Flags and nulls stay: they hold nothing, and types are
    /// kept.
    fn erase(&self, value: &mut Value, name: &str) {
        match value {
            Value::Object(fields) => fields.values_mut().for_each(|field| self.erase(field, name)),
            Value::Array(items) => items.iter_mut().for_each(|item| self.erase(item, name)),
            Value::String(text) => *text = self.mark(name, text),
            Value::Number(number) => *value = Value::String(self.mark(name, &number.to_string())),
            Value::Bool(_) | Value::Null => {}
        }
    }

    /// Command-line arguments: a flag that is named like a secret has its value in the next argument.
    fn arguments(&self, items: &mut [Value]) {
        let mut flag: Option<String> = None;
        for item in items {
            let Value::String(text) = item else {
                match flag.take() {
                    Some(flag) => self.erase(item, &flag),
                    None => self.redact(item),
                }
                continue;
            };
            let is_flag = text.starts_with('-');
            let clean = match (text.split_once('='), &flag) {
                (Some((name, value)), _) if is_flag && is_secret_name(name) => {
                    format!("{name}={}", self.mark(name, value))
                }
                (_, Some(flag)) if !is_flag => self.mark(flag, text),
                _ => self.text(text),
            };
            flag = redact::is_secret_flag(text).then(|| text.clone());
            *text = clean;
        }
    }
}

fn is_range(text: &str) -> bool {
    text.parse::<ipnet::IpNet>().is_ok() || text.parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_of_any_type_and_depth_goes() {
        let item = json!({
            "labels": {"cert": "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n"},
            "annotations": {"cache": "redis://:hunter2@10.0.0.3:6379/0"},
            "passwords": ["hunter2", {"a": "hunter2", "on": true}],
            "uri": "https://u:hunter2@x.run.app",
            "urls": ["https://u:hunter2@x.run.app"],
            "containers": [{
                "args": ["--db-password hunter2", "DB_PASS=hunter2", "--token", 777_777, "postgres://u:p@hunter2@h/db"],
                "command": ["sh", "-c", "run --password hunter2"],
                "env": [{"name": "PIN", "value": 777_777}, {"name": "A", "value": {"b": ["hunter2"]}}],
            }],
        });
        let clean = redacted(item);
        let text = clean.to_string();
        assert!(!text.contains("hunter2") && !text.contains("777777"), "{text}");
        assert_eq!(clean["passwords"][1]["on"], true);
        assert_eq!(clean["containers"][0]["command"][0], "sh");
        assert_eq!(redacted(clean.clone()), clean, "redacting twice changes nothing");
    }

    #[test]
    fn secrets_go_and_what_is_compared_stays() {
        let service = json!({
            "name": "projects/p/locations/r/services/token-service",
            "annotations": {"team": "x", "deploy-token": "abc123"},
            "template": {
                "vpcAccess": {"connector": "projects/p/locations/r/connectors/secret-net", "egress": "ALL_TRAFFIC"},
                "containers": [{
                    "image": "eu-docker.pkg.dev/p/token-service:v2",
                    "args": ["--db-password", "hunter2", "--port", "80", "--api-key=zzz", "--token", "--verbose", "-x"],
                    "env": [
                        {"name": "HOST", "value": "10.0.0.5"},
                        {"name": "PASSWORD", "valueSource": {"secretKeyRef": {"secret": "db-password", "version": "3"}}},
                    ],
                    "livenessProbe": {"httpGet": {"httpHeaders": [{"name": "Authorization", "value": "Basic eA=="}]}},
                }],
            },
            "someNewField": ["postgres://app:hunter3@10.0.0.3/db", "ya29.a0AfH6"],
        });
        let clean = redacted(service);
        let text = clean.to_string();
        for secret in ["abc123", "hunter2", "zzz", "10.0.0.5", "Basic", "hunter3", "ya29"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        assert_eq!(clean["name"], "projects/p/locations/r/services/token-service");
        assert_eq!(clean["template"]["vpcAccess"]["connector"], "projects/p/locations/r/connectors/secret-net");
        let container = &clean["template"]["containers"][0];
        assert_eq!(container["image"], "eu-docker.pkg.dev/p/token-service:v2");
        assert_eq!(container["env"][0]["name"], "HOST");
        assert!(is_mark(container["env"][0]["value"].as_str().unwrap()), "{container}");
        assert_eq!(container["env"][1]["valueSource"]["secretKeyRef"]["secret"], "db-password");
        assert!(is_mark(container["args"][1].as_str().unwrap()), "{container}");
        assert_eq!(container["args"][3], "80");
        assert_eq!(container["args"][6], "--verbose");
        assert_eq!(redacted(clean.clone()), clean, "redacting twice changes nothing");
    }

    #[test]
    fn a_change_of_a_secret_is_seen_and_equal_values_of_two_names_are_not() {
        let item = |value: &str| json!({"env": [{"name": "A", "value": value}, {"name": "B", "value": value}]});
        let marks = |value: &str| {
            let clean = redacted(item(value));
            [0, 1].map(|at| clean["env"][at]["value"].as_str().unwrap().to_owned())
        };
        let (one, same, other) = (marks("1234"), marks("1234"), marks("1235"));
        assert_eq!(one, same);
        assert_ne!(one[0], one[1]);
        assert_ne!(one[0], other[0]);
        assert_eq!(plainly_redacted(item("1234"))["env"][0]["value"], REDACTED);
        assert_eq!(without_hashes(redacted(item("1234"))), plainly_redacted(item("1234")));
        assert_eq!(without_hashes(json!("a [redacted:0a1b2c3d] b [redacted x")), json!("a [redacted] b [redacted x"));
    }

    #[test]
    fn marks_in_a_message_stay_and_secrets_beside_them_go() {
        for (text, clean) in [
            ("password=[redacted:0a1b2c3d] token=hunter2", "password=[redacted:0a1b2c3d] token=[redacted]"),
            ("[redacted:hunter2x] password=hunter2", "[redacted:hunter2x] password=[redacted]"),
            ("password=[redacted", "password=[redacted]"),
        ] {
            assert_eq!(message(text), clean);
            assert_eq!(message(&message(text)), message(text));
        }
    }

    #[test]
    fn manifests_in_annotations_are_redacted_as_what_they_are() {
        let manifest = json!({"spec": {"containers": [{"env": [{"name": "DSN", "value": "a hunter2"}]}]}}).to_string();
        let interfaces = r#"[{"network": "n", "subnetwork": "s"}]"#;
        let item =
            json!({"annotations": {"last-applied": manifest, "run.googleapis.com/network-interfaces": interfaces}});
        let clean = redacted(item);
        assert!(!clean.to_string().contains("hunter2"), "{clean}");
        assert_eq!(
            clean["annotations"]["run.googleapis.com/network-interfaces"], interfaces,
            "untouched to the letter"
        );
        assert_eq!(redacted(clean.clone()), clean);
    }

    #[test]
    fn database_settings_keep_what_decides_who_may_connect() {
        let clean = redacted(json!({
            "rootPassword": "hunter2",
            "authString": "hunter2",
            "settings": {
                "ipConfiguration": {"authorizedNetworks": [
                    {"name": "office", "value": "203.0.113.0/24"},
                    {"name": "odd", "value": "hunter2"},
                ]},
                "databaseFlags": [{"name": "x", "value": "hunter2"}],
            },
            "metadata": {"items": [{"key": "startup-script", "value": "hunter2"}]},
        }));
        assert!(!clean.to_string().contains("hunter2"), "{clean}");
        assert_eq!(clean["settings"]["ipConfiguration"]["authorizedNetworks"][0]["value"], "203.0.113.0/24");
    }
}

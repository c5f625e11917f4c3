//! Takes secrets out of an API's answer before it is kept.

use serde_json::Value;

use crate::model::redact::{self, REDACTED, is_secret_name};

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

/// The same answer without secrets: values of environment variables and headers (any `{name, value}`), what stands
/// under keys that are named like a secret, arguments that set one, and texts that have the shape of a known token.
pub fn redacted(mut value: Value) -> Value {
    redact(&mut value);
    value
}

/// A message without secrets. What was replaced before is left alone, so that redacting twice changes nothing.
pub fn message(text: &str) -> String {
    let parts: Vec<String> = text.split(REDACTED).map(redact::line).collect();
    parts.join(REDACTED)
}

/// As deep as the JSON parser lets a body be.
fn redact(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let named_value = fields.get("name").is_some_and(Value::is_string);
            for (key, field) in fields.iter_mut() {
                let reference = REFERENCES.contains(&&**key);
                match field {
                    own if named_value && key == "value" => erase(own),
                    own if is_secret_name(key) && !reference => erase(own),
                    Value::String(text) if reference || IDENTIFIERS.contains(&&**key) => {
                        *text = redact::identifier(text);
                    }
                    Value::Array(items) if key == "args" || key == "command" => arguments(items),
                    Value::Array(items) if key == "urls" => {
                        for text in items.iter_mut() {
                            if let Value::String(text) = text {
                                *text = redact::identifier(text);
                            } else {
                                redact(text);
                            }
                        }
                    }
                    other => redact(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        Value::String(text) => *text = message(text),
        _ => {}
    }
}

/// Takes every text and number out of a secret's value. Flags and nulls stay: they hold nothing, and types are kept.
fn erase(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(erase),
        Value::Array(items) => items.iter_mut().for_each(erase),
        Value::String(_) | Value::Number(_) => *value = Value::String(REDACTED.to_owned()),
        Value::Bool(_) | Value::Null => {}
    }
}

/// Command-line arguments: a flag that is named like a secret has its value in the next argument.
fn arguments(items: &mut [Value]) {
    let mut follows_flag = false;
    for item in items {
        let Value::String(text) = item else {
            if follows_flag {
                erase(item)
            } else {
                redact(item)
            }
            follows_flag = false;
            continue;
        };
        let is_flag = text.starts_with('-');
        let name = text.split_once('=').map(|(name, _)| name);
        let clean = match name {
            Some(name) if is_flag && is_secret_name(name) => format!("{name}={REDACTED}"),
            _ if follows_flag && !is_flag => REDACTED.to_owned(),
            _ => message(text),
        };
        follows_flag = redact::is_secret_flag(text);
        *text = clean;
    }
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
        assert_eq!(container["env"][0], json!({"name": "HOST", "value": REDACTED}));
        assert_eq!(container["env"][1]["valueSource"]["secretKeyRef"]["secret"], "db-password");
        assert_eq!(container["args"][1], REDACTED);
        assert_eq!(container["args"][3], "80");
        assert_eq!(container["args"][6], "--verbose");
        assert_eq!(redacted(clean.clone()), clean, "redacting twice changes nothing");
    }
}

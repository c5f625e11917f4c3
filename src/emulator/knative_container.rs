//! Containers and volumes of version 2 in the shape of version 1.

use serde_json::{Map, Value, json};

use super::collections::{last, text};
use super::knative::{copy, put, put_text};

/// The containers of a template, revision or task.
pub(super) fn all(item: &Value) -> Value {
    item["containers"].as_array().into_iter().flatten().map(container).collect()
}

fn container(item: &Value) -> Value {
    let mut fields = Map::new();
    for key in ["name", "image", "command", "args", "workingDir"] {
        copy(&mut fields, key, item, key);
    }
    let environment = item["env"].as_array().into_iter().flatten().map(variable);
    put(&mut fields, "env", environment.collect());
    let ports = item["ports"].as_array().into_iter().flatten().map(|port| {
        let mut fields = Map::new();
        copy(&mut fields, "containerPort", port, "containerPort");
        copy(&mut fields, "name", port, "name");
        Value::Object(fields)
    });
    put(&mut fields, "ports", ports.collect());
    if let Some(limits) = item.pointer("/resources/limits") {
        fields.insert("resources".to_owned(), json!({"limits": limits}));
    }
    for key in ["livenessProbe", "startupProbe", "readinessProbe"] {
        put(&mut fields, key, item.get(key).map(probe).unwrap_or_default());
    }
    // The sockets of Cloud SQL are an annotation in version 1, and no mount.
    let mount = |mount: &&Value| text(mount, "mountPath") != "/cloudsql";
    let mounts = item["volumeMounts"].as_array().into_iter().flatten().filter(mount).map(|mount| {
        let mut fields = Map::new();
        for key in ["name", "mountPath", "subPath"] {
            copy(&mut fields, key, mount, key);
        }
        Value::Object(fields)
    });
    put(&mut fields, "volumeMounts", mounts.collect());
    Value::Object(fields)
}

fn probe(item: &Value) -> Value {
    let mut fields = Map::new();
    for key in
        ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "failureThreshold", "httpGet", "tcpSocket", "grpc"]
    {
        copy(&mut fields, key, item, key);
    }
    Value::Object(fields)
}

/// An environment variable, by value or from a secret.
fn variable(item: &Value) -> Value {
    let mut fields = Map::new();
    put_text(&mut fields, "name", text(item, "name"));
    copy(&mut fields, "value", item, "value");
    if let Some(reference) = item.pointer("/valueSource/secretKeyRef") {
        let secret = json!({"name": last(text(reference, "secret")), "key": text(reference, "version")});
        fields.insert("valueFrom".to_owned(), json!({"secretKeyRef": secret}));
    }
    Value::Object(fields)
}

/// The volumes of a template, revision or task, other than the sockets of Cloud SQL.
pub(super) fn volumes(item: &Value) -> Value {
    let volumes = item["volumes"].as_array().into_iter().flatten();
    volumes.filter(|volume| volume.get("cloudSqlInstance").is_none()).map(volume).collect()
}

fn volume(item: &Value) -> Value {
    let mut fields = Map::new();
    put_text(&mut fields, "name", text(item, "name"));
    if let Some(secret) = item.get("secret") {
        let items = secret["items"].as_array().into_iter().flatten().map(|entry| {
            let mut fields = Map::new();
            put_text(&mut fields, "key", text(entry, "version"));
            copy(&mut fields, "path", entry, "path");
            copy(&mut fields, "mode", entry, "mode");
            Value::Object(fields)
        });
        let mut source = Map::new();
        put_text(&mut source, "secretName", last(text(secret, "secret")));
        put(&mut source, "items", items.collect());
        copy(&mut source, "defaultMode", secret, "defaultMode");
        fields.insert("secret".to_owned(), source.into());
    }
    if let Some(memory) = item.get("emptyDir") {
        let mut source = Map::new();
        put_text(&mut source, "medium", if text(memory, "medium") == "MEMORY" { "Memory" } else { "" });
        copy(&mut source, "sizeLimit", memory, "sizeLimit");
        fields.insert("emptyDir".to_owned(), source.into());
    }
    copy(&mut fields, "nfs", item, "nfs");
    if let Some(bucket) = item.get("gcs") {
        let attributes = json!({"bucketName": text(bucket, "bucket")});
        let mut source = Map::new();
        put_text(&mut source, "driver", "gcsfuse.run.googleapis.com");
        copy(&mut source, "readOnly", bucket, "readOnly");
        source.insert("volumeAttributes".to_owned(), attributes);
        fields.insert("csi".to_owned(), source.into());
    }
    Value::Object(fields)
}

/// The Cloud SQL instances of all volumes, with commas.
pub(super) fn sql_instances(item: &Value) -> String {
    let volumes = item["volumes"].as_array().into_iter().flatten();
    let lists = volumes.filter_map(|volume| volume.pointer("/cloudSqlInstance/instances")?.as_array());
    let names: Vec<&str> = lists.flatten().filter_map(Value::as_str).collect();
    names.join(",")
}

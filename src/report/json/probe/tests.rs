//! The document against its schema, and read again.

use super::*;
use crate::model::probe::sample;

#[test]
fn the_committed_schema_of_probe_is_that_of_the_code() {
    crate::testing::committed_schema("probe-v1.json", &schema());
}

#[test]
fn what_is_written_is_read_again() {
    let run = sample::run();
    for one_line in [false, true] {
        let text = render(&run, (2, "cache cannot be reached"), one_line);
        assert_eq!(read(&text).unwrap(), run);
        assert_eq!(text.matches('\n').count() == 1, one_line);
        let validator = jsonschema::validator_for(&schema()).unwrap();
        assert!(validator.is_valid(&serde_json::from_str(&text).unwrap()));
    }
}

#[test]
fn numbers_may_have_become_doubles() {
    fn doubles(value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(doubles),
            Value::Object(members) => members.values_mut().for_each(doubles),
            Value::Number(number) => *value = number.as_f64().unwrap().into(),
            _ => {}
        }
    }
    let mut document: Value = serde_json::from_str(&render(&sample::run(), (2, ""), true)).unwrap();
    doubles(&mut document);
    assert!(document.to_string().contains("\"schema_version\":1.0"));
    assert_eq!(read(&document.to_string()).unwrap(), sample::run());
}

#[test]
fn what_is_damaged_is_refused() {
    let text = render(&sample::run(), (2, ""), false);
    let spoilt = |pointer: &str, value: Value| {
        let mut document: Value = serde_json::from_str(&text).unwrap();
        *document.pointer_mut(pointer).unwrap() = value;
        read(&document.to_string()).unwrap_err()
    };
    assert!(read("").is_err() && read("[]").is_err() && read("{}").is_err() && read("\u{0}").is_err());
    assert!(read(text.get(..text.len() / 2).unwrap()).is_err());
    assert_eq!(spoilt("/schema_version", 2.into()), "its schema_version is 2; this program reads version 1");
    for (pointer, value) in [
        ("/schema_version", Value::from("1")),
        ("/tool/name", "other".into()),
        ("/targets/0/kind", "mysql".into()),
        ("/targets/0/outcome", "fine".into()),
        ("/targets/0/outcome", "failed".into()),
        ("/targets/1/outcome", "reached".into()),
        ("/targets/1/failures/0/fault", "gremlins".into()),
        ("/targets/1/failures/0/count", (-1).into()),
        ("/targets/0/addresses/0/connect", "maybe".into()),
        ("/targets/0/port", 70_000.into()),
        ("/targets/0/latency/total/p50", "fast".into()),
    ] {
        assert!(!spoilt(pointer, value).is_empty(), "{pointer}");
    }
}

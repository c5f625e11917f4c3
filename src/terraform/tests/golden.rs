//! What the built-in resource of Terraform cannot show: dynamic blocks, overrides of nested blocks, provider inheritance.
//!
//! A case is a folder of `tests/terraform/golden/`: the configuration, `rule.md` with the rule of Terraform's
//! documentation that decides it (the page in italics), and `expected.json` with what follows from the rule: `resources`
//! with their values and, where something is unknown, its shape; `outputs` likewise.
//!
//! `GCP_DRIFT_UPDATE_GOLDEN=1 cargo test --lib golden` writes `expected.json` anew; read the difference against the rule.

use serde_json::{Map, Value as Json, json};

use super::load_dir;
use super::truth::folder;
use crate::config::TerraformConfig;

/// The shape of what is unknown, without the reasons.
fn shape(unknown: &Json) -> Json {
    match unknown {
        Json::Array(items) if items.iter().all(Json::is_string) => json!(true),
        Json::Array(items) => items.iter().map(shape).collect(),
        Json::Object(fields) => fields.iter().map(|(name, inner)| (name.clone(), shape(inner))).collect(),
        other => other.clone(),
    }
}

fn entry(value: &Json, unknown: &Json) -> Json {
    let mut entry = Map::new();
    if !value.is_null() {
        entry.insert("value".to_owned(), value.clone());
    }
    if !unknown.is_null() && *unknown != json!({}) {
        entry.insert("unknown".to_owned(), shape(unknown));
    }
    Json::Object(entry)
}

#[test]
fn golden_cases_are_what_the_rule_says() {
    let mut cases: Vec<_> = std::fs::read_dir(folder("golden")).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 25);
    let mut wrong = String::new();
    for case in cases {
        let rule = std::fs::read_to_string(case.join("rule.md")).unwrap();
        assert!(rule.contains('*') && rule.len() > 60, "{}: which page, and what does it say?", case.display());
        let config = TerraformConfig { roots: vec![".".to_owned()], ..TerraformConfig::default() };
        let shown = load_dir(&case, &config).show();
        let resources = shown["resources"].as_array().unwrap().iter();
        let resources: Map<String, Json> = resources
            .map(|own| (own["address"].as_str().unwrap().to_owned(), entry(&own["values"], &own["unknown"])))
            .collect();
        let outputs = shown["outputs"]["."].as_object().unwrap().iter();
        let outputs: Map<String, Json> =
            outputs.map(|(name, own)| (name.clone(), entry(&own["value"], &own["unknown"]))).collect();
        let errors = shown["diagnostics"].as_array().unwrap().iter().filter(|own| own["level"] == "error");
        let errors: Vec<&Json> = errors.map(|own| &own["text"]).collect();
        let mut ours = json!({"resources": resources, "outputs": outputs});
        if !errors.is_empty() {
            ours["errors"] = json!(errors);
        }
        let path = case.join("expected.json");
        if std::env::var_os("GCP_DRIFT_UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, serde_json::to_string_pretty(&ours).unwrap() + "\n").unwrap();
        }
        let expected: Json = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        if ours != expected {
            wrong += &format!("{}\n  expected: {expected}\n  here:     {ours}\n", case.display());
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

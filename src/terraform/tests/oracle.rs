//! Expressions against what the real `terraform console` said of them.
//!
//! `tests/terraform/eval/` holds the recorded truth: `expressions.json`, and `locals.json` for the forms of
//! `locals.tf` that need more than one line.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::{Evaluated, load_dir, value};
use crate::config::TerraformConfig;

#[derive(Deserialize)]
struct Row {
    expression: String,
    #[serde(default)]
    error: bool,
    /// Terraform itself tells it only when it applies.
    #[serde(default)]
    unknown: bool,
    #[serde(default)]
    value: serde_json::Value,
}

fn recorded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/terraform/eval").join(name)
}

fn rows() -> Vec<Row> {
    serde_json::from_str(&std::fs::read_to_string(recorded("expressions.json")).unwrap()).unwrap()
}

#[test]
fn expressions_have_the_values_that_terraform_gives_them() {
    let empty = tempfile::tempdir().unwrap();
    let loaded = load_dir(empty.path(), &TerraformConfig::default());
    let rows = rows();
    assert!(rows.len() >= 1_500, "only {} expressions", rows.len());
    let mut wrong = Vec::new();
    for row in &rows {
        let ours = loaded.evaluate(None, &row.expression);
        let same = match &ours {
            Evaluated::Value(value) => !row.error && !row.unknown && *value == row.value,
            Evaluated::Error(_) => row.error,
            Evaluated::Unknown(_) => row.unknown,
        };
        if !same {
            let truth = match (row.error, row.unknown) {
                (true, _) => "an error".to_owned(),
                (_, true) => "unknown".to_owned(),
                _ => row.value.to_string(),
            };
            wrong.push(format!("{}\n  terraform: {truth}\n  here: {ours:?}", row.expression));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn heredocs_and_long_forms_have_the_values_that_terraform_gives_them() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(recorded("locals.tf"), dir.path().join("locals.tf")).unwrap();
    let loaded = load_dir(dir.path(), &TerraformConfig::default());
    let truth: std::collections::BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&std::fs::read_to_string(recorded("locals.json")).unwrap()).unwrap();
    assert!(truth.len() >= 25);
    for (name, expected) in &truth {
        assert_eq!(value(&loaded, &format!("local.{name}")), *expected, "{name}");
    }
    assert_eq!(loaded.declarations().diagnostics, []);
}

/// Asks the real binary again for a part of the table, so that the record cannot drift from what Terraform does.
#[test]
fn a_sample_of_the_record_is_what_terraform_says_today() {
    let found = Command::new("terraform").arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !found.is_ok_and(|status| status.success()) {
        crate::testing::skip("terraform is not on PATH");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    for row in rows().iter().step_by(120) {
        let mut child = Command::new("terraform")
            .arg("console")
            .current_dir(dir.path())
            .env("CHECKPOINT_DISABLE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let line = format!("jsonencode([nonsensitive(sensitive({}))])\n", row.expression);
        child.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap().replace("$${", "${").replace("%%{", "%{");
        let answer = text.lines().last().filter(|line| output.status.success() && line.starts_with('"'));
        let answer = answer.map(|line| {
            let json: String = serde_json::from_str(line).unwrap();
            let mut list: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
            list.remove(0)
        });
        let expected = (!row.error && !row.unknown).then(|| row.value.clone());
        assert_eq!(answer, expected, "{}", row.expression);
    }
}

/// The outputs of a whole configuration (modules, repetition, optional attributes, templates), as `terraform plan`
/// gave them.
#[test]
fn a_whole_configuration_has_the_outputs_that_terraform_plans() {
    let config = TerraformConfig { roots: vec![".".to_owned()], ..TerraformConfig::default() };
    let loaded = load_dir(&recorded("plan"), &config);
    let declared = loaded.declarations();
    assert_eq!((declared.diagnostics, declared.incomplete), (Vec::new(), Vec::new()));
    let truth: std::collections::BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&std::fs::read_to_string(recorded("plan.json")).unwrap()).unwrap();
    assert!(truth.len() >= 30);
    let shown = loaded.show();
    for (name, expected) in &truth {
        assert_eq!(shown["outputs"]["."][name], serde_json::json!({ "value": expected }), "{name}");
    }
}

//! The JSON report is what the committed schema says.

use serde_json::Value;

use super::common::Repository;

#[test]
fn every_report_validates_against_the_committed_schema() {
    let schema = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/check-v1.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let broken = Repository::copy_of("staging");
    broken.write("terraform/nat.tf", "resource {");
    broken.change_state(|state| {
        state["answers"].as_array_mut().unwrap().retain(|answer| answer["region"] != "us-east1");
    });
    let reports = [
        Repository::copy_of("staging").run(&["check", "--format", "json"]).json(),
        Repository::copy_of("clean").run(&["check", "--format", "json"]).json(),
        Repository::copy_of("clean").run(&["check", "--format", "json", "--live", "none", "--only", "tests"]).json(),
        broken.run(&["check", "--format", "json"]).json(),
    ];
    for report in &reports {
        let errors: Vec<String> =
            validator.iter_errors(report).map(|error| format!("{} at {}", error, error.instance_path())).collect();
        assert_eq!(errors, Vec::<String>::new());
    }
    // The schema is able to refuse.
    let mut wrong = reports[0].clone();
    wrong["findings"][0]["severity"] = "dreadful".into();
    assert!(!validator.is_valid(&wrong));
    let mut wrong = reports[0].clone();
    wrong.as_object_mut().unwrap().remove("coverage");
    assert!(!validator.is_valid(&wrong));
}

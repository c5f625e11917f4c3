//! Runs the shipped policies' own Rego tests: rules that begin with `test_` and must be true.

use std::fs;
use std::path::{Path, PathBuf};

use super::engine::Parsed;
use super::scan::Code;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("policies")
}

fn rego_files() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rego"))
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    files
}

/// Runs the tests of `tests` together with `sources`; gives the number of tests, and those that are not true.
fn run(sources: &[&(String, String)], tests: &(String, String)) -> (usize, Vec<String>) {
    let mut engine = regorus::Engine::new();
    for (name, text) in sources {
        engine.add_policy(name.clone(), text.clone()).unwrap();
    }
    let parsed = Parsed::new(&tests.0, &tests.1).unwrap();
    let names = Code::new(&tests.1).test_names();
    let names: Vec<&String> = names.keys().filter(|name| parsed.defines(name)).collect();
    let failed = names.iter().filter_map(|name| {
        let value = engine.eval_rule(format!("{}.{name}", parsed.package));
        let passed = matches!(value, Ok(regorus::Value::Bool(true)));
        (!passed).then(|| format!("{}: {name}: {value:?}", tests.0))
    });
    (names.len(), failed.collect())
}

#[test]
fn each_shipped_policy_passes_its_own_tests() {
    let files = rego_files();
    for (path, text) in super::shipped() {
        let name = path.rsplit('/').next().unwrap();
        let policy = files.iter().find(|(own, _)| own == name).expect("a shipped policy lies in policies/");
        assert_eq!(policy.1, text);
        let tests = name.replace(".rego", "_test.rego");
        let tests = files.iter().find(|(own, _)| *own == tests).expect("a shipped policy has tests");
        let (count, failed) = run(&[policy, tests], tests);
        assert!(count >= 4, "{name} has {count} tests");
        assert_eq!(failed, Vec::<String>::new());
    }
    assert_eq!(files.len(), 2 * super::shipped().len(), "every file in policies/ is shipped or tests one that is");
}

/// As conftest loads them: all files of the folder into one package. (Their tests are not run so: under `with`, the
/// engine loses rules of a package that is spread over several files.)
#[test]
fn the_policies_share_a_package_without_touching_each_other() {
    let files = rego_files();
    let mut engine = regorus::Engine::new();
    for (name, text) in files.iter().filter(|(name, _)| !name.ends_with("_test.rego")) {
        engine.add_policy(name.clone(), text.clone()).unwrap();
    }
    let absent = serde_json::json!({"absent": true});
    let connector = serde_json::json!({"resource": {
        "kind": "connector", "label": "c", "gcloud_flags": "", "ip_cidr_range": {"known": "10.8.0.0/24"}, "subnet": absent,
        "min_throughput": absent, "max_throughput": absent, "min_instances": absent, "max_instances": absent,
    }});
    let service = serde_json::json!({"resource": {
        "kind": "service", "label": "s", "gcloud_flags": "",
        "connector": absent, "egress": {"known": "ALL_TRAFFIC"}, "network_interfaces": absent,
    }});
    for (input, expected) in
        [(connector, ["ip_cidr_range", "throughput"]), (service, ["vpc_access.connector", "vpc_access.egress"])]
    {
        engine.set_input(regorus::Value::from(input));
        let results = serde_json::to_value(engine.eval_rule("data.main.deny".to_owned()).unwrap()).unwrap();
        let mut fields: Vec<&str> =
            results.as_array().unwrap().iter().map(|result| result["field"].as_str().unwrap()).collect();
        fields.sort_unstable();
        assert_eq!(fields, expected);
    }
}

#[test]
fn a_test_that_is_not_true_fails() {
    let tests = (
        "x_test.rego".to_owned(),
        "package x\ntest_false := false\ntest_undefined if false\ntest_true if true".to_owned(),
    );
    let (count, failed) = run(&[&tests], &tests);
    assert_eq!((count, failed.len()), (3, 2));
}

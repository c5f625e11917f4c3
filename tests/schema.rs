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

fn validator(file: &str) -> jsonschema::Validator {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema").join(file);
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

/// Each document meets the schema, and the schema refuses the first of them where a place in it is spoilt.
fn meet(file: &str, documents: &[Value], spoil: &str) {
    let validator = validator(file);
    for document in documents {
        let errors: Vec<String> =
            validator.iter_errors(document).map(|error| format!("{} at {}", error, error.instance_path())).collect();
        assert_eq!(errors, Vec::<String>::new(), "{document:#}");
    }
    let mut wrong = documents[0].clone();
    *wrong.pointer_mut(spoil).unwrap() = "dreadful".into();
    assert!(!validator.is_valid(&wrong), "{file} {spoil}");
    let mut wrong = documents[0].clone();
    wrong.as_object_mut().unwrap().remove("schema_version");
    assert!(!validator.is_valid(&wrong), "{file}");
}

#[test]
fn what_health_prints_meets_its_schema() {
    let repository = Repository::empty();
    let config = "[health]\nreports = [\"junit.xml\"]\n[[tests.required_classes]]\nname = \"TestA\"\ncategory = \"smoke\"\nfiles = [\"tests/*.py\"]\n";
    repository.write("gcp-drift.toml", config);
    repository.write("tests/test_a.py", "class TestA:\n    def test_a(self):\n        assert len('a')\n");
    let cases = |second: &str| {
        format!(
            "<testsuite name=\"pytest\"><testcase classname=\"tests.test_a.TestA\" name=\"test_a\" time=\"0.1\"/>\
             <testcase classname=\"tests.test_a.TestA\" name=\"test_b\" time=\"0.2\">{second}</testcase></testsuite>"
        )
    };
    let health = |more: &[&str]| repository.run(&[&["health", "--format", "json"], more].concat()).json();
    let mut documents = vec![health(&["--junit", "absent.xml"])];
    repository.write("junit.xml", &cases(""));
    documents.push(health(&[]));
    documents.push(health(&["--save-baseline"]));
    repository.write("junit.xml", &cases("<failure message=\"no\"/>"));
    documents.push(health(&[]));
    documents.push(health(&["--save-baseline"]));
    repository.write("damaged.json", "not a baseline");
    documents.push(health(&["--baseline", "damaged.json"]));
    let statuses: Vec<&str> = documents.iter().map(|document| document["status"].as_str().unwrap()).collect();
    assert_eq!(
        statuses,
        ["not-checked", "no-baseline", "baseline-created", "degraded", "baseline-replaced", "not-checked"]
    );
    assert_eq!(documents[3]["unwell"]["tests.test_a.TestA::test_b"], "failed", "{}", documents[3]);
    meet("health-v1.json", &documents, "/status");
    documents.swap(0, 3);
    meet("health-v1.json", &documents, "/findings/0/severity");
}

#[test]
fn what_premigrate_prints_meets_its_schemas() {
    let repository = Repository::empty();
    let gate = "[[gate.commands]]\nname = \"one\"\nrun = \"echo said; exit 3\"\n[[gate.commands]]\nname = \"two\"\nrun = [\"no-such-program-here\"]\n[[gate.commands]]\nname = \"slow\"\nrun = \"sleep 60\"\ntimeout = 0.2\n";
    repository.write("gcp-drift.toml", "[tests]\ncap = 100\n");
    repository.write("tests/test_a.py", "def test_a():\n    assert len('a')\n");
    repository.run(&["premigrate", "--save", "before.json"]).expect_code(0);
    let compare = || repository.run(&["premigrate", "--compare", "before.json", "--format", "json"]).json();
    let mut compared = vec![compare()];
    repository.write("tests/test_b.py", &repository.read("tests/test_a.py"));
    std::fs::remove_file(repository.join("tests/test_a.py")).unwrap();
    compared.push(compare());
    repository.write("tests/test_b.py", "def test_other():\n    pass\n");
    compared.push(compare());
    assert_eq!(compared[1]["comparison"]["moved_tests"][0]["to"], "tests/test_b.py::test_a", "{}", compared[1]);
    meet("premigrate-compare-v1.json", &compared, "/exit_code");

    let plain = repository.run(&["premigrate", "--format", "json"]).json();
    repository.write("gcp-drift.toml", gate);
    let run = |more: &[&str]| repository.run(&[&["premigrate", "--format", "json"], more].concat()).json();
    let documents = [run(&[]), run(&["--fast-fail"]), plain];
    let verdicts: Vec<&str> =
        documents[0]["steps"].as_array().unwrap().iter().map(|step| step["verdict"].as_str().unwrap()).collect();
    assert!(verdicts.contains(&"failed") && verdicts.contains(&"timed-out"), "{verdicts:?}");
    meet("premigrate-v1.json", &documents, "/steps/0/verdict");
}

#[test]
fn what_doctor_prints_meets_its_schema() {
    let staging = Repository::copy_of("staging");
    let whole = staging.run(&["doctor", "--format", "json"]).json();
    staging.change_state(|state| {
        state["permissions"] = serde_json::json!({});
    });
    let bare = staging.run(&["doctor", "--format", "json", "--connectivity"]).json();
    meet("doctor-v1.json", &[whole.clone(), bare], "/credential/status");
    meet("doctor-v1.json", &[whole], "/projects/0/permissions/0/state");
}

#[test]
fn what_probe_prints_meets_its_schema() {
    let repository = Repository::empty();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let open = format!("tcp://{}", listener.local_addr().unwrap());
    let probe =
        |targets: &[&str]| repository.run(&[&["probe", "--format", "json", "--target"], targets].concat()).json();
    let refused = format!("tls://{}?ca=absent.pem", listener.local_addr().unwrap());
    let documents = [probe(&["tcp://127.0.0.1:1", &open, &refused]), probe(&[&open])];
    let outcomes: Vec<&str> =
        documents[0]["targets"].as_array().unwrap().iter().map(|target| target["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["failed", "reached", "not-checked"]);
    meet("probe-v1.json", &documents, "/targets/0/failures/0/fault");
    meet("probe-v1.json", &documents, "/targets/0/stage");
    meet("probe-v1.json", &documents, "/targets/0/addresses/0/connect");
}

//! The recorded answers of real interpreters are those of the interpreter that is on the machine.

use std::process::Command;

use serde_json::Value;

use super::emulator::skip;

#[test]
fn the_recorded_answers_are_those_of_python() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tree/record_syntax.py");
    let Ok(output) = Command::new("python3").arg(script).arg("--answers").output() else {
        skip("python3 is not on PATH");
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let recorded: Value = serde_json::from_str(include_str!("tree/syntax.json")).unwrap();
    let version = told["version"].as_str().unwrap();
    if recorded["empty"]["compiles"][version].is_null() {
        skip("this Python's answers are not recorded");
        return;
    }
    let answers = told["answers"].as_object().unwrap();
    assert!(answers.len() > 200 && answers.len() == recorded.as_object().unwrap().len());
    for (name, answer) in answers {
        assert_eq!(recorded[name]["compiles"][version], *answer, "{name} on {version}");
    }
}

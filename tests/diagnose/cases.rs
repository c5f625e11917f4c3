//! Cases: a healthy state, edits over it, and what is expected.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::common::{Outcome, Repository, copy, list};

pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnose").join(name)
}

/// The cases of a group, by name.
pub fn cases(group: &str) -> Vec<(String, Value)> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder(group)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let case = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path.file_stem().unwrap().to_string_lossy().into_owned(), case)
    };
    files.iter().map(read).collect()
}

pub fn base() -> Repository {
    let repository = Repository::empty();
    copy(&folder("base"), repository.path());
    repository
}

/// A copy of the base with the edits of a case.
pub fn repository(case: &Value) -> Repository {
    let repository = base();
    let mut state: Value = serde_json::from_str(&repository.read("state.json")).unwrap();
    for edit in list(case, "edits") {
        apply(&mut state, edit);
    }
    repository.write("state.json", &state.to_string());
    for (file, replacements) in case["files"].as_object().into_iter().flatten() {
        for pair in replacements.as_array().unwrap() {
            repository.replace(file, pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
        }
    }
    repository
}

/// Applies one edit.
pub fn apply(state: &mut Value, edit: &Value) {
    let answers = state["answers"].as_array_mut().unwrap();
    if let Some(answer) = edit.get("answer") {
        answers.push(answer.clone());
        return;
    }
    if let Some(project) = edit["firewall"].as_str() {
        let mut seen = false;
        for answer in answers.iter_mut().filter(|answer| answer["project"] == project) {
            let rules = match answer["api"].as_str().unwrap() {
                "compute.firewalls" => &mut answer["items"],
                "compute.effectiveFirewalls" => &mut answer["items"][0]["firewalls"],
                _ => continue,
            };
            change_rules(rules, edit);
            seen = true;
        }
        assert!(seen, "no firewalls of {project}");
        return;
    }
    let wanted: Vec<&str> = edit["in"].as_str().unwrap().split(' ').collect();
    let of_answer = |answer: &&mut Value| {
        answer["api"] == wanted[0]
            && answer["project"] == wanted[1]
            && wanted.get(2).is_none_or(|end| answer["of"].as_str().is_some_and(|of| of.ends_with(end)))
    };
    let answer = answers.iter_mut().find(of_answer).unwrap_or_else(|| panic!("no answer for {edit}"));
    let target = match edit["item"].as_str() {
        None => answer,
        Some(end) => {
            let items = answer["items"].as_array_mut().unwrap();
            let at = items.iter().position(|item| item["name"].as_str().is_some_and(|name| name.ends_with(end)));
            let at = at.unwrap_or_else(|| panic!("no item for {edit}"));
            if edit["op"] == "remove" && edit["path"] == "" {
                items.remove(at);
                return;
            }
            &mut items[at]
        }
    };
    change(target, edit);
}

pub fn change_rules(rules: &mut Value, edit: &Value) {
    let rules = rules.as_array_mut().unwrap();
    match edit["op"].as_str().unwrap() {
        "add" => rules.push(edit["value"].clone()),
        "remove" => {
            let before = rules.len();
            rules.retain(|rule| rule["name"] != edit["item"]);
            assert_eq!(rules.len() + 1, before, "{edit}");
        }
        "replace" => {
            let rule = rules.iter_mut().find(|rule| rule["name"] == edit["item"]).unwrap();
            change(rule, edit);
        }
        other => panic!("{other} is no edit of rules"),
    }
}

pub fn change(target: &mut Value, edit: &Value) {
    let path = edit["path"].as_str().unwrap();
    let (parent, key) = path.rsplit_once('/').unwrap_or_else(|| panic!("no path in {edit}"));
    let parent = target.pointer_mut(parent).unwrap_or_else(|| panic!("no parent for {edit}"));
    let op = edit["op"].as_str().unwrap();
    match parent {
        Value::Object(fields) => match op {
            "remove" => assert!(fields.remove(key).is_some(), "{edit}"),
            "replace" => assert!(fields.insert(key.to_owned(), edit["value"].clone()).is_some(), "{edit}"),
            "add" => {
                fields.insert(key.to_owned(), edit["value"].clone());
            }
            other => panic!("{other} is no operation"),
        },
        Value::Array(items) => match (op, key) {
            ("add", "-") => items.push(edit["value"].clone()),
            ("remove", at) => {
                items.remove(at.parse().unwrap());
            }
            ("replace", at) => items[at.parse::<usize>().unwrap()] = edit["value"].clone(),
            (other, _) => panic!("{other} is no operation on a list"),
        },
        other => panic!("{edit}: {other} holds nothing"),
    }
}

pub fn ask(repository: &Repository, case: &Value) -> Outcome {
    let mut arguments = vec!["diagnose", "--format", "json"];
    arguments.extend(list(case, "ask").iter().map(|word| word.as_str().unwrap()));
    repository.run(&arguments)
}

/// The modes of a list, as number, or slug where there is none.
pub fn modes(diagnosis: &Value, key: &str) -> Vec<String> {
    let name = |one: &Value| match one["mode"]["number"].as_u64() {
        Some(number) => number.to_string(),
        None => one["mode"]["slug"].as_str().unwrap_or("-").to_owned(),
    };
    list(diagnosis, key).iter().map(name).collect()
}

/// What a case expects of a list, as [`modes`] has it.
pub fn expected(case: &Value, key: &str) -> Vec<String> {
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    case[key].as_array().into_iter().flatten().map(word).collect()
}

pub fn outcomes(diagnosis: &Value) -> Vec<&str> {
    list(diagnosis, "paths").iter().map(|path| path["outcome"].as_str().unwrap()).collect()
}

/// Collects what went wrong over all cases, so that one run shows all of it.
pub fn check(group: &str, judge: impl Fn(&Value, &Value, i32) -> Result<(), String>) -> usize {
    let cases = cases(group);
    let mut wrong = Vec::new();
    for (name, case) in &cases {
        let outcome = ask(&repository(case), case);
        if !matches!(outcome.code, 0 | 2 | 3) {
            wrong.push(format!("{group}/{name}: exit code {}: {}", outcome.code, outcome.stderr));
            continue;
        }
        let diagnosis = outcome.json();
        if let Err(problem) = judge(case, &diagnosis, outcome.code) {
            let titles: Vec<String> = list(&diagnosis, "causes")
                .iter()
                .map(|cause| format!("{} {}: {}", cause["mode"], cause["likelihood"], cause["title"]))
                .collect();
            wrong.push(format!("{group}/{name}: {problem}\n    {}", titles.join("\n    ")));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    cases.len()
}

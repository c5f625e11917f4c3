use super::*;
use crate::model::live::Answer;
use crate::model::{Api, CoverageStatus};

/// A snapshot of which no variable may be read.
fn read(path: &Path) -> Result<LiveState, SnapshotError> {
    super::read(path, &AllowedVariables::default())
}

fn read_to_serve(path: &Path) -> Result<LiveState, SnapshotError> {
    super::read_to_serve(path, &AllowedVariables::default())
}

#[test]
fn what_is_no_snapshot_is_told_with_its_place() {
    for (text, problem) in [
        ("", "is no JSON: EOF while parsing"),
        ("{\"format\": \"gcp-drift/live-state\",\n \"version\": 1,,}", "line 2 column 15"),
        ("[]", "it is no JSON object"),
        ("7", "it is no JSON object"),
        ("{}", "it has no format"),
        (r#"{"format": "other", "version": 1}"#, "its format is `other`"),
        (r#"{"format": "gcp-drift/live-state"}"#, "has no version"),
        (r#"{"format": "gcp-drift/live-state", "version": "1"}"#, "has no version"),
        (r#"{"format": "gcp-drift/live-state", "version": 0}"#, "has version 0, which never was"),
        (r#"{"format": "gcp-drift/live-state", "version": 2, "new": 1}"#, "use a newer gcp-drift"),
        ("{\"format\": \"gcp-drift/live-state\", \"version\": 1,\n\"answer\": []}", "unknown field `answer`"),
        (
            "{\"format\": \"gcp-drift/live-state\", \"version\": 1, \"answers\": [\n{\"api\": \"run.jobs2\"}]}",
            "at line 2 column",
        ),
    ] {
        let error = parse(text.as_bytes()).unwrap_err();
        assert!(error.contains(problem), "{text}: {error}");
    }
}

#[test]
fn a_problem_quotes_no_escape_codes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.json");
    for text in [
        r#"{"format": "x\u001b[31m\nforged", "version": 1}"#,
        r#"{"format": "gcp-drift/live-state", "version": 1, "\u001b[2J": 1}"#,
    ] {
        std::fs::write(&path, text).unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("\\u{1b}[") && !error.contains(char::is_control), "{error:?}");
    }
}

#[test]
fn two_answers_of_one_collection_are_refused() {
    let answer = r#"{"api": "run.services", "project": "p", "region": "r"}"#;
    let text = format!(r#"{{"format": "gcp-drift/live-state", "version": 1, "answers": [{answer}, {answer}]}}"#);
    let error = parse(text.as_bytes()).unwrap_err();
    assert!(error.ends_with("it holds two answers of run.services in p/r, number 1 and 2"), "{error}");

    let of = |name: &str| format!(r#"{{"api": "compute.effectiveFirewalls", "project": "p", "of": "{name}"}}"#);
    let state = |first: &str, second: &str| {
        let answers = format!("{}, {}", of(first), of(second));
        parse(format!(r#"{{"format": "gcp-drift/live-state", "version": 1, "answers": [{answers}]}}"#).as_bytes())
    };
    assert_eq!(state("projects/p/global/networks/a", "projects/p/global/networks/b").unwrap().answers.len(), 2);
    let error = state("projects/p/global/networks/a", "projects/p/global/networks/a").unwrap_err();
    assert!(error.contains("compute.effectiveFirewalls of projects/p/global/networks/a in p/all regions"), "{error}");
}

#[test]
fn every_cut_of_a_snapshot_is_refused() {
    let state = LiveState {
        format: LiveState::FORMAT.into(),
        version: LiveState::VERSION,
        project_numbers: [("p".to_owned(), "1".to_owned())].into(),
        ..LiveState::default()
    };
    let text = serde_json::to_string_pretty(&state).unwrap();
    for end in 0..text.len() {
        let error = parse(&text.as_bytes()[..end]).unwrap_err();
        assert!(error.contains("EOF while parsing") && error.contains("at line"), "{end}: {error}");
    }
    assert!(parse(text.as_bytes()).is_ok());
    assert!(parse(format!("{text} {{}}").as_bytes()).unwrap_err().contains("trailing characters at line"));
}

#[test]
fn wrong_types_are_told_with_their_place() {
    for (answers, problem) in [
        (r#"{}"#, "invalid type: map, expected a sequence at line 1 column"),
        (r#"[{"api": "run.services", "project": 7}]"#, "invalid type: integer `7`, expected a string at line 1"),
        (r#"[{"api": "run.services", "project": "p", "items": "x"}]"#, "expected a sequence at line 1"),
        (r#"[{"api": "run.services", "project": "p", "status": "fine"}]"#, "unknown variant `fine`"),
        (r#"[{"api": "run.services", "project": "p", "http_status": 70000}]"#, "expected u16 at line 1"),
        (r#"[{"api": "compute.newThings", "project": "p"}]"#, "unknown variant `compute.newThings`"),
        (r#"[{"api": "run.services"}]"#, "missing field `project` at line 1"),
        (r#"[{"api": "run.services", "project": "p", "region": "r", "regoin": "r"}]"#, "unknown field `regoin`"),
    ] {
        let text = format!(r#"{{"format": "gcp-drift/live-state", "version": 1, "answers": {answers}}}"#);
        let error = parse(text.as_bytes()).unwrap_err();
        assert!(error.contains(problem) && error.contains(" at line 1 column "), "{answers}: {error}");
    }
}

#[cfg(unix)]
#[test]
fn a_write_that_fails_leaves_the_old_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let state = LiveState { format: LiveState::FORMAT.into(), version: LiveState::VERSION, ..LiveState::default() };
    write(&path, &state).unwrap();
    let old = std::fs::read(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "only its owner may read it");

    // A folder that stands where the file should go can be replaced by nobody, root included.
    let taken = folder.path().join("taken");
    std::fs::create_dir_all(taken.join("inside")).unwrap();
    let error = write(&taken, &state).unwrap_err().to_string();
    assert!(error.contains("taken cannot be written: "), "{error}");
    assert!(taken.join("inside").is_dir());

    // Writing that breaks off half-way: no byte of it reaches the file.
    let error = replace(&path, |out| {
        out.write_all(b"{\"half\": ")?;
        Err(std::io::Error::other("the disk is full"))
    });
    assert!(error.unwrap_err().to_string().ends_with("cannot be written: the disk is full"));
    assert_eq!(std::fs::read(&path).unwrap(), old);
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "no temporary file stays: {left:?}");
}

#[test]
fn two_writers_at_once_leave_one_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let state = |number: u32| LiveState {
        format: LiveState::FORMAT.into(),
        version: LiveState::VERSION,
        project_numbers: (0..500).map(|index| (format!("p{index}"), number.to_string())).collect(),
        ..LiveState::default()
    };
    write(&path, &state(0)).unwrap();
    std::thread::scope(|scope| {
        for number in 1..=4 {
            let (path, state) = (&path, state(number));
            scope.spawn(move || (0..10).for_each(|_| write(path, &state).unwrap()));
        }
        for _ in 0..40 {
            let read = read(&path).unwrap();
            assert_eq!(read.project_numbers.values().collect::<std::collections::BTreeSet<_>>().len(), 1);
        }
    });
}

#[test]
fn hashes_of_another_key_are_kept_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let text = |key: &str| {
        format!(
            r#"{{"format": "gcp-drift/live-state", "version": 1, {key} "answers": [{{"api": "run.services",
            "project": "p", "region": "r", "items": [{{"env": [{{"name": "A", "value": "[redacted:0a1b2c3d]"}},
            {{"name": "B", "value": "hunter2"}}]}}]}}]}}"#
        )
    };
    let values = |state: &LiveState| {
        let value = |at: usize| state.answers[0].items[0]["env"][at]["value"].as_str().unwrap().to_owned();
        (value(0), value(1))
    };
    std::fs::write(&path, text(r#""redaction_key": "00000000","#)).unwrap();
    let foreign = read(&path).unwrap();
    assert_eq!(foreign.redaction_key.as_deref(), Some("00000000"));
    assert_eq!(values(&foreign), ("[redacted:0a1b2c3d]".to_owned(), "[redacted]".to_owned()));
    let served = read_to_serve(&path).unwrap();
    assert_eq!(values(&served), ("[redacted]".to_owned(), "[redacted]".to_owned()));

    std::fs::write(&path, text("")).unwrap();
    let own = read(&path).unwrap();
    assert_eq!(own.redaction_key, redaction::key_id());
    assert!(values(&own).1.starts_with("[redacted:"), "{own:?}");
    write(&path, &own).unwrap();
    assert_eq!(read(&path).unwrap(), own, "redacting twice changes nothing");
}

#[test]
fn a_file_that_is_too_large_or_no_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.json");
    std::fs::write(&path, "0123456789").unwrap();
    assert_eq!(bytes(&path, 10).unwrap().len(), 10);
    assert_eq!(bytes(&path, 9).unwrap_err(), "is larger than 9 bytes");
    assert!(bytes(folder.path(), 9).is_err());
    let error = read(&folder.path().join("none.json")).unwrap_err().to_string();
    assert!(error.contains("none.json cannot be read: "), "{error}");
}

#[test]
fn what_is_written_is_read_back_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    std::fs::write(&path, "old").unwrap();
    let answer = Answer {
        api: Api::RunServices,
        project: "p".into(),
        region: Some("r".into()),
        of: None,
        time: None,
        status: CoverageStatus::Answered,
        http_status: Some(200),
        detail: "password=x".into(),
        items: vec![serde_json::json!({"env": [{"name": "A", "value": "x"}]})],
        unreachable: vec![],
        error: None,
    };
    let mut state = LiveState {
        format: LiveState::FORMAT.into(),
        version: LiveState::VERSION,
        answers: vec![answer],
        ..LiveState::default()
    };
    write(&path, &state).unwrap();
    let clean = read(&path).unwrap();
    state.answers[0].items = clean.answers[0].items.clone();
    state.answers[0].detail = "password=[redacted]".into();
    state.redaction_key = redaction::key_id();
    assert_eq!(clean, state);
    let value = clean.answers[0].items[0]["env"][0]["value"].as_str().unwrap();
    assert!(value.starts_with("[redacted:") && value.len() == "[redacted:xxxxxxxx]".len(), "{value}");
    assert!(write(&folder.path().join("no/such/folder.json"), &state).is_err());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file stays");
}

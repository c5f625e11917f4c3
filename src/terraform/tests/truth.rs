//! What the real Terraform plans for expressions, kept in text files beside them, and how the evaluator compares.
//!
//! A truth file holds one expression a line, each followed by one indented line with what Terraform says of it:
//!
//! ```text
//! # a comment
//! upper("a")
//!     = "A"
//! upper([])
//!     ! error
//! [upper(local.unknown_string), "b"]
//!     ? [true] of [null,"b"]
//! ```
//!
//! `=` is a known value, `!` an error, `?` the shape of what is unknown (`true` at unknown leaves) and the rest of the
//! value. A further indented line that begins with `~` admits a difference and says why: `~ refined:` where the tool
//! knows what Terraform 1.11 does not, `~ coarser:` where it does not know what Terraform knows, `~ error:` where only
//! one of them fails. There is no word for another value: that is never admitted. An admission that is no longer
//! needed fails the test.
//!
//! The expressions see `tests/terraform/prelude/main.tf`. `GCP_DRIFT_RECORD_TERRAFORM=1 cargo test --lib truth` asks
//! the binary again and rewrites the answers.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

use super::super::evaluate::{Scope, evaluate};
use super::super::syntax::parse_expression;
use super::super::value::{Kind, Value, to_json};
use super::super::{Loaded, with_stack};
use super::load_dir;
use crate::config::TerraformConfig;

/// What Terraform says of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Truth {
    Error,
    /// The value with null at unknown leaves, and the shape of what is unknown: `false` where nothing is.
    Value(Json, Json),
}

/// An admitted difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Admitted {
    pub(super) verdict: Outcome,
    pub(super) reason: String,
}

/// One expression of a truth file.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) expression: String,
    pub(super) truth: Option<Truth>,
    pub(super) admitted: Option<Admitted>,
    comments: Vec<String>,
}

/// How the tool's answer compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    Same,
    /// Known here, unknown to Terraform.
    Refined,
    /// Unknown here, known to Terraform.
    Coarser,
    /// An error on one side only.
    ErrorDiffers,
    /// Both know, and not the same.
    Wrong,
}

/// The folder of a kind of truth files, such as `functions`.
pub(super) fn folder(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/terraform").join(kind)
}

/// The truth files of a folder, by the name before `.txt`.
pub(super) fn files(folder: &Path) -> BTreeMap<String, PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = |path: PathBuf| Some((path.file_name()?.to_str()?.strip_suffix(".txt")?.to_owned(), path));
    entries.filter_map(named).collect()
}

/// Reads a truth file.
pub(super) fn read(path: &Path) -> Vec<Row> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut rows: Vec<Row> = Vec::new();
    let mut comments = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let place = format!("{}:{}", path.display(), at + 1);
        if line.trim().is_empty() || line.starts_with('#') {
            comments.push(line.to_owned());
        } else if !line.starts_with("    ") {
            let comments = std::mem::take(&mut comments);
            rows.push(Row { expression: line.to_owned(), truth: None, admitted: None, comments });
        } else {
            let row = rows.last_mut().unwrap_or_else(|| panic!("{place}: an answer without an expression"));
            let (sign, rest) = line.trim().split_at(1);
            match sign {
                "!" => row.truth = Some(Truth::Error),
                "=" => row.truth = Some(Truth::Value(serde_json::from_str(rest).unwrap(), json!(false))),
                "?" => {
                    let (shape, value) = rest.split_once(" of ").unwrap_or((rest, "null"));
                    let shape = serde_json::from_str(shape).unwrap_or_else(|error| panic!("{place}: {error}"));
                    row.truth = Some(Truth::Value(serde_json::from_str(value).unwrap(), shape));
                }
                "~" => {
                    let (word, reason) = rest.split_once(':').unwrap_or_else(|| panic!("{place}: no reason"));
                    let verdict = match word.trim() {
                        "refined" => Outcome::Refined,
                        "coarser" => Outcome::Coarser,
                        "error" => Outcome::ErrorDiffers,
                        other => panic!("{place}: `{other}` admits nothing"),
                    };
                    row.admitted = Some(Admitted { verdict, reason: reason.trim().to_owned() });
                }
                other => panic!("{place}: `{other}` is no answer"),
            }
        }
    }
    rows
}

fn write(path: &Path, rows: &[Row]) {
    let mut text = String::new();
    for row in rows {
        for comment in &row.comments {
            writeln!(text, "{comment}").unwrap();
        }
        writeln!(text, "{}", row.expression).unwrap();
        match &row.truth {
            None => {}
            Some(Truth::Error) => writeln!(text, "    ! error").unwrap(),
            Some(Truth::Value(value, Json::Bool(false))) => writeln!(text, "    = {value}").unwrap(),
            Some(Truth::Value(Json::Null, shape)) => writeln!(text, "    ? {shape}").unwrap(),
            Some(Truth::Value(value, shape)) => writeln!(text, "    ? {shape} of {value}").unwrap(),
        }
        if let Some(admitted) = &row.admitted {
            let word = match admitted.verdict {
                Outcome::Refined => "refined",
                Outcome::Coarser => "coarser",
                _ => "error",
            };
            writeln!(text, "    ~ {word}: {}", admitted.reason).unwrap();
        }
    }
    std::fs::write(path, text).unwrap();
}

/// True where the answers are to be asked of the binary again.
pub(super) fn records() -> bool {
    std::env::var_os("GCP_DRIFT_RECORD_TERRAFORM").is_some()
}

/// True where the answers of a file are asked again: all, or those named with commas between.
pub(super) fn is_recorded(name: &str) -> bool {
    let wanted = std::env::var("GCP_DRIFT_RECORD_TERRAFORM").unwrap_or_default();
    wanted == "1" || wanted.split(',').any(|own| own == name)
}

/// Asks the binary for all rows of a file, and rewrites it.
pub(super) fn record(path: &Path) {
    let mut rows = read(path);
    let expressions: Vec<String> = rows.iter().map(|row| row.expression.clone()).collect();
    for (row, truth) in rows.iter_mut().zip(ask(&expressions)) {
        row.truth = Some(truth);
    }
    write(path, &rows);
}

/// True where the binary is there.
pub(super) fn has_terraform() -> bool {
    let found = Command::new("terraform").arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}

fn terraform(dir: &Path, args: &[&str]) -> String {
    let mut command = Command::new("terraform");
    command.args(args).current_dir(dir).env("CHECKPOINT_DISABLE", "1").stdin(Stdio::null()).stderr(Stdio::null());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TF_")) {
        command.env_remove(name);
    }
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

/// What `terraform plan` says of expressions in the scope of the prelude: each is an output in a file of its own, so
/// that an error names it; those with an error are taken away until the rest can be planned.
pub(super) fn ask(expressions: &[String]) -> Vec<Truth> {
    let dir = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(folder("prelude")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), dir.path().join(entry.file_name())).unwrap();
    }
    let file = |at: usize| format!("o{at}.tf");
    for (at, expression) in expressions.iter().enumerate() {
        // In a tuple also null is a value of the plan.
        let text = format!("output \"o{at}\" {{\n  value = [\n{expression}\n  ]\n  sensitive = true\n}}\n");
        std::fs::write(dir.path().join(file(at)), text).unwrap();
    }
    let mut truths: Vec<Option<Truth>> = vec![None; expressions.len()];
    loop {
        let messages = terraform(dir.path(), &["plan", "-json", "-input=false", "-refresh=false", "-out=plan"]);
        let mut failed = 0;
        for message in messages.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok()) {
            let diagnostic = &message["diagnostic"];
            if diagnostic["severity"] != "error" {
                continue;
            }
            let at = (0..expressions.len()).find(|&at| diagnostic["range"]["filename"] == file(at).as_str());
            let at = at.unwrap_or_else(|| panic!("an error of no expression: {diagnostic}"));
            if truths[at].is_none() {
                std::fs::remove_file(dir.path().join(file(at))).unwrap();
                truths[at] = Some(Truth::Error);
                failed += 1;
            }
        }
        if failed == 0 {
            break;
        }
    }
    let shown: Json = serde_json::from_str(&terraform(dir.path(), &["show", "-json", "plan"])).unwrap();
    let changes = &shown["output_changes"];
    let planned = |at: usize| {
        let change = &changes[format!("o{at}")];
        assert!(change.is_object(), "no answer for {}", expressions[at]);
        let unknown = match &change["after_unknown"] {
            Json::Array(items) => shape(items[0].clone()),
            other => shape(other.clone()),
        };
        // A wholly unknown output has no value.
        let value = change["after"].get(0).cloned().unwrap_or(Json::Null);
        Truth::Value(without_unknown(&value, &unknown), unknown)
    };
    truths.into_iter().enumerate().map(|(at, truth)| truth.unwrap_or_else(|| planned(at))).collect()
}

/// A shape of unknowns in one form: `false` where nothing is unknown, and objects without what is known.
pub(super) fn shape(unknown: Json) -> Json {
    match unknown {
        Json::Array(items) => {
            let items: Vec<Json> = items.into_iter().map(shape).collect();
            if items.iter().all(|item| *item == json!(false)) { json!(false) } else { Json::Array(items) }
        }
        Json::Object(fields) => {
            let fields = fields.into_iter().map(|(name, inner)| (name, shape(inner)));
            let fields: serde_json::Map<_, _> = fields.filter(|(_, inner)| *inner != json!(false)).collect();
            if fields.is_empty() { json!(false) } else { Json::Object(fields) }
        }
        other => other,
    }
}

/// The value with null, or nothing in an object, where it is unknown.
pub(super) fn without_unknown(value: &Json, unknown: &Json) -> Json {
    match (value, unknown) {
        (_, Json::Bool(true)) => Json::Null,
        (Json::Array(items), Json::Array(shapes)) => {
            items.iter().zip(shapes).map(|(item, shape)| without_unknown(item, shape)).collect()
        }
        (Json::Object(fields), Json::Object(shapes)) => {
            let open = |name: &str| shapes.get(name) == Some(&json!(true));
            let fields = fields.iter().filter(|(name, _)| !open(name));
            let inner = |name: &String, value| without_unknown(value, shapes.get(name).unwrap_or(&json!(false)));
            Json::Object(fields.map(|(name, value)| (name.clone(), inner(name, value))).collect())
        }
        _ => value.clone(),
    }
}

/// The evaluator over the prelude.
pub(super) fn prelude() -> Loaded {
    let config = TerraformConfig {
        roots: vec![".".to_owned()],
        workspace: Some("default".to_owned()),
        ..TerraformConfig::default()
    };
    let loaded = load_dir(&folder("prelude"), &config);
    assert_eq!(loaded.declarations().diagnostics, []);
    loaded
}

/// What the tool says of an expression.
pub(super) fn ours(loaded: &Loaded, expression: &str) -> Truth {
    let scope = Scope::module(loaded.deployments[0].instance);
    let mut guard = loaded.world.lock().unwrap();
    let world = &mut *guard;
    let evaluated = with_stack(move || {
        world.steps.set(0);
        let file = world.add_source("(expression)", expression.to_owned());
        let expr = parse_expression(expression, file).map_err(|error| error.text)?;
        evaluate(world, &scope, &expr).map_err(|failure| failure.text)
    });
    match evaluated.unwrap() {
        Err(_) => Truth::Error,
        Ok(value) => told(&value),
    }
}

/// A value in the plan's form.
pub(super) fn told(value: &Value) -> Truth {
    let unknown = shape(unknown_of(value));
    Truth::Value(without_unknown(&to_json(value), &unknown), unknown)
}

fn unknown_of(value: &Value) -> Json {
    match &value.kind {
        Kind::Unknown(_) => json!(true),
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => items.iter().map(unknown_of).collect(),
        Kind::Map(_, map) => Json::Object(map.iter().map(|(key, item)| (key.to_string(), unknown_of(item))).collect()),
        Kind::Object(object) if object.open.is_some() => json!(true),
        Kind::Object(object) => {
            Json::Object(object.fields.iter().map(|(key, item)| (key.to_string(), unknown_of(item))).collect())
        }
        _ => json!(false),
    }
}

/// Compares the tool's answer with Terraform's.
pub(super) fn compare(ours: &Truth, truth: &Truth) -> Outcome {
    match (ours, truth) {
        (Truth::Error, Truth::Error) => Outcome::Same,
        (Truth::Error, _) | (_, Truth::Error) => Outcome::ErrorDiffers,
        (Truth::Value(a, a_unknown), Truth::Value(b, b_unknown)) => compare_parts(a, a_unknown, b, b_unknown),
    }
}

fn compare_parts(a: &Json, a_unknown: &Json, b: &Json, b_unknown: &Json) -> Outcome {
    match (a_unknown, b_unknown) {
        (Json::Bool(true), Json::Bool(true)) => return Outcome::Same,
        (Json::Bool(true), _) => return Outcome::Coarser,
        (_, Json::Bool(true)) => return Outcome::Refined,
        (Json::Bool(false), Json::Bool(false)) => return if a == b { Outcome::Same } else { Outcome::Wrong },
        _ => {}
    }
    let known = json!(false);
    match (a, b) {
        (Json::Array(x), Json::Array(y)) if x.len() == y.len() => {
            let part = |unknown: &Json, at: usize| unknown.get(at).cloned().unwrap_or_else(|| known.clone());
            let parts = x.iter().zip(y).enumerate();
            let parts = parts.map(|(at, (x, y))| compare_parts(x, &part(a_unknown, at), y, &part(b_unknown, at)));
            parts.max().unwrap_or(Outcome::Same)
        }
        (Json::Object(x), Json::Object(y)) => {
            let part = |unknown: &Json, name: &str| unknown.get(name).cloned().unwrap_or_else(|| known.clone());
            let names = |fields: &serde_json::Map<String, Json>, unknown: &Json| {
                let open = unknown.as_object().into_iter().flat_map(|fields| fields.keys().cloned());
                fields.keys().cloned().chain(open).collect::<std::collections::BTreeSet<String>>()
            };
            if names(x, a_unknown) != names(y, b_unknown) {
                return Outcome::Wrong;
            }
            let one = |name: &String| {
                let (x, y) = (x.get(name).unwrap_or(&Json::Null), y.get(name).unwrap_or(&Json::Null));
                compare_parts(x, &part(a_unknown, name), y, &part(b_unknown, name))
            };
            names(x, a_unknown).iter().map(one).max().unwrap_or(Outcome::Same)
        }
        _ => Outcome::Wrong,
    }
}

/// How the rows of one file compare.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) rows: usize,
    pub(super) errors: usize,
    pub(super) same: usize,
    /// Differences that are admitted, with their reasons.
    pub(super) admitted: Vec<(Row, Outcome)>,
    /// What fails the test: differences that are not admitted, and admissions that are not needed.
    pub(super) wrong: Vec<String>,
}

/// Evaluates the rows of a truth file.
pub(super) fn tally(loaded: &Loaded, rows: &[Row]) -> Tally {
    let mut tally = Tally { rows: rows.len(), ..Tally::default() };
    for row in rows {
        let Some(truth) = &row.truth else {
            tally.wrong.push(format!("{}: not recorded", row.expression));
            continue;
        };
        let ours = ours(loaded, &row.expression);
        let outcome = compare(&ours, truth);
        tally.errors += usize::from(*truth == Truth::Error);
        match (outcome, &row.admitted) {
            (Outcome::Same, None) => tally.same += 1,
            (Outcome::Same, Some(_)) => {
                tally.wrong.push(format!("{}: the difference that is admitted is not there", row.expression));
            }
            (Outcome::Wrong, _) | (_, None) => tally
                .wrong
                .push(format!("{}\n  terraform: {truth:?}\n  here:      {ours:?}\n  ({outcome:?})", row.expression)),
            (outcome, Some(admitted)) if admitted.verdict == outcome => tally.admitted.push((row.clone(), outcome)),
            (outcome, Some(_)) => tally.wrong.push(format!("{}: admitted as another: {outcome:?}", row.expression)),
        }
    }
    tally
}

/// Asks the binary again for every `step`th row of a folder, so that the record cannot drift from what Terraform does.
pub(super) fn recheck(folder: &Path, step: usize) {
    if !has_terraform() {
        crate::testing::skip("terraform is not on PATH");
        return;
    }
    let rows: Vec<Row> = files(folder).values().flat_map(|path| read(path)).step_by(step).collect();
    let expressions: Vec<String> = rows.iter().map(|row| row.expression.clone()).collect();
    for (row, truth) in rows.iter().zip(ask(&expressions)) {
        assert_eq!(row.truth.as_ref(), Some(&truth), "{}", row.expression);
    }
}

#[test]
fn a_difference_is_told_from_agreement() {
    let value = |value: Json, unknown: Json| Truth::Value(value, unknown);
    let known = |json: Json| value(json, json!(false));
    for (ours, truth, expected) in [
        (known(json!([1, 2])), known(json!([1, 2])), Outcome::Same),
        (known(json!([1, 3])), known(json!([1, 2])), Outcome::Wrong),
        (known(json!([1, 2])), value(json!([1, null]), json!([false, true])), Outcome::Refined),
        (value(json!([1, null]), json!([false, true])), known(json!([1, 2])), Outcome::Coarser),
        (value(json!([1, null]), json!([false, true])), value(json!([2, null]), json!([false, true])), Outcome::Wrong),
        (value(json!({"a": 1}), json!({"b": true})), value(json!({"a": 1}), json!({"b": true})), Outcome::Same),
        (value(json!({"a": 1}), json!({"b": true})), known(json!({"a": 1})), Outcome::Wrong),
        (value(json!(null), json!(true)), known(json!(null)), Outcome::Coarser),
        (Truth::Error, known(json!(null)), Outcome::ErrorDiffers),
        (Truth::Error, Truth::Error, Outcome::Same),
    ] {
        assert_eq!(compare(&ours, &truth), expected, "{ours:?} {truth:?}");
    }
}

//! The JSON of `show tests`, schema version 1.

use serde_json::{Value, json};

use crate::model::tests::{
    BrokenImport, ChainLink, ClassProblem, CriticalImport, RequiredClass, TestIndex, UnregisteredMark,
};
use crate::model::{Diagnostic, Origin};

/// What was understood of the pytest code base. `seconds` is how long that took.
pub fn show(index: &TestIndex, seconds: f64) -> Value {
    let summary = &index.summary;
    json!({
        "schema_version": 1,
        "summary": {
            "files": summary.files,
            "test_files": summary.test_files,
            "broad_test_files": summary.broad_test_files,
            "python_files": summary.python_files,
            "bytes": summary.bytes,
            "cap": summary.cap,
            "beyond_cap": summary.beyond_cap,
            "seconds": seconds,
        },
        "categories": index.categories,
        "exclusions": index.exclusions,
        "imports": {
            "broken": index.broken.iter().map(broken).collect::<Vec<_>>(),
            "critical": index.critical.iter().map(critical).collect::<Vec<_>>(),
        },
        "marks": index.marks.iter().map(mark).collect::<Vec<_>>(),
        "classes": index.classes.iter().map(class).collect::<Vec<_>>(),
        "backups": index.backups,
        "config": index.config.iter().map(diagnostic).collect::<Vec<_>>(),
        "parse_errors": index.parse_errors.iter().map(diagnostic).collect::<Vec<_>>(),
        "incomplete": index.incomplete.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn file(origin: &Origin) -> Option<&str> {
    origin.source().map(|span| span.file.as_str())
}

fn line(origin: &Origin) -> Option<u32> {
    origin.source().map(|span| span.start.line)
}

fn link(link: &ChainLink) -> Value {
    json!({ "file": file(&link.origin), "line": line(&link.origin), "text": link.text })
}

fn broken(import: &BrokenImport) -> Value {
    json!({
        "file": file(&import.origin),
        "line": line(&import.origin),
        "module": import.module,
        "symbol": import.symbol,
        "kind": if import.symbol.is_some() { "symbol" } else { "module" },
        "certainty": import.certainty.word(),
        "circular": import.circular,
        "suggestion": import.suggestion,
        "root_cause": {
            "breaks_test_files": import.breaks_test_files,
            "example": import.example.iter().map(link).collect::<Vec<_>>(),
        },
    })
}

fn mark(mark: &UnregisteredMark) -> Value {
    json!({
        "name": mark.name,
        "places": mark.places.iter().map(place).collect::<Vec<_>>(),
        "test_files": mark.test_files,
        "suggestion": mark.suggestion,
        "doubt": mark.doubt.as_ref().map(ToString::to_string),
    })
}

fn place(origin: &Origin) -> Value {
    json!({ "file": file(origin), "line": line(origin) })
}

fn critical(import: &CriticalImport) -> Value {
    json!({
        "module": import.module,
        "verdict": import.verdict,
        "chain": import.chain.iter().map(link).collect::<Vec<_>>(),
        "whys": import.whys.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn class(class: &RequiredClass) -> Value {
    let candidates = class.candidates.iter().map(|candidate| {
        json!({
            "file": file(&candidate.origin),
            "line": line(&candidate.origin),
            "tests": candidate.tests,
            "why_not": candidate.why_not,
        })
    });
    json!({
        "name": class.name,
        "category": class.category,
        "verdict": verdict(class),
        "places": class.places.iter().map(place).collect::<Vec<_>>(),
        "elsewhere": class.elsewhere.as_ref().map(place),
        "candidates": candidates.collect::<Vec<_>>(),
        "problems": class.problems,
        "whys": class.unknown.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

/// One word for a class: `ok`, or its first problem.
fn verdict(class: &RequiredClass) -> &'static str {
    match class.problems.first() {
        None if !class.unknown.is_empty() => "not-checked",
        None => "ok",
        Some(ClassProblem::Missing) if class.candidates.iter().any(|candidate| candidate.why_not.is_none()) => {
            "only-in-backup"
        }
        Some(ClassProblem::Missing) => "missing",
        Some(ClassProblem::NotCollectable(_)) => "not-collectable",
        Some(ClassProblem::NoTests) => "without-tests",
        Some(ClassProblem::Stub(_)) => "stub",
        Some(ClassProblem::Unmarked(_)) => "unmarked",
        Some(ClassProblem::MethodsMissing(_)) => "methods-missing",
    }
}

fn diagnostic(diagnostic: &Diagnostic) -> Value {
    json!({
        "level": diagnostic.level,
        "text": diagnostic.text,
        "file": diagnostic.origin.as_ref().and_then(file),
        "line": diagnostic.origin.as_ref().and_then(line),
    })
}

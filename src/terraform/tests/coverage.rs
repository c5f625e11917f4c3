//! How much the truth files hold of each function, how often the tool says what Terraform says, and the page that
//! tells it: `docs/terraform.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::functions;
use super::truth::{Outcome, Row, Tally, files, folder, prelude, read, tally};

/// What each function's file must hold at least.
const MIN_ROWS: usize = 8;
const MIN_ERRORS: usize = 2;

/// The rows of one truth file, counted.
struct Counted {
    tally: Tally,
    /// Rows with an argument that is or may be null.
    null: usize,
    /// Rows with something that Terraform does not know.
    unknown: usize,
}

fn counted(kind: &str) -> BTreeMap<String, Counted> {
    let loaded = prelude();
    let count = |rows: &[Row]| Counted {
        tally: tally(&loaded, rows),
        // A comparison with null is there to see what is known of a result.
        null: rows.iter().filter(|row| row.expression.replace("== null", "").contains("null")).count(),
        unknown: rows.iter().filter(|row| row.expression.contains("unknown")).count(),
    };
    files(&folder(kind)).into_iter().map(|(name, path)| (name, count(&read(&path)))).collect()
}

#[test]
fn every_function_is_compared_in_every_way() {
    let functions = counted("functions");
    let mut names: Vec<&str> = functions::names();
    names.extend(["try", "can"]);
    names.sort_unstable();
    assert_eq!(functions.keys().map(String::as_str).collect::<Vec<_>>(), names, "a file for each function, no other");
    let mut lacking = Vec::new();
    for (name, Counted { tally, null, unknown }) in &functions {
        let enough = tally.rows >= MIN_ROWS && tally.errors >= MIN_ERRORS && *null >= 1 && *unknown >= 1;
        if !enough {
            lacking
                .push(format!("{name}: {} rows, {} errors, {null} null, {unknown} unknown", tally.rows, tally.errors));
        }
    }
    assert!(lacking.is_empty(), "too few rows:\n{}", lacking.join("\n"));
}

#[test]
fn functions_say_what_terraform_says_in_99_of_100_rows_and_never_know_more() {
    let functions = counted("functions");
    let sum = |of: fn(&Counted) -> usize| functions.values().map(of).sum::<usize>();
    let (rows, same) = (sum(|own| own.tally.rows), sum(|own| own.tally.same));
    assert!(same * 100 >= rows * 99, "{same} of {rows} are the same");
    for (name, Counted { tally, .. }) in &functions {
        for (row, outcome) in &tally.admitted {
            assert_ne!(*outcome, Outcome::Refined, "{name}: {} is known here and not to Terraform", row.expression);
        }
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Refined => "known here only",
        Outcome::Coarser => "known to Terraform only",
        _ => "an error of one of both",
    }
}

/// One table of a folder of truth files.
fn table(out: &mut String, what: &str, files: &BTreeMap<String, Counted>) {
    writeln!(out, "| {what} | rows | errors | null | unknown | equal | admitted |").unwrap();
    writeln!(out, "| --- | --- | --- | --- | --- | --- | --- |").unwrap();
    let mut all = [0; 6];
    for (name, Counted { tally, null, unknown }) in files {
        let row = [tally.rows, tally.errors, *null, *unknown, tally.same, tally.admitted.len()];
        all.iter_mut().zip(row).for_each(|(sum, own)| *sum += own);
        writeln!(out, "| `{name}` | {} |", row.map(|own| own.to_string()).join(" | ")).unwrap();
    }
    writeln!(out, "| all | {} |", all.map(|own| own.to_string()).join(" | ")).unwrap();
}

/// The differences that a folder's files admit.
fn differences(out: &mut String, files: &BTreeMap<String, Counted>) {
    let admitted = files.iter().flat_map(|(name, own)| own.tally.admitted.iter().map(move |row| (name, row)));
    for (name, (row, outcome)) in admitted {
        let reason = row.admitted.as_ref().map(|admitted| admitted.reason.as_str()).unwrap_or_default();
        // Two marks, so that an expression may hold one.
        writeln!(out, "- `{name}`: `` {} `` — {}: {reason}", row.expression, word(*outcome)).unwrap();
    }
}

fn page() -> String {
    let (functions, language) = (counted("functions"), counted("language"));
    let mut out = String::from(
        "# How Terraform is evaluated

<!-- Written by `make docs` from tests/terraform; a test fails where it is stale. -->

gcp-drift evaluates a configuration as `terraform plan` of Terraform 1.11 does, without running it. What Terraform
knows only when it applies is unknown here as well, with the reason. The signatures of the functions are those of the
binary (`src/terraform/functions/signatures.json`), and what they give is compared with what the binary plans for the
expressions in `tests/terraform/functions` and `tests/terraform/language`. `GCP_DRIFT_RECORD_TERRAFORM=1 cargo test
--lib truth_files` asks the binary again.

## Functions

All functions of Terraform 1.11 are there. `bcrypt`, `plantimestamp`, `timestamp` and `uuid` differ from run to run,
`rsadecrypt` gives a secret, and the bytes of `base64gzip` belong to Terraform's version: their results are unknown.
Files are read in the repository only; what lies outside is unknown.

",
    );
    table(&mut out, "function", &functions);
    out.push_str("\n## Language\n\n");
    table(&mut out, "topic", &language);
    out.push_str("\n## Differences\n\nNo value differs from Terraform's. What is admitted, and why:\n\n");
    differences(&mut out, &functions);
    differences(&mut out, &language);
    out.push_str("\n## Whole plans\n\nWhat differs in the configurations of `tests/terraform/plans`, each planned by the binary:\n\n");
    plans(&mut out);
    out
}

/// The differences that the cases of whole plans admit: the output or resource, how it differs, and why.
fn plans(out: &mut String) {
    let mut cases: Vec<_> = std::fs::read_dir(folder("plans")).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    for case in cases {
        let admitted = std::fs::read_to_string(case.join("admitted.txt")).unwrap_or_default();
        for line in admitted.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            writeln!(out, "- `{}`: {line}", case.file_name().unwrap().to_string_lossy()).unwrap();
        }
    }
}

#[test]
fn docs_terraform_md_is_the_printed_comparison() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/terraform.md");
    let page = page();
    if std::env::var_os("GCP_DRIFT_UPDATE_DOCS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    assert!(written == page, "docs/terraform.md is stale: run `make docs`");
}

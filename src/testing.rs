//! What unit tests share.

use std::io::Write;

/// Says that a test is skipped because something is absent. It is written past the capture of the test harness, so
/// that it is always seen; `.ci/run` compares it with the committed list of allowed skips.
pub(crate) fn skip(what: &str) {
    writeln!(std::io::stderr(), "SKIPPED: {what}").unwrap();
}

/// Compares a schema with the committed one; `UPDATE_SCHEMA=1` writes it.
pub(crate) fn committed_schema(file: &str, schema: &serde_json::Value) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema").join(file);
    let fresh = serde_json::to_string_pretty(schema).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some_and(|value| value == "1") {
        std::fs::write(&path, &fresh).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    let stale = "is stale: run `UPDATE_SCHEMA=1 cargo test --lib the_committed_schema` and look at its diff";
    assert!(committed == fresh, "docs/schema/{file} {stale}");
}

/// Compares a document that is printed from code with the committed one; `GCP_DRIFT_UPDATE_DOCS=1` writes it.
pub(crate) fn document(file: &str, fresh: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("GCP_DRIFT_UPDATE_DOCS").is_some() {
        std::fs::write(&path, fresh).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(committed == fresh, "{file} is stale: run `make docs`");
}

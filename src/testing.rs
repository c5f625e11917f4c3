//! What unit tests share.

use std::io::Write;

/// Says that a test is skipped because something is absent. It is written past the capture of the test harness, so
/// that it is always seen; `.ci/run` compares it with the committed list of allowed skips.
pub(crate) fn skip(what: &str) {
    writeln!(std::io::stderr(), "SKIPPED: {what}").unwrap();
}

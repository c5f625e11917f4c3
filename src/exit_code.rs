//! Exit codes: the same for every command and format.

/// Clean: everything asked for was checked, nothing at or above `--fail-on`.
pub const CLEAN: u8 = 0;
/// The tool failed: no verdict.
pub const FAILED: u8 = 1;
/// Findings at or above `--fail-on`.
pub const FINDINGS: u8 = 2;
/// No such finding, but something that a rule needed could not be checked, or nothing at all was found to check.
pub const NOT_CHECKED: u8 = 3;
/// Wrong usage.
pub const USAGE: u8 = 64;

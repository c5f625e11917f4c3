//! Writing to stdout, stderr and files. A reader that closes the pipe early is no error.

use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;

use clap::ValueEnum;

use super::error::CliError;
use crate::files;
use crate::report::terminal::Style;

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Writes the report to stdout.
///
/// # Errors
/// Where stdout cannot be written to, other than because its reader has gone.
pub fn stdout(text: &str) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(CliError::failed("write the output", error)),
        _ => Ok(()),
    }
}

/// Writes a line to stderr; that it cannot be written has nobody left to tell.
pub fn stderr(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Writes a file in one step: whoever reads it sees the old or the new text, never half of it.
///
/// # Errors
/// Where the folder is not there or cannot be written to.
pub fn file(path: &Path, text: &str) -> Result<(), CliError> {
    files::replace(path, text.as_bytes()).map_err(|error| CliError::failed(format!("write {}", path.display()), error))
}

/// How to draw on stdout.
pub fn style(color: Color) -> Style {
    let terminal = std::io::stdout().is_terminal();
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => !set("NO_COLOR") && (set("CLICOLOR_FORCE") || set("FORCE_COLOR") || terminal),
    };
    let columns = std::env::var("COLUMNS").ok().and_then(|text| text.parse::<usize>().ok());
    let measured = terminal.then(terminal_size::terminal_size).flatten().map(|(width, _)| usize::from(width.0));
    // A terminal says how wide it is; elsewhere COLUMNS does; a pipe gets what fits most screens.
    let width = measured.or(columns).unwrap_or(100).clamp(40, 160);
    Style { width, color, unicode: terminal }
}

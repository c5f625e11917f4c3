//! `gcp-drift init`: a commented configuration from what is found.

use std::path::PathBuf;

use super::error::CliError;
use super::output;
use crate::config;
use crate::exit_code;

/// Write a commented gcp-drift.toml from what is found here
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the repository
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Print it instead of writing it
    #[arg(long)]
    print: bool,
    /// Replace a file that is already there
    #[arg(long)]
    force: bool,
}

/// Runs the command.
///
/// # Errors
/// A file that is already there, a folder that cannot be written to.
pub fn run(args: &Args) -> Result<u8, CliError> {
    let root =
        args.dir.canonicalize().map_err(|error| CliError::failed(format!("open {}", args.dir.display()), error))?;
    let text = config::init::text(&config::init::discover(&root));
    if args.print {
        output::stdout(&text)?;
        return Ok(exit_code::CLEAN);
    }
    let path = args.dir.join("gcp-drift.toml");
    if path.exists() && !args.force {
        return Err(CliError::usage(format!("{} is already there; --force replaces it", path.display())));
    }
    output::file(&path, &text)?;
    output::stderr(&format!("wrote {}", path.display()));
    Ok(exit_code::CLEAN)
}

//! `gcp-drift rollback`: undoes what a restore has written.

use super::error::CliError;
use super::output;
use super::setup::{CommonArgs, Setup};
use crate::exit_code;
use crate::files::{Folder, Journal};
use crate::testinfra::restore::STATE;
use crate::testinfra::restore::record::{self, Record, RollbackError};

/// Undo exactly what a restore has written; lists the restores where none is named
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: CommonArgs,
    /// The restore, as `gcp-drift restore --apply` names it
    #[arg(value_name = "ID", conflicts_with = "last")]
    id: Option<String>,
    /// The last restore
    #[arg(long)]
    last: bool,
}

/// Runs the command.
///
/// # Errors
/// No such restore, a file that has changed since, a file that cannot be written.
pub fn run(args: &Args) -> Result<u8, CliError> {
    let setup = Setup::load(&args.common)?;
    let folder = Folder::new(&setup.root).map_err(|error| CliError::failed("open the repository", error))?;
    if args.id.is_none() && !args.last {
        return list(&folder);
    }
    if args.id.as_ref().is_some_and(|id| id.contains(['/', '\\'])) {
        return Err(CliError::usage("an id of a restore is a name, not a path"));
    }
    let journal = Journal::open(&folder, STATE).map_err(|error| CliError::failed("roll back", error))?;
    let undone = record::rollback(&folder, &journal, args.id.as_deref());
    drop(journal);
    record::tidy(&folder);
    match undone {
        Ok(record) => {
            output::stderr(&format!("undone: {}", line(&record)));
            Ok(exit_code::CLEAN)
        }
        Err(error @ (RollbackError::Unknown(_) | RollbackError::None)) => Err(CliError::usage(error)),
        Err(error) => Err(CliError::failed("roll back", error)),
    }
}

fn list(folder: &Folder) -> Result<u8, CliError> {
    let records = record::list(folder).map_err(|error| CliError::failed("list the restores", error))?;
    if records.is_empty() {
        output::stderr("no restore is recorded");
    }
    let lines: String = records.iter().map(|record| line(record) + "\n").collect();
    output::stdout(&lines)?;
    Ok(exit_code::CLEAN)
}

fn line(record: &Record) -> String {
    let classes = record.classes.iter().map(|class| format!("{} from {} to {}", class.name, class.from, class.to));
    format!("{}  {}", record.id, classes.collect::<Vec<_>>().join(", "))
}

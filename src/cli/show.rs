//! `gcp-drift show`: what was understood of each source, as JSON.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::Value;

use super::error::CliError;
use super::gather::{self, Asked};
use super::live_args::LiveArgs;
use super::output;
use super::setup::{CommonArgs, Setup};
use super::terraform_args::{TerraformArgs, load_terraform};
use crate::config::LiveSource;
use crate::exit_code;
use crate::model::{CoverageStatus, Excerpts};
use crate::{deploy, live, testinfra};

/// The sources.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// What Terraform declares
    Terraform {
        /// Folder of the root module [default: the configured or discovered roots]
        dir: Option<PathBuf>,
        /// What Terraform would be given on its command line
        #[command(flatten)]
        inputs: TerraformArgs,
        /// Flags of every command
        #[command(flatten)]
        common: CommonArgs,
    },
    /// What deploy config would set
    Deploy {
        /// Files and folders [default: the configured or discovered ones]
        paths: Vec<String>,
        /// Flags of every command
        #[command(flatten)]
        common: CommonArgs,
    },
    /// The test index
    Tests {
        /// Folder on which imports are resolved
        dir: Option<PathBuf>,
        /// Flags of every command
        #[command(flatten)]
        common: CommonArgs,
    },
    /// The live inventory with its coverage
    Live {
        /// How much is asked
        #[command(flatten)]
        asking: LiveArgs,
        /// Flags of every command
        #[command(flatten)]
        common: CommonArgs,
    },
}

/// Runs the command.
///
/// # Errors
/// Wrong usage or configuration, a folder that is not there.
pub fn run(command: &Command) -> Result<u8, CliError> {
    let mut code = exit_code::CLEAN;
    let value = match command {
        Command::Terraform { dir, inputs, common } => show_terraform(dir.as_ref(), inputs, common)?,
        Command::Deploy { paths, common } => {
            let mut setup = Setup::load(common)?;
            if !paths.is_empty() {
                setup.config.deploy.paths = paths.clone();
            }
            deploy::show(&gather::read_deploy(&setup, &setup.name_context(), &Excerpts::default()))
        }
        Command::Tests { dir, common } => {
            let mut setup = Setup::load(common)?;
            if let Some(dir) = dir {
                setup.root = folder(dir)?;
                setup.config.tests.root = ".".to_owned();
            }
            let indexed = testinfra::index(&setup.root, &setup.config.tests, &Excerpts::default());
            testinfra::show(&indexed.index, indexed.seconds)
        }
        Command::Live { asking, common } => {
            let setup = Setup::load(common)?;
            let (value, complete) = show_live(&setup, &asking.needs())?;
            if !complete {
                code = exit_code::NOT_CHECKED;
            }
            value
        }
    };
    let text = serde_json::to_string_pretty(&value).map_err(|error| CliError::failed("write the output", error))?;
    output::stdout(&format!("{text}\n"))?;
    Ok(code)
}

fn show_terraform(dir: Option<&PathBuf>, inputs: &TerraformArgs, common: &CommonArgs) -> Result<Value, CliError> {
    if let Some(dir) = dir {
        return Ok(load_terraform(dir, inputs, common.live.as_deref(), common.access_token_file.as_deref())?.show());
    }
    let mut setup = Setup::load(common)?;
    inputs.apply(&setup.root, &setup.root, &mut setup.config.terraform)?;
    Ok(gather::load_terraform(&setup, &setup.name_context(), &Excerpts::default(), None)?.show())
}

pub(super) fn folder(dir: &std::path::Path) -> Result<PathBuf, CliError> {
    let found = dir.canonicalize().map_err(|error| CliError::failed(format!("open {}", dir.display()), error))?;
    if !found.is_dir() {
        return Err(CliError::usage(format!("{} is not a folder", dir.display())));
    }
    Ok(found)
}

/// The inventory, and whether everything that was asked was answered.
fn show_live(setup: &Setup, needs: &live::Needs) -> Result<(Value, bool), CliError> {
    let asked = asked(setup)?.needing(needs);
    let gathered = gather::ask(setup, &asked)?;
    let Some(state) = &gathered.state else {
        return Ok((serde_json::json!({ "schema_version": 1, "live_source": gathered.description }), true));
    };
    let inventory = live::inventory(state);
    let complete = inventory.coverage.entries.iter().all(|entry| entry.status == CoverageStatus::Answered);
    Ok((live::show(&inventory, &gathered.description), complete))
}

/// What a run of `check` would ask.
///
/// # Errors
/// An emulator that cannot be started.
pub fn asked(setup: &Setup) -> Result<Asked, CliError> {
    if setup.config.live == LiveSource::None {
        return Ok(Asked::default());
    }
    let (context, excerpts) = (setup.name_context(), Excerpts::default());
    let terraform = gather::load_terraform(setup, &context, &excerpts, None)?.declarations();
    Ok(Asked::from(setup, &terraform, &gather::read_deploy(setup, &context, &excerpts)))
}

//! The command line: one file a command. It wires the other modules, and maps their errors to exit codes.

mod base;
pub mod check;
mod cloud;
mod compared;
pub mod diagnose;
pub mod doctor;
pub mod error;
pub mod eval;
pub mod explain;
pub mod gather;
pub mod health;
pub mod init;
mod live_args;
pub mod live_state;
mod metrics;
mod observed;
mod outlook;
pub mod output;
pub mod premigrate;
pub mod probe;
pub mod recording;
pub mod restore;
pub mod rollback;
pub mod setup;
pub mod show;
pub mod terraform_args;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::exit_code;

/// Tells whether what a repository declares is what runs in Google Cloud, and whether the tests that guard it are fit
/// to run.
///
/// Exit codes: 0 clean, 1 the tool failed, 2 findings at or above --fail-on, 3 something could not be checked,
/// 64 wrong usage. With check --base, only what a change introduces counts.
#[derive(Debug, Parser)]
#[command(name = "gcp-drift", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The one report: declared against live, and the test infrastructure
    Check(check::Args),
    /// Say why a workload does not reach its database, cache or endpoint, and what is behind it
    Diagnose(diagnose::Args),
    /// Measure the health of the tests, and compare it with a saved baseline
    Health(health::Args),
    /// Print what was understood, as JSON
    #[command(subcommand)]
    Show(show::Command),
    /// Evaluate Terraform expressions, one JSON line each
    Eval(eval::Args),
    /// Print the page of a rule
    Explain(explain::Args),
    /// Write a commented gcp-drift.toml from what is found here
    Init(init::Args),
    /// Tell which credentials, APIs and permissions a run has and lacks, and which role to ask for
    Doctor(doctor::Args),
    /// Ask databases, caches and endpoints from where this runs, and name what is wrong
    Probe(probe::Args),
    /// What must hold before a migration, and what a migration lost
    Premigrate(premigrate::Args),
    /// Bring required test classes back from backup files
    Restore(restore::Args),
    /// Undo what a restore has written
    Rollback(rollback::Args),
    /// Record the live state in a file
    Snapshot(live_state::SnapshotArgs),
    /// Serve a recorded live state on the loopback address
    Emulate(live_state::EmulateArgs),
}

/// Runs the program with these arguments (the first is its name).
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let usage = error.use_stderr();
            // Nothing can be done about a closed stdout or stderr here.
            let _ = error.print();
            return ExitCode::from(if usage { exit_code::USAGE } else { exit_code::CLEAN });
        }
    };
    let outcome = match cli.command {
        Command::Check(args) => check::run(&args),
        Command::Diagnose(args) => diagnose::run(&args),
        Command::Health(args) => health::run(&args),
        Command::Show(command) => show::run(&command),
        Command::Eval(args) => eval::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Probe(args) => probe::run(&args),
        Command::Premigrate(args) => premigrate::run(&args),
        Command::Restore(args) => restore::run(&args),
        Command::Rollback(args) => rollback::run(&args),
        Command::Snapshot(args) => live_state::snapshot(&args),
        Command::Emulate(args) => live_state::emulate(&args),
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            output::stderr(&error.to_string());
            ExitCode::from(error.exit_code())
        }
    }
}

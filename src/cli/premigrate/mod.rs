//! `gcp-drift premigrate`: what must hold before a migration, what a migration lost, and the git hook.

mod identities;
mod report;

use std::path::PathBuf;
use std::time::Instant;

use clap::ValueEnum;

use super::check;
use super::error::CliError;
use super::output::{self, Color};
use super::setup::{CommonArgs, Setup};
use crate::exit_code;
use crate::testinfra::gate::hook::{self, Action, Hook};
use crate::testinfra::gate::process::{self, End};
use report::{Gate, Step, Verdict};

/// Validate the tests and run the configured commands; record and compare what a migration must not lose
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: CommonArgs,
    /// Stop at the first step that does not pass
    #[arg(long, conflicts_with_all = ["save", "compare", "install_hook", "uninstall_hook"])]
    fast_fail: bool,
    /// Record the tests, required classes and critical imports in a file
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Say what has been lost since a file was recorded
    #[arg(long, value_name = "FILE", conflicts_with_all = ["save", "install_hook", "uninstall_hook"])]
    compare: Option<PathBuf>,
    /// Write a git hook that runs this command
    #[arg(long, value_name = "HOOK", value_enum, num_args = 0..=1, default_missing_value = "pre-push")]
    #[arg(conflicts_with_all = ["save", "uninstall_hook"])]
    install_hook: Option<HookName>,
    /// Remove what --install-hook wrote
    #[arg(long, value_name = "HOOK", value_enum, num_args = 0..=1, default_missing_value = "pre-push")]
    #[arg(conflicts_with = "save")]
    uninstall_hook: Option<HookName>,
    /// Format: text or json
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, help_heading = "Output")]
    format: Format,
    /// When to use colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, help_heading = "Output")]
    color: Color,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum HookName {
    /// Before a push
    PrePush,
    /// Before a commit
    PreCommit,
}

impl From<HookName> for Hook {
    fn from(name: HookName) -> Self {
        match name {
            HookName::PrePush => Self::PrePush,
            HookName::PreCommit => Self::PreCommit,
        }
    }
}

/// Runs the command.
///
/// # Errors
/// Wrong usage or configuration; a file or hook that cannot be read or written.
pub fn run(args: &Args) -> Result<u8, CliError> {
    let setup = Setup::load(&args.common)?;
    if let Some(name) = args.install_hook {
        let done =
            hook::install(&setup.root, name.into()).map_err(|error| CliError::failed("install the hook", error))?;
        return Ok(tell(&done));
    }
    if let Some(name) = args.uninstall_hook {
        let done =
            hook::uninstall(&setup.root, name.into()).map_err(|error| CliError::failed("remove the hook", error))?;
        return Ok(tell(&done));
    }
    if let Some(path) = &args.save {
        return identities::save(&setup, path);
    }
    if let Some(path) = &args.compare {
        return identities::compare(&setup, path, args.format == Format::Json);
    }
    let gate = gate(setup, args.fast_fail)?;
    let text = match args.format {
        Format::Json => report::json(&gate)?,
        Format::Text => report::text(&gate, &output::style(args.color)),
    };
    output::stdout(&text)?;
    output::stderr(&format!("exit code {}: {}", gate.exit_code(), gate.reason()));
    Ok(gate.exit_code())
}

/// The steps in order: the validation, then the commands.
fn gate(setup: Setup, fast_fail: bool) -> Result<Gate, CliError> {
    let (root, commands) = (setup.root.clone(), setup.config.gate.commands.clone());
    let started = Instant::now();
    let validation = check::of_tests(setup)?;
    let verdict = match validation.exit_code {
        exit_code::CLEAN => Verdict::Passed,
        exit_code::FINDINGS => Verdict::Failed,
        _ => Verdict::NotChecked,
    };
    let seconds = started.elapsed().as_secs_f64();
    let detail = validation.exit_reason.clone();
    let mut steps = vec![Step { seconds, detail, ..Step::new("tests", verdict) }];
    for command in &commands {
        if fast_fail && steps.iter().any(Step::stops) {
            let detail = "a step before it did not pass".to_owned();
            steps.push(Step {
                detail,
                command: true,
                allowed: command.allow_failure,
                ..Step::new(&command.name, Verdict::NotRun)
            });
            continue;
        }
        let outcome = process::run(&root, command);
        let (verdict, detail, exit_status) = match outcome.end {
            End::Passed => (Verdict::Passed, String::new(), Some(0)),
            End::Failed(code) => (Verdict::Failed, format!("exit code {code}"), Some(code)),
            End::Killed(Some(signal)) => (Verdict::Failed, format!("killed by signal {signal}"), None),
            End::Killed(None) => (Verdict::Failed, "killed".to_owned(), None),
            End::TimedOut => (Verdict::TimedOut, format!("killed after {} s", command.timeout), None),
            End::NotStarted(reason) => (Verdict::NotStarted, reason, None),
        };
        steps.push(Step {
            seconds: outcome.seconds,
            detail,
            command: true,
            allowed: command.allow_failure,
            exit_status,
            tail: outcome.tail,
            truncated: outcome.truncated,
            ..Step::new(&command.name, verdict)
        });
    }
    Ok(Gate { validation, steps })
}

fn tell(done: &hook::Done) -> u8 {
    let path = done.path.display();
    output::stderr(&match done.action {
        Action::Made => format!("wrote {path}"),
        Action::Added => format!("added to {path}; what was there runs first"),
        Action::TakenOut => format!("taken out of {path}; the rest is as it was"),
        Action::Removed => format!("removed {path}"),
        Action::Nothing => format!("there is nothing of gcp-drift in {path}"),
    });
    if done.is_shared {
        output::stderr("note: this folder of hooks lies outside the repository; other repositories may use it, too");
    }
    exit_code::CLEAN
}

//! `gcp-drift probe`: asks targets from where it runs.

use std::path::PathBuf;
use std::time::Duration;

use super::check::{Format, Output, outputs, parse_format, parse_output};
use super::error::CliError;
use super::output::{self, Color};
use super::setup::{CommonArgs, Setup};
use crate::config;
use crate::exit_code;
use crate::model::{ProbeOutcome, ProbeRun, ProbedTarget, Target};
use crate::probe::{self, Options, Question, Secret};
use crate::report;
use crate::report::terminal::text::escape;
use crate::report::words::{count, list};

/// Ask databases, caches and endpoints from where this runs, each in its own protocol, and name what is wrong
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Configuration file; its folder is the repository [default: gcp-drift.toml here or above]
    #[arg(long, short, value_name = "FILE", help_heading = "Input")]
    config: Option<PathBuf>,
    /// Targets to ask: names of the configuration, or URLs (postgres, redis, rediss, clickhouse, clickhouse+https, http,
    /// https, tcp, tls). A password is never part of a URL: ?password_env=NAME names the variable that holds it
    /// [default: every target of the configuration]
    #[arg(long, value_name = "NAME|URL", num_args = 1.., help_heading = "Input")]
    target: Vec<String>,
    /// PEM file with the certificates that are trusted, for targets that name none
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    ca: Option<PathBuf>,
    /// How often each target is asked
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000), help_heading = "Asking")]
    tries: u32,
    /// Time limit on each try, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = parse_seconds, help_heading = "Asking")]
    timeout: Duration,
    /// An answer that takes longer is slow, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = parse_seconds, help_heading = "Asking")]
    slow: Duration,
    /// Format, and where to write it (stdout without a path); may be repeated. Formats: text, json
    #[arg(long, short, value_name = "FORMAT[=PATH]", value_parser = parse_output, help_heading = "Output")]
    output: Vec<Output>,
    /// Short for --output FORMAT
    #[arg(long, value_name = "FORMAT", value_parser = parse_format, help_heading = "Output")]
    format: Option<Format>,
    /// When to use colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, help_heading = "Output")]
    color: Color,
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds > 0.0 && *seconds <= 600.0);
    let seconds = seconds.ok_or("it must be more than 0 and at most 600")?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// Runs the command.
///
/// # Errors
/// Wrong usage or configuration, no target; an output that cannot be written.
pub fn run(args: &Args) -> Result<u8, CliError> {
    let outputs = outputs(&args.output, args.format)?;
    let setup = Setup::load(&CommonArgs { config: args.config.clone(), ..CommonArgs::default() })?;
    let questions = questions(args, &setup)?;
    let options = Options { timeout: args.timeout, slow: args.slow, tries: args.tries as usize };
    let run = probe::run(questions, &options).map_err(|error| CliError::failed("start asking", error))?;
    let (code, reason) = outcome(&run);
    // Cloud Run takes each line of stdout for an entry of the log, and JSON on one line for a structured one.
    let logged = run.from.job.is_some() || run.from.service.is_some();
    for output in &outputs {
        let style = output::style(args.color);
        let text = match (output.format, &output.path) {
            (Format::Json, path) => report::json::probe::render(&run, (code, &reason), logged && path.is_none()),
            (Format::Text, None) => report::terminal::probe::render(&run, &style),
            (Format::Text, Some(_)) => {
                let style = report::terminal::Style { color: false, unicode: false, ..style };
                report::terminal::probe::render(&run, &style)
            }
        };
        match &output.path {
            Some(path) => output::file(path, &text)?,
            None => output::stdout(&text)?,
        }
    }
    output::stderr(&format!("exit code {code}: {}", escape(&reason)));
    Ok(code)
}

fn questions(args: &Args, setup: &Setup) -> Result<Vec<Question>, CliError> {
    let configured = &setup.config.targets;
    let mut targets: Vec<(Target, bool)> = Vec::new();
    for (index, text) in args.target.iter().enumerate() {
        let (target, of_config) = if text.contains("://") {
            // The URL itself is not repeated: it may hold a password.
            let target = config::target_of_url(text);
            (target.map_err(|why| CliError::usage(format!("--target, number {}: {why}", index + 1)))?, false)
        } else {
            let found = configured.iter().find(|target| target.name == *text);
            (found.cloned().ok_or_else(|| CliError::usage(unknown(text, configured)))?, true)
        };
        if !targets.iter().any(|(other, _)| *other == target) {
            targets.push((target, of_config));
        }
    }
    if args.target.is_empty() {
        targets.extend(configured.iter().cloned().map(|target| (target, true)));
    }
    if targets.is_empty() {
        return Err(CliError::usage(
            "there is no target: name one with --target, or under [[targets]] in gcp-drift.toml",
        ));
    }
    Ok(targets.into_iter().map(|(target, of_config)| question(target, of_config, args, setup)).collect())
}

fn unknown(name: &str, configured: &[Target]) -> String {
    let names: Vec<&str> = configured.iter().map(|target| target.name.as_str()).collect();
    match names.as_slice() {
        [] => format!("there is no target `{}`: the configuration has none", escape(name)),
        names => format!("there is no target `{}`; there are {}", escape(name), list(names)),
    }
}

/// A target with what is needed to ask it. A path from the configuration is relative to the repository, one from a URL
/// to the current folder.
fn question(target: Target, of_config: bool, args: &Args, setup: &Setup) -> Question {
    let own = target.ca.as_ref().map(|ca| if of_config { setup.root.join(ca) } else { PathBuf::from(ca) });
    let (password, unchecked) = match &target.password_env {
        None => (None, None),
        Some(name) => match std::env::var(name) {
            Ok(password) if !password.is_empty() => (Some(Secret::new(password)), None),
            Ok(_) => (None, Some(format!("the login: {name}, which should hold the password, is empty here"))),
            Err(std::env::VarError::NotPresent) => {
                (None, Some(format!("the login: {name}, which should hold the password, is not set here")))
            }
            Err(std::env::VarError::NotUnicode(_)) => (None, Some(format!("the login: {name} holds no text"))),
        },
    };
    Question { ca: own.or_else(|| args.ca.clone()), password, unchecked, target }
}

/// The exit code and the reason for it.
fn outcome(run: &ProbeRun) -> (u8, String) {
    let named = |wanted: &dyn Fn(&ProbedTarget) -> bool| -> Vec<&str> {
        run.targets.iter().filter(|target| wanted(target)).map(|target| target.name.as_str()).collect()
    };
    let failed = named(&|target| matches!(target.outcome, ProbeOutcome::Failed | ProbeOutcome::Intermittent));
    if !failed.is_empty() {
        return (exit_code::FINDINGS, format!("{} not reached: {}", count(failed.len(), "target"), list(&failed)));
    }
    let unchecked = named(&|target| target.outcome == ProbeOutcome::NotChecked || target.unchecked.is_some());
    if !unchecked.is_empty() {
        let text = format!("{} not checked in full: {}", count(unchecked.len(), "target"), list(&unchecked));
        return (exit_code::NOT_CHECKED, text);
    }
    let slow = named(&|target| target.outcome == ProbeOutcome::Slow);
    let slow = if slow.is_empty() { String::new() } else { format!(" ({} slow)", list(&slow)) };
    (exit_code::CLEAN, format!("{} reached{slow}", count(run.targets.len(), "target")))
}

//! `gcp-drift diagnose`: why a workload does not reach what it uses.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;

use super::check;
use super::error::CliError;
use super::gather::{self, Wanted};
use super::observed::ObservedArgs;
use super::output::{self, Color};
use super::recording::Recording;
use super::setup::{CommonArgs, Setup, name_context};
use crate::checks::registry;
use crate::checks::{Limits, Scene as CheckScene};
use crate::connectivity::scene::Scene;
use crate::connectivity::{diagnose, sender, target};
use crate::exit_code;
use crate::finding::Part;
use crate::live::Needs;
use crate::model::diagnosis::{Diagnosis, Doubt, Outcome};
use crate::model::{Api, CoverageEntry, CoverageStatus, Why, WhyKind, WorkloadKind, WorkloadName};
use crate::reconcile::reconcile;
use crate::report::diagnosis::{Told, dot, mermaid, text};
use crate::report::json;

/// Say why a workload does not reach its database, cache or endpoint, and what is behind it
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Service, job or worker pool: its name, or projects/PROJECT/locations/REGION/services/NAME. Without it: every
    /// workload that is known to use the target
    #[arg(value_name = "WORKLOAD", required_unless_present = "target")]
    workload: Option<String>,
    /// What is to be reached: the name or kind of a target of gcp-drift.toml, an instance, a host, or HOST:PORT
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    #[command(flatten)]
    common: CommonArgs,
    #[command(flatten)]
    observed: ObservedArgs,
    /// Days of Cloud Audit Logs in which the change behind a cause is looked for; 0 for none
    #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u64).range(0..=400), help_heading = "Live state")]
    audit_logs: u64,
    /// What `gcp-drift probe --format json` printed inside the network, as evidence; may be repeated
    #[arg(long, value_name = "FILE", help_heading = "Live state")]
    probe: Vec<PathBuf>,
    /// Read what is being changed once more, after this many seconds
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "10", value_parser = clap::value_parser!(u64).range(1..=600), help_heading = "Live state")]
    settle: Option<u64>,
    /// Format
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, help_heading = "Output")]
    format: Format,
    /// When to use colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, help_heading = "Output")]
    color: Color,
    /// Write everything that was read to a file, to be replayed
    #[arg(long, value_name = "FILE", help_heading = "Recordings")]
    record: Option<PathBuf>,
    /// Diagnose from a recording of `check` or `diagnose` instead of reading anything
    #[arg(long, value_name = "FILE", conflicts_with_all = ["record", "config", "live", "access_token_file", "project", "region", "state", "plan", "endpoint", "settle", "audit_logs", "probe"], help_heading = "Recordings")]
    replay: Option<PathBuf>,
}

/// What is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a person
    #[default]
    Text,
    /// For a program
    Json,
    /// The paths as a flowchart of Mermaid
    Mermaid,
    /// The paths as a graph of Graphviz
    Dot,
}

/// Runs the command.
///
/// # Errors
/// Wrong usage or configuration; a workload or target that is not there; a source or recording that cannot be read.
pub fn run(args: &Args) -> Result<u8, CliError> {
    let recording = match &args.replay {
        Some(path) => Recording::read(path)?,
        None => gathered(args)?,
    };
    if let Some(path) = &args.record {
        recording.write(path)?;
    }
    let settings = check::settings(None, false, &recording, [Part::Vpc].into());
    let (config, evidence) = (&recording.config, &recording.evidence);
    let reconciled = reconcile(evidence, &name_context(config));
    let limits = Limits { max_files: config.tests.max_files, max_seconds: config.tests.max_seconds };
    let checked = CheckScene { evidence, reconciled: &reconciled, limits, environments: &config.environments };
    let judged = registry::judge(&checked, Vec::new(), &settings);
    let variables = config.connectivity.variables();
    let scene = Scene {
        evidence,
        reconciled: &reconciled,
        findings: &judged.findings,
        targets: &config.targets,
        variables: &variables,
    };

    let diagnosis = match workloads(&scene, args)? {
        Asked::These(names) => diagnose(&scene, &names, args.target.as_deref()),
        Asked::Unseen(doubt) => Diagnosis { undecided: vec![doubt], ..Diagnosis::default() },
    };
    if let (Some(wanted), true) = (&args.target, diagnosis.paths.is_empty() && diagnosis.undecided.is_empty()) {
        return Err(no_such_target(&scene, wanted, ""));
    }
    let (exit_code, exit_reason) = ending(&diagnosis);
    let told = Told { diagnosis: &diagnosis, live_source: &evidence.live_source, exit_code, exit_reason: &exit_reason };
    output::stdout(&match args.format {
        Format::Text => text::render(&told, &output::style(args.color)),
        Format::Json => {
            json::diagnose::render(&told).map_err(|error| CliError::failed("write the diagnosis", error))?
        }
        Format::Mermaid => mermaid::render(&diagnosis),
        Format::Dot => dot::render(&diagnosis),
    })?;
    output::stderr(&format!("exit code {exit_code}: {exit_reason}"));
    Ok(exit_code)
}

/// Everything that decides connectivity, and who changed it.
fn gathered(args: &Args) -> Result<Recording, CliError> {
    const DAY: u64 = 24 * 60 * 60;
    let mut setup = Setup::load(&args.common)?;
    args.observed.apply(&setup.root, &mut setup.config.terraform);
    let needs = Needs {
        connectivity: true,
        audit_logs: (args.audit_logs > 0).then(|| Duration::from_secs(args.audit_logs * DAY)),
        settle: args.settle.map(Duration::from_secs),
        ..Needs::default()
    };
    let parts: BTreeSet<Part> = [Part::Vpc].into();
    let wanted = Wanted { parts: parts.clone(), needs, collect: false, probes: args.probe.clone() };
    let evidence = gather::evidence(&setup, &wanted)?;
    if evidence.live.is_none() {
        return Err(CliError::usage("diagnose needs a live state: --live none asks nothing of Google Cloud"));
    }
    Ok(Recording::new(setup.config, setup.config_file, parts, evidence))
}

/// The workloads that are asked about.
enum Asked {
    These(Vec<WorkloadName>),
    /// The one that is asked about was not seen, and it cannot be told whether it is there.
    Unseen(Doubt),
}

/// Every workload that is live or declared.
fn known<'a>(scene: &Scene<'a>) -> BTreeSet<&'a WorkloadName> {
    let live = scene.inventory().workloads.iter().map(|live| &live.name);
    live.chain(scene.reconciled.workloads.iter().filter_map(|pair| pair.name.as_deref())).collect()
}

fn workloads(scene: &Scene<'_>, args: &Args) -> Result<Asked, CliError> {
    let known = known(scene);
    let Some(wanted) = &args.workload else {
        let target = args.target.as_deref().unwrap_or_default();
        let users = users(scene, target);
        if users.is_empty() {
            let hint = "; given a workload as well, its way there is followed all the same";
            return Err(no_such_target(scene, target, hint));
        }
        return Ok(Asked::These(users));
    };
    let found: Vec<&WorkloadName> =
        known.iter().copied().filter(|name| name.name == *wanted || name.to_string() == *wanted).collect();
    match found.as_slice() {
        [one] => Ok(Asked::These(vec![(*one).clone()])),
        [] => match unlisted(scene) {
            Some(why) => Ok(Asked::Unseen(Doubt { mode: None, subject: wanted.clone(), why })),
            None => Err(CliError::usage(format!("no workload is called {wanted}{}", near(wanted, &known)))),
        },
        many => {
            let names: Vec<String> = many.iter().map(|name| format!("\n  {name}")).collect();
            Err(CliError::usage(format!("{wanted} names several workloads; give one in full:{}", names.concat())))
        }
    }
}

/// Why there may be workloads that were not seen.
fn unlisted(scene: &Scene<'_>) -> Option<Why> {
    let coverage = scene.coverage();
    if coverage.entries.is_empty() {
        return Some(Why::new(WhyKind::NotAsked, "no project was asked; name one with --project or in gcp-drift.toml"));
    }
    let is_of_workloads = |api: Api| WorkloadKind::ALL.into_iter().any(|kind| kind.api() == api);
    let open = |entry: &&CoverageEntry| is_of_workloads(entry.api) && entry.status != CoverageStatus::Answered;
    let entry = coverage.entries.iter().find(open)?;
    match &entry.region {
        Some(region) => coverage.answered(entry.api, &entry.project, region).err(),
        None => coverage.answered_in_project(entry.api, &entry.project).err(),
    }
}

/// The names that are near to one that is not there.
fn near(wanted: &str, known: &BTreeSet<&WorkloadName>) -> String {
    let wanted = wanted.rsplit('/').next().unwrap_or(wanted);
    let mut names: Vec<(usize, &str)> = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(wanted, &name.name), &*name.name))
        .filter(|(distance, name)| *distance <= (wanted.len() / 3).max(2) || name.contains(wanted))
        .collect();
    names.sort_unstable();
    names.dedup();
    let names: Vec<&str> = names.into_iter().map(|(_, name)| name).take(3).collect();
    match names.as_slice() {
        [] if known.is_empty() => "; none was found".to_owned(),
        [] => format!("; there are {}", listed(known.iter().map(|name| &*name.name))),
        names => format!("; did you mean {}?", names.join(" or ")),
    }
}

/// A few names, and how many more there are.
fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    const SHOWN: usize = 8;
    let names: BTreeSet<&str> = names.collect();
    let shown: Vec<&str> = names.iter().copied().take(SHOWN).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The workloads that are known to use a target.
fn users(scene: &Scene<'_>, wanted: &str) -> Vec<WorkloadName> {
    let uses = |live: &&crate::model::LiveWorkload| {
        let senders = sender::senders(scene, live);
        let aims = senders.iter().flat_map(|sender| target::of_workload(scene, live, sender, &mut Vec::new()));
        aims.into_iter().any(|aim| target::is_called(&aim, wanted))
    };
    scene.inventory().workloads.iter().filter(uses).map(|live| live.name.clone()).collect()
}

fn no_such_target(scene: &Scene<'_>, wanted: &str, hint: &str) -> CliError {
    let mut names: BTreeSet<String> = scene.targets.iter().map(|target| target.name.clone()).collect();
    names.extend(scene.inventory().sql_instances.iter().map(|sql| sql.name.name.clone()));
    names.extend(scene.inventory().redis_instances.iter().map(|redis| redis.name.name.clone()));
    let there = if names.is_empty() {
        "name targets under [[targets]] in gcp-drift.toml, or give HOST:PORT with a workload".to_owned()
    } else {
        format!("there are {}", listed(names.iter().map(String::as_str)))
    };
    let text = format!("no workload that was asked about is known to use a target called {wanted}; {there}{hint}");
    CliError::usage(text)
}

/// The exit code, and why.
fn ending(diagnosis: &Diagnosis) -> (u8, String) {
    let undecided = diagnosis.paths.iter().filter(|path| matches!(path.outcome, Outcome::Undecidable(_))).count();
    let contradicted = diagnosis.paths.iter().filter(|path| path.contradicted).count();
    let paths = |number: usize| crate::report::words::count(number, "path");
    match diagnosis.causes.first() {
        Some(cause) => {
            let causes = crate::report::words::count(diagnosis.causes.len(), "cause");
            (exit_code::FINDINGS, format!("{causes} found, the likeliest: {}", cause.mode.slug))
        }
        None if undecided > 0 => (exit_code::NOT_CHECKED, format!("{} cannot be decided", paths(undecided))),
        None if contradicted > 0 => (exit_code::NOT_CHECKED, format!("a probe contradicts {}", paths(contradicted))),
        None if diagnosis.paths.is_empty() => {
            (exit_code::NOT_CHECKED, "nothing is known that the workload uses".to_owned())
        }
        None if !diagnosis.undecided.is_empty() => {
            let items = crate::report::words::count(diagnosis.undecided.len(), "item");
            (exit_code::NOT_CHECKED, format!("{items} could not be looked at"))
        }
        None => (
            exit_code::CLEAN,
            format!(
                "{} and nothing is wrong",
                match diagnosis.paths.len() {
                    1 => "the one path reaches its target".to_owned(),
                    number => format!("all {number} paths reach their targets"),
                }
            ),
        ),
    }
}

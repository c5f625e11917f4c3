//! `gcp-drift health`: the health of the tests, measured, compared with a saved baseline, and saved as one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::check::{self, FailOn};
use super::error::{self, CliError};
use super::output::{self, Color};
use super::recording::Recording;
use super::setup::{CommonArgs, Setup};
use super::{gather, show};
use crate::checks::health_baseline_stale;
use crate::exit_code;
use crate::finding::Part;
use crate::model::evidence::Timings;
use crate::model::health::{BaselineFound, HealthBaseline, HealthEvidence, Outcome as Ended, ReportFile, RunHealth};
use crate::model::{Evidence, Excerpts};
use crate::report::json::health as json;
use crate::report::terminal::Style;
use crate::report::{self, Report};
use crate::testinfra::health::metrics::{Measured, Metric};
use crate::testinfra::health::reports::Named;
use crate::testinfra::health::store::{self, Saved};
use crate::testinfra::health::{self, BaselinePlace, Inputs};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// Measure the health of the tests, and compare it with a saved baseline
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Configuration file; its folder is the repository [default: gcp-drift.toml here or above]
    #[arg(long, short, value_name = "FILE")]
    config: Option<PathBuf>,
    /// JUnit XML of the last test run; may be repeated for shards and retries [default: reports of [health]]
    #[arg(long, value_name = "FILE|GLOB")]
    junit: Vec<String>,
    /// Baseline file [default: baseline of [health], else .gcp-drift/health-baseline.json]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Save what is measured as the baseline, instead of the one that is there
    #[arg(long)]
    save_baseline: bool,
    /// Lowest severity that gives exit code 2: critical, high, medium, low, info or none [default: high]
    #[arg(long, value_name = "SEVERITY", value_parser = check::parse_fail_on)]
    fail_on: Option<FailOn>,
    /// Give exit code 0 where something could not be checked and there is no other reason to fail
    #[arg(long)]
    allow_unchecked: bool,
    /// How to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
    /// When to use colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    color: Color,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// What came of a run, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Healthy,
    Degraded,
    NotChecked,
    NoBaseline,
    Saved(Saved),
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::NotChecked => "not checked",
            Self::NoBaseline => "no baseline",
            Self::Saved(Saved::Created) => "baseline created",
            Self::Saved(Saved::Replaced) => "baseline replaced",
        }
    }

    fn json(self) -> json::Status {
        match self {
            Self::Healthy => json::Status::Healthy,
            Self::Degraded => json::Status::Degraded,
            Self::NotChecked => json::Status::NotChecked,
            Self::NoBaseline => json::Status::NoBaseline,
            Self::Saved(Saved::Created) => json::Status::BaselineCreated,
            Self::Saved(Saved::Replaced) => json::Status::BaselineReplaced,
        }
    }

    /// What a comparison came to.
    fn of(report: &Report, health: &HealthEvidence) -> Self {
        // That a baseline is old says nothing against the tests.
        let stale = &health_baseline_stale::RULE.id;
        if report.findings.iter().any(|finding| finding.rule != **stale) {
            return Self::Degraded;
        }
        match &health.baseline.found {
            _ if !report.not_checked.is_empty() => Self::NotChecked,
            BaselineFound::Read(_) => Self::Healthy,
            BaselineFound::Absent | BaselineFound::Refused(_) => Self::NoBaseline,
        }
    }
}

/// Runs the command.
///
/// # Errors
/// Wrong usage or configuration; a baseline that cannot be saved.
pub fn run(args: &Args) -> Result<u8, CliError> {
    let setup = Setup::load(&CommonArgs { config: args.config.clone(), ..CommonArgs::default() })?;
    let configured = setup.config.health.clone().unwrap_or_default();
    let here = show::folder(Path::new("."))?;
    let mut inputs = Inputs::configured(&setup.root, &configured);
    if !args.junit.is_empty() {
        inputs.reports = Some(Named { folder: &here, patterns: &args.junit, inside: false });
    }
    if let Some(path) = &args.baseline {
        let shown = path.to_string_lossy().replace('\\', "/");
        inputs.baseline = BaselinePlace { path: here.join(path), shown, expected: true, inside: false };
    }
    // What is about to be saved need not be there.
    inputs.baseline.expected &= !args.save_baseline;

    let recording = recorded(&setup, &inputs);
    let settings = check::settings(args.fail_on, args.allow_unchecked, &recording, BTreeSet::from([Part::Health]));
    let report = check::judge(&recording, &settings);
    let Some(health) = &recording.evidence.health else {
        return Err(CliError::failed("measure the health of the tests", "nothing was read"));
    };
    let saved = if args.save_baseline { save(&inputs.baseline, &recording.evidence, health)? } else { None };
    let outcome = Outcome::new(&report, health, saved, args);
    let text = match args.format {
        Format::Json => outcome.json(&recording.evidence.date)?,
        Format::Text => outcome.text(&output::style(args.color)),
    };
    output::stdout(&text)?;
    output::stderr(&format!("exit code {}: {}", outcome.code, outcome.reason));
    Ok(outcome.code)
}

/// Reads the tests, the reports and the baseline.
fn recorded(setup: &Setup, inputs: &Inputs<'_>) -> Recording {
    let started = jiff::Timestamp::now();
    let excerpts = Excerpts::default();
    let indexed = gather::read_tests(setup, &excerpts);
    let health = health::evidence(&setup.root, &indexed, &setup.config.tests, inputs);
    let evidence = Evidence {
        version: Evidence::VERSION,
        date: started.strftime("%Y-%m-%d").to_string(),
        timings: Timings {
            started: started.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            discovery: indexed.discovery_seconds,
            tests: indexed.seconds,
            ..Timings::default()
        },
        tests: Some(indexed.index),
        health: Some(health),
        excerpts: excerpts.cited(),
        ..Evidence::default()
    };
    Recording::new(setup.config.clone(), setup.config_file.clone(), BTreeSet::from([Part::Health]), evidence)
}

/// Saves the state as a baseline; `None` where a report that was asked for is not whole: its rates would be missed
/// later.
fn save(place: &BaselinePlace, evidence: &Evidence, health: &HealthEvidence) -> Result<Option<Saved>, CliError> {
    let failed = |why: &str| CliError::failed(format!("save the baseline {}", place.shown), why);
    if let BaselineFound::Refused(why) = &health.baseline.found {
        return Err(failed(&format!("the file that is there is not overwritten: {}", why.text)));
    }
    if health.reports.is_some() && health.state.run.is_none() {
        return Ok(None);
    }
    let baseline = HealthBaseline::new(evidence.timings.started.clone(), health.state.clone());
    store::save(&place.path, &baseline).map(Some).map_err(|why| failed(&why.to_string()))
}

fn ended(end: Ended) -> json::Ended {
    match end {
        Ended::Skipped => json::Ended::Skipped,
        Ended::Passed => json::Ended::Passed,
        Ended::Flaky => json::Ended::Flaky,
        Ended::Failed => json::Ended::Failed,
        Ended::Error => json::Ended::Error,
        Ended::TimedOut => json::Ended::TimedOut,
    }
}

/// What is printed.
struct Outcome<'a> {
    report: &'a Report,
    health: &'a HealthEvidence,
    status: Status,
    code: u8,
    reason: String,
}

impl<'a> Outcome<'a> {
    fn new(report: &'a Report, health: &'a HealthEvidence, saved: Option<Saved>, args: &Args) -> Self {
        let mut outcome = Self {
            report,
            health,
            status: Status::of(report, health),
            code: report.exit_code,
            reason: report.exit_reason.clone(),
        };
        if let Some(saved) = saved {
            outcome.status = Status::Saved(saved);
            // Whoever saves a state accepts it.
            outcome.code = exit_code::CLEAN;
            outcome.reason = format!("{} was saved", health.baseline.path);
        } else if args.save_baseline {
            outcome.status = Status::NotChecked;
            outcome.code = exit_code::NOT_CHECKED;
            outcome.reason = "the baseline was not saved: the report of the test run is not whole".to_owned();
        } else if outcome.status == Status::NoBaseline && outcome.code == exit_code::CLEAN {
            outcome.reason = format!("measured; there is no baseline at {} to compare with", health.baseline.path);
        }
        outcome
    }

    fn json(&self, today: &str) -> Result<String, CliError> {
        let path = self.health.baseline.path.clone();
        let baseline = match &self.health.baseline.found {
            BaselineFound::Read(baseline) => json::Baseline {
                path,
                saved: Some(baseline.saved.clone()),
                age_days: Some(health_baseline_stale::age(baseline, today)),
                ..json::Baseline::default()
            },
            BaselineFound::Absent => json::Baseline { path, absent: Some(true), ..json::Baseline::default() },
            BaselineFound::Refused(why) => {
                json::Baseline { path, refused: Some(why.text.clone()), ..json::Baseline::default() }
            }
        };
        let metric = |metric: Metric| {
            let (now, not_measured) = (metric.now.number(), metric.now.clone().why_not());
            let baseline = metric.before.as_ref().map(Measured::number);
            (metric.name().to_owned(), json::Metric { now, baseline, not_measured })
        };
        let file = |file: &ReportFile| json::ReportFile {
            path: file.path.clone(),
            cases: file.cases,
            incomplete: file.incomplete.clone(),
        };
        let unwell = |run: &RunHealth| run.unwell.iter().map(|(test, end)| (test.clone(), ended(*end))).collect();
        let run = self.health.state.run.as_ref();
        let measured = json::Measured {
            status: self.status.json(),
            metrics: health::metrics(self.health).into_iter().map(metric).collect(),
            baseline,
            reports: self.health.reports.as_ref().map(|reports| reports.files.iter().map(file).collect()),
            unwell: run.map(unwell),
            uncollected: run.map(|run| run.uncollected.clone()),
        };
        let exit = json::Exit { code: self.code, reason: self.reason.clone() };
        json::render(self.report, measured, exit).map_err(|error| CliError::failed("write the output", error))
    }

    fn text(&self, style: &Style) -> String {
        let mut out = format!("health of the tests: {}\n", self.status.word());
        let baseline = &self.health.baseline;
        let compared = match &baseline.found {
            BaselineFound::Read(read) => format!("compared with {} of {}", baseline.path, read.day()),
            BaselineFound::Absent => format!("there is no baseline at {}", baseline.path),
            BaselineFound::Refused(_) => format!("the baseline at {} cannot be used", baseline.path),
        };
        out.push_str(&one_line(&compared));
        out.push('\n');
        out.push_str(&self.table(style));
        let unmeasured = health::metrics(self.health).into_iter().filter_map(|metric| metric.now.why_not());
        for why in unmeasured.collect::<BTreeSet<String>>() {
            out.push_str(&one_line(&format!("not measured: {why}")));
        }
        for report in self.health.reports.iter().flat_map(|reports| &reports.files) {
            let whole = if report.incomplete.is_some() { ", not whole" } else { "" };
            let cases = report::words::count(report.cases, "case");
            out.push_str(&one_line(&format!("report {}: {cases}{whole}", report.path)));
        }
        out.push_str(&report::terminal::items(self.report, style));
        out
    }

    fn table(&self, style: &Style) -> String {
        let mut table = Table::new();
        table
            .load_style(if style.unicode { presets::UTF8_FULL_CONDENSED } else { presets::ASCII_FULL_CONDENSED })
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(style.width).unwrap_or(u16::MAX))
            .set_header(vec!["metric", "now", "baseline"]);
        for metric in health::metrics(self.health) {
            let before = metric.before.as_ref().map_or_else(String::new, health::metrics::Measured::text);
            table.add_row(vec![metric.name().to_owned(), metric.now.text(), before]);
        }
        for index in 1..3 {
            if let Some(column) = table.column_mut(index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let mut out = String::new();
        for line in table.lines() {
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}

/// A line that nothing in it can break or forge, with its line end.
fn one_line(text: &str) -> String {
    format!("{}\n", error::escaped(text).replace('\n', "\\n"))
}

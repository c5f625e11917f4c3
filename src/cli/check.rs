//! `gcp-drift check`: the one report.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::base::Checkout;
use super::compared;
use super::error::CliError;
use super::gather::{self, Wanted};
use super::live_args::LiveArgs;
use super::metrics::metrics;
use super::observed::ObservedArgs;
use super::outlook;
use super::output::{self, Color};
use super::recording::Recording;
use super::setup::{CommonArgs, Setup, name_context};
use crate::checks::registry::{self, Acceptance, Judged, Settings};
use crate::checks::{Limits, Scene};
use crate::config::Config;
use crate::finding::{Part, Severity, Verdict};
use crate::model::Evidence;
use crate::policy::{self, Policies};
use crate::reconcile::{Reconciled, reconcile};
use crate::report::{self, PartSummary, PartVerdict, Report, Run, Suppressed, SuppressedItem};

/// The one report: declared against live, and the test infrastructure
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: CommonArgs,
    #[command(flatten)]
    observed: ObservedArgs,
    #[command(flatten)]
    asking: LiveArgs,
    /// Parts to look at: vpc, policies, imports, discovery, classes, health, or tests (imports, discovery, classes)
    #[arg(long, value_name = "PART", value_delimiter = ',', value_parser = parse_part, help_heading = "Checks")]
    only: Vec<Parts>,
    /// Run the project's own pytest to collect its tests, and compare them with what is read. This runs code of the
    /// project; nothing else does
    #[arg(long, help_heading = "Checks")]
    collect: bool,
    /// Say what the deploy that is about to run would change, and where Terraform would turn it back: all deploy config
    /// of the repository, or what is run from one file or folder
    #[arg(long, value_name = "PATH", num_args = 0..=1, help_heading = "Checks")]
    before_deploy: Option<Option<PathBuf>>,
    /// What `gcp-drift probe --format json` printed inside the network, as evidence; may be repeated
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    probe: Vec<PathBuf>,
    /// Compare with the merge base of what is checked out and this branch, tag or commit, and say what the change
    /// introduces and fixes. Only what it introduces counts for the exit code. Configuration, policies and live state are
    /// the same for both sides
    #[arg(long, value_name = "REF", conflicts_with = "collect", help_heading = "Checks")]
    base: Option<String>,
    /// Lowest severity that gives exit code 2: critical, high, medium, low, info or none [default: high]
    #[arg(long, value_name = "SEVERITY", value_parser = parse_fail_on, help_heading = "Checks")]
    fail_on: Option<FailOn>,
    /// Give exit code 0 where something could not be checked and there is no other reason to fail
    #[arg(long, help_heading = "Checks")]
    allow_unchecked: bool,
    /// Format, and where to write it (stdout without a path); may be repeated. Formats: text, json
    #[arg(long, short, value_name = "FORMAT[=PATH]", value_parser = parse_output, help_heading = "Output")]
    output: Vec<Output>,
    /// Short for --output FORMAT
    #[arg(long, value_name = "FORMAT", value_parser = parse_format, help_heading = "Output")]
    format: Option<Format>,
    /// When to use colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, help_heading = "Output")]
    color: Color,
    /// Write everything that was read to a file, to be replayed
    #[arg(long, value_name = "FILE", help_heading = "Recordings")]
    record: Option<PathBuf>,
    /// Judge a recording instead of reading anything
    #[arg(long, value_name = "FILE", conflicts_with_all = ["record", "config", "live", "access_token_file", "project", "region", "state", "plan", "endpoint", "settle", "connectivity", "audit_logs", "connector_load", "collect", "probe", "before_deploy", "base"], help_heading = "Recordings")]
    replay: Option<PathBuf>,
}

/// A word of `--only`.
#[derive(Clone, Debug)]
struct Parts(Vec<Part>);

/// A word of `--fail-on`.
#[derive(Clone, Copy, Debug)]
pub(super) struct FailOn(Option<Severity>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Text,
    Json,
}

/// A word of `--output`.
#[derive(Clone, Debug)]
pub(super) struct Output {
    pub(super) format: Format,
    pub(super) path: Option<PathBuf>,
}

fn parse_part(word: &str) -> Result<Parts, String> {
    if word == "tests" {
        return Ok(Parts(Part::TESTS.to_vec()));
    }
    let found = Part::ALL.into_iter().find(|part| part.word() == word);
    found.map(|part| Parts(vec![part])).ok_or_else(|| {
        let words: Vec<&str> = Part::ALL.iter().map(|part| part.word()).collect();
        format!("the parts are {} and tests", words.join(", "))
    })
}

pub(super) fn parse_fail_on(word: &str) -> Result<FailOn, String> {
    if word == "none" {
        return Ok(FailOn(None));
    }
    let severity = Severity::parse(word).ok_or("the severities are critical, high, medium, low, info and none")?;
    Ok(FailOn(Some(severity)))
}

pub(super) fn parse_format(word: &str) -> Result<Format, String> {
    match word {
        "text" | "terminal" => Ok(Format::Text),
        "json" => Ok(Format::Json),
        _ => Err("the formats are text and json".to_owned()),
    }
}

pub(super) fn parse_output(text: &str) -> Result<Output, String> {
    let (format, path) = text.split_once('=').map_or((text, None), |(format, path)| (format, Some(path)));
    if path == Some("") {
        return Err("the path is empty".to_owned());
    }
    Ok(Output { format: parse_format(format)?, path: path.map(PathBuf::from) })
}

/// Runs the command.
///
/// # Errors
/// Wrong usage or configuration; a source, recording or output that cannot be read or written at all.
pub fn run(args: &Args) -> Result<u8, CliError> {
    let only: BTreeSet<Part> = args.only.iter().flat_map(|parts| parts.0.iter().copied()).collect();
    let outputs = outputs(&args.output, args.format)?;
    let vpc = only.is_empty() || only.contains(&Part::Vpc);
    if !args.probe.is_empty() && !vpc {
        return Err(CliError::usage("--probe is judged in the part vpc, which --only leaves out"));
    }
    if args.collect && !only.is_empty() && !only.contains(&Part::Discovery) {
        return Err(CliError::usage("--collect is judged in the part discovery, which --only leaves out"));
    }
    let (recording, only) = match &args.replay {
        Some(path) => {
            let recording = Recording::read(path)?;
            let only = recording.parts(only)?;
            (recording, only)
        }
        None => {
            let mut setup = Setup::load(&args.common)?;
            args.observed.apply(&setup.root, &mut setup.config.terraform);
            let before_deploy = args.before_deploy.as_ref();
            let before_deploy = before_deploy.map(|path| outlook::asked(&mut setup, path.as_deref())).transpose()?;
            let wanted = Wanted {
                parts: only.clone(),
                needs: args.asking.needs(),
                collect: args.collect,
                probes: args.probe.clone(),
            };
            let checkout = args.base.as_ref().map(|base| Checkout::of(&setup, base)).transpose()?;
            let base_setup = checkout.as_ref().map(|checkout| &checkout.setup);
            let (evidence, base) = gather::evidence_of_both(&setup, base_setup, &wanted)?;
            let evidence = Evidence { before_deploy, ..evidence };
            let base = checkout.zip(base).map(|(checkout, base)| checkout.evidence(&setup, &evidence, base));
            (Recording::new(setup.config, setup.config_file, only.clone(), evidence).against(base), only)
        }
    };
    if only.contains(&Part::Health) && recording.evidence.health.is_none() {
        return Err(CliError::usage("--only health needs a table [health] in gcp-drift.toml"));
    }
    if let Some(path) = &args.record {
        recording.write(path)?;
    }
    let settings = settings(args.fail_on, args.allow_unchecked, &recording, only);
    let report = judge(&recording, &settings);
    for output in &outputs {
        let style = output::style(args.color);
        let text = match (output.format, &output.path) {
            (Format::Json, _) => report::json::v1::render(&report),
            (Format::Text, None) => report::terminal::render(&report, &style),
            (Format::Text, Some(_)) => {
                report::terminal::render(&report, &report::terminal::Style { color: false, unicode: false, ..style })
            }
        };
        match &output.path {
            Some(path) => output::file(path, &text)?,
            None => output::stdout(&text)?,
        }
    }
    for source in &recording.evidence.terraform.observed {
        if let Some(problem) = &source.problem {
            output::stderr(&format!("{} was not read: {problem}", source.label));
        }
    }
    output::stderr(&format!("exit code {}: {}", report.exit_code, report.exit_reason));
    let code = report.exit_code;
    // The process ends here, and giving back many small pieces one by one takes as long as the report.
    std::mem::forget((recording, report));
    Ok(code)
}

/// The report of `check --only tests`, as configured.
///
/// # Errors
/// As for [`run`].
pub(super) fn of_tests(setup: Setup) -> Result<Report, CliError> {
    let only: BTreeSet<Part> = Part::TESTS.into_iter().collect();
    let evidence = gather::evidence(&setup, &Wanted { parts: only.clone(), ..Wanted::default() })?;
    let recording = Recording::new(setup.config, setup.config_file, only.clone(), evidence);
    Ok(judge(&recording, &settings(None, false, &recording, only)))
}

/// Where the report goes, and in which format: to stdout at most once.
pub(super) fn outputs(outputs: &[Output], format: Option<Format>) -> Result<Vec<Output>, CliError> {
    let mut outputs = outputs.to_vec();
    outputs.extend(format.map(|format| Output { format, path: None }));
    match outputs.iter().filter(|output| output.path.is_none()).count() {
        0 => outputs.insert(0, Output { format: Format::Text, path: None }),
        1 => {}
        _ => return Err(CliError::usage("only one format can go to stdout; give the others a path")),
    }
    Ok(outputs)
}

/// What the configuration and the flags say about verdicts.
pub(super) fn settings(
    fail_on: Option<FailOn>,
    allow_unchecked: bool,
    recording: &Recording,
    only: BTreeSet<Part>,
) -> Settings {
    let config = &recording.config;
    let file = recording.config_file.as_deref().unwrap_or("gcp-drift.toml");
    Settings {
        severity: config.severity.clone(),
        accept: config
            .accept
            .iter()
            .map(|accepted| Acceptance {
                rule: accepted.rule.clone(),
                resource: accepted.resource.clone(),
                reason: accepted.reason.clone(),
                until: accepted.until.clone(),
                place: format!("{file}:{}", accepted.line),
            })
            .collect(),
        only,
        fail_on: fail_on.map_or(config.fail_on, |fail_on| fail_on.0),
        allow_unchecked,
        today: recording.evidence.date.clone(),
    }
}

/// Judges the evidence: pure, so that a replay gives the same report.
pub(super) fn judge(recording: &Recording, settings: &Settings) -> Report {
    let (config, evidence) = (&recording.config, &recording.evidence);
    let reconciled = reconcile(evidence, &name_context(config));
    let limits = Limits { max_files: config.tests.max_files, max_seconds: config.tests.max_seconds };
    let scene = Scene { evidence, reconciled: &reconciled, limits, environments: &config.environments };
    // What is wrong with a policy is among its verdicts.
    let (policies, _) = policy::load(&evidence.policies);
    let judged = registry::judge(&scene, policy_verdicts(&policies, config, &reconciled), settings);
    let change = recording.base.as_ref().map(|base| {
        let before = compared::before(base, recording);
        let reconciled = reconcile(&before, &name_context(config));
        let scene = Scene { evidence: &before, reconciled: &reconciled, ..scene };
        let judged_before = registry::judge(&scene, policy_verdicts(&policies, config, &reconciled), settings);
        compared::change(base, (evidence, &judged), (&before, &judged_before))
    });
    let (exit_code, exit_reason) = match &change {
        Some(change) => registry::change::outcome(change, &judged, settings),
        None => registry::outcome(&judged, settings),
    };
    let timings = &evidence.timings;
    Report {
        run: Run {
            live_source: evidence.live_source.clone(),
            started: timings.started.clone(),
            seconds: timings.terraform.max(timings.deploy) + timings.live + timings.tests,
        },
        parts: parts(&scene, &policies, config, &judged, settings),
        before_deploy: outlook::outlook(evidence, &reconciled),
        coverage: evidence.inventory.coverage.clone(),
        excerpts: evidence.excerpts.clone(),
        suppressed: suppressed(&judged, settings),
        change,
        findings: judged.findings,
        not_checked: judged.not_checked,
        exit_code,
        exit_reason,
    }
}

fn policy_verdicts(policies: &Policies, config: &Config, reconciled: &Reconciled<'_>) -> Vec<(Part, Verdict)> {
    let verdicts = policies.judge(reconciled, &config.policies.params);
    verdicts.into_iter().map(|verdict| (Part::Policies, verdict)).collect()
}

fn suppressed(judged: &Judged, settings: &Settings) -> Vec<Suppressed> {
    let accepted = |index: usize, item: SuppressedItem| {
        let acceptance = settings.accept.get(index);
        Suppressed {
            item,
            reason: acceptance.map(|acceptance| acceptance.reason.clone()).unwrap_or_default(),
            until: acceptance.and_then(|acceptance| acceptance.until.clone()),
        }
    };
    let findings = judged.accepted_findings.iter();
    let findings =
        findings.map(|(finding, index)| accepted(*index, SuppressedItem::Finding(Box::new(finding.clone()))));
    let items = judged.accepted_not_checked.iter();
    let items = items.map(|(item, index)| accepted(*index, SuppressedItem::NotChecked(Box::new(item.clone()))));
    findings.chain(items).collect()
}

fn parts(
    scene: &Scene<'_>,
    policies: &Policies,
    config: &Config,
    judged: &Judged,
    settings: &Settings,
) -> Vec<PartSummary> {
    Part::ALL
        .into_iter()
        .map(|part| {
            let findings = judged.findings.iter().filter(|finding| finding.part == part).count();
            let not_checked = judged.not_checked.iter().filter(|item| item.part == part).count();
            let clean = judged.clean.get(&part).copied().unwrap_or(0);
            // Health is only looked at where it is configured.
            let there = part != Part::Health || scene.evidence.health.is_some();
            let asked = there && (settings.only.is_empty() || settings.only.contains(&part));
            let verdict = match (findings, not_checked, clean) {
                _ if !asked => PartVerdict::NotAsked,
                (1.., _, _) => PartVerdict::Findings,
                (0, 1.., _) => PartVerdict::NotChecked,
                (0, 0, 1..) => PartVerdict::Clean,
                (0, 0, 0) => PartVerdict::NotApplicable,
            };
            let metrics = if asked { metrics(part, scene, policies, config) } else { BTreeMap::new() };
            PartSummary { part, verdict, findings, not_checked, clean, metrics }
        })
        .collect()
}

//! What a gate says: a table for people, JSON for programs.

use std::fmt::Write as _;

use crate::cli::error::{CliError, escaped};
use crate::exit_code;
use crate::report::json::premigrate as json;
use crate::report::{self, Report, terminal::Style};

/// A gate that was run.
pub(super) struct Gate {
    /// The report on the tests.
    pub(super) validation: Report,
    /// The validation and the commands, in order.
    pub(super) steps: Vec<Step>,
}

/// One step.
pub(super) struct Step {
    pub(super) name: String,
    pub(super) verdict: Verdict,
    pub(super) seconds: f64,
    /// Why it did not pass.
    pub(super) detail: String,
    /// True for a configured command.
    pub(super) command: bool,
    /// Its failure does not count.
    pub(super) allowed: bool,
    pub(super) exit_status: Option<i32>,
    pub(super) tail: Vec<String>,
    pub(super) truncated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Passed,
    Failed,
    TimedOut,
    /// Something that the validation needed could not be read.
    NotChecked,
    NotStarted,
    /// A step before it did not pass, and `--fast-fail` was given.
    NotRun,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::TimedOut => "timed out",
            Self::NotChecked => "not checked",
            Self::NotStarted => "not started",
            Self::NotRun => "not run",
        }
    }
}

impl Step {
    pub(super) fn new(name: &str, verdict: Verdict) -> Self {
        Self {
            name: name.to_owned(),
            verdict,
            seconds: 0.0,
            detail: String::new(),
            command: false,
            allowed: false,
            exit_status: None,
            tail: Vec::new(),
            truncated: false,
        }
    }

    fn has_failed(&self) -> bool {
        matches!(self.verdict, Verdict::Failed | Verdict::TimedOut) && !self.allowed
    }

    /// Not started or not checked: an allowed failure is one that was seen, so this is never allowed.
    fn is_open(&self) -> bool {
        matches!(self.verdict, Verdict::NotChecked | Verdict::NotStarted | Verdict::NotRun)
    }

    pub(super) fn stops(&self) -> bool {
        self.has_failed() || self.is_open()
    }
}

impl Gate {
    pub(super) fn exit_code(&self) -> u8 {
        if self.steps.iter().any(Step::has_failed) {
            exit_code::FINDINGS
        } else if self.steps.iter().any(Step::is_open) {
            exit_code::NOT_CHECKED
        } else {
            exit_code::CLEAN
        }
    }

    pub(super) fn reason(&self) -> String {
        let named = |wanted: fn(&Step) -> bool| {
            let names: Vec<&str> =
                self.steps.iter().filter(|step| wanted(step)).map(|step| step.name.as_str()).collect();
            report::words::list(&names)
        };
        match self.exit_code() {
            exit_code::FINDINGS => format!("{} did not pass", escaped(&named(Step::has_failed))),
            exit_code::NOT_CHECKED => format!("{} could not be run or checked", escaped(&named(Step::is_open))),
            _ => "every step passed".to_owned(),
        }
    }
}

/// The report on the tests where they did not pass, the output of the commands that did not, and the summary.
pub(super) fn text(gate: &Gate, style: &Style) -> String {
    let mut out = String::new();
    if gate.steps.first().is_some_and(Step::stops) {
        out.push_str(&report::terminal::render(&gate.validation, style));
        out.push('\n');
    }
    for step in
        gate.steps.iter().filter(|step| step.command && step.verdict != Verdict::Passed && !step.tail.is_empty())
    {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{} {}, the end of its output:", escaped(&step.name), step.verdict.word());
        if step.truncated {
            out.push_str("  …\n");
        }
        for line in &step.tail {
            let _ = writeln!(out, "  {}", escaped(line));
        }
        out.push('\n');
    }
    let rows = gate.steps.iter().map(|step| {
        let allowed =
            if step.allowed && !step.is_open() && step.verdict != Verdict::Passed { " (allowed)" } else { "" };
        let verdict = format!("{}{allowed}", step.verdict.word());
        vec![escaped(&step.name), verdict, format!("{:.1}", step.seconds), escaped(&step.detail)]
    });
    out + &report::terminal::table_of(&["step", "verdict", "seconds", "detail"], rows, style)
}

pub(super) fn json(gate: &Gate) -> Result<String, CliError> {
    let steps = gate.steps.iter().map(|step| json::Step {
        name: step.name.clone(),
        kind: if step.command { json::Kind::Command } else { json::Kind::Validation },
        verdict: match step.verdict {
            Verdict::Passed => json::Verdict::Passed,
            Verdict::Failed => json::Verdict::Failed,
            Verdict::TimedOut => json::Verdict::TimedOut,
            Verdict::NotChecked => json::Verdict::NotChecked,
            Verdict::NotStarted => json::Verdict::NotStarted,
            Verdict::NotRun => json::Verdict::NotRun,
        },
        allowed_to_fail: step.allowed,
        seconds: (step.seconds * 1000.0).round() / 1000.0,
        detail: step.detail.clone(),
        exit_status: step.exit_status,
        output: step.tail.clone(),
        output_truncated: step.truncated,
    });
    json::render(&gate.validation, steps.collect(), gate.exit_code(), gate.reason())
        .map_err(|error| CliError::failed("write the report", error))
}

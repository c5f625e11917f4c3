//! Targets beside what must be said of them. All targets of a matrix are asked in one run of the built binary.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::common::{Repository, binary, copy, list};

/// A target, and what must be said of it.
pub struct Case {
    name: String,
    settings: String,
    want: Want,
}

/// What must be said.
#[derive(Clone, Copy)]
pub enum Want {
    /// It failed with this fault at this stage.
    Failed(&'static str, &'static str),
    /// It answered, and the answer holds this text.
    Reached(&'static str),
    /// The same, too slowly.
    Slow(&'static str),
}

pub fn failed(fault: &'static str, stage: &'static str) -> Want {
    Want::Failed(fault, stage)
}

pub fn reached(answer: &'static str) -> Want {
    Want::Reached(answer)
}

impl Case {
    /// A target by its URL.
    pub fn url(name: &str, url: &str, want: Want) -> Self {
        Self::settings(name, &format!("url = \"{url}\""), want)
    }

    /// A target by its settings in TOML.
    pub fn settings(name: &str, settings: &str, want: Want) -> Self {
        Self { name: name.to_owned(), settings: settings.to_owned(), want }
    }
}

/// Cases and what came of them.
pub struct Matrix {
    cases: Vec<Case>,
    timeout: f64,
    certificates: Option<PathBuf>,
    /// Faults that were named, of those that were planted.
    named: (usize, usize),
    /// Answers that were told, of those that were given.
    told: (usize, usize),
    /// The faults that were named.
    pub faults: BTreeSet<String>,
}

/// A busy machine notices late that the time is over, in seconds.
const SLACK: f64 = 3.0;

impl Matrix {
    /// With a time limit on each try, in seconds.
    pub fn new(timeout: f64) -> Self {
        Self { cases: Vec::new(), timeout, certificates: None, named: (0, 0), told: (0, 0), faults: BTreeSet::new() }
    }

    /// With a folder of certificates, which the targets find in `certificates`.
    pub fn with(self, certificates: &Path) -> Self {
        Self { certificates: Some(certificates.to_owned()), ..self }
    }

    pub fn extend(&mut self, cases: impl IntoIterator<Item = Case>) {
        self.cases.extend(cases);
    }

    /// Asks all targets, and compares what is said of each. Nothing that is printed holds a password.
    pub fn run(&mut self) {
        let repository = Repository::empty();
        let mut config = String::new();
        for case in &self.cases {
            let _ = writeln!(config, "[[targets]]\nname = \"{}\"\n{}\n", case.name, case.settings);
        }
        repository.write("gcp-drift.toml", &config);
        if let Some(folder) = &self.certificates {
            std::fs::create_dir(repository.join("certificates")).unwrap();
            copy(folder, &repository.join("certificates"));
        }
        let output = binary()
            .args(["probe", "--tries", "1", "--slow", "1.5", "--output", "json=probe.json"])
            .args(["--timeout", &self.timeout.to_string()])
            .current_dir(repository.path())
            .env("RIGHT", "hunter2-right")
            .env("WRONG", "hunter2-wrong")
            .env("PATH", "")
            .output()
            .unwrap();
        let (said, why) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let written = repository.read("probe.json");
        for text in [&*said, &*why, &*written] {
            assert!(!text.contains("hunter2"), "a password is printed: {text}");
        }
        assert_eq!(output.status.code(), Some(self.code()), "{said}\n{why}");
        let document: Value = serde_json::from_str(&written).unwrap();
        let targets = list(&document, "targets");
        assert_eq!(targets.len(), self.cases.len());
        let mut wrong = Vec::new();
        for (case, target) in self.cases.iter().zip(targets) {
            let count = if matches!(case.want, Want::Failed(..)) { &mut self.named } else { &mut self.told };
            count.1 += 1;
            match compare(case, target, self.timeout) {
                Ok(fault) => {
                    count.0 += 1;
                    self.faults.extend(fault);
                }
                Err(why) => wrong.push(format!("{}: {why}\n  {target}", case.name)),
            }
        }
        assert!(wrong.is_empty(), "{}\n{}", self.line("failed"), wrong.join("\n"));
    }

    fn code(&self) -> i32 {
        if self.cases.iter().any(|case| matches!(case.want, Want::Failed(..))) { 2 } else { 0 }
    }

    /// Adds what came of another matrix.
    pub fn merge(&mut self, other: Self) {
        for (own, other) in [(&mut self.named, other.named), (&mut self.told, other.told)] {
            *own = (own.0 + other.0, own.1 + other.1);
        }
        self.faults.extend(other.faults);
    }

    /// What came of it, on one line.
    pub fn line(&self, of: &str) -> String {
        let ((named, planted), (told, given)) = (self.named, self.told);
        let kinds = self.faults.len();
        format!("probe: {named} of {planted} faults named ({of}, {kinds} kinds), {told} of {given} answers told")
    }
}

fn compare(case: &Case, target: &Value, timeout: f64) -> Result<Option<String>, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let outcome = text(&target["outcome"]);
    match case.want {
        Want::Failed(fault, stage) => {
            let failure = &target["failures"][0];
            let (found, at) = (text(&failure["fault"]), text(&failure["stage"]));
            if outcome != "failed" || found != fault || at != stage {
                return Err(format!("{fault} at the stage {stage} was expected, not {found} at {at} ({outcome})"));
            }
            let seconds = failure["seconds"].as_f64().unwrap_or(f64::MAX);
            if seconds > timeout + SLACK {
                return Err(format!("it took {seconds} s"));
            }
            if text(&failure["detail"]).is_empty() || target["latency"] != Value::Null {
                return Err("it must say what was seen, and have no latency".to_owned());
            }
            Ok(Some(found))
        }
        Want::Reached(answer) | Want::Slow(answer) => {
            let word = if matches!(case.want, Want::Slow(_)) { "slow" } else { "reached" };
            // A busy machine may be slow where that is not what the case is about.
            let right = outcome == word || (word == "reached" && outcome == "slow");
            if !right || !text(&target["answer"]).contains(answer) {
                return Err(format!("{word} with `{answer}` was expected"));
            }
            if target["latency"]["total"]["max"].as_f64().is_none_or(|seconds| seconds > timeout + SLACK) {
                return Err("it took too long".to_owned());
            }
            Ok(None)
        }
    }
}

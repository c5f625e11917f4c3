//! What CPython does with each module and each import.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use gcp_drift::model::tests::BrokenImport;
use serde_json::Value;

/// An import, as one line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub file: String,
    pub line: u32,
    /// The imported name, empty where the module is missing.
    pub symbol: String,
}

impl Fault {
    pub fn of(import: &BrokenImport) -> Self {
        let span = import.origin.source().unwrap();
        let symbol = import.symbol.clone().unwrap_or_default();
        Self { file: span.file.to_string(), line: span.start.line, symbol }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} {}", self.file, self.line, self.symbol)
    }
}

/// What importing one module does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// `ok`, or the class of the exception.
    pub class: String,
    /// Where it is raised in the tree.
    pub place: Option<(String, u32)>,
}

#[derive(Debug, Default)]
pub struct Truth {
    pub outcomes: BTreeMap<String, Outcome>,
    /// Imports that are executed.
    pub reached: BTreeSet<Fault>,
    /// Imports that fail whenever they are executed.
    pub always: BTreeSet<Fault>,
    /// Imports that fail in some runs and not in others.
    pub sometimes: BTreeSet<Fault>,
    /// Import → in how many runs it was executed, in how many it or its circle failed, and whether it ever did itself.
    counts: BTreeMap<Fault, (usize, usize, bool)>,
}

impl Truth {
    pub fn add(&mut self, plain: &Value, mended: &Value) {
        let id = plain["id"].as_str().unwrap().to_owned();
        let place =
            plain["outcome"][1].as_str().map(|file| (file.to_owned(), plain["outcome"][2].as_u64().unwrap() as u32));
        let class = plain["outcome"][0].as_str().unwrap().to_owned();
        self.outcomes.insert(id, Outcome { class, place });
        let circular = plain["outcome"][3].as_bool().unwrap();
        let fault = |value: &Value| Fault {
            file: value[0].as_str().unwrap().to_owned(),
            line: value[1].as_u64().unwrap() as u32,
            symbol: value[2].as_str().unwrap().to_owned(),
        };
        let failed: BTreeSet<Fault> = mended["failed"].as_array().unwrap().iter().map(fault).collect();
        let same_line = |one: &Fault, other: &Fault| one.file == other.file && one.line == other.line;
        for reached in mended["reached"].as_array().unwrap().iter().map(fault) {
            // The name that is at fault is another than the one that is written for a missing module and for a star.
            let at_fault = failed.iter().find(|failed| **failed == reached).or_else(|| {
                let other = |failed: &&Fault| {
                    same_line(failed, &reached) && (failed.symbol.is_empty() || reached.symbol == "*")
                };
                failed.iter().find(other)
            });
            self.reached.insert(reached.clone());
            let count = self.counts.entry(at_fault.cloned().unwrap_or(reached)).or_default();
            count.0 += 1;
            // Where a circle fails at one of its imports, the others of it are not mended by that.
            count.1 += usize::from(at_fault.is_some() || circular);
            count.2 |= at_fault.is_some();
        }
    }

    pub fn finish(&mut self) {
        for (fault, (reached, failed, ever)) in &self.counts {
            if !ever {
                continue;
            }
            // Runs in which it did not fail are counted under the name that is written.
            if failed == reached {
                self.always.insert(fault.clone());
            } else {
                self.sometimes.insert(fault.clone());
            }
        }
    }

    pub fn render(&self) -> String {
        let mut text = String::new();
        for (module, outcome) in &self.outcomes {
            let (file, line) = outcome.place.clone().unwrap_or_default();
            text += &format!("module\t{module}\t{}\t{file}\t{line}\n", outcome.class);
        }
        for (word, faults) in [("reached", &self.reached), ("always", &self.always), ("sometimes", &self.sometimes)] {
            for fault in faults {
                text += &format!("{word}\t{}\t{}\t{}\n", fault.file, fault.line, fault.symbol);
            }
        }
        text
    }

    pub fn parse(text: &str) -> Self {
        let mut truth = Self::default();
        for line in text.lines() {
            let parts: Vec<&str> = line.split('\t').collect();
            let fault =
                || Fault { file: parts[1].to_owned(), line: parts[2].parse().unwrap(), symbol: parts[3].to_owned() };
            let _ = match parts[0] {
                "module" => {
                    let place = (!parts[3].is_empty()).then(|| (parts[3].to_owned(), parts[4].parse().unwrap()));
                    truth.outcomes.insert(parts[1].to_owned(), Outcome { class: parts[2].to_owned(), place }).is_none()
                }
                "reached" => truth.reached.insert(fault()),
                "always" => truth.always.insert(fault()),
                "sometimes" => truth.sometimes.insert(fault()),
                other => panic!("{other}"),
            };
        }
        truth
    }
}

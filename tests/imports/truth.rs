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
    /// Import → in how many runs it was executed, and failed.
    counts: BTreeMap<Fault, (usize, usize)>,
    faults: BTreeMap<(String, u32, String), Fault>,
}

impl Truth {
    pub fn add(&mut self, plain: &Value, mended: &Value) {
        let id = plain["id"].as_str().unwrap().to_owned();
        let place = plain["outcome"][1].as_str().map(|file| (file.to_owned(), plain["outcome"][2].as_u64().unwrap() as u32));
        let class = plain["outcome"][0].as_str().unwrap().to_owned();
        self.outcomes.insert(id, Outcome { class, place });
        let key = |value: &Value| {
            let file = value[0].as_str().unwrap().to_owned();
            (file, value[1].as_u64().unwrap() as u32, value[2].as_str().unwrap().to_owned())
        };
        for reached in mended["reached"].as_array().unwrap() {
            let (file, line, symbol) = key(reached);
            self.counts.entry(Fault { file, line, symbol }).or_default().0 += 1;
        }
        for failed in mended["failed"].as_array().unwrap() {
            let (file, line, symbol) = key(failed);
            let fault = Fault { file: file.clone(), line, symbol: symbol.clone() };
            self.counts.entry(fault).or_default().1 += 1;
            // Of a missing module no name is missing.
            let shown = if failed[3] == "ModuleNotFoundError" { String::new() } else { symbol.clone() };
            self.faults.insert((file.clone(), line, symbol), Fault { file, line, symbol: shown });
        }
    }

    pub fn finish(&mut self) {
        for (fault, (reached, failed)) in &self.counts {
            self.reached.insert(fault.clone());
            let key = (fault.file.clone(), fault.line, fault.symbol.clone());
            let shown = self.faults.get(&key).cloned().unwrap_or_else(|| fault.clone());
            if failed == reached {
                self.always.insert(shown);
            } else if *failed > 0 {
                self.sometimes.insert(shown);
            }
        }
    }

    /// True where no other import stands in its line.
    pub fn is_only_import(&self, fault: &Fault) -> bool {
        self.reached.iter().filter(|other| other.file == fault.file && other.line == fault.line).count() == 1
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
            let fault = || Fault {
                file: parts[1].to_owned(),
                line: parts[2].parse().unwrap(),
                symbol: parts[3].to_owned(),
            };
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

//! Reads JUnit XML as test runners really write it, piece by piece and within limits.
//!
//! There is no standard, only a family of dialects; what they share is read, and what differs is told apart by what
//! is there, not by the name of a tool:
//!
//! | runner | what is its own |
//! | --- | --- |
//! | pytest | failures without a type; errors of fixtures as `failed on setup with "…"`; collection errors as test cases without a class; `file` and `line` in the `xunit1` family; pytest-rerunfailures leaves one bare test case for every run |
//! | cargo-nextest, Maven Surefire | `flakyFailure`, `flakyError` in a test that passed in the end; `rerunFailure`, `rerunError` in one that never did |
//! | GoogleTest, CTest | `status="notrun"` or `"disabled"` for tests that were left out |
//!
//! Totals that a report states are not relied on: of `testsuites` most runners leave them out.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use quick_xml::Reader;
use quick_xml::encoding::DecodingReader;
use quick_xml::events::{BytesStart, Event};

use super::timeouts::{self, BODY_BYTES};
use crate::model::health::Outcome;
use crate::model::redact;

/// The largest report that is read, in bytes.
pub const MAX_BYTES: u64 = 512 << 20;
/// The largest piece (a tag, or the text between two tags) that is read, in bytes.
const MAX_PIECE: usize = 64 << 20;
/// The deepest nesting.
const MAX_DEPTH: usize = 64;
/// The most test cases of one file.
const MAX_CASES: usize = 1_000_000;
/// The longest name of a test or class, in characters.
const MAX_NAME: usize = 1_000;

/// What a report says, as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The test cases, in order.
    pub cases: Vec<Case>,
    /// The earliest `timestamp` of its suites, as it was written.
    pub timestamp: Option<String>,
    /// Why it is not whole; `None` where it is.
    pub damage: Option<String>,
}

/// A test case.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Class and name, joined by `::`; only the name where there is no class.
    pub id: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took, in seconds; `None` where the report does not tell.
    pub seconds: Option<f64>,
    /// It stands for a file or module whose tests could not be collected.
    pub uncollected: bool,
    /// Its suite comes from pytest, or counts fewer tests than it lists: cases that share an id are runs of one test.
    pub repeats: bool,
}

/// Reads a report. What cannot be read ends it, and is its [`damage`](Report::damage).
pub fn read(input: impl Read) -> Report {
    let spent = Rc::new(Cell::new(0));
    let limited = Piecewise { inner: BufReader::new(input.take(MAX_BYTES + 1)), spent: spent.clone(), total: 0 };
    let mut reader = Reader::from_reader(DecodingReader::new(limited));
    let mut parser = Parser::default();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        spent.set(0);
        let step = match reader.read_event_into(&mut buffer) {
            Ok(Event::Eof) => parser.end().map(|()| true),
            Ok(event) => parser.event(&event).map(|()| false),
            Err(error) => Err(error.to_string()),
        };
        match step {
            Ok(false) => {}
            Ok(true) => return parser.report,
            Err(text) => {
                let at = reader.buffer_position();
                parser.report.damage = Some(format!("{text} (at byte {at})"));
                parser.close_suites();
                return parser.report;
            }
        }
    }
}

/// Stops reading where one piece of the report is too large to be held in memory.
struct Piecewise<R> {
    inner: R,
    spent: Rc<Cell<usize>>,
    total: u64,
}

impl<R: BufRead> Piecewise<R> {
    fn check(&self) -> io::Result<()> {
        if self.total > MAX_BYTES {
            return Err(io::Error::other(format!("it is larger than {} MiB", MAX_BYTES >> 20)));
        }
        if self.spent.get() > MAX_PIECE {
            return Err(io::Error::other(format!("one piece of it is larger than {} MiB", MAX_PIECE >> 20)));
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Piecewise<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.spent.set(self.spent.get() + count);
        self.total += count as u64;
        self.check()?;
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Piecewise<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.check()?;
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.spent.set(self.spent.get() + count);
        self.total += count as u64;
        self.inner.consume(count);
    }
}

/// A suite that is being read.
#[derive(Default)]
struct Suite {
    name: String,
    /// Its own cases begin here.
    first: usize,
    /// The number of tests that it states.
    tests: Option<usize>,
}

/// A test case that is being read.
struct Open {
    class: String,
    name: String,
    seconds: Option<f64>,
    outcome: Outcome,
    flaky: bool,
    uncollected: bool,
}

/// A failure or error whose body is being read.
struct Fault {
    kind: String,
    message: String,
    body: String,
    outcome: Outcome,
}

#[derive(Default)]
struct Parser {
    report: Report,
    /// Names of the open elements.
    path: Vec<String>,
    suites: Vec<Suite>,
    case: Option<Open>,
    fault: Option<Fault>,
    seen_root: bool,
}

type Step = Result<(), String>;

impl Parser {
    fn event(&mut self, event: &Event<'_>) -> Step {
        match event {
            Event::Start(tag) => {
                if self.path.len() >= MAX_DEPTH {
                    return Err(format!("elements are nested more than {MAX_DEPTH} deep"));
                }
                self.open(tag)?;
                self.path.push(tag.local_name().as_ref().to_owned());
            }
            Event::Empty(tag) => {
                self.open(tag)?;
                self.close(tag.local_name().as_ref());
            }
            Event::End(tag) => {
                if self.path.pop().is_none() {
                    return Err("an element is closed that is not open".to_owned());
                }
                self.close(tag.local_name().as_ref());
            }
            Event::Text(text) => self.text(text),
            Event::CData(text) => self.text(text),
            Event::GeneralRef(reference) => {
                // What entities beyond the predefined ones stand for is not looked up.
                if let Ok(Some(char)) = reference.resolve_char_ref() {
                    self.text(char.encode_utf8(&mut [0; 4]));
                } else if let Some(text) = quick_xml::escape::resolve_predefined_entity(reference) {
                    self.text(text);
                }
            }
            Event::DocType(_) => return Err("it has a document type declaration, which no report needs".to_owned()),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::Eof => {}
        }
        Ok(())
    }

    fn open(&mut self, tag: &BytesStart<'_>) -> Step {
        let name = tag.local_name();
        let name: &str = name.as_ref();
        if self.path.is_empty() {
            if self.seen_root {
                return Err("it has more than one root element".to_owned());
            }
            if !matches!(name, "testsuites" | "testsuite") {
                return Err("it is no JUnit XML: its root element is neither `testsuites` nor `testsuite`".to_owned());
            }
            self.seen_root = true;
        }
        match name {
            "testsuite" => self.open_suite(tag),
            "testcase" if self.case.is_some() => Err("a test case stands in a test case".to_owned()),
            "testcase" => self.open_case(tag),
            _ => self.open_result(name, tag),
        }
    }

    fn open_suite(&mut self, tag: &BytesStart<'_>) -> Step {
        let mut suite = Suite { first: self.report.cases.len(), ..Suite::default() };
        for (name, value) in attributes(tag)? {
            match name.as_str() {
                "name" => suite.name = value,
                "tests" => suite.tests = value.trim().parse().ok(),
                "timestamp" => {
                    let earlier = self.report.timestamp.take().filter(|first| *first < value);
                    self.report.timestamp = Some(earlier.unwrap_or(value));
                }
                _ => {}
            }
        }
        self.suites.push(suite);
        Ok(())
    }

    fn open_case(&mut self, tag: &BytesStart<'_>) -> Step {
        if self.report.cases.len() >= MAX_CASES {
            return Err(format!("it has more than {MAX_CASES} test cases"));
        }
        let (mut class, mut name, mut seconds, mut outcome) = (None, None, None, Outcome::Passed);
        for (key, value) in attributes(tag)? {
            match key.as_str() {
                "classname" => class = Some(shortened(&value)),
                "name" => name = Some(shortened(&value)),
                "time" => seconds = duration(&value),
                "status" if matches!(value.as_str(), "notrun" | "disabled" | "skipped") => outcome = Outcome::Skipped,
                _ => {}
            }
        }
        let Some(name) = name else { return Err("a test case has no name".to_owned()) };
        let suite = self.suites.last().map(|suite| suite.name.clone());
        let class = class.or(suite).unwrap_or_default();
        self.case = Some(Open { class, name, seconds, outcome, flaky: false, uncollected: false });
        Ok(())
    }

    /// What stands in a test case and says how it ended.
    fn open_result(&mut self, name: &str, tag: &BytesStart<'_>) -> Step {
        let in_case = self.path.last().is_some_and(|parent| parent == "testcase");
        let Some(case) = self.case.as_mut().filter(|_| in_case) else { return Ok(()) };
        match name {
            "failure" | "error" => {
                let outcome = if name == "failure" { Outcome::Failed } else { Outcome::Error };
                let mut fault = Fault { kind: String::new(), message: String::new(), body: String::new(), outcome };
                for (key, value) in attributes(tag)? {
                    match key.as_str() {
                        "type" => fault.kind = value,
                        "message" => fault.message = value,
                        _ => {}
                    }
                }
                self.fault = Some(fault);
            }
            "skipped" | "disabled" => case.skip(),
            "flakyFailure" | "flakyError" => case.flaky = true,
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if let Some(fault) = &mut self.fault {
            let room = BODY_BYTES.saturating_sub(fault.body.len());
            let end = (0..=room.min(text.len())).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
            fault.body.push_str(text.get(..end).unwrap_or_default());
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "failure" | "error" => {
                if let (Some(fault), Some(case)) = (self.fault.take(), &mut self.case) {
                    // pytest puts other words before the message of every error in a test.
                    case.uncollected |= fault.outcome == Outcome::Error && fault.message == "collection failure";
                    let stopped = timeouts::is_timeout(&fault.kind, &fault.message, &fault.body);
                    case.outcome = case.outcome.max(if stopped { Outcome::TimedOut } else { fault.outcome });
                }
            }
            "testcase" => self.close_case(),
            "testsuite" => self.close_suite(),
            _ => {}
        }
    }

    fn close_case(&mut self) {
        let Some(case) = self.case.take() else { return };
        let outcome = if case.flaky && case.outcome == Outcome::Passed { Outcome::Flaky } else { case.outcome };
        let id = if case.class.is_empty() { case.name.clone() } else { format!("{}::{}", case.class, case.name) };
        // Parameters are part of a name, and may be anything.
        let id = redact::identifier(&id);
        let Open { seconds, uncollected, .. } = case;
        self.report.cases.push(Case { id, outcome, seconds, uncollected, repeats: false });
    }

    fn close_suite(&mut self) {
        let Some(suite) = self.suites.pop() else { return };
        let cases = self.report.cases.get_mut(suite.first..).unwrap_or_default();
        let listed = cases.len();
        if suite.name == "pytest" || suite.tests.is_some_and(|stated| stated < listed) {
            cases.iter_mut().for_each(|case| case.repeats = true);
        }
    }

    /// Closes the suites that a broken report leaves open.
    fn close_suites(&mut self) {
        while !self.suites.is_empty() {
            self.close_suite();
        }
    }

    fn end(&mut self) -> Step {
        match self.path.last() {
            Some(open) => Err(format!("it ends inside the element `{open}`: it was cut off")),
            None if !self.seen_root => Err("it is empty".to_owned()),
            None => Ok(()),
        }
    }
}

impl Open {
    /// Notes that the test was left out: a failure stays one.
    fn skip(&mut self) {
        if self.outcome == Outcome::Passed {
            self.outcome = Outcome::Skipped;
        }
    }
}

/// The attributes of a tag, with their references resolved.
fn attributes(tag: &BytesStart<'_>) -> Result<Vec<(String, String)>, String> {
    let one = |attribute: Result<quick_xml::events::attributes::Attribute<'_>, _>| {
        let attribute = attribute.map_err(|error: quick_xml::events::attributes::AttrError| error.to_string())?;
        let name: &str = attribute.key.as_ref();
        let value = quick_xml::escape::unescape(&attribute.value)
            .map_err(|error| format!("the attribute `{name}`: {error}"))?;
        Ok((name.to_owned(), value.into_owned()))
    };
    tag.attributes().map(one).collect()
}

/// A name that fits; of a longer one, the head, and a number that tells it from others.
fn shortened(name: &str) -> String {
    match name.char_indices().nth(MAX_NAME) {
        None => name.to_owned(),
        Some((end, _)) => {
            let sum = name
                .bytes()
                .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
            format!("{}…{sum:016x}", name.get(..end).unwrap_or_default())
        }
    }
}

/// A duration in seconds. Surefire writes thousands with a comma (`1,234.5`).
fn duration(text: &str) -> Option<f64> {
    let text = text.trim();
    let text = if text.contains('.') { text.replace(',', "") } else { text.to_owned() };
    text.parse::<f64>().ok().filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
}

#[cfg(test)]
mod tests;

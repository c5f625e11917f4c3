//! Runs Rego: one engine a policy, parsed once, evaluated once a resource, under a time limit.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;

use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, PolicyLengthConfig};
use serde_json::{Value, json};

use super::PolicyError;

/// How long one evaluation may take. A shipped policy takes some 20 µs.
const TIME_LIMIT: Duration = Duration::from_secs(1);
/// Largest policy file, in bytes.
pub const MAX_FILE: usize = 128 * 1024;
const MAX_LINES: usize = 10_000;
const MAX_COLUMN: u32 = 1024;
/// How many results one evaluation may give.
const MAX_RESULTS: usize = 100;
/// The longest text of a result that is kept, in characters.
const MAX_TEXT: usize = 600;

/// What a policy has against a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What is wrong.
    pub msg: String,
    /// The field that is wrong, in the words of the source.
    pub field: Option<String>,
    /// The paths of the input that show it.
    pub paths: Vec<String>,
    /// Why it matters, where that differs from the policy's description.
    pub why: Option<String>,
    /// How to mend the declaration.
    pub edit: Option<String>,
    /// How to mend what is live.
    pub command: Option<String>,
    /// How to see that it worked; may be empty.
    pub verify: String,
    /// How to undo it; may be empty.
    pub undo: String,
}

/// Why an evaluation gave nothing that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What went wrong, with the place in the policy.
    pub error: PolicyError,
    /// True where the time limit was reached, so that the policy should not be run again.
    pub timed_out: bool,
}

/// An engine with one policy and the libraries that it needs.
#[derive(Clone)]
pub struct Runner {
    engine: Engine,
    path: String,
    line: u32,
    query: String,
}

impl Runner {
    /// Makes a runner of a rule (such as `data.main.deny`) of the policy at `path`, and analyses it without running
    /// it. `line` is where the rule begins: errors without a place of their own are put there.
    ///
    /// # Errors
    /// What does not parse or does not add up, such as a name that nothing defines.
    pub fn new<'a>(
        path: &str,
        line: u32,
        query: &str,
        sources: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, PolicyError> {
        let mut engine = new_engine();
        for (source, text) in sources {
            add(&mut engine, source, text)?;
        }
        let compiled = engine.clone().compile_with_entrypoint(&Arc::from(query));
        compiled.map_err(|error| located(path, line, &format!("{error:#}")))?;
        Ok(Self { engine, path: path.to_owned(), line, query: query.to_owned() })
    }

    /// Gives the policy its `data.params`.
    ///
    /// # Errors
    /// Parameters that the engine does not take.
    pub fn set_params(&mut self, params: &Value) -> Result<(), Failure> {
        let data = regorus::Value::from(json!({ "params": params }));
        self.engine.clear_data();
        self.engine.add_data(data).map_err(|error| self.failure(&format!("{error:#}")))
    }

    /// Runs the policy on one input.
    ///
    /// # Errors
    /// An error in the policy, results that are no results, or the time limit.
    pub fn run(&mut self, input: Value) -> Result<Vec<Hit>, Failure> {
        self.engine.set_input(regorus::Value::from(input));
        let value = self.engine.eval_rule(self.query.clone()).map_err(|error| self.failure(&format!("{error:#}")))?;
        hits(&value).map_err(|text| Failure { error: PolicyError::new(&self.path, self.line, text), timed_out: false })
    }

    fn failure(&self, text: &str) -> Failure {
        // The engine's own words carry how long it took, which differs from run to run.
        if text.contains("exceeded time limit") {
            let text = format!("it ran longer than {} s and was stopped", TIME_LIMIT.as_secs());
            return Failure { error: PolicyError::new(&self.path, self.line, text), timed_out: true };
        }
        Failure { error: located(&self.path, self.line, text), timed_out: false }
    }
}

/// A parsed file: its package, as a path such as `data.main`, and which of some names are its rules.
pub struct Parsed {
    /// Such as `data.main`.
    pub package: String,
    engine: Engine,
    path: String,
}

impl Parsed {
    /// Parses one file.
    ///
    /// # Errors
    /// What does not parse, with its line.
    pub fn new(path: &str, text: &str) -> Result<Self, PolicyError> {
        let mut engine = new_engine();
        let package = add(&mut engine, path, text)?;
        Ok(Self { package, engine, path: path.to_owned() })
    }

    /// True where the file defines a rule of this name.
    pub fn defines(&self, rule: &str) -> bool {
        self.engine.has_declared_rule_rooted_at(&self.path, rule).unwrap_or(false)
    }
}

/// The stack on which policies are parsed and run. A rule that builds on a rule takes less than 90 KiB of it in a debug
/// build, an expression less than 10 KiB a link. Only what is used of it takes memory.
const STACK: usize = 64 * 1024 * 1024;

/// Does something with the engine, on a stack of its own; `None` where the engine panicked, or there is no such stack.
pub fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("policy".to_owned()).stack_size(STACK).spawn_scoped(scope, work);
        thread.ok()?.join().ok()
    })
}

fn new_engine() -> Engine {
    let mut engine = Engine::new();
    engine.set_execution_timer_config(ExecutionTimerConfig { limit: TIME_LIMIT, check_interval: NonZeroU32::MIN });
    let default = PolicyLengthConfig::default();
    engine.set_policy_length_config(PolicyLengthConfig {
        max_col: NonZeroU32::new(MAX_COLUMN).unwrap_or(default.max_col),
        max_file_bytes: NonZeroUsize::new(MAX_FILE).unwrap_or(default.max_file_bytes),
        max_lines: NonZeroUsize::new(MAX_LINES).unwrap_or(default.max_lines),
    });
    engine
}

fn add(engine: &mut Engine, path: &str, text: &str) -> Result<String, PolicyError> {
    engine.add_policy(path.to_owned(), text.to_owned()).map_err(|error| located(path, 1, &format!("{error:#}")))
}

/// The engine's error as file, line and one line of text. Its own form is
/// `--> FILE:LINE:COLUMN`, an excerpt with a caret, `error: TEXT`.
fn located(path: &str, line: u32, message: &str) -> PolicyError {
    let place = message.split_once("--> ").and_then(|(_, rest)| {
        let (place, _) = rest.split_once('\n')?;
        let (place, _column) = place.rsplit_once(':')?;
        let (file, line) = place.rsplit_once(':')?;
        Some((file, line.parse::<u32>().ok()?))
    });
    let text = message.split_once("error: ").map_or(message, |(_, text)| text);
    let text = clean(text.lines().next().unwrap_or(text));
    let (file, line) = place.unwrap_or((path, line));
    PolicyError::new(file, line, text)
}

/// The results of a rule: a set (or list) of texts or of objects with a `msg`.
fn hits(value: &regorus::Value) -> Result<Vec<Hit>, String> {
    if matches!(value, regorus::Value::Undefined) {
        return Ok(Vec::new());
    }
    let value = serde_json::to_value(value).map_err(|error| format!("its results cannot be read: {error}"))?;
    let Value::Array(results) = value else {
        return Err("it must give a set of results: `deny contains result if { … }`".to_owned());
    };
    if results.len() > MAX_RESULTS {
        return Err(format!("it gives more than {MAX_RESULTS} results on one resource"));
    }
    results.iter().map(hit).collect()
}

fn hit(result: &Value) -> Result<Hit, String> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(clean).filter(|text| !text.is_empty());
    let msg = text(Some(result)).or_else(|| text(result.get("msg")));
    let msg = msg.ok_or_else(|| "a result must be a text or an object with a text `msg`".to_owned())?;
    let fix = result.get("fix");
    let of_fix = |key: &str| text(fix.and_then(|fix| fix.get(key)));
    let paths = match result.get("paths") {
        None => Vec::new(),
        Some(Value::Array(paths)) => {
            let paths = paths.iter().map(|path| path.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>();
            paths.ok_or_else(|| "the `paths` of a result must be texts".to_owned())?
        }
        Some(_) => return Err("the `paths` of a result must be a list".to_owned()),
    };
    Ok(Hit {
        msg,
        field: text(result.get("field")),
        paths,
        why: text(result.get("why")),
        edit: text(fix).or_else(|| of_fix("edit")),
        command: of_fix("command"),
        verify: of_fix("verify").unwrap_or_default(),
        undo: of_fix("undo").unwrap_or_default(),
    })
}

/// One line without control characters, cut where it is too long.
fn clean(text: &str) -> String {
    let words = text.split(|char: char| char.is_whitespace() || char.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").chars().take(MAX_TEXT).collect()
}

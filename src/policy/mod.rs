//! Rego policies: what must hold of every resource, declared and live, whatever both sides say of each other.
//!
//! | file | subject |
//! | --- | --- |
//! | [`input`] | what a policy sees: one resource, each field in three values |
//! | [`metadata`] | the `# METADATA` blocks: id, severity, kinds, the paths that a policy reads |
//! | `scan` | what a policy's text tells without running it |
//! | `depends` | which rules build on which |
//! | `engine` | runs Rego under a time limit |
//! | [`judge`] | turns results and unknown fields into verdicts |
//! | [`folder`] | reads a repository's own policies |
//!
//! In Rego, what is not there is *undefined*, and a rule that meets it is silent. Silence is therefore a pass only
//! where every path that the policy reads is known or absent; see [`Policies::judge`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::finding::{Part, Rule, Severity, Subject};
use crate::model::{Origin, Position, RepoPath, SourceSpan, Why, WhyKind};

mod depends;
mod engine;
pub mod folder;
pub mod input;
pub mod judge;
pub mod metadata;
mod scan;

#[cfg(test)]
mod own_tests;
#[cfg(test)]
mod rego_tests;
#[cfg(test)]
mod shipped_tests;
#[cfg(test)]
mod testing;

pub use folder::read_folder;

use depends::Unit;
use engine::{Parsed, Runner};
use metadata::{Blocks, Metadata};
use scan::Code;

/// How the paths of shipped policies begin. No path of a repository's own file does.
const SHIPPED_PREFIX: &str = "gcp-drift:";

/// The policies that are part of the program, by path.
const SHIPPED: [(&str, &str); 4] = [
    ("gcp-drift:policies/connector_range.rego", include_str!("../../policies/connector_range.rego")),
    ("gcp-drift:policies/connector_throughput.rego", include_str!("../../policies/connector_throughput.rego")),
    (
        "gcp-drift:policies/egress_private_ranges_only.rego",
        include_str!("../../policies/egress_private_ranges_only.rego"),
    ),
    ("gcp-drift:policies/service_attached.rego", include_str!("../../policies/service_attached.rego")),
];

/// The policies that are part of the program, by path.
pub fn shipped() -> BTreeMap<String, String> {
    SHIPPED.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
}

/// What is said where the engine itself fails.
const ENGINE_FAILED: &str = "the policy engine failed on it";

/// Something is wrong with a policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub struct PolicyError {
    /// The policy's path.
    pub path: String,
    /// The line, from 1; 0 where it is the whole file.
    pub line: u32,
    /// A lower-case fragment.
    pub text: String,
}

impl PolicyError {
    /// An error at a line of a policy.
    pub fn new(path: &str, line: u32, text: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, text: text.into() }
    }

    /// The error as a reason for which something was not checked, with its place.
    pub fn why(&self) -> Why {
        let start = Position { line: self.line.max(1), column: 1 };
        let file = RepoPath::new(&self.path);
        let span = SourceSpan { file, start, end: start, callers: Default::default(), observed: None };
        let text = format!("the policy failed: {}", self.text);
        Why::at(WhyKind::PolicyFailed, text, Origin::Source(span))
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.text),
            line => write!(f, "{}:{line}: {}", self.path, self.text),
        }
    }
}

/// All policies of a run, parsed.
#[derive(Clone, Default)]
pub struct Policies {
    /// Those that can run, by rule id.
    ready: BTreeMap<String, Policy>,
    /// Those that cannot, by rule id.
    broken: BTreeMap<String, Broken>,
    /// The parameters that the code of any file names.
    params: BTreeSet<String>,
}

/// One rule of one policy file.
#[derive(Clone)]
struct Policy {
    rule: Rule,
    path: String,
    metadata: Metadata,
    runner: Runner,
}

/// A policy that cannot run: it is reported as not checked, never left out.
#[derive(Clone)]
struct Broken {
    rule: Rule,
    subject: Subject,
    errors: Vec<PolicyError>,
}

/// A policy file that parsed.
struct File<'a> {
    path: &'a str,
    text: &'a str,
    code: Code,
    parsed: Parsed,
    blocks: Blocks,
    /// The rules that give results, with their lines.
    rules: BTreeMap<String, u32>,
}

impl File<'_> {
    fn unit(&self) -> Unit<'_> {
        Unit { path: self.path, package: &self.parsed.package, code: &self.code }
    }
}

/// Loads policies from their texts, by path. Files that end in `_test.rego` hold tests and are left out. Each file is
/// run on its own, with the files that hold no rule of a report as its libraries.
///
/// A policy that cannot be used is an error, and stays in the [`Policies`] as one that gives *not checked*.
pub fn load(sources: &BTreeMap<String, String>) -> (Policies, Vec<PolicyError>) {
    let mut policies = Policies::default();
    let mut files = Vec::new();
    for (path, text) in sources.iter().filter(|(path, _)| is_policy(path)) {
        let file = engine::on_deep_stack(|| read(path, text));
        match file.unwrap_or_else(|| Err(vec![PolicyError::new(path, 0, ENGINE_FAILED)])) {
            Ok(file) => {
                policies.params.extend(file.code.params());
                files.push(file);
            }
            Err(errors) => policies.add_broken(broken_rule(path, text), path, errors),
        }
    }
    let (rules, libraries): (Vec<File<'_>>, Vec<File<'_>>) = files.into_iter().partition(|file| !file.rules.is_empty());
    let shared = shared_ids(&rules);
    for library in &libraries {
        // A policy whose rules have other names would otherwise say nothing, and look as if all were well.
        if !rules.iter().any(|file| needed(file, &libraries).iter().any(|used| used.path == library.path)) {
            let text = "it has no rule `deny`, `violation` or `warn`, and no policy uses it";
            let error = PolicyError::new(library.path, 0, text);
            policies.add_broken(broken_rule(library.path, library.text), library.path, vec![error]);
        }
    }
    for file in &rules {
        for (rule, line) in &file.rules {
            policies.add(file, rule, *line, &libraries, &shared);
        }
    }
    let mut errors: Vec<PolicyError> =
        policies.broken.values().flat_map(|broken| broken.errors.iter().cloned()).collect();
    errors.sort();
    errors.dedup();
    (policies, errors)
}

impl Policies {
    /// The rules of all policies, those that cannot run included, in the order of their ids.
    pub fn rules(&self) -> Vec<Rule> {
        let ready = self.ready.values().map(|policy| policy.rule.clone());
        let mut rules: Vec<Rule> = ready.chain(self.broken.values().map(|broken| broken.rule.clone())).collect();
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        rules
    }

    /// The names of parameters that no policy names: most likely typing errors, which would leave a default in force.
    pub fn unused_params<'a, T>(&self, params: &'a BTreeMap<String, T>) -> Vec<&'a str> {
        // `data.params` on its own may mean any of them.
        let any = self.params.contains("");
        params.keys().map(String::as_str).filter(|name| !any && !self.params.contains(*name)).collect()
    }

    fn add(&mut self, file: &File<'_>, rule: &str, line: u32, libraries: &[File<'_>], shared: &[String]) {
        let mut metadata = file.blocks.of(rule, file.rules.len() == 1);
        let id = match &metadata.id {
            Some(id) => id.clone(),
            None => match default_id(&file.parsed.package, rule) {
                // Files of one package may name their rules alike; each is a rule of its own.
                id if shared.contains(&id) => format!("{id}-{}", kebab(stem(file.path))),
                id => id,
            },
        };
        let described = Rule {
            id: id.clone().into(),
            title: metadata.title.clone().unwrap_or_else(|| format!("{} of {}", rule, file.path)).into(),
            severity: metadata.severity.unwrap_or(default_severity(rule)),
            part: metadata.part.unwrap_or(Part::Policies),
        };
        if let Some(path) = self.owner(&id) {
            let text = format!("the rule id `{id}` belongs to {path} already: give this one another `custom.id`");
            let own = format!("{id}-{}", kebab(file.path));
            return self.add_broken(
                Rule { id: own.into(), ..described },
                file.path,
                vec![PolicyError::new(file.path, line, text)],
            );
        }
        let needed = needed(file, libraries);
        let mut errors = misread(file, &metadata);
        for library in &needed {
            errors.extend(misread(library, &Metadata::default()));
            metadata.also_reads(library.code.fields().into_keys());
        }
        if !errors.is_empty() {
            return self.add_broken(described, file.path, errors);
        }
        let query = format!("{}.{rule}", file.parsed.package);
        let own = [(file.path, file.text)].into_iter();
        let together: Vec<Unit<'_>> =
            [file].into_iter().chain(needed.iter().copied()).map(|file| file.unit()).collect();
        if let Err(error) = depends::check(&together) {
            return self.add_broken(described, file.path, vec![error]);
        }
        let sources = own.chain(needed.iter().map(|library| (library.path, library.text)));
        let runner = engine::on_deep_stack(|| Runner::new(file.path, line, &query, sources));
        match runner.unwrap_or_else(|| Err(PolicyError::new(file.path, line, ENGINE_FAILED))) {
            Ok(runner) => {
                let policy = Policy { rule: described, path: file.path.to_owned(), metadata, runner };
                self.ready.insert(id, policy);
            }
            Err(error) => self.add_broken(described, file.path, vec![error]),
        }
    }

    fn add_broken(&mut self, mut rule: Rule, path: &str, errors: Vec<PolicyError>) {
        if self.owner(&rule.id).is_some() {
            rule.id = format!("policy-{}", kebab(path)).into();
        }
        let subject = Subject::local("policy", path);
        self.broken.insert(rule.id.clone().into_owned(), Broken { rule, subject, errors });
    }

    /// The path of the policy that has an id.
    fn owner(&self, id: &str) -> Option<&str> {
        let ready = self.ready.get(id).map(|policy| policy.path.as_str());
        ready.or_else(|| self.broken.get(id).map(|broken| broken.subject.name.as_str()))
    }
}

/// True for a path that holds policies, not tests of them.
fn is_policy(path: &str) -> bool {
    path.ends_with(".rego") && !path.ends_with("_test.rego")
}

fn read<'a>(path: &'a str, text: &'a str) -> Result<File<'a>, Vec<PolicyError>> {
    if text.len() > engine::MAX_FILE {
        let limit = engine::MAX_FILE;
        return Err(vec![PolicyError::new(path, 0, format!("it is larger than {limit} bytes"))]);
    }
    let code = Code::new(text);
    if let Some((line, name, reason)) = code.banned() {
        return Err(vec![PolicyError::new(path, line, format!("`{name}` is not offered: {reason}"))]);
    }
    if let Some(line) = code.too_deep() {
        return Err(vec![PolicyError::new(path, line, "the expression is too long or nested too deep")]);
    }
    let parsed = Parsed::new(path, text).map_err(|error| vec![error])?;
    let blocks = metadata::read(path, text)?;
    let rules = code.verdict_names().into_iter().filter(|(name, _)| parsed.defines(name)).collect();
    Ok(File { path, text, code, parsed, blocks, rules })
}

/// Fields that the code names and no resource has, or that it names and `custom.reads` does not: either would let an
/// unknown value pass in silence.
fn misread(file: &File<'_>, metadata: &Metadata) -> Vec<PolicyError> {
    let known = metadata::readable(metadata.kinds.as_deref());
    let mut errors = Vec::new();
    for (name, line) in file.code.foreign_inputs() {
        let text = format!("the input has no `{name}`: it is `input.resource`, one resource at a time");
        errors.push(PolicyError::new(file.path, line, text));
    }
    for (field, line) in file.code.fields() {
        if input::PLAIN.contains(&field.as_str()) {
            continue;
        }
        if !known.contains(&field.as_str()) {
            let hint = metadata::did_you_mean(&field, known.iter().copied().chain(input::PLAIN));
            let hint = hint.map(|meant| format!(": did you mean `{meant}`?")).unwrap_or_default();
            let text = format!("no resource of its kinds has the field `{field}`{hint}");
            errors.push(PolicyError::new(file.path, line, text));
            continue;
        }
        let listed = |reads: &Vec<String>| reads.iter().any(|path| path.split('.').next() == Some(field.as_str()));
        // Several rules of one file share their text, so that the file as a whole must list what it names.
        let own = metadata.reads.as_ref();
        let others = file.blocks.rules.values().filter_map(|block| block.reads.as_ref());
        if own.is_some() && !own.into_iter().chain(others).any(listed) {
            let text = format!("it names the field `{field}`, which its `custom.reads` does not list");
            errors.push(PolicyError::new(file.path, line, text));
        }
    }
    errors
}

/// The libraries that a file needs: those of its own package, those that it names, and what they need in turn.
/// A shipped policy needs none: a repository's file must not change what it says.
fn needed<'a, 'b>(file: &File<'_>, libraries: &'b [File<'a>]) -> Vec<&'b File<'a>> {
    if file.path.starts_with(SHIPPED_PREFIX) {
        return Vec::new();
    }
    let wants = |file: &File<'_>, library: &File<'_>| {
        file.parsed.package == library.parsed.package || file.code.mentions(&library.parsed.package)
    };
    let mut needed: Vec<&File<'_>> = libraries.iter().filter(|library| wants(file, library)).collect();
    let mut at = 0;
    while let Some(next) = needed.get(at).copied() {
        for library in libraries {
            if wants(next, library) && !needed.iter().any(|known| known.path == library.path) {
                needed.push(library);
            }
        }
        at += 1;
    }
    needed
}

/// The default ids that more than one rule would have.
fn shared_ids(files: &[File<'_>]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for file in files {
        for rule in file.rules.keys() {
            if file.blocks.of(rule, file.rules.len() == 1).id.is_none() {
                *counts.entry(default_id(&file.parsed.package, rule)).or_default() += 1;
            }
        }
    }
    counts.into_iter().filter(|(_, count)| *count > 1).map(|(id, _)| id).collect()
}

fn default_id(package: &str, rule: &str) -> String {
    let package = package.strip_prefix("data.").unwrap_or(package);
    format!("policy-{}-{}", kebab(package), kebab(rule))
}

/// `warn` rules are warnings, as conftest has it.
fn default_severity(rule: &str) -> Severity {
    if rule.starts_with("warn") { Severity::Medium } else { Severity::High }
}

/// The rule that a file which cannot be read would have had: its block may be readable where its code is not.
fn broken_rule(path: &str, text: &str) -> Rule {
    let block = metadata::read(path, text)
        .ok()
        .and_then(|blocks| blocks.rules.into_values().chain([blocks.file]).find(|metadata| metadata.id.is_some()));
    let block = block.unwrap_or_default();
    Rule {
        id: block.id.unwrap_or_else(|| format!("policy-{}", kebab(stem(path)))).into(),
        title: block.title.unwrap_or_else(|| format!("the policy {path}")).into(),
        severity: block.severity.unwrap_or(Severity::High),
        part: block.part.unwrap_or(Part::Policies),
    }
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".rego").unwrap_or(name)
}

/// Letters and digits in lower case, everything else as single hyphens.
fn kebab(text: &str) -> String {
    let words = text.split(|char: char| !char.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

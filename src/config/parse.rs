//! From the text of a config file to a valid [`Config`], in two phases: what was written, with its spans (a TOML tree),
//! then what is valid. Every mistake is reported, not only the first; only where the text is no TOML at all does
//! reading stop at the place that breaks it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use toml_span::value::{Value, ValueInner};

use super::error::{ConfigError, Errors};
use super::read::MAX_BYTES;
use super::table::{Section, Written, shown, string, strings};
use super::validate::{self, Wrong};
use super::{
    Accepted, AskingConfig, CollectConfig, Config, ConnectivityConfig, DeployConfig, LiveSource, PoliciesConfig,
    RequiredClassConfig, TestsConfig, syntax,
};
use crate::finding::Severity;

/// The largest number of `=` in a file: the time of the TOML parser grows with the square of the keys in a table.
const MAX_SETTINGS: usize = 10_000;

/// Reads the text of a config file. `path` is how errors name the file; `known_rules` are the ids that `[severity]` and
/// `[[accept]]` may name. Where `policies.paths` names further policies, their rules are not known here: then only an id
/// that looks like a mistyped known one is an error, and [`check_rules`] judges the rest once the policies are loaded.
///
/// # Errors
/// Everything that is wrong, in the order of the file.
pub fn parse(path: &str, text: &str, known_rules: &[&str]) -> Result<Config, Vec<ConfigError>> {
    let mut errors = Errors::new(path, "");
    if text.len() as u64 > MAX_BYTES {
        errors.add(0..0, format!("the file is larger than {} KiB", MAX_BYTES / 1024));
        return Err(errors.into_sorted());
    }
    errors = Errors::new(path, text);
    if let Some((at, _)) = text.match_indices('=').nth(MAX_SETTINGS) {
        errors.add(at..at + 1, format!("the file has more than {MAX_SETTINGS} settings"));
        return Err(errors.into_sorted());
    }
    let root = match toml_span::parse(text) {
        Ok(root) => root,
        Err(error) => {
            syntax::report(&error, &mut errors);
            return Err(errors.into_sorted());
        }
    };
    let config = Section::top(&root, &mut errors).map(|top| config(top, known_rules, &mut errors)).unwrap_or_default();
    let errors = errors.into_sorted();
    if errors.is_empty() { Ok(config) } else { Err(errors) }
}

/// The rule ids of `[severity]` and `[[accept]]` that are not among `known_rules`, for a text that [`parse`] accepts.
pub fn check_rules(path: &str, text: &str, known_rules: &[&str]) -> Vec<ConfigError> {
    let mut errors = Errors::new(path, text);
    if text.len() as u64 > MAX_BYTES || text.matches('=').count() > MAX_SETTINGS {
        return Vec::new();
    }
    let Ok(root) = toml_span::parse(text) else { return Vec::new() };
    if let Some(top) = Section::top(&root, &mut errors) {
        let rules = Rules { known: known_rules, others: false };
        severities(top, &rules, &mut errors);
        accepted(top, &rules, &mut errors);
    }
    errors.into_sorted()
}

fn config(top: Section<'_>, known_rules: &[&str], errors: &mut Errors) -> Config {
    let default = Config::default();
    let policies = policies(top, errors);
    let rules = Rules { known: known_rules, others: !policies.paths.is_empty() };
    let live = top.section("live", errors);
    Config {
        project: valid(top.string("project", errors), validate::project_id, errors),
        regions: all_valid(top.strings("regions", errors), validate::region, errors).unwrap_or_default(),
        project_numbers: project_numbers(top, errors),
        environments: environments(top, errors),
        fail_on: valid(top.string("fail_on", errors), validate::fail_on, errors).unwrap_or(default.fail_on),
        live: live.and_then(|section| live_source(section, errors)).unwrap_or(default.live),
        asking: live.map(|section| asking(section, errors)).unwrap_or_default(),
        terraform: terraform::terraform(top, errors),
        deploy: deploy(top, errors),
        tests: tests(top, errors),
        gate: gate::gate(top, errors),
        connectivity: connectivity(top, errors),
        targets: targets::targets(top, errors),
        health: health::health(top, errors),
        severity: severities(top, &rules, errors),
        accept: accepted(top, &rules, errors),
        policies,
    }
}

fn project_numbers(top: Section<'_>, errors: &mut Errors) -> BTreeMap<String, String> {
    let mut numbers = BTreeMap::new();
    let mut owners: BTreeMap<String, Range<usize>> = BTreeMap::new();
    for (name, value) in top.entries("project_numbers", errors) {
        let id = valid(Some(name), validate::project_id, errors);
        let at: Range<usize> = value.span.into();
        let number = match value.as_ref() {
            ValueInner::Integer(number) => {
                let text = number.to_string();
                valid(Some(Written { value: text.as_str(), at: at.clone() }), validate::project_number, errors)
            }
            _ => {
                valid(string("project_numbers", value, "a string of digits", errors), validate::project_number, errors)
            }
        };
        let (Some(id), Some(number)) = (id, number) else { continue };
        match owners.get(&number) {
            Some(first) => {
                errors
                    .add(at, format!("`{number}` is the number of two projects"))
                    .related(first.clone(), "first here");
            }
            None => {
                owners.insert(number.clone(), at);
                numbers.insert(id, number);
            }
        }
    }
    numbers
}

fn environments(top: Section<'_>, errors: &mut Errors) -> BTreeMap<String, Vec<String>> {
    let mut environments = BTreeMap::new();
    for (name, value) in top.entries("environments", errors) {
        let place = format!("environments.{}", shown(name.value));
        let projects = all_valid(Some(strings(&place, value, errors)), validate::project_id, errors);
        if let Some(projects) = projects {
            environments.insert(name.value.to_owned(), projects);
        }
    }
    environments
}

fn live_source(section: Section<'_>, errors: &mut Errors) -> Option<LiveSource> {
    let source = not_too_long(section.string("source", errors)?, errors)?;
    match source.value.parse::<LiveSource>() {
        Ok(LiveSource::Snapshot(file)) => live_file(&file, &source, errors).map(LiveSource::Snapshot),
        // A folder is as good as a file, the repository itself included.
        Ok(LiveSource::Gcloud(path)) if path.as_os_str() == "." => Some(LiveSource::Gcloud(path)),
        Ok(LiveSource::Gcloud(path)) => live_file(&path, &source, errors).map(LiveSource::Gcloud),
        Ok(LiveSource::Emulator(file)) => live_file(&file, &source, errors).map(LiveSource::Emulator),
        Ok(source) => Some(source),
        Err(error) => {
            errors.add(source.at, error.message).suggest(error.suggestion);
            None
        }
    }
}

fn asking(section: Section<'_>, errors: &mut Errors) -> AskingConfig {
    let default = AskingConfig::default();
    AskingConfig {
        quota_project: valid(section.string("quota_project", errors), validate::project_id, errors),
        requests_per_second: section
            .positive("requests_per_second", MAX_RATE, errors)
            .unwrap_or(default.requests_per_second),
        max_seconds: section.positive("max_seconds", 3600.0, errors).unwrap_or(default.max_seconds),
    }
}

/// The largest rate that may be set, in requests a second.
const MAX_RATE: f64 = 1000.0;

/// The file of a live source that config names: unlike on the command line, it must lie in the repository.
fn live_file(file: &std::path::Path, source: &Written<&str>, errors: &mut Errors) -> Option<PathBuf> {
    let text = file.to_str()?;
    match validate::repo_path(text) {
        Ok(path) if path == "." => {
            errors.add(source.at.clone(), format!("`{text}` is a folder, not a file"));
            None
        }
        Ok(path) => Some(PathBuf::from(path)),
        Err(wrong) => {
            let kind = source.value.split(':').next().unwrap_or_default();
            let suggestion = wrong.suggestion.map(|path| format!("{kind}:{path}"));
            errors
                .add(source.at.clone(), wrong.message)
                .suggest(suggestion)
                .note("a file elsewhere can be given with `--live` on the command line");
            None
        }
    }
}

fn connectivity(top: Section<'_>, errors: &mut Errors) -> ConnectivityConfig {
    let Some(section) = top.section("connectivity", errors) else { return ConnectivityConfig::default() };
    let environment = all_valid(section.strings("environment", errors), validate::variable_pattern, errors);
    ConnectivityConfig { environment: environment.unwrap_or_default() }
}

fn deploy(top: Section<'_>, errors: &mut Errors) -> DeployConfig {
    let Some(section) = top.section("deploy", errors) else { return DeployConfig::default() };
    DeployConfig { paths: paths(section, "paths", errors), also: None }
}

fn tests(top: Section<'_>, errors: &mut Errors) -> TestsConfig {
    let default = TestsConfig::default();
    let Some(section) = top.section("tests", errors) else { return default };
    TestsConfig {
        root: valid(section.string("root", errors), validate::repo_path, errors).unwrap_or(default.root),
        python_version: python_version(section, errors),
        pytest_version: valid(section.string("pytest_version", errors), validate::pytest_version, errors),
        venv: valid(section.string("venv", errors), validate::repo_path, errors),
        critical_imports: all_valid(section.strings("critical_imports", errors), validate::module_name, errors)
            .unwrap_or_default(),
        exclude: all_valid(section.strings("exclude", errors), validate::pattern, errors).unwrap_or(default.exclude),
        cap: section.count("cap", 1..=MAX_FILES, errors).unwrap_or(default.cap),
        max_files: section.count("max_files", 1..=MAX_FILES, errors).unwrap_or(default.max_files),
        max_seconds: section.positive("max_seconds", 3600.0, errors).unwrap_or(default.max_seconds),
        categories: categories(section, errors),
        required_classes: required_classes(section, errors),
        collect: collect(section, errors),
    }
}

fn collect(section: Section<'_>, errors: &mut Errors) -> CollectConfig {
    let default = CollectConfig::default();
    let Some(section) = section.section("collect", errors) else { return default };
    CollectConfig {
        interpreter: valid(section.string("interpreter", errors), validate::interpreter, errors),
        args: section.strings("args", errors).unwrap_or_default().iter().map(|arg| arg.value.to_owned()).collect(),
        timeout: section.positive("timeout", 3600.0, errors).unwrap_or(default.timeout),
    }
}

/// The largest limit on a number of files.
const MAX_FILES: usize = 1_000_000;

fn python_version(section: Section<'_>, errors: &mut Errors) -> Option<String> {
    let value = section.raw("python_version")?;
    let at: Range<usize> = value.span.into();
    if matches!(value.as_ref(), ValueInner::Float(_) | ValueInner::Integer(_)) {
        let written = errors.text(at.clone()).trim().to_owned();
        errors
            .add(at, "`tests.python_version` must be a string, not a number")
            .suggest(Some(format!("\"{written}\"")))
            .note("as a number, 3.10 would be 3.1");
        return None;
    }
    valid(section.string("python_version", errors), validate::python_version, errors)
}

fn categories(section: Section<'_>, errors: &mut Errors) -> BTreeMap<String, Vec<String>> {
    let mut categories = BTreeMap::new();
    let mut folded: BTreeMap<String, Range<usize>> = BTreeMap::new();
    for (name, value) in section.entries("categories", errors) {
        let place = format!("tests.categories.{}", shown(name.value));
        if let Some(first) = folded.get(&name.value.to_lowercase()) {
            errors
                .add(name.at.clone(), format!("the category `{}` stands twice", shown(name.value)))
                .related(first.clone(), "first here, in other case");
        }
        folded.insert(name.value.to_lowercase(), name.at.clone());
        if value.as_array().is_some_and(Vec::is_empty) {
            errors
                .add(value.span.into(), format!("the category `{}` has no pattern", shown(name.value)))
                .note("a category without a pattern has no test; leave the category out instead");
        }
        let patterns = all_valid(Some(strings(&place, value, errors)), validate::pattern, errors);
        if let (Some(name), Some(patterns)) = (valid(Some(name), validate::category, errors), patterns) {
            categories.insert(name, patterns);
        }
    }
    categories
}

fn required_classes(section: Section<'_>, errors: &mut Errors) -> Vec<RequiredClassConfig> {
    let mut classes: Vec<RequiredClassConfig> = Vec::new();
    let mut places: Vec<Range<usize>> = Vec::new();
    for entry in section.sections("required_classes", errors) {
        let name = entry.required_string("name", errors);
        let at = name.as_ref().map(|name| name.at.clone());
        let name = valid(name, validate::python_name, errors);
        let category = valid(entry.required_string("category", errors), validate::category, errors);
        let files = all_valid(Some(entry.required_strings("files", errors)), validate::pattern, errors);
        let marker = valid(entry.string("marker", errors), validate::python_name, errors);
        let methods = all_valid(entry.strings("methods", errors), validate::python_name, errors).unwrap_or_default();
        let (Some(name), Some(category), Some(files), Some(at)) = (name, category, files, at) else { continue };
        if let Some(first) = classes.iter().position(|class| class.name == name && class.category == category) {
            errors
                .add(at, format!("the class `{}` is required twice in `{}`", shown(&name), shown(&category)))
                .related(places.get(first).cloned().unwrap_or_default(), "first here");
            continue;
        }
        classes.push(RequiredClassConfig { name, category, files, marker, methods });
        places.push(at);
    }
    classes
}

fn policies(top: Section<'_>, errors: &mut Errors) -> PoliciesConfig {
    let default = PoliciesConfig::default();
    let Some(section) = top.section("policies", errors) else { return default };
    let mut params = BTreeMap::new();
    for (name, value) in section.entries("params", errors) {
        if let Some(json) = json(value, errors) {
            params.insert(name.value.to_owned(), json);
        }
    }
    PoliciesConfig {
        // Their numbers are one team's: without parameters they would hold everybody to them.
        shipped: section.boolean("shipped", errors).unwrap_or(!params.is_empty()),
        paths: paths(section, "paths", errors),
        params,
    }
}

/// A TOML value as JSON. The parser bounds how deep values nest.
fn json(value: &Value<'_>, errors: &mut Errors) -> Option<serde_json::Value> {
    match value.as_ref() {
        ValueInner::String(text) => Some(text.to_string().into()),
        ValueInner::Integer(number) => Some((*number).into()),
        ValueInner::Boolean(truth) => Some((*truth).into()),
        ValueInner::Float(number) => match serde_json::Number::from_f64(*number) {
            Some(number) => Some(number.into()),
            None => {
                errors.add(value.span.into(), format!("policies cannot read the number `{number}`"));
                None
            }
        },
        ValueInner::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| json(item, errors)).collect();
            items.into_iter().collect::<Option<Vec<_>>>().map(Into::into)
        }
        ValueInner::Table(table) => {
            let entries: Vec<_> =
                table.iter().map(|(key, value)| Some((key.name.to_string(), json(value, errors)?))).collect();
            entries.into_iter().collect::<Option<serde_json::Map<_, _>>>().map(Into::into)
        }
    }
}

/// The rules that may be named.
struct Rules<'a> {
    known: &'a [&'a str],
    /// True where there may be others.
    others: bool,
}

impl Rules<'_> {
    fn check(&self, text: &str) -> Result<String, Wrong> {
        match validate::rule(text, self.known) {
            Err(wrong) if self.others && wrong.suggestion.is_none() => Ok(text.to_owned()),
            result => result,
        }
    }
}

fn severities(top: Section<'_>, rules: &Rules<'_>, errors: &mut Errors) -> BTreeMap<String, Severity> {
    let mut severities = BTreeMap::new();
    for (name, value) in top.entries("severity", errors) {
        let place = format!("severity.{}", shown(name.value));
        let rule = valid(Some(name), |text| rules.check(text), errors);
        let text = string(&place, value, "a severity in quotes", errors);
        let off = text.as_ref().is_some_and(|text| matches!(text.value, "none" | "off" | "ignore"));
        let severity = valid(
            text,
            |text| {
                validate::severity(text).map_err(|mut wrong| {
                    if off {
                        wrong.suggestion = None;
                        wrong.note = Some(
                            "a rule is not switched off here; `[[accept]]` accepts items, with a reason".to_owned(),
                        );
                    }
                    wrong
                })
            },
            errors,
        );
        if let (Some(rule), Some(severity)) = (rule, severity) {
            severities.insert(rule, severity);
        }
    }
    severities
}

fn accepted(top: Section<'_>, rules: &Rules<'_>, errors: &mut Errors) -> Vec<Accepted> {
    let mut accepted: Vec<Accepted> = Vec::new();
    let mut places: Vec<Range<usize>> = Vec::new();
    for entry in top.sections("accept", errors) {
        let rule = entry.required_string("rule", errors);
        let at = rule.as_ref().map(|rule| rule.at.clone());
        let rule = valid(rule, |text| rules.check(text), errors);
        let resource = valid(entry.required_string("resource", errors), validate::name_pattern, errors);
        let reason = entry.required_string("reason", errors).map(|reason| reason.value.to_owned());
        let until = valid(entry.string("until", errors), validate::date, errors);
        let (Some(rule), Some(resource), Some(reason), Some(at)) = (rule, resource, reason, at) else { continue };
        if let Some(first) = accepted.iter().position(|other| other.rule == rule && other.resource == resource) {
            errors
                .add(at, format!("`{}` on `{}` is accepted twice", shown(&rule), shown(&resource)))
                .related(places.get(first).cloned().unwrap_or_default(), "first here");
            continue;
        }
        let line = errors.line(entry.at().start);
        accepted.push(Accepted { rule, resource, reason, until, line });
        places.push(at);
    }
    accepted
}

/// The paths below `name`, none of them twice.
fn paths(section: Section<'_>, name: &str, errors: &mut Errors) -> Vec<String> {
    let mut seen: BTreeMap<String, Range<usize>> = BTreeMap::new();
    let mut paths = Vec::new();
    for text in section.strings(name, errors).unwrap_or_default() {
        let at = text.at.clone();
        let Some(path) = valid(Some(text), validate::repo_path, errors) else { continue };
        if let Some(first) = seen.get(&path) {
            errors.add(at, format!("`{}` stands twice in `{name}`", shown(&path))).related(first.clone(), "first here");
            continue;
        }
        seen.insert(path.clone(), at);
        paths.push(path);
    }
    paths
}

/// The valid form of a written text.
fn valid<T>(text: Option<Written<&str>>, check: impl Fn(&str) -> Result<T, Wrong>, errors: &mut Errors) -> Option<T> {
    let text = not_too_long(text?, errors)?;
    match check(text.value) {
        Ok(value) => Some(value),
        Err(wrong) => {
            errors.add(text.at, wrong.message).suggest(wrong.suggestion).note_if(wrong.note);
            None
        }
    }
}

fn not_too_long<'v>(text: Written<&'v str>, errors: &mut Errors) -> Option<Written<&'v str>> {
    if text.value.len() <= validate::MAX_TEXT {
        return Some(text);
    }
    errors.add(text.at, format!("the text is longer than {} bytes", validate::MAX_TEXT));
    None
}

/// The valid forms of written texts; `None` where nothing was written.
fn all_valid<T>(
    texts: Option<Vec<Written<&str>>>,
    check: impl Fn(&str) -> Result<T, Wrong>,
    errors: &mut Errors,
) -> Option<Vec<T>> {
    let texts = texts?;
    Some(texts.into_iter().filter_map(|text| valid(Some(text), &check, errors)).collect())
}

mod gate;
mod health;
mod targets;
mod terraform;
#[cfg(test)]
mod tests;

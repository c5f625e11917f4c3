//! `[gate]`: the commands of `gcp-drift premigrate`.

use std::collections::BTreeMap;
use std::ops::Range;

use toml_span::value::ValueInner;

use super::super::error::Errors;
use super::super::table::{Section, Written, shown, string, type_words};
use super::super::{GateCommand, GateConfig, GateRun, validate};
use super::{not_too_long, valid};

/// How long a command may take that says nothing of it, in seconds.
const TIMEOUT: f64 = 600.0;
/// The longest time that can be set, in seconds.
const MAX_TIMEOUT: f64 = 86_400.0;

pub(super) fn gate(top: Section<'_>, errors: &mut Errors) -> GateConfig {
    let Some(section) = top.section("gate", errors) else { return GateConfig::default() };
    let mut commands: Vec<GateCommand> = Vec::new();
    let mut places: Vec<Range<usize>> = Vec::new();
    for entry in section.sections("commands", errors) {
        let name = entry.required_string("name", errors).and_then(|name| not_too_long(name, errors));
        let run = run(entry, errors);
        let command = GateCommand {
            name: name.as_ref().map(|name| name.value.to_owned()).unwrap_or_default(),
            timeout: entry.positive("timeout", MAX_TIMEOUT, errors).unwrap_or(TIMEOUT),
            env: variables(entry, errors),
            dir: valid(entry.string("dir", errors), validate::repo_path, errors).unwrap_or_else(|| ".".to_owned()),
            allow_failure: entry.boolean("allow_failure", errors).unwrap_or(false),
            run: run.clone().unwrap_or(GateRun::Program(Vec::new())),
        };
        let (Some(name), Some(_)) = (name, run) else { continue };
        if let Some(first) = commands.iter().position(|other| other.name == command.name) {
            errors
                .add(name.at, format!("the command `{}` stands twice", shown(&command.name)))
                .related(places.get(first).cloned().unwrap_or_default(), "first here");
            continue;
        }
        commands.push(command);
        places.push(name.at);
    }
    GateConfig { commands }
}

fn run(entry: Section<'_>, errors: &mut Errors) -> Option<GateRun> {
    let Some(value) = entry.raw("run") else {
        errors.add(entry.at(), "`run` is missing");
        return None;
    };
    let path = "gate.commands.run";
    let ValueInner::Array(items) = value.as_ref() else {
        return match value.as_ref() {
            ValueInner::String(_) => {
                // A shell text may have several lines; all else that steers a terminal has no business in it.
                let text = value.as_str().unwrap_or_default();
                if text.trim().is_empty() || text.contains('\0') {
                    errors.add(value.span.into(), format!("`{path}` must be visible text"));
                    return None;
                }
                Some(GateRun::Shell(text.to_owned()))
            }
            other => {
                let message = format!("`{path}` must be a string or an array of strings, not {}", type_words(other));
                errors.add(value.span.into(), message);
                None
            }
        };
    };
    if items.is_empty() {
        errors.add(value.span.into(), format!("`{path}` must not be empty"));
        return None;
    }
    // Unlike in other lists, an argument may stand twice, and may be empty.
    let argument = |item: &toml_span::Value<'_>, errors: &mut Errors| match item.as_str() {
        Some(text) if !text.contains('\0') => Some(text.to_owned()),
        _ => {
            errors.add(item.span.into(), format!("`{path}` must be an array of strings without null bytes"));
            None
        }
    };
    let arguments: Option<Vec<String>> = items.iter().map(|item| argument(item, errors)).collect();
    let arguments = arguments?;
    if arguments.first().is_some_and(|program| program.trim().is_empty()) {
        errors.add(value.span.into(), format!("`{path}` must begin with a program"));
        return None;
    }
    Some(GateRun::Program(arguments))
}

fn variables(entry: Section<'_>, errors: &mut Errors) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    for (name, value) in entry.entries("env", errors) {
        let Written { value: name, at } = name;
        if name.contains('=') {
            errors.add(at, format!("`{}` is no name of a variable", shown(name)));
            continue;
        }
        // An empty value is a value.
        if value.as_str() == Some("") {
            variables.insert(name.to_owned(), String::new());
        } else if let Some(text) = string("gate.commands.env", value, "a string", errors) {
            variables.insert(name.to_owned(), text.value.to_owned());
        }
    }
    variables
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    #[test]
    fn commands_are_read_with_their_defaults() {
        let text = "[[gate.commands]]\nname = \"a\"\nrun = [\"echo\", \"x\", \"x\", \"\"]\n[[gate.commands]]\nname = \"b\"\nrun = \"a && b\"\ntimeout = 1.5\ndir = \"./x/\"\nallow_failure = true\nenv = { A = \"1\", B = \"\" }\n";
        let commands = parse("c", text, &[]).unwrap().gate.commands;
        let arguments = ["echo", "x", "x", ""].map(str::to_owned).to_vec();
        let first = GateCommand {
            name: "a".to_owned(),
            run: GateRun::Program(arguments),
            timeout: TIMEOUT,
            env: BTreeMap::new(),
            dir: ".".to_owned(),
            allow_failure: false,
        };
        let env = BTreeMap::from([("A".to_owned(), "1".to_owned()), ("B".to_owned(), String::new())]);
        let second = GateCommand {
            name: "b".to_owned(),
            run: GateRun::Shell("a && b".to_owned()),
            timeout: 1.5,
            env,
            dir: "x".to_owned(),
            allow_failure: true,
        };
        assert_eq!(commands, [first, second]);
    }

    #[test]
    fn what_cannot_be_run_is_an_error_with_its_place() {
        let of = |rest: &str| {
            let errors = parse("c", &format!("[[gate.commands]]\nname = \"a\"\n{rest}"), &[]).unwrap_err();
            errors[0].to_string()
        };
        for (rest, expected) in [
            ("", "c:1:1: `run` is missing"),
            ("run = []", "c:3:7: `gate.commands.run` must not be empty"),
            ("run = [\"\"]", "c:3:7: `gate.commands.run` must begin with a program"),
            ("run = [1]", "c:3:8: `gate.commands.run` must be an array of strings without null bytes"),
            ("run = 1", "c:3:7: `gate.commands.run` must be a string or an array of strings, not a whole number"),
            (
                "run = \"a\"\ntimeout = 0",
                "c:4:11: `gate.commands.timeout` must be more than 0 and at most 86400, not 0",
            ),
            ("run = \"a\"\ndir = \"../x\"", "c:4:7: `../x` leaves the repository"),
            ("run = \"a\"\nenv = { \"A=B\" = \"x\" }", "c:4:9: `A=B` is no name of a variable"),
            ("run = \"a\"\n[[gate.commands]]\nname = \"a\"\nrun = \"b\"", "c:5:8: the command `a` stands twice"),
        ] {
            let found = of(rest);
            assert!(found.starts_with(expected), "{found}");
        }
    }
}

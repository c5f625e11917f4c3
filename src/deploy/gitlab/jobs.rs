//! What a job runs.

use super::include::{is_local, units};
use super::variables::Table;
use super::{Pipeline, pipeline, rules};
use std::ops::Range;

use crate::deploy::gcloud::Defaults;
use crate::deploy::pipeline::{Script, Sink, pieces};
use crate::deploy::shell::{Options, Unit, UnitKind, Variables};
use crate::deploy::yaml::{Node, Text};
use crate::model::{Guard, Origin, WhyKind};

/// From this bit on, the offset of a character says in which file it stands.
const FILE: u32 = 32;
/// The most combinations of a matrix that are followed.
const MAX_COMBINATIONS: usize = 200;
/// How the shell of a job is started: the runner sets both options, `pipefail` where the shell has it.
///
/// Source: `BashWriter` of GitLab Runner, shells/bash.go.
const SHELL: &str = "bash -eo pipefail";
/// How deep lists of commands are nested in one another.
const MAX_NESTING: usize = 10;

/// Reads a job with everything that it extends.
pub(super) fn read(
    sink: &mut Sink<'_>,
    pipeline: &Pipeline,
    (name, job): (&Text, &Node),
    global: &Table,
    guards: &[Guard],
) {
    if job.get("script").is_none() && job.get("trigger").is_none() && job.get("run").is_none() {
        return;
    }
    let mut table = global.clone();
    match job.at(&["inherit", "variables"]) {
        Some(Node::Scalar(text)) if text.value == "false" => table.retain(|_| false),
        Some(Node::List(kept)) => table.retain(|name| kept.iter().any(|one| one.word() == Some(name))),
        _ => {}
    }
    table.set(pipeline, job.get("variables"));
    for combination in combinations(sink, pipeline, name, job.at(&["parallel", "matrix"])) {
        let mut table = table.clone();
        for (key, value) in &combination {
            let value = Node::Scalar(value.clone());
            table.set(pipeline, Some(&Node::Map(vec![(key.clone(), value)])));
        }
        for outcome in rules::of_job(pipeline, job, &table) {
            let mut table = table.clone();
            table.set(pipeline, outcome.variables.as_ref());
            let guards: Vec<Guard> = guards.iter().cloned().chain(outcome.guards).collect();
            run(sink, pipeline, job, &table, &guards);
        }
    }
}

fn run(sink: &mut Sink<'_>, pipeline: &Pipeline, job: &Node, table: &Table, guards: &[Guard]) {
    if let Some(trigger) = job.get("trigger") {
        child(sink, pipeline, trigger, &table.values(), guards);
        return;
    }
    let default = |key: &str| {
        let inherits = match job.at(&["inherit", "default"]) {
            Some(Node::Scalar(text)) => text.value != "false",
            Some(Node::List(kept)) => kept.iter().any(|one| one.word() == Some(key)),
            _ => true,
        };
        let found = pipeline.root.at(&["default", key]).or_else(|| pipeline.root.get(key));
        found.filter(|_| inherits)
    };
    let part = |key: &str| job.get(key).or_else(|| default(key));
    let variables = table.values();
    let mut defaults = Defaults::default();
    for scripts in [vec![part("before_script"), job.get("script")], vec![part("after_script")]] {
        let mut text: Vec<Unit> = Vec::new();
        for line in scripts.into_iter().flatten().flat_map(|script| lines(script, 0)) {
            let Some(from) = pipeline.sources.get(line.source) else { continue };
            let base = line.source << FILE;
            text.extend(units(from, line).into_iter().map(|unit| Unit { offset: base | unit.offset, ..unit }));
            let end = line.range.end.saturating_sub(1);
            text.push(Unit { kind: UnitKind::Char('\n'), offset: base | end });
        }
        if text.is_empty() {
            continue;
        }
        let script = Script {
            units: &text,
            start: Options::of_command(SHELL).into(),
            variables: &variables,
            folder: Some(""),
            guards,
        };
        sink.script(&|range| origin(pipeline, range), &script, &mut defaults);
    }
    if let Some((name, _)) = job.entry("run")
        && let Some(place) = pipeline.place(name)
    {
        sink.incomplete(place.why(WhyKind::Unsupported, "steps of a job are not evaluated", name));
    }
}

/// The place of a range of a script that is put together from several files.
fn origin(pipeline: &Pipeline, range: Range<usize>) -> Origin {
    let (source, start) = (range.start >> FILE, range.start & ((1 << FILE) - 1));
    let end = if range.end >> FILE == source { range.end & ((1 << FILE) - 1) } else { start + 1 };
    let place = Text { value: String::new(), range: start..end, plain: true, source };
    match pipeline.place(&place) {
        Some(file) => file.origin(start..end),
        None => Origin::live("", ""),
    }
}

/// The commands of a script, with lists that references bring flattened.
fn lines(node: &Node, depth: usize) -> Vec<&Text> {
    match node {
        Node::Scalar(text) => vec![text],
        Node::List(elements) if depth < MAX_NESTING => {
            elements.iter().flat_map(|element| lines(element, depth + 1)).collect()
        }
        _ => Vec::new(),
    }
}

/// A pipeline that a job starts, where its file is in the repository.
fn child(sink: &mut Sink<'_>, parent: &Pipeline, trigger: &Node, variables: &Variables, guards: &[Guard]) {
    let Some(include) = trigger.get("include") else { return };
    for entry in include.one_or_more() {
        let local = match entry {
            Node::Scalar(text) => Some(text),
            _ => entry.get("local").and_then(Node::text),
        };
        let Some(place) =
            local.or_else(|| entry.entries().first().map(|(key, _)| key)).and_then(|text| parent.place(text))
        else {
            continue;
        };
        let place = place.clone();
        match local {
            Some(text) if is_local(sink, &text.value) => {
                if let Some(file) = sink.file(&place, "", text) {
                    let given = entry.get("inputs").map(Node::entries).unwrap_or_default().iter();
                    let given = given.filter_map(|(name, value)| {
                        let value = value.text()?;
                        Some((name.value.clone(), pieces(&units(parent.sources.get(value.source)?, value))))
                    });
                    pipeline(sink, &file, &given.collect::<Vec<_>>(), variables, guards);
                }
            }
            Some(text) => {
                let why = place.why(WhyKind::ModuleUnavailable, "the started pipeline is not in the repository", text);
                sink.incomplete(why);
            }
            None => {
                if let Some((key, _)) = entry.entries().first() {
                    let text = "the started pipeline is not in the repository";
                    sink.incomplete(place.why(WhyKind::ModuleUnavailable, text, key));
                }
            }
        }
    }
}

/// The combinations of `parallel: matrix`.
fn combinations(sink: &mut Sink<'_>, pipeline: &Pipeline, job: &Text, matrix: Option<&Node>) -> Vec<Vec<(Text, Text)>> {
    let Some(Node::List(entries)) = matrix else { return vec![Vec::new()] };
    let mut all = Vec::new();
    for entry in entries {
        let mut combinations: Vec<Vec<(Text, Text)>> = vec![Vec::new()];
        for (name, values) in entry.entries() {
            let values: Vec<&Text> = values.one_or_more().iter().filter_map(Node::text).collect();
            let next = combinations.iter().flat_map(|combination| {
                values.iter().map(|value| {
                    let mut combination = combination.clone();
                    combination.push((name.clone(), (*value).clone()));
                    combination
                })
            });
            combinations = next.take(MAX_COMBINATIONS + 1).collect();
        }
        all.extend(combinations);
    }
    if all.len() > MAX_COMBINATIONS {
        all.truncate(MAX_COMBINATIONS);
        if let Some(place) = pipeline.place(job) {
            sink.incomplete(place.why(WhyKind::Limit, "the matrix has too many combinations", job));
        }
    }
    all
}

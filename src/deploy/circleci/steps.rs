//! What a job or command runs.

use std::collections::BTreeSet;

use super::Reader;
use super::parameters::Parameters;
use super::workflows::named;
use crate::deploy::gcloud::Defaults;
use crate::deploy::pipeline::{Script, known, pieces};
use crate::deploy::repository::resolve;
use crate::deploy::shell::{Options, Variables};
use crate::deploy::yaml::{Node, Text};
use crate::model::{Guard, WhyKind, redact};

/// The shell of a step that names none.
///
/// Source: "CircleCI configuration reference", "Default shell options".
const SHELL: &str = "/bin/bash -eo pipefail";
/// How deep commands use one another.
const MAX_DEPTH: usize = 20;

/// What the steps of a job share.
struct Job {
    environment: Variables,
    shell: Option<Text>,
    /// Variables that an earlier step writes to `$BASH_ENV`.
    rewritten: BTreeSet<String>,
    /// What earlier steps have told gcloud.
    defaults: Defaults,
}

impl Reader<'_> {
    /// Reads a job that is given parameters.
    pub(super) fn job(&mut self, job: &Node, given: Option<&Node>, pipeline: &Parameters, guards: &[Guard]) {
        let parameters = pipeline.of(self.place, job.get("parameters"), given);
        let mut environment = Variables::new();
        let mut shell = None;
        if let Some((name, settings)) = job.get("executor").and_then(named) {
            let (name, settings) = match settings {
                // `executor: {name: x, tag: y}`.
                Some(Node::Scalar(inner)) if name.value == "name" => (inner.value.clone(), job.get("executor")),
                _ => (name.value.clone(), settings),
            };
            if let Some(executor) = self.root.at(&["executors", &name]) {
                let own = parameters.of(self.place, executor.get("parameters"), settings);
                environment.extend(self.environment(&own, executor.get("environment")));
                shell = executor.get("shell").and_then(Node::text).cloned();
            }
        }
        if let Some(docker) = job.get("docker").map(Node::elements).and_then(<[Node]>::first) {
            environment.extend(self.environment(&parameters, docker.get("environment")));
        }
        environment.extend(self.environment(&parameters, job.get("environment")));
        shell = job.get("shell").and_then(Node::text).cloned().or(shell);
        let mut state = Job { environment, shell, rewritten: BTreeSet::new(), defaults: Defaults::default() };
        let part = |key: &str| given.and_then(|given| given.get(key)).map(Node::elements).unwrap_or_default();
        let steps = job.get("steps").map(Node::elements).unwrap_or_default();
        for steps in [part("pre-steps"), steps, part("post-steps")] {
            self.steps(steps, &parameters, &mut state, guards, 0);
        }
    }

    fn environment(&self, parameters: &Parameters, node: Option<&Node>) -> Variables {
        // A list of maps is an older way to write one map.
        let maps: Vec<&Node> = match node {
            Some(Node::List(elements)) => elements.iter().collect(),
            other => other.into_iter().collect(),
        };
        let entries = maps.into_iter().flat_map(Node::entries);
        let one = |(name, value): &(Text, Node)| {
            Some((name.value.clone(), pieces(&parameters.units(self.place, value.text()?))))
        };
        entries.filter_map(one).collect()
    }

    fn steps(&mut self, steps: &[Node], parameters: &Parameters, job: &mut Job, guards: &[Guard], depth: usize) {
        for step in steps {
            let Some((name, settings)) = named(step) else { continue };
            match (&*name.value, settings) {
                ("run", Some(settings)) => self.run(settings, parameters, job, guards),
                ("when" | "unless", Some(settings)) => {
                    let Some(condition) = settings.get("condition") else { continue };
                    let Some(own) = parameters.condition(self.place, condition, name.value == "when") else { continue };
                    let guards: Vec<Guard> = guards.iter().cloned().chain(own).collect();
                    let inner = settings.get("steps").map(Node::elements).unwrap_or_default();
                    if depth < MAX_DEPTH {
                        self.steps(inner, parameters, job, &guards, depth + 1);
                    }
                }
                (command, settings) => match self.root.at(&["commands", command]) {
                    Some(_) if depth >= MAX_DEPTH => {
                        let text = "commands use one another too deeply";
                        self.sink.incomplete(self.place.why(WhyKind::Limit, text, name));
                    }
                    Some(found) => {
                        let own = parameters.of(self.place, found.get("parameters"), settings);
                        let inner = found.get("steps").map(Node::elements).unwrap_or_default();
                        self.steps(inner, &own, job, guards, depth + 1);
                    }
                    None if self.is_foreign(command) => {
                        let text = format!("the command {} of an orb is not evaluated", redact::identifier(command));
                        self.sink.incomplete(self.place.why(WhyKind::ModuleUnavailable, text, name));
                    }
                    None => {}
                },
            }
        }
    }

    fn run(&mut self, settings: &Node, parameters: &Parameters, job: &mut Job, guards: &[Guard]) {
        let Some(command) = settings.text().or_else(|| settings.get("command").and_then(Node::text)) else { return };
        let mut guards = guards.to_vec();
        if let Some(when) = settings.get("when").and_then(Node::text).filter(|when| when.value == "on_fail") {
            guards.push(self.place.guard("when: on_fail", when.range.clone()));
        }
        let shell = settings.get("shell").and_then(Node::text).or(job.shell.as_ref());
        if let Some(other) =
            shell.filter(|shell| !shell.value.split(['/', ' ']).any(|word| matches!(word, "bash" | "sh")))
        {
            if command.value.contains("gcloud") {
                let text = format!("a step for the shell `{}` is not evaluated", redact::line(&other.value));
                self.sink.incomplete(self.place.why(WhyKind::Unsupported, text, other));
            }
            return;
        }
        let mut environment = job.environment.clone();
        environment.extend(self.environment(parameters, settings.get("environment")));
        let folder = match settings.get("working_directory").and_then(Node::text) {
            Some(text) => known(&pieces(&parameters.units(self.place, text))).and_then(|text| resolve("", &text)),
            None => Some(String::new()),
        };
        let units = parameters.units(self.place, command);
        let script = Script {
            units: &units,
            start: Options::of_command(shell.map_or(SHELL, |shell| &shell.value)).into(),
            variables: &environment,
            folder: folder.as_deref(),
            guards: &guards,
        };
        let place = self.place;
        self.sink.script(&|range| place.origin(range), &script, &mut job.defaults);
        if command.value.contains("BASH_ENV") {
            crate::deploy::pipeline::assigned_names(&command.value, &mut job.rewritten);
            for name in &job.rewritten {
                job.environment.remove(name);
            }
        }
    }
}

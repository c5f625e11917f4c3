//! Stages, jobs and their steps.

use std::collections::BTreeSet;

use super::scope::Scope;
use super::template::{Element, marked};
use super::{MAX_STEPS, Reader};
use crate::deploy::gcloud::Defaults;
use crate::deploy::pipeline::{Place, Script, known, may_deploy, pieces};
use crate::deploy::repository::resolve;
use crate::deploy::shell::Start;
use crate::deploy::yaml::{Node, Text};
use crate::model::{Guard, WhyKind, redact};

/// The hooks of a deployment in which steps run.
const HOOKS: [&str; 5] = ["preDeploy", "deploy", "routeTraffic", "postRouteTraffic", "on"];

impl Reader<'_> {
    /// Puts variables in: a map, or a list of names, groups and templates.
    pub(super) fn variables(&mut self, place: &Place, node: Option<&Node>, scope: &mut Scope) {
        match node {
            Some(Node::Map(entries)) => {
                for (name, value) in entries {
                    match (marked(name), value.text()) {
                        (Some(expression), _) => self.conditional(place, name, &expression, value, scope),
                        (None, Some(text)) => {
                            let value = pieces(&scope.units(place, text));
                            scope.set(&name.value, value);
                        }
                        (None, None) => {}
                    }
                }
            }
            Some(list @ Node::List(_)) => {
                for element in self.elements(place, list, scope, "variables") {
                    let name = element.node.get("name").and_then(Node::text);
                    let value = element.node.get("value").and_then(Node::text);
                    if let (Some(name), Some(value)) = (name, value) {
                        let inner = Scope { variables: scope.variables.clone(), ..element.scope };
                        let value = match element.guards.first() {
                            None => pieces(&inner.units(&element.place, value)),
                            Some(guard) => unknown(&element.place, name, guard),
                        };
                        scope.set(&name.value, value);
                    }
                }
            }
            _ => {}
        }
    }

    /// Variables under a condition: those of a branch that is not decided are not known.
    fn conditional(&mut self, place: &Place, name: &Text, expression: &str, node: &Node, scope: &mut Scope) {
        let condition = expression.strip_prefix("if ").or_else(|| expression.strip_prefix("elseif "));
        let holds = condition.and_then(|condition| scope.holds(place, condition, &name.range));
        match holds {
            Some(true) => self.variables(place, Some(node), scope),
            Some(false) => {}
            None => {
                let guard = place.guard(condition.unwrap_or(expression), name.range.clone());
                for (name, _) in node.entries() {
                    scope.set(&name.value, unknown(place, name, &guard));
                }
            }
        }
    }

    pub(super) fn stages(&mut self, place: &Place, stages: &Node, scope: &Scope, guards: &[Guard]) {
        for element in self.elements(place, stages, scope, "stages") {
            let Some((mut scope, guards)) = self.part(&element, guards) else { continue };
            self.variables(&element.place, element.node.get("variables"), &mut scope);
            if let Some(jobs) = element.node.get("jobs") {
                self.jobs(&element.place, jobs, &scope, &guards);
            }
        }
    }

    pub(super) fn jobs(&mut self, place: &Place, jobs: &Node, scope: &Scope, guards: &[Guard]) {
        for element in self.elements(place, jobs, scope, "jobs") {
            let Some((mut scope, guards)) = self.part(&element, guards) else { continue };
            let job = &element.node;
            self.variables(&element.place, job.get("variables"), &mut scope);
            let matrix = job.at(&["strategy", "matrix"]).filter(|matrix| !matrix.entries().is_empty());
            let legs: Vec<&Node> = match matrix {
                Some(matrix) => matrix.entries().iter().map(|(_, leg)| leg).collect(),
                None => vec![job],
            };
            for leg in legs {
                let mut scope = scope.clone();
                if matrix.is_some() {
                    self.variables(&element.place, Some(leg), &mut scope);
                }
                for steps in steps_of(job) {
                    self.steps(&element.place, steps, &mut scope, &guards);
                }
            }
        }
    }

    /// The scope and guards of a stage or job; `None` where it never runs.
    fn part(&self, element: &Element, guards: &[Guard]) -> Option<(Scope, Vec<Guard>)> {
        let own = element.scope.condition(&element.place, &element.node)?;
        let guards = guards.iter().chain(&element.guards).cloned().chain(own).collect();
        Some((element.scope.clone(), guards))
    }

    pub(super) fn steps(&mut self, place: &Place, steps: &Node, scope: &mut Scope, guards: &[Guard]) {
        // Variables that an earlier step sets.
        let mut rewritten: BTreeSet<String> = BTreeSet::new();
        let mut defaults = Defaults::default();
        for element in self.elements(place, steps, scope, "steps") {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                return;
            }
            let Some((mut scope, guards)) = self.part(&element, guards) else { continue };
            for name in &rewritten {
                scope.variables.remove(&name.to_lowercase());
            }
            if let Some(script) = self.step(&element, &scope, &mut defaults, &guards)
                && script.contains("task.setvariable")
            {
                let names = script.split("variable=").skip(1).map(|rest| {
                    rest.chars().take_while(|next| next.is_ascii_alphanumeric() || matches!(next, '.' | '_')).collect()
                });
                rewritten.extend(names);
            }
        }
    }

    /// Reads a step; gives the text of its script.
    fn step<'e>(
        &mut self,
        element: &'e Element,
        scope: &Scope,
        defaults: &mut Defaults,
        guards: &[Guard],
    ) -> Option<&'e str> {
        let (step, place) = (&element.node, &element.place);
        let input = |name: &str| step.at(&["inputs", name]).and_then(Node::text);
        let task = step.get("task").and_then(Node::text);
        let (script, folder) = match task {
            None => {
                let own = ["script", "bash"].into_iter().find_map(|key| step.get(key).and_then(Node::text));
                if let Some(other) = ["pwsh", "powershell"].into_iter().find_map(|key| step.entry(key)) {
                    self.foreign(place, &other.0, other.1.text());
                }
                (own, step.get("workingDirectory").and_then(Node::text))
            }
            Some(task) => {
                let name = task.value.split('@').next().unwrap_or_default();
                let folder = input("workingDirectory").or(input("cwd"));
                match name {
                    "Bash" | "CmdLine" | "ShellScript" => (input("script"), folder),
                    "AzureCLI" if input("scriptType").is_none_or(|kind| kind.value == "bash") => {
                        (input("inlineScript"), folder)
                    }
                    "PowerShell" | "AzureCLI" => {
                        self.foreign(place, task, input("script").or(input("inlineScript")));
                        (None, None)
                    }
                    _ if may_deploy(name)
                        && (name.to_lowercase().contains("gcloud") || name.to_lowercase().contains("cloudrun")) =>
                    {
                        let text = format!("the task {} is not evaluated", redact::identifier(&task.value));
                        self.sink.incomplete(place.why(WhyKind::Unsupported, text, task));
                        (None, None)
                    }
                    _ => (None, None),
                }
            }
        };
        let script = script?;
        let mut environment = scope.environment();
        for (name, value) in step.get("env").map(Node::entries).unwrap_or_default() {
            if let Some(text) = value.text() {
                environment.insert(name.value.clone(), pieces(&scope.units(place, text)));
            }
        }
        let folder = match folder {
            Some(text) => known(&pieces(&scope.units(place, text))).and_then(|text| resolve("", &text)),
            None => Some(String::new()),
        };
        let units = scope.units(place, script);
        // The tasks start `bash --noprofile --norc FILE`: a command that fails does not end the script.
        let start = Start::default();
        let read = Script { units: &units, start, variables: &environment, folder: folder.as_deref(), guards };
        self.sink.script(&|range| place.origin(range), &read, defaults);
        Some(&script.value)
    }

    fn foreign(&mut self, place: &Place, at: &Text, script: Option<&Text>) {
        if script.is_some_and(|script| script.value.contains("gcloud")) {
            let text = "a step for the shell `pwsh` is not evaluated";
            self.sink.incomplete(place.why(WhyKind::Unsupported, text, at));
        }
    }
}

fn unknown(place: &Place, name: &Text, guard: &Guard) -> Vec<crate::deploy::words::Piece> {
    let text = format!("the variable {} depends on `{}`", name.value, guard.text);
    crate::deploy::pipeline::hole(place.why(WhyKind::Guarded, text, name))
}

/// The lists of steps of a job, or of a deployment's hooks.
fn steps_of(job: &Node) -> Vec<&Node> {
    if let Some(steps) = job.get("steps") {
        return vec![steps];
    }
    let strategies = job.get("strategy").map(Node::entries).unwrap_or_default();
    let hooks = strategies.iter().flat_map(|(_, strategy)| HOOKS.iter().filter_map(|hook| strategy.get(hook)));
    hooks.flat_map(|hook| hook.get("steps").or_else(|| hook.at(&["success", "steps"]))).collect()
}

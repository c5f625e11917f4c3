//! Steps of a job or of an action.

use super::scope::Scope;
use super::{Reader, RunDefaults, cloud_run_action};
use crate::deploy::pipeline::{Place, Script, assigned_names, known, may_deploy, pieces};
use crate::deploy::repository::resolve;
use crate::deploy::shell::Options;
use crate::deploy::yaml::{Node, Text};
use crate::model::{Guard, WhyKind, redact};

impl Reader<'_> {
    /// Reads steps, one after the other.
    pub(super) fn steps(
        &mut self,
        place: &Place,
        steps: &[Node],
        scope: &mut Scope,
        defaults: &RunDefaults,
        guards: &[Guard],
    ) {
        for step in steps {
            self.step(place, step, scope, defaults, guards);
        }
    }

    fn step(&mut self, place: &Place, step: &Node, job: &mut Scope, defaults: &RunDefaults, guards: &[Guard]) {
        let mut scope = job.clone();
        let environment = scope.environment_of(place, step.get("env"));
        scope.environment.extend(environment);
        let Some(own) = scope.condition(place, step) else { return };
        let guarded = !own.is_empty();
        let guards: Vec<Guard> = guards.iter().cloned().chain(own).collect();
        if let Some(uses) = step.get("uses").and_then(Node::text) {
            self.uses(place, uses, step, (job, &scope), defaults, (&guards, guarded));
        }
        let Some(run) = step.get("run").and_then(Node::text) else { return };
        let shell = step.get("shell").and_then(Node::text).or(defaults.shell.as_ref());
        let other = shell.filter(|shell| !matches!(shell.value.split_whitespace().next(), Some("bash" | "sh") | None));
        if let Some(other) = other {
            if run.value.contains("gcloud") {
                let text = format!("a step for the shell `{}` is not evaluated", redact::line(&other.value));
                self.sink.incomplete(place.why(WhyKind::Unsupported, text, other));
            }
            return;
        }
        let folder = step.get("working-directory").and_then(Node::text).or(defaults.folder.as_ref());
        let folder = match folder {
            Some(text) => known(&pieces(&scope.units(place, text))).and_then(|text| resolve("", &text)),
            None => Some(String::new()),
        };
        let units = scope.units(place, run);
        let script = Script {
            units: &units,
            start: options(shell).into(),
            variables: &scope.environment,
            folder: folder.as_deref(),
            guards: &guards,
        };
        self.sink.script(&|range| place.origin(range), &script, &mut job.defaults);
        if run.value.contains("GITHUB_ENV") {
            assigned_names(&run.value, &mut job.rewritten);
            for name in &job.rewritten {
                job.environment.remove(name);
            }
        }
    }

    fn uses(
        &mut self,
        place: &Place,
        uses: &Text,
        step: &Node,
        (job, scope): (&mut Scope, &Scope),
        defaults: &RunDefaults,
        (guards, guarded): (&[Guard], bool),
    ) {
        let (name, version) = uses.value.split_once('@').unwrap_or((&uses.value, ""));
        let with = step.get("with");
        match name {
            "google-github-actions/deploy-cloudrun" => {
                let version = version.to_owned();
                cloud_run_action::deploy(
                    &mut self.sink,
                    place,
                    (uses, &version),
                    with,
                    (scope, &mut job.defaults),
                    guards,
                );
            }
            "google-github-actions/auth" | "google-github-actions/setup-gcloud" => {
                cloud_run_action::authenticate(place, uses, with, scope, job, guarded);
            }
            _ if name.starts_with("./") => self.use_action(place, uses, with, (job, scope), defaults, guards),
            _ if name.starts_with("actions/") || !may_deploy(name) => {}
            _ => {
                let text = format!("the action {} is not evaluated", redact::identifier(name));
                self.sink.incomplete(place.why(WhyKind::Unsupported, text, uses));
            }
        }
    }
}

/// How the shell of a step is started.
///
/// Source: "Workflow syntax for GitHub Actions", `jobs.<job_id>.steps[*].shell`.
fn options(shell: Option<&Text>) -> Options {
    Options::of_command(match shell.map_or("", |shell| shell.value.trim()) {
        "" => "bash -e {0}",
        "bash" => "bash --noprofile --norc -eo pipefail {0}",
        "sh" => "sh -e {0}",
        other => other,
    })
}

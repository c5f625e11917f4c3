//! GitHub workflows: the deploys of their steps.
//!
//! `env` of workflow, job and step, `matrix` lists and `inputs` of called workflows and actions are followed; `vars`,
//! `secrets`, `github`, outputs and the inputs of whoever starts a workflow are known only when it runs. An `if` is
//! decided where it can be and is a guard where it cannot; triggers are neither.
//!
//! A workflow that can only be called is read where another one calls it. Where none does, its deploys are guarded by
//! the call.
//!
//! | file | subject |
//! | --- | --- |
//! | `steps` | steps of a job or of an action |
//! | `calls` | workflows and actions of the repository that are called |
//! | `cloud_run_action` | Google's actions |
//! | `flags` | flags as that action splits them |
//! | `inputs` | what may be given when a workflow is started, called or used |
//! | `matrix` | the combinations of a matrix |
//! | `scope` | what expressions can refer to |

use super::pipeline::{Place, Sink};
use super::repository::Repository;
use super::yaml::{Loading, Node, Text};
use crate::model::{DeployDeclarations, Guard, SourceFile};

mod calls;
mod cloud_run_action;
mod flags;
mod inputs;
mod matrix;
mod scope;
mod steps;

pub use calls::called;

use scope::Scope;

/// Reads a workflow.
pub fn read(file: &SourceFile, repository: &Repository<'_>, declarations: &mut DeployDeclarations) {
    let place = Place::new(file);
    let mut reader = Reader { sink: Sink { repository, declarations } };
    let Some(root) = reader.sink.parse(&place, Loading::Strict) else { return };
    let triggers = triggers(&root);
    let mut guards = Vec::new();
    if let [(trigger, _)] = triggers.as_slice()
        && trigger.value == "workflow_call"
    {
        if repository.is_called(file.path().as_str()) {
            return;
        }
        guards.push(place.guard("on: workflow_call", trigger.range.clone()));
    }
    let scope = Scope { inputs: inputs::when_started(&place, &triggers), ..Scope::default() };
    reader.workflow(&place, &root, &scope, &guards);
}

/// The triggers of a workflow, each with what is said of it.
fn triggers(root: &Node) -> Vec<(&Text, Option<&Node>)> {
    match root.get("on") {
        Some(Node::Scalar(text)) => vec![(text, None)],
        Some(Node::List(elements)) => elements.iter().filter_map(|one| Some((one.text()?, None))).collect(),
        Some(Node::Map(entries)) => entries.iter().map(|(name, value)| (name, Some(value))).collect(),
        _ => Vec::new(),
    }
}

struct Reader<'a> {
    sink: Sink<'a>,
}

/// How `run` steps run where they do not say it themselves.
#[derive(Clone, Debug, Default)]
struct RunDefaults {
    shell: Option<Text>,
    folder: Option<Text>,
}

impl RunDefaults {
    fn within(&self, node: &Node) -> Self {
        let own = |key: &str| node.at(&["defaults", "run", key]).and_then(Node::text).cloned();
        Self {
            shell: own("shell").or_else(|| self.shell.clone()),
            folder: own("working-directory").or_else(|| self.folder.clone()),
        }
    }
}

impl Reader<'_> {
    /// Reads the jobs of a workflow; `scope` holds its inputs.
    fn workflow(&mut self, place: &Place, root: &Node, scope: &Scope, guards: &[Guard]) {
        let environment = scope.environment_of(place, root.get("env"));
        let scope = Scope { environment, ..scope.clone() };
        let defaults = RunDefaults::default().within(root);
        for (name, job) in root.get("jobs").map(Node::entries).unwrap_or_default() {
            self.job(place, name, job, &scope, &defaults, guards);
        }
    }

    fn job(
        &mut self,
        place: &Place,
        name: &Text,
        job: &Node,
        workflow: &Scope,
        defaults: &RunDefaults,
        guards: &[Guard],
    ) {
        // The environment is not there when a job's condition is looked at.
        let outer = Scope { environment: Default::default(), hidden: true, ..workflow.clone() };
        let Some(own) = outer.condition(place, job) else { return };
        let guards: Vec<Guard> = guards.iter().cloned().chain(own).collect();
        let mut defaults = defaults.within(job);
        if defaults.shell.is_none()
            && let Some(windows) = job.get("runs-on").and_then(Node::text).filter(|text| text.value.contains("windows"))
        {
            defaults.shell = Some(Text { value: "pwsh".to_owned(), ..windows.clone() });
        }
        let matrix = job.at(&["strategy", "matrix"]);
        for matrix in matrix::combinations(&mut self.sink, place, matrix, workflow) {
            let mut scope = Scope { matrix, ..workflow.clone() };
            let environment = scope.environment_of(place, job.get("env"));
            scope.environment.extend(environment);
            match job.get("uses").and_then(Node::text) {
                Some(uses) => self.call_workflow(place, name, uses, job, &scope, &guards),
                None => {
                    let steps = job.get("steps").map(Node::elements).unwrap_or_default();
                    self.steps(place, steps, &mut scope, &defaults, &guards);
                }
            }
        }
    }
}

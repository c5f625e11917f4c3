//! Workflows and actions of the repository that are called.

use super::scope::Scope;
use super::{Reader, RunDefaults, inputs, triggers};
use crate::deploy::pipeline::{Place, may_deploy};
use crate::deploy::repository::resolve;
use crate::deploy::yaml::{self, Loading, Node, Text};
use crate::model::{Guard, SourceFile, WhyKind, redact};

/// The workflows of the repository that the jobs of a workflow call.
pub fn called(file: &SourceFile) -> Vec<String> {
    let Ok(root) = yaml::parse(file, Loading::Strict) else { return Vec::new() };
    let jobs = root.get("jobs").map(Node::entries).unwrap_or_default();
    let uses = jobs.iter().filter_map(|(_, job)| job.get("uses").and_then(Node::word));
    uses.filter(|uses| uses.starts_with("./")).filter_map(|uses| resolve("", uses)).collect()
}

impl Reader<'_> {
    /// A job that is another workflow.
    pub(super) fn call_workflow(
        &mut self,
        place: &Place,
        job: &Text,
        uses: &Text,
        node: &Node,
        scope: &Scope,
        guards: &[Guard],
    ) {
        if !uses.value.starts_with("./") {
            let with = node.get("with").map(Node::entries).unwrap_or_default();
            let values = with.iter().filter_map(|(_, value)| value.word());
            if values.chain([&*uses.value, &*job.value]).any(may_deploy) {
                let text = format!("the workflow {} is not in the repository", redact::identifier(&uses.value));
                self.sink.incomplete(place.why(WhyKind::ModuleUnavailable, text, uses));
            }
            return;
        }
        let Some(callee) = self.sink.file(place, "", uses) else { return };
        let Some(root) = self.sink.parse(&callee, Loading::Strict) else { return };
        let triggers = triggers(&root);
        let declared = triggers.iter().find(|(name, _)| name.value == "workflow_call").and_then(|(_, node)| *node);
        let declared = declared.and_then(|node| node.get("inputs"));
        let inputs = inputs::when_called((place, scope), node.get("with"), &callee, declared);
        let scope = Scope { inputs, called: true, ..Scope::default() };
        self.workflow(&callee, &root, &scope, guards);
    }

    /// A step that is an action of the repository.
    pub(super) fn use_action(
        &mut self,
        place: &Place,
        uses: &Text,
        with: Option<&Node>,
        (job, scope): (&mut Scope, &Scope),
        defaults: &RunDefaults,
        guards: &[Guard],
    ) {
        let names = ["action.yml", "action.yaml"];
        let path = |name: &&str| resolve(&uses.value, name).filter(|path| self.sink.repository.has_file(path));
        let Some(name) = names.iter().find_map(path) else {
            let text = format!("the action {} is not in the repository", redact::identifier(&uses.value));
            self.sink.incomplete(place.why(WhyKind::FileUnreadable, text, uses));
            return;
        };
        let Some(callee) = self.sink.file(place, "", &Text { value: name, ..uses.clone() }) else { return };
        let Some(root) = self.sink.parse(&callee, Loading::Strict) else { return };
        if let Some(using) = root.at(&["runs", "using"]).and_then(Node::text).filter(|using| using.value != "composite")
        {
            if may_deploy(callee.file.text()) {
                let text = format!("an action that runs by {} is not evaluated", redact::identifier(&using.value));
                self.sink.incomplete(callee.why(WhyKind::Unsupported, text, using));
            }
            return;
        }
        let inputs = inputs::when_called((place, scope), with, &callee, root.get("inputs"));
        let mut inner = Scope { inputs, called: true, ..scope.clone() };
        let steps = root.at(&["runs", "steps"]).map(Node::elements).unwrap_or_default();
        // An action's steps name their shell, and start in the root.
        let own = RunDefaults { shell: defaults.shell.clone(), folder: None };
        self.steps(&callee, steps, &mut inner, &own, guards);
        job.defaults = inner.defaults;
        job.rewritten.extend(inner.rewritten.iter().cloned());
        for name in &inner.rewritten {
            job.environment.remove(name);
        }
        for (name, value) in inner.environment {
            if !scope.environment.contains_key(&name) {
                job.environment.insert(name, value);
            }
        }
    }
}

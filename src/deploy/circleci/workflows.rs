//! Which jobs run, with which parameters and under which conditions.

use super::Reader;
use super::parameters::{self, Parameters, words};
use crate::deploy::pipeline::may_deploy;
use crate::deploy::yaml::{Node, Text};
use crate::model::{Guard, WhyKind, redact};

/// The most combinations of a matrix that are followed.
const MAX_COMBINATIONS: usize = 256;

impl Reader<'_> {
    /// Reads the workflows; without any, the job `build` runs.
    pub(super) fn workflows(&mut self) {
        let pipeline = parameters::of_pipeline(self.place, self.root);
        let workflows = self.root.get("workflows").map(Node::entries).unwrap_or_default();
        let mut any = false;
        for (_, workflow) in workflows {
            let Some(jobs) = workflow.get("jobs") else { continue };
            any = true;
            let mut guards: Option<Vec<Guard>> = Some(Vec::new());
            for (key, wanted) in [("when", true), ("unless", false)] {
                let Some(condition) = workflow.get(key) else { continue };
                let own = pipeline.condition(self.place, condition, wanted);
                guards = guards.zip(own).map(|(mut guards, own)| {
                    guards.extend(own);
                    guards
                });
            }
            let Some(guards) = guards else { continue };
            for job in jobs.elements() {
                self.workflow_job(jobs.elements(), job, &pipeline, &guards);
            }
        }
        if !any && let Some(build) = self.root.at(&["jobs", "build"]) {
            self.job(build, None, &pipeline, &[]);
        }
    }

    fn workflow_job(&mut self, all: &[Node], entry: &Node, pipeline: &Parameters, guards: &[Guard]) {
        let Some((name, settings)) = named(entry) else { return };
        let mut guards = guards.to_vec();
        if let Some(filters) = settings.and_then(|settings| settings.get("filters")) {
            let text = format!("filters: {}", words(filters));
            guards.push(self.place.guard(&text, filters.place().unwrap_or(0..0)));
        }
        guards.extend(self.approval(all, settings, 0));
        let job = match self.root.at(&["jobs", &name.value]) {
            Some(job) => job,
            None => {
                let kind = settings.and_then(|settings| settings.get("type")).and_then(Node::word);
                if kind != Some("approval") && self.is_foreign(&name.value) {
                    let text = format!("the job {} of an orb is not evaluated", redact::identifier(&name.value));
                    self.sink.incomplete(self.place.why(WhyKind::ModuleUnavailable, text, name));
                }
                return;
            }
        };
        let axes = settings.and_then(|settings| settings.at(&["matrix", "parameters"])).map(Node::entries);
        let mut combinations: Vec<Vec<(Text, Node)>> = vec![Vec::new()];
        for (axis, values) in axes.unwrap_or_default() {
            let next = combinations.iter().flat_map(|combination| {
                values.one_or_more().iter().map(|value| {
                    let mut combination = combination.clone();
                    combination.push((axis.clone(), value.clone()));
                    combination
                })
            });
            combinations = next.take(MAX_COMBINATIONS).collect();
        }
        for combination in combinations {
            let mut given = settings.map(Node::entries).unwrap_or_default().to_vec();
            given.extend(combination);
            self.job(job, Some(&Node::Map(given)), pipeline, &guards);
        }
    }

    /// Somebody must approve a job before it runs, or one that it requires.
    fn approval(&self, all: &[Node], settings: Option<&Node>, depth: usize) -> Option<Guard> {
        let required = settings?.get("requires")?.one_or_more();
        for name in required.iter().filter_map(Node::text).filter(|_| depth < 20) {
            let found = all.iter().filter_map(named).find(|(own, settings)| {
                let alias = settings.and_then(|settings| settings.get("name")).and_then(Node::word);
                alias.unwrap_or(&own.value) == name.value
            });
            let Some((_, settings)) = found else { continue };
            if settings.and_then(|settings| settings.get("type")).and_then(Node::word) == Some("approval") {
                return Some(self.place.guard(&format!("requires: {}", name.value), name.range.clone()));
            }
            if let Some(guard) = self.approval(all, settings, depth + 1) {
                return Some(guard);
            }
        }
        None
    }

    /// True for a job or command of an orb that may deploy.
    pub(super) fn is_foreign(&self, name: &str) -> bool {
        let Some((orb, command)) = name.split_once('/') else { return false };
        let source = self.root.at(&["orbs", orb]).and_then(Node::word).unwrap_or(orb);
        may_deploy(command) || may_deploy(source)
    }
}

/// The name of an entry that is a name, or a map of one name to its settings.
pub(super) fn named(entry: &Node) -> Option<(&Text, Option<&Node>)> {
    match entry {
        Node::Scalar(name) => Some((name, None)),
        Node::Map(entries) => entries.first().map(|(name, settings)| (name, Some(settings))),
        _ => None,
    }
}

//! Azure pipelines: the deploys of their steps.
//!
//! Templates of the repository are put in, with the parameters that they are given. Variables that the files set are
//! known; predefined ones, groups, and the parameters of whoever starts the pipeline are not. A condition is decided
//! where it can be and is a guard where it cannot.
//!
//! Sources: "YAML schema reference", "Templates", "Define variables" of Azure Pipelines' documentation.
//!
//! | file | subject |
//! | --- | --- |
//! | `scope` | parameters and variables, and what expressions give with them |
//! | `template` | lists with conditions, loops and templates in them |
//! | `jobs` | stages, jobs and their steps |

use super::pipeline::{Place, Sink};
use super::repository::Repository;
use super::yaml::{Loading, Node};
use crate::model::{DeployDeclarations, SourceFile};

mod jobs;
mod scope;
mod template;

use scope::Scope;

/// Reads a pipeline.
pub fn read(file: &SourceFile, repository: &Repository<'_>, declarations: &mut DeployDeclarations) {
    let place = Place::new(file);
    let mut sink = Sink { repository, declarations };
    let Some(root) = sink.parse(&place, Loading::Strict) else { return };
    let mut scope = Scope::started(&place, root.get("parameters"));
    let mut reader = Reader { sink, steps: 0 };
    reader.variables(&place, root.get("variables"), &mut scope);
    if let Some(extends) = root.get("extends") {
        reader.extends(&place, extends, &scope);
        return;
    }
    reader.body(&place, &root, &scope, &[]);
}

/// The most steps that are read, with those that loops repeat.
const MAX_STEPS: usize = 20_000;

struct Reader<'a> {
    sink: Sink<'a>,
    steps: usize,
}

impl Reader<'_> {
    /// What a pipeline, or a template that one extends, holds: stages, jobs or steps.
    fn body(&mut self, place: &Place, root: &Node, scope: &Scope, guards: &[crate::model::Guard]) {
        if let Some(stages) = root.get("stages") {
            self.stages(place, stages, scope, guards);
        } else if let Some(jobs) = root.get("jobs") {
            self.jobs(place, jobs, scope, guards);
        } else if let Some(steps) = root.get("steps") {
            self.steps(place, steps, &mut scope.clone(), guards);
        }
    }

    fn extends(&mut self, place: &Place, extends: &Node, scope: &Scope) {
        if let Some((template, root, scope)) = self.template(place, extends, scope) {
            self.body(&template, &root, &scope, &[]);
        }
    }
}

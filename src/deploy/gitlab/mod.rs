//! GitLab pipelines: the deploys of their jobs.
//!
//! Files of the repository that are included are put together with the pipeline, jobs are put together with those that
//! they extend, and what a job runs is `before_script` and `script` in one shell and `after_script` in another.
//! Variables that the files set are known; those of GitLab (`CI_…`) and of the project's settings are not. `rules`,
//! `only`, `except` and `when` are guards as far as they are not decided. A job whose name begins with a dot is none.
//!
//! Sources: "CI/CD YAML syntax reference", "CI/CD variables" (expansion, precedence), "Optimize GitLab CI/CD
//! configuration files" of GitLab's documentation.
//!
//! | file | subject |
//! | --- | --- |
//! | `include` | files that are put together |
//! | `tree` | `extends`, `!reference` and how maps are merged |
//! | `jobs` | what a job runs |
//! | `variables` | variables and their expansion |
//! | `rules` | when a job runs |
//! | `condition` | the expressions of `rules` |

use super::pipeline::{Place, Sink};
use super::repository::Repository;
use super::shell::Variables;
use super::words::Piece;
use super::yaml::{Node, Text};
use crate::model::{DeployDeclarations, Guard, SourceFile};

mod condition;
mod include;
mod jobs;
mod rules;
mod tree;
mod variables;

/// Keys of a pipeline that are no jobs.
const NO_JOBS: [&str; 11] = [
    "default",
    "include",
    "stages",
    "variables",
    "workflow",
    "image",
    "services",
    "cache",
    "before_script",
    "after_script",
    "spec",
];

/// Reads a pipeline.
pub fn read(file: &SourceFile, repository: &Repository<'_>, declarations: &mut DeployDeclarations) {
    let mut sink = Sink { repository, declarations };
    pipeline(&mut sink, &Place::new(file), &[], &Variables::new(), &[]);
}

/// A file of a pipeline, and the inputs that it was included with.
#[derive(Debug)]
struct Source {
    place: Place,
    inputs: Vec<(String, Vec<Piece>)>,
}

/// A pipeline that is put together.
struct Pipeline {
    sources: Vec<Source>,
    root: Node,
}

impl Pipeline {
    fn place(&self, text: &Text) -> Option<&Place> {
        self.sources.get(text.source).or(self.sources.first()).map(|source| &source.place)
    }
}

/// Reads a pipeline that runs under `guards`, with variables that are stronger than its own.
fn pipeline(
    sink: &mut Sink<'_>,
    place: &Place,
    inputs: &[(String, Vec<Piece>)],
    stronger: &Variables,
    guards: &[Guard],
) {
    let Some(mut pipeline) = include::load(sink, place, inputs) else { return };
    pipeline.root = tree::with_references(&pipeline.root);
    let global = variables::global(&pipeline, stronger);
    let workflow = pipeline.root.get("workflow");
    for outcome in rules::of_pipeline(&pipeline, workflow, &global) {
        let guards: Vec<Guard> = guards.iter().cloned().chain(outcome.guards).collect();
        let mut global = global.clone();
        global.set(&pipeline, outcome.variables.as_ref());
        for (name, job) in pipeline.root.entries() {
            if NO_JOBS.contains(&&*name.value) || name.value.starts_with('.') {
                continue;
            }
            match tree::extended(&pipeline.root, job) {
                Ok(job) => jobs::read(sink, &pipeline, (name, &job), &global, &guards),
                Err(why) => {
                    if let Some(place) = pipeline.place(name) {
                        sink.incomplete(place.why(why.0, why.1, name));
                    }
                }
            }
        }
    }
}

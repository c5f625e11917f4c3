//! CircleCI pipelines: the deploys of the jobs that workflows run.
//!
//! Commands, executors and parameters of the file are followed. What a job, command or matrix is given is known; what
//! whoever starts a pipeline may give is not. Filters, approvals and conditions are guards. Orbs of others are not read.
//!
//! Sources: "CircleCI configuration reference", "Reusable configuration reference" of CircleCI's documentation.
//!
//! | file | subject |
//! | --- | --- |
//! | `workflows` | which jobs run, with which parameters and under which conditions |
//! | `steps` | what a job or command runs |
//! | `parameters` | parameters, and conditions on them |

use super::pipeline::{Place, Sink};
use super::repository::Repository;
use super::yaml::{Loading, Node};
use crate::model::{DeployDeclarations, SourceFile};

mod parameters;
mod steps;
mod workflows;

/// Reads a pipeline.
pub fn read(file: &SourceFile, repository: &Repository<'_>, declarations: &mut DeployDeclarations) {
    let place = Place::new(file);
    let mut sink = Sink { repository, declarations };
    let Some(root) = sink.parse(&place, Loading::Strict) else { return };
    let mut reader = Reader { sink, place: &place, root: &root };
    reader.workflows();
}

struct Reader<'a> {
    sink: Sink<'a>,
    place: &'a Place,
    root: &'a Node,
}

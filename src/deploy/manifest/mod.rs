//! Manifests: Cloud Run services, jobs and worker pools in the v1 form.
//!
//! A manifest replaces: what it does not mention is cleared. By itself it deploys nothing. Where a command, an action, a
//! Skaffold configuration or a Cloud Deploy pipeline applies it, the entry is theirs. One that nothing of the repository
//! applies still says how somebody wants the workload to be, and is an entry of its own, where something in it says that
//! it is for Cloud Run and not for Knative on a cluster.
//!
//! | file | subject |
//! | --- | --- |
//! | `document` | one document: what it says of its workload |
//! | `traffic` | what it does to traffic |
//! | `elsewhere` | documents that describe a workload and are no manifests |
//! | `problems` | annotations that stand in the wrong place, or are misspelt |
//! | `apply` | commands that apply a file |

use super::commands;
use super::pipeline::{Place, Sink};
use super::repository::Repository;
use super::yaml::{self, Loading, Node};
use crate::model::declared::DiagnosticLevel;
use crate::model::{
    Change, DeployCommand, DeployDeclarations, Diagnostic, Fact, Guard, Origin, RefusedCommand, SourceFile,
    TrafficChange, TrafficChangeKind, Why, WhyKind,
};

mod apply;
mod document;
mod elsewhere;
mod problems;
mod traffic;

pub use apply::apply;
pub use document::Document;
pub use elsewhere::may_be as may_be_elsewhere;

/// Who applies a manifest, and to where.
#[derive(Clone, Debug)]
pub struct Applied {
    /// Where that is said; `None` for a manifest by itself.
    pub origin: Option<Origin>,
    /// The program.
    pub tool: &'static str,
    /// What it does.
    pub action: String,
    /// The project; what is absent the manifest says.
    pub project: Option<Fact<String>>,
    /// The region; what is absent the manifest says.
    pub region: Option<Fact<String>>,
    /// The conditions.
    pub guards: Vec<Guard>,
    /// What the reading of the command that applies it takes for granted.
    pub assumes: Vec<Guard>,
}

/// Reads the manifests of a file that nothing applies.
pub fn read(file: &SourceFile, repository: &Repository<'_>, declarations: &mut DeployDeclarations) {
    let mut sink = Sink { repository, declarations };
    let place = Place::new(file);
    let Some(documents) = documents(&mut sink, &place) else { return };
    let applied = Applied {
        origin: None,
        tool: "manifest",
        action: "manifest".to_owned(),
        project: None,
        region: None,
        guards: Vec::new(),
        assumes: Vec::new(),
    };
    for node in &documents {
        let Some(document) = Document::of(&place, node) else {
            elsewhere::note(&mut sink, &place, node);
            continue;
        };
        problems::judge(&mut sink, &document);
        if !repository.is_applied(file.path().as_str()) && document.is_for_cloud_run() {
            declare(&mut sink, &document, &applied);
        }
    }
}

/// The documents of a file; `None` where it is broken, which is noted.
pub fn documents(sink: &mut Sink<'_>, place: &Place) -> Option<Vec<Node>> {
    match yaml::documents(&place.file, Loading::Strict) {
        Ok(documents) => Some(documents),
        Err(broken) => {
            sink.broken(place, broken);
            None
        }
    }
}

/// Adds what applying a document does.
pub fn declare(sink: &mut Sink<'_>, document: &Document<'_>, applied: &Applied) {
    let region = applied.region.clone().filter(|fact| !fact.is_absent()).unwrap_or_else(|| document.region());
    let project = applied.project.clone().filter(|fact| !fact.is_absent()).unwrap_or_else(|| document.project());
    let traffic = match (document.traffic(), &applied.origin) {
        (Ok(changes), _) => changes,
        (Err(refusal), Some(origin)) => {
            let refused = RefusedCommand {
                origin: origin.clone(),
                tool: applied.tool.to_owned(),
                action: applied.action.clone(),
                text: refusal.text,
                place: refusal.place,
                guards: applied.guards.clone(),
            };
            return commands::refuse(refused, sink.declarations);
        }
        // Nothing applies it: that it would be refused is said, and it still tells how the workload is meant to be.
        (Err(refusal), None) => {
            let why = Why::at(WhyKind::Invalid, refusal.text.clone(), refusal.place.clone());
            sink.declarations.diagnostics.push(Diagnostic {
                level: DiagnosticLevel::Error,
                text: refusal.text,
                origin: Some(refusal.place),
            });
            vec![TrafficChange { kind: TrafficChangeKind::ToRevisions, entries: Fact::unknown(why) }]
        }
    };
    let vpc = document.vpc(&project, &region, sink.repository.context);
    let command = DeployCommand {
        assumes: applied.assumes.clone(),
        origin: applied.origin.clone().unwrap_or_else(|| document.origin()),
        tool: applied.tool.to_owned(),
        action: applied.action.clone(),
        kind: document.kind,
        name: document.name(),
        connector: vpc.0,
        egress: vpc.1,
        interfaces: vpc.2,
        traffic,
        project,
        region,
        guards: applied.guards.clone(),
    };
    if !sink.declarations.commands.contains(&command) {
        sink.declarations.commands.push(command);
    }
}

/// What is not mentioned is cleared.
fn replaced<T>(fact: Fact<T>) -> Change<T> {
    match fact {
        Fact::Absent(origin) => Change::Clear(origin),
        other => Change::Set(other),
    }
}

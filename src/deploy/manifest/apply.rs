//! Commands that apply a file: `gcloud run services replace FILE` and its siblings.

use super::{Applied, Document, declare, documents, problems};
use crate::deploy::gcloud::ManifestCommand;
use crate::deploy::pipeline::{Place, Sink};
use crate::deploy::repository::resolve;
use crate::deploy::yaml::Node;
use crate::model::{Fact, Guard, Origin, SourceFile, Why, WhyKind, redact};

/// Adds what a command that applies a file does. `folder` is the one in which it runs; where that is not known, the file
/// is looked for in the root and beside what runs the command.
pub fn apply(sink: &mut Sink<'_>, command: ManifestCommand, folder: Option<&str>, guards: Vec<Guard>) {
    let (name, at) = match &command.file {
        Fact::Known(name, at) => (name, at),
        Fact::Unknown(whys) => {
            for why in whys {
                sink.incomplete(why.clone());
            }
            return;
        }
        Fact::Absent(_) => return,
    };
    let path = match path(sink, name, at, folder) {
        Ok(path) => path,
        Err(why) => return sink.incomplete(why),
    };
    let file: SourceFile = match sink.repository.file(&path) {
        Ok(file) => file,
        Err(refusal) => return sink.incomplete(refusal.at(at.clone())),
    };
    let place = Place::new(&file);
    let Some(nodes) = documents(sink, &place) else { return };
    let nodes: Vec<&Node> = nodes.iter().filter(|node| !node.entries().is_empty()).collect();
    let invalid = |text: String| Why::at(WhyKind::Invalid, text, at.clone());
    let [node] = nodes.as_slice() else {
        return sink
            .incomplete(invalid(format!("gcloud applies one workload, and {path} has {} documents", nodes.len())));
    };
    match Document::of(&place, node).filter(|document| document.kind == command.kind) {
        None => sink.incomplete(invalid(format!("{path} describes no {}", command.kind.word()))),
        Some(document) => {
            sink.repository.apply(&path);
            problems::judge(sink, &document);
            let applied = Applied {
                origin: Some(command.origin),
                tool: "gcloud",
                action: command.action,
                project: Some(command.project),
                region: Some(command.region),
                guards,
                assumes: command.assumes,
            };
            declare(sink, &document, &applied);
        }
    }
}

/// The path of the file from the repository's root.
fn path(sink: &Sink<'_>, name: &str, at: &Origin, folder: Option<&str>) -> Result<String, Why> {
    let shown = redact::identifier(name);
    let why = |kind: WhyKind, text: String| Why::at(kind, text, at.clone());
    if name == "-" {
        return Err(why(WhyKind::Dynamic, "the manifest is what another command prints".to_owned()));
    }
    if name.contains("://") {
        return Err(why(WhyKind::FileUnreadable, format!("{shown} is not in the repository")));
    }
    if let Some(folder) = folder {
        return resolve(folder, name)
            .ok_or_else(|| why(WhyKind::FileUnreadable, format!("{shown} leads out of the repository")));
    }
    let file = at.source().map(|span| span.file.as_str()).unwrap_or_default();
    let own = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut paths: Vec<String> = ["", own].into_iter().filter_map(|folder| resolve(folder, name)).collect();
    paths.dedup();
    paths.retain(|path| sink.repository.has_file(path));
    match paths.as_slice() {
        [path] => Ok(path.clone()),
        [] => Err(why(WhyKind::FileUnreadable, format!("{shown} is not there"))),
        _ => Err(why(WhyKind::Dynamic, format!("which {shown} is meant depends on the folder in which it runs"))),
    }
}

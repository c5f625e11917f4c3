//! From a command line that a script or a pipeline runs to what is declared by it.

use super::gcloud::{self, Reading};
use super::manifest;
use super::pipeline::Sink;
use super::repository::Repository;
use super::words::Item;
use crate::model::declared::DiagnosticLevel;
use crate::model::{
    ConnectorCommand, DeployCommand, DeployDeclarations, Diagnostic, Guard, Origin, RefusedCommand, Why,
};

/// Adds what the command line `items` deploys, under `guards`. A command that is no deploy adds nothing. Whoever knows the
/// environment or a `gcloud config set` before it reads with [`gcloud::read_with`] and adds by [`take`].
pub fn add(
    items: &[Item],
    origin: &Origin,
    guards: Vec<Guard>,
    repository: &Repository<'_>,
    declarations: &mut DeployDeclarations,
) {
    take(gcloud::read(items, origin, repository), guards, repository, declarations);
}

/// Adds what was read of a command line, under `guards`.
pub fn take(reading: Reading, guards: Vec<Guard>, repository: &Repository<'_>, declarations: &mut DeployDeclarations) {
    take_in(None, reading, guards, repository, declarations);
}

/// The same for a command that runs in a folder, from the repository's root.
pub fn take_in(
    folder: Option<&str>,
    reading: Reading,
    guards: Vec<Guard>,
    repository: &Repository<'_>,
    declarations: &mut DeployDeclarations,
) {
    match reading {
        Reading::Deploy(deploy) => push(*deploy, guards, declarations),
        Reading::Several(deploys) => {
            for deploy in deploys {
                push(deploy, guards.clone(), declarations);
            }
        }
        Reading::Connector(command) => {
            let command = ConnectorCommand { guards, ..*command };
            if !declarations.connectors.contains(&command) {
                declarations.connectors.push(command);
            }
        }
        Reading::Manifest(manifest) => {
            manifest::apply(&mut Sink { repository, declarations }, *manifest, folder, guards);
        }
        Reading::Refused(refused) => refuse(RefusedCommand { guards, ..*refused }, declarations),
        Reading::Undecidable(whys) => {
            for why in whys {
                reason(why, declarations);
            }
        }
        Reading::Other => {}
    }
}

fn push(deploy: DeployCommand, mut guards: Vec<Guard>, declarations: &mut DeployDeclarations) {
    guards.extend(deploy.guards.iter().cloned());
    let deploy = DeployCommand { guards, ..deploy };
    if !declarations.commands.contains(&deploy) {
        declarations.commands.push(deploy);
    }
}

fn refuse(refused: RefusedCommand, declarations: &mut DeployDeclarations) {
    if declarations.refused.contains(&refused) {
        return;
    }
    declarations.diagnostics.push(Diagnostic {
        level: DiagnosticLevel::Error,
        text: format!("{} refuses `{}`: {}", refused.tool, refused.action, refused.text),
        origin: Some(refused.place.clone()),
    });
    declarations.refused.push(refused);
}

fn reason(why: Why, declarations: &mut DeployDeclarations) {
    if !declarations.incomplete.contains(&why) {
        declarations.incomplete.push(why);
    }
}

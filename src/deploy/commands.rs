//! From a command line that a script or a pipeline runs to what is declared by it.

use super::gcloud::{self, Defaults, Reading};
use super::manifest;
use super::pipeline::Sink;
use super::repository::Repository;
use super::shell;
use super::words::Word;
use crate::model::declared::DiagnosticLevel;
use crate::model::{
    ConnectorCommand, DeployCommand, DeployDeclarations, Diagnostic, Guard, Place, RefusedCommand, Why, WhyKind,
};

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
            let command = ConnectorCommand { guards: [guards, command.guards.clone()].concat(), ..*command };
            if !declarations.connectors.contains(&command) {
                declarations.connectors.push(command);
            }
        }
        Reading::Manifest(manifest) => {
            manifest::apply(&mut Sink { repository, declarations }, *manifest, folder, guards);
        }
        Reading::Refused(refused) => {
            let guards = [guards, refused.guards.clone()].concat();
            refuse(RefusedCommand { guards, ..*refused }, declarations);
        }
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

/// Notes that a command sets nothing, and says why.
pub fn refuse(refused: RefusedCommand, declarations: &mut DeployDeclarations) {
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

/// Adds what a shell text deploys, under `guards`, where it runs in a folder and with variables. `defaults` is what gcloud
/// takes where no flag says it; `gcloud config set` changes it for what runs afterwards.
pub fn of_shell(
    outcome: shell::Outcome,
    (folder, variables): (Option<&str>, &shell::Variables),
    defaults: &mut Defaults,
    guards: &[Guard],
    repository: &Repository<'_>,
    declarations: &mut DeployDeclarations,
) {
    for why in outcome.incomplete.into_iter().chain(outcome.broken.iter().cloned()) {
        reason(why, declarations);
    }
    for why in outcome.broken {
        let origin = match why.place {
            Some(Place::Origin(origin)) => Some(origin),
            _ => None,
        };
        let diagnostic = Diagnostic { level: DiagnosticLevel::Error, text: why.text, origin };
        if !declarations.diagnostics.contains(&diagnostic) {
            declarations.diagnostics.push(diagnostic);
        }
    }
    for command in outcome.commands {
        let guards: Vec<Guard> = guards.iter().cloned().chain(command.guards).collect();
        defaults.observe(&command.items, &command.origin, &conditional(&guards));
        let mut own = defaults.clone();
        for name in Defaults::VARIABLES {
            if let Some(pieces) = variables.get(name) {
                own.variable(name, Word { pieces: pieces.clone(), origin: command.origin.clone() });
            }
            if let Some(value) = command.settings.get(name) {
                own.variable(name, value.clone());
            }
        }
        let mut reading = gcloud::read_with(&command.items, &command.origin, repository, &own);
        reading.assume(&command.assumes);
        take_in(folder, reading, guards, repository, declarations);
    }
}

/// Why it is not certain that a command with these guards runs; empty where it is.
pub fn conditional(guards: &[Guard]) -> Vec<Why> {
    let open = guards.iter().filter(|guard| guard.decided != Some(true));
    open.take(1)
        .map(|guard| Why::at(WhyKind::Guarded, format!("it depends on `{}`", guard.text), guard.origin.clone()))
        .collect()
}

//! From a command line that a script or a pipeline runs to what is declared by it.

use super::gcloud::{self, Reading};
use super::repository::Repository;
use super::words::Item;
use crate::model::{DeployCommand, DeployDeclarations, Guard, Origin};

/// Adds what the command line `items` deploys, under `guards`. A command that is no deploy adds nothing.
pub fn add(
    items: &[Item],
    origin: &Origin,
    guards: Vec<Guard>,
    repository: &Repository<'_>,
    declarations: &mut DeployDeclarations,
) {
    match gcloud::read(items, origin, repository.context) {
        Reading::Deploy(deploy) => {
            let deploy = DeployCommand { guards, ..*deploy };
            if !declarations.commands.contains(&deploy) {
                declarations.commands.push(deploy);
            }
        }
        Reading::Undecidable(whys) => declarations.incomplete.extend(whys),
        Reading::Other => {}
    }
}

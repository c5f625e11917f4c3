//! `check --before-deploy`: what the deploy that is about to run would do.

use std::path::Path;

use super::error::CliError;
use super::setup::Setup;
use crate::checks::deploy_refused::is_below;
use crate::model::evidence::BeforeDeploy;
use crate::model::{Evidence, RepoPath};
use crate::reconcile::Reconciled;
use crate::reconcile::effect::effects;
use crate::report::DeployOutlook;

/// What is asked for; the file or folder is read whatever the configuration says.
///
/// # Errors
/// A path that is not there or lies outside of the repository.
pub(super) fn asked(setup: &mut Setup, path: Option<&Path>) -> Result<BeforeDeploy, CliError> {
    let Some(path) = path else { return Ok(BeforeDeploy::default()) };
    let failed = |error| CliError::failed(format!("open {}", path.display()), error);
    let real = path.canonicalize().map_err(failed)?;
    let root = setup.root.canonicalize().map_err(failed)?;
    let inside = real
        .strip_prefix(&root)
        .map_err(|_| CliError::usage(format!("--before-deploy {} lies outside of the repository", path.display())))?;
    let inside = RepoPath::new(inside.to_string_lossy());
    setup.config.deploy.also = Some(if inside.as_str().is_empty() { ".".to_owned() } else { inside.to_string() });
    Ok(BeforeDeploy { path: Some(inside) })
}

/// The effects of the commands that are asked about; `None` where no deploy is.
pub(super) fn outlook(evidence: &Evidence, reconciled: &Reconciled<'_>) -> Option<DeployOutlook> {
    let asked = evidence.before_deploy.as_ref()?;
    let path = asked.path.as_ref().map_or("", RepoPath::as_str);
    let workloads = reconciled.workloads.iter().filter_map(|pair| {
        let mut commands = effects(pair);
        commands.retain(|effect| is_below(&effect.command.origin, path));
        (!commands.is_empty()).then(|| (pair.subject(), commands))
    });
    Some(DeployOutlook { path: asked.path.clone(), workloads: workloads.collect() })
}

//! States and plans: the flags that ask for them, and getting their content.

use std::path::Path;

use super::cloud::Cloud;
use super::error::CliError;
use super::setup::Setup;
use crate::config::TerraformConfig;
use crate::terraform::Options;
use crate::terraform::observed::{Document, Place, Wanted, file, wanted};

/// What fills that which the configuration leaves open.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ObservedArgs {
    /// Fill what the configuration leaves to the provider from a state: a file, or auto for where the backend keeps it
    #[arg(long, value_name = "auto|FILE", help_heading = "Input")]
    state: Option<String>,
    /// Fill what the configuration leaves open from a plan, as terraform show -json prints it
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    plan: Option<String>,
}

impl ObservedArgs {
    /// Flags go before the configuration file. A path from a flag is relative to the current folder.
    pub fn apply(&self, repo: &Path, config: &mut TerraformConfig) {
        if let Some(state) = &self.state {
            config.state = Some(if state == "auto" { state.clone() } else { from_here(repo, state) });
        }
        if let Some(plan) = &self.plan {
            config.plan = Some(from_here(repo, plan));
        }
    }
}

/// A path relative to the repository where it lies in it, so that reports read the same on every machine.
pub(super) fn from_here(repo: &Path, path: &str) -> String {
    let here = std::env::current_dir().unwrap_or_default().join(path);
    let real = here.canonicalize().unwrap_or(here);
    real.strip_prefix(repo).unwrap_or(&real).to_string_lossy().into_owned()
}

/// Reads the states and plans that the configuration asks for. Google Cloud is asked only where a state lies there.
///
/// # Errors
/// An emulator that cannot be started. That a state or plan cannot be read is told in its place.
pub fn documents(setup: &Setup, options: &Options<'_>, cloud: Option<&Cloud>) -> Result<Vec<Document>, CliError> {
    let wanted = wanted(&setup.root, options);
    let needs_cloud = wanted.iter().any(|wanted| matches!(wanted.place, Place::Object { .. }));
    let own = if needs_cloud && cloud.is_none() { Some(Cloud::start(setup)?) } else { None };
    let cloud = cloud.or(own.as_ref());
    Ok(wanted.into_iter().map(|wanted| document(wanted, cloud)).collect())
}

fn document(wanted: Wanted, cloud: Option<&Cloud>) -> Document {
    let content = match &wanted.place {
        Place::File(path) => file(path),
        Place::Nowhere(text) => Err(text.clone()),
        Place::Object { bucket, object } => match cloud {
            Some(cloud) => cloud.object(bucket, object),
            None => Err("not asked".to_owned()),
        },
    };
    Document { root: wanted.root, kind: wanted.kind, name: wanted.name, content }
}

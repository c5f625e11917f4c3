//! Deployments: each root module with the files, values and workspace that it is given.

use std::collections::{BTreeMap, BTreeSet};

use super::Deployment;
use super::module::{Instance, ModuleId, World, find_roots, join_path, root_layers};
use crate::config::{DeploymentConfig, TerraformConfig, VariableArgument};

/// The environment variable that names the workspace.
const WORKSPACE: &str = "TF_WORKSPACE";
/// Where Terraform keeps the workspace that was selected, relative to the root module.
const SELECTED: &str = ".terraform/environment";

/// The deployments of a repository, and the files of variables that Terraform reads in none of their roots by itself.
pub(super) fn find(
    world: &World,
    config: &TerraformConfig,
    environment: &BTreeMap<String, String>,
) -> (Vec<Deployment>, Vec<String>) {
    let mut configured = config.roots.clone();
    if !configured.is_empty() {
        configured.extend(config.deployments.iter().map(|own| own.root.clone()));
    }
    let mut roots = find_roots(world, &configured);
    if configured.is_empty() && !config.deployments.is_empty() {
        let named: Vec<String> = config.deployments.iter().map(|own| own.root.clone()).collect();
        let missing: Vec<String> = named.into_iter().filter(|own| !roots.dirs.iter().any(|dir| is(dir, own))).collect();
        if !missing.is_empty() {
            roots.dirs.extend(find_roots(world, &missing).dirs);
            roots.dirs.sort();
        }
    }
    let mut deployments = Vec::new();
    for dir in &roots.dirs {
        let own: Vec<&DeploymentConfig> = config.deployments.iter().filter(|own| is(dir, &own.root)).collect();
        if own.is_empty() {
            deployments.push(deployment(world, dir, config, None, environment));
        }
        deployments.extend(own.into_iter().map(|own| deployment(world, dir, config, Some(own), environment)));
    }
    // A root whose outputs are read need not be among those that are looked at.
    for read in &config.remote_state {
        if !roots.dirs.iter().any(|dir| is(dir, &read.root))
            && let Some(dir) = find_roots(world, std::slice::from_ref(&read.root)).dirs.first()
        {
            for own in settings_of(config, dir) {
                deployment(world, dir, config, own, environment);
            }
        }
    }
    name(&mut deployments);
    (deployments, roots.variable_files)
}

/// The configured deployments of a root; one without settings of its own where there is none.
fn settings_of<'a>(config: &'a TerraformConfig, dir: &str) -> Vec<Option<&'a DeploymentConfig>> {
    let own: Vec<_> = config.deployments.iter().filter(|own| is(dir, &own.root)).map(Some).collect();
    if own.is_empty() { vec![None] } else { own }
}

/// True where a configured path means the directory.
fn is(dir: &str, configured: &str) -> bool {
    join_path("", configured).is_some_and(|path| path == dir)
}

fn deployment(
    world: &World,
    dir: &str,
    config: &TerraformConfig,
    own: Option<&DeploymentConfig>,
    environment: &BTreeMap<String, String>,
) -> Deployment {
    let module = world.module(dir);
    for gap in &module.gaps {
        world.miss(gap.clone());
    }
    let layers = root_layers(world, dir, config, own, environment);
    let workspace = workspace(world, dir, config, own, environment);
    let instance: ModuleId = world
        .add_instance(|id| Instance {
            id,
            module,
            root: dir.into(),
            address: String::new(),
            call: None,
            callers: Default::default(),
            presence: Default::default(),
            layers,
            workspace: workspace.as_deref().map(Into::into),
        })
        .id;
    let asked = config.arguments.iter().filter_map(|argument| match argument {
        VariableArgument::File(path) => Some(path),
        VariableArgument::Value(..) => None,
    });
    let files = config.var_files.iter().chain(own.into_iter().flat_map(|own| &own.var_files)).chain(asked);
    Deployment {
        name: String::new(),
        root: if dir.is_empty() { ".".to_owned() } else { dir.to_owned() },
        instance,
        var_files: files.cloned().collect(),
        workspace,
        resources: std::sync::OnceLock::new(),
    }
}

/// The workspace as Terraform finds it, where neither the deployment nor the configuration says it.
fn workspace(
    world: &World,
    dir: &str,
    config: &TerraformConfig,
    own: Option<&DeploymentConfig>,
    environment: &BTreeMap<String, String>,
) -> Option<String> {
    let said = own.and_then(|own| own.workspace.clone()).or_else(|| config.workspace.clone());
    let exported = || environment.get(WORKSPACE).filter(|name| !name.is_empty()).cloned();
    let selected = || {
        let bytes = world.read_bytes(&join_path(dir, SELECTED)?).ok()?;
        let name = String::from_utf8(bytes).ok()?.trim().to_owned();
        (!name.is_empty()).then_some(name)
    };
    said.or_else(exported).or_else(selected)
}

/// Names deployments so that no two have one name.
fn name(deployments: &mut [Deployment]) {
    let roots: Vec<String> = deployments.iter().map(|own| own.root.clone()).collect();
    let mut taken = BTreeSet::new();
    for deployment in deployments {
        let alone = roots.iter().filter(|root| **root == deployment.root).count() == 1;
        let mut parts = deployment.var_files.clone();
        parts.extend(deployment.workspace.iter().map(|name| format!("workspace {name}")));
        let base = if alone || parts.is_empty() {
            deployment.root.clone()
        } else {
            format!("{} ({})", deployment.root, parts.join(", "))
        };
        let again = |at: usize| if at == 1 { base.clone() } else { format!("{base} #{at}") };
        let free = (1..).map(again).find(|name| !taken.contains(name)).unwrap_or(base.clone());
        taken.insert(free.clone());
        deployment.name = free;
    }
}

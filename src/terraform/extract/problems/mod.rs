//! What is wrong with a configuration in itself, found without running Terraform or asking Google Cloud.
//!
//! | file | what |
//! | --- | --- |
//! | `arguments` | arguments and blocks that a resource does not have, or lacks |
//! | `values` | values that are not accepted |
//! | `together` | what arguments demand of each other |
//! | `annotations` | VPC annotations where they have no effect |
//! | `references`, `walk` | references to what nothing declares |
//! | `networks` | networks that are named by literal texts |
//!
//! What cannot be told is passed over: the comparison with what is live judges values, and counts what it cannot.

mod annotations;
mod arguments;
mod networks;
mod references;
mod together;
mod values;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::super::Deployment;
use super::super::google::{self, names};
use super::super::module::{Mode, ModuleId, World};
use super::super::syntax::Block;
use super::super::value::Value;
use super::{ResourceInstance, instances};
use crate::model::problem::without_keys;
use crate::model::redact;
use crate::model::{ConfigProblem, Origin, ProblemKind, RefusedBy, TerraformDeclarations, Written};

/// Collects what is wrong with a deployment into its declarations.
pub(super) fn collect(
    world: &World,
    deployment: &Deployment,
    resources: &[ResourceInstance],
    all: &mut TerraformDeclarations,
) {
    let mut problems = Problems::default();
    let mut seen = BTreeSet::new();
    for module in instances(world, deployment.instance) {
        // The instances of one call differ in values only.
        let address = world.instance(module).map(|instance| without_keys(&instance.address)).unwrap_or_default();
        if !seen.insert(address) {
            continue;
        }
        references::judge(world, &deployment.root, module, &mut problems, all);
        of_blocks(world, module, &mut problems);
    }
    for resource in resources {
        networks::gather(world, resource, all);
        if resource.resource.mode == Mode::Managed {
            of_values(world, resource, &mut problems);
        }
    }
    all.problems.extend(problems.0.into_values());
}

/// What can be told from the blocks alone, also of those that have no instance.
fn of_blocks(world: &World, module: ModuleId, problems: &mut Problems) {
    let Some(instance) = world.instance(module) else { return };
    for (resource, block) in &instance.module.resources {
        if resource.mode != Mode::Managed {
            continue;
        }
        let at = Place { world, module, within: &instance.address, local: resource };
        match google::resource(&resource.kind) {
            Some(known) => arguments::judge(&at, known, block, problems),
            None => {
                let mut known = world.meant_types.borrow_mut();
                let meant = known.entry(resource.kind.clone()).or_insert_with(|| names::meant_type(&resource.kind));
                if let Some(meant) = *meant {
                    problems.add(ConfigProblem {
                        kind: ProblemKind::ResourceTypeUnknown,
                        text: format!("the provider has no resource type {}; {meant} is near", resource.kind),
                        refused_by: RefusedBy::Plan,
                        edit: format!("write {meant}, if that is meant"),
                        field: None,
                        places: vec![at.written(Some(resource.kind.to_string()), block)],
                        address: at.address(),
                    });
                }
            }
        }
    }
}

/// What needs the values of one instance.
fn of_values(world: &World, resource: &ResourceInstance, problems: &mut Problems) {
    let Some(known) = google::resource(&resource.resource.kind) else { return };
    let Some(module) = resource.scope.module else { return };
    let at = Place { world, module, within: &resource.module_address, local: &resource.resource };
    values::judge(&at, known, resource, problems);
    together::judge(&at, known, resource, problems);
    annotations::judge(&at, resource, problems);
}

/// Where problems are looked for.
struct Place<'a> {
    world: &'a World,
    module: ModuleId,
    /// The address of the module.
    within: &'a str,
    /// What it is in the module.
    local: &'a dyn fmt::Display,
}

impl Place<'_> {
    /// The address without keys.
    fn address(&self) -> String {
        full_address(self.within, &self.local.to_string())
    }

    fn origin(&self, span: super::super::syntax::Span) -> Origin {
        self.world.origin(Some(self.module), span)
    }

    fn written(&self, value: Option<String>, block: &Block) -> Written {
        Written { value, origin: self.origin(block.header) }
    }

    /// True where files of the module could not be read: what is left out may be in them.
    fn has_gaps(&self) -> bool {
        self.world.instance(self.module).is_none_or(|instance| !instance.module.gaps.is_empty())
    }
}

/// Problems, each once: instances of one block have the same ones.
#[derive(Default)]
struct Problems(BTreeMap<(ProblemKind, String, Option<String>), ConfigProblem>);

impl Problems {
    fn add(&mut self, problem: ConfigProblem) {
        let key = (problem.kind, problem.address.clone(), problem.field.clone());
        match self.0.get_mut(&key) {
            None => {
                self.0.insert(key, problem);
            }
            Some(first) => {
                for place in problem.places {
                    if !first.places.contains(&place) {
                        first.places.push(place);
                    }
                }
            }
        }
    }
}

/// The address of something in a module, without the keys of instances.
fn full_address(module: &str, local: &str) -> String {
    if module.is_empty() { local.to_owned() } else { format!("{}.{local}", without_keys(module)) }
}

/// A value as a message may show it; `None` where it is sensitive or no simple value.
fn shown(value: &Value) -> Option<String> {
    if value.is_marked() {
        return None;
    }
    if let Some(text) = value.as_str() {
        return Some(redact::line(text));
    }
    let number = value.as_number().map(ToString::to_string);
    number.or_else(|| value.as_bool().map(|flag| flag.to_string()))
}

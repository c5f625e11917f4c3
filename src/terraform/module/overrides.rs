//! Override files: `override.tf` and `*_override.tf`, merged into what the other files declare.
//!
//! Terraform's documentation, "Override Files": attributes replace attributes, nested blocks of a type replace all
//! nested blocks of that type, `lifecycle` is merged argument by argument, local values one by one, required providers
//! name by name. What is overridden must exist; only a provider configuration without an alias always does.

use std::sync::Arc;

use super::World;
use super::load::{Module, add_settings, address, describe, provider_key};
use crate::model::declared::DiagnosticLevel;
use crate::terraform::syntax::{Block, Body, Span};

/// An override file that could not be read may change anything: what the other files say counts no more.
pub(super) fn forget(module: &mut Module) {
    module.variables.clear();
    module.locals.clear();
    module.outputs.clear();
    module.resources.clear();
    module.calls.clear();
    module.providers.clear();
    module.required.clear();
}

/// Merges an override file.
pub(super) fn merge(world: &World, module: &mut Module, body: &Body) {
    let complete = module.gaps.is_empty();
    let mut homeless: Vec<(String, Span)> = Vec::new();
    for block in &body.blocks {
        let name: Arc<str> = block.label(0).into();
        let base = match &*block.kind {
            "variable" => module.variables.get_mut(&name),
            "output" => module.outputs.get_mut(&name),
            "module" => module.calls.get_mut(&name),
            "resource" | "data" => module.resources.get_mut(&address(block)),
            "provider" => {
                let key = provider_key(block);
                if !key.contains('.') && !module.providers.contains_key(&key) {
                    module.providers.insert(key, block.clone());
                    continue;
                }
                module.providers.get_mut(&key)
            }
            "terraform" => {
                add_settings(module, block);
                continue;
            }
            "locals" => {
                for local in &block.body.attributes {
                    match module.locals.get_mut(&local.name) {
                        Some(base) => *base = local.clone(),
                        None => homeless.push((format!("local.{}", local.name), local.expr.span)),
                    }
                }
                continue;
            }
            _ => continue,
        };
        match base {
            Some(base) => merge_into(world, base, block),
            None => homeless.push((describe(block), block.header)),
        }
    }
    // What is overridden may be declared in a file that could not be read.
    for (what, span) in homeless.into_iter().filter(|_| complete) {
        let text = format!("{what} is overridden and declared nowhere");
        world.diagnose(DiagnosticLevel::Error, text, Some(world.origin(None, span)));
    }
}

fn merge_into(world: &World, base: &mut Arc<Block>, over: &Block) {
    if &*over.kind == "variable"
        && let Some(validation) = over.body.blocks("validation").next()
    {
        let origin = world.origin(None, validation.header);
        world.diagnose(DiagnosticLevel::Error, "an override file cannot replace a validation", Some(origin));
    }
    let mut merged = (**base).clone();
    merge_body(&mut merged.body, &over.body);
    *base = Arc::new(merged);
}

/// The type of a nested block: of a dynamic one that which it generates.
fn kind_of(block: &Block) -> &str {
    if &*block.kind == "dynamic" { block.label(0) } else { &block.kind }
}

fn merge_body(base: &mut Body, over: &Body) {
    for attribute in &over.attributes {
        match base.attributes.iter_mut().find(|own| own.name == attribute.name) {
            Some(own) => *own = attribute.clone(),
            None => base.attributes.push(attribute.clone()),
        }
    }
    // Where the two files say one each, Terraform looks at count first.
    let one_each = over.attribute("count").is_some() != over.attribute("for_each").is_some();
    if one_each && base.attribute("count").is_some() {
        base.attributes.retain(|own| &*own.name != "for_each");
    }
    let is_merged = |block: &Arc<Block>| &*block.kind == "lifecycle";
    for block in over.blocks.iter().filter(|block| is_merged(block)) {
        match base.blocks.iter_mut().find(|own| own.kind == block.kind) {
            Some(own) => {
                let mut merged = (**own).clone();
                merge_body(&mut merged.body, &block.body);
                *own = Arc::new(merged);
            }
            None => base.blocks.push(block.clone()),
        }
    }
    let replaces = |own: &Block| over.blocks.iter().any(|block| kind_of(block) == kind_of(own));
    base.blocks.retain(|own| is_merged(own) || !replaces(own));
    base.blocks.extend(over.blocks.iter().filter(|block| !is_merged(block)).cloned());
}

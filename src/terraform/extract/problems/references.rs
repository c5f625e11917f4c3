//! References to what nothing declares, and which resources something refers to.
//!
//! Terraform looks at every reference before it evaluates anything, also in branches that are not taken and in blocks
//! that have no instance; so does this.

use super::super::super::google;
use super::super::super::google::names::nearest;
use super::super::super::module::{Address, Instance, Mode, ModuleId, World, children};
use super::super::super::syntax::{Body, Span, Step};
use super::walk::{self, Reference};
use super::{Place, Problems, full_address};
use crate::model::{ConfigProblem, ProblemKind, RefusedBy, TerraformDeclarations, Written};

/// Names that are no resource types.
const OTHERS: [&str; 8] = ["path", "terraform", "tofu", "each", "count", "self", "ephemeral", "action"];

pub(super) fn judge(
    world: &World,
    root: &str,
    module: ModuleId,
    problems: &mut Problems,
    all: &mut TerraformDeclarations,
) {
    let Some(instance) = world.instance(module) else { return };
    let own = &instance.module;
    let mut each = |reference: Reference<'_>, owner: Option<&Address>, is_use: bool| {
        if let Some(address) = resource_of(&reference)
            && is_use
            && owner != Some(&address)
            && google::resource(&address.kind).is_some()
        {
            all.referenced.insert((root.to_owned(), full_address(&instance.address, &address.to_string())));
        }
        if let Some(missing) = undeclared(world, &instance, &reference) {
            report(world, &instance, missing, reference.span, problems);
        }
    };
    let mut look = |body: &Body, owner: Option<&Address>, skip: &dyn Fn(&str, &str) -> bool| {
        // What only orders things is no use of a resource.
        let skipped = |kind: &str, name: &str| (kind.is_empty() && name == "depends_on") || skip(kind, name);
        walk::body(body, &skipped, &mut |reference| each(reference, owner, true));
        if let Some(order) = body.attribute("depends_on") {
            walk::expr(&order.expr, &mut Vec::new(), &mut |reference| each(reference, owner, false));
        }
    };
    for block in own.variables.values() {
        look(&block.body, None, &|kind, name| kind.is_empty() || name == "type");
    }
    for block in own.outputs.values() {
        look(&block.body, None, &|_, _| false);
    }
    for (address, block) in &own.resources {
        look(&block.body, Some(address), &|kind, name| {
            matches!((kind, name), ("lifecycle", "ignore_changes" | "replace_triggered_by") | ("", "provider"))
        });
    }
    for block in own.calls.values() {
        look(&block.body, None, &|kind, name| kind.is_empty() && matches!(name, "source" | "version" | "providers"));
    }
    for block in own.providers.values() {
        look(&block.body, None, &|kind, name| kind.is_empty() && matches!(name, "alias" | "version"));
    }
    for local in own.locals.values() {
        walk::expr(&local.expr, &mut Vec::new(), &mut |reference| each(reference, None, true));
    }
}

/// What is missing, and what is there under a similar name.
struct Missing {
    what: String,
    near: Option<String>,
}

fn report(world: &World, instance: &Instance, missing: Missing, span: Span, problems: &mut Problems) {
    let at = Place { world, module: instance.id, within: &instance.address, local: &missing.what };
    let (near, edit) = match &missing.near {
        Some(near) => (format!("; {near} is near"), format!("write {near}, if that is meant")),
        None => (String::new(), format!("declare {}, or take the reference out", missing.what)),
    };
    problems.add(ConfigProblem {
        kind: ProblemKind::ReferenceUndeclared,
        field: None,
        text: format!("it is referred to, and nothing declares it{near}"),
        refused_by: RefusedBy::Plan,
        edit,
        places: vec![Written { value: None, origin: at.origin(span) }],
        address: at.address(),
    });
}

fn attr(steps: &[Step], at: usize) -> Option<&str> {
    match steps.get(at) {
        Some(Step::Attr(name, _)) => Some(name),
        _ => None,
    }
}

/// The managed resource that a reference leads to.
fn resource_of(reference: &Reference<'_>) -> Option<Address> {
    if ["var", "local", "module", "data"].contains(&&**reference.name) || OTHERS.contains(&&**reference.name) {
        return None;
    }
    let name = attr(reference.steps, 0)?.into();
    Some(Address { mode: Mode::Managed, kind: reference.name.clone(), name })
}

/// A name that is not there, with the one that is near.
fn missing(prefix: &str, name: &str, known: &mut dyn Iterator<Item = &str>) -> Option<Missing> {
    let limit = (name.chars().count() / 3).clamp(1, 3);
    let near = nearest(name, known, limit).map(|near| format!("{prefix}{near}"));
    Some(Missing { what: format!("{prefix}{name}"), near })
}

/// What a reference leads to, where nothing declares it.
fn undeclared(world: &World, instance: &Instance, reference: &Reference<'_>) -> Option<Missing> {
    let own = &instance.module;
    // It may be in a file that could not be read.
    if !own.gaps.is_empty() {
        return None;
    }
    let steps = reference.steps;
    match &**reference.name {
        "var" => {
            let name = attr(steps, 0)?;
            let is_there = own.variables.contains_key(name);
            if is_there { None } else { missing("var.", name, &mut own.variables.keys().map(|name| &**name)) }
        }
        "local" => {
            let name = attr(steps, 0)?;
            let is_there = own.locals.contains_key(name);
            if is_there { None } else { missing("local.", name, &mut own.locals.keys().map(|name| &**name)) }
        }
        "module" => {
            let name = attr(steps, 0)?;
            if !own.calls.contains_key(name) {
                return missing("module.", name, &mut own.calls.keys().map(|name| &**name));
            }
            let output = attr(steps, 1).or_else(|| match steps.get(1) {
                Some(Step::Index(_) | Step::LegacyIndex(_) | Step::FullSplat | Step::AttrSplat) => attr(steps, 2),
                _ => None,
            })?;
            let called = children(world, instance.id, &name.into())?;
            let child = world.instance(*called.instances.values().next()?)?;
            let outputs = &child.module.outputs;
            if outputs.contains_key(output) || !child.module.gaps.is_empty() {
                return None;
            }
            missing(&format!("module.{name}."), output, &mut outputs.keys().map(|name| &**name))
        }
        "data" => {
            let address = Address { mode: Mode::Data, kind: attr(steps, 0)?.into(), name: attr(steps, 1)?.into() };
            resource(instance, &address, steps.get(2..).unwrap_or_default())
        }
        other if OTHERS.contains(&other) => None,
        _ => resource(instance, &resource_of(reference)?, steps.get(1..).unwrap_or_default()),
    }
}

/// An attribute that a modelled resource does not have, where another one is near: others may be of a newer provider.
fn attribute(address: &Address, rest: &[Step]) -> Option<Missing> {
    let name = attr(rest, 0).or_else(|| match rest.first() {
        Some(Step::Index(_) | Step::LegacyIndex(_) | Step::FullSplat | Step::AttrSplat) => attr(rest, 1),
        _ => None,
    })?;
    let body = google::resource(&address.kind).filter(|_| address.mode == Mode::Managed)?.body;
    if name == "id" || google::UNIVERSAL.contains(&name) || body.field(name).is_some() {
        return None;
    }
    let limit = (name.chars().count() / 4).clamp(1, 2);
    let near = nearest(name, body.fields.iter().map(|field| field.name), limit)?;
    Some(Missing { what: format!("{address}.{name}"), near: Some(format!("{address}.{near}")) })
}

fn resource(instance: &Instance, address: &Address, rest: &[Step]) -> Option<Missing> {
    let resources = &instance.module.resources;
    if resources.contains_key(address) {
        return attribute(address, rest);
    }
    let known: Vec<String> = resources.keys().filter(|own| own.mode == address.mode).map(ToString::to_string).collect();
    missing("", &address.to_string(), &mut known.iter().map(String::as_str))
}

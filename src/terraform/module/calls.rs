//! `module` blocks: where the called module lies, its instances and its outputs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::files::join;
use super::manifest;
use super::{Address, CallSite, Expansion, Instance, Key, Mode, Module, ModuleId, Node, World, expand, key_scope};
use crate::model::declared::DiagnosticLevel;
use crate::model::{Why, WhyKind, origin::Callers};
use crate::terraform::evaluate::{Failure, Scope, evaluate};
use crate::terraform::syntax::{Block, Span};
use crate::terraform::value::{Fields, Type, Value, Whys};

/// The deepest chain of module calls.
const MAX_CALLS: usize = 32;
/// The largest number of module instances of a run.
const MAX_MODULES: usize = 20_000;

/// Arguments of a call that Terraform itself reads.
pub(super) const OWN: [&str; 6] = ["source", "version", "count", "for_each", "providers", "depends_on"];

/// What a call leads to.
#[derive(Debug)]
pub struct Children {
    /// How the call repeats.
    pub expansion: Arc<Expansion>,
    /// The instances, by key; empty where the module is not available.
    pub instances: BTreeMap<Key, ModuleId>,
    /// Why the called module is not available.
    pub opaque: Option<Why>,
}

/// The address of a call, as something that repeats.
pub(super) fn call_address(name: &Arc<str>) -> Address {
    Address { mode: Mode::Call, kind: "".into(), name: name.clone() }
}

/// The instances of a call; `None` where the module has no such call.
pub fn children(world: &World, module: ModuleId, name: &Arc<str>) -> Option<Arc<Children>> {
    let key = (module, name.clone());
    if let Some(known) = world.children.borrow().get(&key) {
        return Some(known.clone());
    }
    let instance = world.instance(module)?;
    let block = instance.module.calls.get(name)?.clone();
    let made = Arc::new(make_children(world, &instance, name, &block));
    if !made.expansion.presence().as_slice().iter().any(|why| why.kind == WhyKind::Cycle) {
        world.children.borrow_mut().insert(key, made.clone());
    }
    Some(made)
}

fn make_children(world: &World, caller: &Instance, name: &Arc<str>, block: &Arc<Block>) -> Children {
    let expansion = expand(world, caller.id, &call_address(name), &block.body);
    let dir = match called_dir(world, caller, name, block) {
        Ok(dir) => dir,
        Err(why) => {
            world.miss(why.clone());
            world.diagnose(
                DiagnosticLevel::Warning,
                why.text.clone(),
                Some(world.origin(Some(caller.id), block.header)),
            );
            return Children { expansion, instances: BTreeMap::new(), opaque: Some(why) };
        }
    };
    let module = world.module(&dir);
    for gap in &module.gaps {
        world.miss(gap.clone());
    }
    judge_arguments(world, caller, name, block, &module);
    let mut instances = BTreeMap::new();
    for key in expansion.keys() {
        let label = format!("module.{name}{key}");
        let address = if caller.address.is_empty() { label.clone() } else { format!("{}.{label}", caller.address) };
        let mut chain = vec![world.caller(format!("module.{name}"), block.header)];
        chain.extend(caller.callers.as_slice().iter().cloned());
        let scope = key_scope(caller.id, &expansion, &key);
        let child = world.add_instance(|id| Instance {
            id,
            module: module.clone(),
            root: caller.root.clone(),
            address,
            call: Some(CallSite { parent: caller.id, block: block.clone(), scope }),
            callers: Callers::new(chain),
            presence: caller.presence.and(&expansion.presence()),
            layers: Vec::new(),
            workspace: caller.workspace.clone(),
        });
        instances.insert(key, child.id);
    }
    Children { expansion, instances, opaque: None }
}

/// Arguments that the called module does not know, and variables that must be set and are not.
fn judge_arguments(world: &World, caller: &Instance, name: &str, block: &Block, module: &Module) {
    if !module.gaps.is_empty() {
        return;
    }
    let tell = |text: String, span: Span| {
        world.diagnose(DiagnosticLevel::Error, text, Some(world.origin(Some(caller.id), span)));
    };
    for argument in &block.body.attributes {
        if !OWN.contains(&&*argument.name) && !module.variables.contains_key(&argument.name) {
            tell(format!("module.{name} has no variable \"{}\"", argument.name), argument.expr.span);
        }
    }
    for (variable, declared) in &module.variables {
        if declared.body.attribute("default").is_none() && block.body.attribute(variable).is_none() {
            tell(format!("module.{name} needs a value for its variable \"{variable}\""), block.header);
        }
    }
}

/// The directory of a called module, relative to the repository.
fn called_dir(world: &World, caller: &Instance, name: &str, block: &Block) -> Result<String, Why> {
    let refuse = |kind, text: String, span: Span| Err(Why::at(kind, text, world.origin(Some(caller.id), span)));
    let Some(source) = block.body.attribute("source") else {
        return refuse(WhyKind::ModuleUnavailable, format!("module.{name} has no source"), block.header);
    };
    let span = source.expr.span;
    let Some(text) = source.expr.literal_str().map(str::to_owned) else {
        return refuse(WhyKind::ModuleUnavailable, format!("the source of module.{name} is no constant"), span);
    };
    if caller.callers.as_slice().len() >= MAX_CALLS || world.instance_count() >= MAX_MODULES {
        return refuse(
            WhyKind::Limit,
            format!("module.{name} is nested too deeply, or there are too many modules"),
            span,
        );
    }
    let local = text.starts_with("./") || text.starts_with("../");
    let dir = if local {
        join(&caller.module.dir, &text)
    } else {
        manifest::installed_dir(world, caller, name, block, &text)
    };
    let Some(dir) = dir else {
        let text = if local {
            format!("the source {text} of module.{name} lies outside the repository")
        } else {
            format!("the source {text} of module.{name} is not in the repository")
        };
        return refuse(WhyKind::ModuleUnavailable, text, span);
    };
    if let Err(error) = world.list(&dir) {
        let text = format!("the source {text} of module.{name} {}", error.text());
        return refuse(WhyKind::ModuleUnavailable, text, span);
    }
    let real = world.confined(&dir).ok();
    let mut ancestor = Some(caller.id);
    while let Some(instance) = ancestor.and_then(|id| world.instance(id)) {
        if instance.module.dir == dir || (real.is_some() && instance.module.real == real) {
            return refuse(WhyKind::Cycle, format!("module.{name} calls a module that it is part of"), span);
        }
        ancestor = instance.call.as_ref().map(|call| call.parent);
    }
    Ok(dir)
}

/// The value of `module.name`, restricted to one output where one is named.
pub(super) fn call_value(
    world: &World,
    children: &Children,
    key: &Key,
    output: Option<&Arc<str>>,
) -> Result<Value, Failure> {
    let opaque = |why: &Why| Value::unknown_because(Type::Dynamic, why.clone());
    if let Some(why) = &children.opaque {
        return Ok(opaque(why));
    }
    let Some(child) = children.instances.get(key).and_then(|id| world.instance(*id)) else {
        return Ok(Value::unknown(Type::Dynamic, children.expansion.presence()));
    };
    match output {
        Some(name) => output_value(world, &child, name).ok_or_else(|| Failure {
            text: format!("{} has no output \"{name}\"", child.address),
            span: None,
            fatal: true,
        }),
        None => {
            let names: Vec<Arc<str>> = child.module.outputs.keys().cloned().collect();
            let fields = names.into_iter().filter_map(|name| Some((name.clone(), output_value(world, &child, &name)?)));
            let value = Value::object(fields.collect());
            Ok(if child.module.gaps.is_empty() { value } else { Value::unknown(Type::Dynamic, gap_whys(&child)) })
        }
    }
}

/// The arguments that a call passes on.
pub type Inputs = Fields;

/// What a call passes on, evaluated in its scope.
pub fn inputs(world: &World, scope: &Scope, block: &Block) -> Inputs {
    let own = block.body.attributes.iter().filter(|argument| !OWN.contains(&&*argument.name));
    own.map(|argument| (argument.name.clone(), world.value_of(scope, &argument.expr))).collect()
}

/// A call whose module is not available, by instance.
#[derive(Debug)]
pub struct OpaqueCall {
    /// The address of what would be the module's instance.
    pub address: String,
    /// The `module` block.
    pub block: Arc<Block>,
    /// Why there is no module.
    pub why: Why,
    /// Why it cannot be told whether the instance exists.
    pub presence: Whys,
    /// What it is given.
    pub inputs: Inputs,
}

/// The calls of a module instance whose module is not available.
pub fn opaque_calls(world: &World, module: ModuleId) -> Vec<OpaqueCall> {
    let Some(caller) = world.instance(module) else { return Vec::new() };
    let mut found = Vec::new();
    for (name, block) in &caller.module.calls {
        let Some(called) = children(world, module, name) else { continue };
        let Some(why) = &called.opaque else { continue };
        for key in called.expansion.keys() {
            let label = format!("module.{name}{key}");
            found.push(OpaqueCall {
                address: if caller.address.is_empty() { label } else { format!("{}.{label}", caller.address) },
                block: block.clone(),
                why: why.clone(),
                presence: caller.presence.and(&called.expansion.presence()),
                inputs: inputs(world, &key_scope(module, &called.expansion, &key), block),
            });
        }
    }
    found
}

fn gap_whys(instance: &Instance) -> Whys {
    instance.module.gaps.iter().fold(Whys::default(), |all, why| all.and(&Whys::one(why.clone())))
}

/// The value of an output; `None` where there is none and no file is missing.
pub(super) fn output_value(world: &World, instance: &Instance, name: &Arc<str>) -> Option<Value> {
    let Some(block) = instance.module.outputs.get(name) else {
        let whys = gap_whys(instance);
        return (!whys.is_empty()).then(|| Value::unknown(Type::Dynamic, whys));
    };
    let scope = Scope::module(instance.id);
    let value =
        world.memoised(instance.id, Node::Output(name.clone()), block.header, || match block.body.attribute("value") {
            Some(own) => evaluate(world, &scope, &own.expr),
            None => Err(Failure::at(block.header, format!("output \"{name}\" has no value"))),
        });
    let sensitive =
        block.body.attribute("sensitive").map(|own| world.value_of(&scope, &own.expr).as_bool() == Some(true));
    Some(value.marked(sensitive.unwrap_or(false)))
}

impl World {
    /// All outputs of a module instance, by name.
    pub fn outputs(&self, module: ModuleId) -> Fields {
        let Some(instance) = self.instance(module) else { return Fields::new() };
        let names: Vec<Arc<str>> = instance.module.outputs.keys().cloned().collect();
        names.into_iter().filter_map(|name| Some((name.clone(), output_value(self, &instance, &name)?))).collect()
    }

    /// All variables of a module instance, by name.
    pub fn variables(&self, module: ModuleId) -> Fields {
        let Some(instance) = self.instance(module) else { return Fields::new() };
        let names: Vec<Arc<str>> = instance.module.variables.keys().cloned().collect();
        names
            .into_iter()
            .filter_map(|name| Some((name.clone(), super::variables::variable(self, module, &name)?)))
            .collect()
    }

    /// Why something that the module does not declare may be in a file that could not be read.
    pub(super) fn gaps(&self, module: ModuleId) -> Whys {
        self.instance(module).map(|instance| gap_whys(&instance)).unwrap_or_default()
    }
}

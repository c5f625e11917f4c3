//! Provider configurations: which one a resource uses, and the project and region that it supplies.

use std::sync::Arc;

use super::{Module, ModuleId, Node, World};
use crate::model::{Why, WhyKind};
use crate::terraform::evaluate::{Scope, evaluate};
use crate::terraform::syntax::{Block, ExprKind};
use crate::terraform::value::{Type, Value, convert};

/// The longest chain of calls that is followed.
const MAX_DEPTH: usize = 64;

/// What the provider supplies for an argument (`project`, `region`, `zone`) that a resource leaves out.
pub fn provider_default(world: &World, scope: &Scope, kind: &str, block: &Block, argument: &str) -> Value {
    let unset = |place: crate::model::Origin| {
        let hint = match (argument, &world.settings.project) {
            ("project", Some(project)) => {
                format!(" (the configuration of this tool says {project}, which Terraform does not read)")
            }
            _ => String::new(),
        };
        let text = format!(
            "the {argument} comes from the environment of the provider: neither the resource nor a provider block sets it{hint}"
        );
        Value::unknown_because(Type::String, Why::at(WhyKind::ProviderDefault, text, place))
    };
    let Some(module) = scope.module else { return Value::unknown(Type::String, Default::default()) };
    let meta = block.body.attribute("provider").and_then(|own| own.expr.names());
    let key = match meta {
        Some(names) => names.join("."),
        None => kind.split('_').next().unwrap_or(kind).to_owned(),
    };
    let Some(instance) = world.instance(module) else { return Value::unknown(Type::String, Default::default()) };
    match find(world, module, &Wanted::by(&instance.module, &key), 0) {
        Found::Block(owner, key, provider) => {
            let Some(own) = provider.body.attribute(argument) else {
                return unset(world.origin(Some(owner), provider.header));
            };
            let node = Node::Provider(key, argument.into());
            let value =
                world.memoised(owner, node, own.expr.span, || evaluate(world, &Scope::module(owner), &own.expr));
            if value.is_null() {
                return unset(world.origin(Some(owner), own.expr.span));
            }
            convert(&value, &Type::String).unwrap_or_else(|text| {
                let why = Why::at(
                    WhyKind::Invalid,
                    format!("{argument} of the provider: {text}"),
                    world.origin(Some(owner), own.expr.span),
                );
                Value::unknown_because(Type::String, why)
            })
        }
        Found::Gap(owner) => Value::unknown(Type::String, world.gaps(owner)),
        Found::Nothing => unset(world.origin(scope.module, block.header)),
    }
}

enum Found {
    /// The module that holds it, the name that it has there, and the block.
    Block(ModuleId, Arc<str>, Arc<Block>),
    /// No block is found, and files of that module could not be read.
    Gap(ModuleId),
    Nothing,
}

/// Which configuration of which provider: a module's own name for the provider means nothing outside of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    /// The full source, such as `hashicorp/google`.
    source: String,
    alias: Option<String>,
}

impl Wanted {
    /// What a module means by `google` or `google.west`.
    fn by(module: &Module, key: &str) -> Self {
        let (name, alias) = key.split_once('.').map_or((key, None), |(name, alias)| (name, Some(alias.to_owned())));
        let source = module.required.get(name).map_or(name, |source| source);
        let source = source.strip_prefix("registry.terraform.io/").unwrap_or(source).to_lowercase();
        let source = if source.contains('/') { source } else { format!("hashicorp/{source}") };
        Self { source, alias }
    }
}

/// The configuration that a module uses.
fn find(world: &World, module: ModuleId, wanted: &Wanted, depth: usize) -> Found {
    let Some(instance) = world.instance(module) else { return Found::Nothing };
    let own = &instance.module;
    if let Some((key, block)) = own.providers.iter().find(|(key, _)| Wanted::by(own, key) == *wanted) {
        return Found::Block(module, key.clone(), block.clone());
    }
    let Some(call) = &instance.call else {
        return if own.gaps.is_empty() { Found::Nothing } else { Found::Gap(module) };
    };
    let Some(parent) = world.instance(call.parent).filter(|_| depth < MAX_DEPTH) else { return Found::Nothing };
    if let Some(passed) = call.block.body.attribute("providers") {
        let ExprKind::Object(items) = &passed.expr.unparenthesised().kind else { return Found::Nothing };
        // A key is written as a word or as a reference.
        let named = items.iter().find(|(name, _)| {
            let key = name.literal_str().map(str::to_owned).or_else(|| Some(name.names()?.join(".")));
            key.is_some_and(|key| Wanted::by(own, &key) == *wanted)
        });
        if let Some(names) = named.and_then(|(_, value)| value.names()) {
            return find(world, call.parent, &Wanted::by(&parent.module, &names.join(".")), depth + 1);
        }
    }
    // Its own configuration may stand in a file that could not be read.
    if !own.gaps.is_empty() {
        return Found::Gap(module);
    }
    // Only configurations without an alias are inherited.
    if wanted.alias.is_some() { Found::Nothing } else { find(world, call.parent, wanted, depth + 1) }
}

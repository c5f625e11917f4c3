//! `terraform_remote_state`: the outputs of another root module, where the configuration of the tool says which one.
//!
//! What that root declares is taken for what its state holds: the two are the same once it was applied.

use std::sync::Arc;

use super::calls::output_value;
use super::{Address, Expansion, Instance, Key, Mode, ModuleId, World, configured, key_scope};
use crate::model::{Why, WhyKind};
use crate::terraform::syntax::Block;
use crate::terraform::value::{Fields, Type, Value};

/// The `outputs` of a data source; `None` where this is something else, or no root module is configured for it.
pub(super) fn outputs(
    world: &World,
    module: ModuleId,
    address: &Address,
    expansion: &Expansion,
    key: &Key,
    block: &Block,
    attribute: &str,
) -> Option<Value> {
    if address.mode != Mode::Data || &*address.kind != "terraform_remote_state" || attribute != "outputs" {
        return None;
    }
    let root = world.settings.remote_state.get(&*address.name)?;
    let unknown = |text: String| {
        let origin = world.origin(Some(module), block.header);
        Some(Value::unknown_because(Type::Dynamic, Why::at(WhyKind::DataSource, text, origin)))
    };
    let scope = key_scope(module, expansion, key);
    let workspace = match configured(world, &scope, &block.body, "workspace").filter(|value| !value.is_null()) {
        None => None,
        Some(value) => match value.as_str() {
            Some(text) => Some(Arc::from(text)),
            None => return Some(Value::unknown(Type::Dynamic, value.whys())),
        },
    };
    let own = workspace.clone().or_else(|| world.instance(module)?.workspace.clone());
    let dir = if root == "." { "" } else { root };
    let candidates = world.root_instances(dir);
    let same = |instance: &&Arc<Instance>| instance.workspace == own;
    let found = match candidates.as_slice() {
        [] => return unknown(format!("the root module {root}, which {address} reads, is not there")),
        // A state of another workspace is another state.
        [only] if workspace.is_none() || only.workspace.is_none() || only.workspace == workspace => only,
        several => {
            let mut fitting = several.iter().filter(|instance| same(instance));
            match (fitting.next(), fitting.next()) {
                (Some(one), None) => one,
                _ => return unknown(format!("which deployment of {root} {address} reads cannot be told")),
            }
        }
    };
    let mut fields: Fields = Fields::new();
    if let Some(defaults) = configured(world, &scope, &block.body, "defaults").filter(|value| !value.is_null()) {
        let Some(entries) = defaults.entries() else { return Some(Value::unknown(Type::Dynamic, defaults.whys())) };
        fields.extend(entries.into_iter().filter_map(|(key, value)| Some((Arc::from(key.as_str()?), value))));
    }
    if !found.module.gaps.is_empty() {
        return Some(Value::unknown(Type::Dynamic, world.gaps(found.id)));
    }
    for name in found.module.outputs.keys() {
        // A state keeps no output that is null.
        if let Some(value) = output_value(world, found, name).filter(|value| !value.is_null()) {
            fields.insert(name.clone(), value);
        }
    }
    Some(Value::object(fields))
}

impl World {
    /// The instances of a root module: one a deployment.
    fn root_instances(&self, dir: &str) -> Vec<Arc<Instance>> {
        let all = self.instances.borrow();
        all.iter().filter(|instance| instance.call.is_none() && instance.module.dir == dir).cloned().collect()
    }
}

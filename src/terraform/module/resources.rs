//! Attributes of resources, as references and reports see them: what is configured has its value, what is derived
//! from it has a derived value, everything else is unknown.

use std::sync::Arc;

use super::derived::derived;
use super::{Address, Expansion, Key, Mode, ModuleId, Node, World, builtin, expand, key_scope, nested_blocks};
use crate::model::redact::is_secret_name;
use crate::model::{Why, WhyKind};
use crate::terraform::evaluate::{Failure, Scope, evaluate};
use crate::terraform::google::schema::{Given, Shape};
use crate::terraform::google::{self, schema};
use crate::terraform::observed::{self, Subject};
use crate::terraform::syntax::{Block, Body, Expr, ExprKind};
use crate::terraform::value::{Fields, Kind, Object, Open, Type, Value, Whys, convert};

/// Arguments and blocks that Terraform itself reads: no attributes of the resource.
pub const META_ARGUMENTS: [&str; 8] =
    ["count", "for_each", "provider", "providers", "depends_on", "lifecycle", "connection", "provisioner"];

/// The value that a resource's own body gives an attribute; `None` where it does not mention it. Null is `Some`.
pub fn configured(world: &World, scope: &Scope, body: &Body, name: &str) -> Option<Value> {
    body.attribute(name).map(|own| world.value_of(scope, &own.expr))
}

/// The value of an attribute of one instance of a resource.
pub(super) fn resource_attribute(
    world: &World,
    module: ModuleId,
    address: &Address,
    expansion: &Expansion,
    key: &Key,
    name: &Arc<str>,
) -> Value {
    let Some(block) = world.instance(module).and_then(|instance| instance.module.resources.get(address).cloned())
    else {
        return Value::unknown(Type::Dynamic, world.gaps(module));
    };
    let span = block.body.attribute(name).map_or(block.header, |own| own.expr.span);
    let node = Node::Attribute(address.clone(), key.clone(), name.clone());
    world.memoised(module, node, span, || {
        let scope = key_scope(module, expansion, key);
        if let Some(own) = block.body.attribute(name)
            && !META_ARGUMENTS.contains(&&**name)
        {
            let value = evaluate(world, &scope, &own.expr)?;
            if !value.is_null() {
                let value = typed(address, name, value).map_err(|text| Failure::at(own.expr.span, text))?;
                let subject = Subject { world, scope: &scope, address, key, block: &block };
                return Ok(observed::fill_configured(&subject, name, value));
            }
        }
        if builtin::is_builtin(address) {
            let input = || resource_attribute(world, module, address, expansion, key, &Arc::from("input"));
            let why = || open(world, &scope, address, &block, key).attribute(name);
            let subject = Subject { world, scope: &scope, address, key, block: &block };
            return builtin::planned(name, input, why)
                .map(|value| observed::fill(&subject, name, value))
                .ok_or_else(|| Failure::fatal(span, format!("{address} has no attribute \"{name}\"")));
        }
        Ok(attribute_value(world, &scope, address, &block, key, name))
    })
}

/// The value of an attribute of an instance that a report names.
pub fn attribute_of(world: &World, module: ModuleId, address: &Address, key: &Key, name: &Arc<str>) -> Value {
    let block = world.instance(module).and_then(|instance| instance.module.resources.get(address).cloned());
    match block {
        Some(block) => {
            let expansion = expand(world, module, address, &block.body);
            resource_attribute(world, module, address, &expansion, key, name)
        }
        None => Value::unknown(Type::Dynamic, world.gaps(module)),
    }
}

/// The value of an attribute that is not configured, or configured as a block.
pub fn attribute_value(world: &World, scope: &Scope, address: &Address, block: &Block, key: &Key, name: &str) -> Value {
    let is_ignored =
        schema(address).is_some() && ignored(block).is_none_or(|names| names.iter().any(|own| **own == *name));
    let open = || {
        let open = open(world, scope, address, block, key);
        if is_ignored { Open { schema: None, ..open } } else { open }
    };
    let subject = Subject { world, scope, address, key, block };
    let blocks = nested_blocks(world, scope, &block.body, name);
    if !blocks.is_empty() && !META_ARGUMENTS.contains(&name) {
        return observed::fill_configured(&subject, name, block_list(world, Some(&open()), name, &blocks));
    }
    let own = derived(world, scope, address, block, name).unwrap_or_else(|| {
        let open = open();
        if is_ignored {
            let text = format!("{}.{name} is whatever is live: ignore_changes leaves it alone", open.address);
            return Value::unknown_because(Type::Dynamic, Why { text, ..open.why });
        }
        match open.missing(name) {
            // It is a string in every resource that has it.
            Value { kind: Kind::Unknown(unknown), .. } if matches!(name, "id" | "self_link") => {
                Value::unknown(Type::String, unknown.whys.clone())
            }
            other => other,
        }
    });
    observed::fill(&subject, name, own)
}

/// What is known of the resources of a type; of data sources nothing is.
fn schema(address: &Address) -> Option<&'static schema::Resource> {
    if address.mode == Mode::Managed { google::resource(&address.kind) } else { None }
}

/// A configured value in the type that the provider gives it.
fn typed(address: &Address, name: &str, value: Value) -> Result<Value, String> {
    let field = schema(address).and_then(|resource| resource.body.field(name));
    match field.map(|field| field.shape.ty()) {
        None | Some(Type::Dynamic) => Ok(value),
        Some(ty) => convert(&value, &ty).map_err(|text| {
            // Texts about a value quote it.
            let text = if value.is_marked() { "its sensitive value does not fit".to_owned() } else { text };
            format!("{address}.{name}: {text}")
        }),
    }
}

/// The attributes of which `lifecycle` says that what is live stays; `None` for all of them.
fn ignored(block: &Block) -> Option<Vec<Arc<str>>> {
    let mut names = Vec::new();
    for own in block.body.blocks("lifecycle").filter_map(|lifecycle| lifecycle.body.attribute("ignore_changes")) {
        // `all`, or a form that is not understood, may mean everything.
        let ExprKind::Tuple(items) = &own.expr.unparenthesised().kind else { return None };
        for item in items {
            names.push(first_name(item)?);
        }
    }
    Some(names)
}

fn first_name(expr: &Expr) -> Option<Arc<str>> {
    match &expr.unparenthesised().kind {
        ExprKind::Variable(name) => Some(name.clone()),
        ExprKind::Traversal(base, _) => first_name(base),
        ExprKind::Literal(value) => Some(value.as_str()?.split(['.', '[']).next()?.into()),
        _ => None,
    }
}

fn open(world: &World, scope: &Scope, address: &Address, block: &Block, key: &Key) -> Open {
    let instance = scope.module.and_then(|id| world.instance(id));
    let prefix = instance.map(|instance| instance.address.clone()).filter(|address| !address.is_empty());
    let full = format!("{}{address}{key}", prefix.map(|prefix| prefix + ".").unwrap_or_default());
    let (kind, text) = match address.mode {
        Mode::Data => (WhyKind::DataSource, format!("{full} is read by the data source when Terraform runs")),
        _ => (WhyKind::Computed, format!("{full} is computed by the provider")),
    };
    let why = Why::at(kind, text, world.origin(scope.module, block.header));
    Open { address: full.into(), why, schema: schema(address).map(|resource| resource.body) }
}

fn block_list(world: &World, open: Option<&Open>, name: &str, blocks: &[super::BlockInstance]) -> Value {
    let maybe = blocks.iter().fold(Whys::default(), |all, block| all.and(&block.maybe));
    if !maybe.is_empty() {
        return Value::unknown(Type::Dynamic, maybe);
    }
    let inner = open.map(|open| Open {
        address: format!("{}.{name}", open.address).into(),
        why: open.why.clone(),
        schema: open.schema.and_then(|body| body.field(name)).and_then(|field| match field.shape {
            Shape::Block(body) => Some(body),
            _ => None,
        }),
    });
    let object = |block: &super::BlockInstance| {
        let object = body_object(world, &block.scope, &block.block.body, inner.as_ref());
        if name == "env" { secret_marked(object) } else { object }
    };
    Value::tuple(blocks.iter().map(object).collect())
}

/// An environment variable whose name says so holds a secret, also where its value is picked out alone.
fn secret_marked(variable: Value) -> Value {
    let Kind::Object(object) = &variable.kind else { return variable };
    let is_secret = object.fields.get("name").and_then(Value::as_str).is_some_and(is_secret_name);
    let mut marked = (**object).clone();
    match marked.fields.get_mut("value").filter(|_| is_secret) {
        Some(value) if !value.is_null() => value.sensitive = true,
        _ => return variable,
    }
    Value::from(Kind::Object(Arc::new(marked))).marked(variable.sensitive)
}

/// A body as an object: attributes as they are, blocks as lists of objects.
pub fn body_object(world: &World, scope: &Scope, body: &Body, open: Option<&Open>) -> Value {
    let mut fields = Fields::new();
    for own in &body.attributes {
        let value = world.value_of(scope, &own.expr);
        if !value.is_null() || open.is_none() {
            fields.insert(own.name.clone(), value);
        }
    }
    for kind in block_kinds(body) {
        let blocks = nested_blocks(world, scope, body, &kind);
        let value = block_list(world, open, &kind, &blocks);
        fields.insert(kind, value);
    }
    Kind::Object(Arc::new(Object { fields, open: open.cloned() })).into()
}

/// The kinds of the nested blocks of a body, dynamic ones under the kind that they generate.
fn block_kinds(body: &Body) -> Vec<Arc<str>> {
    let mut kinds: Vec<Arc<str>> = Vec::new();
    for block in &body.blocks {
        let kind: Arc<str> = if &*block.kind == "dynamic" { block.label(0).into() } else { block.kind.clone() };
        if !kinds.contains(&kind) && !META_ARGUMENTS.contains(&&*kind) {
            kinds.push(kind);
        }
    }
    kinds
}

/// One whole instance of a resource as an object, open for what the provider fills in.
pub(super) fn instance_object(
    world: &World,
    module: ModuleId,
    address: &Address,
    expansion: &Expansion,
    key: &Key,
) -> Value {
    let Some(block) = world.instance(module).and_then(|instance| instance.module.resources.get(address).cloned())
    else {
        return Value::unknown(Type::Dynamic, world.gaps(module));
    };
    let one = |name: Arc<str>| (name.clone(), resource_attribute(world, module, address, expansion, key, &name));
    if builtin::is_builtin(address) {
        return Value::object(builtin::attributes().map(one).collect());
    }
    let scope = key_scope(module, expansion, key);
    let mut names: Vec<Arc<str>> = block.body.attributes.iter().map(|own| own.name.clone()).collect();
    names.extend(block_kinds(&block.body));
    names.extend(["id", "name", "self_link"].map(Arc::from));
    let known = schema(address).map_or(&[][..], |resource| resource.body.fields);
    names.extend(known.iter().filter(|field| field.given == Given::Provider).map(|field| Arc::from(field.name)));
    let ignored = ignored(&block);
    names.extend(ignored.iter().flatten().cloned());
    names.extend(observed::extra_names(&Subject { world, scope: &scope, address, key, block: &block }));
    names.retain(|name| !META_ARGUMENTS.contains(&&**name));
    let fields: Fields = names.into_iter().map(one).collect();
    let mut open = open(world, &scope, address, &block, key);
    if ignored.is_none() {
        open.schema = None;
    }
    Kind::Object(Arc::new(Object { fields, open: Some(open) })).into()
}

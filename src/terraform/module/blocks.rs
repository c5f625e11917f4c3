//! Nested blocks, with `dynamic` blocks expanded.

use std::sync::Arc;

use super::World;
use crate::model::{Why, WhyKind};
use crate::terraform::evaluate::Scope;
use crate::terraform::syntax::{Block, Body, Span};
use crate::terraform::value::{Fields, Kind, Type, Value, Whys};

/// A nested block as it applies.
#[derive(Clone, Debug)]
pub struct BlockInstance {
    /// The block that holds the content: the block itself, or the `content` of a dynamic one.
    pub block: Arc<Block>,
    /// Where the block, or the dynamic block, begins.
    pub header: Span,
    /// The scope of its arguments.
    pub scope: Scope,
    /// Why it cannot be told whether, or how often, it is there; empty where it certainly is.
    pub maybe: Whys,
}

/// The nested blocks of a kind, in the order written.
pub fn nested_blocks(world: &World, scope: &Scope, body: &Body, kind: &str) -> Vec<BlockInstance> {
    let mut found = Vec::new();
    for block in &body.blocks {
        if &*block.kind == kind {
            let (block, header) = (block.clone(), block.header);
            found.push(BlockInstance { block, header, scope: scope.clone(), maybe: Whys::default() });
        } else if &*block.kind == "dynamic" && block.label(0) == kind {
            dynamic(world, scope, block, &mut found);
        }
    }
    found
}

fn dynamic(world: &World, scope: &Scope, block: &Block, found: &mut Vec<BlockInstance>) {
    let missing = |what: &str| {
        let text = format!("the dynamic block has no {what}");
        Whys::one(Why::at(WhyKind::EvaluationFailed, text, world.origin(scope.module, block.header)))
    };
    let empty =
        Arc::new(Block { kind: "content".into(), labels: Vec::new(), body: Body::default(), header: block.header });
    let content = block.body.blocks("content").next().cloned();
    let iterator = block.body.attribute("iterator").and_then(|own| own.expr.names()?.first().cloned());
    let iterator = iterator.unwrap_or_else(|| block.label(0).into());
    let mut push = |key: Value, value: Value, maybe: Whys, content: Arc<Block>| {
        let each = Fields::from_iter([(Arc::from("key"), key), (Arc::from("value"), value)]);
        let scope = scope.bind(&iterator, Value::object(each));
        found.push(BlockInstance { block: content, header: block.header, scope, maybe });
    };
    let unknown =
        |whys: &Whys| (Value::unknown(Type::Dynamic, whys.clone()), Value::unknown(Type::Dynamic, whys.clone()));
    let Some(content) = content else {
        let whys = missing("content");
        let (key, value) = unknown(&whys);
        return push(key, value, whys, empty);
    };
    let Some(for_each) = block.body.attribute("for_each") else {
        let whys = missing("for_each");
        let (key, value) = unknown(&whys);
        return push(key, value, whys, content);
    };
    let collection = world.value_of(scope, &for_each.expr);
    let open = matches!(&collection.kind, Kind::Object(object) if object.open.is_some());
    // Unknown elements of a set may turn out to be the same one.
    let open = open || (matches!(collection.kind, Kind::Set(..)) && collection.contains_unknown());
    let entries = if open { None } else { collection.entries() };
    match entries {
        Some(entries) => {
            for (key, value) in entries {
                let mark = collection.sensitive;
                push(key.marked(mark), value.marked(mark), Whys::default(), content.clone());
            }
        }
        None if collection.contains_unknown() => {
            let whys = collection.whys();
            let (key, value) = unknown(&whys);
            push(key, value, whys, content);
        }
        // Terraform refuses null and what is no collection.
        None => {
            let text = "the for_each of the dynamic block is no collection";
            let failure = crate::terraform::evaluate::Failure::at(for_each.expr.span, text);
            let whys = world.failed(scope.module, &failure, for_each.expr.span).whys();
            let (key, value) = unknown(&whys);
            push(key, value, whys, content);
        }
    }
}

//! A map of annotations, read key by key: one unknown value does not hide the others.

use std::sync::Arc;

use super::super::evaluate::Scope;
use super::super::module::{BlockInstance, World};
use super::super::observed::Cursor;
use super::super::syntax::{Attribute, Expr, ExprKind, Span};
use super::super::value::{Kind, Type, Value, convert};
use crate::model::{Fact, Origin, Why, WhyKind};

/// The `annotations` argument of a block.
pub(super) struct Annotations<'a> {
    world: &'a World,
    scope: &'a Scope,
    /// The argument's expression and value, and the states and plans that it depends on; `None` where it is left out.
    written: Option<(&'a Expr, Value, Option<Arc<str>>)>,
    /// Where an argument that is left out would stand.
    header: Span,
}

impl<'a> Annotations<'a> {
    /// Reads the argument of a nested block, with what plans know of it.
    pub(super) fn of(world: &'a World, block: &'a BlockInstance, observed: Cursor) -> Self {
        let read = |own: &'a Attribute| {
            let (value, bits) = world.watching(|| world.value_of(&block.scope, &own.expr));
            let (value, bits) = observed.fill("annotations", value, bits);
            (&*own.expr, value, world.settings.observed.label(bits))
        };
        let written = block.block.body.attribute("annotations").map(read);
        Self { world, scope: &block.scope, written, header: block.header }
    }

    /// One annotation. An empty one is not set.
    pub(super) fn get(&self, key: &str) -> Fact<String> {
        let origin = |span| self.world.origin(self.scope.module, span);
        let Some((expr, map, label)) = &self.written else { return Fact::Absent(origin(self.header)) };
        let origin = |span| origin(span).observed_in(label.clone());
        let found = match &map.kind {
            Kind::Null(_) => None,
            Kind::Map(_, fields) => fields.get(key),
            Kind::Object(object) if object.open.is_none() => object.fields.get(key),
            _ if map.contains_unknown() => return Fact::Unknown(map.whys().to_vec()),
            _ => {
                let text = "the annotations are no map";
                return Fact::unknown(Why::at(WhyKind::Invalid, text, origin(expr.span)));
            }
        };
        let Some(value) = found else { return Fact::Absent(origin(expr.span)) };
        let at = origin(item(expr, key).unwrap_or(expr.span));
        match convert(value, &Type::String) {
            Err(_) => Fact::unknown(Why::at(WhyKind::Invalid, format!("the annotation {key} is no string"), at)),
            Ok(value) if value.contains_unknown() => Fact::Unknown(value.whys().to_vec()),
            Ok(value) => match value.as_str() {
                Some(text) if !text.is_empty() => Fact::Known(text.to_owned(), at),
                _ => Fact::Absent(at),
            },
        }
    }
}

impl Annotations<'_> {
    /// True where the argument is not written, or is null.
    pub(super) fn is_left_out(&self) -> bool {
        self.written.as_ref().is_none_or(|(_, map, _)| map.is_null())
    }

    /// The keys that are known.
    pub(super) fn keys(&self) -> Vec<String> {
        match self.written.as_ref().map(|(_, map, _)| &map.kind) {
            Some(Kind::Map(_, fields)) => fields.keys().map(ToString::to_string).collect(),
            Some(Kind::Object(object)) => object.fields.keys().map(ToString::to_string).collect(),
            _ => Vec::new(),
        }
    }

    /// Where an annotation is written, known or not.
    pub(super) fn mentions(&self, key: &str) -> Option<Origin> {
        let (expr, map, _) = self.written.as_ref()?;
        let is_there = match &map.kind {
            Kind::Map(_, fields) => fields.contains_key(key),
            Kind::Object(object) => object.fields.contains_key(key),
            _ => false,
        };
        is_there.then(|| self.world.origin(self.scope.module, item(expr, key).unwrap_or(expr.span)))
    }
}

/// Where the value of a key stands, in a map that is written out.
fn item(expr: &Expr, key: &str) -> Option<Span> {
    match &expr.unparenthesised().kind {
        ExprKind::Object(items) => {
            items.iter().find(|(name, _)| name.literal_str() == Some(key)).map(|(_, value)| value.span)
        }
        _ => None,
    }
}

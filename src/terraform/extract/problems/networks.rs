//! Networks that are named by literal texts, and those that data sources read.

use std::cell::OnceCell;

use super::super::super::evaluate::Scope;
use super::super::super::google;
use super::super::super::google::schema::{Body as Schema, Shape};
use super::super::super::module::{Mode, World, nested_blocks};
use super::super::super::observed::Cursor;
use super::super::super::syntax::{Attribute, Body, Span};
use super::super::ResourceInstance;
use super::super::connector::last_segment;
use super::super::facts::{Place, Reader, required};
use super::full_address;
use crate::model::{Fact, NetworkName, NetworkUse, TerraformDeclarations};

/// The arguments that name a network, in every modelled resource and block.
const ARGUMENTS: [&str; 3] = ["network", "authorized_network", "private_network"];

pub(super) fn gather(world: &World, resource: &ResourceInstance, all: &mut TerraformDeclarations) {
    let header = resource.block.header;
    let reader = Reader::of(world, resource);
    let kind = &*resource.resource.kind;
    if resource.resource.mode == Mode::Data {
        if kind == "google_compute_network" {
            let place = Place::of(&reader, resource, "region");
            all.networks_elsewhere.push(place.name(required(reader.string("name")), NetworkName::parse));
        }
        return;
    }
    let Some(known) = google::resource(kind) else { return };
    if !may_name_one(&resource.block.body) {
        return;
    }
    let place = OnceCell::new();
    let mut each = |field: &str, text: Fact<String>| {
        let place = place.get_or_init(|| Place::of(&reader, resource, "region"));
        // The provider sends the last segment of a connector's network only.
        let text = if kind == "google_vpc_access_connector" { text.map(last_segment) } else { text };
        if let Fact::Known(network, origin) = place.name(text, NetworkName::parse) {
            let address = full_address(&resource.module_address, &resource.resource.to_string());
            let found = NetworkUse { address, field: field.to_owned(), network, origin };
            if !all.network_uses.contains(&found) {
                all.network_uses.push(found);
            }
        }
    };
    literals(world, known.body, (&resource.scope, &resource.block.body, header), "", &mut each);
}

/// Few resources name a network by a literal text, and only they are worth the evaluation of their blocks.
fn may_name_one(body: &Body) -> bool {
    let named = |own: &Attribute| ARGUMENTS.contains(&&*own.name) && own.expr.literal_str().is_some();
    body.attributes.iter().any(named) || body.blocks.iter().any(|block| may_name_one(&block.body))
}

fn literals(
    world: &World,
    schema: &Schema,
    (scope, body, header): (&Scope, &Body, Span),
    path: &str,
    each: &mut dyn FnMut(&str, Fact<String>),
) {
    for field in schema.fields {
        if let Shape::Block(inner) = field.shape {
            for block in nested_blocks(world, scope, body, field.name) {
                let path = format!("{path}{}.", field.name);
                literals(world, inner, (&block.scope, &block.block.body, block.header), &path, each);
            }
        } else if ARGUMENTS.contains(&field.name)
            && body.attribute(field.name).is_some_and(|own| own.expr.literal_str().is_some())
        {
            let reader = Reader { world, scope, body, header, observed: Cursor::default() };
            each(&format!("{path}{}", field.name), reader.string(field.name));
        }
    }
}

//! Attributes as facts.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::evaluate::Scope;
use super::super::module::{BlockInstance, World, provider_default};
use super::super::observed::{Cursor, Subject, fill};
use super::super::syntax::{Body, Span};
use super::super::value::{Kind, Type, Value, convert};
use super::ResourceInstance;
use crate::model::{Fact, NameContext, NameError, Origin, Why, WhyKind};

/// A body whose attributes are read: the resource's own, or a nested block's.
#[derive(Clone)]
pub(super) struct Reader<'a> {
    pub(super) world: &'a World,
    pub(super) scope: &'a Scope,
    pub(super) body: &'a Body,
    /// Where an absent attribute would stand.
    pub(super) header: Span,
    /// What plans know of the body.
    pub(super) observed: Cursor,
}

impl<'a> Reader<'a> {
    /// The body of a resource.
    pub(super) fn of(world: &'a World, resource: &'a ResourceInstance) -> Self {
        let block = &resource.block;
        let observed = Cursor::of(world, resource);
        Self { world, scope: &resource.scope, body: &block.body, header: block.header, observed }
    }

    /// The body of a nested block.
    pub(super) fn at(world: &'a World, block: &'a BlockInstance, observed: Cursor) -> Self {
        Self { world, scope: &block.scope, body: &block.block.body, header: block.header, observed }
    }

    /// An attribute converted to a type. Null is absent.
    pub(super) fn attribute<T>(&self, name: &str, ty: &Type, read: impl Fn(&Value) -> Result<T, String>) -> Fact<T> {
        let module = self.scope.module;
        let Some(own) = self.body.attribute(name) else {
            return Fact::Absent(self.world.origin(module, self.header));
        };
        let (value, bits) = self.world.watching(|| self.world.value_of(self.scope, &own.expr));
        let (value, bits) = self.observed.fill(name, value, bits);
        let origin = self.world.origin(module, own.expr.span).observed_in(self.world.settings.observed.label(bits));
        let invalid =
            |text: String| Fact::unknown(Why::at(WhyKind::Invalid, format!("{name}: {text}"), origin.clone()));
        // Texts about a value quote it.
        let invalid =
            |text: String| invalid(if value.is_marked() { "its sensitive value does not fit".into() } else { text });
        match convert(&value, ty) {
            Err(text) => invalid(text),
            Ok(value) if value.is_null() => Fact::Absent(origin),
            Ok(value) if value.contains_unknown() => Fact::Unknown(value.whys().to_vec()),
            Ok(value) => match read(&value) {
                Ok(read) => Fact::Known(read, origin),
                Err(text) => invalid(text),
            },
        }
    }

    /// A string; the provider reads an empty one as not set.
    pub(super) fn string(&self, name: &str) -> Fact<String> {
        let fact = self.attribute(name, &Type::String, |value| {
            value.as_str().map(str::to_owned).ok_or_else(|| "a string is required".to_owned())
        });
        match fact {
            Fact::Known(text, origin) if text.is_empty() => Fact::Absent(origin),
            other => other,
        }
    }

    /// A whole number.
    pub(super) fn int(&self, name: &str) -> Fact<i64> {
        self.attribute(name, &Type::Number, |value| {
            value.as_int().ok_or_else(|| "a whole number is required".to_owned())
        })
    }

    /// A boolean.
    pub(super) fn bool(&self, name: &str) -> Fact<bool> {
        self.attribute(name, &Type::Bool, |value| value.as_bool().ok_or_else(|| "a bool is required".to_owned()))
    }

    /// A list of strings.
    pub(super) fn strings(&self, name: &str) -> Fact<Vec<String>> {
        self.attribute(name, &Type::list(Type::String), |value| match &value.kind {
            Kind::List(_, items) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| "an element is null".to_owned()))
                .collect(),
            _ => Err("a list of strings is required".to_owned()),
        })
    }
}

/// Project and region that short names of a resource belong to.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) project: Fact<String>,
    pub(super) region: Fact<String>,
    numbers: BTreeMap<String, String>,
}

impl Place {
    /// Project and region of a resource: its attributes, else what the provider supplies. `region` names the
    /// attribute that holds the region, which may be a required one.
    pub(super) fn of(reader: &Reader<'_>, resource: &ResourceInstance, region: &str) -> Self {
        let supplied = |attribute: &str, argument: &str| {
            let own = reader.string(attribute);
            let Fact::Absent(origin) = own else { return own };
            let supplied = || {
                let (kind, block) = (&resource.resource.kind, &resource.block);
                let own = provider_default(reader.world, reader.scope, kind, block, argument);
                let filled = fill(&Subject::of(reader.world, resource), argument, own.clone());
                // A state may hold null, which tells no more than the configuration.
                if filled.is_null() { own } else { filled }
            };
            let (value, bits) = reader.world.watching(supplied);
            let label = reader.world.settings.observed.label(bits);
            match value.as_str() {
                Some(text) => Fact::Known(text.to_owned(), origin.observed_in(label)),
                None => Fact::Unknown(value.whys().to_vec()),
            }
        };
        let region = match region {
            "location" => match reader.string("location") {
                Fact::Absent(origin) => Fact::unknown(Why::at(WhyKind::Invalid, "the location is not set", origin)),
                other => other,
            },
            other => supplied(other, "region"),
        };
        Self { project: supplied("project", "project"), region, numbers: reader.world.settings.project_numbers.clone() }
    }

    fn context(&self) -> NameContext {
        NameContext {
            project: self.project.known().cloned(),
            region: self.region.known().cloned(),
            project_numbers: self.numbers.clone(),
        }
    }

    /// The same without a region, for what is global.
    pub(super) fn without_region(&self) -> Self {
        Self { region: Fact::Unknown(Vec::new()), ..self.clone() }
    }

    /// The id of a project that is given by id or number.
    pub(super) fn project_id(&self, text: &str) -> String {
        self.numbers.get(text).cloned().unwrap_or_else(|| text.to_owned())
    }

    /// A text of a list as a name.
    ///
    /// # Errors
    /// Why it is none.
    pub(super) fn parsed<T>(
        &self,
        text: &str,
        parse: impl Fn(&str, &NameContext) -> Result<T, NameError>,
    ) -> Result<T, String> {
        parse(text, &self.context()).map_err(|error| error.to_string())
    }

    fn nowhere(&self) -> NameContext {
        NameContext { project: None, region: None, project_numbers: self.numbers.clone() }
    }

    /// The origin of a name that needs the place: a state or plan that supplied the place also supplied the name.
    pub(super) fn labelled(&self, origin: Origin) -> Origin {
        let places = [self.project.origin(), self.region.origin()];
        let label = places.into_iter().flatten().find_map(Origin::observed).map(Arc::from);
        if origin.observed().is_some() { origin } else { origin.observed_in(label) }
    }

    /// A text as a name. Where only the place is missing, the reasons are those of the place.
    pub(super) fn name<T>(&self, fact: Fact<String>, parse: fn(&str, &NameContext) -> Result<T, NameError>) -> Fact<T> {
        let (text, origin) = match fact {
            Fact::Known(text, origin) => (text, origin),
            Fact::Absent(origin) => return Fact::Absent(origin),
            Fact::Unknown(whys) => return Fact::Unknown(whys),
        };
        match parse(&text, &self.context()) {
            // A full name does not depend on the place.
            Ok(name) if parse(&text, &self.nowhere()).is_ok() => Fact::Known(name, origin),
            Ok(name) => Fact::Known(name, self.labelled(origin)),
            Err(error) => {
                let fits = |project: bool, region: bool| {
                    let or = |fact: &Fact<String>, fill: bool| {
                        fact.known().cloned().or_else(|| fill.then(|| "any".to_owned()))
                    };
                    let context = NameContext {
                        project: or(&self.project, project),
                        region: or(&self.region, region),
                        project_numbers: self.numbers.clone(),
                    };
                    parse(&text, &context).is_ok()
                };
                let mut whys: Vec<Why> = if fits(true, false) {
                    self.project.whys().to_vec()
                } else if fits(false, true) {
                    self.region.whys().to_vec()
                } else if fits(true, true) {
                    [self.project.whys(), self.region.whys()].concat()
                } else {
                    Vec::new()
                };
                if whys.is_empty() {
                    whys.push(Why::at(WhyKind::Invalid, error.to_string(), origin));
                }
                Fact::Unknown(whys)
            }
        }
    }
}

/// A required name that is left out: the provider makes one up or refuses.
pub(super) fn required(fact: Fact<String>) -> Fact<String> {
    match fact {
        Fact::Absent(origin) => Fact::unknown(Why::at(WhyKind::Computed, "the name is not set", origin)),
        other => other,
    }
}

//! From a value that is not known to one that a state or plan knows.
//!
//! A state fills what the configuration leaves to the provider. A plan is the configuration with the variables of one
//! run, so that it also fills what the configuration says in terms of something that is not known here. Neither fills
//! anything of a resource that is another one by now: one whose name or place the configuration decides otherwise.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Bits, Kind, Resource, Source, Sources};
use crate::model::Why;
use crate::terraform::evaluate::Scope;
use crate::terraform::extract::ResourceInstance;
use crate::terraform::module::{Address, Key, META_ARGUMENTS, Mode, World, configured, provider_default};
use crate::terraform::syntax::Block;
use crate::terraform::value::{Fields, Kind as Form, Object, Type, Unknown, Value, Whys, convert, to_json};

/// Arguments that make a managed resource another one where they change, so that what the provider computed for the
/// old one says nothing of the new one.
const IDENTITY: [&str; 8] =
    ["name", "project", "location", "region", "zone", "account_id", "keepers", "triggers_replace"];

/// Arguments that the provider configuration supplies where a resource leaves them out.
const SUPPLIED: [&str; 3] = ["project", "region", "zone"];

/// One instance of a resource, as references and reports name it.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// What was read and evaluated so far.
    pub world: &'a World,
    /// The scope of its arguments.
    pub scope: &'a Scope,
    /// Its address in its module.
    pub address: &'a Address,
    /// Its key.
    pub key: &'a Key,
    /// Its block.
    pub block: &'a Block,
}

impl<'a> Subject<'a> {
    /// The instance that an extracted resource is.
    pub fn of(world: &'a World, resource: &'a ResourceInstance) -> Self {
        Self { world, scope: &resource.scope, address: &resource.resource, key: &resource.key, block: &resource.block }
    }

    /// Calls `visit` with each source of its root module that may know something, and what that is, until one gives
    /// a result; else the reasons for which none did.
    fn search<T>(&self, visit: impl Fn(&Source, &Resource) -> Result<T, Option<String>>) -> Result<T, Vec<String>> {
        let mut notes = Vec::new();
        let sources: &Sources = &self.world.settings.observed;
        let instance = self.scope.module.and_then(|id| self.world.instance(id));
        let Some(instance) = instance.filter(|_| !sources.is_empty()) else { return Err(notes) };
        let local = format!("{}{}", self.address, self.key);
        let full = if instance.address.is_empty() { local } else { format!("{}.{local}", instance.address) };
        for source in sources.of_root(&instance.root) {
            let label = &source.label;
            let found = match (&source.problem, source.resources.get(&full)) {
                (Some(problem), _) => Err(Some(format!("was not read: {problem}"))),
                (None, None) => Err(Some("does not hold it".to_owned())),
                (None, Some(resource)) => match self.other(resource) {
                    Some(text) => Err(Some(text)),
                    None => visit(source, resource),
                },
            };
            match found {
                Ok(found) => return Ok(found),
                Err(Some(text)) => notes.push(format!("{label} {text}")),
                Err(None) => {}
            }
        }
        Err(notes)
    }

    /// Why the resource of a source is not this one any more.
    fn other(&self, resource: &Resource) -> Option<String> {
        if let Some(stale) = resource.stale {
            return Some(stale.to_owned());
        }
        let body = &self.block.body;
        let names = body.attributes.iter().map(|own| &*own.name).filter(|name| !META_ARGUMENTS.contains(name));
        let deciding = names.filter(|name| self.address.mode == Mode::Data || IDENTITY.contains(name));
        let mut decided: Vec<(&str, Value)> = deciding
            .filter_map(|name| Some((name, configured(self.world, self.scope, body, name)?)))
            .filter(|(_, value)| !value.is_null())
            .collect();
        for name in SUPPLIED {
            if resource.attributes.contains_key(name) && !decided.iter().any(|(own, _)| *own == name) {
                let value = provider_default(self.world, self.scope, &self.address.kind, self.block, name);
                decided.push((name, value));
            }
        }
        let differs = |(name, value): &(&str, Value)| {
            let observed = resource.attributes.get(*name);
            observed.is_some_and(|observed| !observed.is_null() && differ(value, observed))
        };
        let (name, _) = decided.iter().find(|own| differs(own))?;
        Some(format!("has another {name}"))
    }
}

/// True for two values that are known and not the same.
fn differ(own: &Value, observed: &Value) -> bool {
    if own.contains_unknown() || observed.contains_unknown() {
        return false;
    }
    match (convert(own, &Type::String), convert(observed, &Type::String)) {
        (Ok(own), Ok(observed)) => own.as_str() != observed.as_str(),
        _ => to_json(own) != to_json(observed),
    }
}

/// The value of an attribute that the configuration does not mention, or the reasons with what the sources say.
pub fn fill(subject: &Subject<'_>, name: &str, value: Value) -> Value {
    if subject.world.settings.observed.is_empty() || !value.contains_unknown() {
        return value;
    }
    let found = subject.search(|source, resource| {
        let observed = resource.attributes.get(name).ok_or(None)?;
        if let Form::Unknown(unknown) = &observed.kind {
            return Err(unknown.whys.as_slice().first().map(|why| format!("does not tell: {}", why.text)));
        }
        let misfit = || Some(format!("holds something else as {name}"));
        adopted(&value, observed).map(|value| (value, source.bit)).ok_or_else(misfit)
    });
    match found {
        Ok((filled, bit)) => {
            subject.world.touch(bit);
            filled.marked(value.sensitive)
        }
        Err(notes) => explained(value, &notes),
    }
}

/// An observed value in place of one that is not known, where it is of its type and has what is known of it.
fn adopted(unknown: &Value, observed: &Value) -> Option<Value> {
    let Form::Unknown(known) = &unknown.kind else { return Some(overlaid(unknown, observed, true)) };
    let value = convert(observed, &known.ty).ok()?;
    let fits = known.prefix.is_empty() || value.as_str().is_some_and(|text| text.starts_with(&*known.prefix));
    fits.then_some(value)
}

/// The value of an attribute or block that the configuration has: a plan fills what is not known of it, a state only
/// what a block leaves to the provider.
pub fn fill_configured(subject: &Subject<'_>, name: &str, value: Value) -> Value {
    if subject.world.settings.observed.is_empty() || !value.contains_unknown() {
        return value;
    }
    let found = subject.search(|source, resource| {
        let observed = resource.attributes.get(name).ok_or(None)?;
        let filled = overlaid(&value, observed, source.kind == Kind::Plan);
        if filled == value { Err(None) } else { Ok((filled, source.bit)) }
    });
    match found {
        Ok((filled, bit)) => {
            subject.world.touch(bit);
            filled
        }
        Err(_) => value,
    }
}

/// A value with its unknown parts replaced by what is observed; without `everything` only the attributes of blocks
/// that the configuration does not mention.
fn overlaid(value: &Value, observed: &Value, everything: bool) -> Value {
    let overlaid_kind = match (&value.kind, &observed.kind) {
        (_, Form::Unknown(_)) => return value.clone(),
        (Form::Unknown(_), _) if everything => {
            return adopted(value, observed).map_or_else(|| value.clone(), |own| own.marked(value.sensitive));
        }
        (Form::Tuple(own), Form::Tuple(seen)) if own.len() == seen.len() => {
            Form::Tuple(Arc::new(own.iter().zip(seen.iter()).map(|(a, b)| overlaid(a, b, everything)).collect()))
        }
        (Form::Object(own), Form::Object(seen)) => {
            let one = |(name, value): (&Arc<str>, &Value)| {
                let value = seen.fields.get(name).map_or_else(|| value.clone(), |b| overlaid(value, b, everything));
                (name.clone(), value)
            };
            let mut fields: Fields = own.fields.iter().map(one).collect();
            if let Some(open) = &own.open {
                for (name, value) in &seen.fields {
                    // What is left out and is no business of the provider is null, whatever was there before.
                    let left_out = || Some(open.missing(name)).filter(|own| !own.contains_unknown());
                    fields.entry(name.clone()).or_insert_with(|| left_out().unwrap_or_else(|| value.clone()));
                }
            }
            Form::Object(Arc::new(Object { fields, open: own.open.clone() }))
        }
        (Form::List(..) | Form::Set(..) | Form::Map(..), Form::Tuple(_) | Form::Object(_))
            if everything && !observed.contains_unknown() =>
        {
            return convert(observed, &value.ty())
                .map_or_else(|_| value.clone(), |own| own.marked(value.sensitive || value.is_marked()));
        }
        _ => return value.clone(),
    };
    Value::from(overlaid_kind).marked(value.sensitive)
}

/// An unknown value whose reasons also tell why no state or plan helped.
fn explained(value: Value, notes: &[String]) -> Value {
    let Form::Unknown(unknown) = &value.kind else { return value };
    if notes.is_empty() {
        return value;
    }
    let notes = notes.join("; ");
    let whys = unknown
        .whys
        .as_slice()
        .iter()
        .map(|why| Whys::one(Why { text: format!("{}; {notes}", why.text), ..why.clone() }));
    let whys = whys.fold(Whys::default(), |all, why| all.and(&why));
    Value::from(Form::Unknown(Arc::new(Unknown { whys, ..(**unknown).clone() }))).marked(value.sensitive)
}

/// The names of attributes that some state or plan knows of an instance.
pub fn extra_names(subject: &Subject<'_>) -> BTreeSet<Arc<str>> {
    let names = std::cell::RefCell::new(BTreeSet::new());
    let _: Result<(), _> = subject.search(|_, resource| {
        names.borrow_mut().extend(resource.attributes.keys().cloned());
        Err(None)
    });
    names.into_inner()
}

/// What plans know of a body, and what its instance depends on.
#[derive(Clone, Default)]
pub struct Cursor {
    bits: Bits,
    planned: Option<(Value, Bits)>,
}

impl Cursor {
    /// At a resource's own body.
    pub fn of(world: &World, resource: &ResourceInstance) -> Self {
        if world.settings.observed.is_empty() {
            return Self::default();
        }
        let planned = Subject::of(world, resource).search(|source, known| match source.kind {
            Kind::Plan => Ok((Value::object(known.attributes.clone()), source.bit)),
            Kind::State => Err(None),
        });
        Self { bits: world.repetition_bits(resource.scope.module, &resource.resource), planned: planned.ok() }
    }

    /// At a nested block.
    pub fn block(&self, kind: &str, index: usize) -> Self {
        let planned = self.part(kind).and_then(|(blocks, bits)| match &blocks.kind {
            Form::Tuple(items) => Some((items.get(index)?.clone(), bits)),
            _ => None,
        });
        Self { bits: self.bits, planned }
    }

    fn part(&self, name: &str) -> Option<(Value, Bits)> {
        let (value, bits) = self.planned.as_ref()?;
        match &value.kind {
            Form::Object(object) => Some((object.fields.get(name)?.clone(), *bits)),
            _ => None,
        }
    }

    /// An attribute's value with its unknown parts filled, and what it depends on.
    pub fn fill(&self, name: &str, value: Value, bits: Bits) -> (Value, Bits) {
        let bits = bits | self.bits;
        if !value.contains_unknown() {
            return (value, bits);
        }
        match self.part(name) {
            Some((observed, own)) => {
                let filled = overlaid(&value, &observed, true);
                if filled == value { (value, bits) } else { (filled, bits | own) }
            }
            None => (value, bits),
        }
    }
}

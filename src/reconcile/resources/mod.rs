//! Pairs what is compared field by field: networks, firewall rules, NAT, private connections, databases, caches.

mod live;

use std::collections::BTreeMap;

use super::LiveSide;
use super::compare::Comparison;
use super::equivalence::settings::{ATTRIBUTES, Absent, Attribute};
use crate::finding::Subject;
use crate::model::{Coverage, Declared, Evidence, Fact, Resource, ResourceId, ResourceKind, Setting, Why, WhyKind};

/// One resource on both sides.
#[derive(Clone, Debug)]
pub struct ResourcePair<'e> {
    /// What it is.
    pub kind: ResourceKind,
    /// Its declarations; empty where it is only live.
    pub declared: Vec<&'e Declared<Resource>>,
    /// The live resource.
    pub live: LiveSide<Box<LiveResource>>,
}

impl ResourcePair<'_> {
    /// Its name, where that is known.
    pub fn id(&self) -> Option<&ResourceId> {
        let declared = self.declared.first().and_then(|own| own.value.id.known());
        declared.or_else(|| self.live.present()?.resource.id.known())
    }

    /// What findings about it are about.
    pub fn subject(&self) -> Subject {
        match (self.id(), self.declared.first()) {
            (Some(id), _) => Subject::cloud(self.kind.word(), &id.short, &id.project, id.region.as_deref()),
            (None, declared) => {
                let source = declared.map(|own| own.source.to_string());
                Subject::local(self.kind.word(), source.unwrap_or_default())
            }
        }
    }
}

/// A resource as it is live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveResource {
    /// Its fields.
    pub resource: Resource,
    /// Why it must not be judged yet, while an operation is under way.
    pub settling: Option<Why>,
    /// How it does, where the API says that.
    pub health: Option<Health>,
}

/// What the API says of a resource's health.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The field that says it, in the API's spelling.
    pub field: &'static str,
    /// The state, or why it is not known.
    pub state: Fact<String>,
    /// Whether it serves; `None` where the state's word is not known.
    pub serves: Option<bool>,
    /// The API's sentence on it; empty where there is none.
    pub text: String,
}

/// A declared field beside the live one.
pub struct Compared<'a> {
    /// Which field.
    pub attribute: &'static Attribute,
    /// What is declared.
    pub declared: &'a Fact<Setting>,
    /// What is live.
    pub live: &'a Fact<Setting>,
    /// What the configuration means by leaving it out.
    pub default: Option<Setting>,
    /// The outcome.
    pub outcome: Comparison,
}

/// Every field that a declaration says something of, beside the live one.
pub fn compare_fields<'a>(id: &ResourceId, declared: &'a Resource, live: &'a Resource) -> Vec<Compared<'a>> {
    let own = ATTRIBUTES.iter().filter(|attribute| attribute.kind == declared.kind);
    own.filter_map(|attribute| {
        // What is not in the map is left to the API.
        let wanted = declared.settings.get(attribute.path)?;
        if wanted.is_absent() && attribute.absent == Absent::Chosen {
            return None;
        }
        let actual = live.settings.get(attribute.path)?;
        let default = attribute.absent.default_of(id);
        let outcome = (attribute.by.compare)(wanted, actual, default.as_ref());
        Some(Compared { attribute, declared: wanted, live: actual, default, outcome })
    })
    .collect()
}

/// How many fields a declaration says something of.
pub fn declared_fields(declared: &Resource) -> usize {
    let own = ATTRIBUTES.iter().filter(|attribute| attribute.kind == declared.kind);
    let says = |attribute: &&Attribute| {
        let fact = declared.settings.get(attribute.path);
        fact.is_some_and(|fact| !(fact.is_absent() && attribute.absent == Absent::Chosen))
    };
    own.filter(says).count()
}

/// One pair a resource, those with a name first and in its order.
pub fn pair(evidence: &Evidence) -> Vec<ResourcePair<'_>> {
    let mut named: BTreeMap<(ResourceKind, &ResourceId), Vec<&Declared<Resource>>> = BTreeMap::new();
    let mut unnamed = Vec::new();
    for declared in &evidence.terraform.resources {
        match declared.value.id.known() {
            Some(id) => named.entry((declared.value.kind, id)).or_default().push(declared),
            None => unnamed.push(unnamed_pair(evidence, declared)),
        }
    }
    let mut live = if evidence.live.is_some() { live::resources(&evidence.inventory) } else { Vec::new() };
    // Of those with one name the last one counts.
    live.reverse();
    live.sort_by(|one, other| key(&one.resource).cmp(&key(&other.resource)));
    live.dedup_by(|other, one| key(&one.resource) == key(&other.resource));
    live.retain(|own| own.resource.id.known().is_some());
    let ids = live.iter().filter_map(|own| Some((own.resource.kind, own.resource.id.known()?)));
    let declared: Vec<_> = ids.map(|id| named.remove(&id).unwrap_or_default()).collect();
    let not_live = |((kind, id), declared): ((ResourceKind, &ResourceId), _)| {
        let live = match answered(&evidence.inventory.coverage, kind, id) {
            _ if evidence.live.is_none() => LiveSide::NotAsked,
            Ok(()) => LiveSide::Absent,
            Err(why) => LiveSide::Unknown(why),
        };
        ResourcePair { kind, declared, live }
    };
    let mut pairs: Vec<ResourcePair<'_>> = named.into_iter().map(not_live).collect();
    pairs.extend(live.into_iter().zip(declared).map(|(own, declared)| ResourcePair {
        kind: own.resource.kind,
        declared,
        live: LiveSide::Present(Box::new(own)),
    }));
    pairs.sort_by(|one, other| (one.kind, one.id()).cmp(&(other.kind, other.id())));
    pairs.append(&mut unnamed);
    pairs
}

fn key(resource: &Resource) -> (ResourceKind, Option<&ResourceId>) {
    (resource.kind, resource.id.known())
}

/// `Ok` where the list in which the resource would stand was read in full.
fn answered(coverage: &Coverage, kind: ResourceKind, id: &ResourceId) -> Result<(), Why> {
    let api = kind.api(id.region.is_none());
    match (kind, &id.region) {
        (ResourceKind::Peering, _) => {
            let network = id.full.split("/connections/").next().unwrap_or(&id.full);
            coverage.answered_of(api, &id.project, network)
        }
        (_, Some(region)) => coverage.answered(api, &id.project, region),
        (_, None) => coverage.answered_in_project(api, &id.project),
    }
}

/// A declaration whose name is not known: it could be any live resource of its kind, or none.
fn unnamed_pair<'e>(evidence: &Evidence, declared: &'e Declared<Resource>) -> ResourcePair<'e> {
    let why = declared.value.id.whys().first().cloned().unwrap_or_else(|| {
        Why::at(WhyKind::Invalid, "the declaration does not name the resource", declared.origin.clone())
    });
    ResourcePair {
        kind: declared.value.kind,
        declared: vec![declared],
        live: if evidence.live.is_none() { LiveSide::NotAsked } else { LiveSide::Unknown(why) },
    }
}

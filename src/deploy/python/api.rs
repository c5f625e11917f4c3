//! Calls of Cloud Run's API: what one sets, clears and leaves.
//!
//! Without a mask the body replaces the workload: what it leaves out is cleared. A mask names what is replaced, and all
//! else stays as it is. What a script took from the live workload and did not change stays as it is as well.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::Evaluator;
use super::library::LIVE;
use super::value::{At, Kind, Part, Val, Whys, known_text, why};
use crate::deploy::gcloud;
use crate::model::{
    Change, DeployCommand, Fact, NameContext, NetworkInterface, NetworkName, Origin, SubnetworkName, WhyKind,
    WorkloadKind,
};

/// Which fields of the workload a call replaces.
#[derive(Clone, Debug)]
pub enum Mask {
    /// All of them.
    Everything,
    /// These.
    Paths(Vec<String>),
    /// It is not known.
    Unknown(Whys),
}

/// A call that writes a workload.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// What it writes.
    pub kind: WorkloadKind,
    /// The method.
    pub action: String,
    /// `projects/…/locations/…/services/…`
    pub name: Option<Val<'a>>,
    /// The workload.
    pub body: Option<Val<'a>>,
    /// Which of its fields count.
    pub mask: Mask,
    /// Where it stands.
    pub at: At,
}

/// A field of the workload.
enum Field<'a> {
    Given(Val<'a>),
    Missing,
    Left,
    Unknown(Whys),
}

impl<'a> Evaluator<'a> {
    /// Records a call.
    pub fn send(&mut self, call: Call<'a>) {
        if self.silent > 0 {
            return;
        }
        let origin = self.origin_with_callers(call.at);
        let unnamed = Val::unknown(WhyKind::Dynamic, "the workload's name is not known", call.at);
        let name = call.name.clone().unwrap_or(unnamed);
        let part = |collection: &str| self.segment(&name, collection);
        let project = part("projects");
        let region = part("locations");
        let workload = ["services", "jobs", "workerPools"].into_iter().find_map(|word| self.segment_of(&name, word));
        let workload = workload.unwrap_or_else(|| Fact::Unknown(self.whys(&self.whys_of(&name, call.at))));
        let names = gcloud::name_context(&project, &region, self.repository.context);
        if let Some(body) = &call.body {
            self.mark_sent(body);
        }
        let access = self.access(&call);
        let connector = self.text_change(&call, &access, "connector", &origin);
        let egress = self.text_change(&call, &access, "egress", &origin);
        let interfaces = self.interfaces(&call, &access, &names, &origin);
        let guards = self.current_guards();
        self.push(DeployCommand {
            assumes: Vec::new(),
            origin,
            tool: "python".to_owned(),
            action: call.action,
            kind: call.kind,
            name: workload,
            project,
            region,
            connector: map(connector, |text| gcloud::spell_connector(text, &names)),
            egress: map(egress, gcloud::spell_egress),
            interfaces,
            traffic: Vec::new(),
            guards,
        });
    }

    /// The part of a resource name that follows `collection`.
    fn segment(&self, name: &Val<'a>, collection: &str) -> Fact<String> {
        self.segment_of(name, collection).unwrap_or_else(|| Fact::Unknown(self.whys(&self.whys_of(name, name.at))))
    }

    fn segment_of(&self, name: &Val<'a>, collection: &str) -> Option<Fact<String>> {
        let Kind::Text(parts) = &name.kind else { return None };
        let mut segments: Vec<Vec<Part>> = vec![Vec::new()];
        for part in parts.iter() {
            let Part::Lit(text) = part else {
                segments.last_mut()?.push(part.clone());
                continue;
            };
            for (index, piece) in text.split('/').enumerate() {
                if index > 0 {
                    segments.push(Vec::new());
                }
                segments.last_mut()?.push(Part::Lit(piece.into()));
            }
        }
        let at = segments.iter().position(|segment| known_text(segment).is_some_and(|text| &*text == collection))?;
        let segment = segments.get(at + 1)?;
        Some(match known_text(segment) {
            Some(text) => Fact::Known(text.to_string(), self.origin(name.at)),
            None => {
                Fact::Unknown(self.whys(&self.whys_of(&Val::new(Kind::Text(segment.clone().into()), name.at), name.at)))
            }
        })
    }

    /// `template.vpc_access`, which a job has one level deeper.
    fn access(&self, call: &Call<'a>) -> Field<'a> {
        let mut field = match &call.body {
            Some(body) => Field::Given(body.clone()),
            None => Field::Unknown(why(WhyKind::Dynamic, "what is sent is not known", call.at)),
        };
        let depth = if call.kind == WorkloadKind::Job { 2 } else { 1 };
        for name in std::iter::repeat_n("template", depth).chain(["vpc_access"]) {
            field = self.inner(field, name);
        }
        field
    }

    fn inner(&self, owner: Field<'a>, name: &str) -> Field<'a> {
        let Field::Given(owner) = owner else { return owner };
        // The API takes both spellings.
        let camel = camel(name);
        let spellings = [name, camel.as_str()];
        let mut left = None;
        for spelling in spellings {
            match self.field(&owner, spelling) {
                (Some(value), _) if matches!(value.kind, Kind::None) => return Field::Missing,
                (Some(value), _) => return Field::Given(value),
                (None, whys) => left = left.or(whys),
            }
        }
        match left {
            None => Field::Missing,
            Some(whys) if whys.iter().all(|reason| &*reason.text == LIVE) => Field::Left,
            Some(whys) => Field::Unknown(whys),
        }
    }

    fn text_change(&self, call: &Call<'a>, access: &Field<'a>, name: &str, origin: &Origin) -> Change<String> {
        let field = self.inner(access.copy(), name);
        let change = match field {
            Field::Given(value) => match self.word_fact(&value) {
                Fact::Known(text, _) if text.is_empty() => Change::Clear(origin.clone()),
                fact => Change::Set(fact),
            },
            Field::Missing => Change::Clear(origin.clone()),
            Field::Left => Change::Leave,
            Field::Unknown(whys) => Change::Set(Fact::Unknown(self.whys(&whys))),
        };
        self.masked(call, change, name)
    }

    fn interfaces(
        &mut self,
        call: &Call<'a>,
        access: &Field<'a>,
        names: &NameContext,
        origin: &Origin,
    ) -> Change<Vec<NetworkInterface>> {
        let change = match self.inner(access.copy(), "network_interfaces") {
            Field::Given(list) => match self.known_elements(&list) {
                Some(list) if list.is_empty() => Change::Clear(origin.clone()),
                Some(list) => {
                    let interfaces = list.iter().map(|value| self.interface(value, names)).collect();
                    Change::Set(Fact::Known(interfaces, origin.clone()))
                }
                None => Change::Set(Fact::Unknown(self.whys(&self.whys_of(&list, list.at)))),
            },
            Field::Missing => Change::Clear(origin.clone()),
            Field::Left => Change::Leave,
            Field::Unknown(whys) => Change::Set(Fact::Unknown(self.whys(&whys))),
        };
        self.masked(call, change, "network_interfaces")
    }

    fn interface(&mut self, value: &Val<'a>, names: &NameContext) -> NetworkInterface {
        let origin = self.origin(value.at);
        let text = |evaluator: &Self, name: &str| match evaluator.inner(Field::Given(value.clone()), name) {
            Field::Given(value) => evaluator.word_fact(&value),
            Field::Missing => Fact::Absent(origin.clone()),
            Field::Left => Fact::Unknown(evaluator.whys(&why(WhyKind::Dynamic, LIVE, value.at))),
            Field::Unknown(whys) => Fact::Unknown(evaluator.whys(&whys)),
        };
        let network =
            text(self, "network").try_map(|name| NetworkName::parse(&name, names).map_err(|error| error.to_string()));
        let subnetwork = text(self, "subnetwork")
            .try_map(|name| SubnetworkName::parse(&name, names).map_err(|error| error.to_string()));
        let tags = match self.inner(Field::Given(value.clone()), "tags") {
            Field::Given(list) => {
                let known = self.known_elements(&list).and_then(|list| {
                    list.iter().map(|tag| tag.as_text().map(|tag| tag.to_string())).collect::<Option<BTreeSet<_>>>()
                });
                match known {
                    Some(tags) => Fact::Known(tags, self.origin(list.at)),
                    None => Fact::Unknown(self.whys(&self.whys_of(&list, list.at))),
                }
            }
            Field::Missing => Fact::Absent(origin),
            Field::Left => Fact::Unknown(self.whys(&why(WhyKind::Dynamic, LIVE, value.at))),
            Field::Unknown(whys) => Fact::Unknown(self.whys(&whys)),
        };
        NetworkInterface { network, subnetwork, tags }
    }

    /// What is left of a change where a mask limits it.
    fn masked<T>(&self, call: &Call<'a>, change: Change<T>, name: &str) -> Change<T> {
        match &call.mask {
            Mask::Everything => change,
            Mask::Unknown(whys) => match change {
                Change::Leave => Change::Leave,
                _ => Change::Set(Fact::Unknown(self.whys(whys))),
            },
            Mask::Paths(paths) => {
                let template = if call.kind == WorkloadKind::Job { "template.template" } else { "template" };
                let own = format!("{template}.vpc_access.{name}");
                let covers = |path: &String| {
                    let path = snake(path);
                    path == "*" || own == path || own.strip_prefix(&*path).is_some_and(|rest| rest.starts_with('.'))
                };
                let inside = |path: &String| snake(path).strip_prefix(&*own).is_some_and(|rest| rest.starts_with('.'));
                if paths.iter().any(covers) {
                    change
                } else if paths.iter().any(inside) {
                    let text = "a mask that reaches into a list is not evaluated";
                    Change::Set(Fact::Unknown(self.whys(&why(WhyKind::Unsupported, text, call.at))))
                } else {
                    Change::Leave
                }
            }
        }
    }

    /// A value of the API as a text.
    fn word_fact(&self, value: &Val<'a>) -> Fact<String> {
        let origin = self.origin(value.at);
        match &value.kind {
            Kind::External(path) => match path.rsplit_once("VpcEgress.") {
                Some((_, word)) => Fact::Known(word.to_owned(), origin),
                None => {
                    Fact::Unknown(self.whys(&why(WhyKind::Dynamic, format!("`{path}` is not in the script"), value.at)))
                }
            },
            // The numbers of `VpcEgress`.
            Kind::Int(0) => Fact::Known(String::new(), origin),
            Kind::Int(1) => Fact::Known("ALL_TRAFFIC".to_owned(), origin),
            Kind::Int(2) => Fact::Known("PRIVATE_RANGES_ONLY".to_owned(), origin),
            _ => self.word(value).fact(),
        }
    }

    /// Remembers dicts that a call sent: they are no configs beside it.
    fn mark_sent(&mut self, body: &Val<'a>) {
        let mut open = vec![body.clone()];
        while let Some(value) = open.pop() {
            let (Kind::Dict(id) | Kind::Message(id)) = value.kind else { continue };
            if self.sent.len() > 10_000 || !self.sent.insert(id) {
                continue;
            }
            if let Some(super::value::Obj::Dict(dict)) = self.heap.get(id) {
                open.extend(dict.entries.iter().map(|entry| entry.value.clone()));
            }
        }
    }
}

impl<'a> Field<'a> {
    fn copy(&self) -> Self {
        match self {
            Self::Given(value) => Self::Given(value.clone()),
            Self::Missing => Self::Missing,
            Self::Left => Self::Left,
            Self::Unknown(whys) => Self::Unknown(Rc::clone(whys)),
        }
    }
}

fn map<T>(change: Change<String>, with: impl Fn(String) -> T) -> Change<T> {
    match change {
        Change::Set(fact) => Change::Set(fact.map(with)),
        Change::Clear(origin) => Change::Clear(origin),
        Change::Leave => Change::Leave,
    }
}

fn camel(name: &str) -> String {
    let mut made = String::new();
    let mut upper = false;
    for character in name.chars() {
        if character == '_' {
            upper = true;
        } else if std::mem::take(&mut upper) {
            made.extend(character.to_uppercase());
        } else {
            made.push(character);
        }
    }
    made
}

fn snake(path: &str) -> String {
    let mut made = String::new();
    for character in path.chars() {
        if character.is_ascii_uppercase() {
            made.push('_');
        }
        made.push(character.to_ascii_lowercase());
    }
    made
}

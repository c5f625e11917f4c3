//! The state of the evaluation, how it forks at an undecided condition, and how two states become one again: what is
//! different in them is not known afterwards.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::value::{DictObj, Elem, Entry, Kind, Obj, ObjId, Part, Val, Whys, join, known_text, why};
use super::watch::{Place, Watches};
use crate::deploy::words::Extent;
use crate::model::WhyKind;

/// All objects. A clone shares them; what is changed is copied first.
#[derive(Clone, Debug, Default)]
pub struct Heap<'a> {
    objects: Vec<Rc<Obj<'a>>>,
    /// Lists that are one of two others: to change one of the three is to change another, it cannot be told which.
    twins: Vec<Twin>,
    /// The iterators that note what is read and written.
    pub watches: Watches,
}

#[derive(Clone, Debug, PartialEq)]
struct Twin {
    made: ObjId,
    from: [ObjId; 2],
    whys: Whys,
}

/// How two states meet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Meeting {
    /// One of them is the case.
    Branch,
    /// The second is the first after an unknown number of rounds of a loop.
    Loop,
}

/// The most texts that a hole remembers as its options.
const MAX_OPTIONS: usize = 8;
/// The longest text that is built, in bytes.
pub const MAX_TEXT: usize = 256 << 10;
/// The most parts of a text that is built.
const MAX_PARTS: usize = 1_000;
/// The longest chain of nested alternatives in a list.
const MAX_ELEMENTS: usize = 2_000;

impl<'a> Heap<'a> {
    /// Number of objects.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// What a copy of it costs: the number of objects, and of what is noted of them.
    pub fn weight(&self) -> usize {
        self.objects.len() + self.twins.len()
    }

    /// Adds an object.
    pub fn add(&mut self, object: Obj<'a>) -> ObjId {
        self.objects.push(Rc::new(object));
        self.objects.len() - 1
    }

    /// An object.
    pub fn get(&self, id: ObjId) -> Option<&Obj<'a>> {
        let object = self.peek(id)?;
        // Which of its names are read is noted where that is known.
        if !matches!(object, Obj::Scope { .. }) {
            self.watches.read(id, None);
        }
        Some(object)
    }

    /// An object of which one name or attribute is read.
    pub fn get_name(&self, id: ObjId, name: &str) -> Option<&Obj<'a>> {
        self.watches.read(id, Some(name));
        self.peek(id)
    }

    /// An object, without a note that it is read.
    pub fn peek(&self, id: ObjId) -> Option<&Obj<'a>> {
        self.objects.get(id).map(Rc::as_ref)
    }

    /// An object as it is now.
    pub fn shared(&self, id: ObjId) -> Option<Rc<Obj<'a>>> {
        self.objects.get(id).cloned()
    }

    /// True where what stands at a place is what stood there `then`.
    pub fn is_unchanged(&self, (id, name): &Place, then: &Rc<Obj<'a>>) -> bool {
        let Some(now) = self.objects.get(*id) else { return false };
        if Rc::ptr_eq(now, then) {
            return true;
        }
        match (&**now, &**then, name) {
            (Obj::Scope { names: now, .. }, Obj::Scope { names: then, .. }, Some(name))
            | (Obj::Instance { attributes: now, .. }, Obj::Instance { attributes: then, .. }, Some(name)) => {
                now.get(name) == then.get(name)
            }
            (Obj::Class(now), Obj::Class(then), Some(name)) => now.attributes.get(name) == then.attributes.get(name),
            (now, then, _) => now == then,
        }
    }

    /// The elements of a list, where it is one that is known.
    pub fn list(&self, value: &Val<'a>) -> Option<&[Elem<'a>]> {
        let Kind::List(id) = value.kind else { return None };
        match self.get(id) {
            Some(Obj::List(elements)) => Some(elements),
            _ => None,
        }
    }

    /// An object of which one name or attribute is changed.
    pub fn get_name_mut(&mut self, id: ObjId, name: &str) -> Option<&mut Obj<'a>> {
        self.watches.written(id, Some(name));
        self.change(id)
    }

    /// An object, to be changed.
    pub fn get_mut(&mut self, id: ObjId) -> Option<&mut Obj<'a>> {
        if !matches!(self.peek(id), Some(Obj::Scope { .. })) {
            self.watches.written(id, None);
        }
        self.change(id)
    }

    fn change(&mut self, id: ObjId) -> Option<&mut Obj<'a>> {
        for index in 0..self.twins.len() {
            let Some(twin) = self.twins.get(index).filter(|twin| twin.made == id || twin.from.contains(&id)) else {
                continue;
            };
            let others: &[ObjId] = if twin.made == id { &twin.from } else { &[twin.made] };
            for other in others.iter().filter(|other| **other != id) {
                if let Some(slot) = self.objects.get_mut(*other) {
                    *slot = Rc::new(Obj::Lost(twin.whys.clone()));
                }
            }
        }
        self.objects.get_mut(id).map(Rc::make_mut)
    }

    /// The state before a fork, with the objects that the first branch made kept in their places.
    pub fn rewound(before: &Self, first: &Self) -> Self {
        let mut objects = before.objects.clone();
        objects.extend(first.objects.iter().skip(before.objects.len()).cloned());
        let mut heap = Self { objects, twins: before.twins.clone(), watches: before.watches.clone() };
        heap.add_twins(first);
        heap
    }

    /// Joins another state into this one.
    pub fn meet(&mut self, other: &Self, whys: &Whys, meeting: Meeting) {
        for index in 0..self.objects.len().min(other.objects.len()) {
            let (Some(mine), Some(theirs)) = (self.objects.get(index).cloned(), other.objects.get(index)) else {
                continue;
            };
            if Rc::ptr_eq(&mine, theirs) || mine == *theirs {
                continue;
            }
            let merged = self.merge(&mine, theirs, whys, meeting);
            if let Some(slot) = self.objects.get_mut(index) {
                *slot = Rc::new(merged);
            }
        }
        for object in other.objects.iter().skip(self.objects.len()) {
            self.objects.push(object.clone());
        }
        self.add_twins(other);
    }

    /// Takes over the twins of a state that goes back to the same one: they begin alike.
    fn add_twins(&mut self, other: &Self) {
        let shared = self.twins.iter().zip(&other.twins).take_while(|(mine, theirs)| mine == theirs).count();
        let own = self.twins.get(shared..).unwrap_or_default();
        let more: Vec<Twin> = other.twins.iter().skip(shared).filter(|twin| !own.contains(twin)).cloned().collect();
        self.twins.extend(more);
    }

    fn merge(&mut self, mine: &Obj<'a>, theirs: &Obj<'a>, whys: &Whys, meeting: Meeting) -> Obj<'a> {
        match (mine, theirs) {
            (Obj::List(a), Obj::List(b)) => Obj::List(merge_lists(a, b, whys, meeting)),
            (Obj::Dict(a), Obj::Dict(b)) => Obj::Dict(self.merge_dicts(a, b, whys, meeting)),
            (
                Obj::Instance { class, attributes: a, open: open_a },
                Obj::Instance { class: other, attributes: b, open: open_b },
            ) if class == other => Obj::Instance {
                class: *class,
                attributes: self.merge_names(a, b, whys, meeting),
                open: open_a.clone().or_else(|| open_b.clone()),
            },
            (Obj::Scope { names: a, parent, open: open_a }, Obj::Scope { names: b, open: open_b, .. }) => Obj::Scope {
                names: self.merge_names(a, b, whys, meeting),
                parent: *parent,
                open: open_a.clone().or_else(|| open_b.clone()),
            },
            (Obj::Class(a), Obj::Class(b)) => {
                let mut class = a.clone();
                class.attributes = self.merge_names(&a.attributes, &b.attributes, whys, meeting);
                Obj::Class(class)
            }
            _ => Obj::Lost(whys.clone()),
        }
    }

    fn merge_names(
        &mut self,
        a: &BTreeMap<Rc<str>, Val<'a>>,
        b: &BTreeMap<Rc<str>, Val<'a>>,
        whys: &Whys,
        meeting: Meeting,
    ) -> BTreeMap<Rc<str>, Val<'a>> {
        let mut names = BTreeMap::new();
        for name in a.keys().chain(b.keys()) {
            if names.contains_key(name) {
                continue;
            }
            let value = match (a.get(name), b.get(name)) {
                (Some(first), Some(second)) => self.merge_values(first, second, whys, meeting),
                // Bound on one side only: reading it on the other side would fail.
                (Some(value), None) | (None, Some(value)) => Val::new(Kind::Unknown(whys.clone()), value.at),
                (None, None) => continue,
            };
            names.insert(name.clone(), value);
        }
        names
    }

    fn merge_dicts(&mut self, a: &DictObj<'a>, b: &DictObj<'a>, whys: &Whys, meeting: Meeting) -> DictObj<'a> {
        let mut entries: Vec<Entry<'a>> = Vec::new();
        for entry in &a.entries {
            let other = b.entries.iter().find(|other| other.key == entry.key);
            entries.push(match other {
                Some(other) => Entry {
                    key: entry.key.clone(),
                    value: self.merge_values(&entry.value, &other.value, whys, meeting),
                    maybe: entry.maybe || other.maybe,
                },
                None => unsure(entry, whys),
            });
        }
        for entry in &b.entries {
            if !a.entries.iter().any(|other| other.key == entry.key) {
                entries.push(unsure(entry, whys));
            }
        }
        let open = match meeting {
            Meeting::Loop if a.entries.len() != b.entries.len() => Some(whys.clone()),
            _ => a.open.clone().or_else(|| b.open.clone()),
        };
        DictObj { entries, open, at: a.at, guards: a.guards.clone() }
    }

    /// The value that is one of two.
    pub fn merge_values(&mut self, a: &Val<'a>, b: &Val<'a>, whys: &Whys, meeting: Meeting) -> Val<'a> {
        if a == b {
            return a.clone();
        }
        let mut all = whys.clone();
        for value in [a, b] {
            if let Some(more) = value.whys() {
                all = join(&all, &more);
            }
        }
        match (&a.kind, &b.kind) {
            (Kind::Text(_), Kind::Text(_)) => {
                let mut options: Vec<Rc<str>> = Vec::new();
                if meeting == Meeting::Branch
                    && let (Some(first), Some(second)) = (a.options(), b.options())
                {
                    for option in first.into_iter().chain(second) {
                        if !options.contains(&option) {
                            options.push(option);
                        }
                    }
                }
                if options.is_empty() || options.len() > MAX_OPTIONS {
                    return Val::made_of(a.parts().iter().chain(b.parts()), all, a.at);
                }
                let hole = Part::Hole { whys: all, options: options.into(), extent: Extent::Text };
                Val::new(Kind::Text(Rc::from([hole])), a.at)
            }
            // Two list objects: the value is a new one that is either.
            (Kind::List(first), Kind::List(second)) => {
                let elements = match (self.get(*first), self.get(*second)) {
                    (Some(Obj::List(x)), Some(Obj::List(y))) => merge_lists(x, y, whys, meeting),
                    _ => vec![Elem::Any(all)],
                };
                let id = self.add(Obj::List(elements));
                self.twins.push(Twin { made: id, from: [*first, *second], whys: whys.clone() });
                Val::new(Kind::List(id), a.at)
            }
            _ => Val::new(Kind::Unknown(all), a.at),
        }
    }
}

fn unsure<'a>(entry: &Entry<'a>, whys: &Whys) -> Entry<'a> {
    let mut all = whys.clone();
    if let Some(more) = entry.value.whys() {
        all = join(&all, &more);
    }
    Entry { key: entry.key.clone(), value: Val::new(Kind::Unknown(all), entry.value.at), maybe: true }
}

/// Keeps what both lists begin and end with; between, it is one or the other.
fn merge_lists<'a>(a: &[Elem<'a>], b: &[Elem<'a>], whys: &Whys, meeting: Meeting) -> Vec<Elem<'a>> {
    // Alternatives in alternatives are shared, so that a short list may stand for very many elements.
    if weight(a, MAX_ELEMENTS) + weight(b, MAX_ELEMENTS) > MAX_ELEMENTS {
        return vec![Elem::Any(whys.clone())];
    }
    let prefix = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (rest_a, rest_b) = (a.get(prefix..).unwrap_or_default(), b.get(prefix..).unwrap_or_default());
    let suffix = rest_a.iter().rev().zip(rest_b.iter().rev()).take_while(|(x, y)| x == y).count();
    let middle = |rest: &[Elem<'a>]| rest.get(..rest.len() - suffix).unwrap_or_default().to_vec();
    let mut merged = a.get(..prefix).unwrap_or_default().to_vec();
    if meeting == Meeting::Loop || a.len() + b.len() > MAX_ELEMENTS {
        merged.push(Elem::Any(whys.clone()));
    } else {
        merged.push(Elem::Either(Rc::from([middle(rest_a), middle(rest_b)]), whys.clone()));
    }
    merged.extend(rest_a.get(rest_a.len() - suffix..).unwrap_or_default().iter().cloned());
    merged
}

/// How many elements a list has with all its alternatives, counted up to a limit.
fn weight(elements: &[Elem<'_>], limit: usize) -> usize {
    let mut count = 0;
    for element in elements {
        count += 1;
        if let Elem::Either(alternatives, _) = element {
            for alternative in alternatives.iter() {
                count += weight(alternative, limit.saturating_sub(count));
            }
        }
        if count > limit {
            break;
        }
    }
    count
}

/// The length of a text in bytes, as far as it is known.
pub fn bytes(parts: &[Part]) -> usize {
    parts.iter().map(|part| if let Part::Lit(text) = part { text.len() } else { 1 }).sum()
}

/// A text in as few parts as possible.
pub fn compact(parts: Vec<Part>) -> Rc<[Part]> {
    let limited = |parts: &[Part]| {
        let whys = why(WhyKind::Limit, "the text is too long", (0, 0));
        Rc::from(Val::made_of(parts, whys, (0, 0)).parts())
    };
    if bytes(&parts) > MAX_TEXT {
        return limited(&parts);
    }
    let mut compacted: Vec<Part> = Vec::new();
    let mut run = String::new();
    for part in parts {
        if let Part::Lit(text) = part {
            run.push_str(&text);
            continue;
        }
        if !run.is_empty() {
            compacted.push(Part::Lit(Rc::from(std::mem::take(&mut run))));
        }
        compacted.push(part);
    }
    if !run.is_empty() || compacted.is_empty() {
        compacted.push(Part::Lit(Rc::from(run)));
    }
    if let Some(text) = known_text(&compacted) {
        return Rc::from([Part::Lit(text)]);
    }
    if compacted.len() > MAX_PARTS { limited(&compacted) } else { compacted.into() }
}

//! Iterators: their elements are evaluated when they are made, and Python makes each only when it is taken. What is
//! changed in between is found here, and what then cannot be told is lost.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Evaluator;
use super::exec::Condition;
use super::value::{At, Elem, Kind, Obj, ObjId, Val, Whys, why};
use super::watch::{Place, Watch};
use crate::deploy::gcloud::Defaults;
use crate::model::{Change, Fact, WhyKind};

/// How the elements of an iterator are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Taken {
    /// That is decided further out, if at all.
    #[default]
    Open,
    /// All of them, one after the other, and something runs in between.
    InTurn,
    /// All of them, before anything else runs.
    AtOnce,
}

/// An iterator, between two of its elements.
#[derive(Debug)]
pub struct Suspended<'a> {
    /// What was read or written, in which segment last, and the object afterwards.
    used: Vec<(Place, usize, Rc<Obj<'a>>)>,
    /// What was written after an element was given, and in which segment last.
    late: BTreeMap<Place, usize>,
    /// The number of elements.
    total: usize,
    /// Elements and segments are counted.
    counted: bool,
    /// The commands that it runs, with their segments.
    commands: Vec<(usize, usize)>,
    defaults: Defaults,
    at: At,
}

/// `dict.keys()` and its like, which show what the dict holds when they are looked at.
#[derive(Clone, Debug)]
pub struct View {
    /// The dict.
    pub dict: ObjId,
    /// The method.
    pub name: Rc<str>,
    /// Where it is called.
    pub at: At,
}

impl<'a> Evaluator<'a> {
    /// An iterator begins to make its elements.
    pub fn watch(&mut self) {
        self.heap.watches.open(self.heap.len(), self.outcome.commands.len());
        self.watched_defaults.push(self.defaults.clone());
    }

    /// It has made so many.
    pub fn watch_given(&mut self, elements: usize) {
        let (objects, commands) = (self.heap.len(), self.outcome.commands.len());
        self.heap.watches.given(elements, objects, commands, self.assumed.len());
    }

    /// It has made all of them, which are the list `value`.
    pub fn watched(&mut self, value: Option<&Val<'a>>, taken: Taken, at: At) {
        let watch = self.heap.watches.close();
        let configured = self.watched_defaults.pop().is_some_and(|before| before != self.defaults);
        if configured && taken != Taken::AtOnce && watch.assumed.is_some() {
            // When it does that, commands between the elements have run or not.
            self.lose_environment(at);
        }
        if taken != Taken::AtOnce {
            let text = "a generator changes it between two of its elements";
            let whys = why(WhyKind::Dynamic, text, at);
            for place in watch.late.keys() {
                self.lose_place(place, &whys);
            }
            if watch.assumed.is_some_and(|assumed| assumed != self.assumed.len())
                || (value.is_none() && watch.assumed.is_some())
            {
                let text = "a generator may end with an exception between two of its elements";
                self.incomplete(WhyKind::Unsupported, text, at);
            }
        }
        if let Some(value) = value {
            self.add_iterator(value, watch, at);
        }
    }

    fn add_iterator(&mut self, value: &Val<'a>, watch: Watch, at: At) {
        let (Kind::List(id) | Kind::Set(id)) = value.kind else { return };
        let Some(Obj::List(elements)) = self.heap.peek(id) else { return };
        let total = elements.len();
        let counted =
            matches!(value.kind, Kind::List(_)) && elements.iter().all(|element| matches!(element, Elem::One(_)));
        let first = watch.segments.first().map_or(0, |(_, commands)| *commands);
        let commands = (first..self.outcome.commands.len()).map(|command| {
            let segment = watch.segments.iter().rev().find(|(_, before)| *before <= command);
            (command, segment.map_or(0, |(elements, _)| *elements))
        });
        let commands = commands.collect();
        let used = watch.used.into_iter().filter_map(|(place, segment)| {
            let object = self.heap.shared(place.0)?;
            Some((place, segment, object))
        });
        let iterator = Suspended {
            used: used.collect(),
            late: watch.late,
            total,
            counted,
            commands,
            defaults: self.defaults.clone(),
            at,
        };
        self.iterators.insert(id, iterator);
    }

    /// A call gives an iterator over others, such as `zip`: what they go by is what it goes by.
    pub fn iterator_over(&mut self, path: &str, value: &Val<'a>, sources: &[Val<'a>], at: At) {
        let (Kind::List(id) | Kind::Set(id)) = value.kind else { return };
        let mut watch = Watch::default();
        let keeps_count = matches!(path, "enumerate" | "zip" | "iter");
        for source in sources {
            let (Kind::List(source_id) | Kind::Set(source_id) | Kind::Dict(source_id)) = source.kind else { continue };
            match self.iterators.get(&source_id) {
                Some(source) => {
                    for (place, segment, _) in &source.used {
                        let segment = if keeps_count && source.counted { *segment } else { usize::MAX };
                        let last = watch.used.entry(place.clone()).or_default();
                        *last = segment.max(*last);
                    }
                }
                None => drop(watch.used.insert((source_id, None), usize::MAX)),
            }
            self.exhaust(source);
        }
        if let Some(own) = self.iterators.get(&id) {
            for (place, segment, _) in &own.used {
                let last = watch.used.entry(place.clone()).or_default();
                *last = (*segment).max(*last);
            }
            watch.late = own.late.clone();
        }
        let commands = self.iterators.remove(&id).map(|own| own.commands).unwrap_or_default();
        watch.segments.push((0, self.outcome.commands.len()));
        self.add_iterator(value, watch, at);
        if let Some(made) = self.iterators.get_mut(&id) {
            made.commands = commands;
        }
    }

    /// True for one iterator that is given twice: its elements go here and there.
    pub fn shares_iterator(&self, values: &[Val<'a>]) -> bool {
        values.iter().enumerate().any(|(at, value)| {
            let (Kind::List(id) | Kind::Set(id)) = value.kind else { return false };
            self.iterators.contains_key(&id) && values.iter().skip(at + 1).any(|other| other == value)
        })
    }

    /// All elements were taken.
    pub fn exhaust(&mut self, value: &Val<'a>) {
        if let Kind::List(id) | Kind::Set(id) = value.kind
            && self.iterators.contains_key(&id)
            && let Some(Obj::List(elements)) = self.heap.get_mut(id)
        {
            elements.clear();
        }
    }

    /// A loop ended early: so many elements were taken, where that is known.
    pub fn take_some(&mut self, value: &Val<'a>, count: Option<usize>) {
        let Kind::List(id) = value.kind else { return };
        let Some(at) = self.iterators.get(&id).map(|iterator| iterator.at) else { return };
        let Some(Obj::List(elements)) = self.heap.get_mut(id) else { return };
        match count {
            Some(count) if elements.iter().all(|element| matches!(element, Elem::One(_))) => {
                elements.drain(..count.min(elements.len()));
            }
            _ => *elements = vec![Elem::Any(why(WhyKind::Dynamic, "what is left of an iterator is not known", at))],
        }
    }

    /// An iterator is about to make what comes after `done` elements of those that are left. Where what it goes by has
    /// changed, its elements are not known any more.
    pub fn resume(&mut self, value: &Val<'a>, done: usize) {
        let (Kind::List(id) | Kind::Set(id)) = value.kind else { return };
        if let Some(view) = self.views.get(&id).cloned() {
            return self.refresh(id, &view);
        }
        let Some(iterator) = self.iterators.get(&id) else { return };
        let left = match self.heap.peek(id) {
            Some(Obj::List(elements)) if !elements.is_empty() || iterator.total == 0 => elements.len(),
            _ => return,
        };
        let segment = if iterator.counted { iterator.total.saturating_sub(left) + done } else { 0 };
        let changed =
            iterator.used.iter().any(|(place, last, then)| *last >= segment && !self.heap.is_unchanged(place, then));
        let runs = iterator.commands.iter().any(|(_, own)| *own >= segment);
        let other_defaults = runs && iterator.defaults != self.defaults;
        if !(changed || other_defaults) {
            return;
        }
        let at = iterator.at;
        let late: Vec<Place> =
            iterator.late.iter().filter(|(_, last)| **last >= segment).map(|(place, _)| place.clone()).collect();
        let whys = why(WhyKind::Dynamic, "what an iterator goes by is changed while its elements are taken", at);
        if let Some(object) = self.heap.get_mut(id) {
            *object = Obj::List(vec![Elem::Any(whys.clone())]);
        }
        for place in &late {
            self.lose_place(place, &whys);
        }
        self.doubt_commands(id, segment, &whys);
    }

    /// What is done with the elements may end the script before all of them are taken.
    pub fn may_not_go_on(&mut self, value: &Val<'a>, condition: &Condition) {
        let (Kind::List(id) | Kind::Set(id)) = value.kind else { return };
        let Some(iterator) = self.iterators.get(&id) else { return };
        let later: Vec<usize> =
            iterator.commands.iter().filter(|(_, segment)| *segment > 0).map(|(command, _)| *command).collect();
        let guard = self.guard(condition, false);
        for command in later {
            if let Some(command) = self.outcome.commands.get_mut(command)
                && !command.guards.contains(&guard)
            {
                command.guards.push(guard.clone());
            }
        }
    }

    /// Commands that an iterator runs from a segment on: neither whether nor with what they run is known.
    fn doubt_commands(&mut self, id: ObjId, segment: usize, whys: &Whys) {
        let Some(iterator) = self.iterators.get(&id) else { return };
        let at = iterator.at;
        let later: Vec<usize> =
            iterator.commands.iter().filter(|(_, own)| *own >= segment).map(|(command, _)| *command).collect();
        if iterator.late.is_empty()
            && later.is_empty()
            && iterator.commands.is_empty()
            && !iterator.used.iter().any(|(_, last, _)| *last >= segment)
        {
            return;
        }
        let reasons = self.whys(whys);
        let guard = self.guard(&Condition { text: self.source_at(at), at }, false);
        for command in later {
            let Some(command) = self.outcome.commands.get_mut(command) else { continue };
            let unknown = || Fact::Unknown(reasons.clone());
            (command.name, command.region, command.project) = (unknown(), unknown(), unknown());
            command.connector = Change::Set(Fact::Unknown(reasons.clone()));
            command.egress = Change::Set(Fact::Unknown(reasons.clone()));
            command.interfaces = Change::Set(Fact::Unknown(reasons.clone()));
            if !command.guards.contains(&guard) {
                command.guards.push(guard.clone());
            }
        }
        self.incomplete(WhyKind::Dynamic, "what an iterator goes by is changed while its elements are taken", at);
    }

    fn lose_place(&mut self, place: &Place, whys: &Whys) {
        let (id, name) = place;
        let Some(object) = self.heap.get_mut(*id) else { return };
        let unknown = |at: At| Val::new(Kind::Unknown(whys.clone()), at);
        match (object, name) {
            (Obj::Scope { names, .. } | Obj::Instance { attributes: names, .. }, Some(name)) => {
                let at = names.get(name).map_or((0, 0), |value| value.at);
                names.insert(name.clone(), unknown(at));
            }
            (Obj::Class(class), Some(name)) => {
                let at = class.attributes.get(name).map_or((0, 0), |value| value.at);
                class.attributes.insert(name.clone(), unknown(at));
            }
            (Obj::Instance { attributes, open, .. }, None) => {
                for value in attributes.values_mut() {
                    *value = unknown(value.at);
                }
                *open = Some(whys.clone());
            }
            (Obj::Scope { .. } | Obj::Class(_), None) => {}
            (object, _) => *object = Obj::Lost(whys.clone()),
        }
    }

    /// Shows in a view what its dict holds now.
    fn refresh(&mut self, id: ObjId, view: &View) {
        let now = match self.heap.peek(view.dict) {
            Some(Obj::Dict(dict)) => Obj::List(self.view_elements(&dict.clone(), &view.name, view.at)),
            Some(Obj::Lost(whys)) => Obj::Lost(whys.clone()),
            _ => return,
        };
        if self.heap.peek(id) != Some(&now)
            && let Some(slot) = self.heap.get_mut(id)
        {
            *slot = now;
        }
    }
}

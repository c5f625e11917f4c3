//! Classes of the script: their objects, their bases and `super()`.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Keywords;
use crate::deploy::python::Evaluator;
use crate::deploy::python::exec::{Frame, Stop};
use crate::deploy::python::value::{At, Kind, Obj, ObjId, Val, Whys};
use crate::model::WhyKind;
use crate::python::ast::Expr;

impl<'a> Evaluator<'a> {
    pub(super) fn construct(
        &mut self,
        id: ObjId,
        args: Vec<Val<'a>>,
        keywords: Keywords<'a>,
        unsure: Option<Whys>,
        at: At,
    ) -> Result<Val<'a>, Stop> {
        let Some(Obj::Class(class)) = self.heap.get(id).cloned() else {
            return Ok(Val::unknown(WhyKind::Dynamic, "the class is not known", at));
        };
        if class.is_enum {
            // `Environment("staging")` gives the member with this value.
            let Some(wanted) = args.first() else { return Ok(Val::unknown(WhyKind::Unsupported, "a class call", at)) };
            for member in class.attributes.values() {
                if let Kind::Instance(instance) = member.kind
                    && let Some(Obj::Instance { attributes, .. }) = self.heap.get(instance)
                    && let Some(value) = attributes.get("value").cloned()
                    && self.equal(&value, wanted) == Some(true)
                {
                    return Ok(member.clone());
                }
            }
            self.may_raise(at);
            return Ok(Val::new(Kind::Unknown(self.whys_of(wanted, at)), at));
        }
        let open = class.open.clone().or_else(|| unsure.clone());
        let instance = self.heap.add(Obj::Instance { class: id, attributes: BTreeMap::new(), open });
        let value = Val::new(Kind::Instance(instance), at);
        if let Some(Kind::Function(init)) = self.class_attribute(id, "__init__").map(|value| value.kind) {
            let mut all = vec![value.clone()];
            all.extend(args);
            self.call_function(&init, all, keywords, unsure, at)?;
            return Ok(value);
        }
        let Some(fields) = &class.fields else {
            if class.open.is_some() {
                let whys =
                    self.whys_of(&Val::new(Kind::Unknown(class.open.clone().unwrap_or_else(|| Rc::from([]))), at), at);
                for value in args.iter().chain(keywords.iter().map(|(_, value)| value)) {
                    self.hand_over(value, &whys, at);
                }
            }
            return Ok(value);
        };
        let mut args = args.into_iter();
        let mut keywords: BTreeMap<Rc<str>, Val<'a>> = keywords.into_iter().collect();
        for field in fields {
            let given = args.next().or_else(|| keywords.remove(field));
            let value = match given {
                Some(value) => Some(value),
                None => match (&unsure, class.factories.get(field)) {
                    (Some(whys), _) => Some(Val::new(Kind::Unknown(whys.clone()), at)),
                    (None, Some(factory)) => {
                        let factory = factory.clone();
                        Some(self.call(&factory, Vec::new(), Vec::new(), None, at)?)
                    }
                    (None, None) => self.class_attribute(id, field),
                },
            };
            if let (Some(value), Some(Obj::Instance { attributes, .. })) = (value, self.heap.get_mut(instance)) {
                attributes.insert(field.clone(), value);
            }
        }
        let guards = self.current_guards().into();
        if fields.iter().any(|field| &**field == "vpc_access") {
            self.note_config(instance, at, guards);
        }
        if let Some(Kind::Function(post)) = self.class_attribute(id, "__post_init__").map(|value| value.kind) {
            self.call_function(&post, vec![value.clone()], Vec::new(), None, at)?;
        }
        Ok(value)
    }

    pub(super) fn call_super(
        &mut self,
        name: &str,
        mut args: Vec<Val<'a>>,
        keywords: Keywords<'a>,
        at: At,
        frame: &Frame<'a>,
    ) -> Result<Val<'a>, Stop> {
        let Some(receiver) = frame.receiver.clone() else {
            return self.call_unknown(&Val::new(Kind::None, at), args, keywords, at);
        };
        // What comes after the method's own class depends on the class of the object, not on that of the method.
        let start = match &receiver.kind {
            Kind::Instance(id) => match self.heap.get(*id) {
                Some(Obj::Instance { class, .. }) => Some(*class),
                _ => None,
            },
            Kind::Class(id) => Some(*id),
            _ => None,
        };
        let order = start.or(frame.class).map(|class| self.resolution_order(class)).unwrap_or_default();
        let own = order.iter().position(|class| Some(*class) == frame.class);
        let rest = own.and_then(|own| order.get(own + 1..)).unwrap_or_default();
        if let Some(Kind::Function(function)) = self.find_in_classes(rest, name).map(|value| value.kind) {
            args.insert(0, receiver);
            return self.call_function(&function, args, keywords, None, at);
        }
        let open = order.iter().find_map(|class| match self.heap.get(*class) {
            Some(Obj::Class(class)) => class.open.clone(),
            _ => None,
        });
        if let Some(whys) = open {
            self.lose(&receiver, &whys);
            return self.call_unknown(&Val::new(Kind::Unknown(whys), at), args, keywords, at);
        }
        Ok(Val::new(Kind::None, at))
    }

    /// An attribute of a class or its bases.
    pub fn class_attribute(&self, id: ObjId, name: &str) -> Option<Val<'a>> {
        let Some(Obj::Class(class)) = self.heap.get(id) else { return None };
        if let Some(value) = class.attributes.get(name) {
            return Some(value.clone());
        }
        self.find_in_classes(self.resolution_order(id).get(1..).unwrap_or_default(), name)
    }

    fn find_in_classes(&self, classes: &[ObjId], name: &str) -> Option<Val<'a>> {
        classes.iter().find_map(|id| match self.heap.get(*id) {
            Some(Obj::Class(class)) => class.attributes.get(name).cloned(),
            _ => None,
        })
    }

    /// The classes in which an attribute is looked for, the class itself first: Python's C3 order. Where there is none
    /// (Python refuses such a class), depth first.
    fn resolution_order(&self, id: ObjId) -> Vec<ObjId> {
        self.linearized(id, &mut 0).unwrap_or_else(|| {
            let mut order = Vec::new();
            let mut open = vec![id];
            while let Some(next) = open.pop() {
                if order.contains(&next) || order.len() > 100 {
                    continue;
                }
                order.push(next);
                if let Some(Obj::Class(class)) = self.heap.get(next) {
                    open.extend(class.bases.iter().rev());
                }
            }
            order
        })
    }

    fn linearized(&self, id: ObjId, steps: &mut usize) -> Option<Vec<ObjId>> {
        let Some(Obj::Class(class)) = self.heap.get(id) else { return Some(vec![id]) };
        *steps += 1;
        // Nobody writes so many classes by hand, and the steps grow with every way to an ancestor.
        if *steps > 200 {
            return None;
        }
        let mut lists: Vec<Vec<ObjId>> = Vec::new();
        for base in &class.bases {
            lists.push(self.linearized(*base, steps)?);
        }
        lists.push(class.bases.clone());
        let mut order = vec![id];
        loop {
            lists.retain(|list| !list.is_empty());
            if lists.is_empty() {
                return Some(order);
            }
            let next = lists
                .iter()
                .filter_map(|list| list.first().copied())
                .find(|head| !lists.iter().any(|list| list.get(1..).unwrap_or_default().contains(head)))?;
            order.push(next);
            for list in &mut lists {
                list.retain(|class| *class != next);
            }
        }
    }

    /// An attribute of an instance's class.
    pub fn class_attribute_of(&self, instance: ObjId, name: &str) -> Option<Val<'a>> {
        match self.heap.peek(instance) {
            Some(Obj::Instance { class, .. }) => self.class_attribute(*class, name),
            _ => None,
        }
    }

    pub(super) fn base_is_open(&self, class: ObjId, depth: usize) -> Option<Whys> {
        let Some(Obj::Class(class)) = self.heap.get(class) else { return None };
        if class.open.is_some() || depth > 20 {
            return class.open.clone();
        }
        class.bases.iter().find_map(|base| self.base_is_open(*base, depth + 1))
    }

    /// True where an `except` clause names only exceptions that the script defines itself.
    pub fn is_own_class(&mut self, class: &'a Expr, frame: &Frame<'a>) -> bool {
        match class {
            Expr::Name(name) => {
                let at = self.at(class);
                let hazards = self.hazards;
                let value = self.lookup(name.id.as_str(), at, frame);
                self.hazards = hazards;
                matches!(value.kind, Kind::Class(_))
            }
            Expr::Tuple(node) => node.elts.iter().all(|class| self.is_own_class(class, frame)),
            _ => false,
        }
    }
}

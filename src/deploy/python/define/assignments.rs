//! Assignments to names, attributes and items, and to several targets at once.

use std::rc::Rc;

use crate::deploy::python::Evaluator;
use crate::deploy::python::exec::{Frame, Stop};
use crate::deploy::python::library::ENVIRONMENT;
use crate::deploy::python::value::{At, Binding, Elem, Entry, Key, Kind, Obj, Val, why};
use crate::model::WhyKind;
use crate::python::ast::{self, Expr};

impl<'a> Evaluator<'a> {
    /// Gives an assignment's target its value.
    pub fn assign(&mut self, target: &'a Expr, value: Val<'a>, frame: &mut Frame<'a>) -> Result<(), Stop> {
        match target {
            Expr::Name(node) => self.bind(node.id.as_str(), value, frame),
            Expr::Tuple(node) => self.unpack(&node.elts, value, frame)?,
            Expr::List(node) => self.unpack(&node.elts, value, frame)?,
            Expr::Starred(node) => {
                let whys = why(WhyKind::Unsupported, "a starred target is not evaluated", self.at(target));
                self.assign(&node.value, Val::new(Kind::Unknown(whys), value.at), frame)?;
            }
            Expr::Attribute(node) => {
                let object = self.eval(&node.value, frame)?;
                self.set_attribute(&object, node.attr.as_str(), value, self.at(target))?;
            }
            Expr::Subscript(node) => {
                let object = self.eval(&node.value, frame)?;
                let key = self.eval(&node.slice, frame)?;
                self.set_item(&object, &key, value, self.at(target));
                self.lose_if_namespace(&node.value, frame)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn unpack(&mut self, targets: &'a [Expr], value: Val<'a>, frame: &mut Frame<'a>) -> Result<(), Stop> {
        if let Some(starred) = targets.iter().position(Expr::is_starred_expr)
            && let Some(mut values) = self.known_elements(&value)
            && values.len() + 1 >= targets.len()
        {
            let after = targets.len() - starred - 1;
            let last = values.split_off(values.len() - after);
            let middle = values.split_off(starred);
            let middle = Obj::List(middle.into_iter().map(Elem::One).collect());
            let middle = Val::new(Kind::List(self.heap.add(middle)), value.at);
            for (target, value) in targets.iter().zip(values.into_iter().chain([middle]).chain(last)) {
                match target {
                    Expr::Starred(node) => self.assign(&node.value, value, frame)?,
                    target => self.assign(target, value, frame)?,
                }
            }
            return Ok(());
        }
        let elements = self.elements(&value);
        let known = elements.ok().filter(|elements| {
            elements.len() == targets.len()
                && elements.iter().all(|element| matches!(element, Elem::One(_)))
                && !targets.iter().any(Expr::is_starred_expr)
        });
        match known {
            Some(elements) => {
                for (target, element) in targets.iter().zip(elements) {
                    if let Elem::One(value) = element {
                        self.assign(target, value, frame)?;
                    }
                }
            }
            None => {
                let whys = value.whys().unwrap_or_else(|| why(WhyKind::Unsupported, "this is not unpacked", value.at));
                for target in targets {
                    self.assign(target, Val::new(Kind::Unknown(whys.clone()), value.at), frame)?;
                }
            }
        }
        Ok(())
    }

    /// `object.name = value`
    pub fn set_attribute(&mut self, object: &Val<'a>, name: &str, value: Val<'a>, at: At) -> Result<(), Stop> {
        match &object.kind {
            Kind::Instance(id) => {
                if let Some(setter) = self.class_attribute_of(*id, &setter_name(name)) {
                    self.call(&setter, vec![object.clone(), value], Vec::new(), None, at)?;
                    return Ok(());
                }
                let descriptor = match self.class_attribute_of(*id, name).map(|value| value.kind) {
                    Some(Kind::Instance(own)) => self.class_attribute_of(own, "__set__").is_some(),
                    _ => false,
                };
                let intercepted = descriptor
                    || self.class_attribute_of(*id, "__setattr__").is_some()
                    || matches!(self.class_attribute_of(*id, name), Some(Val { kind: Kind::Function(function), .. })
                        if function.binding == Binding::Property);
                if intercepted {
                    let text = format!("what setting `{name}` does is not evaluated");
                    self.lose(object, &why(WhyKind::Unsupported, text, at));
                    return Ok(());
                }
                let guards = self.current_guards().into();
                match self.heap.get_name_mut(*id, name) {
                    Some(Obj::Instance { attributes, .. }) => {
                        attributes.insert(Rc::from(name), value);
                    }
                    _ => return Ok(()),
                }
                if name == "vpc_access" {
                    self.note_config(*id, at, guards);
                }
            }
            Kind::Class(id) => {
                if let Some(Obj::Class(class)) = self.heap.get_name_mut(*id, name) {
                    class.attributes.insert(Rc::from(name), value);
                }
            }
            Kind::Module(module) => {
                let scope = self.modules.get(*module).map(|module| module.scope);
                if let Some(Obj::Scope { names, .. }) = scope.and_then(|scope| self.heap.get_name_mut(scope, name)) {
                    names.insert(Rc::from(name), value);
                }
            }
            Kind::Message(id) => {
                self.set_item(&Val::new(Kind::Dict(*id), at), &Val::text(name, at), value, at);
            }
            _ => {}
        }
        Ok(())
    }

    /// `object[key] = value`
    pub fn set_item(&mut self, object: &Val<'a>, key: &Val<'a>, value: Val<'a>, at: At) {
        let guards = self.current_guards().into();
        match &object.kind {
            Kind::Dict(id) => {
                let Some(key) = self.key_of(key) else {
                    let whys = why(WhyKind::Dynamic, "an item is set whose key is not known", at);
                    self.lose(object, &whys);
                    return;
                };
                if let Some(Obj::Dict(dict)) = self.heap.get_mut(*id) {
                    if key == Key::Text("vpc_access".into()) {
                        dict.guards = guards;
                    }
                    put(&mut dict.entries, key, value);
                }
            }
            Kind::List(id) => {
                let index = if let Kind::Int(index) = key.kind { Some(index) } else { None };
                let set = match self.heap.get_mut(*id) {
                    Some(Obj::List(elements)) => {
                        let simple = elements.iter().all(|element| matches!(element, Elem::One(_)));
                        let index = index.map(|index| if index < 0 { index + elements.len() as i64 } else { index });
                        let slot = index.and_then(|index| usize::try_from(index).ok());
                        match slot.and_then(|slot| elements.get_mut(slot)).filter(|_| simple) {
                            Some(slot) => {
                                *slot = Elem::One(value);
                                true
                            }
                            None => false,
                        }
                    }
                    _ => true,
                };
                if !set {
                    let whys = why(WhyKind::Dynamic, "an item is set whose index is not known", at);
                    self.lose(object, &whys);
                }
            }
            Kind::External(path) if &**path == ENVIRONMENT => self.set_environment(key, Some(&value), at),
            Kind::Instance(_) => {
                let whys = why(WhyKind::Unsupported, "`__setitem__` is not evaluated", at);
                self.lose(object, &whys);
            }
            _ => {}
        }
    }

    /// `object.__dict__` and `vars(object)` are evaluated to a copy: what is written into it is written into the object.
    pub fn lose_if_namespace(&mut self, node: &'a Expr, frame: &mut Frame<'a>) -> Result<(), Stop> {
        let owner = match node {
            Expr::Attribute(node) if node.attr.as_str() == "__dict__" => Some(node.value.as_ref()),
            Expr::Call(node) if matches!(node.func.as_ref(), Expr::Name(name) if name.id.as_str() == "vars") => {
                node.arguments.args.first()
            }
            _ => None,
        };
        if let Some(owner) = owner {
            let owner_value = self.eval(owner, frame)?;
            self.lose(&owner_value, &why(WhyKind::Unsupported, "its attributes are changed as a dict", self.at(node)));
        }
        Ok(())
    }

    /// `del target`
    pub fn delete(&mut self, target: &'a Expr, frame: &mut Frame<'a>) -> Result<(), Stop> {
        let at = self.at(target);
        let whys = why(WhyKind::Unsupported, "`del` is not evaluated", at);
        match target {
            Expr::Name(node) => self.lose_name(node.id.as_str(), frame, whys),
            Expr::Subscript(node) => {
                let object = self.eval(&node.value, frame)?;
                let key = self.eval(&node.slice, frame)?;
                match (&object.kind, self.key_of(&key)) {
                    (Kind::Dict(id), Some(key)) => {
                        if let Some(Obj::Dict(dict)) = self.heap.get_mut(*id) {
                            dict.entries.retain(|entry| entry.key != key);
                        }
                    }
                    _ if matches!(&object.kind, Kind::External(path) if &**path == ENVIRONMENT) => {
                        self.set_environment(&key, None, at);
                    }
                    _ => self.lose(&object, &whys),
                }
            }
            Expr::Attribute(node) => {
                let object = self.eval(&node.value, frame)?;
                self.lose(&object, &whys);
            }
            _ => {}
        }
        Ok(())
    }

    /// `target op= value`
    pub fn augmented(&mut self, node: &'a ast::StmtAugAssign, frame: &mut Frame<'a>) -> Result<(), Stop> {
        let at = self.at(node);
        let old = self.eval(&node.target, frame)?;
        let value = self.eval(&node.value, frame)?;
        match (&old.kind, node.op) {
            (Kind::External(path), _) if &**path == ENVIRONMENT => {
                self.update_environment(Some(&value), &Vec::new(), at);
            }
            (Kind::List(_), ast::Operator::Add) => {
                self.extend(&old, &value, at);
                self.bounded(old)?;
            }
            (Kind::Dict(_), ast::Operator::BitOr) => self.update(&old, &value, at),
            (Kind::Set(_), _) => {
                let whys = why(WhyKind::Unsupported, "this change of a set is not evaluated", at);
                self.lose(&old, &whys);
            }
            _ => {
                let value = self.binary(&old, node.op, &value, at);
                let value = self.bounded(value)?;
                self.assign(&node.target, value, frame)?;
            }
        }
        Ok(())
    }
}

/// The name under which a class keeps what sets a property; no name of Python has a dot.
pub(super) fn setter_name(property: &str) -> String {
    format!("{property}.setter")
}

/// Sets an entry of a dict.
pub fn put<'a>(entries: &mut Vec<Entry<'a>>, key: Key, value: Val<'a>) {
    match entries.iter_mut().find(|entry| entry.key == key) {
        Some(entry) => {
            entry.value = value;
            entry.maybe = false;
        }
        None => entries.push(Entry { key, value, maybe: false }),
    }
}

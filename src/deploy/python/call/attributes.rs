//! Attributes of objects.

use std::rc::Rc;

use crate::deploy::python::Evaluator;
use crate::deploy::python::exec::Stop;
use crate::deploy::python::library::COMMAND_LINE;
use crate::deploy::python::value::{At, Binding, Entry, Key, Kind, Obj, ObjId, Val, why};
use crate::model::WhyKind;

impl<'a> Evaluator<'a> {
    /// `object.name`
    pub fn attribute(&mut self, object: &Val<'a>, name: &str, at: At) -> Result<Val<'a>, Stop> {
        Ok(match &object.kind {
            Kind::Instance(id) => {
                let (own, open, class) = match self.heap.get_name(*id, name) {
                    Some(Obj::Instance { attributes, open, class }) => {
                        (attributes.get(name).cloned(), open.clone(), *class)
                    }
                    Some(Obj::Lost(whys)) => return Ok(Val::new(Kind::Unknown(whys.clone()), at)),
                    _ => return Ok(Val::unknown(WhyKind::Dynamic, "it is not known", at)),
                };
                if self.class_attribute(class, "__getattribute__").is_some() {
                    let text = "`__getattribute__` is not evaluated";
                    return Ok(Val::unknown(WhyKind::Unsupported, text, at));
                }
                let found = self.class_attribute(class, name);
                // A property of the class goes before what the instance holds.
                let is_property = matches!(&found, Some(Val { kind: Kind::Function(function), .. })
                    if function.binding == Binding::Property && !function.cached);
                if let (Some(value), false) = (own, is_property) {
                    return Ok(value);
                }
                match found {
                    Some(Val { kind: Kind::Function(function), at: defined }) => match function.binding {
                        Binding::Plain => Val::new(Kind::Bound(Rc::new(object.clone()), function), at),
                        Binding::Static => Val::new(Kind::Function(function), defined),
                        Binding::Class => {
                            let class = Val::new(Kind::Class(class), at);
                            Val::new(Kind::Bound(Rc::new(class), function), at)
                        }
                        Binding::Property => {
                            let value = self.call_function(&function, vec![object.clone()], Vec::new(), None, at)?;
                            if function.cached
                                && let Some(Obj::Instance { attributes, .. }) = self.heap.get_name_mut(*id, name)
                            {
                                attributes.insert(Rc::from(name), value.clone());
                            }
                            return Ok(value);
                        }
                    },
                    Some(value) if open.is_none() => value,
                    Some(_) => Val::new(Kind::Unknown(open.unwrap_or_else(|| Rc::from([]))), at),
                    None if name == "__class__" => Val::new(Kind::Class(class), at),
                    None if name == "__dict__" => self.instance_dict(*id, at),
                    None => {
                        self.hazards += 1;
                        let text = format!("there is no attribute `{name}`");
                        let whys = open.or_else(|| self.base_is_open(class, 0));
                        Val::new(Kind::Unknown(whys.unwrap_or_else(|| why(WhyKind::EvaluationFailed, text, at))), at)
                    }
                }
            }
            Kind::Class(id) => match self.class_attribute(*id, name) {
                Some(Val { kind: Kind::Function(function), .. }) if function.binding == Binding::Class => {
                    Val::new(Kind::Bound(Rc::new(object.clone()), function), at)
                }
                Some(value) => value,
                None if name == "__name__" => match self.heap.get(*id) {
                    Some(Obj::Class(class)) => Val::text(class.name.clone(), at),
                    _ => Val::unknown(WhyKind::Dynamic, "it is not known", at),
                },
                None => {
                    self.hazards += 1;
                    Val::unknown(WhyKind::EvaluationFailed, format!("there is no attribute `{name}`"), at)
                }
            },
            Kind::External(path) if &**path == "super()" => {
                Val::new(Kind::Method(Rc::new(object.clone()), Rc::from(name)), at)
            }
            Kind::External(path) if path.len() < 300 => {
                Val::new(Kind::External(Rc::from(format!("{path}.{name}"))), at)
            }
            Kind::External(_) => Val::unknown(WhyKind::Limit, "the name is too long", at),
            Kind::Completed => match name {
                "returncode" => Val::new(Kind::Int(0), at),
                "stdout" | "stderr" => {
                    Val::new(Kind::Unknown(why(WhyKind::Dynamic, "the output of a command is not known", at)), at)
                }
                _ => Val::new(Kind::Method(Rc::new(object.clone()), Rc::from(name)), at),
            },
            Kind::Unknown(whys) => {
                let mut whys = whys.clone();
                if let [reason] = &*whys
                    && reason.kind == WhyKind::Dynamic
                    && &*reason.text == COMMAND_LINE
                {
                    let text = format!("`{name}` is given on the command line");
                    whys = why(WhyKind::Dynamic, text, at);
                }
                Val::new(Kind::Unknown(whys), at)
            }
            Kind::Module(module) => self.module_attribute(*module, name, at),
            Kind::Path(parts) => {
                let parts = parts.clone();
                self.path_attribute(object, &parts, name, at)
            }
            Kind::Message(id) => self.message_attribute(object, *id, name, at),
            // A request of the discovery client is sent by its `execute`.
            Kind::Partial(partial) => match (&partial.function.kind, name) {
                (Kind::External(path), "execute") if path.starts_with("request:") => object.clone(),
                _ => Val::unknown(WhyKind::Unsupported, "attributes of functions are not evaluated", at),
            },
            Kind::Function(_) | Kind::Bound(..) => {
                Val::unknown(WhyKind::Unsupported, "attributes of functions are not evaluated", at)
            }
            _ => Val::new(Kind::Method(Rc::new(object.clone()), Rc::from(name)), at),
        })
    }

    /// The attributes of an instance as a dict.
    pub fn instance_dict(&mut self, instance: ObjId, at: At) -> Val<'a> {
        let Some(Obj::Instance { attributes, open, class }) = self.heap.get(instance).cloned() else {
            return Val::unknown(WhyKind::Dynamic, "it is not known", at);
        };
        let fields = match self.heap.get(class) {
            Some(Obj::Class(class)) => class.fields.clone().unwrap_or_default(),
            _ => Vec::new(),
        };
        let mut names: Vec<Rc<str>> = fields.into_iter().filter(|name| attributes.contains_key(name)).collect();
        let more: Vec<Rc<str>> = attributes.keys().filter(|name| !names.contains(name)).cloned().collect();
        names.extend(more);
        let entries = names.into_iter().filter_map(|name| {
            let value = attributes.get(&name)?.clone();
            Some(Entry { key: Key::Text(name), value, maybe: false })
        });
        let entries = entries.collect();
        Val::new(Kind::Dict(self.new_dict(entries, open, at)), at)
    }
}

//! Calls: functions and classes of the script are followed with what is known of their arguments.
//!
//! | file | subject |
//! | --- | --- |
//! | `arguments` | which parameter gets which argument |
//! | `attributes` | attributes of objects |
//! | `caches` | functions that keep what they gave |
//! | `classes` | objects, bases and `super()` |
//! | `unknown` | calls of code that is not known |

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Evaluator;
use super::eval::MAX_LENGTH;
use super::exec::{Frame, Stop};
use super::resume::Taken;
use super::value::{At, Body, Elem, Function, Key, Kind, Obj, Val, Whys, why};
use crate::model::WhyKind;
use crate::python::ast::{self, Expr};

mod arguments;
mod attributes;
mod caches;
mod classes;
mod unknown;

pub use caches::Kept;

/// Keyword arguments.
pub type Keywords<'a> = Vec<(Rc<str>, Val<'a>)>;
impl<'a> Evaluator<'a> {
    pub(super) fn call_expr(
        &mut self,
        node: &'a ast::ExprCall,
        at: At,
        taken: Taken,
        frame: &mut Frame<'a>,
    ) -> Result<Val<'a>, Stop> {
        if let Expr::Name(name) = node.func.as_ref()
            && name.id.as_str() == "super"
            && node.arguments.args.is_empty()
        {
            return Ok(Val::new(Kind::External("super()".into()), at));
        }
        let (callee, receiver) = match node.func.as_ref() {
            Expr::Attribute(attribute) => {
                let object = self.eval(&attribute.value, frame)?;
                (self.attribute(&object, attribute.attr.as_str(), self.at(attribute))?, Some(object))
            }
            other => (self.eval(other, frame)?, None),
        };
        if let Expr::Attribute(attribute) = node.func.as_ref()
            && matches!(attribute.attr.as_str(), "update" | "pop" | "setdefault" | "clear" | "popitem")
        {
            self.lose_if_namespace(&attribute.value, frame)?;
        }
        if let (Kind::Unknown(whys), Some(receiver)) = (&callee.kind, &receiver) {
            // A method that is not known may change its object.
            let whys = whys.clone();
            self.lose(receiver, &whys);
        }
        let mut args = Vec::new();
        let mut unsure: Option<Whys> = None;
        if let (Kind::External(path), [Expr::Generator(generator)]) = (&callee.kind, node.arguments.args.as_ref())
            && matches!(&**path, "any" | "all")
        {
            let is_any = &**path == "any";
            return self.any_or_all(is_any, generator, at, frame);
        }
        for arg in &node.arguments.args {
            let value = self.eval_argument(&callee, arg, taken, frame)?;
            if !arg.is_starred_expr() {
                args.push(value);
                continue;
            }
            match self.elements(&value) {
                Ok(elements) if args.len() + elements.len() > MAX_LENGTH => {
                    unsure = Some(why(WhyKind::Limit, "there are too many arguments", at));
                }
                Ok(elements) => {
                    self.charge(elements.len() / 64)?;
                    for element in elements {
                        match element {
                            Elem::One(value) => args.push(value),
                            Elem::Any(whys) | Elem::Either(_, whys) => unsure = Some(whys),
                        }
                    }
                }
                Err(whys) => unsure = Some(whys),
            }
            self.exhaust(&value);
        }
        let mut keywords: Keywords<'a> = Vec::new();
        for keyword in &node.arguments.keywords {
            let value = self.eval(&keyword.value, frame)?;
            match &keyword.arg {
                Some(name) => keywords.push((Rc::from(name.as_str()), value)),
                None => match &value.kind {
                    Kind::Dict(id) => match self.heap.get(*id) {
                        Some(Obj::Dict(dict)) => {
                            unsure = unsure.or_else(|| dict.open.clone());
                            for entry in &dict.entries {
                                if let Key::Text(name) = &entry.key {
                                    keywords.push((name.clone(), entry.value.clone()));
                                }
                                if entry.maybe {
                                    unsure = unsure.or_else(|| entry.value.whys());
                                }
                            }
                        }
                        _ => unsure = Some(self.whys_of(&value, at)),
                    },
                    _ => unsure = Some(self.whys_of(&value, at)),
                },
            }
        }
        if let (Kind::Method(object, name), Expr::Attribute(attribute)) = (&callee.kind, node.func.as_ref())
            && let Kind::External(path) = &object.kind
            && &**path == "super()"
        {
            return self.call_super(name, args, keywords, self.at(attribute), frame);
        }
        if let (Kind::Unknown(_), Expr::Attribute(attribute), None) = (&callee.kind, node.func.as_ref(), &unsure)
            && matches!(args.first().map(|value| &value.kind), Some(Kind::Function(_) | Kind::Bound(..)))
        {
            // An executor or event loop: it calls what it is given.
            match attribute.attr.as_str() {
                "submit" | "call_soon" => {
                    let function = args.remove(0);
                    self.call(&function, args, keywords, None, at)?;
                    return Ok(Val::unknown(WhyKind::Dynamic, "a future is known when the script runs", at));
                }
                "map" if args.len() == 2 => {
                    return self.external("map", args, Vec::new(), None, at);
                }
                _ => {}
            }
        }
        if self.is_lazy_call(&callee) && taken == Taken::Open {
            return self.unless_dropped(self.source(node), at, frame, &mut |evaluator| {
                evaluator.call_lazy(&callee, &args, &keywords, unsure.clone(), taken, at)
            });
        }
        self.call_lazy(&callee, &args, &keywords, unsure, taken, at)
    }

    /// Calls a value whose result may be an iterator.
    fn call_lazy(
        &mut self,
        callee: &Val<'a>,
        args: &[Val<'a>],
        keywords: &Keywords<'a>,
        unsure: Option<Whys>,
        taken: Taken,
        at: At,
    ) -> Result<Val<'a>, Stop> {
        let makes = matches!(&callee.kind, Kind::External(path) if matches!(&**path, "map" | "filter"));
        if makes {
            self.watch();
        } else if self.is_lazy_call(callee) {
            self.gives = taken;
        }
        let value = self.call(callee, args.to_vec(), keywords.clone(), unsure, at);
        self.gives = Taken::Open;
        if makes {
            self.watched(value.as_ref().ok(), taken, at);
        }
        if let Ok(value) = &value {
            self.iterators_given(callee, args, value, at);
        }
        value
    }

    /// Calls a value. `unsure` is why there may be more arguments.
    pub fn call(
        &mut self,
        callee: &Val<'a>,
        mut args: Vec<Val<'a>>,
        keywords: Keywords<'a>,
        unsure: Option<Whys>,
        at: At,
    ) -> Result<Val<'a>, Stop> {
        match &callee.kind {
            Kind::Function(function) if function.cached => self.call_cached(function, args, keywords, unsure, at),
            Kind::Function(function) => self.call_function(function, args, keywords, unsure, at),
            Kind::Bound(receiver, function) => {
                args.insert(0, (**receiver).clone());
                match function.cached {
                    true => self.call_cached(function, args, keywords, unsure, at),
                    false => self.call_function(function, args, keywords, unsure, at),
                }
            }
            Kind::Class(id) => self.construct(*id, args, keywords, unsure, at),
            Kind::Partial(partial) => {
                let partial = partial.clone();
                let mut all = partial.args.clone();
                all.append(&mut args);
                let mut named = partial.keywords.clone();
                named.retain(|(name, _)| !keywords.iter().any(|(other, _)| other == name));
                named.extend(keywords);
                if self.depth > super::MAX_DEPTH {
                    return self.limit(at, "it is nested too deeply");
                }
                self.depth += 1;
                let result = self.call(&partial.function, all, named, unsure, at);
                self.depth -= 1;
                result
            }
            Kind::Choice(chosen) => {
                let chosen = chosen.clone();
                self.call_one_of(&chosen, &args, &keywords, unsure.as_ref(), at)
            }
            Kind::Method(object, name) => {
                if let Some(whys) = unsure {
                    args.push(Val::new(Kind::Unknown(whys.clone()), at));
                    self.lose(object, &whys);
                }
                self.method(object, name, args, keywords, at)
            }
            Kind::External(path) => {
                let path = path.clone();
                self.external(&path, args, keywords, unsure, at)
            }
            Kind::Instance(id) => match self.class_attribute_of(*id, "__call__").map(|value| value.kind) {
                Some(Kind::Function(function)) => {
                    args.insert(0, callee.clone());
                    self.call_function(&function, args, keywords, unsure, at)
                }
                _ => self.call_unknown(callee, args, keywords, at),
            },
            _ => self.call_unknown(callee, args, keywords, at),
        }
    }

    fn call_function(
        &mut self,
        function: &Rc<Function<'a>>,
        args: Vec<Val<'a>>,
        keywords: Keywords<'a>,
        unsure: Option<Whys>,
        at: At,
    ) -> Result<Val<'a>, Stop> {
        self.charge(1)?;
        self.called.push(function.at);
        if self.callers.len() >= super::MAX_CALLS {
            return self.limit(at, "the calls are nested too deeply");
        }
        if self.callers.iter().filter(|(name, _)| *name == function.name).count() > 20 {
            return self.limit(at, "a function calls itself too often");
        }
        let scope = self.heap.add(Obj::Scope { names: BTreeMap::new(), parent: Some(function.scope), open: None });
        let mut frame = self.frame(scope);
        let outer = self.enter_module(function.at);
        frame.class = function.class;
        frame.receiver = args.first().cloned();
        if is_deploy_name(&function.name) {
            for value in args.iter().chain(keywords.iter().map(|(_, value)| value)) {
                self.record_configs_in(value);
            }
        }
        let unsure = unsure.or_else(|| function.opaque.clone());
        self.bind_parameters(function, args, keywords, unsure, at, &frame);
        self.callers.push((function.name.clone(), at));
        let yields = matches!(function.body, Body::Block(body) if super::lazy::has_yield(body));
        let taken = std::mem::take(&mut self.gives);
        if yields {
            self.begin_yields();
        }
        let result = match function.body {
            Body::Expr(expr) => self.eval(expr, &mut frame),
            Body::Block(body) => self.body(body, &mut frame, at),
        };
        self.callers.pop();
        self.leave_module(outer);
        let given = yields.then(|| self.end_yields(result.is_ok(), taken, at));
        let value = result?;
        if let Some(whys) = &function.opaque {
            return Ok(Val::new(Kind::Unknown(whys.clone()), at));
        }
        Ok(given.unwrap_or(value))
    }
}

/// True for functions whose name says that they deploy.
fn is_deploy_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.contains("deploy") || lower.contains("rollout") || lower.contains("apply")
}

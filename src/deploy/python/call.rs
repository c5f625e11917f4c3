//! Calls: functions and classes of the script are followed with what is known of their arguments.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::Evaluator;
use super::exec::{Frame, Stop};
use super::value::{At, Binding, Body, Elem, Function, Key, Kind, Obj, ObjId, Val, Whys, why};
use crate::model::WhyKind;
use crate::python::ast::{self, Expr};

/// Keyword arguments.
pub type Keywords<'a> = Vec<(Rc<str>, Val<'a>)>;

impl<'a> Evaluator<'a> {
    pub(super) fn call_expr(
        &mut self,
        node: &'a ast::ExprCall,
        at: At,
        taken: bool,
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
                Ok(elements) => {
                    for element in elements {
                        match element {
                            Elem::One(value) => args.push(value),
                            Elem::Any(whys) | Elem::Either(_, whys) => unsure = Some(whys),
                        }
                    }
                }
                Err(whys) => unsure = Some(whys),
            }
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
        if !taken && self.is_lazy_call(&callee) {
            return self.unless_dropped(self.source(node), at, frame, &mut |evaluator| {
                evaluator.call(&callee, args.clone(), keywords.clone(), unsure.clone(), at)
            });
        }
        self.call(&callee, args, keywords, unsure, at)
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
            Kind::Function(function) => self.call_function(function, args, keywords, unsure, at),
            Kind::Bound(receiver, function) => {
                args.insert(0, (**receiver).clone());
                self.call_function(function, args, keywords, unsure, at)
            }
            Kind::Class(id) => self.construct(*id, args, keywords, unsure, at),
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

    /// Code that is not known may do anything with what it is given, also call it.
    pub fn call_unknown(
        &mut self,
        callee: &Val<'a>,
        args: Vec<Val<'a>>,
        keywords: Keywords<'a>,
        at: At,
    ) -> Result<Val<'a>, Stop> {
        self.hazards += 1;
        let text = "code that is not in the script is called";
        let whys = callee.whys().unwrap_or_else(|| why(WhyKind::Dynamic, text, at));
        for value in args.iter().chain(keywords.iter().map(|(_, value)| value)) {
            self.hand_over(value, &whys, at);
        }
        Ok(Val::new(Kind::Unknown(whys), at))
    }

    /// Gives a value to unknown code.
    pub fn hand_over(&mut self, value: &Val<'a>, whys: &Whys, at: At) {
        match &value.kind {
            Kind::Function(function) => {
                let condition = super::exec::Condition { text: format!("a call of {}", function.name), at };
                self.escaped.push((function.clone(), condition, false));
            }
            Kind::Bound(receiver, function) => {
                let condition = super::exec::Condition { text: format!("a call of {}", function.name), at };
                self.escaped.push((function.clone(), condition, false));
                self.lose(receiver, whys);
            }
            _ => {
                self.record_configs_in(value);
                self.lose(value, whys);
            }
        }
    }

    /// Makes an object, and everything that it holds, unknown.
    pub fn lose(&mut self, value: &Val<'a>, whys: &Whys) {
        let mut open = vec![value.clone()];
        let mut seen = BTreeSet::new();
        while let Some(value) = open.pop() {
            if let Kind::Tuple(values) = &value.kind {
                open.extend(values.iter().cloned());
            }
            let (Kind::List(id) | Kind::Set(id) | Kind::Dict(id) | Kind::Instance(id)) = value.kind else { continue };
            if !seen.insert(id) || seen.len() > 10_000 {
                continue;
            }
            match self.heap.get(id) {
                Some(Obj::List(elements)) => collect(elements, &mut open, 0),
                Some(Obj::Dict(dict)) => open.extend(dict.entries.iter().map(|entry| entry.value.clone())),
                Some(Obj::Instance { attributes, .. }) => open.extend(attributes.values().cloned()),
                _ => continue,
            }
            if let Some(object) = self.heap.get_mut(id) {
                match object {
                    // What it is stays known; what it holds does not.
                    Obj::Instance { attributes, open, .. } => {
                        for value in attributes.values_mut() {
                            *value = Val::new(Kind::Unknown(whys.clone()), value.at);
                        }
                        *open = Some(whys.clone());
                    }
                    other => *other = Obj::Lost(whys.clone()),
                }
            }
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
        let result = match function.body {
            Body::Expr(expr) => self.eval(expr, &mut frame),
            Body::Block(body) => self.body(body, &mut frame, at),
        };
        self.callers.pop();
        let value = result?;
        if let Some(whys) = &function.opaque {
            return Ok(Val::new(Kind::Unknown(whys.clone()), at));
        }
        if matches!(function.body, Body::Block(body) if super::lazy::has_yield(body)) {
            return Ok(Val::unknown(WhyKind::Unsupported, "generators are not evaluated", at));
        }
        Ok(value)
    }

    fn bind_parameters(
        &mut self,
        function: &Function<'a>,
        args: Vec<Val<'a>>,
        keywords: Keywords<'a>,
        unsure: Option<Whys>,
        at: At,
        frame: &Frame<'a>,
    ) {
        let Some(parameters) = function.parameters else { return };
        let mut args = args.into_iter();
        let mut keywords: BTreeMap<Rc<str>, Val<'a>> = keywords.into_iter().collect();
        let positional = parameters.posonlyargs.iter().chain(&parameters.args).map(|parameter| (parameter, true));
        for (parameter, positional) in
            positional.chain(parameters.kwonlyargs.iter().map(|parameter| (parameter, false)))
        {
            let name = parameter.name().as_str();
            let mut value = if positional { args.next() } else { None };
            if function.opaque.is_some() && value.is_none() {
                keywords.remove(name);
            }
            value = value.or_else(|| keywords.remove(name));
            let value = match (value, &unsure) {
                (Some(value), _) => value,
                (None, Some(whys)) => Val::new(Kind::Unknown(whys.clone()), at),
                (None, None) => function.defaults.get(name).cloned().unwrap_or_else(|| {
                    Val::unknown(WhyKind::EvaluationFailed, format!("the argument `{name}` is missing"), at)
                }),
            };
            self.bind(name, value, frame);
        }
        if let Some(parameter) = &parameters.vararg {
            let rest: Vec<Val> = args.collect();
            let value = match &unsure {
                Some(whys) => Val::new(Kind::Unknown(whys.clone()), at),
                None => Val::new(Kind::Tuple(rest.into()), at),
            };
            self.bind(parameter.name.as_str(), value, frame);
        }
        if let Some(parameter) = &parameters.kwarg {
            let entries = keywords.into_iter().map(|(name, value)| super::value::Entry {
                key: Key::Text(name),
                value,
                maybe: false,
            });
            let entries = entries.collect();
            let id = self.new_dict(entries, unsure, at);
            self.bind(parameter.name.as_str(), Val::new(Kind::Dict(id), at), frame);
        }
    }

    /// Calls a function without knowing any argument.
    pub fn call_with_unknowns(&mut self, value: &Val<'a>) -> Result<Val<'a>, Stop> {
        let whys = why(WhyKind::Dynamic, "the caller is not in the script", value.at);
        let whys = match &value.kind {
            Kind::Function(function) => function.opaque.clone().unwrap_or(whys),
            _ => whys,
        };
        self.call(value, Vec::new(), Vec::new(), Some(whys), value.at)
    }

    fn construct(
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

    fn call_super(
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
        match self.heap.get(instance) {
            Some(Obj::Instance { class, .. }) => self.class_attribute(*class, name),
            _ => None,
        }
    }

    /// `object.name`
    pub fn attribute(&mut self, object: &Val<'a>, name: &str, at: At) -> Result<Val<'a>, Stop> {
        Ok(match &object.kind {
            Kind::Instance(id) => {
                let (own, open, class) = match self.heap.get(*id) {
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
                    if function.binding == Binding::Property);
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
                            return self.call_function(&function, vec![object.clone()], Vec::new(), None, at);
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
            Kind::External(path) => Val::new(Kind::External(Rc::from(format!("{path}.{name}"))), at),
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
                    && &*reason.text == super::library::COMMAND_LINE
                {
                    let text = format!("`{name}` is given on the command line");
                    whys = why(WhyKind::Dynamic, text, at);
                }
                Val::new(Kind::Unknown(whys), at)
            }
            Kind::Function(_) | Kind::Bound(..) => {
                Val::unknown(WhyKind::Unsupported, "attributes of functions are not evaluated", at)
            }
            _ => Val::new(Kind::Method(Rc::new(object.clone()), Rc::from(name)), at),
        })
    }

    fn base_is_open(&self, class: ObjId, depth: usize) -> Option<Whys> {
        let Some(Obj::Class(class)) = self.heap.get(class) else { return None };
        if class.open.is_some() || depth > 20 {
            return class.open.clone();
        }
        class.bases.iter().find_map(|base| self.base_is_open(*base, depth + 1))
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
            Some(super::value::Entry { key: Key::Text(name), value, maybe: false })
        });
        let entries = entries.collect();
        Val::new(Kind::Dict(self.new_dict(entries, open, at)), at)
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

fn collect<'a>(elements: &[Elem<'a>], values: &mut Vec<Val<'a>>, depth: usize) {
    for element in elements {
        match element {
            Elem::One(value) => values.push(value.clone()),
            Elem::Any(_) => {}
            Elem::Either(alternatives, _) if depth < 20 => {
                for alternative in alternatives.iter() {
                    collect(alternative, values, depth + 1);
                }
            }
            Elem::Either(..) => {}
        }
    }
}

/// True for functions whose name says that they deploy.
fn is_deploy_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.contains("deploy") || lower.contains("rollout") || lower.contains("apply")
}

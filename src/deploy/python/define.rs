//! Functions, classes, imports and assignments: what gives names their values.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Evaluator;
use super::exec::{Flow, Frame, Stop};
use super::value::{At, Binding, Body, ClassObj, Elem, Entry, Function, Kind, Obj, Val, Whys, why};
use crate::model::WhyKind;
use crate::python::ast::{self, Expr};

impl<'a> Evaluator<'a> {
    /// Gives a name its value in the scope that Python would write to.
    pub fn bind(&mut self, name: &str, value: Val<'a>, frame: &Frame<'a>) {
        let scope = if frame.globals.contains(name) { self.module } else { frame.scope };
        if let Some(Obj::Scope { names, .. }) = self.heap.get_mut(scope) {
            names.insert(Rc::from(name), value);
        }
    }

    /// Makes a name unknown in every scope that may hold it.
    pub fn lose_name(&mut self, name: &str, frame: &Frame<'a>, whys: Whys) {
        let mut scope = Some(frame.scope);
        while let Some(id) = scope {
            let Some(Obj::Scope { names, parent, .. }) = self.heap.get_mut(id) else { return };
            if let Some(value) = names.get_mut(name) {
                *value = Val::new(Kind::Unknown(whys.clone()), value.at);
            }
            scope = *parent;
        }
    }

    /// Makes every name that holds data unknown, in every scope.
    pub fn lose_data(&mut self, whys: &Whys) {
        for id in 0..self.heap.len() {
            if !matches!(self.heap.get(id), Some(Obj::Scope { names, .. }) if !names.is_empty()) {
                continue;
            }
            let Some(Obj::Scope { names, .. }) = self.heap.get_mut(id) else { continue };
            for value in names.values_mut() {
                let is_code = matches!(
                    value.kind,
                    Kind::Function(_) | Kind::Bound(..) | Kind::Method(..) | Kind::Class(_) | Kind::External(_)
                );
                if !is_code {
                    *value = Val::new(Kind::Unknown(whys.clone()), value.at);
                }
            }
        }
    }

    /// The value of a name.
    pub fn lookup(&mut self, name: &str, at: At, frame: &Frame<'a>) -> Val<'a> {
        let mut scope = Some(frame.scope);
        let mut open = None;
        while let Some(id) = scope {
            let Some(Obj::Scope { names, parent, open: here }) = self.heap.get(id) else { break };
            if let Some(value) = names.get(name) {
                return value.clone();
            }
            open = open.or_else(|| here.clone());
            scope = *parent;
        }
        match name {
            "__name__" => return Val::text("__main__", at),
            "__file__" => return Val::unknown(WhyKind::Dynamic, "the script's own path is known when it runs", at),
            _ => {}
        }
        if let Some(whys) = open {
            self.hazards += 1;
            return Val::new(Kind::Unknown(whys), at);
        }
        if super::library::is_builtin(name) {
            return Val::new(Kind::External(Rc::from(name)), at);
        }
        self.hazards += 1;
        Val::unknown(WhyKind::EvaluationFailed, format!("the name `{name}` is not defined"), at)
    }

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
                let intercepted = self.class_attribute_of(*id, "__setattr__").is_some()
                    || matches!(self.class_attribute_of(*id, name), Some(Val { kind: Kind::Function(function), .. })
                        if function.binding == Binding::Property);
                if intercepted {
                    let text = format!("what setting `{name}` does is not evaluated");
                    self.lose(object, &why(WhyKind::Unsupported, text, at));
                    return Ok(());
                }
                let guards = self.current_guards().into();
                match self.heap.get_mut(*id) {
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
                if let Some(Obj::Class(class)) = self.heap.get_mut(*id) {
                    class.attributes.insert(Rc::from(name), value);
                }
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
                let Some(key) = key.as_key() else {
                    let whys = why(WhyKind::Dynamic, "an item is set whose key is not known", at);
                    self.lose(object, &whys);
                    return;
                };
                if let Some(Obj::Dict(dict)) = self.heap.get_mut(*id) {
                    if key == super::value::Key::Text("vpc_access".into()) {
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
                match (&object.kind, key.as_key()) {
                    (Kind::Dict(id), Some(key)) => {
                        if let Some(Obj::Dict(dict)) = self.heap.get_mut(*id) {
                            dict.entries.retain(|entry| entry.key != key);
                        }
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
            (Kind::List(_), ast::Operator::Add) => self.extend(&old, &value, at),
            (Kind::Dict(_), ast::Operator::BitOr) => self.update(&old, &value, at),
            (Kind::Set(_), _) => {
                let whys = why(WhyKind::Unsupported, "this change of a set is not evaluated", at);
                self.lose(&old, &whys);
            }
            _ => {
                let value = self.binary(&old, node.op, &value, at);
                self.assign(&node.target, value, frame)?;
            }
        }
        Ok(())
    }

    /// `import a.b as c`
    pub fn import(&mut self, node: &'a ast::StmtImport, frame: &Frame<'a>) {
        for alias in &node.names {
            let full = alias.name.as_str();
            let at = self.at(alias);
            let (name, path) = match &alias.asname {
                Some(name) => (name.as_str(), full),
                None => {
                    let first = full.split('.').next().unwrap_or(full);
                    (first, first)
                }
            };
            self.bind(name, Val::new(Kind::External(Rc::from(path)), at), frame);
        }
    }

    /// `from a import b as c`
    pub fn import_from(&mut self, node: &'a ast::StmtImportFrom, frame: &Frame<'a>) {
        let module = node.module.as_ref().map_or("", |module| module.as_str());
        for alias in &node.names {
            let at = self.at(alias);
            if alias.name.as_str() == "*" {
                let whys = why(WhyKind::Unsupported, format!("it may come from `from {module} import *`"), at);
                if let Some(Obj::Scope { open, .. }) = self.heap.get_mut(frame.scope) {
                    *open = Some(whys);
                }
                continue;
            }
            let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            let dots = ".".repeat(node.level as usize);
            let path = format!("{dots}{module}.{}", alias.name.as_str());
            self.bind(name, Val::new(Kind::External(Rc::from(path)), at), frame);
        }
    }

    /// `def name(…): …`
    pub fn define_function(&mut self, node: &'a ast::StmtFunctionDef, frame: &mut Frame<'a>) -> Result<(), Stop> {
        let at = self.at(&node.name);
        let mut function = Function {
            name: Rc::from(node.name.as_str()),
            parameters: Some(&node.parameters),
            body: Body::Block(&node.body),
            defaults: self.defaults(&node.parameters, frame)?,
            scope: frame.scope,
            class: frame.class,
            binding: Binding::Plain,
            opaque: None,
            at,
        };
        let mut wrappers = Vec::new();
        let mut bound_name = node.name.to_string();
        for decorator in node.decorator_list.iter().rev() {
            let text = self.source(&decorator.expression);
            let callee = text.split('(').next().unwrap_or_default();
            match callee.rsplit('.').next().unwrap_or_default() {
                "staticmethod" => function.binding = Binding::Static,
                "classmethod" => function.binding = Binding::Class,
                "property" | "cached_property" => function.binding = Binding::Property,
                "setter" if callee == format!("{}.setter", node.name) => bound_name = setter_name(&node.name),
                "lru_cache" | "cache" | "wraps" | "abstractmethod" | "override" | "final" | "retry"
                    if !self.is_own_name(callee, at, frame) => {}
                _ => wrappers.push((decorator, text)),
            }
        }
        let mut value: Option<Val> = None;
        for (decorator, text) in wrappers {
            let decorating = self.eval(&decorator.expression, frame)?;
            let condition = super::exec::Condition { text: format!("@{text}"), at: self.at(decorator) };
            if matches!(decorating.kind, Kind::Function(_) | Kind::Bound(..)) {
                let inner = value.take().unwrap_or_else(|| {
                    let plain = std::mem::replace(&mut function, placeholder(frame.scope, at));
                    Val::new(Kind::Function(Rc::new(plain)), at)
                });
                value = Some(self.call(&decorating, vec![inner], Vec::new(), None, self.at(decorator))?);
                continue;
            }
            let whys = why(WhyKind::Dynamic, format!("`@{text}` decides it"), self.at(decorator));
            match &value {
                // Another decorator that is not known: the function stays one that may be called with anything.
                Some(Val { kind: Kind::Function(inner), .. }) if inner.opaque.is_some() => continue,
                None => function.opaque = Some(whys),
                Some(_) => value = Some(Val::new(Kind::Unknown(whys), at)),
            }
            if value.is_none() {
                let function = Rc::new(std::mem::replace(&mut function, placeholder(frame.scope, at)));
                self.escaped.push((function.clone(), condition, true));
                value = Some(Val::new(Kind::Function(function), at));
            }
        }
        let value = value.unwrap_or_else(|| Val::new(Kind::Function(Rc::new(function)), at));
        self.bind(&bound_name, value, frame);
        Ok(())
    }

    /// True where the first name of a dotted path is something that the script defines itself.
    fn is_own_name(&mut self, path: &str, at: At, frame: &Frame<'a>) -> bool {
        let name = path.split('.').next().unwrap_or_default().trim();
        let hazards = self.hazards;
        let value = self.lookup(name, at, frame);
        self.hazards = hazards;
        !matches!(value.kind, Kind::External(_) | Kind::Unknown(_))
    }

    /// The defaults of parameters, which Python evaluates where the function is defined.
    pub fn defaults(
        &mut self,
        parameters: &'a ast::Parameters,
        frame: &mut Frame<'a>,
    ) -> Result<BTreeMap<Rc<str>, Val<'a>>, Stop> {
        let mut defaults = BTreeMap::new();
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(default) = parameter.default() {
                let value = self.eval(default, frame)?;
                defaults.insert(Rc::from(parameter.name().as_str()), value);
            }
        }
        Ok(defaults)
    }

    /// `class Name(…): …`
    pub fn define_class(&mut self, node: &'a ast::StmtClassDef, frame: &mut Frame<'a>) -> Result<(), Stop> {
        let at = self.at(&node.name);
        let mut class = ClassObj {
            name: Rc::from(node.name.as_str()),
            attributes: BTreeMap::new(),
            bases: Vec::new(),
            open: None,
            fields: None,
            factories: BTreeMap::new(),
            is_enum: false,
        };
        let mut fields: Vec<Rc<str>> = Vec::new();
        let mut has_fields = false;
        for base in node.arguments.iter().flat_map(|arguments| arguments.args.iter()) {
            let value = self.eval(base, frame)?;
            let text = self.source(base);
            match (&value.kind, text.rsplit('.').next().unwrap_or_default()) {
                (Kind::Class(id), _) => {
                    if let Some(Obj::Class(parent)) = self.heap.get(*id) {
                        fields.extend(parent.fields.iter().flatten().cloned());
                        has_fields |= parent.fields.is_some();
                        class.is_enum |= parent.is_enum;
                        class.factories.extend(parent.factories.clone());
                    }
                    class.bases.push(*id);
                }
                (_, "Enum") => class.is_enum = true,
                (_, "NamedTuple" | "TypedDict") => has_fields = text.ends_with("NamedTuple"),
                (_, "object" | "ABC" | "Protocol") | (_, "Exception" | "RuntimeError" | "ValueError") => {}
                _ if text.starts_with("Generic[") || text.starts_with("typing.Generic[") => {}
                _ => {
                    let text = format!("the base class `{text}` is not in the script");
                    class.open = Some(why(WhyKind::Unsupported, text, self.at(base)));
                }
            }
        }
        for decorator in &node.decorator_list {
            let text = self.source(&decorator.expression);
            match text.split('(').next().unwrap_or_default().rsplit('.').next().unwrap_or_default() {
                "dataclass" => has_fields = true,
                "define" | "frozen" | "s" | "attrs" if text.starts_with("attr") => has_fields = true,
                _ => {
                    let text = format!("`@{text}` decides it");
                    class.open = Some(why(WhyKind::Dynamic, text, self.at(decorator)));
                }
            }
        }
        let parent = frame.scope;
        let scope = self.heap.add(Obj::Scope { names: BTreeMap::new(), parent: Some(parent), open: None });
        let id = self.heap.add(Obj::Class(class.clone()));
        let mut inner = self.frame(scope);
        inner.class = Some(id);
        for statement in &node.body {
            if let ast::Stmt::AnnAssign(field) = statement
                && let Expr::Name(name) = field.target.as_ref()
                && !self.source(field.annotation.as_ref()).contains("ClassVar")
            {
                let name: Rc<str> = Rc::from(name.id.as_str());
                if !fields.contains(&name) {
                    fields.push(name);
                }
            }
        }
        match self.block(&node.body, &mut inner)? {
            Flow::Next => {}
            _ => return Ok(()),
        }
        let Some(Obj::Scope { names, .. }) = self.heap.get(scope) else { return Ok(()) };
        let mut attributes = names.clone();
        for field in &fields {
            let is_field = attributes.get(field).and_then(|value| field_spec(&value.kind));
            if is_field == Some(()) {
                let Some(value) = attributes.remove(field) else { continue };
                if let Kind::Method(spec, _) = value.kind {
                    class.factories.insert(field.clone(), (*spec).clone());
                }
            }
        }
        if class.is_enum {
            attributes = self.enum_members(attributes, id);
        }
        // A method sees the module's names, not those of its class.
        self.reparent(&mut attributes, scope, parent);
        class.attributes = attributes;
        class.fields = has_fields.then_some(fields);
        if let Some(object) = self.heap.get_mut(id) {
            *object = Obj::Class(class);
        }
        self.bind(node.name.as_str(), Val::new(Kind::Class(id), at), frame);
        Ok(())
    }

    fn enum_members(&mut self, attributes: BTreeMap<Rc<str>, Val<'a>>, class: usize) -> BTreeMap<Rc<str>, Val<'a>> {
        let mut members = BTreeMap::new();
        for (name, value) in attributes {
            let data = matches!(value.kind, Kind::Text(_) | Kind::Int(_) | Kind::Tuple(_) | Kind::Unknown(_));
            if !data || name.starts_with('_') {
                members.insert(name, value);
                continue;
            }
            let at = value.at;
            let attributes = [(Rc::from("name"), Val::text(name.clone(), at)), (Rc::from("value"), value)].into();
            let id = self.heap.add(Obj::Instance { class, attributes, open: None });
            members.insert(name, Val::new(Kind::Instance(id), at));
        }
        members
    }

    fn reparent(&mut self, attributes: &mut BTreeMap<Rc<str>, Val<'a>>, scope: usize, parent: usize) {
        for value in attributes.values_mut() {
            if let Kind::Function(function) = &value.kind
                && function.scope == scope
            {
                let moved = Function {
                    name: function.name.clone(),
                    parameters: function.parameters,
                    body: function.body,
                    defaults: function.defaults.clone(),
                    scope: parent,
                    class: function.class,
                    binding: function.binding,
                    opaque: function.opaque.clone(),
                    at: function.at,
                };
                value.kind = Kind::Function(Rc::new(moved));
            }
        }
    }
}

/// The name under which a class keeps what sets a property; no name of Python has a dot.
fn setter_name(property: &str) -> String {
    format!("{property}.setter")
}

/// Sets an entry of a dict.
pub fn put<'a>(entries: &mut Vec<Entry<'a>>, key: super::value::Key, value: Val<'a>) {
    match entries.iter_mut().find(|entry| entry.key == key) {
        Some(entry) => {
            entry.value = value;
            entry.maybe = false;
        }
        None => entries.push(Entry { key, value, maybe: false }),
    }
}

/// A `field(default_factory=…)`, as `library` gives it.
fn field_spec(kind: &Kind<'_>) -> Option<()> {
    matches!(kind, Kind::Method(_, name) if &**name == "default_factory").then_some(())
}

fn placeholder<'a>(scope: usize, at: At) -> Function<'a> {
    Function {
        name: Rc::from(""),
        parameters: None,
        body: Body::Block(&[]),
        defaults: BTreeMap::new(),
        scope,
        class: None,
        binding: Binding::Plain,
        opaque: None,
        at,
    }
}

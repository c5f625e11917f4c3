//! Class definitions, enums and dataclasses included.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::deploy::python::Evaluator;
use crate::deploy::python::exec::{Flow, Frame, Stop};
use crate::deploy::python::value::{ClassObj, Function, Kind, Obj, Val, why};
use crate::model::WhyKind;
use crate::python::ast::{self, Expr};

impl<'a> Evaluator<'a> {
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
            is_tuple: false,
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
                        class.is_tuple |= parent.is_tuple;
                        class.factories.extend(parent.factories.clone());
                    }
                    class.bases.push(*id);
                }
                (_, "Enum") => class.is_enum = true,
                (_, "NamedTuple" | "TypedDict") => {
                    class.is_tuple = text.ends_with("NamedTuple");
                    has_fields = class.is_tuple;
                }
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
        let value = Val::new(Kind::Class(id), at);
        self.bind(node.name.as_str(), value.clone(), frame);
        self.tell_bases(node, &value, frame)
    }

    /// The bases of a new class run `__init_subclass__`.
    fn tell_bases(&mut self, node: &'a ast::StmtClassDef, class: &Val<'a>, frame: &mut Frame<'a>) -> Result<(), Stop> {
        let bases = match &class.kind {
            Kind::Class(id) => match self.heap.get(*id) {
                Some(Obj::Class(class)) => class.bases.clone(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        let hook = bases.iter().find_map(|base| self.class_attribute(*base, "__init_subclass__"));
        let mut keywords = Vec::new();
        for keyword in node.arguments.iter().flat_map(|arguments| arguments.keywords.iter()) {
            let value = self.eval(&keyword.value, frame)?;
            match &keyword.arg {
                Some(name) if name.as_str() == "metaclass" => {
                    if matches!(value.kind, Kind::Class(_)) {
                        let text = "what a metaclass does is not evaluated";
                        self.incomplete(WhyKind::Unsupported, text, class.at);
                    }
                }
                Some(name) => keywords.push((Rc::from(name.as_str()), value)),
                None => {}
            }
        }
        if let Some(hook @ Val { kind: Kind::Function(_), .. }) = hook {
            self.call(&hook, vec![class.clone()], keywords, None, class.at)?;
        }
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
                    cached: function.cached,
                    at: function.at,
                };
                value.kind = Kind::Function(Rc::new(moved));
            }
        }
    }
}

/// A `field(default_factory=…)`, as `library` gives it.
fn field_spec(kind: &Kind<'_>) -> Option<()> {
    matches!(kind, Kind::Method(_, name) if &**name == "default_factory").then_some(())
}

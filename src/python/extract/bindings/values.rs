//! What an assignment or a call binds a name to.

use std::sync::Arc;

use super::Reader;
use crate::python::ast::{self, Expr};
use crate::python::literal::{dotted, last_component, string, strings};
use crate::python::namespace::Bound;
use crate::python::range_of;

impl Reader<'_> {
    pub(super) fn assign(&mut self, target: &Expr, value: &Expr) {
        match target {
            Expr::Name(name) => {
                let bound = self.value(value);
                self.set(name.id.clone(), bound);
            }
            Expr::Attribute(attribute) => {
                if let Expr::Name(owner) = &*attribute.value {
                    let bound = self.value(value);
                    self.attribute(&owner.id, &attribute.attr, bound);
                }
            }
            Expr::Subscript(subscript) => self.item(subscript, value),
            _ => self.unknown(target),
        }
    }

    /// `globals()["name"] = value`
    fn item(&mut self, subscript: &ast::ExprSubscript, value: &Expr) {
        let Expr::Call(call) = &*subscript.value else { return };
        if !matches!(dotted(&call.func).as_deref(), Some("globals" | "vars" | "locals")) || !call.arguments.is_empty() {
            return;
        }
        match string(&subscript.slice) {
            Some(name) => {
                let bound = self.value(value);
                self.set(name, bound);
            }
            None => self.opened(range_of(subscript)),
        }
    }

    /// Puts an attribute on a function or class of the module.
    fn attribute(&mut self, owner: &str, name: &str, value: Vec<Bound>) {
        let Some(mut owners) = self.get(owner).cloned() else { return };
        for owned in &mut owners {
            match owned {
                Bound::Function(function) if name == "__test__" => {
                    Arc::make_mut(function).test_flag = flag(&value);
                }
                Bound::Class(class) => {
                    Arc::make_mut(class).body.names.insert(name.into(), value.clone());
                }
                _ => {}
            }
        }
        self.set(owner, owners);
    }

    pub(super) fn augment(&mut self, target: &Expr, value: &Expr) {
        let Expr::Name(name) = target else { return };
        let known = self.get(&name.id).cloned();
        let bound = match (known.as_deref(), strings(value)) {
            (Some([Bound::Texts(texts)]), Some(more)) => Bound::Texts([texts.as_slice(), &more].concat()),
            (Some([Bound::Plain]), _) => Bound::Plain,
            _ => Bound::Unknown(range_of(name)),
        };
        self.bind(name.id.clone(), bound);
    }

    pub(super) fn call(&mut self, call: &ast::ExprCall) {
        let arguments = &call.arguments.args;
        let name = dotted(&call.func);
        match name.as_deref() {
            Some("sys.exit" | "exit" | "quit" | "pytest.exit") => return self.end(),
            Some("pytest.skip" | "pytest.fail") => {
                let allowed = call.arguments.find_keyword("allow_module_level").is_some();
                if self.layers.len() == 1 && !allowed {
                    self.raises.get_or_insert_with(|| range_of(call));
                }
                return self.end();
            }
            Some("setattr") => return self.set_attribute(call),
            Some("exec") => return self.opened(range_of(call)),
            _ => {}
        }
        let Expr::Attribute(method) = &*call.func else { return };
        match &*method.value {
            Expr::Call(inner) if matches!(dotted(&inner.func).as_deref(), Some("globals" | "vars" | "locals")) => {
                if matches!(method.attr.as_str(), "update" | "setdefault" | "__setitem__") {
                    self.opened(range_of(call));
                }
            }
            Expr::Name(owner) => {
                let Some([Bound::Texts(texts)]) = self.get(&owner.id).map(Vec::as_slice) else { return };
                let more = match (method.attr.as_str(), arguments.first()) {
                    ("append", Some(value)) => string(value).map(|text| vec![text.to_owned()]),
                    ("extend", Some(value)) => strings(value),
                    ("index" | "count" | "copy", _) => return,
                    _ => None,
                };
                let bound = match more {
                    Some(more) => Bound::Texts([texts.as_slice(), &more].concat()),
                    None => Bound::Unknown(range_of(call)),
                };
                self.bind(owner.id.clone(), bound);
            }
            _ => {}
        }
    }

    fn set_attribute(&mut self, call: &ast::ExprCall) {
        let [owner, name, value] = &call.arguments.args[..] else { return };
        match (owner, string(name)) {
            (Expr::Name(owner), Some(name)) => {
                let bound = self.value(value);
                self.attribute(&owner.id, name, bound);
            }
            (Expr::Name(owner), None) => {
                let Some(mut owners) = self.get(&owner.id).cloned() else { return };
                for owned in &mut owners {
                    if let Bound::Class(class) = owned {
                        Arc::make_mut(class).body.open.get_or_insert(range_of(call));
                    }
                }
                self.set(owner.id.clone(), owners);
            }
            _ => self.opened(range_of(call)),
        }
    }

    fn value(&self, value: &Expr) -> Vec<Bound> {
        let one = match value {
            Expr::Name(name) => match self.get(&name.id) {
                Some(known) => return known.clone(),
                None => Bound::Alias(name.id.to_string()),
            },
            Expr::Attribute(_) => dotted(value).map_or_else(|| Bound::Unknown(range_of(value)), Bound::Alias),
            Expr::Lambda(_) => Bound::Callable,
            Expr::BooleanLiteral(literal) => Bound::Flag(literal.value),
            Expr::Call(call) => match dotted(&call.func) {
                Some(_) if last_component(&call.func) == Some("partial") => Bound::Callable,
                Some(name) => Bound::Call(name, range_of(call)),
                None => Bound::Unknown(range_of(call)),
            },
            Expr::List(_) | Expr::Tuple(_) => strings(value).map_or(Bound::Plain, Bound::Texts),
            Expr::NumberLiteral(_)
            | Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::FString(_)
            | Expr::Dict(_)
            | Expr::Set(_)
            | Expr::SetComp(_)
            | Expr::DictComp(_)
            | Expr::Generator(_)
            | Expr::Compare(_)
            | Expr::BinOp(_)
            | Expr::UnaryOp(_) => Bound::Plain,
            other => Bound::Unknown(range_of(other)),
        };
        vec![one]
    }
}

fn flag(value: &[Bound]) -> Option<bool> {
    match value {
        [Bound::Flag(flag)] => Some(*flag),
        _ => None,
    }
}

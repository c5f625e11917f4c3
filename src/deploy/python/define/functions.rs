//! Function definitions: their decorators and defaults.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::assignments::setter_name;
use crate::deploy::python::Evaluator;
use crate::deploy::python::exec::{Condition, Frame, Stop};
use crate::deploy::python::value::{At, Binding, Body, Function, Kind, Val, why};
use crate::model::WhyKind;
use crate::python::ast;

impl<'a> Evaluator<'a> {
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
            cached: false,
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
                "property" => function.binding = Binding::Property,
                "cached_property" => (function.binding, function.cached) = (Binding::Property, true),
                "setter" if callee == format!("{}.setter", node.name) => bound_name = setter_name(&node.name),
                "lru_cache" | "cache" if !self.is_own_name(callee, at, frame) => function.cached = true,
                "wraps" | "abstractmethod" | "override" | "final" | "retry" if !self.is_own_name(callee, at, frame) => {
                }
                _ => wrappers.push((decorator, text)),
            }
        }
        let mut value: Option<Val> = None;
        for (decorator, text) in wrappers {
            let decorating = self.eval(&decorator.expression, frame)?;
            let condition = Condition { text: format!("@{text}"), at: self.at(decorator) };
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
                let made = Val::new(Kind::Function(function), at);
                self.escaped.push((made.clone(), condition, true));
                value = Some(made);
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
        cached: false,
        at,
    }
}

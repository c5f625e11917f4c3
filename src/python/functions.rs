//! What the definition of a function says beside its name: decorators, parameters, and what calling it gives.

use std::ops::Range;

use super::ast::visitor::{self, Visitor};
use super::ast::{self, Expr, Stmt};
use super::facts::Unfilled;
use super::literal::{dotted, elements, last_component, string};
use super::namespace::{Decorator, Returns};
use super::range_of;

/// How deep functions that make functions are followed.
const MAX_NESTING: usize = 4;

/// Reads a decorator.
pub fn decorator(decorator: &ast::Decorator) -> Decorator {
    let (named, call) = match &decorator.expression {
        Expr::Call(call) => (&*call.func, Some(call)),
        other => (other, None),
    };
    let without_init =
        call.is_some_and(|call| call.arguments.find_keyword("init").is_some_and(|keyword| is_false(&keyword.value)));
    Decorator { name: dotted(named), called: call.is_some(), without_init, range: range_of(&decorator.expression) }
}

fn is_false(value: &Expr) -> bool {
    matches!(value, Expr::BooleanLiteral(literal) if !literal.value)
}

/// True where a body yields, functions inside it aside.
pub fn yields(body: &[Stmt]) -> bool {
    struct Yields(bool);
    impl<'a> Visitor<'a> for Yields {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            if !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
                visitor::walk_stmt(self, statement);
            }
        }

        fn visit_expr(&mut self, expression: &'a Expr) {
            match expression {
                Expr::Yield(_) | Expr::YieldFrom(_) => self.0 = true,
                Expr::Lambda(_) => {}
                _ => visitor::walk_expr(self, expression),
            }
        }
    }
    let mut found = Yields(false);
    found.visit_body(body);
    found.0
}

/// The parameters of a function that can be given by name.
fn parameters(definition: &ast::StmtFunctionDef) -> impl Iterator<Item = &str> {
    let parameters = &definition.parameters;
    let named = parameters.args.iter().chain(&parameters.kwonlyargs);
    named.map(|parameter| parameter.parameter.name.as_str())
}

/// The first name that `parametrize` gives values to in vain.
pub fn unfilled(definition: &ast::StmtFunctionDef) -> Option<Box<Unfilled>> {
    let given = parametrized(definition);
    if given.is_empty() {
        return None;
    }
    let parameters: Vec<&str> = parameters(definition).collect();
    let alone = parameters.iter().all(|name| *name == "self" || given.iter().any(|(given, _)| given == name));
    let (name, at) = given.into_iter().find(|(name, _)| !parameters.contains(&name.as_str()))?;
    Some(Box::new(Unfilled { name, at, alone }))
}

/// The names that `parametrize` marks of a function give values to.
fn parametrized(definition: &ast::StmtFunctionDef) -> Vec<(String, Range<usize>)> {
    let mut found = Vec::new();
    for decorator in &definition.decorator_list {
        let Expr::Call(call) = &decorator.expression else { continue };
        if last_component(&call.func) != Some("parametrize") {
            continue;
        }
        let named = call.arguments.find_keyword("argnames").map(|keyword| &keyword.value);
        let Some(names) = call.arguments.args.first().or(named) else { continue };
        let mut add = |text: &str| found.push((text.trim().to_owned(), range_of(names)));
        match (string(names), elements(names)) {
            (Some(text), _) => text.split(',').filter(|name| !name.trim().is_empty()).for_each(&mut add),
            (None, Some(list)) => list.iter().filter_map(string).for_each(&mut add),
            (None, None) => {}
        }
    }
    found
}

/// What calling a function gives; `yields` tells whether it is a generator.
pub fn returns(definition: &ast::StmtFunctionDef, yields: bool) -> Returns {
    if yields { Returns::Unknown } else { returns_at(definition, 0) }
}

fn returns_at(definition: &ast::StmtFunctionDef, depth: usize) -> Returns {
    if depth >= MAX_NESTING || definition.is_async || (depth > 0 && yields(&definition.body)) {
        return Returns::Unknown;
    }
    let mut found = Found::default();
    found.visit_body(&definition.body);
    let ends = matches!(definition.body.last(), Some(Stmt::Return(_)));
    let values: Vec<Returns> = found
        .values
        .iter()
        .map(|value| value.map_or(Returns::Nothing, |value| given(definition, value, depth)))
        .collect();
    match values.split_first() {
        None => Returns::Nothing,
        Some((first, others)) if others.iter().all(|other| other == first) && (ends || *first == Returns::Nothing) => {
            first.clone()
        }
        Some(_) => Returns::Unknown,
    }
}

#[derive(Default)]
struct Found<'a> {
    values: Vec<Option<&'a Expr>>,
}

impl<'a> Visitor<'a> for Found<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Return(returned) => self.values.push(returned.value.as_deref()),
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

fn given(definition: &ast::StmtFunctionDef, value: &Expr, depth: usize) -> Returns {
    match value {
        Expr::NoneLiteral(_) => Returns::Nothing,
        Expr::Lambda(_) => Returns::Function(Box::default()),
        Expr::Name(name) => {
            let inner = definition.body.iter().rev().find_map(|statement| match statement {
                Stmt::FunctionDef(inner) if inner.name.as_str() == name.id.as_str() => Some(inner),
                _ => None,
            });
            let keeps = |inner: &ast::StmtFunctionDef| {
                let mut named = inner.decorator_list.iter().map(decorator);
                named.all(|decorator| {
                    decorator.name.is_some_and(|name| matches!(name.as_str(), "wraps" | "functools.wraps"))
                })
            };
            match inner {
                Some(inner) if keeps(inner) => Returns::Function(Box::new(returns_at(inner, depth + 1))),
                None if is_parameter(definition, &name.id) && !assigns(&definition.body, &name.id) => {
                    Returns::Parameter
                }
                _ => Returns::Unknown,
            }
        }
        _ => Returns::Unknown,
    }
}

fn is_parameter(definition: &ast::StmtFunctionDef, name: &str) -> bool {
    let parameters = &definition.parameters;
    let mut all = parameters.posonlyargs.iter().chain(&parameters.args).chain(&parameters.kwonlyargs);
    all.any(|parameter| parameter.parameter.name.as_str() == name)
}

/// True where a body may bind the name anew.
fn assigns(body: &[Stmt], name: &str) -> bool {
    struct Assigns<'n>(&'n str, bool);
    impl<'a> Visitor<'a> for Assigns<'_> {
        fn visit_expr(&mut self, expression: &'a Expr) {
            if let Expr::Name(found) = expression
                && found.ctx != ast::ExprContext::Load
                && found.id.as_str() == self.0
            {
                self.1 = true;
            }
            visitor::walk_expr(self, expression);
        }
    }
    let mut found = Assigns(name, false);
    found.visit_body(body);
    found.1
}

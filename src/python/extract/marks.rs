//! Marks that importing a file makes, and docstrings that have examples.

use std::ops::Range;

use crate::python::ast::visitor::{self, Visitor};
use crate::python::ast::{self, Expr, Stmt};
use crate::python::literal::{is_one_of, string};
use crate::python::mentions::{Mentions, Subject};
use crate::python::range_of;

/// How deep classes inside classes are followed.
const MAX_NESTING: usize = 8;

/// The marks that importing a file makes: those of decorators, `pytestmark` and parameters, but not those inside
/// functions.
pub(super) fn used(mentions: Mentions, body: &[Stmt]) -> Vec<(String, Range<usize>)> {
    if !mentions.any(Subject::Marks) {
        return Vec::new();
    }
    let mut marks = Marks(Vec::new());
    marks.visit_body(body);
    marks.0
}

struct Marks(Vec<(String, Range<usize>)>);

impl<'a> Visitor<'a> for Marks {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(definition) => {
                definition.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
            }
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Lambda(_) => {}
            Expr::Attribute(attribute) if is_one_of(&attribute.value, &["pytest.mark", "mark"]) => {
                // The first use of a mark says all of it.
                let name = attribute.attr.as_str();
                if !self.0.iter().any(|(known, _)| known == name) {
                    self.0.push((name.to_owned(), range_of(attribute)));
                }
            }
            _ => visitor::walk_expr(self, expression),
        }
    }
}

/// The dotted names, inside the module, of what has examples in its docstring; empty for the module itself.
pub(super) fn doctests(mentions: Mentions, body: &[Stmt]) -> Vec<String> {
    let mut found = Vec::new();
    if mentions.any(Subject::Doctests) {
        if has_example(body) {
            found.push(String::new());
        }
        below("", body, 0, &mut found);
        found.sort();
        found.dedup();
    }
    found
}

fn below(prefix: &str, body: &[Stmt], depth: usize, found: &mut Vec<String>) {
    for statement in body {
        let (name, inner, is_class) = match statement {
            Stmt::FunctionDef(definition) => (&definition.name, &definition.body, false),
            Stmt::ClassDef(definition) => (&definition.name, &definition.body, true),
            _ => continue,
        };
        let name = if prefix.is_empty() { name.to_string() } else { format!("{prefix}.{name}") };
        if has_example(inner) {
            found.push(name.clone());
        }
        if is_class && depth < MAX_NESTING {
            below(&name, inner, depth + 1, found);
        }
    }
}

fn has_example(body: &[Stmt]) -> bool {
    match body.first() {
        Some(Stmt::Expr(ast::StmtExpr { value, .. })) => {
            string(value).is_some_and(|text| text.lines().any(|line| line.trim_start().starts_with(">>> ")))
        }
        _ => false,
    }
}

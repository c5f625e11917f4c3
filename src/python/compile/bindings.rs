//! Names that a scope declares and binds.

use std::collections::HashMap;

use ruff_text_size::{Ranged, TextRange};

use crate::python::ast::visitor::{self, Visitor};
use crate::python::ast::{self, Expr, Pattern, Stmt};
use crate::python::bound_by_pattern;

/// `global` and `nonlocal` declarations of one scope, each with its first place.
#[derive(Default)]
pub(super) struct Declared<'a> {
    globals: HashMap<&'a str, TextRange>,
    nonlocals: HashMap<&'a str, TextRange>,
}

impl<'a> Declared<'a> {
    /// Those of a body, without the scopes inside it.
    pub(super) fn of(body: &'a [Stmt]) -> Self {
        let mut declared = Self::default();
        declared.visit_body(body);
        declared
    }

    /// A name that is declared in both ways.
    pub(super) fn twice(&self) -> Option<(&'a str, TextRange)> {
        let both = self.nonlocals.iter().filter(|(name, _)| self.globals.contains_key(*name));
        both.min_by_key(|(_, range)| range.start()).map(|(name, range)| (*name, *range))
    }

    pub(super) fn global(&self, name: &str) -> Option<TextRange> {
        self.globals.get(name).copied()
    }

    pub(super) fn nonlocal(&self, name: &str) -> Option<TextRange> {
        self.nonlocals.get(name).copied()
    }
}

impl<'a> Visitor<'a> for Declared<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Global(global) => note(&mut self.globals, &global.names, global.range()),
            Stmt::Nonlocal(nonlocal) => note(&mut self.nonlocals, &nonlocal.names, nonlocal.range()),
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

fn note<'a>(declared: &mut HashMap<&'a str, TextRange>, names: &'a [ast::Identifier], range: TextRange) {
    for name in names {
        declared.entry(name.as_str()).or_insert(range);
    }
}

/// True where the body of a function binds the name in its own scope.
pub(super) fn binds(body: &[Stmt], name: &str) -> bool {
    let mut search = Search { name, found: false };
    search.visit_body(body);
    search.found
}

struct Search<'n> {
    name: &'n str,
    found: bool,
}

impl Search<'_> {
    fn see(&mut self, name: &str) {
        self.found |= name == self.name;
    }
}

impl<'a> Visitor<'a> for Search<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(definition) => self.see(definition.name.as_str()),
            Stmt::ClassDef(definition) => self.see(definition.name.as_str()),
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if !name.ctx.is_load() => self.see(name.id.as_str()),
            // What they bind is theirs, but for `:=` in a comprehension, which binds outside of it.
            Expr::Lambda(_) => {}
            _ => visitor::walk_expr(self, expr),
        }
    }

    fn visit_comprehension(&mut self, comprehension: &'a ast::Comprehension) {
        self.visit_expr(&comprehension.iter);
        comprehension.ifs.iter().for_each(|condition| self.visit_expr(condition));
    }

    fn visit_alias(&mut self, alias: &'a ast::Alias) {
        let bound = alias.asname.as_ref().map_or(alias.name.as_str(), |name| name.as_str());
        self.see(bound.split('.').next().unwrap_or_default());
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.see(name.as_str());
        }
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        if let Some(name) = bound_by_pattern(pattern) {
            self.see(name);
        }
        visitor::walk_pattern(self, pattern);
    }
}

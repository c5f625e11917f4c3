//! Marks of pytest: those that importing a file asks for, and those that it registers.

use std::collections::HashSet;
use std::ops::Range;

use super::ast::visitor::{self, Visitor};
use super::ast::{self, Expr, Stmt};
use super::literal::{is_dotted, last_component, string};
use super::mentions::{Mentions, Subject};
use super::range_of;

/// How deep blocks are followed.
const MAX_DEPTH: usize = 60;

/// The marks of one file.
#[derive(Debug, Default)]
pub struct Marks {
    /// `pytest.mark.name`, where importing the file evaluates it for certain: the name, and the whole expression.
    pub used: Vec<(String, Range<usize>)>,
    /// Lines that it adds to the ini value `markers`, where they are literals.
    pub registered: Vec<String>,
    /// It adds a line that is known only when it runs.
    pub registers_more: bool,
}

/// Reads the marks of a module.
pub fn read(body: &[Stmt], mentions: Mentions) -> Marks {
    let mut marks = Marks::default();
    if mentions.any(Subject::Marks) && mentions.any(Subject::Pytest) {
        let mut uses = Uses { generators: generators(body), found: Vec::new(), depth: 0 };
        if !uses.generators.is_empty() {
            uses.block(body);
        }
        marks.used = uses.found;
    }
    if mentions.any(Subject::Registrations) {
        let mut registrations = Registrations(&mut marks);
        registrations.visit_body(body);
    }
    marks
}

/// The expressions that are `pytest.mark` in a file.
fn generators(body: &[Stmt]) -> HashSet<String> {
    let mut found = HashSet::new();
    for statement in body {
        match statement {
            Stmt::Import(import) => {
                let pytest = import.names.iter().filter(|alias| alias.name.as_str() == "pytest");
                found.extend(pytest.map(|alias| {
                    let bound = alias.asname.as_ref().map_or("pytest", |name| name.as_str());
                    format!("{bound}.mark")
                }));
            }
            Stmt::ImportFrom(import)
                if import.level == 0 && import.module.as_ref().is_some_and(|module| module.as_str() == "pytest") =>
            {
                let mark = import.names.iter().filter(|alias| alias.name.as_str() == "mark");
                found.extend(mark.map(|alias| alias.asname.as_ref().unwrap_or(&alias.name).as_str().to_owned()));
            }
            _ => {}
        }
    }
    found
}

/// Marks in what runs when the file is imported: not in the bodies of functions, and not under conditions.
struct Uses {
    generators: HashSet<String>,
    found: Vec<(String, Range<usize>)>,
    depth: usize,
}

impl Uses {
    fn block(&mut self, body: &[Stmt]) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        for statement in body {
            match statement {
                Stmt::FunctionDef(definition) => {
                    definition.decorator_list.iter().for_each(|decorator| self.visit_expr(&decorator.expression));
                    let defaults = definition.parameters.iter().filter_map(|parameter| parameter.default());
                    defaults.for_each(|value| self.visit_expr(value));
                }
                Stmt::ClassDef(definition) => {
                    definition.decorator_list.iter().for_each(|decorator| self.visit_expr(&decorator.expression));
                    self.block(&definition.body);
                }
                Stmt::Try(parts) => self.block(&parts.body),
                Stmt::With(with) => self.block(&with.body),
                Stmt::If(_) | Stmt::For(_) | Stmt::While(_) | Stmt::Match(_) => {}
                simple => self.visit_stmt(simple),
            }
        }
        self.depth -= 1;
    }
}

impl<'a> Visitor<'a> for Uses {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Attribute(attribute)
                if self.generators.iter().any(|generator| is_dotted(&attribute.value, generator)) =>
            {
                self.found.push((attribute.attr.as_str().to_owned(), range_of(expr)));
            }
            Expr::Lambda(_) | Expr::If(_) | Expr::BoolOp(_) => {}
            _ => visitor::walk_expr(self, expr),
        }
    }
}

/// Calls of `addinivalue_line("markers", …)`, wherever they stand.
struct Registrations<'m>(&'m mut Marks);

impl<'a> Visitor<'a> for Registrations<'_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr
            && last_component(&call.func) == Some("addinivalue_line")
        {
            self.call(call);
        }
        visitor::walk_expr(self, expr);
    }
}

impl Registrations<'_> {
    fn call(&mut self, call: &ast::ExprCall) {
        let keyword = |name: &str| call.arguments.find_keyword(name).map(|keyword| &keyword.value);
        let option = call.arguments.args.first().or_else(|| keyword("name"));
        let line = call.arguments.args.get(1).or_else(|| keyword("line"));
        match (option.and_then(string), line.map(string)) {
            (Some("markers"), Some(Some(line))) => self.0.registered.push(line.to_owned()),
            (Some("markers") | None, _) => self.0.registers_more = true,
            (Some(_), _) => {}
        }
    }
}

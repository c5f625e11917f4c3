//! Statements that parse and that CPython's compiler refuses: `await` and `yield` outside of a function, `break` outside
//! of a loop, an argument that is given twice, a `__future__` that does not exist.

use std::collections::HashSet;
use std::ops::Range;

use super::ast::visitor::{self, Visitor};
use super::ast::{self, Expr, Stmt};
use super::range_of;

/// How deep statements are followed.
const MAX_DEPTH: usize = 60;
/// Source: `__future__.all_feature_names` of Python 3.7 to 3.14.
const FEATURES: [&str; 10] = [
    "nested_scopes",
    "generators",
    "division",
    "absolute_import",
    "with_statement",
    "print_function",
    "unicode_literals",
    "barry_as_FLUFL",
    "generator_stop",
    "annotations",
];

type Found = Option<(Range<usize>, &'static str)>;

/// The first such statement of a module. `text` is its source.
pub fn find(body: &[Stmt], text: &str) -> Found {
    let suspects_expressions = text.contains("yield") || text.contains("await");
    let mut walk = Walk { found: None, suspects_expressions, depth: 0 };
    walk.block(body, Place { in_function: false, in_loop: false });
    walk.found
}

#[derive(Clone, Copy)]
struct Place {
    in_function: bool,
    in_loop: bool,
}

struct Walk {
    found: Found,
    suspects_expressions: bool,
    depth: usize,
}

impl Walk {
    fn refuse(&mut self, range: Range<usize>, text: &'static str) {
        self.found.get_or_insert((range, text));
    }

    fn block(&mut self, body: &[Stmt], place: Place) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        for statement in body {
            self.statement(statement, place);
        }
        self.depth -= 1;
    }

    fn statement(&mut self, statement: &Stmt, place: Place) {
        let inner = Place { in_loop: true, ..place };
        match statement {
            Stmt::FunctionDef(definition) => {
                self.parameters(&definition.parameters);
                self.block(&definition.body, Place { in_function: true, in_loop: false });
            }
            Stmt::ClassDef(definition) => {
                self.block(&definition.body, Place { in_function: false, in_loop: false });
            }
            Stmt::Break(part) if !place.in_loop => self.refuse(range_of(part), "`break` outside of a loop"),
            Stmt::Continue(part) if !place.in_loop => self.refuse(range_of(part), "`continue` outside of a loop"),
            Stmt::For(repeated) => {
                self.block(&repeated.body, inner);
                self.block(&repeated.orelse, place);
            }
            Stmt::While(repeated) => {
                self.block(&repeated.body, inner);
                self.block(&repeated.orelse, place);
            }
            Stmt::If(branch) => {
                self.block(&branch.body, place);
                branch.elif_else_clauses.iter().for_each(|clause| self.block(&clause.body, place));
            }
            Stmt::With(with) => self.block(&with.body, place),
            Stmt::Match(matched) => matched.cases.iter().for_each(|case| self.block(&case.body, place)),
            Stmt::Try(parts) => {
                self.block(&parts.body, place);
                for ast::ExceptHandler::ExceptHandler(handler) in &parts.handlers {
                    self.block(&handler.body, place);
                }
                self.block(&parts.orelse, place);
                self.block(&parts.finalbody, place);
            }
            Stmt::ImportFrom(import) if import.level == 0 => {
                let future = import.module.as_ref().is_some_and(|module| module.as_str() == "__future__");
                let unknown = |alias: &&ast::Alias| !FEATURES.contains(&alias.name.as_str());
                if future && let Some(alias) = import.names.iter().find(unknown) {
                    self.refuse(range_of(alias), "a `__future__` feature that does not exist");
                }
            }
            simple if self.suspects_expressions && !place.in_function => {
                let mut outside = Outside(None);
                outside.visit_stmt(simple);
                if let Some((range, text)) = outside.0 {
                    self.refuse(range, text);
                }
            }
            _ => {}
        }
    }

    fn parameters(&mut self, parameters: &ast::Parameters) {
        let mut seen = HashSet::new();
        if parameters.len() < 2 {
            return;
        }
        for parameter in parameters.iter() {
            if !seen.insert(parameter.name().as_str()) {
                self.refuse(range_of(parameter.name()), "an argument is given twice in a function definition");
            }
        }
    }
}

/// `yield` and `await` that belong to no function.
struct Outside(Found);

impl<'a> Visitor<'a> for Outside {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Yield(_) | Expr::YieldFrom(_) => {
                self.0.get_or_insert((range_of(expr), "`yield` outside of a function"));
            }
            Expr::Await(_) => {
                self.0.get_or_insert((range_of(expr), "`await` outside of a function"));
            }
            // A lambda is a function, and what it yields is its own.
            Expr::Lambda(_) | Expr::Generator(_) => {}
            _ => visitor::walk_expr(self, expr),
        }
    }
}

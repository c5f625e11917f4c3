//! Bounds the depth of syntax trees: dropping or walking one recurses, and a hostile file can nest a million times.

use super::ast::visitor::{self, Visitor};
use super::ast::{Expr, Pattern, Stmt};

/// The deepest tree that is walked. CPython itself refuses to compile code that is nested much less.
pub const MAX_DEPTH: usize = 700;

/// True where the tree is nested deeper than [`MAX_DEPTH`].
pub fn is_too_deep(body: &[Stmt]) -> bool {
    let mut meter = Meter { depth: 0, exceeded: false };
    meter.visit_body(body);
    meter.exceeded
}

struct Meter {
    depth: usize,
    exceeded: bool,
}

impl Meter {
    fn descend(&mut self, walk: impl FnOnce(&mut Self)) {
        if self.exceeded {
            return;
        }
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.exceeded = true;
        } else {
            walk(self);
        }
        self.depth -= 1;
    }
}

impl<'a> Visitor<'a> for Meter {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        self.descend(|meter| visitor::walk_stmt(meter, stmt));
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        self.descend(|meter| visitor::walk_expr(meter, expr));
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        self.descend(|meter| visitor::walk_pattern(meter, pattern));
    }
}

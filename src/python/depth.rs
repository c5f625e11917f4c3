//! Bounds the depth of syntax trees: dropping or walking one recurses, and a hostile file can nest a million times.

use super::ast::token::{Token, TokenKind};
use super::ast::visitor::{self, Visitor};
use super::ast::{Expr, Pattern, Stmt};

/// The deepest tree that is walked. CPython itself refuses to compile code that is nested much less.
pub const MAX_DEPTH: usize = 700;

/// False where the tokens of a file without syntax errors are too few for a tree deeper than [`MAX_DEPTH`].
///
/// A statement is inside as many others as its line is indented, and in one more on the line of its header. Below it,
/// in one logical line, every expression has a token of its own, and a pattern at most one expression without.
pub fn may_be_too_deep(tokens: &[Token]) -> bool {
    let (mut indents, mut deepest, mut line, mut longest) = (0_usize, 0_usize, 0_usize, 0_usize);
    for token in tokens {
        match token.kind() {
            TokenKind::Indent => {
                indents += 1;
                deepest = deepest.max(indents);
            }
            TokenKind::Dedent => indents = indents.saturating_sub(1),
            TokenKind::Newline => line = 0,
            TokenKind::Comment | TokenKind::NonLogicalNewline => {}
            _ => {
                line += 1;
                longest = longest.max(line);
            }
        }
    }
    deepest + 2 + 2 * longest > MAX_DEPTH
}

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

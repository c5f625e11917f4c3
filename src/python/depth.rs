//! Bounds the depth of syntax trees: dropping or walking one recurses, and a hostile file can nest a million times.

use super::ast::token::{Token, TokenKind};
use super::ast::visitor::{self, Visitor};
use super::ast::{Expr, Pattern, Stmt};
use super::mentions::Mentions;
use super::{SyntaxError, range_of};

/// The deepest tree that is walked. CPython itself refuses to compile code that is nested much less.
pub const MAX_DEPTH: usize = 700;

/// MAXLEVEL (Parser/tokenizer.h): brackets inside one another.
const MAX_BRACKETS: usize = 200;
/// MAXINDENT (Parser/tokenizer.h): levels of indentation, with the first one.
const MAX_INDENTS: usize = 99;

/// How deep the tokens of a file are nested, and which keywords are among them.
#[derive(Debug, Default)]
pub struct Nesting {
    /// Levels of indentation at the deepest place.
    indents: usize,
    /// Tokens of the longest logical line.
    longest: usize,
    /// The first place where brackets or indentation are nested deeper than CPython's tokenizer allows.
    pub refused: Option<SyntaxError>,
    /// What keywords introduce.
    pub keywords: Mentions,
}

impl Nesting {
    /// Goes through the tokens once.
    pub fn of(tokens: &[Token]) -> Self {
        let mut nesting = Self::default();
        let (mut brackets, mut indents, mut line) = (0_usize, 0_usize, 0_usize);
        for token in tokens {
            line += 1;
            match token.kind() {
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                    brackets += 1;
                    if brackets > MAX_BRACKETS {
                        nesting.refuse(token, "too many nested parentheses");
                    }
                }
                TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => brackets = brackets.saturating_sub(1),
                TokenKind::Indent => {
                    line -= 1;
                    indents += 1;
                    nesting.indents = nesting.indents.max(indents);
                    if indents > MAX_INDENTS {
                        nesting.refuse(token, "too many levels of indentation");
                    }
                }
                TokenKind::Dedent => {
                    line -= 1;
                    indents = indents.saturating_sub(1);
                }
                TokenKind::Newline => {
                    nesting.longest = nesting.longest.max(line - 1);
                    line = 0;
                }
                TokenKind::Comment | TokenKind::NonLogicalNewline => line -= 1,
                kind => nesting.keywords.keyword(kind),
            }
        }
        nesting.longest = nesting.longest.max(line);
        nesting
    }

    fn refuse(&mut self, token: &Token, text: &str) {
        self.refused.get_or_insert_with(|| SyntaxError {
            text: text.to_owned(),
            range: range_of(token),
            version_only: false,
        });
    }

    /// False where the tokens of a file without syntax errors are too few for a tree deeper than [`MAX_DEPTH`].
    ///
    /// A statement is inside as many others as its line is indented, and in one more on the line of its header. Below
    /// it, in one logical line, every expression has a token of its own, and a pattern at most one expression without.
    pub fn may_be_too_deep(&self) -> bool {
        self.indents + 2 + 2 * self.longest > MAX_DEPTH
    }
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

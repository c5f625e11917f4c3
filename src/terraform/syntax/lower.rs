//! The parser's tree, which keeps all white space, to the tree that is evaluated.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ForExpr, ObjectKey, TraversalOperator};
use hcl_edit::structure::{self, BlockLabel, Structure};
use hcl_edit::template::{Directive, Element, HeredocTemplate, Template};
use rustc_hash::FxHashSet;

use super::super::value::{Number, Value};
use super::literals::{Lines, Token, literals, unescape};
use super::{Attribute, Block, Body, Call, Expr, ExprKind, For, ForPart, Part, Span, Step};

/// One file while it is lowered. `source` is the text as it was read, without repairs.
pub(super) struct Lower<'a> {
    pub(super) source: &'a str,
    pub(super) file: u32,
    /// From an offset in `source` to the one in the file.
    pub(super) shift: isize,
    /// The names so far: each is kept once.
    pub(super) names: RefCell<FxHashSet<Arc<str>>>,
    /// The first thing that the parser lets pass and Terraform does not, and where it is.
    pub(super) refused: Cell<Option<(usize, &'static str)>>,
}

impl Lower<'_> {
    fn span(&self, range: Option<Range<usize>>) -> Span {
        let range = range.unwrap_or(0..0);
        let offset = |at: usize| u32::try_from(at.saturating_add_signed(self.shift)).unwrap_or(u32::MAX);
        Span { file: self.file, start: offset(range.start), end: offset(range.end) }
    }

    fn name(&self, text: &str) -> Arc<str> {
        let mut names = self.names.borrow_mut();
        if let Some(known) = names.get(text) {
            return known.clone();
        }
        let name: Arc<str> = text.into();
        names.insert(name.clone());
        name
    }

    fn refuse(&self, at: usize, why: &'static str) {
        if self.refused.get().is_none() {
            self.refused.set(Some((at.saturating_add_signed(self.shift), why)));
        }
    }

    /// A quoted string may not run over the end of its line.
    fn refuse_line_break(&self, range: Option<Range<usize>>) {
        let start = range.as_ref().map_or(0, |range| range.start);
        if let Some(at) = self.text(range).find('\n') {
            self.refuse(start + at, "a quoted string must end on the line it begins on");
        }
    }

    fn text(&self, range: Option<Range<usize>>) -> &str {
        range.and_then(|range| self.source.get(range)).unwrap_or_default()
    }

    pub(super) fn body(&self, body: &structure::Body) -> Body {
        let mut lowered = Body::default();
        for item in body.iter() {
            match item {
                Structure::Attribute(attribute) => lowered.attributes.push(Attribute {
                    name: self.name(attribute.key.as_str()),
                    expr: Arc::new(self.expr(&attribute.value)),
                }),
                Structure::Block(block) => lowered.blocks.push(Arc::new(self.block(block))),
            }
        }
        lowered
    }

    fn block(&self, block: &structure::Block) -> Block {
        let start = block.ident.span().unwrap_or(0..0);
        let end = block.labels.last().and_then(|label| match label {
            BlockLabel::Ident(ident) => ident.span(),
            BlockLabel::String(text) => text.span(),
        });
        let end = end.map_or(start.end, |range| range.end);
        Block {
            kind: self.name(block.ident.as_str()),
            labels: block.labels.iter().map(|label| self.name(label.as_str())).collect(),
            body: self.body(&block.body),
            header: self.span(Some(start.start..end)),
        }
    }

    pub(super) fn expr(&self, expr: &Expression) -> Expr {
        let kind = match expr {
            Expression::Null(_) => ExprKind::Literal(Value::null()),
            Expression::Bool(value) => ExprKind::Literal(Value::bool(*value.value())),
            Expression::Number(value) => ExprKind::Literal(self.number(value)),
            Expression::String(value) => {
                self.refuse_line_break(value.span());
                ExprKind::Literal(Value::string(value.value()))
            }
            Expression::Array(array) => ExprKind::Tuple(array.iter().map(|item| self.expr(item)).collect()),
            Expression::Object(object) => ExprKind::Object(
                object.iter().map(|(key, value)| (self.object_key(key), self.expr(value.expr()))).collect(),
            ),
            Expression::StringTemplate(template) => ExprKind::Template(self.parts(template, Lines::None)),
            Expression::HeredocTemplate(heredoc) => ExprKind::Template(self.heredoc(heredoc, expr.span())),
            Expression::Parenthesis(inner) => ExprKind::Parenthesis(Box::new(self.expr(inner.inner()))),
            Expression::Variable(name) => ExprKind::Variable(self.name(name.as_str())),
            Expression::Conditional(conditional) => ExprKind::Conditional(Box::new([
                self.expr(&conditional.cond_expr),
                self.expr(&conditional.true_expr),
                self.expr(&conditional.false_expr),
            ])),
            Expression::FuncCall(call) => {
                let mut name: String = call.name.namespace.iter().map(|part| format!("{}::", part.as_str())).collect();
                name.push_str(call.name.name.as_str());
                ExprKind::Call(Box::new(Call {
                    name: self.name(&name),
                    args: call.args.iter().map(|arg| self.expr(arg)).collect(),
                    expand: call.args.expand_final(),
                }))
            }
            Expression::Traversal(traversal) => {
                let steps: Vec<Step> =
                    traversal.operators.iter().map(|step| self.step(step.value(), step.span())).collect();
                if steps.windows(2).any(|pair| matches!(pair, [Step::LegacyIndex(_), Step::LegacyIndex(_)])) {
                    let start = expr.span().map_or(0, |range| range.start);
                    self.refuse(start, "an index that follows an index must be in brackets");
                }
                ExprKind::Traversal(Box::new(self.expr(&traversal.expr)), steps)
            }
            Expression::UnaryOp(op) => ExprKind::Unary(*op.operator.value(), Box::new(self.expr(&op.expr))),
            Expression::BinaryOp(op) => ExprKind::Binary(
                *op.operator.value(),
                Box::new(self.expr(&op.lhs_expr)),
                Box::new(self.expr(&op.rhs_expr)),
            ),
            Expression::ForExpr(for_expr) => ExprKind::For(Box::new(self.for_expr(for_expr))),
        };
        Expr { kind, span: self.span(expr.span()) }
    }

    /// The parser reads large and fractional numbers as floats: the text keeps them exact.
    fn number(&self, value: &hcl_edit::Formatted<hcl_edit::Number>) -> Value {
        let text = self.text(value.span());
        let number = Number::parse(text).or_else(|| Number::parse(&value.value().to_string()));
        number.map_or_else(Value::null, Value::number)
    }

    fn object_key(&self, key: &ObjectKey) -> Expr {
        match key {
            ObjectKey::Ident(ident) => {
                // A repair may have renamed the key: the file has the real one.
                let written = self.text(ident.span());
                if written.starts_with(['"', '(']) {
                    match self.renamed(written, ident.span()) {
                        Some(key) => return key,
                        // Rather no file than another key.
                        None => self.refuse(
                            ident.span().map_or(0, |range| range.start),
                            "a key that comes twice cannot be read",
                        ),
                    }
                }
                let name = if written.is_empty() { ident.as_str() } else { written };
                Expr { kind: ExprKind::Literal(Value::string(name)), span: self.span(ident.span()) }
            }
            ObjectKey::Expression(expr) => match expr {
                Expression::Variable(name) => {
                    Expr { kind: ExprKind::Literal(Value::string(name.as_str())), span: self.span(expr.span()) }
                }
                Expression::Null(_) => {
                    Expr { kind: ExprKind::Literal(Value::string("null")), span: self.span(expr.span()) }
                }
                other => self.expr(other),
            },
        }
    }

    /// The key that a repair overwrote, where it is a string or a parenthesis.
    fn renamed(&self, written: &str, range: Option<Range<usize>>) -> Option<Expr> {
        let start = range?.start;
        let key: Expression = written.parse().ok()?;
        let shift = self.shift.saturating_add_unsigned(start);
        let inner = Lower {
            source: written,
            file: self.file,
            shift,
            names: RefCell::default(),
            refused: Cell::new(self.refused.get()),
        };
        let lowered = inner.expr(&key);
        self.refused.set(inner.refused.get());
        Some(lowered)
    }

    fn step(&self, step: &TraversalOperator, range: Option<Range<usize>>) -> Step {
        match step {
            TraversalOperator::AttrSplat(_) => Step::AttrSplat,
            TraversalOperator::FullSplat(_) => Step::FullSplat,
            TraversalOperator::GetAttr(name) => Step::Attr(self.name(name.as_str()), self.span(name.span().or(range))),
            TraversalOperator::Index(expr) => Step::Index(Box::new(self.expr(expr))),
            TraversalOperator::LegacyIndex(index) => {
                Step::LegacyIndex(i64::try_from(*index.value()).unwrap_or(i64::MAX))
            }
        }
    }

    fn for_expr(&self, expr: &ForExpr) -> For {
        For {
            key_name: expr.intro.key_var.as_ref().map(|name| self.name(name.as_str())),
            value_name: self.name(expr.intro.value_var.as_str()),
            collection: self.expr(&expr.intro.collection_expr),
            key: expr.key_expr.as_ref().map(|key| self.expr(key)),
            value: self.expr(&expr.value_expr),
            grouping: expr.grouping,
            condition: expr.cond.as_ref().map(|condition| self.expr(&condition.expr)),
        }
    }

    fn heredoc(&self, heredoc: &HeredocTemplate, span: Option<Range<usize>>) -> Vec<Part> {
        let indented = self.text(span).starts_with("<<-");
        let parts = self.parts(&heredoc.template, if indented { Lines::Dedented } else { Lines::Kept });
        if parts.is_empty() { vec![Part::Literal("".into())] } else { parts }
    }

    pub(super) fn parts(&self, template: &Template, lines: Lines) -> Vec<Part> {
        let mut tokens = Vec::new();
        self.tokens(template, lines, false, &mut tokens);
        let mut literals = literals(tokens, lines).into_iter();
        self.assemble(template, &mut literals)
    }

    fn assemble(&self, template: &Template, literals: &mut std::vec::IntoIter<String>) -> Vec<Part> {
        let mut parts = Vec::new();
        for element in template.iter() {
            parts.push(match element {
                Element::Literal(_) => Part::Literal(literals.next().unwrap_or_default().into()),
                Element::Interpolation(interpolation) => Part::Interpolation(self.expr(&interpolation.expr)),
                Element::Directive(directive) => match &**directive {
                    Directive::If(directive) => {
                        let condition = self.expr(&directive.if_expr.cond_expr);
                        let then = self.assemble(&directive.if_expr.template, literals);
                        let otherwise =
                            directive.else_expr.as_ref().map(|branch| self.assemble(&branch.template, literals));
                        Part::If(condition, then, otherwise.unwrap_or_default())
                    }
                    Directive::For(directive) => {
                        let head = &directive.for_expr;
                        Part::For(Box::new(ForPart {
                            key_name: head.key_var.as_ref().map(|name| self.name(name.as_str())),
                            value_name: self.name(head.value_var.as_str()),
                            collection: self.expr(&head.collection_expr),
                            parts: self.assemble(&head.template, literals),
                        }))
                    }
                },
            });
        }
        parts
    }

    /// The template as the flat sequence of literals and tags that strip markers and indentation work on.
    fn tokens(&self, template: &Template, lines: Lines, nested: bool, tokens: &mut Vec<Token>) {
        for element in template.iter() {
            match element {
                Element::Literal(text) => {
                    let text = match lines {
                        // The parser reads what stands in a directive as it reads a file.
                        Lines::None if nested => self.unescaped(text.as_str(), element.span()),
                        Lines::None => text.as_str().to_owned(),
                        // The parser has taken indentation away in another way than Terraform does.
                        _ => self.raw_literal(text.span()).unwrap_or_else(|| text.as_str().to_owned()),
                    };
                    if lines == Lines::None {
                        self.refuse_line_break(element.span());
                        tokens.push(Token::Literal(text));
                    } else {
                        tokens.extend(text.split_inclusive('\n').map(|line| Token::Literal(line.to_owned())));
                    }
                    tokens.push(Token::End);
                }
                Element::Interpolation(interpolation) => tokens.push(Token::Tag(interpolation.strip)),
                Element::Directive(directive) => match &**directive {
                    Directive::If(directive) => {
                        tokens.push(Token::Tag(directive.if_expr.strip));
                        self.tokens(&directive.if_expr.template, lines, true, tokens);
                        if let Some(branch) = &directive.else_expr {
                            tokens.push(Token::Tag(branch.strip));
                            self.tokens(&branch.template, lines, true, tokens);
                        }
                        tokens.push(Token::Tag(directive.endif_expr.strip));
                    }
                    Directive::For(directive) => {
                        tokens.push(Token::Tag(directive.for_expr.strip));
                        self.tokens(&directive.for_expr.template, lines, true, tokens);
                        tokens.push(Token::Tag(directive.endfor_expr.strip));
                    }
                },
            }
        }
    }

    /// The text of a quoted string whose escapes are still in it.
    fn unescaped(&self, text: &str, span: Option<Range<usize>>) -> String {
        let text = unescape(text);
        if text.is_none() {
            self.refuse(span.map_or(0, |range| range.start), "an escape sequence of a quoted string is not valid");
        }
        text.unwrap_or_default()
    }

    fn raw_literal(&self, span: Option<Range<usize>>) -> Option<String> {
        let text = self.source.get(span?)?;
        Some(text.replace("$${", "${").replace("%%{", "%{"))
    }
}

//! The parser's tree, which keeps all white space, to the tree that is evaluated.

use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, ForExpr, ObjectKey, TraversalOperator};
use hcl_edit::structure::{self, BlockLabel, Structure};
use hcl_edit::template::{Directive, Element, HeredocTemplate, Strip, Template};

use super::super::value::{Number, Value};
use super::{Attribute, Block, Body, Call, Expr, ExprKind, For, ForPart, Part, Span, Step};

/// One file while it is lowered. `source` is the text as it was read, without repairs.
pub(super) struct Lower<'a> {
    pub(super) source: &'a str,
    pub(super) file: u32,
}

impl Lower<'_> {
    fn span(&self, range: Option<Range<usize>>) -> Span {
        let range = range.unwrap_or(0..0);
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { file: self.file, start: offset(range.start), end: offset(range.end) }
    }

    fn text(&self, range: Option<Range<usize>>) -> &str {
        range.and_then(|range| self.source.get(range)).unwrap_or_default()
    }

    pub(super) fn body(&self, body: &structure::Body) -> Body {
        let mut lowered = Body::default();
        for item in body.iter() {
            match item {
                Structure::Attribute(attribute) => lowered.attributes.push(Attribute {
                    name: attribute.key.as_str().into(),
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
            kind: block.ident.as_str().into(),
            labels: block.labels.iter().map(|label| label.as_str().into()).collect(),
            body: self.body(&block.body),
            header: self.span(Some(start.start..end)),
        }
    }

    pub(super) fn expr(&self, expr: &Expression) -> Expr {
        let kind = match expr {
            Expression::Null(_) => ExprKind::Literal(Value::null()),
            Expression::Bool(value) => ExprKind::Literal(Value::bool(*value.value())),
            Expression::Number(value) => ExprKind::Literal(self.number(value)),
            Expression::String(value) => ExprKind::Literal(Value::string(value.value())),
            Expression::Array(array) => ExprKind::Tuple(array.iter().map(|item| self.expr(item)).collect()),
            Expression::Object(object) => ExprKind::Object(
                object.iter().map(|(key, value)| (self.object_key(key), self.expr(value.expr()))).collect(),
            ),
            Expression::StringTemplate(template) => ExprKind::Template(self.parts(template, false)),
            Expression::HeredocTemplate(heredoc) => ExprKind::Template(self.heredoc(heredoc)),
            Expression::Parenthesis(inner) => ExprKind::Parenthesis(Box::new(self.expr(inner.inner()))),
            Expression::Variable(name) => ExprKind::Variable(name.as_str().into()),
            Expression::Conditional(conditional) => ExprKind::Conditional(Box::new([
                self.expr(&conditional.cond_expr),
                self.expr(&conditional.true_expr),
                self.expr(&conditional.false_expr),
            ])),
            Expression::FuncCall(call) => {
                let mut name: String = call.name.namespace.iter().map(|part| format!("{}::", part.as_str())).collect();
                name.push_str(call.name.name.as_str());
                ExprKind::Call(Box::new(Call {
                    name: name.into(),
                    args: call.args.iter().map(|arg| self.expr(arg)).collect(),
                    expand: call.args.expand_final(),
                }))
            }
            Expression::Traversal(traversal) => {
                let steps = traversal.operators.iter().map(|step| self.step(step.value(), step.span())).collect();
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
                let written = self.text(ident.span()).trim_matches('"');
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

    fn step(&self, step: &TraversalOperator, range: Option<Range<usize>>) -> Step {
        match step {
            TraversalOperator::AttrSplat(_) => Step::AttrSplat,
            TraversalOperator::FullSplat(_) => Step::FullSplat,
            TraversalOperator::GetAttr(name) => Step::Attr(name.as_str().into(), self.span(name.span().or(range))),
            TraversalOperator::Index(expr) => Step::Index(self.expr(expr)),
            TraversalOperator::LegacyIndex(index) => {
                Step::LegacyIndex(i64::try_from(*index.value()).unwrap_or(i64::MAX))
            }
        }
    }

    fn for_expr(&self, expr: &ForExpr) -> For {
        For {
            key_name: expr.intro.key_var.as_ref().map(|name| name.as_str().into()),
            value_name: expr.intro.value_var.as_str().into(),
            collection: self.expr(&expr.intro.collection_expr),
            key: expr.key_expr.as_ref().map(|key| self.expr(key)),
            value: self.expr(&expr.value_expr),
            grouping: expr.grouping,
            condition: expr.cond.as_ref().map(|condition| self.expr(&condition.expr)),
        }
    }

    fn heredoc(&self, heredoc: &HeredocTemplate) -> Vec<Part> {
        let parts = self.parts(&heredoc.template, true);
        if parts.is_empty() { vec![Part::Literal("".into())] } else { parts }
    }

    /// In heredocs and template files a literal is scanned line by line, so that a strip marker takes away no more
    /// than the neighbouring line's white space.
    pub(super) fn parts(&self, template: &Template, by_line: bool) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        let mut strip_next = false;
        for element in template.iter() {
            match element {
                Element::Literal(text) => {
                    let text = text.as_str();
                    let text = if strip_next { strip_start(text, by_line) } else { text };
                    strip_next = false;
                    parts.push(Part::Literal(text.into()));
                }
                Element::Interpolation(interpolation) => {
                    before(&mut parts, interpolation.strip, by_line);
                    strip_next = interpolation.strip.strip_end();
                    parts.push(Part::Interpolation(self.expr(&interpolation.expr)));
                }
                Element::Directive(directive) => {
                    let (part, opening, closing) = self.directive(directive, by_line);
                    before(&mut parts, opening, by_line);
                    strip_next = closing.strip_end();
                    parts.push(part);
                }
            }
        }
        parts
    }

    /// The part, and the strip markers of its first and last tag.
    fn directive(&self, directive: &Directive, by_line: bool) -> (Part, Strip, Strip) {
        match directive {
            Directive::If(directive) => {
                let opening = directive.if_expr.strip;
                let closing = directive.endif_expr.strip;
                let middle = directive.else_expr.as_ref().map(|branch| branch.strip);
                let mut then = self.parts(&directive.if_expr.template, by_line);
                after(&mut then, opening, by_line);
                before(&mut then, middle.unwrap_or(closing), by_line);
                let mut otherwise = Vec::new();
                if let Some(branch) = &directive.else_expr {
                    otherwise = self.parts(&branch.template, by_line);
                    after(&mut otherwise, branch.strip, by_line);
                    before(&mut otherwise, closing, by_line);
                }
                (Part::If(self.expr(&directive.if_expr.cond_expr), then, otherwise), opening, closing)
            }
            Directive::For(directive) => {
                let head = &directive.for_expr;
                let closing = directive.endfor_expr.strip;
                let mut parts = self.parts(&head.template, by_line);
                after(&mut parts, head.strip, by_line);
                before(&mut parts, closing, by_line);
                let part = ForPart {
                    key_name: head.key_var.as_ref().map(|name| name.as_str().into()),
                    value_name: head.value_var.as_str().into(),
                    collection: self.expr(&head.collection_expr),
                    parts,
                };
                (Part::For(Box::new(part)), head.strip, closing)
            }
        }
    }
}

/// Applies a marker at the start of a tag to the literal before it.
fn before(parts: &mut [Part], strip: Strip, by_line: bool) {
    if strip.strip_start()
        && let Some(Part::Literal(text)) = parts.last_mut()
    {
        *text = strip_end(text, by_line).into();
    }
}

/// Applies a marker at the end of a tag to the literal after it.
fn after(parts: &mut [Part], strip: Strip, by_line: bool) {
    if strip.strip_end()
        && let Some(Part::Literal(text)) = parts.first_mut()
    {
        *text = strip_start(text, by_line).into();
    }
}

fn strip_start(text: &str, by_line: bool) -> &str {
    if !by_line {
        return text.trim_start();
    }
    let line_end = text.find('\n').map_or(text.len(), |found| found + 1);
    let line = text.get(..line_end).unwrap_or(text);
    let kept = line.trim_start().len();
    text.get(line.len() - kept..).unwrap_or(text)
}

fn strip_end(text: &str, by_line: bool) -> &str {
    if !by_line {
        return text.trim_end();
    }
    let body = text.strip_suffix('\n').unwrap_or(text);
    let line_start = body.rfind('\n').map_or(0, |found| found + 1);
    let line = text.get(line_start..).unwrap_or_default();
    text.get(..line_start + line.trim_end().len()).unwrap_or(text)
}

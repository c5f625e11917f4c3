//! Configuration text as the evaluator sees it: blocks, attributes and expressions, each with its byte span.

mod literals;
mod lower;
mod parse;

use std::sync::Arc;

pub use parse::{SyntaxError, parse_body, parse_expression, parse_template};

use super::value::Value;

/// Bytes of one file. The file is an index into the sources of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Index of the file.
    pub file: u32,
    /// First byte.
    pub start: u32,
    /// Just after the last byte.
    pub end: u32,
}

/// The content of a file or block, in the order written.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// `name = expression`
    pub attributes: Vec<Attribute>,
    /// `kind "label" { … }`
    pub blocks: Vec<Arc<Block>>,
}

impl Body {
    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| &*attribute.name == name)
    }

    /// The blocks of this kind.
    pub fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Arc<Block>> {
        self.blocks.iter().filter(move |block| &*block.kind == kind)
    }
}

/// One attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its name.
    pub name: Arc<str>,
    /// Its value.
    pub expr: Arc<Expr>,
}

/// One block.
#[derive(Clone, Debug)]
pub struct Block {
    /// The word before the labels.
    pub kind: Arc<str>,
    /// The labels.
    pub labels: Vec<Arc<str>>,
    /// The content.
    pub body: Body,
    /// From the kind to the last label.
    pub header: Span,
}

impl Block {
    /// The label at `index`; empty where there is none.
    pub fn label(&self, index: usize) -> &str {
        self.labels.get(index).map_or("", |label| label)
    }
}

/// An expression with its place.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// The forms of expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A literal.
    Literal(Value),
    /// A quoted string, heredoc or template file.
    Template(Vec<Part>),
    /// `[a, b]`
    Tuple(Vec<Expr>),
    /// `{ a = b }`
    Object(Vec<(Expr, Expr)>),
    /// A name.
    Variable(Arc<str>),
    /// An expression with the steps applied to it.
    Traversal(Box<Expr>, Vec<Step>),
    /// `f(a, b...)`
    Call(Box<Call>),
    /// `!a`, `-a`
    Unary(UnaryOperator, Box<Expr>),
    /// `a + b`
    Binary(BinaryOperator, Box<Expr>, Box<Expr>),
    /// `a ? b : c`
    Conditional(Box<[Expr; 3]>),
    /// `[for …]`, `{for …}`
    For(Box<For>),
    /// `(a)`
    Parenthesis(Box<Expr>),
}

pub use hcl_edit::expr::{BinaryOperator, UnaryOperator};

/// A function call.
#[derive(Clone, Debug)]
pub struct Call {
    /// The name, with its name space, such as `core::upper`.
    pub name: Arc<str>,
    /// The arguments.
    pub args: Vec<Expr>,
    /// True where the last argument ends in `...`.
    pub expand: bool,
}

/// A step of a traversal.
#[derive(Clone, Debug)]
pub enum Step {
    /// `.name`
    Attr(Arc<str>, Span),
    /// `[key]`
    Index(Box<Expr>),
    /// `.0`
    LegacyIndex(i64),
    /// `.*`: the attribute steps that follow apply to each element.
    AttrSplat,
    /// `[*]`: all steps that follow apply to each element.
    FullSplat,
}

impl Step {
    /// True for `[0]`, `["k"]` and `.0`.
    pub fn is_literal_index(&self) -> bool {
        match self {
            Self::Index(index) => matches!(index.kind, ExprKind::Literal(_)),
            Self::LegacyIndex(_) => true,
            Self::Attr(..) | Self::AttrSplat | Self::FullSplat => false,
        }
    }
}

/// A `for` expression.
#[derive(Clone, Debug)]
pub struct For {
    /// Name of the key.
    pub key_name: Option<Arc<str>>,
    /// Name of the value.
    pub value_name: Arc<str>,
    /// What is iterated.
    pub collection: Expr,
    /// The key of an object result.
    pub key: Option<Expr>,
    /// The value of each element.
    pub value: Expr,
    /// True where values of one key are grouped (`...`).
    pub grouping: bool,
    /// The filter.
    pub condition: Option<Expr>,
}

/// A part of a template.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text.
    Literal(Arc<str>),
    /// `${ expression }`
    Interpolation(Expr),
    /// `%{ if } … %{ else } … %{ endif }`
    If(Expr, Vec<Part>, Vec<Part>),
    /// `%{ for } … %{ endfor }`
    For(Box<ForPart>),
}

/// A `for` directive.
#[derive(Clone, Debug)]
pub struct ForPart {
    /// Name of the key.
    pub key_name: Option<Arc<str>>,
    /// Name of the value.
    pub value_name: Arc<str>,
    /// What is iterated.
    pub collection: Expr,
    /// What is repeated.
    pub parts: Vec<Part>,
}

impl Expr {
    /// The expression without parentheses.
    pub fn unparenthesised(&self) -> &Expr {
        let mut expr = self;
        while let ExprKind::Parenthesis(inner) = &expr.kind {
            expr = inner;
        }
        expr
    }

    /// The text, where this is a literal string.
    pub fn literal_str(&self) -> Option<&str> {
        match &self.unparenthesised().kind {
            ExprKind::Literal(value) => value.as_str(),
            _ => None,
        }
    }

    /// The names of a plain reference such as `google.west`.
    pub fn names(&self) -> Option<Vec<Arc<str>>> {
        match &self.unparenthesised().kind {
            ExprKind::Variable(name) => Some(vec![name.clone()]),
            ExprKind::Traversal(base, steps) => {
                let mut names = base.names()?;
                for step in steps {
                    match step {
                        Step::Attr(name, _) => names.push(name.clone()),
                        _ => return None,
                    }
                }
                Some(names)
            }
            ExprKind::Literal(value) => {
                // Old configurations write references in quotes.
                Some(value.as_str()?.split('.').map(Arc::from).collect())
            }
            _ => None,
        }
    }
}

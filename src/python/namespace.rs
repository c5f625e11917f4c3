//! What each name of a module or class may stand for once it has been executed, as far as the collection of tests asks.
//!
//! A name has a list of possibilities: one where it is certain, several where a branch decides. What binds names that
//! no statement shows, such as `globals()[…] = …`, is kept with its place.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::ast::name::Name;
use super::facts::{Function, Import};

/// The names of a module or of a class body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespace {
    /// Name → what it may stand for, never empty.
    pub names: BTreeMap<Name, Vec<Bound>>,
    /// The first place that may bind names which are not listed.
    pub open: Option<Range<usize>>,
    /// A call that fails for certain while pytest imports the module: `pytest.skip` that is not allowed there.
    pub raises: Option<Range<usize>>,
}

/// What a name may stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// It is not bound.
    Unbound,
    /// A function of this file.
    Function(Arc<Function>),
    /// A class of this file.
    Class(Arc<ClassBody>),
    /// A name of another module.
    Import(Arc<Import>),
    /// A function of which nothing else is known: a lambda, or a function with some arguments given.
    Callable,
    /// Another name for this dotted name.
    Alias(String),
    /// The result of calling this dotted name, at this place.
    Call(String, Range<usize>),
    /// `True` or `False`.
    Flag(bool),
    /// A list of texts.
    Texts(Vec<String>),
    /// A value that is neither a function nor a class.
    Plain,
    /// Anything, decided at this place.
    Unknown(Range<usize>),
}

/// A class as its statement makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassBody {
    /// Its name in the statement.
    pub name: Name,
    /// The place of the name.
    pub range: Range<usize>,
    /// Its bases, with what a plain name stood for when the class was made.
    pub bases: Vec<Base>,
    /// Its metaclass, where one is named; an empty text where it is an expression.
    pub metaclass: Option<String>,
    /// Its decorators, outermost first.
    pub decorators: Vec<Decorator>,
    /// What its body binds, and what is put into it afterwards.
    pub body: Namespace,
}

/// A base of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// Its dotted name; `None` for an expression.
    pub name: Option<String>,
    /// What that name stood for, where it is a plain name that was bound before.
    pub bound: Vec<Bound>,
}

/// A decorator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decorator {
    /// Its dotted name; `None` for an expression.
    pub name: Option<String>,
    /// It is called: `@name(…)`.
    pub called: bool,
    /// It has the argument `init=False`.
    pub without_init: bool,
    /// Its place.
    pub range: Range<usize>,
}

/// What calling a function gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Returns {
    /// Nothing, for certain.
    Nothing,
    /// One of its parameters.
    Parameter,
    /// A function made in it, with what that one gives.
    Function(Box<Returns>),
    /// It is not known.
    #[default]
    Unknown,
}

//! The values of the partial evaluation: what a Python expression gives as far as that can be told. What can change is
//! an object of the heap, see `objects`.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::deploy::words::{self, Extent};
use crate::model::WhyKind;
use crate::python::ast;

mod objects;

pub use objects::{ClassObj, DictObj, Entry, Key, Obj};

/// A byte range of the script.
pub type At = (usize, usize);

/// Index of an object in the [`super::heap::Heap`].
pub type ObjId = usize;

/// Why a value is not known, with the place that decides it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The class of reason.
    pub kind: WhyKind,
    /// A lower-case fragment.
    pub text: Rc<str>,
    /// Where.
    pub at: At,
}

/// Reasons; cheap to clone.
pub type Whys = Rc<[Reason]>;

/// One reason.
pub fn why(kind: WhyKind, text: impl Into<Rc<str>>, at: At) -> Whys {
    Rc::from([Reason { kind, text: text.into(), at }])
}

/// Both lists, without doubles, at most six.
pub fn join(first: &Whys, second: &Whys) -> Whys {
    if Rc::ptr_eq(first, second) || second.iter().all(|reason| first.contains(reason)) {
        return first.clone();
    }
    let mut all = first.to_vec();
    all.extend(second.iter().filter(|reason| !first.contains(reason)).cloned());
    all.truncate(6);
    all.into()
}

/// A value and the expression that made it.
#[derive(Clone, Debug)]
pub struct Val<'a> {
    /// What it is.
    pub kind: Kind<'a>,
    /// Where it was made.
    pub at: At,
}

impl PartialEq for Val<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Kind<'a> {
    /// Not known.
    Unknown(Whys),
    /// `None`
    None,
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A number with a fraction; its text form is not computed.
    Float(f64),
    /// A text, of which parts may not be known.
    Text(Rc<[Part]>),
    /// A tuple.
    Tuple(Rc<[Val<'a>]>),
    /// A list.
    List(ObjId),
    /// A set, kept as a list without doubles.
    Set(ObjId),
    /// A dict.
    Dict(ObjId),
    /// An instance of a class of the script.
    Instance(ObjId),
    /// A class of the script.
    Class(ObjId),
    /// A function of the script.
    Function(Rc<Function<'a>>),
    /// A function of the script, bound to its first argument.
    Bound(Rc<Val<'a>>, Rc<Function<'a>>),
    /// A method of a built-in type.
    Method(Rc<Val<'a>>, Rc<str>),
    /// Something that the script imports, or a builtin, by its dotted path.
    External(Rc<str>),
    /// A module of the repository.
    Module(usize),
    /// A path of `pathlib`.
    Path(Rc<[Part]>),
    /// `functools.partial(function, …)`: the function, its first arguments and its keyword arguments.
    Partial(Rc<Partial<'a>>),
    /// One of several functions; each with the text under which it is called, and its place.
    Choice(Rc<[Chosen<'a>]>),
    /// A message of Google's client library.
    Message(ObjId),
    /// A parser of command lines.
    Parser(ObjId),
    /// What a command gave: it succeeded, its output is not known.
    Completed,
}

impl PartialEq for Kind<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unknown(a), Self::Unknown(b)) => a == b,
            (Self::None, Self::None) | (Self::Completed, Self::Completed) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a == b,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Tuple(a), Self::Tuple(b)) => are_same(a, b),
            (Self::List(a), Self::List(b))
            | (Self::Set(a), Self::Set(b))
            | (Self::Dict(a), Self::Dict(b))
            | (Self::Instance(a), Self::Instance(b))
            | (Self::Class(a), Self::Class(b)) => a == b,
            (Self::Function(a), Self::Function(b)) => Rc::ptr_eq(a, b),
            (Self::Bound(a, f), Self::Bound(b, g)) => a == b && Rc::ptr_eq(f, g),
            (Self::Method(a, f), Self::Method(b, g)) => a == b && f == g,
            (Self::External(a), Self::External(b)) => a == b,
            (Self::Module(a), Self::Module(b))
            | (Self::Message(a), Self::Message(b))
            | (Self::Parser(a), Self::Parser(b)) => a == b,
            (Self::Path(a), Self::Path(b)) => a == b,
            (Self::Partial(a), Self::Partial(b)) => Rc::ptr_eq(a, b),
            (Self::Choice(a), Self::Choice(b)) => a == b,
            _ => false,
        }
    }
}

/// True for tuples of the same values. One that stands in many others is compared once.
fn are_same(a: &[Val<'_>], b: &[Val<'_>]) -> bool {
    let mut open = vec![(a, b)];
    let mut seen = BTreeSet::new();
    while let Some((a, b)) = open.pop() {
        if std::ptr::eq(a, b) || !seen.insert((a.as_ptr(), b.as_ptr())) {
            continue;
        }
        if a.len() != b.len() {
            return false;
        }
        for (a, b) in a.iter().zip(b) {
            match (&a.kind, &b.kind) {
                (Kind::Tuple(a), Kind::Tuple(b)) => open.push((a, b)),
                (a, b) if a != b => return false,
                _ => {}
            }
        }
    }
    true
}

/// A function with some of its arguments.
#[derive(Clone, Debug)]
pub struct Partial<'a> {
    /// What is called.
    pub function: Val<'a>,
    /// The first arguments.
    pub args: Vec<Val<'a>>,
    /// Keyword arguments, which those of the call replace.
    pub keywords: Vec<(Rc<str>, Val<'a>)>,
}

/// A function that may be called.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen<'a> {
    /// What is called.
    pub function: Val<'a>,
    /// When, in words of the script.
    pub text: Rc<str>,
    /// Where that stands.
    pub at: At,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Known text.
    Lit(Rc<str>),
    /// Text that is not known; where `options` is not empty, it is one of them.
    Hole { whys: Whys, options: Rc<[Rc<str>]>, extent: Extent },
}

impl Part {
    /// True where a command of gcloud may stand in it.
    pub fn names_gcloud(&self) -> bool {
        match self {
            Self::Lit(text) => words::names_gcloud(text),
            Self::Hole { options, extent, .. } => {
                *extent == Extent::Command || options.iter().any(|option| words::names_gcloud(option))
            }
        }
    }

    /// The texts that it can be, where some of them are more or less than a word.
    pub fn choices(&self) -> Option<Vec<Vec<Self>>> {
        match self {
            Self::Hole { options, .. } if !options.iter().all(|option| words::is_plain_word(option)) => {
                Some(options.iter().map(|option| vec![Self::Lit(Rc::clone(option))]).collect())
            }
            _ => None,
        }
    }
}

/// A function of the script.
#[derive(Debug)]
pub struct Function<'a> {
    /// Its name, `<lambda>` for a lambda.
    pub name: Rc<str>,
    /// Its parameters.
    pub parameters: Option<&'a ast::Parameters>,
    /// Its code.
    pub body: Body<'a>,
    /// Defaults by parameter name, evaluated where the function is defined.
    pub defaults: BTreeMap<Rc<str>, Val<'a>>,
    /// The scope in which it is defined.
    pub scope: ObjId,
    /// The class in which it is defined.
    pub class: Option<ObjId>,
    /// How it is reached through an instance.
    pub binding: Binding,
    /// A decorator that is not known: neither its arguments nor its result are.
    pub opaque: Option<Whys>,
    /// It runs once for the same arguments (`functools.cache`), or once for each object (`cached_property`).
    pub cached: bool,
    /// Where it is defined.
    pub at: At,
}

/// The code of a function.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// `def`
    Block(&'a [ast::Stmt]),
    /// `lambda`
    Expr(&'a ast::Expr),
}

/// How a function is reached through an instance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Binding {
    /// The instance is the first argument.
    Plain,
    /// `@staticmethod`
    Static,
    /// `@classmethod`
    Class,
    /// `@property`
    Property,
}

/// An element of a list.
#[derive(Clone, Debug, PartialEq)]
pub enum Elem<'a> {
    /// One value.
    One(Val<'a>),
    /// Any number of unknown values.
    Any(Whys),
    /// One of several sequences.
    Either(Rc<[Vec<Elem<'a>>]>, Whys),
}

impl<'a> Val<'a> {
    /// A value made at a place.
    pub fn new(kind: Kind<'a>, at: At) -> Self {
        Self { kind, at }
    }

    /// Known text.
    pub fn text(text: impl Into<Rc<str>>, at: At) -> Self {
        Self::new(Kind::Text(Rc::from([Part::Lit(text.into())])), at)
    }

    /// A text that is not known.
    pub fn hole(whys: Whys, at: At) -> Self {
        Self::new(Kind::Text(Rc::from([Part::Hole { whys, options: Rc::from([]), extent: Extent::Text }])), at)
    }

    /// An unknown value with one reason.
    pub fn unknown(kind: WhyKind, text: impl Into<Rc<str>>, at: At) -> Self {
        Self::new(Kind::Unknown(why(kind, text, at)), at)
    }

    /// A text that is not known, into which others went.
    pub fn made_of<'p>(parts: impl IntoIterator<Item = &'p Part>, whys: Whys, at: At) -> Self {
        let extent = if parts.into_iter().any(Part::names_gcloud) { Extent::Command } else { Extent::Text };
        Self::new(Kind::Text(Rc::from([Part::Hole { whys, options: Rc::from([]), extent }])), at)
    }

    /// The parts of a text.
    pub fn parts(&self) -> &[Part] {
        if let Kind::Text(parts) = &self.kind { parts } else { &[] }
    }

    /// The text, where all of it is known.
    pub fn as_text(&self) -> Option<Rc<str>> {
        match &self.kind {
            Kind::Text(parts) => known_text(parts),
            _ => None,
        }
    }

    /// Every text that the value can be, where that is known.
    pub fn options(&self) -> Option<Vec<Rc<str>>> {
        match &self.kind {
            Kind::Text(parts) => {
                let part = |part: &Part| match part {
                    Part::Lit(text) => Some(vec![Rc::clone(text)]),
                    Part::Hole { options, .. } => Some(options.to_vec()).filter(|options| !options.is_empty()),
                };
                Some(words::texts(parts.iter().map(part))?.into_iter().map(Rc::from).collect())
            }
            _ => None,
        }
    }

    /// Why the value, or a part of its text, is not known.
    pub fn whys(&self) -> Option<Whys> {
        match &self.kind {
            Kind::Unknown(whys) => Some(whys.clone()),
            Kind::Text(parts) => parts.iter().fold(None, |all: Option<Whys>, part| match part {
                Part::Lit(_) => all,
                Part::Hole { whys, .. } => Some(all.map_or_else(|| whys.clone(), |all| join(&all, whys))),
            }),
            _ => None,
        }
    }

    /// True for functions and classes of the script.
    pub fn is_callable(&self) -> bool {
        matches!(self.kind, Kind::Function(_) | Kind::Bound(..) | Kind::Class(_) | Kind::Partial(_) | Kind::Choice(_))
    }

    /// The key that the value is in a dict.
    pub fn as_key(&self) -> Option<Key> {
        match &self.kind {
            Kind::Text(parts) => known_text(parts).map(Key::Text),
            Kind::Int(number) => Some(Key::Int(*number)),
            Kind::Bool(truth) => Some(Key::Bool(*truth)),
            Kind::None => Some(Key::None),
            _ => None,
        }
    }
}

/// The values, where none of them may be missing.
pub fn all_known<'a>(elements: &[Elem<'a>]) -> Option<Vec<Val<'a>>> {
    elements.iter().map(|element| if let Elem::One(value) = element { Some(value.clone()) } else { None }).collect()
}

/// The text of parts that are all known.
pub fn known_text(parts: &[Part]) -> Option<Rc<str>> {
    match parts {
        [Part::Lit(text)] => Some(text.clone()),
        _ => {
            let mut all = String::new();
            for part in parts {
                match part {
                    Part::Lit(text) => all.push_str(text),
                    Part::Hole { .. } => return None,
                }
            }
            Some(all.into())
        }
    }
}

//! What can change: lists, dicts, instances, classes and scopes, and the keys of dicts.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{At, Elem, Kind, ObjId, Val, Whys};
use crate::deploy::python::library::ParserObj;
use crate::model::Guard;

/// A dict key that can be compared.
#[derive(Clone, Debug)]
pub enum Key {
    /// A text.
    Text(Rc<str>),
    /// An integer.
    Int(i64),
    /// A truth value.
    Bool(bool),
    /// `None`
    None,
    /// A member of an enumeration.
    Member(ObjId),
}

impl PartialEq for Key {
    /// As in Python, where `1` and `True` are one key.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::None, Self::None) => true,
            (Self::Int(number), Self::Bool(truth)) | (Self::Bool(truth), Self::Int(number)) => {
                *number == i64::from(*truth)
            }
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Member(a), Self::Member(b)) => a == b,
            _ => false,
        }
    }
}

/// An entry of a dict.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<'a> {
    /// Its key.
    pub key: Key,
    /// Its value.
    pub value: Val<'a>,
    /// True where it may be missing.
    pub maybe: bool,
}

/// Something that can change.
#[derive(Clone, Debug, PartialEq)]
pub enum Obj<'a> {
    /// A list or set.
    List(Vec<Elem<'a>>),
    /// A dict.
    Dict(DictObj<'a>),
    /// An instance.
    Instance { class: ObjId, attributes: BTreeMap<Rc<str>, Val<'a>>, open: Option<Whys> },
    /// A class.
    Class(ClassObj<'a>),
    /// The names of a module, function or class body.
    Scope { names: BTreeMap<Rc<str>, Val<'a>>, parent: Option<ObjId>, open: Option<Whys> },
    /// A parser of command lines.
    Parser(ParserObj<'a>),
    /// Something that unknown code may have changed.
    Lost(Whys),
}

/// A dict.
#[derive(Clone, Debug, PartialEq)]
pub struct DictObj<'a> {
    /// Its entries, in order of insertion.
    pub entries: Vec<Entry<'a>>,
    /// Why there may be more entries.
    pub open: Option<Whys>,
    /// Where it was made.
    pub at: At,
    /// The conditions under which it was made.
    pub guards: Rc<[Guard]>,
}

/// A class of the script.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassObj<'a> {
    /// Its name.
    pub name: Rc<str>,
    /// Its own attributes and methods.
    pub attributes: BTreeMap<Rc<str>, Val<'a>>,
    /// Its bases, as far as they are classes of the script.
    pub bases: Vec<ObjId>,
    /// Why it may have attributes that are not seen (a base that is not in the script).
    pub open: Option<Whys>,
    /// The fields in order, where it is a dataclass or a named tuple.
    pub fields: Option<Vec<Rc<str>>>,
    /// Field defaults that are made anew for each instance.
    pub factories: BTreeMap<Rc<str>, Val<'a>>,
    /// True for an enumeration.
    pub is_enum: bool,
    /// True for a named tuple.
    pub is_tuple: bool,
}

impl ClassObj<'_> {
    /// A class with a name and nothing else.
    pub fn plain(name: &str) -> Self {
        Self {
            name: name.into(),
            attributes: BTreeMap::new(),
            bases: Vec::new(),
            open: None,
            fields: None,
            factories: BTreeMap::new(),
            is_enum: false,
            is_tuple: false,
        }
    }
}

impl Key {
    /// The key as a value.
    pub fn value<'a>(&self, at: At) -> Val<'a> {
        match self {
            Self::Text(text) => Val::text(text.clone(), at),
            Self::Int(number) => Val::new(Kind::Int(*number), at),
            Self::Bool(truth) => Val::new(Kind::Bool(*truth), at),
            Self::None => Val::new(Kind::None, at),
            Self::Member(id) => Val::new(Kind::Instance(*id), at),
        }
    }
}

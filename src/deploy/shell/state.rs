//! What a script knows at one point: variables, functions, arguments, what it has printed and is given to read.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use brush_parser::ast::FunctionBody;

use super::options::Options;
use super::source::Source;
use super::text::{Field, Text, add_whys, either};
use crate::model::{Guard, Origin, Place, Why, WhyKind};

/// The most commands that may be left for the end of a shell: more of them say nothing new.
const MAX_AT_EXIT: usize = 16;

/// What a variable holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Unset,
    Text(Text),
    List(Vec<Field>),
    Map(BTreeMap<String, Text>),
    /// A text or a list that is not known.
    Unknown(Vec<Why>),
}

/// The arguments of a script or function.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Arguments(pub(super) Vec<Field>);

impl Arguments {
    /// The argument with this number (from 1); `Ok(None)` where there is none, an error where that is not known.
    pub(super) fn get(&self, number: usize) -> Result<Option<&Text>, Vec<Why>> {
        for (at, field) in self.0.iter().enumerate().take(number) {
            match field {
                Field::Word(text) if at + 1 == number => return Ok(Some(text)),
                Field::Word(_) => {}
                other => return Err(other.whys()),
            }
        }
        Ok(None)
    }

    /// How many there are, where that is known.
    pub(super) fn count(&self) -> Option<usize> {
        self.0.iter().all(|field| matches!(field, Field::Word(_))).then_some(self.0.len())
    }

    /// Whether there certainly are so many.
    pub(super) fn has(&self, count: usize) -> bool {
        self.0.iter().take_while(|field| matches!(field, Field::Word(_))).count() >= count
    }

    /// Drops so many from the start.
    pub(super) fn shift(&mut self, count: usize) {
        for _ in 0..count {
            match self.0.first() {
                Some(Field::Word(_)) => {
                    self.0.remove(0);
                }
                Some(_) => {
                    let mut whys = Vec::new();
                    for field in &self.0 {
                        add_whys(&mut whys, &field.whys());
                    }
                    self.0 = vec![Field::Any(whys)];
                    return;
                }
                None => return,
            }
        }
    }
}

/// How the last command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Known(bool),
    /// A command that is taken to succeed; what a script does after its failure is no declaration.
    Assumed(bool),
    /// A program that finds something out: not known where a script asks it, and taken to succeed where it does not.
    Answer,
    /// A test, or what ends as a test does.
    Unknown,
}

impl Status {
    /// How it ends that ends in one of two ways.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Self::Known(one) | Self::Assumed(one), Self::Known(other) | Self::Assumed(other)) if one == other => {
                Self::Assumed(one)
            }
            (Self::Answer, Self::Known(true) | Self::Assumed(true))
            | (Self::Known(true) | Self::Assumed(true), Self::Answer) => Self::Answer,
            _ => Self::Unknown,
        }
    }
}

/// A function and the text in which its body stands.
#[derive(Clone)]
pub(super) struct Function<'a> {
    pub(super) body: Rc<FunctionBody>,
    pub(super) source: Source<'a>,
}

#[derive(Clone)]
pub(super) struct State<'a> {
    pub(super) variables: BTreeMap<String, Value>,
    pub(super) exported: BTreeSet<String>,
    /// Why variables that nothing assigned are not known; `None` where they come from the environment.
    pub(super) base: Option<Why>,
    /// `None` where it is not known which of several definitions holds.
    pub(super) functions: BTreeMap<String, Option<Function<'a>>>,
    /// Functions that a child of bash has, too: `export -f`.
    pub(super) exported_functions: BTreeMap<String, Option<Function<'a>>>,
    pub(super) arguments: Arguments,
    pub(super) out: Text,
    /// What is left to read, where it is known.
    pub(super) input: Option<Text>,
    /// The folder in which the script runs, from the repository's root.
    pub(super) folder: Option<String>,
    pub(super) status: Status,
    pub(super) options: Options,
    /// Commands for the end: `trap … EXIT`. Where a condition decides which they are, each that it may be.
    pub(super) at_exit: Vec<AtExit>,
}

/// Commands for the end of a shell.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AtExit {
    pub(super) commands: Text,
    pub(super) origin: Origin,
    /// The conditions under which they run.
    pub(super) guards: Vec<Guard>,
}

impl<'a> State<'a> {
    pub(super) fn new(arguments: Arguments, options: Options) -> Self {
        Self {
            variables: BTreeMap::new(),
            exported: BTreeSet::new(),
            base: None,
            functions: BTreeMap::new(),
            exported_functions: BTreeMap::new(),
            arguments,
            out: Text::default(),
            input: None,
            folder: Some(String::new()),
            status: Status::Known(true),
            options,
            at_exit: Vec::new(),
        }
    }

    /// True where nothing that later commands can see differs.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.variables == other.variables
            && self.arguments == other.arguments
            && self.out == other.out
            && self.input == other.input
            && self.folder == other.folder
            && self.functions.len() == other.functions.len()
            && self.options == other.options
    }

    /// The state after one of two ways, by what `why` says.
    pub(super) fn or(self, other: Self, why: &Why) -> Self {
        let mut joined = self;
        let names: BTreeSet<String> = joined.variables.keys().chain(other.variables.keys()).cloned().collect();
        for name in names {
            let unset = |state: &Self| match &state.base {
                Some(why) => Value::Unknown(vec![why.clone()]),
                None => {
                    let text = format!("the environment variable {name} decides it");
                    Value::Unknown(vec![Why::new(WhyKind::Environment, text)])
                }
            };
            let ours = joined.variables.get(&name).cloned().unwrap_or_else(|| unset(&joined));
            let theirs = other.variables.get(&name).cloned().unwrap_or_else(|| unset(&other));
            let value = join(&ours, &theirs, why);
            joined.variables.insert(name, value);
        }
        for (name, function) in other.functions {
            joined
                .functions
                .entry(name)
                .and_modify(|ours| {
                    let same = match (&*ours, &function) {
                        (Some(a), Some(b)) => Rc::ptr_eq(&a.body, &b.body),
                        _ => false,
                    };
                    if !same {
                        *ours = None;
                    }
                })
                .or_insert(function);
        }
        if joined.arguments != other.arguments {
            joined.arguments = join_arguments(&joined.arguments, &other.arguments, why);
        }
        joined.out = joined.out.or(&other.out, why);
        joined.base = joined.base.or(other.base);
        joined.exported.extend(other.exported);
        for (name, function) in other.exported_functions {
            let same = |ours: &Option<Function<'a>>| matches!((ours, &function), (Some(a), Some(b)) if Rc::ptr_eq(&a.body, &b.body));
            let kept = joined.exported_functions.get(&name).is_none_or(same).then_some(function.clone()).flatten();
            joined.exported_functions.insert(name, kept);
        }
        if joined.input != other.input {
            joined.input = None;
        }
        if joined.folder != other.folder {
            joined.folder = None;
        }
        joined.status = joined.status.or(other.status);
        joined.options = joined.options.or(other.options);
        joined.at_exit = join_at_exit(joined.at_exit, other.at_exit, why);
        joined
    }
}

fn join(a: &Value, b: &Value, why: &Why) -> Value {
    match (a, b) {
        (a, b) if a == b => a.clone(),
        (Value::Text(a), Value::Text(b)) => Value::Text(a.or(b, why)),
        (Value::List(a), Value::List(b)) => Value::List(either(a, b, why)),
        // An unset variable gives the empty text.
        (Value::Unset, Value::Text(text)) | (Value::Text(text), Value::Unset) => {
            Value::Text(text.or(&Text::default(), why))
        }
        (a, b) => {
            let mut whys = vec![why.clone()];
            for value in [a, b] {
                add_whys(&mut whys, &value.whys());
            }
            Value::unknown_of([a, b], whys)
        }
    }
}

/// What only one of two ways leaves for the end runs under what decides between them.
fn join_at_exit(ours: Vec<AtExit>, theirs: Vec<AtExit>, why: &Why) -> Vec<AtExit> {
    let (both, ours): (Vec<_>, Vec<_>) = ours.into_iter().partition(|own| theirs.contains(own));
    let theirs = theirs.into_iter().filter(|own| !both.contains(own)).collect::<Vec<_>>();
    let open = |mut own: AtExit| {
        let origin = match &why.place {
            Some(Place::Origin(origin)) => origin.clone(),
            _ => own.origin.clone(),
        };
        // It may know better how the condition decides.
        if !own.guards.iter().any(|guard| guard.origin == origin) {
            own.guards.push(Guard { text: why.text.clone(), origin, negated: false, decided: None });
        }
        own
    };
    both.iter().cloned().chain(ours.into_iter().chain(theirs).map(open)).take(MAX_AT_EXIT).collect()
}

fn join_arguments(a: &Arguments, b: &Arguments, why: &Why) -> Arguments {
    let open = |fields: &[Field]| fields.iter().any(|field| matches!(field, Field::Any(_)));
    if !open(&a.0) && !open(&b.0) {
        return Arguments(either(&a.0, &b.0, why));
    }
    let shared = a.0.iter().zip(&b.0).take_while(|(a, b)| a == b && matches!(a, Field::Word(_))).count();
    let mut whys = Vec::new();
    for field in a.0.iter().chain(&b.0).filter(|field| matches!(field, Field::Any(_))) {
        add_whys(&mut whys, &field.whys());
    }
    let mut fields = a.0.get(..shared).unwrap_or_default().to_vec();
    fields.push(Field::Any(whys));
    Arguments(fields)
}

impl Value {
    /// A value that is not known, and may be one of these or made of them.
    pub(super) fn unknown_of<'v>(values: impl IntoIterator<Item = &'v Self>, whys: Vec<Why>) -> Self {
        let names_gcloud = |field: &Field| matches!(field, Field::Word(text) if text.names_gcloud());
        let texts = values.into_iter().find_map(|value| match value {
            Self::Text(text) => Some(text).filter(|text| text.names_gcloud()),
            Self::List(fields) => fields.iter().find(|field| names_gcloud(field)).and_then(|field| match field {
                Field::Word(text) => Some(text),
                _ => None,
            }),
            _ => None,
        });
        match texts {
            Some(text) => Self::Text(Text::made_of(text, whys)),
            None => Self::Unknown(whys),
        }
    }

    pub(super) fn whys(&self) -> Vec<Why> {
        match self {
            Self::Unset => Vec::new(),
            Self::Text(text) => text.whys(),
            Self::List(fields) => {
                let mut whys = Vec::new();
                for field in fields {
                    add_whys(&mut whys, &field.whys());
                }
                whys
            }
            Self::Map(map) => {
                let mut whys = Vec::new();
                for text in map.values() {
                    add_whys(&mut whys, &text.whys());
                }
                whys
            }
            Self::Unknown(whys) => whys.clone(),
        }
    }
}

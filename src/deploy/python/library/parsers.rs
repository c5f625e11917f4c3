//! `argparse`: which values a script can be given, and which function a sub-command runs.
//!
//! Whatever can be given at run time is not known, its default included: the default is part of the reason, and where
//! the choices are listed, they are all that it can be.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::deploy::python::Evaluator;
use crate::deploy::python::call::Keywords;
use crate::deploy::python::value::{At, Chosen, ClassObj, Kind, Obj, ObjId, Part, Val, Whys, why};
use crate::deploy::words::Extent;
use crate::model::WhyKind;

/// A parser of command lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParserObj<'a> {
    arguments: Vec<Argument<'a>>,
    /// `set_defaults`: name, value, and the place of the call.
    defaults: Vec<(Rc<str>, Val<'a>, At)>,
    commands: Vec<(Rc<str>, ObjId)>,
    /// The name that holds the sub-command, and whether there must be one.
    command: Option<(Rc<str>, bool)>,
    open: Option<Whys>,
}

/// An argument that a parser takes.
#[derive(Clone, Debug, PartialEq)]
struct Argument<'a> {
    name: Rc<str>,
    flags: Vec<Rc<str>>,
    default: Option<Val<'a>>,
    choices: Option<Vec<Rc<str>>>,
    action: Rc<str>,
    /// Its value is the text as it is given, or one of the choices.
    is_text: bool,
    required: bool,
    at: At,
}

impl<'a> Evaluator<'a> {
    /// `argparse.ArgumentParser(…)`
    pub(super) fn new_parser(&mut self, keywords: &Keywords<'a>, at: At) -> Val<'a> {
        let parser = ParserObj { arguments: self.arguments_of_parents(keywords), ..ParserObj::default() };
        Val::new(Kind::Parser(self.heap.add(Obj::Parser(parser))), at)
    }

    fn arguments_of_parents(&mut self, keywords: &Keywords<'a>) -> Vec<Argument<'a>> {
        let parents = keywords.iter().find(|(name, _)| &**name == "parents").map(|(_, value)| value.clone());
        let parents = parents.and_then(|parents| self.known_elements(&parents)).unwrap_or_default();
        let mut arguments = Vec::new();
        for parent in parents {
            if let Kind::Parser(id) = parent.kind
                && let Some(Obj::Parser(parent)) = self.heap.get(id)
            {
                arguments.extend(parent.arguments.iter().cloned());
            }
        }
        arguments
    }

    /// `parser.method(…)`
    pub fn parser_method(
        &mut self,
        object: &Val<'a>,
        id: ObjId,
        method: &str,
        args: &[Val<'a>],
        keywords: &Keywords<'a>,
        at: At,
    ) -> Val<'a> {
        let none = Val::new(Kind::None, at);
        match method {
            "add_argument" => {
                let argument = self.argument(args, keywords, at);
                if let Some(Obj::Parser(parser)) = self.heap.get_mut(id) {
                    match argument {
                        Some(argument) => parser.arguments.push(argument),
                        None => parser.open = Some(why(WhyKind::Dynamic, "an argument's name is not known", at)),
                    }
                }
                none
            }
            "add_argument_group" | "add_mutually_exclusive_group" => object.clone(),
            "add_subparsers" => {
                let keyword = |name: &str| keywords.iter().find(|(key, _)| **key == *name).map(|(_, value)| value);
                let dest = keyword("dest").and_then(Val::as_text).unwrap_or_else(|| "".into());
                let required = keyword("required").is_some_and(|value| matches!(value.kind, Kind::Bool(true)));
                if let Some(Obj::Parser(parser)) = self.heap.get_mut(id) {
                    parser.command = Some((dest, required));
                }
                object.clone()
            }
            "add_parser" => {
                let value = self.new_parser(keywords, at);
                let name = args.first().and_then(Val::as_text);
                if let (Kind::Parser(made), Some(Obj::Parser(parser))) = (&value.kind, self.heap.get_mut(id)) {
                    parser.commands.push((name.unwrap_or_else(|| "".into()), *made));
                }
                value
            }
            "set_defaults" => {
                if let Some(Obj::Parser(parser)) = self.heap.get_mut(id) {
                    parser.defaults.extend(keywords.iter().map(|(name, value)| (name.clone(), value.clone(), at)));
                }
                none
            }
            "parse_args" | "parse_known_args" => {
                self.may_raise(at);
                let given = args.first().cloned().filter(|value| !matches!(value.kind, Kind::None));
                let namespace = self.namespace(id, given.as_ref(), at);
                if method == "parse_args" {
                    return namespace;
                }
                let rest = Val::unknown(WhyKind::Dynamic, super::COMMAND_LINE, at);
                Val::new(Kind::Tuple(Rc::from([namespace, rest])), at)
            }
            _ => Val::unknown(WhyKind::Dynamic, "it is known when the script runs", at),
        }
    }

    fn argument(&mut self, args: &[Val<'a>], keywords: &Keywords<'a>, at: At) -> Option<Argument<'a>> {
        let keyword = |name: &str| keywords.iter().find(|(key, _)| **key == *name).map(|(_, value)| value);
        let flags: Vec<Rc<str>> = args.iter().map(Val::as_text).collect::<Option<_>>()?;
        let first = flags.iter().find(|flag| flag.starts_with("--")).or(flags.first());
        let name = match (keyword("dest"), first) {
            (Some(dest), _) => dest.as_text()?,
            (None, Some(flag)) => Rc::from(flag.trim_start_matches('-').replace('-', "_")),
            (None, None) => return None,
        };
        let name = if flags.first().is_some_and(|flag| !flag.starts_with('-')) { flags.first()?.clone() } else { name };
        let action = match keyword("action") {
            Some(action) => action.as_text().unwrap_or_else(|| "?".into()),
            None => "store".into(),
        };
        let choices = match keyword("choices") {
            Some(list) => {
                let list = list.clone();
                let elements = self.known_elements(&list).or_else(|| match list.kind {
                    Kind::Dict(_) => {
                        self.elements(&list).ok().and_then(|elements| super::super::value::all_known(&elements))
                    }
                    _ => None,
                });
                elements.and_then(|elements| elements.iter().map(Val::as_text).collect())
            }
            None => None,
        };
        let is_text = &*action == "store"
            && keyword("nargs").is_none()
            && keyword("type").is_none_or(|value| matches!(&value.kind, Kind::External(path) if &**path == "str"));
        let required = keyword("required").is_some_and(|value| matches!(value.kind, Kind::Bool(true)))
            || flags.first().is_some_and(|flag| !flag.starts_with('-'));
        Some(Argument { name, flags, default: keyword("default").cloned(), choices, action, is_text, required, at })
    }

    /// What `parse_args` gives.
    fn namespace(&mut self, id: ObjId, given: Option<&Val<'a>>, at: At) -> Val<'a> {
        let Some(Obj::Parser(parser)) = self.heap.get(id).cloned() else {
            return Val::unknown(WhyKind::Dynamic, super::COMMAND_LINE, at);
        };
        let given = match given.map(|given| self.known_elements(given)) {
            Some(Some(words)) => words.iter().map(Val::as_text).collect::<Option<Vec<_>>>(),
            _ => None,
        };
        let exact = given.filter(|_| parser.commands.is_empty()).and_then(|words| exactly(&parser, &words, at));
        let attributes = match exact {
            Some(attributes) => attributes,
            None => self.possible(&parser),
        };
        let open = parser.open;
        let class = self.heap.add(Obj::Class(ClassObj::plain("Namespace")));
        Val::new(Kind::Instance(self.heap.add(Obj::Instance { class, attributes, open })), at)
    }

    /// The values that each argument can have.
    fn possible(&mut self, parser: &ParserObj<'a>) -> BTreeMap<Rc<str>, Val<'a>> {
        let mut values: BTreeMap<Rc<str>, Val<'a>> = BTreeMap::new();
        let mut defaults: BTreeMap<Rc<str>, Vec<(Val<'a>, At)>> = BTreeMap::new();
        let mut certain: BTreeMap<Rc<str>, Val<'a>> = BTreeMap::new();
        let mut open = vec![(parser.clone(), true)];
        let mut count = 0;
        while let Some((parser, top)) = open.pop() {
            count += 1;
            if count > 200 {
                break;
            }
            for argument in &parser.arguments {
                let value = self.argument_value(argument);
                let again = values.contains_key(&argument.name);
                let value =
                    if again { Val::new(Kind::Unknown(self.whys_of(&value, argument.at)), argument.at) } else { value };
                values.insert(argument.name.clone(), value);
            }
            if let Some((name, required)) = parser.command.clone().filter(|(name, _)| !name.is_empty()) {
                let at = parser.commands.first().and_then(|(_, id)| self.place_of_parser(*id)).unwrap_or((0, 0));
                let whys = why(WhyKind::Dynamic, format!("`{name}` is given on the command line"), at);
                let options = parser.commands.iter().map(|(name, _)| name.clone()).collect();
                values.insert(name, choice_of(whys, options, required, at));
            }
            for (name, value, at) in &parser.defaults {
                if top {
                    certain.insert(name.clone(), value.clone());
                }
                defaults.entry(name.clone()).or_default().push((value.clone(), *at));
            }
            for (_, id) in parser.commands.iter().rev() {
                if let Some(Obj::Parser(command)) = self.heap.get(*id) {
                    open.push((command.clone(), false));
                }
            }
        }
        for (name, given) in defaults {
            let chosen = given.iter().map(|(function, at)| Chosen {
                function: function.clone(),
                text: self.source_at(*at).into(),
                at: *at,
            });
            let value = match (given.as_slice(), certain.get(&name)) {
                ([(_, _)], Some(value)) if !values.contains_key(&name) => value.clone(),
                (all, _)
                    if all.iter().all(|(value, _)| value.is_callable() && !matches!(value.kind, Kind::Choice(_))) =>
                {
                    let mut chosen: Vec<Chosen<'a>> = chosen.collect();
                    if !certain.contains_key(&name) {
                        // Without a sub-command there is no such attribute, and what follows fails.
                        self.hazards += 1;
                    }
                    chosen.dedup();
                    let at = all.first().map_or((0, 0), |(_, at)| *at);
                    Val::new(Kind::Choice(chosen.into()), at)
                }
                (all, _) => {
                    let at = all.first().map_or((0, 0), |(_, at)| *at);
                    Val::unknown(WhyKind::Dynamic, format!("`{name}` is given on the command line"), at)
                }
            };
            values.insert(name, value);
        }
        values
    }

    fn place_of_parser(&self, id: ObjId) -> Option<At> {
        match self.heap.get(id) {
            Some(Obj::Parser(parser)) => parser.arguments.first().map(|argument| argument.at),
            _ => None,
        }
    }

    fn argument_value(&mut self, argument: &Argument<'a>) -> Val<'a> {
        let at = argument.at;
        let default = argument.default.as_ref().and_then(Val::as_text);
        let text = match &default {
            Some(default) => {
                let shown = crate::model::redact::line(default);
                format!("`{}` is given on the command line, by default `{shown}`", argument.name)
            }
            None => format!("`{}` is given on the command line", argument.name),
        };
        let whys = why(WhyKind::Dynamic, text, at);
        let is_set = argument.required || default.is_some();
        match &argument.choices {
            Some(choices) if argument.is_text => {
                let mut options = choices.clone();
                options.extend(default.filter(|default| !choices.contains(default)));
                choice_of(whys, options, is_set, at)
            }
            _ if argument.is_text && is_set => Val::hole(whys, at),
            _ => Val::new(Kind::Unknown(whys), at),
        }
    }
}

/// A text that is one of `options`, or `None` where it need not be given.
fn choice_of<'a>(whys: Whys, options: Vec<Rc<str>>, is_set: bool, at: At) -> Val<'a> {
    if !is_set || options.is_empty() || options.len() > 20 {
        return Val::new(Kind::Unknown(whys), at);
    }
    Val::new(Kind::Text(Rc::from([Part::Hole { whys, options: options.into(), extent: Extent::Text }])), at)
}

/// The values where the command line is known; `None` for forms that are not evaluated.
fn exactly<'a>(parser: &ParserObj<'a>, words: &[Rc<str>], at: At) -> Option<BTreeMap<Rc<str>, Val<'a>>> {
    let mut values = BTreeMap::new();
    for argument in &parser.arguments {
        let value = match (&*argument.action, &argument.default) {
            ("store", Some(value)) if argument.is_text => value.clone(),
            ("store", None) if argument.is_text => Val::new(Kind::None, at),
            ("store_true", None) => Val::new(Kind::Bool(false), at),
            ("store_false", None) => Val::new(Kind::Bool(true), at),
            _ => return None,
        };
        values.insert(argument.name.clone(), value);
    }
    let mut positional =
        parser.arguments.iter().filter(|argument| !argument.flags.iter().any(|flag| flag.starts_with('-')));
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (flag, inline) = match word.split_once('=') {
            Some((flag, value)) if word.starts_with("--") => (flag, Some(value)),
            _ => (&**word, None),
        };
        if !word.starts_with('-') {
            values.insert(positional.next()?.name.clone(), Val::text(word.clone(), at));
            continue;
        }
        // An abbreviated flag is no flag of the list.
        let argument = parser.arguments.iter().find(|argument| argument.flags.iter().any(|own| &**own == flag))?;
        let value = match &*argument.action {
            "store" => Val::text(inline.map_or_else(|| words.next().cloned(), |value| Some(value.into()))?, at),
            "store_true" => Val::new(Kind::Bool(true), at),
            _ => Val::new(Kind::Bool(false), at),
        };
        values.insert(argument.name.clone(), value);
    }
    for (name, value, _) in &parser.defaults {
        values.entry(name.clone()).or_insert_with(|| value.clone());
    }
    Some(values)
}

//! Builtins and the standard library, as far as deploy scripts use them.

use std::rc::Rc;

use super::Evaluator;
use super::call::Keywords;
use super::exec::{Round, Stop};
use super::heap::compact;
use super::value::{At, DictObj, Elem, Entry, Key, Kind, Obj, Part, Val, Whys, why};
use crate::model::WhyKind;

/// The reason that every command-line argument has; attributes name the argument.
pub const COMMAND_LINE: &str = "it is given on the command line";

const BUILTINS: [&str; 70] = [
    "abs",
    "all",
    "any",
    "bool",
    "bytes",
    "callable",
    "dict",
    "dir",
    "enumerate",
    "exit",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "id",
    "input",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "locals",
    "map",
    "max",
    "min",
    "next",
    "object",
    "open",
    "print",
    "property",
    "quit",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
    "classmethod",
    "__import__",
    "ascii",
    "bin",
    "breakpoint",
    "bytearray",
    "chr",
    "compile",
    "complex",
    "delattr",
    "divmod",
    "eval",
    "exec",
    "hex",
    "memoryview",
    "oct",
    "ord",
    "pow",
    "slice",
];

/// True for names that Python always has.
pub fn is_builtin(name: &str) -> bool {
    BUILTINS.contains(&name)
        || ((name.ends_with("Error") || name.ends_with("Exit") || name.ends_with("Interrupt"))
            && name.starts_with(|first: char| first.is_ascii_uppercase()))
        || matches!(name, "Exception" | "BaseException" | "StopIteration" | "NotImplemented" | "Warning")
}

/// Calls that neither change their arguments nor run anything, and whose result no deploy depends on.
const HARMLESS: [&str; 22] = [
    "print",
    "logging.",
    "time.sleep",
    "time.",
    "datetime.",
    "json.dump",
    "json.dumps",
    "os.path.",
    "os.getcwd",
    "os.makedirs",
    "os.chdir",
    "pathlib.",
    "sys.stdout.",
    "sys.stderr.",
    "traceback.",
    "pprint.",
    "signal.",
    "argparse.",
    "warnings.",
    "platform.",
    "uuid.",
    "shutil.",
];

impl<'a> Evaluator<'a> {
    /// A variable of the environment.
    pub fn environment(&mut self, name: &Val<'a>, at: At) -> Val<'a> {
        let text = match name.as_text() {
            Some(name) => format!("the environment variable {name} decides it"),
            None => "a variable of the environment decides it".to_owned(),
        };
        Val::hole(why(WhyKind::Environment, text, at), at)
    }

    /// Calls something that the script imports, or a builtin.
    pub fn external(
        &mut self,
        path: &str,
        args: Vec<Val<'a>>,
        keywords: Keywords<'a>,
        unsure: Option<Whys>,
        at: At,
    ) -> Result<Val<'a>, Stop> {
        let keyword = |name: &str| keywords.iter().find(|(key, _)| **key == *name).map(|(_, value)| value.clone());
        let first = args.first().cloned();
        let second = args.get(1).cloned();
        let unknown = |text: &str| Val::unknown(WhyKind::Dynamic, text.to_owned(), at);
        if let Some(whys) = &unsure {
            // What the call does cannot be told, and a command may be among its arguments.
            if is_command_runner(path) && self.silent == 0 {
                self.incomplete(WhyKind::Dynamic, "the script runs a command that is not known", at);
            }
            for value in args.iter().chain(keywords.iter().map(|(_, value)| value)) {
                self.hand_over(value, whys, at);
            }
            self.hazards += 1;
            return Ok(Val::new(Kind::Unknown(whys.clone()), at));
        }
        match path {
            "subprocess.run"
            | "subprocess.call"
            | "subprocess.check_call"
            | "subprocess.check_output"
            | "subprocess.Popen"
            | "subprocess.getoutput"
            | "subprocess.getstatusoutput" => {
                let command = first.or_else(|| keyword("args"));
                if let Some(command) = &command {
                    let shell = match keyword("shell") {
                        Some(value) => self.truth(&value),
                        None => Some(path.starts_with("subprocess.get")),
                    };
                    self.run_command(command, shell, at);
                }
                let checked = keyword("check").is_some_and(|value| self.truth(&value) == Some(true));
                let is_probe = command.as_ref().is_some_and(|command| self.is_probe(command));
                if is_probe && !checked && !path.starts_with("subprocess.check") {
                    return Ok(unknown("how the command ends is known when the script runs"));
                }
                return Ok(match path {
                    "subprocess.run" | "subprocess.Popen" => Val::new(Kind::Completed, at),
                    "subprocess.call" | "subprocess.check_call" => Val::new(Kind::Int(0), at),
                    _ => Val::new(Kind::Unknown(why(WhyKind::Dynamic, "the output of a command is not known", at)), at),
                });
            }
            "os.system" | "os.popen" | "asyncio.create_subprocess_shell" => {
                match first.as_ref().map(|value| &value.kind) {
                    Some(Kind::Text(parts)) => {
                        let text_at = first.as_ref().map_or(at, |value| value.at);
                        self.run_shell(&parts.clone(), text_at);
                    }
                    _ if self.silent == 0 => {
                        self.incomplete(WhyKind::Dynamic, "the script runs a command that is not known", at);
                    }
                    _ => {}
                }
                if first.as_ref().is_some_and(|command| self.is_probe(command)) {
                    return Ok(unknown("how the command ends is known when the script runs"));
                }
                return Ok(if path == "os.system" {
                    Val::new(Kind::Int(0), at)
                } else {
                    Val::new(Kind::Completed, at)
                });
            }
            "asyncio.create_subprocess_exec" => {
                self.run_words(&args, at);
                return Ok(Val::new(Kind::Completed, at));
            }
            "os.execvp" | "os.execv" | "os.spawnvp" => {
                if let Some(command) = args.last() {
                    self.run_command(&command.clone(), Some(false), at);
                }
                return Ok(unknown("the process is replaced"));
            }
            "exec" | "eval" => {
                let whys = why(WhyKind::Unsupported, format!("`{path}` may change it"), at);
                self.lose_data(&whys);
                if self.silent == 0 {
                    self.incomplete(WhyKind::Unsupported, "the script runs code that it has as a text", at);
                }
                return Ok(Val::new(Kind::Unknown(whys), at));
            }
            // What is written into it is written into the names.
            "globals" | "locals" | "vars" if first.is_none() => {
                let whys = why(WhyKind::Unsupported, format!("`{path}()` may change it"), at);
                self.lose_data(&whys);
                return Ok(Val::new(Kind::Unknown(whys), at));
            }
            "delattr" => {
                if let Some(value) = &first {
                    self.lose(value, &why(WhyKind::Unsupported, "`delattr` is not evaluated", at));
                }
                return Ok(Val::new(Kind::None, at));
            }
            "contextlib.suppress" => return Ok(Val::new(Kind::External(super::with::SUPPRESS.into()), at)),
            "sys.exit" | "exit" | "quit" | "os._exit" | "os.abort" => return Err(Stop::Raise),
            "os.getenv" | "os.environ.get" | "os.environ.setdefault" | "os.environ.pop" => {
                let name = first.unwrap_or_else(|| unknown("a name"));
                let value = self.environment(&name, at);
                // Without a default it may be None as well.
                let default = second.or_else(|| keyword("default"));
                return Ok(match default.map(|value| value.kind) {
                    Some(Kind::Text(_)) => value,
                    _ => Val::new(Kind::Unknown(self.whys_of(&value, at)), at),
                });
            }
            "dataclasses.field" | "attr.ib" | "attrs.field" => {
                return Ok(match (keyword("default_factory").or_else(|| keyword("factory")), keyword("default")) {
                    (Some(factory), _) => Val::new(Kind::Method(Rc::new(factory), "default_factory".into()), at),
                    (None, Some(value)) => value,
                    (None, None) => unknown("the field has no default"),
                });
            }
            "dataclasses.replace" | "copy.replace" => {
                if let Some(Val { kind: Kind::Instance(id), .. }) = first
                    && let Some(Obj::Instance { class, mut attributes, open }) = self.heap.get(id).cloned()
                {
                    attributes.extend(keywords);
                    let id = self.heap.add(Obj::Instance { class, attributes, open });
                    let guards = self.current_guards().into();
                    self.note_config(id, at, guards);
                    return Ok(Val::new(Kind::Instance(id), at));
                }
            }
            "dataclasses.asdict" | "vars" | "copy.copy" | "copy.deepcopy" => {
                if let Some(value) = &first {
                    return Ok(self.copy(value, path != "vars" && path != "dataclasses.asdict", 0, at));
                }
            }
            "shlex.split" => {
                return Ok(match first.as_ref().map(|value| &value.kind) {
                    Some(Kind::Text(parts)) => self.split_words(&parts.clone(), at),
                    _ => unknown("the text is not known"),
                });
            }
            "shlex.join" | "subprocess.list2cmdline" => {
                return Ok(self.shell_join(first.as_ref(), at));
            }
            "shlex.quote" => {
                return Ok(match first.as_ref().and_then(Val::as_text) {
                    Some(text) => match shlex::try_quote(&text) {
                        Ok(quoted) => Val::text(&*quoted, at),
                        Err(_) => unknown("the text cannot be quoted"),
                    },
                    None => Val::hole(first.map_or_else(|| Rc::from([]), |value| self.whys_of(&value, at)), at),
                });
            }
            "textwrap.dedent" | "inspect.cleandoc" => {
                return Ok(match first {
                    // Only white space changes, which a command's words do not see.
                    Some(value) if matches!(value.kind, Kind::Text(_)) => value,
                    _ => unknown("the text is not known"),
                });
            }
            "shutil.which" => {
                let Some(name) = first.as_ref().and_then(Val::as_text) else { return Ok(unknown("a path")) };
                // The program is taken to be installed; which folder it lies in makes no difference.
                return Ok(Val::text(name, at));
            }
            "asyncio.run"
            | "asyncio.wait_for"
            | "asyncio.create_task"
            | "asyncio.ensure_future"
            | "typing.cast"
            | "asyncio.gather" => {
                let value = if path == "typing.cast" { second } else { first };
                return Ok(value.unwrap_or_else(|| Val::new(Kind::None, at)));
            }
            "asyncio.to_thread" | "threading.Thread" | "multiprocessing.Process" | "threading.Timer" => {
                return self.thread(args, &keywords, at);
            }
            "functools.partial" => {
                if let Some(value) = &first {
                    self.hand_over(value, &why(WhyKind::Unsupported, "`partial` is not evaluated", at), at);
                }
                return Ok(Val::unknown(WhyKind::Unsupported, "`partial` is not evaluated", at));
            }
            _ => {}
        }
        if path == "argparse.ArgumentParser" {
            return Ok(Val::new(Kind::External("argparse.ArgumentParser()".into()), at));
        }
        if path.ends_with(".parse_args") || path.ends_with(".parse_known_args") {
            return Ok(Val::unknown(WhyKind::Dynamic, COMMAND_LINE, at));
        }
        if let Some(value) = self.builtin(path, &args, &keywords, at)? {
            return Ok(value);
        }
        if HARMLESS.iter().any(|prefix| *prefix == path || (prefix.ends_with('.') && path.starts_with(prefix))) {
            return Ok(unknown("it is known when the script runs"));
        }
        if path.ends_with(".VpcAccess") && self.silent == 0 {
            self.incomplete(WhyKind::Unsupported, "VPC access given to Google's client library is not evaluated", at);
        }
        // Exceptions are made, not raised.
        if is_builtin(path) {
            return Ok(unknown("it is known when the script runs"));
        }
        // `submit(f, x)` and `map(f, list)` of an executor come through a value that is not known, see `call_unknown`.
        let whys = why(WhyKind::Dynamic, format!("`{path}` is not in the script"), at);
        self.call_unknown(&Val::new(Kind::Unknown(whys), at), args, keywords, at)
    }

    fn thread(&mut self, args: Vec<Val<'a>>, keywords: &Keywords<'a>, at: At) -> Result<Val<'a>, Stop> {
        let keyword = |name: &str| keywords.iter().find(|(key, _)| **key == *name).map(|(_, value)| value.clone());
        let (target, given) = match keyword("target") {
            Some(target) => {
                let given = match keyword("args") {
                    Some(value) => match self.elements(&value) {
                        Ok(elements) if elements.iter().all(|element| matches!(element, Elem::One(_))) => elements
                            .into_iter()
                            .filter_map(|element| if let Elem::One(value) = element { Some(value) } else { None })
                            .collect(),
                        _ => return self.call_with_unknowns(&target),
                    },
                    None => Vec::new(),
                };
                (target, given)
            }
            None => match args.split_first() {
                Some((target, rest)) => (target.clone(), rest.to_vec()),
                None => return Ok(Val::unknown(WhyKind::Dynamic, "a thread", at)),
            },
        };
        self.call(&target, given, Vec::new(), None, at)?;
        Ok(Val::unknown(WhyKind::Dynamic, "a thread", at))
    }

    fn builtin(
        &mut self,
        path: &str,
        args: &[Val<'a>],
        keywords: &Keywords<'a>,
        at: At,
    ) -> Result<Option<Val<'a>>, Stop> {
        let first = args.first();
        let list = |evaluator: &mut Self, elements: Vec<Elem<'a>>| {
            Val::new(Kind::List(evaluator.heap.add(Obj::List(elements))), at)
        };
        Ok(Some(match (path, first) {
            ("str", Some(value)) => {
                let parts = self.parts_of(value, at);
                Val::new(Kind::Text(compact(parts)), if matches!(value.kind, Kind::Text(_)) { value.at } else { at })
            }
            ("str", None) => Val::text("", at),
            ("list" | "tuple" | "set" | "frozenset" | "iter" | "reversed" | "sorted", Some(value)) => {
                let mut elements = match self.elements(value) {
                    Ok(elements) => elements,
                    Err(whys) => vec![Elem::Any(whys)],
                };
                let mut ordered = path == "sorted" || !matches!(value.kind, Kind::Set(_));
                if path == "reversed" {
                    elements.reverse();
                }
                if path == "sorted" {
                    match self.sorted(&elements, keywords, at)? {
                        Some(order) => elements = order,
                        // Another order of known values: each of them is there once.
                        None if elements.iter().all(|element| matches!(element, Elem::One(_))) => ordered = false,
                        None => elements = vec![Elem::Any(why(WhyKind::Unsupported, "the order is not evaluated", at))],
                    }
                }
                let unordered = !ordered && elements.len() > 1;
                match path {
                    // The order of a set is not known, so its list is kept as one.
                    _ if unordered => Val::new(Kind::Set(self.heap.add(Obj::List(elements))), at),
                    "set" | "frozenset" => Val::new(Kind::Set(self.heap.add(Obj::List(elements))), at),
                    "tuple" if elements.iter().all(|element| matches!(element, Elem::One(_))) => {
                        let values = elements
                            .into_iter()
                            .filter_map(|element| if let Elem::One(value) = element { Some(value) } else { None });
                        Val::new(Kind::Tuple(values.collect()), at)
                    }
                    _ => list(self, elements),
                }
            }
            ("list", None) => list(self, Vec::new()),
            ("tuple", None) => Val::new(Kind::Tuple(Rc::from([])), at),
            ("set" | "frozenset", None) => Val::new(Kind::Set(self.heap.add(Obj::List(Vec::new()))), at),
            ("dict", first) => {
                let id = self.new_dict(Vec::new(), None, at);
                let dict = Val::new(Kind::Dict(id), at);
                if let Some(value) = first {
                    self.update(&dict, value, at);
                }
                for (name, value) in keywords {
                    self.set_item(&dict, &Val::text(name.clone(), at), value.clone(), at);
                }
                dict
            }
            ("int", Some(value)) => match (&value.kind, value.as_text().and_then(|text| text.trim().parse().ok())) {
                (Kind::Int(_), _) => value.clone(),
                (_, Some(number)) => Val::new(Kind::Int(number), at),
                _ => {
                    self.may_raise(at);
                    Val::new(Kind::Unknown(self.whys_of(value, at)), at)
                }
            },
            ("bool", Some(value)) => match self.truth(value) {
                Some(truth) => Val::new(Kind::Bool(truth), at),
                None => Val::new(Kind::Unknown(self.whys_of(value, at)), at),
            },
            ("len", Some(value)) => match (self.elements(value), value.as_text()) {
                // A set drops what it has twice.
                (Ok(elements), _) if matches!(value.kind, Kind::Set(_)) && elements.len() > 1 => {
                    Val::unknown(WhyKind::Unsupported, "the size of a set is not computed", at)
                }
                (_, Some(text)) => Val::new(Kind::Int(text.chars().count() as i64), at),
                (Ok(elements), _) if elements.iter().all(|element| matches!(element, Elem::One(_))) => {
                    Val::new(Kind::Int(elements.len() as i64), at)
                }
                _ => Val::new(Kind::Unknown(self.whys_of(value, at)), at),
            },
            ("range", Some(_)) => {
                let numbers: Option<Vec<i64>> = args
                    .iter()
                    .map(|value| if let Kind::Int(number) = value.kind { Some(number) } else { None })
                    .collect();
                let (start, end, step) = match numbers.as_deref() {
                    Some([end]) => (0, *end, 1),
                    Some([start, end]) => (*start, *end, 1),
                    Some([start, end, step]) if *step > 0 => (*start, *end, *step),
                    _ => {
                        let whys = args.iter().find_map(Val::whys);
                        let whys = whys.unwrap_or_else(|| why(WhyKind::Unsupported, "this range is not evaluated", at));
                        return Ok(Some(Val::new(Kind::Unknown(whys), at)));
                    }
                };
                let mut elements = Vec::new();
                let mut number = start;
                while number < end {
                    if elements.len() > 1_000 {
                        return self.limit(at, "the range is too long");
                    }
                    elements.push(Elem::One(Val::new(Kind::Int(number), at)));
                    number = number.saturating_add(step);
                }
                list(self, elements)
            }
            ("enumerate", Some(value)) => {
                let start = match (args.get(1), keywords.first()) {
                    (Some(Val { kind: Kind::Int(start), .. }), _)
                    | (None, Some((_, Val { kind: Kind::Int(start), .. }))) => *start,
                    (None, None) => 0,
                    _ => return Ok(Some(Val::unknown(WhyKind::Dynamic, "the count is not known", at))),
                };
                if start > i64::from(i32::MAX) {
                    return Ok(Some(Val::unknown(WhyKind::Limit, "the count is too large", at)));
                }
                let mut elements = Vec::new();
                let mut counted = true;
                for (number, round) in (start..).zip(self.rounds(value)) {
                    let count = |known: bool| match known {
                        true => Val::new(Kind::Int(number), at),
                        false => Val::unknown(WhyKind::Dynamic, "the count is not known", at),
                    };
                    elements.push(match round {
                        Round::One(value) => {
                            let pair = Kind::Tuple(Rc::from([count(counted), value]));
                            Elem::One(Val::new(pair, at))
                        }
                        Round::Maybe(value, whys) => {
                            counted = false;
                            let pair = Kind::Tuple(Rc::from([count(false), value]));
                            Elem::Either(Rc::from([vec![Elem::One(Val::new(pair, at))], vec![]]), whys)
                        }
                        Round::Any(whys) => {
                            counted = false;
                            Elem::Any(whys)
                        }
                    });
                }
                list(self, elements)
            }
            ("zip", Some(_)) => {
                let mut columns = Vec::new();
                for value in args {
                    match self.elements(value) {
                        Ok(elements) if elements.iter().all(|element| matches!(element, Elem::One(_))) => {
                            columns.push(elements)
                        }
                        Ok(_) => return Ok(Some(Val::unknown(WhyKind::Dynamic, "the list is not known", at))),
                        Err(whys) => return Ok(Some(Val::new(Kind::Unknown(whys), at))),
                    }
                }
                let length = columns.iter().map(Vec::len).min().unwrap_or(0);
                let mut rows = Vec::new();
                for row in 0..length {
                    let values: Vec<Val> = columns
                        .iter()
                        .filter_map(|column| {
                            if let Some(Elem::One(value)) = column.get(row) { Some(value.clone()) } else { None }
                        })
                        .collect();
                    rows.push(Elem::One(Val::new(Kind::Tuple(values.into()), at)));
                }
                list(self, rows)
            }
            ("map" | "filter", Some(function)) => {
                let Some(values) = args.get(1) else { return Ok(None) };
                let mut elements = Vec::new();
                for round in self.rounds(values) {
                    match round {
                        Round::One(value) => {
                            let result = self.call(function, vec![value.clone()], Vec::new(), None, at)?;
                            if path == "map" {
                                elements.push(Elem::One(result));
                                continue;
                            }
                            match self.truth(&result) {
                                Some(true) => elements.push(Elem::One(value)),
                                Some(false) => {}
                                None => {
                                    let whys = self.whys_of(&result, at);
                                    elements.push(Elem::Either(Rc::from([vec![Elem::One(value)], vec![]]), whys));
                                }
                            }
                        }
                        Round::Maybe(_, whys) | Round::Any(whys) => {
                            self.hand_over(function, &whys, at);
                            elements.push(Elem::Any(whys));
                        }
                    }
                }
                list(self, elements)
            }
            ("any" | "all", Some(value)) => {
                let wanted = path == "any";
                let mut undecided = None;
                for round in self.rounds(value) {
                    let whys = match round {
                        Round::One(value) => match self.truth(&value) {
                            Some(truth) if truth == wanted => return Ok(Some(Val::new(Kind::Bool(wanted), at))),
                            Some(_) => continue,
                            None => self.whys_of(&value, at),
                        },
                        Round::Maybe(_, whys) | Round::Any(whys) => whys,
                    };
                    undecided = Some(whys);
                }
                match undecided {
                    Some(whys) => Val::new(Kind::Unknown(whys), at),
                    None => Val::new(Kind::Bool(!wanted), at),
                }
            }
            ("isinstance", Some(value)) => {
                let of = args.get(1).map(|class| class.kind.clone());
                let known = match (&value.kind, of) {
                    // Generators are kept as lists, and lists of unknown order as sets.
                    (Kind::Unknown(_) | Kind::Set(_), _) => None,
                    (kind, Some(Kind::External(name))) => match &*name {
                        "str" => Some(matches!(kind, Kind::Text(_))),
                        "list" => Some(matches!(kind, Kind::List(_))),
                        "dict" => Some(matches!(kind, Kind::Dict(_))),
                        "tuple" => Some(matches!(kind, Kind::Tuple(_))),
                        _ => None,
                    },
                    _ => None,
                };
                match known {
                    Some(truth) => Val::new(Kind::Bool(truth), at),
                    None => Val::unknown(WhyKind::Dynamic, "the type is not known", at),
                }
            }
            ("getattr", Some(object)) => match args.get(1).and_then(Val::as_text) {
                Some(name) => {
                    let has = self.has_attribute(object, &name);
                    match (has, args.get(2)) {
                        (Some(false), Some(default)) => default.clone(),
                        (None, Some(_)) => Val::new(Kind::Unknown(self.whys_of(object, at)), at),
                        _ => self.attribute(object, &name, at)?,
                    }
                }
                None => {
                    self.hazards += 1;
                    Val::unknown(WhyKind::Dynamic, "the attribute is not known", at)
                }
            },
            ("hasattr", Some(object)) => match args.get(1).and_then(Val::as_text) {
                Some(name) => match self.has_attribute(object, &name) {
                    Some(truth) => Val::new(Kind::Bool(truth), at),
                    None => Val::unknown(WhyKind::Dynamic, "the attributes are not known", at),
                },
                None => Val::unknown(WhyKind::Dynamic, "the attribute is not known", at),
            },
            ("setattr", Some(object)) => {
                match (args.get(1).and_then(Val::as_text), args.get(2)) {
                    (Some(name), Some(value)) => self.set_attribute(object, &name, value.clone(), at)?,
                    _ => self.lose(object, &why(WhyKind::Dynamic, "the attribute is not known", at)),
                }
                Val::new(Kind::None, at)
            }
            ("next", Some(value)) => {
                if let Kind::Set(_) = value.kind
                    && self.rounds(value).len() > 1
                {
                    let text = "the order of a set is not known";
                    return Ok(Some(Val::unknown(WhyKind::NonDeterministic, text, at)));
                }
                let found = self.rounds(value).into_iter().next();
                // What is taken is not there for the next call.
                if let (Kind::List(id), Some(Round::One(_))) = (&value.kind, &found)
                    && let Some(Obj::List(elements)) = self.heap.get_mut(*id)
                {
                    elements.remove(0);
                } else if matches!(found, Some(Round::Maybe(..) | Round::Any(_))) {
                    self.lose(value, &why(WhyKind::Dynamic, "what is left of it is not known", at));
                }
                match (found, args.get(1)) {
                    (Some(Round::One(value)), _) => value,
                    (None, Some(default)) => default.clone(),
                    (Some(Round::Maybe(_, whys) | Round::Any(whys)), _) => {
                        self.hazards += 1;
                        Val::new(Kind::Unknown(whys), at)
                    }
                    (None, None) => {
                        self.hazards += 1;
                        Val::unknown(WhyKind::EvaluationFailed, "there is no next value", at)
                    }
                }
            }
            _ => return Ok(None),
        }))
    }

    /// The elements as `sorted` orders them, where that can be told.
    fn sorted(
        &mut self,
        elements: &[Elem<'a>],
        keywords: &Keywords<'a>,
        at: At,
    ) -> Result<Option<Vec<Elem<'a>>>, Stop> {
        let mut by = None;
        let mut descending = false;
        for (name, value) in keywords {
            match &**name {
                "key" if matches!(value.kind, Kind::None) => {}
                "key" => by = Some(value),
                "reverse" => match self.truth(value) {
                    Some(truth) => descending = truth,
                    None => return Ok(None),
                },
                _ => return Ok(None),
            }
        }
        let mut keys: Vec<(Vec<Option<Key>>, Elem<'a>)> = Vec::new();
        for element in elements {
            let Elem::One(value) = element else { return Ok(None) };
            let key = match by {
                Some(function) => self.call(function, vec![value.clone()], Vec::new(), None, at)?,
                None => value.clone(),
            };
            let key = match &key.kind {
                Kind::Tuple(values) => values.iter().map(Val::as_key).collect(),
                _ => vec![key.as_key()],
            };
            keys.push((key, element.clone()));
        }
        let mut comparable = true;
        // Python keeps the order of equal elements, also in reverse.
        keys.sort_by(|(first, _), (second, _)| {
            let pairs = first.iter().zip(second).map(|pair| match pair {
                (Some(Key::Text(a)), Some(Key::Text(b))) => Some(a.cmp(b)),
                (Some(Key::Int(a)), Some(Key::Int(b))) => Some(a.cmp(b)),
                _ => None,
            });
            let decides = pairs.into_iter().find(|order| *order != Some(std::cmp::Ordering::Equal));
            let order = decides.unwrap_or(Some(first.len().cmp(&second.len()))).unwrap_or_else(|| {
                comparable = false;
                std::cmp::Ordering::Equal
            });
            if descending { order.reverse() } else { order }
        });
        if !comparable {
            return Ok(None);
        }
        Ok(Some(keys.into_iter().map(|(_, element)| element).collect()))
    }

    fn has_attribute(&self, object: &Val<'a>, name: &str) -> Option<bool> {
        let Kind::Instance(id) = object.kind else { return None };
        match self.heap.get(id) {
            Some(Obj::Instance { class, .. }) if self.class_attribute(*class, "__getattr__").is_some() => None,
            Some(Obj::Instance { attributes, class, open }) => {
                let has = attributes.contains_key(name) || self.class_attribute(*class, name).is_some();
                if has { Some(true) } else { open.is_none().then_some(false) }
            }
            _ => None,
        }
    }

    /// A copy: of an instance as an instance, or as a dict.
    fn copy(&mut self, value: &Val<'a>, keep_instances: bool, depth: usize, at: At) -> Val<'a> {
        if depth > 20 {
            return Val::unknown(WhyKind::Limit, "it is nested too deeply", at);
        }
        match &value.kind {
            Kind::List(id) | Kind::Set(id) => match self.heap.get(*id).cloned() {
                Some(Obj::List(elements)) => {
                    let simple = elements.iter().all(|element| matches!(element, Elem::One(_)));
                    let copied: Vec<Elem> = elements
                        .into_iter()
                        .map(|element| match element {
                            Elem::One(value) if simple => Elem::One(self.copy(&value, keep_instances, depth + 1, at)),
                            other => other,
                        })
                        .collect();
                    let id = self.heap.add(Obj::List(copied));
                    Val::new(if matches!(value.kind, Kind::List(_)) { Kind::List(id) } else { Kind::Set(id) }, at)
                }
                _ => Val::new(Kind::Unknown(self.lost_whys(*id, at)), at),
            },
            Kind::Dict(id) => match self.heap.get(*id).cloned() {
                Some(Obj::Dict(DictObj { entries, open, .. })) => {
                    let copied: Vec<Entry> = entries
                        .into_iter()
                        .map(|entry| Entry { value: self.copy(&entry.value, keep_instances, depth + 1, at), ..entry })
                        .collect();
                    Val::new(Kind::Dict(self.new_dict(copied, open, at)), at)
                }
                _ => Val::new(Kind::Unknown(self.lost_whys(*id, at)), at),
            },
            Kind::Instance(id) => match self.heap.get(*id).cloned() {
                Some(Obj::Instance { class, attributes, open }) if keep_instances => {
                    let copied = attributes
                        .into_iter()
                        .map(|(name, value)| (name, self.copy(&value, true, depth + 1, at)))
                        .collect();
                    let id = self.heap.add(Obj::Instance { class, attributes: copied, open });
                    Val::new(Kind::Instance(id), at)
                }
                Some(Obj::Instance { .. }) => {
                    let dict = self.instance_dict(*id, at);
                    self.copy(&dict, false, depth + 1, at)
                }
                _ => Val::new(Kind::Unknown(self.lost_whys(*id, at)), at),
            },
            _ => value.clone(),
        }
    }

    fn lost_whys(&self, id: usize, at: At) -> Whys {
        match self.heap.get(id) {
            Some(Obj::Lost(whys)) => whys.clone(),
            _ => why(WhyKind::Dynamic, "it is not known", at),
        }
    }

    fn split_words(&mut self, parts: &[Part], at: At) -> Val<'a> {
        let elements = match super::value::known_text(parts) {
            Some(text) => match shlex::split(&text) {
                Some(words) => words.into_iter().map(|word| Elem::One(Val::text(word, at))).collect(),
                None => return Val::unknown(WhyKind::EvaluationFailed, "the quotes do not match", at),
            },
            // Quotes around what is not known cannot be seen through.
            None if parts.iter().any(|part| matches!(part, Part::Lit(text) if text.contains(['"', '\'', '\\']))) => {
                vec![Elem::Any(why(WhyKind::Dynamic, "a part of the text is not known", at))]
            }
            None => super::methods::split_parts(parts, at).into_iter().map(Elem::One).collect(),
        };
        Val::new(Kind::List(self.heap.add(Obj::List(elements))), at)
    }

    fn shell_join(&mut self, list: Option<&Val<'a>>, at: At) -> Val<'a> {
        let Some(elements) = list.and_then(|list| self.elements(list).ok()) else {
            return Val::unknown(WhyKind::Dynamic, "the words are not known", at);
        };
        let mut parts: Vec<Part> = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            if index > 0 {
                parts.push(Part::Lit(" ".into()));
            }
            let word = if let Elem::One(value) = element { value.as_text() } else { None };
            match word.as_deref().map(shlex::try_quote) {
                Some(Ok(quoted)) => parts.push(Part::Lit(Rc::from(&*quoted))),
                _ => parts.push(super::text::hole(why(WhyKind::Dynamic, "a word is not known", at))),
            }
        }
        Val::new(Kind::Text(compact(parts)), at)
    }
}

fn is_command_runner(path: &str) -> bool {
    path.starts_with("subprocess.") || matches!(path, "os.system" | "os.popen")
}

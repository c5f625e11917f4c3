//! Builtins and the standard library, as far as deploy scripts use them.
//!
//! | file | subject |
//! | --- | --- |
//! | `sequences` | builtins that make, walk and order sequences |
//! | `builtins` | the names that Python always has |
//! | `copies` | `copy`, `vars` and `dataclasses.asdict` |
//! | `data` | JSON and YAML that a script reads |
//! | `environment` | the environment, as far as gcloud goes by it |
//! | `google` | Google's clients |
//! | `http` | requests to Cloud Run's API by plain HTTP |
//! | `iterables` | `itertools` and `collections` |
//! | `parsers` | `argparse` |
//! | `paths` | `pathlib` and `os.path` |
//! | `processes` | calls that start a program |
//! | `quoting` | `shlex`: texts as shell words, and back |

use std::rc::Rc;

use super::Evaluator;
use super::call::Keywords;
use super::exec::Stop;
use super::value::{At, ClassObj, Elem, Kind, Obj, Part, Partial, Val, Whys, why};
use crate::deploy::words::Extent;
use crate::model::WhyKind;

mod builtins;
mod copies;
mod data;
mod environment;
mod google;
mod http;
mod iterables;
mod parsers;
mod paths;
mod processes;
mod quoting;
mod sequences;

pub use builtins::is_builtin;
pub use environment::ENVIRONMENT;
pub use google::{LIVE, is_client};
pub use parsers::ParserObj;
pub use paths::OPENED;

use copies::Copying;
use processes::is_command_runner;

/// The reason that every command-line argument has; attributes name the argument.
pub const COMMAND_LINE: &str = "it is given on the command line";

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
        if let Some(value) = self.process(path, &args, &keywords, at)? {
            return Ok(value);
        }
        match path {
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
            "os.environ.copy" => return Ok(self.environment_copy(at)),
            "copy.copy" | "copy.deepcopy" if matches!(first.as_ref().map(|value| &value.kind), Some(Kind::External(path)) if &**path == ENVIRONMENT) =>
            {
                return Ok(self.environment_copy(at));
            }
            "os.environ.update" => {
                self.update_environment(first.as_ref(), &keywords, at);
                return Ok(Val::new(Kind::None, at));
            }
            "os.environ.clear" | "os.environ.popitem" => {
                self.lose_environment(at);
                return Ok(unknown("it is known when the script runs"));
            }
            "os.putenv" => {
                let name = first.unwrap_or_else(|| unknown("a name"));
                self.set_environment(&name, second.as_ref(), at);
                return Ok(Val::new(Kind::None, at));
            }
            "os.unsetenv" => {
                self.set_environment(&first.unwrap_or_else(|| unknown("a name")), None, at);
                return Ok(Val::new(Kind::None, at));
            }
            "os.getenv" | "os.environ.get" | "os.environ.setdefault" | "os.environ.pop" => {
                if matches!(path, "os.environ.setdefault" | "os.environ.pop") {
                    self.set_environment(&first.clone().unwrap_or_else(|| unknown("a name")), None, at);
                }
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
                    return Ok(self.copy(value, Copying::of(path), at));
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
                    // It is in quotes, or needs none.
                    None => {
                        let whys = first.map_or_else(|| Rc::from([]), |value| self.whys_of(&value, at));
                        let hole = Part::Hole { whys, options: Rc::from([]), extent: Extent::Quoted };
                        Val::new(Kind::Text(Rc::from([hole])), at)
                    }
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
                if let Some((function, rest)) = args.split_first() {
                    let mut partial =
                        Partial { function: function.clone(), args: rest.to_vec(), keywords: keywords.clone() };
                    if let Kind::Partial(inner) = &function.kind {
                        // As Python does, so that none is nested.
                        partial.function = inner.function.clone();
                        partial.args = inner.args.iter().chain(rest).cloned().collect();
                        let inner = inner.keywords.iter().filter(|(name, _)| keyword(name).is_none()).cloned();
                        partial.keywords = inner.chain(partial.keywords).collect();
                    }
                    if partial.args.len() > 200 {
                        return self.limit(at, "a function has too many arguments");
                    }
                    return Ok(Val::new(Kind::Partial(Rc::new(partial)), at));
                }
            }
            "json.loads" | "json.load" | "yaml.safe_load" => return Ok(self.load_data(path, args.first(), at)),
            "sys.path.insert" | "sys.path.append" | "sys.path.extend" => {
                self.search_path(path, args.last(), at);
                return Ok(Val::new(Kind::None, at));
            }
            "open" | "io.open" => {
                let mode = second.or_else(|| keyword("mode"));
                let file = first.or_else(|| keyword("file")).unwrap_or_else(|| unknown("a path"));
                return Ok(self.open_file(&file, mode.as_ref(), at));
            }
            "types.SimpleNamespace" | "argparse.Namespace" if args.is_empty() => {
                let class = self.heap.add(Obj::Class(ClassObj::plain("Namespace")));
                let attributes: std::collections::BTreeMap<Rc<str>, Val<'a>> = keywords.into_iter().collect();
                let is_config = attributes.contains_key("vpc_access");
                let id = self.heap.add(Obj::Instance { class, attributes, open: None });
                if is_config {
                    let guards = self.current_guards().into();
                    self.note_config(id, at, guards);
                }
                return Ok(Val::new(Kind::Instance(id), at));
            }
            "collections.namedtuple" => {
                if let Some(class) = self.named_tuple(&args, &keywords, at) {
                    return Ok(class);
                }
            }
            "itertools.chain" | "itertools.chain.from_iterable" | "itertools.product" => {
                if let Some(value) = self.iterated(path, &args, &keywords, at) {
                    return Ok(value);
                }
            }
            _ => {}
        }
        if path == "argparse.ArgumentParser" {
            return Ok(self.new_parser(&keywords, at));
        }
        if let Some(value) = self.path_call(path, &args, at) {
            return Ok(value);
        }
        if let Some(value) = self.google_call(path, &args, &keywords, at) {
            return Ok(value);
        }
        if path == "fire.Fire" || path == "typer.run" {
            self.escape_code(args.first(), at)?;
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

    /// `sys.path.insert(0, folder)` and its like.
    fn search_path(&mut self, path: &str, folder: Option<&Val<'a>>, at: At) {
        let known = folder.and_then(paths::path_parts).and_then(|parts| paths::in_repository(&parts));
        match (path, known) {
            ("sys.path.insert", Some(folder)) => self.search.insert(0, folder),
            ("sys.path.append", Some(folder)) => self.search.push(folder),
            // What is looked at last takes nothing from what is found before.
            ("sys.path.append", None) => {}
            _ => {
                let whys = why(WhyKind::Dynamic, "`sys.path` is changed by what is not known", at);
                self.search_open.get_or_insert(whys);
            }
        }
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
}

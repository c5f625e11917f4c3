//! Paths: `pathlib` and `os.path`. Where the repository lies is not known, but what lies in it is.

use std::rc::Rc;

use crate::deploy::python::Evaluator;
use crate::deploy::python::heap::compact;
use crate::deploy::python::value::{At, Elem, Kind, Obj, Part, Val, known_text, why};
use crate::deploy::repository::resolve;
use crate::deploy::words::Extent;
use crate::model::WhyKind;

/// The reason of the part of a path that is the repository's own folder.
const ROOT: &str = "where the repository lies is known when the script runs";

impl<'a> Evaluator<'a> {
    /// The path of a file of the repository, as a text.
    pub fn file_path(&self, path: &str, at: At) -> Val<'a> {
        let root = Part::Hole { whys: why(WhyKind::Dynamic, ROOT, at), options: Rc::from([]), extent: Extent::Text };
        Val::new(Kind::Text(Rc::from([root, Part::Lit(format!("/{path}").into())])), at)
    }

    /// `pathlib.Path(…)` and functions of `os.path`. `None` for others.
    pub(super) fn path_call(&mut self, path: &str, args: &[Val<'a>], at: At) -> Option<Val<'a>> {
        let unknown = || Val::unknown(WhyKind::Dynamic, "a path is known when the script runs", at);
        Some(match path {
            "pathlib.Path" | "pathlib.PurePath" | "pathlib.PosixPath" | "pathlib.PurePosixPath" => {
                let Some((first, rest)) = args.split_first() else { return Some(unknown()) };
                let mut joined = path_parts(first);
                for part in rest {
                    joined = joined.zip(path_parts(part)).and_then(|(folder, part)| join(&folder, &part));
                }
                joined.and_then(normal).map_or_else(unknown, |parts| Val::new(Kind::Path(parts), at))
            }
            "os.path.join" => {
                let Some((first, rest)) = args.split_first() else { return Some(unknown()) };
                let mut joined = path_parts(first);
                for part in rest {
                    joined = joined.zip(path_parts(part)).and_then(|(folder, part)| join(&folder, &part));
                }
                joined.map_or_else(unknown, |parts| Val::new(Kind::Text(parts), at))
            }
            "os.path.dirname" | "os.path.abspath" | "os.path.realpath" | "os.path.normpath" | "os.path.basename" => {
                let parts = args.first().and_then(path_parts);
                let result = parts.and_then(|parts| match path {
                    "os.path.dirname" => parent(&parts),
                    "os.path.basename" => name(&parts).map(|name| Rc::from([Part::Lit(name)])),
                    _ => absolute(&parts),
                });
                result.map_or_else(unknown, |parts| Val::new(Kind::Text(parts), at))
            }
            _ => return None,
        })
    }

    /// `path.name`
    pub fn path_attribute(&mut self, object: &Val<'a>, parts: &Rc<[Part]>, attribute: &str, at: At) -> Val<'a> {
        let unknown = || Val::unknown(WhyKind::Dynamic, "a path is known when the script runs", at);
        match attribute {
            "parent" => parent(parts).map_or_else(unknown, |parts| Val::new(Kind::Path(parts), at)),
            "parents" => {
                let mut parents = Vec::new();
                let mut next = parent(parts);
                while let Some(folder) = next.filter(|_| parents.len() < 50) {
                    next = parent(&folder);
                    parents.push(Elem::One(Val::new(Kind::Path(folder), at)));
                }
                parents.push(Elem::Any(why(WhyKind::Dynamic, ROOT, at)));
                Val::new(Kind::List(self.heap.add(Obj::List(parents))), at)
            }
            "name" | "stem" | "suffix" => {
                let Some(name) = name(parts) else { return unknown() };
                let (stem, suffix) = match name.rfind('.') {
                    Some(dot) if dot > 0 && dot + 1 < name.len() => name.split_at(dot),
                    _ => (&*name, ""),
                };
                match attribute {
                    "name" => Val::text(name.clone(), at),
                    "stem" => Val::text(stem, at),
                    _ => Val::text(suffix, at),
                }
            }
            _ => Val::new(Kind::Method(Rc::new(object.clone()), Rc::from(attribute)), at),
        }
    }

    /// `path.method(…)`
    pub fn path_method(&mut self, parts: &Rc<[Part]>, method: &str, args: &[Val<'a>], at: At) -> Val<'a> {
        let unknown = || Val::unknown(WhyKind::Dynamic, "a path is known when the script runs", at);
        let made = match method {
            "resolve" | "absolute" => absolute(parts),
            "joinpath" => {
                let mut joined = Some(parts.clone());
                for part in args {
                    joined = joined.zip(path_parts(part)).and_then(|(folder, part)| join(&folder, &part));
                }
                joined
            }
            "as_posix" | "__str__" | "__fspath__" => return Val::new(Kind::Text(parts.clone()), at),
            "read_text" => return self.file_text(parts, at),
            "open" => return self.open_file(&Val::new(Kind::Path(parts.clone()), at), args.first(), at),
            _ => {
                // Everything that writes, and what asks the file system.
                self.files_written |=
                    matches!(method, "write_text" | "write_bytes" | "unlink" | "rename" | "replace" | "touch");
                self.hazards += 1;
                return unknown();
            }
        };
        made.and_then(normal).map_or_else(unknown, |parts| Val::new(Kind::Path(parts), at))
    }

    /// `folder / part`
    pub fn join_path(&self, folder: &Val<'a>, part: &Val<'a>, at: At) -> Val<'a> {
        let joined = path_parts(folder).zip(path_parts(part)).and_then(|(folder, part)| join(&folder, &part));
        match joined.and_then(normal) {
            Some(parts) => Val::new(Kind::Path(parts), at),
            None => Val::unknown(WhyKind::Dynamic, "a path is known when the script runs", at),
        }
    }

    /// `open(path, mode)`
    pub(super) fn open_file(&mut self, path: &Val<'a>, mode: Option<&Val<'a>>, at: At) -> Val<'a> {
        let reads =
            mode.is_none_or(|mode| mode.as_text().is_some_and(|mode| mode.starts_with('r') && !mode.contains('+')));
        self.may_raise(at);
        if !reads {
            self.files_written = true;
            return Val::unknown(WhyKind::Dynamic, "a file is known when the script runs", at);
        }
        match path_parts(path) {
            Some(parts) => Val::new(Kind::Method(Rc::new(Val::new(Kind::Path(parts), at)), OPENED.into()), at),
            None => Val::unknown(WhyKind::Dynamic, "a file is known when the script runs", at),
        }
    }

    /// The text of a file of the repository.
    pub fn file_text(&mut self, parts: &[Part], at: At) -> Val<'a> {
        self.may_raise(at);
        let Some(path) = in_repository(parts) else {
            let text = "it is read from a file that lies where the script runs";
            return Val::unknown(WhyKind::Dynamic, text, at);
        };
        if self.files_written {
            return Val::unknown(WhyKind::Dynamic, format!("the script writes files, perhaps {path}"), at);
        }
        match self.repository.file(&path) {
            Ok(file) => Val::text(file.text(), at),
            Err(refusal) => Val::unknown(refusal.kind, refusal.text, at),
        }
    }
}

/// The name of the method that stands for an opened file.
pub const OPENED: &str = "open()";

/// The path from the repository's root, where it lies in the repository.
pub fn in_repository(parts: &[Part]) -> Option<String> {
    let (first, rest) = parts.split_first()?;
    let Part::Hole { whys, .. } = first else { return None };
    if whys.len() != 1 || whys.first().is_none_or(|reason| &*reason.text != ROOT) {
        return None;
    }
    let rest = if rest.is_empty() { Rc::from("") } else { known_text(rest)? };
    if !rest.is_empty() && !rest.starts_with('/') {
        return None;
    }
    resolve("", rest.trim_start_matches('/'))
}

/// The parts of a path, or of a text that is one.
pub fn path_parts(value: &Val<'_>) -> Option<Rc<[Part]>> {
    match &value.kind {
        Kind::Text(parts) | Kind::Path(parts) => Some(parts.clone()),
        _ => None,
    }
}

fn join(folder: &[Part], part: &[Part]) -> Option<Rc<[Part]>> {
    match part.first() {
        Some(Part::Lit(text)) if text.starts_with('/') => return Some(part.into()),
        Some(Part::Lit(_)) => {}
        // It may be an absolute path.
        _ => return None,
    }
    let mut parts = folder.to_vec();
    let ends =
        matches!(parts.last(), Some(Part::Lit(text)) if text.ends_with('/') || (text.is_empty() && parts.len() == 1));
    if !ends {
        parts.push(Part::Lit("/".into()));
    }
    parts.extend(part.iter().cloned());
    Some(compact(parts))
}

/// As `pathlib` keeps a path: without what makes no difference.
fn normal(parts: Rc<[Part]>) -> Option<Rc<[Part]>> {
    let odd =
        |text: &str| text.contains("//") || text.contains("/./") || text.ends_with("/.") || text.starts_with("./");
    let odd = parts.iter().any(|part| matches!(part, Part::Lit(text) if odd(text)));
    if let Some(path) = in_repository(&parts).filter(|_| odd) {
        let mut made = parts.first().cloned().into_iter().collect::<Vec<_>>();
        made.push(Part::Lit(format!("/{path}").into()));
        return Some(compact(made));
    }
    let mut parts = parts.to_vec();
    if let Some(Part::Lit(last)) = parts.last_mut()
        && last.len() > 1
        && last.ends_with('/')
    {
        *last = last.trim_end_matches('/').into();
    }
    (!odd).then(|| compact(parts))
}

fn parent(parts: &[Part]) -> Option<Rc<[Part]>> {
    let (last, before) = parts.split_last()?;
    let Part::Lit(last) = last else { return None };
    let (folder, name) = last.rsplit_once('/')?;
    if name == ".." || name == "." || (folder.is_empty() && before.is_empty()) {
        return None;
    }
    let mut folder_parts = before.to_vec();
    if !folder.is_empty() {
        folder_parts.push(Part::Lit(folder.into()));
    }
    Some(folder_parts.into())
}

fn name(parts: &[Part]) -> Option<Rc<str>> {
    let Some(Part::Lit(last)) = parts.last() else { return None };
    let name = last.rsplit_once('/').map(|(_, name)| name).or((parts.len() == 1).then_some(&**last))?;
    (!matches!(name, "" | "." | "..")).then(|| name.into())
}

/// The same path where it is absolute: what it is relative to is known only when the script runs.
fn absolute(parts: &[Part]) -> Option<Rc<[Part]>> {
    if let Some(path) = in_repository(parts) {
        let mut made = parts.first().cloned().into_iter().collect::<Vec<_>>();
        if !path.is_empty() {
            made.push(Part::Lit(format!("/{path}").into()));
        }
        return Some(made.into());
    }
    None
}

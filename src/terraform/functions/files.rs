//! Functions of paths and files. Files are read in the repository only; relative paths start at the root module.

use std::sync::Arc;

use globset::GlobBuilder;

use super::super::evaluate::Inside;
use super::super::module::{ReadError, join_path};
use super::super::value::{Type, Value};
use super::encoding::to_base64;
use super::{Args, Context};
use crate::model::WhyKind;

type Outcome = Result<Value, String>;

/// The most files that `fileset` looks at.
const MAX_FILES: usize = 50_000;
/// The deepest folder that `fileset` looks at.
const MAX_DEPTH: usize = 32;

impl Context<'_> {
    /// The folder in which Terraform would run, relative to the repository.
    fn folder(&self) -> String {
        let module = match self.scope.inside {
            Inside::TemplateFile(module) => module,
            _ => self.scope.module,
        };
        let instance = module.and_then(|id| self.world.instance(id));
        instance.map(|instance| instance.root.to_string()).unwrap_or_default()
    }

    /// A path relative to the repository, or the unknown that stands for what lies outside.
    pub(super) fn path(&self, path: &str, ty: Type) -> Result<String, Value> {
        join_path(&self.folder(), path).ok_or_else(|| self.unreadable(path, &ReadError::Outside, ty))
    }

    /// Refuses a folder where a file is needed.
    fn no_folder(&self, inside: &str, path: &str) -> Result<(), String> {
        match self.world.list(inside) {
            Ok(_) => Err(format!("{path} is a folder")),
            Err(_) => Ok(()),
        }
    }

    fn unreadable(&self, path: &str, error: &ReadError, ty: Type) -> Value {
        self.unknown(ty, WhyKind::FileUnreadable, format!("{path} {}", error.text()))
    }

    /// What a read error means: what is not there, or is no file, is an error, everything else is not known.
    pub(super) fn refused(&self, path: &str, error: &ReadError, ty: Type) -> Outcome {
        if let Ok(inside) = self.path(path, Type::Dynamic) {
            self.no_folder(&inside, path)?;
        }
        match error {
            ReadError::Missing | ReadError::NotText => Err(format!("{path} {}", error.text())),
            other => Ok(self.unreadable(path, other, ty)),
        }
    }
}

pub(super) fn abspath(context: &Context<'_>, args: &Args) -> Outcome {
    let path = args.str(0)?;
    if path.starts_with('/') {
        return Ok(Value::string(&clean(path)));
    }
    Ok(context.unknown(
        Type::String,
        WhyKind::Environment,
        format!("the absolute path of {path} depends on the machine"),
    ))
}

pub(super) fn pathexpand(context: &Context<'_>, args: &Args) -> Outcome {
    let path = args.str(0)?;
    if !path.starts_with('~') {
        return Ok(Value::string(path));
    }
    if path.len() > 1 && !path.starts_with("~/") {
        return Err(format!("{path} is in the home of another user"));
    }
    Ok(context.unknown(Type::String, WhyKind::Environment, format!("{path} depends on the user's home")))
}

/// A path without `.`, `..` and doubled slashes.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            other => parts.push(other),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

pub(super) fn basename(_: &Context<'_>, args: &Args) -> Outcome {
    let path = args.str(0)?;
    let trimmed = path.trim_end_matches('/');
    let name = match (path.is_empty(), trimmed.is_empty()) {
        (true, _) => ".",
        (false, true) => "/",
        (false, false) => trimmed.rsplit('/').next().unwrap_or(trimmed),
    };
    Ok(Value::string(name))
}

pub(super) fn dirname(_: &Context<'_>, args: &Args) -> Outcome {
    let path = args.str(0)?;
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let folder = if folder.is_empty() && path.starts_with('/') { "/" } else { folder };
    Ok(Value::string(&clean(folder)))
}

fn read(context: &Context<'_>, path: &str) -> Result<Result<Arc<str>, ReadError>, Value> {
    let inside = context.path(path, Type::String)?;
    Ok(context.world.read(&inside).map(|file| context.world.source_text(file)))
}

pub(super) fn file(context: &Context<'_>, args: &Args) -> Outcome {
    let path = args.str(0)?;
    match read(context, path) {
        Err(unknown) => Ok(unknown),
        Ok(Err(error)) => context.refused(path, &error, Type::String),
        Ok(Ok(text)) => Ok(Value::string(&text)),
    }
}

/// The bytes of the file that the first argument names; without them, the result that stands for them.
pub(super) fn bytes(context: &Context<'_>, args: &Args) -> Result<Result<Vec<u8>, Value>, String> {
    let path = args.str(0)?;
    let inside = match context.path(path, Type::String) {
        Ok(inside) => inside,
        Err(unknown) => return Ok(Err(unknown)),
    };
    match context.world.read_bytes(&inside) {
        Ok(bytes) => Ok(Ok(bytes)),
        Err(error) => context.refused(path, &error, Type::String).map(Err),
    }
}

pub(super) fn filebase64(context: &Context<'_>, args: &Args) -> Outcome {
    Ok(bytes(context, args)?.map_or_else(|instead| instead, |bytes| Value::string(&to_base64(&bytes))))
}

pub(super) fn fileexists(context: &Context<'_>, args: &Args) -> Outcome {
    let path = args.str(0)?;
    match context.path(path, Type::Bool) {
        Err(unknown) => Ok(unknown),
        Ok(inside) => match context.world.file_exists(&inside) {
            Ok(true) => Ok(Value::bool(true)),
            Ok(false) => {
                context.no_folder(&inside, path)?;
                Ok(Value::bool(false))
            }
            Err(error) => context.refused(path, &error, Type::Bool),
        },
    }
}
/// A pattern for the crate: to Terraform a mark at the beginning of a class (`[!a]`) is a character like any other, to
/// the crate it means "none of these". `None` where it cannot be put elsewhere in the class.
fn without_marks(pattern: &str) -> Option<String> {
    let mut plain = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once("[!") {
        let (class, after) = after.split_once(']')?;
        let is_plain = !class.is_empty()
            && !class.contains(['\\', '['])
            && !class.starts_with(['-', '^'])
            && !class.ends_with('-');
        if before.ends_with('\\') || !is_plain {
            return None;
        }
        plain.extend([before, "[", class, "!]"]);
        rest = after;
    }
    plain.push_str(rest);
    Some(plain)
}

pub(super) fn fileset(context: &Context<'_>, args: &Args) -> Outcome {
    let (folder, pattern) = (args.str(0)?, args.str(1)?);
    let ty = Type::set(Type::String);
    let pattern = &*clean(pattern);
    let is_pattern = |text: &str| text.contains(['*', '?', '[', '{', '\\']);
    if pattern == ".." || pattern.starts_with("../") || is_pattern(folder) {
        return Ok(context.unknown(
            ty,
            WhyKind::Unsupported,
            format!("the files {pattern} of {folder} are not listed"),
        ));
    }
    let Some(plain) = without_marks(pattern) else {
        return Ok(context.unknown(ty, WhyKind::Unsupported, format!("the file pattern `{pattern}` is not evaluated")));
    };
    let glob = GlobBuilder::new(&plain).literal_separator(true).backslash_escape(true).build();
    let glob = glob.map_err(|_| format!("`{pattern}` is no file pattern"))?.compile_matcher();
    let inside = match context.path(folder, ty.clone()) {
        Ok(inside) => inside,
        Err(unknown) => return Ok(unknown),
    };
    let mut found = Vec::new();
    let mut queue = vec![(String::new(), 0)];
    let mut seen = 0;
    while let Some((below, depth)) = queue.pop() {
        let Some(path) = join_path(&inside, &below) else { continue };
        let names = match context.world.list(&path) {
            Ok(names) => names,
            Err(ReadError::Missing) => continue,
            Err(error) => return Ok(context.unreadable(folder, &error, ty)),
        };
        for name in names.iter() {
            seen += 1;
            if seen > MAX_FILES || depth > MAX_DEPTH {
                return Ok(context.unknown(ty, WhyKind::Limit, format!("{folder} holds too many files")));
            }
            let full = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
            match full.strip_suffix('/') {
                Some(folder) => queue.push((folder.to_owned(), depth + 1)),
                None if glob.is_match(&full) => found.push(Value::string(&full)),
                None => {}
            }
        }
    }
    Ok(Value::set(Type::String, found))
}

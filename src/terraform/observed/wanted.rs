//! Which states and plans to read, for which root module.

use std::path::{Path, PathBuf};

use super::Kind;
use crate::model::Excerpts;
use crate::terraform::evaluate::{Scope, evaluate};
use crate::terraform::module::{Module, Settings, World, find_roots, join_path};
use crate::terraform::syntax::Block;
use crate::terraform::{Options, with_stack};

/// A state or plan that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The root module's directory; `.` for the top.
    pub root: String,
    /// What it is.
    pub kind: Kind,
    /// The file or object, as messages name it.
    pub name: String,
    /// Where it is.
    pub place: Place,
}

/// Where a state or plan is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a file.
    File(PathBuf),
    /// In an object of Cloud Storage.
    Object {
        /// The bucket.
        bucket: String,
        /// The object's name.
        object: String,
    },
    /// It cannot be told, or lies where nothing is read; the text reads after "was not read:".
    Nowhere(String),
}

/// The states and plans that the configuration asks for. Reads configuration files; nothing else.
pub fn wanted(repo: &Path, options: &Options<'_>) -> Vec<Wanted> {
    let config = options.config;
    if config.state.is_none() && config.plan.is_none() {
        return Vec::new();
    }
    let real = repo.canonicalize().unwrap_or_else(|_| repo.to_owned());
    let world = World::new(real.clone(), Settings::default(), &Excerpts::default());
    let roots = config.roots.clone();
    let located = with_stack(move || {
        let dirs = find_roots(&world, &roots).dirs;
        dirs.into_iter().map(|dir| (dir.clone(), world.module(&dir), world_backend(&world, &dir))).collect::<Vec<_>>()
    });
    let located = located.unwrap_or_default();
    let dirs: Vec<&str> = located.iter().map(|(dir, _, _)| dir.as_str()).collect();
    let mut all = Vec::new();
    if let Some(path) = &config.plan {
        all.push(given(&real, path, Kind::Plan, &dirs));
    }
    match config.state.as_deref() {
        Some("auto") => {
            for (dir, module, backend) in &located {
                let (name, place) = kept(&real, dir, module, backend, config.workspace.as_deref());
                all.push(Wanted { root: shown(dir), kind: Kind::State, name, place });
            }
        }
        Some(path) => all.push(given(&real, path, Kind::State, &dirs)),
        None => {}
    }
    all
}

fn shown(dir: &str) -> String {
    if dir.is_empty() { ".".to_owned() } else { dir.to_owned() }
}

/// A file that is named: it belongs to the root module whose folder holds it, or to the only one.
fn given(repo: &Path, path: &str, kind: Kind, dirs: &[&str]) -> Wanted {
    let name = path.replace('\\', "/");
    let full = repo.join(path);
    let folder = full.canonicalize().ok().and_then(|real| {
        let inside = real.strip_prefix(repo).ok()?.parent()?;
        Some(inside.to_string_lossy().replace('\\', "/"))
    });
    let holds = |dir: &&&str| folder.as_deref() == Some(**dir);
    let root = match dirs {
        [only] => Some(*only),
        _ => dirs.iter().find(holds).copied(),
    };
    match root {
        Some(dir) => Wanted { root: shown(dir), kind, name, place: Place::File(full) },
        None => {
            let text = match dirs.len() {
                0 => "there is no root module".to_owned(),
                _ => "it cannot be told which root module it belongs to; put it into the folder of one, or name one with `[terraform] roots`".to_owned(),
            };
            Wanted { root: shown(""), kind, name, place: Place::Nowhere(text) }
        }
    }
}

/// What a backend block says, as far as it is known.
enum Backend {
    /// There is no block: the state is a file beside the configuration.
    None,
    /// The type, and the arguments that are asked for.
    Block { kind: String, arguments: Vec<(&'static str, Argument)> },
}

enum Argument {
    Absent,
    Known(String),
    /// It has no literal value.
    Open,
}

/// The arguments of the backends that are understood.
const ARGUMENTS: [&str; 4] = ["bucket", "prefix", "path", "workspace_dir"];

fn world_backend(world: &World, dir: &str) -> Backend {
    let module = world.module(dir);
    let Some(block) = &module.backend else { return Backend::None };
    let kind = if &*block.kind == "cloud" { "cloud".to_owned() } else { block.label(0).to_owned() };
    let arguments = ARGUMENTS.into_iter().map(|name| (name, argument(world, block, name))).collect();
    Backend::Block { kind, arguments }
}

fn argument(world: &World, block: &Block, name: &str) -> Argument {
    let Some(own) = block.body.attribute(name) else { return Argument::Absent };
    // A backend is read before anything is evaluated: it can refer to nothing.
    match evaluate(world, &Scope::default(), &own.expr) {
        Ok(value) if value.is_null() => Argument::Absent,
        Ok(value) => value.as_str().map_or(Argument::Open, |text| Argument::Known(text.to_owned())),
        Err(_) => Argument::Open,
    }
}

/// Where a root module's state is kept: its name and place.
fn kept(repo: &Path, dir: &str, module: &Module, backend: &Backend, workspace: Option<&str>) -> (String, Place) {
    let of_root = || format!("of root module {}", shown(dir));
    if !module.gaps.is_empty() && matches!(backend, Backend::None) {
        let text = "files of the root module could not be read, and its backend may stand in one of them";
        return (of_root(), Place::Nowhere(text.to_owned()));
    }
    let (kind, arguments) = match backend {
        Backend::None => ("local", &[][..]),
        Backend::Block { kind, arguments } => (kind.as_str(), arguments.as_slice()),
    };
    let get = |name: &str| {
        let found = arguments.iter().find(|(own, _)| *own == name);
        match found.map(|(_, argument)| argument) {
            None | Some(Argument::Absent) => Ok(None),
            Some(Argument::Known(text)) => Ok(Some(text.as_str())),
            Some(Argument::Open) => Err(format!("`{name}` of its backend is not written as a literal")),
        }
    };
    let workspace = workspace.unwrap_or("default");
    let place = match kind {
        "gcs" => in_bucket(get, workspace),
        "local" => in_file(repo, dir, get, workspace),
        other => Err(format!("it is kept by `{other}`; only a `gcs` backend and files are read")),
    };
    match place {
        Ok(located) => located,
        Err(text) => (of_root(), Place::Nowhere(text)),
    }
}

/// `<prefix>/<workspace>.tfstate`, as the backend puts it together.
fn in_bucket<'a>(
    get: impl Fn(&str) -> Result<Option<&'a str>, String>,
    workspace: &str,
) -> Result<(String, Place), String> {
    let Some(bucket) = get("bucket")?.filter(|bucket| !bucket.is_empty()) else {
        return Err("its `gcs` backend names no bucket: it is configured when Terraform is initialised".to_owned());
    };
    let prefix = get("prefix")?.unwrap_or_default().trim_start_matches('/');
    let Some(object) = join_path(prefix, &format!("{workspace}.tfstate")) else {
        return Err("the prefix of its `gcs` backend leads nowhere".to_owned());
    };
    Ok((format!("gs://{bucket}/{object}"), Place::Object { bucket: bucket.to_owned(), object }))
}

/// Beside the configuration, unless the backend says otherwise.
fn in_file<'a>(
    repo: &Path,
    dir: &str,
    get: impl Fn(&str) -> Result<Option<&'a str>, String>,
    workspace: &str,
) -> Result<(String, Place), String> {
    let path = if workspace == "default" {
        get("path")?.unwrap_or("terraform.tfstate").to_owned()
    } else {
        format!("{}/{workspace}/terraform.tfstate", get("workspace_dir")?.unwrap_or("terraform.tfstate.d"))
    };
    let outside = || "its `local` backend keeps it outside the repository; name the file to read it".to_owned();
    let name = join_path(dir, &path).ok_or_else(outside)?;
    let full = repo.join(&name);
    // A link may lead out of the repository.
    if full.canonicalize().is_ok_and(|real| !real.starts_with(repo)) {
        return Err(outside());
    }
    Ok((name, Place::File(full)))
}

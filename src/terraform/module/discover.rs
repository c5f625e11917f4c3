//! Which directories are root modules, and which files there are that may set their variables.

use std::collections::{BTreeSet, VecDeque};

use super::World;
use super::files::join;
use super::layers::is_automatic;
use crate::model::declared::DiagnosticLevel;
use crate::model::{Why, WhyKind};

/// The deepest folder that is looked at.
const MAX_DEPTH: usize = 12;
/// The largest number of folders that are looked at.
const MAX_FOLDERS: usize = 20_000;

/// The root modules of a repository.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    /// Directories, relative to the repository, sorted.
    pub dirs: Vec<String>,
    /// Variables files that Terraform reads for none of them by itself, sorted.
    pub variable_files: Vec<String>,
}

/// What lies in the folders that are looked at.
#[derive(Debug, Default)]
struct Seen {
    /// Folders with configuration.
    modules: Vec<String>,
    /// Variables files.
    variable_files: Vec<String>,
}

/// The configured root modules, or those that are found by looking: directories with configuration that no other
/// one calls, and that have a backend, a provider, required providers or a variables file. Where none has, all that
/// nobody calls.
pub fn find_roots(world: &World, configured: &[String]) -> Roots {
    if !configured.is_empty() {
        let mut dirs: Vec<String> = Vec::new();
        for dir in configured.iter().filter_map(|root| configured_root(world, root)) {
            if !dirs.contains(&dir) {
                dirs.push(dir);
            }
        }
        let seen = look(world, dirs.clone(), false);
        return Roots { variable_files: left_over(seen.variable_files, &dirs), dirs };
    }
    let seen = look(world, vec![String::new()], true);
    let candidates = seen.modules;
    let mut called: BTreeSet<String> = BTreeSet::new();
    for dir in &candidates {
        let module = world.module(dir);
        let sources = module
            .calls
            .values()
            .filter_map(|call| call.body.attribute("source")?.expr.literal_str().map(str::to_owned));
        called.extend(sources.filter(|source| source.starts_with('.')).filter_map(|source| join(dir, &source)));
    }
    let free: Vec<String> = candidates.into_iter().filter(|dir| !called.contains(dir)).collect();
    let own: Vec<String> = free.iter().filter(|dir| is_root(world, dir)).cloned().collect();
    let dirs = if own.is_empty() { free } else { own };
    Roots { variable_files: left_over(seen.variable_files, &dirs), dirs }
}

/// The variables files that Terraform does not read by itself in any of the root modules.
fn left_over(mut files: Vec<String>, roots: &[String]) -> Vec<String> {
    files.retain(|file| {
        let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
        !(is_automatic(name) && roots.iter().any(|root| root == folder))
    });
    files.sort();
    files.dedup();
    files
}

fn configured_root(world: &World, root: &str) -> Option<String> {
    let refuse = |text: String| {
        world.diagnose(DiagnosticLevel::Error, text.clone(), None);
        world.miss(Why::new(WhyKind::FileUnreadable, text));
        None
    };
    let Some(dir) = join("", root) else {
        return refuse(format!("the root module {root} lies outside the repository"));
    };
    match world.list(&dir) {
        Err(error) => refuse(format!("the root module {root} {}", error.text())),
        Ok(_) if world.module(&dir).files == 0 => refuse(format!("the root module {root} has no configuration")),
        Ok(_) => Some(dir),
    }
}

fn is_root(world: &World, dir: &str) -> bool {
    let module = world.module(dir);
    let has_variables = || world.list(dir).unwrap_or_default().iter().any(|name| name.contains(".tfvars"));
    // A file that could not be parsed may hold what makes it a root.
    module.is_configured || !module.providers.is_empty() || !module.gaps.is_empty() || has_variables()
}

/// Looks through folders and what lies below them. Where `all` is searched for root modules, a limit that is hit is
/// told.
fn look(world: &World, start: Vec<String>, all: bool) -> Seen {
    let mut found = Seen::default();
    let mut queue: VecDeque<(String, usize)> = start.into_iter().map(|dir| (dir, 0)).collect();
    let mut seen = 0;
    while let Some((dir, depth)) = queue.pop_front() {
        seen += 1;
        if seen > MAX_FOLDERS || depth > MAX_DEPTH {
            if all {
                let text = format!("only {MAX_FOLDERS} folders, {MAX_DEPTH} deep, are searched for root modules");
                world.miss(Why::new(WhyKind::Limit, text));
            }
            if seen > MAX_FOLDERS {
                break;
            }
            continue;
        }
        let Ok(names) = world.list(&dir) else { continue };
        if names.iter().any(|name| is_sign(name)) {
            found.modules.push(dir.clone());
        }
        let inside = |name: &str| if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") };
        let variables = names.iter().filter(|name| name.ends_with(".tfvars") || name.ends_with(".tfvars.json"));
        found.variable_files.extend(variables.map(|name| inside(name)));
        for name in names.iter() {
            let Some(folder) = name.strip_suffix('/') else { continue };
            if !folder.starts_with('.') && !matches!(folder, "node_modules" | "venv" | "target") {
                queue.push_back((inside(folder), depth + 1));
            }
        }
    }
    found.modules.sort();
    found
}

fn is_sign(name: &str) -> bool {
    !name.starts_with('.')
        && ([".tf", ".tf.json", ".tofu"].iter().any(|end| name.ends_with(end)) || name == "terragrunt.hcl")
}

//! Which directories are root modules.

use std::collections::{BTreeSet, VecDeque};

use super::World;
use super::files::join;
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
}

/// The configured root modules, or those that are found by looking: directories with configuration that no other
/// one calls, and that have a backend, a provider, required providers or a variables file. Where none has, all that
/// nobody calls.
pub fn find_roots(world: &World, configured: &[String]) -> Roots {
    if !configured.is_empty() {
        return Roots { dirs: configured.iter().filter_map(|root| configured_root(world, root)).collect() };
    }
    let candidates = folders_with_configuration(world);
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
    Roots { dirs: if own.is_empty() { free } else { own } }
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

fn folders_with_configuration(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    let mut queue = VecDeque::from([(String::new(), 0)]);
    let mut seen = 0;
    while let Some((dir, depth)) = queue.pop_front() {
        seen += 1;
        if seen > MAX_FOLDERS || depth > MAX_DEPTH {
            let text = format!("only {MAX_FOLDERS} folders, {MAX_DEPTH} deep, are searched for root modules");
            world.miss(Why::new(WhyKind::Limit, text));
            if seen > MAX_FOLDERS {
                break;
            }
            continue;
        }
        let Ok(names) = world.list(&dir) else { continue };
        if names.iter().any(|name| is_sign(name)) {
            found.push(dir.clone());
        }
        for name in names.iter() {
            let Some(folder) = name.strip_suffix('/') else { continue };
            if !folder.starts_with('.') && !matches!(folder, "node_modules" | "venv" | "target") {
                queue
                    .push_back((if dir.is_empty() { folder.to_owned() } else { format!("{dir}/{folder}") }, depth + 1));
            }
        }
    }
    found.sort();
    found
}

fn is_sign(name: &str) -> bool {
    !name.starts_with('.')
        && ([".tf", ".tf.json", ".tofu"].iter().any(|end| name.ends_with(end)) || name == "terragrunt.hcl")
}

//! One directory of configuration files as a module: blocks by name, override files merged.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::json::parse_json;
use super::types::type_of;
use super::{World, overrides};
use crate::model::declared::DiagnosticLevel;
use crate::model::{Why, WhyKind};
use crate::terraform::syntax::{Attribute, Block, Body, ExprKind, Span, parse_body};
use crate::terraform::value::Type;

/// Managed resource or data source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// `resource`
    Managed,
    /// `data`
    Data,
    /// `module`: a call, which repeats like a resource.
    Call,
}

/// The address of a resource in its module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// Managed or data.
    pub mode: Mode,
    /// Its type.
    pub kind: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mode {
            Mode::Managed => write!(f, "{}.{}", self.kind, self.name),
            Mode::Data => write!(f, "data.{}.{}", self.kind, self.name),
            Mode::Call => write!(f, "module.{}", self.name),
        }
    }
}

/// What one directory declares.
#[derive(Debug, Default)]
pub struct Module {
    /// The directory, relative to the repository.
    pub dir: String,
    /// `variable`
    pub variables: BTreeMap<Arc<str>, Arc<Block>>,
    /// The attributes of all `locals` blocks.
    pub locals: BTreeMap<Arc<str>, Attribute>,
    /// `output`
    pub outputs: BTreeMap<Arc<str>, Arc<Block>>,
    /// `resource` and `data`
    pub resources: BTreeMap<Address, Arc<Block>>,
    /// `module`
    pub calls: BTreeMap<Arc<str>, Arc<Block>>,
    /// `provider`, by name with alias, such as `google.west`.
    pub providers: BTreeMap<Arc<str>, Arc<Block>>,
    /// Required providers: the name that the module gives one, and its source.
    pub required: BTreeMap<Arc<str>, Arc<str>>,
    /// True where a `terraform` block names a backend, a cloud or required providers.
    pub is_configured: bool,
    /// The block that says where the state is kept: `backend` or `cloud`.
    pub backend: Option<Arc<Block>>,
    /// The directory as the file system knows it: symbolic links may give one directory many names.
    pub real: Option<PathBuf>,
    /// Files that could not be read or evaluated: what is not found may be in them.
    pub gaps: Vec<Why>,
    /// Number of configuration files.
    pub files: usize,
    /// The types that the variables declare, read when the first one is asked for.
    types: OnceLock<BTreeMap<Arc<str>, Result<Type, String>>>,
}

impl Module {
    /// The type that a variable declares, or why it is none; `None` where it declares none.
    pub(super) fn variable_type(&self, name: &str) -> Option<&Result<Type, String>> {
        let read = |(name, block): (&Arc<str>, &Arc<Block>)| {
            block.body.attribute("type").map(|own| (name.clone(), type_of(&own.expr)))
        };
        self.types.get_or_init(|| self.variables.iter().filter_map(read).collect()).get(name)
    }
}

impl World {
    /// The module of a directory, parsed once.
    pub fn module(&self, dir: &str) -> Arc<Module> {
        if let Some(module) = self.modules.borrow().get(dir) {
            return module.clone();
        }
        let module = Arc::new(load(self, dir));
        self.modules.borrow_mut().insert(dir.to_owned(), module.clone());
        module
    }
}

fn load(world: &World, dir: &str) -> Module {
    let mut module = Module { dir: dir.to_owned(), real: world.confined(dir).ok(), ..Module::default() };
    let names = match world.list(dir) {
        Ok(names) => names,
        Err(error) => {
            let text = format!("the directory {dir} {}", error.text());
            world.diagnose(DiagnosticLevel::Error, text.clone(), None);
            module.gaps.push(Why::new(WhyKind::FileUnreadable, text));
            return module;
        }
    };
    let (overrides, primaries): (Vec<_>, Vec<_>) =
        names.iter().filter(|name| is_config(name)).partition(|name| is_override(name));
    for name in primaries {
        if let Some(body) = load_file(world, &mut module, dir, name) {
            add(world, &mut module, &body);
        }
    }
    for name in overrides {
        match load_file(world, &mut module, dir, name) {
            Some(body) => overrides::merge(world, &mut module, &body),
            None => overrides::forget(&mut module),
        }
    }
    module
}

/// Names that Terraform reads, or that this version should read: everything else in the directory is none of its.
fn is_config(name: &str) -> bool {
    let hidden = name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'));
    !hidden
        && ([".tf", ".tf.json", ".tofu", ".tofu.json"].iter().any(|end| name.ends_with(end))
            || name == "terragrunt.hcl")
}

fn is_override(name: &str) -> bool {
    let stem = name.strip_suffix(".json").unwrap_or(name);
    let stem = stem.strip_suffix(".tf").unwrap_or(stem);
    stem == "override" || stem.ends_with("_override")
}

fn load_file(world: &World, module: &mut Module, dir: &str, name: &str) -> Option<Body> {
    let path = if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") };
    let file = match world.read(&path) {
        Ok(file) => file,
        Err(error) => {
            let text = format!("{path} {}", error.text());
            world.diagnose(DiagnosticLevel::Error, text.clone(), None);
            module.gaps.push(Why::new(WhyKind::FileUnreadable, text));
            return None;
        }
    };
    module.files += 1;
    let start = Span { file, start: 0, end: 0 };
    let is_json = name.ends_with(".tf.json");
    if !name.ends_with(".tf") && !is_json {
        let origin = world.origin(None, start);
        let text = format!("{path} is not evaluated");
        world.diagnose(DiagnosticLevel::Warning, text.clone(), Some(origin.clone()));
        module.gaps.push(Why::at(WhyKind::Unsupported, text, origin));
        return None;
    }
    let text = world.source_text(file);
    match if is_json { parse_json(&text, file) } else { parse_body(&text, file) } {
        Ok(body) => Some(body),
        Err(error) => {
            let at = u32::try_from(error.offset).unwrap_or(u32::MAX);
            let origin = world.origin(None, Span { file, start: at, end: at.saturating_add(1) });
            let text = format!("{path} could not be parsed: {}", error.text);
            world.diagnose(DiagnosticLevel::Error, text.clone(), Some(origin.clone()));
            module.gaps.push(Why::at(WhyKind::ParseFailed, text, origin));
            None
        }
    }
}

fn add(world: &World, module: &mut Module, body: &Body) {
    for block in &body.blocks {
        let name: Arc<str> = block.label(0).into();
        let replaced = match &*block.kind {
            "variable" => module.variables.insert(name, block.clone()).is_some(),
            "output" => module.outputs.insert(name, block.clone()).is_some(),
            "module" => module.calls.insert(name, block.clone()).is_some(),
            "provider" => module.providers.insert(provider_key(block), block.clone()).is_some(),
            "resource" | "data" => module.resources.insert(address(block), block.clone()).is_some(),
            "locals" => {
                let mut doubled = false;
                for local in &block.body.attributes {
                    doubled |= module.locals.insert(local.name.clone(), local.clone()).is_some();
                }
                doubled
            }
            "terraform" => {
                add_settings(module, block);
                false
            }
            _ => false,
        };
        if replaced {
            let text = format!("{} is declared twice", describe(block));
            world.diagnose(DiagnosticLevel::Error, text, Some(world.origin(None, block.header)));
        }
    }
}

/// The content of a `terraform` block: of a provider that is required twice, the later requirement holds.
pub(super) fn add_settings(module: &mut Module, block: &Block) {
    let tells = |inner: &Arc<Block>| matches!(&*inner.kind, "backend" | "cloud" | "required_providers");
    module.is_configured |= block.body.blocks.iter().any(tells);
    // A backend in an override file replaces one that stands elsewhere, as does a cloud.
    if let Some(kept) = block.body.blocks.iter().rfind(|inner| matches!(&*inner.kind, "backend" | "cloud")) {
        module.backend = Some(kept.clone());
    }
    for required in block.body.blocks("required_providers") {
        for provider in &required.body.attributes {
            let ExprKind::Object(items) = &provider.expr.unparenthesised().kind else { continue };
            // A key is written as a word, which is a literal here.
            let source = items.iter().find(|(key, _)| key.literal_str() == Some("source"));
            if let Some(source) = source.and_then(|(_, value)| value.literal_str()) {
                module.required.insert(provider.name.clone(), source.into());
            }
        }
    }
}

pub(super) fn describe(block: &Block) -> String {
    let labels: String = block.labels.iter().map(|label| format!(" \"{label}\"")).collect();
    format!("{}{labels}", block.kind)
}

pub(super) fn address(block: &Block) -> Address {
    let mode = if &*block.kind == "data" { Mode::Data } else { Mode::Managed };
    Address { mode, kind: block.label(0).into(), name: block.label(1).into() }
}

pub(super) fn provider_key(block: &Block) -> Arc<str> {
    match block.body.attribute("alias").and_then(|alias| alias.expr.literal_str()) {
        Some(alias) => format!("{}.{alias}", block.label(0)).into(),
        None => block.label(0).into(),
    }
}

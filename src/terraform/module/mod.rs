//! Modules: directories of files, their instances, and the values that references lead to.
//!
//! | file | what |
//! | --- | --- |
//! | `files` | reading of files, confined to the repository |
//! | `load`, `overrides` | one directory: blocks by name, override files merged |
//! | `json` | the same directory's files that are written as JSON |
//! | `discover` | which directories are root modules, and the files that may set their variables |
//! | `layers` | where the values of a root's variables come from |
//! | `variables`, `types` | a variable's value, type constraints |
//! | `problems` | what Terraform refuses or passes over of the values that variables are given |
//! | `calls`, `manifest` | `module` blocks: child instances, their inputs and outputs; fetched modules |
//! | `expand`, `blocks` | `count` and `for_each`, dynamic blocks |
//! | `references` | from `var.x`, `local.x`, `module.x`, `data.…`, … to a value |
//! | `resources`, `derived`, `builtin` | what a reference to a resource's attribute gives |
//! | `via` | the way from a reason to what it makes unknown |
//! | `remote_state` | the outputs of another root module |
//! | `providers` | provider configurations and the project and region that they supply |

mod blocks;
mod builtin;
mod calls;
mod derived;
mod discover;
mod expand;
mod files;
mod json;
mod layers;
mod load;
mod manifest;
mod overrides;
mod problems;
mod providers;
mod references;
mod remote_state;
mod resources;
mod types;
mod variables;
mod via;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::evaluate::{Failure, Scope};
use super::observed::{Bits, Sources};
use super::syntax::{Block, Expr, Span};
use super::value::{Type, Value, Whys};
use crate::model::declared::DiagnosticLevel;
use crate::model::{Caller, Diagnostic, Excerpts, Origin, RepoPath, SourceFile, Why, WhyKind, origin::Callers};

pub use blocks::{BlockInstance, nested_blocks};
pub use builtin::planned_object;
pub use calls::{Children, Inputs, OpaqueCall, children, inputs, opaque_calls};
pub use derived::derived_values;
pub use discover::{Roots, find_roots};
pub use expand::{Expansion, Key, expand, key_scope};
pub use files::{ReadError, join as join_path};
pub use layers::{Content, Given, Layer, Source, root_layers};
pub use load::{Address, Mode, Module};
pub use problems::VariableProblems;
pub use providers::provider_default;
pub use references::resolve;
pub use resources::{META_ARGUMENTS, attribute_of, attribute_value, body_object, configured};
pub use variables::Decisive;
pub use via::{expressions, words as reason_words};

/// Index of a module instance in its [`World`].
pub type ModuleId = usize;

/// The names in a folder, or why they are not known.
type Listing = Result<Arc<[String]>, ReadError>;

/// A call in a module instance, by name.
type CallKey = (ModuleId, Arc<str>);

/// What is fixed for a run.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The root module that a `terraform_remote_state` reads, by the name of the data source.
    pub remote_state: BTreeMap<String, String>,
    /// The project of the tool's own configuration; only named in messages, never taken for Terraform's.
    pub project: Option<String>,
    /// Project number → project id.
    pub project_numbers: BTreeMap<String, String>,
    /// States and plans that fill what the configuration leaves open.
    pub observed: Sources,
}

/// Everything that is read and evaluated: files, modules, instances, and what was computed so far.
pub struct World {
    /// The repository, canonical.
    repo: PathBuf,
    /// What is fixed for the run.
    pub settings: Settings,
    /// The current depth of evaluation.
    pub depth: Cell<usize>,
    /// The number of evaluations so far in one go.
    pub steps: Cell<u64>,
    /// The states and plans that what is being evaluated depends on.
    touched: Cell<Bits>,
    excerpts: Excerpts,
    sources: RefCell<Vec<SourceFile>>,
    read_files: RefCell<BTreeMap<String, Result<u32, ReadError>>>,
    /// The real paths of folders, which files are looked for in again and again.
    real_folders: RefCell<FxHashMap<String, Result<PathBuf, ReadError>>>,
    /// The modelled types that types are probably meant to be, each looked for once.
    pub meant_types: RefCell<FxHashMap<Arc<str>, Option<&'static str>>>,
    listed: RefCell<FxHashMap<String, Listing>>,
    modules: RefCell<BTreeMap<String, Arc<Module>>>,
    instances: RefCell<Vec<Arc<Instance>>>,
    memo: RefCell<FxHashMap<(ModuleId, Node), Memo>>,
    children: RefCell<BTreeMap<CallKey, Arc<Children>>>,
    expansions: RefCell<FxHashMap<(ModuleId, Address), Arc<Expansion>>>,
    diagnostics: RefCell<Vec<Diagnostic>>,
    incomplete: RefCell<BTreeSet<Why>>,
}

/// One instance of a module: a root, or one key of a call.
#[derive(Debug)]
pub struct Instance {
    /// Its index.
    pub id: ModuleId,
    /// The directory's content.
    pub module: Arc<Module>,
    /// The root module's directory, relative to the repository.
    pub root: Arc<str>,
    /// `module.a["k"].module.b`; empty for a root.
    pub address: String,
    /// The call; `None` for a root.
    pub call: Option<CallSite>,
    /// The chain of calls, innermost first.
    pub callers: Callers,
    /// Why it cannot be told whether the instance exists; empty where it certainly does.
    pub presence: Whys,
    /// The sources of a root's variables, weakest first.
    pub layers: Vec<Layer>,
    /// `terraform.workspace` of the deployment, where it is known.
    pub workspace: Option<Arc<str>>,
}

/// Where an instance is called.
#[derive(Clone, Debug)]
pub struct CallSite {
    /// The calling instance.
    pub parent: ModuleId,
    /// The `module` block.
    pub block: Arc<Block>,
    /// The scope of its arguments.
    pub scope: Scope,
}

/// Something whose value is computed once for each module instance.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// `var.name`
    Variable(Arc<str>),
    /// `local.name`
    Local(Arc<str>),
    /// An output.
    Output(Arc<str>),
    /// An attribute of an instance of a resource.
    Attribute(Address, Key, Arc<str>),
    /// The repetition of a resource or call.
    Repetition(Address),
    /// An argument of a provider block.
    Provider(Arc<str>, Arc<str>),
}

#[derive(Clone)]
enum Memo {
    Busy,
    Done(Value, Bits),
}

impl World {
    /// An empty world over a repository.
    pub fn new(repo: PathBuf, settings: Settings, excerpts: &Excerpts) -> Self {
        Self {
            repo,
            settings,
            depth: Cell::new(0),
            steps: Cell::new(0),
            touched: Cell::new(0),
            excerpts: excerpts.clone(),
            sources: RefCell::default(),
            read_files: RefCell::default(),
            real_folders: RefCell::default(),
            meant_types: RefCell::default(),
            listed: RefCell::default(),
            modules: RefCell::default(),
            instances: RefCell::default(),
            memo: RefCell::default(),
            children: RefCell::default(),
            expansions: RefCell::default(),
            diagnostics: RefCell::default(),
            incomplete: RefCell::default(),
        }
    }

    /// A module instance.
    pub fn instance(&self, id: ModuleId) -> Option<Arc<Instance>> {
        self.instances.borrow().get(id).cloned()
    }

    /// Adds an instance; its id is filled in.
    pub fn add_instance(&self, make: impl FnOnce(ModuleId) -> Instance) -> Arc<Instance> {
        let mut instances = self.instances.borrow_mut();
        let instance = Arc::new(make(instances.len()));
        instances.push(instance.clone());
        instance
    }

    /// Number of module instances so far.
    pub fn instance_count(&self) -> usize {
        self.instances.borrow().len()
    }

    /// The origin of a span, as reached through a module instance.
    pub fn origin(&self, module: Option<ModuleId>, span: Span) -> Origin {
        let callers = module.and_then(|id| self.instance(id)).map(|instance| instance.callers.clone());
        let sources = self.sources.borrow();
        match sources.get(span.file as usize) {
            Some(file) => file.origin_via(span.start as usize..span.end as usize, callers.unwrap_or_default()),
            None => SourceFile::new(RepoPath::new("(expression)"), "", &Excerpts::default()).origin(0..0),
        }
    }

    /// The text of a span.
    pub fn text(&self, span: Span) -> String {
        let sources = self.sources.borrow();
        let text =
            sources.get(span.file as usize).and_then(|file| file.text().get(span.start as usize..span.end as usize));
        text.unwrap_or_default().to_owned()
    }

    /// The caller that a `module` block is.
    pub fn caller(&self, name: String, span: Span) -> Caller {
        let sources = self.sources.borrow();
        let file = sources.get(span.file as usize);
        Caller {
            name,
            file: file.map_or_else(|| RepoPath::new(""), |file| file.path().clone()),
            position: file
                .map_or(crate::model::Position { line: 1, column: 1 }, |file| file.position(span.start as usize)),
        }
    }

    /// Keeps a diagnostic, once.
    pub fn diagnose(&self, level: DiagnosticLevel, text: impl Into<String>, origin: Option<Origin>) {
        let diagnostic = Diagnostic { level, text: text.into(), origin };
        let mut diagnostics = self.diagnostics.borrow_mut();
        if !diagnostics.contains(&diagnostic) {
            diagnostics.push(diagnostic);
        }
    }

    /// Keeps an error at a span, and gives the unknown value that stands for what failed.
    pub fn failed(&self, module: Option<ModuleId>, failure: &Failure, fallback: Span) -> Value {
        let origin = self.origin(module, failure.span.unwrap_or(fallback));
        self.diagnose(DiagnosticLevel::Error, failure.text.clone(), Some(origin.clone()));
        Value::unknown_because(Type::Dynamic, Why::at(WhyKind::EvaluationFailed, failure.text.clone(), origin))
    }

    /// Keeps a reason for which resources may be declared that are not found.
    pub fn miss(&self, why: Why) {
        self.incomplete.borrow_mut().insert(why);
    }

    /// The diagnostics so far, by place.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let mut all = self.diagnostics.borrow().clone();
        all.sort_by(|a, b| (&a.origin, &a.text).cmp(&(&b.origin, &b.text)));
        all
    }

    /// The reasons for which resources may be declared that are not found.
    pub fn incomplete(&self) -> Vec<Why> {
        self.incomplete.borrow().iter().cloned().collect()
    }

    /// Number of files read as configuration or as a value.
    pub fn file_count(&self) -> usize {
        self.read_files.borrow().values().filter(|read| read.is_ok()).count()
    }

    /// An expression's value; an error becomes a diagnostic and an unknown.
    pub fn value_of(&self, scope: &Scope, expr: &Expr) -> Value {
        match super::evaluate::evaluate(self, scope, expr) {
            Ok(value) => value,
            Err(failure) => self.failed(scope.module, &failure, expr.span),
        }
    }

    /// Computes a node once. A node that needs itself is unknown.
    fn memoised(
        &self,
        module: ModuleId,
        node: Node,
        span: Span,
        compute: impl FnOnce() -> Result<Value, Failure>,
    ) -> Value {
        let key = (module, node);
        let state = self.memo.borrow().get(&key).cloned();
        match state {
            Some(Memo::Done(value, bits)) => {
                self.touch(bits);
                return value;
            }
            Some(Memo::Busy) => {
                let origin = self.origin(Some(module), span);
                let text = format!("{} depends on itself", key.1.describe());
                self.diagnose(DiagnosticLevel::Error, text.clone(), Some(origin.clone()));
                return Value::unknown_because(Type::Dynamic, Why::at(WhyKind::Cycle, text, origin));
            }
            None => {}
        }
        self.memo.borrow_mut().insert(key.clone(), Memo::Busy);
        let (value, bits) = self.watching(|| match compute() {
            Ok(value) => value,
            Err(failure) => self.failed(Some(module), &failure, span),
        });
        self.memo.borrow_mut().insert(key, Memo::Done(value.clone(), bits));
        value
    }

    /// Notes that what is being evaluated depends on states or plans.
    pub fn touch(&self, bits: Bits) {
        self.touched.set(self.touched.get() | bits);
    }

    /// Evaluates something, and tells on which states and plans it depends.
    pub fn watching<T>(&self, work: impl FnOnce() -> T) -> (T, Bits) {
        let outer = self.touched.replace(0);
        let result = work();
        let own = self.touched.get();
        self.touched.set(outer | own);
        (result, own)
    }

    /// The states and plans that the number and keys of a resource, and of the calls that lead to it, depend on.
    pub fn repetition_bits(&self, module: Option<ModuleId>, address: &Address) -> Bits {
        let bits_of =
            |module: ModuleId, address: Address| match self.memo.borrow().get(&(module, Node::Repetition(address))) {
                Some(Memo::Done(_, bits)) => *bits,
                _ => 0,
            };
        let Some(mut id) = module else { return 0 };
        let mut all = bits_of(id, address.clone());
        while let Some(call) = self.instance(id).and_then(|instance| instance.call.clone()) {
            all |= bits_of(call.parent, calls::call_address(&call.block.label(0).into()));
            id = call.parent;
        }
        all
    }
}

impl Node {
    fn describe(&self) -> String {
        match self {
            Self::Variable(name) => format!("var.{name}"),
            Self::Local(name) => format!("local.{name}"),
            Self::Output(name) => format!("output.{name}"),
            Self::Attribute(address, key, name) => format!("{address}{key}.{name}"),
            Self::Repetition(address) => format!("the repetition of {address}"),
            Self::Provider(name, argument) => format!("{argument} of provider {name}"),
        }
    }
}

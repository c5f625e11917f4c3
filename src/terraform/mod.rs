//! Terraform: source text → values → declared resources, without running Terraform.
//!
//! | folder | what |
//! | --- | --- |
//! | [`syntax`] | text to blocks and expressions with their places |
//! | [`value`] | values, types, conversion; unknowns with their reasons |
//! | [`evaluate`] | expressions to values |
//! | [`functions`] | the built-in functions |
//! | [`module`] | files, variables, module calls, repetition, references |
//! | [`extract`] | the resources that this tool knows, in the words of the model |
//! | [`show`] | everything that was understood, as JSON |
//!
//! What cannot be told statically is unknown with its reason and place; an error in one expression makes exactly what
//! depends on it unknown.

pub mod evaluate;
pub mod extract;
pub mod functions;
pub mod module;
pub mod show;
pub mod syntax;
pub mod value;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::config::TerraformConfig;
use crate::model::{Diagnostic, Excerpts, TerraformDeclarations, Why, WhyKind, declared::DiagnosticLevel};

use evaluate::Scope;
use module::{Instance, ModuleId, Settings, World};

/// The stack of the thread that evaluates: nested expressions are evaluated by recursion, whose depth is limited.
const STACK: usize = 256 << 20;

/// What an evaluation depends on besides the files.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// `[terraform]` of the configuration.
    pub config: &'a TerraformConfig,
    /// The project of the configuration; only named in messages.
    pub project: Option<&'a str>,
    /// Project number → project id.
    pub project_numbers: &'a BTreeMap<String, String>,
}

/// All evaluated deployments of a repository.
pub struct Loaded {
    world: Mutex<World>,
    deployments: Vec<Deployment>,
    declarations: TerraformDeclarations,
    var_files: Vec<String>,
}

/// One root module with its instances.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// The root module's directory, relative to the repository; `.` for the top.
    pub root: String,
    /// The root instance.
    pub instance: ModuleId,
}

/// The outcome of one expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Evaluated {
    /// A wholly known value.
    Value(serde_json::Value),
    /// The reasons for which the value, or a part of it, is not known.
    Unknown(Vec<String>),
    /// Why the expression has no value.
    Error(String),
}

/// Reads and evaluates all root modules of a repository. Never fails: what goes wrong is a diagnostic, a reason of
/// [`TerraformDeclarations::incomplete`], and unknown values.
pub fn load(repo: &Path, options: &Options<'_>, excerpts: &Excerpts) -> Loaded {
    let config = options.config.clone();
    let settings = Settings {
        workspace: config.workspace.clone(),
        project: options.project.map(str::to_owned),
        project_numbers: options.project_numbers.clone(),
    };
    let real = repo.canonicalize().unwrap_or_else(|_| repo.to_owned());
    let var_files = config.var_files.clone();
    let world = World::new(real, settings, excerpts);
    let outcome = with_stack(move || {
        let deployments = roots(&world, &config);
        let declarations = extract::declarations(&world, &deployments);
        (world, deployments, declarations)
    });
    match outcome {
        Some((world, deployments, declarations)) => {
            Loaded { world: Mutex::new(world), deployments, declarations, var_files }
        }
        // The thread could not be started: say so rather than look as if nothing were declared.
        None => {
            let text = "the evaluation of Terraform could not be started";
            let declarations = TerraformDeclarations {
                incomplete: vec![Why::new(WhyKind::Limit, text)],
                diagnostics: vec![Diagnostic { level: DiagnosticLevel::Error, text: text.to_owned(), origin: None }],
                ..TerraformDeclarations::default()
            };
            let world = World::new(repo.to_owned(), Settings::default(), excerpts);
            Loaded { world: Mutex::new(world), deployments: Vec::new(), declarations, var_files }
        }
    }
}

/// Runs something on a thread with a large stack.
fn with_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().name("terraform".to_owned()).stack_size(STACK);
        builder.spawn_scoped(scope, work).ok()?.join().ok()
    })
}

fn roots(world: &World, config: &TerraformConfig) -> Vec<Deployment> {
    let roots = module::find_roots(world, &config.roots);
    roots.dirs.iter().map(|dir| root_instance(world, dir, config)).collect()
}

fn root_instance(world: &World, dir: &str, config: &TerraformConfig) -> Deployment {
    let module = world.module(dir);
    for gap in &module.gaps {
        world.miss(gap.clone());
    }
    let layers = module::root_layers(world, dir, config);
    module::warn_undeclared(world, dir, &module, &layers);
    let instance = world.add_instance(|id| Instance {
        id,
        module,
        root: dir.into(),
        address: String::new(),
        call: None,
        callers: Default::default(),
        presence: Default::default(),
        layers,
    });
    let root = if dir.is_empty() { ".".to_owned() } else { dir.to_owned() };
    Deployment { root, instance: instance.id }
}

impl Loaded {
    /// What all deployments declare, in the words of the model.
    pub fn declarations(&self) -> TerraformDeclarations {
        self.declarations.clone()
    }

    /// Everything that was understood, as JSON with `schema_version` 1. Sensitive values and what looks like a
    /// secret are replaced.
    pub fn show(&self) -> serde_json::Value {
        let mut guard = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let world: &mut World = &mut guard;
        let (deployments, var_files) = (&self.deployments, &self.var_files);
        with_stack(move || show::show(world, deployments, var_files)).unwrap_or(serde_json::Value::Null)
    }

    /// The value of an expression in the scope of a root module (the first one where none is named). Without any
    /// root module only expressions without references have a value.
    pub fn evaluate(&self, root: Option<&str>, expression: &str) -> Evaluated {
        let wanted = root.map(|root| root.trim_start_matches("./").trim_end_matches('/'));
        let deployment = match wanted {
            Some(wanted) => {
                self.deployments.iter().find(|own| own.root == wanted || (wanted.is_empty() && own.root == "."))
            }
            None => self.deployments.first(),
        };
        if let (Some(root), None) = (root, deployment)
            && !self.deployments.is_empty()
        {
            return Evaluated::Error(format!("{root} is no root module"));
        }
        let scope = deployment.map_or_else(Scope::default, |own| Scope::module(own.instance));
        let mut guard = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let world: &mut World = &mut guard;
        let stopped = || Evaluated::Error("the evaluation could not be started".to_owned());
        with_stack(move || evaluate_text(world, &scope, expression)).unwrap_or_else(stopped)
    }
}

fn evaluate_text(world: &World, scope: &Scope, expression: &str) -> Evaluated {
    let file = world.add_source("(expression)", expression.to_owned());
    let expr = match syntax::parse_expression(expression, file) {
        Ok(expr) => expr,
        Err(error) => return Evaluated::Error(format!("the expression could not be parsed: {}", error.text)),
    };
    world.steps.set(0);
    // What refers to nothing can show nothing but what was typed.
    let is_typed = evaluate::evaluate(world, &Scope::default(), &expr).is_ok();
    match evaluate::evaluate(world, scope, &expr) {
        Err(failure) => Evaluated::Error(failure.text),
        Ok(value) if value.has_infinite() => Evaluated::Error("an infinite number cannot be written".to_owned()),
        Ok(value) if value.contains_unknown() => {
            let words: BTreeSet<String> = value.whys().as_slice().iter().map(ToString::to_string).collect();
            Evaluated::Unknown(words.into_iter().collect())
        }
        Ok(value) if is_typed && !value.is_marked() => Evaluated::Value(value::to_json(&value)),
        Ok(value) => {
            let secrets = show::secrets(world, scope.module.into_iter());
            Evaluated::Value(show::masked(show::without_sensitive(&value), &secrets))
        }
    }
}

#[cfg(test)]
mod tests;

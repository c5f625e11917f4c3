//! Terraform: source text → values → declared resources, without running Terraform.
//!
//! | folder | what |
//! | --- | --- |
//! | [`syntax`] | text to blocks and expressions with their places |
//! | [`value`] | values, types, conversion; unknowns with their reasons |
//! | [`evaluate`] | expressions to values |
//! | [`functions`] | the built-in functions |
//! | [`google`] | what the provider knows of the resources that the tool models
//! | [`module`] | files, variables, module calls, repetition, references |
//! | [`observed`] | states and plans, which fill what the configuration leaves open |
//! | `deployments` | each root module with what it is given |
//! | [`extract`] | the resources that this tool knows, in the words of the model |
//! | [`show`] | everything that was understood, as JSON |
//!
//! What cannot be told statically is unknown with its reason and place; an error in one expression makes exactly what
//! depends on it unknown.

mod deployments;
pub mod evaluate;
pub mod extract;
pub mod functions;
pub mod google;
pub mod module;
pub mod observed;
pub mod show;
pub mod syntax;
pub mod value;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::config::TerraformConfig;
use crate::model::{Diagnostic, Excerpts, TerraformDeclarations, Why, WhyKind, declared::DiagnosticLevel};

use evaluate::Scope;
use module::{ModuleId, Settings, World};
use observed::Sources;

/// The stack on which is evaluated: nested expressions are evaluated by recursion, whose depth is limited.
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
    /// The states and plans that [`observed::wanted`] names, read or not.
    pub observed: &'a [observed::Document],
    /// What Terraform would read of the environment: `TF_VAR_…`, `TF_WORKSPACE`, `TF_CLI_ARGS…`. Empty where it is
    /// not to be read.
    pub environment: &'a BTreeMap<String, String>,
}

/// All evaluated deployments of a repository.
pub struct Loaded {
    world: Mutex<World>,
    deployments: Vec<Deployment>,
    declarations: TerraformDeclarations,
}

/// One root module with what it is given.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// What tells it from the others: the root, and where that has several deployments how they differ.
    pub name: String,
    /// The root module's directory, relative to the repository; `.` for the top.
    pub root: String,
    /// The root instance.
    pub instance: ModuleId,
    /// The files that are asked for, as with `-var-file`.
    pub var_files: Vec<String>,
    /// `terraform.workspace`, where it is known.
    pub workspace: Option<String>,
    /// Its resource instances, listed when they are first asked for.
    resources: OnceLock<Vec<extract::ResourceInstance>>,
}

/// How much there is in the deployments of a repository.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Instances of resources and data sources.
    pub instances: usize,
    /// Their attributes and blocks, and outputs of modules.
    pub attributes: usize,
    /// Those that are not wholly known.
    pub unknown: usize,
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
    let environment = options.environment.clone();
    let settings = Settings {
        remote_state: config.remote_state.iter().map(|own| (own.data.clone(), own.root.clone())).collect(),
        project: options.project.map(str::to_owned),
        project_numbers: options.project_numbers.clone(),
        observed: Sources::new(options.observed),
    };
    let real = repo.canonicalize().unwrap_or_else(|_| repo.to_owned());
    let world = World::new(real, settings, excerpts);
    for source in world.settings.observed.iter() {
        if let Some(problem) = &source.problem {
            world.diagnose(DiagnosticLevel::Warning, format!("{} was not read: {problem}", source.label), None);
        }
    }
    let outcome = with_stack(move || {
        let (deployments, unread) = deployments::find(&world, &config, &environment);
        let declarations = extract::declarations(&world, &deployments, &unread);
        (world, deployments, declarations)
    });
    match outcome {
        Some((world, deployments, declarations)) => Loaded { world: Mutex::new(world), deployments, declarations },
        // Evaluation stopped: say so rather than look as if nothing were declared.
        None => {
            let text = "the evaluation of Terraform stopped unexpectedly";
            let declarations = TerraformDeclarations {
                incomplete: vec![Why::new(WhyKind::Limit, text)],
                diagnostics: vec![Diagnostic { level: DiagnosticLevel::Error, text: text.to_owned(), origin: None }],
                ..TerraformDeclarations::default()
            };
            let world = World::new(repo.to_owned(), Settings::default(), excerpts);
            Loaded { world: Mutex::new(world), deployments: Vec::new(), declarations }
        }
    }
}

/// Runs something on a large stack, on the same thread: memory that is freed here is used again there. A panic, which
/// would be a defect, costs only this result.
fn with_stack<T>(work: impl FnOnce() -> T) -> Option<T> {
    let work = std::panic::AssertUnwindSafe(work);
    stacker::grow(STACK, || std::panic::catch_unwind(work)).ok()
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
        let deployments = &self.deployments;
        with_stack(move || show::show(world, deployments)).unwrap_or(serde_json::Value::Null)
    }

    /// Evaluates every attribute of every resource and every output of all deployments, and counts them. What reports
    /// need is evaluated on demand: this is the whole, for measuring.
    pub fn evaluate_everything(&self) -> Tally {
        let mut guard = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let world: &mut World = &mut guard;
        let deployments = &self.deployments;
        with_stack(move || {
            let mut tally = Tally::default();
            for deployment in deployments {
                world.steps.set(0);
                let mut count = |value: &value::Value| {
                    tally.attributes += 1;
                    tally.unknown += usize::from(value.contains_unknown());
                };
                for resource in extract::resources(world, deployment) {
                    let body = module::body_object(world, &resource.scope, &resource.block.body, None);
                    body.elements().for_each(&mut count);
                    tally.instances += 1;
                }
                for instance in extract::instances(world, deployment.instance) {
                    world.outputs(instance).values().for_each(&mut count);
                }
            }
            tally
        })
        .unwrap_or_default()
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
        let stopped = || Evaluated::Error("the evaluation stopped unexpectedly".to_owned());
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
            let words: BTreeSet<String> =
                value.whys().as_slice().iter().map(|why| module::reason_words(world, scope, &[&expr], why)).collect();
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

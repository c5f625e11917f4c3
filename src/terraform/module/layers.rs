//! Where the values of a root module's variables come from: files, the environment, the command line.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::World;
use super::files::join;
use crate::config::{DeploymentConfig, TerraformConfig, VariableArgument};
use crate::model::declared::DiagnosticLevel;
use crate::model::{Why, WhyKind};
use crate::terraform::syntax::{Expr, Span, parse_body};
use crate::terraform::value::{Kind, Value, from_json};

/// The prefix of environment variables that set variables.
const PREFIX: &str = "TF_VAR_";

/// One source of root variables.
#[derive(Clone, Debug)]
pub struct Layer {
    /// What it is.
    pub source: Source,
    /// What it gives.
    pub content: Content,
}

/// What a source of root variables is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file that Terraform reads by itself.
    Automatic(String),
    /// A file that is asked for.
    File(String),
    /// The environment of the run.
    Environment,
    /// The configuration of this tool.
    Configuration,
    /// The command line.
    CommandLine,
}

/// What a source gives.
#[derive(Clone, Debug)]
pub enum Content {
    /// Values by name.
    Values(BTreeMap<Arc<str>, Given>),
    /// It could not be read: it may set any variable.
    Failed(Why),
}

/// A value that a source gives.
#[derive(Clone, Debug)]
pub enum Given {
    /// An expression of a variables file.
    Expr(Arc<Expr>),
    /// A value of a JSON file.
    Value(Value, Span),
    /// Text as on the command line; the variable's type decides how it is read.
    Text(String),
}

impl Source {
    /// The source of a variable's value in words.
    pub fn told(&self, variable: &str) -> String {
        match self {
            Self::Automatic(path) | Self::File(path) => path.clone(),
            Self::Environment => format!("{PREFIX}{variable} of the environment"),
            Self::Configuration => "the configuration of this tool".to_owned(),
            Self::CommandLine => "the command line".to_owned(),
        }
    }
}

/// The sources that apply to a deployment of a root module, weakest first: the environment, automatic files, then what
/// is asked for in the order in which Terraform would see it on its command line.
pub fn root_layers(
    world: &World,
    root: &str,
    config: &TerraformConfig,
    deployment: Option<&DeploymentConfig>,
    environment: &BTreeMap<String, String>,
) -> Vec<Layer> {
    let names = world.list(root).unwrap_or_default();
    let mut layers: Vec<Layer> = terragrunt(world, root, &names).into_iter().collect();
    layers.extend(from_environment(environment));
    let files = automatic(&names).into_iter().filter_map(|name| join(root, name));
    layers.extend(files.map(|path| Layer { content: file_content(world, &path), source: Source::Automatic(path) }));
    let asked = |path: &String| {
        let content = match join("", path) {
            Some(path) => file_content(world, &path),
            None => failed(world, WhyKind::FileUnreadable, format!("{path} lies outside the repository"), None),
        };
        Layer { source: Source::File(path.clone()), content }
    };
    let none = DeploymentConfig::default();
    let own = deployment.unwrap_or(&none);
    for (files, vars) in [(&config.var_files, &config.vars), (&own.var_files, &own.vars)] {
        layers.extend(files.iter().map(asked));
        layers.extend(texts(Source::Configuration, vars.iter()));
    }
    for argument in &config.arguments {
        match argument {
            VariableArgument::File(path) => layers.push(asked(path)),
            VariableArgument::Value(name, text) => {
                layers.extend(texts(Source::CommandLine, std::iter::once((name, text))));
            }
        }
    }
    layers.extend(hidden_arguments(environment));
    layers
}

fn texts<'a>(source: Source, values: impl Iterator<Item = (&'a String, &'a String)>) -> Option<Layer> {
    let values: BTreeMap<_, _> =
        values.map(|(name, text)| (Arc::from(name.as_str()), Given::Text(text.clone()))).collect();
    (!values.is_empty()).then_some(Layer { source, content: Content::Values(values) })
}

fn from_environment(environment: &BTreeMap<String, String>) -> Option<Layer> {
    let own = environment.iter().filter_map(|(name, text)| Some((name.strip_prefix(PREFIX)?.to_owned(), text)));
    let own: Vec<(String, &String)> = own.collect();
    texts(Source::Environment, own.iter().map(|(name, text)| (name, *text)))
}

/// Terraform takes more arguments from the environment, split as a shell would: they are not followed.
fn hidden_arguments(environment: &BTreeMap<String, String>) -> Option<Layer> {
    let name = ["TF_CLI_ARGS", "TF_CLI_ARGS_plan"]
        .into_iter()
        .find(|name| environment.get(*name).is_some_and(|text| text.contains("-var")))?;
    let text = format!("{name} of the environment gives values of variables, and is not read");
    let content = Content::Failed(Why::new(WhyKind::Environment, text));
    Some(Layer { source: Source::Environment, content })
}

/// Terragrunt hands its inputs over in the environment.
fn terragrunt(world: &World, root: &str, names: &[String]) -> Option<Layer> {
    names.iter().find(|name| *name == "terragrunt.hcl")?;
    let gaps = &world.module(root).gaps;
    let why = gaps.iter().find(|why| why.text.contains("terragrunt.hcl"))?.clone();
    Some(Layer { source: Source::Environment, content: Content::Failed(why) })
}

/// The variables files that Terraform reads by itself, weakest first.
fn automatic(names: &[String]) -> Vec<&str> {
    let mut files: Vec<&str> = ["terraform.tfvars", "terraform.tfvars.json"]
        .into_iter()
        .filter(|name| names.iter().any(|own| own == name))
        .collect();
    files.extend(
        names.iter().map(String::as_str).filter(|name| is_automatic(name) && !name.starts_with("terraform.tfvars")),
    );
    files
}

/// True for the name of a variables file that Terraform reads by itself.
pub(super) fn is_automatic(name: &str) -> bool {
    let automatic = name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json");
    automatic || name == "terraform.tfvars" || name == "terraform.tfvars.json"
}

fn file_content(world: &World, path: &str) -> Content {
    let file = match world.read(path) {
        Ok(file) => file,
        Err(error) => return failed(world, WhyKind::FileUnreadable, format!("{path} {}", error.text()), None),
    };
    let text = world.source_text(file);
    let parsed = if path.ends_with(".json") { json_values(&text, file) } else { hcl_values(&text, file) };
    match parsed {
        Ok(values) => Content::Values(values),
        Err((text, offset)) => {
            let at = u32::try_from(offset).unwrap_or(u32::MAX);
            let span = Span { file, start: at, end: at.saturating_add(1) };
            failed(world, WhyKind::ParseFailed, format!("{path} could not be parsed: {text}"), Some(span))
        }
    }
}

fn failed(world: &World, kind: WhyKind, text: String, span: Option<Span>) -> Content {
    let origin = span.map(|span| world.origin(None, span));
    world.diagnose(DiagnosticLevel::Error, text.clone(), origin.clone());
    Content::Failed(match origin {
        Some(origin) => Why::at(kind, text, origin),
        None => Why::new(kind, text),
    })
}

type Parsed = Result<BTreeMap<Arc<str>, Given>, (String, usize)>;

fn hcl_values(text: &str, file: u32) -> Parsed {
    let body = parse_body(text, file).map_err(|error| (error.text, error.offset))?;
    if let Some(block) = body.blocks.first() {
        return Err(("a block in a variables file".to_owned(), block.header.start as usize));
    }
    Ok(body.attributes.into_iter().map(|own| (own.name, Given::Expr(own.expr))).collect())
}

fn json_values(text: &str, file: u32) -> Parsed {
    let value = from_json(text).map_err(|text| (text, 0))?;
    let Kind::Object(object) = value.kind else { return Err(("the file holds no object".to_owned(), 0)) };
    let place = |name: &str| {
        let at = text.find(&format!("\"{name}\"")).unwrap_or(0);
        let at = u32::try_from(at).unwrap_or(0);
        Span { file, start: at, end: at }
    };
    Ok(object.fields.iter().map(|(name, value)| (name.clone(), Given::Value(value.clone(), place(name)))).collect())
}

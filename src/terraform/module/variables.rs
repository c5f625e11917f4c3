//! Input variables: the files that set them, and a variable's value.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::files::join;
use super::types::type_of;
use super::{Module, ModuleId, Node, World};
use crate::config::TerraformConfig;
use crate::model::declared::DiagnosticLevel;
use crate::model::{Why, WhyKind};
use crate::terraform::evaluate::{Failure, Scope, evaluate};
use crate::terraform::syntax::{Block, Expr, ExprKind, Span, parse_body, parse_expression};
use crate::terraform::value::{Kind, Type, Value, apply_defaults, convert, from_json};

/// One source of root variables.
#[derive(Clone, Debug)]
pub enum Layer {
    /// Values by name.
    Values(BTreeMap<Arc<str>, Given>),
    /// A source that could not be read: it may set any variable.
    Failed(Why),
}

/// A value that a source gives.
#[derive(Clone, Debug)]
pub enum Given {
    /// An expression of a variables file.
    Expr(Arc<Expr>),
    /// A value of a JSON file.
    Value(Value),
    /// Text as on the command line; the variable's type decides how it is read.
    Text(String),
}

/// The sources that apply to a root module, weakest first: automatic files, configured files, single values.
/// The process environment is none of them: an evaluation depends on the repository alone.
pub fn root_layers(world: &World, root: &str, config: &TerraformConfig) -> Vec<Layer> {
    let names = world.list(root).unwrap_or_default();
    let mut files: Vec<String> = Vec::new();
    files.extend(
        ["terraform.tfvars", "terraform.tfvars.json"]
            .map(str::to_owned)
            .into_iter()
            .filter(|name| names.contains(name)),
    );
    let automatic = |name: &&String| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json");
    files.extend(names.iter().filter(automatic).cloned());
    let mut layers: Vec<Layer> =
        files.iter().filter_map(|name| join(root, name)).map(|path| file_layer(world, &path)).collect();
    layers.extend(config.var_files.iter().map(|path| match join("", path) {
        Some(path) => file_layer(world, &path),
        None => failed(world, WhyKind::FileUnreadable, format!("{path} lies outside the repository"), None),
    }));
    if !config.vars.is_empty() {
        let given = |(name, text): (&String, &String)| (Arc::from(name.as_str()), Given::Text(text.clone()));
        layers.push(Layer::Values(config.vars.iter().map(given).collect()));
    }
    layers
}

/// Warns of values in the variables files of a root module for variables that it does not declare: Terraform ignores
/// them, which is rarely what was meant. Files and values of the tool's configuration serve all roots, so that a
/// name which one of them lacks means nothing.
pub fn warn_undeclared(world: &World, root: &str, module: &Module, layers: &[Layer]) {
    if !module.gaps.is_empty() {
        return;
    }
    for layer in layers {
        let Layer::Values(values) = layer else { continue };
        for (name, given) in values {
            let (place, span) = match given {
                Given::Expr(expr) => (world.origin(None, expr.span), expr.span),
                _ => continue,
            };
            if !module.variables.contains_key(name) && world.is_in_folder(span, root) {
                let text = format!("var.{name} is given a value and not declared");
                world.diagnose(DiagnosticLevel::Warning, text, Some(place));
            }
        }
    }
}

fn file_layer(world: &World, path: &str) -> Layer {
    let file = match world.read(path) {
        Ok(file) => file,
        Err(error) => return failed(world, WhyKind::FileUnreadable, format!("{path} {}", error.text()), None),
    };
    let text = world.source_text(file);
    let parsed = if path.ends_with(".json") { json_values(&text) } else { hcl_values(&text, file) };
    match parsed {
        Ok(values) => Layer::Values(values),
        Err((text, offset)) => {
            let at = u32::try_from(offset).unwrap_or(u32::MAX);
            let span = Span { file, start: at, end: at.saturating_add(1) };
            failed(world, WhyKind::ParseFailed, format!("{path} could not be parsed: {text}"), Some(span))
        }
    }
}

fn failed(world: &World, kind: WhyKind, text: String, span: Option<Span>) -> Layer {
    let origin = span.map(|span| world.origin(None, span));
    world.diagnose(DiagnosticLevel::Error, text.clone(), origin.clone());
    Layer::Failed(match origin {
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

fn json_values(text: &str) -> Parsed {
    let value = from_json(text).map_err(|text| (text, 0))?;
    match value.kind {
        Kind::Object(object) => {
            Ok(object.fields.iter().map(|(name, value)| (name.clone(), Given::Value(value.clone()))).collect())
        }
        _ => Err(("the file holds no object".to_owned(), 0)),
    }
}

/// The value of `var.name`; `None` where the module declares no such variable.
pub(super) fn variable(world: &World, module: ModuleId, name: &Arc<str>) -> Option<Value> {
    let instance = world.instance(module)?;
    let block = instance.module.variables.get(name)?.clone();
    Some(world.memoised(module, Node::Variable(name.clone()), block.header, || compute(world, module, name, &block)))
}

fn flag(world: &World, block: &Block, name: &str, default: bool) -> bool {
    let attribute = block.body.attribute(name);
    attribute.map_or(default, |own| world.value_of(&Scope::default(), &own.expr).as_bool().unwrap_or(default))
}

fn compute(world: &World, module: ModuleId, name: &Arc<str>, block: &Block) -> Result<Value, Failure> {
    let ty = match block.body.attribute("type") {
        Some(own) => type_of(&own.expr).map_err(|text| Failure::at(own.expr.span, text))?,
        None => Type::Dynamic,
    };
    let sensitive = flag(world, block, "sensitive", false) || flag(world, block, "ephemeral", false);
    let nullable = flag(world, block, "nullable", true);
    let (given, place) = match given(world, module, name, &ty)? {
        Some((value, span)) => (Some(value), span),
        None => (None, None),
    };
    let given = given.filter(|value| nullable || !value.is_null());
    let (value, place) = match (given, block.body.attribute("default")) {
        (Some(value), _) => (value, place),
        (None, Some(own)) => (evaluate(world, &Scope::constant(), &own.expr)?, Some(own.expr.span)),
        (None, None) => {
            let text = format!("var.{name} has no default and no value in the files that are read");
            let why = Why::at(WhyKind::VariableUnset, text, world.origin(Some(module), block.header));
            return Ok(Value::unknown_because(ty, why).marked(sensitive));
        }
    };
    let value = convert(&apply_defaults(&value, &ty), &ty).map_err(|text| {
        Failure::at(place.unwrap_or(block.header), format!("the value of var.{name} does not fit its type: {text}"))
    })?;
    Ok(value.marked(sensitive))
}

/// The value that the caller or the strongest source gives, with its place.
fn given(
    world: &World,
    module: ModuleId,
    name: &Arc<str>,
    ty: &Type,
) -> Result<Option<(Value, Option<Span>)>, Failure> {
    let Some(instance) = world.instance(module) else { return Ok(None) };
    if let Some(call) = &instance.call {
        let Some(argument) = call.block.body.attribute(name) else { return Ok(None) };
        return Ok(Some((world.value_of(&call.scope, &argument.expr), None)));
    }
    for layer in instance.layers.iter().rev() {
        match layer {
            Layer::Failed(why) => return Ok(Some((Value::unknown_because(Type::Dynamic, why.clone()), None))),
            Layer::Values(values) => match values.get(name) {
                None => {}
                Some(Given::Value(value)) => return Ok(Some((value.clone(), None))),
                Some(Given::Expr(expr)) => {
                    return Ok(Some((evaluate(world, &Scope::constant(), expr)?, Some(expr.span))));
                }
                Some(Given::Text(text)) => return from_text(world, name, text, ty).map(|value| Some((value, None))),
            },
        }
    }
    Ok(None)
}

/// Text of the command line: plain where the variable is a primitive or has no type, else an expression.
fn from_text(world: &World, name: &str, text: &str, ty: &Type) -> Result<Value, Failure> {
    if ty.is_primitive() || *ty == Type::Dynamic {
        return Ok(Value::string(text));
    }
    let fail =
        |text: String| Failure { text: format!("the given value of var.{name} {text}"), span: None, fatal: false };
    let file = world.add_source("(variables of the run)", text.to_owned());
    let expr = parse_expression(text, file).map_err(|error| fail(format!("could not be parsed: {}", error.text)))?;
    if matches!(expr.kind, ExprKind::Variable(_)) {
        return Err(fail("is no constant".to_owned()));
    }
    evaluate(world, &Scope::constant(), &expr).map_err(|failure| fail(format!("fails: {}", failure.text)))
}

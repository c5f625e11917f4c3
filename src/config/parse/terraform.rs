//! `[terraform]`: the root modules, their deployments, and what their variables are given.

use std::collections::BTreeMap;
use std::ops::Range;

use toml_span::value::ValueInner;

use super::super::error::Errors;
use super::super::table::{Section, shown, type_words};
use super::super::{DeploymentConfig, RemoteStateConfig, TerraformConfig, validate};
use super::{paths, valid};
use crate::model::redact::is_secret_name;

pub(super) fn terraform(top: Section<'_>, errors: &mut Errors) -> TerraformConfig {
    let default = TerraformConfig::default();
    let Some(section) = top.section("terraform", errors) else { return default };
    TerraformConfig {
        roots: paths(section, "roots", errors),
        var_files: paths(section, "var_files", errors),
        vars: variables(section, errors),
        workspace: section.string("workspace", errors).map(|text| text.value.to_owned()),
        environment: section.boolean("environment", errors).unwrap_or(default.environment),
        deployments: deployments(section, errors),
        remote_state: remote_state(section, errors),
        arguments: default.arguments,
        state: file(section, "state", errors),
        plan: file(section, "plan", errors),
    }
}

/// A file of the repository. The word `auto` is no file, and means what the key says.
fn file(section: Section<'_>, name: &str, errors: &mut Errors) -> Option<String> {
    let text = section.string(name, errors)?;
    let at = text.at.clone();
    let path = valid(Some(text), validate::repo_path, errors)?;
    if path == "." {
        errors.add(at, format!("`terraform.{name}` is a folder, not a file"));
        return None;
    }
    Some(path)
}

fn deployments(section: Section<'_>, errors: &mut Errors) -> Vec<DeploymentConfig> {
    let mut deployments: Vec<DeploymentConfig> = Vec::new();
    let mut places: Vec<Range<usize>> = Vec::new();
    for entry in section.sections("deployments", errors) {
        let root = entry.required_string("root", errors);
        let at = root.as_ref().map(|root| root.at.clone());
        let deployment = DeploymentConfig {
            root: valid(root, validate::repo_path, errors).unwrap_or_default(),
            var_files: paths(entry, "var_files", errors),
            vars: variables(entry, errors),
            workspace: entry.string("workspace", errors).map(|text| text.value.to_owned()),
        };
        let Some(at) = at.filter(|_| !deployment.root.is_empty()) else { continue };
        if let Some(first) = deployments.iter().position(|other| *other == deployment) {
            errors
                .add(at, format!("the deployment of `{}` stands twice", shown(&deployment.root)))
                .related(places.get(first).cloned().unwrap_or_default(), "first here")
                .note("deployments of one root differ in their var_files, vars or workspace");
            continue;
        }
        deployments.push(deployment);
        places.push(at);
    }
    deployments
}

fn remote_state(section: Section<'_>, errors: &mut Errors) -> Vec<RemoteStateConfig> {
    let mut mapped: Vec<RemoteStateConfig> = Vec::new();
    let mut places: Vec<Range<usize>> = Vec::new();
    for entry in section.sections("remote_state", errors) {
        let data = entry.required_string("data", errors);
        let at = data.as_ref().map(|data| data.at.clone());
        let data = valid(data, validate::variable, errors);
        let root = valid(entry.required_string("root", errors), validate::repo_path, errors);
        let (Some(data), Some(root), Some(at)) = (data, root, at) else { continue };
        if let Some(first) = mapped.iter().position(|other| other.data == data) {
            errors
                .add(at, format!("the data source `{}` is mapped twice", shown(&data)))
                .related(places.get(first).cloned().unwrap_or_default(), "first here");
            continue;
        }
        mapped.push(RemoteStateConfig { data, root });
        places.push(at);
    }
    mapped
}

fn variables(section: Section<'_>, errors: &mut Errors) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    for (name, value) in section.entries("vars", errors) {
        let secret = is_secret_name(name.value);
        let name = valid(Some(name), validate::variable, errors);
        let text = match value.as_ref() {
            ValueInner::String(text) => Some(text.to_string()),
            ValueInner::Integer(number) => Some(number.to_string()),
            ValueInner::Boolean(truth) => Some(truth.to_string()),
            other => {
                let at: Range<usize> = value.span.into();
                let written = errors.text(at.clone()).to_owned();
                let quoted = matches!(other, ValueInner::Float(_)) && !secret;
                errors
                    .add(at, format!("the value of a variable must be a string, not {}", type_words(other)))
                    .suggest(quoted.then(|| format!("\"{written}\"")))
                    .note("lists, objects and decimal numbers are written in quotes, as after `-var`");
                None
            }
        };
        if let (Some(name), Some(text)) = (name, text) {
            variables.insert(name, text);
        }
    }
    variables
}

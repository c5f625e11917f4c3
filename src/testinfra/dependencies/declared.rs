//! What each kind of dependency file declares.

use std::collections::{BTreeSet, HashMap};

use super::names::normalise;
use crate::model::SourceFile;
use crate::python::ast::{Expr, Stmt};
use crate::python::literal::{last_component, string, strings};
use crate::python::{self, Version};
use crate::testinfra::pytest_config::ini_section;

/// What a dependency file is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Lock,
    Requirements,
    Project,
    Pipfile,
    SetupCfg,
    SetupScript,
}

/// What a dependency file says.
#[derive(Default)]
pub(super) struct Named {
    /// Distributions, as written.
    pub(super) names: BTreeSet<String>,
    /// Distributions that are the project's own.
    pub(super) own: BTreeSet<String>,
    /// Other requirements files that it includes, relative to it.
    pub(super) includes: Vec<String>,
    /// It lists all that is installed.
    pub(super) is_lock: bool,
    /// Part of it is known only when it runs.
    pub(super) is_partial: bool,
}

/// Reads a dependency file; `None` where it is not valid.
pub(super) fn names(kind: Kind, name: &str, file: &SourceFile) -> Option<Named> {
    let text = file.text();
    let mut named = Named::default();
    match kind {
        Kind::Lock => {
            named.is_lock = true;
            (named.names, named.own) = locked_names(text, name)?;
        }
        Kind::Requirements => {
            named.is_lock = is_compiled(name, text);
            named.names.extend(text.lines().filter_map(requirement));
            named.includes.extend(text.lines().filter_map(include));
        }
        Kind::Project => {
            let value = toml_span::parse(text).ok()?;
            named.own.extend(value.pointer("/project/name").and_then(|name| name.as_str()).map(normalise));
            named.own.extend(value.pointer("/tool/poetry/name").and_then(|name| name.as_str()).map(normalise));
            project_names(&value, &mut named.names);
            named.includes.extend(dynamic_files(&value));
        }
        Kind::Pipfile => {
            let value = toml_span::parse(text).ok()?;
            for section in ["/packages", "/dev-packages"] {
                let table = value.pointer(section).and_then(|value| value.as_table());
                named.names.extend(table.into_iter().flatten().map(|(name, _)| name.name.to_string()));
            }
        }
        Kind::SetupCfg => {
            for (key, lines, _) in ini_section(text, "options").unwrap_or_default() {
                if matches!(key.as_str(), "install_requires" | "tests_require") {
                    named.names.extend(lines.iter().filter_map(|line| requirement(line)));
                }
            }
            for (_, lines, _) in ini_section(text, "options.extras_require").unwrap_or_default() {
                named.names.extend(lines.iter().filter_map(|line| requirement(line)));
            }
        }
        Kind::SetupScript => script_names(file, &mut named),
    }
    Some(named)
}

/// Requirements files from which setuptools takes the dependencies.
fn dynamic_files(value: &toml_span::Value<'_>) -> Vec<String> {
    let Some(dynamic) = value.pointer("/tool/setuptools/dynamic").and_then(|value| value.as_table()) else {
        return Vec::new();
    };
    let mut files = Vec::new();
    let mut add = |value: &toml_span::Value<'_>| {
        let Some(file) = value.pointer("/file") else { return };
        match file.as_array() {
            Some(list) => files.extend(list.iter().filter_map(|entry| entry.as_str().map(str::to_owned))),
            None => files.extend(file.as_str().map(str::to_owned)),
        }
    };
    if let Some(value) = dynamic.get("dependencies") {
        add(value);
    }
    let optional = dynamic.get("optional-dependencies").and_then(|value| value.as_table());
    optional.into_iter().flatten().for_each(|(_, value)| add(value));
    files
}

/// The file that a line of a requirements file includes. A file of constraints installs nothing.
fn include(line: &str) -> Option<String> {
    let line = line.split(" #").next().unwrap_or(line).trim();
    let rest = line.strip_prefix("--requirement").or_else(|| line.strip_prefix("-r"))?;
    let path = rest.trim_start_matches(['=', ' ', '\t']).trim();
    (!path.is_empty() && !path.contains("://")).then(|| path.to_owned())
}

/// What `setup(…)` of a build script requires, as far as it says so by literals.
fn script_names(file: &SourceFile, named: &mut Named) {
    let module = python::parse(file, Version::FALLBACK);
    let mut lists: HashMap<&str, &Expr> = HashMap::new();
    for statement in &module.body {
        if let Stmt::Assign(assign) = statement
            && let [Expr::Name(name)] = &assign.targets[..]
        {
            lists.insert(name.id.as_str(), &assign.value);
        }
        let Stmt::Expr(expression) = statement else { continue };
        let Expr::Call(call) = &*expression.value else { continue };
        if last_component(&call.func) != Some("setup") {
            continue;
        }
        for keyword in &call.arguments.keywords {
            let known = match keyword.arg.as_ref().map(|name| name.as_str()) {
                Some("install_requires" | "tests_require" | "extras_require") => {
                    literal_requirements(&keyword.value, &lists, &mut named.names, 0)
                }
                // `**settings` may hold any of them.
                None => None,
                Some(_) => continue,
            };
            named.is_partial |= known.is_none();
        }
    }
}

fn literal_requirements(
    value: &Expr,
    lists: &HashMap<&str, &Expr>,
    names: &mut BTreeSet<String>,
    depth: usize,
) -> Option<()> {
    if depth > 20 {
        return None;
    }
    match value {
        Expr::Name(name) => literal_requirements(lists.get(name.id.as_str())?, lists, names, depth + 1),
        Expr::BinOp(sum) => {
            literal_requirements(&sum.left, lists, names, depth + 1)?;
            literal_requirements(&sum.right, lists, names, depth + 1)
        }
        Expr::Dict(dict) => {
            dict.items.iter().try_for_each(|item| literal_requirements(&item.value, lists, names, depth + 1))
        }
        Expr::StringLiteral(_) => {
            names.extend(string(value)?.lines().filter_map(requirement));
            Some(())
        }
        other => {
            names.extend(strings(other)?.iter().filter_map(|line| requirement(line)));
            Some(())
        }
    }
}

/// What the file at a path is, by its name.
pub(super) fn kind(path: &str) -> Option<Kind> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let in_requirements = folder == "requirements" || folder.ends_with("/requirements");
    match name {
        "poetry.lock" | "uv.lock" | "pdm.lock" | "Pipfile.lock" | "pylock.toml" => Some(Kind::Lock),
        "Pipfile" => Some(Kind::Pipfile),
        "setup.py" => Some(Kind::SetupScript),
        "pyproject.toml" => Some(Kind::Project),
        "setup.cfg" => Some(Kind::SetupCfg),
        _ => {
            let suffix = [".txt", ".in", ".lock"].iter().any(|suffix| name.ends_with(suffix));
            let named = name.contains("requirements") || in_requirements;
            (suffix && named && !name.contains("constraint")).then_some(Kind::Requirements)
        }
    }
}

/// True for a requirements file that says that a tool wrote it, with the whole closure.
fn is_compiled(name: &str, text: &str) -> bool {
    !name.ends_with(".in")
        && text.lines().take(20).filter(|line| line.starts_with('#')).any(|line| {
            let line = line.to_ascii_lowercase();
            line.contains("autogenerated by pip-compile") || line.contains("autogenerated by uv")
        })
}

/// Names of a lock file: all packages, and those that are the project's own. `None` where it is not valid.
fn locked_names(text: &str, name: &str) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
    let mut names = BTreeSet::new();
    let mut own = BTreeSet::new();
    if name == "Pipfile.lock" {
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        for section in ["default", "develop"] {
            names.extend(
                value
                    .get(section)
                    .and_then(|section| section.as_object())
                    .into_iter()
                    .flatten()
                    .map(|(name, _)| name.clone()),
            );
        }
        return Some((names, own));
    }
    // Read by line: lock files are large, written by machines in one form, and hold TOML dates.
    let mut inside = false;
    let mut current = String::new();
    for line in text.lines() {
        if line.starts_with('[') {
            // PEP 751 calls them `packages`.
            inside = matches!(line.trim(), "[[package]]" | "[[packages]]");
        } else if inside && let Some(value) = line.strip_prefix("name = ") {
            current = value.trim().trim_matches('"').to_owned();
            names.insert(current.clone());
        } else if inside && line.starts_with("source = ") {
            let local = ["editable =", "virtual =", "directory ="].iter().any(|form| line.contains(form));
            if local {
                own.insert(normalise(&current));
            }
        }
    }
    Some((names, own))
}

/// The distribution of one line of a requirements file.
fn requirement(line: &str) -> Option<String> {
    let line = line.split(" #").next().unwrap_or(line).trim();
    if line.is_empty() || line.starts_with(['#', '-', '.', '/']) {
        return line.split_once("#egg=").map(|(_, name)| name.to_owned());
    }
    let end = line.find(|character: char| !(character.is_alphanumeric() || "-_.".contains(character)));
    let name = line.get(..end.unwrap_or(line.len()))?;
    let rest = line.get(name.len()..)?.trim_start();
    (!name.is_empty() && !rest.starts_with("://") && !rest.starts_with('/')).then(|| name.to_owned())
}

fn project_names(value: &toml_span::Value<'_>, names: &mut BTreeSet<String>) {
    let mut list = |value: Option<&toml_span::Value<'_>>| {
        let entries = value.and_then(|value| value.as_array()).into_iter().flatten();
        names.extend(entries.filter_map(|entry| requirement(entry.as_str()?)));
    };
    list(value.pointer("/project/dependencies"));
    for groups in ["/project/optional-dependencies", "/dependency-groups", "/tool/uv", "/tool/pdm/dev-dependencies"] {
        for (_, group) in value.pointer(groups).and_then(|groups| groups.as_table()).into_iter().flatten() {
            list(Some(group));
        }
    }
    let mut keys = |value: Option<&toml_span::Value<'_>>| {
        names.extend(
            value.and_then(|value| value.as_table()).into_iter().flatten().map(|(name, _)| name.name.to_string()),
        );
    };
    keys(value.pointer("/tool/poetry/dependencies"));
    keys(value.pointer("/tool/poetry/dev-dependencies"));
    for (_, group) in value.pointer("/tool/poetry/group").and_then(|groups| groups.as_table()).into_iter().flatten() {
        keys(group.pointer("/dependencies"));
    }
}

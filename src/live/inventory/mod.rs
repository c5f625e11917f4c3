//! Raw answers → the model's words. Pure: the same state gives the same inventory, whether it was just asked for or
//! read from a file.
//!
//! Items are parsed into Google's own model types first. An item that does not parse is left out, and the collection
//! that held it is no longer covered: nothing may be called missing from it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::model::live::Answer;
use crate::model::{Api, Coverage, CoverageEntry, CoverageStatus, Inventory, LiveState, NameContext};

mod connector;
mod run;
mod vpc;

/// Derives the inventory of a state.
pub fn inventory(state: &LiveState) -> Inventory {
    let project_numbers = project_numbers(state);
    let mut inventory = Inventory { project_numbers, ..Inventory::default() };
    for answer in &state.answers {
        let context = NameContext {
            project: Some(project_id(&answer.project, &inventory.project_numbers).to_owned()),
            region: answer.region.clone(),
            project_numbers: inventory.project_numbers.clone(),
        };
        let faults = match answer.api {
            Api::RunServices => collect(answer, &context, run::service, &mut inventory.workloads),
            Api::RunRevisions => collect(answer, &context, run::revision, &mut inventory.revisions),
            Api::VpcAccessConnectors => collect(answer, &context, connector::connector, &mut inventory.connectors),
            _ => Vec::new(),
        };
        inventory.coverage.entries.push(coverage(answer, &context, &faults));
    }
    sort(&mut inventory);
    inventory
}

/// By name; a resource that is listed twice (lists may shift while they are paged) counts once, as listed last.
fn sort(inventory: &mut Inventory) {
    inventory.workloads.reverse();
    inventory.workloads.sort_by(|a, b| a.name.cmp(&b.name));
    inventory.workloads.dedup_by(|a, b| a.name == b.name);
    inventory.revisions.reverse();
    inventory.revisions.sort_by(|a, b| (&a.service, &a.name).cmp(&(&b.service, &b.name)));
    inventory.revisions.dedup_by(|a, b| (&a.service, &a.name) == (&b.service, &b.name));
    inventory.connectors.reverse();
    inventory.connectors.sort_by(|a, b| a.name.known().cmp(&b.name.known()));
    inventory.connectors.dedup_by(|a, b| a.name.known() == b.name.known());
    let Coverage { entries } = &mut inventory.coverage;
    entries.sort_by(|a, b| (&a.project, &a.region, a.api).cmp(&(&b.project, &b.region, b.api)));
}

/// Reads the items of one answer; returns what is wrong with those that cannot be read.
fn collect<T>(
    answer: &Answer,
    context: &NameContext,
    read: impl Fn(&Value, &NameContext) -> Result<Option<T>, String>,
    into: &mut Vec<T>,
) -> Vec<String> {
    let mut faults = Vec::new();
    for (index, item) in answer.items.iter().enumerate() {
        match read(item, context) {
            Ok(found) => into.extend(found),
            Err(problem) => {
                let name = item.get("name").and_then(Value::as_str);
                let name = name.map_or_else(|| format!("item {}", index + 1), |name| format!("`{name}`"));
                faults.push(format!("{name}: {}", crate::model::redact::line(&problem)));
            }
        }
    }
    faults
}

/// What was really looked at. A list that came through but names locations that it could not reach, or that holds an
/// item that cannot be read, was not looked at in full.
fn coverage(answer: &Answer, context: &NameContext, faults: &[String]) -> CoverageEntry {
    let (status, detail) = match (answer.status, faults) {
        (CoverageStatus::Answered, _) if !answer.unreachable.is_empty() => {
            let places = answer.unreachable.join(", ");
            (CoverageStatus::Unreachable, format!("the answer names as unreachable: {places}"))
        }
        (CoverageStatus::Answered, [first, rest @ ..]) => {
            let more = if rest.is_empty() { String::new() } else { format!(" (and {} more)", rest.len()) };
            (CoverageStatus::Malformed, format!("{first}{more}"))
        }
        (CoverageStatus::Answered, []) if answer.detail.is_empty() => {
            let count = answer.items.len();
            (CoverageStatus::Answered, format!("{count} {}", if count == 1 { "item" } else { "items" }))
        }
        (status, _) => (status, answer.detail.clone()),
    };
    let project = context.project.clone().unwrap_or_default();
    CoverageEntry {
        project,
        region: answer.region.clone(),
        api: answer.api,
        of: answer.of.clone(),
        time: answer.time.clone(),
        status,
        detail,
    }
}

/// Project number → project id: what the state says, and what the items themselves show (an item in the list of a
/// project belongs to that project, also where its name carries a number). A number that would stand for two projects
/// stands for none.
pub(super) fn project_numbers(state: &LiveState) -> BTreeMap<String, String> {
    let mut numbers: BTreeMap<String, String> = BTreeMap::new();
    let mut ambiguous = BTreeSet::new();
    let told = state.project_numbers.iter().map(|(id, number)| (number.as_str(), id.as_str()));
    let shown = state.answers.iter().flat_map(|answer| {
        let names = answer.items.iter().filter_map(|item| item.get("name")?.as_str());
        names.filter_map(|name| Some((name.strip_prefix("projects/")?.split('/').next()?, answer.project.as_str())))
    });
    for (number, id) in told.chain(shown.filter(|(number, id)| is_number(number) && !is_number(id))) {
        match numbers.get(number) {
            Some(known) if known != id => {
                ambiguous.insert(number.to_owned());
            }
            _ => {
                numbers.insert(number.to_owned(), id.to_owned());
            }
        }
    }
    numbers.retain(|number, _| !ambiguous.contains(number));
    numbers
}

/// The id of a project that may be given by number.
fn project_id<'a>(project: &'a str, numbers: &'a BTreeMap<String, String>) -> &'a str {
    numbers.get(project).map_or(project, String::as_str)
}

/// True for a project number.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Project id, region and short name of an item that was listed.
struct OwnName {
    project: String,
    region: String,
    short: String,
}

/// Takes the name of a listed item apart: `projects/{project}/locations/{region}/{collection}/{name}`, and for a
/// nested collection (`services/{service}/revisions`) the names of both levels.
///
/// # Errors
/// Where the name is missing, of another kind, or of another project or region than the one that was asked.
fn own_name(name: &str, collections: &[&str], context: &NameContext) -> Result<(OwnName, Vec<String>), String> {
    let mut parts = name.split('/');
    let mut next = |expected: &str| match (parts.next(), parts.next()) {
        (Some(word), Some(value)) if word == expected && is_short_name(value) => Ok(value.to_owned()),
        _ => Err("this is no name of the collection".to_owned()),
    };
    let project = next("projects")?;
    let region = next("locations")?;
    let mut shorts = Vec::new();
    for collection in collections {
        shorts.push(next(collection)?);
    }
    if parts.next().is_some() {
        return Err("this is no name of the collection".to_owned());
    }
    let project = project_id(&project, &context.project_numbers).to_owned();
    let here = context.project.as_ref().is_none_or(|own| *own == project)
        && context.region.as_ref().is_none_or(|own| *own == region);
    if !here {
        return Err("it is of another project or region than the one that was asked".to_owned());
    }
    let short = shorts.first().cloned().unwrap_or_default();
    Ok((OwnName { project, region, short }, shorts))
}

/// True for a text that can be one segment of a name. Project ids may carry a domain (`example.com:shop`).
fn is_short_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    !text.is_empty() && text.bytes().all(allowed)
}

/// The short name at the end of a name that may be short already; `None` where there is none.
fn short(name: &str) -> Option<String> {
    name.rsplit('/').next().filter(|short| !short.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests;

//! Files that are put together to one pipeline.

use super::tree::merged;
use super::{Pipeline, Source};
use crate::deploy::pipeline::{Marks, Place, Sink, hole, may_deploy};
use crate::deploy::repository::resolve;
use crate::deploy::shell::Unit;
use crate::deploy::words::Piece;
use crate::deploy::yaml::{self, Loading, Node, Text};
use crate::model::{WhyKind, redact};

/// The marks of a pipeline's inputs.
const MARKS: Marks = Marks { open: "$[[", close: "]]", quotes: true };
/// The most files of one pipeline.
const MAX_FILES: usize = 150;

/// What is known of inputs, by name.
type Inputs = Vec<(String, Vec<Piece>)>;

/// A pipeline with the files that it includes; `None` where it cannot be read, which is noted.
pub(super) fn load(sink: &mut Sink<'_>, place: &Place, inputs: &[(String, Vec<Piece>)]) -> Option<Pipeline> {
    let mut sources = Vec::new();
    let root = file(sink, place, Some(inputs), &mut sources)?;
    Some(Pipeline { sources, root })
}

fn file(
    sink: &mut Sink<'_>,
    place: &Place,
    given: Option<&[(String, Vec<Piece>)]>,
    sources: &mut Vec<Source>,
) -> Option<Node> {
    let documents = match yaml::documents(&place.file, Loading::LastKeyWins) {
        Ok(documents) => documents,
        Err(broken) => {
            sink.broken(place, broken);
            return None;
        }
    };
    // A first document with `spec` says which inputs there are.
    let mut documents = documents.into_iter();
    let first = documents.next().unwrap_or(Node::Map(Vec::new()));
    let (spec, root) = match documents.next() {
        Some(second) if first.get("spec").is_some() => (Some(first), second),
        _ => (None, first),
    };
    let index = sources.len();
    let inputs = spec.map(|spec| inputs(place, &spec, given.unwrap_or_default())).unwrap_or_default();
    sources.push(Source { place: place.clone(), inputs });
    let root = root.in_source(index);
    let mut under = Node::Map(Vec::new());
    for entry in root.get("include").map(Node::one_or_more).unwrap_or_default() {
        if sources.len() > MAX_FILES {
            if let Some(text) = entry.place().map(|range| Text { value: String::new(), range, plain: true, source: 0 })
            {
                sink.incomplete(place.why(WhyKind::Limit, "the pipeline includes too many files", &text));
            }
            break;
        }
        if let Some(node) = included(sink, place, entry, sources) {
            under = merged(under, node);
        }
    }
    Some(merged(under, root))
}

fn included(sink: &mut Sink<'_>, place: &Place, entry: &Node, sources: &mut Vec<Source>) -> Option<Node> {
    let local = match entry {
        Node::Scalar(text) if !text.value.contains("://") => Some(text),
        _ => entry.get("local").and_then(Node::text),
    };
    let Some(local) = local else {
        elsewhere(sink, place, entry);
        return None;
    };
    if local.value.contains(['*', '$']) {
        let text = format!("which files {} includes is not evaluated", redact::identifier(&local.value));
        sink.incomplete(place.why(WhyKind::Unsupported, text, local));
        return None;
    }
    let given: Inputs = entry
        .get("inputs")
        .map(Node::entries)
        .unwrap_or_default()
        .iter()
        .filter_map(|(name, value)| {
            let value = value.text()?;
            let source = sources.get(value.source)?;
            Some((name.value.clone(), crate::deploy::pipeline::pieces(&units(source, value))))
        })
        .collect();
    // A relative path is one from the repository's root as well.
    let next = sink.file(place, "", local)?;
    file(sink, &next, Some(&given), sources)
}

/// What is included from another place is not read. GitLab's own templates deploy nothing to Cloud Run.
fn elsewhere(sink: &mut Sink<'_>, place: &Place, entry: &Node) {
    let is = |key: &str| entry.get(key).and_then(Node::text);
    let (what, text) = match (entry, is("project"), is("template"), is("component").or(is("remote"))) {
        (Node::Scalar(text), ..) => ("the file", text),
        (_, Some(project), ..) => ("a file of the project", project),
        (_, _, Some(template), _) if may_deploy(&template.value) => ("the template", template),
        (.., Some(other)) => ("the file", other),
        _ => return,
    };
    let text_shown = format!("{what} {} is not in the repository", redact::identifier(&text.value));
    sink.incomplete(place.why(WhyKind::ModuleUnavailable, text_shown, text));
}

/// The inputs of a file: what is given, or their defaults. What whoever starts the pipeline may give is not known.
fn inputs(place: &Place, spec: &Node, given: &[(String, Vec<Piece>)]) -> Inputs {
    let declared = spec.at(&["spec", "inputs"]).map(Node::entries).unwrap_or_default();
    let one = |(name, input): &(Text, Node)| {
        let value = match (given.iter().find(|(known, _)| *known == name.value), input.get("default")) {
            (Some((_, value)), _) => value.clone(),
            (None, Some(default)) if place.depth() > 0 => {
                default.text().map(|text| vec![Piece::Lit(text.value.clone())]).unwrap_or_default()
            }
            _ => {
                let text = format!("`inputs.{}` is given when the pipeline is started", name.value);
                hole(place.why(WhyKind::Environment, text, name))
            }
        };
        (name.value.clone(), value)
    };
    declared.iter().map(one).collect()
}

/// The characters of a scalar, with inputs put in.
pub(super) fn units(source: &Source, text: &Text) -> Vec<Unit> {
    let units = source.place.units(text);
    if !text.value.contains("$[[") {
        return units;
    }
    crate::deploy::pipeline::fill(&units, MARKS, &mut |inner, range| {
        let name = inner.strip_prefix("inputs.").unwrap_or(inner);
        let found = source.inputs.iter().find(|(known, _)| known == name.trim());
        Some(match found {
            Some((_, value)) => value.clone(),
            None => {
                let text = format!("`{}` is not evaluated", redact::line(inner));
                hole(crate::model::Why::at(WhyKind::Unsupported, text, source.place.origin(range)))
            }
        })
    })
}

/// True for a path of the repository that is a file.
pub(super) fn is_local(sink: &Sink<'_>, path: &str) -> bool {
    resolve("", path.trim_start_matches('/')).is_some_and(|path| sink.repository.has_file(&path))
}

//! From the parser's events to nodes.

use std::collections::BTreeMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::{Broken, Node, Text};

/// The largest file that is read, in bytes.
const MAX_BYTES: usize = 512 << 10;
/// The deepest nesting that is read.
const MAX_DEPTH: usize = 60;
/// The most nodes that are read; aliases count each time.
const MAX_NODES: usize = 200_000;

/// What a reader of YAML takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loading {
    /// A key may stand once in a map.
    Strict,
    /// A key may stand several times in a map: the last one counts.
    LastKeyWins,
}

/// A container that is being read.
struct Open {
    anchor: usize,
    tag: Option<String>,
    kind: Kind,
}

enum Kind {
    List(Vec<Node>),
    Map {
        entries: Vec<(Text, Node)>,
        /// Where each key stands in `entries`.
        names: BTreeMap<String, usize>,
        /// What merge keys bring, the first one first.
        merged: Vec<(Text, Node)>,
        /// The key whose value comes next; `Some(None)` is one that is no scalar.
        key: Option<Option<Text>>,
    },
}

struct Loader {
    loading: Loading,
    offsets: Offsets,
    open: Vec<Open>,
    anchors: BTreeMap<usize, (Node, usize)>,
    nodes: usize,
    documents: Vec<Node>,
}

/// Reads all documents of a text.
///
/// # Errors
/// Where it is no valid YAML, or beyond the limits.
pub(super) fn documents(text: &str, loading: Loading) -> Result<Vec<Node>, Broken> {
    if text.len() > MAX_BYTES {
        return Err(limit(format!("it is larger than {MAX_BYTES} bytes"), 0));
    }
    let mut loader = Loader {
        loading,
        offsets: Offsets::new(text),
        open: Vec::new(),
        anchors: BTreeMap::new(),
        nodes: 0,
        documents: Vec::new(),
    };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let at = loader.offsets.byte(error.marker().index());
            // The parser has a limit of its own.
            if error.info().contains("limit") { limit(error.info().to_owned(), at) } else { invalid(error.info(), at) }
        })?;
        let range = loader.offsets.byte(span.start.index())..loader.offsets.byte(span.end.index());
        loader.event(event, range)?;
    }
    Ok(loader.documents)
}

fn limit(text: String, at: usize) -> Broken {
    Broken { text, at, limit: true }
}

fn invalid(text: &str, at: usize) -> Broken {
    Broken { text: format!("it is no valid YAML: {text}"), at, limit: false }
}

impl Loader {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) -> Result<(), Broken> {
        let at = range.start;
        let too_deep = || limit(format!("it is nested more than {MAX_DEPTH} levels deep"), at);
        match event {
            Event::SequenceStart(anchor, tag) if self.open.len() < MAX_DEPTH => {
                self.open.push(Open { anchor, tag: own_tag(tag.as_deref()), kind: Kind::List(Vec::new()) });
            }
            Event::MappingStart(anchor, tag) if self.open.len() < MAX_DEPTH => {
                let kind = Kind::Map { entries: Vec::new(), names: BTreeMap::new(), merged: Vec::new(), key: None };
                self.open.push(Open { anchor, tag: own_tag(tag.as_deref()), kind });
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => return Err(too_deep()),
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(Open { anchor, tag, kind }) = self.open.pop() {
                    let node = match kind {
                        Kind::List(elements) => Node::List(elements),
                        Kind::Map { entries, names, merged, .. } => Node::Map(with_merged(entries, names, merged)),
                    };
                    self.done(tagged(node, tag), anchor, at)?;
                }
            }
            Event::Scalar(value, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                let null = plain && matches!(&*value, "" | "~" | "null" | "Null" | "NULL");
                let value = match &*value {
                    _ if null => String::new(),
                    "True" | "TRUE" if plain => "true".to_owned(),
                    "False" | "FALSE" if plain => "false".to_owned(),
                    _ => value.into_owned(),
                };
                let node = Node::Scalar(Text { value, range, plain, source: 0 });
                self.done(tagged(node, own_tag(tag.as_deref())), anchor, at)?;
            }
            Event::Alias(anchor) => {
                let Some((node, size)) = self.anchors.get(&anchor) else {
                    return Err(invalid("an alias has no anchor before it", at));
                };
                // Its own node is counted when it is put in.
                let (node, size) = (node.clone(), size.saturating_sub(1));
                self.count(size, at)?;
                self.done(node, 0, at)?;
            }
            Event::DocumentStart(_) => self.anchors.clear(),
            _ => {}
        }
        Ok(())
    }

    fn count(&mut self, nodes: usize, at: usize) -> Result<(), Broken> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_NODES {
            return Err(limit(format!("it has more than {MAX_NODES} nodes, with those that aliases repeat"), at));
        }
        Ok(())
    }

    /// Puts a node where it belongs.
    fn done(&mut self, node: Node, anchor: usize, at: usize) -> Result<(), Broken> {
        self.count(1, at)?;
        if anchor > 0 {
            let size = size(&node);
            self.anchors.insert(anchor, (node.clone(), size));
            self.count(size, at)?;
        }
        let lenient = self.loading == Loading::LastKeyWins;
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.documents.push(node),
            Some(Kind::List(elements)) => elements.push(node),
            Some(Kind::Map { entries, names, merged, key }) => match key.take() {
                None => {
                    *key = Some(match node {
                        Node::Scalar(text) => Some(text),
                        _ => None,
                    });
                }
                Some(None) => {}
                Some(Some(name)) if name.plain && name.value == "<<" => merged.extend(entries_of(node)),
                Some(Some(name)) => match names.get(&name.value).and_then(|at| entries.get_mut(*at)) {
                    Some(known) if lenient => *known = (name, node),
                    Some(_) => {
                        return Err(invalid(&format!("the key `{}` stands twice", name.value), name.range.start));
                    }
                    None => {
                        names.insert(name.value.clone(), entries.len());
                        entries.push((name, node));
                    }
                },
            },
        }
        Ok(())
    }
}

/// Tags of the core schema say nothing that a reader of texts needs.
fn own_tag(tag: Option<&Tag>) -> Option<String> {
    tag.filter(|tag| !tag.is_yaml_core_schema()).map(|tag| format!("{}{}", tag.handle, tag.suffix))
}

fn tagged(node: Node, tag: Option<String>) -> Node {
    match tag {
        Some(tag) => Node::Tagged(tag, Box::new(node)),
        None => node,
    }
}

/// What a merge key brings: the entries of a map, or those of a list of maps.
fn entries_of(node: Node) -> Vec<(Text, Node)> {
    match node {
        Node::Map(entries) => entries,
        Node::List(elements) => elements.into_iter().flat_map(entries_of).collect(),
        _ => Vec::new(),
    }
}

/// A map's own entries win over what is merged, and what is merged first over what is merged later.
fn with_merged(
    mut entries: Vec<(Text, Node)>,
    mut names: BTreeMap<String, usize>,
    merged: Vec<(Text, Node)>,
) -> Vec<(Text, Node)> {
    for (key, value) in merged {
        if !names.contains_key(&key.value) {
            names.insert(key.value.clone(), entries.len());
            entries.push((key, value));
        }
    }
    entries
}

fn size(node: &Node) -> usize {
    1 + match node {
        Node::Scalar(_) => 0,
        Node::List(elements) => elements.iter().map(size).sum(),
        Node::Map(entries) => entries.iter().map(|(_, value)| 1 + size(value)).sum(),
        Node::Tagged(_, inner) => size(inner),
    }
}

/// Character index → byte offset.
struct Offsets(Vec<usize>);

impl Offsets {
    fn new(text: &str) -> Self {
        Self(text.char_indices().map(|(offset, _)| offset).chain([text.len()]).collect())
    }

    fn byte(&self, index: usize) -> usize {
        self.0.get(index).or(self.0.last()).copied().unwrap_or(0)
    }
}

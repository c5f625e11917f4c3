//! YAML with the place of every character of every scalar.

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};

use crate::model::SourceFile;

/// The largest file that is read, in bytes.
const MAX_BYTES: usize = 512 << 10;
/// The deepest nesting that is read.
const MAX_DEPTH: usize = 60;
/// The most nodes that are read; aliases count each time.
const MAX_NODES: usize = 200_000;

/// A node.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A text, number, truth value or null.
    Scalar(Text),
    /// A list.
    List(Vec<Node>),
    /// A map, in order.
    Map(Vec<(Text, Node)>),
}

/// A scalar and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// Its value, as text.
    pub value: String,
    /// Byte range in the file.
    pub range: std::ops::Range<usize>,
}

impl Node {
    /// The value of a key of a map.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match self {
            Self::Map(entries) => entries.iter().find(|(name, _)| name.value == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&Text> {
        match self {
            Self::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// The entries of a map.
    pub fn entries(&self) -> &[(Text, Node)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The elements of a list.
    pub fn elements(&self) -> &[Node] {
        match self {
            Self::List(elements) => elements,
            _ => &[],
        }
    }
}

/// Why a file is not read, with the byte offset that decides it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// A lower-case fragment.
    pub text: String,
    /// Byte offset.
    pub at: usize,
    /// True where it is a limit of this program, not an error of the file.
    pub limit: bool,
}

/// Reads the first document of a file.
///
/// # Errors
/// Where it is no valid YAML, or beyond the limits.
pub fn parse(file: &SourceFile) -> Result<Node, Broken> {
    let text = file.text();
    let limit = |text: &str| Broken { text: text.to_owned(), at: 0, limit: true };
    if text.len() > MAX_BYTES {
        return Err(limit("it is too large"));
    }
    let offsets = Offsets::new(text);
    let documents = MarkedYaml::load_from_str(text).map_err(|error| {
        let at = error.marker().index();
        Broken { text: format!("it is no valid YAML: {}", error.info()), at: offsets.byte(at), limit: false }
    })?;
    let Some(document) = documents.first() else { return Ok(Node::Map(Vec::new())) };
    let mut count = 0;
    convert(document, text, &offsets, 0, &mut count).ok_or_else(|| limit("it is nested too deeply or too large"))
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

fn convert(node: &MarkedYaml, source: &str, offsets: &Offsets, depth: usize, count: &mut usize) -> Option<Node> {
    *count += 1;
    if depth > MAX_DEPTH || *count > MAX_NODES {
        return None;
    }
    let range = offsets.byte(node.span.start.index())..offsets.byte(node.span.end.index());
    Some(match &node.data {
        YamlData::Sequence(elements) => {
            let elements = elements.iter().map(|element| convert(element, source, offsets, depth + 1, count));
            Node::List(elements.collect::<Option<_>>()?)
        }
        YamlData::Mapping(entries) => {
            let mut converted = Vec::new();
            for (key, value) in entries {
                let Node::Scalar(key) = convert(key, source, offsets, depth + 1, count)? else { continue };
                converted.push((key, convert(value, source, offsets, depth + 1, count)?));
            }
            Node::Map(converted)
        }
        YamlData::Tagged(_, inner) => return convert(inner, source, offsets, depth + 1, count),
        YamlData::Value(scalar) => {
            let value = match scalar {
                Scalar::String(text) => text.to_string(),
                Scalar::Null => String::new(),
                Scalar::Boolean(truth) => truth.to_string(),
                // A number as it is written: `1.10` is not `1.1`.
                Scalar::Integer(_) | Scalar::FloatingPoint(_) => {
                    source.get(range.clone()).unwrap_or_default().trim().to_owned()
                }
            };
            Node::Scalar(Text { value, range })
        }
        YamlData::Representation(text, ..) => Node::Scalar(Text { value: text.to_string(), range }),
        YamlData::Alias(_) | YamlData::BadValue => Node::Scalar(Text { value: String::new(), range }),
    })
}

/// The byte offset in the file of each character of a scalar. Exact for plain and block scalars; in quoted ones, a
/// character after an escape may be some columns off.
pub fn offsets(text: &Text, source: &str) -> Vec<usize> {
    let mut at = text.range.start;
    let rest = |at: usize| source.get(at..).unwrap_or_default();
    let first = rest(at).chars().next();
    if matches!(first, Some('|' | '>')) {
        // The header of a block scalar ends with its line.
        at += rest(at).find('\n').map_or(0, |end| end + 1);
    } else if matches!(first, Some('"' | '\'')) {
        at += 1;
    }
    let mut offsets = Vec::with_capacity(text.value.len());
    for character in text.value.chars() {
        if !character.is_whitespace() {
            let gap: usize = rest(at).chars().take_while(|next| next.is_whitespace()).map(char::len_utf8).sum();
            if rest(at + gap).starts_with(character) {
                at += gap;
            }
        } else if character == '\n' {
            // Up to the end of the line, so that an empty line stays on its own line.
            let gap = rest(at).chars().take_while(|next| *next == ' ' || *next == '\r' || *next == '\t').count();
            if rest(at + gap).starts_with('\n') {
                at += gap;
            }
        }
        offsets.push(at);
        if rest(at).starts_with(character) {
            at += character.len_utf8();
        }
    }
    offsets
}

//! YAML with the place of every character of every scalar.
//!
//! Aliases and merge keys are resolved. An alias counts as often as it is used, so that a small file cannot become a
//! large tree.
//!
//! | file | subject |
//! | --- | --- |
//! | `load` | from the parser's events to nodes |
//! | `offsets` | where the characters of a scalar stand |

use std::ops::Range;

use crate::model::SourceFile;

mod load;
mod offsets;
#[cfg(test)]
mod tests;

pub use load::Loading;
pub use offsets::offsets;

/// A node.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A text, number, truth value or null.
    Scalar(Text),
    /// A list.
    List(Vec<Node>),
    /// A map, in order.
    Map(Vec<(Text, Node)>),
    /// A node with a tag of the file's own, such as `!reference`.
    Tagged(String, Box<Node>),
}

/// A scalar and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// Its value, as text; of a null it is empty.
    pub value: String,
    /// Byte range in the file.
    pub range: Range<usize>,
    /// True where it is written without quotes, so that it may be a number, a truth value or null.
    pub plain: bool,
    /// Which file it stands in, where nodes of several files are put together.
    pub source: usize,
}

impl Node {
    /// The value of a key of a map.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|(_, value)| value)
    }

    /// A key of a map, and its value.
    pub fn entry(&self, key: &str) -> Option<&(Text, Node)> {
        self.entries().iter().find(|(name, _)| name.value == key)
    }

    /// The node that a path of keys leads to.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&Text> {
        match self {
            Self::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a scalar that is not empty.
    pub fn word(&self) -> Option<&str> {
        self.text().map(|text| text.value.as_str()).filter(|text| !text.is_empty())
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

    /// The elements of a list, or a node that stands for a list of itself.
    pub fn one_or_more(&self) -> &[Node] {
        match self {
            Self::List(elements) => elements,
            Self::Scalar(text) if text.value.is_empty() => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The same node as one of another file.
    pub fn in_source(self, source: usize) -> Self {
        match self {
            Self::Scalar(text) => Self::Scalar(Text { source, ..text }),
            Self::List(elements) => Self::List(elements.into_iter().map(|one| one.in_source(source)).collect()),
            Self::Map(entries) => {
                let entry = |(key, value): (Text, Node)| (Text { source, ..key }, value.in_source(source));
                Self::Map(entries.into_iter().map(entry).collect())
            }
            Self::Tagged(tag, inner) => Self::Tagged(tag, Box::new(inner.in_source(source))),
        }
    }

    /// Where the node begins: the range of its first scalar.
    pub fn place(&self) -> Option<Range<usize>> {
        match self {
            Self::Scalar(text) => Some(text.range.clone()),
            Self::List(elements) => elements.iter().find_map(Node::place),
            Self::Map(entries) => entries.first().map(|(key, _)| key.range.clone()),
            Self::Tagged(_, inner) => inner.place(),
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

/// Reads the first document of a file; an empty map where there is none.
///
/// # Errors
/// Where it is no valid YAML, or beyond the limits.
pub fn parse(file: &SourceFile, loading: Loading) -> Result<Node, Broken> {
    Ok(documents(file, loading)?.into_iter().next().unwrap_or(Node::Map(Vec::new())))
}

/// Reads all documents of a file.
///
/// # Errors
/// Where it is no valid YAML, or beyond the limits.
pub fn documents(file: &SourceFile, loading: Loading) -> Result<Vec<Node>, Broken> {
    load::documents(file.text(), loading)
}

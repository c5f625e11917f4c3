//! What is wrong with a config file, and where.

use std::fmt;
use std::ops::Range;

use crate::model::{Excerpts, Position, RepoPath, SourceFile};

/// One thing that is wrong with a config file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file, as the caller named it.
    pub file: String,
    /// Byte range in the text.
    pub range: Range<usize>,
    /// The first character.
    pub start: Position,
    /// Just after the last character.
    pub end: Position,
    /// A lower-case fragment. It never repeats a value that may be a secret.
    pub message: String,
    /// What was probably meant, as it would be written.
    pub suggestion: Option<String>,
    /// More about it.
    pub note: Option<String>,
    /// Another place that belongs to it, with a label.
    pub related: Option<(Range<usize>, String)>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.start.line, self.start.column, self.message)?;
        if let Some(suggestion) = &self.suggestion {
            write!(f, "; did you mean `{suggestion}`?")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

/// How many errors are kept: finding the column of one takes as long as its line, and nobody reads more.
const MAX_ERRORS: usize = 1000;

/// The text of a config file and the errors found in it so far.
#[derive(Debug)]
pub(super) struct Errors {
    file: SourceFile,
    path: String,
    found: Vec<ConfigError>,
}

impl Errors {
    pub(super) fn new(path: &str, text: &str) -> Self {
        Self {
            file: SourceFile::new(RepoPath::new(path), text, &Excerpts::default()),
            path: path.to_owned(),
            found: Vec::new(),
        }
    }

    /// Number of errors so far.
    pub(super) fn len(&self) -> usize {
        self.found.len()
    }

    /// Adds an error and hands it out, so that a suggestion or note can follow. Beyond [`MAX_ERRORS`] it is dropped.
    pub(super) fn add(&mut self, range: Range<usize>, message: impl Into<String>) -> Added<'_> {
        if self.found.len() >= MAX_ERRORS {
            return Added(None);
        }
        let range = self.with_quotes(range);
        let error = ConfigError {
            file: self.path.clone(),
            start: self.file.position(range.start),
            end: self.file.position(range.end),
            range,
            message: message.into(),
            suggestion: None,
            note: None,
            related: None,
        };
        self.found.push(error);
        Added(self.found.last_mut())
    }

    /// A range in the text; that of a string or key with its quotes, which the parser leaves out.
    fn with_quotes(&self, range: Range<usize>) -> Range<usize> {
        let text = self.file.text();
        // The parser's spans of single characters are one byte long, whatever the character.
        let start = text.floor_char_boundary(range.start);
        let end = text.ceil_char_boundary(range.end.max(start));
        let before = text.get(..start).and_then(|text| text.chars().next_back());
        let after = text.get(end..).and_then(|text| text.chars().next());
        if matches!(before, Some('"' | '\'')) && before == after { start - 1..end + 1 } else { start..end }
    }

    /// The text that stands in a range.
    pub(super) fn text(&self, range: Range<usize>) -> &str {
        self.file.text().get(range).unwrap_or_default()
    }

    /// The line (from 1) of a byte offset.
    pub(super) fn line(&self, offset: usize) -> u32 {
        self.file.position(offset).line
    }

    /// All errors, in the order of the file.
    pub(super) fn into_sorted(mut self) -> Vec<ConfigError> {
        self.found
            .sort_by(|a, b| (a.range.start, a.range.end, &a.message).cmp(&(b.range.start, b.range.end, &b.message)));
        self.found
    }
}

/// An error that was just added.
pub(super) struct Added<'a>(Option<&'a mut ConfigError>);

impl Added<'_> {
    pub(super) fn suggest(mut self, suggestion: Option<impl Into<String>>) -> Self {
        if let Some(error) = &mut self.0 {
            error.suggestion = suggestion.map(Into::into);
        }
        self
    }

    pub(super) fn note(self, note: impl Into<String>) -> Self {
        self.note_if(Some(note))
    }

    pub(super) fn note_if(mut self, note: Option<impl Into<String>>) -> Self {
        if let Some(error) = &mut self.0 {
            error.note = note.map(Into::into);
        }
        self
    }

    pub(super) fn related(mut self, range: Range<usize>, label: &str) -> Self {
        if let Some(error) = &mut self.0 {
            error.related = Some((range, label.to_owned()));
        }
        self
    }
}

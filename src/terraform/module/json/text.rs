//! JSON with the place of every value.

use crate::terraform::syntax::{Span, SyntaxError};

/// The deepest nesting.
const MAX_DEPTH: usize = 128;

/// A value with its place.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) json: Json,
    pub(super) span: Span,
}

/// A property of an object: its name, where that stands, and its value.
pub(super) type Property = (String, Span, Node);

#[derive(Clone, Debug)]
pub(super) enum Json {
    Null,
    Bool(bool),
    /// As written.
    Number(String),
    String(String),
    Array(Vec<Node>),
    Object(Vec<Property>),
}

/// Reads a whole text.
pub(super) fn read(text: &str, file: u32) -> Result<Node, SyntaxError> {
    let mut reader = Reader { text, file, at: 0 };
    // A byte order mark is passed over.
    if text.starts_with('\u{feff}') {
        reader.at = '\u{feff}'.len_utf8();
    }
    let node = reader.value(0)?;
    reader.space();
    if reader.at < text.len() { Err(reader.fail("nothing may follow the JSON value")) } else { Ok(node) }
}

struct Reader<'a> {
    text: &'a str,
    file: u32,
    at: usize,
}

impl Reader<'_> {
    fn fail(&self, text: &str) -> SyntaxError {
        SyntaxError { text: text.to_owned(), offset: self.at }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn span(&self, start: usize) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { file: self.file, start: offset(start), end: offset(self.at) }
    }

    fn value(&mut self, depth: usize) -> Result<Node, SyntaxError> {
        if depth > MAX_DEPTH {
            return Err(self.fail("the JSON is nested too deeply"));
        }
        self.space();
        let start = self.at;
        let json = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Json::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => self.word()?,
        };
        Ok(Node { json, span: self.span(start) })
    }

    fn word(&mut self) -> Result<Json, SyntaxError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        for (word, json) in [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))] {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(json);
            }
        }
        Err(self.fail("a JSON value is expected"))
    }

    fn number(&mut self) -> Result<Json, SyntaxError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        match serde_json::from_str::<serde_json::Number>(text) {
            Ok(_) => Ok(Json::Number(text.to_owned())),
            Err(_) => Err(SyntaxError { text: format!("`{text}` is no number"), offset: start }),
        }
    }

    fn string(&mut self) -> Result<String, SyntaxError> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.at += 2,
                Some(b'\n') | None => return Err(self.fail("the string does not end")),
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        let written = self.text.get(start..self.at).unwrap_or_default();
        serde_json::from_str(written)
            .map_err(|_| SyntaxError { text: "the string has an escape that is none".to_owned(), offset: start })
    }

    fn array(&mut self, depth: usize) -> Result<Json, SyntaxError> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.take(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            if self.take(b']') {
                return Ok(Json::Array(items));
            }
            if !self.take(b',') {
                return Err(self.fail("`,` or `]` is expected"));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, SyntaxError> {
        self.at += 1;
        let mut properties = Vec::new();
        self.space();
        if self.take(b'}') {
            return Ok(Json::Object(properties));
        }
        loop {
            self.space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.fail("the name of a property is expected"));
            }
            let name = self.string()?;
            let span = self.span(start);
            self.space();
            if !self.take(b':') {
                return Err(self.fail("`:` is expected"));
            }
            properties.push((name, span, self.value(depth + 1)?));
            self.space();
            if self.take(b'}') {
                return Ok(Json::Object(properties));
            }
            if !self.take(b',') {
                return Err(self.fail("`,` or `}` is expected"));
            }
        }
    }
}

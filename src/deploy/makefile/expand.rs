//! `$(X)`, `${X}`, `$X`, and functions.

use makefile_lossless::{MakefileVariant, ReferenceError, TextPart, split_references};

use super::{MAX_DEPTH, MAX_TEXT, Make, Value, functions, hole, known};
use crate::deploy::words::Piece;
use crate::model::{Why, WhyKind, redact};

/// For how many bytes a text counts that is not known.
const UNKNOWN_BYTES: usize = 64;
/// How many pieces of a value are copied in one step.
const PIECES_A_STEP: usize = 16;

impl Make<'_> {
    /// The pieces that a text gives.
    pub(super) fn plain(&mut self, text: &str) -> Vec<Piece> {
        joined(self.expand(text, 0).into_iter().map(|(_, piece)| piece))
    }

    /// The pieces that a text gives, each with the byte at which it stands in the text.
    pub(super) fn expand(&mut self, text: &str, depth: usize) -> Vec<(usize, Piece)> {
        if !text.contains('$') {
            return vec![(0, Piece::Lit(text.to_owned()))];
        }
        if self.spend() || depth > MAX_DEPTH || text.len() > 16 * MAX_TEXT {
            let why = Why::new(WhyKind::Limit, "the Makefile's variables are not expanded any further");
            self.incomplete(why.clone());
            return vec![(0, hole(why))];
        }
        let mut pieces = Vec::new();
        let mut length = 0;
        for part in split_references(text, MakefileVariant::GNUMake) {
            match part {
                TextPart::Literal(range) => {
                    let literal = text.get(range.clone()).unwrap_or_default();
                    pieces.push((range.start, Piece::Lit(literal.to_owned())));
                }
                TextPart::EscapedDollar(range) => pieces.push((range.start, Piece::Lit("$".to_owned()))),
                TextPart::Reference { range, parsed } => {
                    let written = text.get(range.clone()).unwrap_or_default();
                    let value = match parsed {
                        Ok(reference) if reference.modifiers.is_empty() => {
                            let name = known(&joined(
                                self.expand(&reference.name, depth + 1).into_iter().map(|(_, piece)| piece),
                            ));
                            match name {
                                Some(name) => self.variable(&name, depth),
                                None => vec![self.unsupported(written)],
                            }
                        }
                        Err(ReferenceError::FunctionCall { name }) => self.function(&name, written, depth),
                        _ => vec![self.unsupported(written)],
                    };
                    self.steps += value.len() / PIECES_A_STEP;
                    for piece in value {
                        length += if let Piece::Lit(text) = &piece { text.len() } else { UNKNOWN_BYTES };
                        if length > MAX_TEXT {
                            let why = Why::new(WhyKind::Limit, "the text is too long");
                            self.incomplete(why.clone());
                            pieces.push((range.start, hole(why)));
                            return pieces;
                        }
                        pieces.push((range.start, piece));
                    }
                }
                _ => {}
            }
        }
        pieces
    }

    fn variable(&mut self, name: &str, depth: usize) -> Vec<Piece> {
        match self.state.variables.get(name).cloned() {
            Some(Value::Simple(pieces)) => pieces,
            Some(Value::Recursive(text)) => joined(self.expand(&text, depth + 1).into_iter().map(|(_, piece)| piece)),
            None => match name {
                "MAKE" => vec![Piece::Lit("make".to_owned())],
                _ => {
                    let text = format!("the environment variable {name} decides it");
                    vec![hole(Why::new(WhyKind::Environment, text))]
                }
            },
        }
    }

    fn unsupported(&self, written: &str) -> Piece {
        let short: String = written.chars().take(60).collect();
        hole(Why::new(WhyKind::Unsupported, format!("`{}` is not evaluated", redact::line(&short))))
    }

    fn function(&mut self, name: &str, written: &str, depth: usize) -> Vec<Piece> {
        let inner = written.get(2..written.len().saturating_sub(1)).unwrap_or_default();
        let inner = inner.trim_start().strip_prefix(name).unwrap_or_default().trim_start();
        let arguments = split_arguments(inner);
        let part = |at: usize| arguments.get(at).map_or("", String::as_str);
        match name {
            "info" | "warning" => Vec::new(),
            "if" => {
                let condition = self.argument(part(0).trim(), depth);
                match known(&condition) {
                    Some(text) if text.trim().is_empty() => self.argument(part(2), depth),
                    Some(_) => self.argument(part(1), depth),
                    None => vec![self.unsupported(written)],
                }
            }
            "or" => {
                for argument in &arguments {
                    let value = self.argument(argument.trim(), depth);
                    match known(&value) {
                        Some(text) if text.is_empty() => {}
                        Some(_) => return value,
                        None => return vec![self.unsupported(written)],
                    }
                }
                Vec::new()
            }
            "call" => {
                let Some(function) = known(&self.argument(part(0).trim(), depth)) else {
                    return vec![self.unsupported(written)];
                };
                let before = self.state.variables.clone();
                for at in 0..10 {
                    let value = match arguments.get(at) {
                        Some(argument) => self.argument(if at == 0 { argument.trim() } else { argument }, depth),
                        None => Vec::new(),
                    };
                    self.state.variables.insert(at.to_string(), Value::Simple(value));
                }
                let value = self.variable(&function, depth + 1);
                self.state.variables = before;
                value
            }
            "foreach" => {
                let name = known(&self.argument(part(0).trim(), depth));
                let list = known(&self.argument(part(1), depth));
                let (Some(name), Some(list)) = (name, list) else { return vec![self.unsupported(written)] };
                let before = self.state.variables.get(&name).cloned();
                let mut pieces = Vec::new();
                for (at, word) in list.split_whitespace().enumerate() {
                    if at > 0 {
                        pieces.push(Piece::Lit(" ".to_owned()));
                    }
                    self.state.variables.insert(name.clone(), Value::Simple(vec![Piece::Lit(word.to_owned())]));
                    pieces.extend(self.argument(part(2), depth));
                }
                match before {
                    Some(before) => self.state.variables.insert(name, before),
                    None => self.state.variables.remove(&name),
                };
                pieces
            }
            _ => {
                let mut texts = Vec::new();
                for argument in &arguments {
                    match known(&self.argument(argument, depth)) {
                        Some(text) => texts.push(text),
                        None => return vec![self.unsupported(written)],
                    }
                }
                match functions::apply(name, &texts) {
                    Some(text) => vec![Piece::Lit(text)],
                    None => vec![self.unsupported(written)],
                }
            }
        }
    }

    fn argument(&mut self, text: &str, depth: usize) -> Vec<Piece> {
        joined(self.expand(text, depth + 1).into_iter().map(|(_, piece)| piece))
    }
}

/// Pieces with neighbouring texts put together.
pub(super) fn joined(pieces: impl Iterator<Item = Piece>) -> Vec<Piece> {
    let mut all: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (piece, all.last_mut()) {
            (Piece::Lit(text), _) if text.is_empty() => {}
            (Piece::Lit(text), Some(Piece::Lit(last))) => last.push_str(&text),
            (piece, _) => all.push(piece),
        }
    }
    all
}

/// The arguments of a function: commas that are not in brackets part them.
fn split_arguments(text: &str) -> Vec<String> {
    let mut arguments = vec![String::new()];
    let mut depth = 0_usize;
    for character in text.chars() {
        match character {
            '(' | '{' => depth += 1,
            ')' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                arguments.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = arguments.last_mut() {
            last.push(character);
        }
    }
    arguments
}

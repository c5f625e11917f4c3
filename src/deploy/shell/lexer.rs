//! Splits shell text into words and operators, keeping what is not known in its place.

use crate::deploy::words::Hole;

/// A character of shell text, or a hole that something before the shell leaves in it, with its byte offset in the
/// source.
#[derive(Clone, Debug)]
pub struct Unit {
    /// What it is.
    pub kind: UnitKind,
    /// Byte offset in the source file.
    pub offset: usize,
}

/// See [`Unit`].
#[derive(Clone, Debug)]
pub enum UnitKind {
    /// A character.
    Char(char),
    /// Text that is not known.
    Hole(Hole),
}

/// A part of a word, before expansion.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Known text; `quoted` text is never split, nor a keyword.
    Lit { text: String, quoted: bool },
    /// A variable; `default` is the text after `:-` or `-`, where it is plain.
    Var { name: String, default: Option<String>, quoted: bool },
    /// One unknown text.
    Hole(Hole),
    /// What a form of the shell gives that is not evaluated, such as `$(…)`.
    Dynamic(&'static str),
    /// Any number of words, such as `"$@"`.
    Many,
}

/// A word or an operator.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A word with its place among the units.
    Word { parts: Vec<Part>, start: usize, end: usize },
    /// An operator: `;`, `&&`, `||`, `|`, `&`, `(`, `)`, `;;` or a line end, written `;`.
    Op { text: &'static str, at: usize },
}

/// Splits units into tokens. Redirections and here-documents are left out.
pub fn tokens(units: &[Unit]) -> Vec<Token> {
    let mut lexer = Lexer { units, at: 0, tokens: Vec::new(), heredocs: Vec::new() };
    lexer.run();
    lexer.tokens
}

struct Lexer<'a> {
    units: &'a [Unit],
    at: usize,
    tokens: Vec<Token>,
    /// Delimiters of here-documents whose text starts after this line.
    heredocs: Vec<String>,
}

impl Lexer<'_> {
    fn char_at(&self, at: usize) -> Option<char> {
        match self.units.get(at).map(|unit| &unit.kind) {
            Some(UnitKind::Char(character)) => Some(*character),
            _ => None,
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.char_at(self.at + ahead)
    }

    fn op(&mut self, text: &'static str, length: usize) {
        self.tokens.push(Token::Op { text, at: self.at });
        self.at += length;
    }

    fn run(&mut self) {
        while self.at < self.units.len() {
            match (self.peek(0), self.peek(1)) {
                (Some('\n'), _) => {
                    self.op(";", 1);
                    self.skip_heredocs();
                }
                (Some('\\'), Some('\n')) => self.at += 2,
                (Some('\\'), Some('\r')) if self.peek(2) == Some('\n') => self.at += 3,
                (Some(' ' | '\t' | '\r'), _) => self.at += 1,
                (Some('#'), _) => {
                    while self.at < self.units.len() && self.peek(0) != Some('\n') {
                        self.at += 1;
                    }
                }
                (Some(';'), Some(';')) => self.op(";;", 2),
                (Some(';'), _) => self.op(";", 1),
                (Some('&'), Some('&')) => self.op("&&", 2),
                (Some('&'), Some('>')) => {
                    self.at += 1;
                    self.redirection();
                }
                (Some('&'), _) => self.op("&", 1),
                (Some('|'), Some('|')) => self.op("||", 2),
                (Some('|'), Some('&')) => self.op("|", 2),
                (Some('|'), _) => self.op("|", 1),
                (Some('('), _) => self.op("(", 1),
                (Some(')'), _) => self.op(")", 1),
                (Some('<' | '>'), _) => self.redirection(),
                _ => self.word(),
            }
        }
    }

    fn redirection(&mut self) {
        let here = self.peek(0) == Some('<') && self.peek(1) == Some('<') && self.peek(2) != Some('<');
        while matches!(self.peek(0), Some('<' | '>' | '&' | '|')) || (here && self.peek(0) == Some('-')) {
            self.at += 1;
        }
        if self.peek(0) == Some('(') {
            // A process substitution: its commands are read as a group.
            return;
        }
        while matches!(self.peek(0), Some(' ' | '\t')) {
            self.at += 1;
        }
        let before = self.tokens.len();
        if !matches!(self.peek(0), None | Some('\n' | ';' | '&' | '|' | '(' | ')')) {
            self.word();
        }
        for token in self.tokens.split_off(before) {
            let Token::Word { parts, .. } = token else { continue };
            if here {
                let delimiter = parts.iter().map(|part| if let Part::Lit { text, .. } = part { text } else { "" });
                self.heredocs.push(delimiter.collect());
            }
        }
    }

    fn skip_heredocs(&mut self) {
        for delimiter in std::mem::take(&mut self.heredocs) {
            while self.at < self.units.len() {
                let mut line = String::new();
                while self.at < self.units.len() && self.peek(0) != Some('\n') {
                    line.push(self.peek(0).unwrap_or('\u{fffd}'));
                    self.at += 1;
                }
                self.at += 1;
                if line.trim() == delimiter {
                    break;
                }
            }
        }
    }

    fn word(&mut self) {
        let start = self.at;
        let mut parts = Vec::new();
        while self.at < self.units.len() {
            let Some(character) = self.peek(0) else {
                if let Some(UnitKind::Hole(hole)) = self.units.get(self.at).map(|unit| &unit.kind) {
                    parts.push(Part::Hole(hole.clone()));
                }
                self.at += 1;
                continue;
            };
            match character {
                ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '(' | ')' => break,
                '<' | '>' => {
                    // `2>&1`: the digits belong to the redirection.
                    let number = matches!(parts.as_slice(), [Part::Lit { text, quoted: false }]
                        if text.bytes().all(|byte| byte.is_ascii_digit()));
                    if number {
                        parts.clear();
                        self.redirection();
                        return;
                    }
                    break;
                }
                '\\' => {
                    match self.peek(1) {
                        Some('\n') => {}
                        Some(next) => push_text(&mut parts, next, true),
                        None => push_text(&mut parts, '\\', true),
                    }
                    self.at += 2;
                }
                '\'' => self.single_quoted(&mut parts),
                '"' => self.double_quoted(&mut parts),
                '$' => self.dollar(&mut parts, false),
                '`' => self.backticks(&mut parts),
                '{' if self.is_brace_expansion() => {
                    while !matches!(self.peek(0), None | Some('}' | '\n')) {
                        self.at += 1;
                    }
                    self.at += 1;
                    parts.push(Part::Many);
                }
                other => {
                    push_text(&mut parts, other, false);
                    self.at += 1;
                }
            }
        }
        if self.at == start {
            // A character that starts nothing; never loop on it.
            self.at += 1;
            return;
        }
        self.tokens.push(Token::Word { parts, start, end: self.at });
    }

    /// `{a,b}` and `{1..3}` give several words.
    fn is_brace_expansion(&self) -> bool {
        let mut before = ' ';
        for ahead in 1..200 {
            match self.peek(ahead) {
                None | Some(' ' | '\t' | '\n' | '"' | '\'' | '$') => return false,
                Some('}') => return false,
                Some(',') => return true,
                Some('.') if before == '.' => return true,
                Some(other) => before = other,
            }
        }
        false
    }

    fn single_quoted(&mut self, parts: &mut Vec<Part>) {
        self.at += 1;
        parts.push(Part::Lit { text: String::new(), quoted: true });
        while self.at < self.units.len() {
            match self.units.get(self.at).map(|unit| &unit.kind) {
                Some(UnitKind::Char('\'')) => {
                    self.at += 1;
                    return;
                }
                Some(UnitKind::Char(character)) => push_text(parts, *character, true),
                Some(UnitKind::Hole(hole)) => parts.push(Part::Hole(hole.clone())),
                None => return,
            }
            self.at += 1;
        }
    }

    fn double_quoted(&mut self, parts: &mut Vec<Part>) {
        self.at += 1;
        parts.push(Part::Lit { text: String::new(), quoted: true });
        while self.at < self.units.len() {
            let Some(character) = self.peek(0) else {
                if let Some(UnitKind::Hole(hole)) = self.units.get(self.at).map(|unit| &unit.kind) {
                    parts.push(Part::Hole(hole.clone()));
                }
                self.at += 1;
                continue;
            };
            match character {
                '"' => {
                    self.at += 1;
                    return;
                }
                '\\' => {
                    match self.peek(1) {
                        Some('\n') => {}
                        Some(next @ ('$' | '`' | '"' | '\\')) => push_text(parts, next, true),
                        Some(next) => {
                            push_text(parts, '\\', true);
                            push_text(parts, next, true);
                        }
                        None => {}
                    }
                    self.at += 2;
                }
                '$' => self.dollar(parts, true),
                '`' => self.backticks(parts),
                other => {
                    push_text(parts, other, true);
                    self.at += 1;
                }
            }
        }
    }

    fn backticks(&mut self, parts: &mut Vec<Part>) {
        self.at += 1;
        while !matches!(self.peek(0), Some('`')) && self.at < self.units.len() {
            self.at += 1;
        }
        self.at += 1;
        parts.push(Part::Dynamic("the output of a command is not known"));
    }

    fn dollar(&mut self, parts: &mut Vec<Part>, quoted: bool) {
        match self.peek(1) {
            Some('(') => {
                self.at += 1;
                self.skip_parentheses();
                parts.push(Part::Dynamic("the output of a command is not known"));
            }
            Some('{') => self.braced(parts, quoted),
            Some('@' | '*') => {
                self.at += 2;
                parts.push(Part::Many);
            }
            Some('\'') if !quoted => {
                self.at += 1;
                self.single_quoted(parts);
                parts.push(Part::Dynamic("quoting with $'…' is not evaluated"));
            }
            Some(first) if first.is_ascii_alphabetic() || first == '_' => {
                self.at += 1;
                let mut name = String::new();
                while let Some(next) = self.peek(0).filter(|next| next.is_ascii_alphanumeric() || *next == '_') {
                    name.push(next);
                    self.at += 1;
                }
                parts.push(Part::Var { name, default: None, quoted });
            }
            Some('0'..='9' | '?' | '#' | '!' | '$' | '-') => {
                self.at += 2;
                parts.push(Part::Dynamic("a parameter of the shell is known only when it runs"));
            }
            _ => {
                push_text(parts, '$', quoted);
                self.at += 1;
            }
        }
    }

    fn skip_parentheses(&mut self) {
        let mut depth = 0usize;
        let mut quote = None;
        while self.at < self.units.len() {
            match (self.peek(0), quote) {
                (Some('\\'), _) => self.at += 1,
                (Some(mark @ ('\'' | '"')), None) => quote = Some(mark),
                (Some(mark), Some(open)) if mark == open => quote = None,
                (Some('('), None) => depth += 1,
                (Some(')'), None) => {
                    depth -= 1;
                    if depth == 0 {
                        self.at += 1;
                        return;
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    /// `${NAME}`, `${NAME:-default}` and everything else between braces.
    fn braced(&mut self, parts: &mut Vec<Part>, quoted: bool) {
        self.at += 2;
        let mut body = String::new();
        let mut known = true;
        let mut depth = 1usize;
        while self.at < self.units.len() {
            match self.peek(0) {
                Some('{') => depth += 1,
                Some('}') => {
                    depth -= 1;
                    if depth == 0 {
                        self.at += 1;
                        break;
                    }
                }
                None => known = false,
                _ => {}
            }
            body.push(self.peek(0).unwrap_or('\u{fffd}'));
            self.at += 1;
        }
        let length = body.find(|next: char| !next.is_ascii_alphanumeric() && next != '_').unwrap_or(body.len());
        let (name, rest) = body.split_at(length);
        let default = rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-'));
        let plain = default.filter(|text| known && !text.contains(['$', '`', '\\', '"', '\'']));
        if name.is_empty() {
            parts.push(Part::Dynamic("this expansion of the shell is not evaluated"));
        } else if rest.starts_with('[') {
            parts.push(Part::Many);
        } else if rest.is_empty() || plain.is_some() {
            parts.push(Part::Var { name: name.to_owned(), default: plain.map(str::to_owned), quoted });
        } else {
            parts.push(Part::Dynamic("this expansion of the shell is not evaluated"));
        }
    }
}

fn push_text(parts: &mut Vec<Part>, character: char, quote: bool) {
    if let Some(Part::Lit { text, quoted }) = parts.last_mut()
        && *quoted == quote
    {
        text.push(character);
        return;
    }
    parts.push(Part::Lit { text: character.to_string(), quoted: quote });
}

//! Words: quotes, expansions, splitting and braces, as bash does them.

use brush_parser::ast::Word;
use brush_parser::word::{TildeExpr, WordPiece, WordPieceWithSource};

use super::Shell;
use super::braces::braces;
use super::join::joins;
use super::pieces::{document_pieces, quoted_text, word_pieces};
use super::source::{Source, range};
use super::state::Value;
use super::text::{Field, Part, Text};
use crate::model::{Why, WhyKind};

/// The words of an expansion while they are put together.
#[derive(Default)]
pub(super) struct Words {
    pub(super) fields: Vec<Field>,
    pub(super) current: Option<Text>,
    /// The current word has a pattern of file names.
    glob: bool,
    /// What stands before the current word belongs to it.
    open_list: Option<OpenList>,
}

/// Words that are not known, of which the last may be the start of the current word.
struct OpenList {
    whys: Vec<Why>,
    /// Where the first of them is a part of a word, which the current one may be, too.
    first: Option<usize>,
}

/// Where an expansion stands.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Within {
    /// Among words, of which it may be several.
    Words,
    /// In a text that is not split, such as the value of an assignment.
    Value,
    /// In double quotes, or in a here-document.
    Quotes,
}

/// What an expansion gives.
pub(super) enum Expansion {
    Text(Text),
    /// `$@`, `${A[@]}`: a word each.
    List(Vec<Field>),
}

impl<'a> Shell<'a> {
    /// The words that a word gives.
    pub(super) fn fields(&mut self, word: &Word, source: &Source<'a>) -> Vec<Field> {
        let span = word.loc.as_ref().map_or(self.span, range);
        let mut fields = Vec::new();
        let texts = if word.value.contains('{') { braces(&word.value) } else { Some(vec![word.value.clone()]) };
        let Some(texts) = texts else {
            let why = Why::at(WhyKind::Limit, "the braces are not expanded", self.origin(source, span));
            return vec![Field::Any(vec![why])];
        };
        for text in texts {
            let mut words = Words::default();
            self.expand(&text, source, span, Within::Words, &mut words);
            fields.extend(self.finish(words, source, span));
        }
        fields
    }

    /// The words of a list that is counted: an unknown text that is not quoted can be any number of them.
    pub(super) fn list_fields(&mut self, word: &Word, source: &Source<'a>) -> Vec<Field> {
        self.counting = true;
        let fields = self.fields(word, source);
        self.counting = false;
        fields
    }

    pub(super) fn finish(&mut self, mut words: Words, source: &Source<'a>, span: (usize, usize)) -> Vec<Field> {
        self.end_word(&mut words, source, span);
        words.fields
    }

    pub(super) fn end_word(&mut self, words: &mut Words, source: &Source<'a>, span: (usize, usize)) {
        let glob = std::mem::take(&mut words.glob);
        let open_list = words.open_list.take();
        let Some(mut text) = words.current.take() else { return };
        if let Some(OpenList { whys, first }) = open_list {
            words.fields.truncate(first.unwrap_or(words.fields.len().saturating_sub(1)));
            words.fields.push(Field::Any(whys.clone()));
            if first.is_some() {
                return;
            }
            let mut whole = Text::unknown(whys);
            whole.append(text);
            text = whole;
        }
        // A pattern that fits no file stays as it is, so only its words can be more.
        if glob {
            let why = Why::at(WhyKind::Dynamic, "the files that fit a pattern decide it", self.origin(source, span));
            words.fields.push(Field::Any(vec![why]));
        } else {
            words.fields.push(Field::Word(text.limited()));
        }
    }

    /// A word that is not split, such as the value of an assignment.
    pub(super) fn word_text(&mut self, word: &Word, source: &Source<'a>) -> Text {
        let span = word.loc.as_ref().map_or(self.span, range);
        self.text_of(&word.value, source, span)
    }

    pub(super) fn text_of(&mut self, text: &str, source: &Source<'a>, span: (usize, usize)) -> Text {
        let mut words = Words::default();
        self.expand(text, source, span, Within::Value, &mut words);
        self.joined(words)
    }

    /// The body of a here-document.
    pub(super) fn here_text(&mut self, text: &str, source: &Source<'a>, span: (usize, usize)) -> Text {
        let Some(pieces) = document_pieces(text) else { return self.broken(text, source, span) };
        let mut words = Words::default();
        self.pieces(&pieces, source, span, Within::Quotes, &mut words);
        self.joined(words)
    }

    /// The text behind `:-` in an expansion that is quoted.
    pub(super) fn quoted_text(&mut self, text: &str, source: &Source<'a>, span: (usize, usize)) -> Text {
        match quoted_text(text) {
            Some(text) => self.text_of(&text, source, span),
            None => self.broken(text, source, span),
        }
    }

    /// A text of which the expansions are not known.
    fn broken(&self, text: &str, source: &Source<'a>, span: (usize, usize)) -> Text {
        let why = Why::at(WhyKind::ParseFailed, "the text does not parse", self.origin(source, span));
        Text::made_of(&source.text(text), vec![why])
    }

    /// Adds what `text` expands to.
    pub(super) fn expand(
        &mut self,
        text: &str,
        source: &Source<'a>,
        span: (usize, usize),
        within: Within,
        words: &mut Words,
    ) {
        let plain = |next: char| next.is_ascii_alphanumeric() || "-_./:=,@%+".contains(next);
        if text.chars().all(plain) {
            words.current.get_or_insert_default().push_str(text);
            return;
        }
        if self.spend(1 + text.len() / 256) {
            return;
        }
        match word_pieces(text) {
            Some(pieces) => self.pieces(&pieces, source, span, within, words),
            None => {
                let text = self.broken(text, source, span);
                words.current.get_or_insert_default().append(text);
            }
        }
    }

    pub(super) fn pieces(
        &mut self,
        pieces: &[WordPieceWithSource],
        source: &Source<'a>,
        span: (usize, usize),
        within: Within,
        words: &mut Words,
    ) {
        let alone = pieces.len() == 1;
        let whole = within != Within::Words;
        for piece in pieces {
            if self.stopped {
                return;
            }
            match &piece.piece {
                WordPiece::Text(text) => {
                    let text = if text.contains("\\\n") { text.replace("\\\n", "") } else { text.clone() };
                    if !whole && is_glob(&text) {
                        words.glob = true;
                    }
                    let text = self.assigned_tilde(source.text(&text), source, span, within);
                    let current = words.current.get_or_insert_default();
                    text.0.into_iter().for_each(|part| current.push(if whole { part } else { part.unquoted() }));
                }
                WordPiece::SingleQuotedText(text) => {
                    words.current.get_or_insert_default().append(source.text(text).spliced());
                }
                WordPiece::AnsiCQuotedText(text) => {
                    let text = match ansi_c(text) {
                        Some(known) => source.text(&known).spliced(),
                        None => Text::hole(self.unsupported("a text in $'…'", source, span)),
                    };
                    words.current.get_or_insert_default().append(text);
                }
                WordPiece::EscapeSequence(text) => {
                    let text = text.strip_prefix('\\').unwrap_or(text);
                    words.current.get_or_insert_default();
                    if text != "\n" {
                        words.current.get_or_insert_default().append(source.text(text));
                    }
                }
                WordPiece::DoubleQuotedSequence(inner) | WordPiece::GettextDoubleQuotedSequence(inner) => {
                    let only_list = matches!(inner.as_slice(), [one] if matches!(&one.piece,
                        WordPiece::ParameterExpansion(_)));
                    if !only_list {
                        words.current.get_or_insert_default();
                    }
                    self.quoted(inner, source, span, within, words);
                }
                WordPiece::TildeExpansion(tilde) => {
                    let text = match tilde {
                        TildeExpr::WorkingDir => self.working_folder(source, span),
                        _ => Text::hole(Why::at(
                            WhyKind::Environment,
                            "the home folder decides it",
                            self.origin(source, span),
                        )),
                    };
                    words.current.get_or_insert_default().append(text);
                }
                WordPiece::ParameterExpansion(expression) => match self.parameter(expression, source, span, within) {
                    Expansion::Text(text) if whole => words.current.get_or_insert_default().append(text),
                    Expansion::Text(text) => self.split(text, alone, source, span, words),
                    Expansion::List(fields) if whole => {
                        let text = self.joined(Words { fields, ..Words::default() });
                        words.current.get_or_insert_default().append(text);
                    }
                    Expansion::List(fields) => {
                        for (at, field) in fields.into_iter().enumerate() {
                            if at > 0 {
                                self.end_word(words, source, span);
                            }
                            match field {
                                Field::Word(text) => self.split(text, true, source, span, words),
                                other => self.unknown_words(other, source, span, words),
                            }
                        }
                    }
                },
                WordPiece::CommandSubstitution(text) => {
                    let text = self.substitute(text, source, span);
                    if whole {
                        words.current.get_or_insert_default().append(text);
                    } else {
                        self.split(text, alone, source, span, words);
                    }
                }
                WordPiece::BackquotedCommandSubstitution(text) => {
                    let text = text.replace("\\`", "`").replace("\\$", "$").replace("\\\\", "\\");
                    let text = if within == Within::Quotes { text.replace("\\\"", "\"") } else { text };
                    let text = self.substitute(&text, source, span);
                    if whole {
                        words.current.get_or_insert_default().append(text);
                    } else {
                        self.split(text, alone, source, span, words);
                    }
                }
                WordPiece::ArithmeticExpression(expression) => {
                    let text = match self.arithmetic(&expression.value, source, span) {
                        Some(value) => Text::lit(value.to_string()),
                        None => {
                            let text = format!("`$(({}))` is not known", source.line(span.0, span.1));
                            Text::one_word(Why::at(WhyKind::Dynamic, text, self.origin(source, span)))
                        }
                    };
                    words.current.get_or_insert_default().append(text);
                }
            }
        }
    }

    /// What stands in double quotes: one word, but for the lists in it.
    pub(super) fn quoted(
        &mut self,
        pieces: &[WordPieceWithSource],
        source: &Source<'a>,
        span: (usize, usize),
        within: Within,
        words: &mut Words,
    ) {
        for piece in pieces {
            let expression = match &piece.piece {
                WordPiece::ParameterExpansion(expression) => expression,
                WordPiece::Text(text) => {
                    let text = source.text(&text.replace("\\\n", "")).spliced();
                    words.current.get_or_insert_default().append(text);
                    continue;
                }
                _ => {
                    self.pieces(std::slice::from_ref(piece), source, span, Within::Quotes, words);
                    continue;
                }
            };
            match self.parameter(expression, source, span, Within::Quotes) {
                Expansion::Text(text) => words.current.get_or_insert_default().append(text),
                Expansion::List(fields) if joins(expression) => {
                    let text = self.joined_by_ifs(fields);
                    words.current.get_or_insert_default().append(text);
                }
                Expansion::List(fields) if within != Within::Words => {
                    let text = self.joined(Words { fields, ..Words::default() });
                    words.current.get_or_insert_default().append(text);
                }
                Expansion::List(fields) => {
                    for (at, field) in fields.into_iter().enumerate() {
                        if at > 0 {
                            self.end_word(words, source, span);
                        }
                        match field {
                            Field::Word(text) => words.current.get_or_insert_default().append(text),
                            other => self.unknown_words(other, source, span, words),
                        }
                    }
                }
            }
        }
    }

    /// Adds words of a list that are not known: the first continues the current word, and the last may go on.
    fn unknown_words(&mut self, field: Field, source: &Source<'a>, span: (usize, usize), words: &mut Words) {
        let whys = field.whys();
        let first = words.current.as_mut().map(|current| {
            current.append(Text::unknown(whys.clone()));
            words.fields.len()
        });
        self.end_word(words, source, span);
        words.fields.push(if first.is_some() { Field::Any(whys.clone()) } else { field });
        words.open_list = Some(OpenList { whys, first });
    }

    /// Adds an unquoted expansion, split at blanks.
    pub(super) fn split(
        &mut self,
        text: Text,
        alone: bool,
        source: &Source<'a>,
        span: (usize, usize),
        words: &mut Words,
    ) {
        if let (true, [Part::Hole(hole)], None) = (alone, text.0.as_slice(), &words.current)
            && !hole.options.is_empty()
        {
            let alternatives: Vec<Vec<Field>> = hole
                .options
                .iter()
                .map(|option| option.split_whitespace().map(|word| Field::Word(Text::lit(word))).collect())
                .collect();
            if alternatives.iter().any(|words| words.len() != 1) {
                words.fields.push(Field::Either(alternatives, hole.whys.clone()));
                return;
            }
        }
        if let (true, Some(ways), None) = (alone && text.0.len() > 1, text.ways(), &words.current) {
            let whys = text.whys();
            let one = |way: Text| {
                let mut own = Words::default();
                self.split(way, true, source, span, &mut own);
                self.end_word(&mut own, source, span);
                own.fields
            };
            words.fields.push(Field::Either(ways.into_iter().map(one).collect(), whys));
            return;
        }
        if self.counting && alone && words.current.is_none() && text.known().is_none() {
            words.fields.push(Field::Any(text.whys()));
            return;
        }
        let separators = match self.state.variables.get("IFS") {
            None => Some(" \t\n".to_owned()),
            Some(Value::Text(text)) => text.known().map(str::to_owned),
            Some(_) => None,
        };
        let Some(separators) = separators else {
            let unknown = Text::unknown(text.whys()).0.into_iter().map(Part::unquoted).collect();
            words.current.get_or_insert_default().append(Text(unknown));
            return;
        };
        for part in text.0 {
            let Part::Lit(known) = part else {
                words.current.get_or_insert_default().push(part.unquoted());
                continue;
            };
            if is_glob(&known) {
                words.glob = true;
            }
            for (at, piece) in known.split(|next| separators.contains(next)).enumerate() {
                if at > 0 {
                    self.end_word(words, source, span);
                    words.glob = is_glob(piece);
                }
                if !piece.is_empty() {
                    words.current.get_or_insert_default().push_str(piece);
                }
            }
        }
    }

    /// `~` at the start of an assigned value is the home folder.
    pub(super) fn assigned_tilde(&self, text: Text, source: &Source<'a>, span: (usize, usize), within: Within) -> Text {
        match text.known() {
            Some(known) if within == Within::Value && known.starts_with("~/") => {
                let why = Why::at(WhyKind::Environment, "the home folder decides it", self.origin(source, span));
                let mut home = Text::hole(why);
                home.push_str(known.strip_prefix('~').unwrap_or_default());
                home
            }
            _ => text,
        }
    }

    pub(super) fn unsupported(&self, what: &str, source: &Source<'a>, span: (usize, usize)) -> Why {
        Why::at(WhyKind::Unsupported, format!("{what} is not evaluated"), self.origin(source, span))
    }
}

fn is_glob(text: &str) -> bool {
    text.contains(['*', '?']) || text.find('[').is_some_and(|at| text.get(at..).is_some_and(|rest| rest.contains(']')))
}

/// `$'…'`, as far as its escapes are the plain ones.
fn ansi_c(text: &str) -> Option<String> {
    let mut known = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            known.push(character);
            continue;
        }
        known.push(match characters.next()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            plain @ ('\\' | '\'' | '"' | '?') => plain,
            _ => return None,
        });
    }
    Some(known)
}

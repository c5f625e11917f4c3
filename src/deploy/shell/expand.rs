//! Words: quotes, expansions, splitting and braces, as bash does them.

use brush_parser::ast::Word;
use brush_parser::word::{
    self, BraceExpressionMember, BraceExpressionOrText, ParameterExpr, TildeExpr, WordPiece, WordPieceWithSource,
};

use super::source::{Source, options, range};
use super::state::Value;
use super::text::{Field, Part, Text};
use super::{MAX_TEXT, Shell};
use crate::model::{Why, WhyKind};

/// The most words that braces give.
const MAX_BRACES: usize = 1_000;

/// The words of an expansion while they are put together.
#[derive(Default)]
pub(super) struct Words {
    fields: Vec<Field>,
    current: Option<Text>,
    /// The current word has a pattern of file names.
    glob: bool,
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
            self.expand(&text, source, span, false, &mut words);
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

    fn finish(&mut self, mut words: Words, source: &Source<'a>, span: (usize, usize)) -> Vec<Field> {
        self.end_word(&mut words, source, span);
        words.fields
    }

    fn end_word(&mut self, words: &mut Words, source: &Source<'a>, span: (usize, usize)) {
        let glob = std::mem::take(&mut words.glob);
        let Some(text) = words.current.take() else { return };
        // A pattern that fits no file stays as it is, so only its words can be more.
        if glob {
            let why = Why::at(WhyKind::Dynamic, "the files that fit a pattern decide it", self.origin(source, span));
            words.fields.push(Field::Any(vec![why]));
        } else {
            words.fields.push(Field::Word(text));
        }
    }

    /// A word that is not split, such as the value of an assignment.
    pub(super) fn word_text(&mut self, word: &Word, source: &Source<'a>) -> Text {
        let span = word.loc.as_ref().map_or(self.span, range);
        self.text_of(&word.value, source, span)
    }

    pub(super) fn text_of(&mut self, text: &str, source: &Source<'a>, span: (usize, usize)) -> Text {
        let mut words = Words::default();
        self.expand(text, source, span, true, &mut words);
        self.joined(words)
    }

    /// The body of a here-document.
    pub(super) fn here_text(&mut self, text: &str, source: &Source<'a>, span: (usize, usize)) -> Text {
        let Ok(pieces) = word::parse_heredoc(text, &options()) else {
            return Text::hole(Why::at(WhyKind::ParseFailed, "the text does not parse", self.origin(source, span)));
        };
        let mut words = Words::default();
        self.pieces(&pieces, source, span, true, &mut words);
        self.joined(words)
    }

    fn joined(&mut self, words: Words) -> Text {
        let mut joined = Text::default();
        for (at, field) in words.fields.into_iter().enumerate() {
            if at > 0 {
                joined.push_str(" ");
            }
            match field {
                Field::Word(text) => joined.append(text),
                other => joined.append(Text::unknown(other.whys())),
            }
        }
        if let Some(current) = words.current {
            if !joined.0.is_empty() {
                joined.push_str(" ");
            }
            joined.append(current);
        }
        joined
    }

    /// Adds what `text` expands to. `whole` texts are not split: they are quoted, or the value of an assignment.
    fn expand(&mut self, text: &str, source: &Source<'a>, span: (usize, usize), whole: bool, words: &mut Words) {
        let plain = |next: char| next.is_ascii_alphanumeric() || "-_./:=,@%+".contains(next);
        if text.chars().all(plain) {
            words.current.get_or_insert_default().push_str(text);
            return;
        }
        if self.spend(1 + text.len() / 256) {
            return;
        }
        match word::parse(text, &options()) {
            Ok(pieces) => self.pieces(&pieces, source, span, whole, words),
            Err(_) => {
                let why = Why::at(WhyKind::ParseFailed, "the word does not parse", self.origin(source, span));
                words.current.get_or_insert_default().append(Text::hole(why));
            }
        }
    }

    fn pieces(
        &mut self,
        pieces: &[WordPieceWithSource],
        source: &Source<'a>,
        span: (usize, usize),
        whole: bool,
        words: &mut Words,
    ) {
        let alone = pieces.len() == 1;
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
                    let text = self.assigned_tilde(source.text(&text), source, span, whole);
                    words.current.get_or_insert_default().append(text);
                }
                WordPiece::SingleQuotedText(text) => {
                    words.current.get_or_insert_default().append(source.text(text));
                }
                WordPiece::AnsiCQuotedText(text) => {
                    let text = match ansi_c(text) {
                        Some(known) => source.text(&known),
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
                    self.quoted(inner, source, span, whole, words);
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
                WordPiece::ParameterExpansion(expression) => match self.parameter(expression, source, span, whole) {
                    Expansion::Text(text) if whole => words.current.get_or_insert_default().append(text),
                    Expansion::Text(text) => self.split(text, alone, source, span, words),
                    Expansion::List(fields) if whole => {
                        let text = self.joined(Words { fields, ..Words::default() });
                        words.current.get_or_insert_default().append(text);
                    }
                    Expansion::List(fields) => {
                        for field in fields {
                            self.end_word(words, source, span);
                            match field {
                                Field::Word(text) => self.split(text, true, source, span, words),
                                other => words.fields.push(other),
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
                    let text = if words.current.is_some() && whole { text.replace("\\\"", "\"") } else { text };
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
                            Text::hole(Why::at(WhyKind::Dynamic, text, self.origin(source, span)))
                        }
                    };
                    words.current.get_or_insert_default().append(text);
                }
            }
        }
    }

    /// What stands in double quotes: one word, but for the lists in it.
    fn quoted(
        &mut self,
        pieces: &[WordPieceWithSource],
        source: &Source<'a>,
        span: (usize, usize),
        whole: bool,
        words: &mut Words,
    ) {
        for piece in pieces {
            let WordPiece::ParameterExpansion(expression) = &piece.piece else {
                self.pieces(std::slice::from_ref(piece), source, span, true, words);
                continue;
            };
            match self.parameter(expression, source, span, true) {
                Expansion::Text(text) => words.current.get_or_insert_default().append(text),
                Expansion::List(fields) if whole || joins(expression) => {
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
                            other => {
                                self.end_word(words, source, span);
                                words.fields.push(other);
                            }
                        }
                    }
                }
            }
        }
    }

    /// Adds an unquoted expansion, split at blanks.
    fn split(&mut self, text: Text, alone: bool, source: &Source<'a>, span: (usize, usize), words: &mut Words) {
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
            words.current.get_or_insert_default().append(Text::unknown(text.whys()));
            return;
        };
        for part in text.0 {
            let Part::Lit(known) = part else {
                words.current.get_or_insert_default().push(part);
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
    fn assigned_tilde(&self, text: Text, source: &Source<'a>, span: (usize, usize), whole: bool) -> Text {
        match text.known() {
            Some(known) if whole && known.starts_with("~/") => {
                let why = Why::at(WhyKind::Environment, "the home folder decides it", self.origin(source, span));
                let mut home = Text::hole(why);
                home.push_str(known.strip_prefix('~').unwrap_or_default());
                home
            }
            _ => text,
        }
    }

    /// What a command prints.
    pub(super) fn substitute(&mut self, text: &str, source: &Source<'a>, span: (usize, usize)) -> Text {
        let inner = source.inner(text, span.0, span.1);
        let trimmed = text.trim();
        if let Some(path) = trimmed.strip_prefix('<') {
            let path = path.trim();
            let why = format!("the file {} decides it", source.line(span.0, span.1));
            return if path.is_empty() {
                Text::default()
            } else {
                Text::hole(Why::at(WhyKind::Dynamic, why, self.origin(source, span)))
            };
        }
        let program = match inner.parse() {
            Ok(program) => program,
            Err(refused) => {
                let why = Why::at(refused.kind, refused.text, self.origin(&inner, (refused.at, refused.at + 1)));
                self.incomplete(why.clone());
                return Text::hole(why);
            }
        };
        if self.depth >= super::MAX_DEPTH {
            let why = Why::at(WhyKind::Limit, "commands in commands nest too deep", self.origin(source, span));
            self.incomplete(why.clone());
            return Text::hole(why);
        }
        self.depth += 1;
        let mut out = self.subshell(|shell| {
            shell.state.out = Text::default();
            shell.state.at_exit = None;
            shell.capturing += 1;
            shell.program(&program, &inner);
            shell.capturing -= 1;
        });
        self.depth -= 1;
        while let Some(Part::Lit(last)) = out.0.last_mut() {
            let kept = last.trim_end_matches('\n').len();
            last.truncate(kept);
            if !last.is_empty() {
                break;
            }
            out.0.pop();
        }
        let length: usize = out.0.iter().map(|part| if let Part::Lit(text) = part { text.len() } else { 1 }).sum();
        if length > MAX_TEXT {
            return Text::hole(Why::at(WhyKind::Limit, "the text is too long", self.origin(source, span)));
        }
        out
    }

    pub(super) fn unsupported(&self, what: &str, source: &Source<'a>, span: (usize, usize)) -> Why {
        Why::at(WhyKind::Unsupported, format!("{what} is not evaluated"), self.origin(source, span))
    }
}

/// `"$*"` and `"${A[*]}"` are one word.
fn joins(expression: &ParameterExpr) -> bool {
    use brush_parser::word::{Parameter, SpecialParameter};
    match expression {
        ParameterExpr::Parameter { parameter, .. }
        | ParameterExpr::UseDefaultValues { parameter, .. }
        | ParameterExpr::UseAlternativeValue { parameter, .. }
        | ParameterExpr::Substring { parameter, .. } => matches!(
            parameter,
            Parameter::Special(SpecialParameter::AllPositionalParameters { concatenate: true })
                | Parameter::NamedWithAllIndices { concatenate: true, .. }
        ),
        ParameterExpr::MemberKeys { concatenate, .. } => *concatenate,
        _ => false,
    }
}

fn is_glob(text: &str) -> bool {
    text.contains(['*', '?']) || text.find('[').is_some_and(|at| text.get(at..).is_some_and(|rest| rest.contains(']')))
}

/// The texts that braces give; `None` where they are too many or not told exactly.
fn braces(text: &str) -> Option<Vec<String>> {
    if !text.contains(',') && !text.contains("..") {
        return Some(vec![text.to_owned()]);
    }
    match word::parse_brace_expansions(text, &options()) {
        Ok(Some(pieces)) => product(&pieces, text),
        Ok(None) => Some(vec![text.to_owned()]),
        Err(_) => None,
    }
}

fn product(pieces: &[BraceExpressionOrText], written: &str) -> Option<Vec<String>> {
    let mut texts = vec![String::new()];
    for piece in pieces {
        let alternatives = match piece {
            BraceExpressionOrText::Text(text) => vec![text.clone()],
            BraceExpressionOrText::Expr(members) => {
                let mut alternatives = Vec::new();
                for member in members {
                    alternatives.extend(member_texts(member, written)?);
                    if alternatives.len() > MAX_BRACES {
                        return None;
                    }
                }
                alternatives
            }
        };
        if texts.len().saturating_mul(alternatives.len()) > MAX_BRACES {
            return None;
        }
        texts = texts.iter().flat_map(|head| alternatives.iter().map(move |tail| format!("{head}{tail}"))).collect();
    }
    Some(texts)
}

fn member_texts(member: &BraceExpressionMember, written: &str) -> Option<Vec<String>> {
    match member {
        BraceExpressionMember::Child(pieces) => product(pieces, written),
        BraceExpressionMember::NumberSequence { start, end, increment } => {
            // `{01..10}` keeps its zeros, and the syntax tree does not tell them.
            let padded = written.contains("{0") || written.contains("..0") || written.contains("{-0");
            let step = i64::try_from(increment.unsigned_abs().max(1)).ok()?;
            let count = start.abs_diff(*end) / step.unsigned_abs();
            if padded || count >= MAX_BRACES as u64 {
                return None;
            }
            let step = if start <= end { step } else { -step };
            (0..=i64::try_from(count).ok()?)
                .map(|at| Some(start.checked_add(step.checked_mul(at)?)?.to_string()))
                .collect()
        }
        BraceExpressionMember::CharSequence { start, end, increment } => {
            let (from, to) = (u32::from(*start), u32::from(*end));
            let step = usize::try_from(increment.unsigned_abs().max(1)).ok()?;
            if !start.is_ascii_alphanumeric() || !end.is_ascii_alphanumeric() {
                return None;
            }
            let all: Vec<u32> = if from <= to { (from..=to).collect() } else { (to..=from).rev().collect() };
            all.into_iter().step_by(step).map(|code| char::from_u32(code).map(String::from)).collect()
        }
    }
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

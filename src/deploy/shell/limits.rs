//! What the parser is trusted with: how deep a text nests, and how often it would be read.

use brush_parser::Token;

use super::pieces::index_end;

/// The longest text that is parsed, in characters.
const MAX_CHARACTERS: usize = 1 << 20;
/// The longest line that is parsed: to find a column, its line is read from the start.
const MAX_LINE: usize = 1 << 16;
/// The deepest nesting that is parsed: the parser and the evaluation are recursive.
const MAX_NESTING: usize = 150;
/// How often in all the parser may come back to parts of a text. It is parsed again without its last lines, where it
/// does not parse.
const MAX_READS: u64 = 1 << 16;

/// Why the characters of a text are not given to the parser, and the character at which that shows.
pub(super) fn of_characters(characters: &[char]) -> Option<(String, usize)> {
    if characters.len() > MAX_CHARACTERS {
        return Some((format!("the shell text has more than {MAX_CHARACTERS} characters"), 0));
    }
    if characters.split(|next| *next == '\n').any(|line| line.len() > MAX_LINE) {
        return Some((format!("the shell text has a line of more than {MAX_LINE} characters"), 0));
    }
    let at = nests_too_deep(characters)?;
    Some((format!("the shell text nests deeper than {MAX_NESTING} levels"), at))
}

/// The character at which more constructs are open than the parser is trusted with. Quotes are not looked at, so this
/// counts rather too many than too few.
fn nests_too_deep(characters: &[char]) -> Option<usize> {
    const OPEN: [&str; 6] = ["if", "case", "for", "while", "until", "select"];
    const CLOSE: [&str; 3] = ["fi", "esac", "done"];
    let (mut brackets, mut blocks, mut backquotes, mut negations) = (0_usize, 0_usize, 0_usize, 0_usize);
    let mut word = String::new();
    let mut starts = true;
    for (at, character) in characters.iter().enumerate() {
        match character {
            '(' | '{' | '[' => brackets += 1,
            ')' | '}' | ']' => brackets = brackets.saturating_sub(1),
            // Each level doubles the backslashes before its quotes.
            '\\' if characters.get(at + 1) == Some(&'`') => backquotes += 1,
            '\n' => backquotes = 0,
            '!' => negations += 1,
            _ => {}
        }
        if !matches!(character, '!' | ' ' | '\t') {
            negations = 0;
        }
        if character.is_ascii_alphabetic() {
            word.push(*character);
        } else {
            if starts && OPEN.contains(&word.as_str()) {
                blocks += 1;
            } else if starts && CLOSE.contains(&word.as_str()) {
                blocks = blocks.saturating_sub(1);
            }
            if !word.is_empty() {
                starts = matches!(word.as_str(), "then" | "do" | "else" | "if" | "while" | "until" | "elif" | "time");
            }
            if matches!(character, '\n' | ';' | '&' | '|' | '(' | '{' | ')' | '!') {
                starts = true;
            }
            word.clear();
        }
        if brackets + blocks > MAX_NESTING || backquotes > MAX_NESTING || negations > MAX_NESTING {
            return Some(at);
        }
    }
    None
}

/// What the parser begins anew where it cannot finish it.
#[derive(PartialEq)]
enum Open {
    /// `case … in`: its last item is tried with `;;` and without.
    Case,
    /// `(`: arithmetic at first, then a subshell.
    Bracket,
    /// `A=(`, in which there are only words.
    Array,
}

/// Why the tokens of a text are not given to the parser, and the character at which that shows.
///
/// The parser reads what stands in one of [`Open`] up to twice, so each that is open doubles the reads of a token.
/// Whatever is in doubt here counts as open.
pub(super) fn of_tokens(tokens: &[Token]) -> Option<(String, usize)> {
    let mut open: Vec<Open> = Vec::new();
    let mut reads = Reads::default();
    let mut in_test = false;
    // Whether a command ends before the token, and whether an array may begin with it.
    let (mut ended, mut is_array) = (false, false);
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Operator(operator, _) => match (operator.as_str(), open.last()) {
                ("(", _) => open.push(if is_array { Open::Array } else { Open::Bracket }),
                (")", Some(Open::Bracket | Open::Array)) => drop(open.pop()),
                // Other closing ones end the pattern of a `case`.
                _ => {}
            },
            Token::Word(word, _) => match (word.as_str(), open.last()) {
                ("case", last) if last != Some(&Open::Array) && is_case(tokens.get(at + 1..).unwrap_or_default()) => {
                    open.push(Open::Case)
                }
                ("esac", Some(Open::Case)) if ended && !in_test => drop(open.pop()),
                ("[[", _) => in_test = true,
                ("]]", _) => in_test = false,
                _ => {}
            },
        }
        is_array = matches!(token, Token::Word(word, _) if word.ends_with('='));
        ended = matches!(token, Token::Operator(text, _) if matches!(text.as_str(), "\n" | ";" | ";;" | ";&" | ";;&"));
        let start = token.location().start.index;
        if reads.are_too_many(2, open.len()) {
            return Some(("the shell text has too much in `case` and `(` that stand in one another".to_owned(), start));
        }
        if matches!(token, Token::Word(word, _) if of_element(word)) {
            return Some(("the index of an array has too much in it".to_owned(), start));
        }
        if tokens.get(at + 1).is_some_and(|next| is_no_descriptor(token, next)) {
            return Some(("the number of a file descriptor is too large".to_owned(), start));
        }
    }
    None
}

/// How often a parser comes back to what it has read.
#[derive(Default)]
struct Reads(u64);

impl Reads {
    /// Counts one part of a text that is read `times` for each construct that is open there.
    fn are_too_many(&mut self, times: u64, open: usize) -> bool {
        let own = u32::try_from(open).ok().and_then(|open| times.checked_pow(open)).unwrap_or(u64::MAX);
        self.0 = self.0.saturating_add(own - 1);
        self.0 > MAX_READS
    }

    /// Counts numbers, of which brackets are read up to twice, and gives where they end: behind the bracket that is
    /// `open` before them. `None` where some bracket does not end, or they are too many.
    fn of_brackets(&mut self, text: &str, open: bool) -> Option<usize> {
        let mut expected = if open { vec![']'] } else { Vec::new() };
        for (at, character) in text.char_indices() {
            match character {
                '(' => expected.push(')'),
                '[' => expected.push(']'),
                ')' | ']' if expected.pop() != Some(character) => return None,
                _ => {}
            }
            if open && expected.is_empty() {
                return Some(at + 1);
            }
            if self.are_too_many(2, expected.len()) {
                return None;
            }
        }
        expected.is_empty().then_some(text.len())
    }
}

/// True where braces are not given to the parser, by a text without quotes and expansions. It tries each of them three
/// times where it cannot finish it, and trusts numbers to be small.
pub(super) fn of_braces(text: &str) -> bool {
    let mut open = 0_usize;
    let mut reads = Reads::default();
    let too_often = text.chars().any(|character| {
        match character {
            '{' => open += 1,
            '}' => open = open.saturating_sub(1),
            _ => {}
        }
        reads.are_too_many(3, open)
    });
    too_often || has_long_number(text)
}

/// True where a word is not given to the parser, which trusts numbers after `~` to be small.
pub(super) fn of_word(text: &str) -> bool {
    text.contains('~') && has_long_number(text)
}

/// True where what stands in `${…}` is not given to the parser, by a text in which nothing is quoted or expanded. It
/// reads an index for each form that the expansion may have, and looks for the ends of brackets in numbers behind it.
pub(super) fn of_parameter(text: &str) -> bool {
    const FORMS: u64 = 32;
    let mut rest = text.trim_start_matches(['!', '#']).trim_start_matches(is_of_name);
    let mut reads = Reads::default();
    if let Some(index) = rest.strip_prefix('[') {
        let Some(end) = reads.of_brackets(index, true) else { return true };
        rest = index.get(end..).unwrap_or_default();
    }
    let is_part = rest.strip_prefix(':').is_some_and(|part| !part.starts_with(['-', '=', '?', '+']));
    is_part && reads.of_brackets(rest, false).is_none() || reads.0 > MAX_READS / FORMS
}

/// True for a word such as `A[…]=x` that is not given to the parser, which reads what stands in the index again for each
/// way to read the whole.
fn of_element(word: &str) -> bool {
    const MAX_OPEN: usize = 8;
    let rest = word.trim_start_matches(is_of_name);
    let Some(index) = rest.strip_prefix('[').filter(|_| rest.len() < word.len()) else { return false };
    let index = index_end(index).and_then(|end| index.get(..end)).unwrap_or(index);
    index.chars().filter(|next| matches!(next, '(' | '[' | '{' | '"' | '`')).count() > MAX_OPEN
}

fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// True where some number may not fit into 64 bits.
fn has_long_number(text: &str) -> bool {
    text.split(|next: char| !next.is_ascii_digit()).any(|digits| digits.len() > 18)
}

/// True for the number of a redirection that no shell has, which the parser trusts to be small.
fn is_no_descriptor(token: &Token, next: &Token) -> bool {
    let (Token::Word(word, own), Token::Operator(operator, after)) = (token, next) else { return false };
    operator.starts_with(['<', '>'])
        && own.end.index == after.start.index
        && word.chars().all(|next| next.is_ascii_digit())
        && word.parse::<brush_parser::ast::IoFd>().is_err()
}

/// True where `case` is followed by a word and `in`.
fn is_case(rest: &[Token]) -> bool {
    let mut rest = rest.iter();
    let is_word = matches!(rest.next(), Some(Token::Word(..)));
    let mut after = rest.skip_while(|token| matches!(token, Token::Operator(text, _) if text == "\n"));
    is_word && matches!(after.next(), Some(Token::Word(word, _)) if word == "in")
}

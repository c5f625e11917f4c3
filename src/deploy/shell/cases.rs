//! `case` in a substitution: `$(case $X in a) …;; esac)`.
//!
//! The tokenizer ends a substitution at the first `)` without its own `(`, which is that behind a pattern. Patterns may
//! have both, so those that stand in a substitution are given the one that they lack.

/// The most that is open at once: what nests deeper is not parsed.
const MAX_OPEN: usize = 200;

/// The characters before which a `(` is put, in their order; none where that is not known.
pub(super) fn patterns_without_bracket(text: &[char]) -> Vec<usize> {
    if !text.windows(4).any(|word| word == ['c', 'a', 's', 'e']) {
        return Vec::new();
    }
    let mut scan = Scan { text, at: 0, open: Vec::new(), starts_command: true, found: Vec::new() };
    while scan.at < text.len() {
        if scan.open.len() > MAX_OPEN || scan.step().is_none() {
            return Vec::new();
        }
    }
    scan.found
}

/// What is open in a text.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    Quotes,
    Brace,
    /// `(`, and `$(`.
    Bracket {
        substitutes: bool,
    },
    Case(Part),
}

/// Where in a `case` the text goes on.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    /// Before `in`.
    Head,
    /// Before a pattern, or `esac`.
    Start,
    Pattern,
    Body,
}

struct Scan<'t> {
    text: &'t [char],
    at: usize,
    open: Vec<Open>,
    /// A word that stands here is that of a command.
    starts_command: bool,
    found: Vec<usize>,
}

impl Scan<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    fn starts_with(&self, start: &str) -> bool {
        start.chars().enumerate().all(|(ahead, character)| self.peek(ahead) == Some(character))
    }

    /// Goes on behind the next `end`.
    fn skip_past(&mut self, end: char, escapes: bool) {
        while let Some(character) = self.peek(0) {
            self.at += if character == '\\' && escapes { 2 } else { 1 };
            if character == end {
                break;
            }
        }
    }

    fn part(&mut self, part: Part) {
        if let Some(last @ Open::Case(_)) = self.open.last_mut() {
            *last = Open::Case(part);
        }
    }

    fn step(&mut self) -> Option<()> {
        let character = self.peek(0)?;
        let top = self.open.last().copied();
        let is_code = !matches!(top, Some(Open::Quotes | Open::Brace));
        if is_code && top == Some(Open::Case(Part::Start)) && !character.is_whitespace() && character != '#' {
            return self.pattern();
        }
        let length = match character {
            '\\' => 2,
            '\'' if top != Some(Open::Quotes) => {
                self.at += 1;
                self.skip_past('\'', false);
                0
            }
            '`' => {
                self.at += 1;
                self.skip_past('`', true);
                0
            }
            '"' if top == Some(Open::Quotes) => {
                self.open.pop();
                1
            }
            '"' => {
                self.open.push(Open::Quotes);
                1
            }
            '$' if self.starts_with("$(") => {
                self.open.push(Open::Bracket { substitutes: true });
                self.starts_command = true;
                self.at += 2;
                return Some(());
            }
            '$' if self.starts_with("${") => {
                self.open.push(Open::Brace);
                2
            }
            '$' if self.starts_with("$'") && is_code => {
                self.at += 2;
                self.skip_past('\'', true);
                0
            }
            '}' if top == Some(Open::Brace) => {
                self.open.pop();
                1
            }
            _ if is_code => return self.code(character, top),
            _ => 1,
        };
        self.at += length;
        self.starts_command = false;
        Some(())
    }

    /// Goes on with a pattern, or behind the `esac` that stands in its place.
    fn pattern(&mut self) -> Option<()> {
        if self.word() == "esac" {
            self.open.pop();
            self.at += 4;
            self.starts_command = false;
        } else if self.peek(0) == Some('(') {
            self.part(Part::Body);
            self.open.push(Open::Bracket { substitutes: false });
            self.at += 1;
        } else {
            self.found.push(self.at);
            self.part(Part::Pattern);
        }
        Some(())
    }

    fn code(&mut self, character: char, top: Option<Open>) -> Option<()> {
        let starts_command = std::mem::replace(&mut self.starts_command, false);
        let length = match (character, top) {
            ('(', _) => {
                self.open.push(Open::Bracket { substitutes: false });
                self.starts_command = true;
                1
            }
            (')', Some(Open::Bracket { .. })) => {
                self.open.pop();
                // What ends a pattern begins a command; behind what ends a subshell, no command has that place.
                self.starts_command = true;
                1
            }
            (')', Some(Open::Case(Part::Pattern))) => {
                self.part(Part::Body);
                self.starts_command = true;
                1
            }
            // What stands in a here-document is no code.
            ('<', _) if self.starts_with("<<<") => 3,
            ('<', _) if self.starts_with("<<") && self.open.iter().any(|open| matches!(open, Open::Case(_))) => {
                return None;
            }
            ('#', _) if self.starts_word() => {
                self.skip_past('\n', false);
                self.starts_command = true;
                0
            }
            (';', Some(Open::Case(Part::Body))) if self.starts_with(";;&") => self.ended(3),
            (';', Some(Open::Case(Part::Body))) if self.starts_with(";;") || self.starts_with(";&") => self.ended(2),
            ('\n' | ';' | '&' | '|' | '{' | '!', _) => {
                self.starts_command = true;
                1
            }
            (blank, _) if blank.is_whitespace() => {
                self.starts_command = starts_command;
                1
            }
            _ => {
                let word = self.word();
                let goes_on = ["then", "do", "else", "if", "while", "until", "elif", "time"];
                match (word.as_str(), top) {
                    ("case", _) if starts_command && self.substitutes() => self.open.push(Open::Case(Part::Head)),
                    ("in", Some(Open::Case(Part::Head))) if self.starts_word() => self.part(Part::Start),
                    ("esac", Some(Open::Case(Part::Body))) if starts_command => drop(self.open.pop()),
                    (word, _) => self.starts_command = starts_command && goes_on.contains(&word),
                }
                word.chars().count().max(1)
            }
        };
        self.at += length;
        Some(())
    }

    fn ended(&mut self, length: usize) -> usize {
        self.part(Part::Start);
        length
    }

    fn substitutes(&self) -> bool {
        self.open.iter().any(|open| matches!(open, Open::Bracket { substitutes: true }))
    }

    /// The letters that stand here.
    fn word(&self) -> String {
        let rest = self.text.get(self.at..).unwrap_or_default();
        rest.iter().take_while(|next| next.is_alphanumeric() || **next == '_').collect()
    }

    fn starts_word(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|before| self.text.get(before));
        before.is_none_or(|before| before.is_whitespace() || ";|&()".contains(*before))
    }
}

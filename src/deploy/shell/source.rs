//! Shell text as it is parsed: characters with their places, and texts in it that are not known.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use brush_parser::ast::Program;
use brush_parser::{Parser, ParserOptions, SourceSpan, TokenizerError};

use super::cases::patterns_without_bracket;
use super::limits;
use super::text::{Part, Text};
use crate::deploy::words::{Extent, Hole, Piece, is_plain_word};
use crate::model::{Guard, Origin, WhyKind, redact};

/// A character of a shell text, or a part of it that is not known.
#[derive(Clone, Debug)]
pub struct Unit {
    /// What stands here.
    pub kind: UnitKind,
    /// Byte offset in the file.
    pub offset: usize,
}

/// What a [`Unit`] is.
#[derive(Clone, Debug)]
pub enum UnitKind {
    /// A character.
    Char(char),
    /// Text that is put in before the shell reads it, and that is not known.
    Hole(Hole),
}

/// The units of a text that stands in one place.
pub fn units_of(pieces: &[Piece], offset: usize) -> Vec<Unit> {
    let mut units = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Lit(text) => {
                units.extend(text.chars().map(|character| Unit { kind: UnitKind::Char(character), offset }));
            }
            Piece::Hole(hole) => units.push(Unit { kind: UnitKind::Hole(hole.clone()), offset }),
        }
    }
    units
}

/// Characters that no text uses stand for what is not known: those of two private planes.
const STAND_INS: Range<u32> = 0xF_0000..0x10_FFFE;

/// From a range of byte offsets to a place.
pub(super) type Places<'a> = Rc<dyn Fn(Range<usize>) -> Origin + 'a>;

/// A text and where it stands.
#[derive(Clone)]
pub(super) struct Source<'a> {
    characters: Rc<[char]>,
    offsets: Rc<[usize]>,
    holes: Rc<[Part]>,
    places: Places<'a>,
}

/// Why a text is not evaluated.
pub(super) struct Refused {
    pub(super) kind: WhyKind,
    pub(super) text: String,
    /// The character at which it shows.
    pub(super) at: usize,
}

impl<'a> Source<'a> {
    pub(super) fn new(units: &[Unit], places: Places<'a>) -> Self {
        let parts = units.iter().map(|unit| match &unit.kind {
            UnitKind::Char(character) => (Part::Lit(character.to_string()), unit.offset),
            UnitKind::Hole(hole) => (Part::Hole(hole.clone()), unit.offset),
        });
        Self::from_parts(parts, places)
    }

    /// A text that an expansion gave, or a part of another text: all of it stands at `origin`.
    pub(super) fn at_one_place(text: &Text, origin: Origin) -> Self {
        Self::from_parts(text.0.iter().map(|part| (part.clone(), 0)), Rc::new(move |_| origin.clone()))
    }

    fn from_parts(parts: impl Iterator<Item = (Part, usize)>, places: Places<'a>) -> Self {
        let (mut characters, mut offsets, mut holes) = (Vec::new(), Vec::new(), Vec::new());
        for (part, offset) in parts {
            let mut stand_in = |part: Part, characters: &mut Vec<char>| {
                let next = u32::try_from(holes.len()).ok().and_then(|at| STAND_INS.start.checked_add(at));
                let free = next.filter(|next| STAND_INS.contains(next)).and_then(char::from_u32);
                // Past the last stand-in, all that is unknown shares one: still unknown, with the reasons of another.
                let character = free.or_else(|| char::from_u32(STAND_INS.start)).unwrap_or(' ');
                if free.is_some() {
                    holes.push(part);
                }
                characters.push(character);
                offsets.push(offset);
            };
            match part {
                Part::Lit(text) => {
                    for character in text.chars() {
                        if STAND_INS.contains(&u32::from(character)) {
                            stand_in(Part::Lit(character.to_string()), &mut characters);
                        } else {
                            characters.push(character);
                        }
                    }
                }
                other => stand_in(other, &mut characters),
            }
            offsets.resize(characters.len(), offset);
        }
        let patterns = patterns_without_bracket(&characters);
        if !patterns.is_empty() {
            let mut patterns = patterns.into_iter().peekable();
            let written = characters.into_iter().zip(offsets).enumerate();
            (characters, offsets) = written
                .flat_map(|(at, (character, offset))| {
                    let bracket = patterns.next_if_eq(&at).map(|_| ('(', offset));
                    bracket.into_iter().chain([(character, offset)])
                })
                .unzip();
        }
        Self { characters: characters.into(), offsets: offsets.into(), holes: holes.into(), places }
    }

    /// `text`, which stands in this source between `start` and `end`; without exact places where it is written otherwise.
    pub(super) fn inner(&self, text: &str, start: usize, end: usize) -> Self {
        let characters: Vec<char> = text.chars().collect();
        let within = self.characters.get(start..end.min(self.characters.len())).unwrap_or_default();
        let found = (!characters.is_empty() && characters.len() <= within.len())
            .then(|| within.windows(characters.len()).position(|window| window == characters.as_slice()))
            .flatten();
        let offsets = match found {
            Some(at) => {
                let offsets = self.offsets.get(start + at..start + at + characters.len());
                offsets.unwrap_or_default().to_vec()
            }
            None => vec![self.offsets.get(start).copied().unwrap_or(0); characters.len()],
        };
        Self {
            characters: characters.into(),
            offsets: offsets.into(),
            holes: Rc::clone(&self.holes),
            places: Rc::clone(&self.places),
        }
    }

    /// The syntax tree.
    pub(super) fn parse(&self) -> Result<Program, Refused> {
        if let Some((text, at)) = limits::of_characters(&self.characters) {
            return Err(Refused { kind: WhyKind::Limit, text, at });
        }
        let failed = |text: &str, at: usize| Refused { kind: WhyKind::ParseFailed, text: text.to_owned(), at };
        catch_unwind(AssertUnwindSafe(|| {
            let text: String = self.characters.iter().collect();
            let program = match brush_parser::uncached_tokenize_str(&text, &options().tokenizer_options()) {
                Ok(tokens) => match limits::of_tokens(&tokens) {
                    Some((text, at)) => return Err(Refused { kind: WhyKind::Limit, text, at }),
                    None => brush_parser::parse_tokens(&tokens, &options()),
                },
                // It says where as well.
                Err(_) => Parser::new(std::io::Cursor::new(text.as_bytes()), &options()).parse_program(),
            };
            program.map_err(|error| {
                let at = match &error {
                    brush_parser::ParseError::ParsingNear(position) => position.index,
                    // Where the quotes begin that do not end.
                    brush_parser::ParseError::Tokenizing {
                        inner:
                            TokenizerError::UnterminatedSingleQuote(position)
                            | TokenizerError::UnterminatedAnsiCQuote(position)
                            | TokenizerError::UnterminatedDoubleQuote(position)
                            | TokenizerError::UnterminatedBackquote(position)
                            | TokenizerError::UnterminatedExtendedGlob(position),
                        ..
                    } => position.index,
                    brush_parser::ParseError::Tokenizing { position: Some(position), .. } => position.index,
                    _ => self.characters.len(),
                };
                failed("the shell text does not parse", misread(&text).map_or(at, |misread| at.min(misread)))
            })
        }))
        .unwrap_or_else(|_| Err(failed("the shell text could not be parsed", 0)))
    }

    /// What a text of the syntax tree stands for: known text, and what its stand-ins are.
    pub(super) fn text(&self, text: &str) -> Text {
        let mut parts = Text::default();
        let mut known = String::new();
        for character in text.chars() {
            match self.hole(character) {
                Some(hole) => {
                    parts.push(Part::Lit(std::mem::take(&mut known)));
                    parts.push(hole.clone());
                }
                None => known.push(character),
            }
        }
        parts.push(Part::Lit(known));
        parts
    }

    /// What is taken for granted of the unknown texts that stand in a part of it.
    pub(super) fn assumptions(&self, part: Range<usize>) -> Vec<Guard> {
        let part = if self.holes.is_empty() { 0..0 } else { part };
        let holes = part.filter_map(|at| match self.hole(*self.characters.get(at)?)? {
            Part::Hole(hole) => Some((holds_no_syntax(hole)?, self.origin(at, at + 1))),
            _ => None,
        });
        holes.map(|(text, origin)| Guard { text, origin, negated: false, decided: None }).collect()
    }

    /// All of it.
    pub(super) fn whole(&self) -> Text {
        self.text(&self.characters.iter().collect::<String>())
    }

    fn hole(&self, character: char) -> Option<&Part> {
        let at = u32::from(character).checked_sub(STAND_INS.start)?;
        self.holes.get(usize::try_from(at).ok()?)
    }

    /// The whole lines before a character, less and less of them. A line that goes on in the next is not whole.
    pub(super) fn heads(&self, at: usize) -> impl Iterator<Item = Self> {
        std::iter::successors(self.lines_before(at), |head| head.lines_before(head.len().saturating_sub(1)))
    }

    fn lines_before(&self, at: usize) -> Option<Self> {
        let before = self.characters.get(..at.min(self.characters.len()))?;
        let goes_on = |end: usize| end.checked_sub(1).and_then(|last| before.get(last)) == Some(&'\\');
        let mut places = before.iter().enumerate().rev();
        let (last, _) = places.find(|(place, next)| **next == '\n' && !goes_on(*place))?;
        let end = last + 1;
        Some(Self {
            characters: self.characters.get(..end)?.into(),
            offsets: self.offsets.get(..end)?.into(),
            holes: Rc::clone(&self.holes),
            places: Rc::clone(&self.places),
        })
    }

    /// The `!` before a character, behind blanks; the character itself where there is none.
    pub(super) fn bang_before(&self, at: usize) -> usize {
        let found = self.characters.iter().take(at).rposition(|next| !next.is_whitespace());
        found.filter(|found| self.characters.get(*found) == Some(&'!')).unwrap_or(at)
    }

    pub(super) fn len(&self) -> usize {
        self.characters.len()
    }

    pub(super) fn origin(&self, start: usize, end: usize) -> Origin {
        let offset = |at: usize| self.offsets.get(at).or(self.offsets.last()).copied().unwrap_or(0);
        let (first, last) = (offset(start), offset(end.max(start + 1) - 1));
        (self.places)(first..last.max(first) + usize::from(!self.characters.is_empty()))
    }

    /// The text between two characters on one line, short and without secrets.
    pub(super) fn line(&self, start: usize, end: usize) -> String {
        let characters = self.characters.get(start..end.min(self.characters.len())).unwrap_or_default();
        let text: String =
            characters.iter().take(200).map(|next| if self.hole(*next).is_some() { '…' } else { *next }).collect();
        let text = text.replace("\\\n", " ");
        redact::line(text.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches(';').trim())
    }
}

/// What is taken for granted of an unknown text in what a shell reads; `None` where nothing needs to be.
pub(super) fn holds_no_syntax(hole: &Hole) -> Option<String> {
    let plain = matches!(hole.extent, Extent::Word | Extent::Quoted)
        || !hole.options.is_empty() && hole.options.iter().all(|option| is_plain_word(option));
    let why = hole.whys.first().filter(|_| !plain)?;
    Some(format!("a text put into a script holds no syntax of its shell: {}", why.text))
}

pub(super) fn options() -> ParserOptions {
    ParserOptions::default()
}

/// The character at which the parser may take a text for something else: in `$(case $X in a) …)` it ends `$(…)` at the
/// first `)`, where the pattern could not be given its bracket. That never parses as a whole, but what stands behind it
/// may.
fn misread(text: &str) -> Option<usize> {
    // What is open, and where each `$(` of it begins.
    let mut open: Vec<Option<usize>> = Vec::new();
    let mut word = String::new();
    let mut last = ' ';
    for (at, character) in text.chars().enumerate() {
        match character {
            '(' => open.push((last == '$').then(|| at - 1)),
            ')' => drop(open.pop()),
            _ => {}
        }
        if character.is_alphanumeric() || character == '_' {
            word.push(character);
        } else {
            if word == "case"
                && let Some(start) = open.iter().find_map(|start| *start)
            {
                return Some(start);
            }
            word.clear();
        }
        last = character;
    }
    None
}

pub(super) fn range(span: &SourceSpan) -> (usize, usize) {
    (span.start.index, span.end.index)
}

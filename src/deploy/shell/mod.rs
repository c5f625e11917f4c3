//! Shell text, as far as it is a list of simple commands: which commands it runs, with which words, and under which
//! conditions.
//!
//! Variables are followed where every assignment is plain. A command inside `if`, a loop, `case` or a function keeps a
//! guard with the condition's text. Commands are taken to succeed: what a script does after a failure is no
//! declaration.
//!
//! | file | subject |
//! | --- | --- |
//! | `lexer` | words and operators |
//! | `conditions` | guards from blocks, `&&` and `||` |
//! | `expand` | variables |
//! | `parts` | keywords and assignments |

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::words::{Item, Piece};
use crate::model::{Guard, Origin, Why, WhyKind, redact};

mod conditions;
mod expand;
mod lexer;
mod parts;

pub use lexer::{Unit, UnitKind};

use conditions::{Block, BlockKind};
use lexer::{Part, Token, tokens};
use parts::{assignment, keyword, keyword_in, plain};

/// A simple command that the text runs.
#[derive(Clone, Debug)]
pub struct Command {
    /// Its words, program first.
    pub items: Vec<Item>,
    /// Where it stands.
    pub origin: Origin,
    /// The conditions under which it runs, outermost first.
    pub guards: Vec<Guard>,
}

/// What reading a shell text gives.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The commands, in order.
    pub commands: Vec<Command>,
    /// Why there may be commands that are not in the list.
    pub incomplete: Vec<Why>,
}

/// The most tokens of one text that are read.
const MAX_TOKENS: usize = 50_000;

/// How deep `bash -c` is followed.
const MAX_DEPTH: usize = 3;

/// Known variables: name → value in pieces.
pub type Variables = BTreeMap<String, Vec<Piece>>;

/// Reads a shell text. `origin` turns a range of byte offsets (those of the units) into a place.
pub fn read(units: &[Unit], variables: &Variables, origin: &dyn Fn(Range<usize>) -> Origin) -> Outcome {
    read_at(units, variables, origin, 0)
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

fn read_at(units: &[Unit], variables: &Variables, origin: &dyn Fn(Range<usize>) -> Origin, depth: usize) -> Outcome {
    let mut tokens = tokens(units);
    let mut reader = Reader {
        units,
        origin,
        depth,
        variables: variables.clone(),
        volatile: BTreeSet::new(),
        all_volatile: false,
        blocks: Vec::new(),
        aborts: Vec::new(),
        chain: None,
        ended: false,
        outcome: Outcome::default(),
    };
    if tokens.len() > MAX_TOKENS {
        let why =
            Why::at(WhyKind::Limit, format!("more than {MAX_TOKENS} words of shell"), (origin)(reader.span(0, 1)));
        reader.outcome.incomplete.push(why);
        tokens.truncate(MAX_TOKENS);
    }
    reader.run(&tokens);
    reader.outcome
}

struct Reader<'a> {
    units: &'a [Unit],
    origin: &'a dyn Fn(Range<usize>) -> Origin,
    depth: usize,
    variables: Variables,
    /// Variables that are assigned where it cannot be told whether or when.
    volatile: BTreeSet<String>,
    all_volatile: bool,
    blocks: Vec<Block>,
    /// Conditions under which the script goes on at all.
    aborts: Vec<Guard>,
    /// The guard that `&&` or `||` puts on the next command.
    chain: Option<Guard>,
    ended: bool,
    outcome: Outcome,
}
impl Reader<'_> {
    fn span(&self, start: usize, end: usize) -> Range<usize> {
        let offset = |at: usize| self.units.get(at).map(|unit| unit.offset);
        let first = offset(start).or_else(|| self.units.last().map(|unit| unit.offset)).unwrap_or(0);
        let last = end.checked_sub(1).and_then(offset).unwrap_or(first);
        first..last.max(first) + 1
    }

    fn text(&self, start: usize, end: usize) -> String {
        let characters = self.units.get(start..end.max(start)).unwrap_or_default().iter();
        let text: String = characters
            .map(|unit| if let UnitKind::Char(character) = unit.kind { character } else { '…' })
            .take(200)
            .collect();
        redact::line(text.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches(';').trim())
    }

    fn guard(&self, text: String, start: usize, end: usize) -> Guard {
        Guard { text, origin: (self.origin)(self.span(start, end)), negated: false, decided: None }
    }

    fn run(&mut self, tokens: &[Token]) {
        let mut words: Vec<&Token> = Vec::new();
        let mut index = 0;
        let mut function: Option<String> = None;
        while let Some(token) = tokens.get(index) {
            index += 1;
            if self.ended {
                return;
            }
            match token {
                Token::Word { parts, start, end } => {
                    let keyword = words.is_empty().then(|| keyword(parts)).flatten();
                    match keyword {
                        Some("for" | "select") => {
                            self.open(BlockKind::Loop, *start);
                            self.loop_starts(tokens.get(index..).unwrap_or_default());
                            if let Some(Token::Word { parts, .. }) = tokens.get(index)
                                && let Some(name) = plain(parts)
                            {
                                self.volatile.insert(name);
                            }
                            // Its words are no command; it ends at `do`.
                            while !matches!(tokens.get(index), None | Some(Token::Op { text: ";", .. })) {
                                index += 1;
                            }
                        }
                        Some("case") => {
                            self.open(BlockKind::Case, *start);
                            while let Some(Token::Word { parts, end, .. }) = tokens.get(index) {
                                index += 1;
                                if keyword_in(parts) {
                                    let guard = self.guard(self.text(*start, *end), *start, *end);
                                    if let Some(block) = self.blocks.last_mut() {
                                        block.guards.push(guard);
                                    }
                                    break;
                                }
                            }
                        }
                        Some("while" | "until") => {
                            self.open(BlockKind::Loop, *start);
                            self.loop_starts(tokens.get(index..).unwrap_or_default());
                        }
                        Some("if") => self.open(BlockKind::If, *end),
                        Some("then") => self.condition_ends(*start, false),
                        Some("do") => self.condition_ends(*start, true),
                        Some("elif") => {
                            self.negate_last();
                            if let Some(block) = self.blocks.last_mut() {
                                block.condition = *end;
                            }
                        }
                        Some("else") => self.negate_last(),
                        Some("fi") => self.close(&[BlockKind::If]),
                        Some("done") => self.close(&[BlockKind::Loop]),
                        Some("esac") => self.close(&[BlockKind::Case]),
                        Some("{") => {
                            let name = function.take();
                            let kind = if name.is_some() { BlockKind::Function } else { BlockKind::Group };
                            self.open(kind, *start);
                            if let Some(name) = name {
                                let guard = self.guard(format!("function {name}"), *start, *end);
                                if let Some(block) = self.blocks.last_mut() {
                                    block.guards.push(guard);
                                }
                            }
                        }
                        Some("}") => self.close(&[BlockKind::Function, BlockKind::Group]),
                        Some("function") => {
                            if let Some(Token::Word { parts, .. }) = tokens.get(index) {
                                function = plain(parts);
                                index += 1;
                            }
                        }
                        Some("!" | "time") => {}
                        _ => words.push(token),
                    }
                }
                Token::Op { text: "(", at } => match words.as_slice() {
                    [Token::Word { parts, .. }] if matches!(tokens.get(index), Some(Token::Op { text: ")", .. })) => {
                        function = plain(parts);
                        words.clear();
                        index += 1;
                    }
                    [Token::Word { parts, end, .. }] if end == at && assignment(parts).is_some() => {
                        if let Some((name, _)) = assignment(parts) {
                            self.volatile.insert(name.trim_end_matches('+').to_owned());
                        }
                        words.clear();
                        while !matches!(tokens.get(index), None | Some(Token::Op { text: ")", .. })) {
                            index += 1;
                        }
                        index += 1;
                    }
                    // `name ( ) {` with blanks, or the parenthesis after `function name`.
                    _ if function.is_some() => {}
                    _ => self.open(BlockKind::Subshell, *at),
                },
                Token::Op { text: ")", .. } => {
                    if self.blocks.last().is_some_and(|block| block.kind == BlockKind::Case) {
                        words.clear();
                    } else if function.is_none() {
                        self.simple(&std::mem::take(&mut words), ";");
                        self.close(&[BlockKind::Subshell]);
                    }
                }
                Token::Op { text, .. } => self.simple(&std::mem::take(&mut words), text),
            }
        }
        self.simple(&words, ";");
    }

    fn simple(&mut self, words: &[&Token], terminator: &str) {
        let chain = self.chain.take();
        if words.is_empty() {
            return;
        }
        let bounds = |token: &&Token| if let Token::Word { start, end, .. } = token { (*start, *end) } else { (0, 0) };
        let start = words.first().map_or(0, |token| bounds(token).0);
        let end = words.last().map_or(start, |token| bounds(token).1);
        let mut rest: &[&Token] = words;
        let mut assigned: Vec<(String, Vec<Part>)> = Vec::new();
        while let Some((Token::Word { parts, .. }, tail)) = rest.split_first().map(|(first, tail)| (*first, tail)) {
            let Some(pair) = assignment(parts) else { break };
            assigned.push(pair);
            rest = tail;
        }
        let guarded = chain.is_some() || !self.blocks.is_empty();
        if rest.is_empty() {
            for (name, value) in assigned {
                self.assign(&name, &value, guarded);
            }
        } else {
            self.command(rest, start, end, chain.clone());
        }
        self.chain = match terminator {
            "&&" | "||" => self.next_chain(rest, start, end, terminator == "||", chain),
            _ => None,
        };
    }

    fn command(&mut self, words: &[&Token], start: usize, end: usize, chain: Option<Guard>) {
        let program = match words.first() {
            Some(Token::Word { parts, .. }) => plain(parts),
            _ => None,
        };
        let arguments = words.get(1..).unwrap_or_default();
        let guarded = chain.is_some() || !self.blocks.is_empty();
        match program.as_deref() {
            Some("export" | "local" | "declare" | "readonly" | "typeset") => {
                for token in arguments {
                    if let Token::Word { parts, .. } = token
                        && let Some((name, value)) = assignment(parts)
                    {
                        self.assign(&name, &value, guarded);
                    }
                }
            }
            Some("read" | "unset" | "mapfile" | "readarray" | "getopts") => {
                for token in arguments {
                    if let Token::Word { parts, .. } = token
                        && let Some(name) = plain(parts)
                    {
                        self.volatile.insert(name);
                    }
                }
            }
            Some("source" | ".") => self.all_volatile = true,
            Some("exit" | "return") => self.leave(chain),
            Some("sudo" | "exec" | "command" | "nohup" | "env" | "builtin") => {
                let first = arguments
                    .iter()
                    .position(|token| !matches!(token, Token::Word { parts, .. } if assignment(parts).is_some()));
                let rest = first.and_then(|first| arguments.get(first..)).unwrap_or_default();
                let option = matches!(rest.first(), Some(Token::Word { parts, .. })
                    if plain(parts).is_none_or(|text| text.starts_with('-')));
                if option {
                    self.wrapped(rest, start, end);
                } else if !rest.is_empty() {
                    self.command(rest, start, end, chain);
                }
            }
            Some("bash" | "sh") => self.inner_shell(arguments, start, end, chain),
            Some("eval") => {
                self.all_volatile = true;
                self.wrapped(arguments, start, end);
            }
            Some("echo" | "printf" | "which" | "type" | "cat" | "grep" | "test" | "[" | "[[" | "true" | "false") => {}
            Some(name) if !is_gcloud(name) => self.wrapped(arguments, start, end),
            _ => self.push(words, start, end, chain),
        }
    }

    /// A program that runs the command that its arguments spell, such as `timeout` or `xargs`.
    fn wrapped(&mut self, arguments: &[&Token], start: usize, end: usize) {
        let runs_gcloud = arguments.iter().any(|token| match token {
            Token::Word { parts, .. } => parts.iter().any(|part| match part {
                Part::Lit { text, .. } => text.split_whitespace().any(is_gcloud),
                _ => false,
            }),
            Token::Op { .. } => false,
        });
        if runs_gcloud {
            let text = format!("the command behind `{}` is not evaluated", self.text(start, end.min(start + 40)));
            let why = Why::at(WhyKind::Unsupported, text, (self.origin)(self.span(start, end)));
            self.outcome.incomplete.push(why);
        }
    }

    /// `bash -c 'text'`
    fn inner_shell(&mut self, arguments: &[&Token], start: usize, end: usize, chain: Option<Guard>) {
        let [Token::Word { parts: flag, .. }, Token::Word { parts, .. }] = arguments else {
            return self.wrapped(arguments, start, end);
        };
        let single = matches!(parts.as_slice(), [Part::Lit { quoted: true, .. }]);
        let runs = plain(flag).is_some_and(|flag| flag.starts_with('-') && flag.ends_with('c'));
        let (true, true, Some(text), true) = (single, runs, plain(parts), self.depth < MAX_DEPTH) else {
            return self.wrapped(arguments, start, end);
        };
        let offset = self.units.get(start).map_or(0, |unit| unit.offset);
        let units = units_of(&[Piece::Lit(text)], offset);
        let span = self.span(start, end);
        let origin = self.origin;
        let inner = read_at(&units, &Variables::new(), &|_| origin(span.clone()), self.depth + 1);
        let outer = self.guards(chain);
        for mut command in inner.commands {
            command.guards = outer.iter().cloned().chain(command.guards).collect();
            self.outcome.commands.push(command);
        }
        self.outcome.incomplete.extend(inner.incomplete);
    }

    fn push(&mut self, words: &[&Token], start: usize, end: usize, chain: Option<Guard>) {
        let mut items = Vec::new();
        for token in words {
            if let Token::Word { parts, start, end } = token {
                self.expand(parts, self.span(*start, *end), &mut items);
            }
        }
        let command = Command { items, origin: (self.origin)(self.span(start, end)), guards: self.guards(chain) };
        self.outcome.commands.push(command);
    }
}

fn is_gcloud(text: &str) -> bool {
    text == "gcloud" || text.ends_with("/gcloud")
}

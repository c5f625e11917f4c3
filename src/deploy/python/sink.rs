//! What leaves the script: commands that it runs, and configs with VPC access that it builds.

use super::Evaluator;
use super::value::{At, Elem, Kind, Part, Val, why};
use crate::deploy::commands;
use crate::deploy::gcloud::{self, Reading};
use crate::deploy::shell::{self, Options, Start};
use crate::deploy::words::{Extent, Hole, Item, Piece, Word};
use crate::model::{DeployCommand, Origin, WhyKind};

/// How deep lists of alternatives are followed.
const MAX_ALTERNATIVES: usize = 20;

/// Programs whose exit status is an answer.
const PROBES: [&str; 15] = [
    "test", "[", "[[", "false", "grep", "egrep", "which", "command", "type", "diff", "cmp", "curl", "wget", "ping",
    "nc",
];
/// Subcommands whose exit status is an answer.
const QUESTIONS: [&str; 12] = [
    "describe",
    "list",
    "inspect",
    "show",
    "exists",
    "diff",
    "rev-parse",
    "show-ref",
    "ls-remote",
    "ls-files",
    "get",
    "get-iam-policy",
];

impl<'a> Evaluator<'a> {
    /// `subprocess.run(command, shell=…)` and its like.
    pub fn run_command(&mut self, command: &Val<'a>, shell: Option<bool>, at: At) {
        if self.silent > 0 {
            return;
        }
        match &command.kind {
            Kind::Text(parts) => {
                let parts = parts.clone();
                if shell == Some(false) {
                    return self.record(&[Item::Word(self.word(command))], command.at, at);
                }
                self.run_system(&parts, command.at);
            }
            Kind::Unknown(_) => {
                self.incomplete(WhyKind::Dynamic, "the script runs a command that is not known", at);
            }
            _ if shell == Some(true) => {
                // Everywhere but on Windows, the first element alone is the command, and the others are given to the shell.
                let text = "a list is run by a shell, which takes it for a command only on Windows";
                self.incomplete(WhyKind::Unsupported, text, at);
            }
            _ => match self.elements(command) {
                Ok(elements) => {
                    let words: Vec<_> = elements.iter().map(known_word).collect();
                    let words: Vec<Option<&str>> = words.iter().map(Option::as_deref).collect();
                    if words.first().copied().flatten().is_some_and(is_shell)
                        && let (options, Some(at)) = Options::of_words(&words)
                        && let Some(Elem::One(Val { kind: Kind::Text(parts), at: text_at })) = elements.get(at)
                    {
                        let parts = parts.clone();
                        // The word behind the text is its `$0`.
                        let arguments = self.items(elements.get(at + 2..).unwrap_or_default(), 0);
                        return self.run_shell(&parts, Start { options, arguments: &arguments }, *text_at);
                    }
                    let items = self.items(&elements, 0);
                    self.record(&items, command.at, at);
                }
                Err(_) => self.incomplete(WhyKind::Dynamic, "the script runs a command that is not known", at),
            },
        }
    }

    /// A command given as separate arguments.
    pub fn run_words(&mut self, words: &[Val<'a>], at: At) {
        if self.silent == 0 {
            let items: Vec<Item> = words.iter().map(|word| Item::Word(self.word(word))).collect();
            self.record(&items, at, at);
        }
    }

    /// `os.system(text)` and `shell=True`.
    pub fn run_system(&mut self, parts: &[Part], text_at: At) {
        self.run_shell(parts, Options::of_command("/bin/sh").into(), text_at);
    }

    /// A text that a shell runs.
    fn run_shell(&mut self, parts: &[Part], start: Start<'_>, text_at: At) {
        if self.silent > 0 {
            return;
        }
        // Not known, or made of commands in ways that are not.
        if let [Part::Hole { options, .. }] | [Part::Hole { extent: Extent::Command, options, .. }, ..] = parts
            && options.is_empty()
        {
            return self.incomplete(WhyKind::Dynamic, "the script runs a command that is not known", text_at);
        }
        let units = shell::units_of(&self.pieces(parts), text_at.0);
        let origin = self.origin_with_callers(text_at);
        let outcome = shell::read(&units, start, &shell::Variables::new(), &|_| origin.clone());
        let guards = self.current_guards();
        let environment = shell::Variables::new();
        commands::of_shell(
            outcome,
            (None, &environment),
            &mut self.defaults,
            &guards,
            self.repository,
            &mut self.outcome,
        );
    }

    fn record(&mut self, items: &[Item], command_at: At, call_at: At) {
        let origin = self.origin_with_callers(command_at);
        let is_open = match items.first() {
            Some(Item::Any(_)) => true,
            Some(Item::Word(word)) => is_command(word),
            _ => false,
        };
        if is_open {
            self.incomplete(WhyKind::Dynamic, "the script runs a command that is not known", call_at);
            return;
        }
        if let Some(Item::Word(word)) = items.first()
            && word.text().is_none()
            && word.options().is_none()
        {
            // A program that is not known: only where its arguments look like a deploy.
            let mut rest = items.to_vec();
            if let Some(first) = rest.first_mut() {
                *first = Item::Word(Word::known("gcloud", word.origin.clone()));
            }
            if gcloud::read(&rest, &origin, self.repository) != Reading::Other {
                self.incomplete(WhyKind::Dynamic, "the script runs a program that is not known", call_at);
            }
            return;
        }
        if self.silent == 0 {
            let whys = commands::conditional(&self.current_guards());
            self.defaults.observe(items, &origin, &whys);
        }
        match gcloud::read_with(items, &origin, self.repository, &self.defaults) {
            Reading::Other => self.record_wrapped(items, &origin, call_at),
            reading if self.silent == 0 => {
                let guards = self.current_guards();
                commands::take(reading, guards, self.repository, &mut self.outcome);
            }
            _ => {}
        }
    }

    /// A program that may run the command that its arguments spell, such as `timeout` or `sudo`.
    fn record_wrapped(&mut self, items: &[Item], origin: &Origin, call_at: At) {
        let text = |item: &Item| if let Item::Word(word) = item { word.text() } else { None };
        if items.first().and_then(text).is_none_or(|program| matches!(&*program, "echo" | "printf" | "which")) {
            return;
        }
        for start in 1..items.len().min(20) {
            let rest = items.get(start..).unwrap_or_default();
            if rest.first().and_then(text).is_some_and(|word| gcloud::is_gcloud(&word))
                && gcloud::read(rest, origin, self.repository) != Reading::Other
            {
                let text = "the script runs gcloud through another program, which is not evaluated";
                return self.incomplete(WhyKind::Unsupported, text, call_at);
            }
        }
    }

    /// True for a command that asks a question, so that both of its answers are expected: it is not taken to succeed.
    pub fn is_probe(&mut self, command: &Val<'a>) -> bool {
        let text = |value: &Val| match &value.kind {
            Kind::Text(parts) => match parts.first() {
                Some(Part::Lit(text)) => Some(text.clone()),
                _ => None,
            },
            _ => None,
        };
        let words: Vec<String> = match &command.kind {
            Kind::Text(_) => text(command).iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect(),
            _ => self
                .elements(command)
                .unwrap_or_default()
                .iter()
                .filter_map(|element| if let Elem::One(value) = element { text(value) } else { None })
                .map(|text| text.to_string())
                .collect(),
        };
        let program = words.first().map_or("", |word| word.rsplit('/').next().unwrap_or(word));
        PROBES.contains(&program) || words.iter().skip(1).take(10).any(|word| QUESTIONS.contains(&word.as_str()))
    }

    pub(super) fn push(&mut self, command: DeployCommand) {
        if self.silent == 0 && !self.outcome.commands.contains(&command) {
            self.outcome.commands.push(command);
        }
    }

    fn items(&self, elements: &[Elem<'a>], depth: usize) -> Vec<Item> {
        let mut items = Vec::new();
        for element in elements {
            items.push(match element {
                Elem::One(value) => Item::Word(self.word(value)),
                Elem::Any(whys) => Item::Any(self.whys(whys)),
                Elem::Either(_, whys) if depth > MAX_ALTERNATIVES => Item::Any(self.whys(whys)),
                Elem::Either(alternatives, whys) => {
                    let alternatives = alternatives.iter().map(|elements| self.items(elements, depth + 1)).collect();
                    Item::Either(alternatives, self.whys(whys))
                }
            });
        }
        items
    }

    pub(super) fn word(&self, value: &Val<'a>) -> Word {
        let origin = self.origin(value.at);
        let pieces = match &value.kind {
            Kind::Text(parts) | Kind::Path(parts) => self.pieces(parts),
            other => {
                let whys = match other {
                    Kind::Unknown(whys) => whys.clone(),
                    _ => why(WhyKind::Unsupported, "this argument is no text", value.at),
                };
                vec![Piece::Hole(Hole { whys: self.whys(&whys), ..Hole::default() })]
            }
        };
        Word { pieces, origin }
    }

    fn pieces(&self, parts: &[Part]) -> Vec<Piece> {
        let piece = |part: &Part| match part {
            Part::Lit(text) => Piece::Lit(text.to_string()),
            Part::Hole { whys, options, extent } => Piece::Hole(Hole {
                extent: *extent,
                whys: self.whys(whys),
                options: options.iter().map(|option| option.to_string()).collect(),
            }),
        };
        parts.iter().map(piece).collect()
    }
}

/// True for a word that may be a whole command.
fn is_command(word: &Word) -> bool {
    word.pieces.iter().any(|piece| matches!(piece, Piece::Hole(hole) if hole.extent == Extent::Command))
}

fn known_word(element: &Elem<'_>) -> Option<std::rc::Rc<str>> {
    if let Elem::One(value) = element { value.as_text() } else { None }
}

/// True for a program that runs the text after `-c`.
fn is_shell(program: &str) -> bool {
    matches!(program.rsplit('/').next(), Some("bash" | "sh" | "dash" | "zsh"))
}

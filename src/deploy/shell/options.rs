//! Options of a shell that decide how it goes on after a failure: those it is started with, and what `set` and `shopt`
//! change.
//!
//! Sources: "The Set Builtin", "The Shopt Builtin" and "Pipelines" of the manual of bash.

use brush_parser::ast::{Command, CompoundCommand, Pipeline};

use super::Shell;
use super::command::Site;
use super::state::{Arguments, Status};
use super::text::Field;

/// The options of a shell; what is `None` is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// `-e`: it ends where a command fails.
    pub(super) errexit: Option<bool>,
    /// A pipeline fails where any of its commands does.
    pub(super) pipefail: Option<bool>,
    /// `-a`: what is assigned is exported.
    pub(super) allexport: bool,
    /// It is `sh`, which on some systems is a shell without `pipefail` and `shopt`.
    sh: bool,
    /// `-e` holds in `$(…)`, too.
    inherit_errexit: Option<bool>,
    /// The last command of a pipeline runs in the shell itself.
    pub(super) lastpipe: bool,
}

/// A shell that is started with a script alone.
impl Default for Options {
    fn default() -> Self {
        Self {
            errexit: Some(false),
            pipefail: Some(false),
            allexport: false,
            sh: false,
            inherit_errexit: Some(false),
            lastpipe: false,
        }
    }
}

impl Options {
    /// The options of the shell that a command line starts, such as `bash -eo pipefail {0}`.
    pub fn of_command(line: &str) -> Self {
        let mut words = line.split_whitespace().peekable();
        words.next_if(|word| word.ends_with("/env") || *word == "env");
        words.next_if(|word| *word == "-S");
        Self::of_words(&words.map(Some).collect::<Vec<_>>()).0
    }

    /// The options of the shell that words start, program first, and which word is the text that `-c` runs. A word that is
    /// not known is taken for no flag.
    pub fn of_words(words: &[Option<&str>]) -> (Self, Option<usize>) {
        let word = |at: usize| words.get(at).copied().flatten();
        let mut options = Self::of_program(word(0).unwrap_or_default());
        let (mut at, mut command) = (1, false);
        while let Some(flags) = word(at).filter(|word| word.starts_with(['-', '+']) && word.len() > 1) {
            command |= flags.starts_with('-') && !flags.starts_with("--") && flags.contains('c');
            at += 1 + usize::from(options.flag(flags, words.get(at + 1).map(|next| next.unwrap_or(UNKNOWN))));
        }
        (options, Some(at).filter(|at| command && *at < words.len()))
    }

    /// The same, where flags that are not known may switch any of them.
    pub fn unsure(self) -> Self {
        Self { errexit: None, pipefail: None, ..self }
    }

    /// The options of a shell that is started by its name, without flags.
    pub(super) fn of_program(program: &str) -> Self {
        let sh = matches!(program.rsplit('/').next(), Some("sh" | "dash" | "ash"));
        Self { sh, inherit_errexit: Some(sh), ..Self::default() }
    }

    /// The options of a script in a file. Its first line says which shell it is for; the flags there are on only where the
    /// file itself is run, and not where it is given to a shell.
    pub(super) fn of_script(text: &str) -> Self {
        let Some(line) = text.lines().next().and_then(|line| line.strip_prefix("#!")) else { return Self::default() };
        let options = Self::of_command(line);
        let perhaps = |on: Option<bool>| on.filter(|on| !on);
        Self { errexit: perhaps(options.errexit), pipefail: perhaps(options.pipefail), ..options }
    }

    /// The options in `$(…)`.
    pub(super) fn in_substitution(self) -> Self {
        let errexit = match self.inherit_errexit {
            Some(true) => self.errexit,
            Some(false) => Some(false),
            None => self.errexit.filter(|on| !on),
        };
        Self { errexit, ..self }
    }

    /// Those of one of two ways.
    pub(super) fn or(self, other: Self) -> Self {
        let same = |a: Option<bool>, b: Option<bool>| a.filter(|_| a == b);
        Self {
            errexit: same(self.errexit, other.errexit),
            pipefail: same(self.pipefail, other.pipefail),
            allexport: self.allexport || other.allexport,
            sh: self.sh || other.sh,
            inherit_errexit: same(self.inherit_errexit, other.inherit_errexit),
            lastpipe: self.lastpipe || other.lastpipe,
        }
    }

    /// Takes a word of flags; true where its `o` takes the next word.
    pub(super) fn flag(&mut self, flags: &str, next: Option<&str>) -> bool {
        if flags.starts_with("--") {
            return false;
        }
        let on = flags.starts_with('-');
        let mut takes = false;
        for letter in flags.chars().skip(1) {
            match letter {
                'e' => self.errexit = Some(on),
                'a' => self.allexport = on,
                'o' => takes = true,
                _ => {}
            }
        }
        let name = next.filter(|name| takes && !name.starts_with(['-', '+']));
        if let Some(name) = name {
            self.named(name, on);
        }
        name.is_some()
    }

    fn named(&mut self, name: &str, on: bool) {
        match name {
            "errexit" => self.errexit = Some(on),
            "pipefail" => self.pipefail = Some(on),
            "allexport" => self.allexport = on,
            UNKNOWN => *self = self.unsure(),
            _ => {}
        }
    }
}

/// Stands for the name of an option that is not known; none is spelled so.
const UNKNOWN: &str = "?";

impl<'a> Shell<'a> {
    pub(super) fn set(&mut self, arguments: &[Field]) {
        let name = |field: &'_ Field| field.known().unwrap_or(UNKNOWN).to_owned();
        let mut rest = arguments;
        while let Some((first, tail)) = rest.split_first() {
            match first.known() {
                Some("--") => {
                    self.state.arguments = Arguments(tail.to_vec());
                    return;
                }
                Some(flags) if flags.starts_with(['-', '+']) && flags.len() > 1 => {
                    let next = tail.first().map(name);
                    let takes = self.state.options.flag(flags, next.as_deref());
                    if takes && next.as_deref() == Some("pipefail") && self.state.options.sh {
                        self.state.status = Status::Answer;
                    }
                    rest = tail.get(usize::from(takes)..).unwrap_or_default();
                }
                _ => {
                    self.state.arguments = Arguments(rest.to_vec());
                    return;
                }
            }
        }
    }

    pub(super) fn shopt(&mut self, arguments: &[Field], site: &Site<'_, 'a>) {
        let flags: String = arguments.iter().filter_map(Field::known).filter(|text| text.starts_with('-')).collect();
        let on = match (flags.contains('s'), flags.contains('u')) {
            (true, false) => true,
            (false, true) => false,
            _ => {
                self.state.status = Status::Answer;
                return self.print_unknown(site);
            }
        };
        if self.state.options.sh {
            self.state.status = Status::Answer;
        }
        for name in arguments.iter().filter_map(Field::known) {
            match name {
                _ if flags.contains('o') => self.state.options.named(name, on),
                "inherit_errexit" => self.state.options.inherit_errexit = Some(on),
                "lastpipe" => self.state.options.lastpipe = on,
                _ => {}
            }
        }
    }

    /// True where `set -e` looks at how a pipeline ends. What fails in a group, a loop or a branch was looked at there.
    pub(super) fn may_end_shell(&self, pipeline: &Pipeline) -> bool {
        let grouped = |command: &Command| match command {
            Command::Compound(compound, _) => !matches!(
                compound,
                CompoundCommand::Subshell(_) | CompoundCommand::Arithmetic(_) | CompoundCommand::Coprocess(_)
            ),
            _ => false,
        };
        let is_group = matches!(pipeline.seq.as_slice(), [command] if grouped(command));
        self.conditions == 0 && !pipeline.bang && !is_group
    }

    /// A pipeline that ends as a command does which does nothing but test.
    pub(super) fn is_test(&self, pipeline: &Pipeline) -> bool {
        let tests = |command: &Command| match command {
            Command::ExtendedTest(..) => true,
            Command::Simple(simple) => matches!(Self::written(simple).first(), Some(&("[" | "test"))),
            _ => false,
        };
        match self.state.options.pipefail {
            Some(false) => pipeline.seq.last().is_some_and(tests),
            _ => pipeline.seq.iter().any(tests),
        }
    }

    /// How a pipeline ends of which the commands have ended so.
    pub(super) fn piped(&self, statuses: &[Status]) -> Status {
        let last = statuses.last().copied().unwrap_or(Status::Known(true));
        let any = |status: Status| statuses.contains(&status);
        let all = if any(Status::Known(false)) {
            Status::Known(false)
        } else if any(Status::Unknown) {
            Status::Unknown
        } else if any(Status::Assumed(false)) {
            Status::Assumed(false)
        } else if any(Status::Answer) {
            Status::Answer
        } else if any(Status::Assumed(true)) {
            Status::Assumed(true)
        } else {
            Status::Known(true)
        };
        match self.state.options.pipefail {
            Some(false) => last,
            Some(true) => all,
            None => last.or(all),
        }
    }
}

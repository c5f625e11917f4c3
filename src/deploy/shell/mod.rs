//! Shell scripts: which commands they run, with which words, and under which conditions.
//!
//! The text is parsed by `brush-parser`. One state goes through the script: variables, functions, arguments. A condition
//! that cannot be decided splits it in two, and what differs afterwards is one or the other; a loop whose rounds are not
//! known stands for any number of rounds. Commands are taken to succeed: what a script does after a failure carries the
//! failed command as a guard, and `set -e` or `|| exit` after a command add none. A pipeline ends as its last command
//! does, with `pipefail` as any of them that fails; how a shell is started says which of these options are on.
//!
//! A variable that the script does not set comes from the environment, and is unknown. So is `${X:-default}` then: the
//! default is only one of the values that a run can have. A plain assignment decides, whatever the environment holds.
//! The arguments of a script are unknown too. An unknown text that is not quoted counts as one word, and is marked, so
//! that whoever reads the words can say so. So is one that is put between quotes in a text before a shell reads it, as in
//! `bash -c "… '$X'"`: it counts as one that does not end them.
//!
//! | file | subject |
//! | --- | --- |
//! | `source` | shell text as it is parsed, with places and with texts in it that are not known |
//! | `limits` | what the parser is trusted with |
//! | `text` | texts and lists of which parts are not known |
//! | `state` | what a script knows at one point |
//! | `run` | lists, pipelines, `if` |
//! | `loops` | loops and `case` |
//! | `flow` | how commands end, guards, and ways that come together |
//! | `command` | simple commands and functions |
//! | `assign`, `redirect` | assignments; redirections |
//! | `builtins`, `output`, `input` | what bash does itself; what it prints; what it reads |
//! | `wrappers`, `xargs` | commands that run other commands |
//! | `scripts` | `eval` and `source` |
//! | `expand`, `braces`, `substitute` | words: quotes, splitting; braces; `$(…)` |
//! | `join` | lists that become one text |
//! | `parameter`, `lookup`, `change` | `${X…}`; what a parameter holds; how its text is changed |
//! | `pattern` | patterns |
//! | `options` | `set` and `shopt`, and what a shell is started with |
//! | `conditions` | `[[ … ]]`, `[ … ]` |
//! | `arithmetic` | `$((…))` |

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use brush_parser::ast::{Program, SourceLocation};

use super::repository::Repository;
use super::words::{Item, Piece, Word};
use crate::model::origin::Callers;
use crate::model::{Caller, Guard, Origin, Position, RepoPath, SourceFile, Why, WhyKind};

mod arithmetic;
mod assign;
mod braces;
mod builtins;
mod cases;
mod change;
mod command;
mod conditions;
mod expand;
mod flow;
mod input;
mod join;
mod limits;
mod lookup;
mod loops;
mod masked;
mod options;
mod output;
mod parameter;
mod pattern;
mod pieces;
mod redirect;
mod run;
mod scripts;
mod source;
mod state;
mod substitute;
mod text;
mod wrappers;
mod xargs;

pub use options::Options;
pub use source::{Unit, UnitKind, units_of};

use flow::{Flow, Frame, Life, LoopFrame};
use source::Source;
use state::{Arguments, State, Status, Value};
use text::{Field, Part, Text};

/// A simple command that the text runs.
#[derive(Clone, Debug)]
pub struct Command {
    /// Its words, program first.
    pub items: Vec<Item>,
    /// Where it stands.
    pub origin: Origin,
    /// The conditions under which it runs, outermost first.
    pub guards: Vec<Guard>,
    /// What is taken for granted of texts that are not quoted, where they are arguments of the shell or of a function.
    pub assumes: Vec<Guard>,
    /// The variables of gcloud's own ([`Defaults::VARIABLES`]) that are set for it.
    ///
    /// [`Defaults::VARIABLES`]: crate::deploy::gcloud::Defaults::VARIABLES
    pub settings: BTreeMap<String, Word>,
}

/// What reading a shell text gives.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The commands, in the order in which they run.
    pub commands: Vec<Command>,
    /// Why there may be commands that are not in the list.
    pub incomplete: Vec<Why>,
    /// Where the text does not parse.
    pub broken: Vec<Why>,
}

/// How the shell of a text is started.
#[derive(Clone, Copy, Debug, Default)]
pub struct Start<'s> {
    /// Its options.
    pub options: Options,
    /// What it is given as `$1`, `$2` and so on; those of a script in a file are not known.
    pub arguments: &'s [Item],
}

impl From<Options> for Start<'_> {
    fn from(options: Options) -> Self {
        Self { options, arguments: &[] }
    }
}

/// Known variables: name → value in pieces.
pub type Variables = BTreeMap<String, Vec<Piece>>;

/// The most steps that one text takes.
const MAX_STEPS: usize = 150_000;
/// How deep functions, sourced files and texts that run texts are followed.
const MAX_DEPTH: usize = 40;
/// The longest text of one variable, in bytes.
const MAX_TEXT: usize = 1 << 16;
/// The most commands of one text.
const MAX_COMMANDS: usize = 2_000;
/// How many lines before the one that does not parse are left out, until those before them do.
const MAX_HEADS: usize = 8;
/// The most texts put into a script of which each is named that it is taken for a text alone.
const MAX_SPLICED: usize = 20;

/// Reads a shell text. `origin` turns a range of byte offsets (those of the units) into a place.
pub fn read(
    units: &[Unit],
    start: Start<'_>,
    variables: &Variables,
    origin: &dyn Fn(Range<usize>) -> Origin,
) -> Outcome {
    evaluate(&Source::new(units, Rc::new(origin)), start, variables, None, None)
}

/// Reads a script of the repository: files that it sources are followed.
pub fn script(file: &SourceFile, repository: &Repository<'_>) -> Outcome {
    let options = Options::of_script(file.text());
    evaluate(&file_source(file), options.into(), &Variables::new(), Some((repository, "")), Some(file.path()))
}

/// Reads a shell text that stands in a file of the repository and runs in `folder`.
pub fn text_in(
    units: &[Unit],
    start: Start<'_>,
    variables: &Variables,
    origin: &dyn Fn(Range<usize>) -> Origin,
    repository: &Repository<'_>,
    folder: &str,
) -> Outcome {
    evaluate(&Source::new(units, Rc::new(origin)), start, variables, Some((repository, folder)), None)
}

fn file_source<'a>(file: &SourceFile) -> Source<'a> {
    let text = file.shared_text();
    let units: Vec<Unit> =
        text.char_indices().map(|(offset, next)| Unit { kind: UnitKind::Char(next), offset }).collect();
    let file = file.clone();
    Source::new(&units, Rc::new(move |range| file.origin(range)))
}

fn evaluate<'a>(
    source: &Source<'a>,
    start: Start<'_>,
    variables: &Variables,
    repository: Option<(&'a Repository<'a>, &str)>,
    path: Option<&RepoPath>,
) -> Outcome {
    let Start { options, arguments } = start;
    let start = source.origin(0, 1);
    let why = Why::at(WhyKind::Environment, "the arguments of the script decide it", start.clone());
    let arguments = match path {
        Some(_) => Arguments(vec![Field::Any(vec![why])]),
        None => Arguments(arguments.iter().map(Field::of_item).collect()),
    };
    let mut state = State::new(arguments, options);
    for (name, pieces) in variables {
        state.variables.insert(name.clone(), Value::Text(Text::from_pieces(pieces)));
        state.exported.insert(name.clone());
    }
    if let Some((_, folder)) = repository {
        state.folder = Some(folder.to_owned());
    }
    let mut shell = Shell {
        state,
        repository: repository.map(|(repository, _)| repository),
        path: path.cloned(),
        outcome: Outcome::default(),
        start,
        span: (0, 1),
        guards: Vec::new(),
        loops: Vec::new(),
        frames: Vec::new(),
        callers: Vec::new(),
        sourced: path.cloned().into_iter().collect(),
        exited: Vec::new(),
        exit_state: None,
        assumed: Vec::new(),
        spliced: Vec::new(),
        traps: false,
        outer_frames: 0,
        shells: 0,
        conditions: 0,
        capturing: 0,
        silent: 0,
        depth: 0,
        steps: 0,
        stopped: false,
        counting: false,
        rounds: 0,
    };
    shell.run_source(source);
    shell.outcome
}

/// The evaluation of one script.
struct Shell<'a> {
    state: State<'a>,
    repository: Option<&'a Repository<'a>>,
    /// The script, where it is a file.
    path: Option<RepoPath>,
    outcome: Outcome,
    start: Origin,
    /// Where the command stands that runs.
    span: (usize, usize),
    guards: Vec<(Guard, Life)>,
    loops: Vec<LoopFrame<'a>>,
    frames: Vec<Frame<'a>>,
    callers: Vec<Caller>,
    sourced: Vec<RepoPath>,
    /// How the shell ends on ways that leave it earlier than others do.
    exited: Vec<Status>,
    /// What is known on those ways, where something is left for the end.
    exit_state: Option<State<'a>>,
    /// What is taken for granted of the arguments.
    assumed: Vec<Guard>,
    /// What is taken for granted of texts that are put into what the shell reads.
    spliced: Vec<Guard>,
    /// Commands were left for the end of the shell.
    traps: bool,
    /// Functions that run around the shell, where it is a part of another.
    outer_frames: usize,
    /// Depths and modes that are on.
    shells: usize,
    conditions: usize,
    capturing: usize,
    silent: usize,
    depth: usize,
    steps: usize,
    stopped: bool,
    counting: bool,
    /// Loops of which a round stands for any.
    rounds: usize,
}

impl<'a> Shell<'a> {
    /// Parses and runs a text. One command in which there are choices is run in each way that it can be. Where it does
    /// not parse, what stands before that place still runs, as a shell runs it.
    fn run_source(&mut self, source: &Source<'a>) -> Flow {
        match source.parse() {
            Ok(program) if program.complete_commands.len() == 1 => match source.whole().ways() {
                Some(ways) => self.one_of_texts(ways, source),
                None => self.program(&program, source),
            },
            Ok(program) => self.program(&program, source),
            Err(refused) => {
                let why =
                    Why::at(refused.kind, refused.text.clone(), self.origin(source, (refused.at, refused.at + 1)));
                let mut heads = source.heads(refused.at).take(MAX_HEADS);
                let flow = match heads.find_map(|head| Some((head.parse().ok()?, head))) {
                    Some((program, head)) => self.program(&program, &head),
                    None => Flow::Next,
                };
                // What stands behind the end of a script is not read.
                if flow != Flow::Exit || self.stopped {
                    self.incomplete(why.clone());
                    if self.silent == 0 && !self.outcome.broken.contains(&why) {
                        self.outcome.broken.push(why);
                    }
                }
                flow
            }
        }
    }

    fn program(&mut self, program: &Program, source: &Source<'a>) -> Flow {
        let mut flow = Flow::Next;
        let spliced = self.spliced.len();
        let mut read = 0;
        for list in &program.complete_commands {
            let end = list.location().map_or(source.len(), |span| source::range(&span).1);
            self.rely_on_syntax(read..end, source);
            read = read.max(end);
            flow = self.list(list, source);
            if flow != Flow::Next {
                break;
            }
        }
        if self.callers.is_empty() && self.depth == 0 {
            self.end_shell();
        }
        self.spliced.truncate(spliced);
        flow
    }

    /// What a variable holds; `None` where nothing says.
    fn lookup(&self, name: &str) -> Option<Value> {
        self.state.variables.get(name).cloned()
    }

    /// Notes that texts which are put into a script there are taken to be texts alone: a quote in one of them would make
    /// something else of what stands behind it.
    fn rely_on_syntax(&mut self, characters: Range<usize>, source: &Source<'a>) {
        for mut guard in source.assumptions(characters) {
            match self.spliced.len() {
                MAX_SPLICED => guard.text = "more texts put into a script hold no syntax of its shell".to_owned(),
                number if number > MAX_SPLICED => return,
                _ => {}
            }
            if self.spliced.iter().all(|own| own.text != guard.text) {
                self.spliced.push(guard);
            }
        }
    }

    /// Notes that the places of so many arguments matter: where one of them is not quoted, it is taken for one word.
    fn rely_on_arguments(&mut self, count: usize, source: &Source<'a>, span: (usize, usize)) {
        let origin = self.origin(source, span);
        let taken = self.state.arguments.0.iter().take(count).filter_map(|field| match field {
            Field::Word(text) => Some(text.assumptions(&origin)),
            _ => None,
        });
        for guard in taken.flatten() {
            if !self.assumed.contains(&guard) {
                self.assumed.push(guard);
            }
        }
    }

    fn argument(&mut self, number: usize, source: &Source<'a>, span: (usize, usize)) -> Text {
        self.rely_on_arguments(number.saturating_sub(1), source, span);
        match self.state.arguments.get(number) {
            Ok(Some(text)) => text.clone(),
            Ok(None) => Text::default(),
            Err(_) => Text::hole(self.argument_decides(number, source, span)),
        }
    }

    fn argument_decides(&self, number: usize, source: &Source<'a>, span: (usize, usize)) -> Why {
        let text = format!("the argument ${number} decides it");
        Why::at(WhyKind::Environment, text, self.origin(source, span))
    }

    /// `$0`, or the file in which a text stands (`BASH_SOURCE`).
    fn script_path(&self, own: bool, source: &Source<'a>, span: (usize, usize)) -> Text {
        let origin = source.origin(span.0, span.1);
        let standing = origin.source().map(|place| &place.file);
        match self.path.as_ref().and_then(|path| if own { standing } else { Some(path) }) {
            Some(path) => Text(vec![Part::Root, Part::Lit(format!("/{path}"))]),
            None => {
                Text::hole(Why::at(WhyKind::Dynamic, "the path of the script decides it", self.origin(source, span)))
            }
        }
    }

    fn working_folder(&self, source: &Source<'a>, span: (usize, usize)) -> Text {
        match self.state.folder.as_deref() {
            Some("") => Text(vec![Part::Root]),
            Some(folder) => Text(vec![Part::Root, Part::Lit(format!("/{folder}"))]),
            None => Text::hole(Why::at(WhyKind::Dynamic, "the working folder decides it", self.origin(source, span))),
        }
    }

    /// A place, with the calls that lead to it.
    fn origin(&self, source: &Source<'a>, span: (usize, usize)) -> Origin {
        let mut origin = source.origin(span.0, span.1);
        if let Origin::Source(place) = &mut origin
            && !self.callers.is_empty()
        {
            let chain = self.callers.iter().rev().cloned().chain(place.callers.as_slice().iter().cloned());
            place.callers = Callers::new(chain.collect());
        }
        origin
    }
}

/// A call that stands at `origin`.
fn caller(name: &str, origin: &Origin) -> Caller {
    let place = origin.source();
    Caller {
        name: name.to_owned(),
        file: place.map_or_else(|| RepoPath::new(""), |span| span.file.clone()),
        position: place.map_or(Position { line: 1, column: 1 }, |span| span.start),
    }
}

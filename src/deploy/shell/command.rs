//! Simple commands: assignments, redirections, functions, and the program that is run.

use std::collections::BTreeMap;
use std::rc::Rc;

use brush_parser::ast::{
    Assignment, AssignmentName, AssignmentValue, CommandPrefixOrSuffixItem, SimpleCommand, SourceLocation, Word,
};

use super::assign::bounded;
use super::flow::{Flow, Frame, Life};
use super::run::location;
use super::source::{Source, holds_no_syntax, range};
use super::state::{Arguments, Function, Status, Value};
use super::text::{Field, Part, Text};
use super::{Command, MAX_COMMANDS, MAX_DEPTH, Shell, caller};
use crate::deploy::gcloud::{Defaults, is_gcloud};
use crate::deploy::words::{self, Extent, Item, Piece};
use crate::model::{Guard, Origin, Why, WhyKind};

/// What comes back when a redirection ends.
#[derive(Default)]
pub(super) struct Streams {
    pub(super) out: Option<Text>,
    pub(super) input: Option<Option<Text>>,
}

/// Where a command stands, and what is set for it alone.
#[derive(Clone)]
pub(super) struct Site<'s, 'a> {
    pub(super) source: &'s Source<'a>,
    pub(super) span: (usize, usize),
    pub(super) environment: Vec<(String, Text)>,
    /// Where its words stand; a wrapper takes some from the front.
    pub(super) spans: Rc<[(usize, usize)]>,
}

impl<'a> Shell<'a> {
    pub(super) fn simple(&mut self, command: &SimpleCommand, source: &Source<'a>) -> Flow {
        let span = location(command.location(), source);
        self.span = span;
        let prefix = command.prefix.iter().flat_map(|prefix| prefix.0.iter());
        let suffix = command.suffix.iter().flat_map(|suffix| suffix.0.iter());
        let redirects = prefix.clone().chain(suffix.clone()).filter_map(|item| match item {
            CommandPrefixOrSuffixItem::IoRedirect(redirect) => Some(redirect),
            _ => None,
        });
        let assignments = prefix.filter_map(|item| match item {
            CommandPrefixOrSuffixItem::AssignmentWord(assignment, word) => Some((assignment, word)),
            _ => None,
        });
        let Some(name) = &command.word_or_name else {
            let streams = self.redirect(redirects, source);
            let mut status = Status::Known(true);
            for (assignment, word) in assignments {
                // How the command before ended may be what is assigned.
                let runs = word.value.contains(['`', '(']);
                if runs {
                    self.state.status = if word.value.contains("$?") { Status::Answer } else { Status::Known(true) };
                }
                self.assign(assignment, source, span);
                // A command that certainly fails ends the assignment so.
                if runs {
                    let ended = self.state.status;
                    status = if ended == Status::Known(true) { Status::Assumed(true) } else { ended };
                }
            }
            self.state.status = status;
            self.restore(streams);
            return Flow::Next;
        };
        let declares = matches!(name.value.as_str(), "export" | "local" | "declare" | "readonly" | "typeset");
        let mut fields = self.fields(name, source);
        let mut spans = Vec::new();
        let mut assigned: Vec<&Assignment> = Vec::new();
        let place = |word: &Word| word.loc.as_ref().map_or(span, range);
        spans.resize(fields.len(), place(name));
        for item in suffix {
            let mut at = span;
            match item {
                CommandPrefixOrSuffixItem::Word(word) => {
                    at = place(word);
                    fields.extend(self.fields(word, source));
                }
                CommandPrefixOrSuffixItem::AssignmentWord(assignment, _) if declares => assigned.push(assignment),
                CommandPrefixOrSuffixItem::AssignmentWord(_, word) => {
                    at = place(word);
                    fields.extend(self.fields(word, source));
                }
                CommandPrefixOrSuffixItem::ProcessSubstitution(_, subshell) => {
                    self.subshell(|shell| {
                        shell.list(&subshell.list, source);
                    });
                    let text = "the output of a command decides it";
                    fields.push(Field::Word(Text::hole(Why::at(WhyKind::Dynamic, text, self.origin(source, span)))));
                }
                CommandPrefixOrSuffixItem::IoRedirect(_) => {}
            }
            spans.resize(fields.len(), at);
        }
        fields = bounded(fields);
        let mut environment = Vec::new();
        for (assignment, _) in assignments {
            if let (AssignmentName::VariableName(name), AssignmentValue::Scalar(word)) =
                (&assignment.name, &assignment.value)
            {
                let value = self.text_of(&word.value, source, span);
                environment.push((name.clone(), value));
            }
        }
        let streams = self.redirect(redirects, source);
        let site = Site { source, span, environment, spans: spans.into() };
        let flow = if declares {
            self.declare(&fields, &assigned, &site);
            Flow::Next
        } else {
            self.dispatch(fields, &site)
        };
        self.restore(streams);
        flow
    }

    /// Runs the command that these words are.
    pub(super) fn dispatch(&mut self, fields: Vec<Field>, site: &Site<'_, 'a>) -> Flow {
        if self.spend(1) {
            return Flow::Exit;
        }
        let Some(first) = fields.first() else { return Flow::Next };
        if let Field::Either(ways, _) = first {
            let rest = fields.get(1..).unwrap_or_default().to_vec();
            return self.one_of(&ways.clone(), site, |shell, way| {
                shell.dispatch(way.into_iter().chain(rest.iter().cloned()).collect(), site)
            });
        }
        let Some(name) = first.known().map(str::to_owned) else {
            return self.unknown_program(&fields, site);
        };
        let arguments = fields.get(1..).unwrap_or_default();
        if let Some(function) = self.state.functions.get(&name).cloned() {
            return match function {
                Some(function) => self.call(&name, &function, arguments.to_vec(), site),
                None => {
                    let text = format!("it is not known which definition of {name} is called");
                    let why = Why::at(WhyKind::Guarded, text, self.origin(site.source, site.span));
                    self.incomplete(why.clone());
                    self.taint(&why);
                    self.state.status = Status::Unknown;
                    Flow::Next
                }
            };
        }
        if let Some(flow) = self.builtin(&name, arguments, site) {
            return flow;
        }
        if let Some(flow) = self.wrapper(&name, arguments, site) {
            return flow;
        }
        self.state.status = Status::Assumed(true);
        if is_gcloud(&name) {
            let reads = arguments.iter().any(|field| matches!(field.known(), Some("describe" | "list" | "get-value")));
            if reads {
                self.state.status = Status::Answer;
            }
            self.record(&fields, site);
        } else {
            if TESTS.contains(&name.as_str()) {
                self.state.status = Status::Answer;
            }
            self.wrapped(arguments, site);
        }
        self.print_output_of(&fields, site);
        Flow::Next
    }

    fn record(&mut self, fields: &[Field], site: &Site<'_, 'a>) {
        if self.silent > 0 {
            return;
        }
        let origin = self.origin(site.source, site.span);
        if self.outcome.commands.len() >= MAX_COMMANDS {
            let text = format!("more than {MAX_COMMANDS} commands of gcloud");
            return self.incomplete(Why::at(WhyKind::Limit, text, self.start.clone()));
        }
        let mut guards = Vec::new();
        for (guard, _) in &self.guards {
            if !guards.contains(guard) {
                guards.push(guard.clone());
            }
        }
        let mut items = Vec::new();
        for (at, field) in fields.iter().enumerate() {
            let place = (site.spans.len() + at).checked_sub(fields.len()).and_then(|at| site.spans.get(at));
            let exact = place.filter(|_| fields.len() <= site.spans.len());
            items.push(match exact {
                Some(span) => field.item(&self.origin(site.source, *span)),
                None => field.item(&origin),
            });
        }
        let settings = self.settings(site, &origin);
        let unsaid = |guard: &&Guard| !items.iter().any(|item| is_said_of(item, &guard.text));
        let assumes = self.assumed.iter().chain(self.spliced.iter().filter(unsaid)).cloned().collect();
        self.outcome.commands.push(Command { items, origin, guards, assumes, settings });
    }

    /// gcloud's own variables, as the command finds them.
    fn settings(&self, site: &Site<'_, 'a>, origin: &Origin) -> BTreeMap<String, words::Word> {
        let mut settings = BTreeMap::new();
        for name in Defaults::VARIABLES {
            let before = site.environment.iter().rev().find(|(variable, _)| variable == name);
            let exported = match self.state.variables.get(name) {
                // What is not known of the state may have set and exported it.
                None => self.state.base.clone().map(Text::hole),
                Some(Value::Text(text)) if self.state.exported.contains(name) => Some(text.clone()),
                Some(Value::Unknown(whys)) if self.state.exported.contains(name) => Some(Text::unknown(whys.clone())),
                Some(_) => None,
            };
            if let Some(value) = before.map(|(_, value)| value.clone()).or(exported)
                && let Item::Word(word) = Field::Word(value).item(origin)
            {
                settings.insert(name.to_owned(), word);
            }
        }
        settings
    }

    /// A program that only runs what it is told at run time.
    fn unknown_program(&mut self, fields: &[Field], site: &Site<'_, 'a>) -> Flow {
        let origin = self.origin(site.source, site.span);
        let options = match fields.first() {
            Some(Field::Word(text)) => text.options(),
            _ => None,
        };
        let start = match fields.first() {
            Some(Field::Word(text)) => text.0.first().and_then(|part| match part {
                Part::Lit(start) => Some(start.clone()),
                _ => None,
            }),
            _ => None,
        };
        let arguments = fields.get(1..).unwrap_or_default();
        // A function that is named at run time, such as `"$1"` or `deploy_$SERVICE`.
        let named: Vec<(String, Function<'a>)> = self
            .state
            .functions
            .iter()
            .filter(|(name, _)| match (&options, &start) {
                (Some(options), _) => options.contains(name),
                (None, Some(start)) => name.starts_with(start.as_str()),
                (None, None) => true,
            })
            .filter_map(|(name, function)| Some((name.clone(), function.clone()?)))
            .collect();
        let guard = self.guard(site.source, site.span, false);
        let before = self.state.clone();
        let mut states = Vec::new();
        for (name, function) in named {
            self.state = before.clone();
            let guard = crate::model::Guard { text: format!("{} is {name}", guard.text), ..guard.clone() };
            self.push_guard(guard, Life::Branch);
            let rest = if arguments.is_empty() {
                vec![Field::Any(vec![self.depends(&self.guard(site.source, site.span, false))])]
            } else {
                arguments.to_vec()
            };
            self.call(&name, &function, rest, site);
            self.pop_guard();
            states.push(self.state.clone());
        }
        self.state = before;
        let why = self.depends(&guard);
        states.push(self.state.clone());
        self.merge(states, &why);
        let texts: Vec<&str> = arguments.iter().filter_map(Field::known).collect();
        let deploys = texts.iter().any(|text| matches!(*text, "deploy" | "update" | "replace" | "create"));
        let group =
            texts.iter().any(|text| matches!(*text, "run" | "functions" | "services" | "jobs" | "worker-pools"));
        let is_command = |part: &Part| matches!(part, Part::Hole(hole) if hole.extent == Extent::Command);
        let of_commands = matches!(fields.first(), Some(Field::Word(text)) if text.0.iter().any(is_command));
        // The command goes on with a word: it is one of a group, as in `$GCLOUD services list`.
        let goes_on = arguments.first().and_then(Field::known).is_some_and(|text| !text.starts_with('-'));
        if deploys && (group || of_commands) || of_commands && !goes_on {
            self.incomplete(Why::at(WhyKind::Dynamic, "the script runs a program that is not known", origin));
        }
        self.state.status = Status::Answer;
        self.print_unknown(site);
        Flow::Next
    }

    pub(super) fn call(
        &mut self,
        name: &str,
        function: &Function<'a>,
        arguments: Vec<Field>,
        site: &Site<'_, 'a>,
    ) -> Flow {
        if self.depth >= MAX_DEPTH {
            // Most likely it never ends.
            self.incomplete(Why::at(WhyKind::Limit, format!("calls of {name} nest too deep"), self.start.clone()));
            self.stopped = true;
            return Flow::Exit;
        }
        let origin = self.origin(site.source, site.span);
        self.spend(self.depth);
        let assumed = self.assumed.len();
        self.callers.push(caller(name, &origin));
        self.depth += 1;
        let outer = std::mem::replace(&mut self.state.arguments, Arguments(arguments));
        let loops = std::mem::take(&mut self.loops);
        let mut frame = Frame::default();
        for (name, value) in &site.environment {
            let before = self.state.variables.insert(name.clone(), Value::Text(value.clone()));
            frame.locals.push((name.clone(), before));
        }
        self.frames.push(frame);
        let flow = self.body(&function.body, &function.source);
        let depth = self.frames.len();
        self.end_guards(Life::Function(depth));
        let frame = self.frames.pop().unwrap_or_default();
        self.loops = loops;
        self.depth -= 1;
        self.callers.pop();
        let mut going = flow != Flow::Exit;
        if let Some((_, why)) = frame.returned.first().cloned() {
            let mut states: Vec<_> = frame.returned.into_iter().map(|(state, _)| state).collect();
            if going {
                states.push(self.state.clone());
            }
            self.merge(states, &why);
            going = true;
        }
        for (name, value) in frame.locals.into_iter().rev() {
            match value {
                Some(value) => self.state.variables.insert(name, value),
                None => self.state.variables.remove(&name),
            };
        }
        self.state.arguments = outer;
        self.assumed.truncate(assumed);
        if going { Flow::Next } else { Flow::Exit }
    }

    /// Nothing that is known so far is certain any more.
    pub(super) fn taint(&mut self, why: &Why) {
        // Without its separators nothing could be split any more; they are hardly what has changed.
        self.state.variables.retain(|name, _| name == "IFS");
        self.state.base = Some(why.clone());
        self.state.status = Status::Assumed(true);
    }
}

/// Programs that are run to find something out: what they answer is a condition.
const TESTS: [&str; 18] = [
    "cmp", "curl", "diff", "egrep", "expr", "fgrep", "getent", "git", "grep", "id", "jq", "kill", "nc", "pgrep",
    "ping", "rg", "wget", "xmllint",
];

/// True where an assumption says of a text what is said of it as a part of this word.
fn is_said_of(item: &Item, assumption: &str) -> bool {
    let Item::Word(word) = item else { return false };
    word.pieces.iter().any(|piece| match piece {
        Piece::Hole(hole) if matches!(hole.extent, Extent::Split | Extent::Command | Extent::Spliced) => {
            holds_no_syntax(hole).is_some_and(|text| text == assumption)
        }
        _ => false,
    })
}

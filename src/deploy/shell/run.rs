//! Lists, pipelines and compound commands: what runs, in which order, and under which guards.

use std::rc::Rc;

use brush_parser::ast::{
    AndOr, AndOrList, Command, CommandPrefixOrSuffixItem, CompoundCommand, CompoundList, FunctionBody, IfClauseCommand,
    Pipeline, SeparatorOperator, SimpleCommand, SourceLocation,
};

use super::flow::{Arm, Flow, Life};
use super::source::{Source, range};
use super::state::{Function, Status};
use super::{Shell, text::Text};
use crate::model::{Guard, Why, WhyKind};

impl<'a> Shell<'a> {
    pub(super) fn list(&mut self, list: &CompoundList, source: &Source<'a>) -> Flow {
        for item in &list.0 {
            if matches!(item.1, SeparatorOperator::Async) {
                self.state.out = self.subshell(|shell| {
                    shell.and_or(&item.0, source);
                });
                // How it ends, nobody waits for.
                self.state.status = Status::Known(true);
                continue;
            }
            let flow = self.and_or(&item.0, source);
            if flow != Flow::Next {
                return flow;
            }
        }
        Flow::Next
    }

    fn and_or(&mut self, list: &AndOrList, source: &Source<'a>) -> Flow {
        if self.spend(1) {
            return Flow::Exit;
        }
        let start = place(&list.first, source);
        let mut end = start.1;
        let last = list.additional.len();
        let mut flow = self.one_of_list(&list.first, last == 0, source);
        if flow == Flow::Next && list.additional.is_empty() {
            flow = self.look_at(&list.first, |shell| shell.guard(source, start, false));
        }
        for (at, next) in list.additional.iter().enumerate() {
            let is_last = at + 1 == last;
            if flow != Flow::Next {
                return flow;
            }
            let (pipeline, on) = match next {
                AndOr::And(pipeline) => (pipeline, true),
                AndOr::Or(pipeline) => (pipeline, false),
            };
            let span = (start.0, end);
            end = location(pipeline.location(), source).1;
            match self.state.status {
                first @ (Status::Known(status) | Status::Assumed(status)) if status == on => {
                    flow = self.one_of_list(pipeline, is_last, source);
                    if first == Status::Assumed(on) && self.state.status == Status::Known(on) {
                        self.state.status = first;
                    }
                    if is_last && flow == Flow::Next {
                        flow = self.look_at(pipeline, |shell| shell.guard(source, place(pipeline, source), false));
                    }
                }
                Status::Known(_) => {}
                Status::Assumed(status) => self.after_failure(status, pipeline, is_last, source, span),
                asked @ (Status::Answer | Status::Unknown) => {
                    let guard = self.guard(source, span, !on);
                    let before = self.state.clone();
                    self.push_guard(guard.clone(), Life::Branch);
                    let mut taken = self.one_of_list(pipeline, is_last, source);
                    let status = self.state.status;
                    let looked_at = is_last && taken == Flow::Next && self.may_end_shell(pipeline);
                    if looked_at && status == Status::Known(false) && self.state.options.errexit == Some(true) {
                        taken = Flow::Exit;
                    }
                    self.pop_guard();
                    let state = std::mem::replace(&mut self.state, before);
                    let skipped = Guard { negated: !guard.negated, ..guard.clone() };
                    let arms = vec![
                        Arm { flow: taken, state, own: vec![guard.clone()], ended: vec![skipped.clone()] },
                        Arm { flow: Flow::Next, state: self.state.clone(), own: vec![skipped], ended: Vec::new() },
                    ];
                    flow = self.join(arms);
                    self.state.status = match (asked, status) {
                        // `a && false` fails either way, and `a || true` succeeds.
                        (_, Status::Known(status) | Status::Assumed(status)) if status != on => Status::Known(status),
                        (Status::Answer, status) => Status::Answer.or(status),
                        _ => Status::Unknown,
                    };
                    if looked_at && status == Status::Unknown {
                        self.look_at(pipeline, |shell| {
                            let own = shell.guard(source, place(pipeline, source), false);
                            any_of(&[guard, negate(&own)]).unwrap_or(own)
                        });
                    }
                }
            }
        }
        flow
    }

    /// How it goes on after a pipeline that has ended: with `set -e`, what follows runs only where it has not failed, as
    /// `guard` says.
    fn look_at(&mut self, pipeline: &Pipeline, guard: impl FnOnce(&Self) -> Guard) -> Flow {
        match (self.state.options.errexit, self.state.status) {
            _ if !self.may_end_shell(pipeline) => {}
            (Some(true), Status::Known(false)) => return Flow::Exit,
            (Some(true), Status::Unknown) => {
                self.push_guard(guard(self), Life::Shell(self.shells));
                self.exit(Status::Known(false), self.state.clone());
                self.state.status = Status::Known(true);
            }
            (None, Status::Unknown) if self.is_test(pipeline) => {
                self.push_guard(guard(self), Life::Shell(self.shells));
                self.exit(Status::Known(false), self.state.clone());
            }
            _ => {}
        }
        Flow::Next
    }

    /// A pipeline of a list. `set -e` looks at none that is inverted, and of those with `&&` and `||` only at the last.
    fn one_of_list(&mut self, pipeline: &Pipeline, is_last: bool, source: &Source<'a>) -> Flow {
        let tested = usize::from(!is_last || pipeline.bang);
        self.conditions += tested;
        let flow = self.pipeline(pipeline, source);
        self.conditions -= tested;
        flow
    }

    /// What runs only after a command that is taken to succeed has failed: its commands are found, under that guard,
    /// and the script goes on as if it had not run.
    fn after_failure(
        &mut self,
        status: bool,
        pipeline: &Pipeline,
        is_last: bool,
        source: &Source<'a>,
        span: (usize, usize),
    ) {
        let guard = self.guard(source, span, status);
        let before = self.state.clone();
        let flow = self.unlikely(guard.clone(), |shell| shell.one_of_list(pipeline, is_last, source));
        let after = std::mem::replace(&mut self.state, before.clone());
        if flow == Flow::Next {
            self.state = before.or(after, &self.depends(&guard));
        }
        self.state.status = Status::Assumed(true);
    }

    pub(super) fn pipeline(&mut self, pipeline: &Pipeline, source: &Source<'a>) -> Flow {
        let flow = match pipeline.seq.as_slice() {
            [command] => self.command(command, source),
            commands => {
                let mut input = None;
                let mut unknown_output = Text::default();
                let last = commands.len().saturating_sub(1);
                let mut statuses = Vec::new();
                let mut flow = Flow::Next;
                for (at, command) in commands.iter().enumerate() {
                    if at == last && self.state.options.lastpipe {
                        let before = std::mem::replace(&mut self.state.input, input.take());
                        flow = self.command(command, source);
                        self.state.input = before;
                        statuses.push(self.state.status);
                        break;
                    }
                    let outer = self.state.out.clone();
                    let output = self.subshell(|shell| {
                        shell.state.out = Text::default();
                        shell.capturing += 1;
                        if at > 0 {
                            shell.state.input = input.take();
                        }
                        shell.command(command, source);
                        shell.capturing -= 1;
                    });
                    self.state.out = outer;
                    // It fails where the next command ends before it has read what this one prints.
                    let unread = at < last && self.state.status == Status::Known(true) && !output.0.is_empty();
                    statuses.push(if unread { Status::Assumed(true) } else { self.state.status });
                    input = Some(output.clone());
                    if at == last {
                        unknown_output = output;
                    }
                }
                self.state.out.append(unknown_output);
                self.state.status = self.piped(&statuses);
                flow
            }
        };
        if pipeline.bang {
            self.state.status = match self.state.status {
                Status::Known(status) => Status::Known(!status),
                Status::Assumed(status) => Status::Assumed(!status),
                open => open,
            };
        }
        flow
    }

    pub(super) fn command(&mut self, command: &Command, source: &Source<'a>) -> Flow {
        if self.spend(1) {
            return Flow::Exit;
        }
        match command {
            Command::Simple(simple) => self.simple(simple, source),
            Command::Function(function) => {
                let defined = Function { body: Rc::new(function.body.clone()), source: source.clone() };
                self.spend(function.body.to_string().len() / 64);
                self.state.functions.insert(function.fname.value.clone(), Some(defined));
                self.state.status = Status::Known(true);
                Flow::Next
            }
            Command::ExtendedTest(test, _) => {
                let span = range(&test.loc);
                let decided = self.extended_test(&test.expr, source, span);
                self.state.status = decided.map_or(Status::Unknown, Status::Known);
                Flow::Next
            }
            Command::Compound(compound, redirects) => {
                let items = redirects.iter().flat_map(|list| list.0.iter());
                let streams = self.redirect(items, source);
                let flow = self.compound(compound, source);
                self.restore(streams);
                flow
            }
        }
    }

    pub(super) fn body(&mut self, body: &FunctionBody, source: &Source<'a>) -> Flow {
        let items = body.1.iter().flat_map(|list| list.0.iter());
        let streams = self.redirect(items, source);
        let flow = self.compound(&body.0, source);
        self.restore(streams);
        flow
    }

    fn compound(&mut self, command: &CompoundCommand, source: &Source<'a>) -> Flow {
        match command {
            CompoundCommand::BraceGroup(group) => self.list(&group.list, source),
            CompoundCommand::Subshell(subshell) => {
                let out = self.subshell(|shell| {
                    shell.list(&subshell.list, source);
                });
                self.state.out = out;
                Flow::Next
            }
            CompoundCommand::IfClause(clause) => self.if_clause(clause, source),
            CompoundCommand::CaseClause(clause) => self.case(clause, source),
            CompoundCommand::ForClause(clause) => self.for_clause(clause, source),
            CompoundCommand::ArithmeticForClause(clause) => self.arithmetic_for(clause, source),
            CompoundCommand::WhileClause(clause) => self.while_clause(clause, true, source),
            CompoundCommand::UntilClause(clause) => self.while_clause(clause, false, source),
            CompoundCommand::Arithmetic(arithmetic) => {
                let (start, end) = range(&arithmetic.loc);
                let value = self.arithmetic(&arithmetic.expr.value, source, (start, end));
                self.state.status = value.map_or(Status::Unknown, |value| Status::Known(value != 0));
                Flow::Next
            }
            CompoundCommand::Coprocess(coprocess) => {
                self.subshell(|shell| {
                    shell.command(&coprocess.body, source);
                });
                Flow::Next
            }
        }
    }

    /// Runs in a copy of the state, of which nothing but the printed text comes back.
    pub(super) fn subshell(&mut self, run: impl FnOnce(&mut Self)) -> Text {
        self.spend(1 + self.state.variables.len() / 8);
        let before = self.state.clone();
        let (loops, frames) = (std::mem::take(&mut self.loops), std::mem::take(&mut self.frames));
        let (exited, exit_state) = (std::mem::take(&mut self.exited), self.exit_state.take());
        let (traps, outer_frames) = (self.traps, self.outer_frames);
        self.outer_frames += frames.len();
        self.state.at_exit.clear();
        self.shells += 1;
        run(self);
        self.end_shell();
        self.shells -= 1;
        (self.traps, self.outer_frames) = (traps, outer_frames);
        let exited = std::mem::replace(&mut self.exited, exited);
        self.exit_state = exit_state;
        self.loops = loops;
        self.frames = frames;
        let after = std::mem::replace(&mut self.state, before);
        self.state.status = exited.iter().fold(after.status, |status, exit| status.or(*exit));
        after.out
    }

    /// Runs a condition; its span is what a guard shows.
    pub(super) fn condition(&mut self, list: &CompoundList, source: &Source<'a>) -> (Flow, (usize, usize)) {
        self.conditions += 1;
        let flow = self.list(list, source);
        self.conditions -= 1;
        let first = list.0.first().map(|item| place(&item.0.first, source));
        let last = list.0.last().map(|item| location(item.0.location(), source));
        (flow, (first.unwrap_or_default().0, last.unwrap_or_default().1))
    }

    fn if_clause(&mut self, clause: &IfClauseCommand, source: &Source<'a>) -> Flow {
        let mut ways: Vec<(Option<&CompoundList>, &CompoundList)> = vec![(Some(&clause.condition), &clause.then)];
        ways.extend(clause.elses.iter().flatten().map(|way| (way.condition.as_ref(), &way.body)));
        let mut arms: Vec<Arm<'a>> = Vec::new();
        // The guards of the ways before, negated.
        let mut before: Vec<Guard> = Vec::new();
        let mut falls_through = true;
        for (condition, body) in ways {
            let mark = self.push_guards(&before);
            let mut own = before.clone();
            let mut open = None;
            if let Some(condition) = condition {
                let (flow, span) = self.condition(condition, source);
                if flow != Flow::Next {
                    self.pop_guards(mark);
                    let ended = before.iter().map(negate).collect();
                    arms.push(Arm { flow, state: self.state.clone(), own, ended });
                    falls_through = false;
                    break;
                }
                match self.state.status {
                    Status::Known(false) => {
                        self.pop_guards(mark);
                        continue;
                    }
                    Status::Known(true) => {}
                    Status::Assumed(_) | Status::Answer | Status::Unknown => {
                        open = Some(self.guard(source, span, false))
                    }
                }
            }
            let rest = self.state.clone();
            if let Some(guard) = &open {
                own.push(guard.clone());
                self.push_guard(guard.clone(), Life::Branch);
                self.refine(condition, source, true);
            }
            let flow = self.list(body, source);
            self.pop_guards(mark);
            let ended = match &open {
                Some(guard) => vec![negate(guard)],
                None => any_of(&before).into_iter().collect(),
            };
            arms.push(Arm { flow, state: std::mem::replace(&mut self.state, rest), own, ended });
            match open {
                Some(guard) => before.push(negate(&guard)),
                None => {
                    falls_through = false;
                    break;
                }
            }
            self.refine(condition, source, false);
        }
        if falls_through {
            self.state.status = Status::Known(true);
            arms.push(Arm { flow: Flow::Next, state: self.state.clone(), own: before, ended: Vec::new() });
        }
        self.join(arms)
    }

    /// The words of a simple command that are no assignments or redirections, as they are written.
    pub(super) fn written(command: &SimpleCommand) -> Vec<&str> {
        let suffix = command.suffix.iter().flat_map(|suffix| suffix.0.iter()).filter_map(|item| match item {
            CommandPrefixOrSuffixItem::Word(word) | CommandPrefixOrSuffixItem::AssignmentWord(_, word) => {
                Some(word.value.as_str())
            }
            _ => None,
        });
        command.word_or_name.iter().map(|word| word.value.as_str()).chain(suffix).collect()
    }

    pub(super) fn guard(&self, source: &Source<'a>, span: (usize, usize), negated: bool) -> Guard {
        Guard { text: source.line(span.0, span.1), origin: self.origin(source, span), negated, decided: None }
    }

    pub(super) fn depends(&self, guard: &Guard) -> Why {
        Why::at(WhyKind::Guarded, format!("it depends on `{}`", guard.text), guard.origin.clone())
    }
}

/// Where a pipeline stands, its `!` included.
fn place(pipeline: &Pipeline, source: &Source<'_>) -> (usize, usize) {
    let (start, end) = location(pipeline.location(), source);
    (if pipeline.bang { source.bang_before(start) } else { start }, end)
}

/// Where a piece of the syntax tree stands.
pub(super) fn location(span: Option<brush_parser::SourceSpan>, source: &Source<'_>) -> (usize, usize) {
    span.as_ref().map_or((0, source.len().min(1)), range)
}

pub(super) fn negate(guard: &Guard) -> Guard {
    Guard { negated: !guard.negated, ..guard.clone() }
}

/// The guard that says that one of the conditions holds of which these are the negations.
pub(super) fn any_of(negations: &[Guard]) -> Option<Guard> {
    let (first, rest) = negations.split_first()?;
    if rest.is_empty() {
        return Some(negate(first));
    }
    let texts: Vec<String> = negations
        .iter()
        .map(|guard| if guard.negated { guard.text.clone() } else { format!("! {}", guard.text) })
        .collect();
    Some(Guard { text: texts.join(" || "), negated: false, ..first.clone() })
}

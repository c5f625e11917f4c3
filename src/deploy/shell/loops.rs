//! Loops: unrolled where their rounds are known, otherwise one round that stands for any number.

use brush_parser::ast::{
    ArithmeticForClauseCommand, CaseClauseCommand, CaseItemPostAction, CompoundList, ForClauseCommand,
    WhileOrUntilClauseCommand,
};

use super::flow::{Arm, Flow, Life, LoopFrame};
use super::pattern::Pattern;
use super::run::{any_of, negate};
use super::source::{Source, range};
use super::state::{Status, Value};
use super::text::{Field, Text, add_whys};
use super::{Shell, run::location};
use crate::model::{Guard, Why};

/// The most rounds of one loop that are followed one by one.
const MAX_ROUNDS: usize = 200;

/// An item of a `case` that runs on into the next (`;&`).
struct RunsOn {
    guard: Guard,
    /// Whether it runs, where none before it does.
    decided: Option<bool>,
    /// How many items stand before the first that runs on.
    start: usize,
}

impl<'a> Shell<'a> {
    pub(super) fn for_clause(&mut self, clause: &ForClauseCommand, source: &Source<'a>) -> Flow {
        let span = range(&clause.loc);
        let fields = match &clause.values {
            Some(words) => {
                let mut fields = Vec::new();
                for word in words {
                    fields.extend(self.list_fields(word, source));
                }
                fields
            }
            // `for x in` without words is not `for x`.
            None if source.line(span.0, location(Some(clause.body.loc.clone()), source).0).ends_with(" in") => {
                Vec::new()
            }
            None => self.state.arguments.0.clone(),
        };
        // Without a round it succeeds.
        self.state.status = Status::Known(true);
        let name = &clause.variable_name;
        let known = fields.iter().all(|field| matches!(field, Field::Word(_)));
        if known && fields.len() <= MAX_ROUNDS {
            self.loops.push(LoopFrame::default());
            let mut flow = Flow::Next;
            for field in fields {
                let Field::Word(text) = field else { continue };
                self.state.variables.insert(name.clone(), Value::Text(text));
                flow = self.round(&clause.body.list, source);
                if flow != Flow::Next {
                    break;
                }
            }
            return self.end_loop(flow);
        }
        let head = (span.0, location(Some(clause.body.loc.clone()), source).0);
        let guard = self.guard(source, head, false);
        let mut whys = vec![self.depends(&guard)];
        for field in &fields {
            add_whys(&mut whys, &field.whys());
        }
        let value = Value::Text(Text::unknown(whys));
        self.any_rounds(guard, source, &clause.body.list, None, Some((name, value)))
    }

    pub(super) fn arithmetic_for(&mut self, clause: &ArithmeticForClauseCommand, source: &Source<'a>) -> Flow {
        let span = range(&clause.loc);
        let head = (span.0, location(Some(clause.body.loc.clone()), source).0);
        if let Some(first) = &clause.initializer {
            self.arithmetic(&first.value, source, span);
        }
        self.state.status = Status::Known(true);
        self.loops.push(LoopFrame::default());
        for _ in 0..MAX_ROUNDS {
            let goes_on = match &clause.condition {
                Some(condition) if !condition.value.trim().is_empty() => {
                    self.arithmetic(&condition.value, source, span).map(|value| value != 0)
                }
                _ => Some(true),
            };
            match goes_on {
                Some(false) => return self.end_loop(Flow::Next),
                Some(true) => {}
                None => break,
            }
            let flow = self.round(&clause.body.list, source);
            if flow != Flow::Next {
                return self.end_loop(flow);
            }
            if let Some(update) = &clause.updater {
                self.arithmetic(&update.value, source, span);
            }
        }
        let flow = self.end_loop(Flow::Next);
        if flow != Flow::Next {
            return flow;
        }
        let guard = self.guard(source, head, false);
        for part in [&clause.updater, &clause.condition].into_iter().flatten() {
            self.forget_assigned(&part.value, &guard);
        }
        self.any_rounds(guard, source, &clause.body.list, None, None)
    }

    pub(super) fn while_clause(&mut self, clause: &WhileOrUntilClauseCommand, on: bool, source: &Source<'a>) -> Flow {
        let WhileOrUntilClauseCommand(condition, body, loc) = clause;
        self.loops.push(LoopFrame::default());
        let mut rounds = 0;
        let start = self.state.clone();
        // How the last round ended, and so the loop.
        let mut ended = Status::Known(true);
        let span = loop {
            let before = self.state.clone();
            let (flow, span) = self.condition(condition, source);
            if flow != Flow::Next {
                return self.end_loop(flow);
            }
            match self.state.status {
                Status::Known(status) if status == on => {}
                // Taken to succeed at the first try: the body is for failures.
                Status::Assumed(status) if status != on => {
                    let flow = self.end_loop(Flow::Next);
                    self.retried(source, span, on, &body.list);
                    return flow;
                }
                Status::Known(_) => {
                    self.state.status = ended;
                    return self.end_loop(Flow::Next);
                }
                Status::Assumed(_) | Status::Answer | Status::Unknown => break span,
            }
            let flow = self.round(&body.list, source);
            if flow != Flow::Next {
                return self.end_loop(flow);
            }
            ended = self.state.status;
            let left = self.loops.last().is_some_and(|frame| !frame.broken.is_empty());
            if self.state.same(&before) && !left {
                // It never ends: what follows does not run.
                self.loops.pop();
                return Flow::Exit;
            }
            rounds += 1;
            if left && self.state.same(&start) {
                // Each round is like the first, and any of them can be the last.
                let frame = self.loops.pop().unwrap_or_default();
                self.end_guards(Life::Loop(self.loops.len() + 1));
                let whys: Vec<Why> = frame.broken.iter().map(|(_, why)| why.clone()).collect();
                let states = frame.broken.into_iter().map(|(state, _)| state).collect();
                if let Some(why) = whys.first() {
                    self.merge(states, why);
                }
                return Flow::Next;
            }
            if left || rounds >= MAX_ROUNDS {
                break span;
            }
        };
        self.state.status = ended;
        let flow = self.end_loop(Flow::Next);
        if flow != Flow::Next {
            return flow;
        }
        let keyword = range(loc).0;
        let mut guard = self.guard(source, (keyword, span.1), false);
        if !on {
            guard.text = format!("! {}", source.line(span.0, span.1));
        }
        self.any_rounds(guard, source, &body.list, Some((condition, on)), None)
    }

    /// The body of a loop that tries again until a command succeeds.
    fn retried(&mut self, source: &Source<'a>, span: (usize, usize), on: bool, body: &CompoundList) {
        let guard = self.guard(source, span, !on);
        let before = self.state.clone();
        self.loops.push(LoopFrame::default());
        self.unlikely(guard.clone(), |shell| shell.list(body, source));
        self.loops.pop();
        let why = self.depends(&guard);
        let after = std::mem::replace(&mut self.state, before.clone());
        self.state = before.or(after, &why);
        self.state.status = Status::Assumed(true);
    }

    /// One round; `continue` ends it.
    fn round(&mut self, body: &CompoundList, source: &Source<'a>) -> Flow {
        let depth = self.loops.len();
        let flow = self.list(body, source);
        self.end_guards(Life::Iteration(depth));
        let continued = self.loops.last_mut().map(|frame| std::mem::take(&mut frame.continued)).unwrap_or_default();
        let (going, ended) = match flow {
            Flow::Next | Flow::Continue(0 | 1) => (true, flow),
            other => (false, other),
        };
        let Some((_, why)) = continued.first().cloned() else {
            return if going { Flow::Next } else { ended };
        };
        let mut states: Vec<_> = continued.into_iter().map(|(state, _)| state).collect();
        if going {
            states.push(self.state.clone());
        } else {
            self.leave(ended, self.state.clone(), &why);
        }
        self.merge(states, &why);
        Flow::Next
    }

    /// The loop is over: ways that broke out of it come back.
    fn end_loop(&mut self, flow: Flow) -> Flow {
        let frame = self.loops.pop().unwrap_or_default();
        self.end_guards(Life::Loop(self.loops.len() + 1));
        let (going, flow) = match flow {
            Flow::Next | Flow::Break(0 | 1) => (true, Flow::Next),
            Flow::Break(levels) => (false, Flow::Break(levels - 1)),
            Flow::Continue(levels) => (false, Flow::Continue(levels.saturating_sub(1))),
            other => (false, other),
        };
        let Some((_, why)) = frame.broken.first().cloned() else { return flow };
        let mut states: Vec<_> = frame.broken.into_iter().map(|(state, _)| state).collect();
        if going {
            states.push(self.state.clone());
        } else {
            self.leave(flow, self.state.clone(), &why);
        }
        self.merge(states, &why);
        Flow::Next
    }

    /// A loop that runs any number of rounds: what a round changes is not known in any of them.
    fn any_rounds(
        &mut self,
        guard: Guard,
        source: &Source<'a>,
        body: &CompoundList,
        condition: Option<(&CompoundList, bool)>,
        bound: Option<(&str, Value)>,
    ) -> Flow {
        let why = self.depends(&guard);
        let none = self.state.clone();
        let mut start = none.clone();
        for recording in [false, false, false, true] {
            self.state = start.clone();
            if let Some((name, value)) = &bound {
                self.state.variables.insert((*name).to_owned(), value.clone());
            }
            self.silent += usize::from(!recording);
            self.rounds += 1;
            self.loops.push(LoopFrame::default());
            self.push_guard(guard.clone(), Life::Branch);
            if let Some((condition, on)) = condition {
                self.refine(Some(condition), source, on);
            }
            let flow = self.round(body, source);
            if flow == Flow::Next
                && !recording
                && let Some((condition, _)) = condition
            {
                self.condition(condition, source);
            }
            self.pop_guard();
            self.silent -= usize::from(!recording);
            self.rounds -= 1;
            let depth = self.loops.len();
            let flow = self.end_loop(flow);
            self.end_guards(Life::Iteration(depth));
            if recording {
                let own = vec![guard.clone()];
                let skipped = vec![negate(&guard)];
                let state = std::mem::replace(&mut self.state, none.clone());
                return self.join(vec![
                    Arm { flow, state, own, ended: skipped.clone() },
                    Arm { flow: Flow::Next, state: none, own: skipped, ended: Vec::new() },
                ]);
            }
            let names: std::collections::BTreeSet<String> =
                start.variables.keys().chain(self.state.variables.keys()).cloned().collect();
            for name in names {
                let (before, after) = (start.variables.get(&name), self.state.variables.get(&name));
                if before != after {
                    let mut whys = vec![why.clone()];
                    for value in [before, after].into_iter().flatten() {
                        add_whys(&mut whys, &value.whys());
                    }
                    let value = Value::unknown_of([before, after].into_iter().flatten(), whys);
                    start.variables.insert(name, value);
                }
            }
            if start.arguments != self.state.arguments {
                start.arguments = super::state::Arguments(vec![Field::Any(vec![why.clone()])]);
            }
            if start.out != self.state.out {
                start.out = Text::hole(why.clone());
            }
            if start.folder != self.state.folder {
                start.folder = None;
            }
            start.options = start.options.or(self.state.options);
            start.input = None;
        }
        Flow::Next
    }

    pub(super) fn case(&mut self, clause: &CaseClauseCommand, source: &Source<'a>) -> Flow {
        let span = range(&clause.loc);
        let value = self.word_text(&clause.value, source);
        let mut arms: Vec<Arm<'a>> = Vec::new();
        let mut before: Vec<Guard> = Vec::new();
        let mut falls_through = true;
        let mut runs_on: Option<RunsOn> = None;
        for item in &clause.cases {
            let patterns: Vec<Pattern> =
                item.patterns.iter().map(|word| self.pattern(&word.value, source, span)).collect();
            let all: Vec<Option<bool>> = patterns.iter().map(|pattern| pattern.matches_text(&value)).collect();
            let fits = if all.contains(&Some(true)) {
                Some(true)
            } else if all.contains(&None) {
                None
            } else {
                Some(false)
            };
            let entered = runs_on.take();
            let decided = match (&entered, fits) {
                (Some(RunsOn { decided: Some(true), .. }), _) => Some(true),
                (Some(_), Some(false)) => None,
                _ => fits,
            };
            if decided == Some(false) {
                continue;
            }
            let written: Vec<&str> = item.patterns.iter().map(|word| word.value.as_str()).collect();
            let text = format!("case {} in {})", clause.value.value, written.join("|"));
            let at = item.patterns.first().map_or(span, |word| location(word.loc.clone(), source));
            let mut guard = Guard { text: source.text(&text).line(), ..self.guard(source, at, false) };
            if let Some(RunsOn { guard: last, decided: None, .. }) = &entered {
                let either = any_of(&[negate(last), negate(&guard)]);
                guard = if fits == Some(false) { last.clone() } else { either.unwrap_or(guard) };
            }
            let texts: Option<Vec<String>> = patterns.iter().map(Pattern::literal).collect();
            // Those before the first that runs on into this one do not fit.
            let start = entered.as_ref().map_or(before.len(), |entered| entered.start);
            // Where texts are compared, one that fits says that the others do not.
            let mut own = match &entered {
                None if texts.is_some() => Vec::new(),
                _ => before.get(..start).unwrap_or_default().to_vec(),
            };
            if decided.is_none() {
                own.push(guard.clone());
            } else if arms.is_empty() {
                own.clear();
            }
            let mark = self.push_guards(&own);
            let rest = self.state.clone();
            if let (None, Some(texts), None) = (decided, &texts, &entered) {
                self.refine_word(&clause.value.value, texts, &guard);
            }
            let flow = match &item.cmd {
                Some(list) => self.list(list, source),
                None => Flow::Next,
            };
            self.pop_guards(mark);
            let ended = match decided {
                None => vec![negate(&guard)],
                Some(_) => any_of(&before).into_iter().collect(),
            };
            let next = match item.post_action {
                CaseItemPostAction::ExitCase => rest,
                // The next item may run after this one: its state is one or the other.
                _ => {
                    if matches!(item.post_action, CaseItemPostAction::UnconditionallyExecuteNextCaseItem) {
                        runs_on = Some(RunsOn { guard: guard.clone(), decided, start });
                    }
                    rest.or(self.state.clone(), &self.depends(&guard))
                }
            };
            arms.push(Arm { flow, state: std::mem::replace(&mut self.state, next), own, ended });
            if decided == Some(true) && matches!(item.post_action, CaseItemPostAction::ExitCase) {
                falls_through = false;
                break;
            }
            // The others leave the ones behind them open.
            if matches!(item.post_action, CaseItemPostAction::ExitCase) {
                before.push(negate(&guard));
            }
        }
        if falls_through {
            self.state.status = Status::Known(true);
            arms.push(Arm { flow: Flow::Next, state: self.state.clone(), own: before, ended: Vec::new() });
        }
        self.join(arms)
    }
}

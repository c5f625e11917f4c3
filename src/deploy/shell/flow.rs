//! How commands end, guards that outlive their branch, and ways that come together.

use super::state::{State, Status};
use super::{MAX_STEPS, Shell};
use crate::model::{Guard, Why, WhyKind};

/// The most reasons for which a text is incomplete: more of them say nothing new.
const MAX_REASONS: usize = 200;

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    /// The shell ends.
    Exit,
    Return,
    /// `break` out of so many loops.
    Break(usize),
    /// `continue` in the loop that many levels up.
    Continue(usize),
}

/// How long a guard holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// Until its branch ends.
    Branch,
    /// To the end of an iteration, a loop, a function or a shell, by its depth.
    Iteration(usize),
    Loop(usize),
    Function(usize),
    Shell(usize),
}

/// One of several ways that a script can take.
pub(super) struct Arm<'a> {
    pub(super) flow: Flow,
    pub(super) state: State<'a>,
    /// The guards under which it is taken.
    pub(super) own: Vec<Guard>,
    /// The guards under which it is not: what follows has them, where it ends the script, a loop or a function.
    pub(super) ended: Vec<Guard>,
}

/// A loop that runs.
#[derive(Default)]
pub(super) struct LoopFrame<'a> {
    pub(super) continued: Vec<(State<'a>, Why)>,
    pub(super) broken: Vec<(State<'a>, Why)>,
}

/// A function that runs.
#[derive(Default)]
pub(super) struct Frame<'a> {
    pub(super) returned: Vec<(State<'a>, Why)>,
    /// Variables that are its own, with the values that come back at its end.
    pub(super) locals: Vec<(String, Option<super::state::Value>)>,
}

impl<'a> Shell<'a> {
    pub(super) fn push_guard(&mut self, guard: Guard, life: Life) {
        self.guards.push((guard, life));
    }

    /// Takes the last guard of a branch away; those that outlive it stay.
    pub(super) fn pop_guard(&mut self) {
        if let Some(at) = self.guards.iter().rposition(|(_, life)| *life == Life::Branch) {
            self.guards.remove(at);
        }
    }

    /// Puts guards on, and tells how many branches are open without them.
    pub(super) fn push_guards(&mut self, guards: &[Guard]) -> usize {
        let open = self.guards.iter().filter(|(_, life)| *life == Life::Branch).count();
        self.guards.extend(guards.iter().map(|guard| (guard.clone(), Life::Branch)));
        open
    }

    pub(super) fn pop_guards(&mut self, open: usize) {
        while self.guards.iter().filter(|(_, life)| *life == Life::Branch).count() > open {
            self.pop_guard();
        }
    }

    /// Runs what is only for failures: how it ends says nothing of the rest.
    pub(super) fn unlikely(&mut self, guard: Guard, run: impl FnOnce(&mut Self) -> Flow) -> Flow {
        let guards = self.guards.len();
        let exited = self.exited.len();
        let exit_state = self.exit_state.clone();
        let returned = self.frames.last().map_or(0, |frame| frame.returned.len());
        let (continued, broken) = self.loops.last().map_or((0, 0), |frame| (frame.continued.len(), frame.broken.len()));
        self.push_guard(guard, Life::Branch);
        let flow = run(self);
        self.guards.truncate(guards);
        self.exited.truncate(exited);
        self.exit_state = exit_state;
        if let Some(frame) = self.frames.last_mut() {
            frame.returned.truncate(returned);
        }
        if let Some(frame) = self.loops.last_mut() {
            frame.continued.truncate(continued);
            frame.broken.truncate(broken);
        }
        flow
    }

    /// A way ends the shell earlier than others do.
    pub(super) fn exit(&mut self, status: Status, state: State<'a>) {
        self.exited.push(status);
        if self.traps {
            self.spend(1 + state.variables.len() / 8);
            self.exit_state = Some(match self.exit_state.take() {
                Some(others) => others.or(state, &where_it_ends()),
                None => state,
            });
        }
    }

    /// The end of a shell, on all ways to it: what was left for it runs.
    pub(super) fn end_shell(&mut self) {
        self.end_guards(Life::Shell(self.shells));
        let status = self.state.status;
        if let Some(others) = self.exit_state.take() {
            let out = self.state.out.clone();
            self.merge(vec![others, self.state.clone()], &where_it_ends());
            self.state.out = out;
        }
        for at_exit in std::mem::take(&mut self.state.at_exit) {
            let guards: Vec<Guard> =
                at_exit.guards.into_iter().filter(|own| self.guards.iter().all(|(guard, _)| guard != own)).collect();
            let open = self.push_guards(&guards);
            self.run_text(&at_exit.commands, at_exit.origin);
            self.pop_guards(open);
        }
        self.state.status = status;
    }

    pub(super) fn end_guards(&mut self, life: Life) {
        self.guards.retain(|(_, other)| *other != life);
    }

    /// Goes on with the state of all ways that do.
    pub(super) fn join(&mut self, mut arms: Vec<Arm<'a>>) -> Flow {
        if arms.len() == 1
            && let Some(arm) = arms.pop()
        {
            self.state = arm.state;
            return arm.flow;
        }
        let why = arms
            .iter()
            .find_map(|arm| arm.own.last())
            .map_or_else(|| Why::new(WhyKind::Guarded, "it depends on a condition"), |guard| self.depends(guard));
        let going = arms.iter().filter(|arm| arm.flow == Flow::Next).count();
        if going == 0 {
            // All ways end something: those that end the least say how it goes on.
            let flow = arms.iter().map(|arm| arm.flow).min_by_key(|flow| reach(*flow)).unwrap_or(Flow::Exit);
            let (same, others): (Vec<_>, Vec<_>) = arms.into_iter().partition(|arm| arm.flow == flow);
            for arm in others {
                let life = self.life(arm.flow);
                self.leave(arm.flow, arm.state, &why);
                for guard in arm.ended {
                    self.push_guard(guard, life);
                }
            }
            self.merge(same.into_iter().map(|arm| arm.state).collect(), &why);
            return flow;
        }
        let mut states = Vec::new();
        let mut lives = Vec::new();
        let mut own = Vec::new();
        for arm in arms {
            if arm.flow == Flow::Next {
                own = arm.own;
                states.push(arm.state);
            } else {
                // That no round fails cannot be said by a guard of one of them, and a failure declares nothing.
                let fails = arm.flow == Flow::Exit && arm.state.status == Status::Known(false);
                if self.rounds == 0 || !fails {
                    lives.push((self.life(arm.flow), arm.ended));
                }
                self.leave(arm.flow, arm.state, &why);
            }
        }
        if let (1, Some((life, _))) = (going, lives.iter().max_by_key(|(life, _)| span_of(*life))) {
            let life = *life;
            for guard in own {
                self.push_guard(guard, life);
            }
        } else {
            for (life, guards) in lives {
                for guard in guards {
                    self.push_guard(guard, life);
                }
            }
        }
        self.merge(states, &why);
        Flow::Next
    }

    pub(super) fn merge(&mut self, states: Vec<State<'a>>, why: &Why) {
        let cost: usize = states.iter().map(|state| 1 + state.variables.len() / 8).sum();
        self.spend(cost);
        let mut states = states.into_iter();
        if let Some(first) = states.next() {
            self.state = states.fold(first, |joined, state| joined.or(state, why));
        }
    }

    /// Keeps the state of a way that leaves a loop or a function for the place where it goes on.
    pub(super) fn leave(&mut self, flow: Flow, state: State<'a>, why: &Why) {
        let depth = self.loops.len();
        match flow {
            Flow::Next => {}
            Flow::Exit => self.exit(state.status, state),
            Flow::Return => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.returned.push((state, why.clone()));
                }
            }
            Flow::Break(levels) => {
                if let Some(frame) = depth.checked_sub(levels.max(1)).and_then(|at| self.loops.get_mut(at)) {
                    frame.broken.push((state, why.clone()));
                }
            }
            Flow::Continue(levels) => {
                if let Some(frame) = depth.checked_sub(levels.max(1)).and_then(|at| self.loops.get_mut(at)) {
                    frame.continued.push((state, why.clone()));
                }
            }
        }
    }

    fn life(&self, flow: Flow) -> Life {
        match flow {
            Flow::Next => Life::Branch,
            Flow::Exit => Life::Shell(self.shells),
            Flow::Return if self.frames.is_empty() => Life::Shell(self.shells),
            Flow::Return => Life::Function(self.frames.len()),
            Flow::Break(levels) => Life::Loop((self.loops.len() + 1).saturating_sub(levels.max(1))),
            Flow::Continue(levels) => Life::Iteration((self.loops.len() + 1).saturating_sub(levels.max(1))),
        }
    }

    /// Counts work; true where the script is not followed any further.
    pub(super) fn spend(&mut self, steps: usize) -> bool {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > MAX_STEPS && !self.stopped {
            self.stopped = true;
            let why = Why::at(WhyKind::Limit, "the script takes too many steps to follow", self.start.clone());
            self.incomplete(why);
        }
        self.stopped
    }

    pub(super) fn incomplete(&mut self, why: Why) {
        let counts = self.silent == 0 || why.kind == WhyKind::Limit;
        if counts && self.outcome.incomplete.len() < MAX_REASONS && !self.outcome.incomplete.contains(&why) {
            self.outcome.incomplete.push(why);
        }
    }

    pub(super) fn set_status(&mut self, decided: Option<bool>) {
        self.state.status = decided.map_or(Status::Unknown, Status::Known);
    }
}

fn where_it_ends() -> Why {
    Why::new(WhyKind::Guarded, "it depends on where the shell ends")
}

fn reach(flow: Flow) -> usize {
    match flow {
        Flow::Next => 0,
        Flow::Continue(levels) => 2 * levels,
        Flow::Break(levels) => 2 * levels + 1,
        Flow::Return => usize::MAX - 1,
        Flow::Exit => usize::MAX,
    }
}

fn span_of(life: Life) -> usize {
    match life {
        Life::Branch => 0,
        Life::Iteration(_) => 1,
        Life::Loop(_) => 2,
        Life::Function(_) => 3,
        Life::Shell(_) => 4,
    }
}

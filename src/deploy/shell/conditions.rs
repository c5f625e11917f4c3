//! Blocks, `&&` and `||`: the guards under which a command runs.

use super::Reader;
use super::lexer::Token;
use super::parts::{assignment, keyword, plain};
use crate::model::Guard;

/// A compound command that is open.
pub(super) struct Block {
    pub(super) kind: BlockKind,
    /// Guards that hold inside it.
    pub(super) guards: Vec<Guard>,
    /// Unit index at which its condition starts.
    pub(super) condition: usize,
    /// True where its code leaves the script.
    pub(super) aborts: bool,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum BlockKind {
    If,
    Loop,
    Case,
    Function,
    Group,
    Subshell,
}
impl Reader<'_> {
    pub(super) fn open(&mut self, kind: BlockKind, condition: usize) {
        self.blocks.push(Block { kind, guards: Vec::new(), condition, aborts: false });
    }

    pub(super) fn close(&mut self, kinds: &[BlockKind]) {
        if !self.blocks.last().is_some_and(|block| kinds.contains(&block.kind)) {
            return;
        }
        if let Some(block) = self.blocks.pop()
            && block.aborts
            && block.kind != BlockKind::Function
            && let Some(last) = block.guards.into_iter().next_back()
        {
            self.aborts.push(Guard { negated: !last.negated, ..last });
        }
    }

    pub(super) fn condition_ends(&mut self, at: usize, is_loop: bool) {
        let Some((kind, start)) = self.blocks.last().map(|block| (block.kind, block.condition)) else { return };
        let expected = if is_loop { BlockKind::Loop } else { BlockKind::If };
        if kind != expected {
            return;
        }
        let guard = self.guard(self.text(start, at), start, at);
        if let Some(block) = self.blocks.last_mut() {
            block.guards.push(guard);
        }
    }

    pub(super) fn negate_last(&mut self) {
        if let Some(guard) = self.blocks.last_mut().and_then(|block| block.guards.last_mut()) {
            guard.negated = true;
        }
    }

    /// In a loop an assignment further down can decide a word further up.
    pub(super) fn loop_starts(&mut self, rest: &[Token]) {
        let mut depth = 1;
        let mut starts = true;
        for token in rest {
            let Token::Word { parts, .. } = token else {
                starts = true;
                continue;
            };
            match keyword(parts).filter(|_| starts) {
                Some("for" | "while" | "until" | "select") => depth += 1,
                Some("done") => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return;
            }
            if let Some((name, _)) = assignment(parts) {
                self.volatile.insert(name.trim_end_matches('+').to_owned());
            }
            starts = matches!(keyword(parts), Some("do" | "then" | "else" | "{" | "!")) && starts;
        }
    }

    /// What `&&` or `||` after a command says of the next one.
    pub(super) fn next_chain(
        &self,
        words: &[&Token],
        start: usize,
        end: usize,
        or: bool,
        before: Option<Guard>,
    ) -> Option<Guard> {
        let program = words.first().and_then(|token| match token {
            Token::Word { parts, .. } => plain(parts),
            Token::Op { .. } => None,
        });
        const SUCCEED: [&str; 14] = [
            "gcloud",
            "cd",
            "docker",
            "set",
            "export",
            "echo",
            "pip",
            "npm",
            "make",
            "mkdir",
            "cp",
            "pushd",
            "chmod",
            "terraform",
        ];
        let succeeds = words.is_empty() || program.is_some_and(|program| SUCCEED.contains(&program.as_str()));
        if succeeds && !or {
            return before;
        }
        let mut guard = self.guard(self.text(start, end), start, end);
        guard.negated = or;
        Some(guard)
    }

    pub(super) fn leave(&mut self, chain: Option<Guard>) {
        if let Some(guard) = chain {
            self.aborts.push(Guard { negated: !guard.negated, ..guard });
        } else if let Some(block) = self.blocks.last_mut() {
            block.aborts = true;
        } else {
            self.ended = true;
        }
    }

    pub(super) fn guards(&self, chain: Option<Guard>) -> Vec<Guard> {
        let blocks = self.blocks.iter().flat_map(|block| block.guards.iter().cloned());
        self.aborts.iter().cloned().chain(blocks).chain(chain).collect()
    }
}

//! `$(…)`: what a command prints.

use super::Shell;
use super::source::Source;
use super::text::{Part, Text};
use crate::model::{Why, WhyKind};

impl<'a> Shell<'a> {
    /// What a command prints.
    pub(super) fn substitute(&mut self, text: &str, source: &Source<'a>, span: (usize, usize)) -> Text {
        let inner = source.inner(text, span.0, span.1);
        let trimmed = text.trim();
        if let Some(path) = trimmed.strip_prefix('<') {
            let path = path.trim();
            let why = format!("the file {} decides it", source.line(span.0, span.1));
            return if path.is_empty() {
                Text::default()
            } else {
                Text::hole(Why::at(WhyKind::Dynamic, why, self.origin(source, span)))
            };
        }
        let program = match inner.parse() {
            Ok(program) => program,
            Err(refused) => {
                let why = Why::at(refused.kind, refused.text, self.origin(&inner, (refused.at, refused.at + 1)));
                self.incomplete(why.clone());
                return Text::hole(why);
            }
        };
        if self.depth >= super::MAX_DEPTH {
            let why = Why::at(WhyKind::Limit, "commands in commands nest too deep", self.origin(source, span));
            self.incomplete(why.clone());
            return Text::hole(why);
        }
        self.depth += 1;
        let mut out = self.subshell(|shell| {
            shell.state.out = Text::default();
            shell.state.options = shell.state.options.in_substitution();
            shell.capturing += 1;
            shell.program(&program, &inner);
            shell.capturing -= 1;
        });
        self.depth -= 1;
        while let Some(Part::Lit(last)) = out.0.last_mut() {
            let kept = last.trim_end_matches('\n').len();
            last.truncate(kept);
            if !last.is_empty() {
                break;
            }
            out.0.pop();
        }
        out.limited()
    }
}

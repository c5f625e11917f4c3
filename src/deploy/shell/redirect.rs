//! Redirections: what a command is given to read, and whether its output is seen.

use brush_parser::ast::{IoFileRedirectKind, IoFileRedirectTarget, IoRedirect};

use super::Shell;
use super::command::Streams;
use super::source::{Source, range};
use super::text::Text;

impl<'a> Shell<'a> {
    pub(super) fn redirect<'i>(
        &mut self,
        redirects: impl Iterator<Item = &'i IoRedirect>,
        source: &Source<'a>,
    ) -> Streams {
        let mut streams = Streams::default();
        for redirect in redirects {
            let mut input = None;
            let mut hides = false;
            match redirect {
                IoRedirect::HereDocument(None | Some(0), document) => {
                    let span = document.doc.loc.as_ref().map_or(self.span, range);
                    let text = if document.requires_expansion {
                        self.here_text(&document.doc.value, source, span)
                    } else {
                        source.text(&document.doc.value)
                    };
                    input = Some(Some(text));
                }
                IoRedirect::HereString(None | Some(0), word) => {
                    let mut text = self.word_text(word, source);
                    text.push_str("\n");
                    input = Some(Some(text));
                }
                IoRedirect::File(fd, kind, target) => {
                    let target = match target {
                        IoFileRedirectTarget::ProcessSubstitution(_, subshell) => {
                            let out = self.subshell(|shell| {
                                shell.state.out = Text::default();
                                shell.capturing += 1;
                                shell.list(&subshell.list, source);
                                shell.capturing -= 1;
                            });
                            Some(out)
                        }
                        _ => None,
                    };
                    match (kind, fd) {
                        (IoFileRedirectKind::Read | IoFileRedirectKind::ReadAndWrite, None | Some(0)) => {
                            input = Some(target)
                        }
                        (IoFileRedirectKind::DuplicateInput, None | Some(0)) => input = Some(None),
                        (
                            IoFileRedirectKind::Write
                            | IoFileRedirectKind::Append
                            | IoFileRedirectKind::Clobber
                            | IoFileRedirectKind::DuplicateOutput,
                            None | Some(1),
                        ) => hides = true,
                        _ => {}
                    }
                }
                IoRedirect::OutputAndError(..) => hides = true,
                _ => {}
            }
            if let Some(input) = input {
                let before = std::mem::replace(&mut self.state.input, input);
                streams.input.get_or_insert(before);
            }
            if hides && streams.out.is_none() {
                streams.out = Some(self.state.out.clone());
            }
        }
        streams
    }

    pub(super) fn restore(&mut self, streams: Streams) {
        if let Some(out) = streams.out {
            self.state.out = out;
        }
        if let Some(input) = streams.input {
            self.state.input = input;
        }
    }
}

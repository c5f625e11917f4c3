//! Texts and files that run in this shell: `eval` and `source`.

use super::command::Site;
use super::flow::{Arm, Flow, Life};
use super::source::Source;
use super::state::Arguments;
use super::text::{Field, Text};
use super::{MAX_DEPTH, Shell, caller};
use crate::model::{Guard, Origin, Why, WhyKind};

impl<'a> Shell<'a> {
    pub(super) fn eval(&mut self, arguments: &[Field], site: &Site<'_, 'a>) -> Flow {
        let mut text = Text::default();
        for (at, field) in arguments.iter().enumerate() {
            if at > 0 {
                text.push_str(" ");
            }
            match field {
                Field::Word(word) => text.append(word.clone()),
                other => text.append(Text::unknown(other.whys())),
            }
        }
        let origin = self.origin(site.source, site.span);
        let ways = match arguments {
            [Field::Either(ways, _)] => Some(ways.clone()),
            [Field::Word(text)] => text
                .options()
                .filter(|options| options.len() > 1)
                .map(|options| options.into_iter().map(Text::lit).collect())
                .or_else(|| text.ways())
                .map(|ways: Vec<Text>| ways.into_iter().map(|way| vec![Field::Word(way)]).collect()),
            _ => None,
        };
        if let Some(ways) = ways {
            return self.one_of(&ways, site, |shell, way| shell.eval(&way, site));
        }
        if text.0.first().is_some_and(|part| !matches!(part, super::text::Part::Lit(_))) {
            let why = Why::at(WhyKind::Dynamic, "the text that `eval` runs is not known", origin);
            if text.names_gcloud() || text.line().contains(" deploy") {
                self.incomplete(why.clone());
            }
            self.taint(&why);
            return Flow::Next;
        }
        self.run_text(&text, origin)
    }

    /// Runs one of several sequences of words: each is found, under a guard that says which one it is.
    pub(super) fn one_of(
        &mut self,
        ways: &[Vec<Field>],
        site: &Site<'_, 'a>,
        mut run: impl FnMut(&mut Self, Vec<Field>) -> Flow,
    ) -> Flow {
        let guard = self.guard(site.source, site.span, false);
        let before = self.state.clone();
        let mut arms = Vec::new();
        for way in ways {
            let mut shown = Text::default();
            for field in way {
                if !shown.0.is_empty() {
                    shown.push_str(" ");
                }
                shown.append(if let Field::Word(text) = field { text.clone() } else { Text::unknown(field.whys()) });
            }
            let guard = Guard { text: format!("`{}` is `{}`", guard.text, shown.line()), ..guard.clone() };
            self.state = before.clone();
            self.push_guard(guard.clone(), Life::Branch);
            let flow = run(self, way.clone());
            self.pop_guard();
            let ended = vec![super::run::negate(&guard)];
            arms.push(Arm { flow, state: self.state.clone(), own: vec![guard], ended });
        }
        self.join(arms)
    }

    /// Runs one of several texts that a text can be.
    pub(super) fn one_of_texts(&mut self, ways: Vec<Text>, source: &Source<'a>) -> Flow {
        let span = (0, source.len());
        let origin = self.origin(source, span);
        let site = Site { source, span, environment: Vec::new(), spans: Vec::new().into() };
        let ways: Vec<Vec<Field>> = ways.into_iter().map(|way| vec![Field::Word(way)]).collect();
        self.one_of(&ways, &site, |shell, way| match way.as_slice() {
            [Field::Word(text)] => shell.run_source(&Source::at_one_place(text, origin.clone())),
            _ => Flow::Next,
        })
    }

    /// Runs a text in this shell.
    pub(super) fn run_text(&mut self, text: &Text, origin: Origin) -> Flow {
        if self.depth >= MAX_DEPTH {
            self.incomplete(Why::at(WhyKind::Limit, "texts that run texts nest too deep", self.start.clone()));
            self.stopped = true;
            return Flow::Exit;
        }
        self.spend(1);
        let source = Source::at_one_place(text, origin);
        self.depth += 1;
        let flow = self.run_source(&source);
        self.depth -= 1;
        flow
    }

    pub(super) fn source(&mut self, arguments: &[Field], site: &Site<'_, 'a>) -> Flow {
        let origin = self.origin(site.source, site.span);
        let Some(Field::Word(path)) = arguments.first() else {
            let why = Why::at(WhyKind::Dynamic, "the file that is sourced is not known", origin);
            self.taint(&why);
            return Flow::Next;
        };
        let repository = self.repository;
        let resolved = path.repository_path(self.state.folder.as_deref());
        let file = match (resolved, repository) {
            (Some(path), Some(repository)) => repository.file(&path).map_err(|refusal| refusal.at(origin.clone())),
            _ => {
                let text = format!("the file `{}` that is sourced is not known", path.line());
                Err(Why::at(WhyKind::Dynamic, text, origin.clone()))
            }
        };
        let file = match file {
            Ok(file) => file,
            Err(why) => {
                self.taint(&why);
                return Flow::Next;
            }
        };
        if self.depth >= MAX_DEPTH || self.sourced.contains(file.path()) {
            let why = Why::at(WhyKind::Cycle, format!("{} sources itself", file.path()), origin);
            self.incomplete(why.clone());
            self.taint(&why);
            return Flow::Next;
        }
        let outer = (arguments.len() > 1).then(|| {
            std::mem::replace(&mut self.state.arguments, Arguments(arguments.get(1..).unwrap_or_default().to_vec()))
        });
        self.callers.push(caller("source", &origin));
        self.sourced.push(file.path().clone());
        self.depth += 1;
        self.frames.push(super::flow::Frame::default());
        let inner = super::file_source(&file);
        let flow = self.run_source(&inner);
        let depth = self.frames.len();
        self.end_guards(super::flow::Life::Function(depth));
        let frame = self.frames.pop().unwrap_or_default();
        let mut states: Vec<_> = Vec::new();
        let why = frame.returned.first().map(|(_, why)| why.clone());
        states.extend(frame.returned.into_iter().map(|(state, _)| state));
        if let Some(why) = why {
            if flow != Flow::Exit {
                states.push(self.state.clone());
            }
            self.merge(states, &why);
        }
        self.depth -= 1;
        self.sourced.pop();
        self.callers.pop();
        if let Some(outer) = outer {
            self.state.arguments = outer;
        }
        if flow == Flow::Exit { Flow::Exit } else { Flow::Next }
    }
}

//! Cloud Build pipelines: the deploys of their steps.
//!
//! A step's image decides which program its arguments are for. Substitutions are put in before a step runs: those of
//! the build are known only then, and those of the file are defaults that a trigger or `--substitutions` may replace.
//!
//! Sources: "Build configuration file schema", "Substituting variable values" of Cloud Build's documentation.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::gcloud::Defaults;
use super::pipeline::{Dollar, Place, Script, Sink, expand, hole, known, pieces};
use super::repository::{Repository, resolve};
use super::shell::{Options, Start, Unit, Variables};
use super::words::{Item, Piece, Word};
use super::yaml::{Loading, Node, Text};
use crate::model::{DeployDeclarations, SourceFile, Why, WhyKind, redact};

/// The substitutions that each build has.
const BUILT_IN: [&str; 17] = [
    "PROJECT_ID",
    "PROJECT_NUMBER",
    "LOCATION",
    "BUILD_ID",
    "TRIGGER_NAME",
    "TRIGGER_BUILD_CONFIG_PATH",
    "COMMIT_SHA",
    "REVISION_ID",
    "SHORT_SHA",
    "REPO_NAME",
    "REPO_FULL_NAME",
    "BRANCH_NAME",
    "TAG_NAME",
    "REF_NAME",
    "SERVICE_ACCOUNT",
    "SERVICE_ACCOUNT_EMAIL",
    "BUILD_TYPE",
];

/// Reads a pipeline.
pub fn read(file: &SourceFile, repository: &Repository<'_>, declarations: &mut DeployDeclarations) {
    let place = Place::new(file);
    let mut sink = Sink { repository, declarations };
    let Some(root) = sink.parse(&place, Loading::Strict) else { return };
    let substitutions = root.get("substitutions").map(Node::entries).unwrap_or_default();
    let build = Build {
        place: &place,
        defaults: substitutions.iter().map(|(name, value)| (name.value.as_str(), (name, value))).collect(),
        told: RefCell::default(),
    };
    let common = build.environment(root.at(&["options", "env"]));
    for step in root.get("steps").map(Node::elements).unwrap_or_default() {
        build.step(&mut sink, step, &common);
    }
}

struct Build<'a> {
    place: &'a Place,
    /// The substitutions of the file.
    defaults: BTreeMap<&'a str, (&'a Text, &'a Node)>,
    /// What earlier steps have told gcloud: they share its folder of configuration.
    told: RefCell<Defaults>,
}

impl Build<'_> {
    fn step(&self, sink: &mut Sink<'_>, step: &Node, common: &Variables) {
        let mut variables = common.clone();
        variables.extend(self.environment(step.get("env")));
        let folder = match step.get("dir").and_then(Node::text) {
            Some(dir) => known(&pieces(&self.units(dir))).and_then(|dir| resolve("", &dir)),
            None => Some(String::new()),
        };
        if let Some(text) = step.get("script").and_then(Node::text) {
            // Substitutions reach a script through its environment only.
            // Without a first line that names another, the shell is `/bin/sh`.
            let line = text.value.lines().next().and_then(|line| line.strip_prefix("#!"));
            if let Some(program) = line.filter(|line| !line.contains("sh")) {
                if text.value.contains("gcloud") {
                    let shown = format!("a script for `{}` is not evaluated", redact::line(program.trim()));
                    sink.incomplete(self.place.why(WhyKind::Unsupported, shown, text));
                }
                return;
            }
            let options = Options::of_command(line.unwrap_or("/bin/sh"));
            self.script(sink, &self.place.units(text), options.into(), (folder.as_deref(), &variables));
            return;
        }
        let image = step.get("name").and_then(Node::text);
        let arguments: Vec<&Text> =
            step.get("args").map(Node::one_or_more).unwrap_or_default().iter().filter_map(Node::text).collect();
        let program = match (step.get("entrypoint").and_then(Node::text), image) {
            (Some(entrypoint), _) => Some((entrypoint, base(&entrypoint.value).to_owned())),
            (None, Some(image)) if is_image(&image.value, "cloud-builders/gcloud") => {
                Some((image, "gcloud".to_owned()))
            }
            _ => None,
        };
        match program {
            Some((_, shell)) if matches!(&*shell, "bash" | "sh") => {
                self.shell(sink, &shell, &arguments, (folder.as_deref(), &variables))
            }
            Some((at, program)) => {
                let first = Word::known(program, self.place.of(at));
                self.command(sink, Some(first), &arguments, (folder.as_deref(), &variables));
            }
            None if image.is_some_and(|image| runs_arguments(&image.value)) => {
                let is_shell = |first: &Text| matches!(base(&first.value), "bash" | "sh");
                match arguments.split_first().filter(|(first, _)| is_shell(first)) {
                    Some((shell, rest)) => {
                        self.shell(sink, base(&shell.value), rest, (folder.as_deref(), &variables));
                    }
                    None => self.command(sink, None, &arguments, (folder.as_deref(), &variables)),
                }
            }
            None => self.foreign(sink, image, &arguments),
        }
    }

    /// `bash -c SCRIPT`, or `bash FILE`, which is read for itself.
    fn shell(
        &self,
        sink: &mut Sink<'_>,
        program: &str,
        arguments: &[&Text],
        (folder, variables): (Option<&str>, &Variables),
    ) {
        let words = std::iter::once(program).chain(arguments.iter().map(|argument| argument.value.as_str()));
        let (options, at) = Options::of_words(&words.map(Some).collect::<Vec<_>>());
        if let Some(text) = at.and_then(|at| arguments.get(at.checked_sub(1)?)) {
            // The word behind the text is its `$0`.
            let rest = at.and_then(|at| arguments.get(at + 1..)).unwrap_or_default();
            let rest: Vec<Item> = rest.iter().map(|text| Item::Word(self.word(text))).collect();
            self.script(sink, &self.units(text), Start { options, arguments: &rest }, (folder, variables));
        }
    }

    fn script(
        &self,
        sink: &mut Sink<'_>,
        units: &[Unit],
        start: Start<'_>,
        (folder, variables): (Option<&str>, &Variables),
    ) {
        let script = Script { units, start, variables, folder, guards: &[] };
        sink.script(&|range| self.place.origin(range), &script, &mut self.told.borrow_mut());
    }

    fn command(
        &self,
        sink: &mut Sink<'_>,
        first: Option<Word>,
        arguments: &[&Text],
        context: (Option<&str>, &Variables),
    ) {
        let words = arguments.iter().map(|text| self.word(text));
        let items: Vec<Item> = first.into_iter().chain(words).map(Item::Word).collect();
        let Some(Item::Word(program)) = items.first() else { return };
        let origin = arguments.first().map_or_else(|| program.origin.clone(), |first| self.place.of(first));
        sink.command(&items, &origin, context, &mut self.told.borrow_mut(), Vec::new());
    }

    /// A step of an image that is not known.
    fn foreign(&self, sink: &mut Sink<'_>, image: Option<&Text>, arguments: &[&Text]) {
        let Some(image) = image else { return };
        let words: Vec<&str> = arguments.iter().map(|text| text.value.as_str()).collect();
        let deploys = matches!(words.as_slice(), ["run" | "beta" | "alpha", ..]) && words.contains(&"deploy");
        if deploys || words.iter().any(|word| word.contains("gcloud run")) {
            let text = format!("what the image {} runs is not known", redact::identifier(&image.value));
            sink.incomplete(self.place.why(WhyKind::Unsupported, text, image));
        }
    }

    fn word(&self, text: &Text) -> Word {
        Word { pieces: pieces(&self.units(text)), origin: self.place.of(text) }
    }

    fn environment(&self, node: Option<&Node>) -> Variables {
        let entries = node.map(Node::elements).unwrap_or_default().iter().filter_map(Node::text);
        let one = |text: &Text| {
            let (name, _) = text.value.split_once('=')?;
            let units = self.units(text);
            Some((name.to_owned(), pieces(units.get(name.chars().count() + 1..)?)))
        };
        entries.filter_map(one).collect()
    }

    /// The characters of a scalar with substitutions.
    fn units(&self, text: &Text) -> Vec<Unit> {
        expand(&self.place.units(text), &mut |name, range| {
            let origin = || self.place.origin(range.clone());
            match name {
                Dollar::Name(name) if BUILT_IN.contains(&name.as_str()) => {
                    let text = format!("`${name}` is known only when the build runs");
                    Some(hole(Why::at(WhyKind::Environment, text, origin())))
                }
                Dollar::Name(name) if name.starts_with('_') => Some(self.substitution(name, origin())),
                // With dynamic substitutions, braces may hold what bash has there.
                Dollar::Other(inner)
                    if inner.starts_with('_') || BUILT_IN.iter().any(|name| inner.starts_with(name)) =>
                {
                    let text = format!("`${{{}}}` is known only when the build runs", redact::line(inner));
                    Some(hole(Why::at(WhyKind::Environment, text, origin())))
                }
                _ => None,
            }
        })
    }

    fn substitution(&self, name: &str, origin: crate::model::Origin) -> Vec<Piece> {
        let mut text = format!("the substitution {name} is given when the build is started");
        if let Some((_, value)) = self.defaults.get(name)
            && let Some(value) = value.word().filter(|_| !redact::is_secret_name(name))
        {
            text.push_str(&format!(", by default it is {}", redact::identifier(value)));
        }
        hole(Why::at(WhyKind::Environment, text, origin))
    }
}

fn base(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// True for an image, in any registry and version.
fn is_image(image: &str, name: &str) -> bool {
    let image = image.split('@').next().unwrap_or(image);
    let (path, last) = image.rsplit_once('/').unwrap_or(("", image));
    let last = last.split(':').next().unwrap_or(last);
    let whole = format!("{path}/{last}");
    whole == name || whole.ends_with(&format!("/{name}"))
}

/// Images that run their arguments as a command.
fn runs_arguments(image: &str) -> bool {
    ["cloudsdktool/cloud-sdk", "cloudsdktool/google-cloud-cli", "google/cloud-sdk"]
        .iter()
        .any(|name| is_image(image, name))
}

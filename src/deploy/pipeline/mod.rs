//! What the readers of pipelines share: places, texts with parts that are put in, and what a script deploys.
//!
//! One policy holds for values that the file gives and that a run may replace. A variable that the file sets is taken
//! as it is written. A default, which is there to be replaced when the pipeline is started (an input, a parameter, a
//! substitution), is not known, and the reason names it.
//!
//! | file | subject |
//! | --- | --- |
//! | `template` | expressions between marks, such as `${{ … }}` |
//! | `dollar` | variables, such as `$NAME` and `${NAME}` |

use std::collections::BTreeSet;
use std::ops::Range;

use super::commands;
use super::gcloud::{self, Defaults};
use super::repository::{Repository, resolve};
use super::shell::{self, Unit};
use super::words::{Hole, Item, Piece, Word};
use super::yaml::{self, Broken, Loading, Node, Text};
use crate::model::declared::DiagnosticLevel;
use crate::model::origin::Callers;
use crate::model::{Caller, DeployDeclarations, Diagnostic, Guard, Origin, SourceFile, Why, WhyKind, redact};

mod dollar;
mod template;

pub use dollar::{Dollar, expand};
pub use template::{Marks, chars, fill, pieces};

/// A file of a pipeline, and the calls that led to it.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub file: SourceFile,
    /// Outermost first.
    callers: Vec<Caller>,
}

impl Place {
    /// A file that is read for itself.
    pub fn new(file: &SourceFile) -> Self {
        Self { file: file.clone(), callers: Vec::new() }
    }

    /// A file that `name` at `range` of this one leads to.
    pub fn calls(&self, name: &str, range: &Range<usize>, file: SourceFile) -> Self {
        let mut callers = self.callers.clone();
        callers.push(Caller {
            name: name.to_owned(),
            file: self.file.path().clone(),
            position: self.file.position(range.start),
        });
        Self { file, callers }
    }

    /// How many calls led here.
    pub fn depth(&self) -> usize {
        self.callers.len()
    }

    /// True where the file is this one, or one that leads to it.
    pub fn passed(&self, path: &str) -> bool {
        self.file.path().as_str() == path || self.callers.iter().any(|caller| caller.file.as_str() == path)
    }

    /// The origin of a range of bytes.
    pub fn origin(&self, range: Range<usize>) -> Origin {
        self.file.origin_via(range, Callers::new(self.callers.iter().rev().cloned().collect()))
    }

    /// The origin of a scalar.
    pub fn of(&self, text: &Text) -> Origin {
        self.origin(text.range.clone())
    }

    /// The origin of a node.
    pub fn of_node(&self, node: &Node) -> Origin {
        self.origin(node.place().unwrap_or(0..0))
    }

    /// The characters of a scalar with their places.
    pub fn units(&self, text: &Text) -> Vec<Unit> {
        chars(&text.value, &yaml::offsets(text, self.file.text()), text.range.start)
    }

    /// A condition as a guard.
    pub fn guard(&self, text: &str, range: Range<usize>) -> Guard {
        let text = redact::line(&text.split_whitespace().collect::<Vec<_>>().join(" "));
        Guard { text, origin: self.origin(range), negated: false, decided: None }
    }

    /// A reason for which something at a scalar is not known.
    pub fn why(&self, kind: WhyKind, text: impl Into<String>, at: &Text) -> Why {
        Why::at(kind, text, self.of(at))
    }

    /// The folder of the file.
    pub fn folder(&self) -> &str {
        self.file.path().as_str().rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// Text that is not known, for one reason.
pub fn hole(why: Why) -> Vec<Piece> {
    vec![Piece::Hole(Hole { whys: vec![why], ..Hole::default() })]
}

/// The text of pieces, where all of it is known.
pub fn known(pieces: &[Piece]) -> Option<String> {
    let texts = pieces.iter().map(|piece| match piece {
        Piece::Lit(text) => Some(text.as_str()),
        Piece::Hole(_) => None,
    });
    texts.collect()
}

/// A shell script of a pipeline.
#[derive(Debug)]
pub struct Script<'s> {
    /// Its text.
    pub units: &'s [Unit],
    /// How its shell is started.
    pub start: shell::Start<'s>,
    /// The variables of its environment.
    pub variables: &'s shell::Variables,
    /// The folder that it runs in, from the repository's root; `None` where that is not known.
    pub folder: Option<&'s str>,
    /// The conditions under which it runs.
    pub guards: &'s [Guard],
}

/// Where what is read goes.
#[derive(Debug)]
pub struct Sink<'a> {
    /// The repository's files.
    pub repository: &'a Repository<'a>,
    /// What was found so far.
    pub declarations: &'a mut DeployDeclarations,
}

impl Sink<'_> {
    /// Notes why something may be missing, once.
    pub fn incomplete(&mut self, why: Why) {
        if !self.declarations.incomplete.contains(&why) {
            self.declarations.incomplete.push(why);
        }
    }

    /// Notes that a file cannot be read.
    pub fn broken(&mut self, place: &Place, broken: Broken) {
        let origin = place.origin(broken.at..broken.at + usize::from(!place.file.text().is_empty()));
        let kind = if broken.limit { WhyKind::Limit } else { WhyKind::ParseFailed };
        self.incomplete(Why::at(kind, broken.text.clone(), origin.clone()));
        let diagnostic = Diagnostic { level: DiagnosticLevel::Error, text: broken.text, origin: Some(origin) };
        if !self.declarations.diagnostics.contains(&diagnostic) {
            self.declarations.diagnostics.push(diagnostic);
        }
    }

    /// The first document of a file; `None` where it is broken, which is noted.
    pub fn parse(&mut self, place: &Place, loading: Loading) -> Option<Node> {
        match yaml::parse(&place.file, loading) {
            Ok(root) => Some(root),
            Err(broken) => {
                self.broken(place, broken);
                None
            }
        }
    }

    /// Adds what a script deploys. `origin` gives the place of a range of the offsets of its units, and `defaults` is what
    /// earlier scripts of the same job have told gcloud.
    pub fn script(&mut self, origin: &dyn Fn(Range<usize>) -> Origin, script: &Script<'_>, defaults: &mut Defaults) {
        let outcome = match script.folder {
            Some(folder) => {
                shell::text_in(script.units, script.start, script.variables, origin, self.repository, folder)
            }
            None => shell::read(script.units, script.start, script.variables, origin),
        };
        let context = (script.folder, script.variables);
        commands::of_shell(outcome, context, defaults, script.guards, self.repository, self.declarations);
    }

    /// Adds what one command line deploys, where these variables are set.
    pub fn command(
        &mut self,
        items: &[Item],
        origin: &Origin,
        (folder, variables): (Option<&str>, &shell::Variables),
        defaults: &mut Defaults,
        guards: Vec<Guard>,
    ) {
        defaults.observe(items, origin, &[]);
        let mut defaults = defaults.clone();
        for name in Defaults::VARIABLES {
            if let Some(pieces) = variables.get(name) {
                defaults.variable(name, Word { pieces: pieces.clone(), origin: origin.clone() });
            }
        }
        let reading = gcloud::read_with(items, origin, self.repository, &defaults);
        commands::take_in(folder, reading, guards, self.repository, self.declarations);
    }

    /// A file that another one names, relative to a folder; `None` where it is not read, which is noted at the place
    /// that names it.
    pub fn file(&mut self, from: &Place, folder: &str, name: &Text) -> Option<Place> {
        /// The longest chain of files that lead to one another.
        const MAX_DEPTH: usize = 10;
        let shown = redact::identifier(&name.value);
        let Some(path) = resolve(folder, name.value.trim_start_matches('/')) else {
            self.incomplete(from.why(WhyKind::FileUnreadable, format!("{shown} leads out of the repository"), name));
            return None;
        };
        if from.passed(&path) {
            self.incomplete(from.why(WhyKind::Cycle, format!("{path} leads to itself"), name));
            return None;
        }
        if from.depth() >= MAX_DEPTH {
            let text = format!("{path} is not read: more than {MAX_DEPTH} files lead to it");
            self.incomplete(from.why(WhyKind::Limit, text, name));
            return None;
        }
        match self.repository.file(&path) {
            Ok(file) => Some(from.calls(&path, &name.range, file)),
            Err(refusal) => {
                self.incomplete(refusal.at(from.of(name)));
                None
            }
        }
    }
}

/// True for a name that says that what it names may deploy to Cloud Run.
pub fn may_deploy(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["deploy", "cloud-run", "cloudrun", "cloud_run", "gcloud"].iter().any(|word| text.contains(word))
}

/// The names before `=` or `<<` in a script that writes variables for later steps: each of them may be one.
pub fn assigned_names(script: &str, names: &mut BTreeSet<String>) {
    for line in script.lines() {
        for (at, _) in line.match_indices(['=', '<']) {
            let before = line.get(..at).unwrap_or_default();
            let start = before.rfind(|next: char| !next.is_ascii_alphanumeric() && next != '_').map_or(0, |at| at + 1);
            if let Some(name) = before.get(start..).filter(|name| !name.is_empty()) {
                names.insert(name.to_owned());
            }
        }
    }
}

//! Makefiles: what the recipe of each target deploys.
//!
//! The text is parsed by `makefile-lossless`; recipes go through the evaluation of shell scripts, one shell a line
//! unless `.ONESHELL` is set. Every target can be run by its name, so what its recipe deploys is declared, without a
//! guard for the target.
//!
//! A plain assignment decides, whatever the environment holds; `make X=…` on the command line is not taken into account.
//! `?=` gives way to the environment, so its value is unknown, like that of a variable which the Makefile does not set.
//!
//! | file | subject |
//! | --- | --- |
//! | `read` | variables, conditionals, includes, rules |
//! | `expand` | `$(X)` and functions |
//! | `functions` | functions over known texts |
//! | `recipes` | the recipes of each target |

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::repository::Repository;
use super::words::{Hole, Piece};
use crate::model::declared::DiagnosticLevel;
use crate::model::{DeployDeclarations, Diagnostic, Guard, SourceFile, Why, WhyKind};

mod expand;
mod functions;
mod read;
mod recipes;

/// The most expansions of one Makefile.
const MAX_STEPS: usize = 100_000;
/// How deep variables, includes and conditionals are followed.
const MAX_DEPTH: usize = 32;
/// The longest text of one expansion, in bytes.
const MAX_TEXT: usize = 1 << 16;

/// Reads a Makefile.
pub fn read(file: &SourceFile, repository: &Repository<'_>, declarations: &mut DeployDeclarations) {
    let mut make = Make {
        repository,
        file: file.clone(),
        state: State::default(),
        rules: Vec::new(),
        own: BTreeMap::new(),
        guards: Vec::new(),
        one_shell: false,
        included: vec![file.path().to_string()],
        steps: 0,
        stopped: false,
        declarations,
    };
    make.file_items();
    make.targets();
}

/// The value of a variable.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    /// Text that is expanded where it is used.
    Recursive(String),
    /// Text that was expanded where it was assigned.
    Simple(Vec<Piece>),
}

#[derive(Clone, Debug, Default)]
struct State {
    variables: BTreeMap<String, Value>,
    exported: BTreeSet<String>,
    /// `export` without a name.
    exports_all: bool,
}

/// A rule with a recipe.
#[derive(Clone, Debug)]
struct Rule {
    file: SourceFile,
    targets: Vec<String>,
    /// The pattern of a static pattern rule.
    pattern: Option<String>,
    prerequisites: Vec<String>,
    /// Byte ranges of the lines of the recipe, with the guards of conditionals in it.
    lines: Vec<(Range<usize>, Vec<Guard>)>,
    guards: Vec<Guard>,
}

/// One Makefile with what it includes.
struct Make<'a> {
    repository: &'a Repository<'a>,
    /// The file that is read.
    file: SourceFile,
    state: State,
    rules: Vec<Rule>,
    /// Variables of one target: name, value, and whether it is exported.
    own: BTreeMap<String, Vec<(String, Value)>>,
    guards: Vec<Guard>,
    one_shell: bool,
    included: Vec<String>,
    steps: usize,
    stopped: bool,
    declarations: &'a mut DeployDeclarations,
}

impl Make<'_> {
    fn incomplete(&mut self, why: Why) {
        if !self.declarations.incomplete.contains(&why) {
            self.declarations.incomplete.push(why);
        }
    }

    fn broken(&mut self, text: &str, at: usize) {
        let length = usize::from(!self.file.text().is_empty());
        let origin = self.file.origin(at.min(self.file.text().len())..at + length);
        self.incomplete(Why::at(WhyKind::ParseFailed, text, origin.clone()));
        self.declarations.diagnostics.push(Diagnostic {
            level: DiagnosticLevel::Error,
            text: text.to_owned(),
            origin: Some(origin),
        });
    }

    /// Counts work; true where the Makefile is not followed any further.
    fn spend(&mut self) -> bool {
        self.steps += 1;
        if self.steps > MAX_STEPS && !self.stopped {
            self.stopped = true;
            let origin = self.file.origin(0..usize::from(!self.file.text().is_empty()));
            self.incomplete(Why::at(WhyKind::Limit, "the Makefile takes too many steps to follow", origin));
        }
        self.stopped
    }
}

fn hole(why: Why) -> Piece {
    Piece::Hole(Hole { whys: vec![why], ..Hole::default() })
}

/// The text, where all of it is known.
fn known(pieces: &[Piece]) -> Option<String> {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Lit(part) => text.push_str(part),
            Piece::Hole(_) => return None,
        }
    }
    Some(text)
}

//! Which class goes where, and what speaks against it. The result is judged by what judges the repository: it is indexed
//! again as if the class had been restored.

use std::collections::BTreeMap;

use super::merge::merge;
use super::module::{Kind, Module};
use super::text::Text;
use crate::config::TestsConfig;
use crate::files::{FileError, Folder};
use crate::model::tests::{BrokenImport, Certainty, ClassProblem, RequiredClass, TestIndex};
use crate::model::{Excerpts, Origin};
use crate::python::Version;
use crate::testinfra::glob::PathGlobs;
use crate::testinfra::roots::folder_of;
use crate::testinfra::{Asked, index, index_with};

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Names of required classes; empty for all that are missing.
    pub classes: Vec<String>,
    /// The file to take them from.
    pub from: Option<String>,
    /// The file to put them into.
    pub to: Option<String>,
    /// Restore what should not be.
    pub force: bool,
}

/// What a restore would do.
#[derive(Debug, Default)]
pub struct Plan {
    /// Classes that go back.
    pub restored: Vec<Restored>,
    /// Classes that do not, and why.
    pub refused: Vec<Refused>,
    /// Classes of which it cannot be told whether they are missing, with the reason.
    pub unclear: Vec<(String, String)>,
    /// Classes that were asked for and are there.
    pub present: Vec<(String, Origin)>,
    /// The files that change, with their content before and afterwards.
    pub files: BTreeMap<String, (Option<Vec<u8>>, Vec<u8>)>,
}

/// A class that goes back.
#[derive(Debug)]
pub struct Restored {
    /// Its name.
    pub class: String,
    /// Its place in the backup.
    pub from: Origin,
    /// The file that it goes into.
    pub to: String,
    /// What goes along with it, in words.
    pub brings: Vec<String>,
    /// Reasons against it that were overruled.
    pub despite: Vec<String>,
    /// What is still wrong with it afterwards.
    pub remains: Vec<String>,
}

/// A class that is not restored.
#[derive(Debug)]
pub struct Refused {
    /// Its name.
    pub class: String,
    /// Its place in the backup, where there is one.
    pub from: Option<Origin>,
    /// Why not.
    pub reasons: Vec<String>,
    /// Whether it could be forced.
    pub forceable: bool,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A class that is not configured.
    #[error("`{0}` is not among `tests.required_classes`; those are: {1}")]
    Unknown(String, String),
    /// A file that cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Finds out what a restore would do. Nothing is written.
///
/// # Errors
/// A class that is not required, a path that leaves the repository, a file that cannot be read.
pub fn plan(folder: &Folder, config: &TestsConfig, request: &Request) -> Result<Plan, PlanError> {
    if let Some(unknown) = request.classes.iter().find(|name| config.required_classes.iter().all(|c| c.name != **name))
    {
        let known: Vec<&str> = config.required_classes.iter().map(|class| class.name.as_str()).collect();
        return Err(PlanError::Unknown(unknown.clone(), known.join(", ")));
    }
    for path in request.from.iter().chain(&request.to) {
        folder.place(path)?;
    }
    let mut before = index(folder.root(), config, &Excerpts::default()).index;
    let mut plan = Plan::default();
    for class in before.classes.clone() {
        let asked = request.classes.contains(&class.name);
        if !asked && !request.classes.is_empty() {
            continue;
        }
        if class.problems.contains(&ClassProblem::Missing) {
            before = Step { folder, config, request, class: &class, before: &before }.run(&mut plan)?.unwrap_or(before);
        } else if let Some(place) = class.places.first() {
            if asked {
                plan.present.push((class.name.clone(), place.clone()));
            }
        } else {
            let why = before.incomplete.iter().find(|why| why.text.contains(&class.name)).or(before.incomplete.first());
            let why = why.map_or_else(|| "whether it is defined cannot be told".to_owned(), |why| why.text.clone());
            plan.unclear.push((class.name.clone(), why));
        }
    }
    Ok(plan)
}

/// One class.
struct Step<'a> {
    folder: &'a Folder,
    config: &'a TestsConfig,
    request: &'a Request,
    class: &'a RequiredClass,
    /// The repository with the classes before this one.
    before: &'a TestIndex,
}

impl Step<'_> {
    /// Adds the class to the plan; gives the repository as it would be then, where it is restored.
    fn run(&self, plan: &mut Plan) -> Result<Option<TestIndex>, PlanError> {
        let (source, why_not) = match self.source() {
            Ok(found) => found,
            Err(reason) => return Ok(self.refuse(plan, None, vec![reason], false)),
        };
        let to = match self.target(&source) {
            Ok(to) => to,
            Err(reason) => return Ok(self.refuse(plan, None, vec![reason], false)),
        };
        let old = match plan.files.get(&to) {
            Some((_, new)) => Some(new.clone()),
            None => self.folder.read(&to)?,
        };
        let attempt = match self.attempt(&source, &to, old.as_deref())? {
            Ok(attempt) => attempt,
            Err(reason) => return Ok(self.refuse(plan, None, vec![reason], false)),
        };
        let mut overlay: BTreeMap<String, Vec<u8>> =
            plan.files.iter().map(|(path, (_, new))| (path.clone(), new.clone())).collect();
        overlay.insert(to.clone(), attempt.bytes.clone());
        let asked = Asked { overlay, identities: false };
        let after = index_with(self.folder.root(), self.config, &Excerpts::default(), &asked).index;
        let (mut reasons, remains) = self.judge(&after, &to);
        reasons.splice(0..0, attempt.conflicts);
        if let Some(why_not) = why_not {
            // The same may be known by another name from the result.
            reasons.retain(|reason| !(why_not.contains("constructor") && reason.contains("constructor")));
            reasons.retain(|reason| !(why_not.contains("stub") && reason.contains("stub")));
            reasons.insert(0, why_not);
        }
        if !reasons.is_empty() && !self.request.force {
            return Ok(self.refuse(plan, Some(attempt.origin), reasons, true));
        }
        plan.restored.push(Restored {
            class: self.class.name.clone(),
            from: attempt.origin,
            to: to.clone(),
            brings: attempt.brings,
            despite: reasons,
            remains,
        });
        let first = plan.files.get(&to).map_or(old, |(first, _)| first.clone());
        plan.files.insert(to, (first, attempt.bytes));
        Ok(Some(after))
    }

    fn refuse(
        &self,
        plan: &mut Plan,
        from: Option<Origin>,
        reasons: Vec<String>,
        forceable: bool,
    ) -> Option<TestIndex> {
        plan.refused.push(Refused { class: self.class.name.clone(), from, reasons, forceable });
        None
    }

    /// The file to take the class from, and why it should not be.
    fn source(&self) -> Result<(String, Option<String>), String> {
        let candidates =
            self.class.candidates.iter().filter_map(|candidate| Some((candidate, candidate.origin.source()?)));
        let mut found = candidates.map(|(candidate, span)| (span.file.as_str().to_owned(), candidate.why_not.clone()));
        match &self.request.from {
            Some(from) => Ok(found.find(|(file, _)| file == from).unwrap_or_else(|| (from.clone(), None))),
            None => found.next().ok_or_else(|| "no backup file defines it".to_owned()),
        }
    }

    /// The file to put it into.
    fn target(&self, source: &str) -> Result<String, String> {
        let to = match &self.request.to {
            Some(to) => to.clone(),
            None => {
                let backup = self.before.backups.iter().find(|backup| backup.path.as_str() == source);
                let of = backup.and_then(|backup| backup.of.as_ref()).map(|of| of.as_str().to_owned());
                let (globs, _) = PathGlobs::new(&self.class.files);
                of.filter(|of| globs.any(of)).ok_or_else(|| {
                    format!(
                        "the file that {source} is a copy of is none of {}: say with --to where it belongs",
                        self.class.files.join(", ")
                    )
                })?
            }
        };
        if to == source {
            return Err(format!("{to} is where it is"));
        }
        if to.ends_with(".py") { Ok(to) } else { Err(format!("{to} is no Python file")) }
    }

    /// Merges the texts; the outer error is of the disk, the inner one a reason.
    fn attempt(&self, source: &str, to: &str, old: Option<&[u8]>) -> Result<Result<Attempt, String>, FileError> {
        let Some(bytes) = self.folder.read(source)? else { return Ok(Err(format!("{source} does not exist"))) };
        Ok(self.merged(source, bytes, to, old))
    }

    fn merged(&self, source: &str, bytes: Vec<u8>, to: &str, old: Option<&[u8]>) -> Result<Attempt, String> {
        let name = &self.class.name;
        let backup_text = Text::new(bytes).map_err(|reason| format!("{source} is not read: {reason}"))?;
        let backup = Module::parse(&backup_text.unix(), Version::FALLBACK)
            .map_err(|reason| format!("{source} does not parse: {reason}"))?;
        let mut conflicts = Vec::new();
        let class = backup.class(name).or_else(|| {
            let named = |kind: &Kind| matches!(kind, Kind::Function { name: found, .. } if found == name);
            backup.items.iter().rposition(|item| named(&item.kind))
        });
        let Some(class) = class else {
            return Err(format!("{source} does not define it at the top level"));
        };
        if !matches!(backup.items.get(class).map(|item| &item.kind), Some(Kind::Class(_))) {
            conflicts.push("it is itself a fixture or a function, not a test class".to_owned());
        }
        let target_text = match old {
            Some(old) => Text::new(old.to_vec()).map_err(|reason| format!("{to} is not read: {reason}"))?,
            None => backup_text.beginning(&backup.preamble())?,
        };
        if !backup_text.is_portable() {
            return Err(format!("{source} is not in UTF-8"));
        }
        let target = Module::parse(&target_text.text, Version::FALLBACK)
            .map_err(|reason| format!("{to} does not parse: {reason}"))?;
        if target.items.iter().any(|item| item.bound.contains(name)) {
            return Err(format!("{to} gives the name to something else"));
        }
        let original = self.before.backups.iter().find(|backup| backup.path.as_str() == source);
        let home = original.and_then(|backup| backup.of.as_ref()).map_or(source, |of| of.as_str());
        let merged = merge(&backup, class, &target, folder_of(home) != folder_of(to), old.is_none());
        conflicts.extend(merged.conflicts);
        let bytes = target_text.with(&merged.insertions)?;
        let file = crate::model::SourceFile::new(
            crate::model::RepoPath::new(source),
            backup_text.unix(),
            &Excerpts::default(),
        );
        let lines = backup.items.get(class).map_or(0..0, |item| item.lines.clone());
        let at = backup.text.get(lines.clone()).and_then(|text| text.find(&format!("class {name}"))).unwrap_or(0);
        let origin = file.origin(lines.start + at..lines.start + at + "class ".len() + name.len());
        Ok(Attempt { bytes, conflicts, brings: merged.brings, origin })
    }

    /// What speaks against the result, and what is still to do.
    fn judge(&self, after: &TestIndex, to: &str) -> (Vec<String>, Vec<String>) {
        let mut reasons = Vec::new();
        let mut remains = Vec::new();
        let in_target = |origin: &Origin| origin.source().is_some_and(|span| span.file.as_str() == to);
        let same = |class: &&RequiredClass| class.name == self.class.name && class.category == self.class.category;
        for problem in after.classes.iter().find(same).into_iter().flat_map(|class| &class.problems) {
            match problem {
                ClassProblem::Missing => {
                    reasons.push(format!("{to} is none of its files ({})", self.class.files.join(", ")));
                }
                ClassProblem::NotCollectable(reason) => reasons.push(format!("pytest would not collect it: {reason}")),
                ClassProblem::NoTests => reasons.push("it has no test".to_owned()),
                ClassProblem::Stub(_) => reasons.push("all its tests are stubs".to_owned()),
                ClassProblem::Unmarked(marker) => remains.push(format!("it is not marked `{marker}`")),
                ClassProblem::MethodsMissing(methods) => remains.push(format!("it lacks {}", methods.join(", "))),
            }
        }
        for error in after.parse_errors.iter().filter(|error| error.origin.as_ref().is_some_and(in_target)) {
            reasons.push(format!("{to} would not compile: {}", error.text));
        }
        let known: Vec<_> = self.before.broken.iter().map(identity).collect();
        for import in
            after.broken.iter().filter(|import| in_target(&import.origin) && !known.contains(&identity(import)))
        {
            match import.certainty {
                Certainty::Definite => reasons.push(broken(import, "does not exist any more")),
                Certainty::Environment => reasons.push(broken(import, "is not among the declared dependencies")),
                certainty => remains.push(broken(import, &format!("may not exist ({})", certainty.word()))),
            }
        }
        (reasons, remains)
    }
}

struct Attempt {
    bytes: Vec<u8>,
    conflicts: Vec<String>,
    brings: Vec<String>,
    origin: Origin,
}

/// An import by what it is, not by its line, which a restore moves.
fn identity(import: &BrokenImport) -> (Option<&str>, &str, Option<&str>, Certainty) {
    let file = import.origin.source().map(|span| span.file.as_str());
    (file, &import.module, import.symbol.as_deref(), import.certainty)
}

fn broken(import: &BrokenImport, what: &str) -> String {
    let name = import.symbol.as_ref().map_or_else(
        || format!("`import {}`", import.module),
        |symbol| format!("`from {} import {symbol}`", import.module),
    );
    let went = import.suggestion.as_ref().map(|suggestion| match &suggestion.symbol {
        Some(symbol) => format!("; it may be {symbol} of {} now", suggestion.module),
        None => format!("; it may be {} now", suggestion.module),
    });
    format!("what {name} names {what}{}", went.unwrap_or_default())
}

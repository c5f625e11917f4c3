//! GitHub workflows: the deploys that their `run` steps hold.
//!
//! `env` of workflow, job and step and `matrix` lists are followed; `vars`, `secrets`, `inputs`, `github` and outputs
//! are known only when the workflow runs. An `if` of a job or step is a guard; triggers are not.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::commands;
use super::repository::Repository;
use super::shell::{self, Unit, UnitKind};
use super::words::{Hole, Piece};
use super::yaml::{self, Node, Text};
use crate::model::declared::DiagnosticLevel;
use crate::model::{DeployDeclarations, Diagnostic, Guard, Origin, SourceFile, Why, WhyKind, redact};

/// The most combinations of a matrix that are followed.
const MAX_COMBINATIONS: usize = 256;

/// Reads a workflow.
pub fn read(file: &SourceFile, repository: &Repository<'_>, declarations: &mut DeployDeclarations) {
    let root = match yaml::parse(file) {
        Ok(root) => root,
        Err(broken) => {
            let origin = file.origin(broken.at..broken.at + usize::from(!file.text().is_empty()));
            let kind = if broken.limit { WhyKind::Limit } else { WhyKind::ParseFailed };
            declarations.incomplete.push(Why::at(kind, broken.text.clone(), origin.clone()));
            declarations.diagnostics.push(Diagnostic {
                level: DiagnosticLevel::Error,
                text: broken.text,
                origin: Some(origin),
            });
            return;
        }
    };
    let mut reader = Reader { file, repository, declarations };
    let environment = reader.environment(root.get("env"), &Scope::default());
    let scope = Scope { environment, ..Scope::default() };
    let shell = default_shell(&root).cloned();
    for (_, job) in root.get("jobs").map(Node::entries).unwrap_or_default() {
        reader.job(job, &scope, shell.as_ref());
    }
}

struct Reader<'a> {
    file: &'a SourceFile,
    repository: &'a Repository<'a>,
    declarations: &'a mut DeployDeclarations,
}

/// What expressions can refer to.
#[derive(Clone, Debug, Default)]
struct Scope {
    environment: BTreeMap<String, Vec<Piece>>,
    /// Values of the matrix; where the matrix is not known, every name is unknown.
    matrix: BTreeMap<String, Vec<Piece>>,
    /// Variables that an earlier step writes to `$GITHUB_ENV`.
    rewritten: BTreeSet<String>,
}

fn default_shell(node: &Node) -> Option<&Text> {
    node.get("defaults")?.get("run")?.get("shell")?.text()
}

impl Reader<'_> {
    fn origin(&self, range: Range<usize>) -> Origin {
        self.file.origin(range)
    }

    fn job(&mut self, job: &Node, workflow: &Scope, shell: Option<&Text>) {
        let Some(guards) = self.condition(job) else { return };
        let shell = default_shell(job).or(shell);
        for matrix in self.matrix(job.get("strategy").and_then(|strategy| strategy.get("matrix")), workflow) {
            let mut scope = Scope { matrix, ..workflow.clone() };
            let environment = self.environment(job.get("env"), &scope);
            scope.environment.extend(environment);
            for step in job.get("steps").map(Node::elements).unwrap_or_default() {
                self.step(step, &mut scope, &guards, shell);
            }
        }
    }

    fn step(&mut self, step: &Node, job: &mut Scope, guards: &[Guard], shell: Option<&Text>) {
        let Some(own) = self.condition(step) else { return };
        let guards: Vec<Guard> = guards.iter().cloned().chain(own).collect();
        if let Some(uses) = step.get("uses").and_then(Node::text)
            && uses.value.starts_with("google-github-actions/deploy-cloudrun")
        {
            let origin = self.origin(uses.range.clone());
            self.incomplete(
                WhyKind::Unsupported,
                "the action google-github-actions/deploy-cloudrun is not evaluated",
                origin,
            );
        }
        let Some(run) = step.get("run").and_then(Node::text) else { return };
        let mut scope = job.clone();
        let environment = self.environment(step.get("env"), &scope);
        scope.environment.extend(environment);
        let shell = step.get("shell").and_then(Node::text).or(shell);
        let other = shell.filter(|shell| !matches!(shell.value.split_whitespace().next(), Some("bash" | "sh") | None));
        if let Some(other) = other {
            if run.value.contains("gcloud") {
                let origin = self.origin(other.range.clone());
                let text = format!("a step for the shell `{}` is not evaluated", other.value);
                self.incomplete(WhyKind::Unsupported, &text, origin);
            }
            return;
        }
        self.run(run, &scope, &guards);
        if run.value.contains("GITHUB_ENV") {
            rewritten_names(&run.value, &mut job.rewritten);
            for name in &job.rewritten {
                job.environment.remove(name);
            }
        }
    }

    fn run(&mut self, run: &Text, scope: &Scope, guards: &[Guard]) {
        let units = self.units(run, scope);
        let file = self.file;
        let outcome = shell::read(&units, &scope.environment, &|range| file.origin(range));
        self.declarations.incomplete.extend(outcome.incomplete);
        for command in outcome.commands {
            let guards = guards.iter().cloned().chain(command.guards).collect();
            commands::add(&command.items, &command.origin, guards, self.repository, self.declarations);
        }
    }

    fn incomplete(&mut self, kind: WhyKind, text: &str, origin: Origin) {
        self.declarations.incomplete.push(Why::at(kind, text, origin));
    }

    /// The guard of an `if`; `None` where it never holds.
    fn condition(&self, node: &Node) -> Option<Vec<Guard>> {
        let Some(text) = node.get("if").and_then(Node::text) else { return Some(Vec::new()) };
        let inner = text.value.trim();
        let inner = inner.strip_prefix("${{").and_then(|inner| inner.strip_suffix("}}")).unwrap_or(inner).trim();
        match inner {
            "false" => None,
            // What the workflow does after a failure is no declaration, but these do not depend on one.
            "true" | "always()" | "success()" | "!cancelled()" | "success() || failure()" | "" => Some(Vec::new()),
            _ => Some(vec![Guard {
                text: redact::line(&inner.split_whitespace().collect::<Vec<_>>().join(" ")),
                origin: self.origin(text.range.start..text.range.start + text.value.len().max(1)),
                negated: false,
                decided: None,
            }]),
        }
    }

    fn environment(&self, node: Option<&Node>, scope: &Scope) -> BTreeMap<String, Vec<Piece>> {
        let Some(node) = node else { return BTreeMap::new() };
        let entries = node.entries().iter().filter_map(|(name, value)| {
            let value = value.text()?;
            let pieces = match scope.rewritten.contains(&name.value) {
                // A step's own `env` wins over what earlier steps wrote.
                _ if !value.value.contains("${{") => vec![Piece::Lit(value.value.clone())],
                _ => pieces(&self.units(value, scope)),
            };
            Some((name.value.clone(), pieces))
        });
        entries.collect()
    }

    /// The characters of a scalar, with expressions replaced as far as they are known.
    fn units(&self, text: &Text, scope: &Scope) -> Vec<Unit> {
        let offsets = yaml::offsets(text, self.file.text());
        let characters: Vec<char> = text.value.chars().collect();
        let mut units = Vec::with_capacity(characters.len());
        let last_close = characters.windows(2).rposition(|pair| pair == ['}', '}']).unwrap_or(0);
        let mut at = 0;
        while let Some(character) = characters.get(at) {
            let offset = offsets.get(at).copied().unwrap_or(text.range.start);
            let rest = characters.get(at..).unwrap_or_default();
            let end = (at < last_close && rest.starts_with(&['$', '{', '{']))
                .then(|| rest.windows(2).skip(3).position(|pair| pair == ['}', '}']).map(|index| index + 3));
            if let Some(Some(end)) = end {
                let inner: String = rest.get(3..end).unwrap_or_default().iter().collect();
                let last = offsets.get(at + end + 1).copied().unwrap_or(offset);
                for piece in self.expression(inner.trim(), scope, offset..last + 1) {
                    match piece {
                        Piece::Lit(text) => {
                            units.extend(text.chars().map(|character| Unit { kind: UnitKind::Char(character), offset }))
                        }
                        Piece::Hole(hole) => units.push(Unit { kind: UnitKind::Hole(hole), offset }),
                    }
                }
                at += end + 2;
                continue;
            }
            units.push(Unit { kind: UnitKind::Char(*character), offset });
            at += 1;
        }
        units
    }

    fn expression(&self, text: &str, scope: &Scope, range: Range<usize>) -> Vec<Piece> {
        let known = match text.split_once('.') {
            Some(("env", name)) => scope.environment.get(name),
            Some(("matrix", name)) => scope.matrix.get(name),
            _ => None,
        };
        if let Some(pieces) = known {
            return pieces.clone();
        }
        if let Some(literal) =
            text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).filter(|text| !text.contains('\''))
        {
            return vec![Piece::Lit(literal.to_owned())];
        }
        let why = format!("`{}` is known only when the workflow runs", redact::line(text));
        let why = Why::at(WhyKind::Environment, why, self.origin(range));
        vec![Piece::Hole(Hole { whys: vec![why], options: Vec::new() })]
    }

    /// The combinations of a matrix; one empty one where there is none or it is not known.
    fn matrix(&mut self, node: Option<&Node>, scope: &Scope) -> Vec<BTreeMap<String, Vec<Piece>>> {
        type Combination = BTreeMap<String, Vec<Piece>>;
        let Some(node) = node else { return vec![Combination::new()] };
        let Node::Map(axes) = node else { return vec![Combination::new()] };
        let mut combinations = vec![Combination::new()];
        let mut axis_names = BTreeSet::new();
        for (name, values) in axes {
            if name.value == "include" || name.value == "exclude" {
                continue;
            }
            // An axis that is an expression: its values are not known, and neither is their number.
            let Node::List(values) = values else { continue };
            axis_names.insert(name.value.clone());
            let mut next = Vec::new();
            for combination in &combinations {
                for value in values {
                    let mut combination = combination.clone();
                    self.bind(&mut combination, &name.value, value, scope);
                    next.push(combination);
                }
            }
            combinations = next;
            if combinations.len() > MAX_COMBINATIONS {
                let origin = self.origin(name.range.clone());
                self.incomplete(WhyKind::Limit, "the matrix has too many combinations", origin);
                combinations.truncate(MAX_COMBINATIONS);
            }
        }
        for excluded in node.get("exclude").map(Node::elements).unwrap_or_default() {
            let mut pattern = Combination::new();
            for (name, value) in excluded.entries() {
                self.bind(&mut pattern, &name.value, value, scope);
            }
            combinations
                .retain(|combination| !pattern.iter().all(|(name, value)| combination.get(name) == Some(value)));
        }
        let original = combinations.len();
        let mut alone = axis_names.is_empty();
        for included in node.get("include").map(Node::elements).unwrap_or_default() {
            let mut entry = Combination::new();
            for (name, value) in included.entries() {
                self.bind(&mut entry, &name.value, value, scope);
            }
            if std::mem::take(&mut alone) {
                combinations.clear();
            }
            let mut placed = false;
            if !axis_names.is_empty() {
                for combination in combinations.iter_mut().take(original) {
                    let fits = entry
                        .iter()
                        .all(|(name, value)| !axis_names.contains(name) || combination.get(name) == Some(value));
                    if fits {
                        combination.extend(entry.clone());
                        placed = true;
                    }
                }
            }
            if !placed {
                combinations.push(entry);
            }
        }
        combinations.truncate(MAX_COMBINATIONS);
        combinations
    }

    /// Binds `name`, and for a map `name.key`.
    fn bind(&self, combination: &mut BTreeMap<String, Vec<Piece>>, name: &str, value: &Node, scope: &Scope) {
        match value {
            Node::Scalar(text) => {
                combination.insert(name.to_owned(), pieces(&self.units(text, scope)));
            }
            Node::Map(entries) => {
                for (key, value) in entries {
                    if let Node::Scalar(text) = value {
                        combination.insert(format!("{name}.{}", key.value), pieces(&self.units(text, scope)));
                    }
                }
            }
            Node::List(_) => {}
        }
    }
}

fn pieces(units: &[Unit]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for unit in units {
        match (&unit.kind, pieces.last_mut()) {
            (UnitKind::Char(character), Some(Piece::Lit(text))) => text.push(*character),
            (UnitKind::Char(character), _) => pieces.push(Piece::Lit(character.to_string())),
            (UnitKind::Hole(hole), _) => pieces.push(Piece::Hole(hole.clone())),
        }
    }
    pieces
}

/// The names before `=` or `<<` in a script that writes `$GITHUB_ENV`.
fn rewritten_names(script: &str, names: &mut BTreeSet<String>) {
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

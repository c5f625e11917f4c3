//! Variables, conditionals, includes and rules of a Makefile, in the order of its lines.

use std::panic::{AssertUnwindSafe, catch_unwind};

use makefile_lossless::{
    BranchKind, Conditional, ConditionalBranch, ConditionalItem, ConditionalKind, Makefile, MakefileItem,
    MakefileVariant, Parse, Rule as RuleNode, VariableDefinition,
};

use super::{MAX_DEPTH, Make, Rule, State, Value, hole, known};
use crate::deploy::repository::resolve;
use crate::deploy::words::{Hole, Piece};
use crate::model::{Guard, Why, WhyKind, redact};

const GNU: MakefileVariant = MakefileVariant::GNUMake;

impl Make<'_> {
    /// Reads the items of the current file.
    pub(super) fn file_items(&mut self) {
        let text = self.file.shared_text();
        let nested = text.lines().map(str::trim_start).filter(|line| line.starts_with("if")).count();
        if nested > 2_000 {
            return self.broken("the Makefile has too many conditionals", 0);
        }
        let parsed = catch_unwind(AssertUnwindSafe(|| {
            let parsed = Parse::<Makefile>::parse_makefile_with_variant(&text, GNU);
            let error = parsed.positioned_errors().first().map(|error| usize::from(error.range.start()));
            (parsed.tree(), error)
        }));
        match parsed {
            Ok((tree, error)) => {
                if let Some(at) = error {
                    self.broken("the Makefile does not parse", at);
                }
                let items: Vec<MakefileItem> = tree.items().collect();
                for item in &items {
                    self.item(item, 0);
                }
            }
            Err(_) => self.broken("the Makefile could not be parsed", 0),
        }
    }

    fn item(&mut self, item: &MakefileItem, depth: usize) {
        if self.spend() {
            return;
        }
        match item {
            MakefileItem::Variable(variable) => self.assign(variable),
            MakefileItem::Rule(rule) => self.rule(rule),
            MakefileItem::Include(include) => {
                let paths: Vec<String> = include.paths().collect();
                let at = usize::from(include.text_range().start());
                for path in paths {
                    self.include(&path, at);
                }
            }
            MakefileItem::Conditional(conditional) => self.conditional(conditional, depth),
            MakefileItem::ExpressionStatement(_) | MakefileItem::ForLoop(_) => {
                let range = item.text_range();
                let (start, end) = (usize::from(range.start()), usize::from(range.end()));
                let text = self.file.text().get(start..end).unwrap_or_default().to_owned();
                let expands = self.expand(&text, 0).iter().any(|(_, piece)| match piece {
                    Piece::Lit(text) => text.contains("gcloud"),
                    Piece::Hole(_) => false,
                });
                // Rules that make builds while it reads.
                let builds = text.contains("eval") && (expands || self.defines_gcloud());
                if builds || text.contains("gcloud") {
                    let why = "what `eval` adds to the Makefile is not evaluated";
                    self.incomplete(Why::at(WhyKind::Unsupported, why, self.file.origin(start..end)));
                }
            }
            _ => {}
        }
    }

    /// True where a variable of several lines runs gcloud: it may be the template of a rule.
    fn defines_gcloud(&self) -> bool {
        self.state.variables.values().any(|value| match value {
            Value::Recursive(text) => text.contains("gcloud") && text.contains('\n'),
            Value::Simple(_) => false,
        })
    }

    fn assign(&mut self, variable: &VariableDefinition) {
        let start = usize::from(variable.text_range().start());
        if variable.is_undefine() {
            for name in variable.names() {
                self.state.variables.insert(name, Value::Simple(Vec::new()));
            }
            return;
        }
        if variable.is_export() && variable.assignment_operator().is_none() && !variable.is_define() {
            let names: Vec<String> = variable.names().collect();
            self.state.exports_all |= names.is_empty();
            self.state.exported.extend(names);
            return;
        }
        let Some(name) = variable.name() else { return };
        let name = match known(&self.plain(&name)) {
            Some(name) => name,
            None => return self.forget("a variable whose name is not known is assigned", start),
        };
        if variable.is_export() {
            self.state.exported.insert(name.clone());
        }
        let text = variable.value_for(GNU).unwrap_or_default();
        let operator = variable.assignment_operator().unwrap_or_else(|| "=".to_owned());
        let text = if variable.is_define() { text } else { text.trim_start().to_owned() };
        let before = self.state.variables.get(&name).cloned();
        if let Some(value) = self.value(&name, &operator, text, before, start) {
            self.state.variables.insert(name, value);
        }
    }

    /// What an assignment gives; `None` where it changes nothing.
    fn value(&mut self, name: &str, operator: &str, text: String, before: Option<Value>, at: usize) -> Option<Value> {
        let origin = self.file.origin(at..at + 1);
        Some(match operator {
            "=" => Value::Recursive(text),
            ":=" | "::=" | ":::=" => Value::Simple(self.plain(&text)),
            "?=" if before.is_some() => return None,
            "?=" => {
                let mut shown = text.clone();
                shown.truncate(shown.char_indices().nth(60).map_or(shown.len(), |(at, _)| at));
                let text =
                    format!("the environment variable {name} decides it; its default is `{}`", redact::line(&shown));
                Value::Simple(vec![hole(Why::at(WhyKind::Environment, text, origin))])
            }
            "+=" => match before {
                Some(Value::Recursive(before)) => Value::Recursive(format!("{before} {text}")),
                Some(Value::Simple(mut pieces)) => {
                    pieces.push(Piece::Lit(" ".to_owned()));
                    pieces.extend(self.plain(&text));
                    Value::Simple(pieces)
                }
                None => {
                    let why = format!("the environment variable {name} decides it");
                    let mut pieces = vec![hole(Why::at(WhyKind::Environment, why, origin)), Piece::Lit(" ".to_owned())];
                    pieces.extend(self.plain(&text));
                    Value::Simple(pieces)
                }
            },
            _ => Value::Simple(vec![hole(Why::at(WhyKind::Dynamic, "the output of a command decides it", origin))]),
        })
    }

    /// Any variable may have another value than the one that was read.
    fn forget(&mut self, text: &str, at: usize) {
        let why = Why::at(WhyKind::Dynamic, text, self.file.origin(at..at + 1));
        for value in self.state.variables.values_mut() {
            *value = Value::Simple(vec![hole(why.clone())]);
        }
    }

    fn include(&mut self, path: &str, at: usize) {
        let written = known(&self.plain(path));
        for path in written.as_deref().unwrap_or(path).split_whitespace() {
            let resolved = written.as_ref().and_then(|_| resolve(self.file.path().parent(), path));
            let Some(resolved) = resolved.filter(|path| !path.contains(['*', '?', '$'])) else {
                self.forget("a file that is included is not known", at);
                continue;
            };
            let cycle = self.included.contains(&resolved) || self.included.len() > MAX_DEPTH;
            let file = match self.repository.file(&resolved) {
                Ok(file) if !cycle => file,
                Ok(_) => continue,
                Err(refusal) => {
                    self.forget(&refusal.text, at);
                    continue;
                }
            };
            self.included.push(resolved);
            let outer = std::mem::replace(&mut self.file, file);
            self.file_items();
            self.file = outer;
        }
    }

    fn conditional(&mut self, conditional: &Conditional, depth: usize) {
        if depth > MAX_DEPTH {
            let at = usize::from(conditional.text_range().start());
            let why = Why::at(WhyKind::Limit, "conditionals nest too deep", self.file.origin(at..at + 1));
            return self.incomplete(why);
        }
        let branches: Vec<ConditionalBranch> = conditional.branches().collect();
        self.branches(&branches, &mut |make, item, _| {
            if let ConditionalItem::Item(item) = item {
                make.item(item, depth + 1);
            }
        });
    }

    /// Reads the branches that can be taken; `read` is given each item with the guards of its branch.
    fn branches(
        &mut self,
        branches: &[ConditionalBranch],
        read: &mut dyn FnMut(&mut Self, &ConditionalItem, &[Guard]),
    ) {
        let mut states: Vec<State> = Vec::new();
        let mut own = Vec::new();
        let open = self.guards.len();
        let mut before: Vec<Guard> = Vec::new();
        let start = self.state.clone();
        let mut falls_through = true;
        for branch in branches {
            self.state = start.clone();
            let decided = self.decide(branch);
            if decided == Some(false) {
                continue;
            }
            let range = branch.directive_range();
            let (from, to) = (usize::from(range.start()), usize::from(range.end()));
            let line =
                self.file.text().get(from..to).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
            let line = line.strip_prefix("else ").unwrap_or(&line);
            let guard =
                Guard { text: redact::line(line), origin: self.file.origin(from..to), negated: false, decided: None };
            self.guards.extend(before.iter().cloned());
            if decided.is_none() {
                self.guards.push(guard.clone());
                before.push(Guard { negated: true, ..guard.clone() });
            }
            let guards = self.guards.get(open..).unwrap_or_default().to_vec();
            let items: Vec<ConditionalItem> = branch.items().collect();
            for item in &items {
                read(self, item, &guards);
            }
            self.guards.truncate(open);
            states.push(std::mem::take(&mut self.state));
            own.push(guard);
            if decided == Some(true) {
                falls_through = false;
                break;
            }
        }
        if falls_through {
            states.push(start);
        }
        let why = own
            .first()
            .map(|guard| Why::at(WhyKind::Guarded, format!("it depends on `{}`", guard.text), guard.origin.clone()));
        let mut states = states.into_iter();
        self.state = states.next().unwrap_or_default();
        for other in states {
            self.join(other, why.clone());
        }
    }

    fn join(&mut self, other: State, why: Option<Why>) {
        let why = why.unwrap_or_else(|| Why::new(WhyKind::Guarded, "it depends on a condition"));
        let names: std::collections::BTreeSet<String> =
            self.state.variables.keys().chain(other.variables.keys()).cloned().collect();
        for name in names {
            let (ours, theirs) = (self.state.variables.get(&name).cloned(), other.variables.get(&name).cloned());
            if ours == theirs {
                continue;
            }
            let text = |make: &mut Self, value: &Option<Value>| match value {
                Some(Value::Simple(pieces)) => known(pieces),
                Some(Value::Recursive(text)) => known(&make.plain(text)),
                None => None,
            };
            let (a, b) = (text(self, &ours), text(self, &theirs));
            let options = match (a, b) {
                (Some(a), Some(b)) => vec![a, b],
                _ => Vec::new(),
            };
            let hole = Piece::Hole(Hole { whys: vec![why.clone()], options, ..Hole::default() });
            self.state.variables.insert(name, Value::Simple(vec![hole]));
        }
        self.state.exported.extend(other.exported);
        self.state.exports_all |= other.exports_all;
    }

    /// Whether a branch is taken; `None` where that is not known.
    fn decide(&mut self, branch: &ConditionalBranch) -> Option<bool> {
        let kind = match branch.branch_kind()? {
            BranchKind::Else => return Some(true),
            BranchKind::Conditional(kind) => kind,
            _ => return None,
        };
        match kind {
            ConditionalKind::Ifeq | ConditionalKind::Ifneq => {
                let (a, b) = branch.ifeq_args_for(GNU)?;
                let (a, b) = (self.plain(&a), self.plain(&b));
                let equal = match (known(&a), known(&b)) {
                    (Some(a), Some(b)) => Some(a == b),
                    _ => None,
                };
                equal.map(|equal| equal == (kind == ConditionalKind::Ifeq))
            }
            ConditionalKind::Ifdef | ConditionalKind::Ifndef => {
                let name = branch.condition_for(GNU)?;
                let name = known(&self.plain(name.trim()))?;
                let defined = match self.state.variables.get(&name)? {
                    Value::Recursive(text) => Some(!text.is_empty()),
                    Value::Simple(pieces) => known(pieces).map(|text| !text.is_empty()),
                };
                defined.map(|defined| defined == (kind == ConditionalKind::Ifdef))
            }
            _ => None,
        }
    }

    fn rule(&mut self, rule: &RuleNode) {
        let written: Vec<String> = rule.targets_for(GNU).collect();
        let targets = self.names(&written);
        if let Some(variable) = rule.scoped_assignment() {
            return self.scoped(&targets, &variable);
        }
        if targets.iter().any(|target| target == ".ONESHELL") {
            self.one_shell = true;
        }
        if targets.iter().any(|target| target == ".EXPORT_ALL_VARIABLES") {
            self.state.exports_all = true;
        }
        let written: Vec<String> = rule.prerequisites_for(GNU).chain(rule.order_only_prerequisites()).collect();
        let prerequisites = self.names(&written);
        let mut lines = Vec::new();
        let items: Vec<ConditionalItem> = rule.body_items().collect();
        for item in &items {
            self.recipe_item(item, &[], &mut lines, 0);
        }
        self.rules.push(Rule {
            file: self.file.clone(),
            targets,
            pattern: rule.static_pattern_for(GNU),
            prerequisites,
            lines,
            guards: self.guards.clone(),
        });
    }

    fn recipe_item(
        &mut self,
        item: &ConditionalItem,
        guards: &[Guard],
        lines: &mut Vec<(std::ops::Range<usize>, Vec<Guard>)>,
        depth: usize,
    ) {
        match item {
            ConditionalItem::Recipe(recipe) => {
                let range = recipe.text_range();
                lines.push((usize::from(range.start())..usize::from(range.end()), guards.to_vec()));
            }
            ConditionalItem::Item(MakefileItem::Conditional(conditional)) if depth <= MAX_DEPTH => {
                let branches: Vec<ConditionalBranch> = conditional.branches().collect();
                let mut found = Vec::new();
                self.branches(&branches, &mut |make, item, inner| {
                    let all: Vec<Guard> = guards.iter().chain(inner).cloned().collect();
                    make.recipe_item(item, &all, &mut found, depth + 1);
                });
                lines.extend(found);
            }
            ConditionalItem::Item(item) => self.item(item, depth),
            _ => {}
        }
    }

    /// Names of targets; one that is not known is left as it is written.
    fn names(&mut self, written: &[String]) -> Vec<String> {
        let mut names = Vec::new();
        for text in written {
            match known(&self.plain(text)) {
                Some(text) => names.extend(text.split_whitespace().map(str::to_owned)),
                None => names.push(text.clone()),
            }
        }
        names
    }

    fn scoped(&mut self, targets: &[String], variable: &VariableDefinition) {
        let Some(name) = variable.name() else { return };
        let start = usize::from(variable.text_range().start());
        let text = variable.value_for(GNU).unwrap_or_default();
        let operator = variable.assignment_operator().unwrap_or_else(|| "=".to_owned());
        for target in targets {
            let own = self.own.get(target).and_then(|own| own.iter().rev().find(|(own, _)| *own == name));
            let before = own.map(|(_, value)| value.clone()).or_else(|| self.state.variables.get(&name).cloned());
            let value = if self.guards.is_empty() {
                self.value(&name, &operator, text.trim_start().to_owned(), before, start)
            } else {
                let why = "it depends on a conditional of the Makefile";
                let why = Why::at(WhyKind::Guarded, why, self.file.origin(start..start + 1));
                Some(Value::Simple(vec![hole(why)]))
            };
            if let Some(value) = value {
                self.own.entry(target.clone()).or_default().push((name.clone(), value));
            }
        }
        if variable.is_export() {
            self.state.exported.insert(name);
        }
    }
}

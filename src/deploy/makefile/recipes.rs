//! The recipes of each target, as shell texts.

use std::collections::{BTreeMap, BTreeSet};

use super::functions::stem;
use super::{Make, Rule, State, Value, hole, known};
use crate::deploy::gcloud::Defaults;
use crate::deploy::shell::{Options, Unit, UnitKind};
use crate::deploy::words::Piece;
use crate::deploy::{commands, shell};
use crate::model::{Guard, Why, WhyKind};

impl Make<'_> {
    /// Reads the recipe of every target.
    pub(super) fn targets(&mut self) {
        let rules = std::mem::take(&mut self.rules);
        let named: BTreeSet<String> =
            rules.iter().flat_map(|rule| rule.prerequisites.iter().chain(&rule.targets)).cloned().collect();
        let global = self.state.clone();
        for rule in &rules {
            if rule.lines.is_empty() {
                continue;
            }
            for target in &rule.targets {
                let pattern = rule.pattern.as_deref().unwrap_or(target);
                let instances: Vec<&String> = if target.contains('%') {
                    named.iter().filter(|name| !name.contains('%') && stem(target, name).is_some()).collect()
                } else {
                    vec![target]
                };
                if instances.is_empty() {
                    self.target(rule, target, None, &rules, &global);
                }
                for instance in instances {
                    self.target(rule, instance, stem(pattern, instance), &rules, &global);
                }
            }
        }
    }

    fn target(&mut self, rule: &Rule, target: &str, stem: Option<&str>, rules: &[Rule], global: &State) {
        if self.spend() {
            return;
        }
        self.state = global.clone();
        self.file = rule.file.clone();
        self.inherited(target, rules);
        for (name, value) in self.own.get(target).cloned().unwrap_or_default() {
            self.state.variables.insert(name, value);
        }
        let runtime = |name: &str| {
            Value::Simple(vec![hole(Why::new(
                WhyKind::Dynamic,
                format!("the target that is made decides `$({name})`"),
            ))])
        };
        let generic = target.contains(['%', '$']);
        let text = |text: &str| Value::Simple(vec![Piece::Lit(text.to_owned())]);
        self.state.variables.insert("@".to_owned(), if generic { runtime("@") } else { text(target) });
        self.state.variables.insert(
            "*".to_owned(),
            match stem {
                Some(stem) if !generic && !stem.is_empty() => text(stem),
                _ => runtime("*"),
            },
        );
        for name in ["<", "^", "+", "?", "|"] {
            self.state.variables.insert(name.to_owned(), runtime(name));
        }
        let shell = match self.state.variables.get("SHELL").cloned() {
            Some(Value::Recursive(text)) => known(&self.plain(&text)),
            Some(Value::Simple(pieces)) => known(&pieces),
            None => Some("/bin/sh".to_owned()),
        };
        let is_shell = shell.as_deref().is_some_and(|shell| {
            let program = shell.split_whitespace().next().unwrap_or_default();
            matches!(program.rsplit('/').next(), Some("sh" | "bash" | "dash" | "zsh" | "ksh"))
                || shell.starts_with("/usr/bin/env bash")
        });
        let options = self.options(shell.as_deref().unwrap_or_default());
        let variables = self.environment();
        let mut script: Vec<Unit> = Vec::new();
        let mut script_guards: Vec<Guard> = Vec::new();
        for (range, guards) in &rule.lines {
            let written = rule.file.text().get(range.clone()).unwrap_or_default().to_owned();
            if !is_shell {
                if written.contains("gcloud") {
                    let why = "a recipe for another program than a shell is not evaluated";
                    self.incomplete(Why::at(WhyKind::Unsupported, why, rule.file.origin(range.clone())));
                }
                continue;
            }
            let mut units = Vec::new();
            for (at, piece) in self.expand(&written, 0) {
                let offset = range.start + at;
                match piece {
                    // Text as it is written has a place for each of its characters.
                    Piece::Lit(text) if written.get(at..).is_some_and(|rest| rest.starts_with(text.as_str())) => units
                        .extend(
                            text.char_indices().map(|(next, character)| Unit {
                                kind: UnitKind::Char(character),
                                offset: offset + next,
                            }),
                        ),
                    piece => units.extend(shell::units_of(&[piece], offset)),
                }
            }
            let all: Vec<Guard> = rule.guards.iter().chain(guards).cloned().collect();
            for line in lines(units) {
                if self.one_shell {
                    script.extend(line);
                    let offset = script.last().map_or(range.start, |unit| unit.offset);
                    script.push(Unit { kind: UnitKind::Char('\n'), offset });
                    script_guards
                        .extend(all.iter().filter(|guard| !script_guards.contains(guard)).cloned().collect::<Vec<_>>());
                } else {
                    self.run(&line, options, &variables, &all);
                }
            }
        }
        if self.one_shell && !script.is_empty() {
            self.run(&script, options, &variables, &script_guards);
        }
    }

    /// How the shell is started that runs a line of a recipe.
    fn options(&mut self, shell: &str) -> Options {
        let flags = match self.state.variables.get(".SHELLFLAGS").cloned() {
            Some(Value::Recursive(text)) => known(&self.plain(&text)),
            Some(Value::Simple(pieces)) => known(&pieces),
            None => Some("-c".to_owned()),
        };
        match flags {
            Some(flags) => Options::of_command(&format!("{shell} {flags}")),
            None => Options::of_command(shell).unsure(),
        }
    }

    fn run(&mut self, units: &[Unit], options: Options, variables: &shell::Variables, guards: &[Guard]) {
        let file = self.file.clone();
        let place = |range| file.origin(range);
        let folder = file.path().parent();
        let outcome = shell::text_in(units, options.into(), variables, &place, self.repository, folder);
        // Each line is a shell of its own, but gcloud's configuration stays: which target ran before is not known.
        let mut defaults = Defaults::default();
        commands::of_shell(
            outcome,
            (Some(folder), variables),
            &mut defaults,
            guards,
            self.repository,
            self.declarations,
        );
    }

    /// Variables that targets which need this one bring along.
    fn inherited(&mut self, target: &str, rules: &[Rule]) {
        if self.own.is_empty() {
            return;
        }
        let mut needed_by: BTreeSet<&str> = BTreeSet::new();
        let mut open = vec![target];
        while let Some(name) = open.pop() {
            for rule in rules.iter().filter(|rule| rule.prerequisites.iter().any(|needed| needed == name)) {
                for target in &rule.targets {
                    if needed_by.insert(target) {
                        open.push(target);
                    }
                }
            }
        }
        let brought: Vec<(String, String)> = needed_by
            .iter()
            .filter_map(|name| Some((name, self.own.get(*name)?)))
            .flat_map(|(by, own)| own.iter().map(|(name, _)| (name.clone(), (*by).to_owned())))
            .collect();
        for (name, by) in brought {
            let why = Why::new(WhyKind::Dynamic, format!("the target {by}, which needs {target}, can set {name}"));
            self.state.variables.insert(name, Value::Simple(vec![hole(why)]));
        }
    }

    /// The variables that a recipe's shell is given.
    fn environment(&mut self) -> shell::Variables {
        let mut variables: BTreeMap<String, Vec<Piece>> = BTreeMap::new();
        let names: Vec<String> = self.state.variables.keys().cloned().collect();
        for name in names {
            if !name.chars().all(|next| next.is_ascii_alphanumeric() || next == '_')
                || name.starts_with(|next: char| next.is_ascii_digit())
            {
                continue;
            }
            let exported = self.state.exports_all || self.state.exported.contains(&name);
            let pieces = if exported {
                match self.state.variables.get(&name).cloned() {
                    Some(Value::Simple(pieces)) => pieces,
                    Some(Value::Recursive(text)) => self.plain(&text),
                    None => continue,
                }
            } else {
                // A variable that the environment has is exported with its new value.
                let text = format!("whether the environment has {name} decides it");
                vec![hole(Why::new(WhyKind::Environment, text))]
            };
            variables.insert(name, pieces);
        }
        variables
    }
}

/// The lines of an expanded recipe, without the marks before them.
fn lines(units: Vec<Unit>) -> Vec<Vec<Unit>> {
    let mut lines: Vec<Vec<Unit>> = vec![Vec::new()];
    let mut escaped = false;
    for unit in units {
        match unit.kind {
            UnitKind::Char('\n') if !escaped => lines.push(Vec::new()),
            _ => {
                escaped = matches!(unit.kind, UnitKind::Char('\\')) && !escaped;
                if let Some(last) = lines.last_mut() {
                    last.push(unit);
                }
            }
        }
    }
    for line in &mut lines {
        let mark = |unit: &Unit| matches!(unit.kind, UnitKind::Char('@' | '-' | '+' | ' ' | '\t' | ';'));
        let marks = line.iter().take_while(|unit| mark(unit)).count();
        line.drain(..marks);
    }
    lines.retain(|line| !line.is_empty());
    lines
}

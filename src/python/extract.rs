//! Syntax tree → [`Facts`].

mod bindings;
mod calls;
mod conditions;
mod deferred;
mod given;
mod hidden;
mod marks;
mod readers;

use std::collections::BTreeSet;
use std::sync::Arc;

use conditions::Condition;
use hidden::{HiddenNames, Injections};
use readers::{
    bind_targets, catches, exported, fails_always, from_imports, is_compound, plain_imports, plugins, raised,
};

use super::ast::name::Name;
use super::ast::visitor::Visitor;
use super::ast::{self, Expr, Stmt};
use super::classes::{self, Known};
use super::facts::{
    Arm, Asks, Catches, Exports, Facts, Handler, Import, Step, Stop, Try, Value, ValueKind, What, When,
};
use super::literal::{PathFolder, dotted, elements, is_dotted, strings};
use super::marks as marks_of_tests;
use super::mentions::Subject;
use super::{Module, Version, range_of};
use crate::model::SourceFile;

/// How deep blocks are followed: as deep as CPython's tokenizer lets them be indented.
const MAX_BLOCKS: usize = 101;

/// The interpreter that conditions on `sys.version_info` are decided for.
#[derive(Clone, Copy, Debug)]
pub struct Interpreter {
    /// Its version, or the oldest that is possible.
    pub version: Version,
    /// The newest version that is possible, where there is a limit.
    pub newest: Option<Version>,
}

impl Interpreter {
    /// This version and no other.
    pub fn exactly(version: Version) -> Self {
        Self { version, newest: Some(version) }
    }

    /// This version or any later one.
    pub fn at_least(version: Version) -> Self {
        Self { version, newest: None }
    }

    /// True where there is only one version.
    pub fn is_exact(self) -> bool {
        self.newest == Some(self.version)
    }
}

/// Reads the facts of a file.
pub fn facts(file: &SourceFile, module: &Module, interpreter: Interpreter) -> Facts {
    let Module { body, mentions, .. } = module;
    let mut extractor = Extractor {
        facts: Facts::default(),
        folder: PathFolder::new(file.path().as_str()),
        known: Known::of(*mentions),
        interpreter,
        collects_hidden_names: mentions.any(Subject::HiddenNames),
        given: Vec::new(),
        depth: 0,
        handlers: 0,
    };
    extractor.facts.steps = extractor.block(body, Scope::Module);
    let namespace = bindings::namespace(&extractor, body);
    let given = given::to_modules(&extractor.given, &extractor.facts);
    let mut facts = extractor.facts;
    facts.given = given;
    facts.namespace = namespace;
    facts.used_marks = marks::used(*mentions, body);
    facts.doctests = marks::doctests(*mentions, body);
    facts.dynamic_names |= mentions.any(Subject::DynamicNames);
    facts.pytest_marks = marks_of_tests::read(body, *mentions);
    facts.mentions_autouse = mentions.any(Subject::AutomaticFixtures);
    facts.dynamic_path = mentions.any(Subject::DynamicPath);
    facts.adds_marks = mentions.any(Subject::AddedMarks);
    facts.dynamic_sys_path |= mentions.any(Subject::DynamicSysPath);
    if mentions.any(Subject::Injections) {
        let mut injections = Injections(BTreeSet::new());
        injections.visit_body(body);
        facts.injected = injections.0.into_iter().collect();
    }
    facts
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Module,
    /// A class body: it runs, but binds no names of the module.
    Class,
}

struct Extractor {
    facts: Facts,
    folder: PathFolder,
    known: Known,
    interpreter: Interpreter,
    /// Whether the file can have names that only expressions or patterns bind.
    collects_hidden_names: bool,
    /// Attributes that are assigned to something that has a name, dotted.
    given: Vec<String>,
    depth: usize,
    /// How many `except` clauses it is in.
    handlers: usize,
}

impl Extractor {
    fn block(&mut self, body: &[Stmt], scope: Scope) -> Vec<Step> {
        let mut steps = Vec::new();
        if self.depth >= MAX_BLOCKS {
            self.facts.truncated = true;
            return steps;
        }
        self.depth += 1;
        for statement in body {
            self.statement(statement, scope, &mut steps);
        }
        self.depth -= 1;
        if scope == Scope::Class {
            steps.retain(|step| !matches!(step, Step::Bind(_) | Step::MayBind(_) | Step::Unbind(_)));
            for step in &mut steps {
                if let Step::Import(Import { what: What::Module { bound } | What::Name { bound, .. }, .. }) = step {
                    *bound = Name::empty();
                }
            }
        }
        steps
    }

    fn statement(&mut self, statement: &Stmt, scope: Scope, steps: &mut Vec<Step>) {
        if self.collects_hidden_names && scope == Scope::Module && !is_compound(statement) {
            let mut names = HiddenNames::default();
            if let Stmt::If(ast::StmtIf { test, .. }) | Stmt::While(ast::StmtWhile { test, .. }) = statement {
                names.visit_expr(test);
                names.conditional = 1;
            }
            names.visit_stmt(statement);
            steps.extend(names.found);
        }
        if let Some(kind) = fails_always(statement) {
            steps.push(Step::Stop(Stop { range: range_of(statement), kind }));
        }
        match statement {
            Stmt::Import(import) => steps.extend(plain_imports(import).into_iter().map(Step::Import)),
            Stmt::ImportFrom(import) => {
                steps.extend(from_imports(import).into_iter().map(Step::Import));
            }
            Stmt::FunctionDef(definition) => self.function(definition, scope, steps),
            Stmt::ClassDef(definition) => {
                if scope == Scope::Module {
                    self.facts.classes.push(classes::class(definition, &self.known));
                }
                steps.extend(self.block(&definition.body, Scope::Class));
                steps.push(Step::Bind(definition.name.id.clone()));
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.assignment(target, &assign.value, scope, steps);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.assignment(&assign.target, value, scope, steps);
                }
            }
            Stmt::AugAssign(assign) => self.augmented(assign, steps),
            Stmt::TypeAlias(alias) => bind_targets(&alias.name, steps),
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    if let Expr::Name(name) = target {
                        steps.push(Step::Unbind(name.id.clone()));
                        self.value(name, scope, ValueKind::Other);
                    }
                }
            }
            Stmt::If(branch) => self.branch(branch, scope, steps),
            Stmt::For(repeated) => {
                let mut body = Vec::new();
                bind_targets(&repeated.target, &mut body);
                body.extend(self.block(&repeated.body, scope));
                steps.push(Step::Branch(vec![Arm { steps: body, ..Arm::default() }, Arm::default()]));
                steps.extend(self.block(&repeated.orelse, scope));
            }
            Stmt::While(repeated) => {
                if !matches!(self.condition(&repeated.test), Condition::False) {
                    let body = self.block(&repeated.body, scope);
                    steps.push(Step::Branch(vec![Arm { steps: body, ..Arm::default() }, Arm::default()]));
                }
                steps.extend(self.block(&repeated.orelse, scope));
            }
            Stmt::With(with) => self.with(with, scope, steps),
            Stmt::Match(matched) => {
                let arm = |case: &ast::MatchCase| Arm { steps: self.block(&case.body, scope), ..Arm::default() };
                let mut arms: Vec<_> = matched.cases.iter().map(arm).collect();
                arms.push(Arm::default());
                if scope == Scope::Module {
                    let mut names = HiddenNames { found: Vec::new(), conditional: 1 };
                    matched.cases.iter().for_each(|case| names.visit_pattern(&case.pattern));
                    steps.extend(names.found);
                }
                steps.push(Step::Branch(arms));
            }
            Stmt::Try(parts) => {
                let body = self.block(&parts.body, scope);
                self.handlers += 1;
                let handlers = parts.handlers.iter().map(|ast::ExceptHandler::ExceptHandler(handler)| Handler {
                    catches: catches(handler.type_.as_deref()),
                    steps: self.block(&handler.body, scope),
                });
                let handlers = handlers.collect();
                self.handlers -= 1;
                let orelse = self.block(&parts.orelse, scope);
                let finalbody = self.block(&parts.finalbody, scope);
                steps.push(Step::Try(Box::new(Try { body, handlers, orelse, finalbody })));
            }
            Stmt::Raise(raise) => {
                steps.push(Step::Stop(Stop { range: range_of(raise), kind: raised(raise.exc.as_deref()) }));
            }
            Stmt::Expr(expression) => {
                if let Expr::Call(call) = &*expression.value {
                    self.call(call, steps);
                }
            }
            _ => {}
        }
    }

    fn function(&mut self, definition: &ast::StmtFunctionDef, scope: Scope, steps: &mut Vec<Step>) {
        let name = definition.name.as_str();
        if scope == Scope::Module {
            if self.handlers == 0 {
                self.facts.functions.push(classes::function(definition, &self.known));
            }
            self.facts.dynamic_names |= name == "__getattr__";
        }
        self.deferred(&definition.body, When::Called, steps);
        steps.push(Step::Bind(definition.name.id.clone()));
    }

    fn assignment(&mut self, target: &Expr, value: &Expr, scope: Scope, steps: &mut Vec<Step>) {
        if let Expr::Call(call) = value {
            self.call(call, steps);
        }
        if is_dotted(target, "sys.path") {
            self.facts.dynamic_sys_path = true;
        }
        self.give(target);
        if let (Expr::Attribute(attribute), Scope::Module) = (target, scope)
            && attribute.attr.as_str() == "__test__"
            && let (Expr::Name(function), Some(false)) = (&*attribute.value, classes::boolean(value))
        {
            let named = self.facts.functions.iter_mut().filter(|known| known.name == function.id.as_str());
            named.for_each(|known| Arc::make_mut(known).not_a_test = true);
        }
        if let (Expr::Name(name), Scope::Module) = (target, scope) {
            self.value(name, scope, classes::value_kind(value));
            let name = name.id.as_str();
            self.folder.assign(name, value);
            let mark = classes::mark(value, &self.known);
            self.known.assign(name, mark);
            match name {
                "__all__" => self.facts.exports = exported(value, 0).map_or(Exports::Dynamic, Exports::Names),
                "__test__" => self.facts.opted_out = classes::boolean(value) == Some(false),
                "collect_ignore" => self.facts.collect_ignore = strings(value).unwrap_or_default(),
                "collect_ignore_glob" => self.facts.collect_ignore_glob = strings(value).unwrap_or_default(),
                "pytestmark" => {
                    let marks = classes::marks(value, &self.known);
                    self.facts.unknown_marks = marks.is_none();
                    self.facts.marks = marks.unwrap_or_default();
                }
                "pytest_plugins" => steps.extend(plugins(value).into_iter().map(Step::Import)),
                _ => {}
            }
        }
        bind_targets(target, steps);
    }

    fn value(&mut self, name: &ast::ExprName, scope: Scope, kind: ValueKind) {
        if scope == Scope::Module && self.handlers == 0 {
            self.facts.values.push(Value { name: name.id.clone(), at: range_of(name).start, kind });
        }
    }

    fn augmented(&mut self, assign: &ast::StmtAugAssign, steps: &mut Vec<Step>) {
        match dotted(&assign.target).as_deref() {
            Some("__all__") => self.export_more(exported(&assign.value, 0)),
            Some("pytestmark") => match classes::marks(&assign.value, &self.known) {
                Some(marks) => self.facts.marks.extend(marks),
                None => self.facts.unknown_marks = true,
            },
            Some("sys.path") => self.path_edits(elements(&assign.value).unwrap_or_default(), false, steps),
            _ => {}
        }
    }

    fn branch(&mut self, branch: &ast::StmtIf, scope: Scope, steps: &mut Vec<Step>) {
        let first = (Some(&*branch.test), &branch.body[..]);
        let others = branch.elif_else_clauses.iter().map(|clause| (clause.test.as_ref(), &clause.body[..]));
        let mut arms = Vec::new();
        let mut exhausted = false;
        // What holds where all conditions so far were false.
        let mut others_fail = Asks::default();
        for (test, body) in std::iter::once(first).chain(others) {
            let condition = test.map_or(Condition::True, |test| self.condition(test));
            match condition {
                Condition::Typing => self.deferred(body, When::Typing, steps),
                Condition::Script => self.deferred(body, When::Called, steps),
                Condition::False => {}
                Condition::Open(holds, fails) => {
                    arms.push(Arm { steps: self.block(body, scope), asks: others_fail.and(holds) });
                    others_fail = others_fail.and(fails);
                }
                Condition::True => {
                    arms.push(Arm { steps: self.block(body, scope), asks: others_fail });
                    exhausted = true;
                    break;
                }
            }
        }
        if !exhausted {
            arms.push(Arm { asks: others_fail, ..Arm::default() });
        }
        match arms.pop() {
            Some(only) if arms.is_empty() => steps.extend(only.steps),
            Some(last) => {
                arms.push(last);
                steps.push(Step::Branch(arms));
            }
            None => {}
        }
    }

    fn with(&mut self, with: &ast::StmtWith, scope: Scope, steps: &mut Vec<Step>) {
        let suppressed = with.items.iter().find_map(|item| match &item.context_expr {
            Expr::Call(call) => {
                let swallows = matches!(
                    dotted(&call.func).as_deref(),
                    Some("suppress" | "contextlib.suppress" | "pytest.raises" | "raises")
                );
                swallows.then(|| call.arguments.args.iter().fold(Catches::default(), |all, one| all.with(one)))
            }
            _ => None,
        });
        for item in &with.items {
            if let Some(target) = &item.optional_vars {
                bind_targets(target, steps);
            }
        }
        let body = self.block(&with.body, scope);
        match suppressed {
            None => steps.extend(body),
            Some(catches) => steps.push(Step::Try(Box::new(Try {
                body,
                handlers: vec![Handler { catches, steps: Vec::new() }],
                orelse: Vec::new(),
                finalbody: Vec::new(),
            }))),
        }
    }
}

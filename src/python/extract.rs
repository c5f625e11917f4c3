//! Syntax tree → [`Facts`].

mod deferred;
mod readers;

use std::collections::BTreeSet;

use readers::{bind_targets, catches, from_imports, is_compound, plain_imports, plugins, raised};

use super::ast::visitor::{self, Visitor};
use super::ast::{self, Expr, Pattern, Stmt};
use super::classes::{self, MarkAliases};
use super::facts::{
    Catches, Exports, Facts, Handler, Import, PathEdit, Step, Stop, StopKind, Try, Value, ValueKind, What, When,
};
use super::literal::{PathFolder, dotted, elements, last_component, string, strings};
use super::{Version, range_of};
use crate::model::SourceFile;

/// How deep blocks are followed: as deep as CPython's tokenizer lets them be indented.
const MAX_BLOCKS: usize = 101;

/// The interpreter that conditions on `sys.version_info` are decided for.
#[derive(Clone, Copy, Debug)]
pub struct Interpreter {
    /// Its version.
    pub version: Version,
    /// False where the version is only the oldest that is possible.
    pub exact: bool,
}

/// Reads the facts of a file.
pub fn facts(file: &SourceFile, body: &[Stmt], interpreter: Interpreter) -> Facts {
    let text = file.text();
    let mut extractor = Extractor {
        facts: Facts::default(),
        folder: PathFolder::new(file.path().as_str()),
        aliases: MarkAliases::new(),
        interpreter,
        collects_hidden_names: text.contains(":=") || text.contains("match "),
        depth: 0,
        handlers: 0,
    };
    extractor.facts.steps = extractor.block(body, Scope::Module);
    let mut facts = extractor.facts;
    facts.dynamic_names |=
        ["globals()[", "globals().update", "globals().setdefault", "sys.modules[__name__]", "vars()["]
            .iter()
            .any(|form| text.contains(form));
    facts.dynamic_path = text.contains("__path__");
    facts.adds_marks = text.contains("add_marker(") || text.contains("own_markers");
    facts.dynamic_sys_path |= text.contains("sys.meta_path") || text.contains("syspath_prepend");
    if text.contains("sys.modules") {
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
    aliases: MarkAliases,
    interpreter: Interpreter,
    /// Whether the file can have names that only expressions or patterns bind.
    collects_hidden_names: bool,
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
        }
        steps
    }

    fn statement(&mut self, statement: &Stmt, scope: Scope, steps: &mut Vec<Step>) {
        if self.collects_hidden_names && scope == Scope::Module && !is_compound(statement) {
            let mut names = HiddenNames(Vec::new());
            names.visit_stmt(statement);
            steps.extend(names.0.into_iter().map(Step::MayBind));
        }
        match statement {
            Stmt::Import(import) => steps.extend(plain_imports(import).into_iter().map(Step::Import)),
            Stmt::ImportFrom(import) => {
                steps.extend(from_imports(import).into_iter().map(Step::Import));
            }
            Stmt::FunctionDef(definition) => self.function(definition, scope, steps),
            Stmt::ClassDef(definition) => {
                if scope == Scope::Module {
                    self.facts.classes.push(classes::class(definition, &self.aliases));
                }
                steps.extend(self.block(&definition.body, Scope::Class));
                steps.push(Step::Bind(definition.name.as_str().to_owned()));
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
                        steps.push(Step::Unbind(name.id.as_str().to_owned()));
                        self.value(name, scope, ValueKind::Other);
                    }
                }
            }
            Stmt::If(branch) => self.branch(branch, scope, steps),
            Stmt::For(repeated) => {
                let mut body = Vec::new();
                bind_targets(&repeated.target, &mut body);
                body.extend(self.block(&repeated.body, scope));
                steps.push(Step::Branch(vec![body, Vec::new()]));
                steps.extend(self.block(&repeated.orelse, scope));
            }
            Stmt::While(repeated) => {
                let body = self.block(&repeated.body, scope);
                steps.push(Step::Branch(vec![body, Vec::new()]));
                steps.extend(self.block(&repeated.orelse, scope));
            }
            Stmt::With(with) => self.with(with, scope, steps),
            Stmt::Match(matched) => {
                let mut arms: Vec<_> = matched.cases.iter().map(|case| self.block(&case.body, scope)).collect();
                arms.push(Vec::new());
                if scope == Scope::Module {
                    let mut names = HiddenNames(Vec::new());
                    matched.cases.iter().for_each(|case| names.visit_pattern(&case.pattern));
                    steps.extend(names.0.into_iter().map(Step::MayBind));
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
                self.facts.functions.push(classes::function(definition, &self.aliases));
            }
            self.facts.dynamic_names |= name == "__getattr__";
        }
        self.deferred(&definition.body, When::Called, steps);
        steps.push(Step::Bind(name.to_owned()));
    }

    fn assignment(&mut self, target: &Expr, value: &Expr, scope: Scope, steps: &mut Vec<Step>) {
        if let Expr::Call(call) = value {
            self.call(call, steps);
        }
        if dotted(target).as_deref() == Some("sys.path") {
            self.facts.dynamic_sys_path = true;
        }
        if let (Expr::Attribute(attribute), Scope::Module) = (target, scope)
            && attribute.attr.as_str() == "__test__"
            && let (Expr::Name(function), Some(false)) = (&*attribute.value, classes::boolean(value))
        {
            let named = self.facts.functions.iter_mut().filter(|known| known.name == function.id.as_str());
            named.for_each(|known| known.not_a_test = true);
        }
        if let (Expr::Name(name), Scope::Module) = (target, scope) {
            self.value(name, scope, classes::value_kind(value));
            let name = name.id.as_str();
            self.folder.assign(name, value);
            match classes::mark(value, &self.aliases) {
                Some(mark) => self.aliases.insert(name.to_owned(), mark),
                None => self.aliases.remove(name),
            };
            match name {
                "__all__" => self.facts.exports = strings(value).map_or(Exports::Dynamic, Exports::Names),
                "__test__" => self.facts.opted_out = classes::boolean(value) == Some(false),
                "collect_ignore" => self.facts.collect_ignore = strings(value).unwrap_or_default(),
                "collect_ignore_glob" => self.facts.collect_ignore_glob = strings(value).unwrap_or_default(),
                "pytestmark" => {
                    let marks = classes::marks(value, &self.aliases);
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
            self.facts.values.push(Value { name: name.id.as_str().to_owned(), at: range_of(name).start, kind });
        }
    }

    fn augmented(&mut self, assign: &ast::StmtAugAssign, steps: &mut Vec<Step>) {
        match dotted(&assign.target).as_deref() {
            Some("__all__") => self.export_more(strings(&assign.value)),
            Some("pytestmark") => match classes::marks(&assign.value, &self.aliases) {
                Some(marks) => self.facts.marks.extend(marks),
                None => self.facts.unknown_marks = true,
            },
            Some("sys.path") => self.path_edits(elements(&assign.value).unwrap_or_default(), false, steps),
            _ => {}
        }
    }

    fn export_more(&mut self, more: Option<Vec<String>>) {
        match (&mut self.facts.exports, more) {
            (Exports::Names(names), Some(more)) => names.extend(more),
            (exports, _) => *exports = Exports::Dynamic,
        }
    }

    /// A call whose effect decides imports: it edits `sys.path` or `__all__`, or ends the module.
    fn call(&mut self, call: &ast::ExprCall, steps: &mut Vec<Step>) {
        let Some(name) = dotted(&call.func) else { return };
        let arguments = &call.arguments.args;
        let stop = |kind| Step::Stop(Stop { range: range_of(call), kind });
        match name.as_str() {
            "sys.path.insert" => {
                let front = matches!(arguments.first(), Some(Expr::NumberLiteral(_)));
                self.path_edits(arguments.get(1..).unwrap_or_default(), front, steps);
            }
            "sys.path.append" | "site.addsitedir" => self.path_edits(arguments, false, steps),
            "sys.path.extend" => {
                let entries = arguments.first().and_then(elements).unwrap_or_default();
                self.path_edits(entries, false, steps);
            }
            "__all__.append" => {
                self.export_more(arguments.iter().map(|name| string(name).map(str::to_owned)).collect())
            }
            "__all__.extend" => self.export_more(arguments.first().and_then(strings)),
            "exec" => self.facts.dynamic_names = true,
            "sys.exit" | "exit" | "quit" | "os._exit" => steps.push(stop(StopKind::Exit)),
            "pytest.skip" | "skip" if call.arguments.find_keyword("allow_module_level").is_some() => {
                steps.push(stop(StopKind::Skip));
            }
            "pytest.importorskip" | "importorskip" => {
                if let Some(module) = arguments.first().and_then(string) {
                    let import = Import {
                        range: range_of(call),
                        statement: range_of(call),
                        module: module.to_owned(),
                        level: 0,
                        what: What::Plugin,
                    };
                    steps.push(Step::Try(Box::new(Try {
                        body: vec![Step::Import(import)],
                        handlers: vec![Handler {
                            catches: Catches { missing_module: true, import_error: true, ..Catches::default() },
                            steps: vec![stop(StopKind::Skip)],
                        }],
                        orelse: Vec::new(),
                        finalbody: Vec::new(),
                    })));
                }
            }
            _ => {}
        }
    }

    fn path_edits(&mut self, entries: &[Expr], front: bool, steps: &mut Vec<Step>) {
        if entries.is_empty() {
            self.facts.dynamic_sys_path = true;
        }
        for entry in entries {
            match self.folder.fold(entry) {
                Some(folder) => steps.push(Step::PathEdit(PathEdit { folder, front })),
                None => self.facts.dynamic_sys_path = true,
            }
        }
    }

    fn branch(&mut self, branch: &ast::StmtIf, scope: Scope, steps: &mut Vec<Step>) {
        let first = (Some(&*branch.test), &branch.body[..]);
        let others = branch.elif_else_clauses.iter().map(|clause| (clause.test.as_ref(), &clause.body[..]));
        let mut arms = Vec::new();
        let mut exhausted = false;
        for (test, body) in std::iter::once(first).chain(others) {
            let condition = test.map_or(Condition::True, |test| self.condition(test));
            match condition {
                Condition::Typing => self.deferred(body, When::Typing, steps),
                Condition::Script => self.deferred(body, When::Called, steps),
                Condition::False => {}
                Condition::Open => arms.push(self.block(body, scope)),
                Condition::True => {
                    arms.push(self.block(body, scope));
                    exhausted = true;
                    break;
                }
            }
        }
        if !exhausted {
            arms.push(Vec::new());
        }
        match arms.pop() {
            Some(only) if arms.is_empty() => steps.extend(only),
            Some(last) => {
                arms.push(last);
                steps.push(Step::Branch(arms));
            }
            None => {}
        }
    }

    fn condition(&self, test: &Expr) -> Condition {
        match test {
            Expr::BooleanLiteral(literal) => Condition::of(literal.value),
            Expr::NumberLiteral(literal) => match &literal.value {
                ast::Number::Int(value) => value.as_i64().map_or(Condition::Open, |value| Condition::of(value != 0)),
                _ => Condition::Open,
            },
            Expr::Name(_) | Expr::Attribute(_) if last_component(test) == Some("TYPE_CHECKING") => Condition::Typing,
            Expr::UnaryOp(operation) if operation.op == ast::UnaryOp::Not => match last_component(&operation.operand) {
                Some("TYPE_CHECKING") => Condition::True,
                _ => Condition::Open,
            },
            Expr::Compare(comparison) => self.comparison(comparison),
            _ => Condition::Open,
        }
    }

    fn comparison(&self, comparison: &ast::ExprCompare) -> Condition {
        let ([operator], [right]) = (&comparison.ops[..], &comparison.comparators[..]) else { return Condition::Open };
        match dotted(&comparison.left).as_deref() {
            Some("__name__") if string(right) == Some("__main__") && *operator == ast::CmpOp::Eq => Condition::Script,
            Some("sys.version_info" | "version_info") => self.version_condition(*operator, right),
            _ => Condition::Open,
        }
    }

    fn version_condition(&self, operator: ast::CmpOp, right: &Expr) -> Condition {
        let numbers: Option<Vec<u8>> = elements(right).and_then(|parts| {
            parts
                .iter()
                .map(|part| match part {
                    Expr::NumberLiteral(literal) => match &literal.value {
                        ast::Number::Int(value) => value.as_u8(),
                        _ => None,
                    },
                    _ => None,
                })
                .collect()
        });
        let (major, minor) = match numbers.as_deref() {
            Some([major]) => (*major, 0),
            Some([major, minor]) => (*major, *minor),
            _ => return Condition::Open,
        };
        let reached = (self.interpreter.version.major, self.interpreter.version.minor) >= (major, minor);
        match operator {
            ast::CmpOp::GtE if reached => Condition::True,
            ast::CmpOp::Lt if reached => Condition::False,
            ast::CmpOp::GtE if self.interpreter.exact => Condition::False,
            ast::CmpOp::Lt if self.interpreter.exact => Condition::True,
            _ => Condition::Open,
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

enum Condition {
    True,
    False,
    /// True only for type checkers.
    Typing,
    /// True only where the file is run as a script.
    Script,
    Open,
}

impl Condition {
    fn of(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

/// Names that `:=` or a pattern binds.
struct HiddenNames(Vec<String>);

impl<'a> Visitor<'a> for HiddenNames {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Named(named) = expr
            && let Expr::Name(name) = &*named.target
        {
            self.0.push(name.id.as_str().to_owned());
        }
        visitor::walk_expr(self, expr);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        self.0.extend(name.map(|name| name.as_str().to_owned()));
        visitor::walk_pattern(self, pattern);
    }
}

/// Names that code puts into `sys.modules`, directly or with `patch.dict`.
struct Injections(BTreeSet<String>);

impl<'a> Visitor<'a> for Injections {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Subscript(subscript)
                if subscript.ctx.is_store() && dotted(&subscript.value).as_deref() == Some("sys.modules") =>
            {
                self.0.extend(string(&subscript.slice).map(str::to_owned));
            }
            Expr::Call(call) => {
                let name = dotted(&call.func).unwrap_or_default();
                if name.ends_with("patch.dict") || name.starts_with("sys.modules.") || name.ends_with("setitem") {
                    for argument in &call.arguments.args {
                        match argument {
                            Expr::Dict(dict) => {
                                let keys = dict.items.iter().filter_map(|item| string(item.key.as_ref()?));
                                self.0.extend(keys.map(str::to_owned));
                            }
                            other => self.0.extend(string(other).map(str::to_owned)),
                        }
                    }
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

//! What CPython's compiler refuses although it parses: `return` outside of a function, `await` outside of `async def`,
//! two parameters of one name, `nonlocal` without a binding, blocks nested too deep.
//!
//! Most of it is what the parser's own checker knows; this file tells it in which scope it is, and adds what it lacks.

mod bindings;
mod limits;

use std::cell::{OnceCell, RefCell};

use ruff_python_parser::semantic_errors::{
    LazyImportContext, SemanticSyntaxChecker, SemanticSyntaxContext, SemanticSyntaxError, SemanticSyntaxErrorKind,
    WriteToDebugKind,
};
use ruff_text_size::TextRange;

use super::ast::visitor::{self, Visitor};
use super::ast::{self, Expr, Stmt};
use super::mentions::{Mentions, Subject};
use super::{SyntaxError, byte_range, lower_first, range_of};
use bindings::{Declared, binds};

/// Errors beyond these say nothing new.
const MAX_ERRORS: usize = 20;

/// The errors of a file that parses, in no order. The tree must not be nested deeper than [`super::depth::MAX_DEPTH`].
pub(super) fn errors(text: &str, mentions: Mentions, body: &[Stmt], version: ast::PythonVersion) -> Vec<SyntaxError> {
    let mut compiler = Compiler {
        checker: SemanticSyntaxChecker::new(),
        found: RefCell::default(),
        version,
        text,
        scopes: Vec::new(),
        postpones_annotations: OnceCell::new(),
        declares: mentions.any(Subject::Declarations),
        mentions_future: mentions.any(Subject::Future),
        loops: 0,
        blocks: 0,
        trying: false,
    };
    compiler.within(Kind::Module, None, body, |compiler| compiler.visit_body(body));
    compiler.found.into_inner()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Module,
    Class,
    Function { is_async: bool },
    Lambda,
    Comprehension { is_async: bool },
    Generator,
}

struct Scope<'a> {
    kind: Kind,
    parameters: Option<&'a ast::Parameters>,
    body: &'a [Stmt],
    /// `global` and `nonlocal` of this scope.
    declared: Declared<'a>,
}

struct Compiler<'a> {
    checker: SemanticSyntaxChecker,
    found: RefCell<Vec<SyntaxError>>,
    version: ast::PythonVersion,
    text: &'a str,
    scopes: Vec<Scope<'a>>,
    /// The word `__future__` is in the file.
    mentions_future: bool,
    /// `from __future__ import annotations`, looked for when it is first asked for.
    postpones_annotations: OnceCell<bool>,
    /// Whether the file declares names at all, which few files do.
    declares: bool,
    /// Loops around the statement, within its function.
    loops: usize,
    /// Blocks around the statement that CPython counts, within its function.
    blocks: usize,
    trying: bool,
}

impl<'a> Compiler<'a> {
    fn within(
        &mut self,
        kind: Kind,
        parameters: Option<&'a ast::Parameters>,
        body: &'a [Stmt],
        walk: impl FnOnce(&mut Self),
    ) {
        let declared = if self.declares { Declared::of(body) } else { Declared::default() };
        if let Some((name, range)) = declared.twice() {
            self.refuse(byte_range(range), format!("name `{name}` is nonlocal and global"));
        }
        self.scopes.push(Scope { kind, parameters, body, declared });
        let outer = (std::mem::take(&mut self.loops), std::mem::take(&mut self.blocks), self.trying);
        walk(self);
        (self.loops, self.blocks, self.trying) = outer;
        self.scopes.pop();
    }

    fn check(&mut self, check: impl FnOnce(&mut SemanticSyntaxChecker, &Self)) {
        let mut checker = std::mem::take(&mut self.checker);
        check(&mut checker, self);
        self.checker = checker;
    }

    fn refuse(&self, range: std::ops::Range<usize>, text: impl Into<String>) {
        let mut found = self.found.borrow_mut();
        if found.len() < MAX_ERRORS {
            found.push(SyntaxError { text: text.into(), range, version_only: false });
        }
    }

    /// A block that CPython counts: it allows 20 of them inside one another.
    fn block(&mut self, statement: &'a Stmt, walk: impl FnOnce(&mut Self)) {
        self.blocks += 1;
        if self.blocks == limits::max_blocks(self.version) + 1 {
            self.refuse(range_of(statement), "too many statically nested blocks");
        }
        walk(self);
        self.blocks -= 1;
    }

    fn looping(&mut self, statement: &'a Stmt, body: &'a [Stmt], orelse: &'a [Stmt]) {
        self.block(statement, |compiler| {
            compiler.loops += 1;
            compiler.visit_body(body);
            compiler.loops -= 1;
        });
        self.visit_body(orelse);
    }

    fn function(&mut self, definition: &'a ast::StmtFunctionDef) {
        definition.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
        if let Some(parameters) = &definition.type_params {
            self.visit_type_params(parameters);
        }
        self.visit_parameters(&definition.parameters);
        if let Some(returns) = &definition.returns {
            self.visit_annotation(returns);
        }
        let kind = Kind::Function { is_async: definition.is_async };
        let body = &definition.body;
        self.within(kind, Some(&definition.parameters), body, |compiler| compiler.visit_body(body));
    }

    fn class(&mut self, definition: &'a ast::StmtClassDef) {
        definition.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
        if let Some(parameters) = &definition.type_params {
            self.visit_type_params(parameters);
        }
        if let Some(arguments) = &definition.arguments {
            self.visit_arguments(arguments);
        }
        let body = &definition.body;
        self.within(Kind::Class, None, body, |compiler| compiler.visit_body(body));
    }

    fn trying(&mut self, statement: &'a Stmt, parts: &'a ast::StmtTry) {
        let bare_before_last = parts
            .handlers
            .iter()
            .rev()
            .skip(1)
            .find(|ast::ExceptHandler::ExceptHandler(handler)| handler.type_.is_none());
        if let Some(handler) = bare_before_last {
            self.refuse(range_of(handler), "a bare `except` must be the last one");
        }
        let was = std::mem::replace(&mut self.trying, true);
        self.block(statement, |compiler| visitor::walk_stmt(compiler, statement));
        self.trying = was;
    }

    /// The first iterator of a comprehension is evaluated outside of it.
    fn comprehension(&mut self, kind: Kind, generators: &'a [ast::Comprehension], results: &[&'a Expr]) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        self.within(kind, None, &[], |compiler| {
            for (at, generator) in generators.iter().enumerate() {
                if at > 0 {
                    compiler.visit_expr(&generator.iter);
                }
                compiler.visit_expr(&generator.target);
                generator.ifs.iter().for_each(|condition| compiler.visit_expr(condition));
            }
            results.iter().for_each(|result| compiler.visit_expr(result));
        });
    }
}

/// `x[y := 1]`
fn is_bare_assignment(text: &str, subscript: &ast::ExprSubscript) -> bool {
    let between = range_of(&*subscript.value).end..range_of(&*subscript.slice).start;
    subscript.slice.is_named_expr() && !text.get(between).is_some_and(|between| between.contains('('))
}

impl<'a> Visitor<'a> for Compiler<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        self.check(|checker, compiler| checker.visit_stmt(statement, compiler));
        match statement {
            Stmt::FunctionDef(definition) => self.function(definition),
            Stmt::ClassDef(definition) => self.class(definition),
            Stmt::For(repeated) => {
                self.visit_expr(&repeated.iter);
                self.visit_expr(&repeated.target);
                self.looping(statement, &repeated.body, &repeated.orelse);
            }
            Stmt::While(repeated) => {
                self.visit_expr(&repeated.test);
                self.looping(statement, &repeated.body, &repeated.orelse);
            }
            Stmt::With(_) => self.block(statement, |compiler| visitor::walk_stmt(compiler, statement)),
            Stmt::Try(parts) => self.trying(statement, parts),
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            // Most expressions are these, of which there is nothing to say.
            Expr::StringLiteral(_) | Expr::BytesLiteral(_) | Expr::BooleanLiteral(_) | Expr::NoneLiteral(_) => return,
            Expr::Name(name) if !self.declares && name.id.as_str() != "__debug__" => return,
            Expr::Attribute(attribute) => return self.visit_expr(&attribute.value),
            _ => self.check(|checker, compiler| checker.visit_expr(expr, compiler)),
        }
        match expr {
            Expr::Lambda(lambda) => {
                let parameters = lambda.parameters.as_deref();
                if let Some(parameters) = parameters {
                    self.visit_parameters(parameters);
                }
                self.within(Kind::Lambda, parameters, &[], |compiler| compiler.visit_expr(&lambda.body));
            }
            Expr::ListComp(ast::ExprListComp { elt, generators, .. })
            | Expr::SetComp(ast::ExprSetComp { elt, generators, .. }) => {
                let is_async = generators.iter().any(|generator| generator.is_async);
                self.comprehension(Kind::Comprehension { is_async }, generators, &[elt]);
            }
            Expr::DictComp(ast::ExprDictComp { key, value, generators, .. }) => {
                let is_async = generators.iter().any(|generator| generator.is_async);
                let results: Vec<&Expr> = key.as_deref().into_iter().chain([&**value]).collect();
                self.comprehension(Kind::Comprehension { is_async }, generators, &results);
            }
            Expr::Generator(ast::ExprGenerator { elt, generators, .. }) => {
                self.comprehension(Kind::Generator, generators, &[elt]);
            }
            Expr::Name(name) if self.declares => {
                let declared = self.scopes.last().and_then(|scope| scope.declared.nonlocal(name.id.as_str()));
                if declared.is_some_and(|at| name.range.start() < at.start()) {
                    self.refuse(range_of(name), format!("name `{}` is used prior to nonlocal declaration", name.id));
                }
            }
            Expr::Subscript(subscript)
                if self.version < ast::PythonVersion::PY310 && is_bare_assignment(self.text, subscript) =>
            {
                let text = "cannot use an unparenthesized assignment expression as an index (syntax was added in 3.10)";
                let range = range_of(&*subscript.slice);
                self.found.borrow_mut().push(SyntaxError { text: text.to_owned(), range, version_only: true });
                visitor::walk_expr(self, expr);
            }
            Expr::NumberLiteral(number) if limits::has_too_many_digits(self.text, number) => {
                self.refuse(range_of(number), "an integer of more than 4300 digits");
            }
            _ => visitor::walk_expr(self, expr),
        }
    }
}

impl SemanticSyntaxContext for Compiler<'_> {
    fn future_annotations_or_stub(&self) -> bool {
        let postpones = |statement: &Stmt| {
            matches!(statement, Stmt::ImportFrom(import) if import.level == 0
                && import.module.as_ref().is_some_and(|module| module.as_str() == "__future__")
                && import.names.iter().any(|alias| alias.name.as_str() == "annotations"))
        };
        let module = self.scopes.first().map_or(&[][..], |scope| scope.body);
        *self.postpones_annotations.get_or_init(|| self.mentions_future && module.iter().any(postpones))
    }

    fn lazy_import_context(&self) -> Option<LazyImportContext> {
        let inner = self.scopes.iter().rev().find_map(|scope| match scope.kind {
            Kind::Function { .. } | Kind::Lambda => Some(LazyImportContext::Function),
            Kind::Class => Some(LazyImportContext::Class),
            _ => None,
        });
        inner.or_else(|| self.trying.then_some(LazyImportContext::TryExceptBlocks))
    }

    fn python_version(&self) -> ast::PythonVersion {
        self.version
    }

    fn source(&self) -> &str {
        self.text
    }

    fn global(&self, name: &str) -> Option<TextRange> {
        self.scopes.last()?.declared.global(name)
    }

    fn has_nonlocal_binding(&self, name: &str) -> bool {
        let mut functions =
            self.scopes.iter().rev().skip(1).filter(|scope| matches!(scope.kind, Kind::Function { .. } | Kind::Lambda));
        name == "__class__"
            || functions.any(|scope| {
                scope.declared.global(name).is_none()
                    && (scope.parameters.is_some_and(|parameters| parameters.includes(name))
                        || scope.declared.nonlocal(name).is_some()
                        || binds(scope.body, name))
            })
    }

    fn in_async_context(&self) -> bool {
        let decides = |scope: &Scope<'_>| match scope.kind {
            Kind::Class | Kind::Lambda => Some(false),
            Kind::Function { is_async } => Some(is_async),
            _ => None,
        };
        self.scopes.iter().rev().find_map(decides).unwrap_or(false)
    }

    fn in_await_allowed_context(&self) -> bool {
        let decides = |scope: &Scope<'_>| match scope.kind {
            Kind::Class => Some(false),
            Kind::Function { .. } | Kind::Lambda | Kind::Generator => Some(true),
            _ => None,
        };
        self.scopes.iter().rev().find_map(decides).unwrap_or(false)
    }

    fn in_yield_allowed_context(&self) -> bool {
        let innermost = self.scopes.last().map(|scope| scope.kind);
        matches!(innermost, Some(Kind::Function { .. } | Kind::Lambda))
    }

    fn in_sync_comprehension(&self) -> bool {
        self.scopes
            .iter()
            .rev()
            .take_while(|scope| matches!(scope.kind, Kind::Comprehension { .. } | Kind::Generator))
            .any(|scope| scope.kind == Kind::Comprehension { is_async: false })
    }

    fn in_class_body_comprehension(&self) -> bool {
        let outside =
            self.scopes.iter().rev().find(|scope| !matches!(scope.kind, Kind::Comprehension { .. } | Kind::Generator));
        outside.is_some_and(|scope| scope.kind == Kind::Class)
    }

    fn in_module_scope(&self) -> bool {
        self.scopes.len() == 1
    }

    fn in_function_scope(&self) -> bool {
        matches!(self.scopes.last().map(|scope| scope.kind), Some(Kind::Function { .. } | Kind::Lambda))
    }

    fn in_generator_context(&self) -> bool {
        self.scopes.iter().any(|scope| scope.kind == Kind::Generator)
    }

    fn in_notebook(&self) -> bool {
        false
    }

    fn report_semantic_error(&self, error: SemanticSyntaxError) {
        // It says 3.9, and CPython 3.9 compiles it.
        if matches!(error.kind, SemanticSyntaxErrorKind::WriteToDebug(WriteToDebugKind::Delete(_)))
            && self.version < ast::PythonVersion::PY310
        {
            return;
        }
        let mut found = self.found.borrow_mut();
        if found.len() < MAX_ERRORS {
            let version_only = matches!(error.kind, SemanticSyntaxErrorKind::AsyncComprehensionInSyncComprehension(_));
            let text = lower_first(&error.to_string());
            found.push(SyntaxError { text, range: byte_range(error.range), version_only });
        }
    }

    fn in_loop_context(&self) -> bool {
        self.loops > 0
    }

    fn is_bound_parameter(&self, name: &str) -> bool {
        let scope = self.scopes.last();
        scope.and_then(|scope| scope.parameters).is_some_and(|parameters| parameters.includes(name))
    }
}

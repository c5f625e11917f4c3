//! Readers of single statements and clauses.

use crate::python::ast::{self, Expr, Stmt};
use crate::python::exceptions::{self, Builtins};
use crate::python::facts::{Catches, Import, Step, StopKind, What};
use crate::python::literal::{dotted, elements, last_component, string};
use crate::python::range_of;

pub(super) fn plain_imports(import: &ast::StmtImport) -> Vec<Import> {
    let one = |alias: &ast::Alias| {
        let module = alias.name.id.clone();
        let bound = match &alias.asname {
            Some(name) => name.id.clone(),
            None if module.contains('.') => module.split('.').next().unwrap_or_default().into(),
            None => module.clone(),
        };
        Import { range: range_of(alias), statement: range_of(import), module, level: 0, what: What::Module { bound } }
    };
    import.names.iter().map(one).collect()
}

pub(super) fn from_imports(import: &ast::StmtImportFrom) -> Vec<Import> {
    let module = import.module.as_ref().map(|module| module.id.clone()).unwrap_or_default();
    let one = |alias: &ast::Alias| {
        let name = &alias.name.id;
        let what = if name == "*" {
            What::Star
        } else {
            What::Name { name: name.clone(), bound: alias.asname.as_ref().map_or(name, |bound| &bound.id).clone() }
        };
        Import {
            range: range_of(alias),
            statement: range_of(import),
            module: module.clone(),
            level: import.level,
            what,
        }
    };
    // `from __future__ import …` is for the compiler.
    if module == "__future__" && import.level == 0 {
        return Vec::new();
    }
    import.names.iter().map(one).collect()
}

pub(super) fn plugins(value: &Expr) -> Vec<Import> {
    let one = |element: &Expr| {
        Some(Import {
            range: range_of(element),
            statement: range_of(element),
            module: string(element)?.into(),
            level: 0,
            what: What::Plugin,
        })
    };
    match elements(value) {
        Some(list) => list.iter().filter_map(one).collect(),
        None => one(value).into_iter().collect(),
    }
}

pub(super) fn bind_targets(target: &Expr, steps: &mut Vec<Step>) {
    match target {
        Expr::Name(name) => steps.push(Step::Bind(name.id.clone())),
        Expr::Starred(starred) => bind_targets(&starred.value, steps),
        other => elements(other).unwrap_or_default().iter().for_each(|element| bind_targets(element, steps)),
    }
}

impl Catches {
    pub(super) fn with(mut self, class: &Expr) -> Self {
        match last_component(class).and_then(Builtins::below) {
            Some(builtins) => self.builtins = self.builtins.and(builtins),
            None => self.other = true,
        }
        match last_component(class) {
            Some("ModuleNotFoundError") => self.missing_module = true,
            Some("ImportError") => {
                self.missing_module = true;
                self.import_error = true;
            }
            Some("SyntaxError") => self.syntax_error = true,
            Some("Exception") => {
                self.missing_module = true;
                self.import_error = true;
                self.syntax_error = true;
                self.exceptions = true;
            }
            Some("BaseException") => self = Self::all(),
            _ => {}
        }
        self
    }

    pub(super) fn all() -> Self {
        Self {
            missing_module: true,
            import_error: true,
            syntax_error: true,
            exceptions: true,
            everything: true,
            ..Self::default()
        }
    }
}

pub(super) fn catches(class: Option<&Expr>) -> Catches {
    match class {
        None => Catches::all(),
        Some(class) => match elements(class) {
            Some(list) => list.iter().fold(Catches::default(), |all, one| all.with(one)),
            None => Catches::default().with(class),
        },
    }
}

pub(super) fn raised(exception: Option<&Expr>) -> StopKind {
    let Some(exception) = exception else { return StopKind::Reraise };
    let class = if let Expr::Call(call) = exception { &*call.func } else { exception };
    if dotted(class).is_some_and(|name| name.contains("skip.Exception")) {
        return StopKind::Skip;
    }
    match last_component(class) {
        Some("ModuleNotFoundError") => StopKind::MissingModule,
        Some("ImportError") => StopKind::ImportError,
        Some("SystemExit") => StopKind::Exit,
        Some("SkipTest" | "Skipped") => StopKind::Skip,
        Some(name) => exceptions::number(name).map_or(StopKind::Exception, StopKind::Builtin),
        None => StopKind::Exception,
    }
}

pub(super) fn is_compound(statement: &Stmt) -> bool {
    matches!(
        statement,
        Stmt::FunctionDef(_) | Stmt::ClassDef(_) | Stmt::For(_) | Stmt::With(_) | Stmt::Match(_) | Stmt::Try(_)
    )
}

/// What `assert …` or an expression that stands alone raises for certain.
pub(super) fn fails_always(statement: &Stmt) -> Option<StopKind> {
    let number = |expr: &Expr| match expr {
        Expr::NumberLiteral(literal) => match &literal.value {
            ast::Number::Int(value) => value.as_i64(),
            _ => None,
        },
        _ => None,
    };
    let name = match statement {
        Stmt::Assert(assert) => {
            let is_false = matches!(&*assert.test, Expr::BooleanLiteral(literal) if !literal.value)
                || matches!(&*assert.test, Expr::NoneLiteral(_))
                || number(&assert.test) == Some(0);
            is_false.then_some("AssertionError")
        }
        Stmt::Expr(expression) => match &*expression.value {
            Expr::BinOp(operation) => {
                let divides = matches!(operation.op, ast::Operator::Div | ast::Operator::FloorDiv | ast::Operator::Mod);
                let by_zero = number(&operation.right) == Some(0) && number(&operation.left).is_some();
                (divides && by_zero).then_some("ZeroDivisionError")
            }
            _ => None,
        },
        _ => None,
    }?;
    Some(exceptions::number(name).map_or(StopKind::Exception, StopKind::Builtin))
}

/// The module that `importlib.import_module(…)` or `__import__(…)` names by a literal.
pub(super) fn named_import(call: &ast::ExprCall) -> Option<Import> {
    let arguments = &call.arguments.args;
    let text = string(arguments.first()?)?;
    let module = text.trim_start_matches('.');
    let dots = text.len() - module.len();
    let package = arguments.get(1).or_else(|| call.arguments.find_keyword("package").map(|keyword| &keyword.value));
    let (level, module) = match (dots, package) {
        (0, _) => (0, module.to_owned()),
        (_, Some(package)) if dotted(package).as_deref() == Some("__package__") => {
            (u32::try_from(dots).ok()?, module.to_owned())
        }
        (_, Some(package)) => {
            let mut parts: Vec<&str> = string(package)?.split('.').collect();
            parts.truncate((parts.len() + 1).checked_sub(dots)?);
            parts.push(module);
            (0, parts.join("."))
        }
        (_, None) => return None,
    };
    (!module.is_empty()).then(|| Import {
        range: range_of(call),
        statement: range_of(call),
        module: module.into(),
        level,
        what: What::Plugin,
    })
}

/// The names of `__all__`, as a literal or a sum of literals.
pub(super) fn exported(value: &Expr, depth: usize) -> Option<Vec<String>> {
    match value {
        Expr::BinOp(sum) if sum.op == ast::Operator::Add && depth < 40 => {
            let mut names = exported(&sum.left, depth + 1)?;
            names.extend(exported(&sum.right, depth + 1)?);
            Some(names)
        }
        other => crate::python::literal::strings(other),
    }
}

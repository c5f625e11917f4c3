//! Which names of its module a statement uses and binds.

use std::collections::BTreeSet;

use crate::python::ast::visitor::{self, Visitor};
use crate::python::ast::{self, Expr, ExprContext, Pattern, Stmt};

/// The names of a statement at the top level of a module.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Names of the module that it reads, now or when its functions run.
    pub(super) used: BTreeSet<String>,
    /// Names of the module that it binds.
    pub(super) bound: BTreeSet<String>,
    /// Parameters of its functions, which may be names of fixtures.
    pub(super) parameters: BTreeSet<String>,
    scopes: Vec<Scope>,
}

#[derive(Debug)]
enum Scope {
    /// Names bound in the body of a class are seen by nobody else.
    Class,
    /// The local names of a function or a comprehension.
    Function(BTreeSet<String>),
}

/// Reads a statement. The depth of the tree is bounded where it is parsed.
pub(super) fn of(statement: &Stmt) -> Names {
    let mut names = Names::default();
    names.visit_stmt(statement);
    names
}

impl Names {
    fn uses(&mut self, name: &str) {
        let local = |scope: &Scope| matches!(scope, Scope::Function(locals) if locals.contains(name));
        if !self.scopes.iter().any(local) {
            self.used.insert(name.to_owned());
        }
    }

    fn binds(&mut self, name: &str) {
        if self.scopes.is_empty() {
            self.bound.insert(name.to_owned());
        }
    }

    fn within(&mut self, scope: Scope, visit: impl FnOnce(&mut Self)) {
        self.scopes.push(scope);
        visit(self);
        self.scopes.pop();
    }

    fn function(&mut self, function: &ast::StmtFunctionDef) {
        self.binds(function.name.as_str());
        function.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
        self.visit_parameters(&function.parameters);
        if let Some(returns) = &function.returns {
            self.visit_annotation(returns);
        }
        let mut locals = parameter_names(&function.parameters);
        self.parameters.extend(locals.iter().cloned());
        let mut stores = Stores::default();
        stores.visit_body(&function.body);
        locals.extend(stores.stored);
        for name in &stores.global {
            locals.remove(name);
            self.uses(name);
        }
        self.within(Scope::Function(locals), |names| names.visit_body(&function.body));
    }

    fn comprehension(&mut self, generators: &[ast::Comprehension], expr: &Expr) {
        let mut stores = Stores::default();
        generators.iter().for_each(|generator| stores.visit_expr(&generator.target));
        self.within(Scope::Function(stores.stored), |names| visitor::walk_expr(names, expr));
    }
}

impl<'a> Visitor<'a> for Names {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => return self.function(function),
            Stmt::ClassDef(class) => {
                self.binds(class.name.as_str());
                class.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                if let Some(arguments) = &class.arguments {
                    self.visit_arguments(arguments);
                }
                return self.within(Scope::Class, |names| names.visit_body(&class.body));
            }
            Stmt::Import(import) => {
                let first = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
                for alias in &import.names {
                    let name = alias.asname.as_ref().map_or_else(|| first(&alias.name), |name| name.to_string());
                    self.binds(&name);
                }
            }
            Stmt::ImportFrom(import) => {
                import.names.iter().for_each(|alias| self.binds(alias.asname.as_ref().unwrap_or(&alias.name)));
            }
            Stmt::AugAssign(assign) => {
                if let Expr::Name(name) = &*assign.target {
                    self.uses(&name.id);
                }
            }
            _ => {}
        }
        visitor::walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.ctx == ExprContext::Store => self.binds(&name.id),
            Expr::Name(name) => self.uses(&name.id),
            Expr::Lambda(lambda) => {
                let locals = lambda.parameters.as_deref().map(parameter_names).unwrap_or_default();
                self.within(Scope::Function(locals), |names| visitor::walk_expr(names, expr));
            }
            Expr::ListComp(list) => self.comprehension(&list.generators, expr),
            Expr::SetComp(set) => self.comprehension(&set.generators, expr),
            Expr::DictComp(dict) => self.comprehension(&dict.generators, expr),
            Expr::Generator(generator) => self.comprehension(&generator.generators, expr),
            _ => visitor::walk_expr(self, expr),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.binds(name);
        }
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        pattern_name(pattern).into_iter().for_each(|name| self.binds(name));
        visitor::walk_pattern(self, pattern);
    }
}

/// The names that a block binds itself, without those of functions and classes in it.
#[derive(Default)]
struct Stores {
    stored: BTreeSet<String>,
    global: BTreeSet<String>,
}

impl<'a> Visitor<'a> for Stores {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => drop(self.stored.insert(function.name.to_string())),
            Stmt::ClassDef(class) => drop(self.stored.insert(class.name.to_string())),
            Stmt::Import(_) | Stmt::ImportFrom(_) => self.stored.extend(of(statement).bound),
            Stmt::Global(global) => self.global.extend(global.names.iter().map(ToString::to_string)),
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.ctx == ExprContext::Store => drop(self.stored.insert(name.id.to_string())),
            Expr::Lambda(_) | Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {}
            _ => visitor::walk_expr(self, expr),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        self.stored.extend(inner.name.iter().map(ToString::to_string));
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        self.stored.extend(pattern_name(pattern).map(str::to_owned));
        visitor::walk_pattern(self, pattern);
    }
}

fn pattern_name(pattern: &Pattern) -> Option<&str> {
    match pattern {
        Pattern::MatchAs(inner) => inner.name.as_deref(),
        Pattern::MatchStar(inner) => inner.name.as_deref(),
        Pattern::MatchMapping(inner) => inner.rest.as_deref(),
        _ => None,
    }
}

fn parameter_names(parameters: &ast::Parameters) -> BTreeSet<String> {
    parameters.iter().map(|parameter| parameter.name().to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Excerpts, RepoPath, SourceFile};
    use crate::python::{self, Version};

    fn names(text: &str) -> Names {
        let file = SourceFile::new(RepoPath::new("a.py"), text, &Excerpts::default());
        let module = python::parse(&file, Version { major: 3, minor: 12 });
        assert_eq!(module.errors, [], "{text}");
        of(module.body.first().unwrap())
    }

    fn used(text: &str) -> Vec<String> {
        names(text).used.into_iter().collect()
    }

    #[test]
    fn names_of_the_module_are_told_from_local_ones() {
        for (text, expected) in [
            ("class A(Base, metaclass=Meta):\n    x = one\n    y = x\n", &["Base", "Meta", "one", "x"][..]),
            (
                "@mark(level)\ndef f(a: Type = default) -> Out:\n    b = a\n    return b + c\n",
                &["Out", "Type", "c", "default", "level", "mark"],
            ),
            ("def f():\n    def g():\n        return local, outer\n    local = 1\n    return g\n", &["outer"]),
            ("def f():\n    global state\n    state = 1\n", &["state"]),
            ("def f():\n    return [x.y for x in xs if x], x\n", &["x", "xs"]),
            ("f = lambda a: a + b\n", &["b"]),
            ("def f():\n    try:\n        import os\n    except E as e:\n        print(e, os)\n", &["E", "print"]),
            ("def f(v):\n    match v:\n        case {'a': x, **rest}:\n            return x, rest, T\n", &["T"]),
            ("with open(p) as h:\n    text = h.read()\n", &["h", "open", "p"]),
            ("total += step\n", &["step", "total"]),
        ] {
            assert_eq!(used(text), expected, "{text}");
        }
    }

    #[test]
    fn what_a_statement_binds_is_known() {
        let bound = |text: &str| names(text).bound.into_iter().collect::<Vec<_>>();
        assert_eq!(bound("import a.b, c as d\n"), ["a", "d"]);
        assert_eq!(bound("from a import b, c as d\n"), ["b", "d"]);
        assert_eq!(bound("try:\n    import x\nexcept ImportError:\n    x = y = None\n"), ["x", "y"]);
        assert_eq!(bound("class A:\n    b = 1\n    def c(self): d = 1\n"), ["A"]);
        assert_eq!(names("def f(database, *rest, key=None): pass\n").parameters.len(), 3);
    }
}

//! Code that importing a file does not run: functions, `if TYPE_CHECKING`, `if __name__ == "__main__"`.

use super::conditions::Condition;
use super::readers::{catches, from_imports, plain_imports};
use super::{Extractor, MAX_BLOCKS};
use crate::python::ast::{self, Expr, Stmt};
use crate::python::facts::{Deferred, Step, When};
use crate::python::literal::{is_one_of, last_component};

impl Extractor {
    /// Walks code that importing the file does not run. Names that it declares `global` may be bound some day.
    pub(super) fn deferred(&mut self, body: &[Stmt], when: When, steps: &mut Vec<Step>) {
        if self.depth >= MAX_BLOCKS {
            self.facts.truncated = true;
            return;
        }
        self.depth += 1;
        for statement in body {
            self.deferred_statement(statement, when, steps);
        }
        self.depth -= 1;
    }

    fn deferred_statement(&mut self, statement: &Stmt, when: When, steps: &mut Vec<Step>) {
        let undecided = if when == When::Called { When::CalledUndecided } else { when };
        match statement {
            Stmt::Import(import) => {
                let imports = plain_imports(import);
                self.facts.deferred.extend(imports.into_iter().map(|import| Deferred { import, when }));
            }
            Stmt::ImportFrom(import) => {
                let imports = from_imports(import);
                self.facts.deferred.extend(imports.into_iter().map(|import| Deferred { import, when }));
            }
            Stmt::Global(global) => {
                steps.extend(global.names.iter().map(|name| Step::MayBind(name.id.clone())));
            }
            Stmt::FunctionDef(definition) => self.deferred(&definition.body, when, steps),
            Stmt::ClassDef(definition) => self.deferred(&definition.body, when, steps),
            Stmt::If(branch) => {
                let first = (Some(&*branch.test), &branch.body[..]);
                let others = branch.elif_else_clauses.iter().map(|clause| (clause.test.as_ref(), &clause.body[..]));
                for (test, body) in std::iter::once(first).chain(others) {
                    match test.map(|test| self.condition(test)) {
                        Some(Condition::Typing) => self.deferred(body, When::Typing, steps),
                        Some(Condition::False) => {}
                        _ => self.deferred(body, undecided, steps),
                    }
                }
            }
            Stmt::For(repeated) => {
                self.deferred(&repeated.body, when, steps);
                self.deferred(&repeated.orelse, when, steps);
            }
            Stmt::While(repeated) => self.deferred(&repeated.body, when, steps),
            Stmt::With(with) => {
                let guarded = with.items.iter().any(|item| match &item.context_expr {
                    Expr::Call(call) => matches!(last_component(&call.func), Some("suppress" | "raises")),
                    _ => false,
                });
                let inner = if guarded && when == When::Called { When::CalledGuarded } else { when };
                self.deferred(&with.body, inner, steps);
            }
            Stmt::Match(matched) => {
                matched.cases.iter().for_each(|case| self.deferred(&case.body, undecided, steps));
            }
            Stmt::Try(parts) => {
                let guards = parts.handlers.iter().any(|ast::ExceptHandler::ExceptHandler(handler)| {
                    catches(handler.type_.as_deref()).missing_module
                        && !handler.body.iter().any(|statement| matches!(statement, Stmt::Raise(_)))
                });
                let inner = if guards && when != When::Typing { When::CalledGuarded } else { when };
                self.deferred(&parts.body, inner, steps);
                for ast::ExceptHandler::ExceptHandler(handler) in &parts.handlers {
                    self.deferred(&handler.body, undecided, steps);
                }
                self.deferred(&parts.orelse, when, steps);
                self.deferred(&parts.finalbody, when, steps);
            }
            Stmt::Assign(assign) => assign.targets.iter().for_each(|target| self.give(target)),
            Stmt::Expr(expression) => {
                if let Expr::Call(call) = &*expression.value {
                    self.deferred_call(call);
                }
            }
            _ => {}
        }
    }

    fn deferred_call(&mut self, call: &ast::ExprCall) {
        if matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "setattr") {
            self.give_by_name(&call.arguments.args);
        }
        if !is_one_of(&call.func, &["sys.path.insert", "sys.path.append", "sys.path.extend", "site.addsitedir"]) {
            return;
        }
        let mut edits = Vec::new();
        self.call(call, &mut edits);
        for step in edits {
            if let Step::PathEdit(edit) = step {
                self.facts.deferred_path_edits.push(edit);
            }
        }
    }
}

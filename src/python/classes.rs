//! Classes and functions as pytest's collection sees them.

use std::collections::HashMap;

use super::ast::{self, Expr, Stmt};
use super::facts::{Class, Function};
use super::literal::{dotted, elements, last_component};
use super::range_of;

/// How deep classes inside classes are followed.
const MAX_NESTING: usize = 8;

/// Names that stand for a mark (`smoke = pytest.mark.smoke`), with the mark.
pub type MarkAliases = HashMap<String, String>;

/// The mark that a decorator or a value of `pytestmark` names.
pub fn mark(expr: &Expr, aliases: &MarkAliases) -> Option<String> {
    let named = match expr {
        Expr::Call(call) => &*call.func,
        other => other,
    };
    let path = dotted(named)?;
    if let Some(mark) = aliases.get(&path) {
        return Some(mark.clone());
    }
    let mut parts = path.rsplit('.');
    let name = parts.next()?;
    (parts.next() == Some("mark")).then(|| name.to_owned())
}

/// The marks that `pytestmark = …` sets.
pub fn marks(value: &Expr, aliases: &MarkAliases) -> Vec<String> {
    match elements(value) {
        Some(list) => list.iter().filter_map(|element| mark(element, aliases)).collect(),
        None => mark(value, aliases).into_iter().collect(),
    }
}

/// Reads a function definition.
pub fn function(definition: &ast::StmtFunctionDef, aliases: &MarkAliases) -> Function {
    let decorators = || definition.decorator_list.iter().map(|decorator| &decorator.expression);
    Function {
        name: definition.name.as_str().to_owned(),
        range: range_of(&definition.name),
        marks: decorators().filter_map(|decorator| mark(decorator, aliases)).collect(),
        stub: definition.body.iter().all(does_nothing),
        not_a_test: decorators().any(|decorator| {
            let named = if let Expr::Call(call) = decorator { &*call.func } else { decorator };
            matches!(last_component(named), Some("fixture" | "property" | "cached_property" | "overload"))
        }),
    }
}

/// Reads a class definition.
pub fn class(definition: &ast::StmtClassDef, aliases: &MarkAliases) -> Class {
    class_at(definition, aliases, 0)
}

fn class_at(definition: &ast::StmtClassDef, aliases: &MarkAliases, depth: usize) -> Class {
    let bases = definition.arguments.iter().flat_map(|arguments| arguments.args.iter());
    let mut class = Class {
        name: definition.name.as_str().to_owned(),
        range: range_of(&definition.name),
        whole: range_of(definition),
        bases: bases.map(base_name).collect(),
        marks: definition.decorator_list.iter().filter_map(|decorator| mark(&decorator.expression, aliases)).collect(),
        ..Class::default()
    };
    body(&mut class, &definition.body, aliases, depth);
    class
}

/// `Generic[T]` and `Base[int]` count as their name.
fn base_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Subscript(subscript) => dotted(&subscript.value),
        other => dotted(other),
    }
}

fn body(class: &mut Class, statements: &[Stmt], aliases: &MarkAliases, depth: usize) {
    for statement in statements {
        match statement {
            Stmt::FunctionDef(definition) => method(class, definition, aliases),
            Stmt::ClassDef(inner) if depth < MAX_NESTING => class.nested.push(class_at(inner, aliases, depth + 1)),
            Stmt::Assign(assign) => {
                assign.targets.iter().for_each(|target| attribute(class, target, &assign.value, aliases))
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    attribute(class, &assign.target, value, aliases);
                }
            }
            Stmt::If(branch) if depth < MAX_NESTING => {
                body(class, &branch.body, aliases, depth + 1);
                branch.elif_else_clauses.iter().for_each(|clause| body(class, &clause.body, aliases, depth + 1));
            }
            Stmt::With(with) if depth < MAX_NESTING => body(class, &with.body, aliases, depth + 1),
            Stmt::Try(parts) if depth < MAX_NESTING => body(class, &parts.body, aliases, depth + 1),
            _ => {}
        }
    }
}

fn method(class: &mut Class, definition: &ast::StmtFunctionDef, aliases: &MarkAliases) {
    let method = function(definition, aliases);
    if matches!(method.name.as_str(), "__init__" | "__new__") {
        class.constructor.get_or_insert_with(|| method.range.clone());
    }
    class.is_abstract |= definition
        .decorator_list
        .iter()
        .any(|decorator| matches!(last_component(&decorator.expression), Some("abstractmethod" | "abstractproperty")));
    // A later definition of the same name replaces the earlier one.
    class.methods.retain(|earlier| earlier.name != method.name);
    class.methods.push(method);
}

fn attribute(class: &mut Class, target: &Expr, value: &Expr, aliases: &MarkAliases) {
    let Expr::Name(name) = target else { return };
    match name.id.as_str() {
        "pytestmark" => class.marks.extend(marks(value, aliases)),
        "__test__" => class.opted_out = matches!(value, Expr::BooleanLiteral(literal) if !literal.value),
        _ => {}
    }
}

/// True for a statement that checks nothing.
fn does_nothing(statement: &Stmt) -> bool {
    match statement {
        Stmt::Pass(_) => true,
        Stmt::Expr(expression) => match &*expression.value {
            Expr::StringLiteral(_) | Expr::EllipsisLiteral(_) | Expr::NoneLiteral(_) => true,
            Expr::Call(call) => {
                matches!(dotted(&call.func).as_deref(), Some("pytest.skip" | "skip" | "self.skipTest"))
            }
            _ => false,
        },
        Stmt::Assert(assertion) => is_plainly_true(&assertion.test),
        Stmt::Return(returned) => returned.value.as_deref().is_none_or(|value| matches!(value, Expr::NoneLiteral(_))),
        _ => false,
    }
}

fn is_plainly_true(expr: &Expr) -> bool {
    match expr {
        Expr::BooleanLiteral(literal) => literal.value,
        Expr::NumberLiteral(literal) => matches!(&literal.value, ast::Number::Int(value) if value.as_i64() != Some(0)),
        Expr::StringLiteral(literal) => !literal.value.is_empty(),
        _ => false,
    }
}

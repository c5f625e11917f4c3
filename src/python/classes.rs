//! Classes and functions as pytest's collection sees them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::ast::{self, Expr, Stmt};
use super::facts::{Class, Function, ValueKind};
use super::literal::{dotted, elements, is_one_of, last_component};
use super::mentions::{Mentions, Subject};
use super::{functions, range_of};

/// How deep classes inside classes are followed.
const MAX_NESTING: usize = 8;

/// What has been read of a file so far.
#[derive(Debug, Default)]
pub struct Known {
    /// Names that stand for a mark (`smoke = pytest.mark.smoke`), with the mark.
    aliases: HashMap<String, String>,
    /// By the place of its name: each function is read once, whoever asks for it.
    functions: RefCell<FxHashMap<usize, Arc<Function>>>,
    /// The word `yield` is in the file: only then can a function be a generator.
    mentions_yield: bool,
}

impl Known {
    /// Nothing yet of a file that has these words.
    pub fn of(mentions: Mentions) -> Self {
        Self { mentions_yield: mentions.any(Subject::Yields), ..Self::default() }
    }

    /// Notes that a name stands for a mark from here on, or no longer.
    pub fn assign(&mut self, name: &str, mark: Option<String>) {
        match mark {
            Some(mark) => self.aliases.insert(name.to_owned(), mark),
            None => self.aliases.remove(name),
        };
    }
}

/// The mark that a decorator or a value of `pytestmark` names.
pub fn mark(expr: &Expr, known: &Known) -> Option<String> {
    let named = match expr {
        Expr::Call(call) => &*call.func,
        other => other,
    };
    let path = dotted(named)?;
    if let Some(mark) = known.aliases.get(&path) {
        return Some(mark.clone());
    }
    let mut parts = path.rsplit('.');
    let name = parts.next()?;
    (parts.next() == Some("mark")).then(|| name.to_owned())
}

/// The marks that `pytestmark = …` sets; `None` where one of them is not understood.
pub fn marks(value: &Expr, known: &Known) -> Option<Vec<String>> {
    match elements(value) {
        Some(list) => list.iter().map(|element| mark(element, known)).collect(),
        None => Some(vec![mark(value, known)?]),
    }
}

/// True for `unittest.skip(…)`, which skips whatever the condition.
fn skips(decorator: &Expr) -> bool {
    let named = if let Expr::Call(call) = decorator { &*call.func } else { decorator };
    is_one_of(named, &["unittest.skip", "skip"])
}

/// True for a class decorator of which it is known that it is no mark.
fn is_no_mark(decorator: &Expr) -> bool {
    let named = if let Expr::Call(call) = decorator { &*call.func } else { decorator };
    let known = ["dataclass", "attrs", "define", "final", "patch", "skipIf", "skipUnless", "total_ordering", "fixture"];
    last_component(named).is_some_and(|name| known.contains(&name)) || writes_constructor(decorator)
}

/// Reads a function definition, or gives what was read of it before.
pub fn function(definition: &ast::StmtFunctionDef, known: &Known) -> Arc<Function> {
    let place = range_of(&definition.name).start;
    if let Some(function) = known.functions.borrow().get(&place) {
        return function.clone();
    }
    let function = Arc::new(read(definition, known));
    known.functions.borrow_mut().insert(place, function.clone());
    function
}

fn read(definition: &ast::StmtFunctionDef, known: &Known) -> Function {
    let decorators = || definition.decorator_list.iter().map(|decorator| &decorator.expression);
    let marks: Vec<String> = decorators().filter_map(|decorator| mark(decorator, known)).collect();
    let yields = known.mentions_yield && functions::yields(&definition.body);
    let is_skipped = marks.iter().any(|mark| mark == "skip") || decorators().any(skips);
    Function {
        name: definition.name.id.clone(),
        range: range_of(&definition.name),
        whole: range_of(definition),
        marks,
        stub: is_skipped || definition.body.iter().all(does_nothing),
        not_a_test: decorators().any(|decorator| {
            let named = if let Expr::Call(call) = decorator { &*call.func } else { decorator };
            matches!(last_component(named), Some("fixture" | "property" | "cached_property" | "overload"))
        }),
        is_abstract: decorators()
            .any(|decorator| matches!(last_component(decorator), Some("abstractmethod" | "abstractproperty"))),
        decorators: definition.decorator_list.iter().map(functions::decorator).collect(),
        is_async: definition.is_async,
        yields,
        test_flag: None,
        unfilled: functions::unfilled(definition),
        returns: functions::returns(definition, yields),
        body: range_of(definition),
    }
}

/// Reads a class definition.
pub fn class(definition: &ast::StmtClassDef, known: &Known) -> Class {
    class_at(definition, known, 0)
}

fn class_at(definition: &ast::StmtClassDef, known: &Known, depth: usize) -> Class {
    let bases = definition.arguments.iter().flat_map(|arguments| arguments.args.iter());
    let mut class = Class {
        name: definition.name.id.clone(),
        range: range_of(&definition.name),
        whole: range_of(definition),
        bases: bases.map(base_name).collect(),
        marks: definition.decorator_list.iter().filter_map(|decorator| mark(&decorator.expression, known)).collect(),
        ..Class::default()
    };
    let keywords = definition.arguments.iter().flat_map(|arguments| arguments.keywords.iter());
    class.has_abstract_meta = keywords
        .filter(|keyword| keyword.arg.as_ref().is_some_and(|name| name.as_str() == "metaclass"))
        .any(|keyword| last_component(&keyword.value) == Some("ABCMeta"));
    for decorator in definition.decorator_list.iter().map(|decorator| &decorator.expression) {
        if writes_constructor(decorator) {
            class.constructor = Some(range_of(&definition.name));
        } else if skips(decorator) {
            class.marks.push("skip".to_owned());
        } else if mark(decorator, known).is_none() && !is_no_mark(decorator) {
            class.unknown_marks = true;
        }
    }
    body(&mut class, &definition.body, known, depth);
    class
}

/// True for a decorator that gives a class an `__init__`: `dataclass` and the like, unless told not to.
fn writes_constructor(decorator: &Expr) -> bool {
    let (named, keywords) = match decorator {
        Expr::Call(call) => (&*call.func, &call.arguments.keywords[..]),
        other => (other, &[][..]),
    };
    let known = ["dataclass", "dataclasses.dataclass", "attr.s", "attr.attrs", "attr.define", "attrs.define", "define"];
    let refuses = |keyword: &ast::Keyword| {
        keyword.arg.as_ref().is_some_and(|name| name.as_str() == "init")
            && matches!(&keyword.value, Expr::BooleanLiteral(literal) if !literal.value)
    };
    is_one_of(named, &known) && !keywords.iter().any(refuses)
}

/// What an assigned value is to the collection of tests.
pub fn value_kind(value: &Expr) -> ValueKind {
    match value {
        Expr::Lambda(_) => ValueKind::Callable,
        Expr::Call(call) if last_component(&call.func) == Some("partial") => ValueKind::Callable,
        other => dotted(other).map_or(ValueKind::Other, ValueKind::Alias),
    }
}

/// `Generic[T]` and `Base[int]` count as their name, and so does the call that makes a named tuple.
fn base_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Subscript(subscript) => dotted(&subscript.value),
        Expr::Call(call) if last_component(&call.func) == Some("namedtuple") => dotted(&call.func),
        other => dotted(other),
    }
}

fn body(class: &mut Class, statements: &[Stmt], known: &Known, depth: usize) {
    for statement in statements {
        match statement {
            Stmt::FunctionDef(definition) => method(class, definition, known),
            Stmt::ClassDef(inner) if depth < MAX_NESTING => class.nested.push(class_at(inner, known, depth + 1)),
            Stmt::Assign(assign) => {
                assign.targets.iter().for_each(|target| attribute(class, target, &assign.value, known))
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    attribute(class, &assign.target, value, known);
                }
            }
            Stmt::Delete(delete) => delete.targets.iter().for_each(|target| replace(class, target, true)),
            Stmt::If(branch) if depth < MAX_NESTING => {
                body(class, &branch.body, known, depth + 1);
                branch.elif_else_clauses.iter().for_each(|clause| body(class, &clause.body, known, depth + 1));
            }
            Stmt::With(with) if depth < MAX_NESTING => body(class, &with.body, known, depth + 1),
            Stmt::Try(parts) if depth < MAX_NESTING => body(class, &parts.body, known, depth + 1),
            _ => {}
        }
    }
}

fn method(class: &mut Class, definition: &ast::StmtFunctionDef, known: &Known) {
    let method = function(definition, known);
    if matches!(method.name.as_str(), "__init__" | "__new__") {
        class.constructor.get_or_insert_with(|| method.range.clone());
    }
    // A later definition of the same name replaces the earlier one.
    class.methods.retain(|earlier| earlier.name != method.name);
    class.methods.push(method);
}

fn attribute(class: &mut Class, target: &Expr, value: &Expr, known: &Known) {
    if let Expr::Attribute(attribute) = target
        && attribute.attr.as_str() == "__test__"
        && let (Expr::Name(method), Some(false)) = (&*attribute.value, boolean(value))
    {
        let named = class.methods.iter_mut().filter(|known| known.name == method.id.as_str());
        named.for_each(|known| Arc::make_mut(known).not_a_test = true);
    }
    let Expr::Name(name) = target else { return };
    match name.id.as_str() {
        "pytestmark" => match marks(value, known) {
            Some(marks) => class.marks.extend(marks),
            None => class.unknown_marks = true,
        },
        "__test__" => class.test_flag = boolean(value),
        "__init__" | "__new__" => class.constructor = Some(range_of(name)),
        // It may be a function: whether it is a test is not known, and it is counted as one that is.
        _ => replace(class, target, value_kind(value) == ValueKind::Other),
    }
}

/// Puts something else in the place of a method.
fn replace(class: &mut Class, target: &Expr, not_a_test: bool) {
    let Expr::Name(name) = target else { return };
    let name_text = name.id.as_str();
    class.methods.retain(|earlier| earlier.name != name_text);
    let range = range_of(name);
    class.methods.push(Arc::new(Function { name: name_text.into(), range, not_a_test, ..Function::default() }));
}

pub(super) fn boolean(value: &Expr) -> Option<bool> {
    match value {
        Expr::BooleanLiteral(literal) => Some(literal.value),
        _ => None,
    }
}

/// True for a statement that checks nothing.
fn does_nothing(statement: &Stmt) -> bool {
    match statement {
        Stmt::Pass(_) => true,
        Stmt::Expr(expression) => match &*expression.value {
            Expr::StringLiteral(_) | Expr::EllipsisLiteral(_) | Expr::NoneLiteral(_) => true,
            Expr::Call(call) => is_one_of(&call.func, &["pytest.skip", "skip", "self.skipTest", "pytest.xfail"]),
            _ => false,
        },
        Stmt::Assert(assertion) => is_plainly_true(&assertion.test),
        Stmt::Raise(raise) => raise.exc.as_deref().is_some_and(|raised| {
            let named = if let Expr::Call(call) = raised { &*call.func } else { raised };
            matches!(last_component(named), Some("NotImplementedError" | "SkipTest"))
        }),
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

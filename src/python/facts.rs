//! What one Python file says that matters for importing and collecting it, in small owned types.
//!
//! The statements of a module's body become [`Step`]s in the order in which CPython executes them, reduced to what
//! decides an import: names that are bound, imports, branches, `try`, and statements that end the module.

use std::ops::Range;
use std::sync::Arc;

use super::ast::name::Name;
use super::exceptions::Builtins;
use super::marks::Marks;
use super::namespace::{Decorator, Namespace, Returns};

/// The facts of one file.
#[derive(Debug, Default)]
pub struct Facts {
    /// What executing the module does.
    pub steps: Vec<Step>,
    /// Imports that importing the file does not execute.
    pub deferred: Vec<Deferred>,
    /// `__all__`.
    pub exports: Exports,
    /// Names may exist that no statement binds: a module `__getattr__`, `globals()[…]`, `sys.modules[__name__] = …`.
    pub dynamic_names: bool,
    /// `__path__` is changed: submodules may lie elsewhere.
    pub dynamic_path: bool,
    /// An edit of `sys.path` that is not evaluated, or an import hook.
    pub dynamic_sys_path: bool,
    /// Edits of `sys.path` inside functions, where they could be evaluated.
    pub deferred_path_edits: Vec<PathEdit>,
    /// Dotted names that the file puts into `sys.modules`.
    pub injected: Vec<String>,
    /// Names that the file gives to modules that it has imported, dotted, as the file calls the modules.
    pub given: Vec<String>,
    /// Classes at module level, also inside `if` and `try`.
    pub classes: Vec<Class>,
    /// Functions at module level, but for those of `except` clauses.
    pub functions: Vec<Arc<Function>>,
    /// Names at module level that are bound by an assignment, or deleted.
    pub values: Vec<Value>,
    /// `__test__ = False` at module level.
    pub opted_out: bool,
    /// `collect_ignore`, as written.
    pub collect_ignore: Vec<String>,
    /// `collect_ignore_glob`, as written.
    pub collect_ignore_glob: Vec<String>,
    /// Marks of `pytestmark` at module level.
    pub marks: Vec<String>,
    /// The marks that importing the file asks pytest for, and those that it registers.
    pub pytest_marks: Marks,
    /// `pytestmark` holds something that is not understood.
    pub unknown_marks: bool,
    /// The file marks tests of others while they are collected.
    pub adds_marks: bool,
    /// The word `autouse` is in it.
    pub mentions_autouse: bool,
    /// Statements were nested deeper than is followed.
    pub truncated: bool,
    /// What its names may stand for, to the collection of tests.
    pub namespace: Namespace,
    /// Marks that importing the file makes, with their places.
    pub used_marks: Vec<(String, Range<usize>)>,
    /// Dotted names inside the module that have examples in their docstring; empty for the module itself.
    pub doctests: Vec<String>,
}

/// One step of executing a module.
#[derive(Debug)]
pub enum Step {
    /// One alias of an import statement.
    Import(Import),
    /// A name that is bound.
    Bind(Name),
    /// A name that may be bound.
    MayBind(Name),
    /// `del name`
    Unbind(Name),
    /// Exactly one of the arms runs; an `if` without `else` has an empty last arm.
    Branch(Vec<Arm>),
    /// `try`, or `with suppress(…)`.
    Try(Box<Try>),
    /// An edit of `sys.path`.
    PathEdit(PathEdit),
    /// The module ends here.
    Stop(Stop),
}

/// One of the ways that a branch can go.
#[derive(Debug, Default)]
pub struct Arm {
    /// What runs.
    pub steps: Vec<Step>,
    /// What holds where it runs.
    pub asks: Asks,
}

/// What a condition says of the interpreter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asks {
    /// It is 3.*n* or later.
    pub from: Option<u8>,
    /// It is older than 3.*n*.
    pub below: Option<u8>,
    /// The platform decides: what only some platforms have may be meant.
    pub platform: bool,
}

impl Asks {
    /// What holds where both do.
    pub fn and(self, other: Self) -> Self {
        Self {
            from: self.from.max(other.from),
            below: match (self.below, other.below) {
                (Some(one), Some(two)) => Some(one.min(two)),
                (one, two) => one.or(two),
            },
            platform: self.platform || other.platform,
        }
    }
}

/// A `try` statement.
#[derive(Debug)]
pub struct Try {
    /// Its body.
    pub body: Vec<Step>,
    /// Its handlers, in order.
    pub handlers: Vec<Handler>,
    /// `else`
    pub orelse: Vec<Step>,
    /// `finally`
    pub finalbody: Vec<Step>,
}

/// An `except` clause.
#[derive(Debug)]
pub struct Handler {
    /// What it catches.
    pub catches: Catches,
    /// Its body.
    pub steps: Vec<Step>,
}

/// Which failures of an import a handler catches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Catches {
    /// ModuleNotFoundError
    pub missing_module: bool,
    /// ImportError itself
    pub import_error: bool,
    /// SyntaxError
    pub syntax_error: bool,
    /// Every subclass of Exception
    pub exceptions: bool,
    /// SystemExit and pytest's outcomes
    pub everything: bool,
    /// Built-in exceptions.
    pub builtins: Builtins,
    /// A class that is not built in: what derives from it is not known.
    pub other: bool,
}

/// A statement that ends a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The statement.
    pub range: Range<usize>,
    /// What it raises.
    pub kind: StopKind,
}

/// What a [`Stop`] raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopKind {
    /// ModuleNotFoundError
    MissingModule,
    /// ImportError
    ImportError,
    /// The built-in exception of this number.
    Builtin(u8),
    /// Another exception.
    Exception,
    /// The exception that is being handled.
    Reraise,
    /// SystemExit
    Exit,
    /// `pytest.skip(…, allow_module_level=True)`
    Skip,
}

/// An entry that is put on `sys.path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathEdit {
    /// Folder, relative to the repository; empty for the repository itself.
    pub folder: String,
    /// True where it is put in front.
    pub front: bool,
}

/// One alias of an import statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The alias.
    pub range: Range<usize>,
    /// The whole statement.
    pub statement: Range<usize>,
    /// Dotted name as written; empty for `from . import x`.
    pub module: Name,
    /// Number of leading dots.
    pub level: u32,
    /// What is imported.
    pub what: What,
}

/// What an alias imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// `import a.b`, binding this name.
    Module {
        /// `a`, or the name after `as`.
        bound: Name,
    },
    /// `from a import name`, binding this name.
    Name {
        /// The name in the module.
        name: Name,
        /// The name after `as`, or the same.
        bound: Name,
    },
    /// `from a import *`
    Star,
    /// A module that pytest imports because it is named in `pytest_plugins`.
    Plugin,
}

/// An import that importing its file does not execute.
#[derive(Debug)]
pub struct Deferred {
    /// The import.
    pub import: Import,
    /// When it is executed.
    pub when: When,
}

/// When a deferred import is executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// When a function runs, or the file is run as a script.
    Called,
    /// The same, inside a `try` that handles the failure.
    CalledGuarded,
    /// The same, but in a branch that cannot be decided.
    CalledUndecided,
    /// Never: type checkers read it.
    Typing,
}

/// `__all__`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Exports {
    /// Not set.
    #[default]
    Absent,
    /// These names.
    Names(Vec<String>),
    /// Not a literal.
    Dynamic,
}

/// A name that an assignment binds, or `del` unbinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The name.
    pub name: Name,
    /// Offset of the name in the file.
    pub at: usize,
    /// What is known of it.
    pub kind: ValueKind,
}

/// What is known of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A lambda, or a function with some arguments given.
    Callable,
    /// Another name for this dotted name.
    Alias(String),
    /// Anything else, or nothing.
    Other,
}

/// A class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Class {
    /// Its name.
    pub name: Name,
    /// Its name in the `class` statement.
    pub range: Range<usize>,
    /// The whole statement.
    pub whole: Range<usize>,
    /// Base classes as dotted names; `None` for one that is not a name.
    pub bases: Vec<Option<String>>,
    /// Marks of decorators and of `pytestmark` in the body.
    pub marks: Vec<String>,
    /// A decorator or `pytestmark` that is not understood, and may be a mark.
    pub unknown_marks: bool,
    /// Methods, and other attributes, which take the place of inherited methods of their name.
    pub methods: Vec<Arc<Function>>,
    /// Classes inside.
    pub nested: Vec<Class>,
    /// It defines `__init__` or `__new__`, or a decorator does, at this place.
    pub constructor: Option<Range<usize>>,
    /// `__test__`, where it is set.
    pub test_flag: Option<bool>,
    /// Its metaclass is ABCMeta.
    pub has_abstract_meta: bool,
}

/// A function or method.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: Name,
    /// Its name in the `def` statement.
    pub range: Range<usize>,
    /// The whole statement; empty for what is no `def`.
    pub whole: Range<usize>,
    /// Marks of its decorators.
    pub marks: Vec<String>,
    /// It does nothing: docstring, `pass`, `...`, `assert True`, `raise NotImplementedError`, or only a skip.
    pub stub: bool,
    /// It is a fixture, a property or a static helper that pytest does not collect.
    pub not_a_test: bool,
    /// It is decorated as abstract.
    pub is_abstract: bool,
    /// Its decorators, outermost first.
    pub decorators: Vec<Decorator>,
    /// `async def`
    pub is_async: bool,
    /// It is a generator.
    pub yields: bool,
    /// `__test__`, where it is set.
    pub test_flag: Option<bool>,
    /// The first literal name that its `parametrize` marks give values to, and that is no parameter of it.
    pub unfilled: Option<Box<Unfilled>>,
    /// What calling it gives.
    pub returns: Returns,
    /// Its whole body.
    pub body: Range<usize>,
}

/// A name that `parametrize` gives values to, of a function that has no such parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfilled {
    /// The name.
    pub name: String,
    /// Its place.
    pub at: Range<usize>,
    /// All parameters of the function are given by such marks, so that it asks for no fixture.
    pub alone: bool,
}

/// Calls `visit` for every import among the steps, at any depth.
pub fn imports_of<'a>(steps: &'a [Step], visit: &mut impl FnMut(&'a Import)) {
    for_each(steps, &mut |step| {
        if let Step::Import(import) = step {
            visit(import);
        }
    });
}

/// Calls `visit` for every edit of `sys.path` among the steps, at any depth.
pub fn path_edits_of<'a>(steps: &'a [Step], visit: &mut impl FnMut(&'a PathEdit)) {
    for_each(steps, &mut |step| {
        if let Step::PathEdit(edit) = step {
            visit(edit);
        }
    });
}

/// Calls `visit` for every name that the steps delete, at any depth.
pub fn unbound_by<'a>(steps: &'a [Step], visit: &mut impl FnMut(&'a str)) {
    for_each(steps, &mut |step| {
        if let Step::Unbind(name) = step {
            visit(name);
        }
    });
}

/// The depth of [`Step`]s is bounded where they are made, so this recursion is bounded as well.
fn for_each<'a>(steps: &'a [Step], visit: &mut dyn FnMut(&'a Step)) {
    for step in steps {
        visit(step);
        match step {
            Step::Branch(arms) => arms.iter().for_each(|arm| for_each(&arm.steps, visit)),
            Step::Try(parts) => {
                for_each(&parts.body, visit);
                parts.handlers.iter().for_each(|handler| for_each(&handler.steps, visit));
                for_each(&parts.orelse, visit);
                for_each(&parts.finalbody, visit);
            }
            _ => {}
        }
    }
}

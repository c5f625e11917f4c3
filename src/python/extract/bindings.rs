//! Executes the statements of a module for what its names stand for, in several possibilities where a branch decides.

mod values;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::readers::{from_imports, plain_imports};
use super::{Condition, Extractor};
use crate::python::ast::name::Name;
use crate::python::ast::{self, Expr, Stmt};
use crate::python::classes;
use crate::python::facts::What;
use crate::python::functions;
use crate::python::literal::{dotted, elements, last_component};
use crate::python::namespace::{Base, Bound, ClassBody, Namespace};
use crate::python::range_of;

/// How deep blocks and classes are followed; the reader of statements has its own, smaller limit and says so.
const MAX_DEPTH: usize = 60;
/// The most possibilities that are kept for one name.
const MAX_POSSIBILITIES: usize = 8;

/// The names of a module.
pub(super) fn namespace(extractor: &Extractor, body: &[Stmt]) -> Namespace {
    let mut reader = Reader { extractor, layers: vec![Layer::default()], open: None, raises: None, depth: 0 };
    reader.block(body);
    let names = reader.layers.pop().map(|layer| layer.names).unwrap_or_default();
    Namespace { names, open: reader.open, raises: reader.raises }
}

/// What one arm of a branch binds, above what was bound before it.
#[derive(Default)]
struct Layer {
    names: BTreeMap<Name, Vec<Bound>>,
    /// The arm ends the module, so nothing of it is seen afterwards.
    ends: bool,
}

struct Reader<'e> {
    extractor: &'e Extractor,
    layers: Vec<Layer>,
    open: Option<Range<usize>>,
    raises: Option<Range<usize>>,
    depth: usize,
}

impl Reader<'_> {
    fn get(&self, name: &str) -> Option<&Vec<Bound>> {
        self.layers.iter().rev().find_map(|layer| layer.names.get(name))
    }

    fn set(&mut self, name: impl Into<Name>, bound: Vec<Bound>) {
        if let Some(layer) = self.layers.last_mut() {
            layer.names.insert(name.into(), bound);
        }
    }

    fn bind(&mut self, name: impl Into<Name>, bound: Bound) {
        self.set(name, vec![bound]);
    }

    fn opened(&mut self, at: Range<usize>) {
        self.open.get_or_insert(at);
    }

    fn block(&mut self, body: &[Stmt]) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        for statement in body {
            self.statement(statement);
            if self.layers.last().is_some_and(|layer| layer.ends) {
                break;
            }
        }
        self.depth -= 1;
    }

    /// Executes one of several ways on a layer of its own.
    fn way(&mut self, run: impl FnOnce(&mut Self)) -> Layer {
        self.layers.push(Layer::default());
        run(self);
        self.layers.pop().unwrap_or_default()
    }

    /// Goes on where any of several ways may have been taken.
    fn join(&mut self, ways: Vec<Layer>) {
        let live: Vec<Layer> = ways.into_iter().filter(|way| !way.ends).collect();
        if live.is_empty() {
            if let Some(layer) = self.layers.last_mut() {
                layer.ends = true;
            }
            return;
        }
        let names: std::collections::BTreeSet<Name> = live.iter().flat_map(|way| way.names.keys().cloned()).collect();
        for name in names {
            let before = self.get(&name).cloned().unwrap_or_else(|| vec![Bound::Unbound]);
            let mut all: Vec<Bound> = Vec::new();
            for way in &live {
                for bound in way.names.get(&name).unwrap_or(&before) {
                    if !all.contains(bound) {
                        all.push(bound.clone());
                    }
                }
            }
            if all.len() > MAX_POSSIBILITIES {
                all = vec![Bound::Unknown(0..0)];
            }
            self.set(name, all);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Import(import) => {
                for import in plain_imports(import) {
                    if let What::Module { bound } = &import.what {
                        self.bind(bound.clone(), Bound::Plain);
                    }
                }
            }
            Stmt::ImportFrom(import) => {
                for import in from_imports(import) {
                    if let What::Name { bound, .. } = &import.what {
                        let bound = bound.clone();
                        self.bind(bound, Bound::Import(Arc::new(import)));
                    }
                }
            }
            Stmt::FunctionDef(definition) => {
                let function = classes::function(definition, &self.extractor.known);
                self.bind(definition.name.id.clone(), Bound::Function(function));
            }
            Stmt::ClassDef(definition) => self.class(definition),
            Stmt::Assign(assign) => {
                assign.targets.iter().for_each(|target| self.assign(target, &assign.value));
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.assign(&assign.target, value);
                }
            }
            Stmt::AugAssign(assign) => self.augment(&assign.target, &assign.value),
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    if let Expr::Name(name) = target {
                        self.bind(name.id.clone(), Bound::Unbound);
                    }
                }
            }
            Stmt::If(branch) => self.branch(branch),
            Stmt::For(repeated) => {
                let body = self.way(|reader| {
                    reader.unknown(&repeated.target);
                    reader.block(&repeated.body);
                });
                let ways = if runs_once(&repeated.iter) { vec![body] } else { vec![body, Layer::default()] };
                self.join(ways);
                self.block(&repeated.orelse);
            }
            Stmt::While(repeated) => {
                let body = self.way(|reader| reader.block(&repeated.body));
                self.join(vec![body, Layer::default()]);
                self.block(&repeated.orelse);
            }
            Stmt::With(with) => {
                with.items
                    .iter()
                    .filter_map(|item| item.optional_vars.as_deref())
                    .for_each(|target| self.unknown(target));
                let stops = with.items.iter().any(|item| match &item.context_expr {
                    Expr::Call(call) => matches!(last_component(&call.func), Some("suppress" | "raises")),
                    _ => false,
                });
                if stops {
                    let body = self.way(|reader| reader.block(&with.body));
                    self.join(vec![body, Layer::default()]);
                } else {
                    self.block(&with.body);
                }
            }
            Stmt::Match(matched) => {
                let mut ways: Vec<Layer> =
                    matched.cases.iter().map(|case| self.way(|reader| reader.block(&case.body))).collect();
                ways.push(Layer::default());
                self.join(ways);
            }
            Stmt::Try(parts) => self.attempt(parts),
            Stmt::Raise(_) => self.end(),
            Stmt::Expr(expression) => {
                if let Expr::Call(call) = &*expression.value {
                    self.call(call);
                }
            }
            _ => {}
        }
    }

    fn end(&mut self) {
        if let Some(layer) = self.layers.last_mut() {
            layer.ends = true;
        }
    }

    fn branch(&mut self, branch: &ast::StmtIf) {
        let first = (Some(&*branch.test), &branch.body[..]);
        let others = branch.elif_else_clauses.iter().map(|clause| (clause.test.as_ref(), &clause.body[..]));
        let mut ways = Vec::new();
        let mut exhausted = false;
        for (test, body) in std::iter::once(first).chain(others) {
            match test.map_or(Condition::True, |test| self.extractor.condition(test)) {
                Condition::Typing | Condition::Script | Condition::False => {}
                Condition::Open(..) => ways.push(self.way(|reader| reader.block(body))),
                Condition::True => {
                    ways.push(self.way(|reader| reader.block(body)));
                    exhausted = true;
                    break;
                }
            }
        }
        if !exhausted {
            ways.push(Layer::default());
        }
        self.join(ways);
    }

    fn attempt(&mut self, parts: &ast::StmtTry) {
        let body = self.way(|reader| {
            reader.block(&parts.body);
            reader.block(&parts.orelse);
        });
        let mut ways = Vec::new();
        for ast::ExceptHandler::ExceptHandler(handler) in &parts.handlers {
            ways.push(self.way(|reader| {
                if let Some(name) = &handler.name {
                    reader.bind(name.id.clone(), Bound::Plain);
                }
                reader.block(&handler.body);
                if let Some(name) = &handler.name {
                    reader.bind(name.id.clone(), Bound::Unbound);
                }
            }));
        }
        ways.push(body);
        self.join(ways);
        self.block(&parts.finalbody);
    }

    fn class(&mut self, definition: &ast::StmtClassDef) {
        let arguments = definition.arguments.as_deref();
        let bases = arguments.map(|arguments| &arguments.args[..]).unwrap_or_default();
        let bases = bases
            .iter()
            .map(|base| {
                let named = if let Expr::Subscript(subscript) = base { &*subscript.value } else { base };
                let named = match named {
                    Expr::Call(call) if last_component(&call.func) == Some("namedtuple") => &*call.func,
                    other => other,
                };
                let name = dotted(named);
                let bound = name.as_deref().and_then(|name| self.get(name)).cloned().unwrap_or_default();
                Base { name, bound }
            })
            .collect();
        let metaclass = arguments
            .and_then(|arguments| arguments.find_keyword("metaclass"))
            .map(|keyword| dotted(&keyword.value).unwrap_or_default());
        let outer_open = self.open.take();
        let body = self.way(|reader| reader.block(&definition.body)).names;
        let open = std::mem::replace(&mut self.open, outer_open);
        let name = definition.name.id.clone();
        let class = ClassBody {
            name: name.clone(),
            range: range_of(&definition.name),
            bases,
            metaclass,
            decorators: definition.decorator_list.iter().map(functions::decorator).collect(),
            body: Namespace { names: body, open, raises: None },
        };
        self.bind(name, Bound::Class(Arc::new(class)));
    }

    fn unknown(&mut self, target: &Expr) {
        match target {
            Expr::Name(name) => self.bind(name.id.clone(), Bound::Unknown(range_of(name))),
            Expr::Starred(starred) => self.unknown(&starred.value),
            other => elements(other).unwrap_or_default().iter().for_each(|element| self.unknown(element)),
        }
    }
}

/// True for what a loop passes at least once.
fn runs_once(iterated: &Expr) -> bool {
    match iterated {
        Expr::Call(call) if dotted(&call.func).as_deref() == Some("range") => match &call.arguments.args[..] {
            [Expr::NumberLiteral(literal)] => {
                matches!(&literal.value, ast::Number::Int(value) if value.as_i64().is_some_and(|value| value > 0))
            }
            _ => false,
        },
        other => elements(other).is_some_and(|list| !list.is_empty()),
    }
}

//! Executes the statements of a module for what its names stand for, in several possibilities where a branch decides.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::readers::{from_imports, plain_imports};
use super::{Condition, Extractor};
use crate::python::ast::{self, Expr, Stmt};
use crate::python::classes;
use crate::python::facts::What;
use crate::python::functions;
use crate::python::literal::{dotted, elements, last_component, string, strings};
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
    names: BTreeMap<String, Vec<Bound>>,
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

    fn set(&mut self, name: &str, bound: Vec<Bound>) {
        if let Some(layer) = self.layers.last_mut() {
            layer.names.insert(name.to_owned(), bound);
        }
    }

    fn bind(&mut self, name: &str, bound: Bound) {
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
        let names: std::collections::BTreeSet<String> = live.iter().flat_map(|way| way.names.keys().cloned()).collect();
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
            self.set(&name, all);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Import(import) => {
                for import in plain_imports(import) {
                    if let What::Module { bound } = &import.what {
                        self.bind(bound, Bound::Plain);
                    }
                }
            }
            Stmt::ImportFrom(import) => {
                for import in from_imports(import) {
                    if let What::Name { bound, .. } = &import.what {
                        let bound = bound.clone();
                        self.bind(&bound, Bound::Import(Arc::new(import)));
                    }
                }
            }
            Stmt::FunctionDef(definition) => {
                let function = classes::function(definition, &self.extractor.known);
                self.bind(definition.name.as_str(), Bound::Function(function));
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
                        self.bind(&name.id, Bound::Unbound);
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
                Condition::Open => ways.push(self.way(|reader| reader.block(body))),
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
                    reader.bind(name.as_str(), Bound::Plain);
                }
                reader.block(&handler.body);
                if let Some(name) = &handler.name {
                    reader.bind(name.as_str(), Bound::Unbound);
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
        let name = definition.name.as_str();
        let class = ClassBody {
            name: name.to_owned(),
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
            Expr::Name(name) => self.bind(&name.id, Bound::Unknown(range_of(name))),
            Expr::Starred(starred) => self.unknown(&starred.value),
            other => elements(other).unwrap_or_default().iter().for_each(|element| self.unknown(element)),
        }
    }

    fn assign(&mut self, target: &Expr, value: &Expr) {
        match target {
            Expr::Name(name) => {
                let bound = self.value(value);
                self.set(&name.id, bound);
            }
            Expr::Attribute(attribute) => {
                if let Expr::Name(owner) = &*attribute.value {
                    let bound = self.value(value);
                    self.attribute(&owner.id, &attribute.attr, bound);
                }
            }
            Expr::Subscript(subscript) => self.item(subscript, value),
            _ => self.unknown(target),
        }
    }

    /// `globals()["name"] = value`
    fn item(&mut self, subscript: &ast::ExprSubscript, value: &Expr) {
        let Expr::Call(call) = &*subscript.value else { return };
        if !matches!(dotted(&call.func).as_deref(), Some("globals" | "vars" | "locals")) || !call.arguments.is_empty() {
            return;
        }
        match string(&subscript.slice) {
            Some(name) => {
                let bound = self.value(value);
                self.set(name, bound);
            }
            None => self.opened(range_of(subscript)),
        }
    }

    /// Puts an attribute on a function or class of the module.
    fn attribute(&mut self, owner: &str, name: &str, value: Vec<Bound>) {
        let Some(mut owners) = self.get(owner).cloned() else { return };
        for owned in &mut owners {
            match owned {
                Bound::Function(function) if name == "__test__" => {
                    Arc::make_mut(function).test_flag = flag(&value);
                }
                Bound::Class(class) => {
                    Arc::make_mut(class).body.names.insert(name.to_owned(), value.clone());
                }
                _ => {}
            }
        }
        self.set(owner, owners);
    }

    fn augment(&mut self, target: &Expr, value: &Expr) {
        let Expr::Name(name) = target else { return };
        let known = self.get(&name.id).cloned();
        let bound = match (known.as_deref(), strings(value)) {
            (Some([Bound::Texts(texts)]), Some(more)) => Bound::Texts([texts.as_slice(), &more].concat()),
            (Some([Bound::Plain]), _) => Bound::Plain,
            _ => Bound::Unknown(range_of(name)),
        };
        self.bind(&name.id, bound);
    }

    fn call(&mut self, call: &ast::ExprCall) {
        let arguments = &call.arguments.args;
        let name = dotted(&call.func);
        match name.as_deref() {
            Some("sys.exit" | "exit" | "quit") => return self.end(),
            Some("pytest.skip" | "pytest.fail") => {
                let allowed = call.arguments.find_keyword("allow_module_level").is_some();
                if self.layers.len() == 1 && !allowed {
                    self.raises.get_or_insert_with(|| range_of(call));
                }
                return self.end();
            }
            Some("setattr") => return self.set_attribute(call),
            Some("exec") => return self.opened(range_of(call)),
            _ => {}
        }
        let Expr::Attribute(method) = &*call.func else { return };
        match &*method.value {
            Expr::Call(inner) if matches!(dotted(&inner.func).as_deref(), Some("globals" | "vars" | "locals")) => {
                if matches!(method.attr.as_str(), "update" | "setdefault" | "__setitem__") {
                    self.opened(range_of(call));
                }
            }
            Expr::Name(owner) => {
                let Some([Bound::Texts(texts)]) = self.get(&owner.id).map(Vec::as_slice) else { return };
                let more = match (method.attr.as_str(), arguments.first()) {
                    ("append", Some(value)) => string(value).map(|text| vec![text.to_owned()]),
                    ("extend", Some(value)) => strings(value),
                    ("index" | "count" | "copy", _) => return,
                    _ => None,
                };
                let bound = match more {
                    Some(more) => Bound::Texts([texts.as_slice(), &more].concat()),
                    None => Bound::Unknown(range_of(call)),
                };
                self.bind(&owner.id, bound);
            }
            _ => {}
        }
    }

    fn set_attribute(&mut self, call: &ast::ExprCall) {
        let [owner, name, value] = &call.arguments.args[..] else { return };
        match (owner, string(name)) {
            (Expr::Name(owner), Some(name)) => {
                let bound = self.value(value);
                self.attribute(&owner.id, name, bound);
            }
            (Expr::Name(owner), None) => {
                let Some(mut owners) = self.get(&owner.id).cloned() else { return };
                for owned in &mut owners {
                    if let Bound::Class(class) = owned {
                        Arc::make_mut(class).body.open.get_or_insert(range_of(call));
                    }
                }
                self.set(&owner.id, owners);
            }
            _ => self.opened(range_of(call)),
        }
    }

    fn value(&self, value: &Expr) -> Vec<Bound> {
        let one = match value {
            Expr::Name(name) => match self.get(&name.id) {
                Some(known) => return known.clone(),
                None => Bound::Alias(name.id.to_string()),
            },
            Expr::Attribute(_) => dotted(value).map_or_else(|| Bound::Unknown(range_of(value)), Bound::Alias),
            Expr::Lambda(_) => Bound::Callable,
            Expr::BooleanLiteral(literal) => Bound::Flag(literal.value),
            Expr::Call(call) => match dotted(&call.func) {
                Some(_) if last_component(&call.func) == Some("partial") => Bound::Callable,
                Some(name) => Bound::Call(name, range_of(call)),
                None => Bound::Unknown(range_of(call)),
            },
            Expr::List(_) | Expr::Tuple(_) => strings(value).map_or(Bound::Plain, Bound::Texts),
            Expr::NumberLiteral(_)
            | Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::FString(_)
            | Expr::Dict(_)
            | Expr::Set(_)
            | Expr::SetComp(_)
            | Expr::DictComp(_)
            | Expr::Generator(_)
            | Expr::Compare(_)
            | Expr::BinOp(_)
            | Expr::UnaryOp(_) => Bound::Plain,
            other => Bound::Unknown(range_of(other)),
        };
        vec![one]
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

fn flag(value: &[Bound]) -> Option<bool> {
    match value {
        [Bound::Flag(flag)] => Some(*flag),
        _ => None,
    }
}

//! Generators, `map` and `filter`: nothing in them runs before somebody takes their elements.

use std::rc::Rc;

use super::Evaluator;
use super::exec::{Condition, Flow, Frame, Stop};
use super::resume::Taken;
use super::value::{At, Body, Elem, Kind, Obj, Val, Whys, why};
use crate::model::WhyKind;
use crate::python::ast::{self, Expr, Stmt};

/// Calls that take all elements of their argument at once.
const TAKES_ALL: [&str; 9] = ["list", "tuple", "set", "frozenset", "sorted", "dict", "sum", "min", "max"];
/// Calls that give an iterator over another one: whether its elements are taken is decided further out.
const PASSES_ON: [&str; 9] = [
    "map",
    "filter",
    "zip",
    "enumerate",
    "iter",
    "reversed",
    "itertools.chain",
    "itertools.chain.from_iterable",
    "itertools.product",
];

/// What a generator has given so far.
#[derive(Debug)]
pub struct Yields<'a> {
    elements: Vec<Elem<'a>>,
    /// How many guards held when it was called.
    guards: usize,
    /// How many loops of an unknown number of rounds were open.
    loops: usize,
}

impl<'a> Evaluator<'a> {
    /// A generator begins.
    pub fn begin_yields(&mut self) {
        let (guards, loops) = (self.guards.len(), self.open_loops);
        self.watch();
        self.yields.push(Yields { elements: Vec::new(), guards, loops });
    }

    /// A generator ends, whether `whole` or by an exception: what it gave, as a list.
    pub fn end_yields(&mut self, whole: bool, taken: Taken, at: At) -> Val<'a> {
        let elements = self.yields.pop().map(|yields| yields.elements).unwrap_or_default();
        let value = Val::new(Kind::List(self.heap.add(Obj::List(elements))), at);
        self.watched(whole.then_some(&value), taken, at);
        value
    }

    /// `yield value`, or, for `yield from`, each of its elements.
    pub fn give(&mut self, elements: Vec<Elem<'a>>, at: At) {
        let inner = self.guards.last().map(|active| active.guard.text.clone());
        let Some(yields) = self.yields.last_mut() else { return };
        if yields.elements.len() > 2_000 {
            yields.elements.push(Elem::Any(why(WhyKind::Limit, "the generator gives too many values", at)));
            return;
        }
        if self.open_loops > yields.loops {
            yields.elements.push(Elem::Any(why(WhyKind::Dynamic, "how many values it gives is not known", at)));
        } else if self.guards.len() > yields.guards {
            let text = format!("it depends on `{}`", inner.unwrap_or_default());
            yields.elements.push(Elem::Either(Rc::from([elements, Vec::new()]), why(WhyKind::Guarded, text, at)));
        } else {
            yields.elements.extend(elements);
        }
        let count = yields.elements.len();
        self.watch_given(count);
    }

    /// Evaluates an expression all of whose elements are taken here.
    pub fn eval_taken(&mut self, taken: Taken, expr: &'a Expr, frame: &mut Frame<'a>) -> Result<Val<'a>, Stop> {
        self.taken = taken;
        let value = self.eval(expr, frame);
        self.taken = Taken::Open;
        value
    }

    /// Evaluates an argument of a call.
    pub fn eval_argument(
        &mut self,
        callee: &Val<'a>,
        argument: &'a Expr,
        taken: Taken,
        frame: &mut Frame<'a>,
    ) -> Result<Val<'a>, Stop> {
        let takes = match &callee.kind {
            _ if argument.is_starred_expr() || takes_all(callee) => Taken::AtOnce,
            // Something else runs between the elements.
            Kind::External(path) if matches!(&**path, "map" | "filter" | "zip") && taken != Taken::Open => {
                Taken::InTurn
            }
            Kind::External(path) if PASSES_ON.contains(&&**path) => taken,
            _ => Taken::Open,
        };
        self.eval_taken(takes, argument, frame)
    }

    /// Notes what a call does to the iterators that it is given.
    pub fn iterators_given(&mut self, callee: &Val<'a>, args: &[Val<'a>], value: &Val<'a>, at: At) {
        match &callee.kind {
            Kind::External(path) if PASSES_ON.contains(&&**path) => {
                let path = path.clone();
                self.iterator_over(&path, value, args, at);
            }
            _ if takes_all(callee) => args.iter().for_each(|value| self.exhaust(value)),
            _ => {}
        }
    }

    /// What a loop over an object goes through: what its `__iter__` gives.
    pub fn iterable(&mut self, value: Val<'a>, taken: Taken) -> Result<Val<'a>, Stop> {
        let Kind::Instance(id) = value.kind else { return Ok(value) };
        match self.class_attribute_of(id, "__iter__") {
            Some(method @ Val { kind: Kind::Function(_), .. }) => {
                self.gives = taken;
                let at = value.at;
                let given = self.call(&method, vec![value], Vec::new(), None, at);
                self.gives = Taken::Open;
                given
            }
            _ => Ok(value),
        }
    }

    /// A generator expression. Where it is not known that its elements are taken, what it runs has a guard.
    pub fn generator(
        &mut self,
        node: &'a ast::ExprGenerator,
        taken: Taken,
        at: At,
        frame: &mut Frame<'a>,
    ) -> Result<Val<'a>, Stop> {
        let mut elements = Vec::new();
        let calls =
            calls_something(&node.elt) || node.generators.iter().any(|part| part.ifs.iter().any(calls_something));
        self.watch();
        let mut ended = Ok(Flow::Next);
        if taken != Taken::Open || !calls {
            match self.comprehension(&node.elt, &node.generators, frame) {
                Ok(made) => elements = made,
                Err(stop) => ended = Err(stop),
            }
        } else {
            let condition = Condition { text: self.source(node), at };
            ended = self.fork(
                frame,
                &condition,
                &mut |evaluator, frame| {
                    elements = evaluator.comprehension(&node.elt, &node.generators, frame)?;
                    Ok(Flow::Next)
                },
                &mut |_, _| Ok(Flow::Next),
            );
        }
        let value = Val::new(Kind::List(self.heap.add(Obj::List(elements))), at);
        self.watched(ended.is_ok().then_some(&value), taken, at);
        ended?;
        Ok(value)
    }

    /// True for a call that only makes an iterator: `map` and `filter`, or a function that yields.
    pub fn is_lazy_call(&self, callee: &Val<'a>) -> bool {
        match &callee.kind {
            Kind::External(path) => matches!(&**path, "map" | "filter"),
            Kind::Function(function) | Kind::Bound(_, function) => {
                function.opaque.is_none() && matches!(function.body, Body::Block(body) if has_yield(body))
            }
            _ => false,
        }
    }

    /// `any(…)` and `all(…)` of a generator: they end at the first element that decides.
    pub fn any_or_all(
        &mut self,
        is_any: bool,
        node: &'a ast::ExprGenerator,
        at: At,
        frame: &mut Frame<'a>,
    ) -> Result<Val<'a>, Stop> {
        let mut decided = false;
        let mut open: Option<Whys> = None;
        let condition = Condition { text: self.source(node), at };
        self.each_element(&node.generators, frame, &mut |evaluator, frame, maybe| {
            if decided {
                return Ok(());
            }
            let mut value = None;
            if open.is_none() {
                value = Some(evaluator.eval(&node.elt, frame)?);
            } else {
                // An element before it may have decided already.
                evaluator.fork(
                    frame,
                    &condition,
                    &mut |evaluator, frame| {
                        value = Some(evaluator.eval(&node.elt, frame)?);
                        Ok(Flow::Next)
                    },
                    &mut |_, _| Ok(Flow::Next),
                )?;
            }
            let Some(value) = value else { return Ok(()) };
            match (evaluator.truth(&value), maybe) {
                (Some(truth), _) if truth != is_any => {}
                (Some(_), None) if open.is_none() => decided = true,
                (Some(_), Some((whys, _))) => open = Some(whys),
                (Some(_), None) => decided = true,
                (None, _) => open = Some(evaluator.whys_of(&value, at)),
            }
            Ok(())
        })?;
        Ok(match (decided, open) {
            (true, _) => Val::new(Kind::Bool(is_any), at),
            (false, Some(whys)) => Val::new(Kind::Unknown(whys), at),
            (false, None) => Val::new(Kind::Bool(!is_any), at),
        })
    }

    /// What a call of a generator function or of `map` gives: whether its code ever runs is decided by whoever takes
    /// its elements.
    pub fn unless_dropped(
        &mut self,
        text: String,
        at: At,
        frame: &mut Frame<'a>,
        run: &mut dyn FnMut(&mut Self) -> Result<Val<'a>, Stop>,
    ) -> Result<Val<'a>, Stop> {
        let mut value = None;
        let condition = Condition { text, at };
        self.fork(
            frame,
            &condition,
            &mut |evaluator, _| {
                value = Some(run(evaluator)?);
                Ok(Flow::Next)
            },
            &mut |_, _| Ok(Flow::Next),
        )?;
        Ok(value.unwrap_or_else(|| Val::new(Kind::None, at)))
    }
}

/// True for a call that takes all elements of what it is given before it does anything else.
fn takes_all(callee: &Val<'_>) -> bool {
    match &callee.kind {
        Kind::External(path) => TAKES_ALL.contains(&&**path),
        Kind::Method(_, name) => matches!(&**name, "join" | "extend" | "update"),
        _ => false,
    }
}

/// True where the order of the rounds of a loop decides what it does: it may end early.
pub fn leaves_early(body: &[Stmt]) -> bool {
    finds(body, &|statement| matches!(statement, Stmt::Break(_) | Stmt::Return(_) | Stmt::Raise(_)), &|_| false)
}

/// True where a function body yields. Nested functions count as well, which only makes more unknown.
pub fn has_yield(body: &[Stmt]) -> bool {
    finds(body, &|_| false, &|expr| matches!(expr, Expr::Yield(_) | Expr::YieldFrom(_)))
}

fn calls_something(expr: &Expr) -> bool {
    let mut finder =
        Finder { statement: &|_| false, expr: &|expr| matches!(expr, Expr::Call(_)), found: false, seen: 0 };
    ast::visitor::Visitor::visit_expr(&mut finder, expr);
    finder.found
}

fn finds(body: &[Stmt], statement: &dyn Fn(&Stmt) -> bool, expr: &dyn Fn(&Expr) -> bool) -> bool {
    let mut finder = Finder { statement, expr, found: false, seen: 0 };
    for statement in body {
        ast::visitor::Visitor::visit_stmt(&mut finder, statement);
    }
    finder.found
}

/// Looks for a statement or an expression.
struct Finder<'f> {
    statement: &'f dyn Fn(&Stmt) -> bool,
    expr: &'f dyn Fn(&Expr) -> bool,
    found: bool,
    seen: usize,
}

impl<'b> ast::visitor::Visitor<'b> for Finder<'_> {
    fn visit_stmt(&mut self, statement: &'b Stmt) {
        self.found |= (self.statement)(statement);
        self.seen += 1;
        if !self.found && self.seen < 100_000 {
            ast::visitor::walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, expr: &'b Expr) {
        self.found |= (self.expr)(expr);
        self.seen += 1;
        if !self.found && self.seen < 100_000 {
            ast::visitor::walk_expr(self, expr);
        }
    }
}

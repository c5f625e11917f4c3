//! Expressions.
//!
//! | file | subject |
//! | --- | --- |
//! | `comparison` | truth, equality, order and membership |
//! | `comprehensions` | their rounds and elements |
//! | `items` | indexes, keys and slices |
//! | `operators` | operators of two values |

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Evaluator;
use super::exec::{Condition, Flow, Frame, Stop};
use super::heap::{Meeting, bytes};
use super::resume::Taken;
use super::value::{At, Binding, Body, DictObj, Elem, Entry, Function, Kind, Obj, Val, Whys, join, why};
use crate::model::WhyKind;
use crate::python::ast::{self, Expr};

mod comparison;
mod comprehensions;
mod items;
mod operators;

/// The most elements of a value that is made of others at once.
pub const MAX_LENGTH: usize = 10_000;

impl<'a> Evaluator<'a> {
    /// Evaluates an expression.
    pub fn eval(&mut self, expr: &'a Expr, frame: &mut Frame<'a>) -> Result<Val<'a>, Stop> {
        self.charge(1)?;
        if self.depth > super::MAX_DEPTH {
            return self.limit(self.at(expr), "it is nested too deeply");
        }
        self.depth += 1;
        let taken = std::mem::take(&mut self.taken);
        let value = self.eval_inner(expr, taken, frame);
        self.depth -= 1;
        match expr {
            Expr::BinOp(_) | Expr::Call(_) | Expr::Subscript(_) | Expr::FString(_) => self.bounded(value?),
            Expr::Tuple(_) | Expr::List(_) | Expr::Set(_) => self.bounded(value?),
            _ => value,
        }
    }

    /// A value that was made of others: it costs more the longer it is, and what is too long is not known.
    pub fn bounded(&mut self, value: Val<'a>) -> Result<Val<'a>, Stop> {
        let length = match &value.kind {
            Kind::Text(parts) => bytes(parts) / 16,
            Kind::List(id) | Kind::Set(id) => match self.heap.peek(*id) {
                Some(Obj::List(elements)) => elements.len(),
                _ => 0,
            },
            Kind::Tuple(values) => values.len(),
            _ => 0,
        };
        self.charge(length / 64)?;
        let is_too_long = length > MAX_LENGTH && !matches!(value.kind, Kind::Text(_));
        Ok(if is_too_long { Val::unknown(WhyKind::Limit, "it has too many elements", value.at) } else { value })
    }

    fn eval_inner(&mut self, expr: &'a Expr, taken: Taken, frame: &mut Frame<'a>) -> Result<Val<'a>, Stop> {
        let at = self.at(expr);
        Ok(match expr {
            Expr::StringLiteral(node) => Val::text(node.value.to_str(), at),
            Expr::NumberLiteral(node) => match &node.value {
                ast::Number::Int(number) => match number.as_i64() {
                    Some(number) => Val::new(Kind::Int(number), at),
                    None => Val::unknown(WhyKind::Limit, "the number is too large", at),
                },
                ast::Number::Float(number) => Val::new(Kind::Float(*number), at),
                ast::Number::Complex { .. } => {
                    Val::unknown(WhyKind::Unsupported, "complex numbers are not evaluated", at)
                }
            },
            Expr::BooleanLiteral(node) => Val::new(Kind::Bool(node.value), at),
            Expr::NoneLiteral(_) => Val::new(Kind::None, at),
            Expr::FString(node) => self.f_string(node, frame)?,
            Expr::Name(node) => self.lookup(node.id.as_str(), at, frame),
            Expr::Attribute(node) => {
                let object = self.eval(&node.value, frame)?;
                self.attribute(&object, node.attr.as_str(), at)?
            }
            Expr::Subscript(node) => {
                let object = self.eval(&node.value, frame)?;
                if let Expr::Slice(slice) = node.slice.as_ref() {
                    return self.slice(&object, slice, at, frame);
                }
                let key = self.eval(&node.slice, frame)?;
                self.item(&object, &key, at)
            }
            Expr::List(node) => {
                let elements = self.element_list(&node.elts, frame)?;
                Val::new(Kind::List(self.heap.add(Obj::List(elements))), at)
            }
            Expr::Set(node) => {
                let elements = self.element_list(&node.elts, frame)?;
                Val::new(Kind::Set(self.heap.add(Obj::List(elements))), at)
            }
            Expr::Tuple(node) => {
                let elements = self.element_list(&node.elts, frame)?;
                let known: Option<Vec<Val>> = elements
                    .iter()
                    .map(|element| if let Elem::One(value) = element { Some(value.clone()) } else { None })
                    .collect();
                match known {
                    Some(values) => Val::new(Kind::Tuple(values.into()), at),
                    None => Val::new(Kind::List(self.heap.add(Obj::List(elements))), at),
                }
            }
            Expr::Dict(node) => self.dict(node, at, frame)?,
            Expr::BinOp(node) => {
                let left = self.eval(&node.left, frame)?;
                let right = self.eval(&node.right, frame)?;
                self.binary(&left, node.op, &right, at)
            }
            Expr::UnaryOp(node) => {
                let value = self.eval(&node.operand, frame)?;
                match (node.op, &value.kind) {
                    (ast::UnaryOp::Not, _) => match self.truth(&value) {
                        Some(truth) => Val::new(Kind::Bool(!truth), at),
                        None => Val::new(Kind::Unknown(self.whys_of(&value, at)), at),
                    },
                    (ast::UnaryOp::USub, Kind::Int(number)) => match number.checked_neg() {
                        Some(number) => Val::new(Kind::Int(number), at),
                        None => Val::unknown(WhyKind::Limit, "the number is too large", at),
                    },
                    _ => Val::new(Kind::Unknown(self.whys_of(&value, at)), at),
                }
            }
            Expr::BoolOp(node) => self.bool_op(node.op, &node.values, frame)?,
            Expr::Compare(node) => self.compare(node, at, frame)?,
            Expr::If(node) => {
                let test = self.eval(&node.test, frame)?;
                match self.truth(&test) {
                    Some(true) => self.eval(&node.body, frame)?,
                    Some(false) => self.eval(&node.orelse, frame)?,
                    None => {
                        let condition = self.condition(node.test.as_ref());
                        self.either(&condition, &node.body, &node.orelse, frame)?
                    }
                }
            }
            Expr::Call(node) => self.call_expr(node, at, taken, frame)?,
            Expr::ListComp(node) => {
                let elements = self.comprehension(&node.elt, &node.generators, frame)?;
                Val::new(Kind::List(self.heap.add(Obj::List(elements))), at)
            }
            Expr::Generator(node) => self.generator(node, taken, at, frame)?,
            Expr::SetComp(node) => {
                let elements = self.comprehension(&node.elt, &node.generators, frame)?;
                Val::new(Kind::Set(self.heap.add(Obj::List(elements))), at)
            }
            Expr::DictComp(node) => self.dict_comprehension(node, at, frame)?,
            Expr::Lambda(node) => {
                let defaults = match &node.parameters {
                    Some(parameters) => self.defaults(parameters, frame)?,
                    None => BTreeMap::new(),
                };
                let function = Function {
                    name: Rc::from("<lambda>"),
                    parameters: node.parameters.as_deref(),
                    body: Body::Expr(&node.body),
                    defaults,
                    scope: frame.scope,
                    class: None,
                    binding: Binding::Plain,
                    opaque: None,
                    cached: false,
                    at,
                };
                Val::new(Kind::Function(Rc::new(function)), at)
            }
            Expr::Named(node) => {
                let value = self.eval(&node.value, frame)?;
                self.assign(&node.target, value.clone(), frame)?;
                value
            }
            Expr::Await(node) => self.eval(&node.value, frame)?,
            Expr::Starred(node) => self.eval_taken(Taken::AtOnce, &node.value, frame)?,
            Expr::Yield(node) => {
                let value = match &node.value {
                    Some(value) => self.eval(value, frame)?,
                    None => Val::new(Kind::None, at),
                };
                self.give(vec![Elem::One(value)], at);
                Val::unknown(WhyKind::Unsupported, "generators are not evaluated", at)
            }
            Expr::YieldFrom(node) => {
                let values = self.eval_taken(Taken::InTurn, &node.value, frame)?;
                let elements = self.elements(&values).unwrap_or_else(|whys| vec![Elem::Any(whys)]);
                self.exhaust(&values);
                self.give(elements, at);
                Val::unknown(WhyKind::Unsupported, "generators are not evaluated", at)
            }
            Expr::BytesLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::TString(_)
            | Expr::Slice(_)
            | Expr::IpyEscapeCommand(_) => Val::unknown(WhyKind::Unsupported, "this expression is not evaluated", at),
        })
    }

    /// Why a value leaves a question open.
    pub fn whys_of(&self, value: &Val<'a>, at: At) -> Whys {
        value.whys().unwrap_or_else(|| why(WhyKind::Unsupported, "this is not evaluated", at))
    }

    /// Evaluates one of two expressions, it is not known which.
    fn either(
        &mut self,
        condition: &Condition,
        first: &'a Expr,
        second: &'a Expr,
        frame: &mut Frame<'a>,
    ) -> Result<Val<'a>, Stop> {
        let mut values: [Option<Val<'a>>; 2] = [None, None];
        let [a, b] = &mut values;
        let flow = self.fork(
            frame,
            condition,
            &mut |evaluator, frame| {
                *a = Some(evaluator.eval(first, frame)?);
                Ok(Flow::Next)
            },
            &mut |evaluator, frame| {
                *b = Some(evaluator.eval(second, frame)?);
                Ok(Flow::Next)
            },
        )?;
        debug_assert!(flow == Flow::Next);
        let whys = why(WhyKind::Guarded, format!("it depends on `{}`", condition.text), condition.at);
        match values {
            [Some(first), Some(second)] => Ok(self.heap.merge_values(&first, &second, &whys, Meeting::Branch)),
            [Some(value), None] | [None, Some(value)] => Ok(value),
            [None, None] => Err(Stop::Raise),
        }
    }

    fn bool_op(&mut self, op: ast::BoolOp, values: &'a [Expr], frame: &mut Frame<'a>) -> Result<Val<'a>, Stop> {
        let Some((first, rest)) = values.split_first() else { return Err(Stop::Raise) };
        let value = self.eval(first, frame)?;
        if rest.is_empty() {
            return Ok(value);
        }
        let decides = matches!(op, ast::BoolOp::Or);
        match self.truth(&value) {
            Some(truth) if truth == decides => Ok(value),
            Some(_) => self.bool_op(op, rest, frame),
            None => {
                let condition = self.condition(first);
                let mut other = None;
                let mut skip = |_: &mut Self, _: &mut Frame<'a>| Ok(Flow::Next);
                let mut run = |evaluator: &mut Self, frame: &mut Frame<'a>| {
                    other = Some(evaluator.bool_op(op, rest, frame)?);
                    Ok(Flow::Next)
                };
                if decides {
                    self.fork(frame, &condition, &mut skip, &mut run)?;
                } else {
                    self.fork(frame, &condition, &mut run, &mut skip)?;
                }
                let whys = why(WhyKind::Guarded, format!("it depends on `{}`", condition.text), condition.at);
                let Some(other) = other else { return Ok(value) };
                // `unknown and False` is false whatever the first is, as far as a condition goes.
                if self.truth(&other) == Some(decides) && matches!(other.kind, Kind::Bool(_)) {
                    let all = value.whys().map_or_else(|| whys.clone(), |more| join(&whys, &more));
                    return Ok(if decides { other } else { Val::new(Kind::Unknown(all), value.at) });
                }
                if !decides && matches!(other.kind, Kind::Bool(false)) {
                    return Ok(Val::new(Kind::Bool(false), other.at));
                }
                Ok(self.heap.merge_values(&value, &other, &whys, Meeting::Branch))
            }
        }
    }

    fn element_list(&mut self, nodes: &'a [Expr], frame: &mut Frame<'a>) -> Result<Vec<Elem<'a>>, Stop> {
        let mut elements = Vec::new();
        for node in nodes {
            let value = self.eval(node, frame)?;
            if node.is_starred_expr() {
                match self.elements(&value) {
                    Ok(more) if matches!(value.kind, Kind::Set(_)) && more.len() > 1 => {
                        let text = "the order of a set is not known";
                        elements.push(Elem::Any(why(WhyKind::NonDeterministic, text, value.at)));
                    }
                    Ok(more) => {
                        self.charge(more.len() / 64)?;
                        elements.extend(more);
                    }
                    Err(whys) => elements.push(Elem::Any(whys)),
                }
                self.exhaust(&value);
            } else {
                elements.push(Elem::One(value));
            }
        }
        Ok(elements)
    }

    fn dict(&mut self, node: &'a ast::ExprDict, at: At, frame: &mut Frame<'a>) -> Result<Val<'a>, Stop> {
        let id = self.new_dict(Vec::new(), None, at);
        let dict = Val::new(Kind::Dict(id), at);
        for item in &node.items {
            match &item.key {
                Some(key) => {
                    let key = self.eval(key, frame)?;
                    let value = self.eval(&item.value, frame)?;
                    self.set_item(&dict, &key, value, at);
                }
                None => {
                    let value = self.eval(&item.value, frame)?;
                    self.update(&dict, &value, at);
                }
            }
        }
        Ok(dict)
    }

    /// A new dict, made under the conditions that hold now.
    pub fn new_dict(&mut self, entries: Vec<Entry<'a>>, open: Option<Whys>, at: At) -> usize {
        let guards = self.current_guards().into();
        let id = self.heap.add(Obj::Dict(DictObj { entries, open, at, guards }));
        if self.silent > 0 {
            self.silent_dicts.insert(id);
        }
        id
    }
}

//! Expressions.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Evaluator;
use super::define::put;
use super::exec::{Condition, Flow, Frame, Round, Stop};
use super::heap::{Meeting, compact};
use super::value::{At, Binding, Body, DictObj, Elem, Entry, Function, Key, Kind, Obj, Part, Val, Whys, join, why};
use crate::model::WhyKind;
use crate::python::ast::{self, CmpOp, Expr, Operator};

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
        value
    }

    fn eval_inner(&mut self, expr: &'a Expr, taken: bool, frame: &mut Frame<'a>) -> Result<Val<'a>, Stop> {
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
            Expr::Starred(node) => self.eval_taken(&node.value, frame)?,
            Expr::Yield(node) => {
                if let Some(value) = &node.value {
                    self.eval(value, frame)?;
                }
                Val::unknown(WhyKind::Unsupported, "generators are not evaluated", at)
            }
            Expr::YieldFrom(node) => {
                self.eval_taken(&node.value, frame)?;
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

    /// Whether a value counts as true, where that is known.
    pub fn truth(&mut self, value: &Val<'a>) -> Option<bool> {
        match &value.kind {
            Kind::None => Some(false),
            Kind::Bool(truth) => Some(*truth),
            Kind::Int(number) => Some(*number != 0),
            Kind::Float(number) => Some(*number != 0.0),
            Kind::Text(parts) => {
                if parts.iter().any(|part| matches!(part, Part::Lit(text) if !text.is_empty())) {
                    return Some(true);
                }
                let options = value.options()?;
                let empty = options.iter().filter(|text| text.is_empty()).count();
                (empty == 0 || empty == options.len()).then_some(empty == 0)
            }
            Kind::Tuple(values) => Some(!values.is_empty()),
            Kind::List(id) | Kind::Set(id) => match self.heap.get(*id) {
                Some(Obj::List(elements)) if elements.is_empty() => Some(false),
                Some(Obj::List(elements)) => {
                    elements.iter().any(|element| matches!(element, Elem::One(_))).then_some(true)
                }
                _ => None,
            },
            Kind::Dict(id) => match self.heap.get(*id) {
                Some(Obj::Dict(dict)) if dict.entries.iter().any(|entry| !entry.maybe) => Some(true),
                Some(Obj::Dict(dict)) if dict.entries.is_empty() && dict.open.is_none() => Some(false),
                _ => None,
            },
            Kind::Function(_) | Kind::Bound(..) | Kind::Method(..) | Kind::Class(_) | Kind::Completed => Some(true),
            Kind::Instance(id) => {
                let own = self.class_attribute_of(*id, "__bool__").or_else(|| self.class_attribute_of(*id, "__len__"));
                own.is_none().then_some(true)
            }
            Kind::External(_) | Kind::Unknown(_) => None,
        }
    }

    /// Whether two values are equal, where that is known.
    pub fn equal(&mut self, a: &Val<'a>, b: &Val<'a>) -> Option<bool> {
        match (&a.kind, &b.kind) {
            (Kind::Unknown(_) | Kind::External(_), _) | (_, Kind::Unknown(_) | Kind::External(_)) => None,
            (Kind::Text(_), Kind::Text(_)) => {
                let (first, second) = (a.options()?, b.options()?);
                if first.len() == 1 && second.len() == 1 {
                    return Some(first == second);
                }
                if first.iter().all(|text| !second.contains(text)) { Some(false) } else { None }
            }
            (Kind::Int(x), Kind::Int(y)) => Some(x == y),
            (Kind::Bool(x), Kind::Bool(y)) => Some(x == y),
            (Kind::Int(x), Kind::Bool(y)) | (Kind::Bool(y), Kind::Int(x)) => Some(*x == i64::from(*y)),
            (Kind::Float(_), _) | (_, Kind::Float(_)) => None,
            (Kind::None, Kind::None) => Some(true),
            (Kind::Tuple(x), Kind::Tuple(y)) => {
                if x.len() != y.len() {
                    return Some(false);
                }
                for (first, second) in x.iter().zip(y.iter()) {
                    if !self.equal(first, second)? {
                        return Some(false);
                    }
                }
                Some(true)
            }
            (Kind::Instance(x), Kind::Instance(y)) if x == y => Some(true),
            (Kind::Instance(x), Kind::Instance(y)) => {
                // Members of an enumeration are one object each.
                let class = |id: &usize| match self.heap.get(*id) {
                    Some(Obj::Instance { class, .. }) => Some(*class),
                    _ => None,
                };
                let (first, second) = (class(x)?, class(y)?);
                let is_enum = matches!(self.heap.get(first), Some(Obj::Class(class)) if class.is_enum);
                (is_enum && first == second).then_some(false)
            }
            (Kind::Instance(_), _) | (_, Kind::Instance(_)) => match (&a.kind, &b.kind) {
                (Kind::None, _) | (_, Kind::None) => Some(false),
                _ => None,
            },
            (Kind::List(x), Kind::List(y)) => {
                let elements = |id: &usize| match self.heap.get(*id) {
                    Some(Obj::List(elements)) => Some(elements.clone()),
                    _ => None,
                };
                let (first, second) = (elements(x)?, elements(y)?);
                let all = first.iter().chain(&second);
                if !all.clone().all(|element| matches!(element, Elem::One(_))) {
                    return None;
                }
                if first.len() != second.len() {
                    return Some(false);
                }
                for pair in first.iter().zip(&second) {
                    if let (Elem::One(x), Elem::One(y)) = pair
                        && !self.equal(x, y)?
                    {
                        return Some(false);
                    }
                }
                Some(true)
            }
            (Kind::Dict(_) | Kind::Set(_), Kind::Dict(_) | Kind::Set(_)) => None,
            (Kind::Function(_) | Kind::Bound(..) | Kind::Method(..) | Kind::Class(_) | Kind::Completed, _)
            | (_, Kind::Function(_) | Kind::Bound(..) | Kind::Method(..) | Kind::Class(_) | Kind::Completed) => {
                if matches!(a.kind, Kind::None) || matches!(b.kind, Kind::None) { Some(false) } else { None }
            }
            _ => Some(false),
        }
    }

    fn compare(&mut self, node: &'a ast::ExprCompare, at: At, frame: &mut Frame<'a>) -> Result<Val<'a>, Stop> {
        let mut left = self.eval(&node.left, frame)?;
        let mut unknown: Option<Whys> = None;
        for (op, right) in node.ops.iter().zip(node.comparators.iter()) {
            let right = self.eval(right, frame)?;
            let result = match op {
                CmpOp::Eq => self.equal(&left, &right),
                CmpOp::NotEq => self.equal(&left, &right).map(|equal| !equal),
                CmpOp::Is | CmpOp::IsNot => {
                    let simple = |value: &Val| matches!(value.kind, Kind::None | Kind::Bool(_));
                    let instances = matches!((&left.kind, &right.kind), (Kind::Instance(_), Kind::Instance(_)));
                    let text_is_none = matches!(
                        (&left.kind, &right.kind),
                        (Kind::Text(_) | Kind::List(_) | Kind::Dict(_), Kind::None)
                    );
                    let same = if text_is_none {
                        Some(false)
                    } else if simple(&left) || simple(&right) || instances {
                        match (&left.kind, &right.kind) {
                            (Kind::Bool(_), Kind::Int(_)) | (Kind::Int(_), Kind::Bool(_)) => Some(false),
                            _ => self.equal(&left, &right),
                        }
                    } else {
                        None
                    };
                    if matches!(op, CmpOp::Is) { same } else { same.map(|same| !same) }
                }
                CmpOp::In => self.contains(&right, &left),
                CmpOp::NotIn => self.contains(&right, &left).map(|found| !found),
                CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE => match (&left.kind, &right.kind) {
                    (Kind::Int(a), Kind::Int(b)) => Some(match op {
                        CmpOp::Lt => a < b,
                        CmpOp::LtE => a <= b,
                        CmpOp::Gt => a > b,
                        _ => a >= b,
                    }),
                    _ => None,
                },
            };
            match result {
                Some(false) => return Ok(Val::new(Kind::Bool(false), at)),
                Some(true) => {}
                None => {
                    let whys = left.whys().or_else(|| right.whys());
                    unknown =
                        Some(whys.unwrap_or_else(|| why(WhyKind::Unsupported, "this comparison is not evaluated", at)));
                }
            }
            left = right;
        }
        Ok(match unknown {
            Some(whys) => Val::new(Kind::Unknown(whys), at),
            None => Val::new(Kind::Bool(true), at),
        })
    }

    /// `value in container`
    pub fn contains(&mut self, container: &Val<'a>, value: &Val<'a>) -> Option<bool> {
        match &container.kind {
            Kind::Text(_) => {
                let (text, part) = (container.as_text()?, value.as_text()?);
                Some(text.contains(&*part))
            }
            Kind::Dict(id) => {
                let key = value.as_key()?;
                match self.heap.get(*id) {
                    Some(Obj::Dict(dict)) => match dict.entries.iter().find(|entry| entry.key == key) {
                        Some(entry) => (!entry.maybe).then_some(true),
                        None => dict.open.is_none().then_some(false),
                    },
                    _ => None,
                }
            }
            Kind::List(_) | Kind::Set(_) | Kind::Tuple(_) => {
                let elements = self.elements(container).ok()?;
                let mut undecided = false;
                for element in &elements {
                    match element {
                        Elem::One(item) => match self.equal(item, value) {
                            Some(true) => return Some(true),
                            Some(false) => {}
                            None => undecided = true,
                        },
                        _ => undecided = true,
                    }
                }
                (!undecided).then_some(false)
            }
            _ => None,
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
                    Ok(more) => elements.extend(more),
                    Err(whys) => elements.push(Elem::Any(whys)),
                }
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

    /// Runs the rounds of a comprehension in a scope of its own: see [`Self::generate`].
    #[allow(clippy::type_complexity)] // One callback of one function.
    pub fn each_element(
        &mut self,
        generators: &'a [ast::Comprehension],
        frame: &Frame<'a>,
        run: &mut dyn FnMut(&mut Self, &mut Frame<'a>, Option<(Whys, bool)>) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let scope = self.heap.add(Obj::Scope { names: BTreeMap::new(), parent: Some(frame.scope), open: None });
        let mut inner = self.frame(scope);
        inner.class = frame.class;
        inner.receiver = frame.receiver.clone();
        self.generate(generators, &mut inner, None, run)
    }

    /// The elements of a comprehension.
    pub fn comprehension(
        &mut self,
        element: &'a Expr,
        generators: &'a [ast::Comprehension],
        frame: &mut Frame<'a>,
    ) -> Result<Vec<Elem<'a>>, Stop> {
        let mut elements = Vec::new();
        self.each_element(generators, frame, &mut |evaluator, frame, maybe| {
            let value = evaluator.eval(element, frame)?;
            elements.push(match maybe {
                None => Elem::One(value),
                Some((whys, false)) => Elem::Either(Rc::from([vec![Elem::One(value)], vec![]]), whys),
                Some((whys, true)) => Elem::Any(whys),
            });
            Ok(())
        })?;
        Ok(elements)
    }

    /// Runs the rounds of a comprehension. `maybe` is why a round may not take place, and whether there may be more.
    #[allow(clippy::type_complexity)] // One callback of one function.
    fn generate(
        &mut self,
        generators: &'a [ast::Comprehension],
        frame: &mut Frame<'a>,
        maybe: Option<(Whys, bool)>,
        run: &mut dyn FnMut(&mut Self, &mut Frame<'a>, Option<(Whys, bool)>) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let Some((generator, rest)) = generators.split_first() else {
            let Some((whys, _)) = &maybe else { return run(self, frame, maybe) };
            let Some(reason) = whys.first() else { return run(self, frame, maybe) };
            let condition = Condition { text: self.source_at(reason.at), at: reason.at };
            self.fork(
                frame,
                &condition,
                &mut |evaluator, frame| {
                    run(evaluator, frame, maybe.clone())?;
                    Ok(Flow::Next)
                },
                &mut |_, _| Ok(Flow::Next),
            )?;
            return Ok(());
        };
        let iterable = self.eval_taken(&generator.iter, frame)?;
        let rounds = self.rounds(&iterable);
        if rounds.len() > 2_000 {
            return self.limit(self.at(&generator.iter), "the comprehension has too many rounds");
        }
        for round in rounds {
            let mut maybe = maybe.clone();
            let value = match round {
                Round::One(value) => value,
                Round::Maybe(value, whys) => {
                    maybe = Some((whys, maybe.is_some_and(|(_, many)| many)));
                    value
                }
                Round::Any(whys) => {
                    maybe = Some((whys.clone(), true));
                    Val::new(Kind::Unknown(whys), iterable.at)
                }
            };
            self.assign(&generator.target, value, frame)?;
            let mut skipped = false;
            for test in &generator.ifs {
                let value = self.eval(test, frame)?;
                match self.truth(&value) {
                    Some(true) => {}
                    Some(false) => skipped = true,
                    None => {
                        let text = format!("it depends on `{}`", self.source(test));
                        let whys = why(WhyKind::Guarded, text, self.at(test));
                        maybe = Some((whys, maybe.is_some_and(|(_, many)| many)));
                    }
                }
            }
            if !skipped {
                self.generate(rest, frame, maybe, run)?;
            }
        }
        Ok(())
    }

    fn dict_comprehension(
        &mut self,
        node: &'a ast::ExprDictComp,
        at: At,
        frame: &mut Frame<'a>,
    ) -> Result<Val<'a>, Stop> {
        let mut entries: Vec<Entry<'a>> = Vec::new();
        let mut open: Option<Whys> = None;
        self.each_element(&node.generators, frame, &mut |evaluator, frame, maybe| {
            let key = match &node.key {
                Some(key) => evaluator.eval(key, frame)?.as_key(),
                None => None,
            };
            let value = evaluator.eval(&node.value, frame)?;
            match (key, maybe) {
                (Some(key), None) => put(&mut entries, key, value),
                (_, maybe) => {
                    let whys = maybe.map_or_else(|| why(WhyKind::Dynamic, "a key is not known", at), |(whys, _)| whys);
                    for entry in &mut entries {
                        entry.value = Val::new(Kind::Unknown(whys.clone()), entry.value.at);
                    }
                    open = Some(whys);
                }
            }
            Ok(())
        })?;
        Ok(Val::new(Kind::Dict(self.new_dict(entries, open, at)), at))
    }

    /// `left op right`
    pub fn binary(&mut self, left: &Val<'a>, op: Operator, right: &Val<'a>, at: At) -> Val<'a> {
        match (&left.kind, op, &right.kind) {
            (Kind::Text(a), Operator::Add, Kind::Text(b)) => {
                let parts = a.iter().chain(b.iter()).cloned().collect();
                Val::new(Kind::Text(compact(parts)), at)
            }
            (Kind::Text(a), Operator::Add, Kind::Unknown(whys)) => {
                let mut parts = a.to_vec();
                parts.push(super::text::hole(whys.clone()));
                Val::new(Kind::Text(compact(parts)), at)
            }
            (Kind::Unknown(whys), Operator::Add, Kind::Text(b)) => {
                let mut parts = vec![super::text::hole(whys.clone())];
                parts.extend(b.iter().cloned());
                Val::new(Kind::Text(compact(parts)), at)
            }
            (Kind::Text(_), Operator::Mod, _) => self.percent(left, right, at),
            (Kind::List(_), Operator::Add, Kind::List(_) | Kind::Unknown(_))
            | (Kind::Unknown(_), Operator::Add, Kind::List(_)) => {
                let mut elements = Vec::new();
                for side in [left, right] {
                    match self.elements(side) {
                        Ok(more) => elements.extend(more),
                        Err(whys) => elements.push(Elem::Any(whys)),
                    }
                }
                if elements.len() > 10_000 {
                    return Val::unknown(WhyKind::Limit, "the list is too long", at);
                }
                Val::new(Kind::List(self.heap.add(Obj::List(elements))), at)
            }
            (Kind::Tuple(a), Operator::Add, Kind::Tuple(b)) => {
                Val::new(Kind::Tuple(a.iter().chain(b.iter()).cloned().collect()), at)
            }
            (Kind::Dict(_), Operator::BitOr, _) => {
                let id = self.new_dict(Vec::new(), None, at);
                let dict = Val::new(Kind::Dict(id), at);
                self.update(&dict, left, at);
                self.update(&dict, right, at);
                dict
            }
            (Kind::External(path), Operator::Div, _) if path.starts_with("pathlib.") => {
                Val::unknown(WhyKind::Dynamic, "a path is known when the script runs", at)
            }
            (Kind::Int(a), _, Kind::Int(b)) => {
                let number = match op {
                    Operator::Add => a.checked_add(*b),
                    Operator::Sub => a.checked_sub(*b),
                    Operator::Mult => a.checked_mul(*b),
                    Operator::FloorDiv if *b > 0 => Some(a.div_euclid(*b)),
                    Operator::Mod if *b > 0 => Some(a.rem_euclid(*b)),
                    _ => None,
                };
                match number {
                    Some(number) => Val::new(Kind::Int(number), at),
                    None => Val::unknown(WhyKind::Unsupported, "this arithmetic is not evaluated", at),
                }
            }
            _ => {
                let whys = left.whys().or_else(|| right.whys());
                let whys = whys.unwrap_or_else(|| why(WhyKind::Unsupported, "this operation is not evaluated", at));
                Val::new(Kind::Unknown(whys), at)
            }
        }
    }

    /// `object[key]`
    pub fn item(&mut self, object: &Val<'a>, key: &Val<'a>, at: At) -> Val<'a> {
        match &object.kind {
            Kind::Dict(id) => match (self.heap.get(*id), key.as_key()) {
                (Some(Obj::Dict(dict)), Some(key)) => match dict.entries.iter().find(|entry| entry.key == key) {
                    Some(entry) => {
                        let (maybe, value) = (entry.maybe, entry.value.clone());
                        if maybe {
                            self.may_raise(at);
                        }
                        value
                    }
                    None => {
                        let open = dict.open.clone();
                        self.may_raise(at);
                        if open.is_none() {
                            // Python raises an exception here, if nothing was overlooked.
                            self.does_not_raise(at);
                        }
                        let text = match &key {
                            Key::Text(text) => format!("there is no key `{text}`"),
                            _ => "there is no such key".to_owned(),
                        };
                        Val::new(Kind::Unknown(open.unwrap_or_else(|| why(WhyKind::EvaluationFailed, text, at))), at)
                    }
                },
                (Some(Obj::Lost(whys)), _) => Val::new(Kind::Unknown(whys.clone()), at),
                _ => {
                    self.may_raise(at);
                    // One of several entries: a text is a text, whichever it is.
                    Val::new(Kind::Unknown(self.whys_of(key, at)), at)
                }
            },
            Kind::List(_) | Kind::Tuple(_) => {
                let index = if let Kind::Int(index) = key.kind { Some(index) } else { None };
                let found = match (self.elements(object), index) {
                    (Ok(elements), Some(index)) => nth(&elements, index),
                    (Err(whys), _) => Err(Some(whys)),
                    (_, None) => Err(key.whys()),
                };
                found.unwrap_or_else(|whys| {
                    self.may_raise(at);
                    let whys = whys.unwrap_or_else(|| why(WhyKind::Dynamic, "the element is not known", at));
                    Val::new(Kind::Unknown(whys), at)
                })
            }
            Kind::Class(id) => {
                // `Enum["NAME"]`, or a generic alias.
                match (self.heap.get(*id), key.as_text()) {
                    (Some(Obj::Class(class)), Some(name)) if class.is_enum => class
                        .attributes
                        .get(&name)
                        .cloned()
                        .unwrap_or_else(|| Val::unknown(WhyKind::EvaluationFailed, "there is no such member", at)),
                    _ => object.clone(),
                }
            }
            Kind::External(path) if &**path == "os.environ" => {
                self.may_raise(at);
                self.environment(key, at)
            }
            _ => {
                self.may_raise(at);
                Val::new(Kind::Unknown(self.whys_of(object, at)), at)
            }
        }
    }

    fn slice(
        &mut self,
        object: &Val<'a>,
        slice: &'a ast::ExprSlice,
        at: At,
        frame: &mut Frame<'a>,
    ) -> Result<Val<'a>, Stop> {
        let mut bounds = [None, None];
        for (bound, node) in bounds.iter_mut().zip([&slice.lower, &slice.upper]) {
            if let Some(node) = node {
                match self.eval(node, frame)?.kind {
                    Kind::Int(number) => *bound = Some(number),
                    _ => return Ok(Val::unknown(WhyKind::Dynamic, "the bounds of a slice are not known", at)),
                }
            }
        }
        let unsupported = Val::unknown(WhyKind::Unsupported, "this slice is not evaluated", at);
        if slice.step.is_some() {
            return Ok(unsupported);
        }
        let range = |length: usize| {
            let clamp = |bound: i64| {
                let bound = if bound < 0 { bound + length as i64 } else { bound };
                bound.clamp(0, length as i64) as usize
            };
            let start = bounds[0].map_or(0, clamp);
            start..bounds[1].map_or(length, clamp).max(start)
        };
        Ok(match &object.kind {
            Kind::List(id) => match self.heap.get(*id) {
                Some(Obj::List(elements)) if elements.iter().all(|element| matches!(element, Elem::One(_))) => {
                    let part = elements.get(range(elements.len())).unwrap_or_default().to_vec();
                    Val::new(Kind::List(self.heap.add(Obj::List(part))), at)
                }
                // A copy of all of it.
                Some(Obj::List(elements)) if bounds == [None, None] => {
                    let copy = elements.clone();
                    Val::new(Kind::List(self.heap.add(Obj::List(copy))), at)
                }
                _ => Val::new(Kind::Unknown(self.whys_of(object, at)), at),
            },
            Kind::Tuple(values) => {
                Val::new(Kind::Tuple(values.get(range(values.len())).unwrap_or_default().into()), at)
            }
            Kind::Text(_) => match object.as_text() {
                Some(text) => {
                    let characters: Vec<char> = text.chars().collect();
                    let part: String = characters.get(range(characters.len())).unwrap_or_default().iter().collect();
                    Val::text(part, at)
                }
                None => Val::hole(self.whys_of(object, at), at),
            },
            _ => Val::new(Kind::Unknown(self.whys_of(object, at)), at),
        })
    }
}

fn nth<'a>(elements: &[Elem<'a>], index: i64) -> Result<Val<'a>, Option<Whys>> {
    let first_unknown = elements.iter().position(|element| !matches!(element, Elem::One(_)));
    let position =
        if index >= 0 { usize::try_from(index).ok() } else { usize::try_from(index + elements.len() as i64).ok() };
    let Some(position) = position else { return Err(None) };
    let whys = |at: usize| match elements.get(at) {
        Some(Elem::Any(whys) | Elem::Either(_, whys)) => Some(whys.clone()),
        _ => None,
    };
    if index < 0 {
        let last_unknown = elements.iter().rposition(|element| !matches!(element, Elem::One(_)));
        if let Some(last) = last_unknown.filter(|last| *last >= position) {
            return Err(whys(last));
        }
    } else if let Some(first) = first_unknown.filter(|first| *first <= position) {
        return Err(whys(first));
    }
    match elements.get(position) {
        Some(Elem::One(value)) => Ok(value.clone()),
        _ => Err(None),
    }
}

//! Truth, equality, order and membership.

use crate::deploy::python::exec::{Frame, Stop};
use crate::deploy::python::value::{At, Elem, Kind, Obj, Part, Val, Whys, why};
use crate::deploy::python::{Evaluator, MAX_DEPTH};
use crate::model::WhyKind;
use crate::python::ast::{self, CmpOp};

/// The most pairs of elements that are compared in one script.
const MAX_COMPARED: usize = 200_000;

impl<'a> Evaluator<'a> {
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
            Kind::Function(_)
            | Kind::Bound(..)
            | Kind::Method(..)
            | Kind::Class(_)
            | Kind::Partial(_)
            | Kind::Module(_)
            | Kind::Path(_)
            | Kind::Parser(_)
            | Kind::Completed => Some(true),
            Kind::Choice(chosen) => {
                chosen.iter().all(|chosen| !matches!(chosen.function.kind, Kind::None)).then_some(true)
            }
            Kind::Message(_) => None,
            Kind::Instance(id) => {
                let own = self.class_attribute_of(*id, "__bool__").or_else(|| self.class_attribute_of(*id, "__len__"));
                own.is_none().then_some(true)
            }
            Kind::External(_) | Kind::Unknown(_) => None,
        }
    }

    /// Whether two values are equal, where that is known.
    pub fn equal(&mut self, a: &Val<'a>, b: &Val<'a>) -> Option<bool> {
        // A list may hold itself.
        if self.depth > MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let equal = self.equal_inner(a, b);
        self.depth -= 1;
        equal
    }

    fn equal_inner(&mut self, a: &Val<'a>, b: &Val<'a>) -> Option<bool> {
        match (&a.kind, &b.kind) {
            (Kind::Message(_) | Kind::Path(_), Kind::None) | (Kind::None, Kind::Message(_) | Kind::Path(_)) => {
                Some(false)
            }
            (
                Kind::Unknown(_)
                | Kind::External(_)
                | Kind::Choice(_)
                | Kind::Path(_)
                | Kind::Message(_)
                | Kind::Method(..),
                _,
            )
            | (
                _,
                Kind::Unknown(_)
                | Kind::External(_)
                | Kind::Choice(_)
                | Kind::Path(_)
                | Kind::Message(_)
                | Kind::Method(..),
            ) => None,
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
            (Kind::Float(_), Kind::None) | (Kind::None, Kind::Float(_)) => Some(false),
            (Kind::Float(_), _) | (_, Kind::Float(_)) => None,
            (Kind::None, Kind::None) => Some(true),
            (Kind::Tuple(x), Kind::Tuple(y)) => {
                if x.len() != y.len() {
                    return Some(false);
                }
                for (first, second) in x.iter().zip(y.iter()) {
                    self.compared += 1;
                    if self.compared > MAX_COMPARED {
                        return None;
                    }
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
                    // Each level may have as many comparisons as there are pairs.
                    self.compared += 1;
                    if self.compared > MAX_COMPARED {
                        return None;
                    }
                    if let (Elem::One(x), Elem::One(y)) = pair
                        && !self.equal(x, y)?
                    {
                        return Some(false);
                    }
                }
                Some(true)
            }
            (Kind::Dict(_) | Kind::Set(_), Kind::Dict(_) | Kind::Set(_)) => None,
            (Kind::Function(_) | Kind::Bound(..) | Kind::Class(_) | Kind::Completed, _)
            | (_, Kind::Function(_) | Kind::Bound(..) | Kind::Class(_) | Kind::Completed) => {
                if matches!(a.kind, Kind::None) || matches!(b.kind, Kind::None) { Some(false) } else { None }
            }
            (Kind::Module(_) | Kind::Parser(_) | Kind::Partial(_), _)
            | (_, Kind::Module(_) | Kind::Parser(_) | Kind::Partial(_)) => {
                if matches!(a.kind, Kind::None) || matches!(b.kind, Kind::None) { Some(false) } else { None }
            }
            _ => Some(false),
        }
    }

    pub(super) fn compare(
        &mut self,
        node: &'a ast::ExprCompare,
        at: At,
        frame: &mut Frame<'a>,
    ) -> Result<Val<'a>, Stop> {
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
                CmpOp::In | CmpOp::NotIn => {
                    let found = self.contains(&right, &left);
                    // What is looked at is taken out of an iterator.
                    self.take_some(&right, None);
                    if matches!(op, CmpOp::In) { found } else { found.map(|found| !found) }
                }
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
                let key = self.key_of(value)?;
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
}

//! Operators of two values.

use crate::deploy::python::Evaluator;
use crate::deploy::python::heap::compact;
use crate::deploy::python::text;
use crate::deploy::python::value::{At, Elem, Kind, Obj, Val, why};
use crate::model::WhyKind;
use crate::python::ast::Operator;

impl<'a> Evaluator<'a> {
    /// `left op right`
    pub fn binary(&mut self, left: &Val<'a>, op: Operator, right: &Val<'a>, at: At) -> Val<'a> {
        match (&left.kind, op, &right.kind) {
            (Kind::Text(a), Operator::Add, Kind::Text(b)) => {
                let parts = a.iter().chain(b.iter()).cloned().collect();
                Val::new(Kind::Text(compact(parts)), at)
            }
            (Kind::Text(a), Operator::Add, Kind::Unknown(whys)) => {
                let mut parts = a.to_vec();
                parts.push(text::hole(whys.clone()));
                Val::new(Kind::Text(compact(parts)), at)
            }
            (Kind::Unknown(whys), Operator::Add, Kind::Text(b)) => {
                let mut parts = vec![text::hole(whys.clone())];
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
            (Kind::Path(_), Operator::Div, _) | (Kind::Text(_), Operator::Div, Kind::Path(_)) => {
                self.join_path(left, right, at)
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
}

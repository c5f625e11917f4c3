//! Builtins that make, walk and order sequences.

use std::rc::Rc;

use crate::deploy::python::Evaluator;
use crate::deploy::python::call::Keywords;
use crate::deploy::python::exec::{Round, Stop};
use crate::deploy::python::value::{At, Elem, Key, Kind, Obj, Val, why};
use crate::model::WhyKind;

impl<'a> Evaluator<'a> {
    /// `range`, `enumerate`, `zip`, `map`, `filter`, `any`, `all` and `next`.
    pub(super) fn sequence(
        &mut self,
        path: &str,
        args: &[Val<'a>],
        keywords: &Keywords<'a>,
        at: At,
    ) -> Result<Option<Val<'a>>, Stop> {
        let list = |evaluator: &mut Self, elements: Vec<Elem<'a>>| {
            Val::new(Kind::List(evaluator.heap.add(Obj::List(elements))), at)
        };
        Ok(Some(match (path, args.first()) {
            ("range", Some(_)) => {
                let numbers: Option<Vec<i64>> = args
                    .iter()
                    .map(|value| if let Kind::Int(number) = value.kind { Some(number) } else { None })
                    .collect();
                let (start, end, step) = match numbers.as_deref() {
                    Some([end]) => (0, *end, 1),
                    Some([start, end]) => (*start, *end, 1),
                    Some([start, end, step]) if *step > 0 => (*start, *end, *step),
                    _ => {
                        let whys = args.iter().find_map(Val::whys);
                        let whys = whys.unwrap_or_else(|| why(WhyKind::Unsupported, "this range is not evaluated", at));
                        return Ok(Some(Val::new(Kind::Unknown(whys), at)));
                    }
                };
                let mut elements = Vec::new();
                let mut number = start;
                while number < end {
                    if elements.len() > 1_000 {
                        return self.limit(at, "the range is too long");
                    }
                    elements.push(Elem::One(Val::new(Kind::Int(number), at)));
                    number = number.saturating_add(step);
                }
                list(self, elements)
            }
            ("enumerate", Some(value)) => {
                let start = match (args.get(1), keywords.first()) {
                    (Some(Val { kind: Kind::Int(start), .. }), _)
                    | (None, Some((_, Val { kind: Kind::Int(start), .. }))) => *start,
                    (None, None) => 0,
                    _ => return Ok(Some(Val::unknown(WhyKind::Dynamic, "the count is not known", at))),
                };
                if start > i64::from(i32::MAX) {
                    return Ok(Some(Val::unknown(WhyKind::Limit, "the count is too large", at)));
                }
                let mut elements = Vec::new();
                let mut counted = true;
                for (number, round) in (start..).zip(self.rounds(value)) {
                    let count = |known: bool| match known {
                        true => Val::new(Kind::Int(number), at),
                        false => Val::unknown(WhyKind::Dynamic, "the count is not known", at),
                    };
                    elements.push(match round {
                        Round::One(value) => {
                            let pair = Kind::Tuple(Rc::from([count(counted), value]));
                            Elem::One(Val::new(pair, at))
                        }
                        Round::Maybe(value, whys) => {
                            counted = false;
                            let pair = Kind::Tuple(Rc::from([count(false), value]));
                            Elem::Either(Rc::from([vec![Elem::One(Val::new(pair, at))], vec![]]), whys)
                        }
                        Round::Any(whys) => {
                            counted = false;
                            Elem::Any(whys)
                        }
                    });
                }
                list(self, elements)
            }
            ("zip", Some(_)) if self.shares_iterator(args) => {
                Val::unknown(WhyKind::Unsupported, "one iterator that is given twice is not evaluated", at)
            }
            ("zip", Some(_)) => {
                let mut columns = Vec::new();
                for value in args {
                    match self.elements(value) {
                        Ok(elements) if elements.iter().all(|element| matches!(element, Elem::One(_))) => {
                            columns.push(elements)
                        }
                        Ok(_) => return Ok(Some(Val::unknown(WhyKind::Dynamic, "the list is not known", at))),
                        Err(whys) => return Ok(Some(Val::new(Kind::Unknown(whys), at))),
                    }
                }
                let length = columns.iter().map(Vec::len).min().unwrap_or(0);
                let mut rows = Vec::new();
                for row in 0..length {
                    let values: Vec<Val> = columns
                        .iter()
                        .filter_map(|column| {
                            if let Some(Elem::One(value)) = column.get(row) { Some(value.clone()) } else { None }
                        })
                        .collect();
                    rows.push(Elem::One(Val::new(Kind::Tuple(values.into()), at)));
                }
                list(self, rows)
            }
            ("map" | "filter", Some(function)) => {
                let Some(values) = args.get(1) else { return Ok(None) };
                let mut elements = Vec::new();
                for (done, round) in self.rounds(values).into_iter().enumerate() {
                    let before = self.heap.list(values).map(<[Elem<'a>]>::to_vec);
                    self.resume(values, done);
                    let changed = before.as_deref() != self.heap.list(values);
                    let round = if changed {
                        Round::Any(why(WhyKind::Dynamic, "what is gone through is changed meanwhile", at))
                    } else {
                        round
                    };
                    match round {
                        Round::One(value) => {
                            let result = self.call(function, vec![value.clone()], Vec::new(), None, at)?;
                            if path == "map" {
                                elements.push(Elem::One(result));
                                self.watch_given(elements.len());
                                continue;
                            }
                            match self.truth(&result) {
                                Some(true) => elements.push(Elem::One(value)),
                                Some(false) => {}
                                None => {
                                    let whys = self.whys_of(&result, at);
                                    elements.push(Elem::Either(Rc::from([vec![Elem::One(value)], vec![]]), whys));
                                }
                            }
                            self.watch_given(elements.len());
                        }
                        Round::Maybe(_, whys) | Round::Any(whys) => {
                            self.hand_over(function, &whys, at);
                            elements.push(Elem::Any(whys));
                        }
                    }
                    if changed {
                        break;
                    }
                }
                list(self, elements)
            }
            ("any" | "all", Some(value)) => {
                let wanted = path == "any";
                let mut undecided = None;
                for round in self.rounds(value) {
                    let whys = match round {
                        Round::One(value) => match self.truth(&value) {
                            Some(truth) if truth == wanted => return Ok(Some(Val::new(Kind::Bool(wanted), at))),
                            Some(_) => continue,
                            None => self.whys_of(&value, at),
                        },
                        Round::Maybe(_, whys) | Round::Any(whys) => whys,
                    };
                    undecided = Some(whys);
                }
                match undecided {
                    Some(whys) => Val::new(Kind::Unknown(whys), at),
                    None => Val::new(Kind::Bool(!wanted), at),
                }
            }
            ("next", Some(value)) => {
                if let Kind::Set(_) = value.kind
                    && self.rounds(value).len() > 1
                {
                    let text = "the order of a set is not known";
                    return Ok(Some(Val::unknown(WhyKind::NonDeterministic, text, at)));
                }
                let found = self.rounds(value).into_iter().next();
                // What is taken is not there for the next call.
                if let (Kind::List(id), Some(Round::One(_))) = (&value.kind, &found)
                    && let Some(Obj::List(elements)) = self.heap.get_mut(*id)
                {
                    elements.remove(0);
                } else if matches!(found, Some(Round::Maybe(..) | Round::Any(_))) {
                    self.lose(value, &why(WhyKind::Dynamic, "what is left of it is not known", at));
                }
                match (found, args.get(1)) {
                    (Some(Round::One(value)), _) => value,
                    (None, Some(default)) => default.clone(),
                    (Some(Round::Maybe(_, whys) | Round::Any(whys)), _) => {
                        self.hazards += 1;
                        Val::new(Kind::Unknown(whys), at)
                    }
                    (None, None) => {
                        self.hazards += 1;
                        Val::unknown(WhyKind::EvaluationFailed, "there is no next value", at)
                    }
                }
            }
            _ => return Ok(None),
        }))
    }

    /// The elements as `sorted` orders them, where that can be told.
    pub(in crate::deploy::python) fn sorted(
        &mut self,
        elements: &[Elem<'a>],
        keywords: &Keywords<'a>,
        at: At,
    ) -> Result<Option<Vec<Elem<'a>>>, Stop> {
        let mut by = None;
        let mut descending = false;
        for (name, value) in keywords {
            match &**name {
                "key" if matches!(value.kind, Kind::None) => {}
                "key" => by = Some(value),
                "reverse" => match self.truth(value) {
                    Some(truth) => descending = truth,
                    None => return Ok(None),
                },
                _ => return Ok(None),
            }
        }
        let mut keys: Vec<(Vec<Option<Key>>, Elem<'a>)> = Vec::new();
        for element in elements {
            let Elem::One(value) = element else { return Ok(None) };
            let key = match by {
                Some(function) => self.call(function, vec![value.clone()], Vec::new(), None, at)?,
                None => value.clone(),
            };
            let key = match &key.kind {
                Kind::Tuple(values) => values.iter().map(Val::as_key).collect(),
                _ => vec![key.as_key()],
            };
            keys.push((key, element.clone()));
        }
        let mut comparable = true;
        // Python keeps the order of equal elements, also in reverse.
        keys.sort_by(|(first, _), (second, _)| {
            let pairs = first.iter().zip(second).map(|pair| match pair {
                (Some(Key::Text(a)), Some(Key::Text(b))) => Some(a.cmp(b)),
                (Some(Key::Int(a)), Some(Key::Int(b))) => Some(a.cmp(b)),
                _ => None,
            });
            let decides = pairs.into_iter().find(|order| *order != Some(std::cmp::Ordering::Equal));
            let order = decides.unwrap_or(Some(first.len().cmp(&second.len()))).unwrap_or_else(|| {
                comparable = false;
                std::cmp::Ordering::Equal
            });
            if descending { order.reverse() } else { order }
        });
        if !comparable {
            return Ok(None);
        }
        Ok(Some(keys.into_iter().map(|(_, element)| element).collect()))
    }
}

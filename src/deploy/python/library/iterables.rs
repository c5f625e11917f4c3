//! `itertools` and `collections`.

use std::rc::Rc;

use crate::deploy::python::Evaluator;
use crate::deploy::python::call::Keywords;
use crate::deploy::python::value::{At, ClassObj, Elem, Kind, Obj, Val, all_known};

impl<'a> Evaluator<'a> {
    /// `collections.namedtuple(name, fields)`
    pub(super) fn named_tuple(&mut self, args: &[Val<'a>], keywords: &Keywords<'a>, at: At) -> Option<Val<'a>> {
        let [name, fields] = args else { return None };
        let fields: Vec<Rc<str>> = match fields.as_text() {
            Some(text) => text.replace(',', " ").split_whitespace().map(Rc::from).collect(),
            None => self.known_elements(fields)?.iter().map(Val::as_text).collect::<Option<_>>()?,
        };
        if !keywords.is_empty() {
            return None;
        }
        let class = ClassObj { fields: Some(fields), is_tuple: true, ..ClassObj::plain(&name.as_text()?) };
        Some(Val::new(Kind::Class(self.heap.add(Obj::Class(class))), at))
    }

    /// `itertools.chain(…)` and `itertools.product(…)` of lists that are known.
    pub(super) fn iterated(
        &mut self,
        path: &str,
        args: &[Val<'a>],
        keywords: &Keywords<'a>,
        at: At,
    ) -> Option<Val<'a>> {
        if !keywords.is_empty() {
            return None;
        }
        let lists = match (path, args) {
            ("itertools.chain.from_iterable", [list]) => self.known_elements(list)?,
            _ => args.to_vec(),
        };
        let lists: Vec<Vec<Val<'a>>> = lists
            .iter()
            .map(|list| match list.kind {
                Kind::Dict(_) => all_known(&self.elements(list).ok()?),
                _ => self.known_elements(list),
            })
            .collect::<Option<_>>()?;
        let values: Vec<Val<'a>> = if path == "itertools.product" {
            let count = lists.iter().try_fold(1_usize, |count, list| count.checked_mul(list.len().max(1)));
            if count.is_none_or(|count| count > 2_000) {
                return None;
            }
            let mut rows: Vec<Vec<Val<'a>>> = vec![Vec::new()];
            for list in lists {
                let longer = rows.iter().flat_map(|row| {
                    list.iter().map(|value| row.iter().cloned().chain([value.clone()]).collect::<Vec<_>>())
                });
                rows = longer.collect();
            }
            rows.into_iter().map(|row| Val::new(Kind::Tuple(row.into()), at)).collect()
        } else {
            lists.into_iter().flatten().collect()
        };
        Some(Val::new(Kind::List(self.heap.add(Obj::List(values.into_iter().map(Elem::One).collect()))), at))
    }
}

//! Functions that keep what they gave: `functools.cache` and `lru_cache`.

use std::rc::Rc;

use super::Keywords;
use crate::deploy::python::Evaluator;
use crate::deploy::python::exec::Stop;
use crate::deploy::python::value::{At, Function, Kind, Val, Whys, why};
use crate::model::{Guard, WhyKind};

/// The most results that are kept.
const MAX_KEPT: usize = 1_000;

/// What a function gave.
#[derive(Debug)]
pub struct Kept<'a> {
    function: Rc<Function<'a>>,
    args: Vec<Val<'a>>,
    keywords: Keywords<'a>,
    value: Val<'a>,
    /// The conditions under which it was called.
    guards: Vec<Guard>,
}

impl<'a> Evaluator<'a> {
    /// Calls a function that runs once for the same arguments.
    pub(super) fn call_cached(
        &mut self,
        function: &Rc<Function<'a>>,
        args: Vec<Val<'a>>,
        keywords: Keywords<'a>,
        unsure: Option<Whys>,
        at: At,
    ) -> Result<Val<'a>, Stop> {
        let known =
            |value: &Val<'a>| value.as_key().is_some() || matches!(value.kind, Kind::Instance(_) | Kind::Class(_));
        let all_known = unsure.is_none() && args.iter().all(known) && keywords.iter().all(|(_, value)| known(value));
        let guards = self.current_guards();
        let mut called_before = false;
        for kept in self.kept.iter().filter(|kept| Rc::ptr_eq(&kept.function, function)) {
            if all_known && (&kept.args, &kept.keywords) != (&args, &keywords) {
                continue;
            }
            if all_known && kept.guards.iter().all(|guard| guards.contains(guard)) {
                return Ok(kept.value.clone());
            }
            called_before = true;
        }
        let value = self.call_function(function, args.clone(), keywords.clone(), unsure, at)?;
        if called_before {
            return Ok(Val::new(Kind::Unknown(why(WhyKind::Dynamic, "an earlier call may have given it", at)), at));
        }
        if self.silent == 0 && self.kept.len() < MAX_KEPT {
            self.kept.push(Kept { function: function.clone(), args, keywords, value: value.clone(), guards });
        }
        Ok(value)
    }
}

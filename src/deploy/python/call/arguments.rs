//! Which parameter gets which argument.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Keywords;
use crate::deploy::python::Evaluator;
use crate::deploy::python::exec::Frame;
use crate::deploy::python::value::{At, Entry, Function, Key, Kind, Val, Whys};
use crate::model::WhyKind;

impl<'a> Evaluator<'a> {
    pub(super) fn bind_parameters(
        &mut self,
        function: &Function<'a>,
        args: Vec<Val<'a>>,
        keywords: Keywords<'a>,
        unsure: Option<Whys>,
        at: At,
        frame: &Frame<'a>,
    ) {
        let Some(parameters) = function.parameters else { return };
        let mut args = args.into_iter();
        let mut keywords: BTreeMap<Rc<str>, Val<'a>> = keywords.into_iter().collect();
        let positional = parameters.posonlyargs.iter().chain(&parameters.args).map(|parameter| (parameter, true));
        for (parameter, positional) in
            positional.chain(parameters.kwonlyargs.iter().map(|parameter| (parameter, false)))
        {
            let name = parameter.name().as_str();
            let mut value = if positional { args.next() } else { None };
            if function.opaque.is_some() && value.is_none() {
                keywords.remove(name);
            }
            value = value.or_else(|| keywords.remove(name));
            let value = match (value, &unsure) {
                (Some(value), _) => value,
                (None, Some(whys)) => Val::new(Kind::Unknown(whys.clone()), at),
                (None, None) => function.defaults.get(name).cloned().unwrap_or_else(|| {
                    Val::unknown(WhyKind::EvaluationFailed, format!("the argument `{name}` is missing"), at)
                }),
            };
            self.bind(name, value, frame);
        }
        if let Some(parameter) = &parameters.vararg {
            let rest: Vec<Val> = args.collect();
            let value = match &unsure {
                Some(whys) => Val::new(Kind::Unknown(whys.clone()), at),
                None => Val::new(Kind::Tuple(rest.into()), at),
            };
            self.bind(parameter.name.as_str(), value, frame);
        }
        if let Some(parameter) = &parameters.kwarg {
            let entries = keywords.into_iter().map(|(name, value)| Entry { key: Key::Text(name), value, maybe: false });
            let entries = entries.collect();
            let id = self.new_dict(entries, unsure, at);
            self.bind(parameter.name.as_str(), Val::new(Kind::Dict(id), at), frame);
        }
    }
}

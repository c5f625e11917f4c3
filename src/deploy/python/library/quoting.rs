//! Texts split into shell words, and words joined to a text.

use std::rc::Rc;

use crate::deploy::python::Evaluator;
use crate::deploy::python::heap::compact;
use crate::deploy::python::methods::split_parts;
use crate::deploy::python::value::{At, Elem, Kind, Obj, Part, Val, known_text, why};
use crate::deploy::words::Extent;
use crate::model::WhyKind;

impl<'a> Evaluator<'a> {
    pub(super) fn split_words(&mut self, parts: &[Part], at: At) -> Val<'a> {
        let elements = match known_text(parts) {
            Some(text) => match shlex::split(&text) {
                Some(words) => words.into_iter().map(|word| Elem::One(Val::text(word, at))).collect(),
                None => return Val::unknown(WhyKind::EvaluationFailed, "the quotes do not match", at),
            },
            // Quotes around what is not known cannot be seen through.
            None if parts.iter().any(|part| matches!(part, Part::Lit(text) if text.contains(['"', '\'', '\\']))) => {
                vec![Elem::Any(why(WhyKind::Dynamic, "a part of the text is not known", at))]
            }
            None => split_parts(parts, true, at),
        };
        Val::new(Kind::List(self.heap.add(Obj::List(elements))), at)
    }

    pub(super) fn shell_join(&mut self, list: Option<&Val<'a>>, at: At) -> Val<'a> {
        let Some(elements) = list.and_then(|list| self.elements(list).ok()) else {
            return Val::unknown(WhyKind::Dynamic, "the words are not known", at);
        };
        let mut parts: Vec<Part> = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            if index > 0 {
                parts.push(Part::Lit(" ".into()));
            }
            let word = if let Elem::One(value) = element { value.as_text() } else { None };
            match word.as_deref().map(shlex::try_quote) {
                Some(Ok(quoted)) => parts.push(Part::Lit(Rc::from(&*quoted))),
                _ => {
                    let whys = why(WhyKind::Dynamic, "a word is not known", at);
                    parts.push(Part::Hole { whys, options: Rc::from([]), extent: Extent::Quoted });
                }
            }
        }
        Val::new(Kind::Text(compact(parts)), at)
    }
}

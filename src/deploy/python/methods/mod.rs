//! Methods of texts, lists, dicts and what commands give.
//!
//! | file | subject |
//! | --- | --- |
//! | `dicts` | methods of dicts, and what is merged into one |
//! | `lists` | methods of lists |
//! | `texts` | methods of texts |

use std::rc::Rc;

use super::Evaluator;
use super::call::Keywords;
use super::exec::Stop;
use super::library::OPENED;
use super::value::{At, Elem, Kind, Obj, Val, why};
use crate::model::WhyKind;

mod dicts;
mod lists;
mod texts;

pub use texts::split_parts;

impl<'a> Evaluator<'a> {
    /// `object.name(args)` of a built-in type.
    pub fn method(
        &mut self,
        object: &Val<'a>,
        name: &str,
        args: Vec<Val<'a>>,
        keywords: Keywords<'a>,
        at: At,
    ) -> Result<Val<'a>, Stop> {
        let none = Val::new(Kind::None, at);
        match &object.kind {
            Kind::Text(_) => Ok(self.text_method(object, name, &args, &keywords, at)),
            Kind::List(id) => self.list_method(object, *id, name, &args, &keywords, at),
            Kind::Dict(id) => self.dict_method(object, *id, name, &args, &keywords, at),
            Kind::Set(id) => {
                if let ("add", Some(value)) = (name, args.first()) {
                    if let Some(Obj::List(elements)) = self.heap.get_mut(*id) {
                        elements.push(Elem::One(value.clone()));
                    }
                    return Ok(none);
                }
                let whys = why(WhyKind::Unsupported, format!("`{name}` of a set is not evaluated"), at);
                self.lose(object, &whys);
                Ok(Val::new(Kind::Unknown(whys), at))
            }
            Kind::Path(parts) => Ok(self.path_method(parts, name, &args, at)),
            Kind::Parser(id) => Ok(self.parser_method(object, *id, name, &args, &keywords, at)),
            Kind::Message(_) => {
                self.hazards += 1;
                self.lose(object, &why(WhyKind::Unsupported, format!("`{name}` of a message is not evaluated"), at));
                Ok(none)
            }
            // A file that was opened.
            Kind::Method(path, opened) if &**opened == OPENED => match (&path.kind, name) {
                (Kind::Path(parts), "read") if args.is_empty() => {
                    let parts = parts.clone();
                    Ok(self.file_text(&parts, at))
                }
                _ => Ok(Val::unknown(WhyKind::Dynamic, "a file is known when the script runs", at)),
            },
            // `Popen.communicate()` and its like.
            Kind::Completed => Ok(match name {
                "wait" | "poll" => Val::new(Kind::Int(0), at),
                "check_returncode" => none,
                "communicate" => {
                    let output =
                        Val::new(Kind::Unknown(why(WhyKind::Dynamic, "the output of a command is not known", at)), at);
                    Val::new(Kind::Tuple(Rc::from([output.clone(), output])), at)
                }
                _ => Val::unknown(WhyKind::Dynamic, "the output of a command is not known", at),
            }),
            _ => self.call_unknown(object, args, keywords, at),
        }
    }
}

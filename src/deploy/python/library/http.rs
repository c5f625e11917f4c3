//! Requests to Cloud Run's API by plain HTTP: `requests.patch(url, json=…)` and its like.

use std::rc::Rc;

use super::google::{joined_parts, kind_of, workloads};
use crate::deploy::python::Evaluator;
use crate::deploy::python::api::{Call, Mask};
use crate::deploy::python::call::Keywords;
use crate::deploy::python::heap::compact;
use crate::deploy::python::value::{At, Kind, Part, Val, why};
use crate::model::WhyKind;

impl<'a> Evaluator<'a> {
    pub(super) fn http_request(&mut self, verb: &str, args: &[Val<'a>], keywords: &Keywords<'a>, at: At) {
        let keyword = |name: &str| keywords.iter().find(|(key, _)| **key == *name).map(|(_, value)| value.clone());
        let (verb, url) = match verb {
            "request" => {
                let verb = args.first().cloned().or_else(|| keyword("method")).and_then(|verb| verb.as_text());
                (verb.map(|verb| verb.to_ascii_lowercase()), args.get(1).cloned().or_else(|| keyword("url")))
            }
            verb => (Some(verb.to_owned()), args.first().cloned().or_else(|| keyword("url"))),
        };
        let Some(Val { kind: Kind::Text(parts), at: url_at }) = url else { return };
        let known: String = parts.iter().map(|part| if let Part::Lit(text) = part { &**text } else { "\0" }).collect();
        let run = known.contains("run.googleapis.com") || (known.starts_with('\0') && known.contains("/locations/"));
        let kind = ["services", "jobs", "workerPools"].into_iter().find(|word| known.contains(&format!("/{word}")));
        let Some(kind) = kind.and_then(kind_of).filter(|_| run) else { return };
        let asks = known.contains(":run") || known.contains(":setIamPolicy");
        let (creates, evaluated) = match verb.as_deref() {
            Some("patch") => (false, known.contains("/v2/")),
            Some("post") if asks => return,
            Some("post") => (true, known.contains("/v2/")),
            Some("put") => (false, false),
            Some("get" | "delete" | "head" | "options") => return,
            _ => (false, false),
        };
        if !evaluated {
            if self.silent == 0 {
                self.incomplete(WhyKind::Unsupported, "this request to Cloud Run's API is not evaluated", at);
            }
            return;
        }
        let mut path = Vec::new();
        let mut query = Vec::new();
        for part in parts.iter() {
            match part {
                Part::Lit(text) if query.is_empty() && text.contains('?') => {
                    let (before, after) = text.split_once('?').unwrap_or((text, ""));
                    path.push(Part::Lit(before.into()));
                    query.push(Part::Lit(format!("&{after}").into()));
                }
                part if query.is_empty() => path.push(part.clone()),
                part => query.push(part.clone()),
            }
        }
        let parameter = |evaluator: &Self, name: &str| {
            let in_query = parameter_of(&query, name).map(|parts| Val::new(Kind::Text(parts), url_at));
            in_query.or_else(|| keyword("params").and_then(|params| evaluator.field(&params, name).0))
        };
        let mask = parameter(self, "updateMask").or_else(|| parameter(self, "update_mask"));
        let open = keyword("params").and_then(|params| self.field(&params, "updateMask").1);
        let mask = match (mask, open) {
            (None, Some(whys)) => Mask::Unknown(whys),
            (mask, _) => self.mask_of(mask.as_ref(), at),
        };
        let path = Val::new(Kind::Text(compact(path)), url_at);
        let name = if creates {
            let word = format!("{}Id", workloads(kind).trim_end_matches('s'));
            parameter(self, &word).map(|id| joined_parts(&path, &id, at))
        } else {
            Some(path)
        };
        let body = keyword("json").or_else(|| {
            let text = why(WhyKind::Unsupported, "the body of this request is not evaluated", at);
            Some(Val::new(Kind::Unknown(text), at))
        });
        let action = format!("{}.{}", workloads(kind), if creates { "create" } else { "patch" });
        self.send(Call { kind, action, name, body, mask, at });
    }
}

/// The value of a parameter of a query, which begins with `&`.
fn parameter_of(query: &[Part], name: &str) -> Option<Rc<[Part]>> {
    let start = format!("&{name}=");
    let mut found: Option<Vec<Part>> = None;
    for part in query {
        match (part, &mut found) {
            (Part::Lit(text), None) => {
                if let Some((_, after)) = text.split_once(&*start) {
                    let (value, ends) = after.split_once('&').map_or((after, false), |(value, _)| (value, true));
                    let value = vec![Part::Lit(value.replace("%2C", ",").into())];
                    if ends {
                        return Some(compact(value));
                    }
                    found = Some(value);
                }
            }
            (Part::Lit(text), Some(value)) => {
                let (rest, ends) = text.split_once('&').map_or((&**text, false), |(rest, _)| (rest, true));
                value.push(Part::Lit(rest.into()));
                if ends {
                    break;
                }
            }
            (hole, Some(value)) => value.push(hole.clone()),
            (_, None) => {}
        }
    }
    found.map(compact)
}

//! Methods of texts.

use std::rc::Rc;

use crate::deploy::python::Evaluator;
use crate::deploy::python::heap::{MAX_TEXT, compact};
use crate::deploy::python::text::format;
use crate::deploy::python::value::{At, Elem, Kind, Obj, Part, Val, known_text, why};
use crate::deploy::words::{self, Extent};
use crate::model::WhyKind;

impl<'a> Evaluator<'a> {
    pub(super) fn text_method(
        &mut self,
        object: &Val<'a>,
        name: &str,
        args: &[Val<'a>],
        keywords: &[(Rc<str>, Val<'a>)],
        at: At,
    ) -> Val<'a> {
        if name == "format" {
            return self.format_method(object, args, keywords, at);
        }
        if name == "join" {
            return self.join_texts(object, args.first(), at);
        }
        let whys = object.whys();
        let Some(text) = object.as_text() else {
            let whys = whys.unwrap_or_else(|| Rc::from([]));
            return match name {
                "strip" | "rstrip" | "lstrip" | "lower" | "upper" | "replace" | "title" | "capitalize" => {
                    changed(name, object.parts(), args, at).unwrap_or_else(|| Val::made_of(object.parts(), whys, at))
                }
                "split" if args.is_empty() => match &object.kind {
                    Kind::Text(parts) => {
                        let words = split_parts(parts, false, at);
                        Val::new(Kind::List(self.heap.add(Obj::List(words))), at)
                    }
                    _ => Val::new(Kind::Unknown(whys), at),
                },
                "startswith" => match (&object.kind, args.first().and_then(Val::as_text)) {
                    (Kind::Text(parts), Some(prefix)) => match parts.first() {
                        Some(Part::Lit(known)) if known.len() >= prefix.len() => {
                            Val::new(Kind::Bool(known.starts_with(&*prefix)), at)
                        }
                        _ => Val::new(Kind::Unknown(whys), at),
                    },
                    _ => Val::new(Kind::Unknown(whys), at),
                },
                _ => Val::new(Kind::Unknown(whys), at),
            };
        };
        if let (Some(made), true) = (self.counted_method(&text, name, args, at), keywords.is_empty()) {
            return made;
        }
        let known: Option<Vec<Rc<str>>> = args.iter().map(Val::as_text).collect();
        let unsupported = Val::unknown(WhyKind::Unsupported, format!("`{name}` of a text is not evaluated"), at);
        let Some(known) = known.filter(|_| keywords.is_empty()) else {
            return match args.iter().find_map(Val::whys) {
                Some(whys) => Val::new(Kind::Unknown(whys), at),
                None => unsupported,
            };
        };
        let ascii = text.is_ascii();
        match (name, known.as_slice()) {
            ("strip", []) => Val::text(text.trim(), at),
            ("lstrip", []) => Val::text(text.trim_start(), at),
            ("rstrip", []) => Val::text(text.trim_end(), at),
            ("strip", [set]) => Val::text(text.trim_matches(|next| set.contains(next)), at),
            ("lstrip", [set]) => Val::text(text.trim_start_matches(|next| set.contains(next)), at),
            ("rstrip", [set]) => Val::text(text.trim_end_matches(|next| set.contains(next)), at),
            ("lower", []) if ascii => Val::text(text.to_ascii_lowercase(), at),
            ("upper", []) if ascii => Val::text(text.to_ascii_uppercase(), at),
            ("replace", [from, to]) if !from.is_empty() => {
                let longer = text.matches(&**from).count().saturating_mul(to.len()).saturating_add(text.len());
                if longer > MAX_TEXT { unsupported } else { Val::text(text.replace(&**from, to), at) }
            }
            ("startswith", [prefix]) => Val::new(Kind::Bool(text.starts_with(&**prefix)), at),
            ("endswith", [suffix]) => Val::new(Kind::Bool(text.ends_with(&**suffix)), at),
            ("removeprefix", [prefix]) => Val::text(text.strip_prefix(&**prefix).unwrap_or(&text), at),
            ("removesuffix", [suffix]) => Val::text(text.strip_suffix(&**suffix).unwrap_or(&text), at),
            ("split", []) => {
                let words = text.split_whitespace().map(|word| Elem::One(Val::text(word, at))).collect();
                Val::new(Kind::List(self.heap.add(Obj::List(words))), at)
            }
            ("split", [separator]) if !separator.is_empty() => {
                let words = text.split(&**separator).map(|word| Elem::One(Val::text(word, at))).collect();
                Val::new(Kind::List(self.heap.add(Obj::List(words))), at)
            }
            ("casefold", []) if ascii => Val::text(text.to_ascii_lowercase(), at),
            ("capitalize", []) if ascii => {
                let (first, rest) = text.split_at(text.len().min(1));
                Val::text(first.to_ascii_uppercase() + &rest.to_ascii_lowercase(), at)
            }
            ("partition", [separator]) if !separator.is_empty() => {
                let (before, after) = text.split_once(&**separator).unwrap_or((&text, ""));
                let between = if before.len() < text.len() { separator } else { "" };
                three([before, between, after], at)
            }
            ("rpartition", [separator]) if !separator.is_empty() => {
                let (before, after) = text.rsplit_once(&**separator).unwrap_or(("", &text));
                let between = if after.len() < text.len() { separator } else { "" };
                three([before, between, after], at)
            }
            ("isdigit" | "isdecimal" | "isnumeric", []) if ascii => {
                let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                Val::new(Kind::Bool(all), at)
            }
            ("splitlines", []) => {
                let lines = text.lines().map(|line| Elem::One(Val::text(line, at))).collect();
                Val::new(Kind::List(self.heap.add(Obj::List(lines))), at)
            }
            _ => unsupported,
        }
    }

    /// Methods that take a number.
    fn counted_method(&mut self, text: &str, name: &str, args: &[Val<'a>], at: At) -> Option<Val<'a>> {
        let number = |index: usize| match args.get(index).map(|value| &value.kind) {
            Some(Kind::Int(number)) => usize::try_from(*number).ok().filter(|number| *number <= 10_000),
            _ => None,
        };
        match name {
            "zfill" | "ljust" | "rjust" if args.len() == 1 => {
                let spec = format::Spec::padded(name, number(0)?);
                Some(Val::text(spec.text(text)?, at))
            }
            "split" | "rsplit" => {
                let separator = args.first()?.as_text().filter(|separator| !separator.is_empty())?;
                let parts: Vec<&str> = match (name, args.len()) {
                    ("split", 2) => text.splitn(number(1)?.checked_add(1)?, &*separator).collect(),
                    ("rsplit", 1) => text.split(&*separator).collect(),
                    ("rsplit", 2) => {
                        let mut parts: Vec<&str> = text.rsplitn(number(1)?.checked_add(1)?, &*separator).collect();
                        parts.reverse();
                        parts
                    }
                    _ => return None,
                };
                let words = parts.into_iter().map(|word| Elem::One(Val::text(word, at))).collect();
                Some(Val::new(Kind::List(self.heap.add(Obj::List(words))), at))
            }
            _ => None,
        }
    }

    fn join_texts(&mut self, separator: &Val<'a>, list: Option<&Val<'a>>, at: At) -> Val<'a> {
        let (Kind::Text(between), Some(list)) = (&separator.kind, list) else {
            return Val::unknown(WhyKind::Unsupported, "`join` is not evaluated", at);
        };
        let between = between.clone();
        let elements = match self.elements(list) {
            Ok(elements) if matches!(list.kind, Kind::Set(_)) && elements.len() > 1 => {
                return Val::hole(why(WhyKind::NonDeterministic, "the order of a set is not known", at), at);
            }
            Ok(elements) => elements,
            Err(whys) => return Val::hole(whys, at),
        };
        let separator = known_text(&between);
        let mut parts: Vec<Part> = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            let choice = match (element, &separator) {
                (Elem::One(value), _) => {
                    if index > 0 {
                        parts.extend(between.iter().cloned());
                    }
                    parts.extend(self.parts_of(value, at));
                    continue;
                }
                (Elem::Either(alternatives, whys), Some(separator)) => {
                    joined_ways(alternatives, separator, index > 0).map(|options| (options, whys))
                }
                _ => None,
            };
            // Any number of words: nothing around them is certain any more.
            let Some((options, whys)) = choice else {
                let whys = if let Elem::Any(whys) | Elem::Either(_, whys) = element { whys.clone() } else { continue };
                return Val::made_of(&parts_in(&elements), whys, at);
            };
            parts.push(Part::Hole { whys: whys.clone(), options, extent: Extent::Text });
            if parts.len() > 5_000 {
                return Val::unknown(WhyKind::Limit, "the text is too long", at);
            }
        }
        if parts.len() > 5_000 {
            return Val::unknown(WhyKind::Limit, "the text is too long", at);
        }
        Val::new(Kind::Text(compact(parts)), at)
    }
}

/// What each of several sequences is in a joined text, with the separator before it where something stands there.
fn joined_ways(alternatives: &[Vec<Elem<'_>>], separator: &str, follows: bool) -> Option<Rc<[Rc<str>]>> {
    let way = |words: &Vec<Rc<str>>| -> Option<Rc<str>> {
        let text = words.join(separator);
        match (follows, words.is_empty()) {
            (true, false) => Some(format!("{separator}{text}").into()),
            (false, true) => None,
            _ => Some(text.into()),
        }
    };
    all_ways(alternatives)?.iter().map(way).collect()
}

/// Every list of words that these sequences can be; `None` where that is not known, or there are too many.
fn all_ways(alternatives: &[Vec<Elem<'_>>]) -> Option<Vec<Vec<Rc<str>>>> {
    let mut all = Vec::new();
    for elements in alternatives {
        all.extend(words::product(elements.iter().map(|element| match element {
            Elem::One(value) => Some(vec![vec![value.as_text()?]]),
            Elem::Either(inner, _) => all_ways(inner),
            Elem::Any(_) => None,
        }))?);
        if all.len() > words::MAX_WAYS {
            return None;
        }
    }
    Some(all)
}

/// The parts of all texts in a list.
fn parts_in(elements: &[Elem<'_>]) -> Vec<Part> {
    let mut parts = Vec::new();
    for element in elements {
        match element {
            Elem::One(value) => parts.extend_from_slice(value.parts()),
            Elem::Any(_) => {}
            Elem::Either(alternatives, _) => parts.extend(alternatives.iter().flat_map(|one| parts_in(one))),
        }
    }
    parts
}

/// A method that gives another text, applied to each part of one that is not wholly known; `None` where that cannot be.
fn changed<'a>(name: &str, parts: &[Part], args: &[Val<'a>], at: At) -> Option<Val<'a>> {
    let known: Vec<Rc<str>> = args.iter().map(Val::as_text).collect::<Option<_>>()?;
    let change = |text: &str| match (name, known.as_slice()) {
        ("strip", []) => Some(text.trim().to_owned()),
        ("lstrip", []) => Some(text.trim_start().to_owned()),
        ("rstrip", []) => Some(text.trim_end().to_owned()),
        ("lower", []) => Some(text.to_lowercase()),
        ("upper", []) => Some(text.to_uppercase()),
        // What is longer may begin in one part and end in the next.
        ("replace", [old, new]) if old.chars().count() == 1 => {
            let length = text.len() + text.matches(&**old).count() * new.len();
            (length <= MAX_TEXT).then(|| text.replace(&**old, new))
        }
        _ => None,
    };
    let one = |part: &Part| match part {
        Part::Lit(text) => change(text).map(|text| Part::Lit(text.into())),
        Part::Hole { whys, options, extent } => {
            let options = options.iter().map(|text| change(text).map(Rc::from)).collect::<Option<_>>()?;
            // Quotes may be gone, and blanks may be new.
            let extent = if name == "replace" && *extent != Extent::Command { Extent::Text } else { *extent };
            Some(Part::Hole { whys: whys.clone(), options, extent })
        }
    };
    if parts.len() > 1 && matches!(name, "strip" | "lstrip" | "rstrip") && known.is_empty() {
        let mut parts = parts.to_vec();
        if let (true, Some(Part::Lit(first))) = (name != "rstrip", parts.first_mut()) {
            *first = first.trim_start().into();
        }
        if let (true, Some(Part::Lit(last))) = (name != "lstrip", parts.last_mut()) {
            *last = last.trim_end().into();
        }
        // Blanks may be left in what is not known at the edges: they separate no words.
        return Some(Val::new(Kind::Text(compact(parts)), at));
    }
    let parts = parts.iter().map(one).collect::<Option<Vec<_>>>()?;
    Some(Val::new(Kind::Text(compact(parts)), at))
}

/// A tuple of three texts.
fn three<'a>(texts: [&str; 3], at: At) -> Val<'a> {
    Val::new(Kind::Tuple(texts.map(|text| Val::text(text, at)).into()), at)
}

/// Splits a text at white space; what is not known is marked, since it may hold more. A shell's words see that what is
/// quoted is one word.
pub fn split_parts<'a>(parts: &[Part], sees_quotes: bool, at: At) -> Vec<Elem<'a>> {
    let open =
        || parts.iter().find_map(|part| if let Part::Hole { whys, .. } = part { Some(whys.clone()) } else { None });
    let whole = |part: &Part| matches!(part, Part::Hole { extent: Extent::Command, .. });
    let has_choices = parts.iter().any(|part| part.choices().is_some());
    match (words::ways(parts, Part::choices), open()) {
        (Some(ways), Some(whys)) => {
            let lists: Vec<_> = ways.into_iter().map(|way| split_parts(&compact(way), sees_quotes, at)).collect();
            vec![Elem::Either(lists.into(), whys)]
        }
        // A command, or the most of one, or too many of them.
        (None, Some(whys)) if has_choices || parts.iter().any(whole) => vec![Elem::Any(whys)],
        _ => split_words(parts, sees_quotes, at).into_iter().map(Elem::One).collect(),
    }
}

fn split_words<'a>(parts: &[Part], sees_quotes: bool, at: At) -> Vec<Val<'a>> {
    let mut words: Vec<Vec<Part>> = vec![Vec::new()];
    for part in parts {
        match part {
            Part::Lit(text) => {
                for (index, piece) in text.split(char::is_whitespace).enumerate() {
                    if index > 0 {
                        words.push(Vec::new());
                    }
                    if let (false, Some(word)) = (piece.is_empty(), words.last_mut()) {
                        word.push(Part::Lit(piece.into()));
                    }
                }
            }
            Part::Hole { whys, options, extent } => {
                let single = |option: &Rc<str>| !option.is_empty() && !option.contains(char::is_whitespace);
                let is_one =
                    sees_quotes && *extent == Extent::Quoted || !options.is_empty() && options.iter().all(single);
                let extent = if is_one { Extent::Word } else { Extent::Split };
                if let Some(word) = words.last_mut() {
                    word.push(Part::Hole { whys: whys.clone(), options: options.clone(), extent });
                }
            }
        }
    }
    let words = words.into_iter().filter(|word| !word.is_empty());
    words.map(|word| Val::new(Kind::Text(compact(word)), at)).collect()
}

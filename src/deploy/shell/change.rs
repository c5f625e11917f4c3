//! Changes of the texts that a parameter holds: parts, spelling, replacement.

use brush_parser::word::Parameter;

use super::Shell;
use super::expand::Expansion;
use super::parameter::Span;
use super::source::Source;
use super::text::{Field, Part, Text};

impl<'a> Shell<'a> {
    /// Cuts what fits a pattern off one end.
    pub(super) fn cut(
        &mut self,
        parameter: &Parameter,
        pattern: Option<&str>,
        source: &Source<'a>,
        span: Span,
        front: bool,
        longest: bool,
    ) -> Expansion {
        let value = self.plain(parameter, source, span);
        let pattern = self.pattern(pattern.unwrap_or_default(), source, span);
        // The folder of the checkout before the last `/` is the only unknown text of which an end can be told.
        if let (Expansion::Text(text), Some("/*"), false, false) = (&value, pattern.written(), front, longest)
            && let [Part::Root, Part::Lit(rest)] = text.0.as_slice()
            && let Some((folder, _)) = rest.rsplit_once('/')
        {
            let mut text = Text(vec![Part::Root]);
            text.push_str(folder);
            return Expansion::Text(text);
        }
        self.each(value, "a part of it", source, span, |text| pattern.cut(text, front, longest))
    }

    /// Changes each text, where it is known.
    pub(super) fn each(
        &mut self,
        value: Expansion,
        what: &str,
        source: &Source<'a>,
        span: Span,
        change: impl Fn(&str) -> Option<String>,
    ) -> Expansion {
        let one = |shell: &Self, text: &Text| -> Text {
            if let Some(changed) = text.known().and_then(&change) {
                return Text::lit(changed);
            }
            if let [Part::Hole(hole)] = text.0.as_slice()
                && !hole.options.is_empty()
                && let Some(options) = hole.options.iter().map(|text| change(text)).collect::<Option<Vec<_>>>()
            {
                return Text(vec![Part::Hole(crate::deploy::words::Hole {
                    whys: hole.whys.clone(),
                    options,
                    extent: hole.extent,
                })]);
            }
            let mut whys = text.whys();
            if whys.is_empty() {
                whys.push(shell.unsupported(what, source, span));
            }
            Text::made_of(text, whys)
        };
        match value {
            Expansion::Text(text) => Expansion::Text(one(self, &text)),
            Expansion::List(fields) => Expansion::List(
                fields
                    .into_iter()
                    .map(|field| match field {
                        Field::Word(text) => Field::Word(one(self, &text)),
                        other => Field::Any(other.whys()),
                    })
                    .collect(),
            ),
        }
    }

    pub(super) fn unknown_of(&mut self, value: Expansion, what: &str, source: &Source<'a>, span: Span) -> Expansion {
        let mut whys = Vec::new();
        match &value {
            Expansion::Text(text) => whys.extend(text.whys()),
            Expansion::List(fields) => {
                for field in fields {
                    super::text::add_whys(&mut whys, &field.whys());
                }
            }
        }
        if whys.is_empty() {
            whys.push(self.unsupported(what, source, span));
        }
        match value {
            Expansion::Text(_) => Expansion::Text(Text::unknown(whys)),
            Expansion::List(_) => Expansion::List(vec![Field::Any(whys)]),
        }
    }
}

/// The start and end of a part, as `${X:offset:length}` counts them.
pub(super) fn slice(count: usize, offset: i64, length: Option<i64>) -> Option<(usize, usize)> {
    let total = i64::try_from(count).ok()?;
    let start = if offset < 0 { total.checked_add(offset)? } else { offset.min(total) };
    if start < 0 {
        return Some((0, 0));
    }
    let end = match length {
        None => total,
        Some(length) if length < 0 => total.checked_add(length)?,
        Some(length) => start.checked_add(length)?.min(total),
    };
    Some((usize::try_from(start).ok()?, usize::try_from(end.max(start)).ok()?))
}

pub(super) fn first(text: &str, change: impl Fn(char) -> char) -> String {
    let mut characters = text.chars();
    characters.next().map(change).into_iter().chain(characters).collect()
}

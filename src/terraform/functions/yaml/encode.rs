//! `yamlencode`: block style, keys in quotation marks and sorted, as Terraform's emitter writes them.

use std::fmt::Write as _;

use super::super::super::value::{Kind, Type, Value};
use super::super::args::MAX_TEXT;
use super::super::{Args, Context};
use crate::model::WhyKind;

/// The longest key that is written in front of its value.
const MAX_KEY: usize = 128;

pub(in super::super) fn yamlencode(context: &Context<'_>, args: &Args) -> Result<Value, String> {
    let value = args.value(0)?;
    if value.contains_unknown() {
        return Ok(Value::unknown(Type::String, value.whys()));
    }
    let mut out = String::new();
    if !write_root(value, &mut out)? {
        let text = "yamlencode writes long keys, keys of several lines and byte order marks in another form";
        return Ok(context.unknown(Type::String, WhyKind::Unsupported, text));
    }
    Ok(Value::string(&out))
}

fn write_root(value: &Value, out: &mut String) -> Result<bool, String> {
    let mut writer = Writer { out, is_plain: true };
    writer.node(value, 0, 2, Place::Start)?;
    let is_plain = writer.is_plain;
    // A plain scalar alone needs an end.
    if matches!(value.kind, Kind::Null(_) | Kind::Bool(_) | Kind::Number(_)) {
        out.push_str("...\n");
    }
    Ok(is_plain)
}

/// Where a value begins.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// At the start of the document.
    Start,
    /// After `- `.
    Item,
    /// After `"key":`.
    Field,
}

struct Writer<'a> {
    out: &'a mut String,
    /// False where a key has a form that is not written here.
    is_plain: bool,
}

impl Writer<'_> {
    /// Writes a value whose own lines are indented by `indent`, and lines of its text by `inner`.
    fn node(&mut self, value: &Value, indent: usize, inner: usize, place: Place) -> Result<(), String> {
        if self.out.len() > MAX_TEXT {
            return Err("the YAML is too long".to_owned());
        }
        match &value.kind {
            Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
                let items: Vec<&Value> = items.iter().collect();
                self.sequence(&items, indent, place)
            }
            Kind::Map(_, fields) => self.mapping(&mut fields.iter(), indent, place),
            Kind::Object(object) => self.mapping(&mut object.fields.iter(), indent, place),
            Kind::String(text) => {
                self.is_plain &= !text.trim_end_matches('\u{feff}').contains('\u{feff}');
                self.gap(place);
                text_lines(text, inner, self.out);
                Ok(())
            }
            other => {
                self.gap(place);
                match other {
                    Kind::Bool(flag) => self.out.push_str(if *flag { "true" } else { "false" }),
                    Kind::Number(number) => self.out.push_str(&number.to_string()),
                    _ => self.out.push_str("null"),
                }
                self.out.push('\n');
                Ok(())
            }
        }
    }

    fn gap(&mut self, place: Place) {
        if place != Place::Start {
            self.out.push(' ');
        }
    }

    /// Ends a key's line, or leaves the cursor after a dash.
    fn open(&mut self, place: Place, first: bool, indent: usize) {
        match (place, first) {
            (Place::Start, true) => {}
            (Place::Item, true) => self.out.push(' '),
            (Place::Field, true) => {
                self.out.push('\n');
                self.out.push_str(&" ".repeat(indent));
            }
            (_, false) => self.out.push_str(&" ".repeat(indent)),
        }
    }

    fn sequence(&mut self, items: &[&Value], indent: usize, place: Place) -> Result<(), String> {
        if items.is_empty() {
            self.gap(place);
            self.out.push_str("[]\n");
            return Ok(());
        }
        // In a mapping the dashes stand under the key.
        let indent = if place == Place::Field { indent.saturating_sub(2) } else { indent };
        for (at, item) in items.iter().enumerate() {
            self.open(place, at == 0, indent);
            self.out.push('-');
            self.node(item, indent + 2, indent + 2, Place::Item)?;
        }
        Ok(())
    }

    fn mapping<'v>(
        &mut self,
        fields: &mut dyn Iterator<Item = (&'v std::sync::Arc<str>, &'v Value)>,
        indent: usize,
        place: Place,
    ) -> Result<(), String> {
        let mut is_empty = true;
        for (key, value) in fields {
            self.open(place, is_empty, indent);
            is_empty = false;
            self.is_plain &= key.len() <= MAX_KEY && !key.contains('\n');
            quoted(key, None, self.out);
            self.out.push(':');
            self.node(value, indent + 2, indent + 2, Place::Field)?;
        }
        if is_empty {
            self.gap(place);
            self.out.push_str("{}\n");
        }
        Ok(())
    }
}

/// A text of several lines as a block, where a block can hold it; every other one in quotation marks.
fn text_lines(text: &str, indent: usize, out: &mut String) {
    if !text.contains('\n') || !fits_block(text) {
        quoted(text, Some(indent), out);
        out.push('\n');
        return;
    }
    out.push('|');
    if text.starts_with([' ', '\n']) {
        out.push('2');
    }
    if !text.ends_with('\n') {
        out.push('-');
    } else if text == "\n" || text.ends_with("\n\n") {
        out.push('+');
    }
    out.push('\n');
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if !line.is_empty() {
            out.push_str(&" ".repeat(indent));
            out.push_str(line);
        }
        out.push('\n');
    }
}

/// A block holds neither what cannot be printed nor spaces before the end of a line.
fn fits_block(text: &str) -> bool {
    !text.contains(" \n") && !text.ends_with(' ') && text.chars().all(|own| own == '\n' || is_printable(own))
}

/// What libyaml takes for printable: nothing outside of the basic plane.
fn is_printable(character: char) -> bool {
    matches!(character, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

/// The column from which on a space breaks the line.
const WIDTH: usize = 80;

/// A text in quotation marks. Where lines may be indented, a long one breaks at single spaces.
fn quoted(text: &str, indent: Option<usize>, out: &mut String) {
    let line = out.rfind('\n').map_or(0, |at| at + 1);
    let mut column = out.get(line..).unwrap_or_default().chars().count() + 1;
    let mut measured = out.len() + 1;
    out.push('"');
    let mut after_space = false;
    for (at, character) in text.char_indices() {
        column += out.get(measured..).unwrap_or_default().chars().count();
        measured = out.len();
        if character == ' ' {
            let is_inside = at > 0 && at + 1 < text.len();
            match indent.filter(|_| !after_space && column > WIDTH && is_inside) {
                Some(indent) => {
                    out.push('\n');
                    out.push_str(&" ".repeat(indent));
                    column = indent;
                    measured = out.len();
                    if text.get(at + 1..).is_some_and(|rest| rest.starts_with(' ')) {
                        out.push('\\');
                    }
                }
                None => out.push(' '),
            }
            after_space = true;
            continue;
        }
        after_space = false;
        let short = match character {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\u{1b}' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            other if is_printable(other) => {
                out.push(other);
                continue;
            }
            other => {
                let code = u32::from(other);
                // Writing to a string cannot fail.
                let _ = match code {
                    0..=0xff => write!(out, "\\x{code:02X}"),
                    0x100..=0xffff => write!(out, "\\u{code:04X}"),
                    _ => write!(out, "\\U{code:08X}"),
                };
                continue;
            }
        };
        out.push('\\');
        out.push(short);
    }
    out.push('"');
}

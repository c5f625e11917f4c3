//! `yamldecode` and `yamlencode`: YAML 1.1 as far as Terraform has it.

mod encode;
mod lenient;
mod scalar;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::super::value::{Kind, Type, Value, convert};
use super::{Args, Context};
use lenient::{check, repair};
use scalar::{Resolved, resolve};

pub(super) use encode::yamlencode;

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 128;
/// The most entries that merge keys may copy.
const MAX_MERGED: usize = 1_000_000;
/// The largest number of values, counted where aliases repeat them.
const MAX_SIZE: u32 = 2_000_000;

pub(super) fn yamldecode(_: &Context<'_>, args: &Args) -> Result<Value, String> {
    decode(args.str(0)?)
}

/// A collection that is being read.
struct Open {
    anchor: usize,
    /// True between brackets.
    is_flow: bool,
    content: Content,
}

enum Content {
    Sequence(Vec<Value>),
    Mapping { fields: BTreeMap<Arc<str>, Value>, key: Option<Key> },
}

/// The key whose value comes next.
enum Key {
    Named(Arc<str>),
    Merge,
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    anchors: HashMap<usize, Value>,
    merged: usize,
    root: Option<Value>,
}

fn decode(text: &str) -> Result<Value, String> {
    check(text)?;
    let repaired = repair(text)?;
    let text = &*repaired;
    let lines: Vec<&str> = text.lines().collect();
    let mut reader = Reader::default();
    let mut documents = 0;
    let end = text.chars().count();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| format!("the text is no YAML: {error}"))?;
        let place = || format!(" in line {} of the YAML", span.start.line());
        let line = lines.get(span.start.line().saturating_sub(1)).copied().unwrap_or_default();
        let event = match event {
            // A block at the end of the text has the line end that the text has.
            Event::Scalar(block, style @ (ScalarStyle::Literal | ScalarStyle::Folded), anchor, tag)
                if span.end.index() >= end && !text.ends_with('\n') =>
            {
                let block = block.strip_suffix('\n').map(|block| block.to_owned().into()).unwrap_or(block);
                Event::Scalar(block, style, anchor, tag)
            }
            event => event,
        };
        match event {
            Event::DocumentStart(_) if documents > 0 => {
                return Err("the YAML has more than one document".to_owned());
            }
            Event::DocumentStart(_) => documents += 1,
            event => {
                // Between brackets a line may hold everything, and need not be looked at.
                let is_flow = reader.is_flow() || {
                    let column = span.start.col();
                    let before: String = line.chars().take(column).collect();
                    reader.check_tabs(&event, &before).map_err(|text| text + &place())?;
                    line.chars().nth(column).is_some_and(|first| matches!(first, '[' | '{'))
                };
                reader.take(event, is_flow).map_err(|text| text + &place())?;
            }
        }
    }
    let value = reader.root.ok_or("the YAML is empty")?;
    if value.size() > MAX_SIZE {
        return Err("the YAML stands for too large a value".to_owned());
    }
    Ok(value)
}

/// The tag in full; empty where there is none.
fn tag_of(tag: Option<&Tag>) -> String {
    tag.map(|tag| format!("{}{}", tag.handle, tag.suffix)).unwrap_or_default()
}

fn only_tag(tag: Option<&Tag>, wanted: &str) -> Result<(), String> {
    match tag_of(tag) {
        tag if tag.is_empty() || tag == wanted => Ok(()),
        tag => Err(format!("the tag {tag} is not supported")),
    }
}

impl Reader {
    fn is_flow(&self) -> bool {
        self.open.last().is_some_and(|open| open.is_flow)
    }

    /// No tab indents a block.
    fn check_tabs(&self, event: &Event<'_>, before: &str) -> Result<(), String> {
        let starts =
            matches!(event, Event::Scalar(..) | Event::Alias(_) | Event::SequenceStart(..) | Event::MappingStart(..));
        let indents = before.chars().all(|own| matches!(own, ' ' | '\t' | '-' | '?'));
        if starts && indents && before.contains('\t') {
            return Err("a tab indents a line".to_owned());
        }
        Ok(())
    }

    fn take(&mut self, event: Event<'_>, is_flow: bool) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, tag) => self.scalar(&text, style, anchor, tag.as_deref()),
            Event::Alias(anchor) => {
                self.no_key("an alias")?;
                let value = self.anchors.get(&anchor).cloned().ok_or("an alias stands for nothing that is complete")?;
                self.add(value, 0)
            }
            Event::SequenceStart(anchor, tag) => {
                only_tag(tag.as_deref(), "tag:yaml.org,2002:seq")?;
                self.begin(Open { anchor, is_flow, content: Content::Sequence(Vec::new()) })
            }
            Event::MappingStart(anchor, tag) => {
                only_tag(tag.as_deref(), "tag:yaml.org,2002:map")?;
                let content = Content::Mapping { fields: BTreeMap::new(), key: None };
                self.begin(Open { anchor, is_flow, content })
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open { anchor, content: Content::Sequence(items), .. }) => self.add(Value::tuple(items), anchor),
                Some(Open { anchor, content: Content::Mapping { fields, .. }, .. }) => {
                    self.add(Value::object(fields.into_iter().collect()), anchor)
                }
                None => Err("a collection ends that did not begin".to_owned()),
            },
            _ => Ok(()),
        }
    }

    fn begin(&mut self, open: Open) -> Result<(), String> {
        self.no_key("a collection")?;
        if self.open.len() >= MAX_DEPTH {
            return Err("it is nested too deeply".to_owned());
        }
        self.open.push(open);
        Ok(())
    }

    /// Only scalars can be keys.
    fn no_key(&self, what: &str) -> Result<(), String> {
        match self.open.last().map(|open| &open.content) {
            Some(Content::Mapping { key: None, .. }) => Err(format!("{what} cannot be a key")),
            _ => Ok(()),
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, anchor: usize, tag: Option<&Tag>) -> Result<(), String> {
        let resolved = resolve(text, style == ScalarStyle::Plain, &tag_of(tag))?;
        if let Some(Content::Mapping { key: key @ None, .. }) = self.open.last_mut().map(|open| &mut open.content) {
            *key = Some(match resolved {
                Resolved::Merge => Key::Merge,
                Resolved::Value(value) if value.is_null() => return Err("a key is null".to_owned()),
                Resolved::Value(value) => {
                    Key::Named(convert(&value, &Type::String)?.as_str().unwrap_or_default().into())
                }
            });
            return Ok(());
        }
        let value = match resolved {
            Resolved::Merge => Value::string("<<"),
            Resolved::Value(value) => value,
        };
        self.add(value, anchor)
    }

    /// Adds a complete value to what is open.
    fn add(&mut self, value: Value, anchor: usize) -> Result<(), String> {
        if value.size() > MAX_SIZE {
            return Err("it stands for too large a value".to_owned());
        }
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None => self.root = Some(value),
            Some(Content::Sequence(items)) => items.push(value),
            Some(Content::Mapping { fields, key }) => match (key.take(), &value.kind) {
                (Some(Key::Named(name)), _) => {
                    fields.insert(name, value);
                }
                // Entries that come later replace these, and these replace earlier ones.
                (Some(Key::Merge), Kind::Object(object)) => {
                    self.merged += object.fields.len();
                    if self.merged > MAX_MERGED {
                        return Err("it merges too many entries".to_owned());
                    }
                    fields.extend(object.fields.iter().map(|(name, value)| (name.clone(), value.clone())));
                }
                (Some(Key::Merge), _) => return Err("only a mapping can be merged".to_owned()),
                (None, _) => return Err("a value has no key".to_owned()),
            },
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_documents_are_refused_in_time() {
        let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for level in 1..10 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(",");
            bomb += &format!("a{level}: &a{level} [{aliases}]\n");
        }
        let deep = "[".repeat(100_000);
        let nested = format!("{}{}", "[".repeat(200), "]".repeat(200));
        let many: String = (0..2_000).map(|at| format!("k{at}: 1\n")).collect();
        let lines = many.replace('k', "  k");
        let merges = format!("base: &base\n{lines}all:\n{}", "  <<: *base\n".repeat(2_000));
        for text in [bomb, deep, nested, merges] {
            assert!(decode(&text).is_err(), "{}", text.get(..40).unwrap());
        }
    }
}

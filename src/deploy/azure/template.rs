//! Lists with conditions, loops and templates in them.

use super::Reader;
use super::scope::Scope;
use crate::deploy::expression::Value;
use crate::deploy::pipeline::{Place, known, pieces};
use crate::deploy::yaml::{Loading, Node, Text};
use crate::model::{Guard, Why, WhyKind, redact};

/// An element of a list, with where it stands and what it can refer to.
pub(super) struct Element {
    pub(super) node: Node,
    pub(super) place: Place,
    pub(super) scope: Scope,
    pub(super) guards: Vec<Guard>,
}

/// The most elements that one list has, with those that loops repeat.
const MAX_ELEMENTS: usize = 5_000;
/// The deepest nesting of conditions and loops.
const MAX_DEPTH: usize = 30;

impl Reader<'_> {
    /// The elements of a list. `key` says under which key a template has those that it brings.
    pub(super) fn elements(&mut self, place: &Place, list: &Node, scope: &Scope, key: &str) -> Vec<Element> {
        let mut elements = Vec::new();
        self.collect(place, list, scope, (key, &[]), &mut elements, 0);
        elements
    }

    fn collect(
        &mut self,
        place: &Place,
        list: &Node,
        scope: &Scope,
        (key, guards): (&str, &[Guard]),
        elements: &mut Vec<Element>,
        depth: usize,
    ) {
        if depth > MAX_DEPTH || elements.len() > MAX_ELEMENTS {
            let range = list.place().unwrap_or(0..0);
            let why = Why::at(WhyKind::Limit, "the pipeline has too many or too deep parts", place.origin(range));
            self.sink.incomplete(why);
            return;
        }
        // What the earlier branches of an `if` have left open.
        let mut open: Option<Vec<Guard>> = None;
        for node in list.one_or_more() {
            if let Node::Map(entries) = node
                && let [(name, inner)] = entries.as_slice()
                && let Some(expression) = marked(name)
            {
                self.control(place, (name, &expression, inner), scope, (key, guards), (elements, &mut open), depth);
                continue;
            }
            open = None;
            if node.get("template").is_some() {
                if let Some((template, root, scope)) = self.template(place, node, scope)
                    && let Some(inner) = root.get(key)
                {
                    self.collect(&template, inner, &scope, (key, guards), elements, depth + 1);
                }
                continue;
            }
            elements.push(Element {
                node: node.clone(),
                place: place.clone(),
                scope: scope.clone(),
                guards: guards.to_vec(),
            });
        }
    }

    /// `${{ if … }}`, `${{ elseif … }}`, `${{ else }}`, `${{ each … }}` and `${{ insert }}`.
    fn control(
        &mut self,
        place: &Place,
        (name, expression, inner): (&Text, &str, &Node),
        scope: &Scope,
        (key, guards): (&str, &[Guard]),
        (elements, open): (&mut Vec<Element>, &mut Option<Vec<Guard>>),
        depth: usize,
    ) {
        let (word, rest) = expression.split_once([' ', '(']).unwrap_or((expression, ""));
        let rest = if expression.get(word.len()..).is_some_and(|after| after.starts_with('(')) {
            expression.get(word.len()..).unwrap_or_default()
        } else {
            rest
        };
        match word {
            "if" | "elseif" | "else" => {
                let before = if word == "if" { Some(Vec::new()) } else { open.take() };
                // An earlier branch holds for certain.
                let Some(before) = before else { return };
                let holds = if word == "else" { Some(true) } else { scope.holds(place, rest, &name.range) };
                let mut own: Vec<Guard> = guards.iter().cloned().chain(before.iter().cloned()).collect();
                match holds {
                    Some(false) => *open = Some(before),
                    Some(true) => {
                        *open = None;
                        self.collect(place, inner, scope, (key, &own), elements, depth + 1);
                    }
                    None => {
                        let guard = place.guard(rest, name.range.clone());
                        own.push(guard.clone());
                        self.collect(place, inner, scope, (key, &own), elements, depth + 1);
                        let mut before = before;
                        before.push(Guard { negated: true, ..guard });
                        *open = Some(before);
                    }
                }
            }
            "each" => {
                let Some((variable, list)) = rest.split_once(" in ") else { return };
                let values: Vec<Value> = match scope.evaluate(place, list.trim(), &name.range) {
                    Value::List(values) => values,
                    Value::Map(entries) => {
                        let pair = |(key, value)| {
                            Value::Map(vec![("key".to_owned(), Value::known(key)), ("value".to_owned(), value)])
                        };
                        entries.into_iter().map(pair).collect()
                    }
                    other => {
                        let why =
                            other.whys().into_iter().next().unwrap_or_else(|| {
                                place.why(WhyKind::Unsupported, "what is looped over is no list", name)
                            });
                        self.sink.incomplete(why);
                        return;
                    }
                };
                for value in values {
                    let mut scope = scope.clone();
                    scope.loops.push((variable.trim().to_owned(), value));
                    self.collect(place, inner, &scope, (key, guards), elements, depth + 1);
                }
            }
            _ => {
                let text = format!("`{}` is not evaluated", redact::line(&name.value));
                self.sink.incomplete(place.why(WhyKind::Unsupported, text, name));
            }
        }
    }

    /// A template's file with what it can refer to; `None` where it is not read, which is noted.
    pub(super) fn template(&mut self, place: &Place, node: &Node, scope: &Scope) -> Option<(Place, Node, Scope)> {
        let name = node.get("template").and_then(Node::text)?;
        let path = known(&pieces(&scope.units(place, name)));
        let Some(path) = path.filter(|path| !path.contains('@') || path.ends_with("@self")) else {
            let text = format!("the template {} is not in the repository", redact::identifier(&name.value));
            self.sink.incomplete(place.why(WhyKind::ModuleUnavailable, text, name));
            return None;
        };
        // A path that begins with a slash is one from the root, others are relative to the file.
        let folder = if path.starts_with('/') { "" } else { place.folder() }.to_owned();
        let path = path.trim_end_matches("@self").to_owned();
        let template = self.sink.file(place, &folder, &Text { value: path, ..name.clone() })?;
        let root = self.sink.parse(&template, Loading::Strict)?;
        let scope = scope.called(place, node.get("parameters"), &template, root.get("parameters"));
        Some((template, root, scope))
    }
}

/// The expression that a key is.
pub(super) fn marked(name: &Text) -> Option<String> {
    let inner = name.value.trim().strip_prefix("${{")?.strip_suffix("}}")?;
    Some(inner.trim().to_owned())
}

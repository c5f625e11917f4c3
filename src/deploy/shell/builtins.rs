//! What bash does itself, and the small programs of which the output is known.

use brush_parser::ast::Assignment;

use super::Shell;
use super::command::Site;
use super::flow::{Flow, Life};
use super::parameter::is_name;
use super::state::{Arguments, AtExit, Status, Value};
use super::text::{Field, Text};

impl<'a> Shell<'a> {
    /// Runs a builtin; `None` where the name is none.
    pub(super) fn builtin(&mut self, name: &str, arguments: &[Field], site: &Site<'_, 'a>) -> Option<Flow> {
        let first = arguments.first().and_then(Field::known);
        self.state.status = Status::Known(true);
        match name {
            ":" | "true" | "alias" | "ulimit" | "umask" | "hash" | "type" | "which" | "wait" | "sleep" | "disown" => {
                if matches!(name, "hash" | "type" | "which" | "wait") {
                    self.state.status = Status::Assumed(true);
                    self.print_unknown(site);
                }
                if name == "alias" {
                    self.alias(arguments, site);
                }
            }
            "false" => self.state.status = Status::Known(false),
            "echo" => self.echo(arguments),
            "printf" => self.printf(arguments, site),
            "cd" | "pushd" => {
                let folder =
                    match arguments.iter().find(|field| field.known().is_none_or(|text| !text.starts_with('-'))) {
                        Some(Field::Word(text)) => text.repository_path(self.state.folder.as_deref()),
                        _ => None,
                    };
                self.state.folder = folder;
                self.state.status = Status::Assumed(true);
            }
            "popd" => self.state.folder = None,
            "pwd" => {
                let text = self.working_folder(site.source, site.span);
                self.print_line(text);
            }
            "basename" | "dirname" | "realpath" | "readlink" => self.path_of(name, arguments, site),
            "cat" => {
                let only_input = arguments.is_empty() || first == Some("-");
                match self.state.input.clone().filter(|_| only_input) {
                    Some(text) => self.print(text),
                    None => self.print_unknown(site),
                }
            }
            "seq" => {
                let numbers: Option<Vec<i64>> = arguments.iter().map(|field| field.known()?.parse().ok()).collect();
                let bounds = match numbers.as_deref() {
                    Some([last]) => Some((1, *last)),
                    Some([first, last]) => Some((*first, *last)),
                    _ => None,
                };
                match bounds.filter(|(first, last)| last.saturating_sub(*first) < 1_000) {
                    Some((first, last)) => {
                        for number in first..=last {
                            self.print(Text::lit(format!("{number}\n")));
                        }
                    }
                    None => self.print_unknown(site),
                }
            }
            "test" => {
                let decided = self.test(arguments);
                self.set_status(decided);
            }
            "[" => {
                let inner = arguments.split_last().map(|(_, inner)| inner).unwrap_or_default();
                let decided = self.test(inner);
                self.set_status(decided);
            }
            "let" => {
                let mut value = None;
                for field in arguments {
                    if let Field::Word(text) = field {
                        value = self.arithmetic(&text.line(), site.source, site.span);
                    }
                }
                self.set_status(value.map(|value| value != 0));
            }
            "unset" => {
                let functions = first == Some("-f");
                for field in arguments {
                    match field.known() {
                        Some("-f" | "-v") => {}
                        Some(text) if functions => drop(self.state.functions.remove(text)),
                        Some(text) if is_name(text) => {
                            self.state.variables.insert(text.to_owned(), Value::Unset);
                        }
                        Some(text) => {
                            let name = text.split('[').next().unwrap_or(text).to_owned();
                            let why = self.unsupported("`unset` of an element", site.source, site.span);
                            self.state.variables.insert(name, Value::Unknown(vec![why]));
                        }
                        None => {
                            let why = self.unsupported("`unset` of a name that is not known", site.source, site.span);
                            self.taint(&why);
                        }
                    }
                }
            }
            "read" => self.read(arguments, site),
            "mapfile" | "readarray" => self.mapfile(arguments, site),
            "getopts" => self.getopts(arguments, site),
            "shift" => {
                let count = arguments.first().map_or(Some(1), |field| field.known()?.parse().ok());
                match count {
                    Some(count) => {
                        self.rely_on_arguments(count, site.source, site.span);
                        // In a loop this can be more than there are; bash then shifts none.
                        if self.state.arguments.count().is_none_or(|total| count <= total) {
                            // Where it ends a part of the script alone, nothing else shows that there were none.
                            if self.shells > 0 && !self.state.arguments.has(count) {
                                self.state.status = Status::Unknown;
                            }
                            self.state.arguments.shift(count);
                        } else {
                            self.state.status = Status::Known(false);
                        }
                    }
                    None => {
                        let why = self.unsupported("this `shift`", site.source, site.span);
                        self.state.arguments = Arguments(vec![Field::Any(vec![why])]);
                    }
                }
            }
            "set" => self.set(arguments),
            "shopt" => self.shopt(arguments, site),
            "return" => {
                if self.frames.is_empty() && self.outer_frames == 0 {
                    // Outside of functions it is an error, and the script goes on.
                    self.state.status = Status::Known(false);
                    return Some(Flow::Next);
                }
                self.end_status(arguments);
                return Some(Flow::Return);
            }
            "exit" => {
                self.end_status(arguments);
                return Some(Flow::Exit);
            }
            "break" | "continue" => {
                let levels = first.and_then(|text| text.parse().ok()).unwrap_or(1_usize).max(1);
                if self.loops.is_empty() {
                    return Some(Flow::Next);
                }
                let levels = levels.min(self.loops.len());
                return Some(if name == "break" { Flow::Break(levels) } else { Flow::Continue(levels) });
            }
            "source" | "." => return Some(self.source(arguments, site)),
            "eval" => return Some(self.eval(arguments, site)),
            "trap" => self.trap(arguments, site),
            _ => return None,
        }
        Some(Flow::Next)
    }

    pub(super) fn end_status(&mut self, arguments: &[Field]) {
        let Some(code) = arguments.first() else { return };
        self.state.status = match code.known() {
            Some("0") => Status::Known(true),
            Some(text) if text.parse::<u8>().is_ok() => Status::Known(false),
            // As in `return $code`, which tells how another command ended.
            _ => Status::Answer,
        };
    }

    pub(super) fn alias(&mut self, arguments: &[Field], site: &Site<'_, 'a>) {
        // A script of bash does not use its aliases, one of another shell may.
        if arguments.iter().any(|field| field.known().is_some_and(|text| text.contains("gcloud"))) {
            let why = self.unsupported("an alias of gcloud", site.source, site.span);
            self.incomplete(why);
        }
    }

    pub(super) fn declare(&mut self, fields: &[Field], assigned: &[&Assignment], site: &Site<'_, 'a>) {
        let kind = fields.first().and_then(Field::known).unwrap_or_default().to_owned();
        let options: String = fields.iter().filter_map(Field::known).filter(|text| text.starts_with('-')).collect();
        let exports = kind == "export" || options.contains('x');
        let names: Vec<String> =
            fields.iter().skip(1).filter_map(Field::known).filter(|text| is_name(text)).map(str::to_owned).collect();
        if options.contains('f') || options.contains('F') {
            if exports {
                for name in names {
                    let function = self.state.functions.get(&name).cloned().unwrap_or_default();
                    self.state.exported_functions.insert(name, function);
                }
            }
            self.state.status = Status::Known(true);
            return;
        }
        let own = matches!(kind.as_str(), "local" | "declare" | "typeset") && !options.contains('g');
        for name in &names {
            self.make_local(name, own);
            if options.contains('A') {
                self.state.variables.insert(name.clone(), Value::Map(std::collections::BTreeMap::new()));
            } else if options.contains('a') || own && !self.frames.is_empty() {
                let value = if options.contains('a') { Value::List(Vec::new()) } else { Value::Unset };
                self.state.variables.insert(name.clone(), value);
            }
            if exports {
                self.state.exported.insert(name.clone());
            }
        }
        for assignment in assigned {
            let name = match &assignment.name {
                brush_parser::ast::AssignmentName::VariableName(name)
                | brush_parser::ast::AssignmentName::ArrayElementName(name, _) => name.clone(),
            };
            if options.contains('A') && !matches!(self.state.variables.get(&name), Some(Value::Map(_))) {
                self.make_local(&name, own);
                self.state.variables.insert(name.clone(), Value::Map(std::collections::BTreeMap::new()));
            }
            // The value still sees the variable of the caller.
            let outer = self.state.variables.get(&name).cloned();
            self.assign(assignment, site.source, site.span);
            if own
                && let Some(frame) = self.frames.last_mut()
                && !frame.locals.iter().any(|(local, _)| *local == name)
            {
                frame.locals.push((name.clone(), outer));
            }
            if options.contains('i') || options.contains('u') || options.contains('l') || options.contains('n') {
                let why = self.unsupported(&format!("`{kind} {options}`"), site.source, site.span);
                self.state.variables.insert(name.clone(), Value::Unknown(vec![why]));
            }
            if exports {
                self.state.exported.insert(name);
            }
        }
        if options.contains('n') {
            for name in names {
                let why = self.unsupported("a variable that stands for another", site.source, site.span);
                self.state.variables.insert(name, Value::Unknown(vec![why]));
            }
        }
        self.state.status = Status::Known(true);
    }

    pub(super) fn make_local(&mut self, name: &str, own: bool) {
        let outer = self.state.variables.get(name).cloned();
        if own
            && let Some(frame) = self.frames.last_mut()
            && !frame.locals.iter().any(|(local, _)| local == name)
        {
            frame.locals.push((name.to_owned(), outer));
        }
    }

    pub(super) fn trap(&mut self, arguments: &[Field], site: &Site<'_, 'a>) {
        let [Field::Word(body), signals @ ..] = arguments else { return };
        if signals.is_empty() || body.known().is_some_and(|text| text.is_empty() || text.starts_with('-')) {
            if signals.iter().any(|field| matches!(field.known(), Some("EXIT" | "0"))) {
                self.state.at_exit.clear();
            }
            return;
        }
        let origin = self.origin(site.source, site.span);
        if signals.iter().any(|field| matches!(field.known(), Some("EXIT" | "0"))) {
            let guards = self.guards.iter().map(|(guard, _)| guard.clone()).collect();
            self.traps = true;
            self.state.at_exit = vec![AtExit { commands: body.clone(), origin: origin.clone(), guards }];
        }
        if signals.iter().any(|field| !matches!(field.known(), Some("EXIT" | "0"))) {
            let guard = self.guard(site.source, site.span, false);
            self.push_guard(guard, Life::Branch);
            let body = body.clone();
            self.subshell(|shell| {
                shell.run_text(&body, origin);
            });
            self.pop_guard();
            self.state.status = Status::Known(true);
        }
    }
}

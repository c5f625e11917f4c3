//! What bash does itself, and the small programs of which the output is known.

use brush_parser::ast::Assignment;

use super::command::Site;
use super::flow::{Flow, Life};
use super::parameter::is_name;
use super::state::{Arguments, Status, Value};
use super::text::{Field, Part, Text};
use super::{MAX_TEXT, Shell};
use crate::model::{Why, WhyKind};

impl<'a> Shell<'a> {
    /// Runs a builtin; `None` where the name is none.
    pub(super) fn builtin(&mut self, name: &str, arguments: &[Field], site: &Site<'_, 'a>) -> Option<Flow> {
        let first = arguments.first().and_then(Field::known);
        self.state.status = Status::Known(true);
        match name {
            ":" | "true" | "alias" | "shopt" | "ulimit" | "umask" | "hash" | "type" | "which" | "wait" | "sleep"
            | "disown" => {
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
                for field in arguments {
                    match field.known() {
                        Some("-f" | "-v") => {}
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
                        // In a loop this can be more than there are; bash then shifts none.
                        if self.state.arguments.count().is_none_or(|total| count <= total) {
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
            "return" => {
                self.end_status(first);
                return Some(Flow::Return);
            }
            "exit" => {
                self.end_status(first);
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

    fn end_status(&mut self, code: Option<&str>) {
        match code {
            Some("0") => self.state.status = Status::Known(true),
            Some(text) if text.parse::<u8>().is_ok() => self.state.status = Status::Known(false),
            _ => {}
        }
    }

    /// Adds to what the shell prints, where somebody reads it.
    pub(super) fn print(&mut self, text: Text) {
        if self.capturing == 0 {
            return;
        }
        let length: usize =
            self.state.out.0.iter().map(|part| if let Part::Lit(text) = part { text.len() } else { 1 }).sum();
        if length < MAX_TEXT {
            self.state.out.append(text);
        } else {
            self.state.out = Text::hole(Why::new(WhyKind::Limit, "the text is too long"));
        }
    }

    fn print_line(&mut self, mut text: Text) {
        text.push_str("\n");
        self.print(text);
    }

    /// The output of a program that is not run.
    pub(super) fn print_unknown(&mut self, site: &Site<'_, 'a>) {
        if self.capturing > 0 {
            let text = format!("the output of `{}` decides it", site.source.line(site.span.0, site.span.1));
            let why = Why::at(WhyKind::Dynamic, text, self.origin(site.source, site.span));
            self.print(Text::hole(why));
        }
    }

    fn echo(&mut self, arguments: &[Field]) {
        if self.capturing == 0 {
            return;
        }
        let mut text = Text::default();
        let mut newline = true;
        let mut words = arguments;
        while let Some((first, rest)) = words.split_first() {
            match first.known() {
                Some("-n") => newline = false,
                Some("-e" | "-E" | "-ne" | "-en") => {
                    newline &= !first.known().is_some_and(|flag| flag.contains('n'));
                    if rest.iter().any(|field| field.known().is_none_or(|text| text.contains('\\'))) {
                        let whys = vec![Why::new(WhyKind::Unsupported, "the escapes of `echo -e` are not evaluated")];
                        return self.print(Text::unknown(whys));
                    }
                }
                _ => break,
            }
            words = rest;
        }
        for (at, field) in words.iter().enumerate() {
            if at > 0 {
                text.push_str(" ");
            }
            match field {
                Field::Word(word) => text.append(word.clone()),
                other => text.append(Text::unknown(other.whys())),
            }
        }
        if newline {
            text.push_str("\n");
        }
        self.print(text);
    }

    fn printf(&mut self, arguments: &[Field], site: &Site<'_, 'a>) {
        let (target, arguments) = match arguments {
            [flag, name, rest @ ..] if flag.known() == Some("-v") => (name.known().map(str::to_owned), rest),
            all => (None, all),
        };
        let arguments = match arguments {
            [dashes, rest @ ..] if dashes.known() == Some("--") => rest,
            all => all,
        };
        let text = formatted(arguments).unwrap_or_else(|| {
            let mut whys = vec![self.unsupported("this `printf`", site.source, site.span)];
            for field in arguments {
                super::text::add_whys(&mut whys, &field.whys());
            }
            Text::unknown(whys)
        });
        match target {
            Some(name) => {
                self.state.variables.insert(name, Value::Text(text));
            }
            None => self.print(text),
        }
    }

    fn path_of(&mut self, name: &str, arguments: &[Field], site: &Site<'_, 'a>) {
        self.state.status = Status::Assumed(true);
        let plain: Vec<&Field> =
            arguments.iter().filter(|field| field.known().is_none_or(|text| !text.starts_with('-'))).collect();
        let options = plain.len() != arguments.len();
        let result = match (name, plain.as_slice()) {
            ("dirname", [Field::Word(text)]) if !options => folder_of(text),
            ("basename", [Field::Word(text), suffix @ ..]) if !options && suffix.len() < 2 => {
                let suffix = match suffix.first() {
                    None => Some(String::new()),
                    Some(field) => field.known().map(str::to_owned),
                };
                suffix.and_then(|suffix| base_of(text, &suffix))
            }
            // Links in the repository are not followed.
            ("realpath" | "readlink", [Field::Word(text)]) if text.0.first() == Some(&Part::Root) => Some(text.clone()),
            _ => None,
        };
        match result {
            Some(text) => self.print_line(text),
            None => self.print_unknown(site),
        }
    }

    fn alias(&mut self, arguments: &[Field], site: &Site<'_, 'a>) {
        // A script of bash does not use its aliases, one of another shell may.
        if arguments.iter().any(|field| field.known().is_some_and(|text| text.contains("gcloud"))) {
            let why = self.unsupported("an alias of gcloud", site.source, site.span);
            self.incomplete(why);
        }
    }

    fn set(&mut self, arguments: &[Field]) {
        for (at, field) in arguments.iter().enumerate() {
            match field.known() {
                Some("--") => {
                    self.state.arguments = Arguments(arguments.get(at + 1..).unwrap_or_default().to_vec());
                    return;
                }
                Some(text) if text.starts_with('-') && text.len() > 1 => {
                    self.state.errexit |= text.contains('e') && text != "-o"
                }
                Some(text) if text.starts_with('+') => self.state.errexit &= !text.contains('e'),
                // The name of an option of `-o`.
                Some(_) if at > 0 => {
                    if arguments.get(at - 1).and_then(Field::known).is_some_and(|flag| flag.ends_with('o')) {
                        self.state.errexit |= field.known() == Some("errexit");
                        continue;
                    }
                    self.state.arguments = Arguments(arguments.get(at..).unwrap_or_default().to_vec());
                    return;
                }
                _ => {
                    self.state.arguments = Arguments(arguments.get(at..).unwrap_or_default().to_vec());
                    return;
                }
            }
        }
    }

    pub(super) fn declare(&mut self, fields: &[Field], assigned: &[&Assignment], site: &Site<'_, 'a>) {
        let kind = fields.first().and_then(Field::known).unwrap_or_default().to_owned();
        let options: String = fields.iter().filter_map(Field::known).filter(|text| text.starts_with('-')).collect();
        let exports = kind == "export" || options.contains('x');
        let names: Vec<String> =
            fields.iter().skip(1).filter_map(Field::known).filter(|text| is_name(text)).map(str::to_owned).collect();
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

    fn make_local(&mut self, name: &str, own: bool) {
        let outer = self.state.variables.get(name).cloned();
        if own
            && let Some(frame) = self.frames.last_mut()
            && !frame.locals.iter().any(|(local, _)| local == name)
        {
            frame.locals.push((name.to_owned(), outer));
        }
    }

    /// The names after the options of `read`; `None` where an option changes what is read.
    fn read_names(arguments: &[Field]) -> (Vec<String>, bool) {
        let mut names = Vec::new();
        let mut exact = true;
        let mut skip = false;
        for field in arguments {
            let Some(text) = field.known() else {
                exact = false;
                continue;
            };
            if std::mem::take(&mut skip) {
                continue;
            }
            if let Some(flags) = text.strip_prefix('-') {
                if flags.chars().any(|flag| !matches!(flag, 'r' | 's')) {
                    exact = false;
                    skip = flags.ends_with(['p', 't', 'n', 'N', 'd', 'u', 'i']);
                }
            } else if is_name(text) {
                names.push(text.to_owned());
            }
        }
        if names.is_empty() {
            names.push("REPLY".to_owned());
        }
        (names, exact)
    }

    fn read(&mut self, arguments: &[Field], site: &Site<'_, 'a>) {
        let (names, exact) = Self::read_names(arguments);
        let separators = site.environment.iter().find(|(name, _)| name == "IFS").map(|(_, text)| text.clone());
        let separators = separators.unwrap_or_else(|| match self.state.variables.get("IFS") {
            Some(Value::Text(text)) => text.clone(),
            _ => Text::lit(" \t\n"),
        });
        let known = self.state.input.as_ref().and_then(Text::known).map(str::to_owned);
        let raw =
            arguments.iter().any(|field| field.known().is_some_and(|text| text.starts_with('-') && text.contains('r')));
        let known = known.filter(|text| exact && (raw || !text.contains('\\')));
        let (Some(text), Some(separators)) = (known, separators.known()) else {
            let why = Why::at(WhyKind::Dynamic, "what is read decides it", self.origin(site.source, site.span));
            for name in names {
                self.state.variables.insert(name, Value::Unknown(vec![why.clone()]));
            }
            self.state.input = None;
            self.state.status = Status::Unknown;
            return;
        };
        let (line, rest, complete) = match text.split_once('\n') {
            Some((line, rest)) => (line, rest.to_owned(), true),
            None => (text.as_str(), String::new(), false),
        };
        for (name, value) in names.iter().zip(split_line(line, separators, names.len())) {
            self.state.variables.insert(name.clone(), Value::Text(Text::lit(value)));
        }
        self.state.input = Some(Text::lit(rest));
        self.state.status = Status::Known(complete);
    }

    fn mapfile(&mut self, arguments: &[Field], site: &Site<'_, 'a>) {
        let name = arguments.last().and_then(Field::known).filter(|name| is_name(name)).unwrap_or("MAPFILE").to_owned();
        let plain = arguments.iter().all(|field| field.known().is_some_and(|text| text == "-t" || is_name(text)));
        let trims = arguments.iter().any(|field| field.known() == Some("-t"));
        let value = match self.state.input.as_ref().and_then(Text::known).filter(|_| plain && trims) {
            Some(text) => Value::List(text.lines().map(|line| Field::Word(Text::lit(line))).collect()),
            None => {
                let why = Why::at(WhyKind::Dynamic, "what is read decides it", self.origin(site.source, site.span));
                Value::Unknown(vec![why])
            }
        };
        self.state.variables.insert(name, value);
        self.state.input = None;
    }

    fn getopts(&mut self, arguments: &[Field], site: &Site<'_, 'a>) {
        let none = self.state.arguments.count() == Some(0);
        let why =
            Why::at(WhyKind::Dynamic, "the arguments of the script decide it", self.origin(site.source, site.span));
        let name = arguments.get(1).and_then(Field::known).filter(|name| is_name(name)).map(str::to_owned);
        for name in name.into_iter().chain(["OPTARG".to_owned(), "OPTIND".to_owned()]) {
            self.state.variables.insert(name, Value::Unknown(vec![why.clone()]));
        }
        self.state.status = if none { Status::Known(false) } else { Status::Unknown };
    }

    fn trap(&mut self, arguments: &[Field], site: &Site<'_, 'a>) {
        let [Field::Word(body), signals @ ..] = arguments else { return };
        if signals.is_empty() || body.known().is_some_and(|text| text.is_empty() || text.starts_with('-')) {
            if signals.iter().any(|field| matches!(field.known(), Some("EXIT" | "0"))) {
                self.state.at_exit = None;
            }
            return;
        }
        let origin = self.origin(site.source, site.span);
        if signals.iter().any(|field| matches!(field.known(), Some("EXIT" | "0"))) {
            self.state.at_exit = Some((body.clone(), origin.clone()));
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

/// The text that `printf` prints, for the plain formats.
fn formatted(arguments: &[Field]) -> Option<Text> {
    let (format, rest) = arguments.split_first()?;
    let format = format.known()?;
    let mut rest: Vec<&Text> = rest
        .iter()
        .map(|field| if let Field::Word(text) = field { Some(text) } else { None })
        .collect::<Option<_>>()?;
    let mut out = Text::default();
    loop {
        let mut used = false;
        let mut characters = format.chars();
        while let Some(character) = characters.next() {
            match character {
                '\\' => out.push_str(match characters.next()? {
                    'n' => "\n",
                    't' => "\t",
                    '\\' => "\\",
                    '"' => "\"",
                    _ => return None,
                }),
                '%' => match characters.next()? {
                    '%' => out.push_str("%"),
                    's' => {
                        used = true;
                        if !rest.is_empty() {
                            out.append(rest.remove(0).clone());
                        }
                    }
                    'd' => {
                        used = true;
                        let number = if rest.is_empty() { 0 } else { rest.remove(0).known()?.parse::<i64>().ok()? };
                        out.push_str(&number.to_string());
                    }
                    _ => return None,
                },
                other => out.push_str(other.encode_utf8(&mut [0; 4])),
            }
        }
        if rest.is_empty() || !used {
            return Some(out);
        }
    }
}

fn folder_of(text: &Text) -> Option<Text> {
    let (head, path) = match text.0.as_slice() {
        [Part::Root] => return None,
        [Part::Root, Part::Lit(path)] => (Some(Part::Root), path.as_str()),
        [Part::Lit(path)] => (None, path.as_str()),
        _ => return None,
    };
    let trimmed = path.trim_end_matches('/');
    let folder = match trimmed.rsplit_once('/') {
        Some((folder, _)) => folder.trim_end_matches('/'),
        None if head.is_some() => return None,
        None => return Some(Text::lit(if trimmed.is_empty() && !path.is_empty() { "/" } else { "." })),
    };
    let mut result = Text(head.clone().into_iter().collect());
    result.push_str(if folder.is_empty() && head.is_none() { "/" } else { folder });
    Some(result)
}

fn base_of(text: &Text, suffix: &str) -> Option<Text> {
    let path = match text.0.as_slice() {
        [Part::Root, Part::Lit(path)] | [Part::Lit(path)] => path,
        _ => return None,
    };
    let base = path.trim_end_matches('/').rsplit('/').next()?;
    if base.is_empty() {
        return None;
    }
    Some(Text::lit(base.strip_suffix(suffix).filter(|rest| !rest.is_empty()).unwrap_or(base)))
}

/// A line, split into so many values; the last one takes the rest.
fn split_line(line: &str, separators: &str, count: usize) -> Vec<String> {
    let blank = |next: char| next.is_whitespace() && separators.contains(next);
    let mut rest = line.trim_matches(blank);
    let mut values = Vec::new();
    while values.len() + 1 < count {
        match rest.find(|next| separators.contains(next)) {
            Some(at) => {
                let (head, tail) = rest.split_at(at);
                values.push(head.to_owned());
                // Blanks around one other separator belong to it.
                let tail = tail.trim_start_matches(blank);
                let mut characters = tail.chars();
                rest = match characters.next() {
                    Some(next) if separators.contains(next) && !next.is_whitespace() => {
                        characters.as_str().trim_start_matches(blank)
                    }
                    _ => tail,
                };
            }
            None => {
                values.push(std::mem::take(&mut rest).to_owned());
            }
        }
    }
    values.push(rest.to_owned());
    values
}

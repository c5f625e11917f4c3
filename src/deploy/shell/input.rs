//! What the shell reads: `read`, `mapfile`, `getopts`.

use super::Shell;
use super::command::Site;
use super::parameter::is_name;
use super::state::{Status, Value};
use super::text::{Field, Text};
use crate::model::{Why, WhyKind};

impl<'a> Shell<'a> {
    /// The names after the options of `read`; `None` where an option changes what is read.
    pub(super) fn read_names(arguments: &[Field]) -> (Vec<String>, bool) {
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

    pub(super) fn read(&mut self, arguments: &[Field], site: &Site<'_, 'a>) {
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
            self.state.status = Status::Answer;
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

    pub(super) fn mapfile(&mut self, arguments: &[Field], site: &Site<'_, 'a>) {
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

    pub(super) fn getopts(&mut self, arguments: &[Field], site: &Site<'_, 'a>) {
        let none = self.state.arguments.count() == Some(0);
        let why =
            Why::at(WhyKind::Dynamic, "the arguments of the script decide it", self.origin(site.source, site.span));
        let name = arguments.get(1).and_then(Field::known).filter(|name| is_name(name)).map(str::to_owned);
        for name in name.into_iter().chain(["OPTARG".to_owned(), "OPTIND".to_owned()]) {
            self.state.variables.insert(name, Value::Unknown(vec![why.clone()]));
        }
        self.state.status = if none { Status::Known(false) } else { Status::Answer };
    }
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

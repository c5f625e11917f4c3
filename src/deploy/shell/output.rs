//! What the shell prints: `echo`, `printf`, and the small programs that print a part of a path.

use super::command::Site;
use super::state::{Status, Value};
use super::text::{Field, Part, Text};
use super::{MAX_TEXT, Shell};
use crate::model::{Why, WhyKind};

impl<'a> Shell<'a> {
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

    pub(super) fn print_line(&mut self, mut text: Text) {
        text.push_str("\n");
        self.print(text);
    }

    /// The output of a program that is not run.
    pub(super) fn print_unknown(&mut self, site: &Site<'_, 'a>) {
        self.print_output_of(&[], site);
    }

    /// The command `fields` prints something.
    pub(super) fn print_output_of(&mut self, fields: &[Field], site: &Site<'_, 'a>) {
        if self.capturing > 0 {
            let text = format!("the output of `{}` decides it", site.source.line(site.span.0, site.span.1));
            let why = Why::at(WhyKind::Dynamic, text, self.origin(site.source, site.span));
            self.print(if prints_one_word(fields) { Text::one_word(why) } else { Text::hole(why) });
        }
    }

    pub(super) fn echo(&mut self, arguments: &[Field]) {
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

    pub(super) fn printf(&mut self, arguments: &[Field], site: &Site<'_, 'a>) {
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

    pub(super) fn path_of(&mut self, name: &str, arguments: &[Field], site: &Site<'_, 'a>) {
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
}

/// True for commands that print one word without blanks, where they succeed.
fn prints_one_word(fields: &[Field]) -> bool {
    let Some(words) = fields.iter().map(Field::known).collect::<Option<Vec<_>>>() else { return false };
    let Some((program, arguments)) = words.split_first() else { return false };
    let bare = arguments.iter().filter(|word| !word.starts_with('-')).count();
    match *program {
        "date" => {
            let plain =
                |format: &str| format.chars().all(|next| next.is_ascii_alphanumeric() || "%-_.:".contains(next));
            let formats = arguments.iter().filter_map(|word| word.strip_prefix('+'));
            bare == 1
                && formats.clone().count() == 1
                && formats.into_iter().all(|format| plain(format) && !format.contains(['c', 'x', 'X', 'r']))
        }
        "git" => arguments.first() == Some(&"rev-parse") && bare == 2,
        "id" => matches!(arguments, ["-u" | "-g" | "-un"]),
        "wc" => bare == 0 && matches!(arguments, ["-l" | "-w" | "-c" | "-m"]),
        "hostname" | "nproc" | "uuidgen" | "whoami" => arguments.is_empty(),
        _ => false,
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

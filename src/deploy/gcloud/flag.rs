//! One flag: whether the command has it, and what becomes of its value.

use std::collections::BTreeSet;

use super::lists;
use super::reader::{Pending, State, Target, redacted};
use super::table::{Flag, Kind, Known, Spec, table};
use crate::deploy::words::Word;
use crate::model::{Why, WhyKind};

impl State {
    /// Keeps a flag's value, where gcloud accepts it.
    pub(super) fn store(&mut self, name: &str, kind: &Kind, word: Word) {
        if let Some(text) = word.text() {
            match kind {
                Kind::Choice(choices) if !choices.contains(&text.as_str()) => {
                    let said = format!("`{name}` takes one of {}, not `{}`", choices.join(", "), redacted(&text));
                    if name == "--vpc-egress" || name == "--egress-settings" {
                        self.refuse(said, &word.origin);
                    } else {
                        self.doubt(said, &word.origin);
                    }
                }
                Kind::Int | Kind::Count if !is_number(&text, kind) => {
                    self.refuse(format!("`{name}` takes a whole number, not `{}`", redacted(&text)), &word.origin);
                }
                _ => {}
            }
        }
        let collects = matches!(kind, Kind::List | Kind::Map);
        if let Some(text) = word.text().filter(|_| collects) {
            let keys = |text: &str| if *kind == Kind::Map { lists::keys(text) } else { lists::split(text) };
            let mut seen: BTreeSet<String> = BTreeSet::new();
            for word in self.uses.given(name).unwrap_or_default() {
                seen.extend(keys(&word.text().unwrap_or_default()));
            }
            let is_list = *kind == Kind::List;
            if let Some(key) =
                keys(&text).into_iter().find(|key| seen.contains(key) || is_list && !seen.insert(key.clone()))
            {
                self.refuse(format!("`{name}` is given `{}` several times", redacted(&key)), &word.origin);
            }
        }
        self.uses.set(name, word, collects);
    }

    pub(super) fn flag(&mut self, word: &Word, prefix: &str) {
        let equals = prefix.find('=');
        let name = equals.and_then(|at| prefix.get(..at)).unwrap_or(prefix).to_owned();
        if equals.is_none() && word.text().is_none() {
            return self.half_known(word, prefix);
        }
        let value = equals.map(|_| word.without_prefix(name.len() + 1));
        let Some(spec) = self.spec else { return self.early(word, &name, value.is_some()) };
        if name == "--container" && spec.has_containers() {
            self.in_container = true;
            if value.is_none() {
                self.pending = Some(Pending { target: Target::Passed, origin: word.origin.clone() });
            }
            return;
        }
        let known = table().flag(spec, &name);
        if let Known::Here(flag) | Known::Elsewhere(flag) = known {
            if matches!(known, Known::Elsewhere(_)) {
                let version = table().version;
                self.doubt(format!("gcloud {version} has `{name}` in another track only"), &word.origin);
            }
            if self.in_container {
                return self.of_container(word, spec, &name, flag, value.is_some());
            }
            return self.known(word, &name, flag, value);
        }
        self.doubt(
            format!("gcloud {} has no flag `{}` for this command", table().version, redacted(&name)),
            &word.origin,
        );
        if value.is_none() {
            self.pending = Some(Pending { target: Target::Unsure, origin: word.origin.clone() });
        }
    }

    fn known(&mut self, word: &Word, name: &str, flag: &Flag, value: Option<Word>) {
        match (flag.takes_value, value) {
            (true, Some(value)) => self.store(name, &flag.kind, value),
            (true, None) => {
                let target = Target::Flag { name: name.to_owned(), kind: flag.kind.clone() };
                self.pending = Some(Pending { target, origin: word.origin.clone() });
            }
            (false, Some(_)) => self.refuse(format!("`{name}` takes no value"), &word.origin),
            (false, None) if name == "--help" => self.other = true,
            (false, None) => match name.strip_prefix("--no-").map(|rest| format!("--{rest}")) {
                Some(positive) if self.has(&positive) => self.uses.switch_off(&positive, word.clone()),
                _ => self.uses.set(name, word.clone(), false),
            },
        }
    }

    /// A flag after `--container`.
    fn of_container(&mut self, word: &Word, spec: &Spec, name: &str, flag: &Flag, has_value: bool) {
        if !spec.is_of_container(name)
            && !name.strip_prefix("--no-").is_some_and(|rest| spec.is_of_container(&format!("--{rest}")))
        {
            self.refuse(format!("`{name}` has to stand before `--container`"), &word.origin);
        }
        if flag.takes_value && !has_value {
            self.pending = Some(Pending { target: Target::Passed, origin: word.origin.clone() });
        }
        self.uses.set("--container", word.clone(), false);
    }

    /// A flag before the last word of the command.
    fn early(&mut self, word: &Word, name: &str, has_value: bool) {
        let Some(takes_value) = table().early(&self.path.join(" "), name) else {
            return match table().anywhere(name) {
                Some(takes_value) => {
                    self.refuse(format!("`{name}` has to stand after the command"), &word.origin);
                    if takes_value && !has_value {
                        self.pending = Some(Pending { target: Target::Passed, origin: word.origin.clone() });
                    }
                }
                None => {
                    let text = format!("gcloud {} has no flag `{}` here", table().version, redacted(name));
                    self.undecidable.push(Why::at(WhyKind::Unsupported, text, word.origin.clone()));
                    self.ended = true;
                }
            };
        };
        match (takes_value, has_value) {
            (_, _) if matches!(name, "--help" | "--version") => self.other = true,
            (true, true) => self.store(name, &Kind::Text, word.without_prefix(name.len() + 1)),
            (true, false) => {
                let target = Target::Flag { name: name.to_owned(), kind: Kind::Text };
                self.pending = Some(Pending { target, origin: word.origin.clone() });
            }
            (false, true) => self.refuse(format!("`{name}` takes no value"), &word.origin),
            (false, false) => self.uses.set(name, word.clone(), false),
        }
    }

    /// A word whose flag is known in part: it can be any flag that begins so.
    fn half_known(&mut self, word: &Word, prefix: &str) {
        let whys = word.whys();
        let Some(spec) = self.spec else {
            self.undecidable.extend(whys);
            self.ended = true;
            return;
        };
        self.half_flags = true;
        if "--flags-file".starts_with(prefix) {
            self.uses.blur_all(&whys);
        }
        let flags = spec.flags().filter(|flag| flag.starts_with(prefix));
        for flag in flags.collect::<Vec<_>>() {
            let positive = flag.strip_prefix("--no-").map(|rest| format!("--{rest}"));
            let positive = positive.filter(|positive| self.has(positive));
            self.uses.blur(positive.as_deref().unwrap_or(flag), &whys);
        }
        self.after_hole = true;
    }

    /// gcloud's own short flags are `-q`, `-h` and `-v`.
    pub(super) fn short(&mut self, word: &Word) {
        match word.text().as_deref() {
            Some("-q") => self.uses.set("--quiet", word.clone(), false),
            Some("-h") => self.other = true,
            Some("-v") if self.spec.is_none() => self.other = true,
            Some(text) => self.refuse(format!("there is no flag `{}`", redacted(text)), &word.origin),
            None => self.doubt("a flag is not known".to_owned(), &word.origin),
        }
    }
}

fn is_number(text: &str, kind: &Kind) -> bool {
    text.trim().parse::<i64>().is_ok() || *kind == Kind::Count && text == "default"
}

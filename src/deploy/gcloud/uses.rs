//! Which flags an argument list uses, and with what values.

use std::collections::BTreeMap;

use crate::deploy::words::Word;
use crate::model::{Fact, Origin, Why};

/// How a flag is used.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// Given with these values (of a flag without a value: the flag itself); several where a flag collects them.
    Given(Vec<Word>),
    /// Given in the form that switches it off, as in `--no-clear-network`.
    Off(Word),
    /// It may be given, with any value.
    Unknown(Vec<Why>),
}

/// The flags of an argument list, by their names with dashes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Uses {
    set: BTreeMap<String, Setting>,
    /// Words that are not known: they may have been any flag that is not in the map.
    rest: Vec<Why>,
}

impl Uses {
    /// How a flag is used; `None` where it is not.
    pub fn get(&self, flag: &str) -> Option<Setting> {
        match self.set.get(flag) {
            Some(setting) => Some(setting.clone()),
            None if self.rest.is_empty() => None,
            None => Some(Setting::Unknown(self.rest.clone())),
        }
    }

    /// The flag's last value, or how it is not known.
    pub fn fact(&self, flag: &str, command: &Origin) -> Fact<String> {
        match self.get(flag) {
            Some(Setting::Given(words)) => words.last().map_or_else(|| Fact::Absent(command.clone()), Word::fact),
            Some(Setting::Off(_)) | None => Fact::Absent(command.clone()),
            Some(Setting::Unknown(whys)) => Fact::Unknown(whys),
        }
    }

    /// The same, where an empty value says as little as none.
    pub fn text(&self, flag: &str, command: &Origin) -> Fact<String> {
        match self.fact(flag, command) {
            Fact::Known(text, origin) if text.is_empty() => Fact::Absent(origin),
            fact => fact,
        }
    }

    /// A flag that is certainly given, other than to switch it off.
    pub fn given(&self, flag: &str) -> Option<&[Word]> {
        match self.set.get(flag) {
            Some(Setting::Given(words)) => Some(words),
            _ => None,
        }
    }

    /// True where the flag certainly stands in the list, in whatever form.
    pub fn stands(&self, flag: &str) -> bool {
        matches!(self.set.get(flag), Some(Setting::Given(_) | Setting::Off(_)))
    }

    /// Where the flag stands, in whatever form.
    pub fn place(&self, flag: &str) -> Option<Origin> {
        match self.set.get(flag)? {
            Setting::Given(words) => words.last().map(|word| word.origin.clone()),
            Setting::Off(word) => Some(word.origin.clone()),
            Setting::Unknown(_) => None,
        }
    }

    /// The names of the flags that stand in the list.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.set.keys().map(String::as_str)
    }

    /// True where words that are not known may be flags.
    pub fn is_open(&self) -> bool {
        !self.rest.is_empty() || self.set.values().any(|setting| matches!(setting, Setting::Unknown(_)))
    }

    /// Why flags are not known.
    pub fn whys(&self) -> impl Iterator<Item = &Why> {
        let of_flags = self.set.values().flat_map(|setting| match setting {
            Setting::Unknown(whys) => whys.as_slice(),
            Setting::Given(_) | Setting::Off(_) => &[],
        });
        self.rest.iter().chain(of_flags)
    }

    /// Sets a flag; of one that collects its values, one more.
    pub fn set(&mut self, flag: &str, word: Word, collects: bool) {
        match self.set.get_mut(flag) {
            Some(Setting::Given(words)) if collects => words.push(word),
            Some(Setting::Unknown(_)) if collects => {}
            None if collects && !self.rest.is_empty() => {
                self.set.insert(flag.to_owned(), Setting::Unknown(self.rest.clone()));
            }
            _ => {
                self.set.insert(flag.to_owned(), Setting::Given(vec![word]));
            }
        }
    }

    /// Sets a flag that does not stand in the list, by what counts where it is not there.
    pub fn fill(&mut self, flag: &str, word: Word) {
        let setting = if word.text().is_some() { Setting::Given(vec![word]) } else { Setting::Unknown(word.whys()) };
        self.set.insert(flag.to_owned(), setting);
    }

    /// Switches a flag off.
    pub fn switch_off(&mut self, flag: &str, word: Word) {
        self.set.insert(flag.to_owned(), Setting::Off(word));
    }

    /// Makes a flag unknown.
    pub fn blur(&mut self, flag: &str, whys: &[Why]) {
        self.set.insert(flag.to_owned(), Setting::Unknown(whys.to_vec()));
    }

    /// Makes every flag unknown.
    pub fn blur_all(&mut self, whys: &[Why]) {
        self.set.clear();
        extend(&mut self.rest, whys);
    }

    /// Either these uses or others.
    pub fn merge(&mut self, other: &Self, whys: &[Why]) {
        let flags: Vec<String> = self.set.keys().chain(other.set.keys()).cloned().collect();
        for flag in flags {
            let (mine, theirs) = (self.get(&flag), other.get(&flag));
            if mine == theirs {
                continue;
            }
            let mut all = whys.to_vec();
            for setting in [mine, theirs].into_iter().flatten() {
                if let Setting::Unknown(more) = setting {
                    extend(&mut all, &more);
                }
            }
            self.set.insert(flag, Setting::Unknown(all));
        }
        if self.rest != other.rest {
            extend(&mut self.rest, &other.rest);
        }
    }
}

fn extend(list: &mut Vec<Why>, more: &[Why]) {
    for why in more {
        if !list.contains(why) {
            list.push(why.clone());
        }
    }
}

//! Which telling words are in a file, found in one pass: most files need not be looked through for what only such a word
//! introduces.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::ast::token::TokenKind;

/// Something that is looked for only in files that have one of its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A hook that marks tests.
    AddedMarks,
    /// Fixtures that are used without being asked for.
    AutomaticFixtures,
    /// Examples in docstrings.
    Doctests,
    /// `global` and `nonlocal`.
    Declarations,
    /// Names that no statement binds, but code that works on the names themselves.
    DynamicNames,
    /// `__path__`
    DynamicPath,
    /// Changes of how modules are found.
    DynamicSysPath,
    /// `from __future__ import annotations`, perhaps.
    Future,
    /// Names that expressions and patterns bind.
    HiddenNames,
    /// `sys.modules`
    Injections,
    /// Marks, of any kind.
    Marks,
    /// pytest by name.
    Pytest,
    /// Marks that are registered when pytest starts.
    Registrations,
    /// Generators.
    Yields,
}

/// Words that are no keywords. One whose beginning is another word stands before it: where both fit, the first is
/// found. None is short: the search is then the faster.
const WORDS: [(&str, &[Subject]); 17] = [
    ("sys.modules[__name__]", &[Subject::DynamicNames, Subject::Injections]),
    ("sys.modules", &[Subject::Injections]),
    ("globals()[", &[Subject::DynamicNames]),
    ("globals().update", &[Subject::DynamicNames]),
    ("globals().setdefault", &[Subject::DynamicNames]),
    ("vars()[", &[Subject::DynamicNames]),
    ("add_marker(", &[Subject::AddedMarks, Subject::Marks]),
    ("own_markers", &[Subject::AddedMarks, Subject::Marks]),
    ("mark", &[Subject::Marks]),
    ("pytest", &[Subject::Pytest]),
    ("addinivalue_line", &[Subject::Registrations]),
    ("autouse", &[Subject::AutomaticFixtures]),
    ("__path__", &[Subject::DynamicPath]),
    ("sys.meta_path", &[Subject::DynamicSysPath]),
    ("syspath_prepend", &[Subject::DynamicSysPath]),
    ("__future__", &[Subject::Future]),
    (">>> ", &[Subject::Doctests]),
];

static SEARCH: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let words = WORDS.iter().map(|(word, _)| word);
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(words).ok()
});

/// The subjects of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mentions(u16);

impl Mentions {
    /// Reads a text, to what its keywords say.
    pub fn of(text: &str, keywords: Self) -> Self {
        let mut mentions = keywords;
        match &*SEARCH {
            Some(search) => {
                for found in search.find_iter(text) {
                    mentions.add(found.pattern().as_usize());
                }
            }
            None => (0..WORDS.len()).for_each(|word| mentions.add(word)),
        }
        mentions
    }

    fn add(&mut self, word: usize) {
        let subjects = WORDS.get(word).map_or(&[][..], |(_, subjects)| subjects);
        subjects.iter().for_each(|subject| self.0 |= subject.bit());
    }

    /// Notes what a keyword or operator introduces.
    pub fn keyword(&mut self, kind: TokenKind) {
        let subject = match kind {
            TokenKind::ColonEqual | TokenKind::Match => Subject::HiddenNames,
            TokenKind::Global | TokenKind::Nonlocal => Subject::Declarations,
            TokenKind::Yield => Subject::Yields,
            _ => return,
        };
        self.0 |= subject.bit();
    }

    /// True where the file may have something of this subject.
    pub fn any(self, subject: Subject) -> bool {
        self.0 & subject.bit() != 0
    }
}

impl Subject {
    fn bit(self) -> u16 {
        1 << self as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_wherever_it_stands() {
        for (word, subjects) in WORDS {
            for text in
                [word.to_owned(), format!("x = 1\n{word}"), format!("é{word}y\n"), format!("mark {word} autouse")]
            {
                let found = Mentions::of(&text, Mentions::default());
                assert!(subjects.iter().all(|subject| found.any(*subject)), "{text}");
            }
        }
        assert_eq!(Mentions::of("def f(a):\n    return a\n", Mentions::default()), Mentions::default());
    }

    #[test]
    fn no_word_hides_another_in_it_that_means_more() {
        for (at, (outer, subjects)) in WORDS.iter().enumerate() {
            for (other, (inner, wanted)) in WORDS.iter().enumerate() {
                if at != other && outer.contains(inner) {
                    assert!(wanted.iter().all(|subject| subjects.contains(subject)), "{outer} hides {inner}");
                }
            }
        }
    }
}

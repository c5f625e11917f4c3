//! The two kinds of patterns: shell patterns as Python's `fnmatch` reads them, and globs on paths.

/// True where the whole text matches the pattern, as Python's `fnmatch.fnmatchcase` decides: `*` matches any
/// characters, `/` too; `?` one; `[abc]`, `[a-z]`, `[!a]` one of a set. An unclosed `[` is itself.
pub fn fnmatch(pattern: &str, text: &str) -> bool {
    if pattern.is_ascii() && text.is_ascii() {
        // Nearly every path: bytes are characters, and nothing has to be copied.
        return matches(pattern.as_bytes(), text.as_bytes());
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    matches(&pattern, &text)
}

fn matches<C: Copy + Ord + From<u8>>(pattern: &[C], text: &[C]) -> bool {
    let (any, one, open) = (C::from(b'*'), C::from(b'?'), C::from(b'['));
    let (mut at, mut position) = (0, 0);
    // Where the last `*` stood, and how much of the text it has taken: only the last one needs to be retried.
    let mut star: Option<(usize, usize)> = None;
    loop {
        let Some(&character) = text.get(position) else {
            return pattern.get(at..).unwrap_or_default().iter().all(|&rest| rest == any);
        };
        let matched = match pattern.get(at).copied() {
            Some(special) if special == any => {
                star = Some((at + 1, position));
                at += 1;
                continue;
            }
            Some(special) if special == one => Some(1),
            Some(special) if special == open => set(pattern.get(at..).unwrap_or_default(), character),
            Some(literal) => (literal == character).then_some(1),
            None => None,
        };
        match (matched, star) {
            (Some(length), _) => {
                at += length;
                position += 1;
            }
            (None, Some((after, taken))) => {
                at = after;
                position = taken + 1;
                star = Some((after, taken + 1));
            }
            (None, None) => return false,
        }
    }
}

/// The length of the set that begins here, where it contains the character.
fn set<C: Copy + Ord + From<u8>>(pattern: &[C], character: C) -> Option<usize> {
    let (open, close, not, dash) = (C::from(b'['), C::from(b']'), C::from(b'!'), C::from(b'-'));
    let negated = pattern.get(1) == Some(&not);
    let first = if negated { 2 } else { 1 };
    // A `]` in the first place is a member.
    let end = pattern.iter().skip(first + 1).position(|&member| member == close).map(|at| at + first + 1);
    let Some(end) = end else { return (character == open).then_some(1) };
    let members = pattern.get(first..end).unwrap_or_default();
    let mut found = false;
    let mut at = 0;
    while let Some(&low) = members.get(at) {
        match (members.get(at + 1), members.get(at + 2)) {
            (Some(&middle), Some(&high)) if middle == dash => {
                found |= low <= character && character <= high;
                at += 3;
            }
            _ => {
                found |= low == character;
                at += 1;
            }
        }
    }
    (found != negated).then_some(end + 1)
}

/// True where an exclusion pattern drops the path. `*/x/*` means a folder `x` at any depth, at the top as well.
pub fn excludes(pattern: &str, path: &str) -> bool {
    fnmatch(pattern, path) || pattern.strip_prefix("*/").is_some_and(|top| fnmatch(top, path))
}

/// A list of globs on paths: `*` stays within a folder, `**` does not.
#[derive(Debug)]
pub struct PathGlobs(Vec<Option<globset::GlobMatcher>>);

impl PathGlobs {
    /// Compiles the patterns; the errors are those of patterns that are not valid, which match nothing.
    pub fn new(patterns: &[String]) -> (Self, Vec<String>) {
        let mut errors = Vec::new();
        let mut compile = |pattern: &String| {
            let built = globset::GlobBuilder::new(pattern.trim_start_matches("./")).literal_separator(true).build();
            match built {
                Ok(glob) => Some(glob.compile_matcher()),
                Err(error) => {
                    errors.push(format!("`{pattern}` is not a valid pattern: {}", error.kind()));
                    None
                }
            }
        };
        let globs = patterns.iter().map(&mut compile).collect();
        (Self(globs), errors)
    }

    /// For each pattern in order, whether it matches.
    pub fn matches<'a>(&'a self, path: &'a str) -> impl Iterator<Item = bool> + 'a {
        self.0.iter().map(move |glob| glob.as_ref().is_some_and(|glob| glob.is_match(path)))
    }

    /// True where one of the patterns matches.
    pub fn any(&self, path: &str) -> bool {
        self.matches(path).any(|matched| matched)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fnmatch_is_as_python_has_it() {
        for (pattern, text, expected) in [
            ("*.backup.*", "tests/test_a.backup.py", true),
            ("*.backup.*", "tests/test_backup.py", false),
            ("*_temp.py", "a/b_temp.py", true),
            ("*_temp.py", "a/b_temp.pyc", false),
            ("test_*.py", "test_.py", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[]]x", "]x", true),
            ("[x", "[x", true),
            ("*a*b*c", "xxaxxbxxbxxc", true),
            ("*a*b*c", "xxaxxbxxbxx", false),
            ("", "", true),
            ("é?*", "éà/ü", true),
            ("[à-é]", "b", false),
            ("***", "", true),
        ] {
            assert_eq!(fnmatch(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_pattern_of_many_stars_is_fast() {
        let pattern = "*a".repeat(200);
        assert!(!fnmatch(&pattern, &"a".repeat(199)));
        assert!(!fnmatch(&format!("{pattern}b"), &"a".repeat(5_000)));
    }

    #[test]
    fn a_folder_pattern_holds_at_the_top_as_well() {
        for (path, expected) in [
            ("backups/test_a.py", true),
            ("tests/backups/test_a.py", true),
            ("tests/my_backups/test_a.py", false),
            ("tests/test_backups.py", false),
            ("backups", false),
        ] {
            assert_eq!(excludes("*/backups/*", path), expected, "{path}");
        }
        assert!(excludes("tests/old/*", "tests/old/a/b.py"));
        assert!(!excludes("tests/old/*", "x/tests/old/a.py"));
    }

    #[test]
    fn a_star_of_a_path_glob_stays_in_its_folder() {
        let (globs, errors) = PathGlobs::new(&["tests/smoke/*.py".into(), "tests/**/test_*.py".into(), "[".into()]);
        assert_eq!(errors.len(), 1);
        assert_eq!(globs.matches("tests/smoke/test_a.py").collect::<Vec<_>>(), [true, true, false]);
        assert_eq!(globs.matches("tests/smoke/deep/test_a.py").collect::<Vec<_>>(), [false, true, false]);
        assert!(!globs.any("smoke/test_a.py"));
    }
}

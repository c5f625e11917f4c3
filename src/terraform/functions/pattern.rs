//! Regular expressions as Go writes them, for the crate that runs them here.
//!
//! The two languages look the same and differ in the dark: Go's `\d`, `\w`, `\s` and `\b` know ASCII only, a brace
//! that is no repetition is a brace, and a class holds characters, never other classes.

use std::sync::{LazyLock, Mutex, PoisonError};

use regex::{Regex, RegexBuilder};
use rustc_hash::FxHashMap;

/// The largest compiled pattern.
const MAX_PATTERN: usize = 1 << 20;
/// The largest number of repetitions.
const MAX_REPEAT: u32 = 1_000;
/// The names of Go's `[[:name:]]`.
const CLASSES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
];

/// Compiles a pattern of Go's language (`RE2`, as documented at <https://github.com/google/re2/wiki/Syntax>).
///
/// # Errors
/// A lower-case fragment, where Go would refuse the pattern as well.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = compiled.get(pattern) {
        return known.clone();
    }
    if compiled.len() >= MAX_COMPILED {
        compiled.clear();
    }
    let result = compile_anew(pattern);
    compiled.insert(pattern.to_owned(), result.clone());
    result
}

/// Patterns that were compiled: a validation in a module is evaluated once for each of its instances.
static COMPILED: LazyLock<Mutex<FxHashMap<String, Result<Regex, String>>>> = LazyLock::new(Mutex::default);
/// The largest number of them.
const MAX_COMPILED: usize = 64;

fn compile_anew(pattern: &str) -> Result<Regex, String> {
    let fail = || format!("`{pattern}` is no regular expression");
    let text = translated(pattern).ok_or_else(fail)?;
    RegexBuilder::new(&text).size_limit(MAX_PATTERN).build().map_err(|_| fail())
}

fn translated(pattern: &str) -> Option<String> {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    // True right after a repetition, which cannot be repeated again.
    let mut repeated = false;
    while let Some(character) = rest.chars().next() {
        let after = rest.get(character.len_utf8()..)?;
        let mut repeats = false;
        match character {
            '\\' => {
                if let Some(quoted) = after.strip_prefix('Q') {
                    let (literal, after) = quoted.split_once("\\E").unwrap_or((quoted, ""));
                    out.push_str(&regex::escape(literal));
                    rest = after;
                } else {
                    rest = escape(after, false, &mut out)?;
                }
            }
            '[' => rest = class(after, &mut out)?,
            '*' | '+' | '?' => {
                if repeated {
                    return None;
                }
                out.push(character);
                rest = lazy(after, &mut out);
                repeats = true;
            }
            '{' => match repetition(rest)? {
                0 => {
                    out.push_str("\\{");
                    rest = after;
                }
                _ if repeated => return None,
                length => {
                    out.push_str(rest.get(..length)?);
                    rest = lazy(rest.get(length..)?, &mut out);
                    repeats = true;
                }
            },
            '(' if after.starts_with('?') => {
                let flags = after.get(1..)?.split([':', ')', '<', 'P']).next()?;
                if !flags.chars().all(|flag| matches!(flag, 'i' | 'm' | 's' | 'U' | '-')) {
                    return None;
                }
                out.push('(');
                out.push('?');
                rest = after.get(1..)?;
            }
            other => {
                out.push(other);
                rest = after;
            }
        }
        repeated = repeats;
    }
    Some(out)
}

/// A repetition may be made to match as little as possible.
fn lazy<'a>(rest: &'a str, out: &mut String) -> &'a str {
    match rest.strip_prefix('?') {
        Some(after) => {
            out.push('?');
            after
        }
        None => rest,
    }
}

/// The length of `{n}`, `{n,}` or `{n,m}` at the start; 0 where the brace is a character. `None` where it asks for
/// too much.
fn repetition(text: &str) -> Option<usize> {
    let Some((inner, _)) = text.get(1..).and_then(|rest| rest.split_once('}')) else { return Some(0) };
    let (least, most) = inner.split_once(',').map_or((inner, None), |(least, most)| (least, Some(most)));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(least) || most.is_some_and(|most| !most.is_empty() && !is_number(most)) {
        return Some(0);
    }
    let small = |text: &str| text.parse::<u32>().is_ok_and(|count| count <= MAX_REPEAT);
    (small(least) && most.is_none_or(|most| most.is_empty() || small(most))).then_some(inner.len() + 2)
}

/// What follows a backslash.
fn escape<'a>(rest: &'a str, in_class: bool, out: &mut String) -> Option<&'a str> {
    let character = rest.chars().next()?;
    let after = rest.get(character.len_utf8()..)?;
    let outside = match character {
        'd' => "[0-9]",
        'D' => "[^0-9]",
        'w' => "[0-9A-Za-z_]",
        'W' => "[^0-9A-Za-z_]",
        's' => "[\\t\\n\\f\\r ]",
        'S' => "[^\\t\\n\\f\\r ]",
        'b' if !in_class => "(?-u:\\b)",
        'B' if !in_class => {
            // Between the bytes of a character it would match, which the crate refuses.
            out.push_str("\\B");
            return rest.is_ascii().then_some(after);
        }
        'A' | 'z' if !in_class => {
            out.push('\\');
            out.push(character);
            return Some(after);
        }
        'a' | 'f' | 'n' | 'r' | 't' | 'v' => {
            out.push('\\');
            out.push(character);
            return Some(after);
        }
        'x' => {
            let length = if after.starts_with('{') { after.find('}')? + 1 } else { 2 };
            out.push_str("\\x");
            out.push_str(after.get(..length)?);
            return after.get(length..);
        }
        'p' | 'P' => {
            let length = if after.starts_with('{') { after.find('}')? + 1 } else { 1 };
            let name = after.get(..length)?.trim_matches(['{', '}', '^']);
            // Go knows categories by their short names, and scripts.
            if name.len() > 2 && !is_script(name) {
                return None;
            }
            let negated = if after.starts_with("{^") { "^" } else { "" };
            // Of a longer name the regex crate would also accept categories and properties, which Go does not.
            let script = if name.len() > 2 && name != "Any" { "Script=" } else { "" };
            out.push_str(&format!("\\{character}{{{negated}{script}{name}}}"));
            return after.get(length..);
        }
        '0'..='7' => {
            // An octal number: `\0`, or with more than one digit.
            let digits = rest.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            if character != '0' && digits < 2 {
                return None;
            }
            let code = u32::from_str_radix(rest.get(..digits)?, 8).ok()?;
            out.push_str(&format!("\\x{{{code:x}}}"));
            return rest.get(digits..);
        }
        other if other.is_ascii_punctuation() => {
            out.push_str(&format!("\\x{{{:x}}}", u32::from(other)));
            return Some(after);
        }
        _ => return None,
    };
    out.push_str(outside);
    Some(after)
}

/// Go knows scripts by their full names: one capitalised word, or several with `_` between them.
fn is_script(name: &str) -> bool {
    let is_word = |word: &str| {
        let mut chars = word.chars();
        chars.next().is_some_and(|first| first.is_ascii_uppercase()) && chars.all(|own| own.is_ascii_lowercase())
    };
    name == "SignWriting" || name.split('_').all(|word| is_word(word) || matches!(word, "Nko" | "Phags"))
}

/// A class, from behind its bracket on.
fn class<'a>(text: &'a str, out: &mut String) -> Option<&'a str> {
    out.push('[');
    let mut rest = text;
    if let Some(after) = rest.strip_prefix('^') {
        out.push('^');
        rest = after;
    }
    let mut first = true;
    loop {
        let character = rest.chars().next()?;
        let after = rest.get(character.len_utf8()..)?;
        match character {
            ']' if !first => {
                out.push(']');
                return Some(after);
            }
            '\\' => rest = escape(after, true, out)?,
            '[' if after.starts_with(':') => {
                let (name, behind) = after.get(1..)?.split_once(":]")?;
                if !CLASSES.contains(&name.strip_prefix('^').unwrap_or(name)) {
                    return None;
                }
                out.push_str(&format!("[:{name}:]"));
                rest = behind;
            }
            // A minus sign makes a range only between two characters; at an end it stands for itself.
            '-' if first || after.starts_with(']') => {
                out.push_str("\\-");
                rest = after;
            }
            '-' => {
                out.push('-');
                rest = after;
                // The end of the range may be a minus sign.
                if let Some(behind) = rest.strip_prefix('-') {
                    out.push_str("\\-");
                    rest = behind;
                }
            }
            '[' | ']' | '&' | '~' | '^' => {
                out.push('\\');
                out.push(character);
                rest = after;
            }
            other => {
                out.push(other);
                rest = after;
            }
        }
        first = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_say_what_they_say_to_go() {
        for (pattern, expected) in [
            ("\\d", "[0-9]"),
            ("[\\w-]", "[[0-9A-Za-z_]\\-]"),
            ("{a}", "\\{a}"),
            ("a{2,}?", "a{2,}?"),
            ("[[a]]", "[\\[a]]"),
            ("[^]a]", "[^\\]a]"),
            ("\\Qa.b\\E+", "a\\.b+"),
        ] {
            assert_eq!(translated(pattern).as_deref(), Some(expected), "{pattern}");
        }
        for refused in ["a**", "a{2}{3}", "(?x)a", "(?u)a", "\\u0061", "a{1001}", "[[:foo:]]", "\\1", "a\\"] {
            assert!(compile(refused).is_err(), "{refused}");
        }
    }
}

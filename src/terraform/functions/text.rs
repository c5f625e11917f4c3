//! Functions of strings. Lengths and offsets count grapheme clusters.

use unicode_segmentation::UnicodeSegmentation;

use super::super::value::{Kind, Type, Value};
use super::args::MAX_TEXT;
use super::pattern::compile;
use super::regexes::{is_unlike, unknown_pattern};
use super::{Args, Context};

type Outcome = Result<Value, String>;

pub(super) fn chomp(_: &Context<'_>, args: &Args) -> Outcome {
    Ok(Value::string(args.str(0)?.trim_end_matches(['\n', '\r'])))
}

pub(super) fn endswith(_: &Context<'_>, args: &Args) -> Outcome {
    Ok(Value::bool(args.str(0)?.ends_with(args.str(1)?)))
}

/// The known beginning of an unknown string may decide.
pub(super) fn startswith(_: &Context<'_>, args: &Args) -> Outcome {
    let (text, prefix) = (args.value(0)?, args.value(1)?);
    match (&text.kind, prefix.as_str()) {
        (Kind::String(text), Some(prefix)) => Ok(Value::bool(text.starts_with(prefix))),
        (Kind::Unknown(unknown), Some(prefix)) => {
            let known = &*unknown.prefix;
            if known.starts_with(prefix) {
                Ok(Value::bool(true))
            } else if known.len() < prefix.len() {
                // A shorter beginning might decide as well, and does not to Terraform.
                Ok(Value::unknown(Type::Bool, unknown.whys.clone()))
            } else {
                Ok(Value::bool(false))
            }
        }
        _ => Ok(Value::unknown(Type::Bool, text.whys().and(&prefix.whys()))),
    }
}

pub(super) fn strcontains(_: &Context<'_>, args: &Args) -> Outcome {
    Ok(Value::bool(args.str(0)?.contains(args.str(1)?)))
}

pub(super) fn indent(_: &Context<'_>, args: &Args) -> Outcome {
    let spaces = usize::try_from(args.int(0)?).map_err(|_| "the number of spaces is negative")?;
    let text = args.str(1)?;
    let lines = text.matches('\n').count();
    if spaces.saturating_mul(lines).saturating_add(text.len()) > MAX_TEXT {
        return Err("the indented text is too long".to_owned());
    }
    Ok(Value::string(&text.replace('\n', &format!("\n{}", " ".repeat(spaces)))))
}

pub(super) fn join(_: &Context<'_>, args: &Args) -> Outcome {
    if args.len() < 2 {
        return Err("join needs at least one list".to_owned());
    }
    let lists = args.rest(1);
    // A list whose elements are not all known keeps later ones from being looked at.
    if let Some(open) = lists.iter().find(|list| list.contains_unknown()) {
        return Ok(Value::unknown(Type::String, open.whys()));
    }
    let mut parts = Vec::new();
    for at in 1..args.len() {
        parts.extend(args.strs(at)?);
    }
    Ok(Value::string(&parts.join(args.str(0)?)))
}

pub(super) fn split(_: &Context<'_>, args: &Args) -> Outcome {
    let (separator, text) = (args.str(0)?, args.str(1)?);
    if separator.is_empty() {
        return Ok(Value::list(
            Type::String,
            text.chars().map(|character| Value::string(&character.to_string())).collect(),
        ));
    }
    Ok(Value::strings(text.split(separator)))
}

pub(super) fn lower(_: &Context<'_>, args: &Args) -> Outcome {
    Ok(Value::string(&args.str(0)?.chars().map(|own| own.to_lowercase().next().unwrap_or(own)).collect::<String>()))
}

pub(super) fn upper(_: &Context<'_>, args: &Args) -> Outcome {
    Ok(Value::string(&args.str(0)?.chars().map(upper_char).collect::<String>()))
}

/// Terraform maps one character to one. What would become several stays as it is, but for the Greek letters with an
/// iota that have a capital of their own.
fn upper_char(own: char) -> char {
    let mut mapped = own.to_uppercase();
    if let (Some(one), None) = (mapped.next(), mapped.next()) {
        return one;
    }
    let distance = match own {
        '\u{1f80}'..='\u{1faf}' if u32::from(own) & 8 == 0 => 8,
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => 9,
        _ => 0,
    };
    char::from_u32(u32::from(own) + distance).unwrap_or(own)
}

/// The form of a letter at the start of a title, which few letters have besides the capital.
fn title_char(own: char) -> char {
    match own {
        'Ǆ' | 'ǅ' | 'ǆ' => 'ǅ',
        'Ǉ' | 'ǈ' | 'ǉ' => 'ǈ',
        'Ǌ' | 'ǋ' | 'ǌ' => 'ǋ',
        'Ǳ' | 'ǲ' | 'ǳ' => 'ǲ',
        '\u{10d0}'..='\u{10ff}' => own,
        _ => upper_char(own),
    }
}

pub(super) fn title(_: &Context<'_>, args: &Args) -> Outcome {
    let mut out = String::new();
    let mut in_word = false;
    for character in args.str(0)?.chars() {
        if in_word {
            out.push(character);
        } else {
            out.push(title_char(character));
        }
        // ASCII punctuation parts words; of other characters only white space does.
        in_word =
            character.is_alphanumeric() || character == '_' || (!character.is_ascii() && !character.is_whitespace());
    }
    Ok(Value::string(&out))
}

pub(super) fn strrev(_: &Context<'_>, args: &Args) -> Outcome {
    Ok(Value::string(&args.str(0)?.graphemes(true).rev().collect::<String>()))
}

pub(super) fn substr(_: &Context<'_>, args: &Args) -> Outcome {
    let clusters: Vec<&str> = args.str(0)?.graphemes(true).collect();
    let (offset, length) = (args.int(1)?, args.int(2)?);
    let count = clusters.len() as i64;
    // To Terraform an offset from the end and no length give all that follows.
    let length = if offset < 0 && length == 0 { -1 } else { length };
    let start = if offset < 0 { offset.saturating_add(count).max(0) } else { offset.min(count) };
    let end = if length < 0 { count } else { start.saturating_add(length).min(count) };
    let place = |at: i64| usize::try_from(at).unwrap_or(0);
    Ok(Value::string(&clusters.get(place(start)..place(end)).unwrap_or_default().concat()))
}

pub(super) fn trim(_: &Context<'_>, args: &Args) -> Outcome {
    let cut: Vec<char> = args.str(1)?.chars().collect();
    Ok(Value::string(args.str(0)?.trim_matches(|character| cut.contains(&character))))
}

pub(super) fn trimprefix(_: &Context<'_>, args: &Args) -> Outcome {
    let text = args.str(0)?;
    Ok(Value::string(text.strip_prefix(args.str(1)?).unwrap_or(text)))
}

pub(super) fn trimsuffix(_: &Context<'_>, args: &Args) -> Outcome {
    let text = args.str(0)?;
    Ok(Value::string(text.strip_suffix(args.str(1)?).unwrap_or(text)))
}

pub(super) fn trimspace(_: &Context<'_>, args: &Args) -> Outcome {
    Ok(Value::string(args.str(0)?.trim()))
}

/// A pattern between slashes is a regular expression.
pub(super) fn replace(context: &Context<'_>, args: &Args) -> Outcome {
    let (text, search, replacement) = (args.str(0)?, args.str(1)?, args.str(2)?);
    let longest = text.len().saturating_add(1).saturating_mul(replacement.len().saturating_add(1));
    if longest > 16 * MAX_TEXT {
        return Err("the result of replace may be too long".to_owned());
    }
    let pattern = search.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    match pattern {
        Some(pattern) if is_unlike(pattern, text) => Ok(unknown_pattern(context, Type::String)),
        Some(pattern) => Ok(Value::string(&compile(pattern)?.replace_all(text, replacement))),
        None => Ok(Value::string(&text.replace(search, replacement))),
    }
}

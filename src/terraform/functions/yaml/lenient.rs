//! Where the parser, which reads YAML 1.2, and Terraform's, which reads YAML 1.1, take different texts.

use std::borrow::Cow;

use saphyr_parser::Parser;

/// The most lines that are repaired, and the most text that is read again for it.
const MAX_REPAIRS: usize = 2_000;
const MAX_READ: usize = 64 << 20;

/// Refuses what YAML 1.1 refuses: characters that cannot be printed, other versions, and `\\/` in quotation marks.
pub(super) fn check(text: &str) -> Result<(), String> {
    let is_printable =
        |own: char| matches!(own, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..);
    if let Some(own) = text.chars().find(|own| !is_printable(*own)) {
        return Err(format!("the YAML has the character {:#x}, which cannot be printed", u32::from(own)));
    }
    // Directives stand before everything else.
    for line in text.lines().take_while(|line| line.is_empty() || line.starts_with(['#', '%'])) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_known = match words.as_slice() {
            ["%YAML", version, ..] => *version == "1.1",
            [word, ..] => *word == "%TAG" || word.starts_with('#'),
            [] => true,
        };
        if !is_known {
            return Err(format!("the YAML's directive {line} is not supported"));
        }
    }
    if has_escaped_slash(text) {
        return Err("the YAML escapes a slash".to_owned());
    }
    Ok(())
}

/// True where a quoted text has `\\/` in it, which only JSON and YAML 1.2 know.
fn has_escaped_slash(text: &str) -> bool {
    if !text.contains("\\/") {
        return false;
    }
    let characters: Vec<char> = text.chars().collect();
    Parser::new_from_str(text).map_while(Result::ok).any(|(event, span)| {
        let saphyr_parser::Event::Scalar(_, saphyr_parser::ScalarStyle::DoubleQuoted, ..) = event else { return false };
        let mut rest = characters.get(span.start.index()..span.end.index()).unwrap_or_default();
        while let [first, after @ ..] = rest {
            rest = after;
            if *first == '\\' {
                if rest.first() == Some(&'/') {
                    return true;
                }
                rest = rest.get(1..).unwrap_or_default();
            }
        }
        false
    })
}

/// Indents lines between brackets, and replaces tabs behind keys, where the parser asks for it and Terraform's does
/// not: there white space means nothing.
pub(super) fn repair(text: &str) -> Result<Cow<'_, str>, String> {
    let mut repaired = Cow::Borrowed(text);
    for _ in 0..MAX_REPAIRS.min(MAX_READ / (text.len() + 1)) {
        let Some(error) = Parser::new_from_str(&repaired).find_map(Result::err) else { return Ok(repaired) };
        let at = error.marker().line().saturating_sub(1);
        let mut lines: Vec<Cow<'_, str>> = repaired.split('\n').map(Cow::Borrowed).collect();
        let Some(line) = lines.get_mut(at) else { return Ok(repaired) };
        let better = match error.info() {
            info if info.starts_with("invalid indentation") && !line.starts_with(&" ".repeat(128)) => {
                format!("{}{line}", " ".repeat(128))
            }
            info if info.contains("valid YAML whitespace") && line.contains(":\t") => line.replace(":\t", ": "),
            _ => return Ok(repaired),
        };
        *line = Cow::Owned(better);
        let joined = lines.join("\n");
        repaired = Cow::Owned(joined);
    }
    Ok(repaired)
}

//! The text between the tags of templates: escapes, strip markers, and the indentation that `<<-` takes away.

use hcl_edit::template::Strip;

/// Text with its escapes replaced; `None` where one is not valid, or a quote is not escaped.
pub(super) fn unescape(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            '"' => return None,
            '\\' => plain.push(match rest.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '"' => '"',
                '\\' => '\\',
                'u' => code_point(&mut rest, 4)?,
                'U' => code_point(&mut rest, 8)?,
                _ => return None,
            }),
            other => plain.push(other),
        }
    }
    Some(plain)
}

fn code_point(rest: &mut std::str::Chars<'_>, digits: usize) -> Option<char> {
    let hex: String = rest.by_ref().take(digits).collect();
    u32::from_str_radix(&hex, 16).ok().filter(|_| hex.len() == digits).and_then(char::from_u32)
}

/// How a template's lines count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// A quoted string: a literal is one token.
    None,
    /// Each line is a token, so that a strip marker takes away no more than the neighbouring line's white space.
    Kept,
    /// `<<-`: the smallest indentation of the lines is taken away.
    Dedented,
}

/// A piece of a template. `End` closes the tokens of one literal.
pub(super) enum Token {
    Literal(String),
    End,
    Tag(Strip),
}

/// The text of each literal after strip markers and indentation are applied, in order.
pub(super) fn literals(mut tokens: Vec<Token>, lines: Lines) -> Vec<String> {
    strip(&mut tokens);
    if lines == Lines::Dedented {
        dedent(&mut tokens);
    }
    let mut texts = Vec::new();
    let mut text = String::new();
    for token in tokens {
        match token {
            Token::Literal(line) => text.push_str(&line),
            Token::End => texts.push(std::mem::take(&mut text)),
            Token::Tag(_) => {}
        }
    }
    texts
}

/// A marker takes away the white space of the one token next to it.
fn strip(tokens: &mut [Token]) {
    for at in 0..tokens.len() {
        let Some(Token::Tag(marker)) = tokens.get(at) else { continue };
        let marker = *marker;
        if marker.strip_start() {
            let before = at
                .checked_sub(2)
                .filter(|_| matches!(at.checked_sub(1).and_then(|end| tokens.get(end)), Some(Token::End)));
            if let Some(Token::Literal(text)) = before.and_then(|before| tokens.get_mut(before)) {
                text.truncate(text.trim_end().len());
            }
        }
        if marker.strip_end()
            && let Some(Token::Literal(text)) = tokens.get_mut(at + 1)
        {
            *text = text.trim_start().to_owned();
        }
    }
}

/// Only literals that begin a line count; a line of white space alone does not, and a tag at the start of a line
/// means no indentation at all.
fn dedent(tokens: &mut [Token]) {
    let spaces = |text: &str| text.chars().take_while(|character| character.is_whitespace()).count();
    let mut least = usize::MAX;
    let mut begins = true;
    let mut adjusted = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::End => {}
            Token::Tag(_) => {
                if begins {
                    least = 0;
                }
                begins = false;
            }
            Token::Literal(text) => {
                if begins && !(text.trim().is_empty() && text.ends_with('\n')) {
                    least = least.min(spaces(text));
                    adjusted.push(at);
                }
                begins = text.ends_with('\n');
            }
        }
    }
    for at in adjusted {
        if let Some(Token::Literal(text)) = tokens.get_mut(at) {
            *text = text.chars().skip(least).collect();
        }
    }
}

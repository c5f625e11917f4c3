//! The expressions of `rules`: comparisons of variables.

use regex::RegexBuilder;

use super::variables::Table;
use crate::deploy::pipeline::known;

/// The longest expression that is evaluated, in characters.
const MAX_TEXT: usize = 2_000;
/// The deepest nesting that is evaluated.
const MAX_DEPTH: usize = 30;
/// The largest compiled pattern, in bytes.
const MAX_PATTERN: usize = 1 << 20;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Op(&'static str),
    Variable(String),
    Text(String),
    Pattern(String, bool),
    Null,
}

/// A side of a comparison.
#[derive(Clone, Debug, PartialEq)]
enum Side {
    Text(String),
    Null,
    Unknown,
}

/// Whether a condition holds; `None` where that is not known. A variable that no file sets may be set elsewhere.
pub(super) fn holds(text: &str, variables: &Table) -> Option<bool> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0, variables };
    let holds = parser.or()?;
    if parser.at == parser.tokens.len() { holds } else { None }
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, after) = match first {
            '"' | '\'' => {
                let (inner, after) = rest.get(1..)?.split_once(first)?;
                (Token::Text(inner.to_owned()), after)
            }
            '$' => {
                let name = rest.get(1..)?;
                let braced = name.strip_prefix('{');
                let name = braced.unwrap_or(name);
                let end = name.find(|next: char| !next.is_ascii_alphanumeric() && next != '_').unwrap_or(name.len());
                let (name, after) = name.split_at(end);
                let after = if braced.is_some() { after.strip_prefix('}')? } else { after };
                (Token::Variable(name.to_owned()), after)
            }
            '/' => {
                let mut escaped = false;
                let end = rest.char_indices().skip(1).find(|(_, next)| {
                    let ends = *next == '/' && !escaped;
                    escaped = *next == '\\' && !escaped;
                    ends
                });
                let (end, _) = end?;
                let after = rest.get(end + 1..)?;
                let flags: String = after.chars().take_while(char::is_ascii_alphabetic).collect();
                (Token::Pattern(rest.get(1..end)?.replace("\\/", "/"), flags.contains('i')), after.get(flags.len()..)?)
            }
            _ => match ["==", "!=", "=~", "!~", "&&", "||", "(", ")"].into_iter().find(|op| rest.starts_with(op)) {
                Some(op) => (Token::Op(op), rest.get(op.len()..)?),
                None => (Token::Null, rest.strip_prefix("null")?),
            },
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    Some(tokens)
}

struct Parser<'a> {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    variables: &'a Table,
}

/// `None` outside: no expression. `None` inside: not known.
type Truth = Option<Option<bool>>;

impl Parser<'_> {
    fn takes(&mut self, op: &str) -> bool {
        let is_next = matches!(self.tokens.get(self.at), Some(Token::Op(next)) if *next == op);
        self.at += usize::from(is_next);
        is_next
    }

    fn or(&mut self) -> Truth {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut left = self.and()?;
        while self.takes("||") {
            let right = self.and()?;
            left = match (left, right) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            };
        }
        self.depth -= 1;
        Some(left)
    }

    fn and(&mut self) -> Truth {
        let mut left = self.comparison()?;
        while self.takes("&&") {
            let right = self.comparison()?;
            left = match (left, right) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            };
        }
        Some(left)
    }

    fn comparison(&mut self) -> Truth {
        if self.takes("(") {
            let inner = self.or()?;
            return self.takes(")").then_some(inner);
        }
        let left = self.side()?;
        let Some(Token::Op(op @ ("==" | "!=" | "=~" | "!~"))) = self.tokens.get(self.at).cloned() else {
            // A variable alone: it is set, and not empty.
            return Some(match left {
                Side::Text(text) => Some(!text.is_empty()),
                Side::Null => Some(false),
                Side::Unknown => None,
            });
        };
        self.at += 1;
        let truth = if let Some(Token::Pattern(pattern, lower)) = self.tokens.get(self.at).cloned() {
            self.at += 1;
            match (left, RegexBuilder::new(&pattern).case_insensitive(lower).size_limit(MAX_PATTERN).build()) {
                (Side::Text(text), Ok(pattern)) => Some(pattern.is_match(&text)),
                (Side::Null, Ok(_)) => Some(false),
                _ => None,
            }
        } else {
            let right = self.side()?;
            match (op, left, right) {
                ("=~" | "!~", ..) | (_, Side::Unknown, _) | (_, _, Side::Unknown) => None,
                (_, left, right) => Some(left == right),
            }
        };
        Some(if op.starts_with('!') { truth.map(|holds| !holds) } else { truth })
    }

    fn side(&mut self) -> Option<Side> {
        let token = self.tokens.get(self.at).cloned()?;
        self.at += 1;
        Some(match token {
            Token::Text(text) => Side::Text(text),
            Token::Null => Side::Null,
            Token::Variable(name) => match self.variables.value(&name).map(|value| known(&value)) {
                Some(Some(text)) => Side::Text(text),
                _ => Side::Unknown,
            },
            Token::Pattern(..) | Token::Op(_) => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::words::Piece;

    #[test]
    fn conditions_are_decided_where_the_variables_are_known() {
        let mut variables = Table::default();
        variables.put("STAGE", vec![Piece::Lit("staging".to_owned())]);
        variables.put("EMPTY", Vec::new());
        for (text, expected) in [
            ("$STAGE == \"staging\"", Some(true)),
            ("$STAGE != 'staging'", Some(false)),
            ("$STAGE", Some(true)),
            ("$EMPTY", Some(false)),
            ("$EMPTY == null", Some(false)),
            ("$CI_COMMIT_BRANCH == \"main\"", None),
            ("$CI_COMMIT_BRANCH == \"main\" && $STAGE == \"prod\"", Some(false)),
            ("$CI_COMMIT_BRANCH == \"main\" || ($STAGE =~ /^stag/ && $STAGE !~ /x/)", Some(true)),
            ("$STAGE =~ /^STAG/i", Some(true)),
            ("$STAGE =~ /a\\/b/", Some(false)),
            ("$STAGE =~ $CI_X", None),
            ("${STAGE} == $STAGE", Some(true)),
            ("$STAGE == ", None),
            ("nonsense", None),
            ("/x", None),
        ] {
            assert_eq!(holds(text, &variables), expected, "{text}");
        }
        assert_eq!(holds(&"(".repeat(1_500), &variables), None);
    }
}

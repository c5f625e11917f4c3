//! Tests: `[[ … ]]` and `[ … ]`, and what a branch knows because its condition holds.

use brush_parser::ast::{BinaryPredicate, Command, CompoundList, ExtendedTestExpr, UnaryPredicate, Word};
use regex::Regex;

use super::Shell;
use super::source::{Source, range};
use super::state::Value;
use super::text::{Field, Part, Text};
use crate::model::{Guard, Why, WhyKind};

impl<'a> Shell<'a> {
    /// Whether `[[ … ]]` holds; `None` where that is not known.
    pub(super) fn extended_test(
        &mut self,
        test: &ExtendedTestExpr,
        source: &Source<'a>,
        span: (usize, usize),
    ) -> Option<bool> {
        match test {
            ExtendedTestExpr::And(a, b) => match self.extended_test(a, source, span) {
                Some(false) => Some(false),
                first => match (first, self.extended_test(b, source, span)) {
                    (_, Some(false)) => Some(false),
                    (Some(true), second) => second,
                    _ => None,
                },
            },
            ExtendedTestExpr::Or(a, b) => match self.extended_test(a, source, span) {
                Some(true) => Some(true),
                first => match (first, self.extended_test(b, source, span)) {
                    (_, Some(true)) => Some(true),
                    (Some(false), second) => second,
                    _ => None,
                },
            },
            ExtendedTestExpr::Not(inner) => self.extended_test(inner, source, span).map(|holds| !holds),
            ExtendedTestExpr::Parenthesized(inner) => self.extended_test(inner, source, span),
            ExtendedTestExpr::UnaryTest(predicate, word) => match predicate {
                UnaryPredicate::StringHasZeroLength => self.word_text(word, source).is_empty(),
                UnaryPredicate::StringHasNonZeroLength => self.word_text(word, source).is_empty().map(|empty| !empty),
                UnaryPredicate::ShellVariableIsSetAndAssigned => {
                    let name = self.word_text(word, source);
                    self.is_set(name.known()?)
                }
                _ => None,
            },
            ExtendedTestExpr::BinaryTest(predicate, left, right) => {
                let text = self.word_text(left, source);
                let at = right.loc.as_ref().or(left.loc.as_ref()).map_or(span, range);
                match predicate {
                    BinaryPredicate::StringExactlyMatchesPattern | BinaryPredicate::StringExactlyMatchesString => {
                        self.pattern(&right.value, source, at).matches_text(&text)
                    }
                    BinaryPredicate::StringDoesNotExactlyMatchPattern
                    | BinaryPredicate::StringDoesNotExactlyMatchString => {
                        self.pattern(&right.value, source, at).matches_text(&text).map(|fits| !fits)
                    }
                    BinaryPredicate::StringMatchesRegex => {
                        self.state.variables.insert(
                            "BASH_REMATCH".to_owned(),
                            Value::Unknown(vec![Why::at(
                                WhyKind::Dynamic,
                                "the last match decides it",
                                self.origin(source, at),
                            )]),
                        );
                        fits_expression(text.known()?, &right.value)
                    }
                    BinaryPredicate::StringContainsSubstring => {
                        let part = self.word_text(right, source);
                        Some(text.known()?.contains(part.known()?))
                    }
                    BinaryPredicate::LeftSortsBeforeRight | BinaryPredicate::LeftSortsAfterRight => None,
                    _ => {
                        let a = self.arithmetic(&left.value, source, at)?;
                        let b = self.arithmetic(&right.value, source, at)?;
                        compare(predicate, a, b)
                    }
                }
            }
        }
    }

    fn is_set(&self, name: &str) -> Option<bool> {
        match self.lookup(name) {
            Some(Value::Unset) => Some(false),
            Some(Value::Text(_)) => Some(true),
            Some(Value::List(fields)) => Some(!fields.is_empty()),
            _ => None,
        }
    }

    /// Whether `[ … ]` holds, of which these are the words between the brackets.
    pub(super) fn test(&self, words: &[Field]) -> Option<bool> {
        let texts: Option<Vec<&Text>> =
            words.iter().map(|field| if let Field::Word(text) = field { Some(text) } else { None }).collect();
        self.test_words(&texts?)
    }

    fn test_words(&self, texts: &[&Text]) -> Option<bool> {
        match texts {
            [] => Some(false),
            [one] => one.is_empty().map(|empty| !empty),
            [not, rest @ ..] if not.known() == Some("!") && rest.len() < 4 => self.test_words(rest).map(|holds| !holds),
            [operator, operand] => match operator.known()? {
                "-z" => operand.is_empty(),
                "-n" => operand.is_empty().map(|empty| !empty),
                "-v" => self.is_set(operand.known()?),
                _ => None,
            },
            [left, operator, right] => match operator.known()? {
                "=" | "==" => equal(left, right),
                "!=" => equal(left, right).map(|equal| !equal),
                "-a" => both(self.test_words(&[left]), self.test_words(&[right])),
                other => {
                    let (a, b) =
                        (left.known()?.trim().parse::<i64>().ok()?, right.known()?.trim().parse::<i64>().ok()?);
                    match other {
                        "-eq" => Some(a == b),
                        "-ne" => Some(a != b),
                        "-lt" => Some(a < b),
                        "-le" => Some(a <= b),
                        "-gt" => Some(a > b),
                        "-ge" => Some(a >= b),
                        _ => None,
                    }
                }
            },
            _ => {
                let at = texts.iter().position(|text| matches!(text.known(), Some("-a" | "-o")))?;
                let (left, right) = (self.test_words(texts.get(..at)?), self.test_words(texts.get(at + 1..)?));
                // `-a` binds tighter than `-o`, and a bracket could stand in between.
                let brackets = texts.iter().any(|text| matches!(text.known(), Some("(" | ")")));
                if brackets || left.is_none() && right.is_none() {
                    return None;
                }
                let several = texts.iter().filter(|text| matches!(text.known(), Some("-a" | "-o"))).count() > 1;
                match texts.get(at)?.known()? {
                    _ if several => None,
                    "-a" => both(left, right),
                    _ => both(left.map(|holds| !holds), right.map(|holds| !holds)).map(|holds| !holds),
                }
            }
        }
    }

    /// Binds what a branch knows: in `if [ "$X" = a ]`, X is `a`.
    pub(super) fn refine(&mut self, condition: Option<&CompoundList>, source: &Source<'a>, holds: bool) {
        let Some([item]) = condition.map(|list| list.0.as_slice()) else { return };
        let pipeline = &item.0.first;
        let [command] = pipeline.seq.as_slice() else { return };
        // In a list of `&&` that holds, all of it does.
        let only_and = item.0.additional.iter().all(|next| matches!(next, brush_parser::ast::AndOr::And(_)));
        if !(item.0.additional.is_empty() || holds && only_and) {
            return;
        }
        let holds = holds != pipeline.bang;
        match command {
            Command::ExtendedTest(test, _) => self.refine_extended(&test.expr, source, holds),
            Command::Simple(simple) => {
                let (left, operator, right) = match Self::written(simple).as_slice() {
                    ["[", left, operator, right, "]"] | ["test", left, operator, right] => {
                        ((*left).to_owned(), (*operator).to_owned(), (*right).to_owned())
                    }
                    _ => return,
                };
                if (operator == "=" || operator == "==") && holds || operator == "!=" && !holds {
                    self.refine_equal(&left, &right, source);
                }
            }
            _ => {}
        }
    }

    fn refine_extended(&mut self, test: &ExtendedTestExpr, source: &Source<'a>, holds: bool) {
        match (test, holds) {
            (ExtendedTestExpr::And(a, b), true) | (ExtendedTestExpr::Or(a, b), false) => {
                self.refine_extended(a, source, holds);
                self.refine_extended(b, source, holds);
            }
            (ExtendedTestExpr::Not(inner), _) => self.refine_extended(inner, source, !holds),
            (ExtendedTestExpr::Parenthesized(inner), _) => self.refine_extended(inner, source, holds),
            (ExtendedTestExpr::BinaryTest(predicate, left, right), _) => {
                let equal = matches!(
                    predicate,
                    BinaryPredicate::StringExactlyMatchesPattern | BinaryPredicate::StringExactlyMatchesString
                );
                let different = matches!(
                    predicate,
                    BinaryPredicate::StringDoesNotExactlyMatchPattern
                        | BinaryPredicate::StringDoesNotExactlyMatchString
                );
                if equal && holds || different && !holds {
                    self.refine_equal(&left.value, &right.value, source);
                }
            }
            _ => {}
        }
    }

    fn refine_equal(&mut self, left: &str, right: &str, source: &Source<'a>) {
        let value = self.word_text(&Word::new(right), source);
        let span = self.span;
        if let (Some(known), Some(_)) = (value.known().map(str::to_owned), self.pattern(right, source, span).literal())
        {
            let guard = self.guard(source, span, false);
            self.refine_word(left, &[known], &guard);
        }
    }

    /// The word, which is a variable, is one of these texts.
    pub(super) fn refine_word(&mut self, word: &str, texts: &[String], guard: &Guard) {
        let bare = word.trim_matches('"');
        let name = bare.strip_prefix("${").and_then(|name| name.strip_suffix('}')).or_else(|| bare.strip_prefix('$'));
        let Some(name) = name else { return };
        let name = name.split_once(":-").filter(|(_, default)| default.is_empty()).map_or(name, |(name, _)| name);
        if texts.iter().any(String::is_empty) {
            return;
        }
        let value = match texts {
            [] => return,
            [text] => Text::lit(text.as_str()),
            texts => Text(vec![Part::Hole(crate::deploy::words::Hole {
                whys: vec![self.depends(guard)],
                options: texts.to_vec(),
                ..Default::default()
            })]),
        };
        if super::parameter::is_name(name) {
            self.state.variables.insert(name.to_owned(), Value::Text(value));
        } else if let Some(at) = name.parse::<usize>().ok().and_then(|at| at.checked_sub(1)) {
            let fields = &mut self.state.arguments.0;
            let known = fields.iter().take(at).all(|field| matches!(field, Field::Word(_)));
            match fields.get_mut(at) {
                Some(Field::Word(argument)) if known => *argument = value,
                // It is there, so it is the first of those that were not known.
                Some(Field::Any(_)) if known => fields.insert(at, Field::Word(value)),
                _ => {}
            }
        }
    }
}

impl Text {
    /// The text on one line, for a guard.
    pub(super) fn line(&self) -> String {
        let text: String =
            self.0.iter().map(|part| if let Part::Lit(text) = part { text.as_str() } else { "…" }).collect();
        crate::model::redact::line(&text.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

fn both(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn equal(a: &Text, b: &Text) -> Option<bool> {
    let (ours, theirs) = match (a.options(), b.options()) {
        (Some(ours), Some(theirs)) => (ours, theirs),
        _ => {
            // A known start that differs is enough.
            let start = |text: &Text| match text.0.first() {
                Some(Part::Lit(start)) => Some(start.clone()),
                _ => None,
            };
            return match (a.known(), b.known(), start(a), start(b)) {
                (Some(known), None, _, Some(start)) | (None, Some(known), Some(start), _)
                    if !known.starts_with(&start) =>
                {
                    Some(false)
                }
                _ => None,
            };
        }
    };
    match (ours.as_slice(), theirs.as_slice()) {
        ([a], [b]) => Some(a == b),
        (ours, theirs) if !ours.iter().any(|option| theirs.contains(option)) => Some(false),
        _ => None,
    }
}

fn compare(predicate: &BinaryPredicate, a: i64, b: i64) -> Option<bool> {
    match predicate {
        BinaryPredicate::ArithmeticEqualTo => Some(a == b),
        BinaryPredicate::ArithmeticNotEqualTo => Some(a != b),
        BinaryPredicate::ArithmeticLessThan => Some(a < b),
        BinaryPredicate::ArithmeticLessThanOrEqualTo => Some(a <= b),
        BinaryPredicate::ArithmeticGreaterThan => Some(a > b),
        BinaryPredicate::ArithmeticGreaterThanOrEqualTo => Some(a >= b),
        _ => None,
    }
}

/// `=~` for expressions that mean the same to bash and here.
fn fits_expression(text: &str, written: &str) -> Option<bool> {
    let plain = written.chars().all(|next| next.is_ascii_alphanumeric() || "_^|()+*?-./[],:@ ".contains(next))
        || written.strip_suffix('$').is_some_and(|rest| {
            rest.chars().all(|next| next.is_ascii_alphanumeric() || "_^|()+*?-./[],:@ ".contains(next))
        });
    let classes = written.contains("[:") || written.contains("[.") || written.contains("--") || written.contains("(?");
    if !plain || classes || written.len() > 200 {
        return None;
    }
    let written = written.strip_suffix('$').map_or(written.to_owned(), |rest| format!("{rest}\\z"));
    Some(Regex::new(&format!("(?s){written}")).ok()?.is_match(text))
}

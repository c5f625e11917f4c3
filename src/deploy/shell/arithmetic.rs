//! `$((…))`, `((…))` and the numbers of `[[ a -lt b ]]`.

use brush_parser::ast::{ArithmeticExpr, ArithmeticTarget, BinaryOperator, UnaryAssignmentOperator, UnaryOperator};

use super::Shell;
use super::source::Source;
use super::state::Value;
use super::text::Text;
use crate::model::Guard;

/// The longest expression that is evaluated.
const MAX_LENGTH: usize = 300;

impl<'a> Shell<'a> {
    /// The value of an expression; `None` where it is not known.
    pub(super) fn arithmetic(&mut self, text: &str, source: &Source<'a>, span: (usize, usize)) -> Option<i64> {
        self.spend(1);
        let parsed = (text.len() <= MAX_LENGTH).then(|| self.text_of(text, source, span));
        let known = parsed.as_ref().and_then(|text| text.known().map(str::to_owned));
        if known.as_deref().is_some_and(|known| known.trim().is_empty()) {
            return Some(0);
        }
        let Some(tree) = known
            // Elements of arrays are not evaluated, and the parser reads an index for each form that it may stand in.
            .filter(|known| known.len() <= MAX_LENGTH && !known.contains('['))
            .and_then(|known| brush_parser::arithmetic::parse(&known).ok())
        else {
            let guard = self.guard(source, span, false);
            self.forget_assigned(text, &guard);
            return None;
        };
        let value = self.number(&tree, source, span, 0);
        if value.is_none() {
            let guard = self.guard(source, span, false);
            self.forget_assigned(text, &guard);
        }
        value
    }

    fn number(
        &mut self,
        tree: &ArithmeticExpr,
        source: &Source<'a>,
        span: (usize, usize),
        depth: usize,
    ) -> Option<i64> {
        if depth > MAX_LENGTH {
            return None;
        }
        match tree {
            ArithmeticExpr::Literal(number) => Some(*number),
            ArithmeticExpr::Reference(ArithmeticTarget::Variable(name)) => {
                let text = self.scalar(name, source, span);
                let text = text.known()?.trim();
                // An empty variable is 0; another expression in it is not followed.
                if text.is_empty() { Some(0) } else { decimal(text) }
            }
            ArithmeticExpr::Reference(ArithmeticTarget::ArrayElement(..)) => None,
            ArithmeticExpr::UnaryOp(operator, inner) => {
                let value = self.number(inner, source, span, depth + 1)?;
                match operator {
                    UnaryOperator::UnaryPlus => Some(value),
                    UnaryOperator::UnaryMinus => value.checked_neg(),
                    UnaryOperator::BitwiseNot => Some(!value),
                    UnaryOperator::LogicalNot => Some(i64::from(value == 0)),
                }
            }
            ArithmeticExpr::BinaryOp(operator, a, b) => {
                let a = self.number(a, source, span, depth + 1)?;
                match operator {
                    BinaryOperator::LogicalAnd if a == 0 => return Some(0),
                    BinaryOperator::LogicalOr if a != 0 => return Some(1),
                    _ => {}
                }
                let b = self.number(b, source, span, depth + 1)?;
                binary(operator, a, b)
            }
            ArithmeticExpr::Conditional(condition, yes, no) => {
                let way = if self.number(condition, source, span, depth + 1)? != 0 { yes } else { no };
                self.number(way, source, span, depth + 1)
            }
            ArithmeticExpr::Assignment(ArithmeticTarget::Variable(name), value) => {
                let value = self.number(value, source, span, depth + 1)?;
                self.state.variables.insert(name.clone(), Value::Text(Text::lit(value.to_string())));
                Some(value)
            }
            ArithmeticExpr::BinaryAssignment(operator, target @ ArithmeticTarget::Variable(name), value) => {
                let before = self.number(&ArithmeticExpr::Reference(target.clone()), source, span, depth + 1)?;
                let value = self.number(value, source, span, depth + 1)?;
                let value = binary(operator, before, value)?;
                self.state.variables.insert(name.clone(), Value::Text(Text::lit(value.to_string())));
                Some(value)
            }
            ArithmeticExpr::UnaryAssignment(operator, target @ ArithmeticTarget::Variable(name)) => {
                let before = self.number(&ArithmeticExpr::Reference(target.clone()), source, span, depth + 1)?;
                let (after, given) = match operator {
                    UnaryAssignmentOperator::PrefixIncrement => (before.checked_add(1)?, before.checked_add(1)?),
                    UnaryAssignmentOperator::PrefixDecrement => (before.checked_sub(1)?, before.checked_sub(1)?),
                    UnaryAssignmentOperator::PostfixIncrement => (before.checked_add(1)?, before),
                    UnaryAssignmentOperator::PostfixDecrement => (before.checked_sub(1)?, before),
                };
                self.state.variables.insert(name.clone(), Value::Text(Text::lit(after.to_string())));
                Some(given)
            }
            _ => None,
        }
    }

    /// Variables that an expression may assign, and of which the value is not known.
    pub(super) fn forget_assigned(&mut self, text: &str, guard: &Guard) {
        if !(text.contains('=') || text.contains("++") || text.contains("--")) {
            return;
        }
        let names: Vec<String> = text
            .split(|next: char| !next.is_ascii_alphanumeric() && next != '_')
            .filter(|name| super::parameter::is_name(name))
            .map(str::to_owned)
            .collect();
        let why = self.depends(guard);
        for name in names {
            self.state.variables.insert(name, Value::Unknown(vec![why.clone()]));
        }
    }
}

/// A number that bash reads as decimal.
fn decimal(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let plain = digits == "0" || !digits.starts_with('0') && digits.chars().all(|next| next.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn binary(operator: &BinaryOperator, a: i64, b: i64) -> Option<i64> {
    match operator {
        BinaryOperator::Power => a.checked_pow(u32::try_from(b).ok()?),
        BinaryOperator::Multiply => a.checked_mul(b),
        BinaryOperator::Divide => a.checked_div(b),
        BinaryOperator::Modulo => a.checked_rem(b),
        BinaryOperator::Comma => Some(b),
        BinaryOperator::Add => a.checked_add(b),
        BinaryOperator::Subtract => a.checked_sub(b),
        BinaryOperator::ShiftLeft => a.checked_shl(u32::try_from(b).ok()?),
        BinaryOperator::ShiftRight => a.checked_shr(u32::try_from(b).ok()?),
        BinaryOperator::LessThan => Some(i64::from(a < b)),
        BinaryOperator::LessThanOrEqualTo => Some(i64::from(a <= b)),
        BinaryOperator::GreaterThan => Some(i64::from(a > b)),
        BinaryOperator::GreaterThanOrEqualTo => Some(i64::from(a >= b)),
        BinaryOperator::Equals => Some(i64::from(a == b)),
        BinaryOperator::NotEquals => Some(i64::from(a != b)),
        BinaryOperator::BitwiseAnd => Some(a & b),
        BinaryOperator::BitwiseXor => Some(a ^ b),
        BinaryOperator::BitwiseOr => Some(a | b),
        BinaryOperator::LogicalAnd => Some(i64::from(a != 0 && b != 0)),
        BinaryOperator::LogicalOr => Some(i64::from(a != 0 || b != 0)),
    }
}

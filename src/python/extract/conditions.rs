//! Conditions that are decided before the program runs.

use super::Extractor;
use crate::python::ast::{self, Expr};
use crate::python::literal::{dotted, elements, last_component, string};

pub(super) enum Condition {
    True,
    False,
    /// True only for type checkers.
    Typing,
    /// True only where the file is run as a script.
    Script,
    Open,
}

impl Condition {
    fn of(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

impl Extractor {
    pub(super) fn condition(&self, test: &Expr) -> Condition {
        match test {
            Expr::BooleanLiteral(literal) => Condition::of(literal.value),
            Expr::NumberLiteral(literal) => match &literal.value {
                ast::Number::Int(value) => value.as_i64().map_or(Condition::Open, |value| Condition::of(value != 0)),
                _ => Condition::Open,
            },
            Expr::Name(_) | Expr::Attribute(_) if last_component(test) == Some("TYPE_CHECKING") => Condition::Typing,
            Expr::Name(name) if name.id.as_str() == "__debug__" => Condition::True,
            Expr::UnaryOp(operation) if operation.op == ast::UnaryOp::Not => match last_component(&operation.operand) {
                Some("TYPE_CHECKING") => Condition::True,
                _ => Condition::Open,
            },
            Expr::Compare(comparison) => self.comparison(comparison),
            _ => Condition::Open,
        }
    }

    fn comparison(&self, comparison: &ast::ExprCompare) -> Condition {
        let ([operator], [right]) = (&comparison.ops[..], &comparison.comparators[..]) else { return Condition::Open };
        if self.is_major_version(&comparison.left)
            && let Expr::NumberLiteral(ast::ExprNumberLiteral { value: ast::Number::Int(value), .. }) = right
            && let Some(value) = value.as_u8()
        {
            // Python 2 is not supported, and there is no Python 4.
            return match operator {
                ast::CmpOp::Eq => Condition::of(value == 3),
                ast::CmpOp::NotEq => Condition::of(value != 3),
                ast::CmpOp::GtE => Condition::of(3 >= value),
                ast::CmpOp::Gt => Condition::of(3 > value),
                ast::CmpOp::LtE => Condition::of(3 <= value),
                ast::CmpOp::Lt => Condition::of(3 < value),
                _ => Condition::Open,
            };
        }
        if let Expr::Subscript(subscript) = &*comparison.left
            && let Expr::Slice(slice) = &*subscript.slice
            && slice.lower.is_none()
            && slice.step.is_none()
            && matches!(dotted(&subscript.value).as_deref(), Some("sys.version_info" | "version_info"))
            && matches!(slice.upper.as_deref(), Some(Expr::NumberLiteral(ast::ExprNumberLiteral {
                value: ast::Number::Int(value), .. })) if value.as_u8() == Some(2))
        {
            return self.version_condition(*operator, right, true);
        }
        match dotted(&comparison.left).as_deref() {
            Some("__name__") if string(right) == Some("__main__") && *operator == ast::CmpOp::Eq => Condition::Script,
            Some("sys.version_info" | "version_info") => self.version_condition(*operator, right, false),
            _ => Condition::Open,
        }
    }

    /// `sys.version_info[0]` or `sys.version_info.major`
    fn is_major_version(&self, expr: &Expr) -> bool {
        let is_first = |index: &Expr| {
            matches!(index, Expr::NumberLiteral(ast::ExprNumberLiteral { value: ast::Number::Int(value), .. })
                if value.as_u8() == Some(0))
        };
        match expr {
            Expr::Subscript(subscript) => {
                is_first(&subscript.slice)
                    && matches!(dotted(&subscript.value).as_deref(), Some("sys.version_info" | "version_info"))
            }
            other => matches!(dotted(other).as_deref(), Some("sys.version_info.major" | "version_info.major")),
        }
    }

    /// `short` is for the first two numbers alone, which may be equal to two others.
    fn version_condition(&self, operator: ast::CmpOp, right: &Expr, short: bool) -> Condition {
        let numbers: Option<Vec<u8>> = elements(right).and_then(|parts| {
            parts
                .iter()
                .map(|part| match part {
                    Expr::NumberLiteral(literal) => match &literal.value {
                        ast::Number::Int(value) => value.as_u8(),
                        _ => None,
                    },
                    _ => None,
                })
                .collect()
        });
        let (major, minor) = match numbers.as_deref() {
            Some([major]) => (*major, 0),
            Some([major, minor]) => (*major, *minor),
            _ => return Condition::Open,
        };
        let reached = (self.interpreter.version.major, self.interpreter.version.minor) >= (major, minor);
        let beyond = (self.interpreter.version.major, self.interpreter.version.minor) > (major, minor);
        // The whole tuple is longer than two numbers, and so never equal to them: it is greater where they are reached.
        let (reached, operator) = match operator {
            ast::CmpOp::Gt => (if short { beyond } else { reached }, ast::CmpOp::GtE),
            ast::CmpOp::LtE => (if short { beyond } else { reached }, ast::CmpOp::Lt),
            other => (reached, other),
        };
        match operator {
            ast::CmpOp::GtE if reached => Condition::True,
            ast::CmpOp::Lt if reached => Condition::False,
            ast::CmpOp::GtE if self.interpreter.exact => Condition::False,
            ast::CmpOp::Lt if self.interpreter.exact => Condition::True,
            _ => Condition::Open,
        }
    }
}

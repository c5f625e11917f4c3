//! Conditions that are decided before the program runs.

use super::Extractor;
use crate::python::ast::{self, Expr};
use crate::python::facts::Asks;
use crate::python::literal::{dotted, elements, last_component, string};

pub(super) enum Condition {
    True,
    False,
    /// True only for type checkers.
    Typing,
    /// True only where the file is run as a script.
    Script,
    /// Not decided: what is known of the interpreter where it is true, and where it is false.
    Open(Asks, Asks),
}

impl Condition {
    const UNKNOWN: Self = Self::Open(
        Asks { from: None, below: None, platform: false },
        Asks { from: None, below: None, platform: false },
    );

    fn of(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

impl Extractor {
    pub(super) fn condition(&self, test: &Expr) -> Condition {
        match test {
            Expr::BooleanLiteral(literal) => Condition::of(literal.value),
            Expr::NumberLiteral(literal) => match &literal.value {
                ast::Number::Int(value) => value.as_i64().map_or(Condition::UNKNOWN, |value| Condition::of(value != 0)),
                _ => Condition::UNKNOWN,
            },
            Expr::Name(_) | Expr::Attribute(_) if last_component(test) == Some("TYPE_CHECKING") => Condition::Typing,
            Expr::Name(name) if name.id.as_str() == "__debug__" => Condition::True,
            Expr::UnaryOp(operation) if operation.op == ast::UnaryOp::Not => match last_component(&operation.operand) {
                Some("TYPE_CHECKING") => Condition::True,
                _ => match self.condition(&operation.operand) {
                    Condition::Open(holds, fails) => Condition::Open(fails, holds),
                    _ => Condition::UNKNOWN,
                },
            },
            Expr::Compare(comparison) => match self.comparison(comparison) {
                Condition::Open(..) if asks_for_platform(test) => by_platform(),
                other => other,
            },
            // Where all of them hold, each of them does.
            Expr::BoolOp(operation) if operation.op == ast::BoolOp::And => {
                let parts = operation.values.iter().filter_map(|value| match self.condition(value) {
                    Condition::Open(holds, _) => Some(holds),
                    _ => None,
                });
                let holds = parts.fold(Asks::default(), Asks::and);
                Condition::Open(holds, Asks { platform: holds.platform, ..Asks::default() })
            }
            other if asks_for_platform(other) => by_platform(),
            _ => Condition::UNKNOWN,
        }
    }

    fn comparison(&self, comparison: &ast::ExprCompare) -> Condition {
        let ([operator], [right]) = (&comparison.ops[..], &comparison.comparators[..]) else {
            return Condition::UNKNOWN;
        };
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
                _ => Condition::UNKNOWN,
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
            _ => Condition::UNKNOWN,
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
            _ => return Condition::UNKNOWN,
        };
        // Of two numbers alone the greater ones are later versions; the whole tuple is longer, and so greater at once.
        let beyond_alone = short && matches!(operator, ast::CmpOp::Gt | ast::CmpOp::LtE);
        let first = if beyond_alone { minor.checked_add(1) } else { Some(minor) }.filter(|_| major == 3);
        let from = Asks { from: first, ..Asks::default() };
        let below = Asks { below: first, ..Asks::default() };
        let never = self.interpreter.newest.is_some_and(|newest| {
            let (newest, numbers) = ((newest.major, newest.minor), (major, minor));
            if beyond_alone { newest <= numbers } else { newest < numbers }
        });
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
            ast::CmpOp::GtE if never => Condition::False,
            ast::CmpOp::Lt if never => Condition::True,
            ast::CmpOp::GtE => Condition::Open(from, below),
            ast::CmpOp::Lt => Condition::Open(below, from),
            _ => Condition::UNKNOWN,
        }
    }
}

fn by_platform() -> Condition {
    let asks = Asks { platform: true, ..Asks::default() };
    Condition::Open(asks, asks)
}

/// True for a condition in which the platform is named.
fn asks_for_platform(test: &Expr) -> bool {
    match test {
        Expr::Compare(comparison) => {
            asks_for_platform(&comparison.left) || comparison.comparators.iter().any(asks_for_platform)
        }
        Expr::BoolOp(operation) => operation.values.iter().any(asks_for_platform),
        Expr::Call(call) => match &*call.func {
            // `sys.platform.startswith("win")`
            Expr::Attribute(attribute) if asks_for_platform(&attribute.value) => true,
            _ => dotted(&call.func).as_deref() == Some("platform.system"),
        },
        other => matches!(dotted(other).as_deref(), Some("sys.platform" | "os.name" | "platform")),
    }
}

//! Limits of CPython's tokenizer and compiler on source code.

use ruff_text_size::Ranged;

use crate::python::ast;
use crate::python::byte_range;

/// Blocks inside one another that the compiler allows: CO_MAXBLOCKS, which grew in 3.13.
pub(super) fn max_blocks(version: ast::PythonVersion) -> usize {
    if version < ast::PythonVersion::PY313 { 20 } else { 21 }
}

/// `sys.int_info.default_max_str_digits`, in all releases since September 2022.
const MAX_DIGITS: usize = 4300;

/// True for a decimal integer that CPython refuses to read.
pub(super) fn has_too_many_digits(text: &str, number: &ast::ExprNumberLiteral) -> bool {
    let range = byte_range(number.range());
    if range.len() <= MAX_DIGITS || !matches!(number.value, ast::Number::Int(_)) {
        return false;
    }
    let digits = text.get(range).unwrap_or_default();
    !digits.starts_with("0") && digits.bytes().filter(u8::is_ascii_digit).count() > MAX_DIGITS
}

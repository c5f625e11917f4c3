//! Limits of CPython's tokenizer and compiler on source code.

use ruff_python_ast::token::TokenKind;
use ruff_text_size::Ranged;

use crate::python::ast;
use crate::python::{SyntaxError, byte_range};

/// Blocks inside one another that the compiler allows: CO_MAXBLOCKS, which grew in 3.13.
pub(super) fn max_blocks(version: ast::PythonVersion) -> usize {
    if version < ast::PythonVersion::PY313 { 20 } else { 21 }
}

/// MAXLEVEL (Parser/tokenizer.h): brackets inside one another.
const MAX_BRACKETS: usize = 200;
/// MAXINDENT (Parser/tokenizer.h): levels of indentation, with the first one.
const MAX_INDENTS: usize = 99;
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

/// The place where brackets or indentation are nested deeper than CPython's tokenizer allows.
pub(in crate::python) fn brackets(tokens: &[ast::token::Token]) -> Option<SyntaxError> {
    let (mut brackets, mut indents) = (0_usize, 0_usize);
    for token in tokens {
        match token.kind() {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => brackets += 1,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => brackets = brackets.saturating_sub(1),
            TokenKind::Indent => indents += 1,
            TokenKind::Dedent => indents = indents.saturating_sub(1),
            _ => continue,
        }
        let text = match () {
            () if brackets > MAX_BRACKETS => "too many nested parentheses",
            () if indents > MAX_INDENTS => "too many levels of indentation",
            () => continue,
        };
        return Some(SyntaxError { text: text.to_owned(), range: byte_range(token.range()), version_only: false });
    }
    None
}

//! One parse of one Python file, shared by [`crate::deploy`] and [`crate::testinfra`].
//!
//! The parser is an internal crate of another project with frequent breaking changes: this module is the only one that
//! names it. [`ast`] is its syntax tree, re-exported so that the version is decided here alone.

pub mod classes;
mod compile;
pub mod depth;
pub mod exceptions;
pub mod extract;
pub mod facts;
mod functions;
pub mod literal;
pub mod marks;
pub mod mentions;
pub mod namespace;

use std::ops::Range;

pub use ruff_python_ast as ast;
use ruff_python_parser::{Mode, ParseOptions};
pub use ruff_text_size::Ranged;

use crate::model::SourceFile;
use mentions::Mentions;

/// A Python version that decides which syntax is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// 3
    pub major: u8,
    /// Such as 11.
    pub minor: u8,
}

impl Version {
    /// What is assumed where a project declares nothing: the oldest version that still gets security fixes.
    pub const FALLBACK: Self = Self { major: 3, minor: 10 };

    /// Reads `3.11`, `3.11.4`, or the lower bound of a specifier such as `>=3.9,<4`.
    pub fn parse(text: &str) -> Option<Self> {
        // Of alternatives the first one is the oldest, by custom.
        let text = text.split("||").next().unwrap_or(text);
        let bound = text
            .split(',')
            .map(str::trim)
            .find(|part| {
                part.starts_with(">=") || part.starts_with("==") || part.starts_with("~=") || part.starts_with('^')
            })
            .unwrap_or_else(|| text.trim());
        let digits = bound.trim_start_matches(['>', '=', '~', '^', ' ']);
        let mut parts = digits.split('.');
        let major = parts.next()?.trim().parse().ok()?;
        let minor = parts.next()?.trim().trim_end_matches('*').parse().ok()?;
        Some(Self { major, minor })
    }
}

/// A parsed file. A file with errors still has a tree, as far as it could be read.
#[derive(Debug)]
pub struct Module {
    /// Its statements.
    pub body: Vec<ast::Stmt>,
    /// What CPython of the given version would reject, in order.
    pub errors: Vec<SyntaxError>,
    /// True where the tree is nested deeper than [`depth::MAX_DEPTH`]: there are no statements then.
    pub too_deep: bool,
    /// What its text may have.
    pub mentions: Mentions,
}

/// A reason for which CPython would not compile a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// A lower-case fragment.
    pub text: String,
    /// Byte range.
    pub range: Range<usize>,
    /// True where only the given version rejects it, and a later one accepts it.
    pub version_only: bool,
}

/// The largest file that is parsed, in bytes.
pub const MAX_BYTES: usize = 8 << 20;

/// Parses a file as CPython of `version` would.
pub fn parse(file: &SourceFile, version: Version) -> Module {
    let text = file.text();
    if text.len() > MAX_BYTES {
        let error = SyntaxError { text: format!("larger than {MAX_BYTES} bytes"), range: 0..0, version_only: false };
        return Module { body: Vec::new(), errors: vec![error], too_deep: false, mentions: Mentions::default() };
    }
    let target = ast::PythonVersion { major: version.major, minor: version.minor };
    let parsed =
        ruff_python_parser::parse_unchecked(text, ParseOptions::from(Mode::Module).with_target_version(target));
    let hard = parsed.errors().iter().map(|error| SyntaxError {
        text: lower_first(&error.error.to_string()),
        range: byte_range(error.location),
        version_only: false,
    });
    let soft = parsed.unsupported_syntax_errors().iter().map(|error| SyntaxError {
        text: lower_first(&error.to_string()),
        range: byte_range(error.range),
        version_only: true,
    });
    let mut errors: Vec<SyntaxError> = hard.chain(soft).collect();
    let nesting = depth::Nesting::of(parsed.tokens());
    let may_be_too_deep = !parsed.has_valid_syntax() || nesting.may_be_too_deep();
    errors.extend(nesting.refused);
    let mentions = Mentions::of(text, nesting.keywords);
    let body: Vec<ast::Stmt> =
        parsed.try_into_module().map(|module| module.into_suite().into_iter().collect()).unwrap_or_default();
    if may_be_too_deep && depth::is_too_deep(&body) {
        // Dropping the tree would recurse as deep as it is nested: leak it.
        std::mem::forget(body);
        errors.sort_by_key(|error| error.range.start);
        return Module { body: Vec::new(), errors, too_deep: true, mentions };
    }
    if errors.iter().all(|error| error.version_only) {
        // CPython compiles only what it could parse.
        errors.extend(compile::errors(text, mentions, &body, target));
    }
    errors.sort_by_key(|error| error.range.start);
    Module { body, errors, too_deep: false, mentions }
}

/// True where all of these offsets lie in comments.
pub fn are_in_comments(text: &str, offsets: &[usize]) -> bool {
    let parsed = ruff_python_parser::parse_unchecked(text, ParseOptions::from(Mode::Module));
    let tokens = parsed.tokens().iter().filter(|token| token.kind() == ast::token::TokenKind::Comment);
    let comments: Vec<Range<usize>> = tokens.map(|token| byte_range(token.range())).collect();
    offsets.iter().all(|offset| {
        let at = comments.partition_point(|comment| comment.end <= *offset);
        comments.get(at).is_some_and(|comment| comment.contains(offset))
    })
}

/// The name that a pattern binds by itself, apart from the patterns in it.
pub fn bound_by_pattern(pattern: &ast::Pattern) -> Option<&str> {
    let name = match pattern {
        ast::Pattern::MatchAs(pattern) => pattern.name.as_ref(),
        ast::Pattern::MatchStar(pattern) => pattern.name.as_ref(),
        ast::Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
        _ => None,
    };
    name.map(ast::Identifier::as_str)
}

/// The byte range of a node.
pub fn range_of(node: &impl Ranged) -> Range<usize> {
    byte_range(node.range())
}

fn byte_range(range: ruff_text_size::TextRange) -> Range<usize> {
    range.start().to_usize()..range.end().to_usize()
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Excerpts, RepoPath};

    fn parse_text(text: &str, minor: u8) -> Module {
        let file = SourceFile::new(RepoPath::new("a.py"), text, &Excerpts::default());
        parse(&file, Version { major: 3, minor })
    }

    #[test]
    fn the_version_decides_the_syntax() {
        let text = "x = f\"{'a' + \"b\"}\"\n";
        assert_eq!(parse_text(text, 12).errors, []);
        let errors = parse_text(text, 11).errors;
        assert!(errors.iter().all(|error| error.version_only) && !errors.is_empty(), "{errors:?}");
    }

    #[test]
    fn a_broken_file_still_has_a_tree() {
        let module = parse_text("import a\ndef f(:\n", 11);
        assert!(!module.errors.is_empty());
        assert!(matches!(module.body.first(), Some(ast::Stmt::Import(_))));
    }

    #[test]
    fn a_tree_that_is_nested_too_deep_is_neither_walked_nor_dropped() {
        for text in ["-".repeat(200_000) + "1", "a".to_owned() + &" + a".repeat(50_000), "[".repeat(100_000)] {
            let module = parse_text(&text, 11);
            assert!(module.too_deep || !module.errors.is_empty());
        }
        assert!(!parse_text("x = 1 + 2 + 3", 11).too_deep);
    }

    #[test]
    fn no_tree_that_is_too_deep_has_few_tokens() {
        // Here the parser runs by itself, and its recursion needs more than the stack of a test.
        let thread = std::thread::Builder::new().stack_size(512 << 20).spawn(deep_trees_have_many_tokens).unwrap();
        thread.join().unwrap();
    }

    fn deep_trees_have_many_tokens() {
        let nests = [
            ("x = ", "-", "1", ""),
            ("x = ", "not ", "a", ""),
            ("x = ", "(", "1", ",)"),
            ("x = ", "[", "", "]"),
            ("x = ", "{1: ", "2", "}"),
            ("x = ", "{**", "a", "}"),
            ("x = ", "a(", "", ")"),
            ("x = ", "a(b=", "1", ")"),
            ("x = ", "a[", "b", "]"),
            ("x = ", "a[b:", "c", "]"),
            ("x = ", "", "a", ".b"),
            ("x = ", "", "a", "()"),
            ("x = ", "", "a", " + a"),
            ("x = ", "lambda: ", "1", ""),
            ("x = ", "lambda a=", "1", ": 2"),
            ("x = ", "a if b else ", "1", ""),
            ("x = ", "a or (b and ", "c", ")"),
            ("x = ", "(a := ", "1", ")"),
            ("x = ", "[a for a in ", "b", "]"),
            ("x = ", "f'{", "1", "}'"),
            ("match a:\n  case ", "[", "1", "]"),
            ("match a:\n  case ", "B(c=", "1", ")"),
            ("match a:\n  case ", "{1: ", "2", "}"),
            ("match a:\n  case ", "(1 | ", "2", ")"),
        ];
        let mut deep = 0;
        for (before, open, inner, close) in nests {
            let after = if before.starts_with("match") { ": pass" } else { "" };
            for times in (150..800).step_by(13) {
                let text = format!("{before}{}{inner}{}{after}\n", open.repeat(times), close.repeat(times));
                let parsed = ruff_python_parser::parse_unchecked(&text, ParseOptions::from(Mode::Module));
                let few = !depth::Nesting::of(parsed.tokens()).may_be_too_deep();
                if parsed.has_valid_syntax() {
                    let body: Vec<ast::Stmt> =
                        parsed.try_into_module().map(|module| module.into_suite().into_iter().collect()).unwrap();
                    let is_deep = depth::is_too_deep(&body);
                    deep += usize::from(is_deep);
                    assert!(!is_deep || !few, "{open} {times}");
                }
            }
        }
        assert!(deep > 100, "{deep} trees are too deep");
        let text = "def f(a):\n    return [b for b in a if b]\n";
        let parsed = ruff_python_parser::parse_unchecked(text, ParseOptions::from(Mode::Module));
        assert!(!depth::Nesting::of(parsed.tokens()).may_be_too_deep());
    }

    #[test]
    fn the_lower_bound_of_a_specifier_is_the_version() {
        for (text, minor) in [("3.11", 11), (">=3.9,<4", 9), ("^3.10", 10), ("<4,>=3.12", 12), ("3.8.*", 8)] {
            assert_eq!(Version::parse(text).map(|version| version.minor), Some(minor), "{text}");
        }
        assert_eq!(Version::parse("any"), None);
    }
}

//! The statements at the top level of a file, as pieces of text that can be taken out of it.

use std::collections::BTreeSet;
use std::ops::Range;

use super::names;
use crate::model::{Excerpts, RepoPath, SourceFile};
use crate::python::ast::{Expr, Stmt};
use crate::python::literal::last_component;
use crate::python::{self, Version, range_of};

/// A file in pieces.
#[derive(Debug)]
pub(super) struct Module {
    pub(super) text: String,
    pub(super) items: Vec<Item>,
}

/// A statement at the top level.
#[derive(Debug)]
pub(super) struct Item {
    /// Whole lines: the comments right above it, its decorators, itself, and comments that are indented below it.
    pub(super) lines: Range<usize>,
    pub(super) kind: Kind,
    /// Names of the module that it reads.
    pub(super) used: BTreeSet<String>,
    /// Names that it binds.
    pub(super) bound: BTreeSet<String>,
    /// Parameters of functions in it.
    pub(super) parameters: BTreeSet<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Docstring,
    Future,
    Imports(Vec<Imported>),
    Class(String),
    Function {
        name: String,
        is_fixture: bool,
    },
    /// `if __name__ == "__main__":`
    Main,
    Other,
}

/// One name of an import statement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Imported {
    /// `..a.b` of `from ..a.b import c`; `None` for `import c`.
    pub(super) from: Option<String>,
    /// The name, or `*`.
    pub(super) name: String,
    /// The name after `as`.
    pub(super) alias: Option<String>,
}

impl Imported {
    /// The name that it binds; `None` for a star.
    pub(super) fn bound(&self) -> Option<&str> {
        let own = if self.from.is_some() { self.name.as_str() } else { self.name.split('.').next()? };
        (self.name != "*").then(|| self.alias.as_deref().unwrap_or(own))
    }

    pub(super) fn is_relative(&self) -> bool {
        self.from.as_ref().is_some_and(|from| from.starts_with('.'))
    }

    /// `c as d`
    pub(super) fn words(&self) -> String {
        self.alias.as_ref().map_or_else(|| self.name.clone(), |alias| format!("{} as {alias}", self.name))
    }
}

impl Module {
    /// Reads a text with `\n` or `\r\n` at the ends of lines.
    pub(super) fn parse(text: &str, version: Version) -> Result<Self, String> {
        let file = SourceFile::new(RepoPath::new("text.py"), text, &Excerpts::default());
        let module = python::parse(&file, version);
        // What an older version rejects is judged with the whole repository.
        if let Some(error) = module.errors.iter().find(|error| !error.version_only) {
            return Err(format!("line {}: {}", file.position(error.range.start).line, error.text));
        }
        if module.too_deep {
            return Err("it is nested too deep".to_owned());
        }
        let mut items: Vec<Item> = Vec::new();
        for (at, statement) in module.body.iter().enumerate() {
            let lines = lines_of(text, range_of(statement));
            let names = names::of(statement);
            let kind = kind(statement, at == 0);
            items.push(Item { lines, kind, used: names.used, bound: names.bound, parameters: names.parameters });
        }
        Ok(Self { text: text.to_owned(), items })
    }

    /// The text of some lines, without empty ones around it.
    pub(super) fn text_of(&self, item: &Item) -> &str {
        self.text.get(item.lines.clone()).unwrap_or_default().trim_end()
    }

    /// The last class of this name.
    pub(super) fn class(&self, name: &str) -> Option<usize> {
        self.items.iter().rposition(|item| matches!(&item.kind, Kind::Class(found) if found == name))
    }

    /// Every import statement's names.
    pub(super) fn imports(&self) -> impl Iterator<Item = &Imported> {
        self.items.iter().flat_map(|item| match &item.kind {
            Kind::Imports(names) => names.as_slice(),
            _ => &[],
        })
    }

    /// Comments before the first statement that say how to read the file, and its docstring.
    pub(super) fn preamble(&self) -> String {
        let first = self.items.first();
        let code = first.map_or(self.text.len(), |item| item.lines.start);
        let comments = self.text.get(..code).unwrap_or_default().trim();
        let mut parts = Vec::from_iter((!comments.is_empty()).then(|| comments.to_owned()));
        for item in self.items.iter().filter(|item| matches!(item.kind, Kind::Docstring | Kind::Future)) {
            parts.push(self.text_of(item).to_owned());
        }
        if parts.is_empty() { String::new() } else { parts.join("\n\n") + "\n" }
    }
}

fn kind(statement: &Stmt, first: bool) -> Kind {
    match statement {
        Stmt::Expr(expression) if first && matches!(&*expression.value, Expr::StringLiteral(_)) => Kind::Docstring,
        Stmt::ImportFrom(import) if import.level == 0 && import.module.as_deref() == Some("__future__") => Kind::Future,
        Stmt::Import(import) => Kind::Imports(
            import
                .names
                .iter()
                .map(|alias| Imported {
                    from: None,
                    name: alias.name.to_string(),
                    alias: alias.asname.as_ref().map(ToString::to_string),
                })
                .collect(),
        ),
        Stmt::ImportFrom(import) => {
            let dots = ".".repeat(import.level as usize);
            let from = format!("{dots}{}", import.module.as_deref().unwrap_or_default());
            Kind::Imports(
                import
                    .names
                    .iter()
                    .map(|alias| Imported {
                        from: Some(from.clone()),
                        name: alias.name.to_string(),
                        alias: alias.asname.as_ref().map(ToString::to_string),
                    })
                    .collect(),
            )
        }
        Stmt::ClassDef(class) if class.decorator_list.iter().any(|decorator| is_fixture(&decorator.expression)) => {
            Kind::Function { name: class.name.to_string(), is_fixture: true }
        }
        Stmt::ClassDef(class) => Kind::Class(class.name.to_string()),
        Stmt::FunctionDef(function) => Kind::Function {
            name: function.name.to_string(),
            is_fixture: function.decorator_list.iter().any(|decorator| is_fixture(&decorator.expression)),
        },
        Stmt::If(branch) if is_main(&branch.test) => Kind::Main,
        _ => Kind::Other,
    }
}

fn is_fixture(decorator: &Expr) -> bool {
    let named = if let Expr::Call(call) = decorator { &*call.func } else { decorator };
    last_component(named) == Some("fixture")
}

fn is_main(test: &Expr) -> bool {
    matches!(test, Expr::Compare(compare) if matches!(&*compare.left, Expr::Name(name) if name.id == "__name__"))
}

/// The lines of a statement, with the comments that belong to it.
fn lines_of(text: &str, range: Range<usize>) -> Range<usize> {
    let mut start = text.get(..range.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let is_comment = |line: &str| line.starts_with('#') && !line.starts_with("#!") && !line.contains("coding");
    while let Some(above) = text.get(..start).filter(|above| !above.is_empty()) {
        let line = above.trim_end_matches('\n').rfind('\n').map_or(0, |at| at + 1);
        if !above.get(line..).is_some_and(is_comment) {
            break;
        }
        start = line;
    }
    let line_end =
        |from: usize| text.get(from..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| from + at + 1);
    let mut end = line_end(range.end);
    let mut next = end;
    while next < text.len() {
        let after = line_end(next);
        let line = text.get(next..after).unwrap_or_default();
        let indented = line.starts_with([' ', '\t']) && line.trim_start().starts_with('#');
        if indented {
            end = after;
        } else if !line.trim().is_empty() {
            break;
        }
        next = after;
    }
    start..end
}

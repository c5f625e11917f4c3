//! Small readers of expressions: dotted names, literal strings, and the paths that files put on `sys.path`.

use std::collections::HashMap;

use super::ast::{self, Expr};

/// How deep an expression is followed.
const MAX_DEPTH: usize = 64;

/// `a.b.c` as text, where the expression is a plain dotted name.
pub fn dotted(expr: &Expr) -> Option<String> {
    // Most expressions are no dotted names: nothing is allocated before that is known.
    let mut length = 0;
    let mut current = expr;
    for _ in 0..MAX_DEPTH {
        match current {
            Expr::Attribute(attribute) => {
                length += attribute.attr.len() + 1;
                current = &attribute.value;
            }
            Expr::Name(name) => {
                let mut text = String::with_capacity(length + name.id.len());
                write_dotted(expr, &mut text);
                return Some(text);
            }
            _ => return None,
        }
    }
    None
}

fn write_dotted(expr: &Expr, text: &mut String) {
    match expr {
        Expr::Attribute(attribute) => {
            write_dotted(&attribute.value, text);
            text.push('.');
            text.push_str(attribute.attr.as_str());
        }
        Expr::Name(name) => text.push_str(name.id.as_str()),
        _ => {}
    }
}

/// True where the expression is this dotted name.
pub fn is_dotted(expr: &Expr, name: &str) -> bool {
    match expr {
        Expr::Attribute(attribute) => name
            .strip_suffix(attribute.attr.as_str())
            .and_then(|owner| owner.strip_suffix('.'))
            .is_some_and(|owner| is_dotted(&attribute.value, owner)),
        Expr::Name(own) => own.id.as_str() == name,
        _ => false,
    }
}

/// True where the expression is one of these dotted names.
pub fn is_one_of(expr: &Expr, names: &[&str]) -> bool {
    names.iter().any(|name| is_dotted(expr, name))
}

/// The last component of a dotted name.
pub fn last_component(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        Expr::Name(name) => Some(name.id.as_str()),
        _ => None,
    }
}

/// A string literal's text.
pub fn string(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::StringLiteral(literal) => Some(literal.value.to_str()),
        _ => None,
    }
}

/// The texts of a list, tuple or set of string literals; `None` where an element is anything else.
pub fn strings(expr: &Expr) -> Option<Vec<String>> {
    elements(expr)?.iter().map(|element| string(element).map(str::to_owned)).collect()
}

/// The elements of a list, tuple or set.
pub fn elements(expr: &Expr) -> Option<&[Expr]> {
    match expr {
        Expr::List(list) => Some(&list.elts),
        Expr::Tuple(tuple) => Some(&tuple.elts),
        Expr::Set(set) => Some(&set.elts),
        _ => None,
    }
}

/// Evaluates the expressions with which files say where they lie (`Path(__file__).parent`, `os.path.join(…)`), to
/// paths relative to the repository. What it does not know is `None`, never a guess.
#[derive(Debug)]
pub struct PathFolder {
    file: String,
    variables: HashMap<String, String>,
}

impl PathFolder {
    /// For the file at this path, relative to the repository.
    pub fn new(file: &str) -> Self {
        Self { file: file.to_owned(), variables: HashMap::new() }
    }

    /// Notes an assignment at module level.
    pub fn assign(&mut self, name: &str, value: &Expr) {
        match self.fold(value) {
            Some(path) => self.variables.insert(name.to_owned(), path),
            None => self.variables.remove(name),
        };
    }

    /// The path that an expression evaluates to.
    pub fn fold(&self, expr: &Expr) -> Option<String> {
        self.fold_at(expr, 0)
    }

    fn fold_at(&self, expr: &Expr, depth: usize) -> Option<String> {
        if depth > MAX_DEPTH {
            return None;
        }
        let fold = |inner: &Expr| self.fold_at(inner, depth + 1);
        match expr {
            Expr::Name(name) if name.id.as_str() == "__file__" => Some(self.file.clone()),
            Expr::Name(name) => self.variables.get(name.id.as_str()).cloned(),
            Expr::Attribute(attribute) if attribute.attr.as_str() == "parent" => parent(&fold(&attribute.value)?),
            Expr::BinOp(operation) if operation.op == ast::Operator::Div => {
                join(&fold(&operation.left)?, string(&operation.right)?)
            }
            Expr::Subscript(subscript) => {
                let Expr::Attribute(attribute) = &*subscript.value else { return None };
                if attribute.attr.as_str() != "parents" {
                    return None;
                }
                let mut path = fold(&attribute.value)?;
                for _ in 0..=small_integer(&subscript.slice)? {
                    path = parent(&path)?;
                }
                Some(path)
            }
            Expr::Call(call) => self.fold_call(call, depth),
            _ => None,
        }
    }

    fn fold_call(&self, call: &ast::ExprCall, depth: usize) -> Option<String> {
        let arguments = &call.arguments.args;
        let literals =
            |from: &[Expr], start: String| from.iter().try_fold(start, |path, part| join(&path, string(part)?));
        let name = dotted(&call.func);
        let first = || self.fold_at(arguments.first()?, depth + 1);
        match name.as_deref() {
            Some("str" | "os.fspath" | "fspath") => return first(),
            Some(
                "os.path.abspath" | "os.path.realpath" | "os.path.normpath" | "path.abspath" | "path.realpath"
                | "abspath" | "realpath",
            ) => return first(),
            Some("Path" | "pathlib.Path" | "PurePath" | "pathlib.PurePath" | "os.path.join" | "path.join") => {
                return literals(arguments.get(1..)?, first()?);
            }
            Some("os.path.dirname" | "path.dirname" | "dirname") => return parent(&first()?),
            _ => {}
        }
        let Expr::Attribute(method) = &*call.func else { return None };
        let receiver = || self.fold_at(&method.value, depth + 1);
        match method.attr.as_str() {
            "resolve" | "absolute" | "as_posix" | "__str__" => receiver(),
            "joinpath" => literals(arguments, receiver()?),
            _ => None,
        }
    }
}

fn small_integer(expr: &Expr) -> Option<usize> {
    match expr {
        Expr::NumberLiteral(literal) => match &literal.value {
            ast::Number::Int(value) => value.as_usize().filter(|&value| value < 64),
            _ => None,
        },
        _ => None,
    }
}

/// The folder of a path; `None` above the repository.
fn parent(path: &str) -> Option<String> {
    match path.rsplit_once('/') {
        Some((folder, _)) => Some(folder.to_owned()),
        None if path.is_empty() => None,
        None => Some(String::new()),
    }
}

/// Appends a relative path.
fn join(path: &str, tail: &str) -> Option<String> {
    if tail.starts_with('/') || tail.contains('\\') || tail.contains(':') {
        return None;
    }
    let mut result = path.to_owned();
    for part in tail.split('/') {
        match part {
            "" | "." => {}
            ".." => result = parent(&result)?,
            name if result.is_empty() => result.push_str(name),
            name => {
                result.push('/');
                result.push_str(name);
            }
        }
    }
    Some(result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Excerpts, RepoPath, SourceFile};
    use crate::python::ast::Stmt;

    /// Folds the last expression of a text in the file `a/b/c.py`.
    fn fold(text: &str) -> Option<String> {
        let file = SourceFile::new(RepoPath::new("a/b/c.py"), text, &Excerpts::default());
        let module = crate::python::parse(&file, crate::python::Version { major: 3, minor: 11 });
        let mut folder = PathFolder::new("a/b/c.py");
        let mut last = None;
        for statement in &module.body {
            match statement {
                Stmt::Assign(assign) => {
                    let Expr::Name(name) = &assign.targets[0] else { panic!("{text}") };
                    folder.assign(name.id.as_str(), &assign.value);
                }
                Stmt::Expr(expression) => last = folder.fold(&expression.value),
                other => panic!("{other:?}"),
            }
        }
        last
    }

    #[test]
    fn paths_of_files_are_evaluated() {
        for (text, expected) in [
            ("__file__", Some("a/b/c.py")),
            ("Path(__file__).parent", Some("a/b")),
            ("str(pathlib.Path(__file__).resolve().parents[1])", Some("a")),
            ("Path(__file__).parents[2] / 'src' / 'x'", Some("src/x")),
            ("os.path.dirname(os.path.dirname(os.path.abspath(__file__)))", Some("a")),
            ("os.path.join(os.path.dirname(__file__), '..', '..', 'lib')", Some("lib")),
            ("HERE = Path(__file__).parent\nROOT = HERE.parent\nstr(ROOT.joinpath('x/y'))", Some("a/x/y")),
            ("Path(__file__).absolute().parent.as_posix()", Some("a/b")),
            // Above the repository, absolute, or known only when it runs.
            ("Path(__file__).parents[3]", None),
            ("Path(__file__).parents[n]", None),
            ("os.path.join(os.path.dirname(__file__), '/etc')", None),
            ("os.getcwd()", None),
            ("'src'", None),
            ("os.environ['ROOT']", None),
            ("X = Path(__file__)\nX = other()\nX", None),
        ] {
            assert_eq!(fold(text).as_deref(), expected, "{text}");
        }
    }
}

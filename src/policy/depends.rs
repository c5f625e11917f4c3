//! Which rules build on which: Rego forbids rules that build on themselves, and the engine would descend into them
//! until its stack ends.

use std::collections::{BTreeMap, BTreeSet};

use super::PolicyError;
use super::scan::{Code, Definition};

/// How many rules may build on each other in a row.
const MAX_DEPTH: usize = 200;

/// A file as far as its rules and what they name are concerned.
pub struct Unit<'a> {
    /// The file.
    pub path: &'a str,
    /// Its package, such as `data.main`.
    pub package: &'a str,
    /// Its text.
    pub code: &'a Code,
}

struct Node {
    path: String,
    line: u32,
    needs: BTreeSet<String>,
}

/// Checks the rules of files that run together.
///
/// # Errors
/// The first rule that builds on itself, or on too many others in a row.
pub fn check(units: &[Unit<'_>]) -> Result<(), PolicyError> {
    let graph = graph(units);
    // Rules whose depth is known; a rule that is on the way has none yet.
    let mut depths: BTreeMap<&str, usize> = BTreeMap::new();
    for start in graph.keys() {
        let mut way: Vec<&str> = vec![start];
        while let Some(&rule) = way.last() {
            let Some(node) = graph.get(rule).filter(|_| !depths.contains_key(rule)) else {
                way.pop();
                continue;
            };
            let error = |text: String| Err(PolicyError::new(&node.path, node.line, text));
            match node.needs.iter().find(|need| !depths.contains_key(need.as_str())) {
                Some(open) if way.contains(&open.as_str()) => {
                    return error(format!("the rule `{rule}` builds on itself"));
                }
                Some(open) => way.push(open),
                None => {
                    let deepest = node.needs.iter().filter_map(|need| depths.get(need.as_str())).max();
                    let depth = deepest.map_or(0, |depth| depth + 1);
                    if depth > MAX_DEPTH {
                        return error(format!("more than {MAX_DEPTH} rules build on each other in a row"));
                    }
                    depths.insert(rule, depth);
                    way.pop();
                }
            }
            if way.len() > graph.len() + 1 {
                return error("the rules build on each other without end".to_owned());
            }
        }
    }
    Ok(())
}

/// Every rule by its full name, with the full names of the rules that it names.
fn graph(units: &[Unit<'_>]) -> BTreeMap<String, Node> {
    let definitions: Vec<(&Unit<'_>, Vec<Definition<'_>>)> =
        units.iter().map(|unit| (unit, unit.code.definitions())).collect();
    let mut graph: BTreeMap<String, Node> = BTreeMap::new();
    for (unit, definitions) in &definitions {
        for definition in definitions {
            let name = format!("{}.{}", unit.package, definition.rule);
            let node = || Node { path: unit.path.to_owned(), line: definition.line, needs: BTreeSet::new() };
            graph.entry(name).or_insert_with(node);
        }
    }
    let rules: BTreeSet<String> = graph.keys().cloned().collect();
    for (unit, definitions) in &definitions {
        let imports = unit.code.imports();
        for definition in definitions {
            let needs: Vec<String> =
                definition.names.iter().filter_map(|name| resolve(name, unit.package, &imports, &rules)).collect();
            if let Some(node) = graph.get_mut(&format!("{}.{}", unit.package, definition.rule)) {
                node.needs.extend(needs);
            }
        }
    }
    graph
}

/// The full name of the rule that a name means, where it means one.
fn resolve(name: &str, package: &str, imports: &BTreeMap<String, String>, rules: &BTreeSet<String>) -> Option<String> {
    let (first, rest) = name.split_once('.').unwrap_or((name, ""));
    let full = match imports.get(first) {
        Some(target) if rest.is_empty() => target.clone(),
        Some(target) => format!("{target}.{rest}"),
        None if first == "data" => name.to_owned(),
        None => format!("{package}.{name}"),
    };
    // The rule is the longest beginning that is one: what follows are fields of its value.
    let mut candidate = full.as_str();
    loop {
        if rules.contains(candidate) {
            return Some(candidate.to_owned());
        }
        candidate = candidate.rsplit_once('.')?.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(files: &[(&str, &str)]) -> Result<(), PolicyError> {
        let codes: Vec<Code> = files.iter().map(|(_, text)| Code::new(text)).collect();
        let units: Vec<Unit<'_>> =
            files.iter().zip(&codes).map(|((package, _), code)| Unit { path: "x.rego", package, code }).collect();
        check(&units)
    }

    #[test]
    fn rules_that_build_on_themselves_are_found() {
        for (files, line) in [
            (vec![("data.main", "f(x) := f(x - 1)")], 1),
            (vec![("data.main", "\na if b\n\nb if {\n\tc\n}\n\nc if not a")], 8),
            (vec![("data.main", "a if data.main.b\nb if {\n\tx := [y | y := a]\n}")], 2),
            (
                vec![
                    ("data.main", "import data.lib\na if lib.b(1)"),
                    ("data.lib", "import data.main.a as z\nb(x) if z == x"),
                ],
                2,
            ),
            (vec![("data.main", "  f(x) := y if {\n    y := f(x)\n  }")], 1),
            (vec![("data.main", "f(x) if\n\n  f(x - 1)\n")], 1),
            (vec![("data.main", "default a := 1\na := b + 1\nb := a")], 3),
        ] {
            let error = checked(&files).expect_err(&format!("{files:?}"));
            assert!(error.text.contains("builds on itself"), "{error}");
            assert_eq!(error.line, line, "{files:?}: {error}");
        }
    }

    #[test]
    fn rules_that_only_look_as_if_they_did_are_not() {
        for files in [
            vec![("data.main", "known(x) := x.known\nb if known(input.known)")],
            vec![("data.main", "a if b.a\n\nb := {\"a\": 1} if input.a.b")],
            vec![("data.main", "  f(x) := x\n  g(x) := f(x)\n  h if g(1) == 2")],
            vec![("data.main", "a if \"a\" == b # a\n\nb := 1")],
            vec![("data.main", "a if data.lib.a"), ("data.lib", "a if 1 == 1")],
            vec![(
                "data.main",
                "deny contains x if {\n\tx := f(1)\n}\n\ndeny contains x if {\n\tx := f(2)\n}\n\nf(x) := x",
            )],
        ] {
            assert_eq!(checked(&files), Ok(()), "{files:?}");
        }
    }

    #[test]
    fn a_row_of_rules_has_a_limit() {
        let row = |length: usize| -> String { (0..length).map(|at| format!("r{at} if r{}\n", at + 1)).collect() };
        assert_eq!(checked(&[("data.main", &row(MAX_DEPTH))]), Ok(()));
        assert!(checked(&[("data.main", &row(MAX_DEPTH + 2))]).unwrap_err().text.contains("in a row"));
    }
}

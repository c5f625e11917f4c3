//! What `pytest --collect-only -q` prints.

use std::collections::{BTreeMap, BTreeSet};

/// What was printed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// The id of a file → ids of its tests inside the file, without parameters.
    pub tests: BTreeMap<String, BTreeSet<String>>,
    /// The id of a file, class or folder that could not be collected → pytest's words, which may be empty.
    pub errors: BTreeMap<String, String>,
}

impl Printed {
    /// The ids of what could not be collected.
    pub fn failed_files(&self) -> impl Iterator<Item = &str> {
        self.errors.keys().map(String::as_str)
    }
}

/// Reads the output: ids of tests up to the first blank line, and the errors of the summary.
pub fn parse(text: &str) -> Printed {
    let mut printed = Printed::default();
    let mut lines = text.lines();
    for line in lines.by_ref() {
        if line.trim().is_empty() || line.starts_with("===") {
            break;
        }
        if let Some((file, test)) = line.split_once("::") {
            let test = test.split('[').next().unwrap_or(test);
            printed.tests.entry(file.to_owned()).or_default().insert(test.to_owned());
        }
    }
    for line in lines.skip_while(|line| !line.contains("short test summary info")) {
        let Some(rest) = line.strip_prefix("ERROR ") else { continue };
        let (id, words) = rest.split_once(" - ").unwrap_or((rest, ""));
        printed.errors.insert(id.trim().to_owned(), words.trim().to_owned());
    }
    printed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_first_and_errors_last() {
        let text = "tests/test_a.py::test_one[a::b]\ntests/test_a.py::test_one[c]\ntests/test_a.py::TestB::test_two\n\n\
                    ==== ERRORS ====\n____ ERROR collecting test_c.py ____\nE   ERROR not this\nx.py::not_this\n\
                    ==== short test summary info ====\nERROR test_c.py - ImportError: no\nERROR sub\n!!! Interrupted !!!\n";
        let printed = parse(text);
        let tests: Vec<_> = printed.tests["tests/test_a.py"].iter().map(String::as_str).collect();
        assert_eq!((tests, printed.tests.len()), (vec!["TestB::test_two", "test_one"], 1));
        let errors: Vec<_> = printed.errors.iter().map(|(id, words)| (id.as_str(), words.as_str())).collect();
        assert_eq!(errors, [("sub", ""), ("test_c.py", "ImportError: no")]);
    }

    #[test]
    fn nothing_is_nothing() {
        assert_eq!(parse("\nno tests collected in 0.01s\n"), Printed::default());
        assert_eq!(parse(""), Printed::default());
    }
}

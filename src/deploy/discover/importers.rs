//! Scripts that deploy through a module of the repository, and say nothing of it themselves.

use super::{FileKind, Found};

/// The most bytes of files that are kept until it is known which modules deploy.
const MAX_BYTES: usize = 32 << 20;
/// The longest chain of modules between a script and what deploys.
const MAX_CHAIN: usize = 5;

/// Python files that do not look like deploy config by themselves.
#[derive(Default)]
pub struct Others {
    files: Vec<(String, String)>,
    bytes: usize,
}

impl Others {
    /// Keeps a file.
    pub fn add(&mut self, path: String, text: String) {
        self.bytes += text.len();
        if self.bytes <= MAX_BYTES && text.contains("import ") {
            self.files.push((path, text));
        }
    }

    /// Moves files to `found` that import one that is there, by its name.
    pub fn find_importers(mut self, found: &mut Vec<Found>) {
        let mut names: Vec<String> = names_of(found);
        for _ in 0..MAX_CHAIN {
            if names.is_empty() {
                return;
            }
            let (importers, rest) = self.files.into_iter().partition(|(_, text)| imports(text, &names));
            self.files = rest;
            let importers: Vec<(String, String)> = importers;
            let more: Vec<Found> =
                importers.into_iter().map(|(path, text)| Found { path, kind: FileKind::Python, text }).collect();
            names = names_of(&more);
            found.extend(more);
        }
    }
}

/// The names under which Python files are imported: the last part of each.
fn names_of(found: &[Found]) -> Vec<String> {
    let python = found.iter().filter(|found| found.kind == FileKind::Python);
    let mut names: Vec<String> = python
        .filter_map(|found| {
            let path = found.path.strip_suffix(".py")?;
            let path = path.strip_suffix("/__init__").unwrap_or(path);
            path.rsplit('/').next().map(str::to_owned)
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

fn imports(text: &str, names: &[String]) -> bool {
    // A list of imported names may stand in brackets over several lines.
    let mut open = false;
    text.lines().any(|line| {
        let start = line.trim_start();
        let is_import = start.starts_with("import ") || start.starts_with("from ");
        if !is_import && !open {
            return false;
        }
        if is_import {
            open = start.contains('(');
        }
        open &= !start.contains(')');
        let mut words = start.split(|next: char| !next.is_alphanumeric() && next != '_');
        words.any(|word| names.iter().any(|name| name == word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn importers_are_found_by_the_name_of_the_module() {
        let mut found = vec![Found { path: "lib/cloud.py".to_owned(), kind: FileKind::Python, text: String::new() }];
        let mut others = Others::default();
        for (path, text) in [
            ("main.py", "from lib.wrapper import (\n    run,\n)\nrun()\n"),
            ("lib/wrapper.py", "from . import cloud\nimport os\n"),
            ("other.py", "import os\nx = 'import cloud'\n"),
            ("clouds.py", "import clouds.a\n"),
        ] {
            others.add(path.to_owned(), text.to_owned());
        }
        others.find_importers(&mut found);
        let paths: Vec<&str> = found.iter().map(|found| found.path.as_str()).collect();
        assert_eq!(paths, ["lib/cloud.py", "lib/wrapper.py", "main.py"]);
    }
}

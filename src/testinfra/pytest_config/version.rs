//! Which generation of pytest a project uses, by its lock files and declared dependencies.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use super::{join, open};
use crate::model::Excerpts;
use crate::testinfra::walk::Tree;

/// A locked package: `name = "pytest"`, then its version.
static LOCKED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?m)^name = "pytest"\r?\nversion = "(\d+)\."#).ok());
/// A requirement: `pytest>=8,<9`, also in quotes.
static REQUIRED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?m)(?:^|["'])\s*pytest\s*(?:=\s*["'])?((?:[~=<>!^]=?=?\s*[\d.*]+\s*,?\s*)+)"#).ok()
});

/// The generation: 8 or 9. `None` where it is another one, or cannot be told.
pub fn declared(repo: &Path, root: &str, tree: &Tree) -> Option<u8> {
    let ignored = Excerpts::default();
    let read = |folder: &str, name: &str| {
        let path = join(folder, name);
        let size = *tree.files.get(&path)?;
        open(repo, &path, size, &ignored, &mut Vec::new()).map(|file| file.text().to_owned())
    };
    for folder in [root, ""] {
        for name in ["uv.lock", "poetry.lock", "pdm.lock"] {
            let Some(text) = read(folder, name) else { continue };
            let locked = LOCKED.as_ref().and_then(|regex| regex.captures(&text));
            if let Some(major) = locked.and_then(|found| found.get(1)?.as_str().parse().ok()) {
                return generation(major);
            }
        }
        let names = [
            "requirements.txt",
            "requirements-dev.txt",
            "requirements-test.txt",
            "requirements_dev.txt",
            "requirements/dev.txt",
            "requirements/test.txt",
            "pyproject.toml",
            "setup.cfg",
        ];
        for name in names {
            let Some(text) = read(folder, name) else { continue };
            let required = REQUIRED.as_ref().and_then(|regex| regex.captures(&text));
            if let Some(found) = required.and_then(|found| bounded(found.get(1)?.as_str())) {
                return generation(found);
            }
        }
    }
    None
}

fn generation(major: u8) -> Option<u8> {
    matches!(major, 8 | 9).then_some(major)
}

/// The one major version that a specifier allows, among those that exist.
fn bounded(specifier: &str) -> Option<u8> {
    let allowed = |major: u8| {
        specifier.split(',').map(str::trim).filter(|part| !part.is_empty()).all(|part| {
            let version = part.trim_start_matches(['~', '=', '<', '>', '!', '^', ' ']);
            let mut numbers = version.split('.');
            let Some(bound) = numbers.next().and_then(|number| number.parse::<u8>().ok()) else { return true };
            let is_whole = numbers.all(|number| number.trim_matches('0').is_empty());
            match part.split(|character: char| character.is_ascii_digit()).next().unwrap_or_default().trim() {
                ">=" | ">" => major >= bound,
                "<" if is_whole => major < bound,
                "<" | "<=" => major <= bound,
                "==" | "===" | "~=" | "^" => major == bound,
                _ => true,
            }
        })
    };
    let possible: Vec<u8> = (6..=9).filter(|&major| allowed(major)).collect();
    match possible[..] {
        [only] => Some(only),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specifier_tells_the_generation_where_only_one_fits() {
        for (text, expected) in [
            ("==8.4.2", Some(8)),
            ("~=8.1", Some(8)),
            (">=8,<9", Some(8)),
            (">=9", Some(9)),
            ("^9.0", Some(9)),
            (">=8", None),
            ("<9", None),
            (">=8.0,<9.1", None),
        ] {
            assert_eq!(bounded(text), expected, "{text}");
        }
    }
}

//! What a repository seems to have, for `gcp-drift init`. A look at names and text, never an evaluation: whatever is
//! guessed goes into the file for a person to read, and nothing but the file that they keep is ever relied on.

mod scan;
mod tests_folder;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use scan::{Scan, SeenFile};
pub use text::text;

use super::validate;

/// What [`discover`] found. All paths are relative to the repository and use `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovered {
    /// Terraform root modules.
    pub roots: Vec<String>,
    /// Variable files that Terraform does not load by itself.
    pub var_files: Vec<String>,
    /// Files that deploy to Cloud Run or set its VPC access.
    pub deploy: Vec<String>,
    /// pytest's rootdir, with the file that says so; `None` where there are no tests.
    pub tests_root: Option<TestsRoot>,
    /// Category of tests → file patterns.
    pub categories: BTreeMap<String, Vec<String>>,
    /// Project ids that the files name, the most frequent first.
    pub projects: Vec<Guess>,
    /// Regions that the files name, the most frequent first.
    pub regions: Vec<Guess>,
    /// What was not looked at, and why, as fragments.
    pub incomplete: Vec<String>,
}

/// pytest's rootdir.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestsRoot {
    /// The folder; `.` is the repository.
    pub folder: String,
    /// The configuration file that makes it the root; `None` where it is a guess from the folder's name.
    pub ini: Option<String>,
}

/// A value that some file seems to name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// The value.
    pub value: String,
    /// Where it was first read.
    pub file: String,
    /// Its line there, from 1.
    pub line: usize,
    /// How many lines name it.
    pub times: usize,
}

/// Looks through a repository, without following links, honouring `.gitignore`, within limits on the number of files
/// and bytes. Nothing is an error: what cannot be read is listed in [`Discovered::incomplete`].
pub fn discover(root: &Path) -> Discovered {
    let scan = scan::scan(root);
    let (roots, var_files) = terraform(&scan);
    let deploy = deploy(&scan);
    let (tests_root, categories) = tests_folder::look(&scan);
    let sources =
        |file: &&SeenFile| is_terraform(file) || file.path.ends_with(".tfvars") || deploy.contains(&file.path);
    let projects =
        guesses(scan.files.iter().filter(sources), PROJECT.as_ref(), |text| validate::project_id(text).is_ok());
    let regions = guesses(scan.files.iter().filter(sources), REGION.as_ref(), |text| validate::region(text).is_ok());
    Discovered { roots, var_files, deploy, tests_root, categories, projects, regions, incomplete: scan.incomplete }
}

fn is_terraform(file: &SeenFile) -> bool {
    file.path.ends_with(".tf") || file.path.ends_with(".tf.json")
}

static ROOT_BLOCK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?m)^\s*"?(?:provider\s+"|backend\s+"|cloud\s*\{|required_providers\b|provider"|terraform"\s*:)"#)
        .ok()
});
static LOCAL_SOURCE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?m)^\s*"?source"?\s*[:=]\s*"(\.\.?/[^"$]*|\.\.?)""#).ok());

/// Root modules, and the variable files that are not loaded by themselves.
fn terraform(scan: &Scan) -> (Vec<String>, Vec<String>) {
    let mut folders: BTreeSet<&str> = BTreeSet::new();
    let mut marked: BTreeSet<&str> = BTreeSet::new();
    let mut called: BTreeSet<String> = BTreeSet::new();
    for file in scan.files.iter().filter(|file| is_terraform(file)) {
        folders.insert(file.folder());
        if ROOT_BLOCK.as_ref().is_some_and(|block| block.is_match(&file.text)) {
            marked.insert(file.folder());
        }
        let sources = LOCAL_SOURCE.as_ref().map(|source| source.captures_iter(&file.text));
        for source in sources.into_iter().flatten().filter_map(|found| found.get(1)) {
            if let Ok(path) = validate::repo_path(&format!("{}/{}", file.folder(), source.as_str()))
                && path != file.folder()
            {
                called.insert(path);
            }
        }
    }
    let mut var_files = Vec::new();
    for file in &scan.files {
        let name = file.name();
        if !(name.ends_with(".tfvars") || name.ends_with(".tfvars.json")) {
            continue;
        }
        marked.insert(file.folder());
        let loaded = matches!(name, "terraform.tfvars" | "terraform.tfvars.json")
            || name.ends_with(".auto.tfvars")
            || name.ends_with(".auto.tfvars.json");
        if !(loaded && folders.contains(file.folder())) {
            var_files.push(file.path.clone());
        }
    }
    let uncalled: Vec<&str> = folders.into_iter().filter(|folder| !called.contains(*folder)).collect();
    let roots: Vec<String> =
        uncalled.iter().filter(|folder| marked.contains(**folder)).map(|&folder| folder.to_owned()).collect();
    // Where no folder says that it is a root, every folder that nobody calls is one.
    let roots = if roots.is_empty() { uncalled.into_iter().map(str::to_owned).collect() } else { roots };
    (roots, var_files)
}

static DEPLOYS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"gcloud\s+(?:(?:alpha|beta)\s+)?run\s+(?:deploy|services\s+(?:update|replace)|jobs\s+(?:deploy|update))\b"#,
        r#"|["']run["']\s*,\s*["'](?:deploy|services|jobs)["']"#,
        r"|\bvpc_access\b|--vpc-connector\b|google-github-actions/deploy-cloudrun"
    ))
    .ok()
});

/// Python and YAML files that deploy to Cloud Run, tests left out: they speak of deploying without doing it.
fn deploy(scan: &Scan) -> Vec<String> {
    let deploys = |file: &&SeenFile| {
        let name = file.name();
        (name.ends_with(".py") || name.ends_with(".yml") || name.ends_with(".yaml"))
            && !tests_folder::is_test_file(name)
            && name != "conftest.py"
            && !file.path.split('/').any(|part| part == "tests" || part == "test" || part == "test_framework")
            && !tests_folder::is_backup(&file.path)
            && DEPLOYS.as_ref().is_some_and(|pattern| pattern.is_match(&file.text))
    };
    scan.files.iter().filter(deploys).map(|file| file.path.clone()).collect()
}

static PROJECT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)(?:^|[^\w.])(?:gcp_|google_|google_cloud_|gcloud_)?project(?:_id)?["']?\s*[:=]\s*["']?([a-z][a-z0-9-]{4,28}[a-z0-9])(?:["'\s]|$)"#,
    )
    .ok()
});
static REGION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)(?:^|[^\w.])(?:gcp_|google_|gcloud_)?(?:region|location)["']?\s*[:= ]\s*["']?([a-z]+-[a-z]+\d+)(?:["'\s]|$)"#).ok()
});

/// The values that lines of the files give, the most frequent first.
fn guesses<'a>(
    files: impl Iterator<Item = &'a SeenFile>,
    pattern: Option<&Regex>,
    valid: impl Fn(&str) -> bool,
) -> Vec<Guess> {
    const MAX_GUESSES: usize = 5;
    const MAX_SEEN: usize = 100;
    let Some(pattern) = pattern else { return Vec::new() };
    let mut found: Vec<Guess> = Vec::new();
    for file in files {
        for (index, line) in file.text.lines().enumerate() {
            if line.len() > 1000 || line.trim_start().starts_with(['#', '/']) {
                continue;
            }
            let Some(value) = pattern.captures(line).and_then(|found| found.get(1)) else { continue };
            let value = value.as_str();
            if !valid(value) {
                continue;
            }
            if let Some(guess) = found.iter_mut().find(|guess| guess.value == value) {
                guess.times += 1;
            } else if found.len() < MAX_SEEN {
                found.push(Guess { value: value.to_owned(), file: file.path.clone(), line: index + 1, times: 1 });
            }
        }
    }
    // A stable sort: equally frequent values stay in the order of the files.
    found.sort_by_key(|guess| std::cmp::Reverse(guess.times));
    found.truncate(MAX_GUESSES);
    found
}

#[cfg(test)]
mod tests;

//! Which files are deploy config.

use std::io::Read;
use std::path::Path;

use ignore::WalkBuilder;

mod importers;

use super::repository::MAX_BYTES;
use crate::config::DeployConfig;
use crate::model::declared::DiagnosticLevel;
use crate::model::{DeployDeclarations, Diagnostic, Excerpts, RepoPath, SourceFile, Why, WhyKind};

/// A file that is deploy config.
#[derive(Clone, Debug)]
pub struct Found {
    /// Relative to the repository, with `/`.
    pub path: String,
    /// How to read it.
    pub kind: FileKind,
    /// Its text.
    pub text: String,
}

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A Python script.
    Python,
    /// A GitHub workflow.
    GithubActions,
    /// A GitLab pipeline.
    Gitlab,
    /// A Cloud Build pipeline.
    CloudBuild,
    /// A CircleCI pipeline.
    CircleCi,
    /// An Azure pipeline.
    Azure,
    /// Manifests of Cloud Run workloads.
    Manifest,
    /// A Cloud Deploy pipeline, its targets, or a Skaffold configuration.
    CloudDeploy,
    /// A shell script.
    Shell,
    /// A Makefile.
    Makefile,
    /// A kind of file that this version does not evaluate, in words.
    NotEvaluated(&'static str),
}

impl FileKind {
    /// What it is, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Python => "Python script",
            Self::GithubActions => "GitHub workflow",
            Self::Gitlab => "GitLab pipeline",
            Self::CloudBuild => "Cloud Build pipeline",
            Self::CircleCi => "CircleCI pipeline",
            Self::Azure => "Azure pipeline",
            Self::Manifest => "Cloud Run manifest",
            Self::CloudDeploy => "Cloud Deploy or Skaffold configuration",
            Self::Shell => "shell script",
            Self::Makefile => "Makefile",
            Self::NotEvaluated(_) => "file that is not evaluated",
        }
    }
}

/// The most files that are looked at.
const MAX_FILES: usize = 50_000;
/// The deepest folder that is looked at.
const MAX_FOLDERS: usize = 16;
/// Folders that hold no deploy config of the repository itself.
const SKIPPED: [&str; 11] = [
    ".git",
    "node_modules",
    "venv",
    ".venv",
    "site-packages",
    "__pycache__",
    "tests",
    "test",
    "target",
    ".terraform",
    ".tox",
];

/// Finds deploy config: in the configured paths, or by looking.
pub fn discover(repo: &Path, config: &DeployConfig, declarations: &mut DeployDeclarations) -> Vec<Found> {
    let mut found = Vec::new();
    if config.paths.is_empty() {
        walk(repo, repo, &mut found, declarations);
    }
    for path in config.paths.iter().chain(&config.also) {
        let full = repo.join(path);
        if full.is_dir() {
            walk(repo, &full, &mut found, declarations);
        } else if full.is_file() {
            let relative = relative(repo, &full);
            let kind = kind_of(&relative).unwrap_or(FileKind::NotEvaluated("a deploy file of this kind"));
            if let Some(text) = text(&full, &relative, declarations) {
                let kind = by_content(kind, &text);
                found.push(Found { path: relative, kind, text });
            }
        } else {
            problem(declarations, WhyKind::FileUnreadable, &RepoPath::new(path), "the configured path does not exist");
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found.dedup_by(|a, b| a.path == b.path);
    found
}

fn walk(repo: &Path, folder: &Path, found: &mut Vec<Found>, declarations: &mut DeployDeclarations) {
    let walker = WalkBuilder::new(folder)
        .hidden(false)
        .parents(false)
        .require_git(false)
        .git_global(false)
        .follow_links(false)
        .max_depth(Some(MAX_FOLDERS))
        .sort_by_file_path(Ord::cmp)
        .filter_entry(|entry| {
            let name = entry.file_name().to_string_lossy();
            entry.depth() == 0 || !SKIPPED.contains(&name.as_ref())
        })
        .build();
    let mut looked_at = 0;
    let mut others = importers::Others::default();
    for entry in walker.flatten() {
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        looked_at += 1;
        if looked_at > MAX_FILES {
            let path = RepoPath::new(relative(repo, folder));
            problem(declarations, WhyKind::Limit, &path, "there are too many files to look for deploy config in");
            return;
        }
        let path = relative(repo, entry.path());
        let Some(kind) = kind_of(&path) else { continue };
        match text_if_deploys(entry.path(), &path, kind, declarations) {
            Some((kind, text, true)) => found.push(Found { path, kind, text }),
            Some((FileKind::Python, text, false)) => others.add(path, text),
            _ => {}
        }
    }
    others.find_importers(found);
}

fn relative(repo: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(repo).unwrap_or(path).to_string_lossy().replace('\\', "/");
    relative.trim_start_matches("./").to_owned()
}

fn kind_of(path: &str) -> Option<FileKind> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let is_yaml = extension == "yml" || extension == "yaml";
    if is_yaml && (path.starts_with(".github/workflows/") || path.contains("/.github/workflows/")) {
        return Some(FileKind::GithubActions);
    }
    match (name, extension) {
        (".gitlab-ci.yml" | ".gitlab-ci.yaml", _) => Some(FileKind::Gitlab),
        ("Makefile" | "GNUmakefile" | "makefile", _) => Some(FileKind::Makefile),
        _ if (is_yaml || extension == "json") && stem.starts_with("cloudbuild") => Some(FileKind::CloudBuild),
        _ if is_yaml && path.contains(".circleci/") => Some(FileKind::CircleCi),
        _ if is_yaml && stem.starts_with("azure-pipelines") => Some(FileKind::Azure),
        (_, "yaml" | "yml") => Some(FileKind::Manifest),
        // A name without an extension: its first line says what it is.
        (_, "sh" | "bash" | "") => Some(FileKind::Shell),
        (_, "py") if !name.starts_with("test_") && name != "conftest.py" && !stem.ends_with("_test") => {
            Some(FileKind::Python)
        }
        _ => None,
    }
}

/// What a YAML file is by its text, where its name does not say it.
fn by_content(kind: FileKind, text: &str) -> FileKind {
    let begins = |word: &str| text.starts_with(word) || text.contains(&format!("\n{word}"));
    match kind {
        FileKind::Manifest if begins("apiVersion: skaffold/") || begins("apiVersion: deploy.cloud.google.com/") => {
            FileKind::CloudDeploy
        }
        FileKind::Manifest if begins("steps:") && (text.contains("gcr.io/") || text.contains("cloudsdktool/")) => {
            FileKind::CloudBuild
        }
        other => other,
    }
}

/// True for a text that may deploy a Cloud Run workload.
fn deploys(kind: FileKind, text: &str) -> bool {
    let gcloud =
        text.contains("gcloud") && text.contains("run") && (text.contains("deploy") || text.contains("update"));
    match kind {
        FileKind::Python => {
            gcloud || ["vpc_access", "vpcAccess", "run_v2", "run.googleapis.com"].iter().any(|word| text.contains(word))
        }
        FileKind::GithubActions => {
            gcloud || text.contains("google-github-actions/deploy-cloudrun") || text.contains("uses: ./")
        }
        // A pipeline may hold nothing but what it includes or starts.
        FileKind::Gitlab => gcloud || text.contains("include"),
        FileKind::CloudBuild | FileKind::CircleCi => gcloud || text.contains("cloud-run"),
        FileKind::Azure => gcloud || text.contains("template"),
        FileKind::Manifest => {
            let v1 = text.contains("serving.knative.dev/v1") || text.contains("run.googleapis.com/v1");
            v1 || super::manifest::may_be_elsewhere(text)
        }
        FileKind::CloudDeploy => true,
        FileKind::Shell | FileKind::Makefile => {
            let acts = ["deploy", "update", "replace", "connectors"].iter().any(|word| text.contains(word));
            // A script can leave the command to a file that it reads.
            acts && (text.contains("gcloud")
                || text.contains("source ")
                || text.contains("\n. ")
                || text.contains("include "))
        }
        FileKind::NotEvaluated(_) => gcloud,
    }
}

/// True for a file of this name that is a script, by its extension or its first line.
fn is_script(path: &str, text: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let first = text.lines().next().unwrap_or_default();
    name.trim_start_matches('.').contains('.')
        || first.strip_prefix("#!").is_some_and(|program| {
            let words = program.split(['/', ' ']);
            words.into_iter().any(|word| matches!(word, "sh" | "bash" | "dash" | "zsh" | "ksh"))
        })
}

/// The text of a file, and whether it may deploy something.
fn text_if_deploys(
    path: &Path,
    relative: &str,
    kind: FileKind,
    declarations: &mut DeployDeclarations,
) -> Option<(FileKind, String, bool)> {
    let size = std::fs::metadata(path).ok()?.len();
    if size > MAX_BYTES {
        // Only what can be deploy config at all is worth a word.
        let mut start = Vec::new();
        std::fs::File::open(path).ok()?.take(MAX_BYTES).read_to_end(&mut start).ok()?;
        if deploys(kind, &String::from_utf8_lossy(&start)) {
            let text = format!("it is larger than {MAX_BYTES} bytes");
            problem(declarations, WhyKind::Limit, &RepoPath::new(relative), &text);
        }
        return None;
    }
    let bytes = std::fs::read(path).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let kind = by_content(kind, &text);
    let deploys = deploys(kind, &text) && (kind != FileKind::Shell || is_script(relative, &text));
    Some((kind, text, deploys))
}

/// The text of a file that is named in the configuration: what cannot be read is said.
fn text(path: &Path, relative: &str, declarations: &mut DeployDeclarations) -> Option<String> {
    let place = RepoPath::new(relative);
    if std::fs::metadata(path).is_ok_and(|data| data.len() > MAX_BYTES) {
        problem(declarations, WhyKind::Limit, &place, &format!("it is larger than {MAX_BYTES} bytes"));
        return None;
    }
    match std::fs::read(path).map(String::from_utf8) {
        Ok(Ok(text)) => Some(text),
        Ok(Err(_)) => {
            problem(declarations, WhyKind::FileUnreadable, &place, "it is no text");
            None
        }
        Err(error) => {
            problem(declarations, WhyKind::FileUnreadable, &place, &format!("it could not be read: {}", error.kind()));
            None
        }
    }
}

fn problem(declarations: &mut DeployDeclarations, kind: WhyKind, path: &RepoPath, text: &str) {
    // The file has no text here, so its origin is its first character and nothing is cited.
    let origin = SourceFile::new(path.clone(), "", &Excerpts::default()).origin(0..0);
    let text = format!("{path}: {text}");
    declarations.incomplete.push(Why::at(kind, text.clone(), origin.clone()));
    declarations.diagnostics.push(Diagnostic { level: DiagnosticLevel::Error, text, origin: Some(origin) });
}

//! `check --base`: the merge base's files as a second repository, with the configuration of the first.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::error::CliError;
use super::setup::Setup;
use crate::change::{self, Base};
use crate::config::Config;
use crate::git::{self, base::Error};
use crate::model::{Evidence, RepoPath};

/// The largest file that is compared, in bytes.
const MAX_COMPARED: u64 = 64 << 20;

/// What was read of the merge base, as a recording holds it: without what it shares with the head.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BaseEvidence {
    /// The commit.
    pub base: Base,
    /// What was read of it; the live state and the policies are those of the head.
    pub evidence: Evidence,
    /// Files that one of the sides could not read in full, and that are the same on both.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub same: BTreeSet<RepoPath>,
    /// Files that the configuration names and the commit does not have: nothing of it was in them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub absent: BTreeSet<RepoPath>,
    /// What of its tree was not written, so that it was not read either, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<(RepoPath, String)>,
}

/// The merge base's files, there until this is dropped.
pub(super) struct Checkout {
    base: Base,
    /// Reads the files with the configuration of the head.
    pub(super) setup: Setup,
    unread: Vec<(RepoPath, String)>,
    _folder: TempDir,
}

impl Checkout {
    /// Writes the files of the merge base of what is checked out and a reference.
    ///
    /// # Errors
    /// No repository, a reference that is not there, histories without a common commit, a tree beyond the limits.
    pub(super) fn of(head: &Setup, reference: &str) -> Result<Self, CliError> {
        let commit = git::base::merge_base(&head.root, reference).map_err(|error| match error {
            Error::NotARepository(_) | Error::UnknownReference(_) => {
                CliError::usage(super::error::escaped(&format!("--base {reference}: {error}")))
            }
            Error::NoCommit | Error::Shallow(_) | Error::Unrelated(_) | Error::Git(_) => {
                CliError::failed(format!("find the merge base with {reference}"), error)
            }
        })?;
        let failed = |why: &dyn std::fmt::Display| CliError::failed(format!("read the merge base {commit}"), why);
        let folder = tempfile::tempdir().map_err(|error| failed(&error))?;
        // Whatever goes by the folder's name gets the same one.
        let name = head.root.file_name().map_or_else(|| "repository".into(), ToOwned::to_owned);
        let root = folder.path().canonicalize().map_err(|error| failed(&error))?.join(name);
        fs::create_dir(&root).map_err(|error| failed(&error))?;
        let unread = git::checkout::write(&head.root, &commit, &root).map_err(|error| failed(&error))?;
        let mut config = head.config.clone();
        stand_in(&root, &config, &unread).map_err(|error| failed(&error))?;
        // A state says what is there, whoever asks; a plan was made for the head alone.
        config.terraform.plan = None;
        if let Some(state) = config.terraform.state.as_mut().filter(|state| *state != "auto") {
            *state = head.root.join(&*state).to_string_lossy().into_owned();
        }
        let setup = Setup {
            root,
            config_file: head.config_file.clone(),
            config,
            access_token_file: head.access_token_file.clone(),
            endpoint: head.endpoint.clone(),
        };
        let unread = unread.into_iter().map(|(path, why)| (RepoPath::new(path), why.to_owned())).collect();
        Ok(Self { base: Base { reference: reference.to_owned(), commit }, setup, unread, _folder: folder })
    }

    /// What is kept of the run, with the files that hide nothing because they are the same on both sides.
    pub(super) fn evidence(self, head: &Setup, of_head: &Evidence, evidence: Evidence) -> BaseEvidence {
        let root = &self.setup.root;
        let files = change::unreadable(&evidence).into_iter().flatten();
        let unread =
            |file: &RepoPath| self.unread.iter().any(|(path, _)| change::is_below(file.as_str(), path.as_str()));
        let (there, absent): (BTreeSet<_>, BTreeSet<_>) =
            files.partition(|file| unread(file) || fs::symlink_metadata(root.join(file.as_str())).is_ok());
        let files = change::unreadable(of_head).into_iter().flatten().chain(there);
        let same = files.filter(|file| is_same(&head.root, root, file)).collect();
        BaseEvidence { base: self.base, evidence, same, absent, unread: self.unread }
    }
}

/// A folder that the configuration names and the commit does not have declares and tests nothing: it is there, and
/// empty.
fn stand_in(root: &Path, config: &Config, unread: &[git::checkout::Unread]) -> std::io::Result<()> {
    let is_missing = |path: &str| {
        let is_hidden = unread.iter().any(|(hidden, _)| change::is_below(path, hidden));
        git::tree::is_safe(path.as_bytes()) && !is_hidden && fs::symlink_metadata(root.join(path)).is_err()
    };
    for path in config.terraform.roots.iter().map(|path| path.trim_end_matches('/')).filter(|path| is_missing(path)) {
        fs::create_dir_all(root.join(path))?;
        // Without any file it would be no root module.
        fs::write(root.join(path).join("empty.tf"), "")?;
    }
    let tests = config.tests.root.trim_end_matches('/');
    if is_missing(tests) { fs::create_dir_all(root.join(tests)) } else { Ok(()) }
}

fn is_same(head: &Path, base: &Path, file: &RepoPath) -> bool {
    let read = |root: &Path| {
        let path = root.join(file.as_str());
        let is_small = fs::metadata(&path).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= MAX_COMPARED);
        is_small.then(|| fs::read(path).ok()).flatten()
    };
    matches!((read(head), read(base)), (Some(head), Some(base)) if head == base)
}

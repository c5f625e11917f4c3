//! The commit that a change started from: the merge base of what is checked out and a reference.

use std::path::Path;
use std::time::Duration;

use super::{Answer, Limits, ask};

/// What a question with a short answer may take.
const SHORT: Limits = Limits { time: Duration::from_secs(30), bytes: 64 << 10 };

/// Why there is no merge base.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The folder is in no repository.
    #[error("this folder is in no git repository ({0})")]
    NotARepository(String),
    /// The reference names no commit here.
    #[error(
        "`{0}` names no commit of this repository; a clone of CI may have to fetch it first (git fetch origin {0})"
    )]
    UnknownReference(String),
    /// Nothing is committed.
    #[error("nothing is committed yet, so there is no merge base")]
    NoCommit,
    /// The history that is here does not reach it.
    #[error(
        "this clone is shallow, and its history does not reach a commit that it has in common with `{0}`; fetch more of it \
         (git fetch --unshallow, or fetch-depth: 0 of actions/checkout)"
    )]
    Shallow(String),
    /// The histories have nothing in common.
    #[error("what is checked out and `{0}` have no commit in common")]
    Unrelated(String),
    /// Git could not be run or failed.
    #[error("{0}")]
    Git(String),
}

/// The full id of the merge base of what is checked out and a reference.
///
/// # Errors
/// Where there is none, or it cannot be told.
pub fn merge_base(folder: &Path, reference: &str) -> Result<String, Error> {
    let asked = |arguments: &[&str]| ask(folder, arguments, SHORT).map_err(Error::Git);
    let inside = asked(&["rev-parse", "--is-inside-work-tree"])?;
    if inside.code != Some(0) || inside.line() != "true" {
        return Err(Error::NotARepository(inside.said));
    }
    // What starts with a dash would be read as an option.
    let is_option = reference.starts_with('-') || reference.is_empty();
    let commit = |name: &str| asked(&["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")]);
    let named = if is_option { None } else { id(&commit(reference)?) };
    let named = named.ok_or_else(|| Error::UnknownReference(reference.to_owned()))?;
    let head = id(&commit("HEAD")?).ok_or(Error::NoCommit)?;
    let base = asked(&["merge-base", &head, &named])?;
    if let Some(base) = id(&base) {
        return Ok(base);
    }
    if base.code != Some(1) {
        return Err(Error::Git(format!("git merge-base failed: {}", base.said)));
    }
    let shallow = asked(&["rev-parse", "--is-shallow-repository"])?;
    Err(if shallow.line() == "true" {
        Error::Shallow(reference.to_owned())
    } else {
        Error::Unrelated(reference.to_owned())
    })
}

/// The object id that is all of an answer.
fn id(answer: &Answer) -> Option<String> {
    let line = answer.line();
    let is_id = matches!(line.len(), 40 | 64) && line.bytes().all(|byte| byte.is_ascii_hexdigit());
    (answer.code == Some(0) && is_id).then_some(line)
}

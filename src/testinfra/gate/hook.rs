//! The git hook that runs the gate. A hook that is there is kept, and runs first; what is put around it is marked, and
//! taken out again without touching the rest.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::files::{self, FileError};

/// The largest hook that is changed.
const MAX_BYTES: u64 = 1 << 20;
const BEFORE: &str = "# >>> gcp-drift: what stood here first runs first >>>\n( :\n# <<< gcp-drift <<<\n";
const AFTER_START: &str = "# >>> gcp-drift premigrate >>>\n";
/// The same, after a last line that had no end.
const AFTER_START_JOINED: &str = "\n# >>> gcp-drift premigrate, added a line end >>>\n";
const AFTER_END: &str = "# <<< gcp-drift premigrate <<<\n";
const SHEBANG: &str = "#!/bin/sh\n";

/// A hook of git.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// Runs before a push.
    PrePush,
    /// Runs before a commit.
    PreCommit,
}

impl Hook {
    /// Git's name of it.
    pub fn word(self) -> &'static str {
        match self {
            Self::PrePush => "pre-push",
            Self::PreCommit => "pre-commit",
        }
    }
}

/// Why a hook was not changed.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// Git could not be asked.
    #[error("git could not say where the hooks are: {0}")]
    Git(String),
    /// The hook that is there cannot be kept and run.
    #[error("{path} is there, and {why}: it was left as it is")]
    Kept {
        /// The hook.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// The disk refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// The system refused.
    #[error("{path} could not be {doing}: {source}")]
    Io {
        /// The hook.
        path: String,
        /// What was tried.
        doing: &'static str,
        /// Its answer.
        source: std::io::Error,
    },
}

/// What was done.
#[derive(Debug, PartialEq, Eq)]
pub struct Done {
    /// The hook.
    pub path: PathBuf,
    /// What was done with it.
    pub action: Action,
    /// It lies outside the repository, where other repositories may use it as well.
    pub is_shared: bool,
}

/// What was done with a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It was made.
    Made,
    /// It was added to one that was there.
    Added,
    /// It was removed from one that stays.
    TakenOut,
    /// The file was removed, for nothing else was in it.
    Removed,
    /// There was nothing to do.
    Nothing,
}

/// Writes the hook. Run again, it replaces what it wrote before.
///
/// # Errors
/// No repository; a hook that is there and cannot be kept and run.
pub fn install(root: &Path, hook: Hook) -> Result<Done, HookError> {
    let (path, is_shared) = place(root, hook)?;
    let old = read(&path)?;
    let (rest, ours) = old.as_deref().map_or_else(|| (String::new(), false), taken_out);
    let block = block(root)?;
    let made = old.is_none() || (ours && rest == SHEBANG);
    let text =
        if made { format!("{SHEBANG}{AFTER_START}{block}{AFTER_END}") } else { added(&path, &rest, ours, &block)? };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(io(&path, "given a folder"))?;
    }
    files::replace(&path, text.as_bytes())?;
    make_executable(&path)?;
    Ok(Done { path, action: if made { Action::Made } else { Action::Added }, is_shared })
}

/// Removes what [`install`] wrote, and nothing else.
///
/// # Errors
/// No repository; a hook that cannot be read or written.
pub fn uninstall(root: &Path, hook: Hook) -> Result<Done, HookError> {
    let (path, is_shared) = place(root, hook)?;
    let Some(old) = read(&path)? else { return Ok(Done { path, action: Action::Nothing, is_shared }) };
    let (rest, ours) = taken_out(&old);
    let action = match (ours, rest == SHEBANG && !old.contains(BEFORE)) {
        (false, _) => Action::Nothing,
        (true, true) => {
            fs::remove_file(&path).map_err(io(&path, "removed"))?;
            Action::Removed
        }
        (true, false) => {
            files::replace(&path, rest.as_bytes())?;
            Action::TakenOut
        }
    };
    Ok(Done { path, action, is_shared })
}

/// Where git looks for the hook: `core.hooksPath` and worktrees are its business.
fn place(root: &Path, hook: Hook) -> Result<(PathBuf, bool), HookError> {
    let folder = absolute(root, &git(root, &["rev-parse", "--git-path", "hooks"])?);
    let common = absolute(root, &git(root, &["rev-parse", "--git-common-dir"])?);
    let top = absolute(root, &git(root, &["rev-parse", "--show-toplevel"])?);
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let is_shared = !real(&folder).starts_with(real(&common)) && !real(&folder).starts_with(real(&top));
    Ok((folder.join(hook.word()), is_shared))
}

fn absolute(root: &Path, path: &str) -> PathBuf {
    root.join(path)
}

fn git(root: &Path, arguments: &[&str]) -> Result<String, HookError> {
    let mut command = Command::new("git");
    // Of the repository around, not of one that a caller such as a hook names.
    command.args(arguments).current_dir(root).env_remove("GIT_DIR").env_remove("GIT_WORK_TREE");
    let output = command.output().map_err(|error| HookError::Git(error.to_string()))?;
    if !output.status.success() {
        return Err(HookError::Git(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let text = String::from_utf8(output.stdout).map_err(|error| HookError::Git(error.to_string()))?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// What the hook runs, in the folder of the configuration. Git starts hooks at the top of the working tree.
fn block(root: &Path) -> Result<String, HookError> {
    let prefix = git(root, &["rev-parse", "--show-prefix"])?;
    let prefix = prefix.trim_end_matches('/');
    if prefix.is_empty() {
        return Ok("gcp-drift premigrate || exit $?\n".to_owned());
    }
    let quoted = shlex::try_quote(prefix).map_err(|error| HookError::Git(error.to_string()))?;
    Ok(format!("(cd -- {quoted} && gcp-drift premigrate) || exit $?\n"))
}

/// A hook with ours behind it. What stood there runs in a subshell: its `exit` or `exec` would end ours with it.
fn added(path: &Path, rest: &str, ours: bool, block: &str) -> Result<String, HookError> {
    let kept = |why: &str| HookError::Kept { path: path.display().to_string(), why: why.to_owned() };
    let (first, body) = rest.split_once('\n').map_or((rest, ""), |(first, body)| (first, body));
    if !is_shell(first) {
        return Err(kept("it is no shell script"));
    }
    if first.ends_with('\r') {
        return Err(kept("its lines end as on Windows"));
    }
    if !ours && !is_executable(path) {
        return Err(kept("it is not executable, so that git does not run it"));
    }
    let start = if body.is_empty() || body.ends_with('\n') { AFTER_START } else { AFTER_START_JOINED };
    Ok(format!("{first}\n{BEFORE}{body}{start}) || exit $?\n{block}{AFTER_END}"))
}

fn is_shell(first: &str) -> bool {
    let Some(program) = first.trim_end().strip_prefix("#!") else { return false };
    let mut words = program.split_whitespace().filter(|word| !word.starts_with('-'));
    let name = |word: &str| word.rsplit('/').next().unwrap_or(word).to_owned();
    let mut shell = words.next().map(name);
    if shell.as_deref() == Some("env") {
        shell = words.next().map(name);
    }
    shell.is_some_and(|shell| matches!(shell.as_str(), "sh" | "bash" | "dash" | "ash" | "ksh" | "zsh"))
}

/// A hook without ours, and whether ours was in it.
fn taken_out(text: &str) -> (String, bool) {
    let starts = [AFTER_START_JOINED, AFTER_START];
    let found = starts.iter().find_map(|start| Some((text.find(start)?, start.len())));
    let Some((from, _)) = found else { return (text.to_owned(), false) };
    let Some(to) = text.get(from..).and_then(|rest| rest.find(AFTER_END)).map(|at| from + at + AFTER_END.len()) else {
        return (text.to_owned(), false);
    };
    let head = text.get(..from).unwrap_or_default().replacen(BEFORE, "", 1);
    (head + text.get(to..).unwrap_or_default(), true)
}

fn read(path: &Path) -> Result<Option<String>, HookError> {
    let kept = |why: &str| HookError::Kept { path: path.display().to_string(), why: why.to_owned() };
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => Err(kept("it is no file")),
        Ok(metadata) if metadata.len() > MAX_BYTES => Err(kept("it is larger than 1 MiB")),
        Ok(_) => {
            let bytes = fs::read(path).map_err(io(path, "read"))?;
            String::from_utf8(bytes).map(Some).map_err(|_| kept("it is no text"))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            // A link that leads nowhere is there, too.
            if fs::symlink_metadata(path).is_ok() { Err(kept("it is a link that leads nowhere")) } else { Ok(None) }
        }
        Err(error) => Err(io(path, "read")(error)),
    }
}

fn io(path: &Path, doing: &'static str) -> impl FnOnce(std::io::Error) -> HookError {
    let path = path.display().to_string();
    move |source| HookError::Io { path, doing, source }
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<(), HookError> {
    use std::os::unix::fs::PermissionsExt;
    let mut permissions = fs::metadata(path).map_err(io(path, "looked at"))?.permissions();
    permissions.set_mode(permissions.mode() | 0o111);
    fs::set_permissions(path, permissions).map_err(io(path, "made executable"))
}

/// Git on Windows runs every hook that is there.
#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    true
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same signature on every system")]
fn make_executable(_: &Path) -> Result<(), HookError> {
    Ok(())
}

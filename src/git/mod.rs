//! Reads the git repository around the files, by the git program. It is only read: nothing is fetched, no hook runs,
//! and whatever a repository's own configuration could make git run is switched off.
//!
//! | file | what it does |
//! | --- | --- |
//! | here | runs one git command within limits of time and size |
//! | [`base`] | the commit that a change started from |
//! | [`tree`] | what is in the tree of a commit, and which of it can be written |
//! | [`checkout`] | writes the files of a commit, and those that git ignores, into a folder of their own |

pub mod base;
pub mod checkout;
pub mod tree;

use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// The most of git's complaints that is kept, in bytes.
const MAX_SAID: u64 = 2_048;

/// What one command may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long it may run.
    pub time: Duration,
    /// The most bytes of its answer that are read.
    pub bytes: u64,
}

/// What a command answered.
#[derive(Debug)]
pub struct Answer {
    /// Its exit code; `None` where it was ended by a signal.
    pub code: Option<i32>,
    /// Its standard output, up to the limit.
    pub text: Vec<u8>,
    /// True where there was more than the limit lets through.
    pub is_cut: bool,
    /// The last line of what it complained about.
    pub said: String,
}

impl Answer {
    /// The one line of an answer that is a line.
    pub fn line(&self) -> String {
        let text = String::from_utf8_lossy(&self.text);
        text.strip_suffix('\n').unwrap_or(&text).to_owned()
    }
}

/// A git command in a folder that only reads.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .args(["-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false", "--no-pager"])
        .current_dir(folder)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        // Objects that are not here are not fetched; the second holds for versions that do not know the first.
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_ALLOW_PROTOCOL", "none")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    // Set by a hook or an alias that runs the tool, they would name another repository than that of the folder.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE"] {
        command.env_remove(name);
    }
    command
}

/// Runs a command to its end, to the end of its time, or to the limit of its answer.
///
/// # Errors
/// In words: git is not there, or took too long.
pub fn ask(folder: &Path, arguments: &[&str], limits: Limits) -> Result<Answer, String> {
    let mut child = command(folder).args(arguments).spawn().map_err(|error| not_run(&error))?;
    let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err("git gave no answer".to_owned());
    };
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = Vec::new();
        let read = stdout.take(limits.bytes.saturating_add(1)).read_to_end(&mut text);
        // Nobody waits any more where the time is up.
        let _ = sender.send(read.map(|_| text));
    });
    let complaints = complaints(stderr);
    let answer = receiver.recv_timeout(limits.time);
    let is_cut = matches!(&answer, Ok(Ok(text)) if text.len() as u64 > limits.bytes);
    if answer.is_err() || is_cut {
        let _ = child.kill();
    }
    let status = child.wait().map_err(|error| not_run(&error))?;
    let mut text = match answer {
        Ok(Ok(text)) => text,
        Ok(Err(error)) => return Err(format!("the answer of git cannot be read: {error}")),
        Err(_) => return Err(format!("git took longer than {} s", limits.time.as_secs())),
    };
    text.truncate(usize::try_from(limits.bytes).unwrap_or(usize::MAX));
    let said = complaints.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
    Ok(Answer { code: status.code(), text, is_cut, said })
}

/// The last line of what a command complains about, once it has ended.
pub(crate) fn complaints(mut stderr: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut said = Vec::new();
        let _ = (&mut stderr).take(MAX_SAID).read_to_end(&mut said);
        // A full pipe would hold the command up.
        let _ = io::copy(&mut stderr, &mut io::sink());
        let said = String::from_utf8_lossy(&said);
        let _ = sender.send(said.lines().last().unwrap_or_default().trim().to_owned());
    });
    receiver
}

/// Why git could not be run.
pub(crate) fn not_run(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "git is not installed".to_owned(),
        _ => format!("git cannot be run: {error}"),
    }
}

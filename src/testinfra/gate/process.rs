//! One command, with a time limit and the end of its output. Nothing but what the user configured is run.

use std::collections::{BTreeMap, VecDeque};
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::config::{GateCommand, GateRun};
use crate::model::redact;

/// How much of the end of the output is kept while the command runs, in bytes.
const MAX_BYTES: usize = 64 << 10;
/// How many of its last lines are shown.
const MAX_LINES: usize = 40;
/// The longest line that is shown, in characters.
const MAX_LINE: usize = 400;
/// The time between two looks at a command.
const PAUSE: Duration = Duration::from_millis(10);
/// How long a command that was asked to end may take for it, and how long the end of its output is waited for.
const GRACE: Duration = Duration::from_millis(500);
/// A shorter value is not looked for in the output: it would be found everywhere.
const SHORTEST_SECRET: usize = 6;

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// With success.
    Passed,
    /// With this exit code.
    Failed(i32),
    /// By a signal, where its number is known.
    Killed(Option<i32>),
    /// It took too long, and was killed.
    TimedOut,
    /// It could not be started, for this reason.
    NotStarted(String),
}

/// What a command did.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How it ended.
    pub end: End,
    /// Seconds that it took.
    pub seconds: f64,
    /// The end of its output, stdout and stderr as they came, without secrets.
    pub tail: Vec<String>,
    /// True where there was more output than the tail.
    pub truncated: bool,
}

/// Runs a command in the repository.
pub fn run(root: &Path, command: &GateCommand) -> Outcome {
    let started = Instant::now();
    let folder = if command.dir == "." { root.to_owned() } else { root.join(&command.dir) };
    let ended = |end| Outcome { end, seconds: started.elapsed().as_secs_f64(), tail: Vec::new(), truncated: false };
    let Some(mut prepared) = prepare(&command.run) else {
        return ended(End::NotStarted("there is no program".to_owned()));
    };
    // A folder that is a link could lead anywhere.
    if !folder.canonicalize().is_ok_and(|real| real.starts_with(root) && real.is_dir()) {
        return ended(End::NotStarted(format!("`{}` is no folder of the repository", command.dir)));
    }
    prepared.current_dir(&folder).envs(&command.env).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match prepared.spawn() {
        Ok(child) => child,
        Err(error) => return ended(End::NotStarted(error.to_string())),
    };
    let tail = Arc::new(Mutex::new(Tail::default()));
    let closed = readers(&mut child, &tail);
    let limit = started + Duration::from_secs_f64(command.timeout);
    let end = match wait(&mut child, limit) {
        Some(status) => of(status),
        None => {
            kill(&mut child);
            End::TimedOut
        }
    };
    // What the command has left running may hold its output open for ever.
    if !wait_for_readers(&closed) {
        kill_group(&child, true);
        wait_for_readers(&closed);
    }
    let tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
    let (lines, truncated) = tail.lines(&secrets(&command.env));
    Outcome { end, seconds: started.elapsed().as_secs_f64(), tail: lines, truncated }
}

fn prepare(run: &GateRun) -> Option<Command> {
    let mut command = match run {
        GateRun::Program(arguments) => {
            let (program, rest) = arguments.split_first()?;
            let mut command = Command::new(program);
            command.args(rest);
            command
        }
        GateRun::Shell(text) => {
            let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
            let mut command = Command::new(shell);
            command.arg(flag).arg(text);
            command
        }
    };
    // A group of its own: all that it starts is killed with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    #[cfg(not(unix))]
    let _ = &mut command;
    Some(command)
}

fn readers(child: &mut Child, tail: &Arc<Mutex<Tail>>) -> Receiver<()> {
    let (sender, receiver) = channel();
    if let Some(stdout) = child.stdout.take() {
        reader(stdout, tail, &sender);
    }
    if let Some(stderr) = child.stderr.take() {
        reader(stderr, tail, &sender);
    }
    receiver
}

/// The thread holds a sender until there is nothing more to read.
fn reader(mut from: impl Read + Send + 'static, tail: &Arc<Mutex<Tail>>, sender: &Sender<()>) {
    let (tail, sender) = (tail.clone(), sender.clone());
    std::thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            let read = buffer.get(..count).unwrap_or_default();
            tail.lock().unwrap_or_else(PoisonError::into_inner).push(read);
        }
        drop(sender);
    });
}

/// False where the output is still held open.
fn wait_for_readers(closed: &Receiver<()>) -> bool {
    !matches!(closed.recv_timeout(GRACE), Err(std::sync::mpsc::RecvTimeoutError::Timeout))
}

/// Waits until the command ends; `None` where it does not in time.
fn wait(child: &mut Child, limit: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() >= limit => return None,
            // What cannot be waited for is taken for what does not end.
            Err(_) => return None,
            Ok(None) => std::thread::sleep(PAUSE.min(limit.saturating_duration_since(Instant::now()))),
        }
    }
}

fn kill(child: &mut Child) {
    kill_group(child, false);
    if wait(child, Instant::now() + GRACE).is_none() {
        kill_group(child, true);
        let _ = child.kill();
        let _ = child.wait();
    } else {
        // Its own end says nothing of what it has started.
        kill_group(child, true);
    }
}

/// Ends everything in the group of the command: asked to, or by force.
#[cfg(unix)]
fn kill_group(child: &Child, by_force: bool) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else { return };
    // A group that is gone needs no signal.
    let _ = kill_process_group(pid, if by_force { Signal::KILL } else { Signal::TERM });
}

/// There are no groups: the command itself is killed by the caller.
#[cfg(not(unix))]
fn kill_group(_: &Child, _: bool) {}

fn of(status: ExitStatus) -> End {
    match status.code() {
        Some(0) => End::Passed,
        Some(code) => End::Failed(code),
        None => End::Killed(signal(status)),
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

/// The end of an output.
#[derive(Debug, Default)]
struct Tail {
    bytes: VecDeque<u8>,
    cut: bool,
}

impl Tail {
    fn push(&mut self, more: &[u8]) {
        self.bytes.extend(more);
        let over = self.bytes.len().saturating_sub(MAX_BYTES);
        self.cut |= over > 0;
        self.bytes.drain(..over);
    }

    /// The last lines without secrets, and whether there were more.
    fn lines(&self, secrets: &[String]) -> (Vec<String>, bool) {
        let (left, right) = self.bytes.as_slices();
        let mut text = String::from_utf8_lossy(&[left, right].concat()).into_owned();
        if self.cut {
            // The first line is a piece of one, and could begin in the middle of a secret.
            text = text.split_once('\n').map_or_else(String::new, |(_, rest)| rest.to_owned());
        }
        for secret in secrets {
            text = text.replace(secret.as_str(), "[redacted]");
        }
        let all: Vec<&str> = text.lines().collect();
        let first = all.len().saturating_sub(MAX_LINES);
        let shown = all.iter().skip(first).map(|line| {
            let line = redact::line(line);
            let short: String = line.chars().take(MAX_LINE).collect();
            if short.len() < line.len() { short + "…" } else { short }
        });
        (shown.collect(), self.cut || first > 0)
    }
}

/// The values of variables whose names are those of secrets, longest first, so that no rest of one is left.
fn secrets(own: &BTreeMap<String, String>) -> Vec<String> {
    let inherited =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let all = inherited.chain(own.iter().map(|(name, value)| (name.clone(), value.clone())));
    let secret = all.filter(|(name, _)| redact::is_secret_name(name)).flat_map(|(_, value)| {
        let lines: Vec<String> = value.lines().map(|line| line.trim().to_owned()).collect();
        std::iter::once(value).chain(lines)
    });
    let mut found: Vec<String> = secret.filter(|value| value.len() >= SHORTEST_SECRET).collect();
    found.sort_by_key(|value| std::cmp::Reverse(value.len()));
    found.dedup();
    found
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn shell(text: &str, timeout: f64) -> Outcome {
        let folder = tempfile::tempdir().unwrap();
        let env = BTreeMap::from([
            ("API_TOKEN".to_owned(), "sesame-open".to_owned()),
            ("PLAIN".to_owned(), "x y".to_owned()),
        ]);
        let run_text = GateRun::Shell(text.to_owned());
        let command = GateCommand {
            name: "x".to_owned(),
            run: run_text,
            timeout,
            env,
            dir: ".".to_owned(),
            allow_failure: false,
        };
        run(&folder.path().canonicalize().unwrap(), &command)
    }

    #[test]
    fn the_end_of_a_command_is_told() {
        assert_eq!(shell("exit 0", 20.0).end, End::Passed);
        assert_eq!(shell("exit 7", 20.0).end, End::Failed(7));
        assert_eq!(shell("kill -9 $$", 20.0).end, End::Killed(Some(9)));
        let both = shell("echo out; echo \"err $PLAIN\" >&2; cat", 20.0);
        assert_eq!(both.end, End::Passed, "stdin is empty");
        let mut tail = both.tail.clone();
        tail.sort();
        assert_eq!(tail, ["err x y", "out"]);
        assert!(!both.truncated);
        let folder = tempfile::tempdir().unwrap();
        let program = |words: &[&str], dir: &str| GateCommand {
            name: "x".to_owned(),
            run: GateRun::Program(words.iter().map(|&word| word.to_owned()).collect()),
            timeout: 20.0,
            env: BTreeMap::new(),
            dir: dir.to_owned(),
            allow_failure: false,
        };
        let root = folder.path().canonicalize().unwrap();
        assert!(matches!(run(&root, &program(&["no-such-program-here"], ".")).end, End::NotStarted(_)));
        assert!(matches!(run(&root, &program(&["true"], "gone")).end, End::NotStarted(_)));
        std::os::unix::fs::symlink("/", root.join("out")).unwrap();
        assert!(matches!(run(&root, &program(&["true"], "out")).end, End::NotStarted(_)));
        assert_eq!(run(&root, &program(&["echo", "a  b", ""], ".")).tail, ["a  b "]);
    }

    #[test]
    fn a_command_that_takes_too_long_is_killed_with_all_that_it_started() {
        let marker = tempfile::tempdir().unwrap();
        let file = marker.path().join("alive");
        let text = format!("trap '' TERM; (trap '' TERM; sleep 2; touch {}) & echo started; sleep 30", file.display());
        let outcome = shell(&text, 0.3);
        assert_eq!(outcome.end, End::TimedOut);
        assert_eq!(outcome.tail, ["started"]);
        assert!(outcome.seconds < 10.0, "{}", outcome.seconds);
        std::thread::sleep(Duration::from_millis(2200));
        assert!(!file.exists());
    }

    #[test]
    fn what_a_command_leaves_running_does_not_hold_it_up() {
        let outcome = shell("sleep 30 & echo done", 20.0);
        assert_eq!((outcome.end, outcome.tail), (End::Passed, vec!["done".to_owned()]));
        assert!(outcome.seconds < 10.0, "{}", outcome.seconds);
    }

    #[test]
    fn only_the_end_of_the_output_is_kept_and_no_secret() {
        let outcome = shell(
            "i=0; while [ $i -lt 30000 ]; do echo line $i; i=$((i+1)); done; echo token=$API_TOKEN and $API_TOKEN",
            60.0,
        );
        assert_eq!(outcome.end, End::Passed);
        assert!(outcome.truncated);
        assert_eq!(outcome.tail.len(), MAX_LINES);
        let said = outcome.tail.join("\n");
        assert!(said.contains("line 29999") && !said.contains("sesame"), "{said}");
        let long = shell("head -c 300000 /dev/zero | tr '\\0' x", 60.0);
        assert!(long.truncated && long.tail.is_empty(), "{:?}", long.tail.len());
    }
}

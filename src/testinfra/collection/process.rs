//! A child process with a time limit, killed with all that it started, its output bounded.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How much of each stream is kept, in bytes.
const MAX_BYTES: usize = 64 << 20;
/// How long the end of the streams is waited for once the process has ended: what it started may hold them open.
const GRACE: Duration = Duration::from_secs(2);

/// What a process printed, and how it ended.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub end: Ended,
    /// What it printed, as far as it is text.
    pub stdout: String,
    /// What it printed as errors.
    pub stderr: String,
    /// It printed more than is kept.
    pub truncated: bool,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With this exit code.
    Code(i32),
    /// By a signal of somebody else.
    Killed,
    /// It was killed at the limit.
    TimedOut,
}

/// Runs a command without input.
///
/// # Errors
/// A program that cannot be started, in words.
pub fn run(mut command: Command, limit: Duration) -> Result<Finished, String> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let started = Instant::now();
    let mut child = command.spawn().map_err(|error| error.kind().to_string())?;
    let stdout = reader(child.stdout.take());
    let stderr = reader(child.stderr.take());
    let end = wait(&mut child, started, limit);
    // What it has started goes as well, also where it ended by itself.
    kill_group(&mut child);
    let (stdout, more) = stdout.recv_timeout(GRACE).unwrap_or_default();
    let (stderr, more_errors) = stderr.recv_timeout(GRACE).unwrap_or_default();
    Ok(Finished {
        end,
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
        truncated: more || more_errors,
    })
}

fn wait(child: &mut Child, started: Instant, limit: Duration) -> Ended {
    let mut pause = Duration::from_millis(2);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.code().map_or(Ended::Killed, Ended::Code),
            Ok(None) if started.elapsed() < limit => {}
            Ok(None) => {
                kill_group(child);
                // A process that was killed leaves its entry until it is waited for.
                let _ = child.wait();
                return Ended::TimedOut;
            }
            Err(_) => return Ended::Killed,
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

#[cfg(unix)]
fn kill_group(child: &mut Child) {
    let group = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(group) = group {
        // It fails where nothing of the group is left.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill_group(child: &mut Child) {
    if matches!(child.try_wait(), Ok(None)) {
        let tree = ["/T", "/F", "/PID", &child.id().to_string()].map(str::to_owned);
        let _ = Command::new("taskkill").args(tree).stdout(Stdio::null()).stderr(Stdio::null()).status();
        let _ = child.kill();
    }
}

/// Reads a stream to its end on a thread of its own, so that the process never waits for its reader.
fn reader(stream: Option<impl Read + Send + 'static>) -> mpsc::Receiver<(Vec<u8>, bool)> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut kept, mut more) = (Vec::new(), false);
        if let Some(mut stream) = stream {
            let mut buffer = vec![0; 64 << 10];
            while let Ok(count @ 1..) = stream.read(&mut buffer) {
                let room = MAX_BYTES.saturating_sub(kept.len()).min(count);
                kept.extend(buffer.iter().take(room));
                more |= room < count;
            }
        }
        // Nobody listens any more where the grace is over.
        let _ = sender.send((kept, more));
    });
    receiver
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn output_and_code_are_those_of_the_process() {
        let finished = run(shell("echo out; echo err >&2; exit 3"), Duration::from_secs(20)).unwrap();
        assert_eq!((finished.end, &*finished.stdout, &*finished.stderr), (Ended::Code(3), "out\n", "err\n"));
        assert!(run(Command::new("/no/such/program"), Duration::from_secs(1)).is_err());
    }

    #[test]
    fn at_the_limit_all_that_it_started_is_killed() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("alive");
        let script = format!("(sleep 1; touch {}) & echo begun; sleep 30", mark.display());
        let started = Instant::now();
        let finished = run(shell(&script), Duration::from_millis(300)).unwrap();
        assert_eq!((finished.end, &*finished.stdout), (Ended::TimedOut, "begun\n"));
        assert!(started.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(1_200));
        assert!(!mark.exists(), "what it started went on");
    }

    #[test]
    fn what_holds_the_streams_open_is_not_waited_for() {
        let started = Instant::now();
        let finished = run(shell("sleep 30 & echo done"), Duration::from_secs(20)).unwrap();
        assert_eq!((finished.end, &*finished.stdout), (Ended::Code(0), "done\n"));
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}

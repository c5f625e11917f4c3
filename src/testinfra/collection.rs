//! Runs the project's own `pytest --collect-only`, where it is asked for, and compares it with what was read.

pub mod printed;
pub mod process;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::collect::session::Collected;
use super::pytest_config::join;
use crate::config::TestsConfig;
use crate::model::discovered::{Collection, CollectionEnd, Difference};
use crate::model::redact;
use printed::Printed;
use process::{Ended, Finished};

/// The most files that are listed as different.
const MAX_FILES: usize = 200;
/// The most tests of one file that are listed.
const MAX_TESTS: usize = 50;
/// How many of the last lines of a run that broke off are kept.
const MAX_WORDS: usize = 6;

/// Runs pytest, and compares what it collects with what was read.
pub fn run(repo: &Path, config: &TestsConfig, read: &Collected) -> Collection {
    let root = join("", &config.root);
    let folder = repo.join(&root);
    let interpreter = config.collect.interpreter.clone().unwrap_or_else(|| interpreter(repo, &root));
    let mut shown = vec![interpreter.clone()];
    shown.extend(["-m", "pytest", "--collect-only", "-q"].map(str::to_owned));
    shown.extend(config.collect.args.iter().cloned());
    let mut collection = Collection {
        command: redact::line(&shlex::try_join(shown.iter().map(String::as_str)).unwrap_or_else(|_| shown.join(" "))),
        timeout: config.collect.timeout,
        end: CollectionEnd::Collected,
        tests: 0,
        files: 0,
        differences: Vec::new(),
        more_differences: 0,
    };
    // Its cache is the one thing that pytest would write.
    let cache = match tempfile::tempdir() {
        Ok(cache) => cache,
        Err(error) => {
            collection.end = CollectionEnd::Failed(format!("no temporary folder could be made: {}", error.kind()));
            return collection;
        }
    };
    let mut command = Command::new(program(repo, &interpreter));
    command.args(["-m", "pytest", "--collect-only", "-q"]).args(&config.collect.args);
    // `addopts` may ask for more or fewer words, and may stop at the first error.
    command.args(["--verbosity=-1", "--color=no", "--maxfail=1000000"]);
    command.arg("-o").arg(format!("cache_dir={}", cache.path().display()));
    command.current_dir(&folder).env_remove("PYTEST_ADDOPTS").env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("PYTHONIOENCODING", "utf-8").env("NO_COLOR", "1").env("COLUMNS", "400");
    match process::run(command, Duration::from_secs_f64(config.collect.timeout)) {
        Err(error) => collection.end = CollectionEnd::Failed(format!("{interpreter} could not be started: {error}")),
        Ok(Finished { end: Ended::TimedOut, .. }) => collection.end = CollectionEnd::TimedOut,
        Ok(finished) => judge(&mut collection, &finished, read),
    }
    collection
}

fn judge(collection: &mut Collection, finished: &Finished, read: &Collected) {
    // 0: collected; 2: collected, with errors; 5: there is nothing to collect.
    let code = if let Ended::Code(code) = finished.end { Some(code) } else { None };
    if !matches!(code, Some(0 | 2 | 5)) {
        collection.end = CollectionEnd::Failed(words(finished));
        return;
    }
    if finished.truncated {
        collection.end = CollectionEnd::Failed("it printed more than is read".to_owned());
        return;
    }
    let printed = printed::parse(&finished.stdout);
    collection.tests = printed.tests.values().map(BTreeSet::len).sum();
    collection.files = printed.tests.len();
    collection.differences = differences(&printed, read);
    collection.more_differences = collection.differences.len().saturating_sub(MAX_FILES);
    collection.differences.truncate(MAX_FILES);
}

/// The last words of a run that broke off.
fn words(finished: &Finished) -> String {
    let text = if finished.stderr.trim().is_empty() { &finished.stdout } else { &finished.stderr };
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines.iter().skip(lines.len().saturating_sub(MAX_WORDS)).map(|line| redact::line(line));
    let last: Vec<String> = last.collect();
    let end = match finished.end {
        Ended::Code(code) => format!("exit code {code}"),
        Ended::Killed | Ended::TimedOut => "it was killed".to_owned(),
    };
    if last.is_empty() { end } else { format!("{end}: {}", last.join(" / ")) }
}

/// The Python of the project's own environment, else the one on `PATH`.
fn interpreter(repo: &Path, root: &str) -> String {
    let inside = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    let folders = [root, ""].into_iter().flat_map(|folder| [".venv", "venv"].map(|name| join(folder, name)));
    let found = folders.map(|folder| format!("{folder}/{inside}")).find(|path| repo.join(path).exists());
    found.unwrap_or_else(|| if cfg!(windows) { "python" } else { "python3" }.to_owned())
}

/// A path is one in the repository; a plain name is looked up on `PATH`.
fn program(repo: &Path, interpreter: &str) -> PathBuf {
    if interpreter.contains(['/', '\\']) { repo.join(interpreter) } else { PathBuf::from(interpreter) }
}

/// Files of which pytest and the reading see different things; what could not be told is no difference.
fn differences(printed: &Printed, read: &Collected) -> Vec<Difference> {
    let empty = BTreeSet::new();
    let files: BTreeMap<&str, _> = read.files.iter().map(|file| (file.id.as_str(), file)).collect();
    let ids: BTreeSet<&str> =
        printed.tests.keys().map(String::as_str).chain(files.keys().copied()).chain(printed.failed_files()).collect();
    let mut found = Vec::new();
    for id in ids {
        let in_doubt = |inner: &str| {
            let of_folder = read.unsure.iter().any(|(folder, _)| super::roots::is_within(id, folder));
            let of_file = files.get(id).is_some_and(|file| {
                file.unsure.iter().any(|(doubt, _)| {
                    doubt.is_empty()
                        || inner
                            .strip_prefix(doubt.as_str())
                            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
                })
            });
            of_folder || of_file
        };
        let by_pytest = printed.tests.get(id).unwrap_or(&empty);
        let by_reading: BTreeSet<String> =
            files.get(id).map(|file| file.tests.iter().cloned().collect()).unwrap_or_default();
        // The first of them, and how many more there are.
        let missing = |left: &BTreeSet<String>, right: &BTreeSet<String>| -> (Vec<String>, usize) {
            let mut missing = left.difference(right).filter(|test| !in_doubt(test));
            (missing.by_ref().take(MAX_TESTS).cloned().collect(), missing.count())
        };
        let explained = files.get(id).is_some_and(|file| !file.errors.is_empty())
            || read.errors.keys().any(|folder| super::roots::is_within(id, folder))
            || in_doubt("");
        let error = printed.errors.get(id).filter(|_| !explained).map(|words| redact::line(words));
        let (only_pytest, more_pytest) = missing(by_pytest, &by_reading);
        let (only_read, more_read) = missing(&by_reading, by_pytest);
        if error.is_some() || !only_pytest.is_empty() || !only_read.is_empty() {
            let more = (more_pytest, more_read);
            found.push(Difference { id: id.to_owned(), only_pytest, only_read, more, error });
        }
    }
    found
}

//! Time and memory of reading a large pytest code base, against its peers on the same tree in the same run.
//!
//! `cargo bench --bench tests_tree` writes a tree of 6,000 test files and 100 MB of Python and measures on it: the whole
//! of `gcp-drift check --only tests`; reading and parsing the same files alone, with the same parser and as many
//! threads; a pinned `ruff check --select F,E9 --no-cache`, and a pinned `ty check` beside them (`make peers` installs
//! both; a peer that is not there is a visible skip, not a pass). Then trees of 1,000 to 8,000 test files, for growth.
//!
//! It ends with an error where the check takes longer than ruff, more than 2 times the parsing alone or more than
//! 250 MB, or where time does not grow with the number of files. With the words `write DIR FILES` it only writes a tree.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "tests_tree/generate.rs"]
mod generate;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

/// Test files of the tree that is judged, and the least that it must weigh.
const JUDGED: usize = 6_000;
const MIN_BYTES: usize = 100_000_000;
const SIZES: [usize; 4] = [1_000, 2_000, 4_000, 8_000];
const RUNS: usize = 5;
const MAX_AGAINST_PARSING: f64 = 2.0;
const MAX_AGAINST_RUFF: f64 = 1.0;
const MAX_MEMORY_MB: f64 = 250.0;
/// Time for each file may differ by this much between the smallest and the largest tree.
const MAX_GROWTH: f64 = 1.3;
/// A peer that needs longer is ended: how long it would take does not matter then.
const PATIENCE: Duration = Duration::from_secs(300);

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [_, "parse", dir] => parse_alone(Path::new(dir)),
        [_, "write", dir, tests] => {
            let (files, bytes) = generate::write(Path::new(dir), tests.parse().unwrap()).unwrap();
            println!("{files} files, {bytes} bytes");
        }
        _ => return compare(&args[0]),
    }
    ExitCode::SUCCESS
}

fn compare(program: &str) -> ExitCode {
    let mut failures = Vec::new();
    judged_tree(program, &mut failures);
    growth(&mut failures);
    for failure in &failures {
        println!("FAILED {failure}");
    }
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn judged_tree(program: &str, failures: &mut Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let (files, bytes) = generate::write(dir.path(), JUDGED).unwrap();
    println!("{JUDGED} test files, {files} Python files, {:.1} MB", bytes as f64 / 1e6);
    let check = || check(dir.path());
    let parse = || {
        let mut command = Command::new(program);
        command.arg("parse").arg(dir.path());
        command
    };
    let ruff = || {
        let mut command = Command::new(peer("ruff")?);
        command.args(["check", "--isolated", "--no-cache", "--select", "F,E9", "--quiet", "."]).current_dir(dir.path());
        Some(command)
    };
    // Alternating, so that what else happens on the machine meets all of them.
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..RUNS {
        times[0].push(timed(&mut check()).unwrap());
        times[1].push(timed(&mut parse()).unwrap());
        times[2].extend(ruff().map(|mut ruff| timed(&mut ruff).unwrap()));
    }
    let [checked, parsed, ruffed] = times.map(|times| times.into_iter().min());
    let (checked, parsed) = (checked.unwrap().as_secs_f64(), parsed.unwrap().as_secs_f64());
    let memory = peak(&mut check());
    println!("gcp-drift check --only tests           {checked:>8.3} s  {memory:>7.1} MB");
    println!("read and parse alone                   {parsed:>8.3} s  {:>7.1} MB", peak(&mut parse()));
    let mut limit = |what: &str, is: f64, most: f64| {
        println!("{what:<38} {is:>8.2}    at most {most}");
        if is > most {
            failures.push(format!("{what}: {is:.2}, at most {most}"));
        }
    };
    limit("against reading and parsing alone", checked / parsed, MAX_AGAINST_PARSING);
    limit("peak memory in MB", memory, MAX_MEMORY_MB);
    limit("MB that are missing in the tree", (MIN_BYTES as f64 - bytes as f64) / 1e6, 0.0);
    match ruffed {
        Some(ruffed) => {
            let ruffed = ruffed.as_secs_f64();
            println!("ruff check --select F,E9 --no-cache    {ruffed:>8.3} s  {:>7.1} MB", peak(&mut ruff().unwrap()));
            limit("against ruff", checked / ruffed, MAX_AGAINST_RUFF);
        }
        None => println!("SKIPPED: ruff is not installed (make peers)"),
    }
    match peer("ty") {
        Some(ty) => {
            let mut command = Command::new(ty);
            command.args(["check", "--quiet", "."]).current_dir(dir.path());
            match timed(&mut command) {
                Some(took) => println!("ty check                               {:>8.3} s", took.as_secs_f64()),
                None => println!("ty check                               ended after {} s", PATIENCE.as_secs()),
            }
        }
        None => println!("SKIPPED: ty is not installed (make peers)"),
    }
}

fn growth(failures: &mut Vec<String>) {
    let mut each = Vec::new();
    for tests in SIZES {
        let dir = tempfile::tempdir().unwrap();
        let (files, bytes) = generate::write(dir.path(), tests).unwrap();
        let took = (0..RUNS).map(|_| timed(&mut check(dir.path())).unwrap()).min().unwrap().as_secs_f64();
        println!(
            "{tests:>6} test files {:>7.1} MB {took:>8.3} s {:>8.1} us a file {:>7.1} MB peak",
            bytes as f64 / 1e6,
            took / files as f64 * 1e6,
            peak(&mut check(dir.path()))
        );
        each.push(took / files as f64);
    }
    let growth = each[each.len() - 1] / each[0];
    println!("time for each file, largest tree against smallest: {growth:.2}, at most {MAX_GROWTH}");
    if growth > MAX_GROWTH {
        failures.push(format!("growth: {growth:.2}, at most {MAX_GROWTH}"));
    }
}

fn check(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gcp-drift"));
    command.args(["check", "--only", "tests", "--format", "json"]).current_dir(dir);
    command
}

/// A peer that `make peers` has installed.
fn peer(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers/bin").join(name);
    path.is_file().then_some(path)
}

/// Wall time from start to end; `None` where the patience was at its end. Exit codes 0 to 3 are answers.
fn timed(command: &mut Command) -> Option<Duration> {
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            let took = start.elapsed();
            assert!(status.code().is_some_and(|code| code <= 3), "{command:?} ended with {status}");
            return Some(took);
        }
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            return None;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Peak memory in MB, asked for again and again while the process runs. Where the system does not tell, nothing can be
/// judged.
fn peak(command: &mut Command) -> f64 {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut kilobytes: f64 = 0.0;
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        if let Some(line) = text.lines().find_map(|line| line.strip_prefix("VmHWM:")) {
            kilobytes = kilobytes.max(line.trim().trim_end_matches(" kB").parse().unwrap());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(kilobytes > 0.0, "the system does not tell the memory of a process");
    kilobytes * 1024.0 / 1e6
}

/// Reads and parses every Python file, and does nothing with it.
fn parse_alone(dir: &Path) {
    let mut folders = vec![dir.to_owned()];
    let mut paths = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let path = entry.path();
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "py") {
                paths.push(path);
            }
        }
    }
    let errors: usize = paths
        .par_iter()
        .map(|path| {
            let text = fs::read_to_string(path).unwrap();
            let parsed = parse_unchecked(&text, ParseOptions::from(Mode::Module));
            std::hint::black_box(&parsed).errors().len()
        })
        .sum();
    assert_eq!(errors, 0, "the tree does not parse");
}

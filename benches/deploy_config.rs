//! Time of finding and reading the deploy config of a large repository.
//!
//! `cargo bench --bench deploy_config` writes a repository of 5,000 files, 200 of them deploy config (the scripts,
//! pipelines and manifests of tests/deploy, again and again), and measures `gcp-drift show deploy` on it, beside reading
//! all of its files alone. It prints files and MB a second, and ends with an error where the command takes longer than
//! half a second or does not find every deploy file. With the words `write DIR` it only writes the repository.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const FILES: usize = 5_000;
const DEPLOY_FILES: usize = 200;
const RUNS: usize = 7;
const MAX_SECONDS: f64 = 0.5;

/// What other files there are: extension, and about how many bytes.
const OTHERS: [(&str, usize); 8] = [
    ("py", 9_000),
    ("py", 4_000),
    ("ts", 6_000),
    ("tsx", 5_000),
    ("md", 3_000),
    ("yaml", 1_500),
    ("json", 2_500),
    ("sh", 1_200),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    if let [_, word, dir] = args.as_slice()
        && word == "write"
    {
        println!("{:?}", write(Path::new(dir)));
        return ExitCode::SUCCESS;
    }
    let dir = tempfile::tempdir().unwrap();
    let written = write(dir.path());
    let mut measured = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        measured.0.push(show(dir.path()));
        measured.1.push(read_alone(dir.path()));
    }
    let [took, read] = [measured.0, measured.1].map(|times| times.into_iter().min().unwrap().as_secs_f64());
    let found = found(dir.path());
    let megabytes = written.bytes as f64 / 1e6;
    println!("{} files, {megabytes:.1} MB, {} of them deploy config", written.files, written.deploy_files);
    println!("gcp-drift show deploy       {took:>7.3} s  at most {MAX_SECONDS}");
    println!("reading the files alone     {read:>7.3} s  ratio {:.2}", took / read);
    println!("files a second {:.0}, MB a second {:.1}", written.files as f64 / took, megabytes / took);
    println!("deploy files found {found}, at least {}", written.deploy_files);
    if took > MAX_SECONDS || found < written.deploy_files {
        println!("FAILED");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

#[derive(Debug, Default)]
struct Written {
    files: usize,
    deploy_files: usize,
    bytes: usize,
}

fn write(root: &Path) -> Written {
    let mut written = Written::default();
    let put = |path: PathBuf, text: &str, written: &mut Written| {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        written.files += 1;
        written.bytes += text.len();
    };
    let cases = cases();
    let deploy = cases.iter().cycle().enumerate();
    for (number, (path, text)) in deploy.take(DEPLOY_FILES) {
        put(root.join(format!("team{number}")).join(path), text, &mut written);
        written.deploy_files += 1;
    }
    for number in 0..FILES - DEPLOY_FILES {
        let (extension, bytes) = OTHERS[number % OTHERS.len()];
        let path = root.join(format!("packages/p{}/m{}/file{number}.{extension}", number % 60, number % 7));
        put(path, &other(extension, bytes, number), &mut written);
    }
    written
}

/// The files of tests/deploy that are deploy config by themselves: path in the repository, and text.
fn cases() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/deploy");
    let mut folders: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let mut cases = Vec::new();
    for case in folders {
        // Cases of one file only: the files of others read one another.
        let shown = fs::read_to_string(case.join("expected.json")).unwrap_or_default();
        let shown: serde_json::Value = serde_json::from_str(&shown).unwrap_or_default();
        let files = shown["files"].as_array().cloned().unwrap_or_default();
        if let [file] = files.as_slice()
            && let Some(file) = file["path"].as_str()
            && let Ok(text) = fs::read_to_string(case.join(file))
        {
            cases.push((PathBuf::from(file), text));
        }
    }
    assert!(cases.len() > 20, "tests/deploy is not there");
    cases
}

/// A file that deploys nothing; some of them speak of it.
fn other(extension: &str, bytes: usize, number: usize) -> String {
    let mut text = String::new();
    let mut line = 0;
    while text.len() < bytes {
        let _ = match extension {
            "py" if line % 40 == 0 => writeln!(text, "\n\ndef step_{number}_{line}(run, update=None):"),
            "py" => writeln!(text, "    value_{line} = compute(run, {line}, name=\"step {number}\")"),
            "ts" | "tsx" => writeln!(text, "export const value{line} = compute({number}, {line}, 'update');"),
            "yaml" => writeln!(text, "key_{line}:\n  - value: {number}\n    update: false"),
            "json" if line == 0 => writeln!(text, "{{"),
            "json" => writeln!(text, "  \"key_{line}\": \"value {number}\","),
            "sh" => writeln!(text, "echo \"step {line} of {number}: see gcloud run services list\""),
            _ => writeln!(text, "Step {line} of {number}: run `make update` before you deploy."),
        };
        line += 1;
    }
    if extension == "json" {
        text.push_str("  \"end\": true\n}\n");
    }
    text
}

fn command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gcp-drift"));
    command.args(["show", "deploy"]).current_dir(dir).stdin(Stdio::null()).stderr(Stdio::null());
    command
}

fn show(dir: &Path) -> Duration {
    let start = Instant::now();
    let status = command(dir).stdout(Stdio::null()).status().unwrap();
    assert!(status.success(), "show deploy ended with {status}");
    start.elapsed()
}

/// Number of files that the command found to be deploy config.
fn found(dir: &Path) -> usize {
    let output = command(dir).stdout(Stdio::piped()).output().unwrap();
    let shown: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    shown["files"].as_array().map_or(0, Vec::len)
}

fn read_alone(dir: &Path) -> Duration {
    let start = Instant::now();
    let mut folders = vec![dir.to_owned()];
    let mut bytes = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                bytes += fs::read(entry.path()).unwrap().len();
            }
        }
    }
    std::hint::black_box(bytes);
    start.elapsed()
}

//! Time and memory of reading a whole Terraform estate, against what the parser alone takes for the same files.
//!
//! `cargo bench --bench terraform_estate` writes estates of 500, 1,000, 2,000 and 4,000 files and measures each in
//! processes of its own, on one thread. *Load* is what `check` does: read and parse all files, evaluate all variables
//! with their validations and every argument of the modelled resources, extract the declarations and look for what is
//! wrong. *Whole* evaluates on top of it every attribute of every other resource and every output. The reference is
//! `hcl-edit` over the same texts, in memory, in the same process. It ends with an error where the whole of 2,000 files
//! takes more than 3 times the reference, or more than 40 times the size of the files in memory, or where time does
//! not grow with the number of files. With the words `write DIR FILES` it only writes an estate, for a
//! look at it.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "estate/generate.rs"]
mod generate;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use gcp_drift::config::TerraformConfig;
use gcp_drift::model::Excerpts;
use gcp_drift::terraform::{Loaded, Options, load};

const SIZES: [usize; 4] = [500, 1_000, 2_000, 4_000];
const RUNS: usize = 5;
/// Limits for the estate of this many files.
const JUDGED: usize = 2_000;
const MAX_TIME_RATIO: f64 = 3.0;
const MAX_MEMORY_RATIO: f64 = 40.0;
const MIN_INSTANCES: usize = 5_000;
/// Time for each file may differ by this much between the smallest and the largest estate.
const MAX_GROWTH: f64 = 1.3;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [_, "time", dir] => time(Path::new(dir)),
        [_, "memory", dir] => memory(Path::new(dir)),
        [_, "write", dir, files] => {
            let written = generate::write(Path::new(dir), files.parse().unwrap()).unwrap();
            println!("{} files, {} bytes", written.0, written.1);
        }
        _ => return compare(&args[0]),
    }
    ExitCode::SUCCESS
}

/// What one process prints: numbers, in order.
fn child(program: &str, mode: &str, dir: &Path) -> Vec<f64> {
    let output = Command::new(program).arg(mode).arg(dir).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().split_whitespace().map(|word| word.parse().unwrap()).collect()
}

fn compare(program: &str) -> ExitCode {
    println!(
        "{:>6} {:>6} {:>9} {:>10} {:>8} {:>9} {:>9} {:>6} {:>9} {:>6} {:>9} {:>6}",
        "files",
        "MB",
        "instances",
        "attributes",
        "known",
        "parse ms",
        "load ms",
        "ratio",
        "whole ms",
        "ratio",
        "memory MB",
        "ratio"
    );
    let mut failures = Vec::new();
    let mut each = Vec::new();
    for size in SIZES {
        let dir = tempfile::tempdir().unwrap();
        let (files, bytes) = generate::write(dir.path(), size).unwrap();
        let [parse, load, whole, instances, attributes, unknown] = child(program, "time", dir.path())[..] else {
            panic!("the measuring process printed something else");
        };
        let [peak] = child(program, "memory", dir.path())[..] else { panic!("no memory was printed") };
        let (time, space) = (whole / parse, peak / bytes as f64);
        println!(
            "{files:>6} {:>6.2} {instances:>9} {attributes:>10} {:>7.1}% {:>9.1} {:>9.1} {:>6.2} {:>9.1} {time:>6.2} {:>9.1} {space:>6.1}",
            bytes as f64 / 1e6,
            100.0 * (1.0 - unknown / attributes),
            parse * 1e3,
            load * 1e3,
            load / parse,
            whole * 1e3,
            peak / 1e6,
        );
        each.push(whole / files as f64);
        if size == JUDGED {
            let mut limit = |what: &str, is: f64, most: f64| {
                if is > most {
                    failures.push(format!("{what}: {is:.2}, at most {most}"));
                }
            };
            limit("the whole against the parser alone", time, MAX_TIME_RATIO);
            limit("peak memory against the size of the files", space, MAX_MEMORY_RATIO);
            limit("megabytes that are missing in the estate", 5.0 - bytes as f64 / 1e6, 0.0);
            limit("instances that are missing in the estate", MIN_INSTANCES as f64 - instances, 0.0);
        }
    }
    let growth = each[each.len() - 1] / each[0];
    println!("time for each file, largest estate against smallest: {growth:.2}");
    if growth > MAX_GROWTH {
        failures.push(format!("growth: {growth:.2}, at most {MAX_GROWTH}"));
    }
    for failure in &failures {
        println!("FAILED {failure}");
    }
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn texts(dir: &Path) -> Vec<String> {
    let mut folders = vec![dir.to_owned()];
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() { folders.push(path) } else { texts.push(std::fs::read_to_string(path).unwrap()) }
        }
    }
    texts
}

fn best<T>(mut run: impl FnMut() -> T) -> (Duration, T) {
    let mut fastest: Option<(Duration, T)> = None;
    for _ in 0..RUNS {
        let start = Instant::now();
        let result = run();
        let took = start.elapsed();
        if fastest.as_ref().is_none_or(|(least, _)| took < *least) {
            fastest = Some((took, result));
        }
    }
    fastest.unwrap()
}

fn read_estate(dir: &Path) -> Loaded {
    let config = TerraformConfig::default();
    let (numbers, environment) = Default::default();
    let options =
        Options { config: &config, project: None, project_numbers: &numbers, environment: &environment, observed: &[] };
    load(dir, &options, &Excerpts::default())
}

fn time(dir: &Path) {
    let texts = texts(dir);
    let (parse, _) = best(|| {
        for text in &texts {
            let body: hcl_edit::structure::Body = text.parse().unwrap();
            std::hint::black_box(body);
        }
    });
    let (load, _) = best(|| read_estate(dir));
    let (whole, tally) = best(|| {
        let loaded = read_estate(dir);
        let tally = loaded.evaluate_everything();
        (loaded, tally)
    });
    let tally = tally.1;
    println!(
        "{} {} {} {} {} {}",
        parse.as_secs_f64(),
        load.as_secs_f64(),
        whole.as_secs_f64(),
        tally.instances,
        tally.attributes,
        tally.unknown
    );
}

/// The peak memory of this process, in bytes. Where the system does not tell, nothing can be judged.
fn memory(dir: &Path) {
    let kept = read_estate(dir);
    kept.evaluate_everything();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    println!("{}", kilobytes * 1024.0);
    drop(kept);
}

//! Any bytes as gcloud's command line: no panic, no hang, and a word that is not known makes nothing else known. Replays
//! the corpus of the fuzz target, and mutates it for some seconds: `GCP_DRIFT_FUZZ_SECONDS=600` for longer.

use std::time::Duration;

use crate::common::fuzz::{Dice, Driver};

#[path = "gcloud_cli/check.rs"]
mod check;

/// What a thread has that reads deploy config is more; less shows recursion earlier.
const STACK: usize = 16 << 20;
/// No input of this size may take longer.
const MAX_TIME: Duration = Duration::from_secs(5);
const MAX_BYTES: usize = 4 << 10;
const WORDS: [&str; 60] = [
    "run",
    "deploy",
    "services",
    "update",
    "update-traffic",
    "jobs",
    "create",
    "replace",
    "worker-pools",
    "functions",
    "compute",
    "networks",
    "vpc-access",
    "connectors",
    "delete",
    "alpha",
    "beta",
    "a",
    "b",
    "--",
    "-",
    "-q",
    "-h",
    "-1",
    "--vpc-connector",
    "--vpc-connector=c",
    "--clear-vpc-connector",
    "--no-clear-vpc-connector",
    "--vpc-egress",
    "all",
    "--vpc-egress=private-ranges-only",
    "--network",
    "--network=n",
    "--subnet=s",
    "--network-tags=a,b",
    "--network-tags",
    "--clear-network",
    "--clear-network-tags",
    "--region",
    "--region=r",
    "--regions=r,s",
    "--project=p",
    "--image",
    "i",
    "--container",
    "--flags-file",
    "flags.yaml",
    "list.yaml",
    "--flags-file=nested.yaml",
    "--flags-file=endless.yaml",
    "--new-flag",
    "--no-traffic",
    "--to-revisions=a=60",
    "--gen2",
    "*",
    "?",
    "--vpc-?",
    "(",
    "|",
    ")",
];

/// Lines are words, so most mutations are of whole lines.
fn mutated(dice: &mut Dice, corpus: &[Vec<u8>]) -> Vec<u8> {
    let seed = dice.one_of(corpus);
    let mut lines: Vec<Vec<u8>> = seed.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    for _ in 0..=dice.roll(6) {
        let at = dice.roll(lines.len() + 1);
        let word = dice.one_of(&WORDS).as_bytes().to_vec();
        match dice.roll(8) {
            0 if at < lines.len() => drop(lines.remove(at)),
            1 if at < lines.len() => lines[at] = word,
            2 if at < lines.len() && !lines[at].is_empty() => {
                let byte = dice.roll(lines[at].len());
                lines[at][byte] ^= 1 << dice.roll(8);
            }
            3 if at < lines.len() => {
                let other = dice.roll(lines.len());
                lines.swap(at, other);
            }
            4 => lines.splice(at..at, std::iter::repeat_n(word, 1 << dice.roll(7))).for_each(drop),
            5 if at < lines.len() => lines[at].extend(word),
            6 => {
                let part = lines[..at].to_vec();
                lines.extend(part);
            }
            _ => lines.insert(at, word),
        }
    }
    let mut data = lines.join(&b'\n');
    data.truncate(MAX_BYTES);
    data
}

#[test]
fn the_corpus_and_its_mutations_do_no_harm() {
    let driver = Driver { corpus: "gcloud", least: 30, stack: STACK, max_time: MAX_TIME };
    driver.run(|data| data, |data| check::check(data).unwrap(), mutated);
}

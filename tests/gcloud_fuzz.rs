//! Any bytes as gcloud's command line: no panic, no hang, and a word that is not known makes nothing else known. Replays
//! the corpus of the fuzz target, and mutates it for some seconds: `GCP_DRIFT_FUZZ_SECONDS=600` for longer.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

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

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides.max(1) as u64) as usize
    }
}

fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/gcloud");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Lines are words, so most mutations are of whole lines.
fn mutated(dice: &mut Dice, corpus: &[Vec<u8>]) -> Vec<u8> {
    let seed = &corpus[dice.roll(corpus.len())];
    let mut lines: Vec<Vec<u8>> = seed.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    for _ in 0..=dice.roll(6) {
        let at = dice.roll(lines.len() + 1);
        let word = WORDS[dice.roll(WORDS.len())].as_bytes().to_vec();
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
    let seconds = std::env::var("GCP_DRIFT_FUZZ_SECONDS").map_or(2, |text| text.parse().unwrap());
    let work = move || {
        let folder = tempfile::tempdir().unwrap();
        // Kept over a crash only where somebody waits for it.
        let kept =
            if seconds > 2 { std::env::temp_dir() } else { folder.path().to_owned() }.join("gcp-drift-fuzz-gcloud");
        let mut wrong: Vec<String> = Vec::new();
        let mut survives = |data: &[u8]| {
            // Written before: an overflow of the stack leaves nobody to write it.
            fs::write(&kept, data).unwrap();
            let start = Instant::now();
            wrong.extend(check::check(data).err());
            assert!(wrong.len() < 8, "{}", wrong.join("\n\n"));
            assert!(start.elapsed() < MAX_TIME, "{:?} for {}", start.elapsed(), kept.display());
        };
        let mut corpus = corpus();
        assert!(corpus.len() >= 30, "{}", corpus.len());
        corpus.iter().for_each(|data| survives(data));
        let mut dice = Dice(0x2545_f491_4f6c_dd1d ^ u64::from(std::process::id()));
        let end = Instant::now() + Duration::from_secs(seconds);
        let mut inputs = 0_u64;
        while Instant::now() < end {
            let data = mutated(&mut dice, &corpus);
            survives(&data);
            inputs += 1;
            // Mutations of mutations go further.
            if dice.roll(50) == 0 && corpus.len() < 2_000 {
                corpus.push(data);
            }
        }
        std::io::stderr().write_all(format!("{inputs} inputs\n").as_bytes()).unwrap();
        assert!(inputs > 0 && wrong.is_empty(), "{}", wrong.join("\n\n"));
    };
    std::thread::Builder::new().stack_size(STACK).spawn(work).unwrap().join().unwrap();
}

//! Any bytes as a Python file: no panic, no hang, no overflow of the stack. Replays the corpus of the fuzz target, and
//! mutates it for some seconds: `GCP_DRIFT_FUZZ_SECONDS=600` for longer.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use gcp_drift::model::Excerpts;
use gcp_drift::python::Version;
use gcp_drift::python::extract::Interpreter;
use gcp_drift::testinfra::sources;

/// What a thread has that reads files.
const STACK: usize = 32 << 20;
/// No input of this size may take longer.
const MAX_TIME: Duration = Duration::from_secs(5);
const MAX_BYTES: usize = 16 << 10;
const WORDS: [&[u8]; 40] = [
    b"(",
    b")",
    b"[",
    b"]",
    b"{",
    b"}",
    b":\n    ",
    b"\n",
    b"\r",
    b"\t",
    b"\x0c",
    b"\\\n",
    b"'''",
    b"\"",
    b"f'{",
    b"}'",
    b"# coding: latin-1\n",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\0",
    b"import a.b\n",
    b"from . import *\n",
    b"async def f():\n ",
    b"class C(C):\n ",
    b"lambda x: ",
    b"yield ",
    b"await ",
    b"global x\n",
    b"nonlocal x\n",
    b"match x:\n case [*_]:\n  ",
    b"except* E:\n",
    b"try:\n ",
    b"__all__ += ['a']\n",
    b"sys.path.insert(0, ",
    b"@pytest.mark.skip\n",
    b"type X[T] = ",
    b"x := ",
    b"not ",
    b"**",
    b"return\n",
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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/extract");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// The same as the fuzz target does.
fn extract(data: &[u8]) {
    let Some((version, bytes)) = data.split_first() else { return };
    let version = Version { major: 3, minor: 8 + version % 7 };
    let interpreter =
        if version.minor.is_multiple_of(2) { Interpreter::exactly(version) } else { Interpreter::at_least(version) };
    let file = sources::from_bytes("tests/test_a.py", bytes, interpreter, &Excerpts::default());
    assert!(file.bytes <= 4 * bytes.len() + 4);
}

/// Runs the input as a reader of files would; where it fails, the input is kept for a look at it.
fn survives(data: &[u8], kept: &Path) {
    // Written before: an overflow of the stack leaves nobody to write it.
    fs::write(kept, data).unwrap();
    let start = Instant::now();
    extract(data);
    assert!(start.elapsed() < MAX_TIME, "{:?} for {}", start.elapsed(), kept.display());
}

fn mutated(dice: &mut Dice, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut data = corpus[dice.roll(corpus.len())].clone();
    for _ in 0..=dice.roll(6) {
        let at = dice.roll(data.len() + 1);
        match dice.roll(7) {
            0 if at < data.len() => data[at] ^= 1 << dice.roll(8),
            1 if at < data.len() => drop(data.drain(at..(at + 1 + dice.roll(20)).min(data.len()))),
            2 => drop(data.splice(at..at, WORDS[dice.roll(WORDS.len())].iter().copied())),
            3 => {
                let word = WORDS[dice.roll(WORDS.len())].repeat(1 << dice.roll(11));
                drop(data.splice(at..at, word));
            }
            4 => {
                let other = &corpus[dice.roll(corpus.len())];
                let from = dice.roll(other.len());
                drop(data.splice(at.., other[from..].iter().copied()));
            }
            5 => {
                let part = data[..at].to_vec();
                data.extend(part);
            }
            _ => data.insert(at, dice.roll(256) as u8),
        }
    }
    data.truncate(MAX_BYTES);
    data
}

fn on_a_reader(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(STACK).spawn(work).unwrap().join().unwrap();
}

#[test]
fn the_corpus_and_its_mutations_do_no_harm() {
    let seconds = std::env::var("GCP_DRIFT_FUZZ_SECONDS").map_or(2, |text| text.parse().unwrap());
    on_a_reader(move || {
        let folder = tempfile::tempdir().unwrap();
        // Kept over a crash only where somebody waits for it.
        let kept =
            if seconds > 2 { std::env::temp_dir() } else { folder.path().to_owned() }.join("gcp-drift-fuzz-input");
        let mut corpus = corpus();
        assert!(corpus.len() >= 20, "{}", corpus.len());
        corpus.iter().for_each(|data| survives(data, &kept));
        let mut dice = Dice(0x2545_f491_4f6c_dd1d ^ std::process::id() as u64);
        let end = Instant::now() + Duration::from_secs(seconds);
        let mut inputs = 0_u64;
        while Instant::now() < end {
            let data = mutated(&mut dice, &corpus);
            survives(&data, &kept);
            inputs += 1;
            // Mutations of mutations go further.
            if dice.roll(50) == 0 && corpus.len() < 2_000 {
                corpus.push(data);
            }
        }
        std::io::stderr().write_all(format!("{inputs} inputs\n").as_bytes()).unwrap();
        assert!(inputs > 0);
    });
}

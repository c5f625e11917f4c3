//! What the drivers share that replay a corpus of the fuzz targets and mutate it: dice, the loop, and mutations of texts.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// Throws the same numbers for the same seed.
pub struct Dice(u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides.max(1) as u64) as usize
    }

    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.roll(all.len())]
    }
}

/// One driver. It runs for 2 seconds, or for those that `GCP_DRIFT_FUZZ_SECONDS` says.
pub struct Driver {
    /// The folder under `fuzz/corpus`.
    pub corpus: &'static str,
    /// The least number of inputs that must be there.
    pub least: usize,
    /// The stack of the thread, in bytes.
    pub stack: usize,
    /// No input may take longer.
    pub max_time: Duration,
}

impl Driver {
    /// Replays the corpus, then runs mutations of it. An input that fails is told.
    pub fn run<T: AsRef<[u8]> + Send>(
        &self,
        read: fn(Vec<u8>) -> T,
        mut check: impl FnMut(&T) + Send,
        mutate: impl Fn(&mut Dice, &[T]) -> T + Sync,
    ) {
        let seconds = std::env::var("GCP_DRIFT_FUZZ_SECONDS").map_or(2, |text| text.parse().unwrap());
        let folder = tempfile::tempdir().unwrap();
        // Kept over a crash only where somebody waits for it.
        let parent = if seconds > 2 { std::env::temp_dir() } else { folder.path().to_owned() };
        let kept = parent.join(format!("gcp-drift-fuzz-{}", self.corpus));
        let mut slowest = Duration::ZERO;
        let mut survives = |data: &T| {
            // Written before: an overflow of the stack leaves nobody to write it.
            fs::write(&kept, data.as_ref()).unwrap();
            let start = Instant::now();
            check(data);
            slowest = slowest.max(start.elapsed());
            assert!(start.elapsed() < self.max_time, "{:?} for {}", start.elapsed(), kept.display());
        };
        let mut corpus: Vec<T> = files(self.corpus).into_iter().map(read).collect();
        assert!(corpus.len() >= self.least, "{} inputs", corpus.len());
        let mut inputs = 0_u64;
        std::thread::scope(|scope| {
            let work = || {
                corpus.iter().for_each(&mut survives);
                let mut dice = Dice(0x2545_f491_4f6c_dd1d ^ u64::from(std::process::id()));
                let end = Instant::now() + Duration::from_secs(seconds);
                while Instant::now() < end {
                    let data = mutate(&mut dice, &corpus);
                    survives(&data);
                    inputs += 1;
                    // Mutations of mutations go further.
                    if dice.roll(50) == 0 && corpus.len() < 2_000 {
                        corpus.push(data);
                    }
                }
            };
            let ended = std::thread::Builder::new().stack_size(self.stack).spawn_scoped(scope, work).unwrap().join();
            if let Err(panic) = ended {
                let input = fs::read(&kept).unwrap_or_default();
                tell(format!("{}: this input failed:\n{}\n", self.corpus, String::from_utf8_lossy(&input)));
                std::panic::resume_unwind(panic);
            }
        });
        tell(format!("{}: {inputs} inputs, the slowest took {slowest:?}\n", self.corpus));
        assert!(inputs > 0);
    }
}

/// Says it even where the test's own output is kept back.
fn tell(text: String) {
    std::io::stderr().write_all(text.as_bytes()).unwrap();
}

fn files(corpus: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(corpus);
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// A script of the corpus.
pub fn text(data: Vec<u8>) -> String {
    String::from_utf8(data).unwrap()
}

fn lines_of(dice: &mut Dice, text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let from = dice.roll(lines.len());
    let to = (from + 1 + dice.roll(12)).min(lines.len());
    lines[from..to].iter().map(|line| format!("{line}\n")).collect()
}

/// A mutation of a script. Whole lines are cut and moved, so that most inputs still parse.
pub fn script(dice: &mut Dice, corpus: &[String], words: &[&str], max_bytes: usize) -> String {
    let mut text = dice.one_of(corpus).clone();
    for _ in 0..=dice.roll(5) {
        let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let at = *dice.one_of(&starts);
        match dice.roll(7) {
            0 => {
                let other = dice.one_of(corpus).clone();
                let more = lines_of(dice, &other);
                text.insert_str(at, &more);
            }
            1 => {
                let end = starts.iter().copied().find(|start| *start > at).unwrap_or(text.len());
                text.replace_range(at..end, "");
            }
            2 => {
                let indent: String = text[at..].chars().take_while(|next| *next == ' ').collect();
                let word = dice.one_of(words);
                text.insert_str(at, &format!("{indent}{word}"));
            }
            3 => {
                let place = (0..=dice.roll(text.len() + 1)).rev().find(|place| text.is_char_boundary(*place)).unwrap();
                // The same again and again is what a parser that comes back to it takes long for.
                let form: String = (0..=dice.roll(3)).map(|_| *dice.one_of(words)).collect();
                text.insert_str(place, &form.repeat(1 << dice.roll(7)));
            }
            4 => {
                let part = lines_of(dice, &text);
                text.insert_str(at, &part.repeat(1 + dice.roll(8)));
            }
            5 => {
                // One name becomes another one of the script.
                let names: Vec<String> = text
                    .split(|next: char| !next.is_alphanumeric() && next != '_')
                    .filter(|word| !word.is_empty())
                    .map(str::to_owned)
                    .collect();
                if !names.is_empty() {
                    let (old, new) = (dice.one_of(&names).clone(), dice.one_of(&names).clone());
                    text = text.replacen(old.as_str(), &new, 1 + dice.roll(3));
                }
            }
            _ => text.insert_str(at, "    "),
        }
    }
    while text.len() > max_bytes {
        text.pop();
    }
    text
}

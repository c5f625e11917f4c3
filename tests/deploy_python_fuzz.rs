//! Any text as a Python deploy script: no panic, no hang, no overflow of the stack. Replays the corpus of the fuzz
//! target, and mutates it for some seconds: `GCP_DRIFT_FUZZ_SECONDS=600` for longer.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// No input may take longer; in a build without optimisation, on a busy machine.
const MAX_TIME: Duration = Duration::from_secs(30);
const MAX_BYTES: usize = 8 << 10;
const WORDS: [&str; 44] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":\n    ",
    "\n",
    "    ",
    "'",
    "f'{x}",
    "import a.b\n",
    "from . import *\n",
    "def f(*a, **k):\n    ",
    "class C(C):\n    ",
    "return f()\n",
    "yield x\n",
    "yield from f()\n",
    "for x in f():\n    ",
    "while x:\n    ",
    "if os.environ.get('A'):\n    ",
    "try:\n    ",
    "except KeyError:\n    ",
    "raise\n",
    "break\n",
    "continue\n",
    "match x:\n    case 1:\n        ",
    "lambda x: x(x)",
    "x = x + x\n",
    "x.append(x)\n",
    "x.pop()\n",
    "{**x, 'a': x}",
    "*x, ",
    "%s",
    "{0:>9}",
    "range(999)",
    "functools.partial(f, x)",
    "itertools.product(x, x)",
    "subprocess.run(['gcloud', 'run', 'deploy', x, *y])\n",
    "os.system('gcloud run deploy ' + x)\n",
    "argparse.ArgumentParser()",
    "p.add_parser('x').set_defaults(f=f)\n",
    "run_v2.Service(template=x)",
    "client.update_service(service=s)\n",
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

fn corpus() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/deploy_python");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// Runs the input as the fuzz target does; where it fails, the input is kept for a look at it.
fn survives(text: &str, kept: &Path) {
    // Written before: an overflow of the stack leaves nobody to write it.
    fs::write(kept, text).unwrap();
    let start = Instant::now();
    let read = gcp_drift::deploy::python_script(text);
    assert_eq!(read.files, 1);
    assert!(start.elapsed() < MAX_TIME, "{:?} for {}", start.elapsed(), kept.display());
}

fn lines_of(dice: &mut Dice, text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let from = dice.roll(lines.len());
    let to = (from + 1 + dice.roll(12)).min(lines.len());
    lines[from..to].iter().map(|line| format!("{line}\n")).collect()
}

/// Whole lines are cut and moved, so that most inputs are still Python.
fn mutated(dice: &mut Dice, corpus: &[String]) -> String {
    let mut text = corpus[dice.roll(corpus.len())].clone();
    for _ in 0..=dice.roll(5) {
        let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let at = starts[dice.roll(starts.len())];
        match dice.roll(7) {
            0 => {
                let other = dice.roll(corpus.len());
                let more = lines_of(dice, &corpus[other]);
                text.insert_str(at, &more);
            }
            1 => {
                let end = starts.iter().copied().find(|start| *start > at).unwrap_or(text.len());
                text.replace_range(at..end, "");
            }
            2 => {
                let indent: String = text[at..].chars().take_while(|next| *next == ' ').collect();
                let word = WORDS[dice.roll(WORDS.len())];
                text.insert_str(at, &format!("{indent}{word}"));
            }
            3 => {
                let place = (0..=dice.roll(text.len() + 1)).rev().find(|place| text.is_char_boundary(*place)).unwrap();
                text.insert_str(place, &WORDS[dice.roll(WORDS.len())].repeat(1 << dice.roll(4)));
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
                    let (old, new) = (&names[dice.roll(names.len())], &names[dice.roll(names.len())]);
                    text = text.replacen(old.as_str(), new, 1 + dice.roll(3));
                }
            }
            _ => text.insert_str(at, "    "),
        }
    }
    while text.len() > MAX_BYTES {
        text.pop();
    }
    text
}

#[test]
fn the_corpus_and_its_mutations_do_no_harm() {
    let seconds = std::env::var("GCP_DRIFT_FUZZ_SECONDS").map_or(2, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    // Kept over a crash only where somebody waits for it.
    let kept = if seconds > 2 { std::env::temp_dir() } else { folder.path().to_owned() }.join("gcp-drift-fuzz-python");
    let mut corpus = corpus();
    assert!(corpus.len() >= 60, "{}", corpus.len());
    corpus.iter().for_each(|text| survives(text, &kept));
    let mut dice = Dice(0x2545_f491_4f6c_dd1d ^ u64::from(std::process::id()));
    let end = Instant::now() + Duration::from_secs(seconds);
    let (mut inputs, mut slowest) = (0_u64, Duration::ZERO);
    while Instant::now() < end {
        let text = mutated(&mut dice, &corpus);
        let start = Instant::now();
        survives(&text, &kept);
        slowest = slowest.max(start.elapsed());
        inputs += 1;
        // Mutations of mutations go further.
        if dice.roll(50) == 0 && corpus.len() < 2_000 {
            corpus.push(text);
        }
    }
    std::io::stderr().write_all(format!("{inputs} inputs, the slowest took {slowest:?}\n").as_bytes()).unwrap();
    assert!(inputs > 0);
}

//! Any bytes as a Python file: no panic, no hang, no overflow of the stack. Replays the corpus of the fuzz target, and
//! mutates it for some seconds: `GCP_DRIFT_FUZZ_SECONDS=600` for longer.

use std::time::Duration;

use gcp_drift::model::Excerpts;
use gcp_drift::python::Version;
use gcp_drift::python::extract::Interpreter;
use gcp_drift::testinfra::sources;

use crate::common::fuzz::{Dice, Driver};

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

/// The same as the fuzz target does.
fn extract(data: &[u8]) {
    let Some((version, bytes)) = data.split_first() else { return };
    let version = Version { major: 3, minor: 8 + version % 7 };
    let interpreter =
        if version.minor.is_multiple_of(2) { Interpreter::exactly(version) } else { Interpreter::at_least(version) };
    let file = sources::from_bytes("tests/test_a.py", bytes, interpreter, &Excerpts::default());
    assert!(file.bytes <= 4 * bytes.len() + 4);
}

fn mutated(dice: &mut Dice, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut data = dice.one_of(corpus).clone();
    for _ in 0..=dice.roll(6) {
        let at = dice.roll(data.len() + 1);
        match dice.roll(7) {
            0 if at < data.len() => data[at] ^= 1 << dice.roll(8),
            1 if at < data.len() => drop(data.drain(at..(at + 1 + dice.roll(20)).min(data.len()))),
            2 => drop(data.splice(at..at, dice.one_of(&WORDS).iter().copied())),
            3 => {
                let word = dice.one_of(&WORDS).repeat(1 << dice.roll(11));
                drop(data.splice(at..at, word));
            }
            4 => {
                let other = dice.one_of(corpus);
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

#[test]
fn the_corpus_and_its_mutations_do_no_harm() {
    let driver = Driver { corpus: "extract", least: 20, stack: STACK, max_time: MAX_TIME };
    driver.run(|data| data, |data| extract(data), mutated);
}

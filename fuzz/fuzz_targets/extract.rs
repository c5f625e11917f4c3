//! Any bytes as a Python file: the first byte chooses the version, the rest is the file.

#![no_main]

use gcp_drift::model::Excerpts;
use gcp_drift::python::Version;
use gcp_drift::python::extract::Interpreter;
use gcp_drift::testinfra::sources;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((version, bytes)) = data.split_first() else { return };
    let version = Version { major: 3, minor: 8 + version % 7 };
    let interpreter = if version.minor % 2 == 0 { Interpreter::exactly(version) } else { Interpreter::at_least(version) };
    let file = sources::from_bytes("tests/test_a.py", bytes, interpreter, &Excerpts::default());
    assert!(file.bytes <= 4 * bytes.len() + 4);
});

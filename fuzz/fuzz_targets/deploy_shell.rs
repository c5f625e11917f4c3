//! Any text as a shell script: its deploys, or reasons, and nothing else.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let read = gcp_drift::deploy::shell_script(text);
    assert!(read.files == 1);
});

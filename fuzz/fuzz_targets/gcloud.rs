//! Any bytes as gcloud's command line: no panic, no hang, and a word that is not known makes nothing else known.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/gcloud_cli/check.rs"]
mod check;

fuzz_target!(|data: &[u8]| {
    if let Err(text) = check::check(data) {
        panic!("{text}");
    }
});

//! Writing files: as a whole or not at all, and only where the caller may.
//!
//! | file | subject |
//! | --- | --- |
//! | [`mod@replace`] | one file: written beside its place, then moved there |
//! | [`folder`] | paths below one folder, which no link leads out of |
//! | [`lock`] | one process at a time |
//! | [`journal`] | several files in one action, which an abort cannot leave half done |
//! | [`error`] | what can go wrong |

pub mod error;
pub mod folder;
pub mod journal;
pub mod lock;
pub mod replace;
mod steps;
#[cfg(test)]
mod tests;

pub use error::FileError;
pub use folder::Folder;
pub use journal::{Change, Journal};
pub use lock::{Lock, update};
pub use replace::replace;

use sha2::{Digest, Sha256};

/// The SHA-256 of some bytes, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

//! The key under which secrets are hashed, so that a change of one can be seen and the secret cannot be guessed.
//!
//! A plain hash of a short password is found by trying passwords. A keyed one (HMAC-SHA-256) is not, as long as the
//! key stays unknown: it is random and never leaves the run, unless [`VARIABLE`] gives one for snapshots that are to
//! be compared.

use std::sync::OnceLock;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::model::redact::REDACTED;

/// The environment variable that gives a key.
pub const VARIABLE: &str = "GCP_DRIFT_REDACTION_KEY";
/// The shortest key that is accepted, in bytes: a shorter one could itself be guessed.
const MIN_BYTES: usize = 16;
/// Hexadecimal digits of a hash that are kept: enough to see a change.
const DIGITS: usize = 8;

/// A key.
pub(super) struct Key(Vec<u8>);

impl Key {
    /// The key of this run.
    pub(super) fn of_run() -> &'static Self {
        static KEY: OnceLock<Key> = OnceLock::new();
        // A key that is refused is never used, whoever forgot to ask.
        KEY.get_or_init(|| given().ok().flatten().unwrap_or_else(Self::random))
    }

    /// A key of these bytes.
    #[cfg(test)]
    pub(super) fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_owned())
    }

    fn random() -> Self {
        let mut bytes = vec![0; 32];
        // Without randomness no hash is made at all: an empty key marks that.
        if getrandom::fill(&mut bytes).is_err() {
            bytes.clear();
        }
        Self(bytes)
    }

    /// What stands in place of a secret. `context` is the name of what holds it: two variables of the same value have
    /// different marks, so that a known value of one tells nothing of the other.
    pub(super) fn mark(&self, context: &str, secret: &str) -> String {
        match self.hash(&[b"value", context.as_bytes(), secret.as_bytes()]) {
            Some(hash) => format!("[redacted:{hash}]"),
            None => REDACTED.to_owned(),
        }
    }

    /// Which key this is, without telling it. `None` where there is none.
    pub(super) fn id(&self) -> Option<String> {
        self.hash(&[b"id"])
    }

    fn hash(&self, parts: &[&[u8]]) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        for part in parts {
            // The length goes first, so that no two lists of parts read the same.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        let hash = mac.finalize().into_bytes();
        Some(hash.iter().take(DIGITS / 2).map(|byte| format!("{byte:02x}")).collect())
    }
}

/// The key that the environment gives, where it gives one.
///
/// # Errors
/// Why it is refused. The key itself is not in the text.
pub(super) fn given() -> Result<Option<Key>, String> {
    match std::env::var(VARIABLE) {
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(format!("{VARIABLE} is no UTF-8 text")),
        Ok(text) => accepted(text.trim().as_bytes()).map(Some),
    }
}

fn accepted(bytes: &[u8]) -> Result<Key, String> {
    if bytes.len() < MIN_BYTES {
        let length = bytes.len();
        return Err(format!("{VARIABLE} has {length} bytes; a key that cannot be guessed has at least {MIN_BYTES}"));
    }
    Ok(Key(bytes.to_owned()))
}

/// The end of the mark that a text begins with, where it begins with one.
pub(super) fn mark_end(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("[redacted")?;
    if rest.starts_with(']') {
        return Some(REDACTED.len());
    }
    let hash = rest.strip_prefix(':')?.get(..DIGITS)?;
    let hex = hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let end = REDACTED.len() + 1 + DIGITS;
    (hex && text.as_bytes().get(end - 1) == Some(&b']')).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_shows_a_change_and_nothing_else() {
        let (one, other) = (Key::new(b"0123456789abcdef"), Key::new(b"fedcba9876543210"));
        let mark = one.mark("PIN", "1234");
        assert_eq!(mark, one.mark("PIN", "1234"));
        for different in [one.mark("PIN", "1235"), one.mark("PORT", "1234"), other.mark("PIN", "1234")] {
            assert_ne!(mark, different);
        }
        assert_eq!(mark_end(&mark), Some(mark.len()));
        assert_ne!(one.id(), other.id());
        // Without the key, trying every PIN finds it no sooner than chance would.
        let plain = Key(Vec::new()).mark("PIN", "1234");
        assert_eq!(plain, REDACTED);
        let unkeyed = |pin: u32| Key::new(&[0; 16]).mark("PIN", &format!("{pin:04}"));
        assert!((0..10_000).all(|pin| unkeyed(pin) != Key::random().mark("PIN", "1234")));
    }

    #[test]
    fn the_hash_is_hmac_sha_256() {
        // Made with Python's hmac module: parts with their lengths before them.
        let key = Key::new(b"0123456789abcdef");
        assert_eq!(key.mark("PIN", "1234"), "[redacted:8857cb0b]");
    }

    #[test]
    fn keys_that_can_be_guessed_are_refused() {
        assert!(accepted(b"short").is_err_and(|error| error.contains("has 5 bytes") && !error.contains("short")));
        assert!(accepted(b"0123456789abcdef").is_ok());
    }

    #[test]
    fn only_whole_marks_are_marks() {
        for (text, end) in [
            ("[redacted] x", Some(10)),
            ("[redacted:0a1b2c3d]", Some(19)),
            ("[redacted:0a1b2c3d", None),
            ("[redacted:0a1b2c3]", None),
            ("[redacted:0A1B2C3D]", None),
            ("[redacted:hunter2x]", None),
            ("[redacted:äbcdefg]", None),
            ("x[redacted]", None),
        ] {
            assert_eq!(mark_end(text), end, "{text}");
        }
    }
}

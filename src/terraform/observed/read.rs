//! A state or plan in a file, as JSON.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde_json::Value as Json;

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// Reads a file.
///
/// # Errors
/// Why it was not read, as a fragment that reads after "was not read:". Nothing of the file is quoted.
pub fn file(path: &Path) -> Result<Json, String> {
    let cannot = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        kind => kind.to_string(),
    };
    // Opening a pipe would wait for a writer.
    if !std::fs::metadata(path).map_err(cannot)?.is_file() {
        return Err("it is no file".to_owned());
    }
    let file = File::open(path).map_err(cannot)?;
    let mut bytes = Vec::new();
    // The size that the system tells may change while reading.
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("it is larger than {} MiB", MAX_BYTES >> 20));
    }
    parse(&bytes)
}

/// Bytes as JSON, with the place where they are none. The parser bounds how deep it nests.
fn parse(bytes: &[u8]) -> Result<Json, String> {
    if bytes.starts_with(b"PK") {
        let advice = "it is a binary plan; give what `terraform show -json PLANFILE` prints";
        return Err(advice.to_owned());
    }
    // Windows PowerShell redirects with a mark in front, or in UTF-16.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err("it is UTF-16, as PowerShell's `>` writes it; write it as UTF-8".to_owned());
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let what = if error.is_eof() { "it ends in the middle" } else { "it is no JSON" };
        format!("{what} (line {}, column {})", error.line(), error.column())
    })
}

//! Brings a required class back from a backup file into the file where it belongs.
//!
//! | file | subject |
//! | --- | --- |
//! | [`plan`](mod@plan) | which class goes where, and what speaks against it |
//! | `merge`, `module`, `names` | what a class needs of its file, and where that goes |
//! | `text` | bytes and text, line ends, encodings |
//! | [`twin`] | classes that were renamed and not lost |
//! | [`record`] | what was written, and its undoing |

mod merge;
mod module;
mod names;
pub mod plan;
pub mod record;
mod text;
pub mod twin;

/// The folder that holds what this tool keeps in a repository.
pub const STATE: &str = ".gcp-drift";

//! The pytest code base, read without running it: discovery, imports, classes, backups.

pub mod glob;
pub mod sources;
pub mod stdlib;
pub mod walk;

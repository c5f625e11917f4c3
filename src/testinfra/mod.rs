//! The pytest code base, read without running it: discovery, imports, classes, backups.

pub mod dependencies;
pub mod distributions;
pub mod glob;
pub mod imports;
pub mod interpret;
pub mod names;
pub mod pytest_config;
pub mod resolve;
pub mod roots;
pub mod sources;
pub mod stdlib;
pub mod suggestion;
pub mod walk;

//! Drives the built binary. One module a topic.

mod common;

mod checks;
mod cli;
mod coverage;
mod faults;
mod replay;
mod rules;
mod schema;
mod show;

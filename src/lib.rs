//! `gcp-drift` tells whether what a repository declares is what runs in Google Cloud, and whether the tests that
//! guard it are fit to run.
//!
//! Data flows one way, and the modules stand in the order of the flow:
//!
//! 1. *gather*: [`terraform`], [`deploy`], [`live`] and [`testinfra`] read their sources, concurrently, into one
//!    [`model::Evidence`] value. Everything that waits happens here.
//! 2. *reconcile*: [`reconcile`] sets declared against live, in three values.
//! 3. *judge*: [`checks`] and [`policy`] turn that into [`finding::Verdict`]s.
//!    [`connectivity`] follows packets hop by hop, and says why they do not arrive.
//! 4. *tell*: [`report`] renders one [`report::Report`].
//!
//! [`model`] is the vocabulary that all of them share; [`config`] is what the user may set; [`cli`] wires the commands;
//! [`files`] is the one writer of files, [`git`] the one reader of git repositories, and [`change`] sets the findings of two
//! commits against each other; [`probe`] asks targets from inside the network, whose answers are evidence too.

pub mod change;
pub mod checks;
#[cfg(all(feature = "live", feature = "emulator", feature = "policy", feature = "testinfra", feature = "probe"))]
pub mod cli;
pub mod config;
pub mod connectivity;
pub mod deploy;
#[cfg(feature = "emulator")]
pub mod emulator;
pub mod exit_code;
pub mod files;
pub mod finding;
pub mod git;
#[cfg(feature = "live")]
pub mod live;
pub mod model;
#[cfg(feature = "policy")]
pub mod policy;
#[cfg(feature = "probe")]
pub mod probe;
pub mod python;
pub mod reconcile;
pub mod report;
pub mod terraform;
#[cfg(feature = "testinfra")]
pub mod testinfra;
#[cfg(test)]
mod testing;

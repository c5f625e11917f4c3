//! The `gcp-drift` command.

use std::process::ExitCode;

/// Files are read on all cores, in many small pieces that other threads give back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    gcp_drift::cli::run(std::env::args_os())
}

//! The `gcp-drift` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    gcp_drift::cli::run(std::env::args_os())
}

//! `gcp-drift snapshot` and `gcp-drift emulate`: recording the live state, and serving a recorded one.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::error::CliError;
use super::live_args::LiveArgs;
use super::setup::{CommonArgs, Setup};
use super::{gather, output, show};
use crate::emulator::{self, Emulator};
use crate::exit_code;
use crate::live;
use crate::model::{AllowedVariables, CoverageStatus};

/// Record the live state in a file
#[derive(Debug, clap::Args)]
pub struct SnapshotArgs {
    #[command(flatten)]
    common: CommonArgs,
    #[command(flatten)]
    asking: LiveArgs,
    /// File to write
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

/// Serve a recorded live state on the loopback address
#[derive(Debug, clap::Args)]
pub struct EmulateArgs {
    /// Snapshot or hand-written state
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// Faults to answer with, in JSON or YAML
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// File that gets one JSON line a request
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Most items a page
    #[arg(long, value_name = "ITEMS", default_value_t = emulator::Options::default().page_size_cap)]
    page_size: usize,
}

/// Runs `snapshot`.
///
/// # Errors
/// Wrong usage or configuration, a source that cannot be read at all, a file that cannot be written.
pub fn snapshot(args: &SnapshotArgs) -> Result<u8, CliError> {
    let setup = Setup::load(&args.common)?;
    let gathered = gather::ask(&setup, &show::asked(&setup)?.needing(&args.asking.needs()))?;
    let Some(state) = &gathered.state else {
        return Err(CliError::usage("nothing is asked of Google Cloud, so there is nothing to record"));
    };
    live::snapshot::write(&args.to, state).map_err(|error| CliError::failed("write the snapshot", error))?;
    let inventory = live::inventory(state);
    let open =
        inventory.coverage.entries.iter().filter(|entry| entry.status != CoverageStatus::Answered).collect::<Vec<_>>();
    for entry in &open {
        let region = entry.region.as_deref().unwrap_or("global");
        let place = format!("{}/{region}", entry.project).replace(char::is_control, "\u{fffd}");
        output::stderr(&format!("not recorded: {} {place}: {}", entry.api, entry.status.word()));
    }
    output::stderr(&format!("wrote {} from {}", args.to.display(), gathered.description));
    Ok(if open.is_empty() { exit_code::CLEAN } else { exit_code::NOT_CHECKED })
}

/// The largest file of faults that is read, in bytes.
const MAX_FAULTS: u64 = 1 << 20;

/// Reads a list of faults, in the form in which a state file holds them.
fn read_faults(path: &Path) -> Result<Vec<emulator::Fault>, CliError> {
    let shown = path.display();
    let failed = |error: &dyn std::fmt::Display| CliError::failed(format!("read the faults of {shown}"), error);
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(|error| failed(&error))?;
    let read = file.take(MAX_FAULTS + 1).read_to_string(&mut text).map_err(|error| failed(&error))?;
    if read as u64 > MAX_FAULTS {
        return Err(failed(&"it is too large"));
    }
    // YAML is JSON and more.
    let value = live::yaml::value(&text).map_err(|problem| failed(&format!("it {problem}")))?;
    serde_json::from_value(value).map_err(|error| failed(&error))
}

/// Runs `emulate` until it is interrupted.
///
/// # Errors
/// A state or a file of faults that cannot be read, a port that is taken, a log that cannot be written.
pub fn emulate(args: &EmulateArgs) -> Result<u8, CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| CliError::failed("start the runtime", error))?;
    runtime.block_on(async {
        let options = emulator::Options {
            port: args.port,
            page_size_cap: args.page_size,
            faults: args.faults.as_deref().map(read_faults).transpose()?.unwrap_or_default(),
            log: args.log.clone(),
        };
        let emulator = start_emulator(&args.from, &AllowedVariables::default(), options).await?;
        output::stdout(&format!("{}\n", emulator.base_url))?;
        output::stderr(&format!("serving {}; interrupt to stop", args.from.display()));
        std::future::pending::<()>().await;
        Ok(exit_code::CLEAN)
    })
}

/// Starts the embedded emulator with a state file, of whose `variables` it is kept where they lead.
///
/// # Errors
/// A state file that cannot be read, a port that is taken.
pub async fn start_emulator(
    path: &Path,
    variables: &AllowedVariables,
    options: emulator::Options,
) -> Result<Emulator, CliError> {
    let shown = path.display();
    let state = live::snapshot::read_to_serve(path, variables)
        .map_err(|error| CliError::failed("read the emulator's state", error))?;
    let state = serde_json::to_value(state).map_err(|error| CliError::failed(format!("read {shown}"), error))?;
    emulator::start(state, options).await.map_err(|error| CliError::failed("start the emulator", error))
}

//! `gcp-drift restore`: required test classes go back from backup files.

use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::error::CliError;
use super::output;
use super::setup::{CommonArgs, Setup};
use crate::exit_code;
use crate::files::{Folder, Journal};
use crate::model::{Origin, redact};
use crate::testinfra::restore::plan::{self, Plan, PlanError, Request};
use crate::testinfra::restore::{STATE, record};

/// Bring required test classes back from backup files; shows what it would write unless --apply is given
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: CommonArgs,
    /// Required classes to bring back [default: all that are missing]
    #[arg(value_name = "CLASS")]
    classes: Vec<String>,
    /// File to take them from [default: the best backup]
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// File to put them into [default: the file that the backup is a copy of]
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Write the files
    #[arg(long)]
    apply: bool,
    /// Restore even what should not be
    #[arg(long)]
    force: bool,
}

/// Runs the command.
///
/// # Errors
/// A wrong flag, a file that cannot be read or written.
pub fn run(args: &Args) -> Result<u8, CliError> {
    let setup = Setup::load(&args.common)?;
    let folder = Folder::new(&setup.root).map_err(|error| CliError::failed("open the repository", error))?;
    let request = Request {
        classes: args.classes.clone(),
        from: args.from.as_deref().map(|path| in_repository(path, &setup.root)).transpose()?,
        to: args.to.as_deref().map(|path| in_repository(path, &setup.root)).transpose()?,
        force: args.force,
    };
    // What an earlier run has left unfinished is finished first: the plan is of the files as they are then.
    let journal = args.apply.then(|| Journal::open(&folder, STATE)).transpose();
    let journal = journal.map_err(|error| CliError::failed("restore", error))?;
    if journal.is_none() && Journal::is_pending(&folder, STATE) {
        output::stderr("note: an earlier run was cut off; --apply finishes it first");
    }
    let plan = plan::plan(&folder, &setup.config.tests, &request).map_err(|error| match error {
        PlanError::Unknown(..) => CliError::usage(error),
        PlanError::File(error) => CliError::failed("restore", error),
    })?;
    output::stdout(&diffs(&plan))?;
    tell(&plan);
    match journal {
        Some(journal) if !plan.files.is_empty() => {
            let id = record::apply(&folder, &journal, &plan, jiff::Timestamp::now())
                .map_err(|error| CliError::failed("restore", error))?;
            output::stderr(&format!("restored; `gcp-drift rollback {id}` undoes it"));
        }
        None if !plan.files.is_empty() => output::stderr("nothing was written; --apply writes it"),
        _ if plan.refused.is_empty() && plan.unclear.is_empty() => output::stderr("nothing to restore"),
        _ => {}
    }
    Ok(match (plan.refused.is_empty(), plan.unclear.is_empty()) {
        (false, _) => exit_code::FINDINGS,
        (true, false) => exit_code::NOT_CHECKED,
        (true, true) => exit_code::CLEAN,
    })
}

/// A path of the command line, which is relative to the current folder, as one of the repository.
fn in_repository(path: &Path, root: &Path) -> Result<String, CliError> {
    let failed = |error| CliError::failed("find the current folder", error);
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).map_err(failed)?;
    let mut parts: Vec<String> = Vec::new();
    let outside = || CliError::usage(format!("{} is not in the repository", path.display()));
    for part in here.join(path).components() {
        match part {
            std::path::Component::ParentDir => drop(parts.pop()),
            std::path::Component::Normal(name) => parts.push(name.to_str().ok_or_else(outside)?.to_owned()),
            _ => {}
        }
    }
    let normal = |part: std::path::Component<'_>| match part {
        std::path::Component::Normal(name) => name.to_str().map(str::to_owned),
        _ => None,
    };
    let above: Vec<String> = root.components().filter_map(normal).collect();
    let below = parts.strip_prefix(above.as_slice()).filter(|below| !below.is_empty()).ok_or_else(outside)?;
    Ok(below.join("/"))
}

fn diffs(plan: &Plan) -> String {
    let mut out = String::new();
    for (path, (before, after)) in &plan.files {
        let old = before.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        let new = String::from_utf8_lossy(after);
        let from = if before.is_some() { format!("a/{path}") } else { "/dev/null".to_owned() };
        let diff = TextDiff::from_lines(&*old, &*new);
        let text = diff.unified_diff().context_radius(3).header(&from, &format!("b/{path}")).to_string();
        // What is cited may hold a secret, and a carriage return would steer a terminal.
        text.lines().for_each(|line| {
            out.push_str(&super::error::escaped(&redact::line(line.trim_end_matches('\r'))));
            out.push('\n');
        });
    }
    out
}

fn tell(plan: &Plan) {
    let place =
        |origin: &Origin| origin.source().map(|span| format!("{}:{}", span.file, span.start.line)).unwrap_or_default();
    for (class, origin) in &plan.present {
        output::stderr(&format!("{class} is there: {}", place(origin)));
    }
    for restored in &plan.restored {
        output::stderr(&format!("{}: from {} to {}", restored.class, place(&restored.from), restored.to));
        restored.brings.iter().for_each(|what| output::stderr(&format!("  brings {what}")));
        restored.despite.iter().for_each(|reason| output::stderr(&format!("  despite: {reason}")));
        restored.remains.iter().for_each(|what| output::stderr(&format!("  still to do: {what}")));
    }
    for refused in &plan.refused {
        let from = refused.from.as_ref().map(|origin| format!(" from {}", place(origin))).unwrap_or_default();
        output::stderr(&format!("refused: {}{from}", refused.class));
        refused.reasons.iter().for_each(|reason| output::stderr(&format!("  {reason}")));
        if refused.forceable {
            output::stderr("  --force restores it nevertheless");
        }
    }
    for (class, why) in &plan.unclear {
        output::stderr(&format!("not checked: {class}: {why}"));
    }
}

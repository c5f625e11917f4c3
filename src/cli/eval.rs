//! `gcp-drift eval`: Terraform expressions in the scope of a root module, one JSON line each.

use std::io::BufRead;
use std::path::PathBuf;

use serde_json::json;

use super::error::CliError;
use super::output;
use super::terraform_args::{TerraformArgs, load_terraform};
use crate::exit_code;
use crate::terraform::Evaluated;

/// Evaluate Terraform expressions, one JSON line each
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Root module in whose scope to evaluate
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    #[command(flatten)]
    inputs: TerraformArgs,
    /// Where to read a state that is kept in a bucket: gcp, none or emulator:FILE
    #[arg(long, value_name = "SOURCE")]
    live: Option<String>,
    /// File with an access token for Google Cloud, in place of other credentials
    #[arg(long, value_name = "FILE")]
    access_token_file: Option<PathBuf>,
    /// Expressions; `-` reads one a line from stdin
    #[arg(required = true, value_name = "EXPR", allow_hyphen_values = true)]
    expressions: Vec<String>,
}

/// Runs the command.
///
/// # Errors
/// A folder that cannot be read.
pub fn run(args: &Args) -> Result<u8, CliError> {
    let loaded = load_terraform(&args.dir, &args.inputs, args.live.as_deref(), args.access_token_file.as_deref())?;
    let one = |expression: &str| -> Result<(), CliError> {
        let line = match loaded.evaluate(None, expression) {
            Evaluated::Value(value) => json!({ "value": value }),
            Evaluated::Unknown(reasons) => json!({ "unknown": reasons }),
            Evaluated::Error(error) => json!({ "error": error }),
        };
        output::stdout(&format!("{line}\n"))
    };
    for expression in &args.expressions {
        if expression == "-" {
            for line in std::io::stdin().lock().lines() {
                one(&line.map_err(|error| CliError::failed("read stdin", error))?)?;
            }
        } else {
            one(expression)?;
        }
    }
    Ok(exit_code::CLEAN)
}

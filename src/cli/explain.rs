//! `gcp-drift explain`: the page of a rule.

use super::error::CliError;
use super::output;
use crate::exit_code;
use crate::report::pages;

/// Print the page of a rule
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Rule id, such as connector-missing; without one, the list of rules
    rule: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// A rule that does not exist.
pub fn run(args: &Args) -> Result<u8, CliError> {
    let Some(rule) = &args.rule else {
        let mut text = String::new();
        for rule in super::setup::all_rules() {
            let (severity, part) = (rule.severity.word(), rule.part.word());
            text.push_str(&format!("{:<34} {severity:<9} {part:<10} {}\n", rule.id, rule.title));
        }
        output::stdout(&text)?;
        return Ok(exit_code::CLEAN);
    };
    if let Some(page) = pages::page(rule) {
        output::stdout(page)?;
        return Ok(exit_code::CLEAN);
    }
    let nearest = pages::ids()
        .max_by(|left, right| strsim::jaro_winkler(left, rule).total_cmp(&strsim::jaro_winkler(right, rule)));
    let hint = nearest
        .filter(|id| strsim::jaro_winkler(id, rule) > 0.8)
        .map(|id| format!("; did you mean `{id}`?"))
        .unwrap_or_default();
    Err(CliError::usage(format!("there is no rule `{rule}`{hint}")))
}

//! `gcp-drift doctor`: what a run would be allowed to see, and which role to ask for. It changes nothing.

use std::time::Duration;

use clap::ValueEnum;
use comfy_table::ColumnConstraint;

use super::cloud::Cloud;
use super::error::CliError;
use super::output::{self, Color};
use super::setup::{CommonArgs, Setup};
use super::show;
use crate::config::LiveSource;
use crate::exit_code;
use crate::live::Needs;
use crate::live::doctor::{self, Asked, Credential, Diagnosis, Enabled, Granted, Project, advice};
use crate::report::terminal::Style;
use crate::report::terminal::tables::{printed, table};
use crate::report::terminal::text::{escape, hanging};

/// Tell which credentials, APIs and permissions a run has and lacks, and which role to ask for
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: CommonArgs,
    /// Also what `check --connectivity` needs
    #[arg(long, help_heading = "Live state")]
    connectivity: bool,
    /// Also what `check --audit-logs` needs
    #[arg(long, help_heading = "Live state")]
    audit_logs: bool,
    /// Also what `check --connector-load` needs
    #[arg(long, help_heading = "Live state")]
    connector_load: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    format: Format,
    /// When to use colour
    #[arg(long, value_enum, default_value_t, help_heading = "Output")]
    color: Color,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// Runs the command.
///
/// # Errors
/// Wrong usage or configuration, a live source that is not asked.
pub fn run(args: &Args) -> Result<u8, CliError> {
    let setup = Setup::load(&args.common)?;
    if !matches!(setup.config.live, LiveSource::Gcp | LiveSource::Emulator(_)) {
        return Err(CliError::usage("nothing is asked of Google Cloud with this live source: use `--live gcp`"));
    }
    let needs = Needs {
        connectivity: args.connectivity,
        audit_logs: args.audit_logs.then_some(Duration::ZERO),
        load: args.connector_load,
        ..Needs::default()
    };
    let asked = show::asked(&setup)?.needing(&needs);
    if asked.projects.is_empty() {
        return Err(CliError::usage(
            "no project is known: name one with --project, or with `project` in gcp-drift.toml",
        ));
    }
    let diagnosis = Cloud::start(&setup)?.diagnose(&asked)?;
    let text = match args.format {
        Format::Json => {
            let text = serde_json::to_string_pretty(&doctor::show(&diagnosis));
            text.map_err(|error| CliError::failed("write the output", error))? + "\n"
        }
        Format::Text => text(&diagnosis, &output::style(args.color)),
    };
    output::stdout(&text)?;
    let (code, reason) = match advice::reason(&diagnosis) {
        reason if reason.is_empty() => (exit_code::CLEAN, "everything that a run needs may be read".to_owned()),
        reason => (exit_code::NOT_CHECKED, reason),
    };
    output::stderr(&format!("exit code {code}: {}", escape(&reason)));
    Ok(code)
}

fn text(diagnosis: &Diagnosis, style: &Style) -> String {
    let line = |lead: &str, text: &str| hanging(lead, &escape(text), 2, style.width);
    let mut out = line("asked: ", &diagnosis.live_source);
    out.push_str(&line("credentials: ", &credential(&diagnosis.credential)));
    if let Some(project) = &diagnosis.quota_project {
        out.push_str(&line("quota project: ", project));
    }
    if let Some(problem) = &diagnosis.quota_problem {
        out.push_str(&line("  ", problem));
    }
    let member = diagnosis.member();
    for project in &diagnosis.projects {
        out.push('\n');
        out.push_str(&one(project, member.as_deref(), style));
    }
    let unnamed = diagnosis.projects.iter().any(|project| !advice::roles(project).is_empty()) && member.is_none();
    if unnamed {
        let whom =
            format!("{} is whoever runs gcp-drift: user:EMAIL, serviceAccount:EMAIL or principal://…", advice::MEMBER);
        out.push('\n');
        out.push_str(&line("", &whom));
    }
    out
}

fn credential(credential: &Credential) -> String {
    match credential {
        Credential::NotNeeded => "none are needed: an emulator is asked".to_owned(),
        Credential::Found { identity } => {
            let who = identity.principal.as_deref().unwrap_or("the source does not say whose");
            format!("{} from {}: {who}", identity.kind, identity.source)
        }
        Credential::Missing { text } => format!("none: {text}"),
    }
}

fn one(project: &Project, member: Option<&str>, style: &Style) -> String {
    let line = |lead: &str, text: &str| hanging(lead, &escape(text), 4, style.width);
    let regions = if project.regions.is_empty() { String::new() } else { format!(" ({})", project.regions.join(", ")) };
    let mut out = line("project ", &format!("{}{regions}", project.id));
    out.push_str(&line("  APIs: ", &services(project)));
    out.push_str(&line("  permissions: ", &permissions(project)));
    let open = project.permissions.iter().filter(|asked| asked.granted != Granted::Yes);
    // Where nothing could be asked, one line says it all.
    if project.permissions_problem.is_none() && open.clone().count() > 0 {
        let rows =
            open.map(|asked| vec![asked.need.permission.to_owned(), state(asked), asked.need.unchecked.join(", ")]);
        let mut table = table(&["permission", "state", "not checked without it"], rows, style);
        if let Some(column) = table.column_mut(0) {
            // A name that is broken in two cannot be copied.
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
        out.push_str(&printed(&table));
    }
    let commands = advice::commands(project, member);
    if !commands.is_empty() {
        out.push_str("  to give what is missing, somebody who may can run:\n");
    }
    for command in commands {
        out.push_str(&format!("    {}\n", escape(&command)));
    }
    out
}

fn state(asked: &Asked) -> String {
    match &asked.granted {
        Granted::Yes => "held".to_owned(),
        Granted::No if asked.need.optional => "missing (optional)".to_owned(),
        Granted::No => "missing".to_owned(),
        Granted::Unknown(why) => format!("not known: {why}"),
    }
}

fn services(project: &Project) -> String {
    if let Some(problem) = &project.services_problem {
        return format!("which are enabled is not known: {problem}");
    }
    let named = |state: Enabled| {
        let of_state = project.services.iter().filter(|service| service.state == state);
        of_state.map(|service| service.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let parts = [("enabled", Enabled::Yes), ("not enabled", Enabled::No), ("not told", Enabled::Unknown)];
    let parts = parts.into_iter().map(|(word, state)| (word, named(state))).filter(|(_, names)| !names.is_empty());
    parts.map(|(word, names)| format!("{word}: {names}")).collect::<Vec<_>>().join("; ")
}

fn permissions(project: &Project) -> String {
    if let Some(problem) = &project.permissions_problem {
        return format!("which are held is not known: {problem}");
    }
    let held = project.permissions.iter().filter(|asked| asked.granted == Granted::Yes).count();
    format!("{held} of {} held", project.permissions.len())
}

//! Flags that say how much is asked of Google Cloud.

use std::time::Duration;

use crate::live::Needs;

/// How much is asked.
#[derive(Debug, Default, clap::Args)]
pub struct LiveArgs {
    /// Read what is being changed once more, after this many seconds
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "10", value_parser = clap::value_parser!(u64).range(1..=600), help_heading = "Live state")]
    settle: Option<u64>,
    /// Also ask for what decides connectivity: networks, firewalls, routes, NAT, databases, IAM policies
    #[arg(long, help_heading = "Live state")]
    connectivity: bool,
    /// Also ask Cloud Audit Logs who changed what in this many days
    #[arg(long, value_name = "DAYS", num_args = 0..=1, default_missing_value = "7", value_parser = clap::value_parser!(u64).range(1..=400), help_heading = "Live state")]
    audit_logs: Option<u64>,
    /// Also ask Cloud Monitoring for the load of connectors
    #[arg(long, help_heading = "Live state")]
    connector_load: bool,
}

impl LiveArgs {
    /// What a run needs beside what it always asks for.
    pub fn needs(&self) -> Needs {
        const DAY: u64 = 24 * 60 * 60;
        Needs {
            connectivity: self.connectivity,
            audit_logs: self.audit_logs.map(|days| Duration::from_secs(days * DAY)),
            load: self.connector_load,
            settle: self.settle.map(Duration::from_secs),
            ..Needs::default()
        }
    }
}

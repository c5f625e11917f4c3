//! Drives the built binary. One module a topic.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod common;

mod before_deploy;
mod change;
mod checks;
mod cli;
mod coverage;
mod deploy_python_fuzz;
mod deploy_shell_fuzz;
mod diagnose;
mod docs;
mod doctor;
mod emulator;
mod examples;
mod fault_matrix;
mod faults;
mod gcloud_cli;
mod gcloud_fuzz;
mod gcloud_json;
mod golden;
mod health;
mod hostile;
mod imports;
mod inventory;
mod live_faults;
mod manifests;
mod mutations;
mod observed;
mod premigrate;
mod probe;
mod pytest;
mod replay;
mod restore;
mod rules;
mod schema;
mod secrets;
mod show;
mod snapshots;
mod test_findings;
mod tree_classes;
mod tree_fuzz;
mod tree_hostile;
mod tree_syntax;
mod variables;

//! Where this program runs, as far as the machine tells.

use crate::model::ProbedFrom;

/// This host. Cloud Run names the service or the job in the environment of its containers.
/// Source: Cloud Run, "Container runtime contract", environment variables.
pub fn here() -> ProbedFrom {
    let variable = |name: &str| {
        let value = std::env::var(name).ok()?;
        // What stands there is printed and kept.
        (!value.is_empty() && value.len() <= 200 && !value.contains(char::is_control)).then_some(value)
    };
    ProbedFrom {
        hostname: hostname().or_else(|| variable("HOSTNAME")).or_else(|| variable("COMPUTERNAME")),
        service: variable("K_SERVICE"),
        revision: variable("K_REVISION"),
        job: variable("CLOUD_RUN_JOB"),
        execution: variable("CLOUD_RUN_EXECUTION"),
    }
}

#[cfg(unix)]
fn hostname() -> Option<String> {
    let name = rustix::system::uname().nodename().to_str().ok()?.to_owned();
    (!name.is_empty() && !name.contains(char::is_control)).then_some(name)
}

#[cfg(not(unix))]
fn hostname() -> Option<String> {
    None
}

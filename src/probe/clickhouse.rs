//! ClickHouse's HTTP interface: `/ping`, and where there is a user or a password `SELECT 1`.
//! Source: ClickHouse, "HTTP interface".

use hyper::StatusCode;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};

use super::attempt::Trace;
use super::http::{Answer, Session};
use super::wire::{Ended, Wire, said};
use crate::model::{ProbeFault, ProbeStage, Target};

/// Asks whether it is there, and logs in where there is a password.
pub(super) async fn speak(
    wire: Wire,
    target: &Target,
    password: Option<&str>,
    trace: &mut Trace,
) -> Result<String, Ended> {
    trace.begin(ProbeStage::Answer);
    let mut session = Session::start(wire, target).await?;
    let (answer, body) = session.read("/ping", &HeaderMap::new()).await?;
    match (answer.status, body.trim()) {
        (StatusCode::OK, "Ok.") => trace.done(),
        (StatusCode::OK, _) => {
            let detail = "HTTP 200 to /ping, without ClickHouse's `Ok.`".to_owned();
            return Err(Ended::Failed(ProbeFault::WrongProtocol, detail));
        }
        (status, _) => return Err(Ended::failed(ProbeFault::HttpStatus, format!("HTTP {status} to /ping"))),
    }
    let Some(password) = password else { return Ok("Ok.".to_owned()) };
    trace.begin(ProbeStage::Login);
    let mut headers = HeaderMap::new();
    let mut add = |name: &'static str, value: &str| {
        let value = HeaderValue::from_str(value);
        // The value may be the password, and is not told.
        let mut value = value.map_err(|_| Ended::NotChecked(format!("{name} cannot be sent in a header of HTTP")))?;
        value.set_sensitive(true);
        headers.insert(HeaderName::from_static(name), value);
        Ok(())
    };
    add("x-clickhouse-user", target.user.as_deref().unwrap_or("default"))?;
    add("x-clickhouse-key", password)?;
    if let Some(database) = &target.database {
        add("x-clickhouse-database", database)?;
    }
    let (answer, body) = session.read("/?query=SELECT%201", &headers).await?;
    if answer.status != StatusCode::OK {
        return Err(refusal(&answer, &body, password));
    }
    trace.done();
    trace.begin(ProbeStage::Query);
    if body.trim() != "1" {
        return Err(Ended::failed(ProbeFault::WrongProtocol, "SELECT 1 did not give 1"));
    }
    trace.done();
    Ok("Ok., SELECT 1 answered".to_owned())
}

fn refusal(answer: &Answer, body: &str, password: &str) -> Ended {
    let code = answer.headers.get("x-clickhouse-exception-code").and_then(|code| code.to_str().ok());
    let line = said(body.lines().next().unwrap_or_default(), Some(password));
    Ended::failed(fault(code), format!("HTTP {}: {line}", answer.status))
}

/// The fault of an exception. Source: ClickHouse, `src/Common/ErrorCodes.cpp`.
fn fault(code: Option<&str>) -> ProbeFault {
    match code {
        // REQUIRED_PASSWORD, WRONG_PASSWORD, AUTHENTICATION_FAILED.
        Some("193" | "194" | "516") => ProbeFault::WrongPassword,
        // UNKNOWN_USER.
        Some("192") => ProbeFault::UserNotFound,
        // IP_ADDRESS_NOT_ALLOWED, DATABASE_ACCESS_DENIED, ACCESS_DENIED.
        Some("195" | "291" | "497") => ProbeFault::AccessRefused,
        // UNKNOWN_DATABASE.
        Some("81") => ProbeFault::DatabaseNotFound,
        // TOO_MANY_SIMULTANEOUS_QUERIES.
        Some("202") => ProbeFault::TooManyConnections,
        Some(_) => ProbeFault::ServerError,
        None => ProbeFault::HttpStatus,
    }
}

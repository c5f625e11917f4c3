//! Redis: `PING`, and where there is a password `AUTH` and `PING` again.
//! Source: Redis, "Redis serialization protocol specification" and the pages of the commands.

use redis::{Value, cmd, parse_redis_value};

use super::attempt::Trace;
use super::wire::{Ended, Wire, said, wrong_protocol};
use crate::model::{ProbeFault, ProbeStage, Target};

/// Asks whether it is there, and logs in where there is a password.
pub(super) async fn speak(
    mut wire: Wire,
    target: &Target,
    password: Option<&str>,
    trace: &mut Trace,
) -> Result<String, Ended> {
    trace.begin(ProbeStage::Answer);
    let ping = cmd("PING").get_packed_command();
    let first = ask(&mut wire, &ping, "PONG").await?;
    let Some(password) = password else {
        return match first {
            Reply::Fine => {
                trace.done();
                Ok("PONG".to_owned())
            }
            // That it asks for a password is an answer.
            Reply::Error { code, .. } if code == "NOAUTH" => {
                trace.done();
                Ok("it asks for a password (NOAUTH)".to_owned())
            }
            Reply::Error { code, text } => Err(refusal(&code, &text)),
        };
    };
    match first {
        Reply::Error { code, text } if code != "NOAUTH" => return Err(refusal(&code, &said(&text, Some(password)))),
        _ => trace.done(),
    }
    trace.begin(ProbeStage::Login);
    let mut auth = cmd("AUTH");
    if let Some(user) = &target.user {
        auth.arg(user);
    }
    auth.arg(password);
    match ask(&mut wire, &auth.get_packed_command(), "OK").await? {
        Reply::Fine => trace.done(),
        Reply::Error { code, text } => return Err(refusal(&code, &said(&text, Some(password)))),
    }
    trace.begin(ProbeStage::Query);
    match ask(&mut wire, &ping, "PONG").await? {
        Reply::Fine => {
            trace.done();
            Ok("PONG after the login".to_owned())
        }
        Reply::Error { code, text } => Err(refusal(&code, &said(&text, Some(password)))),
    }
}

/// A reply to `PING` or `AUTH`: the status that is due, or an error.
enum Reply {
    Fine,
    Error { code: String, text: String },
}

async fn ask(wire: &mut Wire, command: &[u8], due: &str) -> Result<Reply, Ended> {
    wire.send(command).await?;
    let mut buffer = Vec::new();
    loop {
        wire.receive(&mut buffer).await?;
        // Both kinds of reply are one line. Whatever begins otherwise is not read on.
        if !matches!(buffer.first(), Some(b'+' | b'-')) {
            return Err(wrong_protocol("Redis", &wire.seen()));
        }
        if buffer.windows(2).any(|pair| pair == b"\r\n") {
            break;
        }
    }
    match parse_redis_value(&buffer) {
        Ok(Value::SimpleString(text)) if text == due => Ok(Reply::Fine),
        Ok(Value::Okay) if due == "OK" => Ok(Reply::Fine),
        Ok(Value::ServerError(error)) => {
            Ok(Reply::Error { code: error.code().to_owned(), text: error.details().unwrap_or_default().to_owned() })
        }
        _ => Err(wrong_protocol("Redis", &wire.seen())),
    }
}

fn refusal(code: &str, text: &str) -> Ended {
    Ended::failed(fault(code, text), said(&format!("{code} {text}"), None))
}

/// The fault of an error, by its first word; Redis gives `ERR` to many, which its texts tell apart.
fn fault(code: &str, text: &str) -> ProbeFault {
    match code {
        "WRONGPASS" => ProbeFault::WrongPassword,
        "NOAUTH" | "NOPERM" | "DENIED" => ProbeFault::AccessRefused,
        "LOADING" | "MASTERDOWN" | "CLUSTERDOWN" => ProbeFault::NotServing,
        "ERR" if text.starts_with("max number of clients") => ProbeFault::TooManyConnections,
        // Before version 6.
        "ERR" if text == "invalid password" => ProbeFault::WrongPassword,
        _ => ProbeFault::ServerError,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_named_by_their_first_word() {
        for (line, expected) in [
            ("-WRONGPASS invalid username-password pair or user is disabled.", ProbeFault::WrongPassword),
            ("-ERR invalid password", ProbeFault::WrongPassword),
            ("-NOAUTH Authentication required.", ProbeFault::AccessRefused),
            ("-NOPERM this user has no permissions to run the 'ping' command", ProbeFault::AccessRefused),
            ("-DENIED Redis is running in protected mode", ProbeFault::AccessRefused),
            ("-LOADING Redis is loading the dataset in memory", ProbeFault::NotServing),
            ("-MASTERDOWN Link with MASTER is down", ProbeFault::NotServing),
            ("-ERR max number of clients reached", ProbeFault::TooManyConnections),
            ("-ERR unknown command", ProbeFault::ServerError),
        ] {
            let Ok(Value::ServerError(error)) = parse_redis_value(format!("{line}\r\n").as_bytes()) else {
                panic!("{line}")
            };
            assert_eq!(fault(error.code(), error.details().unwrap_or_default()), expected, "{line}");
        }
    }
}

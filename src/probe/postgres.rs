//! PostgreSQL: the request for TLS, the start-up message, the login, `SELECT 1`.
//! Source: PostgreSQL, "Frontend/Backend Protocol", message flow and formats.

use std::borrow::Cow;

use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::backend::{ErrorResponseBody, Message};
use postgres_protocol::message::frontend;
use tokio::io::AsyncReadExt;

use super::attempt::Trace;
use super::tls::Tls;
use super::wire::{Ended, Wire, broken, closed, said, wrong_protocol};
use crate::model::{ProbeFault, ProbeStage, Target, TlsMode};

/// What the protocol is called where something else was said.
const NAME: &str = "PostgreSQL";
/// The user where none is named.
const USER: &str = "postgres";

/// Encrypts the connection as far as the target's mode asks for it.
pub(super) async fn encrypt(
    mut wire: Wire,
    target: &Target,
    tls: Option<&Tls>,
    trace: &mut Trace,
) -> Result<Wire, Ended> {
    let Some(tls) = tls else { return Ok(wire) };
    trace.begin(ProbeStage::Tls);
    let mut request = BytesMut::new();
    frontend::ssl_request(&mut request);
    wire.send(&request).await?;
    let seen = wire.seen();
    match wire.read_u8().await {
        Ok(b'S') => match tls.handshake(wire).await {
            // Something that begins with an S, such as the greeting of an SSH server.
            Err(Ended::Failed(ProbeFault::TlsRefused, _)) => Err(wrong_protocol(NAME, &seen)),
            Ok(wire) => {
                trace.done();
                trace.listen(wire.seen());
                Ok(wire)
            }
            Err(ended) => Err(ended),
        },
        Ok(b'N') if target.tls == TlsMode::Prefer => Ok(wire),
        Ok(b'N') => Err(Ended::failed(ProbeFault::TlsRefused, "the server answers N to the request for TLS")),
        // A server that cannot start a process for the connection says so at once.
        Ok(b'E') => {
            let mut answers = Answers { wire, buffer: vec![b'E'], password: None };
            match answers.next().await? {
                Message::ErrorResponse(body) => Err(answers.refusal(&body)),
                _ => Err(wrong_protocol(NAME, &seen)),
            }
        }
        Ok(_) => Err(wrong_protocol(NAME, &seen)),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Err(closed(&seen)),
        Err(error) => Err(broken(&error, &seen)),
    }
}

/// Logs in as far as that is possible, and asks one question.
pub(super) async fn speak(
    wire: Wire,
    target: &Target,
    password: Option<&str>,
    trace: &mut Trace,
) -> Result<String, Ended> {
    let user = target.user.as_deref().unwrap_or(USER);
    let mut parameters = vec![("user", user), ("client_encoding", "UTF8"), ("application_name", "gcp-drift probe")];
    parameters.extend(target.database.as_deref().map(|database| ("database", database)));
    let mut answers = Answers { wire, buffer: Vec::new(), password: password.map(str::to_owned) };
    trace.begin(ProbeStage::Answer);
    answers.send(|out| frontend::startup_message(parameters, out)).await?;
    let mut scram: Option<ScramSha256> = None;
    let mut version: Option<String> = None;
    loop {
        let message = answers.next().await?;
        if !matches!(message, Message::ErrorResponse(_)) && trace.at() == ProbeStage::Answer {
            trace.done();
            trace.begin(ProbeStage::Login);
        }
        match message {
            Message::ErrorResponse(body) => return Err(answers.refusal(&body)),
            Message::NoticeResponse(_) | Message::BackendKeyData(_) | Message::AuthenticationOk => {}
            Message::ParameterStatus(body) => {
                if body.name().is_ok_and(|name| name == "server_version") {
                    version = body.value().ok().map(|version| said(version, None));
                }
            }
            Message::ReadyForQuery(_) => break,
            Message::AuthenticationSaslContinue(body) => {
                let Some(state) = scram.take() else { return Err(answers.unexpected()) };
                let state = prove(state, body.data()).await?;
                let response = state.message().to_vec();
                scram = Some(state);
                answers.send(|out| frontend::sasl_response(&response, out)).await?;
            }
            Message::AuthenticationSaslFinal(body) => {
                let Some(state) = scram.as_mut() else { return Err(answers.unexpected()) };
                state.finish(body.data()).map_err(|error| failed_login(&error))?;
            }
            request => {
                let Some(method) = method(&request) else { return Err(answers.unexpected()) };
                let Some(password) = password else {
                    return Ok(format!("it asks for a login ({method})"));
                };
                scram = answers.give(&request, user, password, &method).await?;
            }
        }
    }
    trace.done();
    trace.begin(ProbeStage::Query);
    answers.send(|out| frontend::query("SELECT 1", out)).await?;
    let mut rows = 0;
    loop {
        match answers.next().await? {
            Message::ErrorResponse(body) => return Err(answers.refusal(&body)),
            Message::DataRow(_) => rows += 1,
            Message::ReadyForQuery(_) => break,
            _ => {}
        }
    }
    if rows != 1 {
        return Err(Ended::failed(ProbeFault::WrongProtocol, format!("SELECT 1 gave {rows} rows")));
    }
    trace.done();
    // The server notes a connection that ends without a word in its log.
    let _ = answers
        .send(|out| {
            frontend::terminate(out);
            Ok(())
        })
        .await;
    let version = version.map(|version| format!("PostgreSQL {version}, ")).unwrap_or_default();
    Ok(format!("{version}SELECT 1 answered"))
}

/// The way to log in that a server asks for; `None` where the message asks for none.
fn method(message: &Message) -> Option<Cow<'static, str>> {
    Some(match message {
        Message::AuthenticationCleartextPassword => "clear text".into(),
        Message::AuthenticationMd5Password(_) => "md5".into(),
        Message::AuthenticationSasl(body) => {
            let names: Vec<String> = body.mechanisms().map(|name| Ok(said(name, None))).collect().ok()?;
            names.join(", ").into()
        }
        Message::AuthenticationGss => "GSSAPI".into(),
        Message::AuthenticationSspi => "SSPI".into(),
        Message::AuthenticationKerberosV5 => "Kerberos V5".into(),
        Message::AuthenticationScmCredential => "SCM".into(),
        _ => return None,
    })
}

/// The messages of a server.
struct Answers {
    wire: Wire,
    buffer: Vec<u8>,
    password: Option<String>,
}

/// The longest message that is read, in bytes.
const MAX_MESSAGE: usize = 32 << 10;

impl Answers {
    async fn send(&mut self, write: impl FnOnce(&mut BytesMut) -> std::io::Result<()>) -> Result<(), Ended> {
        let mut out = BytesMut::new();
        // What is written holds names from config: only a null byte cannot be sent.
        write(&mut out).map_err(|error| Ended::NotChecked(format!("the message cannot be written: {error}")))?;
        self.wire.send(&out).await
    }

    /// Answers a request for a password.
    async fn give(
        &mut self,
        request: &Message,
        user: &str,
        password: &str,
        method: &str,
    ) -> Result<Option<ScramSha256>, Ended> {
        match request {
            Message::AuthenticationCleartextPassword => {
                self.send(|out| frontend::password_message(password.as_bytes(), out)).await?;
            }
            Message::AuthenticationMd5Password(body) => {
                let hash = md5_hash(user.as_bytes(), password.as_bytes(), body.salt());
                self.send(|out| frontend::password_message(hash.as_bytes(), out)).await?;
            }
            Message::AuthenticationSasl(body) => {
                let known = body.mechanisms().any(|name| Ok(name == SCRAM_SHA_256)).unwrap_or(false);
                if !known {
                    return Err(not_supported(method));
                }
                let state = ScramSha256::new(password.as_bytes(), ChannelBinding::unsupported());
                let first = state.message().to_vec();
                self.send(|out| frontend::sasl_initial_response(SCRAM_SHA_256, &first, out)).await?;
                return Ok(Some(state));
            }
            _ => return Err(not_supported(method)),
        }
        Ok(None)
    }

    /// The next message.
    async fn next(&mut self) -> Result<Message, Ended> {
        loop {
            if let Some(message) = self.parsed()? {
                return Ok(message);
            }
            self.wire.receive(&mut self.buffer).await?;
        }
    }

    fn parsed(&mut self) -> Result<Option<Message>, Ended> {
        let &[tag, a, b, c, d, ..] = self.buffer.as_slice() else {
            // What cannot begin a message is not waited for.
            return if self.buffer.first().is_none_or(|&tag| is_tag(tag)) { Ok(None) } else { Err(self.unexpected()) };
        };
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
        if !is_tag(tag) || !(4..=MAX_MESSAGE).contains(&length) {
            return Err(self.unexpected());
        }
        let Some(message) = self.buffer.get(..=length) else { return Ok(None) };
        let mut message = BytesMut::from(message);
        self.buffer.drain(..=length);
        match Message::parse(&mut message) {
            Ok(Some(message)) => Ok(Some(message)),
            _ => Err(self.unexpected()),
        }
    }

    fn unexpected(&self) -> Ended {
        wrong_protocol(NAME, &self.wire.seen())
    }

    /// The fault that an ErrorResponse names.
    fn refusal(&self, body: &ErrorResponseBody) -> Ended {
        let mut fields = body.fields();
        let (mut code, mut text, mut routine) = (String::new(), String::new(), String::new());
        while let Ok(Some(field)) = fields.next() {
            let value = said(&String::from_utf8_lossy(field.value_bytes()), self.password.as_deref());
            match field.type_() {
                b'C' => code = value,
                b'M' => text = value,
                b'R' => routine = value,
                _ => {}
            }
        }
        Ended::failed(fault(&code, &routine), format!("{code}: {text}"))
    }
}

/// Works out the answer to a challenge of SCRAM, which takes the time that the server asks for.
async fn prove(mut state: ScramSha256, challenge: &[u8]) -> Result<ScramSha256, Ended> {
    let iterations = iterations(challenge).unwrap_or(u64::MAX);
    if iterations > MAX_ITERATIONS {
        let detail = format!("the server asks for {iterations} iterations of SCRAM");
        return Err(Ended::failed(ProbeFault::LoginNotSupported, detail));
    }
    let challenge = challenge.to_vec();
    let worked = tokio::task::spawn_blocking(move || state.update(&challenge).map(|()| state)).await;
    match worked {
        Ok(worked) => worked.map_err(|error| failed_login(&error)),
        Err(_) => Err(Ended::NotChecked("the answer to SCRAM was not worked out".to_owned())),
    }
}

/// More iterations than this are a way to keep a client busy; 4096 are usual.
const MAX_ITERATIONS: u64 = 1_000_000;

/// The iterations that a challenge asks for. Source: RFC 5802, section 5.1.
fn iterations(challenge: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(challenge).ok()?;
    text.split(',').find_map(|attribute| attribute.strip_prefix("i="))?.parse().ok()
}

fn failed_login(error: &std::io::Error) -> Ended {
    Ended::failed(ProbeFault::WrongProtocol, format!("the server does not keep to SCRAM: {error}"))
}

fn not_supported(method: &str) -> Ended {
    Ended::failed(ProbeFault::LoginNotSupported, format!("the server asks for {method}"))
}

/// The tags of messages that a server may send before and after the login.
fn is_tag(tag: u8) -> bool {
    matches!(tag, b'R' | b'E' | b'N' | b'S' | b'K' | b'Z' | b'T' | b'D' | b'C' | b'I' | b'A')
}

/// The fault of an error. The routine is never translated, unlike the text, and tells the two meanings of 28000 apart.
/// Source: PostgreSQL, "PostgreSQL Error Codes"; `src/backend/libpq/auth.c`, `src/backend/utils/init/miscinit.c`.
fn fault(code: &str, routine: &str) -> ProbeFault {
    match (code, routine) {
        ("28P01", _) => ProbeFault::WrongPassword,
        ("28000", "InitializeSessionUserId") => ProbeFault::UserNotFound,
        ("28000" | "42501", _) => ProbeFault::AccessRefused,
        ("3D000", _) => ProbeFault::DatabaseNotFound,
        ("53300", _) => ProbeFault::TooManyConnections,
        ("57P01" | "57P02" | "57P03", _) => ProbeFault::NotServing,
        _ => ProbeFault::ServerError,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_named_by_their_codes() {
        for (code, routine, expected) in [
            ("28P01", "auth_failed", ProbeFault::WrongPassword),
            ("28000", "ClientAuthentication", ProbeFault::AccessRefused),
            ("28000", "InitializeSessionUserId", ProbeFault::UserNotFound),
            ("42501", "CheckMyDatabase", ProbeFault::AccessRefused),
            ("3D000", "InitPostgres", ProbeFault::DatabaseNotFound),
            ("53300", "InitProcess", ProbeFault::TooManyConnections),
            ("57P03", "ProcessStartupPacket", ProbeFault::NotServing),
            ("XX000", "", ProbeFault::ServerError),
            ("", "", ProbeFault::ServerError),
        ] {
            assert_eq!(fault(code, routine), expected, "{code} {routine}");
        }
    }
}

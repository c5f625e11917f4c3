//! What a try can fail with: a closed list.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal, $text:literal;)+) => {
        /// What a try failed with. There is no other.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum ProbeFault {
            $($(#[doc = $doc])+ $name,)+
        }

        impl ProbeFault {
            /// All of them, in the order of the stages in which they arise.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The word in JSON.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// What it is, in a sentence's words.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

faults! {
    /// The resolver says that the name does not exist (NXDOMAIN).
    NameNotFound = "name-not-found", "the name does not exist (NXDOMAIN)";
    /// The name exists and has no address.
    NameWithoutAddress = "name-without-address", "the name has no address";
    /// The resolver gave no usable answer (SERVFAIL, a refusal, or silence).
    ResolverFailed = "resolver-failed", "the resolver gave no answer";
    /// The resolver took longer than the time limit.
    ResolveTimedOut = "resolve-timed-out", "the name was not resolved in time";
    /// The host answered with a reset: nothing listens on the port, or a firewall rejects.
    ConnectionRefused = "connection-refused", "connection refused: nothing listens on the port, or a firewall rejects";
    /// A router or the own host says that there is no way to the address.
    NoRoute = "no-route", "no route to the address";
    /// The own host forbids the connection.
    ConnectForbidden = "connect-forbidden", "this host forbids the connection";
    /// No answer to the connection request.
    ConnectTimedOut = "connect-timed-out", "no answer to SYN: firewall drop, no route, or full backlog";
    /// The peer reset the connection after it was made.
    ConnectionReset = "connection-reset", "the connection was reset";
    /// The peer closed the connection without the answer that was due.
    ConnectionClosed = "connection-closed", "the connection was closed without an answer";
    /// The connection was accepted, and then nothing came.
    Silent = "silent", "accepted, then silent";
    /// The server does not do TLS.
    TlsRefused = "tls-refused", "the server refuses TLS";
    /// The server takes encrypted connections only.
    TlsWanted = "tls-wanted", "the server wants TLS";
    /// The certificate is not signed by a trusted authority.
    CertificateNotTrusted = "certificate-not-trusted", "the certificate is not trusted";
    /// The certificate is for another name.
    CertificateWrongName = "certificate-wrong-name", "the certificate is for another name";
    /// The certificate is past its end, or not yet valid.
    CertificateExpired = "certificate-expired", "the certificate is not valid at this time";
    /// The server wants a certificate of the client.
    ClientCertificateWanted = "client-certificate-wanted", "the server wants a certificate of the client";
    /// The handshake failed for another reason, such as no common protocol version.
    TlsFailed = "tls-failed", "the TLS handshake failed";
    /// What came is not the protocol that was expected.
    WrongProtocol = "wrong-protocol", "not the protocol that was expected";
    /// The server refuses this client, host, user or database by its rules, before any password (`pg_hba.conf`).
    AccessRefused = "access-refused", "the server's access rules refuse this client";
    /// The server wants a password, and none was given, or one in a way that is not supported.
    LoginNotSupported = "login-not-supported", "the server wants a way to log in that is not supported";
    /// The server refused the password.
    WrongPassword = "wrong-password", "wrong password";
    /// The user does not exist, or may not log in.
    UserNotFound = "user-not-found", "the user is not there, or may not log in";
    /// The database does not exist.
    DatabaseNotFound = "database-not-found", "the database is not there";
    /// The server takes no more connections.
    TooManyConnections = "too-many-connections", "too many connections";
    /// The server is up and does not serve yet, or no longer.
    NotServing = "not-serving", "the server is starting up, shutting down or recovering";
    /// The server answered with another error.
    ServerError = "server-error", "the server answered with an error";
    /// The HTTP status is not one that was expected.
    HttpStatus = "http-status", "an HTTP status that was not expected";
    /// The server answered and then was silent until the time limit.
    Stalled = "stalled", "it answered, then stopped in the middle";
}

impl fmt::Display for ProbeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

//! What a try can fail with: a closed list, with what each one means and where to look.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal, $text:literal, $advice:literal;)+) => {
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

            /// What it means, in a sentence's words.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// Where to look, in a sentence's words.
            pub fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice,)+ }
            }
        }
    };
}

faults! {
    /// The resolver says that the name does not exist (NXDOMAIN).
    NameNotFound = "name-not-found",
        "the resolver says that the name does not exist (NXDOMAIN)",
        "compare the name with the zone's records; a private zone must be attached to the network that is asked from";
    /// The name exists and has no address.
    NameWithoutAddress = "name-without-address",
        "the name exists, and has no address",
        "look for the A and AAAA records of the name in its zone";
    /// The resolver gave no usable answer (SERVFAIL, a refusal, or silence).
    ResolverFailed = "resolver-failed",
        "the resolver gave no usable answer (SERVFAIL, a refusal, or silence)",
        "look whether the resolver is reachable from there, and at forwarding zones and response policies";
    /// The resolver took longer than the time limit.
    ResolveTimedOut = "resolve-timed-out",
        "the name was not resolved within the time limit",
        "look whether the resolver is reachable from there: DNS is port 53 of UDP and TCP";
    /// A reset came back in place of a connection.
    ConnectionRefused = "connection-refused",
        "nothing listens on the port, or a firewall rejects",
        "look whether the server runs, on which address and port it listens, and whether a rule rejects";
    /// A router or the own host says that there is no way to the address.
    NoRoute = "no-route",
        "there is no route to the address",
        "look at the routes and peerings of the network, and whether the workload is in the network at all";
    /// The own host forbids the connection.
    ConnectForbidden = "connect-forbidden",
        "the host that asks forbids the connection",
        "look at the packet filter and the sandbox of the host that asks";
    /// No answer to the connection request.
    ConnectTimedOut = "connect-timed-out",
        "no answer to SYN: firewall drop, no route, or full backlog",
        "look at the connector and its egress, at firewall rules on the way, and whether the server still accepts";
    /// The peer reset the connection after it was made.
    ConnectionReset = "connection-reset",
        "the connection was made, and then reset",
        "look whether the server wants TLS, at its log, and at proxies and load balancers on the way";
    /// The peer closed the connection without the answer that was due.
    ConnectionClosed = "connection-closed",
        "the connection was made, and then closed without the answer that was due",
        "look whether the server wants TLS, and at its log";
    /// The connection was accepted, and then nothing came.
    Silent = "silent",
        "the connection was accepted, and then nothing was said",
        "look whether the server hangs or is out of workers, and whether it is the server that was meant";
    /// The answer began and did not end.
    Stalled = "stalled",
        "the answer began, and did not end within the time limit",
        "look at the server's load, and at the MTU of the way: large packets may be lost";
    /// The server does not do TLS.
    TlsRefused = "tls-refused",
        "the server does not do TLS",
        "switch TLS on at the server, or off in the target";
    /// The server takes encrypted connections only.
    TlsWanted = "tls-wanted",
        "the server takes encrypted connections only",
        "set the target's TLS mode";
    /// The certificate is not signed by a trusted authority.
    CertificateNotTrusted = "certificate-not-trusted",
        "the server's certificate is not signed by an authority that is trusted",
        "name the authority's certificate (`ca`), and look whether the server sends its intermediate certificates";
    /// The certificate is for another name.
    CertificateWrongName = "certificate-wrong-name",
        "the server's certificate is for another name",
        "connect by a name of the certificate, or use verify-ca where it has none, as with Cloud SQL";
    /// The certificate is past its end, or not yet valid.
    CertificateExpired = "certificate-expired",
        "the server's certificate is past its end, or not yet valid",
        "renew the certificate, and look at the clock of the host that asks";
    /// The server wants a certificate of the client.
    ClientCertificateWanted = "client-certificate-wanted",
        "the server wants a certificate of the client",
        "probe gives none: look whether the server must ask for one";
    /// The handshake failed for another reason, such as no common protocol version.
    TlsFailed = "tls-failed",
        "the TLS handshake failed",
        "compare the protocol versions and ciphers of both sides; TLS 1.2 and 1.3 are spoken here";
    /// What came is not the protocol that was expected.
    WrongProtocol = "wrong-protocol",
        "what answers speaks another protocol",
        "compare kind, host and port with what listens there";
    /// The server's rules refuse this client, host, user or database (`pg_hba.conf`, ACLs).
    AccessRefused = "access-refused",
        "the server's access rules refuse this client, user or database",
        "look at pg_hba.conf, authorized networks or ACLs, and whether they ask for TLS";
    /// The server wants a way to log in that is not supported.
    LoginNotSupported = "login-not-supported",
        "the server wants a way to log in that probe does not support",
        "a password in clear text, as md5 or by SCRAM-SHA-256 is supported";
    /// The server refused the password.
    WrongPassword = "wrong-password",
        "the server refuses the password",
        "compare the secret's version with the user's password";
    /// The user does not exist, or may not log in.
    UserNotFound = "user-not-found",
        "the user does not exist, or may not log in",
        "compare the user with the server's list of roles";
    /// The database does not exist.
    DatabaseNotFound = "database-not-found",
        "the database does not exist",
        "compare the database's name with the server's list";
    /// The server takes no more connections.
    TooManyConnections = "too-many-connections",
        "the server takes no more connections",
        "add up the pools of all instances, and compare the sum with the server's limit";
    /// The server is up and does not serve yet, or no longer.
    NotServing = "not-serving",
        "the server is starting up, shutting down, loading or recovering",
        "wait for it; where it stays so, look at its log";
    /// The server answered with another error.
    ServerError = "server-error",
        "the server answered with an error",
        "look at the error's code and text";
    /// The HTTP status is not one that was expected.
    HttpStatus = "http-status",
        "the HTTP status is not one that was expected",
        "look at the path and at the server's log; statuses that are as they should be can be listed";
}

impl fmt::Display for ProbeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

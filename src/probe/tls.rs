//! The TLS handshake, and which of its failures is which.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::client::ResolvesClientCert;
use rustls::pki_types::ServerName;
use rustls::sign::CertifiedKey;
use rustls::{AlertDescription, CertificateError, ClientConfig, Error, SignatureScheme};
use tokio_rustls::TlsConnector;

use super::trust::Verifier;
use super::wire::{Ended, Wire, broken};
use crate::model::{ProbeFault, TlsMode};

/// What the handshakes with one target need.
#[derive(Clone)]
pub(super) struct Tls {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
    asked: Arc<Asked>,
}

impl Tls {
    /// For a host, with the certificates of a file or those that the system trusts.
    ///
    /// # Errors
    /// Why no handshake can be made here.
    pub(super) fn new(mode: TlsMode, host: &str, ca: Option<&Path>, alpn: Option<&str>) -> Result<Self, String> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = Verifier::new(mode, ca, &provider)?;
        let asked = Arc::new(Asked::default());
        let resolver: Arc<dyn ResolvesClientCert> = Arc::<Asked>::clone(&asked);
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.map_err(|error| error.to_string())?;
        let mut config = builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_client_cert_resolver(resolver);
        config.alpn_protocols = alpn.map(|name| name.as_bytes().to_vec()).into_iter().collect();
        // Each try is to be a whole handshake.
        config.resumption = rustls::client::Resumption::disabled();
        let name = ServerName::try_from(host.trim_end_matches('.').to_owned());
        let name = name.map_err(|_| format!("`{host}` is no name that a certificate can have"))?;
        Ok(Self { config: Arc::new(config), name, asked })
    }

    /// Makes the handshake.
    pub(super) async fn handshake(&self, wire: Wire) -> Result<Wire, Ended> {
        let seen = wire.seen();
        let before = seen.first().len();
        let connected = TlsConnector::from(Arc::clone(&self.config)).connect(self.name.clone(), wire).await;
        connected.map(Wire::new).map_err(|error| {
            if let Some(Error::InvalidMessage(_)) = inner(&error) {
                // What came is no record of TLS.
                return Ended::failed(ProbeFault::TlsRefused, format!("the answer to TLS is {}", seen.quoted()));
            }
            match self.explained(broken(&error, &seen)) {
                Ended::Failed(ProbeFault::ConnectionClosed, _) if seen.first().len() == before => Ended::failed(
                    ProbeFault::ConnectionClosed,
                    "the peer closed the connection when it was offered TLS: it may not speak TLS",
                ),
                ended => ended,
            }
        })
    }

    /// A server that wants a certificate of the client may say no more than that the handshake failed.
    fn explained(&self, ended: Ended) -> Ended {
        match ended {
            Ended::Failed(ProbeFault::TlsFailed, detail) if self.asked.0.load(Ordering::Relaxed) => {
                Ended::failed(ProbeFault::ClientCertificateWanted, detail)
            }
            ended => ended,
        }
    }
}

/// Remembers whether the server asked for a certificate of the client. There is none to give.
#[derive(Debug, Default)]
struct Asked(AtomicBool);

impl ResolvesClientCert for Asked {
    fn resolve(&self, _root_hint_subjects: &[&[u8]], _sigschemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.store(true, Ordering::Relaxed);
        None
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// The fault where an error of a connection comes from TLS.
pub(super) fn of_io(error: &io::Error) -> Option<Ended> {
    inner(error).map(|error| Ended::failed(fault(error), error.to_string()))
}

fn inner(error: &io::Error) -> Option<&Error> {
    error.get_ref().and_then(|inner| inner.downcast_ref::<Error>())
}

fn fault(error: &Error) -> ProbeFault {
    match error {
        Error::InvalidCertificate(certificate) => match certificate {
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                ProbeFault::CertificateWrongName
            }
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => ProbeFault::CertificateExpired,
            _ => ProbeFault::CertificateNotTrusted,
        },
        Error::AlertReceived(AlertDescription::CertificateRequired) => ProbeFault::ClientCertificateWanted,
        Error::InvalidMessage(_) => ProbeFault::WrongProtocol,
        _ => ProbeFault::TlsFailed,
    }
}

//! Which certificates are trusted, and what is wrong with one that is not.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::model::TlsMode;

/// The largest file of certificates that is read, in bytes.
const MAX_BYTES: u64 = 16 << 20;

/// Checks a server's certificate as far as the TLS mode asks for.
#[derive(Debug)]
pub(super) struct Verifier {
    mode: TlsMode,
    provider: Arc<CryptoProvider>,
    roots: RootCertStore,
    trusted: Vec<CertificateDer<'static>>,
}

impl Verifier {
    /// For a mode, with the certificates of a file or those that the system trusts.
    ///
    /// # Errors
    /// Why there is nothing that could be trusted.
    pub(super) fn new(mode: TlsMode, ca: Option<&Path>, provider: &Arc<CryptoProvider>) -> Result<Self, String> {
        let mut verifier =
            Self { mode, provider: Arc::clone(provider), roots: RootCertStore::empty(), trusted: Vec::new() };
        if !matches!(mode, TlsMode::VerifyCa | TlsMode::VerifyFull) {
            return Ok(verifier);
        }
        match ca {
            Some(path) => {
                verifier.trusted =
                    certificates(path).map_err(|why| format!("the certificates in {}: {why}", path.display()))?;
                for certificate in &verifier.trusted {
                    let added = verifier.roots.add(certificate.clone());
                    added.map_err(|error| format!("the certificates in {}: {error}", path.display()))?;
                }
            }
            None => {
                verifier.roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                if verifier.roots.is_empty() {
                    return Err("this system has no trusted certificates: name a file of them (`ca`)".to_owned());
                }
            }
        }
        Ok(verifier)
    }

    fn check(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), Error> {
        let parsed = ParsedCertificate::try_from(certificate)?;
        let algorithms = self.provider.signature_verification_algorithms.all;
        match verify_server_cert_signed_by_trust_anchor(&parsed, &self.roots, intermediates, now, algorithms) {
            // A self-signed certificate of a server is commonly marked as that of an authority. One that is itself
            // trusted needs no signature; its dates are checked before this error can arise.
            Err(error) if is_authority(&error) && self.trusted.iter().any(|trusted| trusted == certificate) => {}
            result => result?,
        }
        if self.mode == TlsMode::VerifyFull {
            verify_server_name(&parsed, name)?;
        }
        Ok(())
    }
}

fn is_authority(error: &Error) -> bool {
    match error {
        Error::InvalidCertificate(CertificateError::Other(other)) => {
            matches!(other.0.downcast_ref::<webpki::Error>(), Some(webpki::Error::CaUsedAsEndEntity))
        }
        _ => false,
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let size = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > MAX_BYTES {
        return Err(format!("the file is larger than {MAX_BYTES} bytes"));
    }
    let text = std::fs::read(path).map_err(|error| error.to_string())?;
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let read = read.map_err(|_| "the file is no valid PEM".to_owned())?;
    if read.is_empty() { Err("the file holds no certificate in PEM form".to_owned()) } else { Ok(read) }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if matches!(self.mode, TlsMode::VerifyCa | TlsMode::VerifyFull) {
            self.check(end_entity, intermediates, server_name, now)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

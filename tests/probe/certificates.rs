//! Certificates of test servers, made anew for each run.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};

/// PEM files in a folder that every user can read.
pub struct Certificates {
    folder: PathBuf,
}

/// The names of a certificate that is right.
const HERE: [&str; 2] = ["127.0.0.1", "localhost"];

impl Certificates {
    /// An authority (`ca`), and certificates that are right (`good`), for another name (`other`), past their end
    /// (`expired`), of a second authority (`stranger`), and self-signed, as an authority or not (`own-ca`, `own`).
    pub fn make(folder: &Path) -> Self {
        let made = Self { folder: folder.to_owned() };
        let authority = |name: &str| {
            let mut params = CertificateParams::new(Vec::new()).unwrap();
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params.distinguished_name.push(DnType::CommonName, name);
            CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
        };
        let ours = authority("the authority of the tests");
        made.write("ca.crt", &ours.pem());
        let signed = |name: &str, hosts: &[&str], issuer: &CertifiedIssuer<'_, KeyPair>, expired: bool| {
            let (params, key) = (params(hosts, expired), KeyPair::generate().unwrap());
            made.write(&format!("{name}.crt"), &params.signed_by(&key, issuer).unwrap().pem());
            made.write(&format!("{name}.key"), &key.serialize_pem());
        };
        signed("good", &HERE, &ours, false);
        signed("other", &["db.example.com"], &ours, false);
        signed("expired", &HERE, &ours, true);
        signed("stranger", &HERE, &authority("another authority"), false);
        for (name, is_ca, expired) in [("own", false, false), ("own-ca", true, false), ("own-ca-expired", true, true)] {
            let (mut params, key) = (params(&HERE, expired), KeyPair::generate().unwrap());
            if is_ca {
                params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            }
            made.write(&format!("{name}.crt"), &params.self_signed(&key).unwrap().pem());
            made.write(&format!("{name}.key"), &key.serialize_pem());
        }
        made
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.join(name), text).unwrap();
    }

    /// The path of a certificate.
    pub fn crt(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.crt"))
    }

    /// The path of its key.
    pub fn key(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.key"))
    }
}

fn params(hosts: &[&str], expired: bool) -> CertificateParams {
    let names: Vec<String> = hosts.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, hosts[0]);
    if expired {
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    }
    params
}

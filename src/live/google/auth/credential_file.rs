//! A credentials file: what it is, by its `type`, and whose. What it holds is never quoted.

use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The largest credentials file that is read. A key file has 2 KiB.
const MAX_BYTES: u64 = 256 << 10;

/// What kind of credentials a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `service_account`: a key.
    ServiceAccount,
    /// `authorized_user`: a user's refresh token.
    AuthorizedUser,
    /// `external_account`: workload identity federation.
    ExternalAccount,
    /// `impersonated_service_account`.
    Impersonated,
}

impl Kind {
    /// The kind in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::ServiceAccount => "service account key",
            Self::AuthorizedUser => "user credentials",
            Self::ExternalAccount => "workload identity federation",
            Self::Impersonated => "impersonated service account",
        }
    }
}

/// A credentials file that was read.
pub struct CredentialFile {
    /// Where it lies.
    pub path: PathBuf,
    /// What named it.
    pub named_by: &'static str,
    /// What it is.
    pub kind: Kind,
    /// What it holds: secrets.
    pub content: Value,
}

impl fmt::Debug for CredentialFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialFile").field("path", &self.path).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl CredentialFile {
    /// Reads a file. The error is a fragment that quotes nothing of it.
    ///
    /// # Errors
    /// A file that cannot be read, that is no JSON object, or whose kind is not supported.
    pub fn read(path: &Path, named_by: &'static str) -> Result<Self, String> {
        let text = read_limited(path, MAX_BYTES)?;
        let content: Value =
            serde_json::from_str(&text).map_err(|error| format!("is no JSON (line {})", error.line()))?;
        let kind = match content.get("type").and_then(Value::as_str) {
            Some("service_account") => Kind::ServiceAccount,
            Some("authorized_user") => Kind::AuthorizedUser,
            Some("external_account") => Kind::ExternalAccount,
            Some("impersonated_service_account") => Kind::Impersonated,
            Some(known @ ("external_account_authorized_user" | "gdch_service_account")) => {
                return Err(format!(
                    "is of the kind `{known}`, which cannot be used here; `gcloud auth print-access-token` may give a \
                     token for --access-token-file"
                ));
            }
            Some(_) => return Err("is of a kind that is not known".to_owned()),
            None => return Err("has no `type`, so it is no credentials file".to_owned()),
        };
        Ok(Self { path: path.to_owned(), named_by, kind, content })
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.content.get(key).and_then(Value::as_str)
    }

    /// Who it is, where the file says it.
    pub fn principal(&self) -> Option<String> {
        let principal = match self.kind {
            Kind::ServiceAccount => self.text("client_email"),
            Kind::AuthorizedUser => self.text("account"),
            Kind::Impersonated => self.impersonated(),
            Kind::ExternalAccount => self.impersonated().or_else(|| {
                let audience = self.text("audience")?;
                audience.split_once("//iam.googleapis.com/").map(|(_, pool)| pool)
            }),
        };
        principal.filter(|principal| is_name(principal)).map(str::to_owned)
    }

    /// The account in `…/serviceAccounts/EMAIL:generateAccessToken`.
    fn impersonated(&self) -> Option<&str> {
        let (_, account) = self.text("service_account_impersonation_url")?.rsplit_once("/serviceAccounts/")?;
        Some(account.split(':').next().unwrap_or(account))
    }

    /// The project whose quota the file says to use.
    pub fn quota_project(&self) -> Option<&str> {
        self.text("quota_project_id").filter(|project| !project.is_empty())
    }

    /// The addresses that are asked for a token, where the file names them.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        ["token_uri", "token_url", "service_account_impersonation_url"].into_iter().filter_map(|key| self.text(key))
    }
}

/// True for what may be printed as the name of an account or pool.
fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"@.-_/+:".contains(&byte);
    !text.is_empty() && text.len() <= 256 && text.bytes().all(allowed)
}

/// The text of a file of limited size. The error is a fragment that reads after the file's name.
pub fn read_limited(path: &Path, most: u64) -> Result<String, String> {
    let cannot = |error: std::io::Error| format!("cannot be read: {error}");
    // A device or a pipe could go on for ever.
    if !std::fs::metadata(path).map_err(cannot)?.is_file() {
        return Err("is no file".to_owned());
    }
    let mut text = Vec::new();
    let file = std::fs::File::open(path).map_err(cannot)?;
    file.take(most + 1).read_to_end(&mut text).map_err(cannot)?;
    if text.len() as u64 > most {
        return Err(format!("is larger than {} KiB", most / 1024));
    }
    String::from_utf8(text).map_err(|_| "is no text".to_owned())
}

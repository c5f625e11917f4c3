//! Which source of tokens a run has. The first that is there decides: a source that is named and cannot be used is an
//! error, never a reason to become somebody else.

use std::fmt;
use std::path::{Path, PathBuf};

use super::credential_file::{CredentialFile, Kind};
use super::{ADVICE, Options};

/// A source of tokens, in the order in which they are looked for.
pub enum Source {
    /// `--access-token-file`.
    TokenFile(PathBuf),
    /// `GOOGLE_OAUTH_ACCESS_TOKEN`; the token.
    TokenVariable(String),
    /// A credentials file: of `GOOGLE_APPLICATION_CREDENTIALS`, else gcloud's application default credentials.
    File(CredentialFile),
    /// The metadata server that `GCE_METADATA_HOST` names.
    MetadataHost(String),
    /// The metadata server of the machine, then the `gcloud` command.
    Search,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TokenFile(_) => "TokenFile",
            Self::TokenVariable(_) => "TokenVariable",
            Self::File(_) => "File",
            Self::MetadataHost(_) => "MetadataHost",
            Self::Search => "Search",
        })
    }
}

/// The variable that names a credentials file.
const FILE_VARIABLE: &str = "GOOGLE_APPLICATION_CREDENTIALS";
/// The variable that holds a token.
pub const TOKEN_VARIABLE: &str = "GOOGLE_OAUTH_ACCESS_TOKEN";
/// The variable that names a metadata server.
pub const METADATA_VARIABLE: &str = "GCE_METADATA_HOST";
/// The file that `gcloud auth application-default login` writes, in words.
const GCLOUD_FILE: &str = "gcloud's application default credentials";

impl Source {
    /// The first source that is there.
    ///
    /// # Errors
    /// It cannot be used, and why.
    pub fn choose(options: &Options) -> Result<Self, String> {
        let set = |name: &str| (options.variable)(name).filter(|value| !value.is_empty());
        if let Some(file) = &options.token_file {
            return Ok(Self::TokenFile(file.clone()));
        }
        if let Some(token) = set(TOKEN_VARIABLE) {
            let token = token.into_string().ok().filter(|token| is_token(token));
            return token.map(Self::TokenVariable).ok_or_else(|| format!("{TOKEN_VARIABLE} holds no access token"));
        }
        if let Some(path) = set(FILE_VARIABLE) {
            let path = PathBuf::from(path);
            let file = CredentialFile::read(&path, FILE_VARIABLE);
            let unusable =
                |problem| format!("the file that {FILE_VARIABLE} names, {}, {problem}; {ADVICE}", shown(&path));
            return usable(file.map_err(unusable)?).map(Self::File);
        }
        if let Some(path) = gcloud_file(options).filter(|path| path.exists()) {
            let file = CredentialFile::read(&path, GCLOUD_FILE);
            let unusable = |problem| format!("{GCLOUD_FILE}, {}, {problem}; {ADVICE}", shown(&path));
            return usable(file.map_err(unusable)?).map(Self::File);
        }
        match set(METADATA_VARIABLE) {
            Some(host) => match host.into_string() {
                Ok(host) if is_host(&host) => Ok(Self::MetadataHost(host)),
                _ => Err(format!("{METADATA_VARIABLE} names no host")),
            },
            None => Ok(Self::Search),
        }
    }

    /// The project whose quota the credentials say to use.
    pub fn quota_project(&self) -> Option<String> {
        match self {
            Self::File(file) => file.quota_project().map(str::to_owned),
            _ => None,
        }
    }

    /// What was looked for before this source, in that order, in words.
    pub fn before_search() -> String {
        format!(
            "tried --access-token-file (not given), {TOKEN_VARIABLE} (not set), {FILE_VARIABLE} (not set), {GCLOUD_FILE} \
             (not there), {METADATA_VARIABLE} (not set)"
        )
    }
}

/// The file of gcloud's application default credentials, where gcloud keeps it.
fn gcloud_file(options: &Options) -> Option<PathBuf> {
    let set = |name: &str| (options.variable)(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home =
        || if cfg!(windows) { Some(set("APPDATA")?.join("gcloud")) } else { Some(set("HOME")?.join(".config/gcloud")) };
    let folder = set("CLOUDSDK_CONFIG").or_else(home)?;
    Some(folder.join("application_default_credentials.json"))
}

/// A file whose addresses can be asked. One that is no URL would end the crates that ask it.
fn usable(file: CredentialFile) -> Result<CredentialFile, String> {
    let bad = |text: &str| {
        let url = reqwest::Url::parse(text);
        !url.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) || !text.is_ascii()
    };
    let named_by = file.named_by;
    if file.addresses().any(bad) {
        return Err(format!("the credentials of {named_by} name an address that is no URL; {ADVICE}"));
    }
    if file.kind == Kind::ServiceAccount && file.addresses().next().is_none() {
        return Err(format!("the key of {named_by} has no `token_uri`; {ADVICE}"));
    }
    Ok(file)
}

/// A path as it is printed.
pub fn shown(path: &Path) -> String {
    path.display().to_string().replace('\\', "/").replace(char::is_control, "\u{fffd}")
}

/// True for a text that can be sent as a bearer token.
pub fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// True for what can name a project in a header.
pub fn is_project(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:".contains(&byte);
    !text.is_empty() && text.len() <= 100 && text.bytes().all(allowed)
}

fn is_host(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    !text.is_empty() && text.bytes().all(allowed)
}

//! Getting a token from a source. `gcp_auth` does it for the sources that it reads; `google-cloud-auth` for the others.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use gcp_auth::{Error, TokenProvider};
use google_cloud_auth::build_errors::Error as BuildError;
use google_cloud_auth::credentials::{AccessTokenCredentials, external_account, impersonated, mds, user_account};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::credential_file::{CredentialFile, Kind, read_limited};
use super::source::{self, Source, shown};
use super::{ADVICE, Identity, Token};
use crate::model::redact;

/// The only scope that every API that is asked accepts: VPC Access has no read-only scope. What the token may do is
/// restricted by IAM roles.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// Limit on one token request.
const TOKEN_LIMIT: Duration = Duration::from_secs(if cfg!(test) { 2 } else { 10 });

/// Limit on asking the metadata server of the machine. It answers at once where it is there; where it is not, a network
/// may swallow the question.
const METADATA_LIMIT: Duration = Duration::from_secs(5);

/// Limit on the `gcloud` command, which is started twice and takes seconds each time.
const GCLOUD_LIMIT: Duration = Duration::from_secs(20);

/// How long a token is used whose lifetime is not told. What hands it out keeps it fresh.
const UNTOLD: Duration = Duration::from_secs(30);

/// How long a token file is not read again.
const FILE_LIFETIME: Duration = Duration::from_secs(300);

/// The largest token file that is read.
const MAX_TOKEN_BYTES: u64 = 64 << 10;

/// A source that gave a token, or is about to.
pub struct Provider {
    /// Whose credentials they are.
    pub identity: Identity,
    tokens: From,
}

/// What hands out the tokens.
enum From {
    File(PathBuf),
    Fixed(Token),
    GcpAuth(Arc<dyn TokenProvider>),
    Google(AccessTokenCredentials),
}

impl Provider {
    /// The provider of a source.
    ///
    /// # Errors
    /// What was tried, in which order, and what to do.
    pub async fn find(source: &Source) -> Result<Self, String> {
        match source {
            Source::TokenFile(path) => {
                let identity = identity(format!("--access-token-file {}", shown(path)), "access token", None);
                Ok(Self { identity, tokens: From::File(path.clone()) })
            }
            Source::TokenVariable(token) => {
                let identity = identity(source::TOKEN_VARIABLE.to_owned(), "access token", None);
                Ok(Self { identity, tokens: From::Fixed(Token::new(token, None)) })
            }
            Source::File(file) => from_file(file).await,
            Source::MetadataHost(host) => {
                let source = format!("{}={host}", source::METADATA_VARIABLE);
                let builder = mds::Builder::default().with_endpoint(format!("http://{host}")).with_scopes([SCOPE]);
                let tokens = google(&source, builder.build_access_token_credentials())?;
                Ok(Self { identity: identity(source, "metadata server", None), tokens })
            }
            Source::Search => search().await,
        }
    }

    /// A token of this source.
    ///
    /// # Errors
    /// Why there is none, and what to do.
    pub async fn token(&self) -> Result<Token, String> {
        let source = &self.identity.source;
        let failed = |problem: String| format!("the credentials of {source} gave no token: {problem}; {ADVICE}");
        match &self.tokens {
            From::File(path) => read_token(path),
            From::Fixed(token) => Ok(token.clone()),
            From::GcpAuth(provider) => {
                let provider = Arc::clone(provider);
                let token = within(TOKEN_LIMIT, async move { provider.token(&[SCOPE]).await }).await.map_err(failed)?;
                let token = token.map_err(|error| failed(brief(&error)))?;
                valid(token.as_str(), lifetime(&token)).map_err(failed)
            }
            From::Google(credentials) => {
                let credentials = credentials.clone();
                let token =
                    within(TOKEN_LIMIT, async move { credentials.access_token().await }).await.map_err(failed)?;
                let token = token.map_err(|error| failed(innermost(&error)))?;
                valid(&token.token, UNTOLD).map_err(failed)
            }
        }
    }

    /// True where another token may be had after one was refused.
    pub fn has_more(&self) -> bool {
        !matches!(self.tokens, From::Fixed(_))
    }
}

fn identity(source: String, kind: &'static str, principal: Option<String>) -> Identity {
    Identity { source, kind, principal }
}

async fn from_file(file: &CredentialFile) -> Result<Provider, String> {
    let source = format!("{} ({})", file.named_by, shown(&file.path));
    let content = file.content.clone();
    let tokens = match file.kind {
        Kind::ServiceAccount => {
            let unusable = |error| format!("the key of {source} cannot be used: {}; {ADVICE}", brief(&error));
            let key = gcp_auth::CustomServiceAccount::from_json(&content.to_string());
            From::GcpAuth(Arc::new(key.map_err(unusable)?))
        }
        Kind::AuthorizedUser if is_where_gcp_auth_looks(&file.path) => {
            let failed = |problem: String| format!("the credentials of {source} gave no token: {problem}; {ADVICE}");
            let found = within(TOKEN_LIMIT, gcp_auth::ConfigDefaultCredentials::new()).await.map_err(failed)?;
            From::GcpAuth(Arc::new(found.map_err(|error| failed(brief(&error)))?))
        }
        Kind::AuthorizedUser => {
            let builder = user_account::Builder::new(content).with_scopes([SCOPE]);
            google(&source, builder.build_access_token_credentials())?
        }
        Kind::ExternalAccount => {
            let builder = external_account::Builder::new(content).with_scopes([SCOPE]);
            google(&source, builder.build_access_token_credentials())?
        }
        Kind::Impersonated => {
            let builder = impersonated::Builder::new(content).with_scopes([SCOPE]);
            google(&source, builder.build_access_token_credentials())?
        }
    };
    Ok(Provider { identity: identity(source, file.kind.words(), file.principal()), tokens })
}

/// `gcp_auth` reads a user's credentials in one place only.
fn is_where_gcp_auth_looks(path: &Path) -> bool {
    let folder = if cfg!(windows) { std::env::var_os("APPDATA") } else { std::env::var_os("HOME") };
    let folder =
        folder.map(PathBuf::from).map(|it| if cfg!(windows) { it.join("gcloud") } else { it.join(".config/gcloud") });
    folder.is_some_and(|folder| path == folder.join("application_default_credentials.json"))
}

fn google(source: &str, built: Result<AccessTokenCredentials, BuildError>) -> Result<From, String> {
    let problem = |error: BuildError| {
        if error.is_missing_field() || error.is_parsing() {
            "a field is missing or has a wrong type"
        } else if error.is_not_supported() || error.is_unknown_type() {
            "they are of a kind that is not supported"
        } else {
            "they cannot be loaded"
        }
    };
    built
        .map(From::Google)
        .map_err(|error| format!("the credentials of {source} cannot be used: {}; {ADVICE}", problem(error)))
}

/// The metadata server of the machine, then the `gcloud` command.
async fn search() -> Result<Provider, String> {
    let metadata = within(METADATA_LIMIT, gcp_auth::MetadataServiceAccount::new()).await;
    let metadata = match flat(metadata) {
        Ok(found) => {
            let identity = identity("the metadata server".to_owned(), "attached service account", None);
            return Ok(Provider { identity, tokens: From::GcpAuth(Arc::new(found)) });
        }
        Err(problem) => problem,
    };
    match flat(within(GCLOUD_LIMIT, gcp_auth::GCloudAuthorizedUser::new()).await) {
        Ok(found) => {
            let identity = identity("gcloud auth print-access-token".to_owned(), "gcloud's account", None);
            Ok(Provider { identity, tokens: From::GcpAuth(Arc::new(found)) })
        }
        Err(gcloud) => Err(format!(
            "{}, the metadata server ({metadata}) and `gcloud auth print-access-token` ({gcloud}); {ADVICE}",
            Source::before_search()
        )),
    }
}

fn flat<T>(result: Result<Result<T, Error>, String>) -> Result<T, String> {
    result.and_then(|result| result.map_err(|error| brief(&error)))
}

fn read_token(path: &Path) -> Result<Token, String> {
    let unusable = |problem| format!("the file that --access-token-file names, {}, {problem}", shown(path));
    let text = read_limited(path, MAX_TOKEN_BYTES).map_err(unusable)?;
    let token = text.trim();
    if source::is_token(token) && !token.starts_with('{') {
        Ok(Token::new(token, Some(FILE_LIFETIME)))
    } else {
        Err(unusable("holds no access token: one line with the token is expected".to_owned()))
    }
}

/// A token that can be sent.
fn valid(text: &str, lifetime: Duration) -> Result<Token, String> {
    if source::is_token(text) { Ok(Token::new(text, Some(lifetime))) } else { Err("the answer is no token".to_owned()) }
}

/// How long a token may be used, with some seconds to spare.
fn lifetime(token: &gcp_auth::Token) -> Duration {
    const SPARE: Duration = Duration::from_secs(20);
    let until = SystemTime::from(token.expires_at());
    until.duration_since(SystemTime::now()).unwrap_or_default().saturating_sub(SPARE)
}

/// Runs a future under a time limit that holds even where the future blocks its thread: `gcp_auth` has no time limits
/// of its own and waits for `gcloud` without giving way.
async fn within<T, F>(limit: Duration, future: F) -> Result<T, String>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let (done, result) = oneshot::channel();
    let runtime = Handle::current();
    let work = move || {
        // The receiver is gone once the limit has passed.
        let _ = done.send(runtime.block_on(future));
    };
    let thread = std::thread::Builder::new().name("credentials".to_owned()).spawn(work);
    thread.map_err(|error| format!("no thread could be started: {error}"))?;
    match tokio::time::timeout(limit, result).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(_)) => Err("the search for it ended early".to_owned()),
        Err(_) => Err(format!("no answer within {} s", limit.as_secs_f64())),
    }
}

/// An error in few words. What a credentials file holds is never repeated: a JSON error quotes its input.
fn brief(error: &Error) -> String {
    match error {
        Error::Json(what, error) => format!("{what}, line {}", error.line()),
        other => without_secrets(&other.to_string()),
    }
}

/// What `google-cloud-auth` met. Its own words are general; the innermost cause says what happened, and the answer of a
/// token endpoint has a code, which is all of the answer that is told.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut texts = vec![error.to_string()];
    let mut cause = error;
    while let Some(inner) = cause.source() {
        texts.push(inner.to_string());
        cause = inner;
    }
    let code = texts.iter().find_map(|text| refusal_code(text));
    let last = texts.iter().rev().find(|text| !text.contains("body=<")).map_or("", String::as_str);
    let code = code.map(|code| format!(", code `{code}`")).unwrap_or_default();
    format!("{}{code}", without_secrets(last))
}

/// The code of a refusal that an error quotes as `body=<…>`, such as `invalid_grant`.
fn refusal_code(text: &str) -> Option<String> {
    let body = text.split_once("body=<")?.1.rsplit_once('>')?.0;
    let body: serde_json::Value = serde_json::from_str(body).ok()?;
    let code = body.get("error").and_then(|error| error.as_str().or_else(|| error.get("status")?.as_str()))?;
    let is_code = code.len() <= 50 && code.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    is_code.then(|| code.to_owned())
}

fn without_secrets(text: &str) -> String {
    /// The longest message that is kept, in characters.
    const MOST: usize = 300;
    let line: String = text.chars().map(|char| if char.is_control() { ' ' } else { char }).take(MOST).collect();
    redact::line(&line).to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[tokio::test]
    async fn the_limit_holds_even_where_the_work_blocks_its_thread() {
        let started = Instant::now();
        let blocked = within(Duration::from_millis(30), async {
            std::thread::sleep(Duration::from_millis(600));
        });
        assert_eq!(blocked.await, Err("no answer within 0.03 s".to_owned()));
        assert!(started.elapsed() < Duration::from_millis(500), "{:?}", started.elapsed());
        assert_eq!(within(Duration::from_secs(5), async { 7 }).await, Ok(7));
    }

    #[test]
    fn an_error_quotes_no_file() {
        let json = serde_json::from_str::<u32>("\"ya29.secret\"").unwrap_err();
        let text = brief(&Error::Json("no credentials", json));
        assert_eq!(text, "no credentials, line 1");
        assert!(!without_secrets("a\nya29.secret").contains("ya29.secret"));
    }
}

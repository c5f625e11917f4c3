//! Access tokens: one source of them a run, tokens that are replaced when they expire or are refused, and time limits.
//!
//! | file | subject |
//! | --- | --- |
//! | `source` | which source of tokens a run has: the first that is there decides |
//! | `credential_file` | what a credentials file is, by its `type` |
//! | `provider` | getting a token from a source: by `gcp_auth`, or by `google-cloud-auth` where that cannot |

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Once, OnceLock};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

mod credential_file;
mod provider;
mod source;
#[cfg(test)]
mod tests;

use provider::Provider;
use source::Source;

/// What to do where there are no credentials.
const ADVICE: &str = "run `gcloud auth application-default login`, or name a credentials file in \
                      GOOGLE_APPLICATION_CREDENTIALS, or give a token with --access-token-file";

/// Makes ring the TLS provider of this process. Without one, building any HTTPS client panics.
pub fn install_tls_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that the process already has a provider, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// What a run is told of its credentials.
#[derive(Clone)]
pub struct Options {
    /// A file that holds an access token (`--access-token-file`).
    pub token_file: Option<PathBuf>,
    /// The project whose quota is used and that is charged, where the configuration names one.
    pub quota_project: Option<String>,
    /// The variables of the environment.
    pub variable: fn(&str) -> Option<OsString>,
}

impl Default for Options {
    fn default() -> Self {
        Self { token_file: None, quota_project: None, variable: |name| std::env::var_os(name) }
    }
}

/// An access token. It shows itself to nobody but [`Token::as_str`].
#[derive(Clone)]
pub struct Token {
    text: Arc<str>,
    /// When another one is asked for; `None` where there is no other.
    until: Option<Instant>,
}

impl Token {
    fn new(text: &str, lifetime: Option<Duration>) -> Self {
        let until = lifetime.and_then(|lifetime| Instant::now().checked_add(lifetime));
        Self { text: text.into(), until }
    }

    /// The token.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn has_expired(&self) -> bool {
        self.until.is_some_and(|until| until <= Instant::now())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// Whose credentials a run has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Where they come from, such as `GOOGLE_APPLICATION_CREDENTIALS=/home/me/key.json`.
    pub source: String,
    /// What they are, such as `service account key`.
    pub kind: &'static str,
    /// Who it is, where the source itself says it: an e-mail address, or the name of a workload identity pool.
    pub principal: Option<String>,
}

/// The one source of tokens of a run. A failure is remembered: every caller gets it, and nobody waits twice.
/// A handle: clones share one source.
#[derive(Clone, Default)]
pub struct Tokens(Arc<Inner>);

#[derive(Default)]
struct Inner {
    options: Options,
    source: OnceLock<Result<Source, String>>,
    state: Mutex<State>,
}

#[derive(Default)]
enum State {
    #[default]
    New,
    Ready(Provider, Token),
    Failed(String),
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}

impl Tokens {
    /// The tokens of a run. Nothing is read yet.
    pub fn new(options: Options) -> Self {
        Self(Arc::new(Inner { options, ..Inner::default() }))
    }

    fn source(&self) -> Result<&Source, String> {
        self.0.source.get_or_init(|| Source::choose(&self.0.options)).as_ref().map_err(Clone::clone)
    }

    /// A token that has not expired.
    ///
    /// # Errors
    /// Which sources were tried, in which order, and what to do.
    pub async fn get(&self) -> Result<Token, String> {
        let mut state = self.0.state.lock().await;
        let provider = match std::mem::take(&mut *state) {
            State::Ready(provider, token) if !token.has_expired() => {
                *state = State::Ready(provider, token.clone());
                return Ok(token);
            }
            State::Ready(provider, _) => Ok(provider),
            State::Failed(text) => Err(text),
            State::New => self.provider().await,
        };
        let got = match provider {
            Ok(provider) => provider.token().await.map(|token| (provider, token)),
            Err(text) => Err(text),
        };
        match got {
            Ok((provider, token)) => {
                *state = State::Ready(provider, token.clone());
                Ok(token)
            }
            Err(text) => {
                *state = State::Failed(text.clone());
                Err(text)
            }
        }
    }

    async fn provider(&self) -> Result<Provider, String> {
        install_tls_provider();
        self.quota()?;
        Provider::find(self.source()?).await
    }

    /// Says that a server refused a token. True where the source may have another one; the next call fetches it.
    pub async fn refused(&self, token: &Token) -> bool {
        let mut state = self.0.state.lock().await;
        match &*state {
            State::New => true,
            // Somebody else has fetched a new one already.
            State::Ready(_, current) if current.text != token.text => true,
            State::Ready(provider, _) if provider.has_more() => {
                // The crates keep their tokens until they expire, so the provider is made anew.
                *state = State::New;
                true
            }
            // Another one was asked for in vain, or there is none.
            State::Failed(_) | State::Ready(..) => false,
        }
    }

    /// The project whose quota is used and that is charged: the configured one, else `GOOGLE_CLOUD_QUOTA_PROJECT`, else
    /// the one that the credentials file names.
    pub fn quota_project(&self) -> Option<String> {
        self.quota().ok().flatten()
    }

    fn quota(&self) -> Result<Option<String>, String> {
        let variable = || (self.0.options.variable)("GOOGLE_CLOUD_QUOTA_PROJECT");
        let given = self.0.options.quota_project.clone();
        let given = given.or_else(|| variable().map(|text| text.to_string_lossy().into_owned()));
        let given = given.filter(|text| !text.is_empty());
        let project = given.or_else(|| self.source().ok().and_then(Source::quota_project));
        match project {
            Some(project) if !source::is_project(&project) => {
                Err("the quota project is no project id: it comes from GOOGLE_CLOUD_QUOTA_PROJECT, or from \
                     `quota_project_id` in the credentials file"
                    .to_owned())
            }
            project => Ok(project),
        }
    }

    /// Whose credentials these are; `None` before a token was got.
    pub async fn identity(&self) -> Option<Identity> {
        match &*self.0.state.lock().await {
            State::Ready(provider, _) => Some(provider.identity.clone()),
            State::New | State::Failed(_) => None,
        }
    }
}

//! Access tokens, by `gcp_auth` only.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Once};
use std::time::Duration;

use gcp_auth::{Error, Token, TokenProvider};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, oneshot};

/// The only scope that every API that is asked accepts: VPC Access has no read-only scope. What the token may do is
/// restricted by IAM roles.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// Limit on one token request.
const TOKEN_LIMIT: Duration = Duration::from_secs(10);

/// Limit on finding a source of tokens. The last source starts `gcloud` twice, which takes seconds each time.
const DISCOVERY_LIMIT: Duration = Duration::from_secs(20);

/// Makes ring the TLS provider of this process. Without one, building any HTTPS client panics.
pub fn install_tls_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that the process already has a provider, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// The one source of tokens of a run. A failure is remembered: every caller gets it, and nobody waits twice.
/// A handle: clones share one source.
#[derive(Clone, Default)]
pub struct Tokens(Arc<Mutex<State>>);

#[derive(Default)]
enum State {
    #[default]
    New,
    Ready(Arc<dyn TokenProvider>, Arc<Token>),
    Failed(String),
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}

impl Tokens {
    /// A token that has not expired.
    ///
    /// # Errors
    /// Which sources were tried, and what to do.
    pub async fn get(&self) -> Result<Arc<Token>, String> {
        let mut state = self.0.lock().await;
        let provider = match &*state {
            State::Ready(_, token) if !token.has_expired() => return Ok(Arc::clone(token)),
            State::Ready(provider, _) => Ok(Arc::clone(provider)),
            State::Failed(text) => return Err(text.clone()),
            State::New => discover().await,
        };
        let token = match provider {
            Ok(provider) => fetch(Arc::clone(&provider)).await.map(|token| (provider, token)),
            Err(text) => Err(text),
        };
        match token {
            Ok((provider, token)) => {
                *state = State::Ready(provider, Arc::clone(&token));
                Ok(token)
            }
            Err(text) => {
                *state = State::Failed(text.clone());
                Err(text)
            }
        }
    }
}

async fn discover() -> Result<Arc<dyn TokenProvider>, String> {
    install_tls_provider();
    match within(DISCOVERY_LIMIT, gcp_auth::provider()).await {
        Some(Ok(provider)) => Ok(provider),
        Some(Err(error)) => Err(explain(&error)),
        None => Err(format!("no source of credentials answered within {} s; {ADVICE}", DISCOVERY_LIMIT.as_secs())),
    }
}

async fn fetch(provider: Arc<dyn TokenProvider>) -> Result<Arc<Token>, String> {
    match within(TOKEN_LIMIT, async move { provider.token(&[SCOPE]).await }).await {
        Some(Ok(token)) => Ok(token),
        Some(Err(error)) => Err(format!("credentials were found, but gave no token: {}; {ADVICE}", brief(&error))),
        None => Err(format!("credentials were found, but gave no token within {} s; {ADVICE}", TOKEN_LIMIT.as_secs())),
    }
}

/// Runs a future under a time limit that holds even where the future blocks its thread: `gcp_auth` has no time limits
/// of its own and waits for `gcloud` without giving way. `None` where the limit passed or the thread ended early.
async fn within<T, F>(limit: Duration, future: F) -> Option<T>
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
    std::thread::Builder::new().name("credentials".to_owned()).spawn(work).ok()?;
    tokio::time::timeout(limit, result).await.ok()?.ok()
}

const ADVICE: &str = "run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS to a service \
                      account's key file";

/// What was tried, in the order in which `gcp_auth` tries it.
fn explain(error: &Error) -> String {
    match error {
        Error::NoAuthMethod(gcloud, metadata, user) => format!(
            "tried GOOGLE_APPLICATION_CREDENTIALS (not set), gcloud's application default credentials ({}), the \
             metadata server ({}) and `gcloud auth print-access-token` ({}); {ADVICE}",
            brief(user),
            brief(metadata),
            brief(gcloud)
        ),
        // Only a file named by the environment ends the search early.
        other => format!(
            "the file that GOOGLE_APPLICATION_CREDENTIALS names cannot be used: {} (only a service account's key \
             file can; for other kinds of credentials unset it and sign in with `gcloud auth login`)",
            brief(other)
        ),
    }
}

/// An error in few words. What a credentials file holds is never repeated: a JSON error quotes its input.
fn brief(error: &Error) -> String {
    match error {
        Error::Json(what, error) => format!("{what}, line {}", error.line()),
        other => other.to_string(),
    }
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
        assert_eq!(blocked.await, None);
        assert!(started.elapsed() < Duration::from_millis(500), "{:?}", started.elapsed());
        assert_eq!(within(Duration::from_secs(5), async { 7 }).await, Some(7));
    }

    #[test]
    fn the_error_names_every_source_and_quotes_no_file() {
        let json = serde_json::from_str::<u32>("\"ya29.secret\"").unwrap_err();
        let error = Error::NoAuthMethod(
            Box::new(Error::Str("gcloud is not installed")),
            Box::new(Error::Str("no metadata server")),
            Box::new(Error::Json("no application default credentials", json)),
        );
        let text = explain(&error);
        for part in ["GOOGLE_APPLICATION_CREDENTIALS", "metadata server (no meta", "gcloud is not installed", "login"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("ya29"), "{text}");
    }

    #[tokio::test]
    async fn a_failure_is_remembered() {
        let tokens = Tokens(Arc::new(Mutex::new(State::Failed("nothing there".to_owned()))));
        assert_eq!(tokens.get().await.map(|_| ()), Err("nothing there".to_owned()));
    }
}

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex as StdMutex;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::test_server::{Reply, Seen, Server};
use super::super::{Limits, Transport};
use super::*;

/// A key that was made for these tests.
const KEY: &str = include_str!("../../../../tests/credentials/service-account.json");

thread_local! {
    /// The variables of the environment that a test sees.
    static VARIABLES: StdMutex<BTreeMap<String, OsString>> = StdMutex::default();
}

/// Tokens of an environment that has these variables and no others.
fn tokens_of(variables: &[(&str, &str)]) -> Tokens {
    let variables: BTreeMap<String, OsString> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), OsString::from(value))).collect();
    VARIABLES.with(|own| *own.lock().unwrap() = variables);
    let variable = |name: &str| VARIABLES.with(|own| own.lock().unwrap().get(name).cloned());
    let tokens = Tokens::new(Options { variable, ..Options::default() });
    // The source is chosen on this thread, which alone knows the variables.
    let _ = tokens.source();
    tokens
}

fn write(folder: &TempDir, name: &str, content: &Value) -> String {
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, content.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

fn key(token_uri: &str) -> Value {
    let mut key: Value = serde_json::from_str(KEY).unwrap();
    key["token_uri"] = json!(token_uri);
    key
}

fn external(base: &str, subject: &str) -> Value {
    json!({
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/7/locations/global/workloadIdentityPools/ci/providers/github",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": format!("{base}/sts"),
        "credential_source": {"file": subject},
        "quota_project_id": "billed-project"
    })
}

/// A server that hands out tokens in the shapes of all token endpoints, and answers everything else with its request's
/// token.
async fn tokens_and_api() -> Server {
    let answer = |number: usize, seen: &Seen| {
        let token = format!("token-{number}");
        let body = if seen.target.contains("generateAccessToken") {
            json!({"accessToken": token, "expireTime": "2099-01-01T00:00:00Z"})
        } else if seen.target.contains("/sts") {
            json!({"access_token": token, "issued_token_type": "x", "token_type": "Bearer", "expires_in": 3600})
        } else if seen.target.contains("token") {
            json!({"access_token": token, "token_type": "Bearer", "expires_in": 3600})
        } else {
            json!({"bearer": seen.header("authorization")})
        };
        Reply::json(200, &body)
    };
    Server::start(answer).await
}

async fn ask(server: &Server, tokens: &Tokens) -> Value {
    let transport = Transport::google_on_loopback(Limits::default(), tokens.clone());
    transport.get(&server.url("v1/projects/p")).await.unwrap()
}

#[tokio::test]
async fn a_key_is_read_by_gcp_auth_and_asked_for_a_token_once() {
    let (server, folder) = (tokens_and_api().await, TempDir::new().unwrap());
    let file = write(&folder, "key.json", &key(&format!("{}/token", server.base)));
    let tokens = tokens_of(&[("GOOGLE_APPLICATION_CREDENTIALS", &file)]);
    for _ in 0..3 {
        assert_eq!(ask(&server, &tokens).await["bearer"], "Bearer token-0");
    }
    let seen = server.seen();
    assert_eq!((seen.len(), &*seen[0].method), (4, "POST"));
    assert!(seen[0].body.contains("jwt-bearer"), "{}", seen[0].body);
    let identity = tokens.identity().await.unwrap();
    assert_eq!(identity.source, format!("GOOGLE_APPLICATION_CREDENTIALS ({file})"));
    assert_eq!(identity.kind, "service account key");
    assert_eq!(identity.principal.as_deref(), Some("reader@shop-staging.iam.gserviceaccount.com"));
    assert_eq!(tokens.quota_project(), None);
}

#[tokio::test]
async fn workload_identity_federation_is_read_by_google_cloud_auth() {
    let (server, folder) = (tokens_and_api().await, TempDir::new().unwrap());
    let subject = write(&folder, "subject", &json!("a-subject-token"));
    let file = write(&folder, "external.json", &external(&server.base, &subject));
    let tokens = tokens_of(&[("GOOGLE_APPLICATION_CREDENTIALS", &file)]);
    assert_eq!(ask(&server, &tokens).await["bearer"], "Bearer token-0");
    let seen = server.seen();
    assert_eq!(&*seen[0].target, "/sts");
    assert!(seen[0].body.contains("a-subject-token"), "{}", seen[0].body);
    assert_eq!(seen[1].header("x-goog-user-project"), Some("billed-project"));
    let identity = tokens.identity().await.unwrap();
    assert_eq!(identity.kind, "workload identity federation");
    let pool = "projects/7/locations/global/workloadIdentityPools/ci/providers/github";
    assert_eq!(identity.principal.as_deref(), Some(pool));
}

#[tokio::test]
async fn impersonation_is_read_by_google_cloud_auth() {
    let (server, folder) = (tokens_and_api().await, TempDir::new().unwrap());
    let account = "drift@shop-staging.iam.gserviceaccount.com";
    let impersonated = json!({
        "type": "impersonated_service_account",
        "service_account_impersonation_url":
            format!("{}/v1/projects/-/serviceAccounts/{account}:generateAccessToken", server.base),
        "source_credentials": {
            "type": "authorized_user",
            "client_id": "c",
            "client_secret": "s",
            "refresh_token": "r",
            "token_uri": format!("{}/token", server.base)
        }
    });
    // The file lies where gcloud keeps it.
    write(&folder, "application_default_credentials.json", &impersonated);
    let tokens = tokens_of(&[("CLOUDSDK_CONFIG", folder.path().to_str().unwrap())]);
    assert_eq!(ask(&server, &tokens).await["bearer"], "Bearer token-1");
    let targets: Vec<String> = server.seen().into_iter().map(|seen| seen.target).collect();
    assert_eq!(targets[0], "/token");
    assert!(targets[1].ends_with(&format!("{account}:generateAccessToken")), "{targets:?}");
    let identity = tokens.identity().await.unwrap();
    assert_eq!((identity.kind, identity.principal.as_deref()), ("impersonated service account", Some(account)));
    assert!(identity.source.starts_with("gcloud's application default credentials ("), "{}", identity.source);
}

#[tokio::test]
async fn a_users_credentials_in_a_named_file_are_read_by_google_cloud_auth() {
    let (server, folder) = (tokens_and_api().await, TempDir::new().unwrap());
    let user = json!({"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r",
        "token_uri": format!("{}/token", server.base), "account": "me@example.com", "quota_project_id": "mine"});
    let file = write(&folder, "user.json", &user);
    let tokens = tokens_of(&[("GOOGLE_APPLICATION_CREDENTIALS", &file)]);
    assert_eq!(ask(&server, &tokens).await["bearer"], "Bearer token-0");
    assert_eq!(tokens.identity().await.unwrap().principal.as_deref(), Some("me@example.com"));
    assert_eq!(tokens.quota_project().as_deref(), Some("mine"));
}

#[tokio::test]
async fn the_metadata_server_that_the_environment_names_is_asked() {
    let server = tokens_and_api().await;
    let host = server.base.strip_prefix("http://").unwrap();
    let tokens = tokens_of(&[("GCE_METADATA_HOST", host), ("GOOGLE_CLOUD_QUOTA_PROJECT", "other")]);
    let answer = ask(&server, &tokens).await;
    assert!(answer["bearer"].as_str().unwrap().starts_with("Bearer token-"), "{answer}");
    let seen = server.seen();
    let asked = seen.iter().find(|seen| seen.target.contains("/token")).unwrap();
    assert!(
        asked.target.starts_with("/computeMetadata/v1/instance/service-accounts/default/token"),
        "{}",
        asked.target
    );
    assert_eq!(asked.header("metadata-flavor"), Some("Google"));
    assert_eq!(seen.last().unwrap().header("x-goog-user-project"), Some("other"));
}

#[tokio::test]
async fn the_first_source_that_is_there_decides() {
    let (server, folder) = (tokens_and_api().await, TempDir::new().unwrap());
    let token_file = folder.path().join("token");
    std::fs::write(&token_file, "from-the-file\n").unwrap();
    let file = write(&folder, "key.json", &key(&format!("{}/token", server.base)));
    let variables = [("GOOGLE_OAUTH_ACCESS_TOKEN", "from-the-variable"), ("GOOGLE_APPLICATION_CREDENTIALS", &*file)];
    let tokens = tokens_of(&variables);
    assert_eq!(ask(&server, &tokens).await["bearer"], "Bearer from-the-variable");
    let variable = |name: &str| (name == "GOOGLE_OAUTH_ACCESS_TOKEN").then(|| "from-the-variable".into());
    let options = Options { token_file: Some(token_file), variable, ..Options::default() };
    assert_eq!(ask(&server, &Tokens::new(options)).await["bearer"], "Bearer from-the-file");
    assert!(server.seen().iter().all(|seen| !seen.target.contains("token")), "no endpoint was asked");
}

#[tokio::test]
async fn a_source_that_cannot_be_used_is_an_error_that_names_it_and_quotes_nothing() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let secret = "hunter2";
    let broken = file("broken", &format!("{{\"private_key\": \"{secret}\" \"x\"}}"));
    let other = file("other", &json!({"type": secret, "private_key": secret}).to_string());
    let none = file("none", &json!({"private_key": secret}).to_string());
    let workforce = file("workforce", &json!({"type": "external_account_authorized_user", "x": secret}).to_string());
    let large = file("large", &" ".repeat(300 << 10));
    let no_key = file(
        "no-key",
        &json!({"type": "service_account", "client_email": "a@b", "token_uri": "http://a/"}).to_string(),
    );
    let mut odd_key = key("http://127.0.0.1:1/token");
    odd_key["private_key"] = json!(secret);
    let odd_key = file("odd-key", &odd_key.to_string());
    let odd_uri = file("odd-uri", &key(&format!("{secret} ://")).to_string());
    let no_uri = json!({"type": "service_account", "client_email": "a@b", "private_key": secret}).to_string();
    let no_uri = file("no-uri", &no_uri);
    let odd_external = file("odd-external", &json!({"type": "external_account", "audience": secret}).to_string());
    let missing = folder.path().join("missing").to_str().unwrap().to_owned();
    let here = folder.path().to_str().unwrap().to_owned();
    let in_file = "GOOGLE_APPLICATION_CREDENTIALS";
    for (name, value, part) in [
        (in_file, broken, "is no JSON (line 1)"),
        (in_file, other, "is of a kind that is not known"),
        (in_file, none, "has no `type`"),
        (in_file, workforce, "is of the kind `external_account_authorized_user`"),
        (in_file, large, "is larger than 256 KiB"),
        (in_file, no_key, "cannot be used: failed to deserialize"),
        (in_file, odd_key, "cannot be used: "),
        (in_file, odd_uri, "name an address that is no URL"),
        (in_file, no_uri, "has no `token_uri`"),
        (in_file, odd_external, "a field is missing or has a wrong type"),
        (in_file, missing, "cannot be read"),
        (in_file, here, "is no file"),
        ("GOOGLE_OAUTH_ACCESS_TOKEN", format!("{secret} {secret}"), "holds no access token"),
        ("GCE_METADATA_HOST", format!("{secret}/x"), "names no host"),
        ("GOOGLE_CLOUD_QUOTA_PROJECT", format!("{secret}/\n"), "the quota project is no project id"),
    ] {
        let tokens = tokens_of(&[(name, &value)]);
        let text = tokens.get().await.unwrap_err();
        assert!(text.contains(part), "{part}: {text}");
        assert!(text.contains(name), "{name}: {text}");
        assert!(!text.contains(secret), "{text}");
        // It is remembered.
        assert_eq!(tokens.get().await.unwrap_err(), text);
        assert_eq!(tokens.identity().await, None);
    }
}

#[tokio::test]
async fn a_token_file_holds_one_token() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("token");
    let tokens = |path: &Path| {
        Tokens::new(Options { token_file: Some(path.to_owned()), variable: |_| None, ..Options::default() })
    };
    std::fs::write(&path, "  a.b-c_d~e+f/g=\r\n").unwrap();
    assert_eq!(tokens(&path).get().await.unwrap().as_str(), "a.b-c_d~e+f/g=");
    for bad in ["", "two words", "{\"access_token\":\"x\"}", "é"] {
        std::fs::write(&path, bad).unwrap();
        let text = tokens(&path).get().await.unwrap_err();
        assert!(text.contains("--access-token-file") && text.contains("holds no access token"), "{text}");
    }
    let text = tokens(&folder.path().join("nowhere")).get().await.unwrap_err();
    assert!(text.contains("cannot be read"), "{text}");
}

#[tokio::test]
async fn an_endpoint_that_does_not_answer_is_not_waited_for_long() {
    for kind in ["gcp_auth", "google-cloud-auth"] {
        let (server, folder) = (Server::start(|_, _| Reply::Nothing).await, TempDir::new().unwrap());
        let subject = write(&folder, "subject", &json!("s"));
        let content = match kind {
            "gcp_auth" => key(&format!("{}/token", server.base)),
            _ => external(&server.base, &subject),
        };
        let file = write(&folder, "file.json", &content);
        let started = Instant::now();
        let text = tokens_of(&[("GOOGLE_APPLICATION_CREDENTIALS", &file)]).get().await.unwrap_err();
        assert!(started.elapsed() < Duration::from_secs(5), "{kind}: {:?}", started.elapsed());
        assert!(text.contains("gave no token: no answer within") && text.contains("login"), "{kind}: {text}");
    }
}

#[tokio::test]
async fn a_refusal_of_an_endpoint_is_told_without_what_was_sent() {
    let refusal = json!({"error": "invalid_grant", "error_description": "subject token ya29.abcdefghijklmnop is bad"});
    for kind in ["gcp_auth", "google-cloud-auth"] {
        let body = refusal.clone();
        let server = Server::start(move |_, _| Reply::json(400, &body)).await;
        let folder = TempDir::new().unwrap();
        let subject = write(&folder, "subject", &json!("ya29.abcdefghijklmnop"));
        let content = match kind {
            "gcp_auth" => key(&format!("{}/token", server.base)),
            _ => external(&server.base, &subject),
        };
        let file = write(&folder, "file.json", &content);
        let tokens = tokens_of(&[("GOOGLE_APPLICATION_CREDENTIALS", &file)]);
        let text = tokens.get().await.unwrap_err();
        assert!(text.contains("gave no token") && text.contains("GOOGLE_APPLICATION_CREDENTIALS"), "{kind}: {text}");
        assert!(!text.contains("ya29") && !text.contains("subject token"), "{kind}: {text}");
        if kind == "google-cloud-auth" {
            assert!(text.contains("(400 ") && text.contains("code `invalid_grant`"), "{text}");
        }
    }
}

#[tokio::test]
async fn tokens_show_themselves_to_nobody() {
    let tokens = tokens_of(&[("GOOGLE_OAUTH_ACCESS_TOKEN", "the-secret-token")]);
    let token = tokens.get().await.unwrap();
    for text in [format!("{tokens:?}"), format!("{token:?}"), format!("{:?}", tokens.source())] {
        assert!(!text.contains("the-secret-token"), "{text}");
    }
    let folder = TempDir::new().unwrap();
    let file = write(&folder, "key.json", &key("http://127.0.0.1:1/token"));
    let tokens = tokens_of(&[("GOOGLE_APPLICATION_CREDENTIALS", &file)]);
    assert!(!format!("{:?}", tokens.source()).contains("PRIVATE KEY"));
}

//! From a URL, or from single settings, to a [`Target`] with every default filled in.

use fluent_uri::Uri;
use fluent_uri::component::Authority;

use super::suggest::closest;
use super::validate::{self, Wrong};
use crate::model::redact::is_secret_name;
use crate::model::target::{SCHEMES, is_host_name};
use crate::model::{Target, TargetKind, TlsMode};

/// The target of a URL on the command line. Its name is the URL without its query.
///
/// # Errors
/// What is wrong with the URL, without repeating what may be a secret.
pub fn target_of_url(text: &str) -> Result<Target, String> {
    if text.len() > validate::MAX_TEXT || text.contains(char::is_control) {
        return Err(format!("a URL is visible text of at most {} bytes", validate::MAX_TEXT));
    }
    let name = text.split(['?', '#']).next().unwrap_or_default().to_owned();
    let target = Draft::of_url(text).and_then(|draft| draft.finish(name, Vec::new()));
    target.map_err(|wrong| match (wrong.suggestion, wrong.note) {
        (Some(suggestion), _) => format!("{}; did you mean `{suggestion}`?", wrong.message),
        (None, Some(note)) => format!("{}; {note}", wrong.message),
        (None, None) => wrong.message,
    })
}

/// What is said of a target before its defaults are filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) kind: Option<TargetKind>,
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) tls: Option<TlsMode>,
    pub(super) ca: Option<String>,
    pub(super) database: Option<String>,
    pub(super) user: Option<String>,
    pub(super) password_env: Option<String>,
    pub(super) path: Option<String>,
    pub(super) statuses: Vec<u16>,
}

impl Draft {
    /// What a URL says.
    pub(super) fn of_url(text: &str) -> Result<Self, Wrong> {
        // A text that is no URL may be a password in the wrong place, so that it is not repeated.
        let uri = Uri::parse(text).map_err(|error| {
            Wrong::new(format!("it is no URL: character {} may not stand there", error.index() + 1))
                .note("special characters are written as `%` and two digits")
        })?;
        let scheme = uri.scheme().as_str().to_ascii_lowercase();
        let Some(&(_, kind, encrypted)) = SCHEMES.iter().find(|(name, ..)| *name == scheme) else {
            let names = SCHEMES.map(|(name, ..)| name);
            return Err(Wrong::new(format!("no target has URLs with `{scheme}:`"))
                .suggest(closest(&scheme, names))
                .note(&format!("the schemes are {}", names.join(", "))));
        };
        let authority = uri.authority().ok_or_else(|| Wrong::new("the URL has no host"))?;
        if uri.has_fragment() {
            return Err(Wrong::new("a URL of a target has no `#`"));
        }
        let mut draft = Self { kind: Some(kind), ..Self::default() };
        draft.tls = encrypted.map(|encrypted| if encrypted { TlsMode::VerifyFull } else { TlsMode::Disable });
        draft.authority(&authority, kind)?;
        let path = uri.path().as_str();
        if kind == TargetKind::Http {
            let query = uri.query().map(|query| format!("?{}", query.as_str())).unwrap_or_default();
            let path = if path.is_empty() { "/" } else { path };
            draft.path = Some(self::path(&format!("{path}{query}"))?);
            return Ok(draft);
        }
        match path.trim_start_matches('/') {
            "" => {}
            _ if !has_databases(kind) => {
                return Err(Wrong::new(format!("the URL of a target that speaks {} has no path", kind.protocol())));
            }
            name => draft.database = Some(decoded(name, "the database")?),
        }
        for pair in uri.query().map(|query| query.as_str()).unwrap_or_default().split('&').filter(|s| !s.is_empty()) {
            draft.parameter(pair)?;
        }
        Ok(draft)
    }

    fn authority(&mut self, authority: &Authority<'_>, kind: TargetKind) -> Result<(), Wrong> {
        self.host = Some(host(authority.host().trim_start_matches('[').trim_end_matches(']'))?);
        self.port = match authority.port_to_u16() {
            Ok(Some(0)) | Err(_) => return Err(Wrong::new("the port must be from 1 to 65535")),
            Ok(port) => port,
        };
        let Some(userinfo) = authority.userinfo() else { return Ok(()) };
        if userinfo.as_str().contains(':') {
            return Err(Wrong::new("a password must not stand in a URL").note(
                "name the environment variable that holds it: `password_env = \"…\"`, or `?password_env=…` in the URL",
            ));
        }
        if !has_users(kind) {
            return Err(Wrong::new(format!("the URL of a target that speaks {} has no user", kind.protocol())));
        }
        if !userinfo.is_empty() {
            self.user = Some(decoded(userinfo.as_str(), "the user")?);
        }
        Ok(())
    }

    fn parameter(&mut self, pair: &str) -> Result<(), Wrong> {
        const NAMES: [&str; 5] = ["tls", "sslmode", "ca", "sslrootcert", "password_env"];
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decoded(value, "a parameter")?;
        match name {
            "tls" | "sslmode" => self.tls = Some(tls_mode(&value)?),
            "ca" | "sslrootcert" => self.ca = Some(value),
            "password_env" => self.password_env = Some(variable(&value)?),
            "password" => return Err(Wrong::new("a password must not stand in a URL")),
            _ => {
                return Err(Wrong::new("the URL has a parameter that is not known")
                    .suggest(closest(name, NAMES))
                    .note("the parameters are tls (or sslmode), ca (or sslrootcert) and password_env"));
            }
        }
        Ok(())
    }

    /// The target with its defaults.
    pub(super) fn finish(self, name: String, workloads: Vec<String>) -> Result<Target, Wrong> {
        let kind = self.kind.ok_or_else(|| Wrong::new("`kind` is missing").note(KINDS))?;
        let host = self.host.ok_or_else(|| Wrong::new("`host` is missing"))?;
        let default = if kind == TargetKind::Postgres { TlsMode::Prefer } else { TlsMode::Disable };
        let tls = self.tls.unwrap_or(default);
        if tls == TlsMode::Prefer && kind != TargetKind::Postgres {
            return Err(Wrong::new("only PostgreSQL tells whether it offers TLS: `prefer` has no meaning here"));
        }
        if self.ca.is_some() && !matches!(tls, TlsMode::VerifyCa | TlsMode::VerifyFull) {
            return Err(Wrong::new(format!("`ca` is not used with the TLS mode `{tls}`"))
                .note("certificates are checked with `verify-ca` and `verify-full`"));
        }
        let unused = |key: &str| Wrong::new(format!("`{key}` has no meaning where {} is spoken", kind.protocol()));
        if self.database.is_some() && !has_databases(kind) {
            return Err(unused("database"));
        }
        if self.user.is_some() && !has_users(kind) {
            return Err(unused("user"));
        }
        if self.password_env.is_some() && !has_users(kind) {
            return Err(unused("password_env"));
        }
        if self.path.is_some() && kind != TargetKind::Http {
            return Err(unused("path"));
        }
        if !self.statuses.is_empty() && kind != TargetKind::Http {
            return Err(unused("statuses"));
        }
        let port = self.port.or(kind.default_port(tls != TlsMode::Disable));
        let port =
            port.ok_or_else(|| Wrong::new("`port` is missing").note("only known protocols have a usual port"))?;
        Ok(Target {
            name,
            kind,
            host,
            port,
            tls,
            ca: self.ca,
            database: self.database,
            user: self.user,
            password_env: self.password_env,
            path: self.path,
            statuses: self.statuses,
            workloads,
        })
    }
}

fn has_users(kind: TargetKind) -> bool {
    matches!(kind, TargetKind::Postgres | TargetKind::Redis | TargetKind::Clickhouse)
}

fn has_databases(kind: TargetKind) -> bool {
    matches!(kind, TargetKind::Postgres | TargetKind::Clickhouse)
}

const KINDS: &str = "the kinds are postgres, redis, clickhouse, http and tcp";

/// A word for what a target speaks.
pub(super) fn kind(text: &str) -> Result<TargetKind, Wrong> {
    let found = TargetKind::ALL.into_iter().find(|kind| kind.word() == text);
    found.ok_or_else(|| {
        let suggestion = closest(text, TargetKind::ALL.map(TargetKind::word));
        Wrong::new(format!("`{text}` is no kind of target")).suggest(suggestion).note(KINDS)
    })
}

/// A word for how a connection is encrypted.
pub(super) fn tls_mode(text: &str) -> Result<TlsMode, Wrong> {
    let found = TlsMode::ALL.into_iter().find(|mode| mode.word() == text);
    found.ok_or_else(|| {
        let suggestion = closest(text, TlsMode::ALL.map(TlsMode::word));
        Wrong::new(format!("`{text}` is no TLS mode"))
            .suggest(suggestion)
            .note("the modes are disable, prefer, require, verify-ca and verify-full")
    })
}

/// A host name or an IP address.
pub(super) fn host(text: &str) -> Result<String, Wrong> {
    let address = text.parse::<std::net::IpAddr>().is_ok();
    if address || is_host_name(text) {
        return Ok(text.to_owned());
    }
    Err(Wrong::new("it is no host name and no IP address")
        .note("a URL stands in `url`; a port stands in `port`; an IPv6 address has no brackets here"))
}

/// What is asked for over HTTP. It is kept and shown, so that it holds no secret.
pub(super) fn path(text: &str) -> Result<String, Wrong> {
    if !text.starts_with('/') || !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') {
        return Err(Wrong::new("the path of a URL starts with `/` and has no spaces"));
    }
    let query = text.split_once('?').map_or("", |(_, query)| query);
    let names = query.split(['&', ';']).filter_map(|pair| Some(pair.split_once('=')?.0));
    if names.into_iter().any(|name| is_secret_name(name) || name.eq_ignore_ascii_case("key")) {
        return Err(Wrong::new("a secret must not stand in a URL").note("ask for a path that needs none"));
    }
    Ok(text.to_owned())
}

/// The name of an environment variable.
pub(super) fn variable(text: &str) -> Result<String, Wrong> {
    let valid = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && text.bytes().next().is_some_and(|first| !first.is_ascii_digit());
    // A password that stands here by mistake is not repeated.
    if valid {
        Ok(text.to_owned())
    } else {
        Err(Wrong::new("it is no name of an environment variable")
            .note("the password itself stands nowhere; only the variable that holds it is named"))
    }
}

fn decoded(text: &str, what: &str) -> Result<String, Wrong> {
    let bytes = fluent_uri::pct_enc::EStr::<fluent_uri::pct_enc::encoder::Query>::new(text);
    let decoded = bytes.and_then(|text| text.decode().to_string().ok()).map(std::borrow::Cow::into_owned);
    match decoded {
        Some(text) if !text.is_empty() && !text.contains(char::is_control) => Ok(text),
        _ => Err(Wrong::new(format!("{what} in the URL is no visible text"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str) -> String {
        let target = target_of_url(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let Target { kind, tls, .. } = target;
        let words =
            [or(&target.user), or(&target.database), or(&target.password_env), or(&target.path), or(&target.ca)];
        format!("{kind} {} {tls} {}", target.authority(), words.join(" "))
    }

    #[test]
    fn urls_say_all_that_a_target_needs() {
        for (url, expected) in [
            ("postgres://app@10.1.0.3/main", "postgres 10.1.0.3:5432 prefer app main - - -"),
            (
                "postgresql://a%40b@db:6432/x%20y?sslmode=verify-ca&sslrootcert=ca.pem&password_env=PGPASSWORD",
                "postgres db:6432 verify-ca a@b x y PGPASSWORD - ca.pem",
            ),
            ("redis://cache", "redis cache:6379 disable - - - - -"),
            ("rediss://default@[fd00::1]:6378/", "redis [fd00::1]:6378 verify-full default - - - -"),
            ("clickhouse://ch", "clickhouse ch:8123 disable - - - - -"),
            ("clickhouse+https://u@ch/logs", "clickhouse ch:8443 verify-full u logs - - -"),
            ("http://x", "http x:80 disable - - - / -"),
            ("HTTPS://x.y.:8443/healthz?a=b", "http x.y.:8443 verify-full - - - /healthz?a=b -"),
            ("tcp://10.0.0.1:11211", "tcp 10.0.0.1:11211 disable - - - - -"),
            ("tls://x:1?tls=require", "tcp x:1 require - - - - -"),
        ] {
            assert_eq!(shown(url), expected, "{url}");
        }
        assert_eq!(target_of_url("https://x/p?a=1").unwrap().name, "https://x/p");
    }

    #[test]
    fn what_is_wrong_with_a_url_is_said_without_its_secrets() {
        for (url, expected) in [
            ("hunter2", "it is no URL"),
            ("postgres://u:hunter2@h/d", "a password must not stand in a URL"),
            ("postgres://u@h/d?password=hunter2", "a password must not stand in a URL"),
            ("postgres://u@h/d?pasword_env=hunter2", "not known; did you mean `password_env`?"),
            ("postgres://u@h/d?password_env=hunter-2", "no name of an environment variable"),
            ("postgress://h", "no target has URLs with `postgress:`; did you mean `postgres`?"),
            ("mysql://h", "the schemes are postgres,"),
            ("tcp://h", "`port` is missing"),
            ("tcp://h:0", "the port must be from 1 to 65535"),
            ("tcp://h:65536", "the port must be from 1 to 65535"),
            ("tcp://:1", "no host name"),
            ("tcp:x", "the URL has no host"),
            ("tcp://u@h:1", "has no user"),
            ("tcp://h:1/x", "has no path"),
            ("redis://h/0", "has no path"),
            ("redis://h?tls=prefer", "only PostgreSQL"),
            ("redis://h?tls=on", "`on` is no TLS mode"),
            ("redis://h?ca=x.pem", "`ca` is not used with the TLS mode `disable`"),
            ("http://h/?a=1&access_token=hunter2", "a secret must not stand in a URL"),
            ("http://h/?key=hunter2", "a secret must not stand in a URL"),
            ("http://h/#x", "has no `#`"),
            ("http://h\u{1b}[2J/", "visible text"),
            ("postgres://u@h/%00", "no visible text"),
            ("postgres://u@h/%ff", "no visible text"),
        ] {
            let error = target_of_url(url).unwrap_err();
            assert!(error.contains(expected), "{url}: {error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
        assert!(target_of_url(&format!("http://{}", "h".repeat(2000))).is_err());
    }
}

//! Where a value leads: scheme, host and port, or a Cloud SQL instance. The rest of it (user, password, path, query) is
//! never kept, and a value that does not certainly say where it leads says nothing.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use super::names::NameContext;
use super::redact::is_secret_name;
use super::resource_name::SqlConnectionName;
use super::target::{SCHEMES, TargetKind, authority, is_host_name};

/// Where a value leads. Its text is a value that leads to the same place and holds nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// A host.
    Host {
        /// The scheme of its URL, one of those that are known; `None` where the value is no URL.
        scheme: Option<&'static str>,
        /// Host name or IP address (IPv6 without brackets).
        host: String,
        /// The port, where it is told.
        port: Option<u16>,
    },
    /// A Cloud SQL instance.
    CloudSql {
        /// Its connection name.
        instance: SqlConnectionName,
        /// True for the socket that is there where the instance is mounted; false for the bare name, which client
        /// libraries take.
        socket: bool,
    },
}

/// Schemes of URLs that no target has, with the port of their servers.
const OTHER_SCHEMES: [(&str, u16); 8] = [
    ("mysql", 3306),
    ("mariadb", 3306),
    ("mongodb", 27017),
    ("amqp", 5672),
    ("amqps", 5671),
    ("nats", 4222),
    ("ws", 80),
    ("wss", 443),
];

/// The schemes that SQLAlchemy and JDBC write with a driver (`postgresql+asyncpg`), and whose query may name the host.
const SQL_SCHEMES: [&str; 4] = ["postgres", "postgresql", "mysql", "mariadb"];

/// The folder in which Cloud Run puts the sockets of mounted instances.
const SOCKETS: &str = "/cloudsql/";

/// The longest value that is looked at, in bytes.
const MAX_VALUE: usize = 4096;

/// Ends of the names of variables that say where something is.
const PLACES: [&str; 9] = ["HOST", "HOSTNAME", "ADDR", "ADDRESS", "ENDPOINT", "URL", "URI", "DSN", "CONNECTION_NAME"];

/// Those of them that hold a host and never more than its port.
const HOSTS: [&str; 5] = ["HOST", "HOSTNAME", "ADDR", "ADDRESS", "ENDPOINT"];

const NO_ADDRESS: &str = "it holds no address that is read";
const NO_HOST: &str = "its URL names no host";
const NO_PORT: &str = "its port is no number from 1 to 65535";
const NO_SOCKET: &str = "it names no socket of a Cloud SQL instance";
const UNCLEAR: &str = "an `@` behind its host leaves open which part of it is the host";
const SEVERAL: &str = "it names several hosts";

/// True for a variable whose name says that it holds where something is.
pub fn names_a_place(name: &str) -> bool {
    ends_in(name, &PLACES)
}

fn ends_in(name: &str, ends: &[&str]) -> bool {
    let name = name.to_ascii_uppercase();
    ends.iter().any(|end| name.ends_with(end))
}

/// The port that a variable holds by itself, such as `REDIS_PORT`. A number elsewhere may be anything.
pub fn port_of(name: &str, value: &str) -> Option<u16> {
    is_port_name(name).then(|| port(value.trim()).ok()).flatten()
}

/// True for a variable whose name says that it holds a port.
pub fn is_port_name(name: &str) -> bool {
    name.ends_with("_PORT") || matches!(name, "PORT" | "PGPORT")
}

/// The variable that holds the port of the host that another one holds: `REDIS_PORT` beside `REDIS_HOST`.
pub fn port_beside(name: &str) -> Option<String> {
    let start = HOSTS.iter().find_map(|end| name.strip_suffix(end))?;
    let port = format!("{start}PORT");
    is_port_name(&port).then_some(port)
}

impl Endpoint {
    /// Where the value of a variable leads. The name decides what may be a host name: without it, a word with a colon
    /// may as well be a user with a password.
    ///
    /// # Errors
    /// Why that cannot be told, without a word of the value.
    pub fn of_variable(name: &str, value: &str) -> Result<Self, &'static str> {
        if value.len() > MAX_VALUE || value.contains(char::is_control) {
            return Err(NO_ADDRESS);
        }
        let value = value.trim();
        if value.strip_prefix("jdbc:").unwrap_or(value).contains("://") {
            return Self::of_url(value);
        }
        if value.starts_with(SOCKETS) {
            return socket(value);
        }
        if is_secret_name(name) {
            return Err(NO_ADDRESS);
        }
        if let Some(instance) = connection_name(value) {
            return Ok(Self::CloudSql { instance, socket: false });
        }
        let (host, port) = of_authority(value)?;
        let is_address = host.parse::<IpAddr>().is_ok();
        let is_told = host.contains('.') && names_a_place(name) || ends_in(name, &HOSTS);
        if is_address || is_told {
            return Ok(Self::Host { scheme: None, host, port });
        }
        Err(NO_ADDRESS)
    }

    /// Where a URL leads.
    ///
    /// # Errors
    /// Why that cannot be told, without a word of the URL.
    pub fn of_url(text: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = text.strip_prefix("jdbc:").unwrap_or(text).split_once("://").ok_or(NO_ADDRESS)?;
        let scheme = known_scheme(&scheme.to_ascii_lowercase()).ok_or(NO_ADDRESS)?;
        let (own, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        // A password with an unescaped `/`, `?` or `#` would end the authority too early.
        if rest.contains('@') {
            return Err(UNCLEAR);
        }
        let own = own.rsplit('@').next().unwrap_or_default();
        let (mut host, mut port) = (None, None);
        let decoded = decoded(own).ok_or(NO_HOST)?;
        match own {
            "" => {}
            _ if decoded.starts_with('/') => return socket(&decoded),
            _ => {
                let (own, of_host) = of_authority(own)?;
                (host, port) = (Some(own), of_host);
            }
        }
        if SQL_SCHEMES.contains(&scheme) {
            match of_query(rest)? {
                Named { socket: Some(path), .. } => return socket(&path),
                named => {
                    host = named.host.or(host);
                    port = named.port.or(port);
                }
            }
        }
        Ok(Self::Host { scheme: Some(scheme), host: host.ok_or(NO_HOST)?, port })
    }

    /// What is spoken there, as far as targets know it.
    pub fn kind(&self) -> Option<TargetKind> {
        let Self::Host { scheme: Some(own), .. } = self else { return None };
        let target = SCHEMES.iter().find(|(name, ..)| name == own).map(|(_, kind, _)| *kind);
        target.or(match *own {
            "ws" | "wss" => Some(TargetKind::Http),
            _ => Some(TargetKind::Tcp),
        })
    }

    /// The port: the one that is told, or the usual one of the scheme.
    pub fn port(&self) -> Option<u16> {
        let Self::Host { scheme, port, .. } = self else { return None };
        let usual = |own: &str| {
            let target = SCHEMES.iter().find(|(name, ..)| *name == own);
            let target = target.and_then(|(_, kind, tls)| kind.default_port(tls.unwrap_or(false)));
            target.or_else(|| OTHER_SCHEMES.iter().find(|(name, _)| *name == own).map(|(_, port)| *port))
        };
        port.or_else(|| scheme.and_then(usual))
    }

    /// The same place, with a port that is told elsewhere.
    pub fn with_port(self, beside: Option<u16>) -> Self {
        match self {
            Self::Host { scheme: None, host, port: None } => Self::Host { scheme: None, host, port: beside },
            other => other,
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CloudSql { instance, socket } => write!(f, "{}{instance}", if *socket { SOCKETS } else { "" }),
            Self::Host { scheme, host, port } => {
                if let Some(scheme) = scheme {
                    write!(f, "{scheme}://")?;
                }
                match port {
                    Some(port) => f.write_str(&authority(host, *port)),
                    None if scheme.is_some() && host.contains(':') => write!(f, "[{host}]"),
                    None => f.write_str(host),
                }
            }
        }
    }
}

/// A scheme that is known; a driver behind a `+` is left out where the scheme alone means the same.
fn known_scheme(text: &str) -> Option<&'static str> {
    let names = || SCHEMES.iter().map(|(name, ..)| *name).chain(OTHER_SCHEMES.iter().map(|(name, _)| *name));
    let find = |text: &str| names().find(|name| *name == text);
    let without_driver = || text.split_once('+').map(|(name, _)| name).filter(|name| SQL_SCHEMES.contains(name));
    find(text).or_else(|| without_driver().and_then(find))
}

/// `host`, `host:port`, `[IPv6]:port`, or an IPv6 address.
fn of_authority(text: &str) -> Result<(String, Option<u16>), &'static str> {
    if text.contains(',') {
        return Err(SEVERAL);
    }
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok((address.to_string(), None));
    }
    if let Ok(address) = text.parse::<SocketAddr>() {
        return port(&address.port().to_string()).map(|port| (address.ip().to_string(), Some(port)));
    }
    if let Some(address) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        return address.parse::<IpAddr>().map(|address| (address.to_string(), None)).map_err(|_| NO_ADDRESS);
    }
    let (host, port) = match text.split_once(':') {
        Some((host, text)) => (host, Some(port(text)?)),
        None => (text, None),
    };
    // The last label of a host name has a letter (RFC 3696): a number alone is none.
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    if is_host_name(host) && last.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        Ok((host.to_owned(), port))
    } else {
        Err(NO_ADDRESS)
    }
}

fn port(text: &str) -> Result<u16, &'static str> {
    let digits = (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port != 0).ok_or(NO_PORT)
}

/// What the query of a URL says of the host: libpq and the MySQL drivers take it in place of the authority.
#[derive(Default)]
struct Named {
    host: Option<String>,
    port: Option<u16>,
    socket: Option<String>,
}

fn of_query(rest: &str) -> Result<Named, &'static str> {
    let mut named = Named::default();
    let query = rest.split('#').next().and_then(|rest| rest.split_once('?')).map_or("", |(_, query)| query);
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        if !matches!(name, "host" | "hostaddr" | "port" | "unix_sock" | "unix_socket") {
            continue;
        }
        let value = decoded(value).ok_or(NO_HOST)?;
        match name {
            _ if value.is_empty() => {}
            "port" => named.port = Some(port(&value)?),
            _ if value.starts_with('/') => named.socket = Some(value),
            "host" | "hostaddr" => match of_authority(&value)? {
                // An address goes before a name.
                (own, None) if name == "hostaddr" || named.host.is_none() => named.host = Some(own),
                (_, None) => {}
                _ => return Err(NO_HOST),
            },
            _ => return Err(NO_SOCKET),
        }
    }
    Ok(named)
}

/// `/cloudsql/project:region:instance`, perhaps with the file of the socket behind it.
fn socket(path: &str) -> Result<Endpoint, &'static str> {
    let name = path.strip_prefix(SOCKETS).and_then(|rest| rest.split('/').next());
    let instance = name.and_then(connection_name).ok_or(NO_SOCKET)?;
    Ok(Endpoint::CloudSql { instance, socket: true })
}

/// A connection name whose middle is a region, such as `us-central1`: three words with colons may be anything.
fn connection_name(text: &str) -> Option<SqlConnectionName> {
    let name = SqlConnectionName::parse(text, &NameContext::default()).ok()?;
    let (area, place) = name.region.split_once('-')?;
    let letters = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase());
    let number = place.trim_start_matches(|char: char| char.is_ascii_lowercase());
    let is_number = (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_region = letters(area) && is_number && place.len() > number.len();
    let is_plain =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    (is_region && is_plain(&name.instance)).then_some(name)
}

/// The text with `%` escapes resolved; `None` where that is no visible text.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        bytes.push(digit(rest.next())? * 16 + digit(rest.next())?);
    }
    String::from_utf8(bytes).ok().filter(|text| !text.contains(char::is_control))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, value: &str) -> Option<String> {
        let endpoint = Endpoint::of_variable(name, value).ok()?;
        let shown = endpoint.to_string();
        let again = Endpoint::of_variable(name, &shown);
        assert_eq!(again, Ok(endpoint), "{name}={shown} leads to the same place");
        Some(shown)
    }

    #[test]
    fn a_value_is_reduced_to_where_it_leads() {
        for (name, value, expected) in [
            (
                "DATABASE_URL",
                "postgresql://user:hunter2@10.0.0.3:5432/db?sslmode=require#x",
                "postgresql://10.0.0.3:5432",
            ),
            ("DATABASE_URL", "postgresql+asyncpg://u:hunter2@db.internal/hunter2", "postgresql://db.internal"),
            (
                "DATABASE_URL",
                "jdbc:postgresql://10.0.0.3:5432/db?user=u&password=hunter2",
                "postgresql://10.0.0.3:5432",
            ),
            ("DATABASE_URL", "mysql+pymysql://u:hunter2@10.0.0.5/db", "mysql://10.0.0.5"),
            ("DATABASE_URL", "POSTGRES://u:p%40hunter2@Db.example.com./x", "postgres://Db.example.com."),
            ("DATABASE_URL", "postgres://u:p@hunter2@10.0.0.3/x", "postgres://10.0.0.3"),
            ("DATABASE_URL", "postgres://u:hunter2@h/d?host=10.0.0.9&port=6543", "postgres://10.0.0.9:6543"),
            (
                "DATABASE_URL",
                "postgres://u:hunter2@/d?host=/cloudsql/shop:us-central1:db",
                "/cloudsql/shop:us-central1:db",
            ),
            (
                "DATABASE_URL",
                "postgresql+pg8000://u:hunter2@/d?unix_sock=%2Fcloudsql%2Fshop%3Aus-central1%3Adb%2F.s.PGSQL.5432",
                "/cloudsql/shop:us-central1:db",
            ),
            (
                "DATABASE_URL",
                "postgresql://u:hunter2@%2Fcloudsql%2Fshop%3Aus-central1%3Adb/d",
                "/cloudsql/shop:us-central1:db",
            ),
            ("DB_CONNECTION_STRING", "postgres://u:hunter2@10.0.0.3/x", "postgres://10.0.0.3"),
            ("REDIS_URL", "rediss://:hunter2@[fd00::1]:6378/0", "rediss://[fd00::1]:6378"),
            ("REDIS_URL", "redis://[fd00::1]", "redis://[fd00::1]"),
            ("API", "https://hunter2@api.example.com/hunter2?token=hunter2", "https://api.example.com"),
            ("REDIS", "10.0.0.4:6379", "10.0.0.4:6379"),
            ("REDIS", "[fd00::1]:6379", "[fd00::1]:6379"),
            ("REDIS", "fd00::1", "fd00::1"),
            ("REDIS_HOST", " redis ", "redis"),
            ("REDIS_ADDR", "redis:6379", "redis:6379"),
            ("BACKEND_URL", "api.example.com:8080", "api.example.com:8080"),
            ("INSTANCE", "shop:us-central1:db", "shop:us-central1:db"),
            ("INSTANCE", "example.com:shop:europe-west12:db", "example.com:shop:europe-west12:db"),
            ("SOCKET", "/cloudsql/shop:us-central1:db/.s.PGSQL.5432", "/cloudsql/shop:us-central1:db"),
        ] {
            assert_eq!(read(name, value).as_deref(), Some(expected), "{name}={value}");
        }
    }

    #[test]
    fn what_does_not_certainly_say_where_it_leads_says_nothing() {
        for (name, value) in [
            ("DATABASE_URL", "postgres://u:12/hunter2@10.0.0.3/db"),
            ("DATABASE_URL", "postgres://u:12?hunter2@10.0.0.3/db"),
            ("DATABASE_URL", "postgres://u:12#hunter2@10.0.0.3/db"),
            ("DATABASE_URL", "postgres://u:hunter2@10.0.0.3:99999/db"),
            ("DATABASE_URL", "postgres://u:hunter2@10.0.0.3:0/db"),
            ("DATABASE_URL", "postgres://u:hunter2@h1:5432,h2:5432/db"),
            ("DATABASE_URL", "postgres://u:hunter2@/db"),
            ("DATABASE_URL", "postgres://u:hunter2@/db?host=/var/run/postgresql"),
            ("DATABASE_URL", "postgres://u:hunter2@h/db?host=%ff"),
            ("DATABASE_URL", "postgres://u:hunter2@h/db?port=hunter2"),
            ("DATABASE_URL", "hunter2://u:hunter2@10.0.0.3/db"),
            ("DATABASE_URL", "mongodb+srv://u:hunter2@cluster.example.com/db"),
            ("DATABASE_URL", "redis+sentinel://hunter2"),
            ("DATABASE_URL", "host=10.0.0.3 password=hunter2"),
            ("DATABASE_URL", "u:hunter2@tcp(10.0.0.3:3306)/db"),
            ("DATABASE_URL", "hunter2"),
            ("DATABASE_URL", "hunter2:5432"),
            ("DATABASE_URL", "[redacted:0a1b2c3d]"),
            ("DATABASE_URL", "postgres://10.0.0.3/\u{0}hunter2"),
            ("BASIC_AUTH", "jane.doe:1234"),
            ("BASIC_AUTH", "admin:1234"),
            ("DB_PASSWORD", "hunter2.example"),
            ("DB_PASSWORD", "10.0.0.3"),
            ("TOKEN_HOST", "hunter2"),
            ("PIN", "1234"),
            ("PIN_HOST", "1234"),
            ("A_HOST", "1.2.3.400"),
            ("A_HOST", "a b"),
            ("A_HOST", ""),
            ("A_HOST", "h:hunter2"),
            ("KEY", "hunter2:of:parts"),
            ("KEY", "/cloudsql/hunter2"),
            ("KEY", "/cloudsql"),
        ] {
            let found = Endpoint::of_variable(name, value);
            let why = found.as_ref().err().unwrap_or_else(|| panic!("{name}={value} led to {found:?}"));
            assert!(!why.contains("hunter2"), "{why}");
        }
        assert!(Endpoint::of_variable("A", &format!("http://{}", "a".repeat(5000))).is_err());
    }

    #[test]
    fn a_port_is_that_of_the_value_or_the_usual_one() {
        for (value, port, kind) in [
            ("postgres://h.x", Some(5432), Some(TargetKind::Postgres)),
            ("postgres://h.x:1", Some(1), Some(TargetKind::Postgres)),
            ("rediss://h.x", Some(6379), Some(TargetKind::Redis)),
            ("https://h.x", Some(443), Some(TargetKind::Http)),
            ("mysql://h.x", Some(3306), Some(TargetKind::Tcp)),
            ("tcp://h.x", None, Some(TargetKind::Tcp)),
            ("10.0.0.3", None, None),
        ] {
            let endpoint = Endpoint::of_variable("A_URL", value).unwrap();
            assert_eq!((endpoint.port(), endpoint.kind()), (port, kind), "{value}");
        }
        for (name, beside) in [
            ("REDIS_HOST", Some("REDIS_PORT")),
            ("PGHOST", Some("PGPORT")),
            ("DB_HOSTNAME", Some("DB_PORT")),
            ("HOST", Some("PORT")),
            ("GHOST", None),
            ("REDIS_URL", None),
        ] {
            assert_eq!(port_beside(name).as_deref(), beside, "{name}");
        }
        for (name, value, port) in [
            ("REDIS_PORT", "6379", Some(6379)),
            ("PASSPORT", "1234", None),
            ("REDIS_PORT", "+637", None),
            ("REDIS_PORT", "0", None),
            ("REDIS_PORT", "hunter2", None),
        ] {
            assert_eq!(port_of(name, value), port, "{name}");
        }
        let host = Endpoint::of_variable("REDIS_HOST", "10.0.0.3").unwrap();
        assert_eq!(host.with_port(Some(1)).to_string(), "10.0.0.3:1");
        let own = Endpoint::of_variable("REDIS_HOST", "10.0.0.3:2").unwrap();
        assert_eq!(own.with_port(Some(1)).to_string(), "10.0.0.3:2");
    }
}

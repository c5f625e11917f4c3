//! What a real PostgreSQL answers.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::certificates::Certificates;
use super::matrix::{Case, Matrix, failed, reached};
use super::servers::Cluster;
use super::{TIMEOUT, show, skip};

#[test]
fn faults_of_postgresql_are_named() {
    let Some(cluster) = Cluster::make() else { return skip("PostgreSQL is not installed") };
    let folder = tempfile::tempdir().unwrap();
    let certificates = Certificates::make(folder.path());
    let plain = cluster.start(&[], |_| {});
    let (crt, key) = (certificates.crt("good"), certificates.key("good"));
    let encrypted = cluster.start_with_tls(&crt, &key, &[]);
    let full = cluster.start(&["max_connections=5", "superuser_reserved_connections=3"], |_| {});
    drop([log_in(plain.port), log_in(encrypted.port)]);
    let held: Vec<TcpStream> = (0..2).map(|_| log_in(full.port)).collect();
    let recovering = cluster.start(&["hot_standby=off"], |data| {
        std::fs::write(data.join("standby.signal"), "").unwrap();
    });
    let mut matrix = Matrix::new(TIMEOUT).with(folder.path());
    matrix.extend(logins(plain.port));
    matrix.extend(encryption(plain.port, encrypted.port));
    let of = |name: &str, port: u16, want| Case::settings(name, &settings(port, "trusted", "postgres", ""), want);
    matrix.extend([
        of("no free connection", full.port, failed("too-many-connections", "login")),
        of("recovering", recovering.port, failed("not-serving", "answer")),
    ]);
    matrix.run();
    drop(held);
    show(&matrix.line("PostgreSQL"));
}

/// The settings of a target.
fn settings(port: u16, user: &str, database: &str, more: &str) -> String {
    format!(
        "kind = \"postgres\"\nhost = \"127.0.0.1\"\nport = {port}\nuser = \"{user}\"\ndatabase = \"{database}\"\n{more}"
    )
}

/// Logs in and stays, as soon as the server has started.
fn log_in(port: u16) -> TcpStream {
    let started = Instant::now();
    loop {
        match try_to_log_in(port) {
            Ok(stream) => return stream,
            Err(why) => assert!(started.elapsed() < Duration::from_secs(120), "the login failed: {why}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn try_to_log_in(port: u16) -> Result<TcpStream, String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let parameters = b"user\0trusted\0database\0postgres\0\0";
    let length = u32::try_from(8 + parameters.len()).unwrap();
    stream.write_all(&[&length.to_be_bytes(), &[0, 3, 0, 0], &parameters[..]].concat()).unwrap();
    let mut buffer = Vec::new();
    // The server is ready for queries.
    while !buffer.ends_with(b"Z\0\0\0\x05I") {
        let mut bytes = [0; 1024];
        match stream.read(&mut bytes) {
            Ok(count @ 1..) => buffer.extend(&bytes[..count]),
            _ => return Err(String::from_utf8_lossy(&buffer).replace('\0', " ")),
        }
    }
    Ok(stream)
}

fn logins(port: u16) -> Vec<Case> {
    let of = |name: &str, user: &str, database: &str, password: &str, want| {
        let password = if password.is_empty() { String::new() } else { format!("password_env = \"{password}\"") };
        Case::settings(name, &settings(port, user, database, &password), want)
    };
    let ok = reached("SELECT 1 answered");
    vec![
        of("trusted", "trusted", "postgres", "", ok),
        of("trusted with a password", "trusted", "postgres", "WRONG", ok),
        of("scram without a password", "scram", "postgres", "", reached("it asks for a login (SCRAM-SHA-256)")),
        of("md5 without a password", "md5", "postgres", "", reached("it asks for a login (md5)")),
        of("scram", "scram", "postgres", "RIGHT", ok),
        of("md5", "md5", "postgres", "RIGHT", ok),
        of("clear text", "clear", "postgres", "RIGHT", reached("PostgreSQL ")),
        of("scram, wrong", "scram", "postgres", "WRONG", failed("wrong-password", "login")),
        of("md5, wrong", "md5", "postgres", "WRONG", failed("wrong-password", "login")),
        of("clear text, wrong", "clear", "postgres", "WRONG", failed("wrong-password", "login")),
        of("no such user", "ghost", "postgres", "", failed("user-not-found", "login")),
        of("rejected by pg_hba", "rejected", "postgres", "RIGHT", failed("access-refused", "answer")),
        of("not in pg_hba", "unlisted", "postgres", "RIGHT", failed("access-refused", "answer")),
        of("only with TLS", "encrypted", "postgres", "", failed("access-refused", "answer")),
        of("no such database", "trusted", "absent", "", failed("database-not-found", "login")),
        of("no right to connect", "trusted", "template1", "", failed("access-refused", "login")),
        of("limit of the role", "full", "postgres", "", failed("too-many-connections", "login")),
    ]
}

fn encryption(plain: u16, encrypted: u16) -> Vec<Case> {
    let of = |name: &str, port: u16, user: &str, more: &str, want| {
        Case::settings(name, &settings(port, user, "postgres", more), want)
    };
    let ok = reached("SELECT 1 answered");
    let full = "tls = \"verify-full\"\nca = \"certificates/ca.crt\"";
    vec![
        of("TLS refused", plain, "trusted", "tls = \"require\"", failed("tls-refused", "tls")),
        of("TLS preferred, refused", plain, "trusted", "tls = \"prefer\"", ok),
        of("TLS preferred, given", encrypted, "encrypted", "tls = \"prefer\"", ok),
        of("TLS required, given", encrypted, "encrypted", "tls = \"require\"", ok),
        of("TLS verified", encrypted, "encrypted", full, ok),
        of("TLS verified, with a password", encrypted, "scram", &format!("{full}\npassword_env = \"RIGHT\""), ok),
        of("TLS disabled", encrypted, "encrypted", "tls = \"disable\"", failed("access-refused", "answer")),
        of(
            "TLS not trusted",
            encrypted,
            "encrypted",
            "tls = \"verify-full\"\nca = \"certificates/own-ca.crt\"",
            failed("certificate-not-trusted", "tls"),
        ),
    ]
}

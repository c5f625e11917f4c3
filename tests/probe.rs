//! `probe` against real PostgreSQL and Redis servers, and stand-ins for what they do not do on demand.
//!
//! | file | subject |
//! | --- | --- |
//! | `matrix` | targets beside what must be said of them |
//! | `servers` | PostgreSQL and Redis, started on free ports |
//! | `stand_ins` | small servers of the tests |
//! | `certificates` | certificates of test servers |
//! | `namespace` | what needs a network of its own |
//! | `evidence` | what a probe found, as evidence of `check` |

#![cfg(target_os = "linux")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::common::{Repository, binary, list};
use certificates::Certificates;
use matrix::{Case, Matrix, Want, failed, reached};
use servers::{Cluster, free_port, loading_redis, program, redis, redis_with_tls};
use stand_ins::FullBacklog;

mod certificates;
mod evidence;
mod matrix;
mod namespace;
mod servers;
mod stand_ins;

/// Past the capture of the test harness, so that it is always seen.
fn show(line: &str) {
    std::io::stderr().write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// Says that something could not be tested; see .ci/allowed-skips.
fn skip(what: &str) {
    show(&format!("SKIPPED: {what}"));
}

/// Time for each try, in seconds: on a busy machine a server that forks needs some of it.
const TIMEOUT: f64 = 8.0;

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

#[test]
fn faults_of_redis_are_named() {
    if program("redis-server").is_none() {
        return skip("redis-server is not installed");
    }
    let folder = tempfile::tempdir().unwrap();
    let certificates = Certificates::make(folder.path());
    let tls = |name: &str, more: &[&str]| {
        let (crt, key, ca) = (certificates.crt(name), certificates.key(name), certificates.crt("ca"));
        redis_with_tls(&crt, &key, &ca, more)
    };
    let open = &["--tls-auth-clients", "no"];
    let plain = redis(&[]);
    let guarded = redis(&[
        "--requirepass",
        "hunter2-right",
        "--user",
        "app",
        "on",
        ">hunter2-right",
        "~*",
        "+@all",
        "--user",
        "mute",
        "on",
        ">hunter2-right",
        "-@all",
        "+auth",
    ]);
    let full = redis(&["--maxclients", "1"]);
    let held = hold(full.port);
    let loading = loading_redis();
    let servers = [
        tls("good", open),
        tls("other", open),
        tls("expired", open),
        tls("stranger", open),
        tls("own", open),
        tls("own-ca", open),
        tls("own-ca-expired", open),
        tls("good", &[]),
        tls("good", &["--tls-protocols", "TLSv1.2"]),
        tls("good", &["--tls-auth-clients", "no", "--tls-protocols", "TLSv1.2", "--tls-ciphers", "AES128-SHA"]),
    ];
    let [good, other, expired, stranger, own, own_ca, own_ca_expired, wants, wants_old, old] =
        servers.each_ref().map(|server| server.port);
    let mut matrix = Matrix::new(TIMEOUT).with(folder.path());
    let url =
        |name: &str, port: u16, query: &str, want| Case::url(name, &format!("redis://127.0.0.1:{port}{query}"), want);
    let user = |name: &str, user: &str, query: &str, want| {
        Case::url(name, &format!("redis://{user}@127.0.0.1:{}{query}", guarded.port), want)
    };
    let pong = reached("PONG");
    matrix.extend([
        url("redis", plain.port, "", pong),
        url("a password that is not needed", plain.port, "?password_env=RIGHT", failed("server-error", "login")),
        url("NOAUTH", guarded.port, "", reached("it asks for a password (NOAUTH)")),
        url("redis with its password", guarded.port, "?password_env=RIGHT", reached("PONG after the login")),
        url("WRONGPASS", guarded.port, "?password_env=WRONG", failed("wrong-password", "login")),
        user("redis with a user", "app", "?password_env=RIGHT", reached("PONG after the login")),
        user("a user that is not there", "ghost", "?password_env=RIGHT", failed("wrong-password", "login")),
        user("NOPERM", "mute", "?password_env=RIGHT", failed("access-refused", "query")),
        url("maxclients", full.port, "", failed("too-many-connections", "answer")),
        url("LOADING", loading.port, "", failed("not-serving", "answer")),
        url("redis as http", plain.port, "", pong),
    ]);
    let secure = |name: &str, host: &str, port: u16, mode: &str, ca: &str, want| {
        let ca = if ca.is_empty() { String::new() } else { format!("ca = \"certificates/{ca}.crt\"\n") };
        let settings = format!("kind = \"redis\"\nhost = \"{host}\"\nport = {port}\ntls = \"{mode}\"\n{ca}");
        Case::settings(name, &settings, want)
    };
    let here = "127.0.0.1";
    matrix.extend([
        secure("TLS by address", here, good, "verify-full", "ca", pong),
        secure("TLS by name", "localhost", good, "verify-full", "ca", pong),
        secure("TLS, not verified", here, expired, "require", "", pong),
        secure("TLS of a stranger", here, stranger, "verify-full", "ca", failed("certificate-not-trusted", "tls")),
        secure("TLS, system's authorities", here, good, "verify-full", "", system()),
        secure("TLS for another name", here, other, "verify-full", "ca", failed("certificate-wrong-name", "tls")),
        secure("TLS for another name, verify-ca", here, other, "verify-ca", "ca", pong),
        secure(
            "TLS, verify-ca of a stranger",
            here,
            stranger,
            "verify-ca",
            "ca",
            failed("certificate-not-trusted", "tls"),
        ),
        secure("TLS expired", here, expired, "verify-ca", "ca", failed("certificate-expired", "tls")),
        secure("self-signed, trusted", here, own, "verify-full", "own", pong),
        secure("self-signed, not trusted", here, own, "verify-full", "ca", failed("certificate-not-trusted", "tls")),
        secure("self-signed authority, trusted", here, own_ca, "verify-full", "own-ca", pong),
        secure(
            "self-signed authority, not trusted",
            here,
            own_ca,
            "verify-ca",
            "ca",
            failed("certificate-not-trusted", "tls"),
        ),
        secure(
            "self-signed authority, another name",
            "127.0.0.2",
            own_ca,
            "verify-full",
            "own-ca",
            failed("connection-refused", "connect"),
        ),
        secure(
            "self-signed authority, expired",
            here,
            own_ca_expired,
            "verify-ca",
            "own-ca-expired",
            failed("certificate-expired", "tls"),
        ),
        secure(
            "a certificate of the client",
            here,
            wants,
            "verify-ca",
            "ca",
            failed("client-certificate-wanted", "answer"),
        ),
        secure(
            "a certificate of the client, TLS 1.2",
            here,
            wants_old,
            "verify-ca",
            "ca",
            failed("client-certificate-wanted", "tls"),
        ),
        secure("no common cipher", here, old, "require", "", failed("tls-failed", "tls")),
        secure("TLS to what is plain", here, plain.port, "require", "", failed("silent", "tls")),
        url("plain to what is TLS", good, "", failed("connection-reset", "answer")),
    ]);
    let slow = stand_ins::slow_proxy(plain.port, Duration::from_secs(2));
    matrix.extend([url("slow", slow, "", Want::Slow("PONG"))]);
    matrix.run();
    drop(held);
    show(&matrix.line("Redis"));
}

/// What a certificate of the tests is to the authorities of the system.
fn system() -> Want {
    failed("certificate-not-trusted", "tls")
}

/// Takes the only connection that a Redis has, once the one that waited for its start is gone.
fn hold(port: u16) -> TcpStream {
    loop {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(b"PING\r\n").unwrap();
        let mut answer = [0; 7];
        if stream.read_exact(&mut answer).is_ok() && &answer == b"+PONG\r\n" {
            return stream;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn faults_of_everything_else_are_named() {
    let backlog = FullBacklog::make();
    let (silent, resets, closes) = (stand_ins::silent(), stand_ins::resets(), stand_ins::closes());
    let ssh = stand_ins::says(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
    let mysql = stand_ins::says(b"\x4a\0\0\0\x0a8.0.36\0\x08\0\0\0");
    let http = stand_ins::answers(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    let not_clickhouse = stand_ins::answers(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
    let alert = stand_ins::answers(b"\x15\x03\x01\0\x02\x02\x46");
    let web = stand_ins::web();
    let mut matrix = Matrix::new(3.0);
    let mut add = |name: &str, url: String, want| matrix.extend([Case::url(name, &url, want)]);
    let at = |scheme: &str, port: u16, rest: &str| format!("{scheme}://127.0.0.1:{port}{rest}");

    add("a port", at("tcp", silent, ""), reached("it accepts connections"));
    add("a port by name", format!("tcp://localhost:{silent}"), reached("it accepts connections"));
    add("a closed port", at("tcp", free_port(), ""), failed("connection-refused", "connect"));
    add("a closed port over IPv6", format!("tcp://[::1]:{}", free_port()), closed_over_ipv6());
    add("a full backlog", at("tcp", backlog.port, ""), failed("connect-timed-out", "connect"));
    for (scheme, stage) in [("postgres", "tls"), ("redis", "answer"), ("http", "answer"), ("clickhouse", "answer")] {
        add(&format!("silent {scheme}"), at(scheme, silent, ""), failed("silent", stage));
        add(&format!("reset {scheme}"), at(scheme, resets, ""), failed("connection-reset", stage));
        add(&format!("closed {scheme}"), at(scheme, closes, ""), failed("connection-closed", stage));
        add(&format!("ssh as {scheme}"), at(scheme, ssh, ""), failed("wrong-protocol", stage));
        add(&format!("mysql as {scheme}"), at(scheme, mysql, ""), failed("wrong-protocol", stage));
    }
    for scheme in ["rediss", "https", "tls"] {
        add(&format!("silent {scheme}"), at(scheme, silent, ""), failed("silent", "tls"));
        add(&format!("closed {scheme}"), at(scheme, closes, ""), failed("connection-closed", "tls"));
        add(&format!("reset {scheme}"), at(scheme, resets, ""), failed("connection-reset", "tls"));
        add(&format!("plain text as {scheme}"), at(scheme, http, ""), failed("tls-refused", "tls"));
    }
    add("silent postgres without TLS", at("postgres", silent, "?tls=disable"), failed("silent", "answer"));
    add("http as postgres", at("postgres", http, "?tls=disable"), failed("wrong-protocol", "answer"));
    add("http as redis", at("redis", http, ""), failed("wrong-protocol", "answer"));
    add("TLS as redis", at("redis", alert, ""), failed("tls-wanted", "answer"));
    add("TLS as http", at("http", alert, ""), failed("tls-wanted", "answer"));
    add("TLS as postgres", at("postgres", alert, "?tls=disable"), failed("tls-wanted", "answer"));
    let stalled = stand_ins::answers(b"+PO");
    add("stalled redis", at("redis", stalled, ""), failed("stalled", "answer"));
    let stalled = stand_ins::answers(b"R\0\0\0");
    add("stalled postgres", at("postgres", stalled, "?tls=disable"), failed("stalled", "answer"));
    let stalled = stand_ins::answers(b"HTTP/1.1 200 OK\r\n");
    add("stalled http", at("http", stalled, ""), failed("stalled", "answer"));
    let endless = stand_ins::serve(|mut stream| while stream.write_all(&[b'+'; 4096]).is_ok() {});
    add("an answer without an end", at("redis", endless, ""), failed("wrong-protocol", "answer"));
    let huge = stand_ins::answers(b"R\x7f\xff\xff\xff");
    add("a huge message", at("postgres", huge, "?tls=disable"), failed("wrong-protocol", "answer"));
    let error = stand_ins::answers(b"-ERR unknown command 'PING'\r\n");
    add("an error of redis", at("redis", error, ""), failed("server-error", "answer"));
    let old = stand_ins::answers(b"-ERR max number of clients reached\r\n");
    add("maxclients", at("redis", old, ""), failed("too-many-connections", "answer"));
    let gss = stand_ins::answers(b"R\0\0\0\x08\0\0\0\x07");
    add("GSSAPI", at("postgres", gss, "?tls=disable&password_env=RIGHT"), failed("login-not-supported", "login"));
    add("GSSAPI without a password", at("postgres", gss, "?tls=disable"), reached("it asks for a login (GSSAPI)"));
    let early = stand_ins::answers(b"E\0\0\0\x1cSFATAL\0C53300\0Mfull up\0\0");
    add("an error in place of TLS", at("postgres", early, ""), failed("too-many-connections", "tls"));

    add("HTTP 200", at("http", web, "/ok"), reached("HTTP 200"));
    add("HTTP 404", at("http", web, "/missing"), failed("http-status", "answer"));
    add("HTTP 503", at("http", web, "/down"), failed("http-status", "answer"));
    add("HTTP 301", at("http", web, "/moved"), reached("a redirect to https://elsewhere.example that"));
    add("ClickHouse", at("clickhouse", web, ""), reached("Ok."));
    add("ClickHouse, right", at("clickhouse", web, "?password_env=RIGHT"), reached("SELECT 1 answered"));
    add("ClickHouse, wrong", at("clickhouse", web, "?password_env=WRONG"), failed("wrong-password", "login"));
    let absent = at("clickhouse", web, "/absent?password_env=RIGHT");
    add("ClickHouse, no such database", absent, failed("database-not-found", "login"));
    add("not ClickHouse", at("clickhouse", not_clickhouse, ""), failed("wrong-protocol", "answer"));
    let expected = format!("url = \"http://127.0.0.1:{web}/missing\"\nstatuses = [404]");
    matrix.extend([Case::settings("HTTP 404, expected", &expected, reached("HTTP 404"))]);
    matrix.run();
    show(&matrix.line("stand-ins"));
}

/// A host without IPv6 has no route to any of its addresses.
fn closed_over_ipv6() -> Want {
    let there = std::net::TcpListener::bind("[::1]:0").is_ok();
    if there { failed("connection-refused", "connect") } else { failed("no-route", "connect") }
}

/// Runs `probe` in an empty folder.
fn probe(arguments: &[&str]) -> super::common::Outcome {
    Repository::empty().run(&[&["probe"], arguments].concat())
}

#[test]
fn exit_codes_are_those_of_the_house() {
    let good = format!("http://127.0.0.1:{}/ok", stand_ins::web());
    let guarded = stand_ins::answers(b"-NOAUTH Authentication required.\r\n");
    let open = format!("redis://127.0.0.1:{guarded}?password_env=GCP_DRIFT_TEST_UNSET");
    let closed = format!("tcp://127.0.0.1:{}", free_port());
    let without = format!("tls://127.0.0.1:{guarded}?ca=absent.pem");
    let outcome = probe(&["--target", &good]).expect_code(0);
    assert!(outcome.stdout.contains("HTTP 200") && outcome.stderr.contains("1 target reached"), "{}", outcome.stdout);
    let outcome = probe(&["--target", &good, &closed]).expect_code(2);
    assert!(outcome.stderr.contains("1 target not reached: tcp://"), "{}", outcome.stderr);
    let outcome = probe(&["--target", &good, &open]).expect_code(3);
    assert!(outcome.stdout.contains("GCP_DRIFT_TEST_UNSET"), "{}", outcome.stdout);
    let outcome = probe(&["--target", &without]).expect_code(3);
    assert!(outcome.stdout.contains("not checked: the certificates in absent.pem"), "{}", outcome.stdout);
    probe(&["--target", &closed, &open]).expect_code(2);
    let outcome = probe(&["--target", &good, "--output", "json=no/such/folder/x"]).expect_code(1);
    assert!(outcome.stderr.contains("failed to write"), "{}", outcome.stderr);
    for (arguments, expected) in [
        (&[][..], "there is no target"),
        (&["--target", "db"], "there is no target `db`: the configuration has none"),
        (&["--target", "redis://u:hunter2@h"], "a password must not stand in a URL"),
        (&["--target", "hunter2://h"], "the schemes are postgres"),
        (&["--target", &good, "--tries", "0"], "--tries"),
        (&["--target", &good, "--timeout", "0"], "--timeout"),
        (&["--target", &good, "--timeout", "NaN"], "--timeout"),
        (&["--target", &good, "--format", "yaml"], "--format"),
        (&["--target", &good, "--format", "json", "--output", "text"], "only one format can go to stdout"),
    ] {
        let outcome = probe(arguments).expect_code(64);
        assert!(outcome.stderr.contains(expected), "{expected}: {}", outcome.stderr);
        assert!(!outcome.stderr.contains(":hunter2@"), "{}", outcome.stderr);
    }
    let repository = Repository::empty();
    repository.write("gcp-drift.toml", "[[targets]]\nname = \"db\"\nurl = \"redis://u:hunter2@h\"\n");
    let outcome = repository.run(&["probe"]).expect_code(64);
    assert!(outcome.stderr.contains("a password must not stand in a URL"), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("hunter2"), "{}", outcome.stderr);
    repository.write("gcp-drift.toml", "[[targets]]\nname = \"db\"\nurl = \"tcp://127.0.0.1:1\"\n");
    let outcome = repository.run(&["probe", "--target", "cache"]).expect_code(64);
    assert!(outcome.stderr.contains("there is no target `cache`; there are db"), "{}", outcome.stderr);
}

#[test]
fn a_name_that_does_not_exist_never_gets_further_than_its_resolution() {
    let report = probe(&["--target", "tcp://no-such-host.invalid:1", "--tries", "1", "--format", "json"]).json();
    let failure = &report["targets"][0]["failures"][0];
    let faults = ["name-not-found", "name-without-address", "resolver-failed", "resolve-timed-out"];
    assert!(faults.contains(&failure["fault"].as_str().unwrap()), "{failure}");
    assert_eq!((failure["stage"].as_str(), &report["targets"][0]["stage"]), (Some("resolve"), &Value::Null));
}

#[test]
fn tries_are_counted_and_measured() {
    let port = stand_ins::every_other(b"+PONG\r\n");
    let url = format!("redis://127.0.0.1:{port}");
    let report = probe(&["--target", &url, "--tries", "5", "--format", "json"]).expect_code(2).json();
    let target = &report["targets"][0];
    assert_eq!(
        (&target["outcome"], &target["tries"], &target["succeeded"]),
        (&"intermittent".into(), &5.into(), &3.into())
    );
    assert_eq!(target["failures"][0]["count"], 2);
    for part in ["connect", "total"] {
        let of = |name: &str| target["latency"][part][name].as_f64().unwrap();
        let sorted = [of("min"), of("p50"), of("p90"), of("p99"), of("max")];
        assert!(sorted.is_sorted() && sorted[0] > 0.0, "{sorted:?}");
    }
    assert!(target["latency"]["total"]["min"].as_f64() > target["latency"]["connect"]["min"].as_f64());
}

#[test]
fn where_it_ran_is_told_and_a_log_gets_one_line() {
    let url = format!("tcp://127.0.0.1:{}", stand_ins::silent());
    let output = binary()
        .args(["probe", "--format", "json", "--target", &url])
        .current_dir(Repository::empty().path())
        .env("CLOUD_RUN_JOB", "vpc-probe")
        .env("CLOUD_RUN_EXECUTION", "vpc-probe-x")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.matches('\n').count(), 1, "{text}");
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&report["run"]["from"]["job"], &report["run"]["from"]["service"]), (&"vpc-probe".into(), &Value::Null));
    assert_eq!(list(&report, "targets").len(), 1);
}

#[test]
fn every_fault_has_a_row_in_the_page_and_a_case() {
    let read = |path: &str| std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let (page, schema) = (read("docs/probe.md"), read("docs/schema/probe-v1.json"));
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let faults = list(&schema["$defs"]["Failure"]["properties"]["fault"], "enum");
    assert!(faults.len() > 20);
    let cases = read("tests/probe.rs") + &read("tests/probe/namespace.rs");
    for fault in faults {
        let fault = fault.as_str().unwrap();
        let row = format!("| `{fault}` |");
        assert_eq!(page.matches(&row).count(), 1, "docs/probe.md: {row}");
        assert!(cases.contains(&format!("failed(\"{fault}\", ")), "no case has {fault}");
    }
}

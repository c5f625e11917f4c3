//! `probe` against real PostgreSQL and Redis servers, and stand-ins for what they do not do on demand.
//!
//! | file | subject |
//! | --- | --- |
//! | `matrix` | targets beside what must be said of them |
//! | `postgresql`, `redis` | the faults of real servers |
//! | `servers` | PostgreSQL and Redis, started on free ports |
//! | `stand_ins` | small servers of the tests |
//! | `certificates` | certificates of test servers |
//! | `namespace` | what needs a network of its own |
//! | `evidence` | what a probe found, as evidence of `check` |

#![cfg(target_os = "linux")]

use std::io::Write;

use serde_json::Value;

use super::common::{Repository, binary, list};
use matrix::{Case, Matrix, Want, failed, reached};
use servers::free_port;
use stand_ins::FullBacklog;

mod certificates;
mod evidence;
mod matrix;
mod namespace;
mod postgresql;
mod redis;
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

    let scram = b"R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0".to_vec();
    let challenge = b"R\0\0\0\x1f\0\0\0\x0br=x,s=QUJD,i=2000000000".to_vec();
    let busy = stand_ins::answers_in_turn(vec![scram, challenge]);
    let busy = at("postgres", busy, "?tls=disable&password_env=RIGHT");
    add("too many iterations", busy, failed("login-not-supported", "login"));

    let stream = stand_ins::answers(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
    add("a body without an end", at("http", stream, ""), reached("HTTP 200"));
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

/// Bytes of no sense, behind beginnings that make sense.
#[test]
fn hostile_answers_do_no_harm() {
    let beginnings: [&[u8]; 11] = [
        b"",
        b"R\0\0\0",
        b"R\0\0\0\x40\0\0\0\x0a",
        b"E\0\0\0\x40",
        b"S\0\0\0\x40",
        b"S",
        b"N",
        b"+",
        b"-",
        b"HTTP/1.1 ",
        b"\x16\x03\x03\0\x40",
    ];
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut targets = Vec::new();
    for (round, beginning) in (0..4).flat_map(|round| beginnings.map(|beginning| (round, beginning))) {
        let mut answer = beginning.to_vec();
        for _ in 0..200 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let byte = (seed >> 56) as u8;
            // Every other round is text, which gets further into parsers.
            answer.push(if round % 2 == 0 { byte } else { 0x20 + byte % 0x5f });
        }
        answer.extend(b"\r\n\r\n");
        let port = stand_ins::answers_in_turn(vec![answer.clone(), answer]);
        for target in [
            format!("postgres://127.0.0.1:{port}"),
            format!("postgres://127.0.0.1:{port}/?tls=disable&password_env=HOME"),
            format!("redis://127.0.0.1:{port}?password_env=HOME"),
            format!("https://127.0.0.1:{port}"),
            format!("clickhouse://127.0.0.1:{port}?password_env=HOME"),
        ] {
            targets.push(target);
        }
    }
    let mut arguments = vec!["--tries", "1", "--timeout", "2", "--format", "json", "--target"];
    arguments.extend(targets.iter().map(String::as_str));
    let outcome = probe(&arguments).expect_code(2);
    assert!(!outcome.stderr.contains("panicked"), "{}", outcome.stderr);
    let report = outcome.json();
    let answered: Vec<&Value> = list(&report, "targets")
        .iter()
        .filter(|target| {
            target["outcome"] != "failed" && !(target["kind"] == "redis" && target["stage"] != Value::Null)
        })
        .collect();
    assert!(answered.is_empty(), "{answered:?}");
    assert!(!outcome.stdout.chars().any(|c| c.is_control() && c != '\n'));
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
    let files = ["probe.rs", "probe/namespace.rs", "probe/postgresql.rs", "probe/redis.rs"];
    let cases: String = files.iter().map(|file| read(&format!("tests/{file}"))).collect();
    for fault in faults {
        let fault = fault.as_str().unwrap();
        let row = format!("| `{fault}` |");
        assert_eq!(page.matches(&row).count(), 1, "docs/probe.md: {row}");
        assert!(cases.contains(&format!("failed(\"{fault}\", ")), "no case has {fault}");
    }
}

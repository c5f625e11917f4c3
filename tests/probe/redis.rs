//! What a real Redis answers.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::certificates::Certificates;
use super::matrix::{Case, Matrix, Want, failed, reached};
use super::servers::{loading_redis, program, redis, redis_with_tls};
use super::{TIMEOUT, show, skip, stand_ins};

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

//! What needs a network of its own: names that a resolver refuses in each way, routes that lead nowhere, packets that
//! are lost. The test starts itself again inside a namespace that only it sees.

use std::net::{Ipv4Addr, UdpSocket};
use std::process::{Command, Output};

use super::matrix::{Case, Matrix, failed, reached};
use super::skip;

/// Whether this process is the one inside.
const INSIDE: &str = "GCP_DRIFT_TEST_INSIDE_NAMESPACE";

/// Runs a shell text in namespaces of its own; `None` where that is not permitted.
fn unshared(script: &str) -> Option<Output> {
    for flags in [&["-n", "-m"][..], &["-r", "-n", "-m"]] {
        let tried = Command::new("unshare").args(flags).args(["sh", "-ec", "ip link set lo up"]).output();
        if tried.is_ok_and(|output| output.status.success()) {
            return Command::new("unshare").args(flags).args(["sh", "-ec", script]).env(INSIDE, "1").output().ok();
        }
    }
    None
}

#[test]
fn names_and_routes_that_lead_nowhere_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let resolver = folder.path().join("resolv.conf");
    std::fs::write(&resolver, "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n").unwrap();
    let program = std::env::current_exe().unwrap();
    // What is sent to the loopback interface for an address that is not there is dropped without a word.
    let script = format!(
        "ip link set lo up; ip route add 10.9.0.0/24 dev lo; \
         ip route add prohibit 10.8.0.0/24; ip route add unreachable 10.7.0.0/24; ip route add blackhole 10.6.0.0/24; \
         mount --bind {} /etc/resolv.conf; \
         exec {} --exact probe::namespace::inside --ignored --nocapture",
        resolver.display(),
        program.display()
    );
    let Some(output) = unshared(&script) else { return skip("namespaces are not permitted") };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stdout));
    let line = said.lines().find(|line| line.contains("faults named")).unwrap_or_else(|| panic!("{said}"));
    super::show(line);
}

#[test]
#[ignore = "run by the test above, inside a namespace"]
fn inside() {
    assert!(std::env::var_os(INSIDE).is_some(), "only inside a namespace");
    let socket = UdpSocket::bind("127.0.0.1:53").unwrap();
    std::thread::spawn(move || resolve(&socket));
    let listening = super::stand_ins::silent();
    let case = |name: &str, url: String, want| Case::url(name, &url, want);
    let tcp = |host: &str| format!("tcp://{host}:{listening}");
    let mut matrix = Matrix::new(3.0);
    matrix.extend([
        case("a name that resolves", tcp("good.test"), reached("it accepts connections")),
        case("NXDOMAIN", tcp("nx.test"), failed("name-not-found", "resolve")),
        case("no address", tcp("nodata.test"), failed("name-without-address", "resolve")),
        case("SERVFAIL", tcp("servfail.test"), failed("resolver-failed", "resolve")),
        case("a resolver that is silent", tcp("silent.test"), failed("resolver-failed", "resolve")),
        case("no route", tcp("192.0.2.1"), failed("no-route", "connect")),
        case("no route over IPv6", "tcp://[2001:db8::1]:1".to_owned(), failed("no-route", "connect")),
        case("unreachable by a router", tcp("10.7.0.1"), failed("no-route", "connect")),
        case("a route into nothing", tcp("10.6.0.1"), failed("no-route", "connect")),
        case("prohibited", tcp("10.8.0.1"), failed("connect-forbidden", "connect")),
        case("packets are lost", tcp("10.9.0.2"), failed("connect-timed-out", "connect")),
    ]);
    matrix.run();
    let mut hasty = Matrix::new(0.3);
    hasty.extend([case("a resolver that is too slow", tcp("silent.test"), failed("resolve-timed-out", "resolve"))]);
    hasty.run();
    matrix.merge(hasty);
    super::show(&matrix.line("in a namespace"));
}

/// A name server with one answer for each first label.
fn resolve(socket: &UdpSocket) {
    let mut buffer = [0; 512];
    while let Ok((count, peer)) = socket.recv_from(&mut buffer) {
        let query = &buffer[..count];
        // The question: labels, then type and class.
        let end = 12 + query[12..].iter().position(|&byte| byte == 0).unwrap() + 5;
        let label = String::from_utf8_lossy(&query[13..13 + usize::from(query[12])]).into_owned();
        let is_a = query[end - 4..end - 2] == [0, 1];
        let (code, address) = match label.as_str() {
            "good" if is_a => (0, Some(Ipv4Addr::LOCALHOST)),
            "good" | "nodata" => (0, None),
            "servfail" => (2, None),
            "silent" => continue,
            _ => (3, None),
        };
        let mut answer = query[..2].to_vec();
        answer.extend([0x81, 0x80 | code, 0, 1, 0, u8::from(address.is_some()), 0, 0, 0, 0]);
        answer.extend(&query[12..end]);
        if let Some(address) = address {
            answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
            answer.extend(address.octets());
        }
        let _ = socket.send_to(&answer, peer);
    }
}

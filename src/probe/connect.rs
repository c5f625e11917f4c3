//! The TCP connection: to all addresses at once, and the first that accepts is used.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::wire::Ended;
use crate::model::{AddressOutcome, ProbeFault, ProbedAddress};

/// Connects. `outcomes` says at any time what is known of each address, also where this is given up.
pub(super) async fn connect(
    addresses: &[SocketAddr],
    outcomes: &mut Vec<ProbedAddress>,
) -> Result<(TcpStream, Duration), Ended> {
    *outcomes = addresses
        .iter()
        .map(|address| ProbedAddress {
            address: address.ip().to_string(),
            // Until something else is known of it: this is given up when the time is over.
            connect: AddressOutcome::Failed(ProbeFault::ConnectTimedOut),
        })
        .collect();
    let mut running = JoinSet::new();
    for (index, address) in addresses.iter().copied().enumerate() {
        running.spawn(async move {
            let started = Instant::now();
            (index, TcpStream::connect(address).await, started.elapsed())
        });
    }
    let mut open: Vec<usize> = (0..addresses.len()).collect();
    let mut failures: Vec<(usize, ProbeFault, String)> = Vec::new();
    while let Some(joined) = running.join_next().await {
        let Ok((index, connected, took)) = joined else {
            return Err(Ended::NotChecked("a connection stopped unexpectedly".to_owned()));
        };
        open.retain(|&other| other != index);
        let error = match connected {
            Ok(stream) => {
                set(outcomes, index, AddressOutcome::Connected);
                for other in open {
                    set(outcomes, other, AddressOutcome::NotWaitedFor);
                }
                // What is sent is short, and each answer is waited for.
                let _ = stream.set_nodelay(true);
                return Ok((stream, took));
            }
            Err(error) => error,
        };
        match fault(&error) {
            Some(fault) => {
                set(outcomes, index, AddressOutcome::Failed(fault));
                failures.push((index, fault, error.to_string()));
            }
            None => return Err(Ended::NotChecked(format!("this host cannot connect: {error}"))),
        }
    }
    failures.sort_by_key(|(index, fault, _)| (rank(*fault), *index));
    let Some((index, fault, text)) = failures.into_iter().next() else {
        return Err(Ended::NotChecked("there is no address to connect to".to_owned()));
    };
    let address = addresses.get(index).map(ToString::to_string).unwrap_or_default();
    Err(Ended::failed(fault, format!("{address}: {text}")))
}

fn set(outcomes: &mut [ProbedAddress], index: usize, outcome: AddressOutcome) {
    if let Some(address) = outcomes.get_mut(index) {
        address.connect = outcome;
    }
}

/// Where addresses fail in different ways, the one that got furthest says most: a host without IPv6 has no route to
/// half of them.
fn rank(fault: ProbeFault) -> u8 {
    match fault {
        ProbeFault::ConnectionReset => 0,
        ProbeFault::ConnectionRefused => 1,
        ProbeFault::ConnectTimedOut => 2,
        ProbeFault::ConnectForbidden => 3,
        _ => 4,
    }
}

/// What an error of connecting means; `None` where it says nothing of the target.
fn fault(error: &io::Error) -> Option<ProbeFault> {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Some(ProbeFault::ConnectionRefused),
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => Some(ProbeFault::ConnectionReset),
        io::ErrorKind::TimedOut => Some(ProbeFault::ConnectTimedOut),
        io::ErrorKind::PermissionDenied => Some(ProbeFault::ConnectForbidden),
        // An address that cannot be used here, or a route that leads nowhere on purpose.
        io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::AddrNotAvailable
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::InvalidInput => Some(ProbeFault::NoRoute),
        _ => no_family(error).then_some(ProbeFault::NoRoute),
    }
}

/// Whether the host lacks the address's family, such as IPv6.
#[cfg(unix)]
fn no_family(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::AFNOSUPPORT.raw_os_error())
}

#[cfg(not(unix))]
fn no_family(error: &io::Error) -> bool {
    // WSAEAFNOSUPPORT.
    error.raw_os_error() == Some(10047)
}

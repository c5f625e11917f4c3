//! From a name to addresses, by the resolver that every program of the machine uses.

use std::net::{IpAddr, SocketAddr};

use dns_lookup::{AddrInfoHints, LookupErrorKind, SockType, getaddrinfo};

use super::wire::Ended;
use crate::model::ProbeFault;

/// So many addresses of a name are tried.
const MAX_ADDRESSES: usize = 16;

/// The addresses of a host, in the resolver's order, none of them twice.
pub(super) async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, Ended> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let name = host.to_owned();
    // The resolver of the C library blocks. Unlike the standard library's, this call tells why it failed.
    let looked_up = tokio::task::spawn_blocking(move || {
        let hints = AddrInfoHints { socktype: SockType::Stream.into(), ..AddrInfoHints::default() };
        let found = getaddrinfo(Some(&name), None, Some(hints)).map_err(|error| {
            let kind = error.kind();
            (kind, std::io::Error::from(error).to_string())
        })?;
        Ok(found.filter_map(Result::ok).map(|info| info.sockaddr.ip()).collect::<Vec<IpAddr>>())
    });
    let addresses = match looked_up.await {
        Ok(Ok(addresses)) => addresses,
        Ok(Err((kind, text))) => return Err(Ended::failed(fault(kind), text)),
        Err(_) => return Err(Ended::NotChecked("the resolver stopped unexpectedly".to_owned())),
    };
    let mut unique: Vec<SocketAddr> = Vec::new();
    for address in addresses {
        let address = SocketAddr::new(address, port);
        if unique.len() < MAX_ADDRESSES && !unique.contains(&address) {
            unique.push(address);
        }
    }
    if unique.is_empty() {
        return Err(Ended::failed(ProbeFault::NameWithoutAddress, "the resolver's answer holds no address"));
    }
    Ok(unique)
}

/// Source: getaddrinfo(3), "RETURN VALUE".
fn fault(kind: LookupErrorKind) -> ProbeFault {
    match kind {
        LookupErrorKind::NoName => ProbeFault::NameNotFound,
        LookupErrorKind::NoData => ProbeFault::NameWithoutAddress,
        _ => ProbeFault::ResolverFailed,
    }
}

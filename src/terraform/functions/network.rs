//! Functions of IP ranges.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bigdecimal::num_bigint::BigInt;
use bigdecimal::{Signed, ToPrimitive};

use super::super::value::{Type, Value};
use super::{Args, Context};
use crate::model::WhyKind;

type Outcome = Result<Value, String>;
type Calculate = fn(&Args) -> Outcome;

/// Calculates with a range, unless it is an IPv4 address in IPv6: Terraform takes these for IPv4 in one place and for
/// IPv6 in another.
fn with_range(context: &Context<'_>, args: &Args, ty: Type, calculate: Calculate) -> Outcome {
    let address = args.str(0)?.split('/').next().unwrap_or_default();
    if address.parse::<Ipv6Addr>().is_ok_and(|address| address.to_ipv4_mapped().is_some()) {
        let text = format!("{address} is an IPv4 address in IPv6, with which nothing is calculated");
        return Ok(context.unknown(ty, WhyKind::Unsupported, text));
    }
    calculate(args)
}

/// A range: the network address as a number, the length of its prefix, and of its addresses.
struct Prefix {
    address: u128,
    length: u32,
    width: u32,
}

impl Prefix {
    fn parse(text: &str) -> Result<Self, String> {
        let fail = || format!("`{text}` is no CIDR range");
        let (address, length) = text.split_once('/').ok_or_else(fail)?;
        if length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(fail());
        }
        let length: u32 = length.parse().map_err(|_| fail())?;
        let (address, width) = match parse_address(address).ok_or_else(fail)? {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        if length > width {
            return Err(fail());
        }
        let host = width - length;
        let address = if host >= 128 { 0 } else { address >> host << host };
        Ok(Self { address, length, width })
    }

    fn text(&self, address: u128) -> String {
        match self.width {
            32 => Ipv4Addr::from(u32::try_from(address & u128::from(u32::MAX)).unwrap_or(0)).to_string(),
            _ => Ipv6Addr::from(address).to_string(),
        }
    }
}

/// Terraform reads octets with leading zeros as decimal.
fn parse_address(text: &str) -> Option<IpAddr> {
    if text.contains(':') {
        return text.parse().ok();
    }
    let octets: Vec<&str> = text.split('.').collect();
    let mut bytes = [0u8; 4];
    if octets.len() != 4 {
        return None;
    }
    for (byte, octet) in bytes.iter_mut().zip(octets) {
        if octet.is_empty() || !octet.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        *byte = octet
            .trim_start_matches('0')
            .parse()
            .ok()
            .or_else(|| octet.bytes().all(|digit| digit == b'0').then_some(0))?;
    }
    Some(IpAddr::from(bytes))
}

fn whole(args: &Args, at: usize) -> Result<BigInt, String> {
    args.number(at)?.to_big_int().ok_or_else(|| format!("argument {} of {} is no whole number", at + 1, args.name()))
}

fn bits(args: &Args, at: usize) -> Result<u32, String> {
    whole(args, at)?.to_u32().ok_or_else(|| format!("argument {} of {} must not be negative", at + 1, args.name()))
}

fn host(args: &Args) -> Outcome {
    let prefix = Prefix::parse(args.str(0)?)?;
    let number = whole(args, 1)?;
    let host = prefix.width - prefix.length;
    let size = BigInt::from(1) << host;
    let fail = || format!("the range has no host number {number}");
    let offset = if number.is_negative() {
        // Counted from the end.
        if -number.clone() > size {
            return Err(fail());
        }
        &size + &number
    } else {
        // Terraform looks at the last 64 bits, so that numbers beyond them may leave the range.
        let low = (&number & BigInt::from(u64::MAX)).to_u64().unwrap_or_default();
        if BigInt::from(low.cast_signed()) >= size {
            return Err(fail());
        }
        number.clone()
    };
    let address = BigInt::from(prefix.address) | offset;
    let address = address.to_u128().filter(|address| prefix.width == 128 || *address >> 32 == 0).ok_or_else(fail)?;
    Ok(Value::string(&prefix.text(address)))
}

fn netmask(args: &Args) -> Outcome {
    let prefix = Prefix::parse(args.str(0)?)?;
    if prefix.width != 32 {
        return Err("IPv6 ranges have no netmask".to_owned());
    }
    let mask = u128::from(u32::MAX) << (32 - prefix.length);
    Ok(Value::string(&prefix.text(mask)))
}

/// As Terraform has it, fewer bits than none give a larger range, and a negative number is not refused: whoever wrote
/// it by mistake gets the range that Terraform would create.
fn subnet(args: &Args) -> Outcome {
    let prefix = Prefix::parse(args.str(0)?)?;
    let (bits, number) = (args.int(1)?, whole(args, 2)?);
    let length = u32::try_from(i64::from(prefix.length).saturating_add(bits)).ok();
    let Some(length) = length.filter(|length| *length <= prefix.width) else {
        return Err(format!("the range has no room for {bits} more bits"));
    };
    if let Ok(bits) = u32::try_from(bits)
        && number.abs() >= BigInt::from(1) << bits
    {
        return Err(format!("{number} does not fit into {bits} bits"));
    }
    let address = BigInt::from(prefix.address) | (number << (prefix.width - length));
    let address = address.magnitude().to_u128().filter(|address| prefix.width == 128 || *address >> 32 == 0);
    let address = address.ok_or("the range is too large")?;
    Ok(Value::string(&format!("{}/{length}", prefix.text(address))))
}

fn subnets(args: &Args) -> Outcome {
    let prefix = Prefix::parse(args.str(0)?)?;
    if args.len() > 1 && prefix.address == 0 {
        // Terraform starts at the subnet before the first one, which a range that starts at zero does not have.
        return Err("no subnets are taken from a range that starts at zero".to_owned());
    }
    let mut next = BigInt::from(prefix.address);
    let end = BigInt::from(prefix.address) + (BigInt::from(1) << (prefix.width - prefix.length));
    let mut found = Vec::new();
    for at in 1..args.len() {
        let bits = bits(args, at)?;
        if bits > 32 {
            return Err("no subnet may have more than 32 bits more".to_owned());
        }
        let length = prefix.length.saturating_add(bits);
        if bits == 0 || length > prefix.width {
            return Err(format!("the range has no room for {bits} more bits"));
        }
        let size = BigInt::from(1) << (prefix.width - length);
        // Each subnet starts at a multiple of its size.
        let start: BigInt = (next + &size - 1) / &size * &size;
        next = &start + &size;
        if next > end {
            return Err("the range has no room for all subnets".to_owned());
        }
        let address = start.to_u128().ok_or("the range is too large")?;
        found.push(Value::string(&format!("{}/{length}", prefix.text(address))));
    }
    Ok(Value::list(Type::String, found))
}

pub(super) fn cidrhost(context: &Context<'_>, args: &Args) -> Outcome {
    with_range(context, args, Type::String, host)
}

pub(super) fn cidrnetmask(context: &Context<'_>, args: &Args) -> Outcome {
    with_range(context, args, Type::String, netmask)
}

pub(super) fn cidrsubnet(context: &Context<'_>, args: &Args) -> Outcome {
    with_range(context, args, Type::String, subnet)
}

pub(super) fn cidrsubnets(context: &Context<'_>, args: &Args) -> Outcome {
    with_range(context, args, Type::list(Type::String), subnets)
}

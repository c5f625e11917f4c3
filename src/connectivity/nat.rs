//! Whether packets get from a network to public addresses: a default route, and a Cloud NAT that covers where they
//! start.

use super::attachment::Attachment;
use super::scene::Scene;
use crate::model::diagnosis::Proof;
use crate::model::{Api, Fact, Nat, NatAllocation, NatKind, NatSources, NetworkName, Why, WhyKind};

/// A NAT that covers where packets start.
#[derive(Clone, Debug)]
pub struct Covering<'a> {
    /// Full name of its router.
    pub router: String,
    /// The NAT.
    pub nat: &'a Nat,
    /// What shows that it covers them.
    pub evidence: Vec<Proof>,
}

impl Covering<'_> {
    /// Its public addresses, where they were given by hand.
    pub fn manual_addresses(&self) -> Option<Vec<String>> {
        let manual = self.nat.allocation.known() == Some(&NatAllocation::Manual);
        let ips = self.nat.ips.known().filter(|ips| manual && !ips.is_empty())?;
        Some(ips.iter().map(|ip| ip.name.clone()).collect())
    }

    /// What it is called.
    pub fn name(&self) -> String {
        self.nat.name.known().cloned().unwrap_or_else(|| "NAT".to_owned())
    }
}

/// The public NAT that covers where packets start; `None` where the routers were listed and none does.
///
/// # Errors
/// Why it cannot be told.
pub fn covering<'a>(
    scene: &Scene<'a>,
    network: &NetworkName,
    attachment: &Attachment,
) -> Result<Option<Covering<'a>>, Why> {
    let mut open = None;
    for router in &scene.inventory().routers {
        if router.name.region.as_deref() != Some(&*attachment.region) {
            continue;
        }
        match &router.network {
            Fact::Known(own, _) if own == network => {}
            Fact::Unknown(whys) if router.name.project == network.project => {
                open = open.or_else(|| whys.first().cloned())
            }
            _ => continue,
        }
        let nats = match &router.nats {
            Fact::Known(nats, _) => nats,
            Fact::Absent(_) => continue,
            Fact::Unknown(whys) => {
                open = open.or_else(|| whys.first().cloned());
                continue;
            }
        };
        for nat in nats {
            match covers(nat, attachment) {
                Ok(true) if router.network.known() == Some(network) => {
                    let evidence = [Proof::of(&nat.name), Proof::of(&nat.sources), Proof::of(&router.network)]
                        .into_iter()
                        .flatten();
                    let evidence = evidence.collect();
                    return Ok(Some(Covering { router: router.name.to_string(), nat, evidence }));
                }
                Ok(_) => {}
                Err(why) => open = open.or(Some(why)),
            }
        }
    }
    match open {
        Some(why) => Err(why),
        None => scene.coverage().answered(Api::ComputeRouters, &network.project, &attachment.region).map(|()| None),
    }
}

fn covers(nat: &Nat, attachment: &Attachment) -> Result<bool, Why> {
    let unknown = |whys: &[Why]| {
        let why = whys.first().cloned();
        why.unwrap_or_else(|| Why::new(WhyKind::Malformed, "what the NAT covers cannot be told"))
    };
    match &nat.kind {
        Fact::Known(NatKind::Public, _) | Fact::Absent(_) => {}
        Fact::Known(..) => return Ok(false),
        Fact::Unknown(whys) => return Err(unknown(whys)),
    }
    match &nat.endpoint_types {
        Fact::Known(types, _) if !types.contains("ENDPOINT_TYPE_VM") => return Ok(false),
        Fact::Unknown(whys) => return Err(unknown(whys)),
        _ => {}
    }
    match &nat.sources {
        Fact::Known(NatSources::AllRanges | NatSources::AllPrimaryRanges, _) => Ok(true),
        // A hidden subnetwork cannot be listed.
        Fact::Known(NatSources::Listed, _) => match (&nat.subnetworks, &attachment.subnetwork) {
            (_, None) => Ok(false),
            (Fact::Known(listed, _), Some(own)) => {
                let mut names = listed.iter().map(|listed| &listed.name);
                if names.clone().any(|name| name.known() == Some(own)) {
                    return Ok(true);
                }
                names.find_map(|name| name.whys().first()).map_or(Ok(false), |why| Err(why.clone()))
            }
            (Fact::Absent(_), Some(_)) => Ok(false),
            (Fact::Unknown(whys), Some(_)) => Err(unknown(whys)),
        },
        Fact::Known(other, origin) => {
            let text = format!("the NAT covers {other}, which this version does not know");
            Err(Why::at(WhyKind::Unsupported, text, origin.clone()))
        }
        Fact::Absent(origin) => {
            Err(Why::at(WhyKind::Malformed, "the API did not say what the NAT covers", origin.clone()))
        }
        Fact::Unknown(whys) => Err(unknown(whys)),
    }
}

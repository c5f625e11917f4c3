//! Which workloads hang on which connector.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::WorkloadPair;
use super::fields::value_after;
use crate::model::{ConnectorName, Why};

/// Workloads by the connectors that they name.
#[derive(Clone, Debug, Default)]
pub struct Attached<'e> {
    by_connector: FxHashMap<Cow<'e, ConnectorName>, Vec<Attachment>>,
    /// Short names of the live ones, in their order.
    live: FxHashMap<&'e ConnectorName, Vec<&'e str>>,
    /// By region: why a live workload there names a connector that cannot be told.
    unclear: BTreeMap<&'e str, &'e Why>,
}

/// A workload that names a connector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attachment {
    /// Which of the pairs it is.
    pub pair: usize,
    /// Its live template names the connector.
    pub live: bool,
    /// A declaration or deploy command does.
    pub declared: bool,
}

impl<'e> Attached<'e> {
    /// Of these workloads.
    pub fn of(pairs: &[WorkloadPair<'e>]) -> Self {
        let mut attached = Self::default();
        for (at, pair) in pairs.iter().enumerate() {
            for own in &pair.terraform {
                if let Some(name) = own.value.vpc.connector.known() {
                    attached.note(Cow::Borrowed(name), at, |own| own.declared = true);
                }
            }
            let after = pair.deploy.iter().filter_map(|command| value_after(&command.connector));
            for name in after.filter_map(|fact| fact.known().cloned()) {
                attached.note(Cow::Owned(name), at, |own| own.declared = true);
            }
            let super::LiveSide::Present(live) = &pair.live else { continue };
            let connector = &live.workload.vpc.connector;
            if let Some(name) = connector.known() {
                attached.note(Cow::Borrowed(name), at, |own| own.live = true);
                attached.live.entry(name).or_default().push(&live.name.name);
            }
            if let Some(why) = connector.whys().first() {
                attached.unclear.entry(&live.name.region).or_insert(why);
            }
        }
        attached
    }

    /// Notes that the workload of a pair names the connector. Pairs come one after another.
    fn note(&mut self, name: Cow<'e, ConnectorName>, pair: usize, set: fn(&mut Attachment)) {
        let all = self.by_connector.entry(name).or_default();
        match all.last_mut() {
            Some(last) if last.pair == pair => set(last),
            _ => {
                let mut own = Attachment { pair, ..Attachment::default() };
                set(&mut own);
                all.push(own);
            }
        }
    }

    /// The workloads that name the connector, live or declared.
    pub fn naming(&self, connector: &ConnectorName) -> &[Attachment] {
        self.by_connector.get(connector).map(Vec::as_slice).unwrap_or_default()
    }

    /// Short names of the workloads whose live template names the connector.
    pub fn to(&self, connector: &ConnectorName) -> &[&'e str] {
        self.live.get(connector).map(Vec::as_slice).unwrap_or_default()
    }

    /// Why a live workload of the region may hang on any connector there.
    pub fn unclear_in(&self, region: &str) -> Option<&Why> {
        self.unclear.get(region).copied()
    }
}

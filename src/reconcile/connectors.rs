//! Pairs declared connectors with live ones.

use std::collections::BTreeMap;

use crate::model::{Api, Connector, ConnectorName, Declared, Evidence, Why, WhyKind};

use super::{ConnectorPair, LiveSide};

/// One pair a connector, those with a canonical name first and in its order, then those whose name is not known.
pub fn pair(evidence: &Evidence) -> Vec<ConnectorPair<'_>> {
    let inventory = &evidence.inventory;
    let mut named: BTreeMap<&ConnectorName, Vec<&Declared<Connector>>> = BTreeMap::new();
    let mut unnamed = Vec::new();
    for declared in &evidence.terraform.connectors {
        match declared.value.name.known() {
            Some(name) => named.entry(name).or_default().push(declared),
            None => unnamed.push(declared),
        }
    }
    let live: BTreeMap<&ConnectorName, &Connector> =
        inventory.connectors.iter().filter_map(|connector| Some((connector.name.known()?, connector))).collect();
    for name in live.keys() {
        named.entry(name).or_default();
    }
    let mut pairs: Vec<ConnectorPair<'_>> = named
        .into_iter()
        .map(|(name, declared)| ConnectorPair {
            name: Some(name),
            declared,
            live: live_side(evidence, name, live.get(name).copied()),
            is_foreign: inventory
                .coverage
                .answered_of(Api::VpcAccessConnectors, &name.project, &name.to_string())
                .is_ok(),
        })
        .collect();
    pairs.extend(unnamed.into_iter().map(|declared| unnamed_pair(evidence, declared)));
    pairs
}

fn live_side<'e>(evidence: &Evidence, name: &ConnectorName, live: Option<&'e Connector>) -> LiveSide<&'e Connector> {
    if evidence.live.is_none() {
        return LiveSide::NotAsked;
    }
    if let Some(connector) = live {
        return LiveSide::Present(connector);
    }
    match evidence.inventory.coverage.answered(Api::VpcAccessConnectors, &name.project, &name.region) {
        Ok(()) => LiveSide::Absent,
        Err(why) => LiveSide::Unknown(why),
    }
}

/// A declaration whose project, region or name is not known: it could be any live connector, or none.
fn unnamed_pair<'e>(evidence: &Evidence, declared: &'e Declared<Connector>) -> ConnectorPair<'e> {
    let why = declared.value.name.whys().first().cloned().unwrap_or_else(|| {
        Why::at(WhyKind::Invalid, "the declaration does not name the connector", declared.origin.clone())
    });
    ConnectorPair {
        name: None,
        declared: vec![declared],
        live: if evidence.live.is_none() { LiveSide::NotAsked } else { LiveSide::Unknown(why) },
        is_foreign: false,
    }
}

//! What the flags together set: the fields of the deploy.

use super::flags::Slot;
use super::spelled::{spell_connector, spell_egress};
use super::{Reader, Setting};
use crate::model::{
    Change, ConnectorName, Egress, Fact, NameContext, NetworkInterface, NetworkName, Origin, Spelled, SubnetworkName,
    Why, WhyKind,
};

impl Reader {
    pub(super) fn text(&self, slot: Slot, command: &Origin) -> Fact<String> {
        match self.slots.get(&slot) {
            None => Fact::Absent(command.clone()),
            Some(Setting::Given(word)) => word.fact(),
            Some(Setting::Unknown(whys)) => Fact::Unknown(whys.clone()),
        }
    }

    pub(super) fn connector(&self, names: &NameContext) -> Change<Spelled<ConnectorName>> {
        // gcloud accepts both flags together and clears last; an empty name changes nothing.
        match (self.slots.get(&Slot::Connector), self.slots.get(&Slot::ClearConnector)) {
            (_, Some(Setting::Given(clear))) => Change::Clear(clear.origin.clone()),
            (Some(Setting::Given(word)), None) if word.text().is_some_and(|text| text.is_empty()) => Change::Leave,
            (Some(Setting::Given(word)), None) => Change::Set(word.fact().map(|text| spell_connector(text, names))),
            (_, Some(Setting::Unknown(whys))) | (Some(Setting::Unknown(whys)), None) => {
                Change::Set(Fact::Unknown(whys.clone()))
            }
            (None, None) => Change::Leave,
        }
    }

    /// Clearing the connector or the network clears the egress setting as well, also where a flag sets it: gcloud clears
    /// last.
    pub(super) fn egress(&self) -> Change<Spelled<Egress>> {
        let clears = [Slot::ClearConnector, Slot::ClearNetwork].map(|slot| self.slots.get(&slot));
        for setting in clears.iter().flatten() {
            if let Setting::Given(word) = setting {
                return Change::Clear(word.origin.clone());
            }
        }
        match clears.into_iter().flatten().next().or_else(|| self.slots.get(&Slot::Egress)) {
            Some(Setting::Given(word)) => Change::Set(word.fact().map(spell_egress)),
            Some(Setting::Unknown(whys)) => Change::Set(Fact::Unknown(whys.clone())),
            None => Change::Leave,
        }
    }

    /// gcloud patches the one interface key by key: a key that no flag mentions stays as it is.
    pub(super) fn interfaces(&self, command: &Origin, names: &NameContext) -> Change<Vec<NetworkInterface>> {
        let keys = [Slot::Network, Slot::Subnet, Slot::Tags, Slot::ClearTags].map(|slot| self.slots.get(&slot));
        match self.slots.get(&Slot::ClearNetwork) {
            Some(Setting::Given(word)) => return Change::Clear(word.origin.clone()),
            Some(Setting::Unknown(whys)) if keys.iter().all(|key| !matches!(key, Some(Setting::Given(_)))) => {
                return Change::Set(Fact::Unknown(whys.clone()));
            }
            _ => {}
        }
        let [network, subnet, tags, clear_tags] = keys;
        if network.is_none() && subnet.is_none() && tags.is_none() && clear_tags.is_none() {
            return Change::Leave;
        }
        let left = |what: &str| -> Why {
            Why::at(WhyKind::Dynamic, format!("the command leaves the {what} as it is"), command.clone())
        };
        let text = |setting: Option<&Setting>, what: &str| match setting {
            Some(Setting::Given(word)) => word.fact(),
            Some(Setting::Unknown(whys)) => Fact::Unknown(whys.clone()),
            None => Fact::unknown(left(what)),
        };
        let tags = match (tags, clear_tags) {
            (Some(Setting::Given(_)), _) | (_, None) => text(tags, "network tags")
                .map(|list| list.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()),
            (_, Some(Setting::Given(word))) => Fact::Absent(word.origin.clone()),
            (_, Some(Setting::Unknown(whys))) => Fact::Unknown(whys.clone()),
        };
        let interface = NetworkInterface {
            network: text(network, "network")
                .try_map(|name| NetworkName::parse(&name, names).map_err(|error| error.to_string())),
            subnetwork: text(subnet, "subnetwork")
                .try_map(|name| SubnetworkName::parse(&name, names).map_err(|error| error.to_string())),
            tags,
        };
        Change::Set(Fact::Known(vec![interface], command.clone()))
    }
}

//! What the flags together set: the fields of a deploy.

use std::collections::BTreeSet;

use super::lists;
use super::reader::State;
use super::spelled::{spell_connector, spell_egress};
use super::uses::Setting;
use crate::model::{
    Change, ConnectorName, Egress, Fact, Guard, NameContext, NetworkInterface, NetworkName, Origin, Spelled,
    SubnetworkName, Why, WhyKind,
};

/// The flag of a function for what `--vpc-egress` is for other workloads.
const FUNCTION_EGRESS: &str = "--egress-settings";

impl State {
    fn setting(&self, flag: &str) -> Option<Setting> {
        // `--no-clear-network` clears nothing.
        self.uses.get(flag).filter(|setting| !matches!(setting, Setting::Off(_)))
    }

    /// What no flag mentions is left, unless there are flags of which it is not known what they do.
    fn left<T>(&self) -> Change<T> {
        if self.doubts.is_empty() { Change::Leave } else { Change::Set(Fact::Unknown(self.doubts.clone())) }
    }

    pub(super) fn connector(&self, command: &Origin, names: &NameContext) -> Change<Spelled<ConnectorName>> {
        // gcloud accepts both flags together and clears last; an empty name changes nothing.
        match (self.setting("--vpc-connector"), self.setting("--clear-vpc-connector")) {
            (_, Some(Setting::Given(_))) => Change::Clear(self.place("--clear-vpc-connector", command)),
            (_, Some(Setting::Unknown(whys))) | (Some(Setting::Unknown(whys)), _) => Change::Set(Fact::Unknown(whys)),
            (Some(_), _) => match self.uses.fact("--vpc-connector", command) {
                Fact::Known(text, _) if text.is_empty() => self.left(),
                fact => Change::Set(fact.map(|text| spell_connector(text, names))),
            },
            (None, _) => self.left(),
        }
    }

    /// Clearing the connector or the network clears the egress setting as well, also where a flag sets it: gcloud clears
    /// last.
    pub(super) fn egress(&self, command: &Origin) -> Change<Spelled<Egress>> {
        let mut unknown = None;
        for flag in ["--clear-vpc-connector", "--clear-network"] {
            match self.setting(flag) {
                Some(Setting::Given(_)) => return Change::Clear(self.place(flag, command)),
                Some(Setting::Unknown(whys)) => unknown = Some(whys),
                _ => {}
            }
        }
        if let Some(whys) = unknown {
            return Change::Set(Fact::Unknown(whys));
        }
        // An interface of which no key is left is cleared as well.
        if let Change::Clear(place) = self.interfaces(command, &NameContext::default()) {
            return Change::Clear(place);
        }
        let of_function = self.spec.is_some_and(|spec| spec.words == "functions deploy");
        match self.uses.fact(if of_function { FUNCTION_EGRESS } else { "--vpc-egress" }, command) {
            Fact::Absent(_) => self.left(),
            fact => Change::Set(fact.map(spell_egress)),
        }
    }

    /// gcloud patches the one interface key by key: a key that no flag mentions stays as it is.
    pub(super) fn interfaces(&self, command: &Origin, names: &NameContext) -> Change<Vec<NetworkInterface>> {
        let keys = ["--network", "--subnet", "--network-tags", "--clear-network-tags"];
        match self.setting("--clear-network") {
            Some(Setting::Given(_)) => return Change::Clear(self.place("--clear-network", command)),
            Some(Setting::Unknown(whys)) if keys.iter().all(|key| self.uses.given(key).is_none()) => {
                return Change::Set(Fact::Unknown(whys));
            }
            _ => {}
        }
        let [network, subnet, tags, clear_tags] = keys.map(|key| self.setting(key));
        if network.is_none() && subnet.is_none() && tags.is_none() && clear_tags.is_none() {
            return self.left();
        }
        // An empty value takes the key away.
        let text = |flag: &str, what: &str| match self.uses.fact(flag, command) {
            Fact::Absent(_) => Fact::unknown(left_as_it_is(what, command)),
            Fact::Known(text, origin) if text.is_empty() => Fact::Absent(origin),
            fact => fact,
        };
        let tags = match (tags, clear_tags) {
            (Some(Setting::Given(words)), _) => lists::entries(&words).map(|tags| tags.into_iter().collect()),
            (_, Some(Setting::Given(_))) => Fact::Absent(self.place("--clear-network-tags", command)),
            (Some(Setting::Unknown(whys)), _) | (_, Some(Setting::Unknown(whys))) => Fact::Unknown(whys),
            _ => Fact::unknown(left_as_it_is("network tags", command)),
        };
        let tags = match tags {
            Fact::Known(tags, origin) if BTreeSet::is_empty(&tags) => Fact::Absent(origin),
            tags => tags,
        };
        let (network, subnet) = (text("--network", "network"), text("--subnet", "subnetwork"));
        if let (Fact::Absent(_), Fact::Absent(_), Fact::Absent(place)) = (&network, &subnet, &tags) {
            return Change::Clear(place.clone());
        }
        let interface = NetworkInterface {
            network: network.try_map(|name| NetworkName::parse(&name, names).map_err(|error| error.to_string())),
            subnetwork: subnet.try_map(|name| SubnetworkName::parse(&name, names).map_err(|error| error.to_string())),
            tags,
        };
        Change::Set(Fact::Known(vec![interface], command.clone()))
    }

    /// Conditions that gcloud itself makes: it clears the connector of a service that sends all traffic through it only
    /// where somebody says yes, and fails where nobody can. What the service has now is not known here, so this is said
    /// where the command itself sets the egress.
    pub(super) fn asks(&self, command: &Origin) -> Vec<Guard> {
        let of_service = self.spec.is_some_and(|spec| matches!(spec.words, "run deploy" | "run services update"));
        let clears = self.uses.given("--clear-vpc-connector").is_some();
        let all = self.uses.fact("--vpc-egress", command).known().is_some_and(|egress| egress.starts_with("all"));
        let guard = || Guard {
            text: "somebody confirms that the connector is removed".to_owned(),
            origin: self.place("--clear-vpc-connector", command),
            negated: false,
            decided: None,
        };
        if of_service && clears && all { vec![guard()] } else { Vec::new() }
    }

    /// Where a flag stands.
    pub(super) fn place(&self, flag: &str, command: &Origin) -> Origin {
        let word = self.uses.given(flag).and_then(|words| words.last());
        word.map_or_else(|| command.clone(), |word| word.origin.clone())
    }
}

fn left_as_it_is(what: &str, command: &Origin) -> Why {
    Why::at(WhyKind::Dynamic, format!("the command leaves the {what} as it is"), command.clone())
}

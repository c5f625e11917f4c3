//! Which flags set what.

/// What flags can set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot {
    Project,
    Region,
    Connector,
    ClearConnector,
    Egress,
    Network,
    Subnet,
    Tags,
    ClearNetwork,
    ClearTags,
}

pub(super) const SLOTS: [(&str, Slot); 10] = [
    ("project", Slot::Project),
    ("region", Slot::Region),
    ("vpc-connector", Slot::Connector),
    ("clear-vpc-connector", Slot::ClearConnector),
    ("vpc-egress", Slot::Egress),
    ("network", Slot::Network),
    ("subnet", Slot::Subnet),
    ("network-tags", Slot::Tags),
    ("clear-network", Slot::ClearNetwork),
    ("clear-network-tags", Slot::ClearTags),
];

pub(super) fn slot_of(flag: &str) -> Option<Slot> {
    SLOTS.iter().find(|(name, _)| *name == flag).map(|&(_, slot)| slot)
}

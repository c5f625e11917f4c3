//! What flags do to the traffic of a service.

use super::lists;
use super::reader::State;
use super::uses::Setting;
use crate::model::{Fact, Origin, TrafficChange, TrafficChangeKind, TrafficEntry};

/// The flags, in the order in which gcloud applies them.
const FLAGS: [(&str, TrafficChangeKind); 10] = [
    ("--no-traffic", TrafficChangeKind::NoTraffic),
    ("--no-promote", TrafficChangeKind::NoTraffic),
    ("--tag", TrafficChangeKind::Tag),
    ("--clear-tags", TrafficChangeKind::ClearTags),
    ("--set-tags", TrafficChangeKind::SetTags),
    ("--remove-tags", TrafficChangeKind::RemoveTags),
    ("--update-tags", TrafficChangeKind::UpdateTags),
    ("--to-latest", TrafficChangeKind::ToLatest),
    ("--to-revisions", TrafficChangeKind::ToRevisions),
    ("--to-tags", TrafficChangeKind::ToTags),
];

impl State {
    /// What the flags do to traffic.
    pub(super) fn traffic(&self, command: &Origin) -> Vec<TrafficChange> {
        let Some(spec) = self.spec else { return Vec::new() };
        let mut changes = Vec::new();
        for (flag, kind) in FLAGS {
            // Where words are not known, each flag that the command has may be among them; that is said of the fields
            // of VPC access, and here only of what is named.
            if !self.uses.names().any(|name| name == flag) || !spec.flags().any(|name| name == flag) {
                continue;
            }
            let entries = match self.uses.get(flag) {
                None | Some(Setting::Off(_)) => continue,
                Some(Setting::Unknown(whys)) => Fact::Unknown(whys),
                Some(Setting::Given(words)) => match kind {
                    TrafficChangeKind::NoTraffic | TrafficChangeKind::ToLatest | TrafficChangeKind::ClearTags => {
                        Fact::Known(Vec::new(), self.place(flag, command))
                    }
                    TrafficChangeKind::Tag => self.uses.fact(flag, command).map(|tag| vec![entry(&tag)]),
                    _ => lists::entries(&words).map(|entries| entries.iter().map(|text| entry(text)).collect()),
                },
            };
            changes.push(TrafficChange { kind, entries });
        }
        changes
    }
}

fn entry(text: &str) -> TrafficEntry {
    let (target, value) = lists::pair(text);
    TrafficEntry { target, value }
}

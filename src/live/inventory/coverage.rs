//! What was really looked at, by the answers and by what is wrong with their items.

use std::collections::BTreeSet;

use super::is_short_name;
use crate::model::live::{Answer, Reach};
use crate::model::{CoverageEntry, CoverageStatus, NameContext, NetworkName, SubnetworkName};

/// The entries of one answer: one, and one more for every region that the list of a whole project names as
/// unreachable. A list that holds an item that cannot be read was not looked at in full.
pub(super) fn entries(answer: &Answer, context: &NameContext, faults: &[String]) -> Vec<CoverageEntry> {
    let regions = unreachable_regions(answer);
    let named = regions.is_some();
    let (status, detail) = match (answer.status, faults) {
        (CoverageStatus::Answered, _) if !answer.unreachable.is_empty() && !named => {
            let places = answer.unreachable.join(", ");
            (CoverageStatus::Unreachable, format!("the answer names as unreachable: {places}"))
        }
        (CoverageStatus::Answered, [first, rest @ ..]) => {
            let more = if rest.is_empty() { String::new() } else { format!(" (and {} more)", rest.len()) };
            (CoverageStatus::Malformed, format!("{first}{more}"))
        }
        (CoverageStatus::Answered, []) if answer.detail.is_empty() => {
            let count = answer.items.len();
            (CoverageStatus::Answered, format!("{count} {}", if count == 1 { "item" } else { "items" }))
        }
        (status, _) => (status, answer.detail.clone()),
    };
    let entry = |region: Option<String>, status, detail| CoverageEntry {
        project: context.project.clone().unwrap_or_default(),
        region,
        api: answer.api,
        of: resource(answer, context),
        time: answer.time.clone(),
        status,
        detail,
    };
    let mut entries = vec![entry(answer.region.clone(), status, detail)];
    for region in regions.unwrap_or_default() {
        let detail = "the answer names it as unreachable".to_owned();
        entries.push(entry(Some(region), CoverageStatus::Unreachable, detail));
    }
    entries
}

/// The regions that the list of a whole project could not reach; `None` where the answer is of another kind, or where
/// one of the places is no region, so that nobody knows what is missing.
fn unreachable_regions(answer: &Answer) -> Option<BTreeSet<String>> {
    let whole = answer.region.is_none() && answer.of.is_none() && answer.api.reach() != Reach::Resource;
    if !whole || answer.status != CoverageStatus::Answered || answer.unreachable.is_empty() {
        return None;
    }
    answer.unreachable.iter().map(|place| region(place)).collect()
}

/// The region of a location in any spelling: `r`, `regions/r`, `projects/p/locations/r`, `zones/r-b`, a self link. What
/// lies in a zone lies in its region.
fn region(place: &str) -> Option<String> {
    let mut parts = place.trim().trim_end_matches('/').rsplit('/');
    let location = parts.next().filter(|location| is_short_name(location))?;
    if !matches!(parts.next(), None | Some("locations" | "regions" | "zones")) || location == "global" {
        return None;
    }
    let ends_in_digit = |text: &str| text.ends_with(|char: char| char.is_ascii_digit());
    match location.rsplit_once('-') {
        Some((region, zone)) if zone.len() == 1 && !ends_in_digit(zone) && ends_in_digit(region) => {
            Some(region.to_owned())
        }
        Some(_) if ends_in_digit(location) => Some(location.to_owned()),
        _ => None,
    }
}

/// The resource that was asked about, by its canonical name where it has one.
fn resource(answer: &Answer, context: &NameContext) -> Option<String> {
    let of = answer.of.as_deref()?;
    let network = NetworkName::parse(of, context).map(|name| name.to_string());
    let name = network.or_else(|_| SubnetworkName::parse(of, context).map(|name| name.to_string()));
    Some(name.unwrap_or_else(|_| of.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_the_region_that_it_lies_in() {
        for (place, expected) in [
            ("us-east1", Some("us-east1")),
            ("regions/us-east1", Some("us-east1")),
            ("projects/p/locations/europe-west12", Some("europe-west12")),
            ("zones/us-east1-b", Some("us-east1")),
            ("https://www.googleapis.com/compute/v1/projects/p/zones/us-east1-b", Some("us-east1")),
            ("northamerica-northeast1", Some("northamerica-northeast1")),
            ("global", None),
            ("projects/p", None),
            ("projects/p/locations/global", None),
            ("somewhere", None),
            ("us-east1 or so", None),
            ("", None),
        ] {
            assert_eq!(region(place).as_deref(), expected, "{place}");
        }
    }
}

//! Names that are almost those of the table.

use super::RESOURCES;
use super::schema::Body;

/// Longer names are not compared: comparing is quadratic, and nobody mistypes a name of this length.
const MAX_NAME: usize = 80;

/// Types of the provider that differ from a modelled one by three typing errors or fewer, resources and data sources,
/// as of 6.50.
const NEIGHBOURS: [&str; 5] = [
    "google_compute_addresses",
    "google_compute_networks",
    "google_compute_route",
    "google_compute_subnetworks",
    "google_sql_database_instances",
];

/// The modelled type that a type is probably meant to be; `None` where it is one, or another type of the provider.
pub fn meant_type(kind: &str) -> Option<&'static str> {
    if !kind.starts_with("google") || kind.len() > MAX_NAME || NEIGHBOURS.contains(&kind) {
        return None;
    }
    if super::resource(kind).is_some() {
        return None;
    }
    nearest(kind, RESOURCES.iter().map(|resource| resource.kind), 2)
}

/// The field of a body that a name is probably meant to be. Of a body that is not known in full (`is_open`) another
/// field may be near, such as `server_ca_pool` beside `server_ca_mode`: there one typing error is the limit.
pub fn meant_field(body: &Body, name: &str, is_open: bool) -> Option<&'static str> {
    if name.len() > MAX_NAME {
        return None;
    }
    let limit = if is_open { 1 } else { (name.chars().count() / 5).clamp(1, 2) };
    let configurable = body.fields.iter().filter(|field| field.is_configurable());
    nearest(name, configurable.map(|field| field.name), limit)
}

/// The candidate with the fewest typing errors, at most `limit`; of equals the first.
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>, limit: usize) -> Option<&'a str> {
    let word = word.to_lowercase().replace('-', "_");
    candidates
        .filter(|candidate| candidate.len() <= MAX_NAME)
        .map(|candidate| (strsim::damerau_levenshtein(&word, candidate), candidate))
        .filter(|&(distance, _)| distance <= limit)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

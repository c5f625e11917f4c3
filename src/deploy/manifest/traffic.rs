//! `spec.traffic` of a service: which revisions get how much, and what tags they have.
//!
//! Sources: `TrafficTarget` of the v1 API of Cloud Run; the Knative serving specification, `TrafficTarget`.

use std::collections::BTreeSet;

use super::Document;
use crate::deploy::yaml::{Node, Text};
use crate::model::{Fact, Origin, TrafficChange, TrafficChangeKind, TrafficEntry, Why, WorkloadKind, redact};

/// The keys of an entry. `url` is what the API fills in, and stands in what it exports.
const KEYS: [&str; 6] = ["configurationName", "latestRevision", "percent", "revisionName", "tag", "url"];
/// What gcloud calls the latest ready revision, now and after later deploys.
const LATEST: &str = "LATEST";

/// Why the API refuses a manifest, and where that stands.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) text: String,
    pub(super) place: Origin,
}

/// An entry of the list; what is not known has its reasons.
struct Target {
    revision: Result<String, Why>,
    percent: Result<i64, Why>,
    tag: Option<Result<String, Why>>,
}

impl Document<'_> {
    /// What applying the document does to traffic; nothing where it does not say it.
    pub(super) fn traffic(&self) -> Result<Vec<TrafficChange>, Refusal> {
        let spec = self.node.get("spec").filter(|_| self.kind == WorkloadKind::Service);
        let Some((key, list)) = spec.and_then(|spec| spec.entry("traffic")) else { return Ok(Vec::new()) };
        let place = self.place.of(key);
        let targets = match list {
            Node::List(elements) if elements.is_empty() => return Ok(Vec::new()),
            Node::List(elements) => {
                elements.iter().map(|element| self.target(element)).collect::<Result<Vec<_>, _>>()?
            }
            Node::Scalar(text) if text.value.is_empty() => return Ok(Vec::new()),
            Node::Scalar(text) => match self.placeholder(text) {
                Some(why) => {
                    let entries = Fact::unknown(why);
                    return Ok(vec![TrafficChange { kind: TrafficChangeKind::ToRevisions, entries }]);
                }
                None => return Err(Refusal { text: "spec.traffic is no list".to_owned(), place }),
            },
            _ => return Err(Refusal { text: "spec.traffic is no list".to_owned(), place }),
        };
        if let Ok(percents) = targets.iter().map(|target| target.percent.as_ref()).collect::<Result<Vec<_>, _>>() {
            let sum: i64 = percents.into_iter().sum();
            if sum != 100 {
                let text = format!("the percentages of spec.traffic add up to {sum}, and not to 100");
                return Err(Refusal { text, place });
            }
        }
        let tags: Vec<_> =
            targets.iter().filter_map(|target| Some((target.tag.clone()?, target.revision.clone()))).collect();
        let mut seen = BTreeSet::new();
        if let Some((Ok(tag), _)) = tags.iter().find(|(tag, _)| tag.as_ref().is_ok_and(|tag| !seen.insert(tag))) {
            let text = format!("the tag {} stands twice in spec.traffic", redact::identifier(tag));
            return Err(Refusal { text, place });
        }
        let shares = targets.iter().filter(|target| target.percent.as_ref().map_or(true, |percent| *percent > 0));
        let percent = |target: &Target| target.percent.clone().map(|percent| percent.to_string());
        let shares = entries(shares.map(|target| (target.revision.clone(), percent(target))), &place);
        let all_to_latest = matches!(&shares, Fact::Known(shares, _)
            if matches!(shares.as_slice(), [one] if one.target == LATEST));
        let mut changes = vec![if all_to_latest {
            TrafficChange { kind: TrafficChangeKind::ToLatest, entries: Fact::Known(Vec::new(), place.clone()) }
        } else {
            TrafficChange { kind: TrafficChangeKind::ToRevisions, entries: shares }
        }];
        if !tags.is_empty() {
            let entries = entries(tags.into_iter(), &place);
            changes.push(TrafficChange { kind: TrafficChangeKind::SetTags, entries });
        }
        Ok(changes)
    }

    fn target(&self, node: &Node) -> Result<Target, Refusal> {
        let refusal = |text: String, at: &Text| Refusal { text, place: self.place.of(at) };
        if !matches!(node, Node::Map(_)) {
            let place = self.place.of_node(node);
            return Err(Refusal { text: "an entry of spec.traffic is no map".to_owned(), place });
        }
        if let Some((key, _)) = node.entries().iter().find(|(key, _)| !KEYS.contains(&key.value.as_str())) {
            let text = format!("spec.traffic has no key {}", redact::identifier(&key.value));
            return Err(refusal(text, key));
        }
        let scalar = |key: &str| node.get(key).and_then(Node::text).filter(|text| !text.value.is_empty());
        let known = |text: &Text| self.placeholder(text).map_or_else(|| Ok(text.value.clone()), Err);
        let name = scalar("revisionName");
        let latest = scalar("latestRevision");
        let revision = match (name, latest.map(|text| (text, known(text)))) {
            (_, Some((_, Err(why)))) => Err(why),
            (Some(_), Some((at, Ok(latest)))) if latest == "true" => {
                return Err(refusal("an entry of spec.traffic names a revision and the latest one".to_owned(), at));
            }
            (None, Some((at, Ok(latest)))) if latest == "false" => {
                return Err(refusal("an entry of spec.traffic names no revision".to_owned(), at));
            }
            (_, Some((at, Ok(latest)))) if !matches!(latest.as_str(), "true" | "false") => {
                return Err(refusal("latestRevision is neither true nor false".to_owned(), at));
            }
            (Some(name), _) => known(name),
            // An entry without a name is for the latest revision.
            (None, _) => Ok(LATEST.to_owned()),
        };
        let percent = match scalar("percent").map(|text| (text, known(text))) {
            None => Ok(0),
            Some((_, Err(why))) => Err(why),
            Some((at, Ok(percent))) => match percent.parse() {
                Ok(percent @ 0..=100) => Ok(percent),
                _ => return Err(refusal("percent is no whole number from 0 to 100".to_owned(), at)),
            },
        };
        Ok(Target { revision, percent, tag: scalar("tag").map(known) })
    }
}

/// The entries, where all of them are known.
fn entries(
    pairs: impl Iterator<Item = (Result<String, Why>, Result<String, Why>)>,
    place: &Origin,
) -> Fact<Vec<TrafficEntry>> {
    let (mut entries, mut whys) = (Vec::new(), Vec::new());
    for pair in pairs {
        match pair {
            (Ok(target), Ok(value)) => entries.push(TrafficEntry { target, value: Some(value) }),
            (target, value) => whys.extend([target.err(), value.err()].into_iter().flatten()),
        }
    }
    if whys.is_empty() { Fact::Known(entries, place.clone()) } else { Fact::Unknown(whys) }
}

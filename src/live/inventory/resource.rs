//! A listed resource: its own name, and the origin of its fields.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de};

use super::{is_short_name, project_id, short};
use crate::model::redact;
use crate::model::{Fact, NameContext, NameError, NetworkName, Origin, ResourceName, SubnetworkName, Why, WhyKind};

const ELSEWHERE: &str = "it is of another project or region than the one that was asked";
const NO_NAME: &str = "this is no name of the collection";

/// Project id, region and short name of an item that was listed.
pub(super) struct OwnName {
    pub(super) project: String,
    pub(super) region: String,
    pub(super) short: String,
}

/// Takes the name of a listed item apart: `projects/{project}/locations/{region}/{collection}/{name}`, and for a
/// nested collection (`services/{service}/revisions`) the names of both levels.
///
/// # Errors
/// Where the name is missing, of another kind, or of another project or region than the one that was asked.
pub(super) fn own_name(
    name: &str,
    collections: &[&str],
    context: &NameContext,
) -> Result<(OwnName, Vec<String>), String> {
    let mut parts = name.split('/');
    let mut next = |expected: &str| match (parts.next(), parts.next()) {
        (Some(word), Some(value)) if word == expected && is_short_name(value) => Ok(value.to_owned()),
        _ => Err(NO_NAME.to_owned()),
    };
    let project = next("projects")?;
    let region = next("locations")?;
    let mut shorts = Vec::new();
    for collection in collections {
        shorts.push(next(collection)?);
    }
    if parts.next().is_some() {
        return Err(NO_NAME.to_owned());
    }
    let project = project_id(&project, &context.project_numbers).to_owned();
    if !is_here(&project, Some(&region), context) {
        return Err(ELSEWHERE.to_owned());
    }
    let short = shorts.first().cloned().unwrap_or_default();
    Ok((OwnName { project, region, short }, shorts))
}

fn is_here(project: &str, region: Option<&str>, context: &NameContext) -> bool {
    context.project.as_ref().is_none_or(|own| own == project)
        && context.region.as_deref().is_none_or(|own| region.is_none_or(|region| region == own))
}

/// How a listed item of Compute Engine tells who it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Identity {
    name: Option<String>,
    self_link: Option<String>,
    region: Option<String>,
}

/// A name that an item of Compute Engine can have.
pub(super) trait ComputeName: Sized {
    /// Project, region and short name.
    fn parts(&self) -> (&str, Option<&str>, &str);
}

impl ComputeName for NetworkName {
    fn parts(&self) -> (&str, Option<&str>, &str) {
        (&self.project, None, &self.name)
    }
}

impl ComputeName for SubnetworkName {
    fn parts(&self) -> (&str, Option<&str>, &str) {
        (&self.project, Some(&self.region), &self.name)
    }
}

impl ComputeName for ResourceName {
    fn parts(&self) -> (&str, Option<&str>, &str) {
        (&self.project, self.region.as_deref(), &self.name)
    }
}

/// The name of a listed item: by its self link, else by its short name and, for a regional one, its region.
///
/// # Errors
/// Where it has none, where its names contradict each other, or where it is of another project or region than the one
/// that was asked.
pub(super) fn compute_name<T: ComputeName>(
    api: &Identity,
    regional: bool,
    context: &NameContext,
    parse: impl Fn(&str, &NameContext) -> Result<T, NameError>,
) -> Result<T, String> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let region = given(&api.region).as_deref().and_then(short).or_else(|| context.region.clone());
    // A self link says all, and copying a context takes time where there are many projects.
    let name = match (given(&api.self_link), given(&api.name)) {
        (Some(link), _) => parse(&link, context),
        (None, Some(name)) => parse(&name, &NameContext { region: region.filter(|_| regional), ..context.clone() }),
        (None, None) => return Err("it has no name".to_owned()),
    };
    let name = name.map_err(|error| error.to_string())?;
    let (project, region, own) = name.parts();
    if region.is_some() != regional || given(&api.name).is_some_and(|given| given != own) {
        return Err(NO_NAME.to_owned());
    }
    if is_here(project, region, context) { Ok(name) } else { Err(ELSEWHERE.to_owned()) }
}

/// A resource whose fields are read: it gives them their origin, and names in them their context.
pub(super) struct Resource<'a> {
    name: Arc<str>,
    project: String,
    region: Option<String>,
    asked: &'a NameContext,
}

impl<'a> Resource<'a> {
    /// Short names in a resource are relative to the resource itself.
    pub(super) fn new(name: &str, project: &str, region: Option<&str>, asked: &'a NameContext) -> Self {
        Self { name: name.into(), project: project.to_owned(), region: region.map(str::to_owned), asked }
    }

    /// A resource of Compute Engine.
    pub(super) fn compute<T: ComputeName + ToString>(name: &T, context: &'a NameContext) -> Self {
        let (project, region, _) = name.parts();
        Self::new(&name.to_string(), project, region, context)
    }

    /// What a name in the resource is relative to. Only short names need the resource's own place, and copying a
    /// context takes time where there are many projects and resources.
    pub(super) fn context(&self, name: &str) -> Cow<'a, NameContext> {
        let same = self.asked.project.as_ref() == Some(&self.project) && self.asked.region == self.region;
        if same || name.contains("projects/") {
            return Cow::Borrowed(self.asked);
        }
        Cow::Owned(NameContext {
            project: Some(self.project.clone()),
            region: self.region.clone(),
            project_numbers: self.asked.project_numbers.clone(),
        })
    }

    /// A field of the resource.
    pub(super) fn at(&self, field: &str) -> Origin {
        Origin::live(Arc::clone(&self.name), field)
    }

    /// A value that is there or not.
    pub(super) fn value<T>(&self, value: Option<T>, field: &str) -> Fact<T> {
        match value {
            Some(value) => Fact::Known(value, self.at(field)),
            None => Fact::Absent(self.at(field)),
        }
    }

    /// A whole number.
    pub(super) fn number(&self, value: Option<Int>, field: &str) -> Fact<i64> {
        self.value(value.map(|Int(number)| number), field)
    }

    /// A text; the API leaves out what is empty.
    pub(super) fn text(&self, value: Option<String>, field: &str) -> Fact<String> {
        self.value(value.filter(|text| !text.is_empty()), field)
    }

    /// A word of a closed list. The API has words that say nothing: `…_UNSPECIFIED`, `UNSPECIFIED_TYPE`.
    pub(super) fn word<T: for<'w> From<&'w str>>(&self, value: Option<String>, field: &str) -> Fact<T> {
        self.text(value.filter(|word| !word.contains("UNSPECIFIED")), field).map(|word| T::from(&word))
    }

    /// A text that is parsed; one that does not parse is unknown.
    pub(super) fn parsed<T, E: ToString>(
        &self,
        value: Option<String>,
        field: &str,
        parse: impl FnOnce(&str, &NameContext) -> Result<T, E>,
    ) -> Fact<T> {
        self.text(value, field).try_map(|text| parse(&text, &self.context(&text)).map_err(|error| error.to_string()))
    }

    /// The name of a network.
    pub(super) fn network(&self, value: Option<String>, field: &str) -> Fact<NetworkName> {
        self.parsed(value, field, NetworkName::parse)
    }

    /// The name of a subnetwork.
    pub(super) fn subnetwork(&self, value: Option<String>, field: &str) -> Fact<SubnetworkName> {
        self.parsed(value, field, SubnetworkName::parse)
    }

    /// An address.
    pub(super) fn address(&self, value: Option<String>, field: &str) -> Fact<IpAddr> {
        self.text(value, field)
            .try_map(|text| text.trim().parse().map_err(|_| format!("`{}` is no address", redact::identifier(&text))))
    }

    /// A range.
    pub(super) fn range(&self, value: Option<String>, field: &str) -> Fact<IpNet> {
        self.text(value, field).try_map(|text| range(&text))
    }

    /// Ranges, sorted. One that does not parse makes the list unknown.
    pub(super) fn ranges(&self, values: Option<Vec<String>>, field: &str) -> Fact<Vec<IpNet>> {
        self.filled(values, field).try_map(|texts| {
            let mut ranges = texts.iter().map(|text| range(text)).collect::<Result<Vec<IpNet>, String>>()?;
            ranges.sort();
            Ok(ranges)
        })
    }

    /// Texts whose order has no meaning.
    pub(super) fn set(&self, values: Option<Vec<String>>, field: &str) -> Fact<BTreeSet<String>> {
        self.filled(values, field).map(|texts| texts.into_iter().collect())
    }

    /// A list; an empty one is as good as none.
    pub(super) fn filled<T>(&self, values: Option<Vec<T>>, field: &str) -> Fact<Vec<T>> {
        self.value(values.filter(|values| !values.is_empty()), field)
    }

    /// A list of parts, each read with its own path.
    pub(super) fn parts<A, T>(&self, values: Option<Vec<A>>, field: &str, read: impl Fn(A, &str) -> T) -> Fact<Vec<T>> {
        self.filled(values, field).map(|values| {
            let read = |(index, value): (usize, A)| read(value, &format!("{field}[{index}]"));
            values.into_iter().enumerate().map(read).collect()
        })
    }
}

/// A fact that every resource of the kind has: an answer without it is not the API's default, but tells nothing.
pub(super) fn told<T>(fact: Fact<T>) -> Fact<T> {
    match fact {
        Fact::Absent(origin) => Fact::unknown(Why::at(WhyKind::Malformed, "the answer does not tell it", origin)),
        told => told,
    }
}

/// A range, or an address that stands for itself.
fn range(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let alone = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse().or_else(|_| alone()).map_err(|_| format!("`{}` is no address range", redact::identifier(text)))
}

/// The word of an enum of Google's model types. A number without a name is newer than this program.
pub(super) fn word(name: Option<&str>, value: Option<i32>) -> String {
    match (name, value) {
        (Some(name), _) => name.to_owned(),
        (None, Some(value)) => value.to_string(),
        (None, None) => "?".to_owned(),
    }
}

/// A whole number; Google's JSON writes 64-bit ones as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Int(pub(super) i64);

impl<'de> Deserialize<'de> for Int {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a whole number was expected")]
        enum Written {
            Number(i64),
            Text(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Number(number) => Ok(Self(number)),
            Written::Text(text) => text.parse().map(Self).map_err(|_| de::Error::custom("a whole number was expected")),
        }
    }
}

/// A point in time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment(pub(super) Timestamp);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|_| de::Error::custom("a time was expected, as RFC 3339 writes it"))
    }
}

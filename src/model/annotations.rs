//! The annotations by which the v1 form of a Cloud Run workload says how it reaches a VPC.
//!
//! Source: `ObjectMeta.annotations` of `run.googleapis.com/v1`. The keys belong to revisions and executions, so they
//! stand in the metadata of the template of a service, job or worker pool, and the API refuses them on these
//! themselves.

use serde_json::Value;

/// The annotation that names the connector.
pub const CONNECTOR: &str = "run.googleapis.com/vpc-access-connector";
/// The annotation with the egress setting.
pub const EGRESS: &str = "run.googleapis.com/vpc-access-egress";
/// The annotation with the direct VPC interfaces, as JSON.
pub const INTERFACES: &str = "run.googleapis.com/network-interfaces";
/// All of them.
pub const KEYS: [&str; 3] = [CONNECTOR, EGRESS, INTERFACES];
/// The label that holds the region.
pub const LOCATION: &str = "cloud.googleapis.com/location";

/// Names that people write where another one is meant: after gcloud's flags, and those of other products.
const MISTAKEN: [(&str, &str); 5] = [
    ("vpc-connector", CONNECTOR),
    ("vpc-connector-name", CONNECTOR),
    ("vpc-egress", EGRESS),
    ("vpc-connector-egress-settings", EGRESS),
    ("egress-settings", EGRESS),
];
/// How many letters of a key may be wrong.
const WRONG_LETTERS: usize = 3;

/// The annotation that a misspelt key is most likely meant to be.
pub fn meant(key: &str) -> Option<&'static str> {
    if KEYS.contains(&key) {
        return None;
    }
    let (prefix, name) = key.rsplit_once('/').unwrap_or(("", key));
    let near = |one: &str, other: &str| strsim::damerau_levenshtein(one, other) <= WRONG_LETTERS;
    let ours = prefix.is_empty()
        || prefix.ends_with("googleapis.com")
        || near(prefix, "run.googleapis.com")
        || prefix.ends_with("knative.dev");
    let name = name.to_lowercase().replace('_', "-");
    let known = KEYS.into_iter().find(|known| {
        let (_, wanted) = known.split_once('/').unwrap_or(("", known));
        near(&name, wanted)
    });
    let mistaken = || MISTAKEN.iter().find(|(wrong, _)| *wrong == name).map(|(_, known)| *known);
    known.or_else(mistaken).filter(|_| ours)
}

/// A direct VPC interface as the annotation writes it. What it leaves out, Google Cloud chooses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrittenInterface {
    /// The network.
    pub network: Option<String>,
    /// The subnetwork.
    pub subnetwork: Option<String>,
    /// The network tags.
    pub tags: Option<Vec<String>>,
}

/// The interfaces of [`INTERFACES`]; `None` where the text is no JSON list of objects.
pub fn interfaces(text: &str) -> Option<Vec<WrittenInterface>> {
    let Value::Array(items) = serde_json::from_str(text).ok()? else { return None };
    let one = |item: &Value| {
        let fields = item.as_object()?;
        let text =
            |key: &str| fields.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let tags = fields.get("tags").and_then(Value::as_array);
        let tags = tags.map(|tags| tags.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        Some(WrittenInterface { network: text("network"), subnetwork: text("subnetwork"), tags })
    };
    items.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_keys_are_recognised() {
        for (key, expected) in [
            (CONNECTOR, None),
            ("run.googleapis.com/vpc-acess-connector", Some(CONNECTOR)),
            ("run.googleapis.com/vpc_access_connector", Some(CONNECTOR)),
            ("run.googleapis.com/vpc-connector", Some(CONNECTOR)),
            ("vpc-access-connector", Some(CONNECTOR)),
            ("run.googleapi.com/vpc-access-egress", Some(EGRESS)),
            ("serving.knative.dev/vpc-access-egress", Some(EGRESS)),
            ("run.googleapis.com/network-interface", Some(INTERFACES)),
            ("run.googleapis.com/ingress", None),
            ("run.googleapis.com/cloudsql-instances", None),
            ("autoscaling.knative.dev/maxScale", None),
            ("example.com/vpc-access-connector", None),
        ] {
            assert_eq!(meant(key), expected, "{key}");
        }
    }

    #[test]
    fn interfaces_are_a_json_list_of_objects() {
        let read = interfaces(r#"[{"network": "n", "tags": ["a"]}, {"subnetwork": "s", "network": ""}]"#).unwrap();
        assert_eq!(
            read[0],
            WrittenInterface { network: Some("n".into()), subnetwork: None, tags: Some(vec!["a".into()]) }
        );
        assert_eq!(read[1], WrittenInterface { network: None, subnetwork: Some("s".into()), tags: None });
        assert_eq!(interfaces("[]"), Some(Vec::new()));
        assert_eq!((interfaces("[1]"), interfaces("{}"), interfaces("[")), (None, None, None));
    }
}

//! What a declaration says of how Terraform treats the resource.

use serde::{Deserialize, Serialize};

/// What the `lifecycle` block of a resource, and arguments to the same end, say of changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Lifecycle {
    /// The root module's folder.
    pub root: String,
    /// The resource's address.
    pub address: String,
    /// The paths that `ignore_changes` leaves as they are live, without indices; `*` for everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<String>,
    /// The argument that forbids to destroy the resource, such as `prevent_destroy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_by: Option<String>,
}

impl Lifecycle {
    /// True where `ignore_changes` leaves a field, or something that holds it, as it is live.
    pub fn ignores(&self, path: &str) -> bool {
        let holds = |own: &String| {
            own == "*" || path.strip_prefix(&**own).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.ignored.iter().any(holds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_a_field_is_ignored_with_it_and_its_neighbours_are_not() {
        let own = |ignored: &[&str]| Lifecycle {
            ignored: ignored.iter().map(|&path| path.to_owned()).collect(),
            ..Lifecycle::default()
        };
        let egress = "template.vpc_access.egress";
        assert!(own(&["template"]).ignores(egress));
        assert!(own(&["*"]).ignores(egress));
        assert!(own(&["client", egress]).ignores(egress));
        assert!(!own(&["template.containers.image", "template.vpc_access.egress_"]).ignores(egress));
        assert!(!own(&["temp"]).ignores(egress));
    }
}

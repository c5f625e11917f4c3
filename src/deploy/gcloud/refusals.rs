//! What gcloud refuses once it has read all words.

use super::reader::{Name, State};
use super::table::Spec;
use crate::model::Origin;

/// Flags of an update that change nothing by themselves.
const NO_CHANGE: [&str; 7] =
    ["--async", "--cluster", "--cluster-location", "--context", "--kubeconfig", "--platform", "--region"];

impl State {
    /// Why gcloud refuses the words as a whole, and where.
    pub(super) fn refusal(&self, spec: &Spec, command: &Origin) -> Option<(String, Origin)> {
        if let Some(refused) = &self.refused {
            return Some(refused.clone());
        }
        self.missing_name(spec, command).or_else(|| self.exclusive(spec)).or_else(|| self.no_change(spec, command))
    }

    fn missing_name(&self, spec: &Spec, command: &Origin) -> Option<(String, Origin)> {
        let missing = self.name == Name::Missing && self.unsure.is_empty() && !self.uses.is_open() && !self.ended;
        let empty = matches!(&self.name, Name::Given(name) if name.text().is_some_and(|text| text.is_empty()));
        let what = if spec.words.ends_with("replace") { "file" } else { "name" };
        (missing || empty).then(|| (format!("the command has no {what}"), command.clone()))
    }

    /// Two flags of which only one may be used.
    fn exclusive(&self, spec: &Spec) -> Option<(String, Origin)> {
        for members in &spec.exclusive {
            let mut used = members.iter().filter_map(|flags| flags.iter().find(|flag| self.uses.stands(flag)));
            if let (Some(first), Some(second)) = (used.next(), used.next()) {
                let place = self.uses.place(second)?;
                return Some((format!("`{first}` and `{second}` exclude each other"), place));
            }
        }
        None
    }

    /// An update that changes nothing.
    fn no_change(&self, spec: &Spec, command: &Origin) -> Option<(String, Origin)> {
        let is_update = matches!(
            spec.words,
            "run services update" | "run jobs update" | "run worker-pools update" | "run services update-traffic"
        );
        let open = self.uses.is_open() || !self.doubts.is_empty() || self.ended || !self.unsure.is_empty();
        let is_change = |flag: &str| !NO_CHANGE.contains(&flag) && !super::table::table().is_global(flag);
        (is_update && !open && !self.uses.names().any(is_change))
            .then(|| ("the command changes nothing".to_owned(), command.clone()))
    }
}

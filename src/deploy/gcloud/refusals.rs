//! What gcloud refuses once it has read all words.

use super::lists;
use super::reader::{Name, State};
use super::table::{Spec, table};
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
        self.missing_name(spec, command)
            .or_else(|| self.impossible_name(spec))
            .or_else(|| self.exclusive(spec))
            .or_else(|| self.missing_image(spec, command))
            .or_else(|| self.too_much_traffic(command))
            .or_else(|| self.no_change(spec, command))
    }

    fn missing_name(&self, spec: &Spec, command: &Origin) -> Option<(String, Origin)> {
        let missing = self.name == Name::Missing && self.unsure.is_empty() && !self.uses.is_open();
        let empty = matches!(&self.name, Name::Given(name) if name.text().is_some_and(|text| text.is_empty()));
        let what = if spec.words.ends_with("replace") { "file" } else { "name" };
        (missing || empty).then(|| (format!("the command has no {what}"), command.clone()))
    }

    /// A name that no service and no job can have.
    fn impossible_name(&self, spec: &Spec) -> Option<(String, Origin)> {
        let Name::Given(word) = &self.name else { return None };
        let checked = spec.words.starts_with("run ") && !spec.words.ends_with("replace");
        let name = word.text().filter(|_| checked && !spec.words.contains("worker-pools"))?;
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'/');
        let bad = !name.bytes().all(fits) || name.starts_with('-') || name.ends_with('-') || name.len() > 63;
        (bad && !name.contains('/')).then(|| ("a workload cannot have this name".to_owned(), word.origin.clone()))
    }

    fn missing_image(&self, spec: &Spec, command: &Origin) -> Option<(String, Origin)> {
        let open = self.uses.is_open() || !self.doubts.is_empty();
        let missing =
            spec.words == "run jobs create" && !self.uses.stands("--image") && !self.uses.stands("--container");
        (missing && !open).then(|| ("the job has no `--image`".to_owned(), command.clone()))
    }

    fn too_much_traffic(&self, command: &Origin) -> Option<(String, Origin)> {
        ["--to-revisions", "--to-tags"].iter().find_map(|flag| {
            let entries = lists::entries(self.uses.given(flag)?);
            let percentages =
                entries.known()?.iter().filter_map(|entry| lists::pair(entry).1?.trim().parse::<i64>().ok());
            let sum = percentages.fold(0_i64, i64::saturating_add);
            (sum > 100).then(|| (format!("`{flag}` gives {sum} % of the traffic"), self.place(flag, command)))
        })
    }

    /// Two flags of which only one may be used.
    fn exclusive(&self, spec: &Spec) -> Option<(String, Origin)> {
        if let (true, Some(place)) = (self.uses.stands("--region"), self.uses.place("--regions")) {
            return Some(("`--region` and `--regions` exclude each other".to_owned(), place));
        }
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
        let is_update = matches!(spec.words, "run services update" | "run services update-traffic");
        let open = self.uses.is_open() || !self.doubts.is_empty();
        let is_change = |flag: &str| {
            let stays = flag.starts_with("--clear-") && self.uses.given(flag).is_none();
            !stays && !NO_CHANGE.contains(&flag) && !table().is_global(flag)
        };
        (is_update && !open && !self.uses.names().any(is_change))
            .then(|| ("the command changes nothing".to_owned(), command.clone()))
    }
}

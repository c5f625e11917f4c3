//! Where no flag says the region or the project: gcloud's configuration, and its environment.

use super::reader::State;
use super::{is_gcloud, table};
use crate::deploy::words::{Item, Word};
use crate::model::{Fact, Origin, Why, WhyKind};

/// What later commands of the same script take where no flag says it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Defaults {
    region: Option<Word>,
    project: Option<Word>,
    /// Set by the environment, which is stronger than the configuration.
    fixed: (bool, bool),
}

impl Defaults {
    /// The variables of the environment that are looked at: region of Cloud Run, and project.
    pub const VARIABLES: [&'static str; 2] = ["CLOUDSDK_RUN_REGION", "CLOUDSDK_CORE_PROJECT"];

    /// Takes a variable of the environment; one that is not known is a word with a hole. Others are passed over.
    pub fn variable(&mut self, name: &str, value: Word) {
        if value.text().is_some_and(|text| text.is_empty()) {
            return;
        }
        match name {
            "CLOUDSDK_RUN_REGION" => (self.region, self.fixed.0) = (Some(value), true),
            "CLOUDSDK_CORE_PROJECT" => (self.project, self.fixed.1) = (Some(value), true),
            _ => {}
        }
    }

    /// Takes a command that was run before, such as `gcloud config set run/region europe-west1`; other commands change
    /// nothing. Where it is not certain that it runs, `whys` say why, and what it sets is not known.
    pub fn observe(&mut self, items: &[Item], origin: &Origin, whys: &[Why]) {
        let words: Vec<Option<&Word>> =
            items.iter().map(|item| if let Item::Word(word) = item { Some(word) } else { None }).collect();
        let mut texts = words.iter().map(|word| word.and_then(|word| word.text()));
        if !texts.next().flatten().is_some_and(|program| is_gcloud(&program)) {
            return;
        }
        // Global flags may stand between the words.
        let mut bare: Vec<&Word> = Vec::new();
        let mut skip = false;
        for word in words.iter().skip(1) {
            let Some(word) = word else {
                // Only `gcloud config` changes the configuration.
                let may_configure = bare.first().is_none_or(|first| first.text().is_none_or(|text| text == "config"));
                if may_configure {
                    self.forget(origin);
                }
                return;
            };
            let prefix = word.known_prefix();
            if std::mem::take(&mut skip) {
                continue;
            }
            if prefix.starts_with('-') {
                skip = !prefix.contains('=') && table::table().early("", &prefix).unwrap_or(false);
                continue;
            }
            bare.push(word);
        }
        let text = |at: usize| bare.get(at).and_then(|word| word.text()).unwrap_or_default();
        if text(0) != "config" {
            return;
        }
        match (text(1).as_str(), text(2).as_str()) {
            ("set", "run/region") => self.set(true, bare.get(3).copied(), whys),
            ("set", "project" | "core/project") => self.set(false, bare.get(3).copied(), whys),
            ("unset", "run/region") if whys.is_empty() => self.region = self.region.take().filter(|_| self.fixed.0),
            ("unset", "project" | "core/project") if whys.is_empty() => {
                self.project = self.project.take().filter(|_| self.fixed.1);
            }
            ("set" | "unset", "") | ("unset", "run/region" | "project" | "core/project") => self.forget(origin),
            // Another configuration has other values.
            ("configurations", "activate" | "create") => self.forget(origin),
            _ => {}
        }
    }

    /// Takes it that the environment may hold anything.
    pub fn unsettle(&mut self, origin: &Origin) {
        let why = Why::at(WhyKind::Environment, "which variables gcloud finds is not known", origin.clone());
        let unknown = Word::unknown(vec![why], origin.clone());
        (self.region, self.project, self.fixed) = (Some(unknown.clone()), Some(unknown), (true, true));
    }

    /// Takes it that the environment does not hold a variable. What the configuration then says was not kept.
    pub fn without(&mut self, name: &str, origin: &Origin) {
        let why = Why::at(WhyKind::Environment, "the configuration of gcloud decides it", origin.clone());
        let unknown = || Some(Word::unknown(vec![why.clone()], origin.clone()));
        match name {
            "CLOUDSDK_RUN_REGION" if self.fixed.0 => (self.region, self.fixed.0) = (unknown(), false),
            "CLOUDSDK_CORE_PROJECT" if self.fixed.1 => (self.project, self.fixed.1) = (unknown(), false),
            _ => {}
        }
    }

    fn set(&mut self, region: bool, value: Option<&Word>, whys: &[Why]) {
        let (slot, fixed) = if region { (&mut self.region, self.fixed.0) } else { (&mut self.project, self.fixed.1) };
        let Some(value) = value.filter(|_| !fixed) else { return };
        *slot = Some(if whys.is_empty() { value.clone() } else { Word::unknown(whys.to_vec(), value.origin.clone()) });
    }

    fn forget(&mut self, origin: &Origin) {
        let why = Why::at(WhyKind::Environment, "which configuration gcloud has is not known", origin.clone());
        let unknown = Word::unknown(vec![why], origin.clone());
        if !self.fixed.0 {
            self.region = Some(unknown.clone());
        }
        if !self.fixed.1 {
            self.project = Some(unknown);
        }
    }

    /// Fills what no flag says.
    pub(super) fn apply(&self, state: &mut State) {
        let runs = state.spec.is_some_and(|spec| spec.words.starts_with("run "));
        let regions = state.uses.get("--regions").is_some();
        for (flag, value) in [("--region", &self.region), ("--project", &self.project)] {
            let applies = flag == "--project" || runs && !regions;
            if let Some(value) = value
                && applies
                && state.uses.get(flag).is_none()
            {
                state.uses.fill(flag, value.clone());
            }
        }
    }

    /// The region that is taken.
    pub fn region(&self) -> Option<Fact<String>> {
        self.region.as_ref().map(Word::fact)
    }
}

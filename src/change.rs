//! What a change of the repository introduces and fixes: the findings of the files as they are (the head) against those
//! of the commit that they started from (the base), both judged with the same configuration and the same live state.
//!
//! Nothing is called new that the base may have had: where the base's side of a finding was not checked, or lies in
//! something that could not be read there, it cannot be told.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, NotChecked, Part, Subject};
use crate::model::{Evidence, Origin, Place, RepoPath, Why};

/// The commit that a change is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// The reference that was asked for.
    pub reference: String,
    /// The merge base of what is checked out and the reference, in full.
    pub commit: String,
}

impl Base {
    /// Enough of the commit's id to name it to a person.
    pub fn short(&self) -> &str {
        self.commit.get(..12).unwrap_or(&self.commit)
    }
}

/// The findings and open questions of one side, the accepted ones with them.
#[derive(Clone, Debug, Default)]
pub struct Side<'a> {
    /// All that is wrong.
    pub findings: Vec<&'a Finding>,
    /// All that could not be told.
    pub not_checked: Vec<&'a NotChecked>,
    /// What was not seen of this side.
    pub gaps: Gaps,
}

/// What was not seen of one side as a whole, so that a finding that it does not have means nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Parts that were not seen in full, with the reason.
    pub parts: BTreeMap<Part, String>,
    /// Files and folders that were not seen, with the reason.
    pub paths: Vec<(RepoPath, String)>,
}

/// What a change does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is compared with.
    pub base: Base,
    /// Ids of the head's findings that the base does not have.
    pub introduced: BTreeSet<String>,
    /// Ids of the head's findings of which it cannot be told whether the base has them, with the reason.
    pub undecided: BTreeMap<String, String>,
    /// Number of the head's findings that the base has too.
    pub standing: usize,
    /// The base's findings that the head does not have.
    pub fixed: Vec<Finding>,
    /// The base's findings of which it cannot be told whether the head still has them, with the reason.
    pub perhaps_fixed: Vec<(Finding, String)>,
    /// What the head leaves unchecked and the base does not.
    pub not_checked: Vec<NotChecked>,
    /// What the head leaves unchecked, of which it cannot be told whether the base does, with the reason.
    pub not_checked_undecided: Vec<(NotChecked, String)>,
    /// Number of items that the base left unchecked and the head does not.
    pub now_checked: usize,
}

/// Which findings count, so that an accepted one is neither introduced nor fixed.
#[derive(Clone, Copy, Debug)]
pub struct Counted<'a> {
    /// Findings of the head.
    pub head: &'a [Finding],
    /// Findings of the base.
    pub base: &'a [Finding],
    /// Unchecked items of the head.
    pub not_checked: &'a [NotChecked],
}

/// Sets the two sides against each other.
pub fn compare(base: Base, counted: Counted<'_>, head: &Side<'_>, before: &Side<'_>) -> Change {
    let mut change = Change {
        base,
        introduced: BTreeSet::new(),
        undecided: BTreeMap::new(),
        standing: 0,
        fixed: Vec::new(),
        perhaps_fixed: Vec::new(),
        not_checked: Vec::new(),
        not_checked_undecided: Vec::new(),
        now_checked: 0,
    };
    let (in_head, in_base) = (Lookup::of(head), Lookup::of(before));
    for finding in counted.head {
        if in_base.ids.contains(finding.id.as_str()) {
            change.standing += 1;
        } else if let Some(why) = in_base.may_have(finding, "at the merge base") {
            change.undecided.insert(finding.id.clone(), why);
        } else {
            change.introduced.insert(finding.id.clone());
        }
    }
    for finding in counted.base.iter().filter(|finding| !in_head.ids.contains(finding.id.as_str())) {
        match in_head.may_have(finding, "now") {
            Some(why) => change.perhaps_fixed.push((finding.clone(), why)),
            None => change.fixed.push(finding.clone()),
        }
    }
    for item in counted.not_checked.iter().filter(|item| !in_base.items.contains(&key(item))) {
        match before.gaps.parts.get(&item.part) {
            Some(why) => change.not_checked_undecided.push((item.clone(), why.clone())),
            None => change.not_checked.push(item.clone()),
        }
    }
    change.now_checked = in_base.items.difference(&in_head.items).count();
    change
}

type Key<'a> = (&'a str, &'a Subject, Option<&'a str>);

fn key(item: &NotChecked) -> Key<'_> {
    (&item.rule, &item.subject, item.field.as_deref())
}

/// A side, ready to be asked.
struct Lookup<'a> {
    ids: BTreeSet<&'a str>,
    items: BTreeSet<Key<'a>>,
    open: BTreeMap<&'a str, Vec<&'a NotChecked>>,
    gaps: &'a Gaps,
}

impl<'a> Lookup<'a> {
    fn of(side: &'a Side<'_>) -> Self {
        let mut open: BTreeMap<&str, Vec<&NotChecked>> = BTreeMap::new();
        for &item in &side.not_checked {
            open.entry(&item.rule).or_default().push(item);
        }
        Self {
            ids: side.findings.iter().map(|finding| finding.id.as_str()).collect(),
            items: side.not_checked.iter().map(|item| key(item)).collect(),
            open,
            gaps: &side.gaps,
        }
    }

    /// Why this side may have a finding that it does not list; `when` names the side.
    fn may_have(&self, finding: &Finding, when: &str) -> Option<String> {
        let open = self.open.get(finding.rule.as_str()).into_iter().flatten();
        if let Some(item) = open.copied().find(|item| may_be(item, finding)) {
            return Some(format!("it was not checked {when}: {}", item.reason));
        }
        if let Some(why) = self.gaps.parts.get(&finding.part) {
            return Some(why.clone());
        }
        let files = finding.places.iter().filter_map(|place| place.source()).map(|span| span.file.as_str());
        let files: Vec<&str> = files.chain([finding.subject.name.as_str()]).collect();
        let hidden = self.gaps.paths.iter().find(|(path, _)| files.iter().any(|file| is_below(file, path.as_str())));
        hidden.map(|(path, why)| format!("{path} was not seen {when}: {why}"))
    }
}

/// True where a path is another one or lies below it.
pub fn is_below(file: &str, path: &str) -> bool {
    file.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// True where what could not be told may be this finding: a subject whose name is not known may be any.
fn may_be(item: &NotChecked, finding: &Finding) -> bool {
    let (open, subject) = (&item.subject, &finding.subject);
    let same_field = match (&item.field, &finding.field) {
        (Some(open), Some(field)) => open == field,
        _ => true,
    };
    let fits = |open: &Option<String>, own: &Option<String>| open.is_none() || own.is_none() || open == own;
    let is_other =
        open.kind == subject.kind && open.name != subject.name && open.project.is_some() == subject.project.is_some();
    same_field && !is_other && fits(&open.project, &subject.project) && fits(&open.region, &subject.region)
}

/// The files that evidence holds as not read in full; `None` for what names no file.
pub fn unreadable(evidence: &Evidence) -> BTreeSet<Option<RepoPath>> {
    let tests = evidence.tests.iter().flat_map(|tests| &tests.incomplete);
    declarations(evidence).chain(tests).map(file_of).chain(syntax_errors(evidence).map(Some)).collect()
}

fn declarations(evidence: &Evidence) -> impl Iterator<Item = &Why> {
    evidence.terraform.incomplete.iter().chain(&evidence.deploy.incomplete)
}

fn syntax_errors(evidence: &Evidence) -> impl Iterator<Item = RepoPath> + '_ {
    let errors = evidence.tests.iter().flat_map(|tests| &tests.parse_errors);
    errors.filter_map(|error| error.origin.as_ref().and_then(Origin::source).map(|span| span.file.clone()))
}

fn file_of(why: &Why) -> Option<RepoPath> {
    match &why.place {
        Some(Place::Origin(origin)) => origin.source().map(|span| span.file.clone()),
        _ => None,
    }
}

/// What was not seen of a side. A file that cannot be read hides nothing of the change where it is the `same` on both
/// sides.
pub fn gaps(evidence: &Evidence, same: &BTreeSet<RepoPath>, unread: &[(RepoPath, String)], when: &str) -> Gaps {
    let mut gaps = Gaps { parts: BTreeMap::new(), paths: unread.to_vec() };
    let mut add = |parts: &[Part], file: Option<RepoPath>| {
        if file.as_ref().is_some_and(|file| same.contains(file)) {
            return;
        }
        let what = file.map_or_else(|| "the repository".to_owned(), |file| file.to_string());
        for &part in parts {
            gaps.parts.entry(part).or_insert_with(|| format!("{what} could not be read in full {when}"));
        }
    };
    for why in declarations(evidence) {
        add(&[Part::Vpc, Part::Policies], file_of(why));
    }
    for why in evidence.tests.iter().flat_map(|tests| &tests.incomplete) {
        add(&Part::TESTS, file_of(why));
    }
    for file in syntax_errors(evidence) {
        add(&Part::TESTS, Some(file));
    }
    gaps
}

#[cfg(test)]
mod tests;

//! Descriptions → answers: the newest of each resource, and how much of each collection was really listed.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::audit_log::Entry;
use super::recognise::Description;
use super::{Printed, few, one_line};
use crate::live::{inventory, redaction};
use crate::model::live::Answer;
use crate::model::{AllowedVariables, Api, CoverageStatus, LiveState};

/// How a resource was printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// In a list, by the list's position.
    List(usize),
    /// By itself.
    Single,
    /// In an entry of Cloud Audit Logs.
    Logged,
    /// An entry of Cloud Audit Logs says that it was deleted.
    Deleted,
}

/// A description and where it stands.
struct Seen {
    file: usize,
    form: Form,
    description: Description,
}

/// A collection in a project and, where it is asked by region, a region.
type Group = (String, Option<String>, Api);

/// Everything that was read so far.
pub(super) struct Assembly<'a> {
    files: Vec<String>,
    /// Files that hold something that counts.
    used: BTreeSet<usize>,
    /// The file of each list, and whether all of its items could be read.
    lists: Vec<(usize, bool)>,
    seen: Vec<Seen>,
    notes: Vec<String>,
    /// Objects of a file of which nothing can be made: the first problem, and how many there are.
    unread: BTreeMap<usize, (String, usize)>,
    /// Project id → number.
    numbers: BTreeMap<String, String>,
    variables: &'a AllowedVariables,
}

impl<'a> Assembly<'a> {
    pub fn new(project_numbers: &BTreeMap<String, String>, variables: &'a AllowedVariables) -> Self {
        Self {
            files: Vec::new(),
            used: BTreeSet::new(),
            lists: Vec::new(),
            seen: Vec::new(),
            notes: Vec::new(),
            unread: BTreeMap::new(),
            numbers: project_numbers.clone(),
            variables,
        }
    }

    /// Begins a file.
    pub fn file(&mut self, name: String) -> usize {
        self.files.push(name);
        self.files.len() - 1
    }

    /// Begins a list.
    pub fn begin_list(&mut self, file: usize) -> usize {
        self.lists.push((file, true));
        self.lists.len() - 1
    }

    /// Tells of something that does not count.
    pub fn note(&mut self, note: String) {
        self.notes.push(one_line(&note));
    }

    /// Tells of a file.
    pub fn note_of(&mut self, file: usize, problem: &str) {
        let note = format!("{} {problem}", self.name(file));
        self.note(note);
    }

    /// An object of which nothing can be made. A list that holds one is not known in full.
    pub fn unread(&mut self, file: usize, problem: &str, form: Form) {
        self.unread.entry(file).or_insert_with(|| (one_line(problem), 0)).1 += 1;
        if let Form::List(list) = form
            && let Some((_, whole)) = self.lists.get_mut(list)
        {
            *whole = false;
        }
    }

    pub fn resource(&mut self, file: usize, description: Description, form: Form) {
        self.used.insert(file);
        self.seen.push(Seen { file, form, description });
    }

    /// Id and number of a project. What the configuration says goes before what a file says.
    pub fn project(&mut self, file: usize, id: String, number: String) {
        self.used.insert(file);
        let other = self.numbers.iter().find(|(known, own)| (**known == id) != (**own == number));
        match other.map(|(known, own)| format!("gives {number} as the number of {id}, but {own} is that of {known}")) {
            Some(problem) => self.note_of(file, &problem),
            None => {
                self.numbers.insert(id, number);
            }
        }
    }

    pub fn log_entry(&mut self, file: usize, entry: Entry) {
        if let Some((id, number)) = entry.project {
            self.project(file, id, number);
        }
        if let Some(raw) = entry.raw {
            self.resource(file, raw, Form::Logged);
        }
        match entry.resource {
            Some(Ok(resource)) => self.resource(file, resource, Form::Logged),
            Some(Err(problem)) => self.unread(file, &problem, Form::Logged),
            None => {}
        }
        if let Some(deleted) = entry.deleted {
            self.resource(file, deleted, Form::Deleted);
        }
    }

    fn name(&self, file: usize) -> &str {
        self.files.get(file).map_or("a file", String::as_str)
    }

    /// The answers of all that was read.
    pub fn finish(mut self) -> Printed {
        for (file, (problem, count)) in std::mem::take(&mut self.unread) {
            let objects = if count == 1 { "an object".to_owned() } else { format!("{count} objects") };
            self.note_of(file, &format!("holds {objects} of which nothing can be made: {problem}"));
        }
        let mut groups: BTreeMap<Group, Vec<Seen>> = BTreeMap::new();
        for seen in std::mem::take(&mut self.seen) {
            let Description { api, project, region, .. } = &seen.description;
            let group = (self.project_id(project), region.clone(), *api);
            groups.entry(group).or_default().push(seen);
        }
        let unmapped: BTreeSet<&String> = groups.keys().map(|(project, ..)| project).collect();
        let unmapped = unmapped.into_iter().filter(|project| inventory::is_number(project));
        let told: Vec<String> = unmapped
            .map(|number| {
                format!(
                    "nothing says which project has the number {number} (set `project_numbers`, or add the output of \
                     `gcloud projects describe PROJECT --format json`)"
                )
            })
            .collect();
        self.notes.extend(told);
        let answers = groups.into_iter().map(|(group, seen)| self.answer(group, seen)).collect();
        let state = LiveState {
            format: LiveState::FORMAT.to_owned(),
            version: LiveState::VERSION,
            project_numbers: self.numbers,
            redaction_key: redaction::key_id(),
            answers,
            ..LiveState::default()
        };
        let used = self.used;
        let files = self.files.into_iter().enumerate().filter(|(file, _)| used.contains(file));
        Printed { state, files: files.map(|(_, name)| name).collect(), notes: self.notes }
    }

    fn project_id(&self, project: &str) -> String {
        let known = self.numbers.iter().find(|(_, number)| *number == project);
        known.map_or(project, |(id, _)| id).to_owned()
    }

    /// One collection of one project and region.
    fn answer(&self, (project, region, api): Group, seen: Vec<Seen>) -> Answer {
        let listed = self.listed(api, &seen);
        let mut partial: Vec<String> = listed.err().into_iter().collect();
        let in_a_list: BTreeSet<&str> = seen.iter().filter_map(Seen::listed_name).collect();
        let has_list = !in_a_list.is_empty();
        let mut by_name: BTreeMap<&str, Vec<&Seen>> = BTreeMap::new();
        for one in &seen {
            by_name.entry(&one.description.name).or_default().push(one);
        }
        let mut items = Vec::new();
        for (name, candidates) in by_name {
            let newest = match newest(&candidates) {
                None => continue,
                Some(Ok(newest)) => newest,
                Some(Err((first, second))) => {
                    let (first, second) = (self.name(first.file), self.name(second.file));
                    partial.push(format!(
                        "{first} and {second} describe {name} differently, and nothing tells which is newer"
                    ));
                    continue;
                }
            };
            if newest.form == Form::Deleted {
                if in_a_list.contains(name) {
                    partial.push(format!("{} says that {name} was deleted since", self.name(newest.file)));
                }
                continue;
            }
            if has_list && !in_a_list.contains(name) && api != Api::LoggingEntries {
                let file = self.name(newest.file);
                partial.push(format!("{file} tells of {name}, which is in no list"));
                // Whether the list or the log is the newer one, nothing tells.
                if newest.form == Form::Logged {
                    continue;
                }
            }
            let item = newest.description.item.clone();
            items.push(redaction::keeping(api, self.variables, item, redaction::redacted));
        }
        let files: BTreeSet<usize> = seen.iter().map(|one| one.file).collect();
        let files: Vec<String> = files.into_iter().map(|file| self.name(file).to_owned()).collect();
        let files = few(&files, ", ");
        let partial: Vec<String> = partial.iter().map(|reason| one_line(reason)).collect();
        let (status, detail) = if partial.is_empty() {
            (CoverageStatus::Answered, format!("{} as gcloud listed them ({files})", counted(items.len())))
        } else {
            (CoverageStatus::NotAsked, format!("only what gcloud printed is known ({files}): {}", few(&partial, "; ")))
        };
        Answer {
            api,
            project,
            region,
            of: None,
            time: None,
            status,
            http_status: None,
            detail,
            items,
            unreachable: Vec::new(),
            error: None,
        }
    }

    /// `Ok` where lists tell the whole collection.
    fn listed(&self, api: Api, seen: &[Seen]) -> Result<(), String> {
        if let Some(command) = narrowed(api) {
            return Err(format!("a part of them looks the same ({command})"));
        }
        let mut lists: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
        for one in seen {
            if let Form::List(list) = one.form {
                lists.entry(list).or_default().insert(&one.description.name);
            }
        }
        let mut names = lists.values();
        let Some(first) = names.next() else { return Err("there is no list of them".to_owned()) };
        if names.any(|other| other != first) {
            return Err("the lists of them differ".to_owned());
        }
        let broken = lists.keys().find_map(|list| self.lists.get(*list).filter(|(_, whole)| !whole));
        broken.map_or(Ok(()), |(file, _)| Err(format!("{} could not be read in full", self.name(*file))))
    }
}

impl Seen {
    fn listed_name(&self) -> Option<&str> {
        matches!(self.form, Form::List(_)).then_some(&*self.description.name)
    }
}

/// Collections that gcloud lists by something narrower than a project or region, with the command that does.
fn narrowed(api: Api) -> Option<&'static str> {
    match api {
        Api::RunRevisions => Some("`gcloud run revisions list --service`"),
        Api::RedisInstances => Some("`gcloud redis instances list --region`"),
        Api::RedisClusters => Some("`gcloud redis clusters list --region`"),
        Api::ComputeSubnetworks => Some("`gcloud compute networks subnets list --network`"),
        Api::ComputeRouters => Some("`gcloud compute routers list --regions`"),
        Api::ComputeAddresses | Api::ComputeGlobalAddresses => Some("`gcloud compute addresses list`"),
        Api::ServiceUsageServices => Some("`gcloud services list`"),
        Api::LoggingEntries => Some("`gcloud logging read`"),
        _ => None,
    }
}

/// The newest of several descriptions of one resource.
///
/// # Errors
/// Two that differ, neither of which is known to be the newer one.
fn newest<'a>(candidates: &[&'a Seen]) -> Option<Result<&'a Seen, (&'a Seen, &'a Seen)>> {
    let newer = |one: &Seen, other: &Seen| one.description.age.newer(&other.description.age);
    let later = |best: &'a Seen, one: &'a Seen| if newer(one, best) == Ordering::Greater { one } else { best };
    let best = candidates.iter().copied().reduce(later)?;
    let rival = candidates
        .iter()
        .find(|other| newer(best, other) == Ordering::Equal && other.description.item != best.description.item);
    Some(rival.map_or(Ok(best), |rival| Err((best, *rival))))
}

fn counted(count: usize) -> String {
    if count == 1 { "1 item".to_owned() } else { format!("{count} items") }
}

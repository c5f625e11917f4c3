//! Answers, and the lack of one: what was asked for and did not come is an answer with its reason.

use std::collections::{BTreeMap, BTreeSet};

use super::Request;
use super::google::{Failure, Listing};
use super::redaction;
use crate::model::live::{Answer, Reach};
use crate::model::{AllowedVariables, Api, CoverageStatus, LiveState};

/// The collections that every run asks for, in each region.
pub(super) const ALWAYS: [Api; 5] =
    [Api::RunServices, Api::RunRevisions, Api::RunJobs, Api::RunWorkerPools, Api::VpcAccessConnectors];

/// What one answer is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Subject {
    /// Project id.
    pub project: String,
    /// Region; `None` for a collection that belongs to none.
    pub region: Option<String>,
    /// The collection.
    pub api: Api,
    /// The resource that is asked about, for a collection that belongs to one.
    pub of: Option<String>,
}

impl Subject {
    /// A collection of a region.
    pub fn region(api: Api, project: &str, region: &str) -> Self {
        Self { project: project.to_owned(), region: Some(region.to_owned()), api, of: None }
    }

    /// A collection of a whole project.
    pub fn project(api: Api, project: &str) -> Self {
        Self { project: project.to_owned(), region: None, api, of: None }
    }

    /// A collection of one resource.
    pub fn resource(api: Api, project: &str, of: &impl ToString) -> Self {
        Self { of: Some(of.to_string()), ..Self::project(api, project) }
    }

    /// What an answer is about.
    pub fn of(answer: &Answer) -> Self {
        let Answer { project, region, api, of, .. } = answer;
        Self { project: project.clone(), region: region.clone(), api: *api, of: of.clone() }
    }

    /// The answer that a listing is, given now.
    pub fn answered(self, listing: Listing, allowed: &AllowedVariables) -> Answer {
        let Listing { items, unreachable, failure } = listing;
        let (status, http_status, detail, error) = match failure {
            Some(Failure { status, http_status, detail, error }) => (status, http_status, detail, error),
            // The list of a whole project stands for the regions that it reached.
            None if unreachable.is_empty() || self.api.reach() == Reach::Project => {
                (CoverageStatus::Answered, Some(200), String::new(), None)
            }
            None => {
                let detail = format!("the answer names as unreachable: {}", unreachable.join(", "));
                (CoverageStatus::Unreachable, Some(200), detail, None)
            }
        };
        let Self { project, region, api, of } = self;
        let clean = |item| redaction::keeping(api, allowed, item, redaction::redacted);
        let items = items.into_iter().map(clean).collect();
        let time = Some(jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        Answer { api, project, region, of, time, status, http_status, detail, items, unreachable, error }
    }

    /// An answer that never came.
    pub fn unanswered(self, status: CoverageStatus, detail: &str) -> Answer {
        let Self { project, region, api, of } = self;
        Answer {
            api,
            project,
            region,
            of,
            time: None,
            status,
            http_status: None,
            detail: detail.to_owned(),
            items: Vec::new(),
            unreachable: Vec::new(),
            error: None,
        }
    }
}

/// The same refusal for every collection of a project, in one region or in all.
pub(super) fn refusals(project: &str, region: Option<&str>, status: CoverageStatus, detail: &str) -> Vec<Answer> {
    let one = |api| Subject { region: region.map(str::to_owned), ..Subject::project(api, project) };
    ALWAYS.iter().map(|&api| one(api).unanswered(status, detail)).collect()
}

/// A recorded state with an entry for everything that is asked for and that it does not hold, and why it does not.
pub(super) fn complete(mut state: LiveState, request: &Request, detail: &str) -> LiveState {
    state.project_numbers.extend(request.project_numbers.clone());
    for project in projects(request) {
        for region in regions(request) {
            for api in ALWAYS {
                let held = |answer: &Answer| {
                    let same_project = project_id(&answer.project, &state.project_numbers) == project;
                    let covers = region.is_none() || answer.region.is_none() || answer.region.as_deref() == region;
                    answer.api == api && same_project && covers
                };
                if !state.answers.iter().any(held) {
                    let subject = Subject { region: region.map(str::to_owned), ..Subject::project(api, &project) };
                    state.answers.push(subject.unanswered(CoverageStatus::NotAsked, detail));
                }
            }
        }
    }
    sort(&mut state);
    state
}

/// The same refusal for everything that is asked for.
pub(super) fn refused(request: &Request, status: CoverageStatus, detail: &str) -> LiveState {
    let mut state = empty(request);
    for project in projects(request) {
        for region in regions(request) {
            state.answers.extend(refusals(&project, region, status, detail));
        }
    }
    sort(&mut state);
    state
}

/// A state without any answer.
pub(super) fn empty(request: &Request) -> LiveState {
    LiveState {
        format: LiveState::FORMAT.to_owned(),
        version: LiveState::VERSION,
        project_numbers: request.project_numbers.clone(),
        redaction_key: redaction::key_id(),
        ..LiveState::default()
    }
}

/// In the order project, region, API, resource; of two answers about one thing the first stays.
pub(super) fn sort(state: &mut LiveState) {
    state.answers.sort_by_cached_key(Subject::of);
    state.answers.dedup_by(|a, b| Subject::of(a) == Subject::of(b));
}

/// The regions that are asked; `None` for all that there are.
fn regions(request: &Request) -> Vec<Option<&str>> {
    match request.regions.as_slice() {
        [] => vec![None],
        regions => regions.iter().map(|region| Some(region.as_str())).collect(),
    }
}

/// The projects that are asked, by id where it is known, each once.
pub(super) fn projects(request: &Request) -> BTreeSet<String> {
    let id = |project: &String| project_id(project, &request.project_numbers).to_owned();
    request.projects.iter().map(id).collect()
}

/// The id of a project that may be given by number.
fn project_id<'a>(project: &'a str, numbers: &'a BTreeMap<String, String>) -> &'a str {
    let known = numbers.iter().find(|(_, number)| *number == project);
    known.map_or(project, |(id, _)| id)
}

/// True for a text that can stand in a URL as one segment.
pub(super) fn is_segment(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    text.bytes().any(|byte| byte.is_ascii_alphanumeric()) && text.bytes().all(allowed)
}

//! Google Cloud → the live state, and from it the inventory and what was really looked at.
//!
//! | file | subject |
//! | --- | --- |
//! | [`google`] | asking Google's APIs: credentials, the one transport, one file an API |
//! | [`redaction`] | secrets are taken out before an answer is kept |
//! | [`snapshot`], [`yaml`] | a live state in a file |
//! | [`mod@inventory`] | raw answers → the model's words |
//! | [`mod@show`] | the inventory as JSON |
//!
//! [`gather`] never fails because Google Cloud says no: what could not be read is an answer with its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinSet;

use crate::config::LiveSource;
use crate::model::live::Answer;
use crate::model::{Api, CoverageStatus, LiveState};
use google::{Failure, Google, Limits, Listing, Tokens, resource_manager, run, storage, vpcaccess};

pub mod google;
pub mod inventory;
pub mod redaction;
pub mod show;
pub mod snapshot;
pub mod yaml;

pub use inventory::inventory;
pub use show::show;
pub use snapshot::SnapshotError;

/// What to ask, and whom.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where the live state comes from.
    pub source: LiveSource,
    /// The repository; relative paths of the source lie in it.
    pub repo: PathBuf,
    /// The projects to ask, by id or number.
    pub projects: Vec<String>,
    /// The regions to ask in every project. Empty: every region that Cloud Run offers to the project.
    pub regions: Vec<String>,
    /// Project id → project number, as far as known.
    pub project_numbers: BTreeMap<String, String>,
    /// Base URL of a server on the loopback address that stands in for Google's APIs, such as a running emulator.
    pub endpoint: Option<String>,
    /// Limits on what is asked of the network.
    pub limits: Limits,
    /// The run's credentials, shared by everything that it asks.
    pub tokens: Tokens,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Gathered {
    /// The answers; `None` where the run asks nothing.
    pub state: Option<LiveState>,
    /// Where they come from, in words, such as `emulated from live/state.json`.
    pub description: String,
}

/// A request that cannot be carried out at all.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// The snapshot cannot be read.
    #[error("the snapshot {0}")]
    Snapshot(#[from] SnapshotError),
    /// There is no server that may stand in for Google's APIs.
    #[error("{0}")]
    Endpoint(String),
}

/// Gets the live state that a request asks for. Needs a Tokio runtime with time and I/O.
///
/// # Errors
/// Where a snapshot cannot be read, or the endpoint may not be asked. Whatever Google Cloud answers is no error: it is
/// the status of an answer.
pub async fn gather(request: &Request) -> Result<Gathered, GatherError> {
    match &request.source {
        LiveSource::None => Ok(Gathered { state: None, description: "nothing asked".to_owned() }),
        LiveSource::Snapshot(path) => {
            let mut state = snapshot::read(&request.repo.join(path))?;
            // These are for an emulator to serve.
            state.storage.clear();
            state.permissions.clear();
            state.faults.clear();
            let state = complete(state, request);
            Ok(Gathered { state: Some(state), description: format!("snapshot {}", slashed(path)) })
        }
        LiveSource::Emulator(path) => {
            let endpoint = request.endpoint.as_deref();
            let endpoint = endpoint.ok_or_else(|| GatherError::Endpoint("the emulator is not running".to_owned()))?;
            let google = Google::stand_in(endpoint, request.limits.clone()).map_err(GatherError::Endpoint)?;
            let state = ask(google, request).await;
            Ok(Gathered { state: Some(state), description: format!("emulated from {}", slashed(path)) })
        }
        LiveSource::Gcp => match &request.endpoint {
            Some(endpoint) => {
                let google = Google::stand_in(endpoint, request.limits.clone()).map_err(GatherError::Endpoint)?;
                let description = format!("{endpoint} in place of Google Cloud");
                Ok(Gathered { state: Some(ask(google, request).await), description })
            }
            None => {
                let state = match Google::cloud(request.limits.clone(), request.tokens.clone()) {
                    Ok(google) => ask(google, request).await,
                    Err(text) => refused(request, CoverageStatus::Unreachable, &text),
                };
                Ok(Gathered { state: Some(state), description: "Google Cloud".to_owned() })
            }
        },
    }
}

/// The content of an object of Cloud Storage, which must be JSON: one GET with the run's credentials.
///
/// # Errors
/// Why there is none, as a fragment that reads after "was not read:": what was answered, and what would allow it.
pub async fn object(request: &Request, bucket: &str, name: &str) -> Result<Value, String> {
    let endpoint = request.endpoint.as_deref();
    let google = match (&request.source, endpoint) {
        (LiveSource::None, _) => return Err("not asked: nothing is asked of Google Cloud (--live none)".to_owned()),
        (LiveSource::Snapshot(_), _) => {
            return Err("not asked: a snapshot is read in place of Google Cloud, and holds no objects".to_owned());
        }
        (_, Some(endpoint)) => Google::stand_in(endpoint, request.limits.clone()),
        (LiveSource::Emulator(_), None) => Err("the emulator is not running".to_owned()),
        (LiveSource::Gcp, None) => Google::cloud(request.limits.clone(), request.tokens.clone()),
    };
    let failure = match storage::object(&google?, bucket, name).await {
        Ok(value) => return Ok(value),
        Err(failure) => failure,
    };
    let needed = format!("reading it needs {} ({})", storage::PERMISSION, storage::ROLE);
    Err(match (failure.status, failure.http_status) {
        (_, Some(404)) => format!("there is no such object, or none that may be seen ({}); {needed}", failure.detail),
        (CoverageStatus::Denied, Some(_)) => format!("denied: {}; {needed}", failure.detail),
        _ => format!("{}: {}", failure.status.word(), failure.detail),
    })
}

/// The path as reports print it.
fn slashed(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

/// Asks for every collection of every project and region, all at once; the transport limits how many are under way.
async fn ask(google: Google, request: &Request) -> LiveState {
    if let Err(text) = google.sign_in().await {
        return refused(request, CoverageStatus::Denied, &format!("no credentials were found: {text}"));
    }
    let google = Arc::new(google);
    let mut state = empty(request);
    let mut numbers = own_numbers(&google, request);
    let (targets, failed) = targets(&google, request).await;
    state.answers.extend(failed);

    let mut open: BTreeSet<(String, String, Api)> = BTreeSet::new();
    let mut tasks = JoinSet::new();
    for (project, region) in targets {
        for api in ASKED {
            if open.insert((project.clone(), region.clone(), api)) {
                let (google, project, region) = (Arc::clone(&google), project.clone(), region.clone());
                tasks.spawn(async move { collection(&google, api, project, region).await });
            }
        }
    }
    while let Some(done) = tasks.join_next().await {
        // A task that ended without an answer stays open, and is told below.
        let Ok(answer) = done else { continue };
        if let Some(region) = &answer.region {
            open.remove(&(answer.project.clone(), region.clone(), answer.api));
        }
        state.answers.push(answer);
    }
    for (project, region, api) in open {
        let detail = "the query ended without an answer";
        state.answers.push(unanswered(api, &project, Some(&region), CoverageStatus::Unreachable, detail));
    }
    while let Some(done) = numbers.join_next().await {
        if let Ok((id, Some(number))) = done {
            state.project_numbers.insert(id, number);
        }
    }
    learn_numbers(&google, &mut state).await;
    sort(&mut state);
    state
}

/// Asks for the numbers of the projects themselves, where they are not known: declarations may use them.
fn own_numbers(google: &Arc<Google>, request: &Request) -> JoinSet<(String, Option<String>)> {
    let mut tasks = JoinSet::new();
    let open = |id: &String| is_segment(id) && !inventory::is_number(id) && !request.project_numbers.contains_key(id);
    for id in projects(request).into_iter().filter(open) {
        let google = Arc::clone(google);
        tasks.spawn(async move {
            let number = resource_manager::project_number(&google, &id).await;
            (id, number)
        });
    }
    tasks
}

/// The collections that a run asks for.
const ASKED: [Api; 3] = [Api::RunServices, Api::RunRevisions, Api::VpcAccessConnectors];

/// Asks for one collection.
async fn collection(google: &Google, api: Api, project: String, region: String) -> Answer {
    let listing = match api {
        Api::RunServices => run::services(google, &project, &region).await,
        Api::RunRevisions => run::revisions(google, &project, &region).await,
        Api::VpcAccessConnectors => vpcaccess::connectors(google, &project, &region).await,
        _ => Listing::default(),
    };
    answer(api, project, region, listing)
}

fn answer(api: Api, project: String, region: String, listing: Listing) -> Answer {
    let Listing { items, unreachable, failure } = listing;
    let (status, http_status, detail, error) = match failure {
        Some(Failure { status, http_status, detail, error }) => (status, http_status, detail, error),
        None if unreachable.is_empty() => (CoverageStatus::Answered, Some(200), String::new(), None),
        None => {
            let detail = format!("the answer names as unreachable: {}", unreachable.join(", "));
            (CoverageStatus::Unreachable, Some(200), detail, None)
        }
    };
    let items = items.into_iter().map(redaction::redacted).collect();
    Answer {
        api,
        project,
        region: Some(region),
        status,
        http_status,
        detail,
        items,
        unreachable,
        error,
        of: None,
        time: None,
    }
}

/// The projects and regions to ask, and the answers of projects whose regions could not be found out.
async fn targets(google: &Arc<Google>, request: &Request) -> (Vec<(String, String)>, Vec<Answer>) {
    let mut targets = Vec::new();
    let mut failed = Vec::new();
    let refusal = |project: &str, status, detail: &str| ASKED.map(|api| unanswered(api, project, None, status, detail));
    let mut tasks = JoinSet::new();
    for project in projects(request) {
        if !is_segment(&project) {
            failed.extend(refusal(&project, CoverageStatus::NotAsked, "this is no project id"));
        } else if request.regions.is_empty() {
            let google = Arc::clone(google);
            tasks.spawn(async move { (run::regions(&google, &project).await, project) });
        } else {
            for region in &request.regions {
                if is_segment(region) {
                    targets.push((project.clone(), region.clone()));
                } else {
                    let answer =
                        |api| unanswered(api, &project, Some(region), CoverageStatus::NotAsked, "this is no region");
                    failed.extend(ASKED.map(answer));
                }
            }
        }
    }
    while let Some(done) = tasks.join_next().await {
        match done {
            Ok((Ok(regions), project)) => targets.extend(regions.into_iter().map(|region| (project.clone(), region))),
            Ok((Err(failure), project)) => {
                let detail = format!("its regions could not be listed: {}", failure.detail);
                failed.extend(refusal(&project, failure.status, &detail));
            }
            // Only a defect ends a task; its project then has no entry, which means "not asked".
            Err(_) => {}
        }
    }
    (targets, failed)
}

/// Finds out which other projects the numbers in names belong to.
async fn learn_numbers(google: &Arc<Google>, state: &mut LiveState) {
    /// More numbers than this are left unknown.
    const MOST: usize = 50;
    let known = inventory::project_numbers(state);
    let mut unknown = BTreeSet::new();
    for answer in &state.answers {
        answer.items.iter().for_each(|item| numbers_in(item, &mut unknown));
    }
    let mut tasks = JoinSet::new();
    for number in unknown.into_iter().filter(|number| !known.contains_key(number)).take(MOST) {
        let google = Arc::clone(google);
        tasks.spawn(async move { (resource_manager::project_id(&google, &number).await, number) });
    }
    while let Some(done) = tasks.join_next().await {
        if let Ok((Some(id), number)) = done {
            state.project_numbers.entry(id).or_insert(number);
        }
    }
}

/// The project numbers in names of VPC resources, in any spelling of a name, and of a connector's subnet.
fn numbers_in(item: &Value, numbers: &mut BTreeSet<String>) {
    let access = ["/template/vpcAccess", "/vpcAccess"].into_iter().filter_map(|path| item.pointer(path));
    for access in access {
        let interfaces = access.get("networkInterfaces").and_then(Value::as_array).into_iter().flatten();
        let names = interfaces.flat_map(|interface| [interface.get("network"), interface.get("subnetwork")]);
        let names = names.chain([access.get("connector")]).flatten().filter_map(Value::as_str);
        numbers.extend(names.filter_map(project_number));
    }
    numbers.extend(item.get("network").and_then(Value::as_str).and_then(project_number));
    let subnet = item.pointer("/subnet/projectId").and_then(Value::as_str);
    numbers.extend(subnet.filter(|project| inventory::is_number(project)).map(str::to_owned));
}

/// The project of a name, where it is given by number.
fn project_number(name: &str) -> Option<String> {
    let project = name.split("projects/").nth(1)?.split('/').next()?;
    inventory::is_number(project).then(|| project.to_owned())
}

/// A snapshot with an entry for everything that is asked for and that it does not hold.
fn complete(mut state: LiveState, request: &Request) -> LiveState {
    state.project_numbers.extend(request.project_numbers.clone());
    let detail = "the snapshot holds no answer";
    for project in projects(request) {
        let regions: Vec<Option<&str>> = if request.regions.is_empty() {
            vec![None]
        } else {
            request.regions.iter().map(|region| Some(region.as_str())).collect()
        };
        for region in regions {
            for api in ASKED {
                let held = |answer: &Answer| {
                    let same_project = project_id(&answer.project, &state.project_numbers) == project;
                    let covers = region.is_none() || answer.region.is_none() || answer.region.as_deref() == region;
                    answer.api == api && same_project && covers
                };
                if !state.answers.iter().any(held) {
                    let answer = unanswered(api, &project, region, CoverageStatus::NotAsked, detail);
                    state.answers.push(answer);
                }
            }
        }
    }
    sort(&mut state);
    state
}

/// The same refusal for everything that is asked for.
fn refused(request: &Request, status: CoverageStatus, detail: &str) -> LiveState {
    let mut state = empty(request);
    for project in projects(request) {
        for api in ASKED {
            if request.regions.is_empty() {
                state.answers.push(unanswered(api, &project, None, status, detail));
            }
            for region in &request.regions {
                state.answers.push(unanswered(api, &project, Some(region), status, detail));
            }
        }
    }
    sort(&mut state);
    state
}

fn unanswered(api: Api, project: &str, region: Option<&str>, status: CoverageStatus, detail: &str) -> Answer {
    Answer {
        api,
        project: project.to_owned(),
        region: region.map(str::to_owned),
        of: None,
        time: None,
        status,
        http_status: None,
        detail: detail.to_owned(),
        items: Vec::new(),
        unreachable: Vec::new(),
        error: None,
    }
}

fn empty(request: &Request) -> LiveState {
    LiveState {
        format: LiveState::FORMAT.to_owned(),
        version: LiveState::VERSION,
        project_numbers: request.project_numbers.clone(),
        ..LiveState::default()
    }
}

fn sort(state: &mut LiveState) {
    state.answers.sort_by(|a, b| (&a.project, &a.region, a.api).cmp(&(&b.project, &b.region, b.api)));
    state.answers.dedup_by(|a, b| (&a.project, &a.region, a.api) == (&b.project, &b.region, b.api));
}

/// The projects that are asked, by id where it is known, each once.
fn projects(request: &Request) -> BTreeSet<String> {
    let id = |project: &String| project_id(project, &request.project_numbers).to_owned();
    request.projects.iter().map(id).collect()
}

/// The id of a project that may be given by number.
fn project_id<'a>(project: &'a str, numbers: &'a BTreeMap<String, String>) -> &'a str {
    let known = numbers.iter().find(|(_, number)| *number == project);
    known.map_or(project, |(id, _)| id)
}

/// True for a text that can stand in a URL as one segment.
fn is_segment(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    text.bytes().any(|byte| byte.is_ascii_alphanumeric()) && text.bytes().all(allowed)
}

#[cfg(test)]
#[cfg(feature = "emulator")]
mod tests;

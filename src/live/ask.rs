//! What is asked, in which order.
//!
//! 1. Credentials, project numbers, and the regions where none are configured.
//! 2. In every project and region: services, then the revisions that serve; jobs, worker pools and connectors beside.
//! 3. What those lead to: connectors elsewhere, operations on connectors that are broken, and, where a run needs it,
//!    networks, databases, private connections, IAM policies, logs and metrics.
//! 4. Once more, after a pause, what was being changed.
//!
//! Everything within a round is asked at once; the transport limits how much is under way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::answers::{Subject, empty, is_segment, projects, refusals, refused, sort};
use super::google::{
    Failure, Google, Listing, compute, databases, logging, resource_manager, run, services, vpcaccess,
};
use super::reach::{self, Reached};
use super::{Request, inventory};
use crate::model::live::Answer;
use crate::model::{Api, CoverageStatus, LiveState, NetworkName, SubnetworkName};

/// The share of the run's time after which the first round, and the second one, is over: an API that never answers must
/// not take the time of the others.
const FIRST_ROUND: f64 = 0.6;
const SECOND_ROUND: f64 = 0.9;

/// Asks for everything that a request needs.
pub(super) async fn ask(google: Google, request: &Request) -> LiveState {
    if let Err(text) = google.sign_in().await {
        return refused(request, CoverageStatus::Denied, &format!("no credentials were found: {text}"));
    }
    let google = Arc::new(google);
    let mut state = empty(request);
    let mut numbers = own_numbers(&google, request);
    let (regions, failed) = regions(&google, request).await;
    state.answers.extend(failed);

    let mut round = Round::new(&google, FIRST_ROUND);
    for (project, region) in &regions {
        round.region(project, region);
    }
    round.finish(&mut state, request).await;
    while let Some(done) = numbers.join_next().await {
        if let Ok((id, Some(number))) = done {
            state.project_numbers.insert(id, number);
        }
    }
    learn_numbers(&google, &mut state).await;

    let reached = reach::reached(&inventory::inventory(&state), request);
    let mut round = Round::new(&google, SECOND_ROUND);
    further(&mut round, &reached, request, &state);
    round.finish(&mut state, request).await;

    if let Some(pause) = request.needs.settle {
        settle(&google, &mut state, request, pause).await;
    }
    sort(&mut state);
    state
}

/// Requests that are under way together. What ends without an answer is told as such.
struct Round {
    google: Arc<Google>,
    /// When it is over.
    end: Instant,
    open: BTreeSet<Subject>,
    tasks: JoinSet<Vec<(Subject, Listing)>>,
}

impl Round {
    /// A round that is over after a share of the run's time.
    fn new(google: &Arc<Google>, share: f64) -> Self {
        let end = google.transport().after(share);
        Self { google: Arc::clone(google), end, open: BTreeSet::new(), tasks: JoinSet::new() }
    }

    /// Asks for one collection, unless it is being asked for.
    fn one<F>(&mut self, subject: Subject, read: impl FnOnce(Arc<Google>) -> F + Send + 'static)
    where
        F: Future<Output = Listing> + Send,
    {
        if self.open.insert(subject.clone()) {
            let (google, end) = (Arc::clone(&self.google), self.end);
            self.tasks.spawn(async move { vec![(subject, in_time(end, read(google)).await)] });
        }
    }

    /// Asks for the workloads and connectors of a region.
    fn region(&mut self, project: &str, region: &str) {
        self.serving(project, region);
        let own = |api| Subject::region(api, project, region);
        let (p, r) = (project.to_owned(), region.to_owned());
        self.one(own(Api::RunJobs), async move |google| run::jobs(&google, &p, &r).await);
        self.connectors(project, region);
    }

    fn connectors(&mut self, project: &str, region: &str) {
        let (p, r) = (project.to_owned(), region.to_owned());
        let subject = Subject::region(Api::VpcAccessConnectors, project, region);
        self.one(subject, async move |google| vpcaccess::connectors(&google, &p, &r).await);
    }

    /// Asks for the services and worker pools of a region, and then for the revisions that serve.
    fn serving(&mut self, project: &str, region: &str) {
        let own = |api| Subject::region(api, project, region);
        let subjects = [own(Api::RunServices), own(Api::RunWorkerPools), own(Api::RunRevisions)];
        if self.open.contains(&subjects[0]) {
            return;
        }
        self.open.extend(subjects.iter().cloned());
        let (google, end) = (Arc::clone(&self.google), self.end);
        let (project, region) = (project.to_owned(), region.to_owned());
        self.tasks.spawn(async move {
            // Half of the time that is left, so that there is some for the revisions.
            let half = Instant::now() + end.saturating_duration_since(Instant::now()) / 2;
            let (services, pools) = tokio::join!(
                in_time(half, run::services(&google, &project, &region)),
                in_time(half, run::worker_pools(&google, &project, &region))
            );
            let (of_services, of_pools) = tokio::join!(
                in_time(end, revisions(&google, &project, &region, "services", &services)),
                in_time(end, revisions(&google, &project, &region, "workerPools", &pools))
            );
            let all = match &pools.failure {
                Some(_) => of_services,
                None => of_services.and(of_pools),
            };
            subjects.into_iter().zip([services, pools, all]).collect()
        });
    }

    /// Waits for all answers.
    async fn finish(mut self, state: &mut LiveState, request: &Request) {
        while let Some(done) = self.tasks.join_next().await {
            // A task that ended without an answer stays open, and is told below.
            for (subject, listing) in done.unwrap_or_default() {
                self.open.remove(&subject);
                state.answers.push(subject.answered(listing, &request.variables));
            }
        }
        for subject in self.open {
            let detail = "the query ended without an answer";
            state.answers.push(subject.unanswered(CoverageStatus::Unreachable, detail));
        }
    }
}

/// What was listed, where that was by a certain time: what never ends must not take the time of what has to be asked
/// yet.
async fn in_time(end: Instant, read: impl Future<Output = Listing>) -> Listing {
    timeout_at(end, read).await.unwrap_or_else(|_| {
        let text = "it was not answered in full within its share of the run's time limit";
        Listing::one(Err(Failure::new(CoverageStatus::Unreachable, text)))
    })
}

/// The revisions that serve, of the workloads that were listed.
async fn revisions(google: &Arc<Google>, project: &str, region: &str, collection: &str, listed: &Listing) -> Listing {
    let wanted: BTreeSet<_> = listed.items.iter().flat_map(reach::serving_revisions).collect();
    match &listed.failure {
        Some(_) if wanted.is_empty() => Listing::not_asked("what would name them was not read"),
        _ => run::revisions(google, project, region, collection, &wanted).await,
    }
}

/// The collections of a project that decide where a packet goes.
const OF_PROJECT: [Api; 7] = [
    Api::ComputeNetworks,
    Api::ComputeSubnetworks,
    Api::ComputeFirewalls,
    Api::ComputeRoutes,
    Api::ComputeRouters,
    Api::ComputeAddresses,
    Api::ComputeGlobalAddresses,
];

/// Asks for what the first answers lead to.
fn further(round: &mut Round, reached: &Reached, request: &Request, state: &LiveState) {
    for name in &reached.connectors {
        let own = name.clone();
        let subject = Subject::region(Api::VpcAccessConnectors, &name.project, &name.region);
        let subject = Subject { of: Some(name.to_string()), ..subject };
        round.one(subject, async move |google| vpcaccess::connector(&google, &own).await);
    }
    for (project, region) in &reached.broken_connectors {
        let (p, r) = (project.clone(), region.clone());
        let subject = Subject::region(Api::VpcAccessOperations, project, region);
        round.one(subject, async move |google| vpcaccess::operations(&google, &p, &r).await);
    }
    for project in &request.needs.networks {
        compute_lists(round, project, &[Api::ComputeNetworks, Api::ComputeSubnetworks]);
    }
    for (&api, projects) in &request.needs.lists {
        for project in projects.iter().filter(|project| is_segment(project)) {
            list(round, project, api);
        }
    }
    for network in &request.needs.connections {
        private_connections(round, network, state);
    }
    if request.needs.connectivity {
        connectivity(round, reached, state);
    }
    let now = jiff::Timestamp::now();
    let places = reached.projects.iter().chain(&reached.granting_projects);
    if let Some(back) = request.needs.audit_logs {
        let since = now.checked_sub(back).unwrap_or(jiff::Timestamp::MIN);
        for project in places {
            let p = project.clone();
            let subject = Subject::project(Api::LoggingEntries, project);
            round.one(subject, async move |google| logging::changes(&google, &p, since).await);
        }
    }
    if request.needs.load {
        for project in &reached.projects {
            let p = project.clone();
            let subject = Subject::project(Api::MonitoringTimeSeries, project);
            round.one(subject, async move |google| logging::connector_load(&google, &p, now).await);
        }
    }
}

fn connectivity(round: &mut Round, reached: &Reached, state: &LiveState) {
    for project in &reached.network_projects {
        compute_lists(round, project, &OF_PROJECT);
    }
    for network in &reached.networks {
        let own: NetworkName = network.clone();
        let subject = Subject::resource(Api::ComputeEffectiveFirewalls, &network.project, network);
        round.one(subject, async move |google| compute::effective_firewalls(&google, &own).await);
        private_connections(round, network, state);
    }
    for subnetwork in &reached.shared_subnetworks {
        let own: SubnetworkName = subnetwork.clone();
        let subject = Subject::resource(Api::ComputeSubnetworkIamPolicy, &subnetwork.project, subnetwork);
        round.one(subject, async move |google| compute::subnetwork_iam_policy(&google, &own).await);
    }
    for project in &reached.granting_projects {
        let p = project.clone();
        let subject = Subject::project(Api::ProjectIamPolicy, project);
        round.one(subject, async move |google| resource_manager::iam_policy(&google, &p).await);
    }
    for project in &reached.projects {
        let p = project.clone();
        let subject = Subject::project(Api::ServiceUsageServices, project);
        round.one(subject, async move |google| services::enabled(&google, &p).await);
    }
    for project in &reached.database_projects {
        for api in [Api::SqlInstances, Api::RedisInstances, Api::RedisClusters] {
            list(round, project, api);
        }
    }
}

/// Asks for a collection of a project.
fn list(round: &mut Round, project: &str, api: Api) {
    let p = project.to_owned();
    round.one(Subject::project(api, project), async move |google| match api {
        Api::SqlInstances => databases::sql_instances(&google, &p).await,
        Api::RedisInstances => databases::redis_instances(&google, &p).await,
        Api::RedisClusters => databases::redis_clusters(&google, &p).await,
        _ => compute::of_project(&google, api, &p).await,
    });
}

fn compute_lists(round: &mut Round, project: &str, apis: &[Api]) {
    for &api in apis {
        list(round, project, api);
    }
}

/// The API takes the network's project by number only.
fn private_connections(round: &mut Round, network: &NetworkName, state: &LiveState) {
    let subject = Subject::resource(Api::ServiceNetworkingConnections, &network.project, network);
    let (number, name) = (state.project_numbers.get(&network.project).cloned(), network.name.clone());
    round.one(subject, async move |google| match number {
        Some(number) => services::connections(&google, &number, &name).await,
        None => Listing::not_asked("the number of the network's project is not known"),
    });
}

/// Reads the regions once more in which something was being changed, after a pause.
async fn settle(google: &Arc<Google>, state: &mut LiveState, request: &Request, pause: Duration) {
    let places = reach::settling(&inventory::inventory(state));
    if places.is_empty() {
        return;
    }
    tokio::time::sleep(pause).await;
    let mut round = Round::new(google, 1.0);
    for (project, region) in &places {
        round.region(project, region);
    }
    let mut again = LiveState::default();
    round.finish(&mut again, request).await;
    // What could not be read again stays as it was: unsettled.
    again.answers.retain(|answer| answer.status == CoverageStatus::Answered);
    let read: BTreeSet<Subject> = again.answers.iter().map(Subject::of).collect();
    state.answers.retain(|answer| !read.contains(&Subject::of(answer)));
    state.answers.extend(again.answers);
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

/// The projects and regions to ask, and the answers of those that cannot be asked.
async fn regions(google: &Arc<Google>, request: &Request) -> (Vec<(String, String)>, Vec<Answer>) {
    let mut regions = Vec::new();
    let mut failed = Vec::new();
    let mut tasks = JoinSet::new();
    for project in projects(request) {
        if !is_segment(&project) {
            failed.extend(refusals(&project, None, CoverageStatus::NotAsked, "this is no project id"));
        } else if request.regions.is_empty() {
            let google = Arc::clone(google);
            tasks.spawn(async move { (run::regions(&google, &project).await, project) });
        } else {
            for region in &request.regions {
                match is_segment(region) {
                    true => regions.push((project.clone(), region.clone())),
                    false => {
                        failed.extend(refusals(&project, Some(region), CoverageStatus::NotAsked, "this is no region"))
                    }
                }
            }
        }
    }
    while let Some(done) = tasks.join_next().await {
        match done {
            Ok((Ok(found), project)) => regions.extend(found.into_iter().map(|region| (project.clone(), region))),
            Ok((Err(failure), project)) => {
                let detail = format!("its regions could not be listed: {}", failure.detail);
                failed.extend(refusals(&project, None, failure.status, &detail));
            }
            // Only a defect ends a task; its project then has no entry, which means "not asked".
            Err(_) => {}
        }
    }
    (regions, failed)
}

/// Finds out which other projects the numbers in names belong to.
async fn learn_numbers(google: &Arc<Google>, state: &mut LiveState) {
    /// More numbers than this are left unknown.
    const MOST: usize = 50;
    let known = inventory::project_numbers(state);
    let mut unknown = BTreeSet::new();
    for answer in &state.answers {
        answer.items.iter().for_each(|item| reach::numbers_in(item, &mut unknown));
    }
    let mut tasks = JoinSet::new();
    for number in unknown.into_iter().filter(|number| !known.contains_key(number)).take(MOST) {
        let google = Arc::clone(google);
        tasks.spawn(async move { (resource_manager::project_id(&google, &number).await, number) });
    }
    let mut learnt: BTreeMap<String, String> = BTreeMap::new();
    while let Some(done) = tasks.join_next().await {
        if let Ok((Some(id), number)) = done {
            learnt.insert(id, number);
        }
    }
    for (id, number) in learnt {
        state.project_numbers.entry(id).or_insert(number);
    }
}

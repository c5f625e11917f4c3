//! Gathers the evidence of a run: everything that waits happens here, concurrently.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::cloud::Cloud;
use super::error::CliError;
use super::observed;
use super::setup::{Setup, name_context};
use crate::config::TerraformConfig;
use crate::deploy;
use crate::finding::Part;
use crate::live;
use crate::model::evidence::Timings;
use crate::model::{
    DeployDeclarations, Evidence, Excerpts, NameContext, NetworkName, ProbeEvidence, ProbeFound, ResourceKind,
    TerraformDeclarations, Why, WhyKind,
};
use crate::report::json;
use crate::terraform;
use crate::testinfra;
use crate::testinfra::health::{self, Inputs};

/// Which sources a run looks at.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Parts that were asked for; empty for all.
    pub parts: BTreeSet<Part>,
    /// What is asked of Google Cloud beside what is always asked.
    pub needs: live::Needs,
    /// Whether the project's own pytest is run.
    pub collect: bool,
    /// Files of `probe`.
    pub probes: Vec<PathBuf>,
}

impl Wanted {
    fn any(&self, parts: &[Part]) -> bool {
        self.parts.is_empty() || parts.iter().any(|part| self.parts.contains(part))
    }

    fn cloud(&self) -> bool {
        self.any(&[Part::Vpc, Part::Policies])
    }

    fn tests(&self) -> bool {
        self.any(&Part::TESTS)
    }
}

/// Reads everything that a run looks at.
///
/// # Errors
/// A live source that cannot be read at all (a snapshot or state file that is not there or not valid).
pub fn evidence(setup: &Setup, wanted: &Wanted) -> Result<Evidence, CliError> {
    Ok(evidence_of_both(setup, None, wanted)?.0)
}

/// The same of two sides of a change: Google Cloud is asked once, for what either of them needs. The second side holds
/// what is its own: declarations and tests.
///
/// # Errors
/// As for [`evidence`].
pub fn evidence_of_both(
    setup: &Setup,
    base: Option<&Setup>,
    wanted: &Wanted,
) -> Result<(Evidence, Option<Evidence>), CliError> {
    let started = jiff::Timestamp::now();
    let excerpts = Excerpts::default();
    let mut evidence = Evidence {
        version: Evidence::VERSION,
        date: started.strftime("%Y-%m-%d").to_string(),
        timings: Timings { started: started.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), ..Timings::default() },
        ..Evidence::default()
    };
    let health = setup.config.health.as_ref().filter(|_| wanted.any(&[Part::Health]));
    let (cloud, tests) = std::thread::scope(|scope| {
        let wanted_tests = wanted.tests() || health.is_some();
        let tests = wanted_tests.then(|| scope.spawn(|| read_tests_and_collect(setup, &excerpts, wanted.collect)));
        let cloud =
            if wanted.cloud() { gather_cloud(setup, base, &wanted.needs, &excerpts).map(Some) } else { Ok(None) };
        (cloud, tests.map(std::thread::ScopedJoinHandle::join))
    });
    let mut before = base.map(|_| Evidence { version: Evidence::VERSION, ..Evidence::default() });
    match cloud? {
        Some(cloud) => {
            if let (Some(before), Some((terraform, deploy))) = (&mut before, cloud.base) {
                (before.terraform, before.deploy) = (terraform, deploy);
            }
            evidence.live_source = cloud.live.description;
            evidence.live = cloud.live.state;
            evidence.terraform = cloud.terraform;
            evidence.deploy = cloud.deploy;
            evidence.timings.terraform = cloud.seconds.0;
            evidence.timings.deploy = cloud.seconds.1;
            evidence.timings.live = cloud.seconds.2;
        }
        None => evidence.live_source = "nothing asked of Google Cloud".to_owned(),
    }
    if let Some(state) = &evidence.live {
        evidence.inventory = live::inventory(state);
    }
    match tests {
        Some(Ok((mut indexed, seconds))) => {
            evidence.timings.collection = seconds;
            evidence.timings.discovery = indexed.discovery_seconds;
            evidence.timings.tests = indexed.seconds;
            evidence.health = health.map(|config| {
                let inputs = Inputs::configured(&setup.root, config);
                health::evidence(&setup.root, &indexed, &setup.config.tests, &inputs)
            });
            evidence.tests = Some(std::mem::take(&mut indexed.index));
            // Many small pieces, which are given back beside what follows.
            rayon::spawn(move || drop(indexed));
        }
        Some(Err(_)) => return Err(CliError::failed("read the tests", "a reader stopped unexpectedly")),
        None => {}
    }
    evidence.probes = wanted.probes.iter().map(|path| probe(setup, path)).collect();
    if wanted.any(&[Part::Policies]) {
        evidence.policies = policies(setup)?;
    }
    if let (Some(before), Some(base)) = (&mut before, base)
        && wanted.tests()
    {
        let indexed = read_tests(base, &Excerpts::default());
        before.timings.discovery = indexed.discovery_seconds;
        before.tests = Some(indexed.index);
    }
    evidence.excerpts = excerpts.cited();
    Ok((evidence, before))
}

/// The largest file of `probe` that is read, in bytes.
const MAX_PROBE: u64 = 16 << 20;

/// Reads a file that `probe` wrote. That it cannot be read is told in its place.
fn probe(setup: &Setup, path: &Path) -> ProbeEvidence {
    let refused = |kind, text: String| ProbeFound::Refused(Why::new(kind, text));
    let text = match std::fs::metadata(path) {
        Ok(data) if data.len() > MAX_PROBE => Err(format!("it is larger than {MAX_PROBE} bytes")),
        Ok(data) if !data.is_file() => Err("it is no file".to_owned()),
        Ok(_) => std::fs::read_to_string(path).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let found = match text.map(|text| json::probe::read(&text)) {
        Ok(Ok(run)) => ProbeFound::Read(Box::new(run)),
        Ok(Err(text)) => refused(WhyKind::ParseFailed, text),
        Err(text) => refused(WhyKind::FileUnreadable, text),
    };
    ProbeEvidence { file: observed::from_here(&setup.root, &path.to_string_lossy()), found }
}

/// Reads the repository's tests.
pub fn read_tests(setup: &Setup, excerpts: &Excerpts) -> testinfra::Indexed {
    testinfra::index(&setup.root, &setup.config.tests, excerpts)
}

/// The index of the tests, and how long their collection by the project's own pytest took.
fn read_tests_and_collect(setup: &Setup, excerpts: &Excerpts, collect: bool) -> (testinfra::Indexed, f64) {
    let mut indexed = read_tests(setup, excerpts);
    if !collect {
        return (indexed, 0.0);
    }
    let (collection, seconds) =
        timed(|| testinfra::collection::run(&setup.root, &setup.config.tests, &indexed.collected));
    indexed.index.collection = Some(collection);
    (indexed, seconds)
}

struct Gathered {
    terraform: TerraformDeclarations,
    deploy: DeployDeclarations,
    /// The declarations of the merge base.
    base: Option<(TerraformDeclarations, DeployDeclarations)>,
    live: live::Gathered,
    seconds: (f64, f64, f64),
}

fn gather_cloud(
    setup: &Setup,
    base: Option<&Setup>,
    needs: &live::Needs,
    excerpts: &Excerpts,
) -> Result<Gathered, CliError> {
    let cloud = Cloud::start(setup)?;
    let context = setup.name_context();
    let stopped = || CliError::failed("read the declarations", "a reader stopped unexpectedly");
    let (terraform, deploy) = std::thread::scope(|scope| {
        let deploy = scope.spawn(|| timed(|| read_deploy(setup, &context, excerpts)));
        let terraform =
            timed(|| load_terraform(setup, &context, excerpts, Some(&cloud)).map(|loaded| loaded.declarations()));
        (terraform, deploy.join())
    });
    let (terraform, terraform_seconds) = (terraform.0?, terraform.1);
    let (deploy, deploy_seconds) = deploy.map_err(|_| stopped())?;
    let mut asked = Asked::from(setup, &terraform, &deploy);
    let base = match base {
        None => None,
        Some(base) => {
            let unseen = Excerpts::default();
            let terraform = load_terraform(base, &context, &unseen, Some(&cloud))?.declarations();
            let deploy = read_deploy(base, &context, &unseen);
            asked = asked.and(Asked::from(base, &terraform, &deploy));
            Some((terraform, deploy))
        }
    };
    let (live, live_seconds) = timed(|| cloud.ask(&asked.needing(needs)));
    Ok(Gathered { terraform, deploy, base, live: live?, seconds: (terraform_seconds, deploy_seconds, live_seconds) })
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let started = Instant::now();
    let result = work();
    (result, started.elapsed().as_secs_f64())
}

/// Evaluates the repository's Terraform, with the states and plans that are asked for.
///
/// # Errors
/// An emulator that holds a state and cannot be started.
pub fn load_terraform(
    setup: &Setup,
    context: &NameContext,
    excerpts: &Excerpts,
    cloud: Option<&Cloud>,
) -> Result<terraform::Loaded, CliError> {
    let environment = terraform_environment(&setup.config.terraform);
    let options = terraform::Options {
        config: &setup.config.terraform,
        project: setup.config.project.as_deref(),
        project_numbers: &context.project_numbers,
        observed: &[],
        environment: &environment,
    };
    let documents = observed::documents(setup, &options, cloud)?;
    Ok(terraform::load(&setup.root, &terraform::Options { observed: &documents, ..options }, excerpts))
}

/// What Terraform would read of the environment of this run; nothing where that is switched off.
pub fn terraform_environment(config: &TerraformConfig) -> BTreeMap<String, String> {
    let wanted =
        |name: &str| name.starts_with("TF_VAR_") || matches!(name, "TF_WORKSPACE" | "TF_CLI_ARGS" | "TF_CLI_ARGS_plan");
    let read = std::env::vars_os().filter(|_| config.environment);
    let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    read.map(|(name, value)| (text(name), text(value))).filter(|(name, _)| wanted(name)).collect()
}

/// Reads the repository's deploy config.
pub fn read_deploy(setup: &Setup, context: &NameContext, excerpts: &Excerpts) -> DeployDeclarations {
    deploy::declarations(&setup.root, &setup.config.deploy, context, excerpts)
}

/// The projects and regions that a run asks about.
#[derive(Debug, Default)]
pub struct Asked {
    /// Project ids.
    pub projects: BTreeSet<String>,
    /// Regions.
    pub regions: BTreeSet<String>,
    /// What is to be known beside workloads and connectors.
    pub needs: live::Needs,
}

impl Asked {
    /// The configured project and regions, and those that the declarations name.
    pub fn from(setup: &Setup, terraform: &TerraformDeclarations, deploy: &DeployDeclarations) -> Self {
        let context = name_context(&setup.config);
        let mut asked = Self::default();
        asked.projects.extend(setup.config.project.clone());
        asked.regions.extend(setup.config.regions.iter().cloned());
        let connectors = terraform.connectors.iter().filter_map(|declared| declared.value.name.known());
        let used = terraform.workloads.iter().filter_map(|declared| declared.value.vpc.connector.known());
        for name in connectors.chain(used) {
            asked.projects.insert(name.project.clone());
            asked.regions.insert(name.region.clone());
        }
        for name in terraform.workloads.iter().filter_map(|declared| declared.value.name.known()) {
            asked.projects.insert(name.project.clone());
            asked.regions.insert(name.region.clone());
        }
        let networks = terraform.networks.iter().filter_map(|declared| declared.value.name.known());
        asked.needs.networks.extend(networks.map(|name| name.project.clone()));
        let subnetworks = terraform.subnetworks.iter().filter_map(|declared| declared.value.name.known());
        asked.needs.networks.extend(subnetworks.map(|name| name.project.clone()));
        for declared in &terraform.resources {
            let Some(id) = declared.value.id.known() else { continue };
            match declared.value.kind {
                // Their lists are asked for as networks.
                ResourceKind::Network | ResourceKind::Subnetwork => {}
                ResourceKind::Peering => {
                    let network = NetworkName { project: id.project.clone(), name: id.short.clone() };
                    asked.needs.connections.insert(network);
                }
                kind => {
                    asked.needs.lists.entry(kind.api(id.region.is_none())).or_default().insert(id.project.clone());
                }
            }
        }
        for command in &deploy.commands {
            if let Some(project) = command.project.known() {
                asked.projects.insert(context.project_numbers.get(project).unwrap_or(project).clone());
            }
            asked.regions.extend(command.region.known().cloned());
        }
        asked
    }

    /// What either of two sides asks about.
    fn and(mut self, other: Self) -> Self {
        self.projects.extend(other.projects);
        self.regions.extend(other.regions);
        self.needs.networks.extend(other.needs.networks);
        self
    }

    /// The same, with what else is to be known.
    pub fn needing(self, needs: &live::Needs) -> Self {
        let live::Needs { networks, lists, connections, .. } = self.needs;
        Self { needs: live::Needs { networks, lists, connections, ..needs.clone() }, ..self }
    }
}

/// Asks the configured live source.
///
/// # Errors
/// A source that cannot be read at all.
pub fn ask(setup: &Setup, asked: &Asked) -> Result<live::Gathered, CliError> {
    Cloud::start(setup)?.ask(asked)
}

fn policies(setup: &Setup) -> Result<BTreeMap<String, String>, CliError> {
    let configured = &setup.config.policies;
    let mut sources = if configured.shipped { crate::policy::shipped() } else { BTreeMap::new() };
    for path in &configured.paths {
        let folder = crate::policy::read_folder(&setup.root, path)
            .map_err(|error| CliError::failed(format!("read the policies in {path}"), error))?;
        sources.extend(folder);
    }
    Ok(sources)
}

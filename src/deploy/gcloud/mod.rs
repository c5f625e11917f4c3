//! gcloud's command line: from an argument list to what the command would set.
//!
//! A deploy is a patch: what no flag mentions is [`Leave`](crate::model::Change::Leave). A word that is not known and
//! that stands where a flag could stand may set anything, so it makes everything that a flag could set unknown until a
//! later flag sets it again (the last one wins). In the place of a flag's value, or of the workload's name, it is taken
//! as one word. A flag that the known gcloud does not have may do anything to what no other flag sets.
//!
//! | file | subject |
//! | --- | --- |
//! | `reader` | the words, from left to right |
//! | `flag` | one flag and its value |
//! | `alternatives` | words and alternatives that are not known |
//! | `flags_file` | flags from a file |
//! | `table`, `flags.tsv` | which flags the commands have |
//! | `uses`, `lists` | the flags that are used, and values that are lists |
//! | `refusals` | what gcloud refuses |
//! | `settings`, `traffic` | what the flags together set |
//! | `connectors`, `functions` | commands for connectors and for functions |
//! | `defaults` | what the configuration and the environment say where no flag does |
//! | `bytes` | any bytes as an argument list |
//! | `spelled` | names and settings as written, beside what they mean |

use super::repository::Repository;
use super::words::Item;
use crate::model::{
    ConnectorAction, ConnectorCommand, DeployCommand, Fact, Guard, NameContext, Origin, RefusedCommand, Why, WhyKind,
    WorkloadKind,
};

mod alternatives;
mod bytes;
mod connectors;
mod defaults;
mod flag;
mod flags_file;
mod functions;
mod lists;
mod reader;
#[cfg(test)]
mod recorded;
mod refusals;
mod settings;
mod spelled;
mod table;
#[cfg(test)]
mod tests;
mod traffic;
mod uses;

pub use bytes::items_of;
pub use defaults::Defaults;
pub use spelled::{name_context, spell_connector, spell_egress};

use reader::{Name, Reader, State};

/// What an argument list is.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// Not a command that deploys a Cloud Run workload.
    Other,
    /// A deploy. Where it has guards, they come after those of the caller.
    Deploy(Box<DeployCommand>),
    /// A deploy to several regions: one entry a region.
    Several(Vec<DeployCommand>),
    /// A command that creates, changes or deletes a connector.
    Connector(Box<ConnectorCommand>),
    /// A deploy of what a file says.
    Manifest(Box<ManifestCommand>),
    /// gcloud refuses it, so it sets nothing.
    Refused(Box<RefusedCommand>),
    /// It may deploy something, but that cannot be told.
    Undecidable(Vec<Why>),
}

impl Reading {
    /// Adds what is taken for granted besides.
    pub fn assume(&mut self, guards: &[Guard]) {
        let add = |assumes: &mut Vec<Guard>| {
            let new = guards
                .iter()
                .filter(|guard| assumes.iter().all(|own| own.text != guard.text))
                .cloned()
                .collect::<Vec<_>>();
            assumes.extend(new);
        };
        match self {
            Self::Deploy(deploy) => add(&mut deploy.assumes),
            Self::Several(deploys) => deploys.iter_mut().for_each(|deploy| add(&mut deploy.assumes)),
            Self::Manifest(manifest) => add(&mut manifest.assumes),
            Self::Connector(connector) => add(&mut connector.guards),
            Self::Refused(refused) => add(&mut refused.guards),
            Self::Other | Self::Undecidable(_) => {}
        }
    }
}

/// `gcloud run services replace FILE` and its siblings.
#[derive(Clone, Debug, PartialEq)]
pub struct ManifestCommand {
    /// Where the command stands.
    pub origin: Origin,
    /// Its words, such as `run services replace`.
    pub action: String,
    /// What the file describes.
    pub kind: WorkloadKind,
    /// The file as it is named.
    pub file: Fact<String>,
    /// Project id.
    pub project: Fact<String>,
    /// Region; where it is absent, the file may say it.
    pub region: Fact<String>,
    /// What the reading takes for granted of words that are not known.
    pub assumes: Vec<Guard>,
}

/// Reads an argument list, program included. `origin` is where the command stands.
pub fn read(items: &[Item], origin: &Origin, repository: &Repository<'_>) -> Reading {
    read_with(items, origin, repository, &Defaults::default())
}

/// Reads an argument list where the configuration or the environment says more.
pub fn read_with(items: &[Item], origin: &Origin, repository: &Repository<'_>, defaults: &Defaults) -> Reading {
    // A single unknown word may be the workload's name. Where the list has another candidate, it may be any flag.
    let first = Reader::run(items, repository, true);
    let mut state = if first.name_clash { Reader::run(items, repository, false) } else { first };
    defaults.apply(&mut state);
    finish(state, origin, repository.context)
}

/// True for texts that start the gcloud program.
pub fn is_gcloud(text: &str) -> bool {
    let base = text.rsplit(['/', '\\']).next().unwrap_or(text);
    matches!(base, "gcloud" | "gcloud.cmd" | "gcloud.exe" | "gcloud.ps1")
}

/// A workload's name, and the project that a full name (`namespaces/P/services/NAME`) says.
fn full_name(name: Fact<String>) -> (Fact<String>, Option<Fact<String>>) {
    let Fact::Known(text, origin) = name else { return (name, None) };
    match text.split('/').collect::<Vec<_>>().as_slice() {
        [_] => (Fact::Known(text, origin), None),
        ["namespaces", project, "services" | "jobs", short] => {
            let project = Fact::Known((*project).to_owned(), origin.clone());
            (Fact::Known((*short).to_owned(), origin), Some(project))
        }
        _ => {
            let unknown =
                Fact::unknown(Why::at(WhyKind::Unsupported, "this name of a workload is not evaluated", origin));
            (unknown.clone(), Some(unknown))
        }
    }
}

fn finish(mut state: State, origin: &Origin, context: &NameContext) -> Reading {
    // Knative on a cluster is no Cloud Run.
    let elsewhere = state.uses.given("--platform").and_then(|words| words.last()).and_then(|word| word.text());
    if state.other || !state.program || elsewhere.is_some_and(|platform| matches!(&*platform, "gke" | "kubernetes")) {
        return Reading::Other;
    }
    let Some(spec) = state.spec else {
        return if state.undecidable.is_empty() { Reading::Other } else { Reading::Undecidable(state.undecidable) };
    };
    if !state.undecidable.is_empty() {
        return Reading::Undecidable(state.undecidable);
    }
    if let Some((text, place)) = state.refusal(spec, origin) {
        return Reading::Refused(Box::new(RefusedCommand {
            origin: origin.clone(),
            tool: "gcloud".to_owned(),
            action: spec.words.to_owned(),
            text,
            place,
            guards: Vec::new(),
        }));
    }
    if state.name == Name::Missing && (!state.unsure.is_empty() || state.uses.is_open()) {
        let whys = state.doubts.iter().chain(state.uses.whys());
        state.name = Name::Unknown(whys.cloned().collect());
    }
    if let Some(action) = spec.words.strip_prefix(connectors::GROUP) {
        let action = match action {
            "create" => ConnectorAction::Create,
            "update" => ConnectorAction::Update,
            _ => ConnectorAction::Delete,
        };
        return Reading::Connector(Box::new(connectors::command(&state, action, origin, context)));
    }
    let name = match &state.name {
        Name::Missing => Fact::Absent(origin.clone()),
        Name::Given(word) => word.fact(),
        Name::Unknown(whys) => Fact::Unknown(whys.clone()),
    };
    let (project, region) = (state.uses.text("--project", origin), state.uses.text("--region", origin));
    let (short, own_project) = full_name(name.clone());
    let project = own_project.unwrap_or(project);
    let kind = match spec.words {
        words if words.starts_with("run jobs") => WorkloadKind::Job,
        words if words.starts_with("run worker-pools") => WorkloadKind::WorkerPool,
        _ => WorkloadKind::Service,
    };
    let action = spec.words.to_owned();
    if action.ends_with(" replace") {
        let project = state.uses.text("--project", origin);
        let assumes = state.assumes.clone();
        let manifest = ManifestCommand { origin: origin.clone(), action, kind, file: name, project, region, assumes };
        return Reading::Manifest(Box::new(manifest));
    }
    let deploy = |region: Fact<String>| {
        let names = name_context(&project, &region, context);
        DeployCommand {
            origin: origin.clone(),
            tool: "gcloud".to_owned(),
            action: action.clone(),
            kind,
            name: short.clone(),
            connector: state.connector(origin, &names),
            egress: state.egress(origin),
            interfaces: state.interfaces(origin, &names),
            traffic: state.traffic(origin),
            project: project.clone(),
            region,
            guards: state.asks(origin),
            assumes: state.assumes.clone(),
        }
    };
    if action == "functions deploy" {
        return functions::reading(&state, deploy(region), origin);
    }
    match state.uses.fact("--regions", origin) {
        Fact::Known(list, place) if state.uses.given("--regions").is_some() => {
            let regions = lists::split(&list).into_iter();
            Reading::Several(regions.map(|region| deploy(Fact::Known(region, place.clone()))).collect())
        }
        Fact::Unknown(whys) if region.is_absent() => Reading::Deploy(Box::new(deploy(Fact::Unknown(whys)))),
        _ => Reading::Deploy(Box::new(deploy(region))),
    }
}

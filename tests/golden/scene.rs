//! A declaration beside a live state, and how the two are judged.

use std::collections::BTreeMap;
use std::path::Path;

use gcp_drift::checks::{Limits, Scene, registry};
use gcp_drift::config::Config;
use gcp_drift::finding::Part;
use gcp_drift::model::{DeployDeclarations, Evidence, Excerpts, LiveState, NameContext};
use gcp_drift::{deploy, live, reconcile, terraform};
use serde_json::{Value, json};

pub const PROJECT: &str = "shop-staging";
pub const NUMBER: &str = "420000000001";
pub const REGION: &str = "us-central1";

/// What has to come of a case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// No finding, and nothing that is not checked.
    Equal,
    /// One finding of this rule that nothing else causes.
    Drift(&'static str),
    /// No finding, and this rule is not checked.
    Open(&'static str),
}

/// One pair.
pub struct Case {
    /// `equal 7`, `drift 3b`.
    pub number: &'static str,
    pub words: &'static str,
    pub verdict: Verdict,
    /// Terraform, beside the provider.
    pub declared: String,
    /// A script that deploys, where there is one.
    pub script: Option<String>,
    pub live: Live,
}

/// The answers of the APIs: everything is answered, and empty unless it is filled.
#[derive(Clone, Default)]
pub struct Live {
    items: BTreeMap<&'static str, Vec<Value>>,
    denied: Vec<&'static str>,
    elsewhere: Vec<Value>,
}

const OF_REGION: [&str; 5] = ["run.services", "run.revisions", "run.jobs", "run.workerPools", "vpcaccess.connectors"];
const OF_PROJECT: [&str; 10] = [
    "compute.networks",
    "compute.subnetworks",
    "compute.firewalls",
    "compute.routes",
    "compute.routers",
    "compute.addresses",
    "compute.globalAddresses",
    "sqladmin.instances",
    "redis.instances",
    "redis.clusters",
];

/// Every network that a case asks for private connections of.
const NETWORKS: [&str; 3] = ["shop", "default", "other"];

impl Live {
    /// Adds an item of a collection.
    pub fn with(mut self, api: &'static str, item: Value) -> Self {
        self.items.entry(api).or_default().push(item);
        self
    }

    /// Refuses a collection.
    pub fn denied(mut self, api: &'static str) -> Self {
        self.denied.push(api);
        self
    }

    /// Adds a whole answer.
    pub fn answer(mut self, answer: Value) -> Self {
        self.elsewhere.push(answer);
        self
    }

    /// The first item of a collection.
    pub fn item(&self, api: &str) -> Value {
        self.items[api][0].clone()
    }

    fn state(&self) -> Value {
        let mut answers = Vec::new();
        let mut add = |api: &'static str, region: Option<&str>, of: Option<String>, items: Vec<Value>| {
            let denied = self.denied.contains(&api);
            let (status, items) = if denied { ("denied", Vec::new()) } else { ("answered", items) };
            let mut answer = json!({ "api": api, "project": PROJECT, "status": status, "items": items });
            if let Some(region) = region {
                answer["region"] = region.into();
            }
            if let Some(of) = of {
                answer["of"] = of.into();
            }
            answers.push(answer);
        };
        let items = |api: &str| self.items.get(api).cloned().unwrap_or_default();
        for api in OF_REGION {
            add(api, Some(REGION), None, items(api));
        }
        for api in OF_PROJECT {
            add(api, None, None, items(api));
        }
        for network in NETWORKS {
            let of = format!("projects/{PROJECT}/global/networks/{network}");
            let own = items("servicenetworking.connections");
            let own =
                own.into_iter().filter(|item| item["network"].as_str().unwrap().ends_with(&format!("/{network}")));
            add("servicenetworking.connections", None, Some(of), own.collect());
        }
        answers.extend(self.elsewhere.iter().cloned());
        json!({
            "format": "gcp-drift/live-state",
            "version": 1,
            "project_numbers": { PROJECT: NUMBER, "shop-prod": "420000000002" },
            "answers": answers,
        })
    }
}

impl Case {
    fn new(number: &'static str, words: &'static str, verdict: Verdict, declared: &str, live: Live) -> Self {
        Self { number, words, verdict, declared: declared.to_owned(), script: None, live }
    }

    pub fn equal(number: &'static str, words: &'static str, declared: &str, live: Live) -> Self {
        Self::new(number, words, Verdict::Equal, declared, live)
    }

    pub fn drift(number: &'static str, words: &'static str, rule: &'static str, declared: &str, live: Live) -> Self {
        Self::new(number, words, Verdict::Drift(rule), declared, live)
    }

    pub fn open(number: &'static str, words: &'static str, rule: &'static str, declared: &str, live: Live) -> Self {
        Self::new(number, words, Verdict::Open(rule), declared, live)
    }

    /// Writes the case as a repository.
    pub fn write(&self, folder: &Path) {
        let provider = format!("provider \"google\" {{\n  project = \"{PROJECT}\"\n  region  = \"{REGION}\"\n}}\n\n");
        let config = format!(
            "project = \"{PROJECT}\"\nregions = [\"{REGION}\"]\n\n[project_numbers]\n{PROJECT} = \"{NUMBER}\"\nshop-prod = \"420000000002\"\n\n[live]\nsource = \"snapshot:state.json\"\n\n[environments]\nstaging = [\"{PROJECT}\"]\nproduction = [\"shop-prod\"]\n"
        );
        std::fs::write(folder.join("main.tf"), provider + &self.declared).unwrap();
        std::fs::write(folder.join("gcp-drift.toml"), config).unwrap();
        std::fs::write(folder.join("state.json"), self.live.state().to_string()).unwrap();
        if let Some(script) = &self.script {
            std::fs::write(folder.join("deploy.sh"), script).unwrap();
        }
    }

    /// Judges the case as `check --only vpc` does.
    pub fn judge(&self) -> registry::Judged {
        let folder = tempfile::TempDir::new().unwrap();
        self.write(folder.path());
        let config: Config = {
            let text = std::fs::read_to_string(folder.path().join("gcp-drift.toml")).unwrap();
            gcp_drift::config::parse("gcp-drift.toml", &text, &[]).unwrap()
        };
        let numbers: BTreeMap<String, String> =
            config.project_numbers.iter().map(|(id, number)| (number.clone(), id.clone())).collect();
        let context = NameContext { project_numbers: numbers, ..NameContext::new(Some(PROJECT), Some(REGION)) };
        let excerpts = Excerpts::default();
        let options = terraform::Options {
            config: &config.terraform,
            project: Some(PROJECT),
            project_numbers: &context.project_numbers,
            observed: &[],
            environment: &BTreeMap::new(),
        };
        let declared = terraform::load(folder.path(), &options, &excerpts).declarations();
        let deploy = match &self.script {
            Some(_) => deploy::declarations(folder.path(), &config.deploy, &context, &excerpts),
            None => DeployDeclarations::default(),
        };
        let state: LiveState = serde_json::from_value(self.live.state()).unwrap();
        let evidence = Evidence {
            terraform: declared,
            deploy,
            inventory: live::inventory(&state),
            live: Some(state),
            ..Evidence::default()
        };
        let reconciled = reconcile::reconcile(&evidence, &context);
        let limits = Limits { max_files: 1000, max_seconds: 1000.0 };
        let scene = Scene { evidence: &evidence, reconciled: &reconciled, limits, environments: &config.environments };
        let settings = registry::Settings { only: [Part::Vpc].into(), ..registry::Settings::default() };
        registry::judge(&scene, Vec::new(), &settings)
    }
}

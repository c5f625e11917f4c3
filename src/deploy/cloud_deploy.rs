//! Cloud Deploy pipelines and Skaffold configurations: which manifests they apply to where.
//!
//! Each stage of a pipeline applies the manifests of the Skaffold configuration, with the stage's profiles, to its
//! target. A Skaffold configuration that no pipeline uses is applied by `skaffold` itself.
//!
//! Sources: "Configuration schema reference" of Cloud Deploy's documentation, "Google Cloud Run" and "skaffold.yaml" of
//! Skaffold's.

use super::manifest::{Applied, Document, declare, documents};
use super::pipeline::{Place, Sink};
use super::repository::{Repository, resolve};
use super::yaml::{Node, Text};
use crate::model::{DeployDeclarations, Fact, Origin, SourceFile, Why, WhyKind, redact};

/// A document and its file.
struct Part {
    place: Place,
    node: Node,
}

impl Part {
    fn word(&self, path: &[&str]) -> Option<&str> {
        self.node.at(path).and_then(Node::word)
    }
}

/// How deep targets of several targets are followed.
const MAX_DEPTH: usize = 5;

/// Reads the pipelines and Skaffold configurations of a repository.
pub fn read(files: &[SourceFile], repository: &Repository<'_>, declarations: &mut DeployDeclarations) {
    let mut sink = Sink { repository, declarations };
    let mut parts = Vec::new();
    for file in files {
        let place = Place::new(file);
        for node in documents(&mut sink, &place).unwrap_or_default() {
            parts.push(Part { place: place.clone(), node });
        }
    }
    let of = |kind: &str| -> Vec<&Part> { parts.iter().filter(|part| part.word(&["kind"]) == Some(kind)).collect() };
    let is_skaffold = |part: &&Part| part.word(&["apiVersion"]).is_some_and(|version| version.starts_with("skaffold/"));
    let skaffolds: Vec<&Part> = parts.iter().filter(is_skaffold).collect();
    let targets = of("Target");
    let mut used: Vec<String> = Vec::new();
    for pipeline in of("DeliveryPipeline") {
        let Some(configs) = configs_of(&mut sink, pipeline, &skaffolds) else { continue };
        used.extend(configs.iter().map(|config| config.place.file.path().to_string()));
        for stage in pipeline.node.at(&["serialPipeline", "stages"]).map(Node::elements).unwrap_or_default() {
            let Some(id) = stage.get("targetId").and_then(Node::text) else { continue };
            let profiles: Vec<&Text> =
                stage.get("profiles").map(Node::elements).unwrap_or_default().iter().filter_map(Node::text).collect();
            for (project, region) in locations(&mut sink, pipeline, &targets, id, 0) {
                let name = pipeline.word(&["metadata", "name"]).unwrap_or("?");
                let applied = Applied {
                    origin: Some(pipeline.place.of(id)),
                    tool: "cloud-deploy",
                    action: format!(
                        "Cloud Deploy pipeline {} to {}",
                        redact::identifier(name),
                        redact::identifier(&id.value)
                    ),
                    project: Some(project),
                    region: Some(region),
                    guards: Vec::new(),
                    assumes: Vec::new(),
                };
                for config in &configs {
                    manifests(&mut sink, config, &profiles, &applied);
                }
            }
        }
    }
    for config in skaffolds.iter().filter(|config| !used.contains(&config.place.file.path().to_string())) {
        alone(&mut sink, config);
    }
}

/// The Skaffold configurations of a pipeline: those beside it, or the only ones.
fn configs_of<'p>(sink: &mut Sink<'_>, pipeline: &Part, all: &[&'p Part]) -> Option<Vec<&'p Part>> {
    let beside: Vec<&Part> =
        all.iter().copied().filter(|config| config.place.folder() == pipeline.place.folder()).collect();
    if !beside.is_empty() {
        return Some(beside);
    }
    let mut files: Vec<&str> = all.iter().map(|config| config.place.file.path().as_str()).collect();
    files.dedup();
    if files.len() == 1 {
        return Some(all.to_vec());
    }
    let what = if files.is_empty() {
        "no Skaffold configuration is found for"
    } else {
        "which Skaffold configuration belongs to it is not known:"
    };
    let name = redact::identifier(pipeline.word(&["metadata", "name"]).unwrap_or("?"));
    let why =
        Why::at(WhyKind::Unsupported, format!("{what} the pipeline {name}"), pipeline.place.of_node(&pipeline.node));
    sink.incomplete(why);
    None
}

/// Projects and regions of a target that is Cloud Run.
fn locations(
    sink: &mut Sink<'_>,
    pipeline: &Part,
    targets: &[&Part],
    id: &Text,
    depth: usize,
) -> Vec<(Fact<String>, Fact<String>)> {
    let Some(target) = targets.iter().find(|target| target.word(&["metadata", "name"]) == Some(&id.value)) else {
        let text = format!("the target {} is not in the repository", redact::identifier(&id.value));
        sink.incomplete(pipeline.place.why(WhyKind::ModuleUnavailable, text, id));
        return Vec::new();
    };
    if let Some(several) = target.node.at(&["multiTarget", "targetIds"]).filter(|_| depth < MAX_DEPTH) {
        let ids = several.elements().iter().filter_map(Node::text);
        return ids.flat_map(|id| locations(sink, target, targets, id, depth + 1)).collect();
    }
    let Some(location) = target.node.at(&["run", "location"]).and_then(Node::text) else { return Vec::new() };
    let origin = target.place.of(location);
    let parts: Vec<&str> = location.value.split('/').collect();
    match parts.as_slice() {
        ["projects", project, "locations", region] if !location.value.contains(['$', '{', '%', '<']) => {
            let known = |text: &str| Fact::Known(text.to_owned(), origin.clone());
            vec![(known(project), known(region))]
        }
        _ => {
            let text = format!("`{}` is no location of Cloud Run", redact::identifier(&location.value));
            let unknown = || Fact::unknown(Why::at(WhyKind::Invalid, text.clone(), origin.clone()));
            vec![(unknown(), unknown())]
        }
    }
}

/// What a Skaffold configuration applies without a pipeline: as it is, and with each profile.
fn alone(sink: &mut Sink<'_>, config: &Part) {
    let profiles = config.node.get("profiles").map(Node::elements).unwrap_or_default();
    let common = config.node.at(&["deploy", "cloudrun"]);
    let target = |node: &Node, key: &str| match node.get(key).and_then(Node::text) {
        Some(text) => Some(Fact::Known(text.value.clone(), config.place.of(text))),
        None => common
            .and_then(|common| common.get(key))
            .and_then(Node::text)
            .map(|text| Fact::Known(text.value.clone(), config.place.of(text))),
    };
    let applied = |node: &Node, origin: Origin| Applied {
        origin: Some(origin),
        tool: "skaffold",
        action: "skaffold deploy".to_owned(),
        project: target(node, "projectid"),
        region: target(node, "region"),
        guards: Vec::new(),
        assumes: Vec::new(),
    };
    if let Some((name, common)) = config.node.get("deploy").and_then(|deploy| deploy.entry("cloudrun")) {
        manifests(sink, config, &[], &applied(common, config.place.of(name)));
    }
    for profile in profiles {
        let Some(name) = profile.get("name").and_then(Node::text) else { continue };
        let own = profile.at(&["deploy", "cloudrun"]);
        let changes = own.is_some() || common.is_some() && profile.get("manifests").is_some();
        if let Some(node) = own.or(common).filter(|_| changes) {
            let guard = config.place.guard(&format!("profile: {}", name.value), name.range.clone());
            let applied = Applied { guards: vec![guard], ..applied(node, config.place.of(name)) };
            manifests(sink, config, &[name], &applied);
        }
    }
}

/// Adds what applying a configuration's manifests does.
fn manifests(sink: &mut Sink<'_>, config: &Part, active: &[&Text], applied: &Applied) {
    let (place, node) = (&config.place, &config.node);
    let profiles = node.get("profiles").map(Node::elements).unwrap_or_default();
    let active: Vec<&Node> = profiles
        .iter()
        .filter(|profile| active.iter().any(|name| profile.get("name").and_then(Node::word) == Some(&name.value)))
        .collect();
    for profile in &active {
        if let Some((name, _)) = profile.entry("patches") {
            sink.incomplete(place.why(WhyKind::Unsupported, "patches of a profile are not evaluated", name));
            return;
        }
    }
    // A profile's list replaces that of the configuration.
    let of = |key: &str| {
        let own = active.iter().rev().find_map(|profile| profile.get("manifests").and_then(|own| own.entry(key)));
        own.or_else(|| node.get("manifests").and_then(|own| own.entry(key)))
    };
    for key in ["kustomize", "helm", "kpt", "transform", "remoteManifests"] {
        if let Some((name, _)) = of(key) {
            let text = format!("manifests that {key} makes are not evaluated");
            sink.incomplete(place.why(WhyKind::Unsupported, text, name));
        }
    }
    for name in of("rawYaml").map(|(_, list)| list.elements()).unwrap_or_default().iter().filter_map(Node::text) {
        if name.value.contains(['*', '?', '[', '{', '$']) || name.value.contains("://") {
            let text = format!("which files {} means is not evaluated", redact::identifier(&name.value));
            sink.incomplete(place.why(WhyKind::Unsupported, text, name));
            continue;
        }
        let folder = place.folder().to_owned();
        let Some(path) = resolve(&folder, &name.value) else { continue };
        let file = match sink.repository.file(&path) {
            Ok(file) => file,
            Err(refusal) => {
                sink.incomplete(refusal.at(place.of(name)));
                continue;
            }
        };
        sink.repository.apply(&path);
        let manifest = Place::new(&file);
        for node in documents(sink, &manifest).unwrap_or_default() {
            if let Some(document) = Document::of(&manifest, &node) {
                declare(sink, &document, applied);
            }
        }
    }
}

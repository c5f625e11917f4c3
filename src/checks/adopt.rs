//! The configuration that adopts what is live: an `import` block (Terraform 1.5) and the resource as it is.
//!
//! Import ids are those of the provider's documentation. A workload has no resource block here: its containers are not
//! read, and a block without them would take them away.

use super::Scene;
use super::edits::{Literal, label, new_file, quoted};
use crate::model::{
    Connector, ConnectorName, Declared, DeclaredSource, Fact, Resource, ResourceId, ResourceKind, Setting,
    WorkloadKind, WorkloadName,
};

/// A new file of a root module.
pub struct Adoption {
    /// The address that the resource gets.
    pub address: String,
    /// The root module's folder.
    pub root: String,
    /// The file, relative to the repository.
    pub path: String,
    /// The diff that makes the file.
    pub diff: String,
}

/// What adopts a connector; `None` where something that it has to say is not known.
pub fn connector(scene: &Scene<'_>, name: &ConnectorName, live: &Connector) -> Option<Adoption> {
    let own = &scene.evidence.terraform.connectors;
    let beside = own
        .iter()
        .find(|own| own.value.name.known().is_some_and(|own| own.project == name.project && own.region == name.region));
    let mut lines = vec![("project", text(&name.project)), ("name", text(&name.name)), ("region", text(&name.region))];
    let mut block = String::new();
    match &live.subnet {
        // The API answers with the network of the subnetwork too, and takes only one of them.
        Fact::Known(subnet, _) => {
            block = format!(
                "\n  subnet {{\n    name       = {}\n    project_id = {}\n  }}\n",
                quoted(&subnet.name),
                quoted(&subnet.project)
            );
        }
        Fact::Absent(_) => {
            let network = live.network.known().filter(|network| network.project == name.project)?;
            lines.push(("network", text(&network.name)));
            lines.push(("ip_cidr_range", text(&live.ip_cidr_range.known()?.to_string())));
        }
        Fact::Unknown(_) => return None,
    }
    lines.push(("machine_type", text(live.machine_type.known()?)));
    let numbers = |pair: [(&'static str, &Fact<i64>); 2]| {
        let known = pair.map(|(name, fact)| fact.known().map(|value| (name, Literal::Number(*value))));
        known.into_iter().collect::<Option<Vec<_>>>()
    };
    // Two views of one quantity: the provider takes one of them.
    let instances = numbers([("min_instances", &live.min_instances), ("max_instances", &live.max_instances)]);
    let throughput = numbers([("min_throughput", &live.min_throughput), ("max_throughput", &live.max_throughput)]);
    lines.extend(instances.or(throughput)?);
    let place =
        Place { kind: "google_vpc_access_connector", word: "connector", short: &name.name, id: name.to_string() };
    Some(place.adoption(
        scene,
        beside.map(|own| &own.source),
        |label| is_taken(own, place.kind, label),
        Some((lines, block)),
    ))
}

/// What adopts a firewall rule; `None` where something that it has to say is not known.
pub fn firewall(scene: &Scene<'_>, id: &ResourceId, live: &Resource) -> Option<Adoption> {
    let own: Vec<&Declared<Resource>> =
        scene.evidence.terraform.resources.iter().filter(|own| own.value.kind == ResourceKind::Firewall).collect();
    let beside = own.iter().find(|own| own.value.id.known().is_some_and(|own| own.project == id.project));
    let mut lines = vec![("project", text(&id.project)), ("name", text(&id.short))];
    let mut blocks = String::new();
    let fields = [
        "network",
        "direction",
        "priority",
        "disabled",
        "allow",
        "deny",
        "source_ranges",
        "destination_ranges",
        "source_tags",
        "target_tags",
        "source_service_accounts",
        "target_service_accounts",
    ];
    for field in fields {
        match (field, live.settings.get(field)) {
            (_, None | Some(Fact::Absent(_))) => {}
            (_, Some(Fact::Unknown(_))) => return None,
            ("allow" | "deny", Some(Fact::Known(Setting::Set(layers), _))) => {
                blocks.extend(layers.iter().map(|layer| layer4(field, layer)));
            }
            (_, Some(Fact::Known(setting, _))) => lines.push((field, setting.into())),
        }
    }
    let place = Place { kind: "google_compute_firewall", word: "firewall", short: &id.short, id: id.full.clone() };
    Some(place.adoption(
        scene,
        beside.map(|own| &own.source),
        |label| is_taken(own.iter().copied(), place.kind, label),
        Some((lines, blocks)),
    ))
}

/// What imports a workload, whose configuration Terraform then writes itself.
pub fn workload(scene: &Scene<'_>, name: &WorkloadName) -> Adoption {
    let own = &scene.evidence.terraform.workloads;
    let beside = own
        .iter()
        .find(|own| own.value.name.known().is_some_and(|own| own.project == name.project && own.region == name.region));
    let kind = match name.kind {
        WorkloadKind::Service => "google_cloud_run_v2_service",
        WorkloadKind::Job => "google_cloud_run_v2_job",
        WorkloadKind::WorkerPool => "google_cloud_run_v2_worker_pool",
    };
    let place = Place { kind, word: name.kind.word(), short: &name.name, id: name.to_string() };
    place.adoption(scene, beside.map(|own| &own.source), |label| is_taken(own, kind, label), None)
}

fn text(text: &str) -> Literal {
    Literal::Text(text.to_owned())
}

/// `allow` or `deny` from a protocol with its ports, such as `tcp:80,8000-8080`.
fn layer4(field: &str, layer: &str) -> String {
    let (protocol, ports) = layer.split_once(':').map_or((layer, None), |(protocol, ports)| (protocol, Some(ports)));
    let mut block = format!("\n  {field} {{\n    protocol = {}\n", quoted(protocol));
    if let Some(ports) = ports {
        let ports = Literal::List(ports.split(',').map(str::to_owned).collect());
        block.push_str(&format!("    ports    = {ports}\n"));
    }
    block.push_str("  }\n");
    block
}

/// True for the label of a block of a type that stands in a root module itself.
fn is_taken<'a, T: 'a>(declared: impl IntoIterator<Item = &'a Declared<T>>, kind: &str, label: &str) -> bool {
    let is_it = |address: &str| {
        let own = address.strip_prefix(kind).and_then(|rest| rest.strip_prefix('.')).map(|rest| rest.split('[').next());
        own.flatten() == Some(label)
    };
    declared.into_iter().any(|own| match &own.source {
        DeclaredSource::Terraform { address, .. } => is_it(address),
        DeclaredSource::Deploy { .. } => false,
    })
}

struct Place<'a> {
    /// The resource's type.
    kind: &'static str,
    /// The word in the file's name.
    word: &'a str,
    short: &'a str,
    /// The import id.
    id: String,
}

/// The arguments of a resource and the blocks in it.
type Content = (Vec<(&'static str, Literal)>, String);

impl Place<'_> {
    fn adoption(
        &self,
        scene: &Scene<'_>,
        beside: Option<&DeclaredSource>,
        is_taken: impl Fn(&str) -> bool,
        content: Option<Content>,
    ) -> Adoption {
        let root = match beside {
            Some(DeclaredSource::Terraform { root, .. }) => root.as_str(),
            _ => scene.evidence.terraform.roots.first().map_or(".", String::as_str),
        };
        let label = label(self.short, is_taken);
        let address = format!("{}.{label}", self.kind);
        let mut file = format!("import {{\n  to = {address}\n  id = {}\n}}\n", quoted(&self.id));
        if let Some((lines, blocks)) = content {
            let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
            file.push_str(&format!("\nresource {} {} {{\n", quoted(self.kind), quoted(&label)));
            for (name, value) in lines {
                file.push_str(&format!("  {name:<width$} = {value}\n"));
            }
            file.push_str(&blocks);
            file.push_str("}\n");
        }
        let name = format!("adopt_{}_{label}.tf", self.word.replace('-', "_"));
        let path = if matches!(root, "." | "") { name } else { format!("{}/{name}", root.trim_end_matches('/')) };
        Adoption { diff: new_file(&path, &file), address, root: root.to_owned(), path }
    }
}

//! A network is named by a literal text, and nothing declares it, although the repository declares networks of its
//! project.
//!
//! It is a hint: a network may exist without a declaration. So it is silent wherever some network's name is not known.

use std::collections::BTreeMap;

use super::{Check, Scene};
use crate::finding::{Baseline, Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::{Fact, NetworkName, NetworkUse};

/// The rule.
pub static RULE: Rule =
    Rule::new("network-undeclared", Part::Vpc, Severity::Low, "a network that is named by a text is declared nowhere");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&RULE], judge);

/// The network that every project has unless somebody deletes it.
const DEFAULT: &str = "default";

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let terraform = &scene.evidence.terraform;
    let names: Vec<&Fact<NetworkName>> = terraform.networks.iter().map(|declared| &declared.value.name).collect();
    let is_open = names.iter().copied().chain(&terraform.networks_elsewhere).any(Fact::is_unknown);
    if !terraform.judged || is_open || !terraform.incomplete.is_empty() {
        return vec![Verdict::NotApplicable];
    }
    let declared: Vec<&NetworkName> = names.into_iter().filter_map(Fact::known).collect();
    let elsewhere: Vec<&NetworkName> = terraform.networks_elsewhere.iter().filter_map(Fact::known).collect();
    let mut uses: BTreeMap<&NetworkName, Vec<&NetworkUse>> = BTreeMap::new();
    for own in &terraform.network_uses {
        uses.entry(&own.network).or_default().push(own);
    }
    uses.into_iter().map(|(network, uses)| one(network, &uses, &declared, &elsewhere)).collect()
}

fn one(network: &NetworkName, uses: &[&NetworkUse], declared: &[&NetworkName], elsewhere: &[&NetworkName]) -> Verdict {
    let here: Vec<&str> =
        declared.iter().filter(|own| own.project == network.project).map(|own| own.name.as_str()).collect();
    if network.name == DEFAULT || here.is_empty() {
        return Verdict::NotApplicable;
    }
    if declared.contains(&network) || elsewhere.contains(&network) {
        return Verdict::Clean;
    }
    let subject = Subject::cloud("network", &network.name, &network.project, None);
    let title = format!(
        "network {} is named, and nothing declares it; declared in {}: {}",
        network.name,
        network.project,
        here.join(", ")
    );
    let mut builder = Finding::builder(&RULE, subject, title)
        .baseline(Baseline::Terraform)
        .why("where it is another name of a declared network, a connector or service ends up in another network");
    for own in uses {
        let source = format!("{} {}", own.address, own.field);
        builder = builder.declared(Some(network.to_string()), source, own.origin.clone());
    }
    if let Some(first) = uses.first() {
        let edit = "refer to the declared network, or read the other one with data \"google_compute_network\"";
        builder = builder.edit(edit, first.origin.clone());
    }
    builder.build().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Excerpts, Origin, RepoPath, SourceFile};

    fn origin() -> Origin {
        SourceFile::new(RepoPath::new("main.tf"), "network = 1", &Excerpts::default()).origin(0..7)
    }

    fn network(project: &str, name: &str) -> NetworkName {
        NetworkName { project: project.to_owned(), name: name.to_owned() }
    }

    #[test]
    fn only_a_name_beside_declared_ones_is_reported() {
        let declared = network("p", "n");
        let elsewhere = network("p", "old");
        let verdict = |named: &NetworkName, declared: &[&NetworkName]| {
            let own = NetworkUse {
                address: "google_compute_firewall.f".to_owned(),
                field: "network".to_owned(),
                network: named.clone(),
                origin: origin(),
            };
            one(named, &[&own], declared, &[&elsewhere])
        };
        let Verdict::Finding(finding) = verdict(&network("p", "m"), &[&declared]) else { panic!() };
        assert_eq!(finding.id, "network-undeclared:network/p/m");
        assert_eq!(verdict(&network("p", "n"), &[&declared]), Verdict::Clean);
        assert_eq!(verdict(&network("p", "old"), &[&declared]), Verdict::Clean);
        assert_eq!(verdict(&network("p", "default"), &[&declared]), Verdict::NotApplicable);
        assert_eq!(verdict(&network("host", "m"), &[&declared]), Verdict::NotApplicable);
        assert_eq!(verdict(&network("p", "m"), &[]), Verdict::NotApplicable);
    }
}

//! A network or subnetwork is declared for certain, the list in which it would stand was read in full, and it is not
//! there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use super::{Check, Scene, applying, gcloud_command};
use crate::finding::{Baseline, Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::{Api, Declared, DeclaredSource, Fact, NetworkName, SubnetworkName, Why, WhyKind};
use crate::reconcile::certain;

/// The rule for networks.
pub static NETWORK: Rule = Rule::new("network-missing", Part::Vpc, Severity::High, "a declared network is not live");
/// The rule for subnetworks.
pub static SUBNETWORK: Rule =
    Rule::new("subnetwork-missing", Part::Vpc, Severity::High, "a declared subnetwork is not live");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&NETWORK, &SUBNETWORK], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let (terraform, inventory) = (&scene.evidence.terraform, &scene.evidence.inventory);
    if scene.evidence.live.is_none() {
        return vec![Verdict::NotApplicable];
    }
    let networks = Kind {
        rule: &NETWORK,
        word: "network",
        live: inventory.networks.iter().map(|network| &network.name).collect(),
        listed: &|name: &NetworkName| inventory.coverage.answered_in_project(Api::ComputeNetworks, &name.project),
        subject: &|name: &NetworkName| Subject::cloud("network", &name.name, &name.project, None),
        place: &|name: &NetworkName| name.project.clone(),
        describe: &|name: &NetworkName| {
            format!("gcloud compute networks describe {} --project {}", name.name, name.project)
        },
        why: "no subnetwork, connector or interface can be in it: whatever names it fails to deploy",
    };
    let subnetworks = Kind {
        rule: &SUBNETWORK,
        word: "subnetwork",
        live: inventory.subnetworks.iter().map(|subnetwork| &subnetwork.name).collect(),
        listed: &|name: &SubnetworkName| {
            inventory.coverage.answered(Api::ComputeSubnetworks, &name.project, &name.region)
        },
        subject: &|name: &SubnetworkName| Subject::cloud("subnetwork", &name.name, &name.project, Some(&name.region)),
        place: &|name: &SubnetworkName| format!("{}/{}", name.project, name.region),
        describe: &|name: &SubnetworkName| {
            let SubnetworkName { project, region, name } = name;
            format!("gcloud compute networks subnets describe {name} --project {project} --region {region}")
        },
        why: "no connector or interface can be in it: whatever names it fails to deploy",
    };
    let mut verdicts = networks.judge(&terraform.networks, |network| &network.name);
    verdicts.extend(subnetworks.judge(&terraform.subnetworks, |subnetwork| &subnetwork.name));
    verdicts
}

/// What is missing: names of one kind, and how they are spoken of.
struct Kind<'a, N> {
    rule: &'static Rule,
    word: &'static str,
    live: BTreeSet<&'a N>,
    /// `Ok` where the list in which a name would stand was read in full.
    listed: &'a dyn Fn(&N) -> Result<(), Why>,
    subject: &'a dyn Fn(&N) -> Subject,
    place: &'a dyn Fn(&N) -> String,
    describe: &'a dyn Fn(&N) -> String,
    why: &'static str,
}

impl<N: Ord + Display> Kind<'_, N> {
    fn judge<T>(&self, declared: &[Declared<T>], name: impl Fn(&T) -> &Fact<N>) -> Vec<Verdict> {
        let mut named: BTreeMap<&N, Vec<&Declared<T>>> = BTreeMap::new();
        let mut verdicts = Vec::new();
        for own in declared {
            match name(&own.value) {
                Fact::Known(name, _) => named.entry(name).or_default().push(own),
                fact => {
                    let none = || Why::at(WhyKind::Invalid, "the declaration has no name", own.origin.clone());
                    let why = fact.whys().first().cloned().unwrap_or_else(none);
                    let subject = Subject::local(self.word, own.source.to_string());
                    verdicts.push(Verdict::not_checked(self.rule, subject, None, why));
                }
            }
        }
        verdicts.extend(named.into_iter().map(|(name, declared)| self.one(name, &declared)));
        verdicts
    }

    fn one<T>(&self, name: &N, declared: &[&Declared<T>]) -> Verdict {
        if self.live.contains(name) {
            return Verdict::Clean;
        }
        let not_checked = |why| Verdict::not_checked(self.rule, (self.subject)(name), None, why);
        if let Err(why) = (self.listed)(name) {
            return not_checked(why);
        }
        let mut doubt = None;
        for own in declared {
            match certain(&own.presence) {
                Ok(()) => return self.finding(name, declared),
                Err(why) => doubt = Some(why),
            }
        }
        doubt.map_or(Verdict::NotApplicable, not_checked)
    }

    fn finding<T>(&self, name: &N, declared: &[&Declared<T>]) -> Verdict {
        let subject = (self.subject)(name);
        let title = format!("{} {} is declared but not live in {}", self.word, subject.name, (self.place)(name));
        let mut builder = Finding::builder(self.rule, subject, title).baseline(Baseline::Terraform).why(self.why).live(
            None,
            name.to_string(),
            "",
        );
        builder = builder.apply(declared.first().and_then(|own| applying::creation(&own.source)));
        for own in declared {
            builder = builder.declared(Some(name.to_string()), own.source.to_string(), own.origin.clone());
        }
        if let Some(DeclaredSource::Terraform { address, root }) = declared.first().map(|own| &own.source) {
            builder = builder.command(gcloud_command::apply(root, address), (self.describe)(name), "");
        }
        builder.build().into()
    }
}

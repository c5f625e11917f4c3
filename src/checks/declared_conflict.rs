//! Terraform and a deploy command declare different VPC access for one workload: whoever runs last wins.

use super::expected::{after, first_why, shown, source_of};
use super::{Check, Scene};
use crate::finding::{Baseline, Finding, Part, Rule, Severity, Verdict};
use crate::model::{Change, Declared, DeployCommand, Fact, Presence, Spelled, Workload};
use crate::reconcile::{Comparison, WorkloadPair, certain, compare};

/// The rule.
pub static RULE: Rule = Rule::new(
    "declared-conflict",
    Part::Vpc,
    Severity::High,
    "Terraform and deploy config declare different VPC access for one workload",
);
/// The check.
pub static CHECK: Check = Check { rules: &[&RULE], judge };

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for pair in &scene.reconciled.workloads {
        for declared in &pair.terraform {
            for command in &pair.deploy {
                let both = Both { pair, declared, command };
                let vpc = &declared.value.vpc;
                verdicts.push(both.judge(
                    super::workload_connector_changed::FIELD,
                    &vpc.connector,
                    &command.connector,
                    "template.vpcAccess.connector",
                ));
                // Terraform that does not set egress accepts whatever is live: there is nothing to conflict with.
                if !vpc.egress.is_absent() {
                    verdicts.push(both.judge(
                        super::workload_egress_changed::FIELD,
                        &vpc.egress,
                        &command.egress,
                        "template.vpcAccess.egress",
                    ));
                }
            }
        }
    }
    verdicts
}

struct Both<'a> {
    pair: &'a WorkloadPair,
    declared: &'a Declared<Workload>,
    command: &'a DeployCommand,
}

impl Both<'_> {
    fn judge<T: PartialEq + Clone + ToString + std::fmt::Display>(
        &self,
        field: &'static str,
        terraform: &Fact<T>,
        change: &Change<Spelled<T>>,
        api_field: &str,
    ) -> Verdict {
        let Some(deploy) = after(change) else { return Verdict::NotApplicable };
        let not_checked = |why| Verdict::not_checked(&RULE, self.pair.subject.clone(), Some(field), why);
        match compare(terraform, &deploy) {
            Comparison::Same => Verdict::Clean,
            Comparison::Undecidable(_) if deploy.is_unknown() => not_checked(first_why(&deploy)),
            Comparison::Undecidable(why) => not_checked(why),
            Comparison::Different => match certain(&self.declared.presence) {
                Ok(()) => self.finding(field, terraform, &deploy, api_field),
                Err(why) => not_checked(why),
            },
        }
    }

    fn finding<T: Clone + ToString + std::fmt::Display>(
        &self,
        field: &'static str,
        terraform: &Fact<T>,
        deploy: &Fact<T>,
        api_field: &str,
    ) -> Verdict {
        let words = |fact: &Fact<T>| shown(fact).unwrap_or_else(|| "nothing".to_owned());
        let workload = &self.pair.subject.name;
        let title = format!(
            "{workload}: Terraform declares {field} {}, {} sets {}",
            words(terraform),
            source_of(self.command),
            words(deploy)
        );
        let condition = match self.command.presence() {
            Presence::Conditional(guards) => {
                let texts: Vec<String> = guards
                    .iter()
                    .map(|guard| if guard.negated { format!("not ({})", guard.text) } else { guard.text.clone() })
                    .collect();
                format!("; the command runs if {}", texts.join(" and "))
            }
            _ => String::new(),
        };
        let mut builder = Finding::builder(&RULE, self.pair.subject.clone(), title)
            .field(field)
            .baseline(Baseline::Terraform)
            .declared_fact(terraform, self.declared.source.to_string())
            .declared_fact(deploy, source_of(self.command))
            .why(format!("each deploy and each terraform apply turns the other's setting back{condition}"));
        if let (Some(live), Some(name)) = (self.pair.live.present(), &self.pair.name) {
            let value = if field.ends_with("egress") {
                shown(&live.workload.vpc.egress)
            } else {
                shown(&live.workload.vpc.connector)
            };
            builder = builder.live(value, name.to_string(), api_field);
        }
        if let Some(origin) = deploy.origin() {
            builder = builder.edit(format!("make the deploy config say {}", words(terraform)), origin.clone());
        }
        if let Some(origin) = terraform.origin() {
            builder = builder.edit(format!("or make Terraform say {}", words(deploy)), origin.clone());
        }
        builder.build().into()
    }
}

//! One file a check. A check declares its rules beside its code and returns verdicts; everything that happens to a
//! verdict afterwards stands in [`registry`].

pub mod adopt;
pub mod annotation_misplaced;
pub mod applying;
pub mod argument_invalid;
pub mod argument_missing;
pub mod argument_unsupported;
pub mod arguments_conflict;
pub mod attribute_dropped;
pub mod broken_imports;
pub mod causes;
pub mod collection_differs;
pub mod collection_error;
pub mod config_problems;
pub mod connector_changed;
pub mod connector_missing;
pub mod connector_not_ready;
pub mod connector_unmanaged;
pub mod connector_unreferenced;
pub mod critical_import_broken;
pub mod declaration_unreadable;
pub mod declared_conflict;
pub mod deploy_config_broken;
pub mod deploy_refused;
pub mod discovery;
pub mod edits;
pub mod exclusion_unused;
pub mod expected;
pub mod firewall_unmanaged;
pub mod gcloud_command;
pub mod health;
pub mod health_baseline_stale;
pub mod health_collection_broke;
pub mod health_critical_import_broke;
pub mod health_discovery;
pub mod health_rate_rose;
pub mod health_tests_lost;
pub mod marker_unregistered;
pub mod network_missing;
pub mod network_undeclared;
pub mod put_back;
pub mod pytest_config_invalid;
pub mod pytest_does_not_start;
pub mod python_syntax_error;
pub mod reference_undeclared;
pub mod registry;
pub mod resource_changed;
pub mod resource_missing;
pub mod resource_not_ready;
pub mod resource_type_unknown;
pub mod rollout_failed;
pub mod smoke_classes;
pub mod standing;
pub mod target_unreachable;
pub mod test_class_left_out;
pub mod test_file_unmatched;
pub mod test_file_without_tests;
pub mod test_module_duplicate;
pub mod traffic_on_stale_revision;
pub mod traffic_pinned;
pub mod unseen_region;
pub mod var_file_unused;
pub mod variable_problems;
pub mod variable_undeclared;
pub mod variable_validation_failed;
pub mod workload_connector_changed;
pub mod workload_connector_foreign;
pub mod workload_connector_missing;
pub mod workload_egress_changed;
pub mod workload_interfaces_changed;
pub mod workload_missing;
pub mod workload_unmanaged;

use std::collections::BTreeMap;

use crate::finding::{Part, Rule, Verdict};
use crate::model::Evidence;
use crate::reconcile::{Reconciled, WorkloadPair};

/// A check: the rules that it can report, and the function that judges them.
pub struct Check {
    /// Its rules.
    pub rules: &'static [&'static Rule],
    /// Judges the scene; one verdict a rule and subject.
    pub judge: OfScene,
    /// Judges a workload; the registry goes through them once, for all checks.
    pub workload: Option<OfWorkload>,
}

/// Judges all that a check looks at.
pub type OfScene = fn(&Scene<'_>) -> Vec<Verdict>;
/// Judges a workload.
pub type OfWorkload = fn(&Scene<'_>, &WorkloadPair<'_>) -> Vec<Verdict>;

impl Check {
    /// A check that looks at the scene as a whole.
    pub const fn of_scene(rules: &'static [&'static Rule], judge: OfScene) -> Self {
        Self { rules, judge, workload: None }
    }

    /// A check that looks at one workload after the other.
    pub const fn of_workloads(rules: &'static [&'static Rule], workload: OfWorkload) -> Self {
        Self { rules, judge: |_| Vec::new(), workload: Some(workload) }
    }

    /// The same, with what is said of the scene as a whole.
    pub const fn and_of_scene(self, judge: OfScene) -> Self {
        Self { judge, ..self }
    }

    /// The part of the report that its verdicts count in.
    pub fn part(&self) -> Part {
        self.rules.first().map_or(Part::Vpc, |rule| rule.part)
    }
}

/// What checks may look at.
pub struct Scene<'a> {
    /// Everything that was read.
    pub evidence: &'a Evidence,
    /// Declared and live, paired.
    pub reconciled: &'a Reconciled<'a>,
    /// Configured limits.
    pub limits: Limits,
    /// Environment → the projects that belong to it, as configured.
    pub environments: &'a BTreeMap<String, Vec<String>>,
}

/// Configured limits of test discovery.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Most test files that broad discovery may find.
    pub max_files: usize,
    /// Most seconds that discovery may take.
    pub max_seconds: f64,
}

/// Every check, in the order of the report's parts.
pub static ALL: &[&Check] = &[
    &connector_missing::CHECK,
    &connector_unmanaged::CHECK,
    &connector_changed::CHECK,
    &connector_not_ready::CHECK,
    &network_missing::CHECK,
    &resource_missing::CHECK,
    &resource_changed::CHECK,
    &resource_not_ready::CHECK,
    &firewall_unmanaged::CHECK,
    &workload_missing::CHECK,
    &workload_unmanaged::CHECK,
    &workload_connector_changed::CHECK,
    &workload_egress_changed::CHECK,
    &workload_interfaces_changed::CHECK,
    &workload_connector_missing::CHECK,
    &workload_connector_foreign::CHECK,
    &rollout_failed::CHECK,
    &traffic_pinned::CHECK,
    &traffic_on_stale_revision::CHECK,
    &target_unreachable::CHECK,
    &declared_conflict::CHECK,
    &deploy_refused::CHECK,
    &variable_validation_failed::CHECK,
    &variable_undeclared::CHECK,
    &attribute_dropped::CHECK,
    &var_file_unused::CHECK,
    &declaration_unreadable::CHECK,
    &deploy_config_broken::CHECK,
    &argument_unsupported::CHECK,
    &argument_missing::CHECK,
    &arguments_conflict::CHECK,
    &argument_invalid::CHECK,
    &reference_undeclared::CHECK,
    &resource_type_unknown::CHECK,
    &annotation_misplaced::CHECK,
    &connector_unreferenced::CHECK,
    &network_undeclared::CHECK,
    &broken_imports::CHECK,
    &critical_import_broken::CHECK,
    &python_syntax_error::CHECK,
    &discovery::CHECK,
    &pytest_config_invalid::CHECK,
    &marker_unregistered::CHECK,
    &pytest_does_not_start::CHECK,
    &collection_error::CHECK,
    &test_module_duplicate::CHECK,
    &test_file_unmatched::CHECK,
    &test_file_without_tests::CHECK,
    &test_class_left_out::CHECK,
    &exclusion_unused::CHECK,
    &collection_differs::CHECK,
    &smoke_classes::CHECK,
    &health_discovery::CHECK,
    &health_critical_import_broke::CHECK,
    &health_tests_lost::CHECK,
    &health_rate_rose::CHECK,
    &health_collection_broke::CHECK,
    &health_baseline_stale::CHECK,
];

/// Every rule of every check, in that order, then the rules of the registry itself.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    ALL.iter().flat_map(|check| check.rules.iter().copied()).chain(registry::RULES.iter().copied())
}

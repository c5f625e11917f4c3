//! There is more to discover than in the baseline, or discovery takes longer: two rules.

use super::health::{Comparison, save_again};
use super::{Check, Scene};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::WhyKind;
use crate::model::fact::Why;

/// More files.
pub static GREW: Rule =
    Rule::new("health-files-grew", Part::Health, Severity::Medium, "far more test files are discovered than before");
/// More time.
pub static SLOWER: Rule =
    Rule::new("health-discovery-slower", Part::Health, Severity::Medium, "discovery takes far longer than before");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&GREW, &SLOWER], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    match Comparison::of(scene) {
        Some(comparison) => vec![grew(comparison), slower(comparison)],
        None => vec![Verdict::NotApplicable],
    }
}

fn tree() -> Subject {
    Subject::local("tree", "tests")
}

fn grew(comparison: Comparison<'_>) -> Verdict {
    let before = comparison.before().discovery.broad_test_files;
    let now = comparison.now().discovery.broad_test_files;
    let factor = comparison.health.thresholds.file_growth;
    // Nothing has no multiple: a suite that begins is no degradation.
    if before == 0 || now as f64 <= before as f64 * factor {
        return Verdict::Clean;
    }
    Finding::builder(&GREW, tree(), format!("{now} test files are discovered; {before} were before"))
        .why(format!(
            "that is more than {factor} times {}; left after the exclusion patterns: {}",
            comparison.words(),
            comparison.now().discovery.test_files
        ))
        .edit(save_again("exclude the files that are not meant, in [tests] exclude"), None)
        .build()
        .into()
}

fn slower(comparison: Comparison<'_>) -> Verdict {
    let before = comparison.before().discovery.seconds;
    let now = comparison.now().discovery.seconds;
    let thresholds = &comparison.health.thresholds;
    if now <= thresholds.discovery_floor {
        return Verdict::Clean;
    }
    if before <= 0.0 {
        let why = Why::new(WhyKind::Invalid, "the baseline does not tell how long discovery took");
        return Verdict::not_checked(&SLOWER, tree(), None, why);
    }
    if now <= before * thresholds.discovery_slowdown {
        return Verdict::Clean;
    }
    let factor = thresholds.discovery_slowdown;
    Finding::builder(&SLOWER, tree(), format!("discovery takes more than {factor} times as long as before"))
        .why(format!("measured against {}; see the part's metrics for both durations", comparison.words()))
        .edit(save_again("exclude the folders that are not meant, in [tests] exclude"), None)
        .build()
        .into()
}

//! How much pytest would have to discover, and whether each category has tests: four rules over the same counts.

use super::{Check, Scene};
use crate::finding::{Finding, Part, Rule, Severity, Subject, Verdict};
use crate::model::{TestIndex, Why, WhyKind};

/// More test files than the limit.
pub static TOO_MANY: Rule = Rule::new(
    "discovery-too-many-files",
    Part::Discovery,
    Severity::Medium,
    "broad discovery finds too many test files",
);
/// Slower than the limit.
pub static TOO_SLOW: Rule =
    Rule::new("discovery-too-slow", Part::Discovery, Severity::Medium, "discovery takes longer than its limit");
/// More targeted files than the cap.
pub static CAP: Rule =
    Rule::new("discovery-cap-exceeded", Part::Discovery, Severity::Medium, "more test files than the cap allows");
/// A category without tests.
pub static CATEGORY_EMPTY: Rule =
    Rule::new("category-empty", Part::Discovery, Severity::High, "no test can be collected in a configured category");
/// The check.
pub static CHECK: Check = Check::of_scene(&[&TOO_MANY, &TOO_SLOW, &CAP, &CATEGORY_EMPTY], judge);

fn judge(scene: &Scene<'_>) -> Vec<Verdict> {
    let Some(tests) = &scene.evidence.tests else { return vec![Verdict::NotApplicable] };
    let mut verdicts = match tests.summary.python_files {
        // Nothing to discover: a configured category can still be empty.
        0 => Vec::new(),
        _ => vec![too_many(scene, tests), too_slow(scene), cap(tests)],
    };
    verdicts.extend(tests.categories.iter().map(|category| {
        if category.tests > 0 {
            return Verdict::Clean;
        }
        if category.unsure > 0 {
            let text = format!("what is collected from {} of its files is decided when they run", category.unsure);
            let why = tests.discovered.unsure_whys.first();
            let place = why.and_then(|why| why.place.clone());
            let reason = Why { kind: WhyKind::Dynamic, text, place };
            let subject = Subject::local("category", category.name.clone());
            return Verdict::not_checked(&CATEGORY_EMPTY, subject, None, reason);
        }
        let patterns: Vec<&str> = category.patterns.iter().map(|pattern| pattern.pattern.as_str()).collect();
        let files = match category.files {
            0 => "no file matches its patterns".to_owned(),
            1 => "1 file matches its patterns, and pytest collects nothing from it".to_owned(),
            count => format!("{count} files match its patterns, and pytest collects nothing from them"),
        };
        Finding::builder(
            &CATEGORY_EMPTY,
            Subject::local("category", category.name.clone()),
            format!("no test can be collected in category {}", category.name),
        )
        .why(format!("{files} ({})", patterns.join(", ")))
        .build()
        .into()
    }));
    verdicts
}

fn tree() -> Subject {
    Subject::local("tree", "tests")
}

fn too_many(scene: &Scene<'_>, tests: &TestIndex) -> Verdict {
    let (found, limit) = (tests.summary.broad_test_files, scene.limits.max_files);
    if found < limit {
        return Verdict::Clean;
    }
    let dropped: Vec<String> = tests
        .exclusions
        .iter()
        .filter(|pattern| pattern.files > 0)
        .map(|pattern| format!("{} drops {}", pattern.pattern, pattern.files))
        .collect();
    let why = if dropped.is_empty() { "no exclusion pattern drops any of them".to_owned() } else { dropped.join(", ") };
    Finding::builder(&TOO_MANY, tree(), format!("{found} test files are discovered, fewer than {limit} are allowed"))
        .why(format!("{} are left after the exclusion patterns: {why}", tests.summary.test_files))
        .build()
        .into()
}

fn too_slow(scene: &Scene<'_>) -> Verdict {
    if scene.evidence.timings.discovery <= scene.limits.max_seconds {
        return Verdict::Clean;
    }
    Finding::builder(&TOO_SLOW, tree(), format!("discovery took longer than {} s", scene.limits.max_seconds))
        .why("every collection pays this before the first test runs; see the part's metrics for the duration")
        .build()
        .into()
}

fn cap(tests: &TestIndex) -> Verdict {
    if tests.summary.beyond_cap == 0 {
        return Verdict::Clean;
    }
    let (hidden, cap) = (tests.summary.beyond_cap, tests.summary.cap);
    let folders = tests.discovered.hidden_by_cap.iter();
    let folders: Vec<String> = folders.map(|count| format!("{} in {}", count.files, count.pattern)).collect();
    let which = if folders.is_empty() { String::new() } else { format!(" ({})", folders.join(", ")) };
    let lie = if hidden == 1 { "file lies" } else { "files lie" };
    Finding::builder(&CAP, tree(), format!("{hidden} test {lie} beyond the cap of {cap}"))
        .why(format!("a runner that stops at the cap would never run them{which}; this report looked at all of them"))
        .build()
        .into()
}

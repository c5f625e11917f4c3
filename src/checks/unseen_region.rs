//! Regions whose list failed: whatever is live there beside what is declared was not looked at.

use super::Scene;
use crate::finding::{Rule, Subject, Verdict};
use crate::model::{Api, CoverageStatus};

/// One not-checked item a region and project that a collection was asked for and not answered in.
pub fn not_checked(scene: &Scene<'_>, rule: &'static Rule, api: Api) -> Vec<Verdict> {
    let coverage = &scene.evidence.inventory.coverage;
    // A read of one resource says nothing of a region.
    let whole = coverage.entries.iter().filter(|entry| entry.api == api && entry.of.is_none());
    let failed = whole.filter(|entry| entry.status != CoverageStatus::Answered);
    failed
        .filter_map(|entry| {
            let region = entry.region.as_deref();
            let why = coverage.answered(api, &entry.project, region.unwrap_or("all regions")).err()?;
            let subject = Subject::cloud("region", region.unwrap_or("all"), &entry.project, region);
            Some(Verdict::not_checked(rule, subject, None, why))
        })
        .collect()
}

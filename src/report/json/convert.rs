//! From the report to version 1 of its JSON. Every match is total, so that a new word of the model cannot slip out
//! unnoticed.

use super::v1;
use crate::finding::{
    ApplyAction, ApplyEffect, Baseline, DeclaredValue, Finding, Fix, FixKind, LiveValue, NotChecked, Part, Severity,
    Standing, Subject,
};
use crate::model::{Api, Caller, CoverageEntry, CoverageStatus, LiveField, Origin, Place, SourceSpan, Why, WhyKind};
use crate::report::{PartSummary, PartVerdict, Report, Suppressed, SuppressedItem};

impl From<&Report> for v1::Report {
    fn from(report: &Report) -> Self {
        let seconds = report.run.seconds;
        let change = report.change.as_ref();
        Self {
            schema_version: 1,
            tool: v1::Tool::this(),
            run: v1::Run {
                live_source: report.run.live_source.clone(),
                started: report.run.started.clone(),
                // Milliseconds are all that a clock is good for here, and JSON has no word for what is not a number.
                seconds: if seconds.is_finite() { (seconds * 1000.0).round() / 1000.0 } else { 0.0 },
            },
            parts: report.parts.iter().map(Into::into).collect(),
            summary: summary(report),
            findings: report.findings.iter().map(Into::into).collect(),
            not_checked: report.not_checked.iter().map(Into::into).collect(),
            suppressed: report.suppressed.iter().map(Into::into).collect(),
            before_deploy: report.before_deploy.as_ref().map(Into::into),
            base: change.map(|change| (&change.base).into()),
            introduced: change.map(|change| change.introduced.iter().cloned().collect()),
            fixed: change.map(|change| change.fixed.iter().map(Into::into).collect()),
            undecided: change.map(|change| v1::change::undecided(change, &report.findings)),
            introduced_not_checked: change.map(v1::change::not_checked),
            coverage: report.coverage.entries.iter().map(Into::into).collect(),
        }
    }
}

fn summary(report: &Report) -> v1::Summary {
    let mut by_severity = v1::BySeverity::default();
    for finding in &report.findings {
        *match finding.severity {
            Severity::Critical => &mut by_severity.critical,
            Severity::High => &mut by_severity.high,
            Severity::Medium => &mut by_severity.medium,
            Severity::Low => &mut by_severity.low,
            Severity::Info => &mut by_severity.info,
        } += 1;
    }
    v1::Summary {
        findings: report.findings.len(),
        by_severity,
        not_checked: report.not_checked.len(),
        suppressed: report.suppressed.len(),
        clean: report.parts.iter().map(|part| part.clean).sum(),
        exit: v1::Exit { code: report.exit_code, reason: report.exit_reason.clone() },
    }
}

impl From<&PartSummary> for v1::PartSummary {
    fn from(part: &PartSummary) -> Self {
        Self {
            part: part.part.into(),
            verdict: part.verdict.into(),
            findings: part.findings,
            not_checked: part.not_checked,
            clean: part.clean,
            metrics: part.metrics.clone(),
        }
    }
}

impl From<&Finding> for v1::Finding {
    fn from(finding: &Finding) -> Self {
        Self {
            id: finding.id.clone(),
            rule: finding.rule.clone(),
            part: finding.part.into(),
            severity: finding.severity.into(),
            title: finding.title.clone(),
            subject: (&finding.subject).into(),
            field: finding.field.clone(),
            baseline: finding.baseline.map(Into::into),
            declared: finding.declared.iter().map(Into::into).collect(),
            live: finding.live.as_ref().map(Into::into),
            places: finding.places.iter().filter_map(place).collect(),
            live_places: finding
                .places
                .iter()
                .filter_map(|origin| match origin {
                    Origin::Live(field) => Some(field.into()),
                    Origin::Source(_) => None,
                })
                .collect(),
            why: finding.why.clone(),
            apply: finding.apply.as_ref().map(Into::into),
            applied: finding.applied.as_ref().map(|own| v1::AppliedValue {
                value: own.value.clone(),
                source: own.source.clone(),
                standing: own.standing.into(),
            }),
            fix: finding.fix.iter().map(Into::into).collect(),
            caused_by: finding.caused_by.clone(),
        }
    }
}

impl From<&NotChecked> for v1::NotChecked {
    fn from(item: &NotChecked) -> Self {
        Self {
            rule: item.rule.clone(),
            part: item.part.into(),
            subject: (&item.subject).into(),
            field: item.field.clone(),
            reason: (&item.reason).into(),
        }
    }
}

impl From<&Why> for v1::Reason {
    fn from(why: &Why) -> Self {
        let mut reason = Self { kind: why.kind.into(), text: why.text.clone(), origin: None, api: None, live: None };
        match &why.place {
            None => {}
            Some(Place::Origin(Origin::Source(span))) => reason.origin = Some(span.into()),
            Some(Place::Origin(Origin::Live(field))) => reason.live = Some(field.into()),
            Some(Place::Api { api, project, region }) => {
                reason.api =
                    Some(v1::AskedApi { api: (*api).into(), project: project.clone(), region: region.clone() });
            }
        }
        reason
    }
}

impl From<&Suppressed> for v1::Suppressed {
    fn from(suppressed: &Suppressed) -> Self {
        let (kind, finding, not_checked) = match &suppressed.item {
            SuppressedItem::Finding(finding) => (v1::SuppressedKind::Finding, Some((&**finding).into()), None),
            SuppressedItem::NotChecked(item) => (v1::SuppressedKind::NotChecked, None, Some((&**item).into())),
        };
        Self { kind, finding, not_checked, reason: suppressed.reason.clone(), until: suppressed.until.clone() }
    }
}

impl From<&CoverageEntry> for v1::Coverage {
    fn from(entry: &CoverageEntry) -> Self {
        Self {
            project: entry.project.clone(),
            region: entry.region.clone(),
            api: entry.api.into(),
            of: entry.of.clone(),
            time: entry.time.clone(),
            status: entry.status.into(),
            detail: entry.detail.clone(),
        }
    }
}

impl From<&Subject> for v1::Subject {
    fn from(subject: &Subject) -> Self {
        Self {
            kind: subject.kind.clone(),
            name: subject.name.clone(),
            project: subject.project.clone(),
            region: subject.region.clone(),
        }
    }
}

impl From<&DeclaredValue> for v1::DeclaredValue {
    fn from(declared: &DeclaredValue) -> Self {
        Self { value: declared.value.clone(), source: declared.source.clone(), origin: place(&declared.origin) }
    }
}

impl From<&LiveValue> for v1::LiveValue {
    fn from(live: &LiveValue) -> Self {
        Self {
            value: live.value.clone(),
            resource: live.resource.clone(),
            field: live.field.clone(),
            note: live.note.clone(),
        }
    }
}

impl From<&Fix> for v1::Fix {
    fn from(fix: &Fix) -> Self {
        Self {
            kind: match fix.kind {
                FixKind::Command => v1::FixKind::Command,
                FixKind::Edit => v1::FixKind::Edit,
            },
            text: fix.text.clone(),
            origin: fix.origin.as_ref().and_then(place),
            diff: fix.diff.clone(),
            verify: fix.verify.clone(),
            undo: fix.undo.clone(),
        }
    }
}

impl From<&ApplyEffect> for v1::ApplyEffect {
    fn from(effect: &ApplyEffect) -> Self {
        let one = |own: &crate::finding::CutOff| v1::CutOff {
            workload: (&own.workload).into(),
            live: own.live,
            declared: own.declared,
        };
        Self {
            action: effect.action.into(),
            address: effect.address.clone(),
            root: effect.root.clone(),
            text: effect.text.clone(),
            cut_off: effect.cut_off.iter().map(one).collect(),
            unseen: effect.unseen.clone(),
            source: effect.source.clone(),
        }
    }
}

/// The place in the repository, where the origin is one.
fn place(origin: &Origin) -> Option<v1::Origin> {
    origin.source().map(Into::into)
}

impl From<&SourceSpan> for v1::Origin {
    fn from(span: &SourceSpan) -> Self {
        Self {
            file: span.file.to_string(),
            line: span.start.line,
            column: span.start.column,
            end_line: span.end.line,
            end_column: span.end.column,
            callers: span.callers.as_slice().iter().map(Into::into).collect(),
            observed: span.observed.as_deref().map(str::to_owned),
        }
    }
}

impl From<&Caller> for v1::Caller {
    fn from(caller: &Caller) -> Self {
        Self {
            name: caller.name.clone(),
            file: caller.file.to_string(),
            line: caller.position.line,
            column: caller.position.column,
        }
    }
}

impl From<&LiveField> for v1::LiveField {
    fn from(field: &LiveField) -> Self {
        Self { resource: field.resource.to_string(), field: field.field.to_string() }
    }
}

/// Total translations of closed lists of words.
macro_rules! words {
    ($($from:ident => $to:ident { $($word:ident),+ $(,)? })+) => {$(
        impl From<$from> for v1::$to {
            fn from(word: $from) -> Self {
                match word { $($from::$word => Self::$word),+ }
            }
        }
    )+};
}

words! {
    Part => Part { Imports, Discovery, Classes, Vpc, Health, Policies }
    PartVerdict => PartVerdict { Clean, Findings, NotChecked, NotApplicable, NotAsked }
    Severity => Severity { Critical, High, Medium, Low, Info }
    Standing => Standing { ChangedOutside, NotApplied, Both }
    ApplyAction => ApplyAction { Create, Update, Replace, Unseen, Refused }
    Baseline => Baseline { Terraform, Deploy, ApiDefault, State, Policy }
    Api => Api {
        RunServices, RunRevisions, RunJobs, RunWorkerPools, VpcAccessConnectors, VpcAccessOperations, ComputeNetworks, ComputeSubnetworks, ComputeFirewalls, ComputeEffectiveFirewalls, ComputeRoutes, ComputeRouters, ComputeAddresses, ComputeGlobalAddresses, ComputeSubnetworkIamPolicy, SqlInstances, RedisInstances, RedisClusters, ServiceNetworkingConnections, ServiceUsageServices, ProjectIamPolicy, LoggingEntries, MonitoringTimeSeries,
    }
    CoverageStatus => CoverageStatus { Answered, Denied, Disabled, Unreachable, RateLimited, Malformed, NotAsked }
    WhyKind => ReasonKind {
        Computed, DataSource, VariableUnset, Environment, ModuleUnavailable, ParseFailed, FileUnreadable,
        ProviderDefault, Workspace, NonDeterministic, Unsupported, Cycle, EvaluationFailed, Limit, Dynamic, Invalid,
        Guarded, ThirdParty, NoCredentials, Denied, ApiDisabled, Unreachable, RateLimited, Malformed, NotAsked,
        Settling, PolicyFailed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word<T: serde::Serialize>(value: T) -> String {
        serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
    }

    #[test]
    fn words_are_those_of_the_model() {
        for part in Part::ALL {
            assert_eq!(word(v1::Part::from(part)), part.word());
        }
        for severity in Severity::ALL {
            assert_eq!(word(v1::Severity::from(severity)), severity.word());
        }
        for api in Api::ALL {
            assert_eq!(word(v1::Api::from(api)), api.word());
        }
        for kind in [WhyKind::ModuleUnavailable, WhyKind::NonDeterministic, WhyKind::ApiDisabled, WhyKind::ThirdParty] {
            assert_eq!(word(v1::ReasonKind::from(kind)), kind.word());
        }
        for status in [CoverageStatus::Answered, CoverageStatus::RateLimited, CoverageStatus::NotAsked] {
            assert_eq!(word(v1::CoverageStatus::from(status)), status.word());
        }
        for verdict in [PartVerdict::NotApplicable, PartVerdict::NotChecked, PartVerdict::Findings] {
            assert_eq!(word(v1::PartVerdict::from(verdict)), verdict.word());
        }
        for standing in [Standing::ChangedOutside, Standing::NotApplied, Standing::Both] {
            assert_eq!(word(v1::Standing::from(standing)), standing.word());
        }
        for action in [ApplyAction::Create, ApplyAction::Update, ApplyAction::Replace, ApplyAction::Unseen] {
            assert_eq!(word(v1::ApplyAction::from(action)), action.word());
        }
        for baseline in [Baseline::ApiDefault, Baseline::Terraform, Baseline::Policy] {
            assert_eq!(word(v1::Baseline::from(baseline)), baseline.word());
        }
    }

    #[test]
    fn a_reason_points_at_the_one_place_that_decides() {
        let api = Place::Api { api: Api::RunServices, project: "p".into(), region: None };
        let live = Place::Origin(Origin::live("projects/p/x", "state"));
        for (place, expected) in [(Some(api), "api kind text"), (Some(live), "kind live text"), (None, "kind text")] {
            let why = Why { kind: WhyKind::Denied, text: "t".into(), place };
            let value = serde_json::to_value(v1::Reason::from(&why)).unwrap();
            let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
            keys.sort_unstable();
            assert_eq!(keys.join(" "), expected);
        }
    }
}

//! Realistic reports for the tests of the renderers.

use std::collections::BTreeMap;

use serde_json::json;

use super::{PartSummary, PartVerdict, Report, Run, Suppressed, SuppressedItem};
use crate::finding::{Baseline, Finding, NotChecked, Part, Rule, Severity, Subject};
use crate::model::origin::Callers;
use crate::model::{
    Api, Caller, Coverage, CoverageEntry, CoverageStatus, Excerpts, Origin, Position, RepoPath, SourceFile, Why,
    WhyKind,
};

pub(super) const PROJECT: &str = "netra-staging";
pub(super) const REGION: &str = "us-central1";
pub(super) const BACKEND: &str = "projects/netra-staging/locations/us-central1/services/netra-backend-staging";

/// A file with one line of text, cited from the first occurrence of `part` to its end.
pub(super) fn cite(excerpts: &Excerpts, path: &str, line: usize, text: &str, part: &str) -> Origin {
    cite_via(excerpts, path, line, text, part, Vec::new())
}

fn cite_via(excerpts: &Excerpts, path: &str, line: usize, text: &str, part: &str, callers: Vec<Caller>) -> Origin {
    let whole = format!("{}{text}\n", "\n".repeat(line - 1));
    let start = line - 1 + text.find(part).unwrap();
    let file = SourceFile::new(RepoPath::new(path), whole, excerpts);
    file.origin_via(start..start + part.len(), Callers::new(callers))
}

/// An empty report over these findings.
pub(super) fn report(findings: Vec<Finding>, excerpts: &Excerpts) -> Report {
    let parts = Part::ALL
        .into_iter()
        .map(|part| {
            let count = findings.iter().filter(|finding| finding.part == part).count();
            PartSummary {
                part,
                verdict: if count > 0 { PartVerdict::Findings } else { PartVerdict::Clean },
                findings: count,
                not_checked: 0,
                clean: 3,
                metrics: BTreeMap::new(),
            }
        })
        .collect();
    Report {
        run: Run {
            live_source: "emulated from live/state.json".into(),
            started: "2026-11-23T08:00:00Z".into(),
            seconds: 0.4321,
        },
        parts,
        findings,
        not_checked: Vec::new(),
        suppressed: Vec::new(),
        before_deploy: None,
        change: None,
        coverage: Coverage::default(),
        excerpts: excerpts.cited(),
        exit_code: 0,
        exit_reason: "everything asked for was checked and is clean".into(),
    }
}

/// The connector is gone.
pub(super) fn connector_missing(excerpts: &Excerpts) -> Finding {
    let rule = Rule::new("connector-missing", Part::Vpc, Severity::Critical, "a declared connector is not there");
    let subject = Subject::cloud("connector", "netra-vpc-connector", PROJECT, Some(REGION));
    let call = Caller { name: "module.network".into(), file: RepoPath::new("terraform/main.tf"), position: at(12, 1) };
    let text = "resource \"google_vpc_access_connector\" \"main\" {";
    let origin = cite_via(excerpts, "terraform/modules/network/connector.tf", 3, text, text, vec![call]);
    Finding::builder(&rule, subject, "connector netra-vpc-connector is declared and does not exist")
        .baseline(Baseline::Terraform)
        .declared(Some("netra-vpc-connector".into()), "module.network.google_vpc_access_connector.main", origin)
        .live(None, "projects/netra-staging/locations/us-central1/connectors/netra-vpc-connector", "")
        .why("every workload that uses it cannot reach private addresses")
        .command(
            "terraform -chdir=terraform apply -target=module.network.google_vpc_access_connector.main",
            "gcloud compute networks vpc-access connectors describe netra-vpc-connector --region us-central1",
            "gcloud compute networks vpc-access connectors delete netra-vpc-connector --region us-central1",
        )
        .build()
}

fn at(line: u32, column: u32) -> Position {
    Position { line, column }
}

/// A workload hangs on the connector that is gone.
pub(super) fn connector_changed(excerpts: &Excerpts) -> Finding {
    let rule = Rule::new("workload-connector-changed", Part::Vpc, Severity::Critical, "a workload's connector differs");
    let subject = Subject::cloud("service", "netra-auth-staging", PROJECT, Some(REGION));
    let text = "    connector = module.network.connector_id";
    let origin = cite(excerpts, "terraform/cloud_run.tf", 58, text, "module.network.connector_id");
    Finding::builder(&rule, subject, "netra-auth-staging has no connector; netra-vpc-connector was declared")
        .field("vpc_access.connector")
        .baseline(Baseline::Terraform)
        .declared(
            Some("projects/netra-staging/locations/us-central1/connectors/netra-vpc-connector".into()),
            "google_cloud_run_v2_service.auth",
            origin,
        )
        .live(
            None,
            "projects/netra-staging/locations/us-central1/services/netra-auth-staging",
            "template.vpcAccess.connector",
        )
        .caused_by("connector-missing:connector/netra-staging/us-central1/netra-vpc-connector")
        .build()
}

/// The finding that the style guide shows.
pub(super) fn egress_changed(excerpts: &Excerpts) -> Finding {
    let rule = Rule::new("workload-egress-changed", Part::Vpc, Severity::High, "a workload's egress differs");
    let subject = Subject::cloud("service", "netra-backend-staging", PROJECT, Some(REGION));
    let text = "      egress    = \"PRIVATE_RANGES_ONLY\"";
    let declared = cite(excerpts, "terraform/cloud_run.tf", 31, text, "\"PRIVATE_RANGES_ONLY\"");
    let text = "        '--vpc-egress', 'all-traffic',";
    let deployed = cite(excerpts, "scripts/deploy_to_gcp.py", 112, text, "'all-traffic'");
    let title = "netra-backend-staging sends all traffic through its connector; private ranges only were declared";
    Finding::builder(&rule, subject, title)
        .field("vpc_access.egress")
        .baseline(Baseline::Terraform)
        .declared(Some("PRIVATE_RANGES_ONLY".into()), "google_cloud_run_v2_service.backend", declared)
        .declared(Some("ALL_TRAFFIC".into()), "gcloud run deploy", deployed)
        .live(Some("ALL_TRAFFIC".into()), BACKEND, "template.vpcAccess.egress")
        .live_note("revision 00702-cs6, 100 % of traffic")
        .why("network staging-vpc has no Cloud NAT in us-central1: calls to public addresses will time out")
        .command(
            "gcloud run services update netra-backend-staging --region us-central1 --vpc-egress private-ranges-only",
            "gcp-drift check --only vpc",
            "gcloud run services update netra-backend-staging --region us-central1 --vpc-egress all-traffic",
        )
        .build()
}

/// Something that only the live side has.
pub(super) fn unmanaged() -> Finding {
    let rule = Rule::new("connector-unmanaged", Part::Vpc, Severity::Medium, "a connector that nobody declares");
    let subject = Subject::cloud("connector", "old-connector", PROJECT, Some(REGION));
    let resource = "projects/netra-staging/locations/us-central1/connectors/old-connector";
    Finding::builder(&rule, subject, "connector old-connector is live and no source declares it")
        .live(Some("READY".into()), resource, "")
        .why("it costs money and can be changed without review")
        .command("gcloud compute networks vpc-access connectors delete old-connector --region us-central1", "", "")
        .build()
}

/// An import that moved.
pub(super) fn import_missing(excerpts: &Excerpts) -> Finding {
    let rule = Rule::new("import-module-missing", Part::Imports, Severity::High, "an imported module does not exist");
    let file = "tests/unit/test_ws.py";
    let text = "from tests.mission_critical.base import RealWebSocketTestBase";
    let origin = cite(excerpts, file, 4, text, "tests.mission_critical.base");
    let subject = Subject::local("import", format!("{file}:tests.mission_critical.base"));
    Finding::builder(&rule, subject, "module tests.mission_critical.base does not exist")
        .place(origin.clone())
        .edit("import RealWebSocketTestBase from test_framework.base", origin)
        .build()
}

/// A connector whose list was refused.
pub(super) fn denied(name: &str, rule: &str, field: Option<&str>) -> NotChecked {
    let mut coverage = Coverage::default();
    coverage.entries.push(entry(Api::VpcAccessConnectors, CoverageStatus::Denied, "missing vpcaccess.connectors.list"));
    NotChecked {
        rule: rule.into(),
        part: Part::Vpc,
        subject: Subject::cloud("connector", name, PROJECT, Some(REGION)),
        field: field.map(str::to_owned),
        reason: coverage.answered(Api::VpcAccessConnectors, PROJECT, REGION).unwrap_err(),
    }
}

fn entry(api: Api, status: CoverageStatus, detail: &str) -> CoverageEntry {
    CoverageEntry {
        project: PROJECT.into(),
        region: Some(REGION.into()),
        api,
        of: None,
        time: Some("2025-09-02T03:00:02Z".into()),
        status,
        detail: detail.into(),
    }
}

/// A variable that nobody sets.
pub(super) fn unset(excerpts: &Excerpts) -> NotChecked {
    let origin = cite(excerpts, "terraform/variables.tf", 9, "variable \"egress\" {", "variable \"egress\"");
    NotChecked {
        rule: "workload-egress-changed".into(),
        part: Part::Vpc,
        subject: Subject::cloud("service", "netra-frontend-staging", PROJECT, Some(REGION)),
        field: Some("vpc_access.egress".into()),
        reason: Why::at(WhyKind::VariableUnset, "var.egress has no default and no value in any file", origin),
    }
}

/// A report with findings of several kinds, two unchecked items, an accepted one and coverage.
pub(super) fn drift() -> Report {
    let excerpts = Excerpts::default();
    let findings = vec![
        connector_missing(&excerpts),
        connector_changed(&excerpts),
        egress_changed(&excerpts),
        import_missing(&excerpts),
    ];
    let not_checked = vec![denied("spare-connector", "connector-changed", Some("network")), unset(&excerpts)];
    let mut report = report(findings, &excerpts);
    report.not_checked = not_checked;
    report.suppressed = vec![
        Suppressed {
            item: SuppressedItem::Finding(Box::new(unmanaged())),
            reason: "belongs to the data team".into(),
            until: Some("2027-01-31".into()),
        },
        Suppressed {
            item: SuppressedItem::NotChecked(Box::new(denied("b", "connector-missing", None))),
            reason: "no access yet".into(),
            until: None,
        },
    ];
    report.coverage.entries = vec![
        entry(Api::RunServices, CoverageStatus::Answered, "4 items"),
        entry(Api::RunRevisions, CoverageStatus::Answered, "9 items"),
        entry(Api::VpcAccessConnectors, CoverageStatus::Denied, "missing vpcaccess.connectors.list"),
    ];
    for part in &mut report.parts {
        match part.part {
            Part::Vpc => {
                part.not_checked = 2;
                part.metrics.insert("connectors_live".into(), json!(2));
                part.metrics.insert("workloads_live".into(), json!(4));
            }
            Part::Discovery => {
                part.metrics.insert("categories".into(), json!({ "smoke": { "files": 3, "seconds": 0.01 } }));
            }
            Part::Health => {
                part.verdict = PartVerdict::NotAsked;
                part.clean = 0;
            }
            _ => {}
        }
    }
    report.exit_code = 2;
    report.exit_reason = "4 findings at or above high".into();
    report
}

/// A report in which nothing is wrong and something could not be looked at.
pub(super) fn unchecked() -> Report {
    let excerpts = Excerpts::default();
    let mut items: Vec<NotChecked> = (0..40)
        .map(|at| {
            denied(&format!("c{at:02}"), if at % 4 == 0 { "connector-missing" } else { "connector-changed" }, None)
        })
        .collect();
    items.push(unset(&excerpts));
    let mut report = report(Vec::new(), &excerpts);
    report.not_checked = items;
    if let Some(vpc) = report.parts.first_mut() {
        vpc.verdict = PartVerdict::NotChecked;
        vpc.not_checked = 41;
        vpc.clean = 0;
    }
    report.exit_code = 3;
    report.exit_reason = "41 items could not be checked".into();
    report
}

/// A report in which all is well.
pub(super) fn clean() -> Report {
    report(Vec::new(), &Excerpts::default())
}

/// A report whose every text is hostile: control characters, terminal escapes, reordering marks, very long names.
pub(super) fn hostile() -> Report {
    let evil = format!("a\u{1b}[31m\r\nb\u{202e}\u{9b}2J{}", "x".repeat(200));
    let excerpts = Excerpts::default();
    let rule = Rule::new("r\u{1b}[1m", Part::Vpc, Severity::Low, "");
    let origin = cite(&excerpts, &format!("t/{evil}.tf"), 2, "a\u{1b}[31m = \u{9b}1", "=");
    let finding = Finding::builder(&rule, Subject::cloud("k\u{7}", &evil, &evil, Some(&evil)), evil.clone())
        .declared(Some(evil.clone()), evil.clone(), origin.clone())
        .declared(None, evil.clone(), Origin::live(evil.clone(), evil.clone()))
        .live(Some(evil.clone()), evil.clone(), evil.clone())
        .live_note(evil.clone())
        .why(evil.clone())
        .command(evil.clone(), evil.clone(), evil.clone())
        .edit(evil.clone(), origin.clone())
        .caused_by(evil.clone())
        .build();
    let item = NotChecked {
        rule: evil.clone(),
        part: Part::Vpc,
        subject: finding.subject.clone(),
        field: Some(evil.clone()),
        reason: Why::at(WhyKind::Dynamic, evil.clone(), origin),
    };
    let mut report = report(vec![finding.clone()], &excerpts);
    report.not_checked = vec![item.clone()];
    report.suppressed = vec![
        Suppressed {
            item: SuppressedItem::Finding(Box::new(finding)),
            reason: evil.clone(),
            until: Some(evil.clone()),
        },
        Suppressed { item: SuppressedItem::NotChecked(Box::new(item)), reason: evil.clone(), until: None },
    ];
    report.coverage.entries = vec![CoverageEntry {
        project: evil.clone(),
        region: Some(evil.clone()),
        api: Api::RunServices,
        of: None,
        time: None,
        status: CoverageStatus::Malformed,
        detail: evil.clone(),
    }];
    for part in &mut report.parts {
        part.metrics.insert(evil.clone(), json!({ "x": evil }));
    }
    report.run.live_source = evil.clone();
    report.run.started = evil.clone();
    report.exit_reason = evil;
    report
}

/// Every sample.
pub(super) fn all() -> Vec<Report> {
    vec![drift(), unchecked(), clean(), hostile()]
}

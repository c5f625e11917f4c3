use super::*;
use crate::finding::Finding;
use crate::model::{Excerpts, Origin, RepoPath, SourceFile};
use crate::report::{excerpt, samples};

fn style(width: usize) -> Style {
    Style { width, color: false, unicode: false }
}

/// The block of the first finding of a report over these findings.
fn block(findings: Vec<Finding>, excerpts: &Excerpts, width: usize) -> String {
    let report = samples::report(findings, excerpts);
    findings::render(&report.findings[0], &report, &style(width))
}

/// Text without the escape codes that set colours.
fn without_colors(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    out + rest
}

#[test]
fn a_difference_shows_both_sides_and_what_to_do() {
    let excerpts = Excerpts::default();
    let text = block(vec![samples::egress_changed(&excerpts)], &excerpts, 160);
    assert_eq!(
        text,
        r#"error[workload-egress-changed]: netra-backend-staging sends all traffic through its connector; private ranges only were declared
  --> terraform/cloud_run.tf:31:19
   |
31 |       egress    = "PRIVATE_RANGES_ONLY"
   |                   ^^^^^^^^^^^^^^^^^^^^^ declared here
   |
   = live: ALL_TRAFFIC  (projects/netra-staging/locations/us-central1/services/netra-backend-staging, revision 00702-cs6, 100 % of traffic)
   = also: scripts/deploy_to_gcp.py:112:25 gcloud run deploy declares ALL_TRAFFIC
   = why:  network staging-vpc has no Cloud NAT in us-central1: calls to public addresses will time out
   = fix:  gcloud run services update netra-backend-staging --region us-central1 --vpc-egress private-ranges-only
   = more: gcp-drift explain workload-egress-changed
"#
    );
}

#[test]
fn what_is_only_live_points_at_the_resource() {
    let text = block(vec![samples::unmanaged()], &Excerpts::default(), 100);
    assert_eq!(
        text,
        "\
warning[connector-unmanaged]: connector old-connector is live and no source declares it
 --> projects/netra-staging/locations/us-central1/connectors/old-connector
  = live: READY
  = why:  it costs money and can be changed without review
  = fix:  gcloud compute networks vpc-access connectors delete old-connector --region us-central1
  = more: gcp-drift explain connector-unmanaged
"
    );
}

#[test]
fn a_cause_and_a_module_call_chain_are_told() {
    let excerpts = Excerpts::default();
    let findings = vec![samples::connector_changed(&excerpts), samples::connector_missing(&excerpts)];
    assert_eq!(
        block(findings, &excerpts, 100),
        "\
error[workload-connector-changed]: netra-auth-staging has no connector; netra-vpc-connector was
  declared
  --> terraform/cloud_run.tf:58:17
   |
58 |     connector = module.network.connector_id
   |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^ declared here
   |
   = declared: google_cloud_run_v2_service.auth declares
               projects/netra-staging/locations/us-central1/connectors/netra-vpc-connector
   = live: not set  (projects/netra-staging/locations/us-central1/services/netra-auth-staging)
   = from: connector-missing: connector netra-vpc-connector is declared and does not exist
   = more: gcp-drift explain workload-connector-changed
"
    );
    let text = block(vec![samples::connector_missing(&excerpts)], &excerpts, 100);
    assert!(text.contains("\n  = via:  module.network, called at terraform/main.tf:12:1\n"), "{text}");
    let text = block(vec![samples::connector_changed(&excerpts)], &excerpts, 100);
    assert!(text.contains("= from: connector-missing:connector/netra-staging/us-central1/netra-vpc-connector (not"));
}

#[test]
fn a_place_without_its_line_is_still_a_place() {
    let excerpts = Excerpts::default();
    let mut report = samples::report(vec![samples::egress_changed(&excerpts)], &excerpts);
    report.excerpts.clear();
    let text = findings::render(&report.findings[0], &report, &style(100));
    let expected = "\n --> terraform/cloud_run.tf:31:19\n  = declared: google_cloud_run_v2_service.backend declares \
                    PRIVATE_RANGES_ONLY\n  = live: ALL_TRAFFIC";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn a_place_behind_a_secret_or_a_tab_keeps_its_column() {
    for (line, part, column) in [
        ("  set(token = \"abcdefghijklmnopqrstuvwxyz\", egress = \"all\")", "\"all\"", 54),
        ("\tegress = \"all\"", "\"all\"", 11),
        ("β = \"all\"", "\"all\"", 5),
    ] {
        let excerpts = Excerpts::default();
        let mut finding = samples::unmanaged();
        finding.places.push(samples::cite(&excerpts, "a.tf", 7, line, part));
        let text = block(vec![finding], &excerpts, 100);
        assert!(text.contains(&format!(" --> a.tf:7:{column}\n")), "{text}");
        assert!(text.contains("^^^^^"), "{text}");
        assert!(!text.contains("abcdef"), "{text}");
    }
}

#[test]
fn many_places_are_counted() {
    let excerpts = Excerpts::default();
    let file = SourceFile::new(RepoPath::new("a.tf"), "x\n".repeat(30), &excerpts);
    let mut finding = samples::unmanaged();
    finding.places = (1..=30).map(|line| file.line_origin(line)).collect();
    finding.places.push(Origin::live(finding.live.clone().unwrap().resource, "state"));
    let text = block(vec![finding], &excerpts, 100);
    assert_eq!(text.matches("= also: a.tf:").count(), 10, "{text}");
    assert!(text.contains("= also: and 19 more places, all in the JSON report\n"), "{text}");
}

#[test]
fn a_report_of_nothing_but_unchecked_items_groups_them_by_reason() {
    let text = render(&samples::unchecked(), &style(100));
    let (_, text) = text.split_once("\n\nnot checked").unwrap();
    assert_eq!(
        format!("not checked{text}"),
        r#"not checked: 41 items, 2 reasons

not checked[denied]: vpcaccess.connectors was denied in netra-staging/us-central1; it needs
  vpcaccess.connectors.list (roles/vpcaccess.viewer): missing vpcaccess.connectors.list
 --> vpcaccess.connectors in netra-staging/us-central1
  40 items: 30 connector-changed, 10 connector-missing
  - connector-missing: connector c00 (netra-staging/us-central1)
  - connector-changed: connector c01 (netra-staging/us-central1)
  - connector-changed: connector c02 (netra-staging/us-central1)
  - connector-changed: connector c03 (netra-staging/us-central1)
  - connector-missing: connector c04 (netra-staging/us-central1)
  - and 35 more

not checked[variable-unset]: var.egress has no default and no value in any file
 --> terraform/variables.tf:9:1
  |
9 | variable "egress" {
  | ^^^^^^^^^^^^^^^^^
  - workload-egress-changed: service netra-frontend-staging (netra-staging/us-central1),
    vpc_access.egress

0 findings, 41 not checked, 0 accepted, 15 clean
"#
    );
}

#[test]
fn a_report_opens_with_the_live_source_and_a_summary() {
    let text = render(&samples::drift(), &style(120));
    let expected = "\
gcp-drift check, live state: emulated from live/state.json; looked at vpc, policies, imports, discovery and classes
started 2026-11-23T08:00:00Z, took 0.4 s

+-----------+-----------+----------+-------------+-------+
| part      | verdict   | findings | not checked | clean |
+========================================================+
| vpc       | findings  |        3 |           2 |     3 |
| policies  | clean     |        0 |           0 |     3 |
| imports   | findings  |        1 |           0 |     3 |
| discovery | clean     |        0 |           0 |     3 |
| classes   | clean     |        0 |           0 |     3 |
| health    | not-asked |          |             |       |
+-----------+-----------+----------+-------------+-------+
vpc: connectors_live 2, workloads_live 4
discovery: categories.smoke.files 3, categories.smoke.seconds 0.01

error[connector-missing]: ";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.is_ascii());
}

#[test]
fn a_report_ends_with_coverage_accepted_items_the_order_of_fixes_and_totals() {
    let text = render(&samples::drift(), &style(120));
    let (_, text) = text.split_once("\nlooked at in Google Cloud\n").unwrap();
    assert_eq!(
        text,
        "\
+---------------+----------------------+----------+-----------------------+-----------------------------------+
| project       | api                  | status   | where                 | detail                            |
+=============================================================================================================+
| netra-staging | run.services         | answered | us-central1 (4 items) |                                   |
| netra-staging | run.revisions        | answered | us-central1 (9 items) |                                   |
| netra-staging | vpcaccess.connectors | denied   | us-central1           | missing vpcaccess.connectors.list |
+---------------+----------------------+----------+-----------------------+-----------------------------------+
answered at 2025-09-02T03:00:02Z

accepted: 2 items
  - warning[connector-unmanaged]: connector old-connector is live and no source declares it; accepted because: belongs
    to the data team (until 2027-01-31)
  - not checked[denied]: connector-missing: connector b (netra-staging/us-central1); accepted because: no access yet

fix in this order
  1. [critical] connector-missing: connector netra-vpc-connector is declared and does not exist
     run:    terraform -chdir=terraform apply -target=module.network.google_vpc_access_connector.main
     verify: gcloud compute networks vpc-access connectors describe netra-vpc-connector --region us-central1
     undo:   gcloud compute networks vpc-access connectors delete netra-vpc-connector --region us-central1
     and with it 1 consequence:
     - workload-connector-changed: netra-auth-staging has no connector; netra-vpc-connector was declared
  2. [high] workload-egress-changed: netra-backend-staging sends all traffic through its connector; private ranges only
     were declared
     run:    gcloud run services update netra-backend-staging --region us-central1 --vpc-egress private-ranges-only
     verify: gcp-drift check --only vpc
     undo:   gcloud run services update netra-backend-staging --region us-central1 --vpc-egress all-traffic
  3. [high] import-module-missing: module tests.mission_critical.base does not exist
     edit:   tests/unit/test_ws.py:4:6: import RealWebSocketTestBase from test_framework.base

4 findings (2 critical, 2 high), 2 not checked, 2 accepted, 15 clean
"
    );
}

#[test]
fn one_fix_for_many_findings_names_their_places() {
    let excerpts = Excerpts::default();
    let findings: Vec<Finding> = (1..=8)
        .map(|at| {
            let mut finding = samples::import_missing(&excerpts);
            finding.subject.name = format!("{at}");
            finding.id = format!("{at}");
            finding
        })
        .collect();
    let text = steps::render(&findings, &style(100));
    assert!(text.starts_with("  1. [high] import-module-missing: 8 findings with one fix\n"), "{text}");
    assert_eq!(text.matches("     - tests/unit/test_ws.py:4:6\n").count(), 5, "{text}");
    assert!(text.contains("     - and 3 more\n     edit:   import RealWebSocketTestBase"), "{text}");
}

#[test]
fn every_report_prints_at_every_width_in_every_style() {
    for report in samples::all() {
        for width in [0, 1, 20, 40, 59, 60, 100, 70_000] {
            for unicode in [false, true] {
                let plain = render(&report, &Style { width, color: false, unicode });
                let is_clean = |text: &str| !text.chars().any(|char| char != '\n' && excerpt::is_unprintable(char));
                assert!(is_clean(&plain), "{plain:?}");
                assert!(plain.ends_with('\n') && !plain.contains("\n\n\n"), "{plain}");
                let colored = render(&report, &Style { width, color: true, unicode });
                assert!(colored.contains("\u{1b}["));
                assert_eq!(without_colors(&colored), plain, "colours change nothing but colours");
                assert_eq!(render(&report, &Style { width, color: true, unicode }), colored);
            }
        }
    }
}

#[test]
fn prose_keeps_to_the_width() {
    for width in [40, 60, 100] {
        let text = render(&samples::drift(), &style(width));
        for line in text.lines().filter(|line| line.chars().count() > width) {
            let words = line.trim_start().trim_start_matches(['=', '-', ' ', '(']);
            let is_to_copy = ["fix:", "more:", "run:", "verify:", "undo:"].iter().any(|key| words.starts_with(key));
            let is_cited = line.contains(" | ");
            let is_place = line.trim_start().starts_with("-->");
            let is_one_word = !words.split_once(": ").map_or(words, |(_, text)| text).contains(' ');
            assert!(is_to_copy || is_cited || is_place || is_one_word, "{width}: {line}");
        }
    }
}

#[test]
fn tables_hold_names_of_any_length() {
    let text = render(&samples::hostile(), &style(100));
    let table: Vec<&str> = text.lines().filter(|line| line.starts_with(['|', '+'])).collect();
    assert!(table.len() > 12, "{text}");
    for line in table {
        assert!(line.chars().count() <= 100, "{line}");
    }
}

#[test]
fn names_cannot_forge_lines() {
    let excerpts = Excerpts::default();
    let mut finding = samples::unmanaged();
    finding.title = "x\n0 findings, 0 not checked\u{1b}[2J".into();
    finding.subject.name = "a\r\nb".into();
    let text = render(&samples::report(vec![finding], &excerpts), &style(100));
    assert!(!text.lines().any(|line| line.starts_with("0 findings")), "{text}");
    assert!(text.contains("x\\n0 findings, 0 not checked\\u{1b}[2J"), "{text}");
}

#[test]
fn a_clean_report_says_so_in_one_line() {
    let text = render(&samples::clean(), &style(100));
    assert!(text.ends_with("\n\n0 findings, 0 not checked, 0 accepted, 18 clean\n"), "{text}");
    assert!(!text.contains("fix in this order") && !text.contains("accepted:"), "{text}");
}

#[test]
fn any_span_of_any_line_can_be_underlined() {
    let long = "x".repeat(390) + "日本語" + "e\u{301}👩\u{200d}🚀";
    for line in [
        "",
        " ",
        "\t",
        "\t\t\"a\"\t",
        "日本語 = \"e\u{301}\"",
        "👩\u{200d}🚀\u{0}",
        "a\rb",
        &long,
        "token = \"x\" token = 'y'",
    ] {
        for (start, end) in [(0, 0), (1, 1), (1, 2), (2, 9), (5, 3), (9, 400), (395, 399), (u32::MAX, u32::MAX)] {
            let excerpts = Excerpts::default();
            let mut origin = samples::cite(&excerpts, "a.tf", 1, "x", "x");
            if let Origin::Source(span) = &mut origin {
                span.start.column = start;
                span.end.column = end;
            }
            let mut finding = samples::unmanaged();
            finding.places.push(origin);
            let mut report = samples::report(vec![finding], &excerpts);
            report.excerpts.values_mut().for_each(|lines| lines.values_mut().for_each(|text| *text = line.to_owned()));
            for width in [20, 40, 100] {
                let text = findings::render(&report.findings[0], &report, &style(width));
                assert!(text.contains(&format!("--> a.tf:1:{start}\n")), "{line:?} {start} {end}: {text}");
                assert!(text.contains('^') || line.trim().is_empty(), "{line:?} {start} {end}: {text}");
            }
        }
    }
}

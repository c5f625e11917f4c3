//! Classifying findings by hand-made sides.

use super::*;
use crate::finding::{Rule, Severity};
use crate::model::WhyKind;

fn base() -> Base {
    Base { reference: "main".to_owned(), commit: "0123456789abcdef0123456789abcdef01234567".to_owned() }
}

fn connector(name: &str) -> Subject {
    Subject::cloud("connector", name, "p", Some("r"))
}

fn finding(subject: Subject, field: Option<&str>) -> Finding {
    let rule = Rule::new("connector-changed", Part::Vpc, Severity::High, "");
    let builder = Finding::builder(&rule, subject, "t");
    match field {
        Some(field) => builder.field(field).build(),
        None => builder.build(),
    }
}

fn item(subject: Subject, field: Option<&str>) -> NotChecked {
    NotChecked {
        rule: "connector-changed".to_owned(),
        part: Part::Vpc,
        subject,
        field: field.map(str::to_owned),
        reason: Why::new(WhyKind::Environment, "nobody knows"),
    }
}

struct Sides {
    findings: Vec<Finding>,
    items: Vec<NotChecked>,
    gaps: Gaps,
}

impl Sides {
    fn side(&self) -> Side<'_> {
        let (findings, not_checked) = (self.findings.iter().collect(), self.items.iter().collect());
        Side { findings, not_checked, gaps: self.gaps.clone() }
    }
}

fn sides(findings: &[Finding], items: &[NotChecked]) -> Sides {
    Sides { findings: findings.to_vec(), items: items.to_vec(), gaps: Gaps::default() }
}

fn change(head: &Sides, before: &Sides) -> Change {
    let counted = Counted { head: &head.findings, base: &before.findings, not_checked: &head.items };
    compare(base(), counted, &head.side(), &before.side())
}

#[test]
fn what_only_one_side_has_is_introduced_or_fixed() {
    let (a, b, c) = (finding(connector("a"), None), finding(connector("b"), None), finding(connector("c"), None));
    let change = change(&sides(&[a.clone(), b.clone()], &[]), &sides(&[b, c.clone()], &[]));
    assert_eq!(change.introduced, BTreeSet::from([a.id]));
    assert_eq!(change.standing, 1);
    assert_eq!(change.fixed, [c]);
    assert!(change.undecided.is_empty() && change.perhaps_fixed.is_empty());
}

#[test]
fn what_the_other_side_left_open_is_neither() {
    let own = finding(connector("a"), Some("network"));
    // The same subject, one whose identity is not known, and one that stands for its whole region.
    let open = [
        item(connector("a"), Some("network")),
        item(connector("a"), None),
        item(Subject::local("connector", "google_vpc_access_connector.main"), None),
        item(Subject::cloud("region", "r", "p", Some("r")), None),
    ];
    for open in open {
        let head = sides(std::slice::from_ref(&own), &[]);
        let before = sides(&[], std::slice::from_ref(&open));
        let introduced = change(&head, &before);
        assert!(introduced.introduced.is_empty(), "{open:?}");
        let why = introduced.undecided.get(&own.id).unwrap();
        assert!(why.contains("not checked at the merge base: nobody knows"), "{why}");
        let fixed = change(&before, &head);
        assert!(fixed.fixed.is_empty() && fixed.perhaps_fixed.len() == 1, "{open:?}");
    }
    // Another subject, another field, another region.
    let other = [
        item(connector("b"), None),
        item(connector("a"), Some("subnet")),
        item(Subject::cloud("region", "s", "p", Some("s")), None),
    ];
    for other in other {
        let change = change(&sides(std::slice::from_ref(&own), &[]), &sides(&[], &[other]));
        assert_eq!(change.introduced.len(), 1);
    }
}

#[test]
fn a_gap_hides_its_part_or_its_path() {
    let mut own = finding(connector("a"), None);
    let head = sides(std::slice::from_ref(&own), &[item(connector("z"), None)]);
    let mut before = sides(&[], &[]);
    before.gaps.parts.insert(Part::Vpc, "x.tf could not be read in full at the merge base".to_owned());
    let hidden = change(&head, &before);
    assert_eq!((hidden.introduced.len(), hidden.undecided.len()), (0, 1));
    assert_eq!((hidden.not_checked.len(), hidden.not_checked_undecided.len()), (0, 1));
    own.subject = Subject::local("file", "sub/a.py");
    let head = sides(&[own], &[item(connector("z"), None)]);
    let mut before = sides(&[], &[]);
    before.gaps.paths.push((RepoPath::new("sub"), "it is a submodule".to_owned()));
    let hidden = change(&head, &before);
    assert_eq!((hidden.introduced.len(), hidden.undecided.len()), (0, 1));
    assert_eq!((hidden.not_checked.len(), hidden.not_checked_undecided.len()), (1, 0));
    before.gaps.paths = vec![(RepoPath::new("su"), "it is a submodule".to_owned())];
    assert_eq!(change(&head, &before).introduced.len(), 1);
}

#[test]
fn an_unreadable_file_that_is_the_same_on_both_sides_is_no_gap() {
    let mut evidence = Evidence::default();
    let file = crate::model::SourceFile::new(RepoPath::new("a.tf"), "x {", &crate::model::Excerpts::default());
    evidence.terraform.incomplete.push(Why::at(WhyKind::ParseFailed, "broken", file.origin(0..1)));
    let gap = gaps(&evidence, &BTreeSet::new(), &[], "at the merge base");
    assert_eq!(gap.parts.keys().copied().collect::<Vec<_>>(), [Part::Vpc, Part::Policies]);
    let same = unreadable(&evidence).into_iter().flatten().collect();
    assert_eq!(gaps(&evidence, &same, &[], "at the merge base"), Gaps::default());
}

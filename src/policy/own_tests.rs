//! What happens with a repository's own policies, the faulty and the hostile ones included.

use std::borrow::Cow;

use crate::finding::{Part, Severity, Verdict};
use crate::model::{Egress, Presence, WhyKind, Workload, WorkloadKind, WorkloadName};
use crate::reconcile::{LiveSide, Reconciled};

use super::input::{Resource, Side};
use super::testing::*;
use super::{load, shipped};

fn service(set: fn(&mut Workload)) -> Reconciled<'static> {
    let mut one = workload(WorkloadKind::Service);
    set(&mut one);
    workloads(vec![declared(one, Presence::Certain)], LiveSide::NotAsked, WorkloadKind::Service)
}

fn compliant() -> Reconciled<'static> {
    service(|_| {})
}

/// A policy on services that reads the egress setting, with this body.
fn on_egress(body: &str) -> String {
    format!(
        "package main\n\n# METADATA\n# title: Egress\n# custom:\n#   id: policy-own\n#   kinds: [service]\n#   reads: [egress]\n{body}\n"
    )
}

/// A policy that fails is not checked with its file and line, and the shipped ones go on.
#[test]
fn a_policy_that_fails_is_not_checked_and_the_others_go_on() {
    let cases = [
        ("syntax error", "deny contains x if {\n\tx := \n}", 10, "policy-own"),
        ("v0 syntax", "deny[msg] { msg := \"x\" }", 9, "policy-own"),
        ("unknown function", "deny contains x if {\n\tx := no_such(input.resource.egress)\n}", 10, "policy-own"),
        ("unsafe variable", "deny contains x if {\n\tinput.resource.egress.known == y\n\tx := 1\n}", 10, "policy-own"),
        ("wrong type", "deny contains x if {\n\tx := to_number(input.resource.egress.known)\n}", 10, "policy-own"),
        ("no results", "deny := input.resource.egress.known", 9, "policy-own"),
        ("no message", "deny contains {\"field\": \"x\"} if input.resource.egress", 9, "policy-own"),
        (
            "a wrong path",
            "deny contains {\"msg\": \"x\", \"paths\": [\"egres\"]} if input.resource.egress",
            3,
            "policy-own",
        ),
        ("no rule", "allow if input.resource.egress.known", 0, "policy-own"),
        ("not offered", "deny contains \"x\" if count(numbers.range(1, 1000000000000)) > 1", 9, "policy-own"),
        ("typo in a field", "deny contains \"x\" if input.resource.egres.known == \"ALL_TRAFFIC\"", 9, "policy-own"),
        ("field of another kind", "deny contains \"x\" if input.resource.min_throughput.known < 3", 9, "policy-own"),
        ("field not listed", "deny contains \"x\" if input.resource.connector.absent", 9, "policy-own"),
        ("typo in the resource", "deny contains \"x\" if input.resorce.egress.known", 9, "policy-own"),
    ];
    for (name, body, line, rule) in cases {
        let mut sources = shipped();
        sources.insert("policy/own.rego".to_owned(), on_egress(body));
        let (policies, errors) = load(&sources);
        let verdicts = judge(&policies, &compliant());
        let [item] = not_checked(&verdicts)[..] else { panic!("{name}: {verdicts:?}") };
        assert_eq!((&*item.rule, item.part), (rule, Part::Policies), "{name}");
        assert_eq!(item.reason.kind, WhyKind::PolicyFailed, "{name}");
        let place = format!("policy/own.rego:{}:", line.max(1));
        assert!(item.reason.to_string().contains(&place), "{name}: {}", item.reason);
        assert_eq!((clean(&verdicts), findings(&verdicts).len()), (2, 0), "{name}");
        assert!(policies.rules().iter().any(|known| known.id == rule), "{name}");
        // What can be told before anything is judged is told when policies are loaded.
        for error in errors {
            assert_eq!((&*error.path, error.line), ("policy/own.rego", line), "{name}");
        }
    }
}

#[test]
fn a_runaway_policy_is_stopped_once_and_the_others_go_on() {
    let loops: String = ["a", "b", "c", "d", "e", "f"].map(|name| format!("\tsome {name} in digits\n")).concat();
    let body = format!(
        "deny contains \"x\" if {{\n{loops}\ta + b + c + d + e + f == 0\n\tinput.resource.egress.known\n}}\n\ndigits := {{{}}}",
        (1..=30).map(|digit: u8| digit.to_string()).collect::<Vec<_>>().join(", ")
    );
    let mut sources = shipped();
    sources.insert("policy/own.rego".to_owned(), on_egress(&body));
    let (policies, errors) = load(&sources);
    assert_eq!(errors, []);
    let mut many = compliant();
    let one = many.workloads[0].clone();
    many.workloads.extend((0..20).map(|index| {
        let mut other = one.clone();
        let name = other.name.as_deref().unwrap().clone();
        other.name = Some(Cow::Owned(WorkloadName { name: format!("api-{index}"), ..name }));
        other
    }));
    let started = std::time::Instant::now();
    let verdicts = judge(&policies, &many);
    assert!(started.elapsed().as_secs() < 12, "it runs once, not once a resource");
    assert_eq!(not_checked(&verdicts).len(), 21);
    for item in not_checked(&verdicts) {
        assert_eq!(item.reason.text, "the policy failed: it ran longer than 1 s and was stopped");
        assert_eq!(item.reason.kind, WhyKind::PolicyFailed);
    }
    assert_eq!((clean(&verdicts), findings(&verdicts).len()), (42, 0));
}

#[test]
fn a_typo_in_reads_is_an_error_with_its_line() {
    let policy = on_egress("deny contains \"x\" if input.resource.egress.known == \"ALL_TRAFFIC\"");
    let (policies, errors) = load(&texts(&[("own.rego", &policy.replace("[egress]", "[egres]"))]));
    assert_eq!(errors.len(), 1);
    assert_eq!(
        errors[0].to_string(),
        "own.rego:8: `custom.reads` names `egres`, which the input does not have: did you mean `egress`?"
    );
    let verdicts = judge(&policies, &service(|it| it.vpc.egress = unknown("egress")));
    assert_eq!((clean(&verdicts), not_checked(&verdicts).len()), (0, 1));
}

/// A rule that meets an unknown is silent in Rego; that silence is no pass, whatever the rule looks like.
#[test]
fn a_rule_on_undefined_input_never_passes_in_silence() {
    for body in [
        "deny contains \"x\" if input.resource.egress.known == \"ALL_TRAFFIC\"",
        "deny contains \"x\" if upper(input.resource.egress.known) != \"PRIVATE_RANGES_ONLY\"",
        "deny contains \"x\" if {\n\tsome word in [\"ALL_TRAFFIC\"]\n\tinput.resource.egress.known == word\n}",
        "deny contains \"x\" if not private\n\nprivate if input.resource.egress.known == \"PRIVATE_RANGES_ONLY\"",
        "deny contains \"x\" if not input.resource.egress.known",
        "deny contains {\"msg\": \"x\", \"paths\": [\"egress\"]} if not input.resource.egress.absent",
        "deny contains {\"msg\": \"x\", \"paths\": [\"egress\"]} if not input.resource.egress.known == \"OTHER\"",
    ] {
        let policies = policies(&[("own.rego", &on_egress(body))]);
        let verdicts = judge(&policies, &service(|it| it.vpc.egress = unknown("egress")));
        let [item] = not_checked(&verdicts)[..] else { panic!("{body}: {verdicts:?}") };
        assert_eq!((item.field.as_deref(), &*item.reason.text), (Some("egress"), "var.egress is not set"), "{body}");
        assert_eq!((clean(&verdicts), findings(&verdicts).len()), (0, 0), "{body}");
    }
}

#[test]
fn a_policy_that_does_not_say_what_it_reads_is_undecided_by_any_unknown() {
    let policy = "package own\n\ndeny contains \"all traffic\" if input.resource.egress.known == \"ALL_TRAFFIC\"\n";
    let policies = policies(&[("own.rego", policy)]);
    let verdicts = judge(&policies, &service(|it| it.vpc.connector = unknown("connector")));
    assert_eq!((clean(&verdicts), findings(&verdicts).len()), (0, 0));
    assert_eq!(not_checked(&verdicts)[0].field.as_deref(), Some("connector"));
    assert_eq!(not_checked(&verdicts)[0].rule, "policy-own-deny");
    assert_eq!(clean(&judge(&policies, &compliant())), 1);
    let violating = judge(&policies, &service(|it| it.vpc.egress = known(Egress::AllTraffic, 22)));
    let [finding] = findings(&violating)[..] else { panic!("{violating:?}") };
    assert_eq!(finding.id, "policy-own-deny:service/p/us-central1/api");
    assert_eq!((finding.title.as_str(), finding.severity), ("all traffic (declared)", Severity::High));
}

#[test]
fn unknown_fields_of_an_interface_count_where_they_are_read() {
    let policy = |reads: &str| {
        on_egress("deny contains \"x\" if input.resource.network_interfaces.known[_].network.known == \"n\"")
            .replace("[egress]", reads)
    };
    let open = |it: &mut Workload| {
        let interface = crate::model::workload::NetworkInterface {
            network: unknown("network"),
            subnetwork: absent(),
            tags: absent(),
        };
        it.vpc.interfaces = known(vec![interface], 23);
    };
    let of_list = policies(&[("own.rego", &policy("[network_interfaces]"))]);
    assert_eq!(clean(&judge(&of_list, &service(open))), 1);
    let of_field = policies(&[("own.rego", &policy("[network_interfaces, network_interfaces.network]"))]);
    let verdicts = judge(&of_field, &service(open));
    assert_eq!(not_checked(&verdicts)[0].field.as_deref(), Some("network_interfaces.network"));
}

#[test]
fn rules_without_an_id_are_told_apart() {
    let deny = "package main\n\ndeny contains \"x\" if input.resource.kind == \"nothing\"\n";
    let several = format!("{deny}\nwarn_soft contains \"y\" if input.resource.kind == \"nothing\"\n");
    let policies = policies(&[("a/One_Two.rego", deny), ("b.rego", &several), ("a_test.rego", "package broken(")]);
    let rules = policies.rules();
    let ids: Vec<(&str, Severity)> = rules.iter().map(|rule| (&*rule.id, rule.severity)).collect();
    assert_eq!(
        ids,
        [
            ("policy-main-deny-b", Severity::High),
            ("policy-main-deny-one-two", Severity::High),
            ("policy-main-warn-soft", Severity::Medium)
        ]
    );
}

#[test]
fn two_policies_cannot_have_one_id() {
    let policy = on_egress("deny contains \"x\" if input.resource.egress.known == \"ALL_TRAFFIC\"");
    let (policies, errors) = load(&texts(&[("a.rego", &policy), ("b.rego", &policy)]));
    assert_eq!(errors.len(), 1);
    assert!(errors[0].text.contains("`policy-own` belongs to a.rego already"), "{}", errors[0]);
    let verdicts = judge(&policies, &compliant());
    assert_eq!((clean(&verdicts), not_checked(&verdicts).len()), (1, 1));
    assert_eq!(policies.rules().len(), 2);
}

#[test]
fn several_results_on_one_field_are_one_finding_and_fields_are_apart() {
    let body = "deny contains {\"msg\": \"one\", \"field\": \"f\"} if input.resource.egress\n\ndeny contains {\"msg\": \"two\", \"field\": \"f\"} if input.resource.egress\n\ndeny contains {\"msg\": \"three\", \"field\": \"g\", \"fix\": \"do it\"} if input.resource.egress";
    let policies = policies(&[("own.rego", &on_egress(body))]);
    let verdicts = judge(&policies, &compliant());
    let titles: Vec<&str> = findings(&verdicts).iter().map(|finding| finding.title.as_str()).collect();
    assert_eq!(titles, ["one (declared); two (declared)", "three (declared)"]);
    assert_eq!(findings(&verdicts)[1].fix[0].text, "do it");
    // Without paths, all that the policy reads is the evidence.
    assert_eq!(findings(&verdicts)[0].declared[0].value.as_deref(), Some("egress = PRIVATE_RANGES_ONLY"));
}

#[test]
fn libraries_are_found_by_package_and_by_name() {
    let own = on_egress(
        "import data.lib.words\n\ndeny contains msg if {\n\twords.all(input.resource.egress.known)\n\tmsg := text\n}",
    );
    // Imports stand above the rules.
    let own = own
        .replace("import data.lib.words\n\n", "")
        .replace("package main\n", "package main\n\nimport data.lib.words\n");
    let policies = policies(&[
        ("own.rego", &own),
        ("same_package.rego", "package main\n\ntext := \"all traffic\"\n"),
        ("lib/words.rego", "package lib.words\n\nall(word) if word == data.lib.deeper.word\n"),
        ("lib/deeper.rego", "package lib.deeper\n\nword := \"ALL_TRAFFIC\"\n"),
    ]);
    let verdicts = judge(&policies, &service(|it| it.vpc.egress = known(Egress::AllTraffic, 22)));
    assert_eq!(findings(&verdicts)[0].title, "all traffic (declared)");
    assert_eq!(clean(&judge(&policies, &compliant())), 1);
}

/// What a library reads for a policy decides it as well, though the policy's own text does not show it.
#[test]
fn what_a_library_reads_counts() {
    let own = on_egress("deny contains \"x\" if no_connector");
    let library = "package main\n\nno_connector if input.resource.connector.absent\n";
    let policies = policies(&[("own.rego", &own), ("lib.rego", library)]);
    let verdicts = judge(&policies, &service(|it| it.vpc.connector = unknown("connector")));
    assert_eq!(not_checked(&verdicts)[0].field.as_deref(), Some("connector"));
    let (_, errors) = load(&texts(&[("own.rego", &own), ("lib.rego", &library.replace("connector.", "conector."))]));
    assert_eq!(
        errors[0].to_string(),
        "lib.rego:3: no resource of its kinds has the field `conector`: did you mean `connector`?"
    );
}

#[test]
fn parameters_that_no_policy_names_are_told() {
    let params = ["egress", "min_throughput", "min_troughput"].map(|name| (name.to_owned(), 1)).into();
    assert_eq!(load(&shipped()).0.unused_params(&params), ["min_troughput"]);
    let any = "package own\n\ndeny contains \"x\" if data.params[input.resource.kind]\n";
    assert_eq!(policies(&[("own.rego", any)]).unused_params(&params), [] as [&str; 0]);
}

/// The example of the README is a policy that works, and its input has the fields that the README shows.
#[test]
fn the_readme_is_right() {
    let readme = include_str!("../../policies/README.md");
    let block = |language: &str| {
        let (_, rest) = readme.split_once(&format!("```{language}\n")).unwrap();
        rest.split_once("```").unwrap().0
    };
    let policies = policies(&[("own.rego", block("rego"))]);
    let mut large = connector();
    large.machine_type = known("e2-standard-4".into(), 8);
    let verdicts = judge(&policies, &connectors(vec![declared(large, Presence::Certain)], LiveSide::NotAsked));
    assert_eq!(findings(&verdicts)[0].title, "c uses e2-standard-4 machines (declared)");
    assert_eq!(findings(&verdicts)[0].fix[0].text, "set machine_type = \"e2-micro\"");

    let example: serde_json::Value = serde_json::from_str(block("json")).unwrap();
    let subject = crate::finding::Subject::cloud("connector", "c", "p", Some("us-central1"));
    let resource = Resource::connector(Side::Declared, "x.main".into(), &subject, &connector(), &at(1));
    let keys = |document: &serde_json::Value| -> Vec<String> {
        document["resource"].as_object().unwrap().keys().cloned().collect()
    };
    let (mut shown, mut real) = (keys(&example), keys(&resource.document()));
    shown.sort_unstable();
    real.sort_unstable();
    assert_eq!(shown, real);
    for (path, _) in super::SHIPPED {
        let name = path.rsplit('/').next().unwrap();
        assert!(readme.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn metadata_is_checked_with_its_lines() {
    let rule = "deny contains \"x\" if input.resource.kind == \"service\"\n";
    for (yaml, line, text) in [
        ("# custom: {id: Policy_X}", 4, "`custom.id` must begin with `policy-`"),
        ("# custom: {id: connector-missing}", 4, "`custom.id` must begin with `policy-`"),
        ("# custom:\n#   severity: severe", 5, "`custom.severity` must be"),
        ("# custom:\n#   part: vps", 5, "`custom.part` must be"),
        ("# custom:\n#   kinds: [servce]", 5, "`servce` is no kind of resource"),
        ("# custom:\n#   kinds: service", 5, "must be a list of words"),
        ("# custom:\n#   read: [egress]", 5, "did you mean `reads`?"),
        ("# custom:\n#   params: {x: int}", 5, "`custom.params.x` must be a type"),
        ("# title: [", 4, "no YAML"),
        ("# - a", 4, "must be a mapping"),
        ("# title: 7", 4, "`title` must be a text"),
        ("# custom:\n#   kinds: [connector]\n#   reads: [egress]", 6, "which the input does not have"),
    ] {
        let policy = format!("package main\n\n# METADATA\n{yaml}\n{rule}");
        let (policies, errors) = load(&texts(&[("own.rego", &policy)]));
        assert_eq!(errors.len(), 1, "{yaml}: {errors:?}");
        assert!(errors[0].text.contains(text), "{yaml}: {}", errors[0]);
        assert_eq!(errors[0].line, line, "{yaml}: {}", errors[0]);
        assert_eq!(not_checked(&judge(&policies, &compliant())).len(), 1, "{yaml}");
    }
    let twice = format!("package main\n\n# METADATA\n# title: a\n{rule}\n# METADATA\n# title: b\n{rule}");
    let (_, errors) = load(&texts(&[("own.rego", &twice)]));
    assert!(errors[0].text.contains("has a METADATA block already, in line 3"), "{errors:?}");
    let nothing = format!("package main\n\n{rule}\n# METADATA\n# title: a\n");
    let (_, errors) = load(&texts(&[("own.rego", &nothing)]));
    assert!(errors[0].text.contains("stands above nothing"), "{errors:?}");
}

#[test]
fn a_block_above_the_package_holds_for_the_file() {
    let policy = "# METADATA\n# title: All\n# description: |\n#   Because\n#   of it.\n# authors: [someone]\n# custom:\n#   id: policy-all\n#   severity: low\n#   reads: [egress]\npackage main\n\ndeny contains \"x\" if input.resource.egress.known == \"ALL_TRAFFIC\"\n";
    let policies = policies(&[("own.rego", policy)]);
    let rules = policies.rules();
    assert_eq!((&*rules[0].id, &*rules[0].title, rules[0].severity), ("policy-all", "All", Severity::Low));
    let verdicts = judge(&policies, &service(|it| it.vpc.egress = known(Egress::AllTraffic, 22)));
    assert_eq!(findings(&verdicts)[0].why, "Because of it.");
}

/// What is deep in ways that no single expression shows: rules on rules, and rules on themselves.
#[test]
fn the_deepest_policy_that_is_taken_has_stack_enough() {
    let chain: String = (0..199).map(|index| format!("r{index} if r{}\n", index + 1)).collect();
    let last = format!("1 < 1{}", "\n\t+ 1".repeat(250));
    let chain = format!("package main\n\ndeny contains \"x\" if r0\n\n{chain}\nr199 if {last}\n");
    let functions: String = (0..199).map(|index| format!("f{index}(x) := f{}(x)\n", index + 1)).collect();
    let functions = format!(
        "package main\n\ndeny contains \"x\" if f0(1) == 2\n\n{functions}\nf199(x) := x{}\n",
        "\n\t+ x".repeat(250)
    );
    for text in [chain, functions] {
        let (policies, errors) = load(&texts(&[("own.rego", &text)]));
        let verdicts = judge(&policies, &compliant());
        assert_eq!((errors, verdicts.len()), (vec![], 1));
    }
    for recursive in ["f(1) == 2\n\nf(x) := f(x + 1)", "a\n\na if b\n\nb if a"] {
        let recursive = format!("package main\n\ndeny contains \"x\" if {recursive}\n");
        let (policies, errors) = load(&texts(&[("own.rego", &recursive)]));
        assert!(errors[0].text.contains("builds on itself"), "{errors:?}");
        assert_eq!(not_checked(&judge(&policies, &compliant())).len(), 1);
    }
}

#[test]
fn any_text_is_a_policy_or_an_error() {
    let deep = format!("package main\n\ndeny contains x if x := {}1{}\n", "[".repeat(500), "]".repeat(500));
    let long = format!("package main\n\ndeny contains \"x\" if 1 < 1{}\n", "\n+1".repeat(9_000));
    let yaml = format!("package main\n\n# METADATA\n# {}\ndeny contains \"x\" if true\n", "[".repeat(900));
    let many = format!("package main\n\n{}", "deny contains \"x\" if input.resource.label == \"y\"\n".repeat(1_900));
    let wide = "package main\n\ndeny contains sprintf(\"%d\", [x]) if some x in [a | some a, _ in split(\"".to_owned()
        + &"a,".repeat(300)
        + "\", \",\")]\n";
    let huge = " ".repeat(200_000);
    let lines = "\n".repeat(60_000);
    for text in ["", "\0", "package", "package main", "é", "# METADATA", &deep, &long, &yaml, &wide, &huge, &lines] {
        let (policies, errors) = load(&texts(&[("own.rego", text)]));
        let verdicts = judge(&policies, &compliant());
        let shown: String = text.chars().take(60).collect();
        assert_eq!((clean(&verdicts), findings(&verdicts).len()), (0, 0), "{shown}");
        assert_eq!(not_checked(&verdicts).len(), 1, "{shown}: {errors:?}");
    }
    let (policies, errors) = load(&texts(&[("own.rego", &many)]));
    assert_eq!((errors, clean(&judge(&policies, &compliant()))), (vec![], 1));
    assert_eq!(judge(&load(&texts(&[])).0, &compliant()), [] as [Verdict; 0]);
}

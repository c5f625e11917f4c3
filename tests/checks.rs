//! One change to the clean repository for each thing that a rule says, and the nearest innocent change beside it.

use serde_json::{Value, json};

use super::common::{Repository, list};

/// A change, and the rules that report it, each with the subject's name.
struct Case {
    name: &'static str,
    change: fn(&Repository),
    findings: &'static [(&'static str, &'static str)],
    not_checked: &'static [(&'static str, &'static str)],
}

const NOTHING: &[(&str, &str)] = &[];

fn item<'a>(state: &'a mut Value, api: &str, name: &str) -> &'a mut Value {
    state["answers"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .filter(|answer| answer["api"] == api)
        .flat_map(|answer| answer["items"].as_array_mut().unwrap())
        .find(|item| item["name"].as_str().unwrap().ends_with(&format!("/{name}")))
        .unwrap()
}

fn connector(repository: &Repository, change: impl Fn(&mut Value)) {
    repository.change_state(|state| change(item(state, "vpcaccess.connectors", "netra-vpc-connector")));
}

fn service(repository: &Repository, name: &str, change: impl Fn(&mut Value)) {
    repository.change_state(|state| change(item(state, "run.services", name)));
}

/// The template and the revision that serves it.
fn template(repository: &Repository, name: &str, change: impl Fn(&mut Value)) {
    repository.change_state(|state| {
        let service = item(state, "run.services", name);
        change(&mut service["template"]);
        let revision = service["latestReadyRevision"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        change(item(state, "run.revisions", &revision));
    });
}

const CASES: &[Case] = &[
    Case {
        name: "a connector in ERROR",
        change: |repository| connector(repository, |connector| connector["state"] = json!("ERROR")),
        findings: &[("connector-not-ready", "netra-vpc-connector")],
        not_checked: NOTHING,
    },
    Case {
        name: "a connector that is being updated is settling, whatever its fields say",
        change: |repository| {
            connector(repository, |connector| {
                connector["state"] = json!("UPDATING");
                connector["maxInstances"] = json!(3);
            });
        },
        findings: NOTHING,
        not_checked: &[
            ("connector-changed", "netra-vpc-connector"),
            ("connector-not-ready", "netra-vpc-connector"),
            ("policy-connector-throughput", "netra-vpc-connector"),
            ("policy-connector-range", "netra-vpc-connector"),
        ],
    },
    Case {
        name: "a connector in a state that this version does not know",
        change: |repository| connector(repository, |connector| connector["state"] = json!("DREAMING")),
        findings: NOTHING,
        not_checked: &[("connector-not-ready", "netra-vpc-connector")],
    },
    Case {
        name: "a connector on another network",
        change: |repository| connector(repository, |connector| connector["network"] = json!("default")),
        findings: &[("connector-changed", "netra-vpc-connector")],
        not_checked: NOTHING,
    },
    Case {
        name: "a connector with another range",
        change: |repository| connector(repository, |connector| connector["ipCidrRange"] = json!("10.8.1.0/28")),
        findings: &[("connector-changed", "netra-vpc-connector")],
        not_checked: NOTHING,
    },
    Case {
        name: "another machine type than the default",
        change: |repository| connector(repository, |connector| connector["machineType"] = json!("e2-standard-4")),
        findings: &[("connector-changed", "netra-vpc-connector")],
        not_checked: NOTHING,
    },
    Case {
        name: "throughput is what the instances say, and a full network name is the short one",
        change: |repository| {
            connector(repository, |connector| {
                connector["network"] = json!("projects/netra-staging/global/networks/netra-staging-vpc");
                connector["subnet"] = json!({ "name": "aet-uscentral1-subnet--1" });
                connector.as_object_mut().unwrap().remove("minThroughput");
            });
        },
        findings: NOTHING,
        not_checked: NOTHING,
    },
    Case {
        name: "a service on a connector of the same name in another project",
        change: |repository| {
            template(repository, "netra-auth-staging", |template| {
                template["vpcAccess"]["connector"] =
                    json!("projects/netra-production/locations/us-central1/connectors/netra-vpc-connector");
            });
        },
        findings: &[("workload-connector-changed", "netra-auth-staging")],
        not_checked: NOTHING,
    },
    Case {
        name: "a connector named by a project number that nobody knows",
        change: |repository| {
            template(repository, "netra-auth-staging", |template| {
                template["vpcAccess"]["connector"] =
                    json!("projects/999999999999/locations/us-central1/connectors/netra-vpc-connector");
            });
        },
        findings: NOTHING,
        not_checked: &[
            ("workload-connector-changed", "netra-auth-staging"),
            ("traffic-on-stale-revision", "netra-auth-staging"),
            ("policy-service-attached", "netra-auth-staging"),
        ],
    },
    Case {
        name: "other spellings of the same connector and the default egress left out",
        change: |repository| {
            template(repository, "netra-auth-staging", |template| {
                template["vpcAccess"] = json!({
                    "connector": "projects/701982941522/locations/us-central1/connectors/netra-vpc-connector",
                });
            });
            template(repository, "netra-analytics-staging", |template| {
                template["vpcAccess"] =
                    json!({ "connector": "netra-vpc-connector", "egress": "VPC_EGRESS_UNSPECIFIED" });
            });
        },
        findings: NOTHING,
        not_checked: NOTHING,
    },
    Case {
        name: "direct VPC egress in place of the connector",
        change: |repository| {
            template(repository, "netra-auth-staging", |template| {
                template["vpcAccess"] = json!({
                    "networkInterfaces": [{ "network": "netra-staging-vpc", "subnetwork": "netra-staging-vpc" }],
                });
            });
        },
        findings: &[("workload-connector-changed", "netra-auth-staging")],
        not_checked: NOTHING,
    },
    Case {
        name: "a service that is being rolled out is settling",
        change: |repository| {
            service(repository, "netra-auth-staging", |service| {
                service["reconciling"] = json!(true);
                service["template"]["vpcAccess"]["egress"] = json!("ALL_TRAFFIC");
            });
        },
        findings: NOTHING,
        not_checked: &[
            ("workload-connector-changed", "netra-auth-staging"),
            ("workload-egress-changed", "netra-auth-staging"),
            ("traffic-on-stale-revision", "netra-auth-staging"),
            ("policy-egress-private-ranges-only", "netra-auth-staging"),
            ("policy-service-attached", "netra-auth-staging"),
        ],
    },
    Case {
        name: "a revision that serves and is not in the list",
        change: |repository| {
            repository.change_state(|state| {
                let revision = item(state, "run.services", "netra-auth-staging")["latestReadyRevision"].clone();
                let short = revision.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
                for answer in state["answers"].as_array_mut().unwrap() {
                    let items = answer["items"].as_array_mut().unwrap();
                    items.retain(|item| !item["name"].as_str().unwrap().ends_with(&format!("/revisions/{short}")));
                }
            });
        },
        findings: NOTHING,
        not_checked: &[("traffic-on-stale-revision", "netra-auth-staging")],
    },
    Case {
        name: "what clients and the server write about themselves",
        change: |repository| {
            service(repository, "netra-auth-staging", |service| {
                service["annotations"] = json!({ "run.googleapis.com/operation-id": "0815" });
                service["client"] = json!("cloud-console");
                service["someNewField"] = json!({ "of": ["a", "later", "version"] });
                service["generation"] = json!(212);
                service["observedGeneration"] = json!("212");
            });
        },
        findings: NOTHING,
        not_checked: NOTHING,
    },
    Case {
        name: "a range that is no /28",
        change: |repository| {
            repository.replace("terraform/terraform.tfvars", "\"10.8.0.0/28\"", "\"10.8.0.0/27\"");
            connector(repository, |connector| connector["ipCidrRange"] = json!("10.8.0.0/27"));
        },
        findings: &[("policy-connector-range", "netra-vpc-connector")],
        not_checked: NOTHING,
    },
    Case {
        name: "a variable that decides a connector's name has no value",
        change: |repository| {
            let variables = repository.read("terraform/variables.tf");
            repository.write(
                "terraform/variables.tf",
                &format!("{variables}\nvariable \"suffix\" {{\n  type = string\n}}\n"),
            );
            repository.replace(
                "terraform/connector.tf",
                "name          = \"${var.product}-dr-connector\"",
                "name          = \"${var.product}-dr-${var.suffix}\"",
            );
        },
        findings: NOTHING,
        not_checked: &[
            ("connector-missing", "google_vpc_access_connector.dr[0]"),
            ("connector-changed", "google_vpc_access_connector.dr[0]"),
            ("connector-not-ready", "google_vpc_access_connector.dr[0]"),
            ("connector-unmanaged", "netra-dr-connector"),
            ("workload-connector-changed", "netra-backend-dr"),
            ("policy-service-attached", "netra-backend-dr"),
            ("policy-connector-range", "google_vpc_access_connector.dr[0]"),
            ("policy-connector-throughput", "google_vpc_access_connector.dr[0]"),
        ],
    },
    Case {
        name: "a syntax error in a helper of the tests",
        change: |repository| repository.write("tests/helpers/broken_helper.py", "def broken(:\n    pass\n"),
        findings: &[("python-syntax-error", "tests/helpers/broken_helper.py")],
        not_checked: NOTHING,
    },
    Case {
        name: "a smoke class that exists nowhere",
        change: |repository| {
            repository.replace("gcp-drift.toml", "name = \"TestServiceHealth\"", "name = \"TestNoSuchClass\"");
        },
        findings: &[("smoke-class-missing", "TestNoSuchClass")],
        not_checked: NOTHING,
    },
    Case {
        name: "a smoke class with a constructor",
        change: |repository| {
            repository.replace(
                "tests/smoke/test_smoke_database.py",
                "class TestDatabaseConnection:\n",
                "class TestDatabaseConnection:\n    def __init__(self) -> None:\n        self.ready = True\n\n",
            );
        },
        findings: &[("smoke-class-not-collectable", "TestDatabaseConnection")],
        not_checked: NOTHING,
    },
    Case {
        name: "a required method is gone",
        change: |repository| {
            repository.replace(
                "tests/e2e/staging/test_vpc_connectivity.py",
                "def test_redis_connection_via_vpc",
                "def test_cache_connection_via_vpc",
            );
        },
        findings: &[("smoke-class-methods-missing", "TestVPCConnectivity")],
        not_checked: NOTHING,
    },
    Case {
        name: "a category that no file matches",
        change: |repository| {
            repository.replace(
                "gcp-drift.toml",
                "unit = [\"tests/unit/**/test_*.py\"]",
                "unit = [\"tests/units/**/test_*.py\"]",
            );
        },
        findings: &[("category-empty", "unit")],
        not_checked: NOTHING,
    },
    Case {
        name: "limits on discovery",
        change: |repository| {
            repository.replace("gcp-drift.toml", "cap = 1000", "cap = 10");
            repository.replace("gcp-drift.toml", "max_files = 5000", "max_files = 20");
        },
        findings: &[("discovery-cap-exceeded", "tests"), ("discovery-too-many-files", "tests")],
        not_checked: NOTHING,
    },
    Case {
        name: "a guarded import of something that is gone is no failure",
        change: |repository| {
            repository.write(
                "tests/unit/test_guarded.py",
                "try:\n    from tests.helpers import nothing_like_this\nexcept ImportError:\n    nothing_like_this = None\n\n\ndef test_it() -> None:\n    assert nothing_like_this is None\n",
            );
        },
        findings: &[("import-symbol-missing", "tests/unit/test_guarded.py:tests.helpers.nothing_like_this")],
        not_checked: NOTHING,
    },
    Case {
        name: "a third-party import on a critical chain that only direct dependencies could provide",
        change: |repository| {
            let requirements = repository.read("requirements.txt");
            let direct: String = requirements
                .lines()
                .filter(|line| !line.trim_start().starts_with('#'))
                .map(|line| format!("{line}\n"))
                .collect();
            // No longer a lock file: what else is installed cannot be told.
            repository.write("requirements.txt", &direct.replace("docker==", "dokker=="));
            let declared = repository.read("requirements.in");
            repository.write("requirements.in", &declared.replace("docker", "dokker"));
        },
        findings: NOTHING,
        not_checked: &[
            ("critical-import-broken", "tests.mission_critical.websocket_real_test_base"),
            ("critical-import-broken", "test_framework.ssot.base_test_case"),
            ("critical-import-broken", "test_framework.ssot.mock_factory"),
        ],
    },
];

#[test]
fn each_change_gives_exactly_its_findings_and_not_checked_items() {
    let mut wrong = Vec::new();
    for case in CASES {
        let repository = Repository::copy_of("clean");
        (case.change)(&repository);
        let report = repository.run(&["check", "--format", "json"]).json();
        let pairs = |key: &str| {
            let mut pairs: Vec<(String, String)> = list(&report, key)
                .iter()
                .map(|item| {
                    (item["rule"].as_str().unwrap().to_owned(), item["subject"]["name"].as_str().unwrap().to_owned())
                })
                .collect();
            pairs.sort();
            pairs.dedup();
            pairs
        };
        let wanted = |pairs: &[(&str, &str)]| {
            let mut pairs: Vec<(String, String)> =
                pairs.iter().map(|&(rule, name)| (rule.to_owned(), name.to_owned())).collect();
            pairs.sort();
            pairs
        };
        if pairs("findings") != wanted(case.findings) || pairs("not_checked") != wanted(case.not_checked) {
            wrong.push(format!(
                "{}:\n  findings {:?}\n  not checked {:?}",
                case.name,
                pairs("findings"),
                pairs("not_checked")
            ));
        }
        // Everything that is not checked says why.
        for item in list(&report, "not_checked") {
            assert!(!item["reason"]["text"].as_str().unwrap().is_empty(), "{item}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_guarded_import_is_only_a_note() {
    let repository = Repository::copy_of("clean");
    repository.write(
        "tests/unit/test_guarded.py",
        "try:\n    import tests.helpers.gone\nexcept ImportError:\n    pass\n\n\ndef test_it() -> None:\n    assert True is not None\n",
    );
    let outcome = repository.run(&["check", "--format", "json"]).expect_code(0);
    let report = outcome.json();
    assert_eq!(report["findings"][0]["severity"], "info", "{}", report["findings"]);
}

#[test]
fn one_change_has_one_root_finding() {
    let repository = Repository::copy_of("staging");
    let report = repository.run(&["check", "--format", "json"]).json();
    for rule in ["critical-import-broken", "policy-service-attached", "policy-connector-throughput"] {
        for finding in list(&report, "findings").iter().filter(|finding| finding["rule"] == rule) {
            assert!(!list(finding, "caused_by").is_empty(), "{}", finding["id"]);
        }
    }
    // A cause stands before its consequences.
    let ids: Vec<&str> = list(&report, "findings").iter().map(|finding| finding["id"].as_str().unwrap()).collect();
    for (at, finding) in list(&report, "findings").iter().enumerate() {
        for cause in list(finding, "caused_by") {
            let before = ids.iter().position(|id| *id == cause.as_str().unwrap()).unwrap();
            assert!(before < at, "{} stands before its cause", finding["id"]);
        }
    }
}

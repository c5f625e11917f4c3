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
        .find(|item| item["name"].as_str().is_some_and(|own| own == name || own.ends_with(&format!("/{name}"))))
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

/// Declares another service with this `vpc_access` block, and makes it live with that `vpcAccess`.
fn another_service(repository: &Repository, declared: &str, live: Value) {
    let text = format!(
        "resource \"google_cloud_run_v2_service\" \"direct\" {{\n  name     = \"netra-direct-staging\"\n  location = \"us-central1\"\n\n  template {{\n{declared}\n    containers {{\n      image = \"us-docker.pkg.dev/cloudrun/container/hello\"\n    }}\n  }}\n}}\n"
    );
    // The network that the interfaces name exists elsewhere.
    let elsewhere = "data \"google_compute_network\" \"shop\" {\n  name = \"shop\"\n}\n";
    repository.write("terraform/direct.tf", &format!("{text}{elsewhere}"));
    repository.change_state(|state| {
        let mut service = item(state, "run.services", "netra-auth-staging").clone();
        let revision = service["latestReadyRevision"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let mut revision = item(state, "run.revisions", &revision).clone();
        service["template"]["vpcAccess"] = live.clone();
        revision["vpcAccess"] = live.clone();
        for (api, item) in [("run.services", service), ("run.revisions", revision)] {
            let renamed = item.to_string().replace("netra-auth-staging", "netra-direct-staging");
            let answers = state["answers"].as_array_mut().unwrap();
            let own = |answer: &&mut Value| answer["api"] == api && answer["region"] == "us-central1";
            let items = answers.iter_mut().find(own).unwrap()["items"].as_array_mut().unwrap();
            items.push(serde_json::from_str(&renamed).unwrap());
        }
    });
}

/// The same by the v1 resource, with annotations.
fn v1_service(repository: &Repository, declared: &str, live: &str) {
    another_service(repository, "", json!({ "connector": live, "egress": "PRIVATE_RANGES_ONLY" }));
    let text = format!(
        "resource \"google_cloud_run_service\" \"direct\" {{\n  name     = \"netra-direct-staging\"\n  location = \"us-central1\"\n\n  template {{\n    metadata {{\n      annotations = {{\n        \"run.googleapis.com/vpc-access-connector\" = \"{declared}\"\n      }}\n    }}\n  }}\n}}\n"
    );
    repository.write("terraform/direct.tf", &text);
}

/// A file of deploy config beside those of the fixture.
fn deploys(repository: &Repository, path: &str, text: &str) {
    repository.write(path, text);
    repository.replace(
        "gcp-drift.toml",
        "\".github/workflows/deploy-staging.yml\"]",
        &format!("\".github/workflows/deploy-staging.yml\", \"{path}\"]"),
    );
}

/// A manifest of the front end that nothing applies, with lines among the annotations of its template and its own.
fn manifest(template: &str, own: &str) -> String {
    format!(
        "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata:\n  name: netra-frontend-staging\n  namespace: netra-staging\n  labels:\n    cloud.googleapis.com/location: us-central1\n  annotations:\n    run.googleapis.com/ingress: all\n{own}spec:\n  template:\n    metadata:\n      annotations:\n        run.googleapis.com/vpc-access-connector: netra-vpc-connector\n{template}    spec:\n      containers:\n        - image: frontend\n"
    )
}

const DIRECT: &str = "    vpc_access {\n      network_interfaces {\n        network    = \"shop\"\n        subnetwork = \"run\"\n        tags       = [\"web\", \"db\"]\n      }\n    }";
const DIRECT_BY_SUBNETWORK: &str =
    "    vpc_access {\n      network_interfaces {\n        subnetwork = \"run\"\n      }\n    }";
const DIRECT_BY_NETWORK: &str =
    "    vpc_access {\n      network_interfaces {\n        network = \"default\"\n      }\n    }";

const CASES: &[Case] = &[
    Case {
        name: "variables: a misspelt name in a file of variables",
        change: |repository| {
            let text = repository.read("terraform/terraform.tfvars");
            repository.write("terraform/terraform.tfvars", &format!("{text}\nredis_memory_bg = 4\n"));
        },
        findings: &[("variable-undeclared", "terraform: var.redis_memory_bg")],
        not_checked: NOTHING,
    },
    Case {
        name: "variables: a name that is declared in a file of its own",
        change: |repository| {
            let text = repository.read("terraform/terraform.tfvars");
            repository.write("terraform/terraform.tfvars", &format!("{text}\nredis_memory_bg = 4\n"));
            repository.write("terraform/more.tf", "variable \"redis_memory_bg\" {}\n");
        },
        findings: NOTHING,
        not_checked: NOTHING,
    },
    Case {
        name: "variables: an attribute that the type does not have",
        change: |repository| repository.replace("terraform/terraform.tfvars", "disk_size_gb =", "disk_size ="),
        findings: &[("attribute-dropped", "terraform: var.database")],
        not_checked: NOTHING,
    },
    Case {
        name: "variables: an attribute that the type has, optional as it is",
        change: |repository| {
            repository.replace(
                "terraform/terraform.tfvars",
                "disk_size_gb =",
                "version = \"POSTGRES_15\"\n  disk_size_gb =",
            );
        },
        findings: NOTHING,
        not_checked: NOTHING,
    },
    Case {
        name: "variables: a validation that fails",
        change: |repository| {
            repository.replace("terraform/variables.tf", "\"10.20.8.5\"\n", "\"clickhouse\"\n\n  validation {\n    condition     = can(cidrhost(\"${var.clickhouse_host}/32\", 0))\n    error_message = \"Not an address.\"\n  }\n");
        },
        findings: &[("variable-validation-failed", "terraform: var.clickhouse_host")],
        not_checked: NOTHING,
    },
    Case {
        name: "variables: a validation that holds, and one whose condition is not known",
        change: |repository| {
            repository.replace("terraform/variables.tf", "\"10.20.8.5\"\n", "\"10.20.8.5\"\n\n  validation {\n    condition     = can(cidrhost(\"${var.clickhouse_host}/32\", 0))\n    error_message = \"Not an address.\"\n  }\n  validation {\n    condition     = var.clickhouse_host != terraform.workspace\n    error_message = \"Not an address.\"\n  }\n");
        },
        findings: NOTHING,
        not_checked: NOTHING,
    },
    Case {
        name: "variables: a file that nothing reads",
        change: |repository| {
            repository.write("terraform/environments/production.tfvars", "environment = \"production\"\n");
        },
        findings: &[("var-file-unused", "terraform/environments/production.tfvars")],
        not_checked: NOTHING,
    },
    Case {
        name: "variables: a file that Terraform reads by itself, and one that a deployment names",
        change: |repository| {
            repository.write("terraform/own.auto.tfvars", "redis_memory_gb = 2\n");
            repository.write("terraform/environments/staging.tfvars", "redis_memory_gb = 2\n");
            let text = repository.read("gcp-drift.toml");
            let own = "[[terraform.deployments]]\nroot = \"terraform\"\nvar_files = [\"terraform/environments/staging.tfvars\"]\n";
            repository.write("gcp-drift.toml", &format!("{text}\n{own}"));
        },
        findings: NOTHING,
        not_checked: NOTHING,
    },
    Case {
        name: "interfaces: tags in another order, and names in full",
        change: |repository| {
            let live = json!({ "egress": "PRIVATE_RANGES_ONLY", "networkInterfaces": [{
                "network": "https://www.googleapis.com/compute/v1/projects/netra-staging/global/networks/shop",
                "subnetwork": "projects/netra-staging/regions/us-central1/subnetworks/run",
                "tags": ["db", "web"],
            }] });
            another_service(repository, DIRECT, live);
        },
        findings: NOTHING,
        not_checked: NOTHING,
    },
    Case {
        name: "interfaces: only the subnetwork is declared, and the API names its network as well",
        change: |repository| {
            let live = json!({ "networkInterfaces": [{ "network": "shop", "subnetwork": "run" }] });
            another_service(repository, DIRECT_BY_SUBNETWORK, live);
        },
        findings: NOTHING,
        not_checked: NOTHING,
    },
    Case {
        name: "interfaces: only the network is declared, and the subnetwork has its name",
        change: |repository| {
            let live = json!({ "networkInterfaces": [{ "network": "default", "subnetwork": "default" }] });
            another_service(repository, DIRECT_BY_NETWORK, live);
        },
        findings: NOTHING,
        not_checked: NOTHING,
    },
    Case {
        name: "interfaces: only the network is declared, and the subnetwork is another one",
        change: |repository| {
            let live = json!({ "networkInterfaces": [{ "network": "default", "subnetwork": "run" }] });
            another_service(repository, DIRECT_BY_NETWORK, live);
        },
        findings: &[("workload-interfaces-changed", "netra-direct-staging")],
        not_checked: NOTHING,
    },
    Case {
        name: "interfaces: another network and subnetwork than the declared subnetwork's",
        change: |repository| {
            let live = json!({ "networkInterfaces": [{ "network": "other", "subnetwork": "other" }] });
            another_service(repository, DIRECT_BY_SUBNETWORK, live);
        },
        findings: &[("workload-interfaces-changed", "netra-direct-staging")],
        not_checked: NOTHING,
    },
    Case {
        name: "interfaces: another set of tags",
        change: |repository| {
            let live = json!({ "networkInterfaces": [{ "network": "shop", "subnetwork": "run", "tags": ["db"] }] });
            another_service(repository, DIRECT, live);
        },
        findings: &[("workload-interfaces-changed", "netra-direct-staging")],
        not_checked: NOTHING,
    },
    Case {
        name: "interfaces: gone",
        change: |repository| another_service(repository, DIRECT, json!(null)),
        findings: &[
            ("policy-service-attached", "netra-direct-staging"),
            ("workload-interfaces-changed", "netra-direct-staging"),
        ],
        not_checked: NOTHING,
    },
    Case {
        name: "interfaces: a connector in their place is said once",
        change: |repository| {
            another_service(repository, DIRECT, json!({ "connector": "netra-vpc-connector" }));
        },
        findings: &[("workload-connector-changed", "netra-direct-staging")],
        not_checked: NOTHING,
    },
    Case {
        name: "an interface where nothing is declared",
        change: |repository| {
            let live = json!({ "networkInterfaces": [{ "network": "shop", "subnetwork": "run" }] });
            another_service(repository, "", live);
        },
        findings: &[
            ("policy-service-attached", "netra-direct-staging"),
            ("workload-interfaces-changed", "netra-direct-staging"),
        ],
        not_checked: NOTHING,
    },
    Case {
        name: "a connector where nothing is declared, with an egress of its own, is said once",
        change: |repository| {
            another_service(repository, "", json!({ "connector": "netra-vpc-connector", "egress": "ALL_TRAFFIC" }));
        },
        findings: &[
            ("policy-egress-private-ranges-only", "netra-direct-staging"),
            ("policy-service-attached", "netra-direct-staging"),
            ("workload-connector-changed", "netra-direct-staging"),
        ],
        not_checked: NOTHING,
    },
    Case {
        name: "an empty block is no VPC access",
        change: |repository| another_service(repository, "", json!({})),
        findings: &[("policy-service-attached", "netra-direct-staging")],
        not_checked: NOTHING,
    },
    Case {
        name: "all traffic where no egress is declared, of which a plan says nothing",
        change: |repository| {
            repository.replace("terraform/cloud_run.tf", "      egress    = \"PRIVATE_RANGES_ONLY\"\n", "");
            template(repository, "netra-auth-staging", |template| {
                template["vpcAccess"]["egress"] = json!("ALL_TRAFFIC");
            });
        },
        findings: &[
            ("workload-egress-changed", "netra-auth-staging"),
            ("policy-egress-private-ranges-only", "netra-auth-staging"),
        ],
        not_checked: NOTHING,
    },
    Case {
        name: "a connector of the same name in another region",
        change: |repository| {
            template(repository, "netra-auth-staging", |template| {
                template["vpcAccess"]["connector"] =
                    json!("projects/netra-staging/locations/us-east1/connectors/netra-vpc-connector");
            });
        },
        findings: &[
            ("workload-connector-changed", "netra-auth-staging"),
            ("workload-connector-missing", "netra-auth-staging"),
        ],
        not_checked: NOTHING,
    },
    Case {
        name: "a range that is written with host bits",
        change: |repository| {
            repository.replace("terraform/terraform.tfvars", "\"10.8.0.0/28\"", "\"10.8.0.5/28\"");
        },
        findings: NOTHING,
        not_checked: NOTHING,
    },
    Case {
        name: "instances declared, and the throughput that the API derives from them",
        change: |repository| {
            let text = repository.read("terraform/connector.tf");
            let text = text.replace("min_throughput = 300", "min_instances = 3");
            repository.write("terraform/connector.tf", &text.replace("max_throughput = 1000", "max_instances = 10"));
        },
        findings: NOTHING,
        not_checked: NOTHING,
    },
    Case {
        name: "more instances live than declared",
        change: |repository| {
            let text = repository.read("terraform/connector.tf");
            let text = text.replacen("max_throughput = 1000", "max_instances = 9", 1);
            repository.write("terraform/connector.tf", &text);
        },
        findings: &[
            ("connector-changed", "netra-vpc-connector"),
            ("policy-connector-throughput", "netra-vpc-connector"),
        ],
        not_checked: NOTHING,
    },
    Case {
        name: "a connector that was made from a subnet answers with the subnet's network as well",
        change: |repository| {
            let text = repository.read("terraform/connector.tf");
            let own = "  network       = module.network.network_name\n  ip_cidr_range = var.connector_cidr\n";
            assert_eq!(text.matches(own).count(), 1);
            repository
                .write("terraform/connector.tf", &text.replace(own, "  subnet {\n    name = \"connectors\"\n  }\n"));
            connector(repository, |connector| {
                connector.as_object_mut().unwrap().remove("ipCidrRange");
                connector["subnet"] = json!({ "name": "connectors", "projectId": "netra-staging" });
            });
        },
        findings: NOTHING,
        not_checked: NOTHING,
    },
    Case {
        name: "a network that is gone",
        change: |repository| {
            repository.change_state(|state| {
                for answer in state["answers"].as_array_mut().unwrap() {
                    if answer["api"] == "compute.networks" {
                        answer["items"] = json!([]);
                    }
                }
            });
        },
        findings: &[("network-missing", "netra-staging-vpc")],
        not_checked: NOTHING,
    },
    Case {
        name: "a subnetwork of the same name and project in another region",
        change: |repository| {
            repository.change_state(|state| {
                let text = item(state, "compute.subnetworks", "netra-staging-vpc-dr").to_string();
                *item(state, "compute.subnetworks", "netra-staging-vpc-dr") =
                    serde_json::from_str(&text.replace("us-east1", "us-west1")).unwrap();
            });
        },
        findings: &[("subnetwork-missing", "netra-staging-vpc-dr")],
        not_checked: NOTHING,
    },
    Case {
        name: "networks that may not be listed",
        change: |repository| {
            repository.change_state(|state| {
                for answer in state["answers"].as_array_mut().unwrap() {
                    if ["compute.networks", "compute.subnetworks"].contains(&answer["api"].as_str().unwrap()) {
                        answer["items"] = json!([]);
                        answer["status"] = json!("denied");
                    }
                }
            });
        },
        findings: NOTHING,
        not_checked: &[
            ("network-missing", "netra-staging-vpc"),
            ("network-changed", "netra-staging-vpc"),
            ("peering-not-active", "netra-staging-vpc"),
            ("subnetwork-missing", "netra-staging-vpc-dr"),
            ("subnetwork-missing", "netra-staging-vpc-main"),
            ("subnetwork-changed", "netra-staging-vpc-dr"),
            ("subnetwork-changed", "netra-staging-vpc-main"),
        ],
    },
    Case {
        name: "a region of subnetworks that was not reached",
        change: |repository| {
            repository.change_state(|state| {
                for answer in state["answers"].as_array_mut().unwrap() {
                    if answer["api"] == "compute.subnetworks" {
                        answer["items"] = json!([answer["items"][0]]);
                        answer["unreachable"] = json!(["us-east1"]);
                    }
                }
            });
        },
        findings: NOTHING,
        not_checked: &[("subnetwork-missing", "netra-staging-vpc-dr"), ("subnetwork-changed", "netra-staging-vpc-dr")],
    },
    Case {
        name: "a connector that is gone",
        change: |repository| {
            repository.change_state(|state| {
                for answer in state["answers"].as_array_mut().unwrap() {
                    let items = answer["items"].as_array_mut().unwrap();
                    items.retain(|item| {
                        !item["name"].as_str().unwrap_or_default().ends_with("/connectors/netra-vpc-connector")
                    });
                }
            });
        },
        findings: &[("connector-missing", "netra-vpc-connector")],
        not_checked: NOTHING,
    },
    Case {
        name: "a service of which the API does not say who serves it",
        change: |repository| {
            service(repository, "netra-auth-staging", |service| {
                service.as_object_mut().unwrap().remove("trafficStatuses");
            });
        },
        findings: NOTHING,
        not_checked: &[("traffic-on-stale-revision", "netra-auth-staging")],
    },
    Case {
        name: "a connector that nothing declares, while it is not known which services use it",
        change: |repository| {
            repository.change_state(|state| {
                let mut own = item(state, "vpcaccess.connectors", "netra-vpc-connector").clone();
                own["name"] = json!("projects/netra-staging/locations/us-central1/connectors/old");
                for answer in state["answers"].as_array_mut().unwrap() {
                    if answer["api"] == "vpcaccess.connectors" && answer["region"] == "us-central1" {
                        answer["items"].as_array_mut().unwrap().push(own.clone());
                    }
                }
            });
        },
        findings: &[("connector-unmanaged", "old")],
        not_checked: NOTHING,
    },
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
        findings: &[
            ("workload-connector-changed", "netra-auth-staging"),
            ("workload-connector-missing", "netra-auth-staging"),
        ],
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
        findings: &[("deploy-refused", "netra-auth-staging"), ("workload-connector-changed", "netra-auth-staging")],
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
            ("traffic-pinned", "netra-auth-staging"),
            ("rollout-failed", "netra-auth-staging"),
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
                    items.retain(|item| {
                        !item["name"].as_str().unwrap_or_default().ends_with(&format!("/revisions/{short}"))
                    });
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
        findings: &[
            ("argument-invalid", "google_vpc_access_connector.main"),
            ("firewall-changed", "netra-staging-allow-connectors"),
            ("policy-connector-range", "netra-vpc-connector"),
        ],
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
        name: "an argument that is almost one of the provider's",
        change: |repository| repository.replace("terraform/nat.tf", "nat_ip_allocate_option", "nat_ip_alocate_option"),
        findings: &[("argument-unsupported", "google_compute_router_nat.main")],
        not_checked: NOTHING,
    },
    Case {
        name: "an argument that only a newer provider takes",
        change: |repository| {
            repository.replace(
                "terraform/connector.tf",
                "network       = module.network.network_name\n  ip_cidr_range = var.connector_cidr\n",
                "network       = module.network.network_name\n  ip_cidr_range = var.connector_cidr\n  deletion_policy = \"ABANDON\"\n",
            );
        },
        findings: NOTHING,
        not_checked: NOTHING,
    },
    Case {
        name: "a required argument is gone",
        change: |repository| {
            let line = "  router                             = google_compute_router.main.name\n";
            repository.replace("terraform/nat.tf", line, "");
        },
        findings: &[("argument-missing", "google_compute_router_nat.main")],
        not_checked: &[
            ("nat-changed", "google_compute_router_nat.main"),
            ("nat-missing", "google_compute_router_nat.main"),
        ],
    },
    Case {
        name: "instances and throughput of one connector",
        change: |repository| {
            let text = repository.read("terraform/connector.tf");
            let text = text.replacen("min_throughput = 300", "min_throughput = 300\n  min_instances  = 3", 1);
            repository.write("terraform/connector.tf", &text);
        },
        findings: &[("arguments-conflict", "google_vpc_access_connector.main")],
        not_checked: NOTHING,
    },
    Case {
        name: "one of them is null",
        change: |repository| {
            let text = repository.read("terraform/connector.tf");
            let text = text.replacen("min_throughput = 300", "min_throughput = 300\n  min_instances  = null", 1);
            repository.write("terraform/connector.tf", &text);
        },
        findings: NOTHING,
        not_checked: NOTHING,
    },
    Case {
        name: "a word that the provider does not accept",
        change: |repository| {
            repository.replace("terraform/nat.tf", "\"ALL_SUBNETWORKS_ALL_IP_RANGES\"", "\"ALL_SUBNETWORKS\"");
        },
        findings: &[("argument-invalid", "google_compute_router_nat.main"), ("nat-changed", "netra-staging-nat")],
        not_checked: NOTHING,
    },
    Case {
        name: "a word that is not known is not held to its limit",
        change: |repository| {
            repository.replace("terraform/nat.tf", "\"ALL_SUBNETWORKS_ALL_IP_RANGES\"", "timestamp()");
        },
        findings: NOTHING,
        not_checked: &[("nat-changed", "netra-staging-nat")],
    },
    Case {
        name: "a reference to an output that its module does not have",
        change: |repository| {
            repository.replace("terraform/outputs.tf", "module.network.network_id", "module.network.network_ids");
        },
        findings: &[("reference-undeclared", "module.network.network_ids")],
        not_checked: NOTHING,
    },
    Case {
        name: "a resource type that is almost one of the provider's",
        change: |repository| {
            repository.write("terraform/more.tf", "resource \"google_compute_routers\" \"b\" {\n  name = \"b\"\n}\n");
        },
        findings: &[("resource-type-unknown", "google_compute_routers.b")],
        not_checked: NOTHING,
    },
    Case {
        name: "a resource type of the provider that is near another one",
        change: |repository| {
            repository.write("terraform/more.tf", "resource \"google_compute_route\" \"b\" {\n  name = \"b\"\n}\n");
        },
        findings: NOTHING,
        not_checked: NOTHING,
    },
    Case {
        name: "annotations of the VPC access in a v2 service",
        change: |repository| {
            repository.replace(
                "terraform/cloud_run.tf",
                "    timeout                          = \"300s\"\n",
                "    annotations = { \"run.googleapis.com/vpc-access-egress\" = \"all-traffic\" }\n",
            );
        },
        findings: &[("annotation-misplaced", "google_cloud_run_v2_service.service")],
        not_checked: NOTHING,
    },
    Case {
        name: "an annotation of the VPC access on the service of a manifest",
        change: |repository| {
            let own = "    run.googleapis.com/vpc-access-egress: all-traffic\n";
            deploys(repository, "deploy/service.yaml", &manifest("", own));
        },
        findings: &[("annotation-misplaced", "service netra-frontend-staging of deploy/service.yaml")],
        not_checked: NOTHING,
    },
    Case {
        name: "a manifest that says what Terraform says",
        change: |repository| deploys(repository, "deploy/service.yaml", &manifest("", "")),
        findings: NOTHING,
        not_checked: NOTHING,
    },
    Case {
        name: "a manifest that says something else than Terraform",
        change: |repository| {
            let annotation = "        run.googleapis.com/vpc-access-egress: all-traffic\n";
            deploys(repository, "deploy/service.yaml", &manifest(annotation, ""));
        },
        findings: &[("declared-conflict", "netra-frontend-staging")],
        not_checked: NOTHING,
    },
    Case {
        name: "a misspelt annotation of a manifest",
        change: |repository| {
            let annotation = "        run.googleapis.com/vpc-egress: all-traffic\n";
            deploys(repository, "deploy/service.yaml", &manifest(annotation, ""));
        },
        findings: &[("annotation-misplaced", "service netra-frontend-staging of deploy/service.yaml")],
        not_checked: NOTHING,
    },
    Case {
        name: "a pipeline that is no valid YAML",
        change: |repository| deploys(repository, ".gitlab-ci.yml", "deploy: [gcloud run deploy\nx: include\n"),
        findings: &[("deploy-config-broken", ".gitlab-ci.yml")],
        not_checked: &[("declaration-unreadable", ".gitlab-ci.yml")],
    },
    Case {
        name: "a network that is named by a text and declared nowhere",
        change: |repository| {
            repository.replace(
                "terraform/network.tf",
                "network = module.network.network_name",
                "network = \"netra-stagin-vpc\"",
            );
        },
        findings: &[("network-undeclared", "netra-stagin-vpc"), ("firewall-changed", "netra-staging-allow-connectors")],
        not_checked: NOTHING,
    },
    Case {
        name: "the declared network, named by a text",
        change: |repository| {
            repository.replace(
                "terraform/network.tf",
                "network = module.network.network_name",
                "network = \"netra-staging-vpc\"",
            );
        },
        findings: NOTHING,
        not_checked: NOTHING,
    },
    Case {
        name: "a v1 service whose template names another connector than the live one",
        change: |repository| v1_service(repository, "another-connector", "netra-vpc-connector"),
        findings: &[("workload-connector-changed", "netra-direct-staging")],
        not_checked: NOTHING,
    },
    Case {
        name: "a v1 service whose template names the live connector in short",
        change: |repository| v1_service(repository, "netra-vpc-connector", "netra-vpc-connector"),
        findings: NOTHING,
        not_checked: NOTHING,
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

/// Cases run beside each other: most of the time goes into the program's start.
#[test]
fn each_change_gives_exactly_its_findings_and_not_checked_items() {
    let lanes = std::thread::available_parallelism().map_or(2, usize::from);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let lane = |lane| scope.spawn(move || run_cases(CASES.iter().skip(lane).step_by(lanes)));
        let running: Vec<_> = (0..lanes).map(lane).collect();
        running.into_iter().flat_map(|lane| lane.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn run_cases(cases: impl Iterator<Item = &'static Case>) -> Vec<String> {
    let mut wrong = Vec::new();
    for case in cases {
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
    wrong
}

#[test]
fn a_connector_is_not_called_unused_where_workloads_were_not_seen() {
    let repository = Repository::copy_of("staging");
    let finding = |repository: &Repository| {
        let report = repository.run(&["check", "--format", "json", "--only", "vpc"]).json();
        let findings = list(&report, "findings").clone();
        findings.into_iter().find(|finding| finding["rule"] == "connector-unmanaged").unwrap()
    };
    let seen = finding(&repository);
    assert!(
        seen["why"].as_str().unwrap().starts_with("no service, job or worker pool of its project uses it"),
        "{seen}"
    );
    assert!(seen["fix"].to_string().contains("connectors delete"), "{seen}");
    for api in ["run.services", "run.jobs", "run.workerPools"] {
        let repository = Repository::copy_of("staging");
        repository.change_state(|state| {
            for answer in state["answers"].as_array_mut().unwrap() {
                if answer["api"] == api {
                    answer["items"] = json!([]);
                    answer["status"] = json!("denied");
                }
            }
        });
        let unseen = finding(&repository);
        assert!(unseen["why"].as_str().unwrap().starts_with("what uses it could not be seen"), "{api}: {unseen}");
        assert!(!unseen["fix"].to_string().contains("connectors delete"), "{api}: {unseen}");
    }
}

#[test]
fn a_deploy_command_whose_service_is_not_known_may_conflict_with_any() {
    let repository = Repository::empty();
    repository.write(
        "main.tf",
        "resource \"google_cloud_run_v2_service\" \"api\" {\n  name     = \"api\"\n  project  = \"p\"\n  location = \"us-central1\"\n  template {\n    vpc_access {\n      connector = \"projects/p/locations/us-central1/connectors/a\"\n    }\n  }\n}\n",
    );
    let deploy = |service: &str, connector: &str, more: &str| {
        format!(
            "import os\nimport subprocess\n\nsubprocess.run([\"gcloud\", \"run\", \"deploy\", {service}, \"--project\", \"p\", \"--region\", \"us-central1\", \"--vpc-connector\", \"{connector}\"])\n{more}"
        )
    };
    let check =
        |repository: &Repository| repository.run(&["check", "--format", "json", "--live", "none", "--only", "vpc"]);
    repository.write("deploy.py", &deploy("os.environ[\"SERVICE\"]", "b", ""));
    let report = check(&repository).expect_code(3).json();
    assert_eq!(report["not_checked"][0]["rule"], "declared-conflict", "{report}");
    assert_eq!(report["not_checked"][0]["reason"]["kind"], "environment", "{report}");
    repository.write("deploy.py", &deploy("\"api\"", "b", ""));
    check(&repository).expect_code(2);
    repository.write("deploy.py", &deploy("\"api\"", "a", ""));
    check(&repository).expect_code(0);
    // Another service by name: nothing to conflict with.
    repository.write("deploy.py", &deploy("\"web\"", "b", ""));
    check(&repository).expect_code(0);
}

#[test]
fn two_deploy_commands_or_two_roots_that_disagree_are_a_conflict() {
    let repository = Repository::empty();
    let command = |connector: &str| {
        format!(
            "import subprocess\n\nsubprocess.run([\"gcloud\", \"run\", \"deploy\", \"api\", \"--project\", \"p\", \"--region\", \"us-central1\", \"--vpc-connector\", \"{connector}\"])\n"
        )
    };
    repository.write("scripts/deploy_a.py", &command("a"));
    repository.write("scripts/deploy_b.py", &command("b"));
    let check = || repository.run(&["check", "--format", "json", "--live", "none", "--only", "vpc"]);
    let outcome = check().expect_code(2);
    assert_eq!(outcome.finding_ids(), ["declared-conflict:service/p/us-central1/api:vpc_access.connector"]);
    repository.write("scripts/deploy_b.py", &command("a"));
    check().expect_code(0);
    for (root, egress) in [("one", "ALL_TRAFFIC"), ("two", "PRIVATE_RANGES_ONLY")] {
        repository.write(
            &format!("{root}/main.tf"),
            &format!("resource \"google_cloud_run_v2_service\" \"api\" {{\n  name     = \"api\"\n  project  = \"p\"\n  location = \"us-central1\"\n  template {{\n    vpc_access {{\n      connector = \"projects/p/locations/us-central1/connectors/a\"\n      egress    = \"{egress}\"\n    }}\n  }}\n}}\n"),
        );
    }
    let outcome = check().expect_code(2);
    assert_eq!(outcome.finding_ids(), ["declared-conflict:service/p/us-central1/api:vpc_access.egress"]);
    // The same of connectors: two views of one quantity are no conflict.
    for (root, rest) in
        [("one", "min_instances = 3\n  network = \"n\""), ("two", "min_throughput = 300\n  network = \"m\"")]
    {
        repository.write(
            &format!("{root}/main.tf"),
            &format!("resource \"google_vpc_access_connector\" \"c\" {{\n  name    = \"c\"\n  project = \"p\"\n  region  = \"us-central1\"\n  {rest}\n  ip_cidr_range = \"10.8.0.0/28\"\n}}\n"),
        );
    }
    let outcome = check().expect_code(2);
    let unreferenced = "connector-unreferenced:connector/p/us-central1/c";
    assert_eq!(outcome.finding_ids(), [unreferenced, "declared-conflict:connector/p/us-central1/c:network"]);
}

#[test]
fn a_connector_is_unreferenced_where_all_that_could_use_it_is_known() {
    let repository = Repository::empty();
    let check = || {
        repository.run(&["check", "--format", "json", "--live", "none", "--only", "vpc"]).expect_code(0).finding_ids()
    };
    let connector = "resource \"google_vpc_access_connector\" \"c\" {\n  name = \"c\"\n  project = \"p\"\n  region = \"us-central1\"\n  network = \"default\"\n  ip_cidr_range = \"10.8.0.0/28\"\n}\n";
    let service = |connector: &str| {
        format!(
            "resource \"google_cloud_run_v2_service\" \"api\" {{\n  name = \"api\"\n  project = \"p\"\n  location = \"us-central1\"\n  template {{\n    vpc_access {{\n      connector = {connector}\n    }}\n  }}\n}}\n"
        )
    };
    let unreferenced = ["connector-unreferenced:connector/p/us-central1/c"];
    repository.write("connector.tf", connector);
    assert!(check().is_empty(), "without any workload, they come from elsewhere");
    repository.write("run.tf", &service("\"projects/p/locations/us-central1/connectors/b\""));
    assert_eq!(check(), unreferenced);
    // By name, by reference, through an output; and where it cannot be told.
    for used in ["\"c\"", "google_vpc_access_connector.c.id"] {
        repository.write("run.tf", &service(used));
        assert!(check().is_empty(), "{used}");
    }
    repository.write("run.tf", &service("\"b\""));
    repository.write("outputs.tf", "output \"connector\" {\n  value = google_vpc_access_connector.c.id\n}\n");
    assert!(check().is_empty(), "whoever reads the output may use it");
    repository.write("outputs.tf", "variable \"connector\" {}\n");
    repository.write("run.tf", &service("var.connector"));
    assert!(check().is_empty(), "a connector that is not known may be this one");
    repository.write("run.tf", &service("\"b\""));
    assert_eq!(check(), unreferenced);
    repository.write("broken.tf", "resource \"x\" {\n");
    let outcome = repository.run(&["check", "--format", "json", "--live", "none", "--only", "vpc"]).expect_code(3);
    assert!(outcome.finding_ids().is_empty(), "the file that could not be read is what is not checked");
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

#[test]
fn a_broken_connector_is_told_with_what_its_last_failed_operation_said() {
    let why = |operations: Value| {
        let repository = Repository::copy_of("clean");
        repository.change_state(|state| {
            item(state, "vpcaccess.connectors", "netra-vpc-connector")["state"] = json!("ERROR");
            let mut answer =
                json!({"api": "vpcaccess.operations", "project": "netra-staging", "region": "us-central1"});
            answer.as_object_mut().unwrap().extend(operations.as_object().unwrap().clone());
            state["answers"].as_array_mut().unwrap().push(answer);
        });
        let report = repository.run(&["check", "--only", "vpc", "--format", "json"]).expect_code(2).json();
        let findings = list(&report, "findings").clone();
        let [finding] = findings.as_slice() else { panic!("{findings:?}") };
        assert_eq!(finding["rule"], "connector-not-ready");
        finding["why"].as_str().unwrap().to_owned()
    };
    let operation = |end: &str, text: &str| {
        json!({
            "name": format!("projects/netra-staging/locations/us-central1/operations/{end}"),
            "metadata": {
                "method": "google.cloud.vpcaccess.v1.VpcAccessService.CreateConnector",
                "target": "projects/netra-staging/locations/us-central1/connectors/netra-vpc-connector",
                "createTime": end, "endTime": end,
            },
            "done": true,
            "error": {"code": 9, "message": text},
        })
    };
    let items = json!([
        operation("2025-09-01T10:00:00Z", "an older one"),
        operation("2025-09-02T10:00:00Z", "Operation failed: IP range 10.8.0.0/28 is in use."),
    ]);
    let told = why(json!({"items": items}));
    assert!(told.contains("at 2025-09-02T10:00:00Z: Operation failed: IP range 10.8.0.0/28 is in use;"), "{told}");
    let told = why(json!({"items": []}));
    assert!(told.contains("no failed operation is on record"), "{told}");
    let told = why(json!({"status": "denied"}));
    assert!(told.contains("why it failed could not be read, because vpcaccess.operations was denied"), "{told}");
}

//! `check --before-deploy`: what the deploy that is about to run would do to what is live.

use serde_json::{Value, json};

use super::common::{Outcome, Repository, list};

const SERVICE: &str = "netra-frontend-staging";
const CONNECTOR: &str = "projects/netra-staging/locations/us-central1/connectors/netra-vpc-connector";

/// The clean fixture, the flags of a deploy in a workflow of its own, and how the service is live.
fn repository(flags: &str, live: &Value) -> Repository {
    let repository = Repository::copy_of("clean");
    let workflow = format!(
        "name: release\non: workflow_dispatch\njobs:\n  release:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: gcloud run deploy {SERVICE} --project netra-staging --region us-central1 --image i {flags}\n"
    );
    repository.write(".github/workflows/release.yml", &workflow);
    repository.change_state(|state| {
        for answer in state["answers"].as_array_mut().unwrap() {
            for item in answer["items"].as_array_mut().unwrap() {
                let name = item["name"].as_str().unwrap_or_default().to_owned();
                if name.ends_with(&format!("/services/{SERVICE}")) {
                    item["template"]["vpcAccess"] = live.clone();
                } else if name.contains(&format!("/services/{SERVICE}/revisions/")) {
                    item["vpcAccess"] = live.clone();
                }
            }
        }
    });
    repository
}

fn check(repository: &Repository, path: &[&str]) -> Outcome {
    let arguments = [&["check", "--only", "vpc", "--format", "json", "--before-deploy"], path].concat();
    repository.run(&arguments)
}

/// `effect after` of connector, egress and interfaces, then what an apply would do.
fn fields(report: &Value) -> Vec<String> {
    let workloads = list(&report["before_deploy"], "workloads");
    let [workload] = workloads.as_slice() else { panic!("{workloads:?}") };
    let commands = list(workload, "commands");
    let [command] = commands.as_slice() else { panic!("{commands:?}") };
    let value = |value: &Value| match (&value["value"], &value["absent"]) {
        (Value::String(text), _) => text.rsplit('/').next().unwrap().to_owned(),
        (_, Value::Bool(true)) => "-".to_owned(),
        _ => "?".to_owned(),
    };
    let one = |field: &Value| {
        let apply = list(field, "terraform_apply").iter().map(|apply| match &apply["does"] {
            Value::String(does) if does == "turns-back" => {
                format!(" (back to {})", apply["to"].as_str().map_or("-", |to| to.rsplit('/').next().unwrap()))
            }
            _ => " (apply ?)".to_owned(),
        });
        let effect = field["effect"].as_str().unwrap();
        format!("{effect} {} to {}{}", value(&field["before"]), value(&field["after"]), apply.collect::<String>())
    };
    list(command, "fields").iter().map(one).collect()
}

#[test]
fn each_field_is_set_cleared_kept_or_left() {
    let attached = json!({ "connector": CONNECTOR, "egress": "PRIVATE_RANGES_ONLY" });
    let direct = json!({ "networkInterfaces": [{ "network": "netra-vpc", "subnetwork": "netra-subnet" }] });
    let cases = [
        // The names that are there already, in another spelling.
        (
            "--vpc-connector netra-vpc-connector --vpc-egress private-ranges-only",
            &attached,
            [
                "kept netra-vpc-connector to netra-vpc-connector",
                "kept PRIVATE_RANGES_ONLY to PRIVATE_RANGES_ONLY",
                "left - to -",
            ],
        ),
        (
            "--vpc-connector other",
            &attached,
            [
                "set netra-vpc-connector to other (back to netra-vpc-connector)",
                "left PRIVATE_RANGES_ONLY to PRIVATE_RANGES_ONLY",
                "left - to -",
            ],
        ),
        (
            "--vpc-egress all-traffic",
            &attached,
            [
                "left netra-vpc-connector to netra-vpc-connector",
                "set PRIVATE_RANGES_ONLY to ALL_TRAFFIC (back to PRIVATE_RANGES_ONLY)",
                "left - to -",
            ],
        ),
        (
            "--clear-network --vpc-connector netra-vpc-connector",
            &direct,
            ["set - to netra-vpc-connector", "kept - to -", "cleared network netra-vpc subnetwork netra-subnet to -"],
        ),
    ];
    for (flags, live, expected) in cases {
        let report = check(&repository(flags, live), &[".github/workflows/release.yml"]).json();
        let fields = fields(&report);
        if flags.contains("--clear-network") {
            // Terraform declares what the deploy sets again.
            assert_eq!(fields[0], expected[0], "{flags}");
            assert_eq!(fields[2], expected[2], "{flags}");
        } else {
            assert_eq!(fields, expected, "{flags}");
        }
    }
}

#[test]
fn what_google_cloud_would_refuse_is_a_finding() {
    let attached = json!({ "connector": CONNECTOR, "egress": "PRIVATE_RANGES_ONLY" });
    let direct = json!({ "networkInterfaces": [{ "network": "netra-vpc", "subnetwork": "netra-subnet" }] });
    let detached = json!({});
    let cases = [
        ("--vpc-connector netra-vpc-connector", &direct, Some("vpc_access.connector")),
        ("--network netra-vpc", &attached, Some("vpc_access.connector")),
        ("--vpc-egress all-traffic", &detached, Some("vpc_access.egress")),
        // The nearest that works.
        ("--vpc-connector netra-vpc-connector", &attached, None),
        ("--vpc-connector netra-vpc-connector --clear-network", &direct, None),
        ("--network netra-vpc --clear-vpc-connector", &attached, None),
        ("--vpc-egress all-traffic", &direct, None),
        ("--clear-vpc-connector", &attached, None),
    ];
    for (flags, live, field) in cases {
        let report = check(&repository(flags, live), &[".github/workflows/release.yml"]).json();
        // The fixture's own deploys may be refused as well.
        let here =
            |finding: &&Value| list(finding, "places").iter().any(|at| at["file"] == ".github/workflows/release.yml");
        let mut findings = list(&report, "findings").iter().filter(here);
        let found = findings.find(|finding| finding["rule"] == "deploy-refused").map(|finding| finding["id"].clone());
        let expected = field.map(|field| format!("deploy-refused:service/netra-staging/us-central1/{SERVICE}:{field}"));
        assert_eq!(found, expected.map(Value::from), "{flags} on {live}");
    }
}

#[test]
fn an_update_of_what_is_not_there_fails_and_a_deploy_creates() {
    let repository = Repository::copy_of("clean");
    let workflow = |command: &str| {
        format!(
            "name: release\non: workflow_dispatch\njobs:\n  release:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: gcloud run {command} no-such-service --project netra-staging --region us-central1 --image i --vpc-connector netra-vpc-connector\n"
        )
    };
    repository.write(".github/workflows/release.yml", &workflow("services update"));
    let report = check(&repository, &[".github/workflows/release.yml"]).expect_code(2);
    let ids = report.finding_ids();
    assert!(
        ids.contains(&"deploy-refused:service/netra-staging/us-central1/no-such-service:name".to_owned()),
        "{ids:?}"
    );
    repository.write(".github/workflows/release.yml", &workflow("deploy"));
    let report = check(&repository, &[".github/workflows/release.yml"]).json();
    let command = &report["before_deploy"]["workloads"][0]["commands"][0];
    assert_eq!((&command["before"], &command["refused"]), (&json!("nothing"), &Value::Null));
    // Where the region was not answered, nobody knows.
    repository.change_state(|state| {
        for answer in state["answers"].as_array_mut().unwrap() {
            if answer["api"] == "run.services" {
                answer["items"] = json!([]);
                answer["status"] = json!("denied");
            }
        }
    });
    let report = check(&repository, &[".github/workflows/release.yml"]).expect_code(3).json();
    let command = &report["before_deploy"]["workloads"][0]["commands"][0];
    assert_eq!((&command["before"], &command["before_unknown"]["kind"]), (&json!("unknown"), &json!("denied")));
    assert!(list(&report, "not_checked").iter().any(|item| item["rule"] == "deploy-refused"), "{report}");
}

#[test]
fn a_path_that_deploys_nothing_is_not_checked_and_one_that_is_not_there_is_an_error() {
    let repository = Repository::copy_of("clean");
    repository.write("notes/readme.sh", "echo gcloud run deploy is not run here\n");
    let report = check(&repository, &["notes/readme.sh"]).expect_code(3).json();
    assert_eq!(report["before_deploy"]["workloads"], json!([]));
    assert!(list(&report, "not_checked").iter().any(|item| item["rule"] == "deploy-refused"), "{report}");
    check(&repository, &["gone.sh"]).expect_code(1);
    check(&repository, &["/"]).expect_code(64);
    // Without it nothing is said of a deploy.
    let report = repository.run(&["check", "--only", "vpc", "--format", "json"]).json();
    assert_eq!(report.get("before_deploy"), None);
}

#[test]
fn a_replay_says_the_same_and_the_report_for_people_names_the_place() {
    let attached = json!({ "connector": CONNECTOR, "egress": "PRIVATE_RANGES_ONLY" });
    let repository = repository("--vpc-egress all-traffic", &attached);
    let fresh = repository.run(&[
        "check",
        "--only",
        "vpc",
        "--before-deploy",
        ".github/workflows/release.yml",
        "--record",
        "run.json",
    ]);
    let section = |text: &str| -> Vec<String> {
        let lines = text.lines().skip_while(|line| !line.starts_with("this deploy"));
        lines.take_while(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    let said = section(&fresh.stdout);
    assert_eq!(said.first().map(String::as_str), Some("this deploy (.github/workflows/release.yml) would"));
    assert!(said.join(" ").contains("terraform/cloud_run.tf:"), "{said:?}");
    let replayed = repository.run(&["check", "--only", "vpc", "--replay", "run.json"]);
    assert_eq!(section(&replayed.stdout), said);
}

#[test]
fn what_gcloud_itself_refuses_is_a_finding_without_a_look_at_what_is_live() {
    let attached = json!({ "connector": CONNECTOR, "egress": "PRIVATE_RANGES_ONLY" });
    for (flags, refused) in [
        ("--vpc-egress everything", true),
        ("--vpc-connector", true),
        ("--vpc-egress all-traffic", false),
        ("--vpc-connector netra-vpc-connector", false),
    ] {
        let repository = repository(flags, &attached);
        let arguments = ["check", "--only", "vpc", "--live", "none", "--format", "json", "--before-deploy"];
        let path = ".github/workflows/release.yml";
        let report = repository.run(&[&arguments[..], &[path]].concat()).json();
        let found: Vec<&Value> =
            list(&report, "findings").iter().filter(|finding| finding["rule"] == "deploy-refused").collect();
        assert_eq!(found.len(), usize::from(refused), "{flags}: {report}");
        if let [finding] = found.as_slice() {
            assert_eq!(finding["id"], format!("deploy-refused:file/{path}:run deploy"));
            assert_eq!(finding["places"][0]["file"], path);
        }
        // A refused command is found: it is not said that the file deploys nothing.
        let none = list(&report, "not_checked").iter().any(|item| item["subject"]["name"] == path);
        assert!(!none, "{flags}: {report}");
    }
}

#[test]
fn the_files_that_were_found_are_listed_with_their_kind() {
    let repository = Repository::copy_of("staging");
    let shown = repository.run(&["show", "deploy"]).json();
    let files: Vec<String> = list(&shown, "files")
        .iter()
        .map(|file| format!("{}: {}", file["kind"].as_str().unwrap(), file["path"].as_str().unwrap()))
        .collect();
    assert_eq!(
        files,
        ["GitHub workflow: .github/workflows/deploy-staging.yml", "Python script: scripts/deploy_to_gcp.py"]
    );
    let report = repository.run(&["check", "--only", "vpc", "--live", "none", "--format", "json"]).json();
    let vpc = &list(&report, "parts")[0];
    assert_eq!(vpc["metrics"]["deploy_files"], json!({ "GitHub workflow": 1, "Python script": 1 }));
}

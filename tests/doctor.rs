//! What `doctor` says of credentials, APIs, permissions and roles, each case against an emulated project.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::common::{Outcome, Repository, binary, list};

/// Everything that `doctor --connectivity` asks about.
const ALL: [&str; 25] = [
    "cloudsql.instances.list",
    "compute.addresses.list",
    "compute.firewalls.list",
    "compute.globalAddresses.list",
    "compute.networks.getEffectiveFirewalls",
    "compute.networks.list",
    "compute.routers.list",
    "compute.routes.list",
    "compute.subnetworks.getIamPolicy",
    "compute.subnetworks.list",
    "redis.clusters.list",
    "redis.instances.list",
    "resourcemanager.projects.get",
    "resourcemanager.projects.getIamPolicy",
    "run.jobs.list",
    "run.locations.list",
    "run.revisions.get",
    "run.revisions.list",
    "run.services.list",
    "run.workerpools.list",
    "serviceusage.services.get",
    "servicenetworking.services.get",
    "vpcaccess.connectors.list",
    "vpcaccess.connectors.get",
    "vpcaccess.operations.list",
];

/// A repository whose project is emulated, with the caller's permissions there.
fn repository(held: &[&str]) -> Repository {
    let repository = Repository::empty();
    repository.write(
        "gcp-drift.toml",
        "project = \"shop-a\"\nregions = [\"europe-west1\"]\n[live]\nsource = \"emulator:live/state.json\"\n",
    );
    let state = json!({
        "format": "gcp-drift/live-state",
        "version": 1,
        "project_numbers": {"shop-a": "482913377105"},
        "answers": [{"api": "run.services", "project": "shop-a", "region": "europe-west1", "items": []}],
        "permissions": {"shop-a": held}
    });
    repository.write("live/state.json", &state.to_string());
    repository
}

fn without(missing: &[&str]) -> Vec<&'static str> {
    ALL.into_iter().filter(|permission| !missing.contains(permission)).collect()
}

fn doctor(repository: &Repository, more: &[&str]) -> Outcome {
    let arguments: Vec<&str> = ["doctor", "--format", "json"].iter().chain(more).copied().collect();
    repository.run(&arguments)
}

fn project<'a>(diagnosis: &'a Value, id: &str) -> &'a Value {
    list(diagnosis, "projects").iter().find(|project| project["project"] == id).unwrap()
}

/// The permissions in a state.
fn permissions(project: &Value, state: &str) -> BTreeSet<String> {
    let of_state = list(project, "permissions").iter().filter(|permission| permission["state"] == state);
    of_state.map(|permission| permission["permission"].as_str().unwrap().to_owned()).collect()
}

fn texts(project: &Value, key: &str) -> Vec<String> {
    list(project, key).iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn set(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn everything_there_is_exit_code_0() {
    for more in [&[][..], &["--connectivity"]] {
        let outcome = doctor(&repository(&ALL), more).expect_code(0);
        let diagnosis = outcome.json();
        let shop = project(&diagnosis, "shop-a");
        assert_eq!((permissions(shop, "missing").len(), permissions(shop, "unknown").len()), (0, 0));
        assert_eq!((texts(shop, "roles").len(), texts(shop, "commands").len()), (0, 0));
        assert!(list(shop, "services").iter().all(|service| service["state"] == "enabled"), "{shop}");
        assert_eq!(diagnosis["schema_version"], 1);
        assert_eq!((&diagnosis["complete"], &diagnosis["credential"]["status"]), (&json!(true), &json!("not-needed")));
        assert!(outcome.stderr.contains("exit code 0"), "{}", outcome.stderr);
    }
    // What only connectivity needs is asked about where it is wanted.
    let held = permissions(project(&doctor(&repository(&ALL), &[]).json(), "shop-a"), "held");
    assert!(held.contains("run.services.list") && !held.contains("redis.instances.list"), "{held:?}");
}

#[test]
fn one_missing_permission_is_named_with_its_role_and_what_it_leaves_unchecked() {
    for (permission, role, unchecked) in [
        ("run.services.list", "roles/run.viewer", "run.services"),
        ("run.revisions.get", "roles/run.viewer", "revisions that serve, read by name"),
        ("vpcaccess.connectors.list", "roles/vpcaccess.viewer", "vpcaccess.connectors"),
        ("compute.networks.list", "roles/compute.networkViewer", "compute.networks"),
        ("cloudsql.instances.list", "roles/cloudsql.viewer", "sqladmin.instances"),
        ("redis.clusters.list", "roles/redis.viewer", "redis.clusters"),
        ("resourcemanager.projects.getIamPolicy", "roles/iam.securityReviewer", "cloudresourcemanager.iamPolicy"),
    ] {
        let repository = repository(&without(&[permission]));
        let outcome = doctor(&repository, &["--connectivity"]).expect_code(3);
        assert!(outcome.stderr.contains("exit code 3: 1 permission is missing"), "{}", outcome.stderr);
        let diagnosis = outcome.json();
        let shop = project(&diagnosis, "shop-a");
        assert_eq!(permissions(shop, "missing"), set(&[permission]));
        let asked = list(shop, "permissions").iter().find(|asked| asked["permission"] == permission).unwrap();
        assert_eq!((&asked["role"], &asked["unchecked"]), (&json!(role), &json!([unchecked])));
        assert_eq!(texts(shop, "roles"), [role]);
        let command = format!("gcloud projects add-iam-policy-binding shop-a --member=MEMBER --role={role}");
        assert_eq!(texts(shop, "commands"), std::slice::from_ref(&command));

        let text = repository.run(&["doctor", "--connectivity"]).expect_code(3).stdout;
        for part in [permission, role, &*command, "MEMBER is whoever runs gcp-drift"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}

#[test]
fn a_permission_that_a_run_can_do_without_does_not_count() {
    let outcome = doctor(&repository(&without(&["resourcemanager.projects.get"])), &[]).expect_code(0);
    let diagnosis = outcome.json();
    let shop = project(&diagnosis, "shop-a");
    assert_eq!(permissions(shop, "missing"), set(&["resourcemanager.projects.get"]));
    assert_eq!(texts(shop, "roles").len(), 0);
}

#[test]
fn regions_are_listed_where_none_is_configured_and_that_needs_a_permission() {
    let repository = repository(&without(&["run.locations.list"]));
    doctor(&repository, &[]).expect_code(0);
    repository.replace("gcp-drift.toml", "regions = [\"europe-west1\"]\n", "");
    let diagnosis = doctor(&repository, &[]).expect_code(3).json();
    assert_eq!(permissions(project(&diagnosis, "shop-a"), "missing"), set(&["run.locations.list"]));
}

#[test]
fn an_api_that_is_not_enabled_is_named_and_leaves_its_permissions_open() {
    let of_run =
        ["run.jobs.list", "run.revisions.get", "run.revisions.list", "run.services.list", "run.workerpools.list"];
    for (missing, unknown) in [(&[][..], 0), (&of_run[..], of_run.len())] {
        let repository = repository(&without(missing));
        repository.change_state(|state| state["answers"][0]["status"] = json!("disabled"));
        let outcome = doctor(&repository, &[]).expect_code(3);
        assert!(outcome.stderr.contains("1 API is not enabled"), "{}", outcome.stderr);
        let diagnosis = outcome.json();
        let shop = project(&diagnosis, "shop-a");
        let disabled: Vec<&Value> =
            list(shop, "services").iter().filter(|service| service["state"] == "disabled").collect();
        assert_eq!(disabled, [&json!({"name": "run.googleapis.com", "state": "disabled"})]);
        assert_eq!(texts(shop, "commands"), ["gcloud services enable run.googleapis.com --project=shop-a"]);
        // What is not held while the API is off may be an effect of that.
        assert_eq!((permissions(shop, "missing").len(), permissions(shop, "unknown").len()), (0, unknown));
        assert!(shop.to_string().contains("enable it, and ask again") == (unknown > 0), "{shop}");
    }
}

#[test]
fn where_it_is_not_told_which_apis_are_enabled_that_is_said() {
    let repository = repository(&ALL);
    repository.change_state(|state| {
        let denied = json!({"api": "serviceusage.services", "project": "shop-a", "status": "denied"});
        state["answers"].as_array_mut().unwrap().push(denied);
    });
    let outcome = doctor(&repository, &[]).expect_code(3);
    assert!(outcome.stderr.contains("2 APIs may or may not be enabled"), "{}", outcome.stderr);
    let diagnosis = outcome.json();
    let shop = project(&diagnosis, "shop-a");
    assert!(list(shop, "services").iter().all(|service| service["state"] == "unknown"), "{shop}");
    let problem = shop["services_problem"].as_str().unwrap();
    assert!(problem.contains("HTTP 403") && problem.contains("it needs serviceusage.services.get"), "{problem}");
    assert_eq!(texts(shop, "roles"), ["roles/serviceusage.serviceUsageViewer"]);
    // The permissions are known all the same.
    assert_eq!((permissions(shop, "unknown").len(), permissions(shop, "missing").len()), (0, 0));
}

#[test]
fn of_a_project_that_cannot_be_seen_nothing_is_known() {
    let repository = repository(&ALL);
    repository.change_state(|state| {
        state["faults"] = json!([{"path": "projects/shop-a", "kind": "permission-denied"}]);
    });
    let diagnosis = doctor(&repository, &[]).expect_code(3).json();
    let shop = project(&diagnosis, "shop-a");
    let problem = shop["permissions_problem"].as_str().unwrap();
    assert!(problem.contains("HTTP 403") && problem.contains("the project does not exist, or nothing"), "{problem}");
    assert_eq!((permissions(shop, "held").len(), permissions(shop, "missing").len()), (0, 0));
    let text = repository.run(&["doctor"]).expect_code(3).stdout;
    assert!(text.contains("which are held is not known"), "{text}");
}

#[test]
fn a_project_in_which_nothing_is_allowed_lacks_everything() {
    let diagnosis = doctor(&repository(&[]), &[]).expect_code(3).json();
    let shop = project(&diagnosis, "shop-a");
    assert_eq!(permissions(shop, "held").len(), 0);
    assert_eq!(texts(shop, "roles"), ["roles/run.viewer", "roles/vpcaccess.viewer"]);
}

#[test]
fn of_several_projects_only_the_one_that_lacks_something_is_named() {
    let repository = repository(&ALL);
    repository.write(
        "main.tf",
        "resource \"google_vpc_access_connector\" \"c\" {\n  name = \"c\"\n  project = \"data-b\"\n  \
         region = \"europe-west1\"\n  network = \"n\"\n  ip_cidr_range = \"10.8.0.0/28\"\n}\n",
    );
    repository.change_state(|state| {
        state["permissions"]["data-b"] =
            json!(without(&["redis.instances.list", "redis.clusters.list", "cloudsql.instances.list"]));
    });
    let diagnosis = doctor(&repository, &["--connectivity"]).expect_code(3).json();
    assert_eq!(permissions(project(&diagnosis, "shop-a"), "missing").len(), 0);
    let data = project(&diagnosis, "data-b");
    let missing = set(&["cloudsql.instances.list", "redis.clusters.list", "redis.instances.list"]);
    assert_eq!(permissions(data, "missing"), missing);
    assert_eq!(texts(data, "roles"), ["roles/cloudsql.viewer", "roles/redis.viewer"]);
    assert!(texts(data, "commands").iter().all(|command| command.contains(" data-b ")), "{data}");
    // A run without connectivity needs none of it.
    doctor(&repository, &[]).expect_code(0);
}

/// Runs with Google Cloud as the live source, in an environment with these variables and no other credentials.
fn with_credentials(variables: &[(&str, &str)], arguments: &[&str]) -> Outcome {
    let (repository, empty) = (repository(&ALL), Repository::empty());
    let mut command = binary();
    command.args(arguments).args(["--live", "gcp"]).current_dir(repository.path());
    for name in ["GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_OAUTH_ACCESS_TOKEN", "GCE_METADATA_HOST", "CLOUDSDK_CONFIG"]
    {
        command.env_remove(name);
    }
    command.env("HOME", empty.path()).env("PATH", "").envs(variables.iter().copied());
    let output = command.output().unwrap();
    Outcome {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn without_credentials_nothing_is_asked_and_what_was_tried_is_told() {
    // Nobody listens there, so no credentials come from it, wherever the test runs.
    let nobody = [("GCE_METADATA_HOST", "127.0.0.1:1")];
    let outcome = with_credentials(&nobody, &["doctor", "--format", "json"]).expect_code(3);
    assert!(outcome.stderr.contains("there are no credentials"), "{}", outcome.stderr);
    let diagnosis = outcome.json();
    assert_eq!(diagnosis["credential"]["status"], "missing");
    let detail = diagnosis["credential"]["detail"].as_str().unwrap();
    assert!(detail.contains("GCE_METADATA_HOST=127.0.0.1:1") && detail.contains("login"), "{detail}");
    let shop = project(&diagnosis, "shop-a");
    assert_eq!((permissions(shop, "held").len(), permissions(shop, "missing").len()), (0, 0));
    assert_eq!(shop["permissions_problem"], "there are no credentials");
    let text = with_credentials(&nobody, &["doctor"]).expect_code(3).stdout;
    assert!(text.contains("credentials: none: "), "{text}");
}

#[test]
fn credentials_that_cannot_be_used_are_told_on_every_command_that_asks() {
    let folder = Repository::empty();
    folder.write("key.json", "{\"type\": \"service_account\", \"private_key\": \"hunter2\"}");
    folder.write("token", "two hunter2");
    let key = folder.join("key.json");
    let named = [("GOOGLE_APPLICATION_CREDENTIALS", key.to_str().unwrap())];
    let token = folder.join("token");
    let token = token.to_str().unwrap();
    for command in [&["doctor"][..], &["check", "--only", "vpc"], &["show", "live"], &["snapshot", "--to", "out.json"]]
    {
        for (variables, more, part) in [
            (&named[..], &[][..], "GOOGLE_APPLICATION_CREDENTIALS"),
            (&named[..], &["--access-token-file", token][..], "holds no access token"),
        ] {
            let arguments: Vec<&str> = command.iter().chain(more).copied().collect();
            let outcome = with_credentials(variables, &arguments).expect_code(3);
            let printed = format!("{}{}", outcome.stdout, outcome.stderr);
            assert!(!printed.contains("hunter2"), "{printed}");
            // A snapshot says where nothing was recorded, and the reason is in the file.
            let words = printed.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains(part) || command[0] == "snapshot", "{arguments:?}: {words}");
        }
    }
}

#[test]
fn what_is_not_asked_cannot_be_diagnosed() {
    let repository = repository(&ALL);
    let outcome = repository.run(&["doctor", "--live", "none"]).expect_code(64);
    assert!(outcome.stderr.contains("nothing is asked of Google Cloud"), "{}", outcome.stderr);
    repository.replace("gcp-drift.toml", "project = \"shop-a\"\n", "");
    let outcome = repository.run(&["doctor"]).expect_code(64);
    assert!(outcome.stderr.contains("no project is known"), "{}", outcome.stderr);
}

#[test]
fn what_steers_a_terminal_is_not_printed() {
    let repository = repository(&ALL);
    let outcome = repository.run(&["doctor", "--project", "p\u{1b}[31m\nforged"]);
    let printed = format!("{}{}", outcome.stdout, outcome.stderr);
    assert!(!printed.contains('\u{1b}') && !printed.contains("\nforged"), "{printed}");
}

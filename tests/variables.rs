//! Where the built binary takes the values of Terraform's variables from.

use std::path::Path;

use serde_json::{Value, json};

use super::common::{Repository, binary};

const MAIN: &str = "variable \"name\" { default = \"default\" }\nvariable \"list\" {\n  type    = list(string)\n  default = []\n}\noutput \"name\" { value = var.name }\n";

fn eval(folder: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> Value {
    let output = binary()
        .arg("eval")
        .args(arguments)
        .arg("[var.name, var.list]")
        .envs(environment.iter().copied())
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_environment_sets_variables_unless_it_is_switched_off() {
    let repository = Repository::empty();
    repository.write("main.tf", MAIN);
    let exported = [("TF_VAR_name", "exported"), ("TF_VAR_list", "[\"a\"]"), ("TF_VAR_unheard", "x")];
    let folder = repository.path();
    assert_eq!(eval(folder, &[], &[]), json!({"value": ["default", []]}));
    assert_eq!(eval(folder, &exported, &[]), json!({"value": ["exported", ["a"]]}));
    assert_eq!(eval(folder, &exported, &["--no-environment"]), json!({"value": ["default", []]}));
    assert_eq!(eval(folder, &exported, &["--var", "name=said"]), json!({"value": ["said", ["a"]]}));
    repository.write("terraform.tfvars", "name = \"file\"\n");
    assert_eq!(eval(folder, &exported, &[]), json!({"value": ["file", ["a"]]}));

    let shown = |environment: &[(&str, &str)]| {
        let mut command = binary();
        command.args(["show", "terraform"]).envs(environment.iter().copied()).current_dir(folder);
        let shown: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
        shown["variables"]["."]["list"].clone()
    };
    assert_eq!(shown(&exported), json!({"value": ["a"], "source": "TF_VAR_list of the environment"}));
    repository.write("gcp-drift.toml", "[terraform]\nenvironment = false\n");
    assert_eq!(shown(&exported), json!({"value": [], "source": "default"}));
}

#[test]
fn files_and_values_of_the_command_line_count_in_their_order() {
    let repository = Repository::empty();
    repository.write("tf/main.tf", MAIN);
    repository.write("tf/one.tfvars", "name = \"one\"\nlist = [\"one\"]\n");
    repository.write("two.tfvars", "name = \"two\"\n");
    let name = |arguments: &[&str]| eval(repository.path(), &[], arguments)["value"][0].clone();
    // A file is looked for in the current folder, then in the root module.
    assert_eq!(name(&["--dir", "tf", "--var-file", "one.tfvars", "--var-file", "two.tfvars"]), "two");
    assert_eq!(name(&["--dir", "tf", "--var-file", "two.tfvars", "--var-file", "tf/one.tfvars"]), "one");
    assert_eq!(name(&["--dir", "tf", "--var", "name=x", "--var-file", "two.tfvars"]), "two");
    assert_eq!(name(&["--dir", "tf", "--var-file", "two.tfvars", "--var", "name=x"]), "x");
    let missing = eval(repository.path(), &[], &["--dir", "tf", "--var-file", "three.tfvars"]);
    assert!(missing["unknown"][0].as_str().unwrap().contains("three.tfvars does not exist"), "{missing}");
    let wrong = repository.run(&["eval", "--dir", "tf", "--var", "name", "1"]).expect_code(64);
    assert!(wrong.stderr.contains("--var name is not NAME=VALUE"), "{}", wrong.stderr);
}

#[test]
fn deployments_of_one_root_are_listed_and_told_once() {
    let repository = Repository::empty();
    repository.write("tf/main.tf", "variable \"env\" {}\nresource \"google_compute_network\" \"n\" {\n  name    = var.env\n  project = \"p\"\n}\nlocals { broken = upper([]) }\noutput \"o\" { value = local.broken }\n");
    for env in ["staging", "prod", "idle"] {
        repository.write(&format!("tf/{env}.tfvars"), &format!("env = \"{env}\"\nstray = 1\n"));
    }
    let deployment = |env: &str| {
        format!("[[terraform.deployments]]\nroot = \"tf\"\nvar_files = [\"tf/{env}.tfvars\"]\nworkspace = \"{env}\"\n")
    };
    repository.write("gcp-drift.toml", &format!("{}{}", deployment("staging"), deployment("prod")));
    let shown = repository.run(&["show", "terraform"]).expect_code(0).json();
    assert_eq!(shown["deployments"][1]["workspace"], "prod");
    assert_eq!(shown["deployments"][1]["var_files"], json!(["tf/prod.tfvars"]));
    assert_eq!(shown["resources"][0]["values"]["name"], "staging");
    assert_eq!(shown["resources"][1]["deployment"], "tf (tf/prod.tfvars, workspace prod)");
    let errors: Vec<&Value> =
        shown["diagnostics"].as_array().unwrap().iter().filter(|own| own["level"] == "error").collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let report = repository.run(&["check", "--format", "json", "--live", "none", "--only", "vpc"]).expect_code(0);
    let expected = ["var-file-unused:file/tf/idle.tfvars", "variable-undeclared:variable/tf: var.stray"];
    assert_eq!(report.finding_ids(), expected);
}

//! Variables: sources, types, defaults.

use serde_json::json;

use super::{error, load_dir, load_files, unknown, value, write};
use crate::config::TerraformConfig;

#[test]
fn the_strongest_source_wins() {
    let dir = write(&[
        (
            "main.tf",
            "variable \"a\" { default = \"default\" }\nvariable \"b\" { default = \"default\" }\nvariable \"c\" {}\nvariable \"d\" {}\nvariable \"e\" {}\nvariable \"f\" {}",
        ),
        ("terraform.tfvars", "b = \"terraform.tfvars\"\nc = \"terraform.tfvars\"\nd = 1\ne = 1\nf = 1"),
        ("terraform.tfvars.json", r#"{"c": "json", "d": 2, "e": 2, "f": 2}"#),
        ("a.auto.tfvars", "d = \"a.auto\"\ne = 3\nf = 3"),
        ("z.auto.tfvars.json", r#"{"e": "z.auto.json", "f": 4}"#),
        ("envs/staging.tfvars", "f = \"var-file\"\nunheard = 1"),
    ]);
    let config = TerraformConfig { var_files: vec!["envs/staging.tfvars".into()], ..TerraformConfig::default() };
    let loaded = load_dir(dir.path(), &config);
    let all = value(&loaded, "[var.a, var.b, var.c, var.d, var.e, var.f]");
    assert_eq!(all, json!(["default", "terraform.tfvars", "json", "a.auto", "z.auto.json", "var-file"]));

    let vars = [("f".to_owned(), "from the command line".to_owned())].into();
    let loaded = load_dir(dir.path(), &TerraformConfig { vars, ..config });
    assert_eq!(value(&loaded, "var.f"), json!("from the command line"));
}

#[test]
fn types_convert_and_optional_attributes_get_their_defaults() {
    let loaded = load_files(&[(
        "main.tf",
        r#"
variable "l" {
  type    = list(object({ a = optional(string, "da"), b = optional(object({ c = optional(number, 3) }), {}) }))
  default = [{}, { a = null, b = {} }, { a = "z", b = { c = null } }]
}
variable "n" {
  type    = number
  default = "42"
}
variable "m" {
  type    = map(string)
  default = { x = 1, y = true }
}
variable "s" {
  type    = set(string)
  default = ["b", "a", "b"]
}
variable "o" {
  type    = object({ keep = string })
  default = { keep = "k", drop = 1 }
}
variable "bad" {
  type    = number
  default = "x"
}
variable "nothing" {
  type     = string
  default  = "d"
  nullable = false
}
"#,
    )]);
    let full = json!([{"a": "da", "b": {"c": 3}}, {"a": "da", "b": {"c": 3}}, {"a": "z", "b": {"c": 3}}]);
    assert_eq!(value(&loaded, "var.l"), full);
    assert_eq!(
        value(&loaded, "[var.n, var.m, var.s, var.o]"),
        json!([42, {"x": "1", "y": "true"}, ["a", "b"], {"keep": "k"}])
    );
    assert!(unknown(&loaded, "var.bad").contains("does not fit its type: a number is required (main.tf:"));
    assert_eq!(value(&loaded, "var.nothing"), json!("d"));
}

#[test]
fn a_variable_without_a_value_says_where_it_is_declared() {
    let loaded =
        load_files(&[("main.tf", "variable \"region\" {\n  type = string\n}\nlocals { r = \"x-${var.region}\" }")]);
    let reasons = unknown(&loaded, "local.r");
    assert_eq!(
        reasons,
        "var.region has no default and no value in the files that are read (main.tf:1:1) via local.r (main.tf:4:14)"
    );
    assert_eq!(error(&loaded, "var.other"), "var.other is not declared");
}

#[test]
fn a_broken_variables_file_makes_unknown_what_it_may_set() {
    let loaded = load_files(&[
        (
            "main.tf",
            "variable \"a\" { default = 1 }\nvariable \"b\" { default = 1 }\nterraform {\n  backend \"gcs\" {}\n}",
        ),
        ("terraform.tfvars", "a = = 2"),
        ("x.auto.tfvars", "b = 2"),
    ]);
    assert!(
        unknown(&loaded, "var.a").contains("terraform.tfvars could not be parsed"),
        "{}",
        unknown(&loaded, "var.a")
    );
    assert_eq!(value(&loaded, "var.b"), json!(2), "a stronger source decides");
}

#[test]
fn the_process_environment_sets_no_variable() {
    let name = std::env::vars().next().map(|(name, _)| name).unwrap_or_default();
    let loaded = load_files(&[("main.tf", "variable \"a\" {}")]);
    assert!(!name.is_empty());
    assert!(unknown(&loaded, "var.a").contains("no value in the files"));
}

#[test]
fn a_value_of_the_command_line_is_read_by_the_type_of_its_variable() {
    let dir = write(&[(
        "main.tf",
        "variable \"any\" {}\nvariable \"list\" { type = list(number) }\nvariable \"n\" { type = number }",
    )]);
    let vars = [("any", "[1]"), ("list", "[1, 2]"), ("n", "7")];
    let vars = vars.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    let loaded = load_dir(dir.path(), &TerraformConfig { vars, ..TerraformConfig::default() });
    assert_eq!(value(&loaded, "[var.any, var.list, var.n]"), json!(["[1]", [1, 2], 7]));
}

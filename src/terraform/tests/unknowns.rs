//! What is not known, and what is known in spite of it.

use serde_json::json;

use super::{load_dir, load_files, unknown, value, write};
use crate::config::TerraformConfig;

const UNKNOWN: &str = "variable \"u\" {}\nvariable \"s\" { type = string }\nvariable \"l\" { type = list(string) }\nresource \"thing\" \"t\" {\n  name = \"t\"\n}\nresource \"thing\" \"many\" {\n  for_each = { a = 1, b = 2 }\n  name     = each.key\n}\n";

#[test]
fn what_does_not_depend_on_the_unknown_is_known() {
    let loaded = load_files(&[("main.tf", UNKNOWN)]);
    for (expression, expected) in [
        ("[var.u, 1][1]", json!(1)),
        ("{ a = var.u, b = 2 }.b", json!(2)),
        ("length([var.u, var.u])", json!(2)),
        ("keys({ a = var.u })", json!(["a"])),
        ("merge({ a = var.u }, { b = 2 }).b", json!(2)),
        ("merge({ a = var.u }, { a = 2 })", json!({"a": 2})),
        ("concat([var.u], [2])[1]", json!(2)),
        ("lookup({ a = var.u, b = 2 }, \"b\", 0)", json!(2)),
        ("contains([\"a\", var.u], \"a\")", json!(true)),
        ("coalesce(\"x\", var.s)", json!("x")),
        ("true || var.u", json!(true)),
        ("var.u && false", json!(false)),
        ("var.u ? 1 : 1", json!(1)),
        ("startswith(\"abc-${var.u}\", \"abc\")", json!(true)),
        ("startswith(\"abc-${var.u}\", \"x\")", json!(false)),
        ("\"abc-${var.u}\" == \"xyz\"", json!(false)),
        ("\"a${var.u}\" == null", json!(false)),
        ("[1, tonumber(var.u)] == [2, 1]", json!(false)),
        ("length([for x in [var.u] : x])", json!(1)),
        ("zipmap([\"a\"], [var.u]) == null", json!(false)),
        ("length(toset([var.u]))", json!(1)),
        ("thing.t.name", json!("t")),
        ("keys(thing.many)", json!(["a", "b"])),
        ("[for key, own in thing.many : own.name]", json!(["a", "b"])),
        ("values(thing.many)[*].name", json!(["a", "b"])),
        ("try(thing.t.nope.deeper, 1) == null ? 1 : 1", json!(1)),
        ("alltrue([false, var.u])", json!(false)),
    ] {
        assert_eq!(value(&loaded, expression), expected, "{expression}");
    }
}

#[test]
fn what_depends_on_the_unknown_is_unknown_with_its_reason() {
    let loaded = load_files(&[("main.tf", UNKNOWN)]);
    for (expression, reason) in [
        ("var.u == 1", "var.u"),
        ("var.u + 1", "var.u"),
        ("\"x-${var.u}\"", "var.u"),
        ("var.u == null", "var.u"),
        ("var.u ? 1 : 2", "var.u"),
        ("join(\",\", [\"a\", var.s])", "var.s"),
        ("jsonencode({ a = var.u })", "var.u"),
        ("coalesce(var.s, \"x\")", "var.s"),
        ("try(var.u, 1)", "var.u"),
        ("can(var.u)", "var.u"),
        ("contains([\"a\"], var.u)", "var.u"),
        ("[for x in [1, 2] : x if var.u]", "var.u"),
        ("{ (var.u) = 1 }", "var.u"),
        ("length(toset([var.u, \"a\"]))", "var.u"),
        ("length(var.l)", "var.l"),
        ("max(1, var.u)", "var.u"),
        ("var.l[*]", "var.l"),
        ("[var.u]", "var.u"),
        ("thing.t.id", "thing.t.id is computed by the provider (main.tf:4:1)"),
        ("thing.many[\"a\"].id", "thing.many[\"a\"].id is computed by the provider"),
        ("thing.t", "thing.t is computed by the provider"),
        ("timestamp()", "differs from run to run"),
        ("provider::google::location_from_id(\"x\")", "provider function"),
        ("terraform.workspace", "no workspace is configured"),
        ("path.cwd", "the folder in which Terraform runs"),
        ("abspath(\"x\")", "depends on the machine"),
    ] {
        assert!(unknown(&loaded, expression).contains(reason), "{expression}: {}", unknown(&loaded, expression));
    }
}

#[test]
fn a_configured_workspace_is_known() {
    let dir = write(&[("main.tf", "locals { w = terraform.workspace == \"staging\" ? \"s\" : \"p\" }")]);
    let config = TerraformConfig { workspace: Some("staging".into()), ..TerraformConfig::default() };
    assert_eq!(value(&load_dir(dir.path(), &config), "local.w"), json!("s"));
}

#[test]
fn two_reasons_are_both_told() {
    let loaded = load_files(&[("main.tf", UNKNOWN)]);
    let reasons = unknown(&loaded, "\"${var.u}-${var.s}\"");
    assert!(reasons.contains("var.u") && reasons.contains("var.s"), "{reasons}");
}

#[test]
fn files_are_read_in_the_repository_only() {
    let dir = write(&[
        (
            "repo/tf/main.tf",
            "locals {\n  a = file(\"${path.module}/a.txt\")\n  t = templatefile(\"../shared/t.tftpl\", { names = [\"x\", \"y\"] })\n  set = fileset(path.module, \"*.txt\")\n}\nprovider \"google\" {}",
        ),
        ("repo/tf/a.txt", "text"),
        ("repo/shared/t.tftpl", "%{ for name in names ~}\n- ${name}\n%{ endfor ~}\n"),
        ("secret.txt", "top secret"),
    ]);
    let repo = dir.path().join("repo");
    #[cfg(unix)]
    std::os::unix::fs::symlink(dir.path().join("secret.txt"), repo.join("tf/link.txt")).unwrap();
    let loaded = load_dir(&repo, &TerraformConfig::default());
    assert_eq!(value(&loaded, "[local.a, local.t, file(\"a.txt\")]"), json!(["text", "- x\n- y\n", "text"]));
    assert!(unknown(&loaded, "file(\"../../secret.txt\")").contains("lies outside the repository"));
    assert!(unknown(&loaded, "file(\"/etc/passwd\")").contains("lies outside the repository"));
    #[cfg(unix)]
    assert!(unknown(&loaded, "file(\"link.txt\")").contains("lies outside the repository"));
    assert!(unknown(&loaded, "fileexists(\"../../secret.txt\")").contains("lies outside"));
}

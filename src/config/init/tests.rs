use std::fs;

use super::*;
use crate::config::{Config, parse};

fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn parsed(found: &Discovered) -> Config {
    let text = text(found);
    parse("gcp-drift.toml", &text, &["connector-unmanaged"]).unwrap_or_else(|errors| panic!("{errors:#?}\n{text}"))
}

const PROVIDER: &str = "provider \"google\" {\n  project = \"netra-staging\"\n  region = \"us-central1\"\n}\n";

#[test]
fn a_repository_like_a_real_one_is_understood() {
    let dir = repository(&[
        (".gitignore", "ignored/\n"),
        (".git/HEAD", ""),
        ("ignored/deploy.py", "gcloud run deploy"),
        ("ignored/main.tf", PROVIDER),
        (
            "terraform/main.tf",
            "module \"net\" {\n  source = \"./modules/net\"\n}\nterraform {\n  backend \"gcs\" {}\n}\n",
        ),
        ("terraform/modules/net/versions.tf", "terraform {\n  required_providers {}\n}\n"),
        ("terraform/terraform.tfvars", "project_id = \"netra-staging\"\nregion     = \"us-central1\"\n"),
        ("terraform/extra.auto.tfvars", ""),
        ("terraform/environments/production.tfvars", "project_id = \"netra-production\"\n"),
        ("terraform/.terraform/modules/x/main.tf", PROVIDER),
        ("other/main.tf", "resource \"null_resource\" \"x\" {}\n"),
        ("scripts/deploy_to_gcp.py", "PROJECT_ID = \"netra-staging\"\ncmd = [\"gcloud\", \"run\", \"deploy\", name]\n"),
        ("scripts/deploy_to_gcp.backup.py", "cmd = 'gcloud run deploy'\n"),
        ("scripts/other.py", "print('run')\n"),
        (".github/workflows/deploy.yml", "run: gcloud run deploy api --region us-central1\n"),
        (".github/workflows/test.yml", "run: make test\n"),
        ("pytest.ini", "[pytest]\n"),
        ("backend/pyproject.toml", "[tool.pytest.ini_options]\n"),
        ("tests/unit/test_a.py", "def test_a(): pass\n"),
        ("tests/unit/deep/test_b.py", ""),
        ("tests/smoke/test_c.py", "vpc_access = 1\n"),
        ("tests/helpers/util.py", ""),
        ("tests/old/test_x.backup.py", ""),
        ("backend/tests/smoke/test_d.py", ""),
        ("backend/tests/api/smoke/test_e.py", ""),
    ]);
    let found = discover(dir.path());
    assert_eq!(found.roots, ["terraform"]);
    assert_eq!(found.var_files, ["terraform/environments/production.tfvars"]);
    assert_eq!(found.deploy, [".github/workflows/deploy.yml", "scripts/deploy_to_gcp.py"]);
    assert_eq!(found.tests_root, Some(TestsRoot { folder: ".".into(), ini: Some("pytest.ini".into()) }));
    let categories: Vec<(&str, Vec<&str>)> = found
        .categories
        .iter()
        .map(|(name, patterns)| (name.as_str(), patterns.iter().map(String::as_str).collect()))
        .collect();
    assert_eq!(
        categories,
        [
            ("api", vec!["backend/tests/api/**/*.py"]),
            ("smoke", vec!["backend/tests/api/smoke/*.py", "backend/tests/smoke/**/*.py", "tests/smoke/**/*.py"]),
            ("unit", vec!["tests/unit/**/*.py"]),
        ]
    );
    let guess = |value: &str, file: &str, line, times| Guess { value: value.into(), file: file.into(), line, times };
    assert_eq!(
        found.projects,
        [
            guess("netra-staging", "scripts/deploy_to_gcp.py", 1, 2),
            guess("netra-production", "terraform/environments/production.tfvars", 1, 1),
        ]
    );
    assert_eq!(found.regions, [guess("us-central1", ".github/workflows/deploy.yml", 1, 2)]);
    assert_eq!(found.incomplete, Vec::<String>::new());

    let config = parsed(&found);
    let mut expected = Config::default();
    expected.terraform.roots = found.roots.clone();
    expected.deploy.paths = found.deploy.clone();
    expected.tests.categories = found.categories.clone();
    assert_eq!(config, expected);
    let text = text(&found);
    assert!(text.contains("\n#project = \"netra-staging\"  # scripts/deploy_to_gcp.py:1, and 1 more\n"), "{text}");
    assert!(text.contains("\n# or netra-production: terraform/environments/production.tfvars:1\n"));
    assert!(text.contains("\n#var_files = [\"terraform/environments/production.tfvars\"]\n"));
}

#[test]
fn an_empty_repository_gives_the_defaults() {
    let found = discover(repository(&[]).path());
    assert_eq!(found, Discovered::default());
    assert_eq!(parsed(&found), Config::default());
    assert_eq!(discover(Path::new("/nowhere/at/all")).roots, Vec::<String>::new());
}

#[test]
fn every_key_is_explained_and_parses_when_switched_on() {
    for found in [
        Discovered::default(),
        discover(repository(&[("tf/main.tf", PROVIDER), ("tf/a/b.tfvars", ""), ("tests/unit/test_a.py", "")]).path()),
    ] {
        let text = text(&found);
        for key in crate::config::keys::KEYS {
            let start: String = key.meaning.split_whitespace().take(5).collect::<Vec<_>>().join(" ");
            assert!(text.contains(&start), "{} is not explained", key.path);
        }
        let switched_on: String = text
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(setting) if !setting.starts_with(' ') => format!("{setting}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        let config = parse("gcp-drift.toml", &switched_on, &["connector-unmanaged"])
            .unwrap_or_else(|errors| panic!("{errors:#?}\n{switched_on}"));
        assert!(config.project.is_some() && config.accept.len() == 1 && config.tests.required_classes.len() == 1);
        assert!(text.lines().all(|line| line.chars().count() <= 140), "{text}");
    }
}

#[test]
fn roots_are_folders_that_nobody_calls() {
    for (files, roots) in [
        (vec![("main.tf", "resource \"x\" \"y\" {}")], vec!["."]),
        (vec![("a/main.tf", PROVIDER), ("b/main.tf", "")], vec!["a"]),
        (vec![("a/main.tf", "module \"b\" {\n  source = \"../b\"\n}"), ("b/main.tf", PROVIDER)], vec!["a"]),
        (vec![("a/main.tf", ""), ("a/x.tfvars", ""), ("b/main.tf", "")], vec!["a"]),
        (vec![("a/main.tf", "module \"x\" {\n  source = \"../../outside\"\n}")], vec!["a"]),
        (vec![("a/main.tf.json", "{\n  \"provider\": {}\n}"), ("b/x.tf", "")], vec!["a"]),
        (vec![("x.tfvars", "")], vec![]),
    ] {
        assert_eq!(discover(repository(&files).path()).roots, roots, "{files:?}");
    }
}

#[test]
fn hostile_names_and_files_do_no_harm() {
    let long = "a".repeat(600_000);
    let dir = repository(&[
        ("big.py", &long),
        ("we\"ird\\x/main.tf", PROVIDER),
        ("nul.tf", "\0\0provider \"google\" {}"),
        ("tests/[a]/test_x.py", ""),
        ("tests/b{c}/test_x.py", ""),
        ("tests/ü/test_x.py", ""),
        ("tests/d e/test_x.py", ""),
        ("deploy.py", "project = \"Not A Project\"\nregion = \"x\"\n# project = \"commented-out\"\n--vpc-connector\n"),
    ]);
    #[cfg(unix)]
    {
        fs::write(dir.path().join("new\nline = 1.tf"), PROVIDER).unwrap();
        fs::create_dir(dir.path().join("loop")).unwrap();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("loop/again")).unwrap();
        use std::os::unix::ffi::OsStrExt;
        let _ = fs::write(dir.path().join(std::ffi::OsStr::from_bytes(b"bad\xff.tf")), PROVIDER);
    }
    let found = discover(dir.path());
    assert!(found.incomplete.iter().any(|text| text.contains("big.py")), "{:?}", found.incomplete);
    assert!(found.categories.keys().eq(["ü"]), "{:?}", found.categories);
    assert_eq!(found.projects.len(), 1);
    assert_eq!(found.projects[0].value, "netra-staging");
    let config = parsed(&found);
    assert_eq!(config.tests.categories["ü"], ["tests/ü/**/*.py"]);
    assert_eq!(config.deploy.paths, ["deploy.py"]);
}

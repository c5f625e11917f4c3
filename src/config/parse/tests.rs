use super::*;
use crate::config::{DeploymentConfig, RemoteStateConfig, TerraformConfig};

const RULES: &[&str] = &["connector-missing", "connector-unmanaged", "workload-missing", "smoke-class-stub"];

fn errors(text: &str) -> Vec<ConfigError> {
    match parse("gcp-drift.toml", text, RULES) {
        Ok(config) => panic!("accepted {text:?} as {config:?}"),
        Err(errors) => errors,
    }
}

/// Position, message and suggestion of the only error.
fn only(text: &str) -> (String, String, Option<String>) {
    let mut errors = errors(text);
    assert_eq!(errors.len(), 1, "{text:?}: {errors:#?}");
    let error = errors.remove(0);
    (format!("{}:{}", error.start.line, error.start.column), error.message, error.suggestion)
}

const FULL: &str = r#"
project = "netra-staging"
regions = ["us-central1", "us-east1"]
fail_on = "medium"

[project_numbers]
netra-staging = "701982941522"
netra-shared = 90210

[environments]
staging = ["netra-staging", "netra-shared"]

[live]
source = "emulator:./live/state.json"
quota_project = "netra-ci"
requests_per_second = 12.5

[terraform]
roots = ["terraform/", "./infra"]
var_files = ["terraform/staging.tfvars"]
workspace = "staging"
environment = false

[[terraform.deployments]]
root = "terraform"

[[terraform.deployments]]
root = "./terraform/"
var_files = ["terraform/prod.tfvars"]
vars = { instances = 5 }
workspace = "prod"

[[terraform.remote_state]]
data = "network"
root = "infra"

[terraform.vars]
environment = "staging"
instances = 3
public = false
zones = '["a", "b"]'
empty = ""

[deploy]
paths = ["scripts/deploy_to_gcp.py", ".github/workflows"]

[tests]
root = "backend"
python_version = "3.11"
pytest_version = "9"
venv = "./.venv"
critical_imports = ["test_framework.ssot.mock_factory"]
exclude = ["*.backup.*"]
cap = 2000
max_files = 6000
max_seconds = 2

[tests.collect]
interpreter = ".venv/bin/python"
args = ["-p", "no:randomly"]
timeout = 60

[tests.categories]
smoke = ["tests/smoke/*.py", "tests/*/smoke/*.py"]
"unit" = ["tests/unit/**"]

[[tests.required_classes]]
name = "TestServiceHealth"
category = "smoke"
files = ["tests/smoke/*.py"]
marker = "smoke"
methods = ["test_health"]

[[tests.required_classes]]
name = "TestServiceHealth"
category = "unit"
files = ["tests/unit/*.py"]

[policies]
shipped = false
paths = ["policies"]

[policies.params]
min_throughput = 300
ratio = 0.5
names = ["a", { b = true }]

[connectivity]
environment = ["DATABASE_URL", "REDIS_*"]

[severity]
connector-unmanaged = "low"

[[accept]]
rule = "connector-unmanaged"
resource = "legacy-*"
reason = "goes away"
until = "2027-03-31"

[[accept]]
rule = "connector-missing"
resource = "*"
reason = "made later"
"#;

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn map<T: Clone>(entries: &[(&str, T)]) -> BTreeMap<String, T> {
    entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

#[test]
fn a_full_file_is_read_as_it_is_meant() {
    let expected = Config {
        gate: crate::config::GateConfig::default(),
        project: Some("netra-staging".into()),
        regions: owned(&["us-central1", "us-east1"]),
        environments: map(&[("staging", owned(&["netra-staging", "netra-shared"]))]),
        project_numbers: map(&[("netra-staging", "701982941522".to_owned()), ("netra-shared", "90210".to_owned())]),
        fail_on: Some(Severity::Medium),
        live: LiveSource::Emulator("live/state.json".into()),
        asking: AskingConfig {
            quota_project: Some("netra-ci".into()),
            requests_per_second: 12.5,
            ..AskingConfig::default()
        },
        terraform: TerraformConfig {
            roots: owned(&["terraform", "infra"]),
            var_files: owned(&["terraform/staging.tfvars"]),
            vars: map(&[
                ("environment", "staging".to_owned()),
                ("instances", "3".to_owned()),
                ("public", "false".to_owned()),
                ("zones", r#"["a", "b"]"#.to_owned()),
                ("empty", String::new()),
            ]),
            workspace: Some("staging".into()),
            state: None,
            plan: None,
            environment: false,
            deployments: vec![
                DeploymentConfig { root: "terraform".into(), ..DeploymentConfig::default() },
                DeploymentConfig {
                    root: "terraform".into(),
                    var_files: owned(&["terraform/prod.tfvars"]),
                    vars: map(&[("instances", "5".to_owned())]),
                    workspace: Some("prod".into()),
                },
            ],
            remote_state: vec![RemoteStateConfig { data: "network".into(), root: "infra".into() }],
            arguments: Vec::new(),
        },
        deploy: DeployConfig { paths: owned(&["scripts/deploy_to_gcp.py", ".github/workflows"]), also: None },
        tests: TestsConfig {
            root: "backend".into(),
            python_version: Some("3.11".into()),
            pytest_version: Some(9),
            venv: Some(".venv".into()),
            critical_imports: owned(&["test_framework.ssot.mock_factory"]),
            exclude: owned(&["*.backup.*"]),
            cap: 2000,
            max_files: 6000,
            max_seconds: 2.0,
            categories: map(&[
                ("smoke", owned(&["tests/smoke/*.py", "tests/*/smoke/*.py"])),
                ("unit", owned(&["tests/unit/**"])),
            ]),
            required_classes: vec![
                RequiredClassConfig {
                    name: "TestServiceHealth".into(),
                    category: "smoke".into(),
                    files: owned(&["tests/smoke/*.py"]),
                    marker: Some("smoke".into()),
                    methods: owned(&["test_health"]),
                },
                RequiredClassConfig {
                    name: "TestServiceHealth".into(),
                    category: "unit".into(),
                    files: owned(&["tests/unit/*.py"]),
                    marker: None,
                    methods: Vec::new(),
                },
            ],
            collect: CollectConfig {
                interpreter: Some(".venv/bin/python".into()),
                args: owned(&["-p", "no:randomly"]),
                timeout: 60.0,
            },
        },
        health: None,
        connectivity: ConnectivityConfig { environment: owned(&["DATABASE_URL", "REDIS_*"]) },
        targets: Vec::new(),
        policies: PoliciesConfig {
            shipped: false,
            paths: owned(&["policies"]),
            params: map(&[
                ("min_throughput", serde_json::json!(300)),
                ("ratio", serde_json::json!(0.5)),
                ("names", serde_json::json!(["a", { "b": true }])),
            ]),
        },
        severity: map(&[("connector-unmanaged", Severity::Low)]),
        accept: vec![
            Accepted {
                rule: "connector-unmanaged".into(),
                resource: "legacy-*".into(),
                reason: "goes away".into(),
                until: Some("2027-03-31".into()),
                line: 94,
            },
            Accepted {
                rule: "connector-missing".into(),
                resource: "*".into(),
                reason: "made later".into(),
                until: None,
                line: 100,
            },
        ],
    };
    let parsed = parse("gcp-drift.toml", FULL, RULES).unwrap_or_else(|errors| panic!("{errors:#?}"));
    assert_eq!(parsed, expected);
    assert_eq!(FULL.lines().nth(93), Some("[[accept]]"));
    let crlf = FULL.replace('\n', "\r\n");
    assert_eq!(parse("gcp-drift.toml", &crlf, RULES).unwrap(), expected);
}

#[test]
fn an_empty_file_is_the_default() {
    for text in ["", "\n\n", "# nothing\n", "[terraform]\n[tests]\n[policies]\n[live]\n[deploy]\n"] {
        assert_eq!(parse("gcp-drift.toml", text, &[]).unwrap(), Config::default());
    }
    assert_eq!(parse("c", "fail_on = \"none\"", &[]).unwrap().fail_on, None);
}

#[test]
fn every_mistake_is_placed_and_said() {
    let class = "[[tests.required_classes]]\nname = \"T\"\ncategory = \"smoke\"\n";
    let with_class = |rest: &str| format!("{class}{rest}");
    let accept = |rest: &str| format!("[[accept]]\nrule = \"connector-missing\"\nresource = \"x\"\n{rest}");
    let table: Vec<(String, &str, &str, Option<&str>)> = [
        // Keys.
        ("regoins = []", "1:1", "unknown key `regoins` at the top level", Some("regions")),
        ("[terrafrom]\nroots = []", "1:2", "unknown key `terrafrom` at the top level", Some("terraform")),
        ("[tests]\nmax-files = 1", "2:1", "unknown key `max-files` in `tests`", Some("max_files")),
        ("[live]\nproject = \"netra-staging\"", "2:1", "unknown key `project` in `live`", None),
        ("cap = 3", "1:1", "unknown key `cap` at the top level", None),
        ("tests.categorys.smoke = []", "1:7", "unknown key `categorys` in `tests`", Some("categories")),
        ("[connectivity]\nenviroment = []", "2:1", "unknown key `enviroment` in `connectivity`", Some("environment")),
        ("[connectivity]\nenvironment = [\"A=b\"]", "2:16", "it is no name of an environment variable, and no pattern of one", None),
        // Types.
        ("project = 3", "1:11", "`project` must be a string, not a whole number", None),
        (
            "regions = \"us-central1\"",
            "1:11",
            "`regions` must be an array of strings, not a string",
            Some("[\"us-central1\"]"),
        ),
        ("regions = [\"us-central1\", 3]", "1:27", "`regions` must be an array of strings, not a whole number", None),
        ("terraform = \"x\"", "1:13", "`terraform` must be a table, not a string", None),
        ("[accept]\nrule = \"connector-missing\"", "1:1", "`accept` must be an array of tables, not a table", None),
        ("accept = [1]", "1:11", "`accept` must be an array of tables, not a whole number", None),
        ("[tests]\ncap = 1.5", "2:7", "`tests.cap` must be a whole number, not a decimal number", None),
        (
            "[policies]\nshipped = \"true\"",
            "2:11",
            "`policies.shipped` must be `true` or `false`, not a string",
            Some("true"),
        ),
        (
            "[terraform.vars]\nratio = 0.50",
            "2:9",
            "the value of a variable must be a string, not a decimal number",
            Some("\"0.50\""),
        ),
        ("[terraform.vars]\nzones = [\"a\"]", "2:9", "the value of a variable must be a string, not an array", None),
        (
            "[tests]\npython_version = 3.10",
            "2:18",
            "`tests.python_version` must be a string, not a number",
            Some("\"3.10\""),
        ),
        (
            "[severity]\nconnector-missing = 1",
            "2:21",
            "`severity.connector-missing` must be a severity in quotes, not a whole number",
            None,
        ),
        // Ranges.
        ("[tests]\ncap = 0", "2:7", "`tests.cap` must be from 1 to 1000000, not 0", None),
        ("[tests]\nmax_files = -1", "2:13", "`tests.max_files` must be from 1 to 1000000, not -1", None),
        ("[tests]\nmax_seconds = 0", "2:15", "`tests.max_seconds` must be more than 0 and at most 3600, not 0", None),
        (
            "[tests]\nmax_seconds = nan",
            "2:15",
            "`tests.max_seconds` must be more than 0 and at most 3600, not NaN",
            None,
        ),
        (
            "[tests]\nmax_seconds = inf",
            "2:15",
            "`tests.max_seconds` must be more than 0 and at most 3600, not inf",
            None,
        ),
        ("[policies.params]\nx = [1, nan]", "2:9", "policies cannot read the number `NaN`", None),
        // Words.
        ("fail_on = \"critcal\"", "1:11", "`critcal` is no severity", Some("critical")),
        ("fail_on = \"nome\"", "1:11", "`nome` is no severity", Some("none")),
        ("fail_on = \"error\"", "1:11", "`error` is no severity", None),
        ("[severity]\nconnector-missing = \"hihg\"", "2:21", "`hihg` is no severity", Some("high")),
        ("[severity]\nconnector-missing = \"none\"", "2:21", "`none` is no severity", None),
        (
            "[severity]\nconector-missing = \"high\"",
            "2:1",
            "there is no rule `conector-missing`",
            Some("connector-missing"),
        ),
        ("project = \"701982941522\"", "1:11", "`701982941522` is a project number, not a project id", None),
        ("project = \"Netra\"", "1:11", "`Netra` is no project id", None),
        ("regions = [\"us-central1-a\"]", "1:12", "`us-central1-a` is no region", Some("us-central1")),
        ("[project_numbers]\nnetra-staging = \"12a\"", "2:17", "`12a` is no project number", None),
        ("[project_numbers]\nnetra-staging = -5", "2:17", "`-5` is no project number", None),
        ("[tests]\npython_version = \"2.7\"", "2:18", "Python 2 is not supported", None),
        ("[tests]\ncritical_imports = [\"a/b.py\"]", "2:21", "`a/b.py` is no dotted name of a module", Some("a.b")),
        ("[terraform.vars]\n\"1 x\" = \"y\"", "2:1", "`1 x` is no name of a Terraform variable", None),
        // Live.
        (
            "[live]\nsource = \"snapshto:x.json\"",
            "2:10",
            "`snapshto` is no kind of live source; it must be `gcp`, `none`, `snapshot:FILE`, `gcloud:PATH` or `emulator:FILE`",
            Some("snapshot:x.json"),
        ),
        ("[live]\nsource = \"snapshot:\"", "2:10", "`snapshot:` needs a file: `snapshot:FILE`", None),
        ("[live]\nsource = \"snapshot:/tmp/x.json\"", "2:10", "`/tmp/x.json` is an absolute path", None),
        ("[live]\nsource = \"emulator:../x.json\"", "2:10", "`../x.json` leaves the repository", None),
        (
            "[live]\nsource = 'emulator:live\\x.json'",
            "2:10",
            "`live\\x.json` contains a backslash",
            Some("emulator:live/x.json"),
        ),
        // Empty and invisible.
        ("project = \"\"", "1:11", "`project` must not be empty", None),
        ("regions = [\" \"]", "1:12", "`regions` must not be empty", None),
        (
            "[terraform]\nworkspace = \"a\\u0000b\"",
            "2:13",
            "`terraform.workspace` must not contain control characters",
            None,
        ),
        ("[tests.categories]\n\"\" = [\"x\"]", "2:1", "a key of `tests.categories` must be visible text", None),
        ("[tests.categories]\nsmoke = []", "2:9", "the category `smoke` has no pattern", None),
        // Paths and patterns.
        ("[terraform]\nroots = [\"/srv/tf\"]", "2:10", "`/srv/tf` is an absolute path", None),
        ("[terraform]\nroots = [\"a/../..\"]", "2:10", "`a/../..` leaves the repository", None),
        ("[terraform]\nvar_files = ['C:\\x.tfvars']", "2:14", "`C:\\x.tfvars` is an absolute path", None),
        ("[deploy]\npaths = ['scripts\\x.py']", "2:10", "`scripts\\x.py` contains a backslash", Some("scripts/x.py")),
        ("[tests]\nroot = \"../other\"", "2:8", "`../other` leaves the repository", None),
        ("[policies]\npaths = [\"~/rego\"]", "2:10", "`~/rego` starts with `~`, which is not expanded", None),
        (
            "[tests]\nexclude = [\"a[\"]",
            "2:12",
            "`a[` is no valid pattern: unclosed character class; missing ']'",
            None,
        ),
        (
            "[tests.categories]\nsmoke = [\"/tests/*.py\"]",
            "2:10",
            "the pattern `/tests/*.py` is absolute",
            Some("tests/*.py"),
        ),
        (
            "[tests.categories]\nsmoke = [\"../*.py\"]",
            "2:10",
            "the pattern `../*.py` contains `..`, which matches nothing",
            None,
        ),
        // Twice.
        ("regions = [\"us-east1\", \"us-east1\"]", "1:24", "`us-east1` stands twice in `regions`", None),
        ("[deploy]\npaths = [\"a\", \"./a/\"]", "2:15", "`a` stands twice in `paths`", None),
        ("[tests.categories]\nsmoke = [\"a\"]\nSmoke = [\"b\"]", "3:1", "the category `Smoke` stands twice", None),
        ("[project_numbers]\nproject-a = 1\nproject-b = \"1\"", "3:13", "`1` is the number of two projects", None),
        // No TOML.
        ("project = netra", "1:11", "text must stand in quotes", None),
        ("project = \"a\nb\"", "1:13", "the string has no end on its line", None),
        ("project = ", "1:11", "the file ends where a value is expected", None),
        ("[tests.categories]\nsmoke = [\"a\"]\nsmoke = [\"b\"]", "3:1", "`smoke` stands twice", None),
        ("[tests]\n[live]\n[tests]", "3:1", "the table `tests` stands twice", None),
        ("[[accept]]\nuntil = 2026-01-01", "2:9", "dates stand in quotes", Some("\"2026-01-01\"")),
        ("a = 1.2.3", "1:8", "newline is expected here, not a period", None),
        ("= 1", "1:1", "a table key is expected here, not an equals", None),
        ("a = \"\\q\"", "1:7", "`q` after a backslash is no escape", None),
    ]
    .into_iter()
    .map(|(text, at, message, suggestion)| (text.to_owned(), at, message, suggestion))
    .chain([
        (with_class(""), "1:1", "`files` is missing", None),
        (with_class("files = []"), "4:9", "`tests.required_classes.files` must not be empty", None),
        (with_class("files = [\"a\"]\nmethods = [\"test-x\"]"), "5:12", "`test-x` is no Python name", None),
        (
            with_class("files = [\"a\"]\nmark = \"x\""),
            "5:1",
            "unknown key `mark` in `tests.required_classes`",
            Some("marker"),
        ),
        (
            with_class(&format!("files = [\"a\"]\n{class}files = [\"b\"]")),
            "6:8",
            "the class `T` is required twice in `smoke`",
            None,
        ),
        (accept(""), "1:1", "`reason` is missing", None),
        (accept("reason = \"  \""), "4:10", "`accept.reason` must not be empty", None),
        (accept("reason = \"x\"\nuntil = \"soon\""), "5:9", "`soon` is no date", None),
        (accept("reason = \"x\"\nuntil = \"2026-02-30\""), "5:9", "there is no day `2026-02-30`", None),
        (
            accept(&accept("reason = \"x\""))
                .replacen("[[accept]]\nrule", "reason = \"y\"\n[[accept]]\nrule", 2)
                .replacen("reason = \"y\"\n", "", 1),
            "6:8",
            "`connector-missing` on `x` is accepted twice",
            None,
        ),
        (
            "[[accept]]\nrule = \"conector-missing\"\nresource = \"x\"\nreason = \"y\"".to_owned(),
            "2:8",
            "there is no rule `conector-missing`",
            Some("connector-missing"),
        ),
        (
            "[[accept]]\nrule = \"connector-missing\"\nresource = \"{a\"\nreason = \"y\"".to_owned(),
            "3:12",
            "`{a` is no valid pattern: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
            None,
        ),
    ])
    .collect();
    assert!(table.len() >= 80);
    let mut wrong = Vec::new();
    for (text, at, message, suggestion) in table {
        let expected = (at.to_owned(), message.to_owned(), suggestion.map(str::to_owned));
        let found = only(&text);
        if found != expected {
            wrong.push(format!("{text:?}\n  expected {expected:?}\n  found    {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_the_file() {
    let found: Vec<String> =
        errors("fail_on = \"x\"\nregoins = 1\n[tests]\ncap = 0\nroot = \"/\"\n[[accept]]\nrule = \"x\"\n")
            .iter()
            .map(ToString::to_string)
            .collect();
    assert_eq!(
        found,
        [
            "gcp-drift.toml:1:11: `x` is no severity",
            "gcp-drift.toml:2:1: unknown key `regoins` at the top level; did you mean `regions`?",
            "gcp-drift.toml:4:7: `tests.cap` must be from 1 to 1000000, not 0",
            "gcp-drift.toml:5:8: `/` is an absolute path",
            "gcp-drift.toml:6:1: `reason` is missing",
            "gcp-drift.toml:6:1: `resource` is missing",
            "gcp-drift.toml:7:8: there is no rule `x`",
        ]
    );
}

#[test]
fn a_key_in_the_wrong_table_is_told_where_it_belongs() {
    let note = |text: &str| errors(text).remove(0).note.unwrap();
    assert_eq!(note("[live]\nregions = []"), "`regions` belongs at the top level, above the first `[table]`");
    assert_eq!(note("max_files = 3"), "`max_files` belongs in `[tests]`");
    assert_eq!(note("until = \"x\""), "`until` belongs in `[[accept]]`");
    assert_eq!(note("[deploy]\nwhatever = 1"), "known keys here: `paths`");
}

#[test]
fn columns_count_characters() {
    assert_eq!(only("prüject = 1").0, "1:3");
    assert_eq!(only("[live] # ü\n\"ÿÿ\" = 1").0, "2:1");
    assert_eq!(only("[tests]\ncategories = { \"ü\" = [\"a\"], \"ö\" = 1 }").0, "2:35");
}

#[test]
fn rules_of_further_policies_are_judged_when_they_are_known() {
    let text = "[policies]\npaths = [\"p\"]\n[severity]\nour-own-rule = \"low\"\n";
    assert!(parse("c", text, RULES).is_ok());
    assert!(check_rules("c", text, &["our-own-rule"]).is_empty());
    let found = check_rules("c", text, RULES);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].message, "there is no rule `our-own-rule`");
    let typo = text.replace("our-own-rule", "conector-missing");
    assert_eq!(errors(&typo).len(), 1);
    assert!(check_rules("c", "no toml", RULES).is_empty());
}

#[test]
fn values_that_may_be_secrets_are_not_repeated() {
    for text in [
        "[terraform.vars]\ndb_password = [\"hunter2\"]",
        "[terraform.vars]\ndb_password = 7.12345",
        "[policies.params]\ntoken = nan",
        "api_key = hunter2",
        "[terraform.vars]\ndb_password = hunter2",
        "[connectivity]\nenvironment = [\"DATABASE_URL=postgres://u:hunter2@h/d\"]",
    ] {
        for error in errors(text) {
            let said = format!("{error} {:?} {:?}", error.suggestion, error.note);
            assert!(!said.contains("hunter2") && !said.contains("7.12345"), "{said}");
        }
    }
}

#[test]
fn hostile_texts_are_errors_and_take_no_time() {
    let million = 1 << 20;
    let hostile = [
        "\0".to_owned(),
        "a = \"\0\"".to_owned(),
        "\u{feff}\u{202e}".to_owned(),
        format!("a = {}", "[".repeat(million - 10)),
        format!("a = {}", "{a=".repeat(300_000)),
        format!("[{}]", "a.".repeat(500_000)),
        format!("{}a = 1", "a.".repeat(500_000)),
        format!("[[{}]]", "accept].[".repeat(100_000)),
        format!("a = \"{}", "\\".repeat(million - 10)),
        format!("a = {}", "9".repeat(million - 10)),
        format!("project = \"{}\"", "a".repeat(million - 20)),
        format!("regions = [{}]", "\"a\",".repeat(200_000)),
        format!("[tests]\nexclude = [\"{}\"]", "{".repeat(900_000)),
        format!("[tests]\nexclude = [\"{}\"]", "[".repeat(900)),
        "x = 1\n".repeat(170_000),
        "[[accept]]\n".repeat(95_000),
        (0..60_000).map(|n| format!("k{n}.a = 1\n")).collect(),
        (0..9_000).map(|n| format!("k{n}.a = 1\n")).collect(),
        format!("x = {{{}}}", (0..9_000).map(|n| format!("k{n}.a = 1,")).collect::<String>()),
        "#".repeat(10_000_000),
        "a.b = 1\n[[a]]\n".to_owned(),
        "a.b.c = 1\n[[a.b]]\n".to_owned(),
        "a.b = 1\n[a.c]\n[[a]]\n".to_owned(),
        "[[a]]\na.b = 1\n[a.a]\n[[a.a.b]]".to_owned(),
        "[a.b]\n[[a]]\n[a]".to_owned(),
    ];
    for text in hostile {
        let shown: String = text.chars().take(40).collect();
        let start = std::time::Instant::now();
        let errors = parse("gcp-drift.toml", &text, RULES).expect_err(&shown);
        assert!(!errors.is_empty(), "{shown}");
        for error in &errors {
            assert!(error.message.len() < 2_000 || text.len() > 1_000_000, "{shown}: {}", error.message.len());
        }
        let rendered = super::super::render(&errors, "gcp-drift.toml", &text, false);
        assert!(rendered.len() < 500_000, "{shown}: {}", rendered.len());
        assert!(start.elapsed().as_secs() < 10, "{:?} {shown}", start.elapsed());
    }
}

#[test]
fn deployments_and_remote_states_stand_once() {
    let twice = "[[terraform.deployments]]\nroot = \"a\"\n[[terraform.deployments]]\nroot = \"./a\"\n";
    let (at, message, _) = only(twice);
    assert_eq!((at.as_str(), message.as_str()), ("4:8", "the deployment of `a` stands twice"));
    let (_, message, _) = only("[[terraform.deployments]]\nworkspace = \"x\"\n");
    assert!(message.contains("root"), "{message}");
    let twice = "[[terraform.remote_state]]\ndata = \"n\"\nroot = \"a\"\n[[terraform.remote_state]]\ndata = \"n\"\nroot = \"b\"\n";
    let (_, message, _) = only(twice);
    assert_eq!(message, "the data source `n` is mapped twice");
    assert!(only("[[terraform.remote_state]]\ndata = \"n\"\nroot = \"../b\"\n").1.contains("leaves the repository"));
}

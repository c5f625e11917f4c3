//! The one table of everything that `gcp-drift.toml` may say. The parser takes its known keys from here, and
//! docs/config.md is printed from it.

use std::fmt::Write as _;

/// One key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Dotted path, such as `tests.cap`. The entries of an array of tables have their own keys below its path.
    pub path: &'static str,
    /// What may be written there.
    pub kind: Kind,
    /// The unit or range; empty where the type says it all.
    pub unit: &'static str,
    /// What holds where the key is absent.
    pub default: &'static str,
    /// The default as a setting, where it can be written as one; else empty.
    pub written: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// A complete example.
    pub example: &'static str,
}

/// What may be written as the value of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    String,
    /// An array of strings.
    Strings,
    /// An array of whole numbers.
    Integers,
    /// A string, or an array of strings.
    StringOrStrings,
    /// A whole number.
    Integer,
    /// A whole or decimal number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A table with the keys below this path.
    Table,
    /// A table whose keys the user chooses; the text says what its values are.
    Map(&'static str),
    /// An array of tables with the keys below this path.
    Tables,
}

impl Kind {
    /// The type in words.
    pub fn words(self) -> String {
        match self {
            Self::String => "string".to_owned(),
            Self::Strings => "array of strings".to_owned(),
            Self::Integers => "array of whole numbers".to_owned(),
            Self::StringOrStrings => "string, or array of strings".to_owned(),
            Self::Integer => "whole number".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Boolean => "`true` or `false`".to_owned(),
            Self::Table => "table".to_owned(),
            Self::Map(values) => format!("table of {values}"),
            Self::Tables => "array of tables".to_owned(),
        }
    }
}

impl Key {
    /// The last segment of the path.
    pub fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }

    /// The path of the table that holds the key; empty at the top level.
    pub fn table(&self) -> &'static str {
        self.path.rsplit_once('.').map_or("", |(table, _)| table)
    }
}

/// The keys of a table (empty path: the top level), in the order of the reference.
pub fn keys_of(table: &str) -> impl Iterator<Item = &'static Key> {
    KEYS.iter().filter(move |key| key.table() == table)
}

/// The key with this path.
pub fn key(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.path == path)
}

/// The text of docs/config.md.
pub fn reference() -> String {
    let mut text = INTRODUCTION.to_owned();
    for key in KEYS {
        let heading = match key.kind {
            Kind::Table | Kind::Map(_) => format!("[{}]", key.path),
            Kind::Tables => format!("[[{}]]", key.path),
            _ => key.path.to_owned(),
        };
        let unit = if key.unit.is_empty() { String::new() } else { format!(" ({})", key.unit) };
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n## `{heading}`\n\n{}\n\n- type: {}{unit}\n- default: {}\n\n```toml\n{}\n```\n",
            key.meaning,
            key.kind.words(),
            key.default,
            key.example,
        );
    }
    text
}

const INTRODUCTION: &str = "\
<!-- Printed from src/config/keys.rs by `make docs`; edit it there. -->

# gcp-drift.toml

Every key is optional, and so is the file. `gcp-drift init` writes a commented one from what it finds in the repository.

The file is looked for in the current folder and its parents, up to the folder that holds `.git` and never above it.
Its own folder is the repository to gcp-drift: all paths are relative to it, are written with `/`, and may not leave it.
Path patterns are globs: `*`, `?`, `[…]`, `{a,b}`, and `**` for any number of folders.

Whatever cannot be understood is an error with its line and column, all errors at once, and the run ends with exit
code 64: unknown keys, wrong types, numbers out of range, unknown rules, dates that do not exist.
";

/// Every key, in the order of the reference.
pub const KEYS: &[Key] = &[
    Key {
        path: "project",
        kind: Kind::String,
        unit: "a project id, not a project number",
        default: "none: names without a project stay unknown, unless Terraform or a deploy command names it",
        written: "",
        meaning: "The Google Cloud project that names without a project belong to, and that is asked for its live state.",
        example: "project = \"netra-staging\"",
    },
    Key {
        path: "regions",
        kind: Kind::Strings,
        unit: "",
        default: "the regions that the declarations name",
        written: "",
        meaning: "The regions to ask. A region that is not asked is not checked: nothing in it can be called missing or unmanaged.",
        example: "regions = [\"us-central1\", \"us-east1\"]",
    },
    Key {
        path: "fail_on",
        kind: Kind::String,
        unit: "`critical`, `high`, `medium`, `low`, `info` or `none`",
        default: "`high`",
        written: "fail_on = \"high\"",
        meaning: "The lowest severity that ends the run with exit code 2. `none`: findings never do.",
        example: "fail_on = \"medium\"",
    },
    Key {
        path: "project_numbers",
        kind: Kind::Map("project numbers by project id"),
        unit: "a string of digits, or a whole number",
        default: "none: a name that carries a project number stays unknown",
        written: "",
        meaning: "Project id to project number. Google spells some names with the number; with this table they are the same names.",
        example: "[project_numbers]\nnetra-staging = \"701982941522\"",
    },
    Key {
        path: "environments",
        kind: Kind::Map("lists of project ids by environment"),
        unit: "project ids, not project numbers",
        default: "none: what belongs to another environment is not judged",
        written: "",
        meaning: "Which projects belong to which environment. A workload that is attached to the VPC through a connector or network of another environment is then a critical finding. A project that several environments share, such as the host of a shared VPC, is named in each of them.",
        example: "[environments]\nstaging = [\"netra-staging\", \"netra-shared\"]\nproduction = [\"netra-production\", \"netra-shared\"]",
    },
    Key {
        path: "live",
        kind: Kind::Table,
        unit: "",
        default: "see below",
        written: "",
        meaning: "Where the live state comes from, and how Google Cloud is asked.",
        example: "[live]\nsource = \"none\"",
    },
    Key {
        path: "live.source",
        kind: Kind::String,
        unit: "`gcp`, `none`, `snapshot:FILE`, `gcloud:PATH` or `emulator:FILE`",
        default: "`gcp`",
        written: "source = \"gcp\"",
        meaning: "`gcp` asks Google Cloud, with read-only requests. `none` asks nothing: the live parts of the report are not asked. `snapshot:FILE` reads a recorded state. `gcloud:PATH` reads what gcloud printed with `--format json`, a file or a folder of files. `emulator:FILE` starts the embedded emulator with that state and asks it over HTTP. `--live` on the command line goes before it; only there may FILE and PATH lie outside the repository.",
        example: "[live]\nsource = \"emulator:live/state.json\"",
    },
    Key {
        path: "live.quota_project",
        kind: Kind::String,
        unit: "a project id, not a project number",
        default: "`GOOGLE_CLOUD_QUOTA_PROJECT`, else what the credentials file names, else the project that the credentials belong to",
        written: "",
        meaning: "The project whose quota is used and that is charged for the requests. Whoever asks needs `serviceusage.services.use` there.",
        example: "[live]\nquota_project = \"netra-ci\"",
    },
    Key {
        path: "live.requests_per_second",
        kind: Kind::Number,
        unit: "requests a second to one API, project and region; more than 0, at most 1000",
        default: "30",
        written: "requests_per_second = 30",
        meaning: "How fast Google Cloud is asked. A tenth of it, and at least one, may leave at once; retries count. Where an answer says that this is too fast, the rate is halved, kept below the quota that the answer names, and raised again bit by bit.",
        example: "[live]\nrequests_per_second = 10",
    },
    Key {
        path: "live.max_seconds",
        kind: Kind::Number,
        unit: "seconds; more than 0, at most 3600",
        default: "90",
        written: "max_seconds = 90",
        meaning: "Limit on everything that is asked of Google Cloud in a run. What is not answered by then is not checked.",
        example: "[live]\nmax_seconds = 300",
    },
    Key {
        path: "terraform",
        kind: Kind::Table,
        unit: "",
        default: "see below",
        written: "",
        meaning: "What to read as Terraform, and with which variables.",
        example: "[terraform]\nroots = [\"terraform\"]",
    },
    Key {
        path: "terraform.roots",
        kind: Kind::Strings,
        unit: "folders",
        default: "found by looking: folders with a provider, a backend or a tfvars file that no other module calls",
        written: "",
        meaning: "The root modules: the folders in which `terraform apply` is run.",
        example: "[terraform]\nroots = [\"terraform/network\", \"terraform/services\"]",
    },
    Key {
        path: "terraform.var_files",
        kind: Kind::Strings,
        unit: "files, in the order of `-var-file`",
        default: "none; `terraform.tfvars` and `*.auto.tfvars` of a root are read anyway",
        written: "",
        meaning: "Variable files, as given with `-var-file`. A later one goes before an earlier one.",
        example: "[terraform]\nvar_files = [\"terraform/environments/staging.tfvars\"]",
    },
    Key {
        path: "terraform.vars",
        kind: Kind::Map("strings, whole numbers or booleans by variable"),
        unit: "",
        default: "none",
        written: "",
        meaning: "Values of variables, as given with `-var`: text for a variable of type string, an expression for any other. Keep secrets out of it: what has no value here is unknown, and only what needs it is not checked.",
        example: "[terraform.vars]\nenvironment = \"staging\"\ninstances = 3\nzones = '[\"a\", \"b\"]'",
    },
    Key {
        path: "terraform.workspace",
        kind: Kind::String,
        unit: "",
        default: "none: `terraform.workspace` stays unknown",
        written: "",
        meaning: "The value of `terraform.workspace`.",
        example: "[terraform]\nworkspace = \"staging\"",
    },
    Key {
        path: "terraform.state",
        kind: Kind::String,
        unit: "`auto`, or a file",
        default: "none: no state is read",
        written: "",
        meaning: "A state whose values fill what a resource or data source leaves to its provider; what the configuration decides, it never replaces. A file is a `terraform.tfstate`, or what `terraform show -json` prints of a state. `auto` reads the state of each root module where its backend keeps it: a file for a local backend or none, and for `backend \"gcs\"` one GET of the object with the run's credentials. Values that may be secrets are not kept. `--state` on the command line goes before it; only there may the file lie outside the repository.",
        example: "[terraform]\nstate = \"auto\"",
    },
    Key {
        path: "terraform.plan",
        kind: Kind::String,
        unit: "a file",
        default: "none: no plan is read",
        written: "",
        meaning: "A plan, as `terraform show -json PLANFILE` prints it, whose values fill what the configuration leaves open, such as variables that only the pipeline supplies. It goes before a state, and never replaces what the configuration decides. `--plan` on the command line goes before it; only there may the file lie outside the repository.",
        example: "[terraform]\nplan = \"plan.json\"",
    },
    Key {
        path: "terraform.environment",
        kind: Kind::Boolean,
        unit: "",
        default: "`true`",
        written: "environment = true",
        meaning: "Whether `TF_VAR_…` and `TF_WORKSPACE` of the environment are read, as Terraform reads them. Where the report must be the same on every machine, switch it off.",
        example: "[terraform]\nenvironment = false",
    },
    Key {
        path: "terraform.deployments",
        kind: Kind::Tables,
        unit: "",
        default: "one for each root module",
        written: "",
        meaning: "A root module with the variable files, values and workspace with which it is applied. One root may have several. A root that none of them names is deployed once; `var_files`, `vars` and `workspace` of `[terraform]` hold for all, and what a deployment says goes before them.",
        example: "[[terraform.deployments]]\nroot = \"terraform\"\nvar_files = [\"terraform/environments/staging.tfvars\"]\nworkspace = \"staging\"",
    },
    Key {
        path: "terraform.deployments.root",
        kind: Kind::String,
        unit: "a folder",
        default: "none: the key is required",
        written: "",
        meaning: "The root module.",
        example: "[[terraform.deployments]]\nroot = \"terraform/network\"",
    },
    Key {
        path: "terraform.deployments.var_files",
        kind: Kind::Strings,
        unit: "files, in the order of `-var-file`",
        default: "none",
        written: "",
        meaning: "Variable files of this deployment.",
        example: "[[terraform.deployments]]\nroot = \"terraform\"\nvar_files = [\"terraform/environments/production.tfvars\"]",
    },
    Key {
        path: "terraform.deployments.vars",
        kind: Kind::Map("strings, whole numbers or booleans by variable"),
        unit: "",
        default: "none",
        written: "",
        meaning: "Values of variables of this deployment, as given with `-var`.",
        example: "[[terraform.deployments]]\nroot = \"terraform\"\nvars = { environment = \"production\" }",
    },
    Key {
        path: "terraform.deployments.workspace",
        kind: Kind::String,
        unit: "",
        default: "`terraform.workspace` of this file, else of the environment",
        written: "",
        meaning: "The value of `terraform.workspace` in this deployment.",
        example: "[[terraform.deployments]]\nroot = \"terraform\"\nworkspace = \"production\"",
    },
    Key {
        path: "terraform.remote_state",
        kind: Kind::Tables,
        unit: "",
        default: "none: what a `terraform_remote_state` reads stays unknown",
        written: "",
        meaning: "Which root module of this repository a `terraform_remote_state` data source reads. Its outputs are then what that root declares.",
        example: "[[terraform.remote_state]]\ndata = \"network\"\nroot = \"terraform/network\"",
    },
    Key {
        path: "terraform.remote_state.data",
        kind: Kind::String,
        unit: "the name of the data source",
        default: "none: the key is required",
        written: "",
        meaning: "The name of the data source: `network` for `data.terraform_remote_state.network`, in every module.",
        example: "[[terraform.remote_state]]\ndata = \"network\"\nroot = \"terraform/network\"",
    },
    Key {
        path: "terraform.remote_state.root",
        kind: Kind::String,
        unit: "a folder",
        default: "none: the key is required",
        written: "",
        meaning: "The root module whose outputs it reads.",
        example: "[[terraform.remote_state]]\ndata = \"network\"\nroot = \"terraform/network\"",
    },
    Key {
        path: "deploy",
        kind: Kind::Table,
        unit: "",
        default: "see below",
        written: "",
        meaning: "What to read as deploy config.",
        example: "[deploy]\npaths = [\"scripts\"]",
    },
    Key {
        path: "deploy.paths",
        kind: Kind::Strings,
        unit: "files and folders",
        default: "found by looking: Python files and workflows that deploy to Cloud Run or set its VPC access",
        written: "",
        meaning: "The scripts and pipelines that deploy to Cloud Run.",
        example: "[deploy]\npaths = [\"scripts/deploy_to_gcp.py\", \".github/workflows\"]",
    },
    Key {
        path: "tests",
        kind: Kind::Table,
        unit: "",
        default: "see below",
        written: "",
        meaning: "The pytest code base. It is read, never run.",
        example: "[tests]\nroot = \"backend\"",
    },
    Key {
        path: "tests.root",
        kind: Kind::String,
        unit: "a folder",
        default: "`.`, the repository",
        written: "root = \".\"",
        meaning: "The folder on which imports are resolved: pytest's rootdir.",
        example: "[tests]\nroot = \"backend\"",
    },
    Key {
        path: "tests.python_version",
        kind: Kind::String,
        unit: "`3.N`",
        default: "what the project's own files say",
        written: "",
        meaning: "The Python version that decides which syntax is allowed. In quotes: a number cannot tell 3.1 from 3.10.",
        example: "[tests]\npython_version = \"3.11\"",
    },
    Key {
        path: "tests.pytest_version",
        kind: Kind::String,
        unit: "`8` or `9`, in quotes",
        default: "what the project's lock files and dependencies say",
        written: "",
        meaning: "The generation of pytest, which decides which configuration is read and what makes it refuse to start.",
        example: "[tests]\npytest_version = \"9\"",
    },
    Key {
        path: "tests.venv",
        kind: Kind::String,
        unit: "a folder of the repository",
        default: "none: lock files and declared dependencies say what is installed",
        written: "",
        meaning: "A virtual environment. What is installed in it decides which third-party modules exist. It is read, and nothing in it is run.",
        example: "[tests]\nvenv = \".venv\"",
    },
    Key {
        path: "tests.critical_imports",
        kind: Kind::Strings,
        unit: "dotted names of modules",
        default: "none",
        written: "",
        meaning: "Modules that must be importable, each with all that its import runs.",
        example: "[tests]\ncritical_imports = [\"test_framework.ssot.base_test_case\"]",
    },
    Key {
        path: "tests.exclude",
        kind: Kind::Strings,
        unit: "path patterns",
        default: "`*.backup.*`, `*/backups/*`, `*/backup/*`, `*/archived_reports/*`, `*/temp/*`, `*_temp.py`, `*/node_modules/*`, `*/venv/*`, `*/.git/*`",
        written: "exclude = [\n  \"*.backup.*\",\n  \"*/backups/*\",\n  \"*/backup/*\",\n  \"*/archived_reports/*\",\n  \"*/temp/*\",\n  \"*_temp.py\",\n  \"*/node_modules/*\",\n  \"*/venv/*\",\n  \"*/.git/*\",\n]",
        meaning: "What targeted discovery leaves out, by the whole path: here `*` also stands for `/`. The list replaces the default.",
        example: "[tests]\nexclude = [\"*.backup.*\", \"*/legacy/*\"]",
    },
    Key {
        path: "tests.cap",
        kind: Kind::Integer,
        unit: "test files, 1 to 1000000",
        default: "1000",
        written: "cap = 1000",
        meaning: "The cap on targeted discovery. It is reported when it is hit, never applied in silence.",
        example: "[tests]\ncap = 2000",
    },
    Key {
        path: "tests.max_files",
        kind: Kind::Integer,
        unit: "test files, 1 to 1000000",
        default: "5000",
        written: "max_files = 5000",
        meaning: "The limit on what broad discovery finds. More are a finding.",
        example: "[tests]\nmax_files = 8000",
    },
    Key {
        path: "tests.max_seconds",
        kind: Kind::Number,
        unit: "seconds, more than 0 and at most 3600",
        default: "3.0",
        written: "max_seconds = 3.0",
        meaning: "The limit on the time that discovery takes. More is a finding.",
        example: "[tests]\nmax_seconds = 1.5",
    },
    Key {
        path: "tests.categories",
        kind: Kind::Map("arrays of path patterns by category"),
        unit: "",
        default: "none",
        written: "",
        meaning: "The categories of tests. One in which no test can be collected is a finding.",
        example: "[tests.categories]\nsmoke = [\"tests/smoke/*.py\", \"tests/*/smoke/*.py\"]\nunit = [\"tests/unit/**/*.py\"]",
    },
    Key {
        path: "tests.collect",
        kind: Kind::Table,
        unit: "",
        default: "see below",
        written: "",
        meaning: "How `check --collect` runs the project's own pytest. Without that flag nothing is run.",
        example: "[tests.collect]\ntimeout = 60",
    },
    Key {
        path: "tests.collect.interpreter",
        kind: Kind::String,
        unit: "a path in the repository, or a name on `PATH`",
        default: "the Python of `.venv` or `venv` in the tests' root or the repository, else `python3`",
        written: "",
        meaning: "The Python that has the project's pytest.",
        example: "[tests.collect]\ninterpreter = \".venv/bin/python\"",
    },
    Key {
        path: "tests.collect.args",
        kind: Kind::Strings,
        unit: "arguments",
        default: "none",
        written: "",
        meaning: "More arguments of pytest, after `--collect-only -q`.",
        example: "[tests.collect]\nargs = [\"-p\", \"no:randomly\"]",
    },
    Key {
        path: "tests.collect.timeout",
        kind: Kind::Number,
        unit: "seconds, more than 0 and at most 3600",
        default: "30",
        written: "",
        meaning: "The limit on that run. A run that takes longer is killed, and is a finding.",
        example: "[tests.collect]\ntimeout = 60",
    },
    Key {
        path: "tests.required_classes",
        kind: Kind::Tables,
        unit: "",
        default: "none",
        written: "",
        meaning: "Test classes that must exist, be collected, and have tests that do something.",
        example: "[[tests.required_classes]]\nname = \"TestServiceHealth\"\ncategory = \"smoke\"\nfiles = [\"tests/smoke/*.py\"]",
    },
    Key {
        path: "tests.required_classes.name",
        kind: Kind::String,
        unit: "a Python name",
        default: "none: the key is required",
        written: "",
        meaning: "The name of the class.",
        example: "[[tests.required_classes]]\nname = \"TestDatabaseConnection\"\ncategory = \"smoke\"\nfiles = [\"tests/smoke/*.py\"]",
    },
    Key {
        path: "tests.required_classes.category",
        kind: Kind::String,
        unit: "",
        default: "none: the key is required",
        written: "",
        meaning: "The category that the class guards.",
        example: "[[tests.required_classes]]\nname = \"TestApi\"\ncategory = \"integration\"\nfiles = [\"tests/integration/*.py\"]",
    },
    Key {
        path: "tests.required_classes.files",
        kind: Kind::Strings,
        unit: "path patterns, at least one",
        default: "none: the key is required",
        written: "",
        meaning: "The files in which the class must be defined; one of them is enough.",
        example: "[[tests.required_classes]]\nname = \"TestApi\"\ncategory = \"smoke\"\nfiles = [\"tests/smoke/*.py\", \"backend/tests/smoke/*.py\"]",
    },
    Key {
        path: "tests.required_classes.marker",
        kind: Kind::String,
        unit: "a Python name",
        default: "none: no marker is required",
        written: "",
        meaning: "The pytest marker that the class must carry.",
        example: "[[tests.required_classes]]\nname = \"TestApi\"\ncategory = \"smoke\"\nfiles = [\"tests/smoke/*.py\"]\nmarker = \"smoke\"",
    },
    Key {
        path: "tests.required_classes.methods",
        kind: Kind::Strings,
        unit: "Python names",
        default: "none: any test method will do",
        written: "",
        meaning: "Methods that the class must have.",
        example: "[[tests.required_classes]]\nname = \"TestVPCConnectivity\"\ncategory = \"e2e\"\nfiles = [\"tests/e2e/staging/*.py\"]\nmethods = [\"test_redis_connection_via_vpc\"]",
    },
    Key {
        path: "health",
        kind: Kind::Table,
        unit: "",
        default: "none: the health of the tests is not looked at by `check`",
        written: "",
        meaning: "The health of the tests over time: the tests as they are now, and what reports of their last run say, against a saved baseline. `gcp-drift health --save-baseline` saves one.",
        example: "[health]\nreports = [\"reports/junit-*.xml\"]",
    },
    Key {
        path: "health.baseline",
        kind: Kind::String,
        unit: "a file",
        default: "`.gcp-drift/health-baseline.json`, where it is there",
        written: "",
        meaning: "The saved baseline. Where the key is set, there should be one: without it the comparison is not checked.",
        example: "[health]\nbaseline = \"ci/health-baseline.json\"",
    },
    Key {
        path: "health.reports",
        kind: Kind::Strings,
        unit: "paths and path patterns",
        default: "none: the rates of a test run are not measured",
        written: "",
        meaning: "JUnit XML of one test run: the files of its shards and retries. Where the key is set, each entry should name at least one file: without it the rates are not checked.",
        example: "[health]\nreports = [\"reports/junit.xml\"]",
    },
    Key {
        path: "health.max_file_growth",
        kind: Kind::Number,
        unit: "a factor, from 1 to 1000",
        default: "1.5",
        written: "",
        meaning: "How many times as many test files as in the baseline may be discovered. More are a finding.",
        example: "[health]\nmax_file_growth = 1.2",
    },
    Key {
        path: "health.max_discovery_slowdown",
        kind: Kind::Number,
        unit: "a factor, from 1 to 1000",
        default: "2",
        written: "",
        meaning: "How many times as long as in the baseline discovery may take. More is a finding.",
        example: "[health]\nmax_discovery_slowdown = 3",
    },
    Key {
        path: "health.min_discovery_seconds",
        kind: Kind::Number,
        unit: "seconds, from 0 to 3600",
        default: "0.5",
        written: "",
        meaning: "Discovery that takes no longer than this is never too slow: the clock of a short run says more about the machine than about the tests.",
        example: "[health]\nmin_discovery_seconds = 0.1",
    },
    Key {
        path: "health.max_rate_rise",
        kind: Kind::Number,
        unit: "from 0 to 1; 0.01 is one percentage point",
        default: "0.01",
        written: "",
        meaning: "How much the rate of failures, errors, time-outs or flaky tests may rise above the baseline's. More is a finding.",
        example: "[health]\nmax_rate_rise = 0.05",
    },
    Key {
        path: "health.max_baseline_days",
        kind: Kind::Integer,
        unit: "days, 1 to 3650",
        default: "90",
        written: "",
        meaning: "How old the baseline may be. An older one is a finding.",
        example: "[health]\nmax_baseline_days = 30",
    },
    Key {
        path: "gate",
        kind: Kind::Table,
        unit: "",
        default: "no command: `premigrate` validates the tests only",
        written: "",
        meaning: "What `gcp-drift premigrate` runs after the validation of the tests.",
        example: "[[gate.commands]]\nname = \"unit\"\nrun = [\"pytest\", \"-q\", \"tests/unit\"]",
    },
    Key {
        path: "gate.commands",
        kind: Kind::Tables,
        unit: "",
        default: "none",
        written: "",
        meaning: "Commands that must succeed, in order. They run only when `premigrate` is typed, or its hook runs.",
        example: "[[gate.commands]]\nname = \"unit\"\nrun = [\"pytest\", \"-q\", \"tests/unit\"]",
    },
    Key {
        path: "gate.commands.name",
        kind: Kind::String,
        unit: "",
        default: "none: the key is required",
        written: "",
        meaning: "What the summary calls it.",
        example: "[[gate.commands]]\nname = \"unit\"\nrun = [\"pytest\", \"-q\", \"tests/unit\"]",
    },
    Key {
        path: "gate.commands.run",
        kind: Kind::StringOrStrings,
        unit: "a program with its arguments, or a text for `sh -c` (on Windows `cmd /C`)",
        default: "none: the key is required",
        written: "",
        meaning: "What is run.",
        example: "[[gate.commands]]\nname = \"lint\"\nrun = \"ruff check . && ruff format --check .\"",
    },
    Key {
        path: "gate.commands.timeout",
        kind: Kind::Number,
        unit: "seconds, more than 0 and at most 86400",
        default: "600",
        written: "",
        meaning: "The time after which it is killed, with all that it has started.",
        example: "[[gate.commands]]\nname = \"unit\"\nrun = [\"pytest\", \"-q\", \"tests/unit\"]\ntimeout = 120",
    },
    Key {
        path: "gate.commands.env",
        kind: Kind::Map("strings by variable"),
        unit: "",
        default: "none",
        written: "",
        meaning: "Variables that it gets beside those of the caller. The values of secrets are not printed.",
        example: "[[gate.commands]]\nname = \"unit\"\nrun = [\"pytest\", \"-q\", \"tests/unit\"]\n[gate.commands.env]\nENVIRONMENT = \"test\"",
    },
    Key {
        path: "gate.commands.dir",
        kind: Kind::String,
        unit: "a folder of the repository",
        default: "`.`, the repository",
        written: "",
        meaning: "The folder in which it runs.",
        example: "[[gate.commands]]\nname = \"unit\"\nrun = [\"pytest\", \"-q\", \"tests/unit\"]\ndir = \"backend\"",
    },
    Key {
        path: "gate.commands.allow_failure",
        kind: Kind::Boolean,
        unit: "",
        default: "`false`",
        written: "",
        meaning: "Whether its failure is shown and does not count.",
        example: "[[gate.commands]]\nname = \"unit\"\nrun = [\"pytest\", \"-q\", \"tests/unit\"]\nallow_failure = true",
    },
    Key {
        path: "connectivity",
        kind: Kind::Table,
        unit: "",
        default: "see below",
        written: "",
        meaning: "How `gcp-drift diagnose` finds out what workloads use.",
        example: "[connectivity]\nenvironment = [\"DATABASE_URL\"]",
    },
    Key {
        path: "connectivity.environment",
        kind: Kind::Strings,
        unit: "names of environment variables, and globs on them",
        default: "none: no value of a variable is read",
        written: "environment = []",
        meaning: "The environment variables of live workloads of which it is kept where they lead: a URL, a host or address with its port (`REDIS_PORT` beside `REDIS_HOST`, where both are named), a Cloud SQL connection name or a socket below `/cloudsql`. Scheme, host and port are kept, in snapshots and recordings as well; user, password, path and query never, and nothing of a value that does not certainly say where it leads. A variable that is named like a secret must hold a URL or such a socket.",
        example: "[connectivity]\nenvironment = [\"DATABASE_URL\", \"REDIS_*\"]",
    },
    Key {
        path: "targets",
        kind: Kind::Tables,
        unit: "",
        default: "none",
        written: "",
        meaning: "What must be reachable: databases, caches, endpoints. `gcp-drift probe` asks each of them.",
        example: "[[targets]]\nname = \"db\"\nkind = \"postgres\"\nhost = \"10.1.0.3\"",
    },
    Key {
        path: "targets.name",
        kind: Kind::String,
        unit: "",
        default: "none: the key is required",
        written: "",
        meaning: "What reports call it.",
        example: "[[targets]]\nname = \"db\"\nkind = \"postgres\"\nhost = \"10.1.0.3\"",
    },
    Key {
        path: "targets.url",
        kind: Kind::String,
        unit: "a URL with one of the schemes postgres, postgresql, redis, rediss, clickhouse, clickhouse+http, clickhouse+https, http, https, tcp and tls",
        default: "none: then `kind` and `host` are required",
        written: "",
        meaning: "Kind, host, port and the rest in one text. A password may not stand in it.",
        example: "[[targets]]\nname = \"cache\"\nurl = \"rediss://10.1.0.4:6378\"",
    },
    Key {
        path: "targets.kind",
        kind: Kind::String,
        unit: "`postgres`, `redis`, `clickhouse`, `http` or `tcp`",
        default: "what the URL says",
        written: "",
        meaning: "What it speaks. ClickHouse is asked over HTTP.",
        example: "[[targets]]\nname = \"events\"\nkind = \"clickhouse\"\nurl = \"https://clickhouse.internal:8443\"",
    },
    Key {
        path: "targets.host",
        kind: Kind::String,
        unit: "a host name or an IP address",
        default: "what the URL says",
        written: "",
        meaning: "Where it is.",
        example: "[[targets]]\nname = \"db\"\nkind = \"postgres\"\nhost = \"10.1.0.3\"",
    },
    Key {
        path: "targets.port",
        kind: Kind::Integer,
        unit: "1 to 65535",
        default: "what the URL says, or the usual port of the kind",
        written: "",
        meaning: "The TCP port.",
        example: "[[targets]]\nname = \"cache\"\nkind = \"redis\"\nhost = \"10.1.0.4\"\nport = 6378",
    },
    Key {
        path: "targets.tls",
        kind: Kind::String,
        unit: "`disable`, `prefer` (PostgreSQL only), `require`, `verify-ca` or `verify-full`",
        default: "`prefer` for PostgreSQL, `verify-full` where the URL says https, rediss or tls, else `disable`",
        written: "",
        meaning: "TLS, in libpq's words: `verify-ca` checks who signed the certificate, `verify-full` also its name.",
        example: "[[targets]]\nname = \"db\"\nkind = \"postgres\"\nhost = \"10.1.0.3\"\ntls = \"verify-ca\"\nca = \"certs/cloud-sql.pem\"",
    },
    Key {
        path: "targets.ca",
        kind: Kind::String,
        unit: "a PEM file",
        default: "the certificates that the system trusts",
        written: "",
        meaning: "The certificates that are trusted, in place of the system's.",
        example: "[[targets]]\nname = \"db\"\nkind = \"postgres\"\nhost = \"10.1.0.3\"\ntls = \"verify-ca\"\nca = \"certs/cloud-sql.pem\"",
    },
    Key {
        path: "targets.database",
        kind: Kind::String,
        unit: "",
        default: "the server's default",
        written: "",
        meaning: "The database (PostgreSQL, ClickHouse).",
        example: "[[targets]]\nname = \"db\"\nkind = \"postgres\"\nhost = \"10.1.0.3\"\nuser = \"app\"\ndatabase = \"main\"",
    },
    Key {
        path: "targets.user",
        kind: Kind::String,
        unit: "",
        default: "for PostgreSQL `postgres`; else the protocol's default user",
        written: "",
        meaning: "The user (PostgreSQL, Redis, ClickHouse).",
        example: "[[targets]]\nname = \"db\"\nkind = \"postgres\"\nhost = \"10.1.0.3\"\nuser = \"app\"",
    },
    Key {
        path: "targets.password_env",
        kind: Kind::String,
        unit: "the name of an environment variable",
        default: "none: that it answers can be told without a password",
        written: "",
        meaning: "The variable that holds the password where `probe` runs. The password itself stands nowhere.",
        example: "[[targets]]\nname = \"cache\"\nkind = \"redis\"\nhost = \"10.1.0.4\"\npassword_env = \"REDIS_PASSWORD\"",
    },
    Key {
        path: "targets.path",
        kind: Kind::String,
        unit: "starts with `/`",
        default: "`/`",
        written: "",
        meaning: "What is asked for over HTTP.",
        example: "[[targets]]\nname = \"api\"\nurl = \"https://api.example.com\"\npath = \"/healthz\"",
    },
    Key {
        path: "targets.statuses",
        kind: Kind::Integers,
        unit: "HTTP statuses",
        default: "those below 400",
        written: "",
        meaning: "The HTTP statuses that are an answer as it should be.",
        example: "[[targets]]\nname = \"api\"\nurl = \"https://api.example.com\"\nstatuses = [200, 401]",
    },
    Key {
        path: "targets.workloads",
        kind: Kind::Strings,
        unit: "names of workloads",
        default: "none: not said",
        written: "",
        meaning: "The workloads that use it.",
        example: "[[targets]]\nname = \"db\"\nkind = \"postgres\"\nhost = \"10.1.0.3\"\nworkloads = [\"netra-backend-staging\"]",
    },
    Key {
        path: "policies",
        kind: Kind::Table,
        unit: "",
        default: "see below",
        written: "",
        meaning: "Rego policies.",
        example: "[policies]\npaths = [\"policies\"]",
    },
    Key {
        path: "policies.shipped",
        kind: Kind::Boolean,
        unit: "",
        default: "`true` where `policies.params` sets a parameter, else `false`",
        written: "shipped = false",
        meaning: "Whether the policies that gcp-drift brings along are run. What a policy has no parameter for, it takes \
            from its own defaults.",
        example: "[policies]\nshipped = true",
    },
    Key {
        path: "policies.paths",
        kind: Kind::Strings,
        unit: "folders",
        default: "none",
        written: "",
        meaning: "Folders with further `.rego` files.",
        example: "[policies]\npaths = [\"infra/policies\"]",
    },
    Key {
        path: "policies.params",
        kind: Kind::Map("any values by name"),
        unit: "",
        default: "none: each policy documents the values that it assumes",
        written: "",
        meaning: "What policies read as `data.params`: the numbers of this team.",
        example: "[policies.params]\nmin_throughput = 300\nmax_throughput = 1000\negress = \"PRIVATE_RANGES_ONLY\"\nprefix_length = 28",
    },
    Key {
        path: "severity",
        kind: Kind::Map("severities by rule id"),
        unit: "`critical`, `high`, `medium`, `low` or `info`",
        default: "the rule's own severity",
        written: "",
        meaning: "Gives rules another severity.",
        example: "[severity]\nconnector-unmanaged = \"low\"",
    },
    Key {
        path: "accept",
        kind: Kind::Tables,
        unit: "",
        default: "none",
        written: "",
        meaning: "Findings and not-checked items that are known and accepted. They stay printed and do not count. An entry that meets nothing is reported.",
        example: "[[accept]]\nrule = \"connector-unmanaged\"\nresource = \"legacy-*\"\nreason = \"goes away with the old cluster\"",
    },
    Key {
        path: "accept.rule",
        kind: Kind::String,
        unit: "a rule id",
        default: "none: the key is required",
        written: "",
        meaning: "The rule. `gcp-drift explain` prints what each one means.",
        example: "[[accept]]\nrule = \"connector-unmanaged\"\nresource = \"legacy\"\nreason = \"made by hand for the migration\"",
    },
    Key {
        path: "accept.resource",
        kind: Kind::String,
        unit: "a glob on the subject's name",
        default: "none: the key is required; `*` is every subject",
        written: "",
        meaning: "What the rule may say it about.",
        example: "[[accept]]\nrule = \"connector-unmanaged\"\nresource = \"test-*\"\nreason = \"developers make them by hand\"",
    },
    Key {
        path: "accept.reason",
        kind: Kind::String,
        unit: "",
        default: "none: the key is required",
        written: "",
        meaning: "Why it is accepted. The report prints it.",
        example: "[[accept]]\nrule = \"connector-unmanaged\"\nresource = \"legacy\"\nreason = \"the vendor owns it\"",
    },
    Key {
        path: "accept.until",
        kind: Kind::String,
        unit: "`YYYY-MM-DD`",
        default: "none: it does not end",
        written: "",
        meaning: "The last day on which it is accepted. After that the item counts again.",
        example: "[[accept]]\nrule = \"connector-unmanaged\"\nresource = \"legacy\"\nreason = \"removed in spring\"\nuntil = \"2027-03-31\"",
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::{Config, parse};

    #[test]
    fn docs_config_md_is_the_printed_table_with_every_key_and_no_other() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/config.md");
        if std::env::var_os("GCP_DRIFT_UPDATE_DOCS").is_some() {
            std::fs::write(path, reference()).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
        assert!(written == reference(), "docs/config.md is stale: run `make docs`");
        let headings: BTreeSet<&str> = written
            .lines()
            .filter_map(|line| line.strip_prefix("## `"))
            .map(|line| line.trim_end_matches('`').trim_matches(['[', ']']))
            .collect();
        assert_eq!(headings, KEYS.iter().map(|key| key.path).collect());
    }

    #[test]
    fn paths_are_unique_and_every_parent_is_a_table() {
        let mut seen = BTreeSet::new();
        for key in KEYS {
            assert!(seen.insert(key.path), "{} twice", key.path);
            if !key.table().is_empty() {
                let parent = super::key(key.table()).unwrap();
                assert!(matches!(parent.kind, Kind::Table | Kind::Tables), "{}", key.path);
            }
        }
    }

    #[test]
    fn defaults_are_those_of_the_code() {
        let mut written = 0;
        for key in KEYS.iter().filter(|key| !key.written.is_empty()) {
            let header = if key.table().is_empty() { String::new() } else { format!("[{}]\n", key.table()) };
            let config = parse::parse("gcp-drift.toml", &format!("{header}{}", key.written), &[]).unwrap();
            assert_eq!(config, Config::default(), "{}", key.path);
            assert!(key.written.starts_with(&format!("{} =", key.name())), "{}", key.path);
            written += 1;
        }
        assert_eq!(written, 12);
    }

    #[test]
    fn every_example_parses_names_its_key_and_says_something() {
        for key in KEYS {
            let config = parse::parse("gcp-drift.toml", key.example, &["connector-unmanaged"])
                .unwrap_or_else(|errors| panic!("{}: {errors:?}", key.path));
            assert!(key.example.contains(key.name()), "{}", key.path);
            if key.path != "live" {
                assert_ne!(config, Config::default(), "{}", key.path);
            }
        }
        let none = parse::parse("gcp-drift.toml", "[live]\nsource = \"none\"", &[]).unwrap();
        assert_ne!(none, Config::default());
    }
}

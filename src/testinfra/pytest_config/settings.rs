//! What each setting means.

use super::options::{self, Options};
use super::{PytestConfig, join, problem};
use crate::model::SourceFile;
use crate::model::declared::DiagnosticLevel;
use crate::testinfra::walk::Tree;

/// A setting as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: Written,
    /// The line of the name.
    pub line: u32,
}

/// A value as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// A text of these lines, from which lists are split.
    Text(Vec<String>),
    /// A text where the type of a setting counts, so that it is not split.
    Typed(String),
    /// A list of texts.
    List(Vec<String>),
    /// `true` or `false`.
    Flag(bool),
    /// Something else.
    Other,
}

/// Settings that are lists of words, as in pytest 9.2 (`addini` with the types `args`, `linelist` and `paths`).
const LISTS: [&str; 11] = [
    "addopts",
    "filterwarnings",
    "markers",
    "norecursedirs",
    "python_classes",
    "python_files",
    "python_functions",
    "pythonpath",
    "required_plugins",
    "testpaths",
    "usefixtures",
];

/// The other settings of pytest 8.4 and 9.2.
const OTHERS: [&str; 52] = [
    "assertion_text_diff_style",
    "cache_dir",
    "collect_imported_tests",
    "consider_namespace_packages",
    "console_output_style",
    "disable_test_id_escaping_and_forfeit_all_rights_to_community_support",
    "doctest_encoding",
    "doctest_optionflags",
    "empty_parameter_set_mark",
    "enable_assertion_pass_hook",
    "faulthandler_exit_on_timeout",
    "faulthandler_timeout",
    "junit_duration_report",
    "junit_family",
    "junit_log_passing_tests",
    "junit_logging",
    "junit_suite_name",
    "log_auto_indent",
    "log_cli",
    "log_cli_date_format",
    "log_cli_format",
    "log_cli_level",
    "log_date_format",
    "log_file",
    "log_file_date_format",
    "log_file_format",
    "log_file_level",
    "log_file_mode",
    "log_format",
    "log_level",
    "max_warnings",
    "minversion",
    "parametrize_long_str_id_strategy",
    "strict",
    "strict_config",
    "strict_markers",
    "strict_parametrization_ids",
    "strict_xfail",
    "tmp_path_retention_count",
    "tmp_path_retention_policy",
    "truncation_limit_chars",
    "truncation_limit_lines",
    "verbosity_assertions",
    "verbosity_subtests",
    "verbosity_test_cases",
    "xfail_strict",
    // Settings of plugins whose names come near to those above.
    "asyncio_mode",
    "log_level_cli",
    "mock_use_standalone_module",
    "timeout",
    "timeout_method",
    "usedevelop",
];

impl Written {
    /// The words of a list.
    fn words(&self) -> Vec<String> {
        match self {
            Self::Text(lines) => {
                lines.iter().flat_map(|line| shlex::split(line).unwrap_or_else(|| vec![line.clone()])).collect()
            }
            Self::List(list) => list.clone(),
            Self::Typed(_) | Self::Flag(_) | Self::Other => Vec::new(),
        }
    }

    fn lines(&self) -> Vec<String> {
        match self {
            Self::Text(lines) => lines.clone(),
            _ => self.words(),
        }
    }

    fn flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            Self::Text(lines) => match lines.join("").trim().to_ascii_lowercase().as_str() {
                "1" | "true" | "yes" | "y" | "t" | "on" => Some(true),
                "0" | "false" | "no" | "n" | "f" | "off" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    fn text(&self) -> Option<String> {
        match self {
            Self::Text(lines) => Some(lines.join("\n")),
            Self::Typed(text) => Some(text.clone()),
            _ => None,
        }
    }
}

/// Applies the settings of the file that counts, which lies in `folder`.
pub(super) fn apply(config: &mut PytestConfig, folder: &str, settings: &[Setting], tree: &Tree, file: &SourceFile) {
    for setting in settings {
        let origin = file.line_origin(setting.line);
        if LISTS.contains(&setting.key.as_str())
            && matches!(setting.value, Written::Typed(_) | Written::Flag(_) | Written::Other)
        {
            let text = format!("pytest does not start: `{}` has to be a list of texts", setting.key);
            config.refuse(problem(DiagnosticLevel::Error, text, origin));
            continue;
        }
        one(config, folder, setting, tree, file);
    }
    // Settings of pytest 9; pytest 8 does not know them. The one setting goes before `strict`, which stands for several.
    if config.generation != Some(8) {
        let flag = |key: &str| settings.iter().rev().find(|setting| setting.key == key)?.value.flag();
        config.strict_markers = flag("strict_markers").or_else(|| flag("strict")).unwrap_or(false);
    }
    let options: Options = options::read(config, file, settings);
    config.importlib = options.importlib;
    config.strict_markers |= options.strict_markers;
    config.options = options;
    let strict_config = config.options.strict_config
        || (config.generation != Some(8)
            && settings.iter().any(|setting| {
                matches!(setting.key.as_str(), "strict" | "strict_config") && setting.value.flag() == Some(true)
            }));
    misspelt(config, settings, file, strict_config);
}

fn one(config: &mut PytestConfig, folder: &str, setting: &Setting, tree: &Tree, file: &SourceFile) {
    let origin = || file.line_origin(setting.line);
    let words = || setting.value.words();
    match setting.key.as_str() {
        "python_files" => config.python_files = words(),
        "python_classes" => config.python_classes = words(),
        "python_functions" => config.python_functions = words(),
        "collect_imported_tests" => config.collect_imported_tests = setting.value.flag() != Some(false),
        "testpaths" => {
            config.testpaths = words();
            for path in &config.testpaths {
                let full = join(folder, path);
                if !path.contains(['*', '?', '[']) && !tree.folders.contains(&full) && !tree.files.contains_key(&full) {
                    let text = format!("`testpaths` names `{path}`, which does not exist");
                    config.diagnostics.push(problem(DiagnosticLevel::Warning, text, origin()));
                }
            }
        }
        "pythonpath" => config.pythonpath = words().iter().map(|entry| join(folder, entry)).collect(),
        "markers" => {
            let name = |line: &String| line.split([':', '(']).next().unwrap_or_default().trim().to_owned();
            config.markers = setting.value.lines().iter().map(name).filter(|name| !name.is_empty()).collect();
        }
        "norecursedirs" => {
            config.norecursedirs = words();
            let dropped: Vec<_> = ["node_modules", "venv", ".*"]
                .into_iter()
                .filter(|default| !config.norecursedirs.iter().any(|entry| entry == default))
                .collect();
            if !dropped.is_empty() {
                let text =
                    format!("`norecursedirs` replaces pytest's defaults, which drops `{}`", dropped.join("`, `"));
                config.diagnostics.push(problem(DiagnosticLevel::Warning, text, origin()));
            }
        }
        "minversion" => {
            let wanted = setting.value.text().unwrap_or_default();
            let major: Option<u8> = wanted.trim().split('.').next().and_then(|major| major.parse().ok());
            if let (Some(major), Some(used)) = (major, config.generation)
                && major > used
            {
                let text = format!("pytest {used} does not start: `minversion` is {}", wanted.trim());
                config.refuse(problem(DiagnosticLevel::Error, text, origin()));
            }
        }
        "required_plugins" if !words().is_empty() => {
            let text = format!("whether the required plugins are installed is not known ({})", words().join(", "));
            config.unsure.push(problem(DiagnosticLevel::Warning, text, origin()));
        }
        _ => {}
    }
}

/// Names that come near to those of settings, and are none.
fn misspelt(config: &mut PytestConfig, settings: &[Setting], file: &SourceFile, strict: bool) {
    for setting in settings {
        let known = || LISTS.iter().chain(&OTHERS);
        if known().any(|key| *key == setting.key) {
            continue;
        }
        let Some(near) = known().find(|key| strsim::damerau_levenshtein(key, &setting.key) <= 2) else { continue };
        let origin = file.line_origin(setting.line);
        if strict {
            let text =
                format!("pytest does not start: `{}` is no setting (`{near}` is), and they are strict", setting.key);
            config.refuse(problem(DiagnosticLevel::Error, text, origin));
        } else {
            let text = format!("pytest ignores `{}`: the setting is `{near}`", setting.key);
            config.diagnostics.push(problem(DiagnosticLevel::Warning, text, origin));
        }
    }
}

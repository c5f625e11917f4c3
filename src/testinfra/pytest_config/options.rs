//! The command line in `addopts`.

use super::settings::{Setting, Written};
use super::{PytestConfig, join, problem};
use crate::model::declared::DiagnosticLevel;
use crate::model::{Diagnostic, SourceFile};

/// Options without a value, of pytest 8.4 and 9.2.
const FLAGS: [&str; 75] = [
    "--markers",
    "-x",
    "--exitfirst",
    "--strict-config",
    "--strict-markers",
    "--strict",
    "--fixtures",
    "--funcargs",
    "--fixtures-per-test",
    "--pdb",
    "--trace",
    "-s",
    "--runxfail",
    "--lf",
    "--last-failed",
    "--ff",
    "--failed-first",
    "--nf",
    "--new-first",
    "--cache-clear",
    "--sw",
    "--stepwise",
    "--sw-skip",
    "--stepwise-skip",
    "--sw-reset",
    "--stepwise-reset",
    "-v",
    "--verbose",
    "--no-header",
    "--no-summary",
    "--no-fold-skipped",
    "--force-short-summary",
    "--disable-warnings",
    "--disable-pytest-warnings",
    "-l",
    "--showlocals",
    "--no-showlocals",
    "--xfail-tb",
    "--fulltrace",
    "--full-trace",
    "--collectonly",
    "--collect-only",
    "--co",
    "--pyargs",
    "--noconftest",
    "--keepduplicates",
    "--keep-duplicates",
    "--collect-in-virtualenv",
    "--continue-on-collection-errors",
    "--doctest-modules",
    "--doctest-ignore-import-errors",
    "--doctest-continue-on-failure",
    "-V",
    "--version",
    "--disable-plugin-autoload",
    "--traceconfig",
    "--trace-config",
    "--setuponly",
    "--setup-only",
    "--setupshow",
    "--setup-show",
    "--setupplan",
    "--setup-plan",
    "-q",
    "--quiet",
    "-h",
    "--help",
    "-vv",
    "-vvv",
    "-qq",
    "-ra",
    "-rA",
    "-rs",
    "-rf",
    "-rN",
];
/// Options with a value, of pytest 8.4 and 9.2.
const VALUED: [&str; 55] = [
    "-k",
    "-m",
    "--maxfail",
    "--pdbcls",
    "--capture",
    "--cache-show",
    "--lfnf",
    "--last-failed-no-failures",
    "--durations",
    "--durations-min",
    "--verbosity",
    "-r",
    "--report-chars",
    "--tb",
    "--show-capture",
    "--color",
    "--code-highlight",
    "--pastebin",
    "--junitxml",
    "--junit-xml",
    "--junitprefix",
    "--junit-prefix",
    "-W",
    "--pythonwarnings",
    "--max-warnings",
    "--ignore",
    "--ignore-glob",
    "--deselect",
    "--confcutdir",
    "--import-mode",
    "--doctest-report",
    "--doctest-glob",
    "-c",
    "--config-file",
    "--rootdir",
    "--basetemp",
    "-p",
    "--debug",
    "-o",
    "--override-ini",
    "--assert",
    "--log-level",
    "--log-format",
    "--log-date-format",
    "--log-cli-level",
    "--log-cli-format",
    "--log-cli-date-format",
    "--log-file",
    "--log-file-mode",
    "--log-file-level",
    "--log-file-format",
    "--log-file-date-format",
    "--log-auto-indent",
    "--log-disable",
    "--verbosity-test-cases",
];
/// The beginnings of options of plugins that are in wide use.
const PLUGINS: [&str; 22] = [
    "--cov",
    "--no-cov",
    "--timeout",
    "-n",
    "--numprocesses",
    "--dist",
    "--tx",
    "--reruns",
    "--asyncio",
    "--benchmark",
    "--html",
    "--self-contained-html",
    "--ds",
    "--reuse-db",
    "--create-db",
    "--no-migrations",
    "--randomly",
    "--json",
    "--alluredir",
    "--random-order",
    "--snapshot",
    "--hypothesis",
];

/// What the options say of collection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `--import-mode=importlib`
    pub importlib: bool,
    /// `--strict-markers`
    pub strict_markers: bool,
    /// `--strict-config`
    pub strict_config: bool,
    /// `--ignore`: files and folders that are not collected, relative to the repository.
    pub ignored: Vec<String>,
    /// `--ignore-glob`, relative to the repository; `*` matches `/` as well.
    pub ignored_globs: Vec<String>,
    /// `--deselect`: the beginnings of ids that are left out.
    pub deselected: Vec<String>,
    /// `-p no:…`: plugins that are not loaded.
    pub without: Vec<String>,
    /// `-p …`: plugins that are loaded, by module name.
    pub plugins: Vec<String>,
    /// Files and folders, relative to the folder in which pytest is started.
    pub paths: Vec<String>,
    /// `--doctest-modules`
    pub doctest_modules: bool,
    /// `--doctest-glob`
    pub doctest_globs: Vec<String>,
    /// `--collect-in-virtualenv`
    pub enters_environments: bool,
    /// Options that neither pytest nor a known plugin has, with their place.
    pub unknown: Vec<(String, Diagnostic)>,
}

/// Reads `addopts`.
pub(super) fn read(config: &mut PytestConfig, file: &SourceFile, settings: &[Setting]) -> Options {
    let mut options = Options::default();
    let Some(setting) = settings.iter().find(|setting| setting.key == "addopts") else { return options };
    let words = match &setting.value {
        Written::Text(lines) => shlex::split(&lines.join("\n")).unwrap_or_default(),
        Written::List(list) => list.clone(),
        _ => return options,
    };
    let place = |text: String| problem(DiagnosticLevel::Warning, text, file.line_origin(setting.line));
    let started_in = config.started_in.clone();
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        if !word.starts_with('-') {
            options.paths.push(word);
            continue;
        }
        let (name, mut value) = split(&word);
        if VALUED.contains(&name) && value.is_none() {
            value = words.next();
        }
        let value = value.unwrap_or_default();
        match name {
            "--import-mode" => options.importlib = value == "importlib",
            "--strict-markers" | "--strict" => options.strict_markers = true,
            "--strict-config" => options.strict_config = true,
            "--ignore" => options.ignored.push(join(&started_in, &value)),
            "--ignore-glob" => options.ignored_globs.push(join(&started_in, &value)),
            "--deselect" => options.deselected.push(value),
            "--doctest-modules" => options.doctest_modules = true,
            "--doctest-glob" => options.doctest_globs.push(value),
            "--collect-in-virtualenv" => options.enters_environments = true,
            "-p" => match value.strip_prefix("no:") {
                Some(plugin) => options.without.push(plugin.to_owned()),
                None => options.plugins.push(value),
            },
            "-k" | "-m" => {
                config.unsure.push(place(format!("`{name}` in `addopts` selects tests when they are collected")))
            }
            "-c" | "--config-file" | "-o" | "--override-ini" | "--noconftest" | "--confcutdir" | "--pyargs" => {
                config.unsure.push(place(format!("what `{name}` in `addopts` does is not followed")));
            }
            _ if FLAGS.contains(&name) || VALUED.contains(&name) || name.starts_with("-r") => {}
            _ => {
                let of_plugin = PLUGINS.iter().any(|plugin| name.starts_with(plugin));
                // Whether the next word is its value is not known.
                if words.peek().is_some_and(|next| !next.starts_with('-')) && value.is_empty() {
                    words.next();
                }
                if !of_plugin {
                    let text = format!("neither pytest nor a known plugin has the option `{name}`");
                    options.unknown.push((name.to_owned(), place(text)));
                }
            }
        }
    }
    options
}

/// `--name=value`, `-pvalue` and their like.
fn split(word: &str) -> (&str, Option<String>) {
    if let Some((name, value)) = word.split_once('=').filter(|_| word.starts_with("--")) {
        return (name, Some(value.to_owned()));
    }
    let is_short = !word.starts_with("--") && word.len() > 2 && word.is_char_boundary(2);
    if is_short && let Some(short) = word.get(..2).filter(|short| ["-p", "-k", "-m", "-W", "-o", "-c"].contains(short))
    {
        return (short, word.get(2..).map(str::to_owned));
    }
    (word, None)
}

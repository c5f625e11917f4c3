//! Marks that pytest refuses: those that nobody registers, where it is told to be strict.
//!
//! Source: `MarkGenerator.__getattr__` of pytest 8.4 and 9.0.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::dependencies::{Dependencies, Provided};
use super::resolve::Space;
use super::roots::is_conftest;
use super::sources::FileId;
use crate::model::Why;
use crate::model::WhyKind;
use crate::model::tests::UnregisteredMark;

/// Marks that pytest registers itself.
const OWN: [&str; 8] =
    ["parametrize", "skip", "skipif", "xfail", "usefixtures", "filterwarnings", "tryfirst", "trylast"];
/// Misspellings that pytest refuses also where it is not strict.
const MISSPELT: [&str; 3] = ["parameterize", "parametrise", "parameterise"];
/// Module of a plugin → the marks that it registers. Source: the `pytest_configure` functions of the plugins.
const PLUGINS: [(&str, &[&str]); 26] = [
    ("anyio", &["anyio"]),
    ("celery", &["celery"]),
    ("flaky", &["flaky"]),
    ("hypothesis", &["hypothesis"]),
    ("pytest_asyncio", &["asyncio"]),
    ("pytest_benchmark", &["benchmark"]),
    ("pytest_cov", &["no_cover"]),
    ("pytest_dependency", &["dependency"]),
    ("pytest_django", &["django_db", "urls", "ignore_template_errors"]),
    ("pytest_forked", &["forked"]),
    ("pytest_freezegun", &["freeze_time"]),
    ("pytest_freezer", &["freeze_time"]),
    ("pytest_httpserver", &[]),
    ("pytest_httpx", &["httpx_mock"]),
    ("pytest_mock", &[]),
    ("pytest_order", &["order"]),
    ("pytest_ordering", &["run", "first", "second", "last"]),
    ("pytest_playwright", &["skip_browser", "only_browser", "browser_context_args", "browser_type_launch_args"]),
    ("pytest_recording", &["vcr", "block_network", "default_cassette"]),
    ("pytest_repeat", &["repeat"]),
    ("pytest_rerunfailures", &["flaky"]),
    ("pytest_timeout", &["timeout"]),
    ("pytest_trio", &["trio"]),
    ("pytest_vcr", &["vcr"]),
    ("respx", &["respx"]),
    ("xdist", &["xdist_group"]),
];

/// What is wrong with marks.
#[derive(Debug, Default)]
pub struct Judged {
    /// Marks that pytest refuses, by name.
    pub unregistered: Vec<UnregisteredMark>,
    /// Test files that it does not collect for that.
    pub failing: HashSet<FileId>,
}

/// Judges the marks of the test files and of their conftest files.
pub fn judge(space: &Space<'_>, tests: &[FileId], live: &HashSet<FileId>) -> Judged {
    let strict = space.pytest.strict_markers;
    let mut judged = Judged::default();
    let known = Known::of(space);
    let mut uses: BTreeMap<&str, Vec<(FileId, &std::ops::Range<usize>)>> = BTreeMap::new();
    let conftests =
        live.iter().copied().filter(|&file| space.sources.get(file).is_some_and(|file| is_conftest(&file.path)));
    let files: BTreeSet<FileId> = tests.iter().copied().chain(conftests).collect();
    for &file in &files {
        let Some(source) = space.sources.get(file) else { continue };
        for (name, range) in &source.facts.pytest_marks.used {
            let refused = strict || MISSPELT.contains(&name.as_str());
            if refused && !known.has(name, space.dependencies) {
                uses.entry(name).or_default().push((file, range));
            }
        }
    }
    for (name, places) in uses {
        let own = MISSPELT.contains(&name).then(|| "parametrize".to_owned());
        let suggestion = own.or_else(|| known.similar(name));
        let doubt = if MISSPELT.contains(&name) && !strict { None } else { known.doubt(name) };
        let mut failing = BTreeSet::new();
        let mut origins = Vec::new();
        for (file, range) in places {
            if failing.insert(file)
                && let Some(source) = space.sources.get(file)
            {
                origins.push(source.source.origin(range.clone()));
            }
        }
        let doubt = doubt.map(|why| match origins.first() {
            Some(place) => Why::at(why.kind, why.text, place.clone()),
            None => why,
        });
        if doubt.is_none() {
            judged.failing.extend(failing.iter().filter(|file| tests.contains(file)));
        }
        let test_files = failing.iter().filter(|file| tests.contains(file)).count();
        judged.unregistered.push(UnregisteredMark {
            name: name.to_owned(),
            places: origins,
            test_files,
            suggestion,
            doubt,
        });
    }
    judged
}

/// The declared plugins of which it is not known which marks they register.
pub fn unknown_plugins(dependencies: &Dependencies) -> Vec<String> {
    let unknown = |name: &String| {
        let module = name.replace('-', "_");
        !PLUGINS.iter().any(|(known, _)| *known == module) && module != "pytest_xdist"
    };
    dependencies.plugins().into_iter().filter(unknown).collect()
}

/// The marks that are registered.
struct Known<'a> {
    names: BTreeSet<String>,
    /// A file that registers marks which are known only when it runs.
    dynamic: Option<&'a str>,
    /// Plugins of which it is not known what they register.
    plugins: Vec<String>,
}

impl<'a> Known<'a> {
    fn of(space: &'a Space<'_>) -> Self {
        let mut names: BTreeSet<String> = OWN.iter().map(|&name| name.to_owned()).collect();
        names.extend(space.pytest.markers.iter().cloned());
        let mut dynamic = None;
        for file in &space.sources.files {
            let marks = &file.facts.pytest_marks;
            // A line is a name, arguments in brackets, and a text after a colon.
            names.extend(
                marks.registered.iter().map(|line| line.split([':', '(']).next().unwrap_or_default().trim().to_owned()),
            );
            if marks.registers_more && dynamic.is_none() {
                dynamic = Some(file.path.as_str());
            }
        }
        Self { names, dynamic, plugins: unknown_plugins(space.dependencies) }
    }

    fn has(&self, name: &str, dependencies: &Dependencies) -> bool {
        self.names.contains(name)
            || PLUGINS.iter().any(|(module, marks)| {
                // A plugin that is known to be missing registers nothing.
                marks.contains(&name) && dependencies.provide(module) != Provided::No
            })
    }

    /// Why a mark that nobody is seen to register may be registered all the same.
    fn doubt(&self, name: &str) -> Option<Why> {
        if let Some(path) = self.dynamic {
            let text =
                format!("`{path}` registers marks that are known only when it runs; `{name}` may be one of them");
            return Some(Why::new(WhyKind::Dynamic, text));
        }
        let plugin = self.plugins.first()?;
        let text = format!("it is not known which marks the plugin `{plugin}` registers; `{name}` may be one of them");
        Some(Why::new(WhyKind::ThirdParty, text))
    }

    fn similar(&self, name: &str) -> Option<String> {
        let mut alike = self.names.iter().filter(|known| strsim::normalized_damerau_levenshtein(name, known) >= 0.75);
        let first = alike.next()?;
        alike.next().is_none().then(|| first.clone())
    }
}

#[cfg(test)]
mod tests {
    use crate::model::tests::UnregisteredMark;
    use crate::testinfra::testing::index_of;

    const TEST: &str = "=== tests/test_a.py\nimport pytest\nfrom pytest import mark as m\npytestmark = [pytest.mark.smoke]\n
@pytest.mark.smok\ndef test_a(): pass\n
class TestB:\n    @m.slow(reason='x')\n    @pytest.mark.parametrize('a', [pytest.param(1, marks=pytest.mark.skip)])\n    def test_b(self, a):\n        pytest.mark.inside\n
=== tests/test_c.py\nimport pytest\n@pytest.mark.smok\n@pytest.mark.asyncio\nasync def test_c(): pass\n";

    fn found(settings: &str) -> Vec<UnregisteredMark> {
        index_of(&format!("{TEST}{settings}"), &[]).marks
    }

    fn names(settings: &str) -> Vec<String> {
        found(settings).into_iter().map(|mark| mark.name).collect()
    }

    #[test]
    fn a_mark_that_nobody_registers_is_refused_where_pytest_is_strict() {
        let strict = "=== pytest.ini\n[pytest]\naddopts = --strict-markers\nmarkers =\n    smoke: fast\n    slow(reason): long\n";
        let marks = found(strict);
        assert_eq!(marks.len(), 1, "{marks:?}");
        assert_eq!((marks[0].name.as_str(), marks[0].test_files, marks[0].places.len()), ("smok", 2, 2));
        assert_eq!(marks[0].suggestion.as_deref(), Some("smoke"));
        assert!(marks[0].doubt.is_none());
        for settings in [
            "=== pytest.toml\n[pytest]\nstrict_markers = true\nmarkers = [\"smoke: fast\", \"slow\"]\n",
            "=== pytest.toml\n[pytest]\nstrict = true\nmarkers = [\"smoke: fast\", \"slow\"]\n",
            "=== setup.cfg\n[tool:pytest]\naddopts = --strict\nmarkers =\n    smoke\n    slow\n",
        ] {
            assert_eq!(names(settings), ["smok"], "{settings}");
        }
    }

    #[test]
    fn without_strictness_or_with_a_registration_all_is_well() {
        assert_eq!(names("=== pytest.ini\n[pytest]\nmarkers = smoke\n"), Vec::<String>::new());
        assert_eq!(names("=== pytest.toml\n[pytest]\nstrict = true\nstrict_markers = false\n"), Vec::<String>::new());
        let conftest = "=== pytest.ini\n[pytest]\naddopts = --strict-markers\n=== conftest.py\ndef pytest_configure(config):\n    config.addinivalue_line('markers', 'smoke: x')\n    config.addinivalue_line(\"markers\", \"slow(reason): x\")\n    config.addinivalue_line('markers', 'smok')\n";
        assert_eq!(names(conftest), Vec::<String>::new());
    }

    #[test]
    fn what_may_be_registered_is_a_doubt() {
        let strict = "=== pytest.ini\n[pytest]\naddopts = --strict-markers\nmarkers =\n    smoke\n    slow\n";
        let looped = "=== conftest.py\ndef pytest_configure(config):\n    for line in LINES:\n        config.addinivalue_line('markers', line)\n";
        for more in [looped, "=== requirements.txt\npytest-mysterious\n"] {
            let marks = found(&format!("{strict}{more}"));
            assert!(marks.len() == 1 && marks[0].doubt.is_some(), "{marks:?}");
        }
        let locked = format!("{strict}=== uv.lock\n[[package]]\nname = \"pytest\"\n");
        assert_eq!(names(&locked), ["asyncio", "smok"]);
    }

    #[test]
    fn a_misspelt_parametrize_is_always_refused() {
        let text = "=== test_a.py\nimport pytest\n@pytest.mark.parameterize('a', [1])\ndef test_a(a): pass\n";
        let marks = index_of(text, &[]).marks;
        assert_eq!((marks[0].name.as_str(), marks[0].suggestion.as_deref()), ("parameterize", Some("parametrize")));
    }
}

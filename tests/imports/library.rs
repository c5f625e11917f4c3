//! Imports of the standard library, by the built binary: findings, and their nearest look-alikes.

use serde_json::Value;

use crate::common::{Repository, list};

/// A repository of these files, for these versions of Python.
fn repository(versions: &str, files: &[(&str, &str)]) -> Repository {
    let repository = Repository::empty();
    repository.write("gcp-drift.toml", "[tests]\ncritical_imports = [\"app.api\"]\n");
    repository.write("pytest.ini", "[pytest]\npythonpath = .\n");
    repository.write("pyproject.toml", &format!("[project]\nname = \"app\"\nrequires-python = \"{versions}\"\n"));
    repository.write("requirements.txt", "pytest\n");
    repository.write("app/__init__.py", "");
    repository.write("app/api.py", "import app.util\n");
    repository.write("tests/test_api.py", "import app.api\n\n\ndef test_a():\n    assert app.api\n");
    for (path, text) in files {
        repository.write(path, text);
    }
    repository
}

fn report(repository: &Repository, code: i32) -> Value {
    repository.run(&["check", "--only", "tests", "--format", "json"]).expect_code(code).json()
}

fn rules<'a>(report: &'a Value, key: &str) -> Vec<&'a str> {
    let mut rules: Vec<&str> = list(report, key).iter().map(|own| own["rule"].as_str().unwrap()).collect();
    rules.sort_unstable();
    rules
}

#[test]
fn a_name_that_no_version_has_breaks_what_imports_it() {
    let broken = repository(">=3.10,<3.14", &[("app/util.py", "from json import loads, JSONDecodeErro\n")]);
    let found = report(&broken, 2);
    assert_eq!(rules(&found, "findings"), ["critical-import-broken", "import-symbol-missing"], "{found:#}");
    assert!(list(&found, "not_checked").is_empty());
    let symbol = list(&found, "findings").iter().find(|own| own["rule"] == "import-symbol-missing").unwrap();
    assert!(symbol["title"].as_str().unwrap().contains("`json` has no `JSONDecodeErro`"), "{symbol:#}");
    assert!(symbol["fix"][0]["text"].as_str().unwrap().contains("`JSONDecodeError`"), "{symbol:#}");
    assert!(symbol["why"].as_str().unwrap().contains("1 test file cannot be collected"), "{symbol:#}");
    let critical = list(&found, "findings").iter().find(|own| own["rule"] == "critical-import-broken").unwrap();
    assert_eq!(critical["caused_by"][0], symbol["id"], "{critical:#}");
    let places: Vec<&str> = list(critical, "places").iter().map(|place| place["file"].as_str().unwrap()).collect();
    assert!(places.contains(&"app/api.py") && places.contains(&"app/util.py"), "{critical:#}");

    let module = repository("==3.12.*", &[("app/util.py", "import xml.etree.ElementTre\n")]);
    assert_eq!(rules(&report(&module, 2), "findings"), ["critical-import-broken", "import-module-missing"]);
}

#[test]
fn what_the_versions_have_is_fine() {
    for (versions, text) in [
        (">=3.10,<3.14", "from json import loads, JSONDecodeError, decoder\nimport xml.etree.ElementTree\n"),
        (">=3.11", "from typing import Self\n"),
        // Conditions on the version and the platform.
        (
            ">=3.9",
            "import sys\nif sys.version_info >= (3, 11):\n    import tomllib\n    from typing import Self\nelse:\n    Self = tomllib = None\n",
        ),
        (">=3.9,<3.11", "import sys\nif sys.version_info >= (3, 11):\n    from typing import Self\n"),
        (">=3.9", "import os\nif os.name == \"nt\":\n    import winreg\n    from subprocess import STARTUPINFO\n"),
        (">=3.9", "try:\n    import tomllib\nexcept ModuleNotFoundError:\n    tomllib = None\n"),
        (">=3.9", "try:\n    from typing import Self\nexcept ImportError:\n    Self = None\n"),
        // A folder of that name hides nothing.
        (">=3.9", "from logging import getLogger\n"),
    ] {
        let fine = repository(versions, &[("app/util.py", text), ("tests/logging/data.txt", "")]);
        let found = report(&fine, 0);
        assert!(list(&found, "findings").is_empty() && list(&found, "not_checked").is_empty(), "{text} {found:#}");
    }
}

#[test]
fn what_the_versions_leave_open_is_not_checked() {
    for (versions, text, reason) in [
        (">=3.9", "from json import nope\n", "was not seen in Python 3.9, 3.10, 3.11, 3.12, 3.13"),
        ("==3.14.*", "from json import nope\n", "was not seen"),
        ("==3.12.*", "from json import _nope\n", "was not seen"),
        (">=3.9,<3.13", "from typing import Self\n", "is not in Python 3.9, 3.10"),
        ("==3.12.*", "from os import nope\n", "was not seen"),
        ("==3.12.*", "import winreg\n", "on every platform"),
        ("==3.12.*", "import json\njson.nope = 1\nfrom json import nope\n", "gives `nope` to `json`"),
    ] {
        let open = repository(versions, &[("app/util.py", text)]);
        let found = report(&open, 3);
        assert!(list(&found, "findings").is_empty(), "{text} {found:#}");
        let reasons: Vec<&str> =
            list(&found, "not_checked").iter().map(|own| own["reason"]["text"].as_str().unwrap()).collect();
        assert!(reasons.len() == 1 && reasons[0].contains(reason), "{text} {reasons:?}");
    }
}

#[test]
fn a_module_with_the_name_of_one_of_the_standard_library_hides_it_or_not() {
    let shadow = |path: &str, text: &str| repository("==3.12.*", &[(path, "OWN = 1\n"), ("app/util.py", text)]);
    // Nothing takes the place of what is built in, and a folder of tests comes too late for what pytest has imported.
    for (path, text) in [("abc.py", "from abc import OWN\n"), ("tests/json.py", "from json import OWN\n")] {
        let name = if path.starts_with("tests/") { "tests/test_b.py" } else { "app/util.py" };
        let repository = shadow(path, "\n");
        repository.write(name, &format!("{text}\n\ndef test_b():\n    assert OWN\n"));
        let found = report(&repository, 2);
        assert!(rules(&found, "findings").contains(&"import-symbol-missing"), "{path} {found:#}");
    }
    for (path, text) in [("abc.py", "from abc import ABC\n"), ("tests/json.py", "from json import loads\n")] {
        report(&shadow(path, text), 0);
    }
    // Whose `wave` it is depends on what was imported before; what neither has fails in any case.
    report(&shadow("wave.py", "from wave import OWN\n"), 3);
    report(&shadow("wave.py", "from wave import Wave_read\n"), 3);
    report(&shadow("wave.py", "import wave\n"), 0);
    let found = report(&shadow("wave.py", "from wave import neither\n"), 2);
    assert_eq!(rules(&found, "findings"), ["critical-import-broken", "import-symbol-missing"], "{found:#}");
}

#[test]
fn show_tests_names_circles_and_marks() {
    let repository = repository(
        "==3.12.*",
        &[
            ("app/util.py", "from app.other import LATER\nNOW = 1\n"),
            ("app/other.py", "from app.util import NOW\nLATER = 1\n"),
            ("pytest.ini", "[pytest]\npythonpath = .\naddopts = --strict-markers\nmarkers =\n    smoke: quick\n"),
            ("tests/test_b.py", "import pytest\n\n\n@pytest.mark.smok\ndef test_b():\n    assert True\n"),
            ("tests/test_c.py", "from app.gone import NAME\n"),
        ],
    );
    let shown = repository.run(&["show", "tests"]).expect_code(0).json();
    let circular: Vec<(&str, bool)> = list(&shown["imports"], "broken")
        .iter()
        .map(|own| (own["module"].as_str().unwrap(), own["circular"].as_bool().unwrap()))
        .collect();
    assert!(circular.contains(&("app.gone", false)), "{circular:?}");
    assert!(circular.contains(&("app.util", true)) || circular.contains(&("app.other", true)), "{circular:?}");
    let mark = &list(&shown, "marks")[0];
    assert_eq!((mark["name"].as_str(), mark["suggestion"].as_str()), (Some("smok"), Some("smoke")));
    assert_eq!(
        (mark["places"][0]["file"].as_str(), mark["places"][0]["line"].as_u64()),
        (Some("tests/test_b.py"), Some(4))
    );
    assert_eq!((mark["test_files"].as_u64(), mark["doubt"].is_null()), (Some(1), true));
}

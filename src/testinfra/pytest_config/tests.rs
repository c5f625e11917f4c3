use super::*;
use crate::model::Excerpts;
use crate::testinfra::walk::walk;
use std::fs;

fn read_tree(files: &[(&str, &str)], root: &str) -> PytestConfig {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let full = folder.path().join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, text).unwrap();
    }
    read(folder.path(), root, &walk(folder.path()), None, &Excerpts::default())
}

#[test]
fn the_first_file_that_counts_wins() {
    let pyproject = "[tool.pytest.ini_options]\npython_files = [\"check_*.py\"]\npythonpath = [\"src\", \".\"]\n";
    let config = read_tree(&[("pyproject.toml", pyproject), ("setup.cfg", "[tool:pytest]\npython_files = a.py\n")], "");
    assert_eq!(config.python_files, ["check_*.py"]);
    assert_eq!(config.pythonpath, ["src", ""]);
    let empty = read_tree(&[("pyproject.toml", pyproject), ("pytest.ini", "")], "");
    assert_eq!((empty.file.as_deref(), empty.python_files.len()), (Some("pytest.ini"), 2));
    let skipped = read_tree(
        &[("pyproject.toml", "[project]\nname = \"x\"\n"), ("tox.ini", "[pytest]\npython_classes = Check *Suite\n")],
        "",
    );
    assert_eq!(skipped.python_classes, ["Check", "*Suite"]);
    assert!(skipped.is_test_class("CheckA") && skipped.is_test_class("MySuite") && !skipped.is_test_class("TestA"));
}

#[test]
fn a_nested_file_hides_the_upper_one_and_paths_are_relative_to_it() {
    let files =
        [("pytest.ini", "[pytest]\npython_files = a_*.py\n"), ("app/pytest.ini", "[pytest]\npythonpath = lib\n")];
    assert_eq!(read_tree(&files, "app").pythonpath, ["app/lib"]);
    assert_eq!(read_tree(&files[..1], "app").python_files, ["a_*.py"]);
}

#[test]
fn ini_values_of_several_lines_and_accidents() {
    let text = "[pytest]\nmarkers =\n    smoke: fast ones\n    # comment\n    slow(reason): long\nnorecursedirs = old\ntestpaths = gone\naddopts = -q --import-mode=importlib\n";
    let config = read_tree(&[("pytest.ini", text)], "");
    assert_eq!(config.markers, ["smoke", "slow"]);
    assert!(config.importlib);
    let texts: Vec<_> = config.diagnostics.iter().map(|diagnostic| diagnostic.text.as_str()).collect();
    assert!(texts.len() == 2 && texts[0].contains("replaces") && texts[1].contains("gone"), "{texts:?}");
}

#[test]
fn test_files_are_told_by_name_or_path() {
    let mut config = PytestConfig::default();
    for (path, expected) in
        [("a/test_b.py", true), ("b_test.py", true), ("tests/helper.py", false), ("test_a.py.bak", false)]
    {
        assert_eq!(config.is_test_file(path), expected, "{path}");
    }
    config.python_files = vec!["checks/*.py".to_owned()];
    assert!(config.is_test_file("a/checks/b.py") && !config.is_test_file("a/b.py"));
}

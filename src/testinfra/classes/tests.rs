use crate::config::RequiredClassConfig;
use crate::model::tests::{ClassProblem, RequiredClass, TestIndex};
use crate::testinfra::testing::indexed;

fn index(text: &str, methods: &[&str]) -> TestIndex {
    let wanted = RequiredClassConfig {
        name: "TestHealth".to_owned(),
        category: "smoke".to_owned(),
        files: vec!["tests/smoke/*.py".to_owned()],
        marker: Some("smoke".to_owned()),
        methods: methods.iter().map(|&method| method.to_owned()).collect(),
    };
    indexed(text, |config| config.required_classes = vec![wanted]).index
}

fn judged(text: &str) -> RequiredClass {
    index(text, &[]).classes.remove(0)
}

/// The problems of a class with this text in the file that is looked at.
fn problems(body: &str) -> Vec<ClassProblem> {
    judged(&format!("=== tests/smoke/test_a.py\nimport pytest\n{body}\n")).problems
}

#[test]
fn a_marker_may_stand_in_many_places() {
    for body in [
        "@pytest.mark.smoke\nclass TestHealth:\n    def test_a(self): assert f()",
        "@pytest.mark.smoke()\nclass TestHealth:\n    def test_a(self): assert f()",
        "class TestHealth:\n    pytestmark = [pytest.mark.slow, pytest.mark.smoke]\n    def test_a(self): assert f()",
        "pytestmark = pytest.mark.smoke\nclass TestHealth:\n    def test_a(self): assert f()",
        "class TestHealth:\n    @pytest.mark.smoke\n    def test_a(self): assert f()\n    @pytest.mark.smoke\n    async def test_b(self): await g()\n    def helper(self): pass",
        "smoke = pytest.mark.smoke\n@smoke\nclass TestHealth:\n    def test_a(self): assert f()",
        "from pytest import mark\n@mark.smoke\nclass TestHealth:\n    def test_a(self): assert f()",
        "@pytest.mark.smoke\nclass Base: pass\nclass TestHealth(Base):\n    def test_a(self): assert f()",
    ] {
        assert_eq!(problems(body), [], "{body}");
    }
    for body in [
        "class TestHealth:\n    def test_a(self): assert f()",
        "@pytest.mark.smoke_later\nclass TestHealth:\n    def test_a(self): assert f()",
        "# @pytest.mark.smoke\nclass TestHealth:\n    def test_a(self): assert f()",
        "class TestHealth:\n    @pytest.mark.smoke\n    def test_a(self): assert f()\n    def test_b(self): assert f()",
    ] {
        assert_eq!(problems(body), [ClassProblem::Unmarked("smoke".to_owned())], "{body}");
    }
}

#[test]
fn a_stub_does_nothing_in_all_its_tests() {
    let with =
        |body: &str| problems(&format!("@pytest.mark.smoke\nclass TestHealth:\n    def test_a(self):\n        {body}"));
    for body in [
        "pass",
        "...",
        "'''doc'''",
        "'''doc'''\n        pass",
        "assert True",
        "assert 1, 'x'",
        "pytest.skip('later')",
        "return",
        "return None",
        "raise NotImplementedError",
        "'''doc'''\n        raise NotImplementedError('later')",
        "# a comment\n        pass",
    ] {
        assert!(
            matches!(&with(body)[..], [ClassProblem::Stub(places)] if places.len() == 1),
            "{body}: {:?}",
            with(body)
        );
    }
    for body in ["assert x", "assert 0", "run()", "raise ValueError", "pass\n    def test_b(self): run()", "x = 1"] {
        assert_eq!(with(body), [], "{body}");
    }
}

#[test]
fn what_pytest_does_not_collect_is_told() {
    let reason = |text: &str| match &judged(text).problems[..] {
        [ClassProblem::NotCollectable(reason)] => reason.clone(),
        other => panic!("{other:?}"),
    };
    let class = "@pytest.mark.smoke\nclass TestHealth";
    let test = "    def test_a(self): assert f()\n";
    let file = |text: String| format!("=== tests/smoke/test_a.py\nimport pytest\n{text}");
    assert!(reason(&file(format!("{class}:\n    def __init__(self): pass\n{test}"))).contains("constructor"));
    assert!(reason(&file(format!("{class}:\n    __test__ = False\n{test}"))).contains("__test__"));
    assert!(
        reason(&file(format!("class B:\n    def __init__(self): pass\n{class}(B):\n{test}"))).contains("constructor")
    );
    assert!(reason(&format!("=== tests/smoke/checks.py\nimport pytest\n{class}:\n{test}")).contains("python_files"));
    assert!(reason(&file(format!("{class}:\n{test}x = = 1\n"))).contains("compile"));
    let ini = "=== pytest.ini\n[pytest]\npython_classes = Check*\n";
    assert!(reason(&format!("{}{ini}", file(format!("{class}:\n{test}")))).contains("python_classes"));
    let unittest = format!("import unittest\n{class}(unittest.TestCase):\n    def __init__(self, n): pass\n{test}");
    assert_eq!(judged(&format!("{}{ini}", file(unittest))).problems, []);
}

#[test]
fn tests_and_methods_may_be_inherited() {
    let text = "=== tests/__init__.py\n=== tests/base.py\nclass Base:\n    def test_a(self): assert f()\n    def check_b(self): pass\n
=== tests/smoke/test_a.py\nimport pytest\nfrom tests.base import Base as B\nfrom tests import base\n@pytest.mark.smoke\nclass TestHealth(BASE): pass\n";
    for base in ["B", "base.Base"] {
        assert_eq!(index(&text.replace("BASE", base), &["test_a", "check_b"]).classes[0].problems, [], "{base}");
    }
    let unknown = index(&text.replace("BASE", "elsewhere.Other"), &["test_a"]);
    assert_eq!(unknown.classes[0].problems, []);
    assert_eq!(unknown.classes[0].unknown.len(), 1, "{:?}", unknown.classes[0].unknown);
    let plain = index(&text.replace("BASE", "object"), &["test_a"]);
    assert_eq!(
        plain.classes[0].problems,
        [ClassProblem::NoTests, ClassProblem::MethodsMissing(vec!["test_a".to_owned()])]
    );
}

#[test]
fn only_a_real_definition_in_a_matching_file_counts() {
    for text in [
        "=== tests/smoke/test_a.py\n# class TestHealth:\nx = '''\nclass TestHealth:\n    def test_a(self): pass\n'''\nclass TestHealthMore: pass\n",
        "=== tests/smoke/deep/test_a.py\nclass Test: pass\n",
        "=== tests/smoke/test_a.backup.py\nclass TestOther: pass\n",
        "=== a.txt\n",
    ] {
        assert_eq!(judged(text).problems, [ClassProblem::Missing], "{text}");
    }
    let good = "import pytest\n@pytest.mark.smoke\nclass TestHealth:\n    def test_a(self): assert f()\n";
    let other = judged(&format!("=== tests/unit/test_b.py\n{good}"));
    assert_eq!((other.problems, other.elsewhere.is_some()), (vec![ClassProblem::Missing], true));
    let both = judged(&format!("=== tests/smoke/test_a.py\nclass TestHealth: pass\n=== tests/smoke/test_b.py\n{good}"));
    assert_eq!((both.problems, both.places.len()), (Vec::new(), 2), "the best definition counts");
}

#[test]
fn backups_are_ranked_and_the_unfit_ones_say_why() {
    let good = "class TestHealth:\n    def test_a(self): assert f()\n";
    let text = format!(
        "=== tests/smoke/test_a.py.bak\n{good}
=== tests/smoke/test_a.py.backup.20250901\n{good}    def test_b(self): assert g()\n
=== tests/smoke/test_stub.backup.py\nclass TestHealth:\n    def test_a(self): pass\n
=== tests/smoke/test_init.py.old\n{good}    def __init__(self): pass\n
=== tests/smoke/test_bad.py~\n{good}def (:\n"
    );
    let class = judged(&text);
    assert_eq!(class.problems, [ClassProblem::Missing]);
    let shown: Vec<_> = class
        .candidates
        .iter()
        .map(|candidate| {
            (candidate.origin.source().unwrap().file.as_str(), candidate.tests, candidate.why_not.is_some())
        })
        .collect();
    assert_eq!(shown[0], ("tests/smoke/test_a.py.backup.20250901", 2, false));
    assert_eq!(shown[1], ("tests/smoke/test_a.py.bak", 1, false));
    assert!(shown.len() == 5 && shown[2..].iter().all(|(_, _, unfit)| *unfit), "{shown:?}");

    let live = judged(&format!("{text}=== tests/unit/test_live.py\n{good}"));
    assert!(live.candidates.iter().all(|candidate| candidate.why_not.is_some()));
}

#[test]
fn a_class_is_not_missing_where_a_file_was_not_read() {
    let text = format!("=== tests/smoke/test_a.py\nx = 1{}\n", " + 1".repeat(3_000));
    let found = index(&text, &[]);
    assert_eq!(found.classes[0].problems, []);
    let unknown = &found.classes[0].unknown;
    assert!(unknown.iter().any(|why| why.text.contains("TestHealth")), "{unknown:?}");
}

#[test]
fn a_definition_counts_wherever_it_stands() {
    for body in [
        "if f():\n    @pytest.mark.smoke\n    class TestHealth:\n        def test_a(self): assert f()",
        "try:\n    import x\nexcept ImportError:\n    x = None\nelse:\n    class TestHealth:\n        pytestmark = [pytest.mark.smoke]\n        def test_a(self): assert f()",
        "pytestmark = [pytest.mark.slow, pytest.mark.smoke]\nclass TestHealth:\n    @pytest.mark.parametrize('a', [pytest.param(1, marks=pytest.mark.x)])\n    def test_a(self, a): assert f()",
    ] {
        assert_eq!(problems(body), [], "{body}");
    }
    let of_dataclass = problems(
        "from dataclasses import dataclass\n@pytest.mark.smoke\n@dataclass\nclass TestHealth:\n    a: int = 1\n    def test_a(self): assert f()",
    );
    assert!(matches!(&of_dataclass[..], [ClassProblem::NotCollectable(_)]), "{of_dataclass:?}");
    let nested = problems("class TestOuter:\n    class TestHealth:\n        def test_a(self): assert f()");
    assert_eq!(nested, [ClassProblem::Missing]);
}

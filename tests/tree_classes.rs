//! What `show tests` says of a required class.

use super::common::list;
use super::test_findings::repository;

#[test]
fn show_tests_says_of_a_class_what_is_known() {
    let shown = |tree: &str| repository("classes", tree).run(&["show", "tests"]).expect_code(0).json();
    let marked =
        "import pytest\n\n\n@pytest.mark.smoke\nclass TestHealth:\n    def test_a(self):\n        assert probe()\n";
    let backup = shown(&format!("=== tests/smoke/test_health.py.bak\n{marked}=== a.txt\n"));
    let class = &list(&backup, "classes")[0];
    assert_eq!((class["verdict"].as_str(), class["candidates"][0]["line"].as_u64()), (Some("only-in-backup"), Some(5)));
    assert!(class["candidates"][0]["why_not"].is_null(), "{class}");
    assert_eq!(list(&backup, "backups")[0]["of"], "tests/smoke/test_health.py");

    let renamed = shown(&format!(
        "=== tests/smoke/test_health.py.bak\n{marked}\n    def test_b(self):\n        assert probe()\n=== tests/smoke/test_health.py\n{}\n    def test_b(self):\n        assert probe()\n",
        marked.replace("TestHealth", "TestHealthNow")
    ));
    let why_not = list(&renamed, "classes")[0]["candidates"][0]["why_not"].as_str().unwrap().to_owned();
    assert!(why_not.contains("`TestHealthNow` in tests/smoke/test_health.py:5"), "{why_not}");

    let unknown = shown("=== tests/smoke/test_health.py\nTestHealth = make()\n");
    let class = &list(&unknown, "classes")[0];
    assert_eq!(class["verdict"], "not-checked");
    assert!(class["whys"][0].as_str().unwrap().contains("is assigned"), "{class}");
}

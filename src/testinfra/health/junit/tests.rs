use super::*;
use crate::testinfra::health::merge::merge;

macro_rules! report {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/health/reports/", $name))
    };
}

/// Every test that is not well, with the counts of those that are.
fn summary(texts: &[&str]) -> (usize, usize, Vec<String>) {
    let reports: Vec<Report> = texts.iter().map(|text| read(text.as_bytes())).collect();
    for report in &reports {
        assert_eq!(report.damage, None);
    }
    let run = merge(&reports);
    let unwell = run.unwell.iter().map(|(id, outcome)| format!("{id} {}", outcome.word()));
    (run.passed, run.skipped, unwell.collect())
}

fn unwell(texts: &[&str], passed: usize, skipped: usize, expected: &[&str]) {
    let (found_passed, found_skipped, found) = summary(texts);
    assert_eq!(found, expected);
    assert_eq!((found_passed, found_skipped), (passed, skipped));
}

fn damage(text: &str) -> String {
    read(text.as_bytes()).damage.unwrap_or_default()
}

#[test]
fn nextest_tells_flaky_tests_and_timeouts() {
    unwell(
        &[report!("nextest.xml")],
        2,
        0,
        &[
            "shop::basic::cart::fails failed",
            "shop::basic::cart::flaky flaky",
            "shop::basic::cart::flaky_start flaky",
            "shop::basic::cart::slow timed-out",
        ],
    );
}

#[test]
fn surefire_tells_retries_and_writes_thousands() {
    let text = report!("surefire.xml");
    unwell(
        &[text],
        1,
        1,
        &[
            "com.example.OrderTest::breaks error",
            "com.example.OrderTest::fails failed",
            "com.example.OrderTest::flickers flaky",
            "com.example.OrderTest::stops timed-out",
        ],
    );
    assert_eq!(read(text.as_bytes()).cases[0].seconds, Some(1200.25));
}

#[test]
fn gradle_lists_a_retried_test_twice() {
    unwell(
        &[report!("gradle.xml")],
        0,
        1,
        &["com.example.PaymentTest::connects() timed-out", "com.example.PaymentTest::retried() flaky"],
    );
}

#[test]
fn tests_of_one_name_are_no_repetitions_in_jest() {
    unwell(
        &[report!("jest.xml")],
        1,
        1,
        &["cart removes items::cart removes items failed", "cart waits::cart waits timed-out"],
    );
}

#[test]
fn go_tells_a_timeout_in_the_body() {
    let package = "example.com/shop/cart";
    let expected = [format!("{package}::TestAdd/twice failed"), format!("{package}::TestWait timed-out")];
    unwell(&[report!("go.xml")], 1, 1, &expected.each_ref().map(String::as_str));
}

#[test]
fn nested_suites_name_the_tests_that_have_no_class() {
    unwell(&[report!("nested.xml")], 1, 1, &["Shop.CartTest::testRemove failed"]);
    let report = read(report!("nested.xml").as_bytes());
    assert_eq!(report.cases[0].id, "Shop\\CartTest::testAdd");
    assert_eq!(report.cases[2].seconds, None);
}

#[test]
fn shards_of_several_runners_make_one_run() {
    let (passed, skipped, unwell) = summary(&[report!("go.xml"), report!("gradle.xml"), report!("jest.xml")]);
    assert_eq!((passed, skipped, unwell.len()), (2, 3, 6));
}

#[test]
fn a_report_that_was_cut_off_is_never_whole() {
    let whole = report!("nextest.xml");
    let root = whole.find("<testsuites").unwrap() + 1;
    for end in (0..whole.trim_end().len()).filter(|&end| whole.is_char_boundary(end)) {
        let report = read(&whole.as_bytes()[..end]);
        assert!(report.damage.is_some(), "cut at {end}: {:?}", &whole[end.saturating_sub(40)..end]);
        assert!(report.cases.len() <= 6);
        if end < root {
            assert!(report.cases.is_empty());
        }
    }
    // What was complete before the cut is there, for what it is worth.
    let half = whole.find("cart::slow").unwrap();
    assert_eq!(read(&whole.as_bytes()[..half]).cases.len(), 3);
}

#[test]
fn what_is_no_report_is_told() {
    for (text, expected) in [
        ("", "it is empty"),
        ("   \n", "it is empty"),
        ("<html><testcase name='a'/></html>", "no JUnit XML"),
        ("{\"tests\": 3}", "it is empty"),
        ("<testsuite/><testsuite/>", "more than one root"),
        ("<testsuite><testcase classname='a'/></testsuite>", "a test case has no name"),
        ("<testsuite><testcase name='a'><testcase name='b'/></testcase></testsuite>", "a test case in a test case"),
        ("<testsuite><testcase name='a'></testsuite>", "expected `</testcase>`"),
        ("<testsuite><testcase name='&gone;'/></testsuite>", "the attribute `name`"),
        ("<testsuite><testcase name='a' name='b'/></testsuite>", "duplicated attribute"),
    ] {
        let damage = damage(text);
        assert!(damage.contains(expected) || damage.replace("stands in", "in").contains(expected), "{text}: {damage}");
    }
}

#[test]
fn entities_are_not_expanded() {
    let laughs = "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;&lol;\">]>\
        <testsuite><testcase name=\"a\"><failure>&lol2;</failure></testcase></testsuite>";
    let report = read(laughs.as_bytes());
    assert!(report.damage.unwrap().contains("document type declaration"));
    assert_eq!(report.cases, []);
    let outside =
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><testsuite><testcase name=\"&e;\"/></testsuite>";
    assert!(damage(outside).contains("document type declaration"));
}

#[test]
fn nesting_and_pieces_are_bounded() {
    let deep = format!("<testsuites>{}", "<testsuite>".repeat(100_000));
    assert!(damage(&deep).contains("nested more than 64 deep"));
    let head = "<testsuite name=\"pytest\"><testcase name=\"a\"/><testcase name=\"b\"><system-out>";
    let large = head.as_bytes().chain(io::repeat(b'x').take(200 << 20));
    let report = read(large);
    assert!(report.damage.as_deref().unwrap().contains("one piece of it is larger than 64 MiB"), "{:?}", report.damage);
    assert_eq!(report.cases.len(), 1);
}

#[test]
fn output_of_many_megabytes_is_passed_over() {
    let head = "<testsuite><testcase name=\"a\"><system-out>";
    let output = "x".repeat(30 << 20);
    let report = read(format!("{head}{output}</system-out></testcase></testsuite>").as_bytes());
    assert_eq!((report.damage, report.cases.len()), (None, 1));
}

#[test]
fn encodings_are_read_and_invalid_bytes_end_a_report() {
    let text = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><testsuite><testcase name=\"ü\"/></testsuite>";
    let wide: Vec<u8> = [0xfeff_u16].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(read(&*wide).cases[0].id, "ü");
    // Only what is written as UTF-8, or as UTF-16 with its mark, is read.
    let declared = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><testsuite><testcase name=\"a\"/></testsuite>";
    assert_eq!(read(declared.as_bytes()).damage, None);
    let latin: Vec<u8> = declared.replace("\"a\"", "\"\u{fc}\"").chars().map(|char| char as u8).collect();
    assert!(read(&*latin).damage.unwrap().contains("UTF-8"));
    let mut invalid = b"<testsuite><testcase name=\"a\"/>".to_vec();
    invalid.extend_from_slice(b"<testcase name=\"\xff\xfe\"/></testsuite>");
    assert!(read(&*invalid).damage.is_some());
}

#[test]
fn long_names_stay_different() {
    let long = "x".repeat(MAX_NAME);
    let text = format!("<testsuite><testcase name=\"{long}a\"/><testcase name=\"{long}b\"/></testsuite>");
    let report = read(text.as_bytes());
    assert_ne!(report.cases[0].id, report.cases[1].id);
    assert!(report.cases[0].id.chars().count() < MAX_NAME + 20);
}

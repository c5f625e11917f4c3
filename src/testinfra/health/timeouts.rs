//! Tells tests that were stopped for taking too long from tests that failed, by what the runners write.

use std::sync::LazyLock;

use regex::RegexSet;

/// How much of a failure's body is looked at.
pub const BODY_BYTES: usize = 16 << 10;

/// What the message attribute of a stopped test begins with.
const MESSAGES: [&str; 8] = [
    // pytest-timeout with its signal method; from a fixture, pytest quotes it. Older versions wrote no parentheses.
    r#"^(failed on (setup|teardown) with ")?Failed: Timeout (\(>[\d.]+s\)|>[\d.]+s)"#,
    // JUnit 4: org.junit.runners.model.TestTimedOutException.
    r"^test timed out after \d+ (nano|micro|milli)?seconds",
    // JUnit 5: `@Timeout` on methods and lifecycle methods.
    r"^[^\s]+\(.*\) timed out after \d+ (nano|micro|milli)?(second|minute|hour|day)s?$",
    // JUnit 5: assertTimeoutPreemptively.
    r"^execution timed out after \d+ ms$",
    // Jest and Jasmine.
    r"^(thrown: )?.?Exceeded timeout of \d+ ?ms for a (test|hook)",
    r"^(Error: )?Timeout - Async (callback|function) (was not invoked|did not complete) within",
    // Mocha, Playwright.
    r"^(Error: )?Timeout of \d+ ?ms exceeded\.",
    r"^Test timeout of \d+ ?ms exceeded",
];

/// What a line of the body of a stopped test begins with, where the message says nothing.
const BODIES: [&str; 4] = [
    // The testing package of Go.
    r"(?m)^\s*panic: test timed out after \d",
    r"(?m)^\s*(Error: )?Test timeout of \d+ ?ms exceeded",
    r#"(?m)^\s*(Error: )?thrown: "?Exceeded timeout of \d+ ?ms for a (test|hook)"#,
    r"(?m)^\s*(Error: )?Timeout of \d+ ?ms exceeded\. For async tests",
];

/// What the type attribute of a stopped test is.
const TYPES: [&str; 3] = [
    // cargo-nextest.
    "^test timeout$",
    "TestTimedOutException$",
    // TestNG.
    "ThreadTimeoutException$",
];

static MESSAGE: LazyLock<Option<RegexSet>> = LazyLock::new(|| RegexSet::new(MESSAGES).ok());
static BODY: LazyLock<Option<RegexSet>> = LazyLock::new(|| RegexSet::new(BODIES).ok());
static TYPE: LazyLock<Option<RegexSet>> = LazyLock::new(|| RegexSet::new(TYPES).ok());

/// True where a failure or error says that the runner stopped the test. A test that meets a time-out of its own, such
/// as `asyncio.TimeoutError`, has failed like any other.
pub fn is_timeout(kind: &str, message: &str, body: &str) -> bool {
    let matches = |set: &LazyLock<Option<RegexSet>>, text: &str| set.as_ref().is_some_and(|set| set.is_match(text));
    matches(&TYPE, kind.trim()) || matches(&MESSAGE, message.trim()) || matches(&BODY, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_are_valid() {
        assert!(MESSAGE.is_some() && BODY.is_some() && TYPE.is_some());
    }

    #[test]
    fn stopped_tests_are_told_by_what_runners_write() {
        for (kind, message, body) in [
            ("", "Failed: Timeout (>0.3s) from pytest-timeout.", ""),
            ("", "Failed: Timeout >0.3s", ""),
            ("", "failed on setup with \"Failed: Timeout (>0.2s) from pytest-timeout.\"", ""),
            ("test timeout", "", ""),
            ("org.junit.runners.model.TestTimedOutException", "test timed out after 100 milliseconds", ""),
            ("java.util.concurrent.TimeoutException", "connects() timed out after 1 second", ""),
            ("org.opentest4j.AssertionFailedError", "execution timed out after 100 ms", ""),
            ("org.testng.internal.thread.ThreadTimeoutException", "Method a.B.c() didn't finish", ""),
            ("", "thrown: \"Exceeded timeout of 5000 ms for a test.", ""),
            ("", "", "thrown: \"Exceeded timeout of 5000 ms for a hook.\nUse jest.setTimeout"),
            ("", "", "Error: thrown: \"Exceeded timeout of 5000 ms for a test."),
            ("Error", "Timeout of 2000ms exceeded. For async tests and hooks, ensure \"done()\" is called", ""),
            ("FAILURE", "a.spec.ts:3:5 logs in", "  Test timeout of 30000ms exceeded.\n"),
            ("", "Failed", "=== RUN TestA\npanic: test timed out after 1s\n\ngoroutine 1"),
        ] {
            assert!(is_timeout(kind, message, body), "{kind} | {message} | {body}");
        }
    }

    #[test]
    fn failures_that_speak_of_time_are_failures() {
        for (kind, message, body) in [
            ("", "TimeoutError: timed out", "E   TimeoutError: timed out"),
            ("", "asyncio.exceptions.TimeoutError", ""),
            ("", "AssertionError: assert 'x' == 'Failed: Time...test-timeout.'", "- Failed: Timeout (>0.3s) from"),
            ("", "requests.exceptions.ReadTimeout: Read timed out. (read timeout=5)", ""),
            ("java.util.concurrent.TimeoutException", "Futures timed out waiting for the broker", ""),
            ("test failure with exit code 101", "thread panicked at 'deadline has elapsed'", ""),
            ("", "Failed", "    a_test.go:9: got \"panic: test timed out after 1s\""),
            ("", "Failed: Timeouts must be positive", ""),
        ] {
            assert!(!is_timeout(kind, message, body), "{kind} | {message} | {body}");
        }
    }
}

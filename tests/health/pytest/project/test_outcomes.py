"""One test for every way in which a test can end; what is to be read of each stands in ../../../health.rs."""

import time
import unittest

import pytest

runs = {}


def run_number(name):
    runs[name] = runs.get(name, 0) + 1
    return runs[name]


def test_passes():
    pass


def test_fails():
    assert 1 == 2, "<no> & never"


def test_meets_a_timeout_of_its_own():
    raise TimeoutError("timed out")


def test_quotes_the_text_of_a_timeout():
    assert "x" == "Failed: Timeout (>0.3s) from pytest-timeout."


@pytest.mark.timeout(0.2)
def test_is_stopped():
    time.sleep(3)


@pytest.fixture
def broken():
    raise RuntimeError("no database")


@pytest.fixture
def breaks_afterwards():
    yield
    raise RuntimeError("cannot drop")


@pytest.fixture
def slow():
    time.sleep(3)


def test_setup_breaks(broken):
    pass


def test_teardown_breaks(breaks_afterwards):
    pass


def test_fails_and_teardown_breaks(breaks_afterwards):
    assert False


@pytest.mark.timeout(0.2)
def test_setup_is_stopped(slow):
    pass


@pytest.mark.skip(reason="later")
def test_is_skipped():
    pass


@pytest.mark.xfail
def test_fails_as_expected():
    assert False


@pytest.mark.xfail
def test_passes_unexpectedly():
    pass


@pytest.mark.xfail(strict=True)
def test_passes_and_must_not():
    pass


@pytest.mark.parametrize("value", ["a::b", "c]d", "x.y", "<&\">"])
def test_has_parameters(value):
    pass


class TestOuter:
    class TestInner:
        def test_is_nested(self):
            pass

    def test_is_a_method(self):
        pass


class Case(unittest.TestCase):
    def test_fails_in_a_part(self):
        for number in range(2):
            with self.subTest(number=number):
                self.assertEqual(number, 0)


@pytest.mark.flaky(reruns=2)
def test_passes_when_repeated():
    assert run_number("repeated") == 2


@pytest.mark.flaky(reruns=1)
def test_fails_when_repeated():
    assert False


@pytest.mark.flaky(reruns=1)
@pytest.mark.timeout(0.2)
def test_is_stopped_once():
    if run_number("stopped") == 1:
        time.sleep(3)

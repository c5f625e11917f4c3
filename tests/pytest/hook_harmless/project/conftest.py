import pytest
def pytest_configure(config): pass
def pytest_addoption(parser): parser.addoption("--mine", action="store_true")
def pytest_runtest_setup(item): pass
@pytest.fixture
def test_thing(): return 1

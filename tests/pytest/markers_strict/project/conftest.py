def pytest_configure(config):
    config.addinivalue_line("markers", "registered: by the conftest")

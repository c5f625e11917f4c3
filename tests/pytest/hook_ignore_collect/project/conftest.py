def pytest_ignore_collect(collection_path, config):
    if collection_path.name == "test_b.py":
        return True

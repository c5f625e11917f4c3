def test_conftest(): pass

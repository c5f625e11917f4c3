def test_mod(): pass

def test_i(): pass

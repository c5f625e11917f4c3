def test_j(): pass

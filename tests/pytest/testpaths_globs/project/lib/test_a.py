def test_la(): pass

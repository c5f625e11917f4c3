def test_a(): pass
def testb(): pass
def should_c(): pass

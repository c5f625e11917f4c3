from gone_app import x
def test_b(): pass

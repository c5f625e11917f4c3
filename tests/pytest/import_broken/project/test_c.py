from helpers import present
def test_c(): pass

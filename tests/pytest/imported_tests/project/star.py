__all__ = ["test_star"]
def test_star(): pass
def test_not_exported(): pass

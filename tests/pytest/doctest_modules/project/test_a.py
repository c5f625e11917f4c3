def test_a():
    """
    >>> 1
    1
    """

"""
>>> 1 + 1
2
"""
def documented():
    """
    >>> documented()
    1
    """
    return 1
def undocumented():
    """Nothing."""

import functools
def wraps(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)
    return inner
def same(function):
    return function
def hides(function):
    function()
def factory(name):
    def outer(function):
        return function
    return outer
def hiding_factory(name):
    def outer(function):
        return None
    return outer
@wraps
def test_wrapped(): pass
@same
def test_same(): pass
@hides
def test_hidden(): pass
@factory("x")
def test_made(): pass
@hiding_factory("x")
def test_made_hidden(): pass

try:
    import no_such_module_anywhere
except ImportError:
    no_such_module_anywhere = None
def test_e(): pass

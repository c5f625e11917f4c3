collect_ignore = ["test_g.py"]

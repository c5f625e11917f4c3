pytest_plugins = ["helper"]

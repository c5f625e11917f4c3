pytest_plugins = "no_such_plugin_anywhere"

v = { source = "extra" }

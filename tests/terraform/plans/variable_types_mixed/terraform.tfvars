rules = [{}, { ports = ["80", 81], range = "10.0.0.0/8" }, { allow = null, range = null }]
pairs = [["b", "a"], ["a", 1], ["b", "a"]]
loose = { a = 1, b = "two", c = true }

svc = { a = {}, b = { cpu = "2", vpc = { egress = null }, ports = [{ n = "1", extra = true }], tags = ["z","y","z"] }, c = { vpc = null, env = { A = 1, B = true } } }

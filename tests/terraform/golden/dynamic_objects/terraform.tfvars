rules = [{ protocol = "tcp", ports = [80] }, { protocol = "icmp" }]

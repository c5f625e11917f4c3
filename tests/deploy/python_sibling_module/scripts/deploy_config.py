SERVICES = ["api", "web"]
CONNECTOR = "sib"
def flags(name):
    return ["--vpc-connector", CONNECTOR + "-" + name]

import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

class Deployment:
    def __init__(self, name):
        self.name = name
        self.flags = []
    def __enter__(self):
        self.flags.append("--vpc-connector=netra")
        return self
    def __exit__(self, *exc):
        run(self.name, *self.flags)
        return False
    def egress(self, value):
        self.flags.append("--vpc-egress=" + value)
with Deployment("api") as deployment:
    deployment.egress("all-traffic")

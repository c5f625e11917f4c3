import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

class Base:
    connector = "base"
    def flags(self):
        return ["--vpc-connector", self.connector]
class Left(Base):
    def flags(self):
        return super().flags() + ["--region=left"]
class Right(Base):
    connector = "right"
    def flags(self):
        return super().flags() + ["--vpc-egress=all-traffic"]
class Both(Left, Right):
    pass
run("api", *Both().flags())
class Meta(type):
    pass
class Counter:
    instances = []
    def __init__(self, name):
        self.name = name
        Counter.instances.append(self)
    def __getattr__(self, key):
        return "dynamic-" + key
Counter("a"); Counter("b")
for c in Counter.instances:
    run(c.name, "--vpc-connector", c.connector)

import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

class Singleton:
    _instance = None
    def __new__(cls):
        if cls._instance is None:
            cls._instance = super().__new__(cls)
            cls._instance.connector = "made"
        return cls._instance
Singleton().connector = "changed"
run("s", "--vpc-connector", Singleton().connector)
class Flags(list):
    def add(self, k, v):
        self.append(f"--{k}={v}")
        return self
run("api", *Flags().add("region", "r").add("vpc-connector", "c"))
class Text(str):
    def __add__(self, other):
        return "odd"
run(Text("a") + "b")
class Op:
    def __init__(self, v): self.v = v
    def __add__(self, o): return Op(self.v + o.v)
    def __str__(self): return "op" + self.v
    def __getitem__(self, k): return "item-" + k
    def __eq__(self, o): return True
    def __iter__(self): return iter(["i1", "i2"])
    def __len__(self): return 0
    def __contains__(self, x): return True
run(str(Op("a") + Op("b")))
run(Op("q")["z"])
for i in Op("r"):
    run(i)
run("eq" if Op("1") == Op("2") else "ne")
run("true" if Op("1") else "false")
run("has" if "zz" in Op("1") else "hasnot")

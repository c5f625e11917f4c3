import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

d = {"a": 1, "b": 2}
d["a"], d["c"] = "x", "y"
del d["b"]
first = next(iter(d.values()))
run("k-" + "-".join(d), "--region", first)
e = dict(zip(["p", "q"], ["1", "2"]), r="3")
run("-".join(f"{k}{v}" for k, v in e.items()))
nested = {"env": {"staging": {"connector": "s"}}}
nested["env"]["staging"]["egress"] = "all"
nested.setdefault("env", {}).setdefault("prod", {})["connector"] = "p"
for env, c in nested["env"].items():
    run(env, "--vpc-connector", c["connector"], "--vpc-egress", c.get("egress", "private-ranges-only"))
inv = {v: k for k, v in {"m": "n"}.items()}
run(inv["n"])
one = {1: "int", True: "bool"}
run("t", "--region", one[1])
from collections import defaultdict, OrderedDict, ChainMap, namedtuple
dd = defaultdict(lambda: "dflt"); dd["x"] = "set"
run("dd", "--region", dd["x"], "--vpc-connector", dd["missing"])
cm = ChainMap({"a": "first"}, {"a": "second"})
run("cm", "--region", cm["a"])
P = namedtuple("P", "name region")
p = P("np", region="nr")
run(p.name, "--region", p.region)
last = list(d)[-1]
run("last-" + last)
d.pop("a"); d.update(z="w")
run(min(d), "--region", max(d.values()))

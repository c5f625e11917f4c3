"""Products, chains, generators and star arguments."""

import itertools
import os
import subprocess
import sys
from itertools import chain, product

ENVIRONMENTS = ["dev", "qa"]
SERVICES = {"api": "main", "web": None}


def plan():
    for env, (name, connector) in product(ENVIRONMENTS, SERVICES.items()):
        flags = ["--vpc-connector", f"{connector}-{env}"] if connector else []
        yield f"{name}-{env}", flags


def gcloud(*words, **flags):
    named = [f"--{key.replace('_', '-')}={value}" for key, value in flags.items() if value is not None]
    subprocess.run(["gcloud", *words, *named], check=True)


for service, flags in plan():
    gcloud("run", "deploy", service, *flags)

for name in itertools.chain(["first"], ("second",), (n for n in ["third"] if n)):
    gcloud("run", "deploy", name, vpc_connector="chain", region=None)

for words in chain.from_iterable([[("deploy", "flat")], [("services", "update", "flatter")]]):
    gcloud("run", *words, **{"vpc_egress": "all-traffic"})

if (wanted := os.environ.get("WANTED")) and wanted != "none":
    gcloud("run", "deploy", wanted, vpc_connector="wanted")

first, *rest, last = ["a", "b", "c", "d"]
gcloud("run", "deploy", first, region="r1")
gcloud("run", "deploy", last, region="r2")
for name in rest:
    gcloud("run", "deploy", name, region="r3")

numbers = [n for n in range(10) if n % 4 == 0][1:]
for index, number in enumerate(reversed(numbers), start=1):
    gcloud("run", "deploy", f"n{number}", region=f"r{index}")

pairs = dict(zip(["k1", "k2"], ["v1", "v2"]))
pairs |= {"k3": "v3"}
merged = {**pairs, "k1": "replaced"} | {"k4": "v4"}
for key in sorted(merged, reverse=True):
    gcloud("run", "deploy", key, vpc_connector=merged[key])
stack = ["top", "middle", "bottom"]
while stack:
    gcloud("run", "deploy", stack.pop(), region="stack")
sys.exit(0)

import os
import subprocess as sp
from subprocess import run as execute

base = ["gcloud", "run", "deploy"]
mine = base
mine.append("api")
mine += ["--region", "us-central1"]
flags = {"vpc-connector": "main"}
other = flags
other["vpc-egress"] = "all-traffic"
for flag, value in sorted(flags.items()):
    base.append(f"--{flag}={value}")
execute(base)

first = ["gcloud", "run", "deploy", "first", "--region", "us-central1", "--vpc-connector", "one"]
second = ["gcloud", "run", "deploy", "second", "--region", "us-central1", "--vpc-connector", "two"]
chosen = first if os.environ.get("FIRST") else second
chosen.append("--clear-network")
sp.run(second)

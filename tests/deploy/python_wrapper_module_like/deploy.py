import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

import shlex, shutil
from pathlib import Path
class Runner:
    def __init__(self, dry_run=False):
        self.dry_run = dry_run
        self.history = []
    def __call__(self, *command, **kwargs):
        command = [str(c) for c in command if c is not None]
        self.history.append(command)
        if self.dry_run:
            print(" ".join(map(shlex.quote, command)))
            return None
        return subprocess.run(command, **{"check": True, **kwargs})
runner = Runner(dry_run=False)
GCLOUD = shutil.which("gcloud") or "gcloud"
runner(GCLOUD, "run", "deploy", "api", None, "--vpc-connector", "c")
runner(*shlex.split("gcloud run deploy web --vpc-connector 'c d'"))
runner(*"gcloud run deploy w --region r".split(), "--vpc-egress=all")
base = ["gcloud", "run", "deploy"]
cmd = base + ["y"]
cmd.extend(f"--{k.replace('_', '-')}={v}" for k, v in dict(vpc_connector="k", region="r2").items() if v)
runner(*cmd)
subprocess.run(base)

#!/usr/bin/env python3
"""ops.py COMMAND — the table decides what runs."""

import os
import subprocess
import sys
from functools import partial


def gcloud(*words, region="us-central1"):
    subprocess.run(["gcloud", *words, "--region", region], check=True)


def deploy(name, connector=None):
    flags = ["--vpc-connector", connector] if connector else ["--clear-vpc-connector"]
    gcloud("run", "deploy", name, *flags)


def status():
    gcloud("run", "services", "list")


def usage():
    print("ops.py api|web|eu|status, runs gcloud run deploy")


COMMANDS = {
    "api": partial(deploy, "api", connector="main"),
    "web": lambda: deploy("web"),
    "eu": partial(gcloud, "run", "deploy", "eu", region="europe-west1"),
    "status": status,
}

HOOKS = {"before": usage, "after": partial(gcloud, "run", "services", "update", "hooked")}


def main(argv):
    if len(argv) < 2:
        usage()
        return 2
    command = COMMANDS.get(argv[1], usage)
    command()
    hook = HOOKS.get(os.environ.get("HOOK"))
    if hook:
        hook()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))

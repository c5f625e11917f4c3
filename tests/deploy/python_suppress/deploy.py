import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

from contextlib import suppress
connectors = {"api": "c1"}
connector = "fallback"
with suppress(KeyError):
    connector = connectors["web"]
    run("not-reached")
run("web", "--vpc-connector", connector)

import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

import configparser, json
PROJECT = "acme"
SERVICES = [
    {"name": "api", "vpc_access": {"connector": f"projects/{PROJECT}/locations/us-central1/connectors/c", "egress": "private-ranges-only"}},
    {"name": "web"},
]
for service in SERVICES:
    cmd = ["gcloud", "run", "deploy", service["name"]]
    vpc = service.get("vpc_access")
    if vpc:
        cmd.extend(["--vpc-connector", vpc["connector"]])
        cmd += ["--vpc-egress", vpc["egress"]]
    subprocess.run(cmd, check=True)

"""Command lines that the script itself writes."""

import argparse
import subprocess


def parser():
    made = argparse.ArgumentParser()
    made.add_argument("name")
    made.add_argument("--connector", "-c", default="main")
    made.add_argument("--region", default="us-central1")
    made.add_argument("--egress")
    made.add_argument("--direct", action="store_true")
    return made


def deploy(arguments):
    args = parser().parse_args(arguments)
    command = ["gcloud", "run", "deploy", args.name, "--region", args.region]
    if args.direct:
        command += ["--network", "staging"]
    else:
        command += ["--vpc-connector", args.connector]
    if args.egress:
        command += ["--vpc-egress", args.egress]
    subprocess.run(command, check=True)


deploy(["api"])
deploy(["web", "--connector=edge", "--egress", "all-traffic"])
deploy(["data", "-c", "data", "--region", "us-east1"])
deploy(["direct", "--direct"])

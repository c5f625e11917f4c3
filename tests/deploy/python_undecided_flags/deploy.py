import argparse
import os
import subprocess
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--region", default="us-central1")
parser.add_argument("--no-vpc", action="store_true")
parser.add_argument("--all-traffic", action="store_true")
args = parser.parse_args()

gcloud = "gcloud.cmd" if sys.platform == "win32" else "gcloud"
cmd = [gcloud, "run", "deploy", "api", "--image", "api:1", "--project", "acme-staging"]
cmd.extend(["--region", args.region])
if not args.no_vpc:
    cmd += ["--vpc-connector", "main"]
cmd.append("--vpc-egress=" + ("all-traffic" if args.all_traffic else "private-ranges-only"))
cmd.append("--allow-unauthenticated" if os.environ.get("PUBLIC") else "--no-allow-unauthenticated")
subprocess.check_call(cmd)

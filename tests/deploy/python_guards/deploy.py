import os
import subprocess

STAGE = "staging"


def deploy(name, connector):
    if os.environ.get("DRY_RUN"):
        print("would deploy", name)
        return
    subprocess.run(["gcloud", "run", "deploy", name, "--region", "us-central1", "--vpc-connector", connector])


if STAGE == "production":
    deploy("unreachable", "prod")
elif STAGE == "staging":
    deploy("reached", "staging")
else:
    deploy("unreachable-too", "other")

if os.path.exists("extra.txt"):
    subprocess.run(["gcloud", "run", "deploy", "extra", "--region", "us-central1", "--vpc-connector", "a"])
else:
    subprocess.run(["gcloud", "run", "deploy", "other", "--region", "us-central1", "--vpc-connector", "b"])
subprocess.run(["gcloud", "run", "deploy", "always", "--region", "us-central1", "--vpc-connector", "c"])

import os
import subprocess

extra = os.environ.get("EXTRA_FLAGS", "").split(",")
subprocess.run(["gcloud", "run", "deploy", "api", "--region", "us-central1", "--vpc-connector", "main",
                *[flag for flag in extra if flag]])
subprocess.run(["gcloud", "run", "deploy", "web", *[flag for flag in extra if flag],
                "--region", "us-central1", "--vpc-connector", "main"])
subprocess.run(["gcloud", "run", "deploy", os.environ.get("NAME", "named"), "--region", "us-central1",
                "--vpc-connector", "main"])
command = os.environ.get("COMMAND")
if command:
    subprocess.run(command, shell=True)

import os
import shutil
import subprocess
import sys


def check():
    if shutil.which("gcloud") is None:
        return False
    return True


def main():
    if not check():
        sys.exit("gcloud is not installed")
    subprocess.run(["gcloud", "run", "deploy", "before", "--region", "us-central1", "--vpc-connector", "main"])
    if os.environ.get("ONLY_ONE"):
        sys.exit(0)
    subprocess.run(["gcloud", "run", "deploy", "after", "--region", "us-central1", "--vpc-connector", "main"])
    sys.exit(0)
    subprocess.run(["gcloud", "run", "deploy", "never", "--region", "us-central1", "--vpc-connector", "main"])


main()
subprocess.run(["gcloud", "run", "deploy", "never-either", "--region", "us-central1"])

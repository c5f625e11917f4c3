import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)
from deploy_config import SERVICES, flags
import deploy_config
for s in SERVICES:
    run(s, *flags(s))
run("fixed", "--vpc-connector", deploy_config.CONNECTOR)

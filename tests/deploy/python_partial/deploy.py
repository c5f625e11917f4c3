import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

import functools
from functools import partial
deploy = partial(run, "api", "--region")
deploy("us-central1", "--vpc-connector", "c1")
deploy2 = functools.partial(run, "web")
deploy2("--vpc-egress=all-traffic")

"""Nothing here deploys, whatever it says.

gcloud run deploy docstring --vpc-connector docstring
"""

import os
import subprocess
import sys

# subprocess.run(["gcloud", "run", "deploy", "comment", "--vpc-connector", "comment"])
EXAMPLE = """
gcloud run deploy example --vpc-connector example
"""
USAGE = "usage: gcloud run deploy NAME --vpc-connector CONNECTOR"


def never_called():
    subprocess.run(["gcloud", "run", "deploy", "dead", "--vpc-connector", "dead"])


class NeverMade:
    def __init__(self):
        os.system("gcloud run deploy dead-class")


def after_return():
    return
    subprocess.run(["gcloud", "run", "deploy", "unreachable"])


def help_text():
    print(USAGE)
    print("gcloud run deploy printed --vpc-connector printed")
    sys.stderr.write(EXAMPLE)


def reads():
    for words in (["describe", "api"], ["list"], ["delete", "old", "--quiet"], ["get-iam-policy", "api"]):
        subprocess.run(["gcloud", "run", "services", *words, "--region", "us-central1"])
    subprocess.run("gcloud run services list | grep deploy; echo gcloud run deploy echoed", shell=True)
    subprocess.run(["gcloud", "run", "deploy", "--help"])
    subprocess.run(["gcloud", "builds", "submit", "--tag", "run-deploy-update"])
    subprocess.run(["echo", "gcloud", "run", "deploy", "echoed"])


DEBUG = False
if DEBUG:
    never_called()
while False:
    never_called()
for _ in []:
    never_called()
assert True
after_return()
help_text()
reads()
command = ["gcloud", "run", "deploy", "built-only"]
command += ["--vpc-connector", "built-only"]
text = " ".join(command)
print(text)
__doc__ = "gcloud run deploy assigned"

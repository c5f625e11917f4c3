import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

conf = {"a": "1"}
run("before")
x = conf["missing"]
run("after", "--vpc-connector", "k")

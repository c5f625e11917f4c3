import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

def deploy(name):
    run(name)
    return True
if any(deploy(n) for n in ["first", "second"]):
    run("third")
if all(deploy(n) for n in ["fourth", "fifth"]):
    run("sixth")

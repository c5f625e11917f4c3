import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

def retry(function):
    def wrapper(name, connector):
        return function(name, "retry-" + connector)
    return wrapper
@retry
def deploy(name, connector):
    run(name, "--vpc-connector", connector)
deploy("api", "c1")

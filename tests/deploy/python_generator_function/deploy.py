import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

def services():
    yield "api", "c1"
    yield "web", "c2"
def never():
    run("never")
    yield 1
never()
for name, connector in services():
    run(name, "--vpc-connector", connector)

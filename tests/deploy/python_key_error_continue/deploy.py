import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

connectors = {"api": "c1"}
for name in ["api", "web", "worker"]:
    try:
        connector = connectors[name]
    except KeyError:
        print("skip", name)
        continue
    run(name, "--vpc-connector", connector)

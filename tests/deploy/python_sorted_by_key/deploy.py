import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

services = [{"name": "web", "order": 2}, {"name": "api", "order": 1}]
first = sorted(services, key=lambda s: s["order"])[0]
run(first["name"], "--vpc-connector", "c-" + first["name"])
names = sorted(["a", "b"], reverse=True)
run(names[0])
for s in sorted(services, key=lambda s: s["order"]):
    run(s["name"])

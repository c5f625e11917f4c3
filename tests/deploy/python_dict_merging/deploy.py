import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

BASE = {"region": "us-central1", "connector": "base", "egress": "private-ranges-only"}
OVERRIDES = {"api": {"connector": "special"}, "web": {"egress": "all-traffic"}, "job": {}}
for name, override in OVERRIDES.items():
    config = {**BASE, **override, "name": name}
    config |= {"region": "europe-west1"} if name == "web" else {}
    merged = BASE | override
    assert merged["connector"] == config["connector"]
    run(config["name"], "--region", config["region"], f"--vpc-connector={config['connector']}", f"--vpc-egress={config['egress']}")

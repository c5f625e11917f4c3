import json
import subprocess

DEFAULTS = {"region": "us-central1", "memory": "512Mi"}
SERVICES = {
    "api": {**DEFAULTS, "name": "api", "vpc_access": {"connector": "main", "egress": "all-traffic"}},
    "web": DEFAULTS | {"name": "web", "region": "us-east1", "vpc_access": None},
}
SERVICES["api"].update({"memory": "1Gi"})

for key, config in SERVICES.items():
    cmd = ["gcloud", "run", "deploy", config["name"], "--region", config["region"]]
    vpc = config.get("vpc_access")
    if vpc:
        cmd.insert(4, "--vpc-connector")
        cmd.insert(5, vpc["connector"])
        cmd += [f"--vpc-egress={vpc['egress']}"]
    subprocess.call(cmd)
with open("manifest.json", "w") as file:
    json.dump(SERVICES, file)

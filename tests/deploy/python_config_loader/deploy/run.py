#!/usr/bin/env python3
"""Deploys what config/services.json and config/staging.yaml list."""

import json
import os.path
import subprocess
import textwrap
from pathlib import Path

import yaml

HERE = Path(__file__).parent
CONFIG = HERE / "config"


class ConfigError(Exception):
    pass


def load_json(name):
    with open(CONFIG / name, encoding="utf-8") as file:
        return json.load(file)


def load_yaml(name):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "config", name)
    with open(path) as file:
        return yaml.safe_load(file)


def load_local():
    """What lies in the current folder is known only there."""
    try:
        with open("local.json") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def merged(defaults, service):
    result = dict(defaults)
    result.update({key: value for key, value in service.items() if value is not None})
    return result


def command_for(service, project):
    command = ["gcloud", "run", "deploy", service["name"], "--project", project, "--region", service["region"]]
    if service.get("connector"):
        command += ["--vpc-connector", service["connector"], "--vpc-egress", service["egress"]]
    if service["min"] > 0:
        command.append("--min-instances=%d" % service["min"])
    command.append("--allow-unauthenticated" if service["public"] else "--no-allow-unauthenticated")
    return command


def main():
    config = load_json("services.json")
    staging = load_yaml("staging.yaml")
    if not staging["enabled"] or staging["labels"]["paused"]:
        raise ConfigError("staging is switched off")
    for service in config["services"]:
        subprocess.run(command_for(merged(config["defaults"], service), staging["project"]), check=True)
    for name, job in staging["jobs"].items():
        command = ["gcloud", "run", "jobs", "update", name, "--region", config["defaults"]["region"]]
        if job["connector"]:
            command += ["--vpc-connector", job["connector"]]
        if job["egress"]:
            command += ["--vpc-egress", job["egress"]]
        subprocess.run(command + ["--max-retries", str(job.get("retries", 0))], check=True)
    local = load_local()
    extra = json.loads((HERE / "config" / "services.json").read_text())["services"][-1]["name"]
    script = textwrap.dedent(f"""\
        set -e
        gcloud run services update {extra} --vpc-connector main
    """)
    subprocess.run(["bash", "-c", script], check=True)
    if local.get("connector"):
        subprocess.run(["gcloud", "run", "deploy", "local", "--vpc-connector", local["connector"]], check=True)


if __name__ == "__main__":
    main()

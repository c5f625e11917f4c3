"""Deploys the shop: connectors first, then services, then traffic."""

import argparse
import logging
import subprocess
import sys

LOG = logging.getLogger("deploy")
PROJECT = "acme-staging"
REGION = "europe-west1"
CONNECTORS = {
    "shop-connector": {"network": "staging-vpc", "range": "10.8.0.0/28", "max": 5},
    "report-connector": {"network": "staging-vpc", "range": "10.8.1.0/28", "max": 3},
}


class Gcloud:
    """Runs gcloud for one project."""

    def __init__(self, project):
        self.project = project

    def run(self, *words, check=True):
        command = ["gcloud", *words, "--project", self.project, "--quiet"]
        LOG.info("running %s", " ".join(command))
        return subprocess.run(command, check=check)


def make_connectors(gcloud):
    for name, wanted in CONNECTORS.items():
        gcloud.run(
            "compute", "networks", "vpc-access", "connectors", "create", name,
            "--region", REGION,
            "--network", wanted["network"],
            f"--range={wanted['range']}",
            f"--max-instances={wanted['max']}",
        )


def deploy(gcloud, service, image, *flags):
    gcloud.run("run", "deploy", service, "--image", image, "--region", REGION, *flags)


def shift(gcloud, service, revision, percent):
    target = f"{revision}={percent}"
    gcloud.run("run", "services", "update-traffic", service, "--region", REGION, "--to-revisions", target)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--clean", action="store_true")
    arguments = parser.parse_args()
    gcloud = Gcloud(PROJECT)
    make_connectors(gcloud)
    deploy(gcloud, "shop-backend", "backend", "--vpc-connector", "shop-connector", "--no-traffic", "--tag=green")
    deploy(gcloud, "shop-report", "report", "--vpc-connector=report-connector", "--vpc-egress=all-traffic")
    # gcloud refuses the words of the API.
    deploy(gcloud, "shop-web", "web", "--vpc-connector", "shop-connector", "--vpc-egress", "ALL_TRAFFIC")
    shift(gcloud, "shop-backend", "shop-backend-00042-abc", 10)
    gcloud.run("run", "services", "replace", "service.yaml", "--region", REGION)
    if arguments.clean:
        gcloud.run("compute", "networks", "vpc-access", "connectors", "delete", "old", "--region", REGION)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A thin wrapper around the gcloud program."""

import logging
import shlex
import subprocess
import sys

from ops import settings

log = logging.getLogger(__name__)


class GcloudError(RuntimeError):
    pass


class Gcloud:
    def __init__(self, project=settings.PROJECT, region=settings.REGION, dry_run=False):
        self.project = project
        self.region = region
        self.dry_run = dry_run

    def run(self, *words, check=True):
        command = ["gcloud", *words, "--project", self.project, "--region", self.region, "--quiet"]
        print("+ " + shlex.join(command), file=sys.stderr)
        if self.dry_run:
            return None
        return subprocess.run(command, check=check)

    def deploy(self, service, image):
        return self.run("run", "deploy", service.name, f"--image={image}", *service.network_flags(), *service.flags)

    def describe(self, name):
        return self.run("run", "services", "describe", name, "--format=json", check=False)

    def delete(self, name):
        return self.run("run", "services", "delete", name)

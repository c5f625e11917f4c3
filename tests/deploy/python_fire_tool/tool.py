"""A tool on top of a library that is not in the repository."""
import subprocess

import fire


class Tool:
    def __init__(self, region="us-central1"):
        self.region = region

    def deploy(self, name="api"):
        self._run("deploy", name, "--vpc-connector", "fixed")

    def status(self):
        self._run("services", "list")

    def _run(self, *words):
        subprocess.run(["gcloud", "run", *words])


if __name__ == "__main__":
    fire.Fire(Tool)

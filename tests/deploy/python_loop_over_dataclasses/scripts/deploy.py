import subprocess
from dataclasses import dataclass, field
from typing import Dict, List, Optional


@dataclass
class Service:
    name: str
    image: str
    region: str = "europe-west1"
    connector: Optional[str] = "shared"
    env: Dict[str, str] = field(default_factory=dict)


SERVICES: List[Service] = [
    Service("api", "api:1"),
    Service("worker", "worker:1", connector=None),
    Service(name="edge", image="edge:1", region="us-east1", env={"A": "1"}),
]
ATTACHED = ["api", "edge"]


class Deployer:
    def __init__(self, project: str):
        self.project = project
        self.flags = ["--quiet"]

    def vpc_flags(self, service):
        if not service.connector:
            return ["--clear-vpc-connector"]
        return ["--vpc-connector", service.connector, "--vpc-egress=all-traffic"]

    def command(self, service):
        cmd = ["gcloud", "beta", "run", "deploy", service.name, "--image", service.image]
        cmd += ["--project", self.project, "--region", service.region]
        cmd.extend(self.vpc_flags(service))
        for key, value in service.env.items():
            cmd.append(f"--update-env-vars={key}={value}")
        return cmd + self.flags

    def run(self, cmd):
        result = subprocess.run(cmd, capture_output=True, text=True)
        if result.returncode != 0:
            raise RuntimeError(result.stderr)
        return result.stdout

    def deploy_all(self):
        for service in SERVICES:
            if service.name in ATTACHED:
                print(f"{service.name} is attached")
            self.run(self.command(service))


def main():
    deployer = Deployer("acme-staging")
    deployer.deploy_all()


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Builds, pushes and deploys the three services of the platform.

Usage:
    python scripts/deploy_to_gcp.py --project staging --build-local --run-checks
    python scripts/deploy_to_gcp.py --service auth --traffic 10

By hand it would be

    gcloud run deploy platform-backend --vpc-connector staging-connector --vpc-egress all-traffic

but nobody should do that.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Dict, List, Optional, Tuple

sys.path.insert(0, str(Path(__file__).parent.parent))


class Environment(Enum):
    STAGING = "staging"
    PRODUCTION = "production"


PROJECTS = {Environment.STAGING: "platform-staging", Environment.PRODUCTION: "platform-production"}


@dataclass
class ServiceConfig:
    """Configuration of one service."""

    name: str
    directory: str
    port: int
    dockerfile: str
    cloud_run_name: str
    memory: str = "512Mi"
    cpu: str = "1"
    min_instances: int = 0
    max_instances: int = 20
    timeout: int = 300
    environment_vars: Dict[str, str] = field(default_factory=dict)
    labels: Optional[Dict[str, str]] = None

    def __post_init__(self) -> None:
        if self.labels is None:
            self.labels = {"service": self.name, "managed-by": "deploy-script"}


class GCPDeployer:
    """Deploys to Cloud Run."""

    CONNECTOR = "staging-connector"

    def __init__(self, environment: Environment, region: str = "us-central1", dry_run: bool = False):
        self.environment = environment
        self.project_id = PROJECTS[environment]
        self.region = region
        self.dry_run = dry_run
        self.registry = f"gcr.io/{self.project_id}"
        self.use_shell = platform.system() == "Windows"
        self.gcloud_cmd = "gcloud.cmd" if self.use_shell else "gcloud"
        self.services = [
            ServiceConfig(
                name="backend",
                directory="backend_app",
                port=8000,
                dockerfile="deployment/docker/backend.gcp.Dockerfile",
                cloud_run_name="platform-backend",
                memory="4Gi",
                cpu="4",
                min_instances=1,
                timeout=600,
                environment_vars={"ENVIRONMENT": environment.value, "PYTHONUNBUFFERED": "1"},
            ),
            ServiceConfig(
                name="auth",
                directory="auth_service",
                port=8080,
                dockerfile="deployment/docker/auth.gcp.Dockerfile",
                cloud_run_name="platform-auth",
                min_instances=1,
                environment_vars={"ENVIRONMENT": environment.value},
            ),
            ServiceConfig(
                name="frontend",
                directory="frontend",
                port=3000,
                dockerfile="deployment/docker/frontend.gcp.Dockerfile",
                cloud_run_name="platform-frontend",
                memory="1Gi",
                labels={"tier": "edge"},
            ),
        ]

    def run(self, command: List[str], **options) -> Tuple[bool, str]:
        if self.dry_run:
            print("[dry-run] " + " ".join(command))
            return True, ""
        try:
            result = subprocess.run(command, shell=self.use_shell, check=True, **options)
            return True, ""
        except subprocess.CalledProcessError as error:
            print(f"failed: {error}")
            return False, str(error)

    def check_gcloud(self) -> bool:
        """gcloud run deploy needs gcloud."""
        result = subprocess.run([self.gcloud_cmd, "--version"], capture_output=True, text=True, check=False)
        if result.returncode != 0:
            print("gcloud is not installed")
            return False
        return True

    def build_image(self, service: ServiceConfig) -> bool:
        tag = f"{self.registry}/{service.cloud_run_name}:latest"
        return self.run(["docker", "build", "-f", service.dockerfile, "-t", tag, "."])[0]

    def env_vars(self, service: ServiceConfig) -> str:
        pairs = []
        for key, value in service.environment_vars.items():
            pairs.append(f"{key}={value}")
        return ",".join(pairs)

    def deploy_service(self, service: ServiceConfig, no_traffic: bool = False) -> Tuple[bool, Optional[str]]:
        image = f"{self.registry}/{service.cloud_run_name}:latest"
        cmd = [
            self.gcloud_cmd, "run", "deploy", service.cloud_run_name,
            "--image", image,
            "--platform", "managed",
            "--region", self.region,
            "--project", self.project_id,
            "--port", str(service.port),
            "--memory", service.memory,
            "--cpu", service.cpu,
            "--timeout", str(service.timeout),
        ]
        env_vars = self.env_vars(service)
        if env_vars:
            cmd.extend(["--set-env-vars", env_vars])
        if service.name in ["backend", "auth"]:
            connector = f"projects/{self.project_id}/locations/{self.region}/connectors/{self.CONNECTOR}"
            cmd.extend(["--vpc-connector", connector])
            if service.name == "backend":
                cmd.extend(["--vpc-egress", "all-traffic"])
            else:
                cmd.extend(["--vpc-egress", "private-ranges-only"])
        if service.min_instances:
            cmd += ["--min-instances", str(service.min_instances)]
        cmd += [f"--labels={','.join(f'{k}={v}' for k, v in service.labels.items())}"]
        if no_traffic:
            cmd.append("--no-traffic")
        ok, output = self.run(cmd)
        # if ok and service.name == "frontend":
        #     self.run([self.gcloud_cmd, "run", "deploy", "platform-frontend-canary"])
        return ok, output if ok else None

    def wait_for(self, service: ServiceConfig, attempts: int = 3) -> bool:
        for attempt in range(attempts):
            ok, _ = self.run(
                [self.gcloud_cmd, "run", "services", "describe", service.cloud_run_name, "--region", self.region]
            )
            if ok:
                return True
            time.sleep(2 ** attempt)
        return False

    def deploy_all(self, only: Optional[str] = None, build: bool = True, no_traffic: bool = False) -> bool:
        if not self.check_gcloud():
            return False
        deployed = {}
        for service in self.services:
            if only and service.name != only:
                continue
            if build and not self.build_image(service):
                continue
            ok, _ = self.deploy_service(service, no_traffic)
            deployed[service.name] = ok
            if not ok:
                print(f"{service.name} was not deployed")
                return False
            self.wait_for(service)
        print(json.dumps(deployed))
        return True

    def cleanup(self) -> None:
        for service in self.services:
            self.run([self.gcloud_cmd, "run", "services", "delete", service.cloud_run_name, "--quiet"])

    def legacy_deploy(self) -> None:
        """Not called any more."""
        subprocess.run("gcloud run deploy legacy --vpc-connector legacy-connector", shell=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--project", choices=["staging", "production"], default="staging")
    parser.add_argument("--service")
    parser.add_argument("--no-build", action="store_true")
    parser.add_argument("--no-traffic", action="store_true")
    parser.add_argument("--cleanup", action="store_true")
    parser.add_argument("--dry-run", action="store_true")
    args = parser.parse_args()
    deployer = GCPDeployer(Environment.STAGING, dry_run=args.dry_run)
    if args.project == "production" and not os.environ.get("ALLOW_PRODUCTION"):
        print("refusing")
        sys.exit(1)
    if args.cleanup:
        deployer.cleanup()
        return
    ok = deployer.deploy_all(only=args.service, build=not args.no_build, no_traffic=args.no_traffic)
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()

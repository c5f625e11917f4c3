#!/usr/bin/env python3
"""Builds the images of the staging services and deploys them to Cloud Run.

    python scripts/deploy_to_gcp.py                        # build and deploy everything
    python scripts/deploy_to_gcp.py --service netra-auth-staging
    python scripts/deploy_to_gcp.py --skip-build --dry-run

The frontend is usually deployed by the workflow; this script can do it as well, for days on which CI is down.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

PROJECT_ID = "netra-staging"
REGION = "us-central1"
REGISTRY = f"{REGION}-docker.pkg.dev/{PROJECT_ID}/netra"

VPC_CONNECTOR = "netra-vpc-connector"
VPC_EGRESS = "private-ranges-only"

# Services that talk to Postgres, Redis or ClickHouse over private addresses.
VPC_SERVICES = {
    "netra-backend-staging",
    "netra-auth-staging",
    "netra-frontend-staging",
    "netra-analytics-staging",
}

ROOT = Path(__file__).resolve().parent.parent

log = logging.getLogger("deploy")


class DeployError(RuntimeError):
    """A step of the deployment failed."""


@dataclass
class ServiceConfig:
    """What one Cloud Run service needs."""

    name: str
    component: str
    port: int
    memory: str = "512Mi"
    cpu: str = "1"
    min_instances: int = 0
    max_instances: int = 5
    concurrency: int = 80
    public: bool = False
    env: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)


SERVICES = [
    ServiceConfig(
        name="netra-backend-staging",
        component="backend",
        port=8000,
        memory="2Gi",
        cpu="2",
        min_instances=1,
        max_instances=10,
        env={"WORKERS": "4", "LOG_FORMAT": "json"},
        secrets={
            "POSTGRES_PASSWORD": "netra-staging-postgres-password:latest",
            "JWT_SIGNING_KEY": "netra-staging-jwt-signing-key:latest",
        },
    ),
    ServiceConfig(
        name="netra-auth-staging",
        component="auth",
        port=8080,
        min_instances=1,
        env={"SESSION_HOURS": "12"},
        secrets={
            "POSTGRES_PASSWORD": "netra-staging-postgres-password:latest",
            "JWT_SIGNING_KEY": "netra-staging-jwt-signing-key:latest",
        },
    ),
    ServiceConfig(
        name="netra-frontend-staging",
        component="frontend",
        port=3000,
        public=True,
        env={"API_BASE": "https://api.staging.netra.example"},
    ),
    ServiceConfig(
        name="netra-analytics-staging",
        component="analytics",
        port=8090,
        memory="1Gi",
        max_instances=3,
        concurrency=20,
        secrets={"CLICKHOUSE_PASSWORD": "netra-staging-clickhouse-password:latest"},
    ),
]


def vpc_access(service: ServiceConfig) -> dict[str, str]:
    """How the service reaches the private network. Every service is attached."""
    return {
        "connector": f"projects/{PROJECT_ID}/locations/{REGION}/connectors/{VPC_CONNECTOR}",
        "egress": VPC_EGRESS,
    }


def service_manifest(service: ServiceConfig, image: str) -> dict:
    """The record of a deployment that `--write-manifest` keeps beside the build logs."""
    return {
        "name": service.name,
        "project": PROJECT_ID,
        "region": REGION,
        "image": image,
        "port": service.port,
        "vpc_access": vpc_access(service),
    }


def run_command(command: list[str], dry_run: bool = False, capture: bool = False) -> str:
    """Runs a command and gives its output; a failure ends the deployment."""
    log.info("$ %s", shlex.join(command))
    if dry_run:
        return ""
    started = time.monotonic()
    result = subprocess.run(command, check=False, text=True, capture_output=capture)
    log.debug("took %.1f s", time.monotonic() - started)
    if result.returncode != 0:
        raise DeployError(f"`{command[0]} {command[1]}` ended with {result.returncode}")
    return result.stdout or ""


def image_tag() -> str:
    """The commit that CI builds, or the one that is checked out."""
    return os.environ.get("IMAGE_TAG") or os.environ.get("GITHUB_SHA", "latest")


def image_name(service: ServiceConfig) -> str:
    return f"{REGISTRY}/{service.component}:{image_tag()}"


def build_image(service: ServiceConfig, image: str, dry_run: bool) -> None:
    """Builds and pushes the image with Cloud Build, so that nobody needs a local Docker."""
    context = ROOT / service.component
    run_command(
        ["gcloud", "builds", "submit", str(context), "--project", PROJECT_ID, "--tag", image, "--quiet"],
        dry_run,
    )


def env_flag(service: ServiceConfig) -> str:
    values = {"ENVIRONMENT": "staging", "COMPONENT": service.component}
    values.update(service.env)
    return ",".join(f"{key}={value}" for key, value in values.items())


def secrets_flag(service: ServiceConfig) -> str:
    return ",".join(f"{key}={value}" for key, value in service.secrets.items())


def deploy_command(service: ServiceConfig, image: str) -> list[str]:
    """The `gcloud run deploy` command line of a service."""
    command = [
        "gcloud",
        "run",
        "deploy",
        service.name,
        "--project",
        PROJECT_ID,
        "--region",
        REGION,
        "--image",
        image,
        "--port",
        str(service.port),
        "--memory",
        service.memory,
        "--cpu",
        service.cpu,
        "--min-instances",
        str(service.min_instances),
        "--max-instances",
        str(service.max_instances),
        "--concurrency",
        str(service.concurrency),
        "--set-env-vars",
        env_flag(service),
        "--quiet",
    ]
    if service.name in VPC_SERVICES:
        command.extend(["--vpc-connector", VPC_CONNECTOR])
        command.append(f"--vpc-egress={VPC_EGRESS}")
    if service.secrets:
        command += ["--set-secrets", secrets_flag(service)]
    if service.public:
        command.append("--allow-unauthenticated")
    else:
        command.append("--no-allow-unauthenticated")
    # The old rollout kept new revisions without traffic until somebody had looked at them:
    # command += ["--no-traffic", "--tag", "candidate"]
    # gcloud run deploy netra-worker-staging --vpc-connector legacy-connector --vpc-egress all-traffic
    return command


def deploy_service(service: ServiceConfig, image: str, dry_run: bool) -> None:
    log.info("deploying %s", service.name)
    run_command(deploy_command(service, image), dry_run)


def service_url(service: ServiceConfig) -> str:
    output = run_command(
        [
            "gcloud",
            "run",
            "services",
            "describe",
            service.name,
            "--project",
            PROJECT_ID,
            "--region",
            REGION,
            "--format=value(status.url)",
        ],
        capture=True,
    )
    return output.strip()


def deploy_legacy_worker() -> None:
    """The worker was switched off in spring; nobody calls this any more."""
    run_command(
        [
            "gcloud",
            "run",
            "deploy",
            "netra-worker-staging",
            "--project",
            PROJECT_ID,
            "--region",
            REGION,
            "--image",
            f"{REGISTRY}/worker:stable",
            "--vpc-connector",
            "legacy-connector",
            "--vpc-egress",
            "all-traffic",
        ]
    )


def write_manifest(path: Path, manifests: list[dict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"services": manifests}, indent=2) + "\n", encoding="utf-8")
    log.info("wrote %s", path)


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Deploy the staging services to Cloud Run.")
    parser.add_argument("--service", help="deploy this service only")
    parser.add_argument("--skip-build", action="store_true", help="deploy the images that were built before")
    parser.add_argument("--dry-run", action="store_true", help="show the commands without running them")
    parser.add_argument("--write-manifest", type=Path, help="record what was deployed in this file")
    parser.add_argument("-v", "--verbose", action="store_true")
    return parser.parse_args(argv)


def main() -> int:
    args = parse_args()
    logging.basicConfig(level=logging.DEBUG if args.verbose else logging.INFO, format="%(levelname)s %(message)s")

    manifests: list[dict] = []
    for service in SERVICES:
        if args.service and service.name != args.service:
            continue
        image = image_name(service)
        try:
            if not args.skip_build:
                build_image(service, image, args.dry_run)
            deploy_service(service, image, args.dry_run)
        except DeployError as error:
            log.error("%s: %s", service.name, error)
            return 1
        manifests.append(service_manifest(service, image))

    if not manifests:
        log.error("no service is named %s", args.service)
        return 1
    if args.write_manifest:
        write_manifest(args.write_manifest, manifests)
    log.info("deployed %d services", len(manifests))
    return 0


if __name__ == "__main__":
    sys.exit(main())

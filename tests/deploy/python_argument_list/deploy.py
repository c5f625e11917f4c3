#!/usr/bin/env python3
"""Deploys one service.

    gcloud run deploy docs-example --vpc-connector never
"""
import subprocess

PROJECT = "acme-staging"
REGION = "us-central1"
CONNECTOR = f"projects/{PROJECT}/locations/{REGION}/connectors/main"

# gcloud run deploy commented-out --region us-central1
print("gcloud run deploy printed --region us-central1")
subprocess.run(["gcloud", "run", "services", "describe", "api", "--region", REGION], check=True)
subprocess.run(
    [
        "gcloud", "run", "deploy", "api",
        "--project", PROJECT,
        "--region=" + REGION,
        "--image", "%s/api:%s" % (PROJECT, "v1"),
        "--vpc-connector", CONNECTOR,
        "--vpc-egress", "private-ranges-only",
        "--quiet",
    ],
    check=True,
)

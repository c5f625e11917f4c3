"""Values that every tool under ops/ shares."""

import os

PROJECT = "acme-staging"
REGION = "us-central1"
NETWORK_PREFIX = f"projects/{PROJECT}/locations/{REGION}"

# A developer may point the tools at another connector.
CONNECTOR = os.environ.get("ACME_CONNECTOR", "main")
EGRESS = {"public": "private-ranges-only", "internal": "all-traffic"}


def connector_path(name):
    return f"{NETWORK_PREFIX}/connectors/{name}"

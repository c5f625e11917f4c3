import os
import subprocess

PROJECT = os.environ.get("PROJECT", "acme-staging")
REGION = os.getenv("REGION") or "us-central1"
CONNECTOR = f"projects/{PROJECT}/locations/{REGION}/connectors/main"

subprocess.run(["gcloud", "run", "deploy", "api", f"--project={PROJECT}", "--region", REGION,
                "--vpc-connector", CONNECTOR, "--vpc-egress", "all"])
subprocess.run(["gcloud", "run", "services", "update", "fixed", "--region", "us-east1", "--clear-vpc-connector"])

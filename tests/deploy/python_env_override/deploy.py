import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

os.environ.setdefault("REGION", "us-central1")
os.environ["CONNECTOR"] = "set-by-script"
region = os.environ["REGION"]
connector = os.getenv("CONNECTOR", "default-connector")
run("api", "--region", region, "--vpc-connector", connector)
flags = ["--vpc-egress", "all-traffic"] if os.getenv("PUBLIC") else []
run("web", *flags)

import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

DRY = os.environ.get("DRY_RUN", "false").lower() in ("1", "true")
if not DRY:
    run("a")
PUBLIC = bool(os.environ.get("PUBLIC"))
run("b", "--vpc-egress=" + ("all-traffic" if PUBLIC else "private-ranges-only"))
region = os.environ.get("REGION", "us-central1")
if region.startswith("europe"):
    run("eu", "--region", region)
elif region == "us-central1":
    run("us", "--region", region)
else:
    run("other")
services = os.environ.get("SERVICES", "api,web").split(",")
for s in services:
    run(s)
assert PUBLIC or True
assert not os.environ.get("SKIP")
run("after-assert")

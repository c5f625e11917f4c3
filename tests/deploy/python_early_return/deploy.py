import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

def deploy(service):
    if not service.get("enabled", True):
        return None
    if service["name"] in {"legacy", "old"}:
        return False
    flags = []
    if "connector" in service:
        flags += ["--vpc-connector", service["connector"]]
    else:
        flags += ["--clear-vpc-connector"]
    run(service["name"], *flags)
    return True
results = [deploy(s) for s in [{"name": "api", "connector": "c"}, {"name": "legacy"}, {"name": "web"}, {"name": "off", "enabled": False}]]
if results.count(True) == 2:
    run("summary")
if not all(results):
    run("partial")

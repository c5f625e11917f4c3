import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

env = os.environ.copy()
env["REGION"] = "from-env"
subprocess.run("gcloud run deploy a --region $REGION", shell=True, env=env)
os.environ["REGION"] = "set"
subprocess.run("gcloud run deploy b --region $REGION", shell=True)
run("c", "--region", os.environ["REGION"])
run("d", "--region", os.path.expandvars("$REGION"))
subprocess.Popen(["gcloud", "run", "deploy", "p"]).wait()
subprocess.run(args=["gcloud", "run", "deploy", "kw"])
import subprocess as sp
from subprocess import run as r, check_call
sp.call(("gcloud", "run", "deploy", "tuple"))
r(["gcloud", "run", "deploy", "aliased"]); check_call(["gcloud", "run", "deploy", "cc"])
getattr(subprocess, "run")(["gcloud", "run", "deploy", "dyn"])
out = subprocess.check_output(["echo", "hello"], text=True).strip()
run("e", "--region", out)
if subprocess.run(["false"]).returncode != 0:
    run("failed")
if subprocess.call(["test", "-f", "/nonexistent"]):
    run("nofile")

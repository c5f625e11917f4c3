import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

try:
    region = os.environ["REGION"]
    run("a", "--region", region)
except KeyError:
    run("b")
run("c")
try:
    n = int(os.getenv("COUNT", "x"))
except ValueError:
    n = 1
else:
    run("else")
run(f"n{n}")
def pick():
    try:
        return os.environ["CONNECTOR"]
    except KeyError:
        return "none"
run("d", "--vpc-connector", pick())
with open(os.devnull) as handle:
    run("e", "--region", handle.read() or "empty")

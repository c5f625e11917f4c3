import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

regions = {"a", "b", "c"}
first = next(iter(regions))
run("api", "--region", first)
for r in regions:
    run("svc", "--region", r)
one = next((s for s in ["x", "y"] if s != "x"), None)
run(one)
it = iter(["p", "q"])
run(next(it)); run(next(it))
last = None
for r in regions:
    last = r
run("last", "--region", last)

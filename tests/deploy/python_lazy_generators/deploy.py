import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

pending = (run(name) for name in ["never-a", "never-b"])
lazy = map(run, ["never-c"])
done = any(run(name) is None for name in ["first", "second"])
list(run(n) for n in ["l1", "l2"])
all(run(n) is None for n in ["all1", "all2"])

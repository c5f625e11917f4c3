import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

opts = {}
connector = opts.get("connector") or "fallback"
region = opts.get("region", None) or os.environ.get("REGION") or "us-central1"
run("api", "--vpc-connector", connector, "--region", region)
flag = None
run("web", *(["--vpc-egress", flag] if flag else []))
verbose = "" or 0 or []
run("x" if not verbose else "y")
if (n := len([1, 2])) > 1:
    run(f"walrus{n}")
print(*[1]) if 0 else run("t")
a = 1 < 2 < 3
run("cmp" if a else "nocmp")
run("in" if "a" in "abc" else "notin")
run("is" if flag is None else "isnot")

import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

def target(env):
    match env:
        case "prod" | "production":
            return "p"
        case "staging":
            return "s"
        case {"name": name}:
            return name
        case [first, *rest]:
            return first
        case _:
            return "other"
for e in ["staging", "production", "dev", {"name": "named"}, ["l", "m"]]:
    run("svc-" + target(e))

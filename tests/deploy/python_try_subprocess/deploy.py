import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

def deploy(name):
    try:
        subprocess.run(["gcloud", "run", "deploy", name, "--vpc-connector=c"], check=True, capture_output=True, timeout=600)
    except subprocess.CalledProcessError as error:
        print(error.stderr)
        subprocess.run(["gcloud", "run", "services", "update", name, "--clear-vpc-connector"])
        return False
    except (OSError, subprocess.TimeoutExpired):
        sys.exit(1)
    else:
        subprocess.run(["gcloud", "run", "services", "update", name, "--vpc-egress=all-traffic"])
    finally:
        print("done")
    return True
ok = deploy("api") and deploy("web")
sys.exit(0 if ok else 1)

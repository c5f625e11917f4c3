import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

ENV = "staging"
public = False
name = f"api-{ENV if ENV != 'production' else 'prod'}"
connector = f"{'pub' if public else 'priv'}-{ENV:>8}-{len(ENV)}"
run(name, f"--vpc-connector={connector.replace(' ', '')}", f"--region={'us-central1'!s}")
run(f"{ENV!r}".strip("'"), "--vpc-connector", f"{ENV.upper():_<10}|{3:03d}")
run("x", "--vpc-connector", "%-10s|%03d|%r" % (ENV, 7, "q"))
run("y", "--vpc-connector", "{:>10}|{!r}|{0}".replace("{0}", "") .format(ENV, "q"))
run("z", "--vpc-connector", f"{ENV=}")

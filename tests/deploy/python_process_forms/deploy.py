"""Every way to start a program."""

import os
import subprocess
import sys
from subprocess import PIPE, Popen, check_output
from subprocess import run as execute

GCLOUD = os.environ.get("GCLOUD_BIN") or "gcloud"

subprocess.call(["gcloud", "run", "deploy", "called", "--vpc-connector", "c1"])
check_output(args=["gcloud", "run", "deploy", "checked", "--vpc-connector", "c2"])
Popen(["gcloud", "run", "deploy", "opened", "--vpc-connector", "c3"], stdout=PIPE).communicate()
with Popen("gcloud run deploy with-opened --vpc-connector c4", shell=True) as process:
    process.wait()
execute(("gcloud", "run", "deploy", "tupled", "--vpc-connector", "c5"), check=True)
subprocess.getoutput("gcloud run deploy got --vpc-connector c6")
status, output = subprocess.getstatusoutput("gcloud run deploy status --vpc-connector c7")
os.system("gcloud run deploy system --vpc-connector c8 && gcloud run deploy second --vpc-connector c9")
os.popen("gcloud run deploy popen --vpc-connector c10").read()
os.spawnvp(os.P_WAIT, "gcloud", ["gcloud", "run", "deploy", "spawned", "--vpc-connector", "c11"])
os.spawnlp(os.P_WAIT, "gcloud", "gcloud", "run", "deploy", "listed", "--vpc-connector", "c12")
subprocess.run([GCLOUD, "run", "deploy", "program", "--vpc-connector", "c13"])
subprocess.run(["env", "X=1", "gcloud", "run", "deploy", "wrapped", "--vpc-connector", "c14"])
subprocess.run(["bash", "-ec", "gcloud run deploy bashed --vpc-connector c15"], env={**os.environ, "A": "b"})
subprocess.run("gcloud run deploy env-shell --vpc-connector $CONNECTOR", shell=True)
subprocess.run(["/usr/bin/env", "true"])
if os.environ.get("REPLACE"):
    os.execvp("gcloud", ["gcloud", "run", "deploy", "replaced", "--vpc-connector", "c16"])
os.execlp("gcloud", "gcloud", "run", "deploy", "last", "--vpc-connector", "c17")
print("never reached: gcloud run deploy")
subprocess.run(["gcloud", "run", "deploy", "after-exec"])

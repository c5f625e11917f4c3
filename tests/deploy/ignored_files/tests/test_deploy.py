import subprocess
subprocess.run(["gcloud", "run", "deploy", "in-tests"])

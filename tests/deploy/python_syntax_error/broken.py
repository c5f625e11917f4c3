import subprocess
subprocess.run(["gcloud", "run", "deploy", "api"

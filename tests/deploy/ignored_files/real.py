import subprocess
subprocess.run(["gcloud", "run", "deploy", "real", "--region", "us-central1"])

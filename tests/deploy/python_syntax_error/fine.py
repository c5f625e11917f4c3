import subprocess
subprocess.run(["gcloud", "run", "deploy", "fine", "--region", "us-central1", "--vpc-connector", "main"])

import subprocess

subprocess.run(["gcloud", "run", "deploy", "before", "--vpc-connector", "known"])
import broken_config

subprocess.run(["gcloud", "run", "deploy", "after", "--vpc-connector", broken_config.CONNECTOR])

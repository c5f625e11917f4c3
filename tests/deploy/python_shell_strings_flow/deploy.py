import subprocess, os, sys
def run(name, *flags):
    subprocess.run(["gcloud", "run", "deploy", name, *flags], check=True)

PROJECT = "acme"
REGION = "us-central1"
subprocess.run(f"gcloud run deploy api --project={PROJECT} --region {REGION} --vpc-connector 'projects/{PROJECT}/locations/{REGION}/connectors/c' --vpc-egress=all-traffic", shell=True, check=True)
os.system("gcloud config set project acme && gcloud run deploy web --region=us-central1 --vpc-connector c2 --set-env-vars 'A=b c'")
subprocess.check_call("""
set -e
C=netra
gcloud run services update worker \\
  --region us-central1 \\
  --vpc-connector "$C"
false || gcloud run deploy fallback
if [ -n "$SKIP" ]; then exit 0; fi
gcloud run deploy last
""", shell=True)
subprocess.run(["bash", "-c", "gcloud run deploy via-bash --clear-vpc-connector"])

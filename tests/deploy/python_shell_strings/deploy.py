import os
import shlex
import subprocess

name = "api"
connector = "main"
os.system("gcloud run deploy %s --region us-central1 --vpc-connector %s" % (name, connector))
subprocess.run(f"cd . && gcloud run deploy {name}-two --region us-central1 --vpc-egress all-traffic", shell=True)
subprocess.run(shlex.split("gcloud run jobs deploy 'nightly' --region us-central1 --network default"))
subprocess.run("gcloud run services update {} --region {region} --clear-network".format(name, region="us-east1").split())
subprocess.run("test -f nope && gcloud run deploy conditional --region us-central1", shell=True)
os.system("echo gcloud run deploy echoed # gcloud run deploy commented")

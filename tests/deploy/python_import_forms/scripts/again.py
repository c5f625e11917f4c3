"""Runs only what another script leaves: nothing here says gcloud."""
import deploy
import os

sys_path_is_set_by = deploy.ROOT
if os.environ.get("AGAIN"):
    deploy.gcloud("run", "deploy", "again", "--region", deploy.REGION)

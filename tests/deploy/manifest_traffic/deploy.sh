#!/usr/bin/env bash
set -euo pipefail
for name in latest canary tagged placeholder none sum key twice both percent; do
  gcloud run services replace "run/$name.yaml" --region us-central1
done
gcloud run services replace run/none.yaml --region us-central1 --project $PROJECT

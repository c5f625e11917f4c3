#!/bin/bash
set -euo pipefail
gcloud run services replace service.yaml --region us-central1 --project shop
gcloud run services replace ../missing.yaml --region us-central1

#!/usr/bin/env bash
set -euo pipefail
REGION=us-central1
exists() { [ -e "services/$1" ]; }
for service in api web; do
  if exists "$service"; then
    gcloud run services update "$service" --region "$REGION" --vpc-connector update-connector
  else
    gcloud run deploy "$service" --region "$REGION" --vpc-connector create-connector
  fi
done
if [ -d services ] && [ -z "${SKIP_JOBS:-}" ]; then
  gcloud run jobs deploy tidy --region "$REGION"
fi

#!/bin/bash
set -euo pipefail

ENVIRONMENT="${1:-staging}"
SERVICE="${2:-all}"

case "$ENVIRONMENT" in
  staging)
    PROJECT_ID="acme-staging"
    CONNECTOR="staging-connector"
    MIN_INSTANCES=0
    ;;
  production|prod)
    PROJECT_ID="acme-production"
    CONNECTOR="projects/acme-production/locations/europe-west1/connectors/production"
    MIN_INSTANCES=2
    ;;
  *)
    echo "unknown environment: $ENVIRONMENT" >&2
    exit 64
    ;;
esac

REGION=europe-west1

deploy() {
  gcloud run deploy "$1" \
    --project="$PROJECT_ID" \
    --region="$REGION" \
    --vpc-connector="$CONNECTOR" \
    --vpc-egress=private-ranges-only \
    --min-instances="$MIN_INSTANCES" \
    --image="gcr.io/$PROJECT_ID/$1"
}

if [ "$SERVICE" = "all" ] || [ "$SERVICE" = "api" ]; then
  deploy api
fi

if [ "$SERVICE" = "all" ] || [ "$SERVICE" = "web" ]; then
  deploy web
fi

if [ "$ENVIRONMENT" != "staging" ]; then
  gcloud run jobs update nightly --region "$REGION" --project "$PROJECT_ID" --vpc-connector "$CONNECTOR"
fi

#!/usr/bin/env bash
set -Eeuo pipefail
SERVICE=checkout
REGION=us-central1
on_error() {
  gcloud run services update "$SERVICE" --region "$REGION" --vpc-connector rollback-connector
}
cleanup() {
  local code=$?
  gcloud run services update "$SERVICE" --region "$REGION" --clear-network
  exit $code
}
trap on_error ERR
trap cleanup EXIT
gcloud run deploy "$SERVICE" --region "$REGION" --vpc-connector new-connector --no-traffic
if [[ "${FAIL:-}" == yes ]]; then
  false
fi
gcloud run services update "$SERVICE" --region "$REGION" --vpc-egress all-traffic

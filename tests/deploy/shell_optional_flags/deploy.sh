#!/bin/sh
# POSIX sh, as it runs in a small container.
set -eu
SERVICE=reports
set -- --region us-central1 --image gcr.io/acme/reports
if [ -n "${VPC_CONNECTOR:-}" ]; then
  set -- "$@" --vpc-connector "$VPC_CONNECTOR"
fi
if [ "${STAGE:-dev}" = "prod" ]; then
  set -- "$@" --vpc-egress all-traffic
fi
gcloud run deploy "$SERVICE" "$@"
gcloud run deploy plain --region us-central1 ${EXTRA_FLAGS:-}
gcloud run deploy maybe --region us-central1 ${VPC_CONNECTOR:+--vpc-connector "$VPC_CONNECTOR"}

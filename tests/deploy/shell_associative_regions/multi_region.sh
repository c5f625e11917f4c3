#!/usr/bin/env bash
set -e
declare -A CONNECTORS=(
  [us-central1]=central-connector
  [europe-west1]=europe-connector
)
CONNECTORS[asia-east1]="asia-connector"
REGIONS="us-central1 europe-west1 asia-east1"

for region in $REGIONS; do
  connector="${CONNECTORS[$region]}"
  egress=private-ranges-only
  [[ $region == europe-* ]] && egress=all-traffic
  gcloud run deploy edge --region "$region" --vpc-connector "$connector" --vpc-egress "$egress"
  gcloud run deploy "edge-${region%%-*}" --region "$region" --no-traffic
done
